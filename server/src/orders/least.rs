//! The firm's least amount of an order: what is refused at once, and what is stored for the firm to decide.

use kontor_shared::money::Money;
use kontor_shared::orders::lacks;
use sqlx::AnyConnection;

use super::price::{self, Priced};
use crate::error::{AppError, Result};
use crate::firm::{self, FirmSettings};

/// What the order lacks of the least amount. It is refused only where the buyer could know: where also all its lines at the
/// prices shown are below every least amount there was since their list was published. Otherwise prices fell, goods were
/// withdrawn or the amount was raised meanwhile; that is stored, as every well-formed order is. So is what came by mail or on
/// paper (`is_asked` is false): whoever wrote it is not there to be told.
pub async fn lacking(connection: &mut AnyConnection, firm: &FirmSettings, priced: &Priced, is_asked: bool) -> Result<Option<Money>> {
    let Some(lacking) = firm.least_order().and_then(|least| lacks(&priced.totals, priced.vat_mode, least)) else { return Ok(None) };
    // Each line says why it was not taken; the amount adds nothing to that.
    if !priced.lines.iter().any(price::is_taken) {
        return Ok(None);
    }
    if is_asked
        && let Some(shown) = priced.shown
        && let Some(least) = known_least(connection, firm, priced).await?
        && shown.minor < least.minor
    {
        let detail = format!("an order comes to {} {} at least; {} are lacking", firm.minimum_order, firm.currency, lacking.decimal());
        return Err(AppError::conflict("below_minimum_order", detail));
    }
    Ok(Some(lacking))
}

/// The lowest of the least amounts that held since the list named was published; none where for a while there was none.
async fn known_least(connection: &mut AnyConnection, firm: &FirmSettings, priced: &Priced) -> anyhow::Result<Option<Money>> {
    let mut lowest = firm.least_order().filter(|least| least.currency == priced.currency);
    for settings in firm::store::held_since(connection, priced.shown_since).await? {
        lowest = match (lowest, settings.least_order().filter(|least| least.currency == priced.currency)) {
            (Some(one), Some(other)) if one.minor <= other.minor => Some(one),
            (Some(_), other) => other,
            (None, _) => return Ok(None),
        };
    }
    Ok(lowest)
}

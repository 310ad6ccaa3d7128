//! What the conditions of an audience name that the firm does not have. Such a condition finds nobody, or everybody, and
//! looks as if it had been counted: so it is said. It is not refused, for an order may bring it tomorrow.

use std::collections::HashSet;

use kontor_shared::api::mailings::AudienceWarning;
use kontor_shared::mailings::{Audience, Condition, Goods};
use sqlx::AnyConnection;

use super::{audience, desk};
use crate::catalog;
use crate::customers::fold;

/// By the places of the conditions.
pub async fn of(connection: &mut AnyConnection, audience: &Audience) -> anyhow::Result<Vec<AudienceWarning>> {
    let mut warnings = Vec::new();
    for (at, condition) in audience.conditions.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let found = in_condition(connection, condition).await?;
        warnings.extend(found.into_iter().map(|(code, value)| AudienceWarning { at, code: code.into(), value }));
    }
    Ok(warnings)
}

async fn in_condition(connection: &mut AnyConnection, condition: &Condition) -> anyhow::Result<Vec<(&'static str, String)>> {
    let one = |code: &'static str, value: &str, wrong: bool| if wrong { vec![(code, value.to_string())] } else { Vec::new() };
    Ok(match condition {
        Condition::Bought { goods, .. } | Condition::NotBought { goods, .. } => match goods {
            Goods::Product { code } => one("unknown_product", code, !audience::store::is_product(connection, code).await?),
            Goods::Group { code } => {
                let seq = catalog::store::visible_seq(connection).await?;
                let groups = catalog::store::groups(connection, seq).await?;
                one("unknown_group", code, !groups.into_iter().any(|(known, _)| known == *code))
            }
        },
        Condition::Amount { currency, .. } => one("other_currency", currency.code(), !audience::store::is_traded_in(connection, currency.code()).await?),
        Condition::Region { any_of } => {
            let known = desk::store::places(connection).await?.into_iter().map(|(region, _)| region);
            missing("unknown_region", any_of, known)
        }
        Condition::Country { any_of } => {
            let known = desk::store::places(connection).await?.into_iter().map(|(_, country)| country);
            missing("unknown_country", any_of, known)
        }
        Condition::PriceType { any_of } => {
            let known: HashSet<String> = catalog::store::price_types(connection).await?.into_iter().map(|(code, ..)| code).collect();
            any_of.iter().filter(|value| !known.contains(*value)).map(|value| ("unknown_price_type", value.clone())).collect()
        }
        Condition::Manager { user } => match audience::store::login(connection, user).await? {
            None => one("unknown_manager", user, true),
            Some(login) => one("idle_manager", &login, !audience::store::is_manager(connection, user).await?),
        },
        Condition::Orders { .. } | Condition::Language { .. } | Condition::New { .. } | Condition::ByHand { .. } => Vec::new(),
    })
}

/// Those of the values no customer has, however they are written.
fn missing(code: &'static str, values: &[String], known: impl Iterator<Item = String>) -> Vec<(&'static str, String)> {
    let known: HashSet<String> = known.map(|value| fold(&value)).collect();
    values.iter().filter(|value| !known.contains(&fold(value))).map(|value| (code, value.clone())).collect()
}

//! The firm: the settings everything else reads, and what every page shows of the seller.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use jiff::tz::TimeZone;
use kontor_shared::api;
use kontor_shared::documents::{NumberFormat, Party, Reset};
use kontor_shared::money::{Currency, Percent, VatMethod, VatMode};
use kontor_shared::segments::{Mode, Period};
use kontor_shared::settings::{MailLimits, Privacy, UncertainPolicy};
use kontor_shared::words::Lang;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text};
use crate::mail::settings::Dkim;
use crate::{AppState, audit, auth};

pub mod smtp;
pub mod store;

/// Settings of the firm. Stored as one JSON document; a field that is new gets its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FirmSettings {
    pub party: Party,
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub vat_method: VatMethod,
    /// Rate of a product whose import names none.
    pub default_vat_rate: Percent,
    /// IANA name of the firm's time zone.
    pub zone: String,
    pub lang: Lang,
    /// The price type visitors see; none: they see no prices.
    pub public_price_type: Option<String>,
    /// The price type of a customer whose import names none.
    pub customer_price_type: String,
    pub terms: String,
    pub proforma_series: NumberFormat,
    pub order_series: NumberFormat,
    /// Days a proforma asks to be paid within.
    pub pay_days: u16,
    /// Days a product counts as new after its first publication.
    pub new_days: u16,
    pub segment_period: Period,
    pub segment_mode: Mode,
    pub regular_from: Option<u32>,
    pub lapse: Option<Period>,
    /// Sender of mails; absent: the firm's own address.
    pub mail_from: Option<String>,
    /// Who signs it.
    pub dkim: Option<Dkim>,
    /// The mailbox the firm reads for people who ask by mail to be written to no more; absent: mails name none.
    pub unsubscribe_mailbox: Option<String>,
    /// Bytes a message may have on the wire; absent: [`USUAL_SIZE_LIMIT`](crate::mail::settings::USUAL_SIZE_LIMIT).
    pub mail_size_limit: Option<u64>,
    /// Where answers go; absent: to the sender.
    pub reply_to: Option<String>,
    /// The mail server, unless the environment names one.
    pub smtp: smtp::Smtp,
    pub mail_limits: MailLimits,
    /// Of a new mailing.
    pub uncertain_policy: UncertainPolicy,
    /// Whether a visitor may ask to become a customer.
    pub sign_up: bool,
    /// What people agree to when they sign up; a language left empty has the program's own text.
    pub privacy: Privacy,
    /// Languages the pages offer; the firm's own is among them.
    pub langs: Vec<Lang>,
    /// Pages that look back open as of this day.
    pub as_of: Option<String>,
    pub demo: bool,
    /// The demo was loaded to its end.
    pub demo_loaded: bool,
    pub attribution: Option<String>,
}

impl Default for FirmSettings {
    fn default() -> Self {
        Self {
            party: Party::default(),
            currency: Currency::EUR,
            vat_mode: VatMode::Net,
            vat_method: VatMethod::PerRate,
            default_vat_rate: Percent::from_raw(2000),
            zone: "Etc/UTC".into(),
            lang: Lang::En,
            public_price_type: None,
            customer_price_type: "wholesale".into(),
            terms: String::new(),
            proforma_series: NumberFormat { prefix: "P".into(), width: 6, reset: Reset::Never },
            order_series: NumberFormat { prefix: "".into(), width: 6, reset: Reset::Never },
            pay_days: 14,
            new_days: 60,
            segment_period: Period::Quarter,
            segment_mode: Mode::Rolling,
            regular_from: None,
            lapse: None,
            mail_from: None,
            dkim: None,
            unsubscribe_mailbox: None,
            mail_size_limit: None,
            reply_to: None,
            smtp: smtp::Smtp::default(),
            mail_limits: MailLimits::default(),
            uncertain_policy: UncertainPolicy::Hold,
            sign_up: true,
            privacy: Privacy::default(),
            langs: Lang::ALL.to_vec(),
            as_of: None,
            demo: false,
            demo_loaded: false,
            attribution: None,
        }
    }
}

impl FirmSettings {
    /// The firm's zone; an unknown name is an error, never UTC by accident.
    pub fn time_zone(&self) -> anyhow::Result<TimeZone> {
        TimeZone::get(&self.zone).with_context(|| format!("unknown time zone {}", self.zone))
    }
}

/// `GET /api/firm`
pub async fn show(State(state): State<AppState>) -> Result<Json<api::Firm>> {
    let firm = state.firm().await?;
    let zone = firm.time_zone()?;
    Ok(Json(api::Firm {
        name: firm.party.name.clone(),
        currency: firm.currency,
        vat_mode: firm.vat_mode,
        lang: firm.lang,
        email: firm.party.email.clone(),
        phone: firm.party.phone.clone(),
        address: firm.party.address.clone(),
        demo: firm.demo,
        as_of: firm.as_of.clone(),
        today: crate::time::day_in(&zone, state.clock.now_ms()),
        attribution: firm.attribution.clone(),
        public_prices: firm.public_price_type.is_some(),
        demo_logins: if firm.demo { crate::demo::logins() } else { Vec::new() },
    }))
}

/// `GET /api/settings`
pub async fn settings(State(state): State<AppState>) -> Result<Json<api::Settings>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let price_types = store::price_types(&mut connection).await?;
    Ok(Json(api::Settings { public_price_type: firm.public_price_type.clone(), terms: firm.terms.clone(), price_types }))
}

/// `PUT /api/settings`
pub async fn save_settings(State(state): State<AppState>, who: auth::Staff, Json(wanted): Json<api::SaveSettings>) -> Result<Json<api::Settings>> {
    bounded_text("/terms", &wanted.terms, 2_000, true)?;
    let mut tx = state.db.write_tx().await?;
    let price_types = store::price_types(&mut tx).await?;
    if let Some(code) = &wanted.public_price_type
        && !price_types.iter().any(|known| known.code == *code)
    {
        return Err(AppError::invalid_field("unknown_price_type", "/public_price_type", format!("no price type {code}")));
    }
    let before = store::load(&mut tx).await?.unwrap_or_default();
    let after = FirmSettings { public_price_type: wanted.public_price_type, terms: wanted.terms, ..before.clone() };
    save(&mut tx, &state, &after).await?;
    audit::record(&mut tx, &state.clock, &who.actor(), "settings.save", "firm", Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(api::Settings { public_price_type: after.public_price_type, terms: after.terms, price_types }))
}

/// Changes the settings named in `changes`, by the names they are stored under, with an audit row; gives all of them. An
/// unknown name or value is refused, and without changes nothing is written.
pub async fn change(state: &AppState, actor: &str, changes: serde_json::Map<String, serde_json::Value>) -> anyhow::Result<FirmSettings> {
    let mut tx = state.db.write_tx().await?;
    let before = store::load(&mut tx).await?.unwrap_or_default();
    let serde_json::Value::Object(mut all) = serde_json::to_value(&before)? else { anyhow::bail!("settings are not an object") };
    for (name, value) in changes {
        // What the demo says of itself is not for a firm to claim.
        anyhow::ensure!(all.contains_key(&name) && !name.starts_with("demo"), "there is no setting {name}");
        all.insert(name, value);
    }
    let after: FirmSettings = serde_json::from_value(serde_json::Value::Object(all)).context("a setting has a value it cannot have")?;
    check(&after, &store::price_types(&mut tx).await?)?;
    if after != before {
        save(&mut tx, state, &after).await?;
        audit::record(&mut tx, &state.clock, actor, "settings.save", "firm", Some(&before), Some(&after)).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Refuses settings under which something would fail later, where nobody would look for the cause.
fn check(settings: &FirmSettings, price_types: &[api::PriceTypeInfo]) -> anyhow::Result<()> {
    settings.time_zone()?;
    if let Some(from) = &settings.mail_from {
        crate::mail::sender(from, &settings.party.name)?;
    }
    anyhow::ensure!(settings.mail_limits.fits(), "mail_limits: from 1 to 10 000 000 messages an hour, at most 1 000 domains, in lower case");
    if let Some(mailbox) = &settings.unsubscribe_mailbox {
        let address = crate::mail::recipient(mailbox).context("unsubscribe_mailbox")?;
        // It stands in a header inside <mailto:…>, as it is.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
        anyhow::ensure!(AsRef::<str>::as_ref(&address).chars().all(plain), "unsubscribe_mailbox: a plain address of letters, digits, . - _ +");
    }
    anyhow::ensure!(settings.mail_size_limit.is_none_or(|limit| (100_000..=100_000_000).contains(&limit)), "mail_size_limit: from 100 kB to 100 MB");
    if let Some(day) = &settings.as_of {
        anyhow::ensure!(crate::time::parse_day(day).is_some(), "as_of: {day} is no day; write YYYY-MM-DD");
    }
    anyhow::ensure!((0..=10_000).contains(&settings.default_vat_rate.raw()), "default_vat_rate: a percentage from 0 to 100");
    anyhow::ensure!(settings.regular_from != Some(0), "regular_from: at least 1 order makes a customer regular");
    for (name, series) in [("order_series", &settings.order_series), ("proforma_series", &settings.proforma_series)] {
        let plain = series.prefix.chars().count() <= 20 && !series.prefix.chars().any(char::is_control);
        anyhow::ensure!(plain && (1..=12).contains(&series.width), "{name}: a prefix of at most 20 characters, 1 to 12 digits");
    }
    // Before there are goods there are no price types to choose from.
    let known = |code: &str| price_types.is_empty() || price_types.iter().any(|known| known.code == code);
    for (name, code) in [("customer_price_type", Some(&settings.customer_price_type)), ("public_price_type", settings.public_price_type.as_ref())] {
        anyhow::ensure!(code.is_none_or(|code| known(code)), "{name}: no such price type");
    }
    Ok(())
}

/// Stores the settings; the caller writes the audit row in the same transaction.
pub async fn save(connection: &mut AnyConnection, state: &AppState, settings: &FirmSettings) -> anyhow::Result<()> {
    store::save(connection, settings, state.clock.now_ms()).await
}

/// The settings as stored now. Read each time: another server on the same database may have changed them.
pub async fn stored(connection: &mut AnyConnection) -> anyhow::Result<Arc<FirmSettings>> {
    Ok(Arc::new(store::load(connection).await?.unwrap_or_default()))
}

impl AppState {
    /// As [`stored`], on a connection of its own.
    pub async fn firm(&self) -> Result<Arc<FirmSettings>> {
        Ok(stored(&mut *self.db.read().await?).await?)
    }
}

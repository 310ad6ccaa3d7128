//! The firm: the settings everything else reads, and what every page shows of the seller.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use jiff::tz::TimeZone;
use kontor_shared::api::{self, firm::FirmLogo};
use kontor_shared::audit::Action;
use kontor_shared::documents::{Logo, NumberFormat, Party};
use kontor_shared::money::{Currency, Money, Percent, VatMethod, VatMode};
use kontor_shared::segments::{Mode, Period};
use kontor_shared::series::{Series, SeriesPreset, SeriesStart};
use kontor_shared::settings::{MailLimits, Privacy, UncertainPolicy};
use kontor_shared::sheet::FormInfo;
use kontor_shared::vat::{self, VatRate};
use kontor_shared::words::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::AnyConnection;

use crate::error::Result;
use crate::extract::Json;
use crate::mail::settings::Dkim;
use crate::{AppState, audit};

pub mod check;
pub mod logo;
pub mod numbers;
pub mod sections;
pub mod smtp;
pub mod store;
pub mod test_mail;
pub mod undo;

/// Settings of the firm. Stored as one JSON document; a field that is new gets its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FirmSettings {
    pub party: Party,
    pub logo: Option<Logo>,
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub vat_method: VatMethod,
    /// Rates by date.
    pub vat_rates: Vec<VatRate>,
    /// Code of the rate goods get whose import names none.
    pub default_vat: String,
    /// The same where the rates say nothing about the day.
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
    /// Where a series was told to begin.
    pub proforma_start: Option<SeriesStart>,
    pub order_start: Option<SeriesStart>,
    /// Days a proforma asks to be paid within.
    pub pay_days: u16,
    /// Days a product counts as new after its first publication.
    pub new_days: u16,
    /// The least amount of an order from the page, a plain decimal; empty: any is taken.
    pub minimum_order: String,
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
            logo: None,
            currency: Currency::EUR,
            vat_mode: VatMode::Net,
            vat_method: VatMethod::PerRate,
            vat_rates: Vec::new(),
            default_vat: String::new(),
            default_vat_rate: Percent::from_raw(2000),
            zone: "Etc/UTC".into(),
            lang: Lang::En,
            public_price_type: None,
            customer_price_type: "wholesale".into(),
            terms: String::new(),
            proforma_series: SeriesPreset::Plain.format(Series::Proforma),
            order_series: SeriesPreset::Plain.format(Series::Order),
            proforma_start: None,
            order_start: None,
            pay_days: 14,
            new_days: 60,
            minimum_order: String::new(),
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
    /// The least amount of an order, where there is one.
    pub fn least_order(&self) -> Option<Money> {
        Money::parse(&self.minimum_order, self.currency).ok().filter(|least| least.minor > 0)
    }

    /// The firm's zone; an unknown name is an error, never UTC by accident.
    pub fn time_zone(&self) -> anyhow::Result<TimeZone> {
        TimeZone::get(&self.zone).with_context(|| format!("unknown time zone {}", self.zone))
    }

    /// The VAT rate goods get on a day (`YYYY-MM-DD`) whose import names none.
    pub fn vat_rate_on(&self, day: &str) -> Percent {
        vat::default_on(&self.vat_rates, &self.default_vat, day).unwrap_or(self.default_vat_rate)
    }

    /// What stands at the head of a form for a customer. `token`: [`crate::intake::sender::token`].
    pub fn form(&self, id: &str, customer_code: &str, customer_name: &str, token: String, issued_at: i64) -> FormInfo {
        FormInfo {
            form_id: id.into(),
            customer_code: Some(customer_code.into()),
            customer_name: Some(customer_name.into()),
            firm_name: self.party.name.clone(),
            firm_email: self.party.email.clone(),
            firm_phone: self.party.phone.clone(),
            firm_address: self.party.address.clone(),
            issued_at,
            vat_method: self.vat_method,
            demo: self.demo,
            token: Some(token),
        }
    }

    pub fn series(&self, series: Series) -> &NumberFormat {
        match series {
            Series::Proforma => &self.proforma_series,
            Series::Order => &self.order_series,
        }
    }

    pub fn start(&self, series: Series) -> Option<&SeriesStart> {
        match series {
            Series::Proforma => self.proforma_start.as_ref(),
            Series::Order => self.order_start.as_ref(),
        }
    }

    /// As stored, by name.
    fn by_name(&self) -> anyhow::Result<Map<String, Value>> {
        let Value::Object(all) = serde_json::to_value(self)? else { anyhow::bail!("settings are not an object") };
        Ok(all)
    }

    /// The settings as JSON for people's eyes: of what is sealed only that it is there.
    pub fn shown(&self) -> anyhow::Result<Map<String, Value>> {
        let mut all = self.by_name()?;
        all.values_mut().for_each(|value| hide_sealed(value, None));
        Ok(all)
    }
}

/// How the names of sealed secrets begin, wherever in the settings they stand.
const SEALED: &str = "sealed_";

/// Leaves of each `sealed_x` of an object only `x_set`, and `x: changed` where it differs from what it was.
fn hide_sealed(value: &mut Value, was: Option<&Value>) {
    let Value::Object(fields) = value else { return };
    let names: Vec<String> = fields.keys().filter(|name| name.starts_with(SEALED)).cloned().collect();
    for name in names {
        let plain = &name[SEALED.len()..];
        let sealed = fields.remove(&name).unwrap_or_default();
        let old = was.and_then(|was| was.get(&name)).cloned().unwrap_or_default();
        let empty = |value: &Value| value.as_str().is_none_or(str::is_empty);
        if was.is_some() && old != sealed && !(empty(&old) && empty(&sealed)) {
            fields.insert(plain.to_string(), "changed".into());
        }
        fields.insert(format!("{plain}_set"), (!empty(&sealed)).into());
    }
}

/// Puts back into a setting, as it is shown, the sealed secrets it is shown without.
fn keep_sealed(value: &mut Value, before: &Value) {
    let (Value::Object(fields), Value::Object(old)) = (value, before) else { return };
    for (name, sealed) in old.iter().filter(|(name, _)| name.starts_with(SEALED)) {
        fields.remove(&format!("{}_set", &name[SEALED.len()..]));
        fields.entry(name.clone()).or_insert_with(|| sealed.clone());
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
        logo: firm.logo.as_ref().map(shown_logo),
        langs: firm.langs.clone(),
        sign_up: firm.sign_up,
    }))
}

/// A logo as pages place it.
pub fn shown_logo(logo: &Logo) -> FirmLogo {
    FirmLogo { url: format!("/api/logo/{}", logo.hash), width: logo.width, height: logo.height }
}

/// Changes the settings named in `changes`, by the names `kontor firm show` gives them, with an audit row; gives all of
/// them. An unknown name or value is refused, and without changes nothing is written.
pub async fn change(state: &AppState, actor: &str, changes: Map<String, Value>) -> anyhow::Result<FirmSettings> {
    // Made before the lock: the first key of an installation is a write of its own.
    let key = match changes.get("smtp").and_then(|smtp| smtp.get("password")) {
        Some(_) => Some(state.key(crate::secrets::Purpose::Mail).await?),
        None => None,
    };
    let mut tx = state.db.write_tx().await?;
    let now = state.clock.now_ms();
    let (before, _) = store::lock(&mut tx, state.db.for_update(), now).await?;
    let mut all = before.by_name()?;
    for (name, mut value) in changes {
        // What the demo says of itself is not for a file to claim.
        anyhow::ensure!(all.contains_key(&name) && (!name.starts_with("demo") || all.get(&name) == Some(&value)), "there is no setting {name}");
        if name == "smtp" {
            value = smtp::with_password(key.as_ref(), value)?;
        }
        keep_sealed(&mut value, all.get(&name).unwrap_or(&Value::Null));
        all.insert(name, value);
    }
    let after: FirmSettings = serde_json::from_value(Value::Object(all)).context("a setting has a value it cannot have")?;
    anyhow::ensure!(after.logo.is_none() || after.logo == before.logo, "logo: upload it on the settings page");
    let starts = |settings: &FirmSettings| (settings.proforma_start.clone(), settings.order_start.clone());
    anyhow::ensure!(starts(&after) == starts(&before), "where a series begins is said on the settings page");
    check::check(&after, &store::price_types(&mut tx).await?).map_err(|fault| anyhow::anyhow!("{}", fault.detail))?;
    // Without a change the transaction is given up, and with it the row that was made to be held.
    if after != before {
        numbers::check_change(&mut tx, &before, &after, now).await?.map_err(|fault| anyhow::anyhow!("{}", fault.detail))?;
        save_changed(&mut tx, state, actor, Action::SettingsSave, &before, &after).await?;
        tx.commit().await?;
    }
    Ok(after)
}

/// Saves settings with the audit row that names what changed, and nothing else. Gives the revision.
pub async fn save_changed(
    connection: &mut AnyConnection,
    state: &AppState,
    actor: &str,
    action: Action,
    before: &FirmSettings,
    after: &FirmSettings,
) -> anyhow::Result<i64> {
    let now = state.clock.now_ms();
    let revision = store::save(connection, after, now).await?;
    for lang in Lang::ALL {
        if after.privacy.version != before.privacy.version && !after.privacy.text(lang).is_empty() {
            store::keep_privacy_text(connection, &after.privacy.version, lang.tag(), after.privacy.text(lang), now).await?;
        }
    }
    let (mut old, mut new) = (before.by_name()?, after.by_name()?);
    new.retain(|name, value| old.get(name) != Some(value));
    old.retain(|name, _| new.contains_key(name));
    for (name, value) in &mut new {
        hide_sealed(value, old.get(name));
    }
    old.values_mut().for_each(|value| hide_sealed(value, None));
    audit::record(connection, &state.clock, actor, action, "firm", Some(&old), Some(&new)).await?;
    Ok(revision)
}

/// Stores the settings; the caller writes the audit row in the same transaction.
pub async fn save(connection: &mut AnyConnection, state: &AppState, settings: &FirmSettings) -> anyhow::Result<()> {
    store::save(connection, settings, state.clock.now_ms()).await.map(drop)
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

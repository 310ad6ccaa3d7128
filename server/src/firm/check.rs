//! Which settings are refused: those under which something would fail later, where nobody would look for the cause.

use kontor_shared::api::PriceTypeInfo;
use kontor_shared::catalog::is_price_type;
use kontor_shared::documents::Party;
use kontor_shared::series::{self, Series, SeriesProblem};
use kontor_shared::settings::{Encryption, Privacy};
use kontor_shared::vat::{self, VatProblem};
use kontor_shared::words::Lang;

use super::FirmSettings;
use super::smtp::Smtp;
use crate::error::AppError;

/// A setting that is refused.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable; the page has words for it.
    pub code: &'static str,
    /// Where it stands in a body of `PUT /api/settings`.
    pub field: String,
    /// In English, naming the setting.
    pub detail: String,
}

impl Fault {
    pub fn new(code: &'static str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { code, field: field.into(), detail: detail.into() }
    }
}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        Self::invalid_field(fault.code, fault.field, fault.detail)
    }
}

/// Longest name of the firm, and value of a labelled row.
const MOST_NAME: usize = 200;
/// Longest line of an address, label, log-in name.
const MOST_LINE: usize = 120;
/// Most lines of an address, registration numbers, rows of bank details.
const MOST_ROWS: usize = 20;
const MOST_TERMS: usize = 2_000;
/// Longest privacy text of one language.
pub const MOST_PRIVACY: usize = 20_000;

pub fn check(settings: &FirmSettings, price_types: &[PriceTypeInfo]) -> Result<(), Fault> {
    party(&settings.party)?;
    if settings.time_zone().is_err() {
        return Err(Fault::new("unknown_zone", "/firm/zone", format!("zone: there is no time zone {}", settings.zone)));
    }
    if !settings.langs.contains(&settings.lang) || settings.langs.len() > Lang::ALL.len() {
        return Err(Fault::new("langs", "/firm/langs", "langs: the firm's own language is one of those offered"));
    }
    if let Some(day) = &settings.as_of
        && crate::time::parse_day(day).is_none()
    {
        return Err(Fault::new("not_a_day", "/as_of", format!("as_of: {day} is no day; write YYYY-MM-DD")));
    }
    money(settings)?;
    for series in Series::ALL {
        series::check(series, settings.series(series)).map_err(|problem| of_series(series, problem))?;
    }
    mail(settings)?;
    if settings.regular_from.is_some_and(|from| !(1..=1_000).contains(&from)) {
        return Err(Fault::new("regular_from", "/segments/regular_from", "regular_from: at least 1 order makes a customer regular, at most 1000"));
    }
    prices(settings, price_types)?;
    privacy(&settings.privacy)
}

fn text(field: &str, text: &str, most: usize, lines: bool) -> Result<(), Fault> {
    let name = field.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or(field);
    if text.chars().count() > most {
        return Err(Fault::new("too_long", field, format!("{name}: at most {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(Fault::new("control_character", field, format!("{name} holds a control character")));
    }
    Ok(())
}

fn party(party: &Party) -> Result<(), Fault> {
    text("/firm/name", &party.name, MOST_NAME, false)?;
    text("/firm/phone", &party.phone, MOST_LINE, false)?;
    for (field, rows) in [("/firm/address", party.address.len()), ("/firm/tax_ids", party.tax_ids.len()), ("/firm/bank", party.bank.len())] {
        if rows > MOST_ROWS {
            return Err(Fault::new("too_many_rows", field, format!("at most {MOST_ROWS} rows")));
        }
    }
    for (at, line) in party.address.iter().enumerate() {
        text(&format!("/firm/address/{at}"), line, MOST_LINE, false)?;
    }
    for (name, rows) in [("tax_ids", &party.tax_ids), ("bank", &party.bank)] {
        for (at, (label, value)) in rows.iter().enumerate() {
            text(&format!("/firm/{name}/{at}"), label, MOST_LINE, false)?;
            text(&format!("/firm/{name}/{at}"), value, MOST_NAME, false)?;
        }
    }
    if !party.email.is_empty() && crate::mail::recipient(&party.email).is_err() {
        return Err(Fault::new("not_an_address", "/firm/email", "email: this is no e-mail address"));
    }
    Ok(())
}

fn money(settings: &FirmSettings) -> Result<(), Fault> {
    if !(0..=10_000).contains(&settings.default_vat_rate.raw()) {
        return Err(Fault::new("vat_percent", "/money/default_vat", "default_vat_rate: a percentage from 0 to 100"));
    }
    vat::check(&settings.vat_rates, &settings.default_vat).map_err(|problem| {
        let row = |code, at: usize, name: &str, detail: &str| {
            Fault::new(code, format!("/money/vat_rates/{at}/{name}"), format!("vat_rates, row {}: {detail}", at + 1))
        };
        match problem {
            VatProblem::TooMany => Fault::new("too_many_rows", "/money/vat_rates", format!("vat_rates: at most {} rows", vat::MOST_RATES)),
            VatProblem::Code(at) => row("vat_code", at, "code", "the code is 1 to 20 letters, digits, - or _"),
            VatProblem::Name(at) => row("vat_name", at, "name", "the name is 1 to 60 characters"),
            VatProblem::Percent(at) => row("vat_percent", at, "percent", "a percentage from 0 to 100"),
            VatProblem::Day(at) => row("not_a_day", at, "valid_from", "write the day as YYYY-MM-DD"),
            VatProblem::Twice(at) => row("vat_twice", at, "valid_from", "the same code begins on this day already"),
            VatProblem::Default => Fault::new("vat_default", "/money/default_vat", "default_vat: no rate has this code"),
        }
    })
}

/// The words for what is wrong with a series.
pub fn of_series(series: Series, problem: SeriesProblem) -> Fault {
    let name = series.word();
    let (code, part, detail) = match problem {
        SeriesProblem::Prefix => ("series_prefix", "/prefix", "a prefix of at most 20 characters".to_string()),
        SeriesProblem::Width => ("series_width", "/width", "1 to 12 digits".into()),
        SeriesProblem::Place => ("series_place", "/prefix", "only {yyyy}, {yy} and {mm} can stand in braces".into()),
        SeriesProblem::Repeats => (
            "series_repeats",
            "/prefix",
            "numbers would repeat after a restart; put {yyyy} or {yy}, and {mm} where it restarts monthly, into the prefix".into(),
        ),
        SeriesProblem::GoesBack { next, given } => (
            "series_goes_back",
            "",
            format!("the next number would be {next}, but {given} was given already; change the prefix or begin with {}", given.saturating_add(1)),
        ),
        SeriesProblem::Begun { next } => ("series_begun", "_next", format!("numbers were given already, so the next one stays {next}")),
        SeriesProblem::Start => ("series_start", "_next", format!("begin with a number from 1 to {}", series::MOST_START)),
    };
    Fault::new(code, format!("/numbers/{name}{part}"), format!("{name}_series: {detail}"))
}

fn mail(settings: &FirmSettings) -> Result<(), Fault> {
    let Smtp { host, encryption, user, sealed_password, .. } = &settings.smtp;
    text("/mail/user", user, MOST_NAME, false)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    if host.len() > 253 || !host.chars().all(plain) {
        return Err(Fault::new("mail_host", "/mail/host", "smtp: the host is a name such as mail.example.com, without port or protocol"));
    }
    let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if *encryption == Encryption::None && !sealed_password.is_empty() && !local {
        return Err(Fault::new("mail_in_the_clear", "/mail/encryption", "smtp: the password would go over the network in the clear; choose an encryption"));
    }
    if let Some(from) = &settings.mail_from
        && crate::mail::sender(from, &settings.party.name).is_err()
    {
        return Err(Fault::new("not_an_address", "/mail/mail_from", "mail_from: this is no e-mail address"));
    }
    if let Some(to) = &settings.reply_to
        && crate::mail::recipient(to).is_err()
    {
        return Err(Fault::new("not_an_address", "/mail/reply_to", "reply_to: this is no e-mail address"));
    }
    if let Some(mailbox) = &settings.unsubscribe_mailbox {
        // It stands in a header inside <mailto:…>, as it is.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
        if !crate::mail::recipient(mailbox).is_ok_and(|address| AsRef::<str>::as_ref(&address).chars().all(plain)) {
            let detail = "unsubscribe_mailbox: a plain address of letters, digits, . - _ +";
            return Err(Fault::new("not_an_address", "/mail/unsubscribe_mailbox", detail));
        }
    }
    if settings.mail_size_limit.is_some_and(|limit| !(100_000..=100_000_000).contains(&limit)) {
        return Err(Fault::new("mail_size", "/mail/mail_size_limit", "mail_size_limit: from 100 kB to 100 MB"));
    }
    if !settings.mail_limits.fits() {
        let detail = "mail_limits: from 1 to 10 000 000 messages an hour, at most 1 000 domains, in lower case";
        return Err(Fault::new("mail_limit", "/mail/domains", detail));
    }
    for (name, limit) in [("per_hour", settings.mail_limits.per_hour), ("per_domain_per_hour", settings.mail_limits.per_domain_per_hour)] {
        if limit.is_some_and(|limit| !(1..=10_000_000).contains(&limit)) {
            return Err(Fault::new("mail_limit", format!("/mail/{name}"), format!("mail_limits: {name} is at least 1; leave it out for no limit")));
        }
    }
    Ok(())
}

fn prices(settings: &FirmSettings, price_types: &[PriceTypeInfo]) -> Result<(), Fault> {
    text("/prices/terms", &settings.terms, MOST_TERMS, true)?;
    // Before there are goods there are no price types to choose from.
    let known = |code: &str| if price_types.is_empty() { is_price_type(code) } else { price_types.iter().any(|known| known.code == code) };
    for (name, code) in [("customer_price_type", Some(&settings.customer_price_type)), ("public_price_type", settings.public_price_type.as_ref())] {
        if let Some(code) = code {
            text(&format!("/prices/{name}"), code, 40, false)?;
            if code.is_empty() || !known(code) {
                return Err(Fault::new("unknown_price_type", format!("/prices/{name}"), format!("{name}: no such price type")));
            }
        }
    }
    if settings.pay_days > 365 {
        return Err(Fault::new("days", "/prices/pay_days", "pay_days: at most 365"));
    }
    if settings.new_days > 3_650 {
        return Err(Fault::new("days", "/prices/new_days", "new_days: at most 3650"));
    }
    if !settings.minimum_order.is_empty() && settings.least_order().is_none() {
        let detail = format!("minimum_order: an amount in {} such as 150 or 150.00", settings.currency);
        return Err(Fault::new("bad_amount", "/prices/minimum_order", detail));
    }
    Ok(())
}

fn privacy(privacy: &Privacy) -> Result<(), Fault> {
    for lang in Lang::ALL {
        text(&format!("/sign_up/privacy_{}", lang.tag()), privacy.text(lang), MOST_PRIVACY, true)?;
    }
    text("/sign_up", &privacy.version, 40, false)
}

//! The settings by sections, as the settings page shows and saves them: each save is one change with one audit row, kept
//! from overwriting another's.

use axum::extract::State;
use axum::http::HeaderMap;
use kontor_shared::api::firm::{FirmSection, MailSection, MoneySection, NumbersSection, PricesSection, SaveSettings, SegmentsSection, Settings, SignUpSection};
use kontor_shared::audit::Action;
use kontor_shared::documents::Party;
use kontor_shared::series::Series;
use kontor_shared::settings::Privacy;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use super::smtp::{self, Smtp};
use super::{FirmSettings, check, numbers, save_changed, shown_logo, store, undo};
use crate::error::{AppError, Result};
use crate::extract::{Json, seen_revision};
use crate::secrets::{Key, Purpose};
use crate::segments::terms;
use crate::time::day_in;
use crate::{AppState, auth};

/// `GET /api/settings`
pub async fn show(State(state): State<AppState>, _: auth::Staff) -> Result<Json<Settings>> {
    let mut connection = state.db.read().await?;
    Ok(Json(now(&mut connection, &state).await?))
}

/// `PUT /api/settings`
pub async fn save(State(state): State<AppState>, who: auth::Staff, headers: HeaderMap, Json(wanted): Json<SaveSettings>) -> Result<Json<Settings>> {
    let seen = seen_revision(&headers)?;
    let key = key_for(&state, &wanted).await?;
    let mut tx = state.db.write_tx().await?;
    let (before, revision) = lock(&mut tx, &state, seen).await?;
    let reason = wanted.segments.as_ref().map(|segments| segments.reason.clone()).unwrap_or_default();
    let after = apply(&mut tx, &state, key.as_ref(), &before, revision, wanted).await?;
    terms::note_rule(&mut tx, &state, &before, &after, &who.actor(), &reason, "/segments/reason").await?;
    let revision = if after == before { revision } else { save_changed(&mut tx, &state, &who.actor(), Action::SettingsSave, &before, &after).await? };
    let answer = shown(&mut tx, &state, after, revision).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

/// The settings as they stand in this transaction.
pub async fn now(tx: &mut AnyConnection, state: &AppState) -> Result<Settings> {
    let (settings, revision) = store::load_revision(tx).await?;
    shown(tx, state, settings, revision).await
}

/// The settings, held; refused where they are not those the caller saw.
pub async fn lock(tx: &mut AnyConnection, state: &AppState, seen: Option<i64>) -> Result<(FirmSettings, i64)> {
    let (settings, revision) = store::lock(tx, state.db.for_update(), state.clock.now_ms()).await?;
    match seen {
        Some(seen) if seen != revision => Err(AppError::conflict("changed_elsewhere", format!("the settings are at revision {revision}, not {seen}"))),
        _ => Ok((settings, revision)),
    }
}

/// The key a new password is sealed with; made before the settings are held, for the first one is a write of its own.
pub async fn key_for(state: &AppState, wanted: &SaveSettings) -> Result<Option<Key>> {
    let asked = wanted.mail.as_ref().is_some_and(|mail| mail.password.as_ref().is_some_and(|password| !password.is_empty()));
    Ok(if asked { Some(state.key(Purpose::Mail).await?) } else { None })
}

/// The settings with the wanted sections in place, checked; counters are set where a series is told to begin.
pub async fn apply(
    tx: &mut AnyConnection,
    state: &AppState,
    key: Option<&Key>,
    before: &FirmSettings,
    revision: i64,
    wanted: SaveSettings,
) -> Result<FirmSettings> {
    let mut after = before.clone();
    let SaveSettings { firm, money, numbers: series, mail, segments, prices, sign_up } = wanted;
    if let Some(section) = firm {
        take_firm(&mut after, section);
        if after.party.name.trim().is_empty() && !before.party.name.trim().is_empty() {
            return Err(AppError::invalid_field("no_name", "/firm/name", "the firm needs a name: it stands on every document"));
        }
    }
    if let Some(MoneySection { currency, vat_mode, vat_method, vat_rates, default_vat }) = money {
        after = FirmSettings { currency, vat_mode, vat_method, vat_rates, default_vat, ..after };
    }
    if let Some(section) = mail {
        take_mail(&mut after, section, key)?;
    }
    if let Some(SegmentsSection { period, mode, regular_from, lapse, reason: _ }) = segments {
        after = FirmSettings { segment_period: period, segment_mode: mode, regular_from, lapse, ..after };
    }
    if let Some(PricesSection { public_price_type, customer_price_type, terms, pay_days, new_days, minimum_order }) = prices {
        after = FirmSettings { public_price_type, customer_price_type, terms, pay_days, new_days, minimum_order: minimum_order.trim().to_string(), ..after };
    }
    let begin = match series {
        Some(NumbersSection { proforma, order, proforma_next, order_next }) => {
            after = FirmSettings { proforma_series: proforma, order_series: order, ..after };
            (proforma_next, order_next)
        }
        None => (None, None),
    };
    if let Some(SignUpSection { open, privacy_en, privacy_ru, privacy_bg }) = sign_up {
        after.sign_up = open;
        let texts = Privacy { version: before.privacy.version.clone(), en: privacy_en, ru: privacy_ru, bg: privacy_bg };
        if texts != before.privacy {
            after.privacy = texts;
        }
    }
    check::check(&after, &store::price_types(tx).await?)?;
    let now = state.clock.now_ms();
    let today = day_in(&after.time_zone()?, now);
    if after.privacy != before.privacy {
        let own = Lang::ALL.into_iter().any(|lang| !after.privacy.text(lang).trim().is_empty());
        // The day for people, the revision so that two of one day differ.
        after.privacy.version = if own { format!("{today}.{}", revision + 1) } else { String::new() };
    }
    if let Some(number) = begin.0 {
        after.proforma_start = Some(numbers::begin(tx, &after, Series::Proforma, &today, number).await??);
    }
    if let Some(number) = begin.1 {
        after.order_start = Some(numbers::begin(tx, &after, Series::Order, &today, number).await??);
    }
    numbers::check_change(tx, before, &after, now).await??;
    Ok(after)
}

fn take_firm(settings: &mut FirmSettings, section: FirmSection) {
    let FirmSection { name, address, tax_ids, bank, email, phone, zone, lang, langs } = section;
    let trimmed = |text: String| text.trim().to_string();
    let pairs = |rows: Vec<(String, String)>| -> Vec<(String, String)> {
        // A label without a value is a row nobody filled in.
        rows.into_iter().map(|(label, value)| (trimmed(label), trimmed(value))).filter(|(_, value)| !value.is_empty()).collect()
    };
    settings.party = Party {
        name: trimmed(name),
        address: address.into_iter().map(trimmed).filter(|line| !line.is_empty()).collect(),
        tax_ids: pairs(tax_ids),
        bank: pairs(bank),
        email: trimmed(email),
        phone: trimmed(phone),
    };
    settings.zone = trimmed(zone);
    settings.lang = lang;
    settings.langs = Lang::ALL.into_iter().filter(|lang| langs.contains(lang)).collect();
}

fn take_mail(settings: &mut FirmSettings, section: MailSection, key: Option<&Key>) -> Result<()> {
    let MailSection { host, port, encryption, user, password, mail_from, reply_to, per_hour, per_domain_per_hour, uncertain_policy } = section;
    let sealed_password = match (password, key) {
        (None, _) => settings.smtp.sealed_password.clone(),
        (Some(password), Some(key)) => {
            crate::extract::bounded_text("/mail/password", &password, 500, false)?;
            smtp::seal(key, &password)?
        }
        (Some(_), None) => String::new(),
    };
    let optional = |text: String| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    settings.smtp = Smtp { host: host.trim().to_string(), port, encryption, user: user.trim().to_string(), sealed_password };
    settings.mail_from = optional(mail_from);
    settings.reply_to = optional(reply_to);
    settings.mail_limits.per_hour = per_hour;
    settings.mail_limits.per_domain_per_hour = per_domain_per_hour;
    settings.uncertain_policy = uncertain_policy;
    Ok(())
}

pub async fn shown(connection: &mut AnyConnection, state: &AppState, settings: FirmSettings, revision: i64) -> Result<Settings> {
    let today = day_in(&settings.time_zone()?, state.clock.now_ms());
    let environment = crate::mail::Server::of(&state.config)?;
    let counters = numbers::counters(connection, &settings, &today).await?;
    let earlier = store::version(connection, revision - 1).await?;
    let changed = earlier.as_ref().map(|earlier| undo::changed(earlier, &settings)).unwrap_or_default();
    let party = settings.party;
    Ok(Settings {
        revision,
        firm: FirmSection {
            name: party.name,
            address: party.address,
            tax_ids: party.tax_ids,
            bank: party.bank,
            email: party.email,
            phone: party.phone,
            zone: settings.zone,
            lang: settings.lang,
            langs: settings.langs,
        },
        money: MoneySection {
            currency: settings.currency,
            vat_mode: settings.vat_mode,
            vat_method: settings.vat_method,
            vat_rates: settings.vat_rates,
            default_vat: settings.default_vat,
        },
        numbers: NumbersSection { proforma: settings.proforma_series, order: settings.order_series, proforma_next: None, order_next: None },
        mail: MailSection {
            host: settings.smtp.host,
            port: settings.smtp.port,
            encryption: settings.smtp.encryption,
            user: settings.smtp.user,
            password: None,
            mail_from: settings.mail_from.unwrap_or_default(),
            reply_to: settings.reply_to.unwrap_or_default(),
            per_hour: settings.mail_limits.per_hour,
            per_domain_per_hour: settings.mail_limits.per_domain_per_hour,
            uncertain_policy: settings.uncertain_policy,
        },
        segments: SegmentsSection {
            period: settings.segment_period,
            mode: settings.segment_mode,
            regular_from: settings.regular_from,
            lapse: settings.lapse,
            reason: String::new(),
        },
        prices: PricesSection {
            public_price_type: settings.public_price_type,
            customer_price_type: settings.customer_price_type,
            terms: settings.terms,
            pay_days: settings.pay_days,
            new_days: settings.new_days,
            minimum_order: settings.minimum_order,
        },
        sign_up: SignUpSection { open: settings.sign_up, privacy_en: settings.privacy.en, privacy_ru: settings.privacy.ru, privacy_bg: settings.privacy.bg },
        logo: settings.logo.as_ref().map(shown_logo),
        counters,
        today,
        password_set: !settings.smtp.sealed_password.is_empty(),
        mail_environment: environment.map(|server| server.place()),
        price_types: store::price_types(connection).await?,
        undo: earlier.is_some(),
        changed,
    })
}

//! Taking back a change of the settings: the newest one whole, or what a change did to one section, however the others have
//! gone on since.

use axum::extract::State;
use axum::http::HeaderMap;
use kontor_shared::api::firm::Settings;
use kontor_shared::audit::Action;
use kontor_shared::settings::SettingsSection;
use kontor_shared::words::segments as words;
use serde::Deserialize;

use super::{FirmSettings, check, numbers, save_changed, sections, store};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, seen_revision};
use crate::segments::terms;
use crate::{AppState, auth};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Only this section; without it the whole of the newest change.
    section: Option<SettingsSection>,
}

/// `POST /api/settings/undo`: the settings as they were before the newest change, which `If-Match` names. With `?section=` that
/// section alone, as it was before the change that made the revision in `If-Match`; later changes of other sections stay.
pub async fn undo(State(state): State<AppState>, who: auth::Staff, Query(which): Query<Which>, headers: HeaderMap) -> Result<Json<Settings>> {
    let seen = seen_revision(&headers)?;
    let nothing = || AppError::conflict("nothing_to_undo", "no earlier settings are kept");
    let mut tx = state.db.write_tx().await?;
    let (current, revision) = sections::lock(&mut tx, &state, seen.filter(|_| which.section.is_none())).await?;
    let made = seen.filter(|_| which.section.is_some()).unwrap_or(revision);
    let before = store::version(&mut tx, made.checked_sub(1).ok_or_else(nothing)?).await?.ok_or_else(nothing)?;
    let after = match which.section {
        None => before,
        Some(section) => {
            let done = store::version(&mut tx, made).await?.ok_or_else(nothing)?;
            if differs(section, &done, &current) {
                return Err(AppError::conflict("changed_elsewhere", format!("{} was changed again since revision {made}", section.word())));
            }
            let mut after = current.clone();
            put(section, &before, &mut after);
            after
        }
    };
    if after == current {
        return Err(nothing());
    }
    numbers::begin_as_before(&mut tx, &current, &after).await?;
    check::check(&after, &store::price_types(&mut tx).await?)?;
    numbers::check_change(&mut tx, &current, &after, state.clock.now_ms()).await??;
    terms::note_rule(&mut tx, &state, &current, &after, &who.actor(), words::UNDONE.say(who.0.lang), "/segments/reason").await?;
    let revision = save_changed(&mut tx, &state, &who.actor(), Action::SettingsUndo, &current, &after).await?;
    let answer = sections::shown(&mut tx, &state, after, revision).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

/// The sections in which two differ.
pub fn changed(one: &FirmSettings, other: &FirmSettings) -> Vec<SettingsSection> {
    SettingsSection::ALL.iter().copied().filter(|section| differs(*section, one, other)).collect()
}

fn differs(section: SettingsSection, one: &FirmSettings, other: &FirmSettings) -> bool {
    let mut moved = other.clone();
    put(section, one, &mut moved);
    moved != *other
}

/// Puts one section of some settings into others.
fn put(section: SettingsSection, from: &FirmSettings, into: &mut FirmSettings) {
    macro_rules! take {
        ($($field:ident),*) => {{ $(into.$field.clone_from(&from.$field);)* }};
    }
    match section {
        SettingsSection::Firm => take!(party, zone, lang, langs),
        SettingsSection::Money => take!(currency, vat_mode, vat_method, vat_rates, default_vat),
        SettingsSection::Numbers => take!(proforma_series, order_series, proforma_start, order_start),
        SettingsSection::Mail => take!(smtp, mail_from, reply_to, mail_limits, uncertain_policy),
        SettingsSection::Segments => take!(segment_period, segment_mode, regular_from, lapse),
        SettingsSection::Prices => take!(public_price_type, customer_price_type, terms, pay_days, new_days, minimum_order),
        SettingsSection::SignUp => take!(sign_up, privacy),
        SettingsSection::Logo => take!(logo),
    }
}

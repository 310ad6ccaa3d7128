//! The desk mailings are written at: drafts, who is in the audience, what the rest of a page needs to choose from.

use std::collections::{BTreeMap, HashSet};

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use kontor_shared::api::Role;
use kontor_shared::api::mailings as api;
use kontor_shared::audit::Action;
use kontor_shared::ids::{MailingId, TemplateId};
use kontor_shared::mailings::{Audience, MailingAction, MailingState, Policy, SkipReason, Topic};
use kontor_shared::words::Lang;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::audience::{self, Recipient, Wanted};
use super::{templates, waiting, warnings};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, id_in_path, seen_revision};
use crate::firm::FirmSettings;
use crate::time::rfc3339;
use crate::{AppState, audit, segments};

pub mod store;

/// A stored mailing with its words read.
pub struct Known {
    pub row: store::Row,
    pub state: MailingState,
    pub topic: Topic,
    pub audience: Audience,
}

impl Known {
    pub fn of(row: store::Row) -> anyhow::Result<Self> {
        Ok(Self {
            state: MailingState::parse(&row.state).context("stored state of a mailing")?,
            topic: Topic::parse(&row.topic).context("stored topic")?,
            audience: serde_json::from_str(&row.audience).context("stored audience")?,
            row,
        })
    }

    pub async fn load(connection: &mut AnyConnection, id: &str) -> Result<Self> {
        let id: MailingId = id_in_path(id)?;
        let row = store::get(connection, "", &id.to_string()).await?.ok_or(AppError::NotFound)?;
        Ok(Self::of(row)?)
    }

    /// The version whose words it says: the fixed one, else the template's newest.
    pub async fn version(&self, connection: &mut AnyConnection) -> Result<Option<(String, i64)>> {
        let Some(template) = &self.row.template_id else { return Ok(None) };
        let version = match self.row.template_version {
            Some(version) => version,
            None => templates::store::get(connection, template).await?.ok_or(AppError::NotFound)?.newest,
        };
        Ok(Some((template.clone(), version)))
    }

    /// The languages it can be read in.
    pub async fn languages(&self, connection: &mut AnyConnection) -> Result<Vec<Lang>> {
        match self.version(connection).await? {
            Some((template, version)) => Ok(templates::store::texts(connection, &template, version).await?.into_iter().map(|text| text.lang).collect()),
            None => Ok(Vec::new()),
        }
    }

    /// Everybody who would get it, counted anew.
    pub async fn candidates(&self, connection: &mut AnyConnection, firm: &FirmSettings, now_ms: i64) -> Result<Vec<Recipient>> {
        let texts = self.languages(connection).await?;
        Ok(audience::candidates(connection, firm, now_ms, &Wanted { audience: &self.audience, topic: self.topic, texts: &texts }).await?)
    }
}

fn refuse_unfit(audience: &Audience) -> Result<()> {
    audience.check().map_err(|(at, fault)| AppError::invalid_field("unfit_audience", format!("/audience/conditions/{at}"), fault.word()))
}

/// How many are skipped for each reason, most first.
pub fn skip_counts(reasons: impl Iterator<Item = SkipReason>) -> Vec<api::SkipCount> {
    let mut counts: BTreeMap<SkipReason, u64> = BTreeMap::new();
    reasons.for_each(|reason| *counts.entry(reason).or_default() += 1);
    let mut counts: Vec<api::SkipCount> = counts.into_iter().map(|(reason, count)| api::SkipCount { reason, count }).collect();
    counts.sort_by_key(|one| (std::cmp::Reverse(one.count), one.reason));
    counts
}

/// `POST /api/mailings/audience`
pub async fn count(State(state): State<AppState>, Json(wanted): Json<api::CountAudience>) -> Result<Json<api::AudienceCount>> {
    refuse_unfit(&wanted.audience)?;
    let firm = state.firm().await?;
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let texts: Vec<Lang> = match wanted.template {
        Some(template) => {
            let id = template.to_string();
            let newest = templates::store::get(&mut connection, &id).await?.ok_or(AppError::NotFound)?.newest;
            templates::store::texts(&mut connection, &id, newest).await?.into_iter().map(|text| text.lang).collect()
        }
        None => Vec::new(),
    };
    let found = audience::candidates(&mut connection, &firm, now, &Wanted { audience: &wanted.audience, topic: wanted.topic, texts: &texts }).await?;
    let names = audience::names(&mut connection, &wanted.audience).await?;
    let going = || found.iter().filter(|one| one.skip.is_none());
    let languages = Lang::ALL.into_iter().map(|lang| api::LanguageCount { lang, count: going().filter(|one| one.lang == lang).count() as u64 });
    Ok(Json(api::AudienceCount {
        as_of: segments::firm_rule(&firm, now)?.as_of.to_string(),
        customers: found.iter().map(|one| one.customer).collect::<HashSet<_>>().len() as u64,
        recipients: going().count() as u64,
        skipped: skip_counts(found.iter().filter_map(|one| one.skip)),
        languages: languages.filter(|one| one.count > 0).collect(),
        names,
        warnings: warnings::of(&mut connection, &wanted.audience).await?,
    }))
}

/// `GET /api/mailings/choices`
pub async fn choices(State(state): State<AppState>) -> Result<Json<api::AudienceChoices>> {
    let mut connection = state.db.read().await?;
    let seq = crate::catalog::store::visible_seq(&mut connection).await?;
    let choice = |code: String, name: String| api::Choice { code, name };
    let groups = crate::catalog::store::groups(&mut connection, seq).await?.into_iter().map(|(code, group)| choice(code, group.name)).collect();
    let price_types = crate::catalog::store::price_types(&mut connection).await?.into_iter().map(|(code, name, _)| choice(code, name)).collect();
    let mut managers: Vec<api::Choice> = store::managers(&mut connection).await?.into_iter().map(|(id, login)| choice(id, login)).collect();
    managers.sort_by(|one, other| one.name.cmp(&other.name));
    let places = store::places(&mut connection).await?;
    let sorted = |values: Vec<String>| {
        let mut values: Vec<String> = values.into_iter().filter(|value| !value.trim().is_empty()).collect::<HashSet<_>>().into_iter().collect();
        values.sort();
        values.truncate(500);
        values
    };
    let (regions, countries): (Vec<String>, Vec<String>) = places.into_iter().unzip();
    let templates = templates::all(&mut connection, false).await?;
    Ok(Json(api::AudienceChoices {
        groups,
        regions: sorted(regions),
        countries: sorted(countries),
        managers,
        price_types,
        languages: Lang::ALL.to_vec(),
        templates,
    }))
}

#[derive(Deserialize)]
pub struct After {
    after: Option<String>,
}

/// `GET /api/mailings`
pub async fn list(State(state): State<AppState>, Query(asked): Query<After>) -> Result<Json<api::MailingPage>> {
    const PAGE: usize = 50;
    let mut connection = state.db.read().await?;
    let mut rows = store::list(&mut connection, asked.after.as_deref().unwrap_or(""), PAGE as i64 + 1).await?;
    let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].id.clone());
    rows.truncate(PAGE);
    let mut mailings = Vec::with_capacity(rows.len());
    for row in rows {
        let known = Known::of(row)?;
        let (counts, _) = counts(&mut connection, &known.row.id).await?;
        let names = audience::names(&mut connection, &known.audience).await?;
        let row = known.row;
        mailings.push(api::MailingSummary {
            id: row.id.parse().context("stored mailing id")?,
            name: row.name,
            state: known.state,
            topic: known.topic,
            audience: known.audience,
            names,
            created_at: rfc3339(row.created_at),
            frozen_at: row.frozen_at.map(rfc3339),
            started_at: row.started_at.map(rfc3339),
            finished_at: row.finished_at.map(rfc3339),
            counts,
        });
    }
    Ok(Json(api::MailingPage { mailings, next }))
}

async fn counts(connection: &mut AnyConnection, mailing: &str) -> anyhow::Result<(Vec<api::MessageCount>, Vec<api::SkipCount>)> {
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    let mut skipped = Vec::new();
    for (state, reason, count) in store::counts(connection, mailing).await? {
        *states.entry(state.clone()).or_default() += count.unsigned_abs();
        if state == "skipped" {
            let reason = SkipReason::parse(&reason).unwrap_or(SkipReason::Suppressed);
            skipped.push(api::SkipCount { reason, count: count.unsigned_abs() });
        }
    }
    skipped.sort_by_key(|one| (std::cmp::Reverse(one.count), one.reason));
    Ok((states.into_iter().map(|(state, count)| api::MessageCount { state, count }).collect(), skipped))
}

/// `GET /api/mailings/{id}`
pub async fn show(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    Ok(Json(shown(&state, &mut connection, known, who.0.role).await?))
}

/// A mailing as its page shows it to somebody of a role.
pub async fn shown(state: &AppState, connection: &mut AnyConnection, known: Known, role: Role) -> Result<api::Mailing> {
    let limits = crate::firm::stored(connection).await?.mail_limits.clone();
    let waiting = waiting::of(connection, &known.row.id, known.state, &limits, state.clock.now_ms()).await?;
    let names = audience::names(connection, &known.audience).await?;
    let (counts, skipped) = counts(connection, &known.row.id).await?;
    let version = known.version(connection).await?;
    let template_name = match &version {
        Some((template, _)) => templates::store::get(connection, template).await?.map(|row| row.name).unwrap_or_default(),
        None => String::new(),
    };
    let untouched = counts.iter().all(|one| matches!(one.state.as_str(), "queued" | "skipped"));
    let row = &known.row;
    Ok(api::Mailing {
        id: row.id.parse().context("stored mailing id")?,
        revision: row.revision,
        name: row.name.clone(),
        state: known.state,
        topic: known.topic,
        names,
        template: row.template_id.as_deref().map(str::parse).transpose().context("stored template id")?,
        template_name,
        template_version: version.map(|(_, version)| u32::try_from(version)).transpose().context("stored version")?,
        price_list: row.price_list.map(u32::try_from).transpose().context("stored price list")?,
        attach_price_list: row.attach_price_list != 0,
        uncertain_policy: Policy::parse(&row.uncertain_policy).context("stored policy")?,
        freezing: known.state == MailingState::Draft && row.template_version.is_some(),
        paused_reason: row.paused_reason.clone(),
        created_at: rfc3339(row.created_at),
        created_by: row.created_by.clone(),
        frozen_at: row.frozen_at.map(rfc3339),
        frozen_by: row.frozen_by.clone(),
        started_at: row.started_at.map(rfc3339),
        started_by: row.started_by.clone(),
        finished_at: row.finished_at.map(rfc3339),
        counts,
        skipped,
        waiting,
        actions: actions(known.state, role, untouched),
        audience: known.audience,
    })
}

/// What the state and the role allow. Anybody who writes mailings may stop one; letting one go is for those who answer for it.
fn actions(state: MailingState, role: Role, untouched: bool) -> Vec<String> {
    let mut actions = Vec::new();
    if state == MailingState::Draft {
        actions.push("save".to_string());
    }
    for action in [MailingAction::Freeze, MailingAction::Start, MailingAction::Pause, MailingAction::Resume, MailingAction::Thaw, MailingAction::Cancel] {
        let stops = matches!(action, MailingAction::Pause | MailingAction::Cancel);
        let possible = state.after(action).is_some() && (action != MailingAction::Thaw || untouched);
        if possible && (stops || matches!(role, Role::Marketer | Role::Admin)) {
            actions.push(action.word().into());
        }
    }
    actions
}

/// `PUT /api/mailings/{id}`
pub async fn save(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<api::SaveMailing>,
) -> Result<Json<api::Mailing>> {
    let id: MailingId = id_in_path(&id)?;
    let seen = seen_revision(&headers)?;
    bounded_text("/name", &wanted.name, 200, false)?;
    if wanted.name.trim().is_empty() {
        return Err(AppError::invalid_field("name_missing", "/name", "a mailing has a name"));
    }
    refuse_unfit(&wanted.audience)?;
    let mut tx = state.db.write_tx().await?;
    if let Some(template) = wanted.template {
        refuse_missing_template(&mut tx, template).await?;
    }
    let before = store::get(&mut tx, state.db.for_update(), &id.to_string()).await?;
    let row = store::Row {
        id: id.to_string(),
        name: wanted.name.trim().to_string(),
        state: MailingState::Draft.word().into(),
        revision: before.as_ref().map_or(1, |row| row.revision + 1),
        topic: wanted.topic.word().into(),
        audience: serde_json::to_string(&wanted.audience).context("an audience as JSON")?,
        template_id: wanted.template.map(|template| template.to_string()),
        template_version: None,
        price_list: None,
        attach_price_list: i64::from(wanted.attach_price_list),
        uncertain_policy: wanted.uncertain_policy.word().into(),
        frozen_by_rule: String::new(),
        paused_reason: String::new(),
        created_at: state.clock.now_ms(),
        created_by: who.actor(),
        frozen_at: None,
        frozen_by: String::new(),
        started_at: None,
        started_by: String::new(),
        finished_at: None,
    };
    let told = |row: &store::Row| {
        serde_json::json!({"name": row.name, "topic": row.topic, "audience": row.audience, "template": row.template_id,
            "attach_price_list": row.attach_price_list, "uncertain_policy": row.uncertain_policy})
    };
    match &before {
        None if seen.is_some() => return Err(AppError::NotFound),
        None => store::insert(&mut tx, &row).await?,
        Some(before) => {
            let same = told(before) == told(&row);
            if before.state != MailingState::Draft.word() {
                return Err(AppError::conflict("mailing_state", format!("the mailing is {}", before.state)));
            }
            if !same && seen != Some(before.revision) {
                return Err(AppError::conflict("changed_elsewhere", format!("the mailing is at revision {}", before.revision)));
            }
            if !same {
                store::update(&mut tx, &row).await?;
            }
        }
    }
    if before.as_ref().is_none_or(|before| told(before) != told(&row)) {
        audit::record(&mut tx, &state.clock, &who.actor(), Action::MailingSave, &row.id, before.as_ref().map(told).as_ref(), Some(&told(&row))).await?;
    }
    let known = Known::load(&mut tx, &row.id).await?;
    let answer = shown(&state, &mut tx, known, who.0.role).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

async fn refuse_missing_template(connection: &mut AnyConnection, template: TemplateId) -> Result<()> {
    match templates::store::get(connection, &template.to_string()).await? {
        Some(row) if row.archived_at.is_none() => Ok(()),
        _ => Err(AppError::invalid_field("unknown_template", "/template", "there is no such template in use")),
    }
}

#[derive(Deserialize)]
pub struct Rows {
    state: Option<String>,
    reason: Option<String>,
    q: Option<String>,
    after: Option<String>,
}

/// `GET /api/mailings/{id}/messages`
pub async fn messages(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<Rows>) -> Result<Json<api::RecipientPage>> {
    const PAGE: usize = 100;
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    let wanted = crate::customers::Wanted::new(asked.q.as_deref().unwrap_or(""));
    let filter = (asked.state.as_deref().unwrap_or(""), asked.reason.as_deref().unwrap_or(""));
    let mut after = asked.after.unwrap_or_default();
    let mut found = Vec::new();
    // Names are human text and not compared in SQL: what is looked for is filtered here, page after page.
    loop {
        let rows = store::recipients(&mut connection, &known.row.id, filter, &after, 1000).await?;
        let last = rows.len() < 1000;
        after = rows.last().map(|row| row.id.clone()).unwrap_or_default();
        found.extend(rows.into_iter().filter(|row| matches(row, &wanted)));
        if last || found.len() > PAGE {
            break;
        }
    }
    let next = (found.len() > PAGE).then(|| found[PAGE - 1].id.clone());
    found.truncate(PAGE);
    let recipients = found.into_iter().map(recipient).collect::<anyhow::Result<_>>()?;
    Ok(Json(api::RecipientPage { recipients, next }))
}

fn matches(row: &store::Recipient, wanted: &crate::customers::Wanted) -> bool {
    let names = format!("{} {} {}", row.customer_name.as_deref().unwrap_or(""), row.contact_name.as_deref().unwrap_or(""), row.recipient);
    wanted.matches(row.code.as_deref().unwrap_or(""), &crate::customers::fold(&names))
}

/// A recipient as lists and reports tell it.
pub fn recipient(row: store::Recipient) -> anyhow::Result<api::MailingRecipient> {
    let customer = match (row.customer_id, row.code, row.customer_name) {
        (Some(id), Some(code), Some(name)) => Some(kontor_shared::api::OrderCustomer { id: id.parse().context("stored customer id")?, code, name }),
        _ => None,
    };
    Ok(api::MailingRecipient {
        message: row.id.parse().context("stored message id")?,
        customer,
        name: row.contact_name.unwrap_or_default(),
        // Who has no address of their own is written down by whom it would have been for.
        address: if row.recipient.contains('@') { row.recipient } else { String::new() },
        channel: row.channel,
        reason: if row.state == "skipped" { SkipReason::parse(&row.skip_reason) } else { None },
        state: row.state,
        sent_at: row.sent_at.map(rfc3339),
        answer: row.last_error.unwrap_or_default(),
    })
}

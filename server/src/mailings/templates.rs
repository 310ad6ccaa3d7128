//! Templates: the words of mailings, per language, in versions that never change once they are written.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::mailings as api;
use kontor_shared::audit::Action;
use kontor_shared::ids::TemplateId;
use kontor_shared::mailings::Topic;
use kontor_shared::segments::Segment;
use kontor_shared::words::Lang;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::render::{Letter, Reader};
use super::{check, render, values};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, id_in_path};
use crate::firm::FirmSettings;
use crate::time::{day_in, rfc3339};
use crate::{AppState, audit, auth, db};

pub mod store;

fn summary(row: &store::Row, languages: Vec<Lang>) -> anyhow::Result<api::TemplateSummary> {
    Ok(api::TemplateSummary {
        id: row.id.parse().context("stored template id")?,
        name: row.name.clone(),
        segment: segment(&row.segment)?,
        topic: Topic::parse(&row.topic).context("stored topic")?,
        newest: u32::try_from(row.newest).context("stored version")?,
        languages,
        changed_at: rfc3339(row.changed_at),
        archived: row.archived_at.is_some(),
    })
}

fn segment(stored: &str) -> anyhow::Result<Option<Segment>> {
    if stored.is_empty() { Ok(None) } else { Segment::parse(stored).map(Some).context("stored segment") }
}

/// All templates that are in use, by name; archived ones after them where they are wanted.
pub async fn all(connection: &mut AnyConnection, archived: bool) -> anyhow::Result<Vec<api::TemplateSummary>> {
    let mut languages: HashMap<String, Vec<Lang>> = HashMap::new();
    for (template, lang) in store::languages(connection).await? {
        languages.entry(template).or_default().push(Lang::parse(&lang).context("stored language")?);
    }
    let mut rows = store::list(connection).await?;
    rows.retain(|row| archived || row.archived_at.is_none());
    // Names are human text: PostgreSQL would sort them by its locale, SQLite by bytes.
    rows.sort_by_key(|row| (row.archived_at.is_some(), row.name.to_lowercase()));
    rows.iter()
        .map(|row| {
            let has = languages.remove(&row.id).unwrap_or_default();
            summary(row, Lang::ALL.into_iter().filter(|lang| has.contains(lang)).collect())
        })
        .collect()
}

#[derive(Deserialize)]
pub struct Listed {
    archived: Option<String>,
}

/// `GET /api/templates`
pub async fn list(State(state): State<AppState>, Query(asked): Query<Listed>) -> Result<Json<api::TemplateList>> {
    let mut connection = state.db.read().await?;
    Ok(Json(api::TemplateList { templates: all(&mut connection, asked.archived.as_deref() == Some("1")).await? }))
}

#[derive(Deserialize)]
pub struct Shown {
    version: Option<i64>,
}

/// `GET /api/templates/{id}`
pub async fn show(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<Shown>) -> Result<Json<api::Template>> {
    let id: TemplateId = id_in_path(&id)?;
    let mut connection = state.db.read().await?;
    Ok(Json(template(&mut connection, &id.to_string(), asked.version).await?))
}

async fn template(connection: &mut AnyConnection, id: &str, version: Option<i64>) -> Result<api::Template> {
    let row = store::get(connection, id).await?.ok_or(AppError::NotFound)?;
    let version = version.unwrap_or(row.newest);
    let texts = store::texts(connection, id, version).await?;
    if texts.is_empty() {
        return Err(AppError::NotFound);
    }
    let versions = store::versions(connection, id).await?;
    let versions = versions.into_iter().map(|one| api::TemplateVersion {
        version: u32::try_from(one.version).unwrap_or(u32::MAX),
        note: one.note,
        created_at: rfc3339(one.created_at),
        created_by: one.created_by,
    });
    let summary = summary(&row, Vec::new())?;
    Ok(api::Template {
        id: summary.id,
        name: summary.name,
        segment: summary.segment,
        topic: summary.topic,
        newest: summary.newest,
        archived: summary.archived,
        version: u32::try_from(version).context("stored version")?,
        texts,
        versions: versions.collect(),
    })
}

/// `PUT /api/templates/{id}`: the first version, or the next. What the checks refuse is not kept; the same content as the
/// newest version's is not written twice.
pub async fn save(
    State(state): State<AppState>,
    who: auth::Staff,
    Path(id): Path<String>,
    Json(wanted): Json<api::SaveTemplate>,
) -> Result<Json<api::Template>> {
    let id: TemplateId = id_in_path(&id)?;
    let id = id.to_string();
    bounded_text("/name", &wanted.name, 200, false)?;
    bounded_text("/note", &wanted.note, 500, false)?;
    let name = wanted.name.trim();
    if name.is_empty() {
        return Err(AppError::invalid_field("name_missing", "/name", "a template has a name"));
    }
    let firm = state.firm().await?;
    refuse_faulty(&state, &firm, &wanted.texts).await?;
    let mut texts = wanted.texts;
    texts.sort_by_key(|text| Lang::ALL.iter().position(|lang| *lang == text.lang));
    let mut tx = state.db.write_tx().await?;
    let newest = store::lock(&mut tx, state.db.for_update(), &id).await?;
    let now = state.clock.now_ms();
    let segment = wanted.segment.map_or("", Segment::word);
    let kept = match newest {
        Some(newest) => {
            let before = template(&mut tx, &id, Some(newest)).await?;
            if before.texts == texts && before.name == name && before.segment == wanted.segment && before.topic == wanted.topic {
                return Ok(Json(before));
            }
            if i64::from(wanted.based_on) != newest {
                return Err(AppError::conflict("changed_elsewhere", format!("version {newest} was written meanwhile")));
            }
            Some(before)
        }
        None if wanted.based_on != 0 => return Err(AppError::NotFound),
        None => {
            store::insert(&mut tx, &id, name, segment, wanted.topic.word(), now).await.map_err(name_taken)?;
            None
        }
    };
    let version = newest.unwrap_or(0) + 1;
    store::add_version(&mut tx, &id, (name, segment, wanted.topic.word()), version, wanted.note.trim(), &who.actor(), &texts, now).await.map_err(name_taken)?;
    let after = template(&mut tx, &id, None).await?;
    // The texts are in their versions; the trail says who made which.
    let told = |one: &api::Template| serde_json::json!({"name": one.name, "segment": one.segment, "topic": one.topic, "version": one.version});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::TemplateSave, &id, kept.as_ref().map(told).as_ref(), Some(&told(&after))).await?;
    tx.commit().await?;
    Ok(Json(after))
}

fn name_taken(error: sqlx::Error) -> AppError {
    if db::is_unique_violation(&error) { AppError::conflict("name_taken", "another template has this name") } else { error.into() }
}

async fn refuse_faulty(state: &AppState, firm: &FirmSettings, texts: &[api::TemplateText]) -> Result<()> {
    let (problems, _) = checked(state, firm, texts.to_vec(), None).await?;
    match problems.iter().find(|one| !one.advice) {
        None => Ok(()),
        Some(one) => {
            let place = one.line.map(|line| format!(", line {line}")).unwrap_or_default();
            Err(AppError::invalid_field(
                "template_refused",
                format!("/texts/{}/{}", one.lang.tag(), one.part),
                format!("{}{place}: {} {}", one.part, one.code, one.value),
            ))
        }
    }
}

/// What is wrong with the texts, and how the one in `shown` looks to an invented reader. Parsing, rendering and cleaning
/// take a while for long texts, away from the threads that wait for the network.
async fn checked(
    state: &AppState,
    firm: &FirmSettings,
    texts: Vec<api::TemplateText>,
    shown: Option<Lang>,
) -> Result<(Vec<api::TemplateProblem>, Option<api::RenderedMessage>)> {
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let (firm, public_url) = (firm.clone(), state.config.public_url.clone());
    let task = tokio::task::spawn_blocking(move || problems_of(&firm, &today, public_url.as_deref(), &texts, shown));
    task.await.map_err(|error| AppError::Internal(error.into()))?
}

fn problems_of(
    firm: &FirmSettings,
    today: &str,
    public_url: Option<&str>,
    texts: &[api::TemplateText],
    shown: Option<Lang>,
) -> Result<(Vec<api::TemplateProblem>, Option<api::RenderedMessage>)> {
    let (mut problems, mut preview) = (Vec::new(), None);
    for lang in Lang::ALL {
        match &texts.iter().filter(|text| text.lang == lang).collect::<Vec<_>>()[..] {
            [only] => {
                let found = check::check(only, &values::sample(lang, firm, today, public_url));
                problems.extend(found.problems);
                if shown == Some(lang) {
                    preview = found.preview;
                }
            }
            // Without the firm's own language those of another one would get nothing.
            [] => problems.push(api::TemplateProblem {
                lang,
                part: "text".into(),
                line: None,
                code: "missing_language".into(),
                value: lang.own_name().into(),
                detail: String::new(),
                advice: lang != firm.lang,
            }),
            _ => return Err(AppError::invalid_field("doubled_language", "/texts", format!("{} stands there twice", lang.tag()))),
        }
    }
    Ok((problems, preview))
}

/// `POST /api/templates/check`
pub async fn check_texts(State(state): State<AppState>, Json(wanted): Json<api::CheckTemplate>) -> Result<Json<api::TemplateChecked>> {
    let firm = state.firm().await?;
    let from = firm.mail_from.clone().unwrap_or_else(|| firm.party.email.clone());
    let text = wanted.texts.iter().find(|text| text.lang == wanted.lang).cloned();
    let (problems, preview) = checked(&state, &firm, wanted.texts, Some(wanted.lang)).await?;
    let (Some(text), Some(customer)) = (text, wanted.customer) else {
        return Ok(Json(api::TemplateChecked { problems, preview: preview.map(|preview| api::RenderedMessage { from, ..preview }) }));
    };
    let mut connection = state.db.read().await?;
    if super::store::customers(&mut connection, &[customer.to_string()]).await?.is_empty() {
        return Err(AppError::NotFound);
    }
    let version = render::price_list_now(&mut connection, &firm, state.clock.now_ms()).await?;
    let preview = match Letter::new(&mut connection, std::slice::from_ref(&text), version).await? {
        Err(_) => None,
        Ok(letter) => {
            let (unsubscribe_url, preferences_url) = super::sample_links(&state);
            let reader = Reader { customer, contact: None, lang: wanted.lang, unsubscribe_url, preferences_url };
            render::batch(&state, &mut connection, &firm, &Arc::new(letter), &[reader]).await?.pop().and_then(std::result::Result::ok)
        }
    };
    let preview = preview.map(|one| api::RenderedMessage { from, subject: one.subject, text: one.text, html: one.html, attachments: Vec::new() });
    Ok(Json(api::TemplateChecked { problems, preview }))
}

/// `POST /api/templates/{id}/archive`
pub async fn archive(State(state): State<AppState>, who: auth::Staff, Path(id): Path<String>) -> Result<Json<api::Template>> {
    set_archived(&state, &who, &id, true).await
}

/// `POST /api/templates/{id}/restore`
pub async fn restore(State(state): State<AppState>, who: auth::Staff, Path(id): Path<String>) -> Result<Json<api::Template>> {
    set_archived(&state, &who, &id, false).await
}

async fn set_archived(state: &AppState, who: &auth::Staff, id: &str, archived: bool) -> Result<Json<api::Template>> {
    let id: TemplateId = id_in_path(id)?;
    let id = id.to_string();
    let mut tx = state.db.write_tx().await?;
    store::lock(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    let before = template(&mut tx, &id, None).await?;
    if before.archived != archived {
        store::archive(&mut tx, &id, archived.then(|| state.clock.now_ms())).await?;
        let told = |archived: bool| serde_json::json!({"name": before.name, "archived": archived});
        let action = if archived { Action::TemplateArchive } else { Action::TemplateRestore };
        audit::record(&mut tx, &state.clock, &who.actor(), action, &id, Some(&told(before.archived)), Some(&told(archived))).await?;
        tx.commit().await?;
    }
    let mut connection = state.db.read().await?;
    Ok(Json(template(&mut connection, &id, None).await?))
}

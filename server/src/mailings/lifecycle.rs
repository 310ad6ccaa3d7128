//! What people do with a mailing once it is written: freeze, start, pause, resume, take back to a draft, cancel.

use axum::extract::{Path, State};
use kontor_shared::api::mailings as api;
use kontor_shared::mailings::{LOOK_TWICE, MailingAction};
use kontor_shared::words::{Lang, audience as words};
use serde_json::json;

use super::desk::{self, Known};
use super::moves::{self, Moved};
use super::{audience, freeze as freezing, preview};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::{AppState, segments};

/// `POST /api/mailings/{id}/freeze`: a message for each recipient is written; none goes out.
pub async fn freeze(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    freeze_as(&state, &id, &who.actor()).await?;
    answer(&state, &who, &id).await
}

/// Checks a mailing and writes a message for each recipient, by whoever asks for it.
pub async fn freeze_as(state: &AppState, id: &str, actor: &str) -> Result<freezing::Frozen> {
    let firm = state.firm().await?;
    let now = state.clock.now_ms();
    let (known, recipients, by) = {
        let mut connection = state.db.read().await?;
        let known = Known::load(&mut connection, id).await?;
        if known.state.after(MailingAction::Freeze).is_some() {
            let checks = preview::checked(state, &mut connection, &known, &firm).await?;
            if let Some(fault) = checks.checks.iter().find(|one| !one.ok && !one.advice) {
                return Err(AppError::conflict("mailing_not_ready", format!("{}: {}", fault.code, fault.detail)));
            }
        }
        let recipients = known.candidates(&mut connection, &firm, now).await?;
        let names = audience::names(&mut connection, &known.audience).await?;
        let rule = segments::firm_rule(&firm, now)?;
        let sentences: serde_json::Map<String, serde_json::Value> =
            Lang::ALL.into_iter().map(|lang| (lang.tag().to_string(), json!(words::sentence(lang, &known.audience, &names)))).collect();
        let by = json!({"audience": sentences, "rule": segments::explained(&rule)});
        (known, recipients, by)
    };
    // On its own task: a browser that goes away does not leave it half done.
    let (task, mailing, seen, actor) = (state.clone(), known.row.id.clone(), known.row.revision, actor.to_string());
    let frozen = tokio::spawn(async move { freezing::freeze(&task, &mailing, Some(seen), &recipients, &by, &actor).await });
    frozen.await.map_err(|error| AppError::Internal(error.into()))?
}

/// `POST /api/mailings/{id}/start`. Above a number of messages whoever starts it says how many there are: a look twice is
/// cheaper than 10 000 letters.
pub async fn start(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(wanted): Json<api::StartMailing>) -> Result<Json<api::Mailing>> {
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    let counts = desk::store::counts(&mut connection, &known.row.id).await?;
    drop(connection);
    let going: i64 = counts.iter().filter(|(state, _, _)| state != "skipped").map(|(_, _, count)| count).sum();
    let going = going.unsigned_abs();
    if going > LOOK_TWICE && wanted.recipients != Some(going) {
        return Err(AppError::invalid_field("count_differs", "/recipients", format!("{going} messages would go out")));
    }
    act(&state, &who, &id, MailingAction::Start).await
}

/// `POST /api/mailings/{id}/pause`
pub async fn pause(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    act(&state, &who, &id, MailingAction::Pause).await
}

/// `POST /api/mailings/{id}/resume`
pub async fn resume(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    act(&state, &who, &id, MailingAction::Resume).await
}

/// `POST /api/mailings/{id}/cancel`
pub async fn cancel(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    act(&state, &who, &id, MailingAction::Cancel).await
}

/// `POST /api/mailings/{id}/thaw`
pub async fn thaw(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<api::Mailing>> {
    act(&state, &who, &id, MailingAction::Thaw).await
}

async fn act(state: &AppState, who: &Staff, id: &str, action: MailingAction) -> Result<Json<api::Mailing>> {
    let mut tx = state.db.write_tx().await?;
    let known = Known::load(&mut tx, id).await?;
    match moves::act(&mut tx, state, &known.row.id, action, &who.actor(), "").await? {
        Moved::On(..) => tx.commit().await?,
        // Asked for twice, it is done once.
        Moved::Stays(now) if known.state == now && already(now, action) => {}
        Moved::Stays(now) if action == MailingAction::Thaw && now.after(action).is_some() => {
            return Err(AppError::conflict("already_sent", "something of the mailing was sent or tried"));
        }
        Moved::Stays(now) => return Err(AppError::conflict("mailing_state", format!("the mailing is {}", now.word()))),
        Moved::Missing => return Err(AppError::NotFound),
    }
    answer(state, who, id).await
}

fn already(state: kontor_shared::mailings::MailingState, action: MailingAction) -> bool {
    use kontor_shared::mailings::MailingState as S;
    matches!(
        (state, action),
        (S::Running, MailingAction::Start | MailingAction::Resume)
            | (S::Paused, MailingAction::Pause)
            | (S::Cancelled, MailingAction::Cancel)
            | (S::Draft, MailingAction::Thaw)
    )
}

async fn answer(state: &AppState, who: &Staff, id: &str) -> Result<Json<api::Mailing>> {
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, id).await?;
    Ok(Json(desk::shown(state, &mut connection, known, who.0.role).await?))
}

//! A person's own log-in: what it looks like, its language, password, address and sessions.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::accounts::{Account, ChangeEmail, ChangePassword, EndSessions, OwnSession, Prove, SaveAccount};
use kontor_shared::audit::Action;
use sqlx::AnyConnection;

use super::{mail, passwords, requests, second_factor, store, totp};
use crate::auth::throttle::{self, Rule};
use crate::auth::{self, IDLE_MS, Identity, SignedIn, token_hash};
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text};
use crate::links::{self, Purpose};
use crate::time::rfc3339;
use crate::{AppState, audit};

/// A password counts as just given for this long (ASVS 5.0, 7.5.1).
const FRESH_MS: i64 = 10 * 60_000;

/// Refuses unless the password was given in this session a moment ago.
pub fn fresh(state: &AppState, who: &Identity) -> Result<()> {
    if state.clock.now_ms() - who.proved_at > FRESH_MS {
        return Err(AppError::Forbidden { code: "prove_again" });
    }
    Ok(())
}

/// A session as its owner names it: its key stays here.
fn session_id(key: &str) -> String {
    token_hash(&format!("session {key}"))[..32].to_string()
}

/// `GET /api/account`
pub async fn show(State(state): State<AppState>, SignedIn(who): SignedIn) -> Result<Json<Account>> {
    let user = who.user.to_string();
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let row = auth::store::user_by_id(&mut connection, "", &user).await?.ok_or(AppError::NotFound)?;
    let sessions = store::sessions(&mut connection, &user, now, now - IDLE_MS).await?;
    let recovery_left = store::recovery_left(&mut connection, &user).await?;
    let session = |session: store::OwnSession| OwnSession {
        id: session_id(&session.token_hash),
        this: session.token_hash == who.session,
        device: session.device,
        since: rfc3339(session.created_at),
        seen_at: rfc3339(session.seen_at),
    };
    Ok(Json(Account {
        login: row.login,
        name: row.name,
        role: who.role,
        lang: who.lang,
        factor_since: row.factor_at.map(rfc3339),
        factor_compulsory: who.role.is_staff() && row.demo == 0,
        recovery_left: u32::try_from(recovery_left).unwrap_or(0),
        proved: fresh(&state, &who).is_ok(),
        sessions: sessions.into_iter().map(session).collect(),
    }))
}

/// `PUT /api/account`: the language the firm writes in to this person, and the name.
pub async fn save(State(state): State<AppState>, who: SignedIn, Json(wanted): Json<SaveAccount>) -> Result<Json<Account>> {
    let user = who.0.user.to_string();
    let mut tx = state.db.write_tx().await?;
    let before = auth::store::user_by_id(&mut tx, state.db.for_update(), &user).await?.ok_or(AppError::NotFound)?;
    let name = wanted.name.map_or_else(|| before.name.clone(), |name| name.trim().to_string());
    bounded_text("/name", &name, 200, false)?;
    if name != before.name || wanted.lang.tag() != before.lang {
        store::describe(&mut tx, &user, &name, wanted.lang.tag()).await?;
        let told = |name: &str, lang: &str| serde_json::json!({"name": name, "lang": lang});
        let (old, new) = (told(&before.name, &before.lang), told(&name, wanted.lang.tag()));
        audit::record(&mut tx, &state.clock, &who.0.actor(), Action::AccountSave, &user, Some(&old), Some(&new)).await?;
    }
    tx.commit().await?;
    let identity = Identity { lang: wanted.lang, ..who.0 };
    show(State(state), SignedIn(identity)).await
}

/// Whether the password, and the code where one is set up, are the caller's. Counted with the log-ins of the account.
async fn proven(state: &AppState, who: &Identity, password: String, totp: Option<&str>) -> Result<()> {
    let field = |name: &str| AppError::invalid_field("wrong_password", name, "not the password of this log-in");
    if password.len() > kontor_shared::passwords::MOST_BYTES {
        return Err(field("/password"));
    }
    let mut tx = state.db.write_tx().await?;
    throttle::count(&mut tx, Rule::Account, &who.login, state.clock.now_ms()).await?;
    let row = auth::store::user_by_id(&mut tx, "", &who.user.to_string()).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    if !state.password_matches(password, Some(row.password_hash.clone())).await? {
        return Err(field("/password"));
    }
    let mut tx = state.db.write_tx().await?;
    if let (true, Some(code)) = (row.factor_at.is_some(), totp) {
        let code = totp::plain(code);
        if code.is_empty() || !second_factor::accept(&mut tx, state, &row.id, &code).await? {
            tx.commit().await?;
            return Err(AppError::invalid_field("wrong_code", "/totp", "not a code of this log-in"));
        }
    }
    auth::store::forget_failures(&mut tx, &Rule::Account.key(&who.login)).await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /api/account/proof`: the password once more, and the code, for what needs both fresh. The session gets another token.
pub async fn prove(State(state): State<AppState>, SignedIn(who): SignedIn, Json(sent): Json<Prove>) -> Result<Response> {
    proven(&state, &who, sent.password, Some(sent.totp.as_deref().unwrap_or(""))).await?;
    let mut tx = state.db.write_tx().await?;
    let cookie = auth::rotate(&mut tx, &state, &who, true, false).await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Ends what somebody who had this log-in may have asked for meanwhile: a link to another address or another password would let
/// them in again, also one that is still to be written.
pub async fn end_links(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    // Whoever answers a request holds the log-in's row while it writes the link.
    store::hold(connection, user).await?;
    for purpose in [Purpose::Reset, Purpose::Email] {
        links::end(connection, purpose, user).await?;
    }
    requests::end_of(connection, user).await
}

/// `PUT /api/account/password`
pub async fn change_password(State(state): State<AppState>, SignedIn(who): SignedIn, Json(sent): Json<ChangePassword>) -> Result<Response> {
    let user = who.user.to_string();
    let (row, firm) = {
        let mut connection = state.db.read().await?;
        let row = auth::store::user_by_id(&mut connection, "", &user).await?.ok_or(AppError::NotFound)?;
        (row, crate::firm::stored(&mut connection).await?)
    };
    passwords::check("/new", &sent.new, &[&row.login, &row.name, &firm.party.name])?;
    proven(&state, &who, sent.old, None).await.map_err(|error| match error {
        AppError::Invalid { code: "wrong_password", detail, .. } => AppError::Invalid { code: "wrong_password", detail, field: Some("/old".into()) },
        other => other,
    })?;
    let hash = state.new_hash(sent.new).await?;
    let mut tx = state.db.write_tx().await?;
    store::set_password(&mut tx, &user, &hash).await?;
    end_links(&mut tx, &user).await?;
    if sent.end_others {
        auth::store::end_sessions(&mut tx, &user, &who.session).await?;
    }
    let cookie = auth::rotate(&mut tx, &state, &who, false, false).await?;
    audit::record::<()>(&mut tx, &state.clock, &who.actor(), Action::PasswordChange, &user, None, None).await?;
    mail::changed(&mut tx, &state, &who.login, who.lang, Action::PasswordChange).await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// `PUT /api/account/email`: asks the new address; the log-in changes when its link is used. The old address is told.
/// The answer is the same where somebody else signs in with the new one.
pub async fn change_email(State(state): State<AppState>, SignedIn(who): SignedIn, Json(sent): Json<ChangeEmail>) -> Result<StatusCode> {
    fresh(&state, &who)?;
    let email = super::email("/email", &sent.email)?;
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    throttle::count(&mut tx, Rule::AskingFor, &who.user.to_string(), now).await?;
    requests::enqueue(&mut tx, &state.clock, &requests::Request::Email { user: who.user, email }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/account/sessions/end`
pub async fn end_sessions(State(state): State<AppState>, SignedIn(who): SignedIn, Json(sent): Json<EndSessions>) -> Result<StatusCode> {
    let user = who.user.to_string();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    match sent.session {
        None => {
            // The log-in before its sessions, as everybody locks them.
            end_links(&mut tx, &user).await?;
            auth::store::end_sessions(&mut tx, &user, &who.session).await?;
        }
        Some(id) => {
            let sessions = store::sessions(&mut tx, &user, now, now - IDLE_MS).await?;
            let found = sessions.into_iter().find(|session| session_id(&session.token_hash) == id).ok_or(AppError::NotFound)?;
            auth::store::end_session(&mut tx, &found.token_hash).await?;
        }
    }
    audit::record::<()>(&mut tx, &state.clock, &who.actor(), Action::SessionEnd, &user, None, None).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

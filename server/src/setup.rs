//! First start: while nobody can administer the installation, a one-time link on the console leads to one page that makes
//! the firm and its first administrator, together or not at all.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::firm::{SetUp, SetUpLink, SetUpReady};
use kontor_shared::api::{Role, Session};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::ids::UserId;

use crate::accounts::passwords;
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::firm::{save_changed, sections, store};
use crate::links::{self, Purpose};
use crate::time::rfc3339;
use crate::{AppState, audit, auth, db, mail, mailings};

/// There is one first administrator; a newer link ends the older.
const SUBJECT: &str = "first administrator";
/// Who made the link.
const CONSOLE: &str = Actor::Console.code();

/// A new set-up link under `base`, or nothing where there is an administrator already.
pub async fn link(state: &AppState, base: &str) -> anyhow::Result<Option<String>> {
    let mut tx = state.db.write_tx().await?;
    if store::has_administrator(&mut tx).await? {
        return Ok(None);
    }
    let token = links::new_token();
    links::store(&mut tx, &state.clock, Purpose::Setup, SUBJECT, "{}", CONSOLE, &token).await?;
    tx.commit().await?;
    Ok(Some(links::address(base, Purpose::Setup, None, &token)))
}

fn ended() -> AppError {
    AppError::conflict("link_ended", "the link was used, has expired or was replaced by a newer one; `kontor setup-link` prints another")
}

fn already() -> AppError {
    AppError::conflict("already_set_up", "somebody has set this up already; sign in")
}

/// `POST /api/set-up/link`: whether a link works. Asking changes nothing; it is no GET so that the token stands in no address.
pub async fn look(State(state): State<AppState>, Json(SetUpLink { token }): Json<SetUpLink>) -> Result<Json<SetUpReady>> {
    let mut connection = state.db.read().await?;
    if store::has_administrator(&mut connection).await? {
        return Err(already());
    }
    let link = links::look(&mut connection, Purpose::Setup, &token, state.clock.now_ms()).await?.ok_or_else(ended)?;
    Ok(Json(SetUpReady { expires_at: rfc3339(link.expires_at) }))
}

/// `POST /api/set-up`. Of two people with the same link one is first; the other is told, and changes nothing.
pub async fn set_up(State(state): State<AppState>, headers: HeaderMap, Json(wanted): Json<SetUp>) -> Result<Response> {
    let SetUp { token, login, password, settings } = wanted;
    // Before the password is hashed: only who holds the link may make the server work.
    look(State(state.clone()), Json(SetUpLink { token: token.clone() })).await?;
    let login = login.trim().to_lowercase();
    if login.len() > 200 || mail::recipient(&login).is_err() {
        return Err(AppError::invalid_field("not_an_address", "/login", "the log-in of the first administrator is an e-mail address"));
    }
    let Some(firm) = settings.firm.as_ref().filter(|firm| !firm.name.trim().is_empty()) else {
        return Err(AppError::invalid_field("no_name", "/settings/firm/name", "the firm needs a name: it stands on every document"));
    };
    passwords::check("/password", &password, &[&login, &firm.name])?;
    let lang = firm.lang;
    let key = sections::key_for(&state, &settings).await?;
    let hash = state.new_hash(password).await?;

    let mut tx = state.db.write_tx().await?;
    links::take(&mut tx, Purpose::Setup, &token, state.clock.now_ms()).await?.ok_or_else(ended)?;
    if store::has_administrator(&mut tx).await? {
        return Err(already());
    }
    let (before, revision) = sections::lock(&mut tx, &state, None).await?;
    let after = sections::apply(&mut tx, &state, key.as_ref(), &before, revision, settings).await.map_err(within_settings)?;
    save_changed(&mut tx, &state, &login, Action::SettingsSetUp, &before, &after).await?;
    let user = UserId(state.clock.new_id());
    let inserted = auth::store::insert_user(&mut tx, user, &login, &hash, Role::Admin, None, false, state.clock.now_ms()).await;
    if inserted.as_ref().is_err_and(db::is_unique_violation) {
        return Err(AppError::conflict_field("login_taken", "/login", "somebody else has this log-in"));
    }
    inserted?;
    auth::store::set_lang(&mut tx, user, lang).await?;
    let added = serde_json::json!({"login": login, "role": Role::Admin});
    audit::record(&mut tx, &state.clock, CONSOLE, Action::UserAdd, &user.to_string(), None, Some(&added)).await?;
    // Letters the firm can send on its first day.
    mailings::starting::seed(&mut tx, &state, lang, CONSOLE).await?;
    let session = auth::open_session(&mut tx, &state, &headers, user, false).await?;
    audit::record::<()>(&mut tx, &state.clock, &login, Action::SessionStart, &user.to_string(), None, None).await?;
    tx.commit().await?;
    // Like every member of the firm, the first administrator sets up a second factor before anything else.
    let told = Session { role: Role::Admin, login, user: Some(user), customer: None, lang, enrol: true };
    Ok(([(header::SET_COOKIE, auth::session_cookie(&session)?)], Json(told)).into_response())
}

/// Fields of the settings stand one level deeper here.
fn within_settings(error: AppError) -> AppError {
    match error {
        AppError::Invalid { code, detail, field: Some(field) } if field.starts_with('/') => {
            AppError::Invalid { code, detail, field: Some(format!("/settings{field}")) }
        }
        other => other,
    }
}

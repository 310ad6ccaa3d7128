//! Signing in and who calls: Argon2id passwords, server-side sessions in `__Host-` cookies, throttled log-in,
//! and the extractors whose presence in a handler's signature is its policy.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::{LogIn, Role, Session, SessionCustomer};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::passwords::{LEAST, MOST_BYTES};
use kontor_shared::words::Lang;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::http::ClientAddress;
use crate::time::random;
use crate::{AppState, accounts, audit};

mod device;
pub mod store;
pub mod throttle;

use throttle::Rule;

/// `__Host-` binds the cookie to this host, HTTPS and path `/`; browsers take it over plain HTTP from loopback only.
pub const COOKIE: &str = "__Host-kontor";
/// A session ends when unused for this long …
const IDLE: Duration = Duration::from_secs(12 * 3600);
pub const IDLE_MS: i64 = IDLE.as_millis() as i64;
/// … and at the latest after this long.
const ABSOLUTE: Duration = Duration::from_secs(14 * 24 * 3600);

/// Who calls, proven by a session.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user: UserId,
    pub login: String,
    pub role: Role,
    pub customer: Option<CustomerId>,
    pub lang: Lang,
    /// Key of the session in the database.
    pub session: String,
    /// When the password was given last in this session.
    pub proved_at: i64,
    /// Staff without a second factor, who may do nothing but set one up (reliability.md §2, V6.3.3). The demo's log-ins are
    /// exempt: their passwords are printed on the sign-in page, and a second factor would only keep people from looking.
    pub limited: bool,
}

impl Identity {
    /// How logs and the audit trail name the caller.
    pub fn actor(&self) -> String {
        self.login.clone()
    }
}

/// A signed-in caller of any role the route allows.
pub struct SignedIn(pub Identity);
/// A buyer and the customer it orders for.
pub struct Buyer {
    pub identity: Identity,
    pub customer: CustomerId,
}
/// Someone of the firm's own.
pub struct Staff(pub Identity);

impl Staff {
    pub fn actor(&self) -> String {
        self.0.actor()
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Identity>().cloned().map(Self).ok_or(AppError::Unauthorized { code: "sign_in" })
    }
}
impl<S: Sync> FromRequestParts<S> for Buyer {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let SignedIn(identity) = SignedIn::from_request_parts(parts, state).await?;
        match (identity.role, identity.customer) {
            (Role::Buyer, Some(customer)) => Ok(Self { identity, customer }),
            _ => Err(AppError::Forbidden { code: "buyers_only" }),
        }
    }
}
impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let SignedIn(identity) = SignedIn::from_request_parts(parts, state).await?;
        if identity.role.is_staff() { Ok(Self(identity)) } else { Err(AppError::Forbidden { code: "staff_only" }) }
    }
}
/// The caller, if signed in.
pub struct MaybeSignedIn(pub Option<Identity>);
impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(parts.extensions.get::<Identity>().cloned()))
    }
}

/// m = 19 MiB, t = 2, p = 1: OWASP's first choice; 70 ms on the reference machine (reliability.md §3).
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// The PHC string of a new password. Takes about 70 ms of CPU: call it through [`AppState::hashing`] on a server.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &random::<16>()).map_err(|error| anyhow!("cannot hash: {error}"))?;
    Ok(hash.to_string())
}

fn password_matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok())
}

impl AppState {
    /// Whether a password belongs to a stored hash. Where there is none, because nobody has the log-in or nobody has
    /// chosen a password yet, the same work is done against a dummy, so that time tells nothing.
    pub async fn password_matches(&self, password: String, stored: Option<String>) -> Result<bool> {
        let stored = stored.filter(|hash| !hash.is_empty());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy_hash.to_string());
        let matches = self.hash(move || password_matches(&password, &stored)).await?;
        Ok(known && matches)
    }

    /// The hash of a new password.
    pub async fn new_hash(&self, password: String) -> Result<String> {
        Ok(self.hash(move || hash_password(&password)).await??)
    }

    /// At most two at once, off the threads that serve requests; counted, for the figure and for the proof that a log-in
    /// nobody has costs the same.
    async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = self.hashing.clone().acquire_owned().await.map_err(|error| AppError::Internal(error.into()))?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| AppError::Internal(error.into()))
    }
}

/// The session's key in the database. A copy of the database does not open sessions.
pub(crate) fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cookie_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// Who the request's cookie names, if its session lives. Idle time is moved on at most once a minute.
pub async fn identify(state: &AppState, headers: &HeaderMap) -> Result<Option<Identity>> {
    let Some(token) = cookie_token(headers) else { return Ok(None) };
    let key = token_hash(token);
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let Some(row) = store::session(&mut connection, &key).await? else { return Ok(None) };
    drop(connection);
    let idle_since = now - row.seen_at;
    if now >= row.expires_at || idle_since > IDLE.as_millis() as i64 || row.disabled != 0 {
        return Ok(None);
    }
    if idle_since > 60_000 {
        // A full disk or a busy writer must not keep a reader from reading; it is tried again with the next request.
        if let Err(error) = touch(state, &key, now).await {
            tracing::warn!(%error, "a session's last use could not be noted");
        }
    }
    row.identity(&key).map(Some).map_err(AppError::Internal)
}

async fn touch(state: &AppState, key: &str, now: i64) -> sqlx::Result<()> {
    let mut tx = state.db.write_tx().await?;
    store::touch(&mut tx, key, now).await?;
    tx.commit().await
}

/// `GET /api/session`
pub async fn who_am_i(State(state): State<AppState>, MaybeSignedIn(identity): MaybeSignedIn) -> Result<Json<Option<Session>>> {
    match identity {
        Some(identity) => Ok(Json(Some(session_of(&state, &identity).await?))),
        None => Ok(Json(None)),
    }
}

async fn session_of(state: &AppState, identity: &Identity) -> Result<Session> {
    let mut connection = state.db.read().await?;
    let customer = match identity.customer {
        Some(id) => store::customer(&mut connection, id).await?.map(|(code, name, delivery_address)| SessionCustomer { id, code, name, delivery_address }),
        None => None,
    };
    Ok(Session { role: identity.role, login: identity.login.clone(), user: Some(identity.user), customer, lang: identity.lang, enrol: identity.limited })
}

/// Begins a session for whoever has just proven to be `user`, ending the one this browser had: a fixed one is worth
/// nothing. `factor` says whether a second factor was passed. Gives the token for the cookie.
pub async fn open_session(connection: &mut AnyConnection, state: &AppState, headers: &HeaderMap, user: UserId, factor: bool) -> Result<String> {
    let token = hex(&random::<32>());
    let now = state.clock.now_ms();
    if let Some(old) = cookie_token(headers) {
        store::end_session(connection, &token_hash(old)).await?;
    }
    store::delete_expired(connection, now, now - IDLE.as_millis() as i64).await?;
    throttle::clean(connection, now).await?;
    let key = token_hash(&token);
    store::start_session(connection, &key, user, now, now + ABSOLUTE.as_millis() as i64).await?;
    store::describe_session(connection, &key, &device::of(headers), now, factor).await?;
    store::seen(connection, user, now).await?;
    Ok(token)
}

/// Gives the session another token, as ASVS 5.0 7.2.4 asks for whenever someone proves again who it is. `proved` notes
/// the password as given now, `factor` that a second factor was passed.
pub async fn rotate(connection: &mut AnyConnection, state: &AppState, identity: &Identity, proved: bool, factor: bool) -> Result<HeaderValue> {
    let token = hex(&random::<32>());
    let proved_at = if proved { state.clock.now_ms() } else { identity.proved_at };
    if !store::rotate(connection, &identity.session, &token_hash(&token), proved_at, factor).await? {
        return Err(AppError::Unauthorized { code: "sign_in" });
    }
    cookie(&token, ABSOLUTE.as_secs())
}

/// A log-in as it is stored and looked for.
pub fn normal(login: &str) -> String {
    login.trim().to_lowercase()
}

/// `POST /api/session`. The answer and its time are the same for a wrong password and an unknown login. Where a second
/// factor is set up, the right password without a code answers 401 `totp_needed`: this does tell that the password is
/// right, to nobody but whoever has it, and a page cannot ask for a code otherwise. A wrong code counts as a failure.
pub async fn log_in(State(state): State<AppState>, address: ClientAddress, headers: HeaderMap, Json(credentials): Json<LogIn>) -> Result<Response> {
    if credentials.password.len() > MOST_BYTES || credentials.login.len() > 200 || credentials.login.contains('\0') {
        return Err(AppError::Unauthorized { code: "wrong_credentials" });
    }
    let login = normal(&credentials.login);
    let household = throttle::household(address.0).to_string();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    throttle::count(&mut tx, Rule::Account, &login, now).await?;
    throttle::count(&mut tx, Rule::Address, &household, now).await?;
    let user = store::user_by_login(&mut tx, &login).await?;
    tx.commit().await?;

    let matches = state.password_matches(credentials.password, user.as_ref().map(|user| user.password_hash.clone())).await?;
    let Some(user) = user.filter(|user| matches && user.disabled == 0) else {
        tracing::info!("log-in refused");
        return Err(AppError::Unauthorized { code: "wrong_credentials" });
    };

    let mut tx = state.db.write_tx().await?;
    // While the password was hashed it may have been changed, or the log-in disabled: the old one opens nothing then.
    let current = store::user_by_id(&mut tx, state.db.for_update(), &user.id).await?;
    let Some(user) = current.filter(|current| current.password_hash == user.password_hash && current.disabled == 0) else {
        return Err(AppError::Unauthorized { code: "wrong_credentials" });
    };
    let factor = user.factor_at.is_some();
    if factor {
        let code = credentials.totp.as_deref().map(accounts::totp::plain).filter(|code| !code.is_empty());
        let (right, code) = match code {
            None => (false, "totp_needed"),
            Some(code) => (accounts::second_factor::accept(&mut tx, &state, &user.id, &code).await?, "wrong_code"),
        };
        if !right {
            if code == "totp_needed" {
                // Asking for the code is half of one try, not a failure.
                store::take_back_failure(&mut tx, &Rule::Account.key(&login)).await?;
                store::take_back_failure(&mut tx, &Rule::Address.key(&household)).await?;
            }
            tx.commit().await?;
            tracing::info!(code, "log-in not complete");
            return Err(AppError::Unauthorized { code });
        }
    }
    store::forget_failures(&mut tx, &Rule::Account.key(&login)).await?;
    // Only this try is taken back: one good account must not wash an address clean of its guesses at others.
    store::take_back_failure(&mut tx, &Rule::Address.key(&household)).await?;
    let identity = user.identity().map_err(AppError::Internal)?;
    let token = open_session(&mut tx, &state, &headers, identity.user, factor).await?;
    audit::record::<()>(&mut tx, &state.clock, &identity.actor(), Action::SessionStart, &identity.user.to_string(), None, None).await?;
    tx.commit().await?;
    let identity = Identity { limited: identity.role.is_staff() && user.demo == 0 && !factor, ..identity };
    let body = Json(session_of(&state, &identity).await?);
    Ok(([(header::SET_COOKIE, cookie(&token, ABSOLUTE.as_secs())?)], body).into_response())
}

/// `DELETE /api/session`
pub async fn log_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    if let Some(token) = cookie_token(&headers) {
        let mut tx = state.db.write_tx().await?;
        store::end_session(&mut tx, &token_hash(token)).await?;
        tx.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie("", 0)?)]).into_response())
}

/// What the browser is told to keep for as long as a session can last.
pub fn session_cookie(token: &str) -> Result<HeaderValue> {
    cookie(token, ABSOLUTE.as_secs())
}

fn cookie(token: &str, max_age: u64) -> Result<HeaderValue> {
    let text = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age}");
    HeaderValue::from_str(&text).map_err(|error| AppError::Internal(error.into()))
}

/// A hash nobody's password has, made once at start.
pub fn dummy_hash() -> anyhow::Result<Arc<str>> {
    Ok(hash_password(&hex(&random::<16>()))?.into())
}

/// Creates a user or, where the login exists, refuses.
pub async fn add_user(state: &AppState, login: &str, password: &str, role: Role, customer: Option<CustomerId>, demo: bool) -> anyhow::Result<UserId> {
    let login = normal(login);
    anyhow::ensure!(!login.is_empty() && login.len() <= 200 && !login.chars().any(char::is_control), "the login must be 1 to 200 characters");
    // The demo's are printed on its sign-in page.
    if !demo {
        let firm = crate::firm::stored(&mut *state.db.read().await?).await?;
        if let Some(problem) = accounts::passwords::problem(password, &[&login, &firm.party.name])? {
            anyhow::bail!("this password is not taken ({}): choose at least {LEAST} characters that nobody would guess", problem.code());
        }
    }
    anyhow::ensure!((role == Role::Buyer) == customer.is_some(), "a buyer belongs to a customer, and nobody else does");
    let hash = hash_password(password)?;
    let id = UserId(state.clock.new_id());
    let mut tx = state.db.write_tx().await?;
    let inserted = store::insert_user(&mut tx, id, &login, &hash, role, customer, demo, state.clock.now_ms()).await;
    if let Err(error) = &inserted
        && crate::db::is_unique_violation(error)
    {
        anyhow::bail!("the login {login} exists already");
    }
    inserted?;
    let after = serde_json::json!({"login": login, "role": role, "customer": customer});
    audit::record(&mut tx, &state.clock, Actor::CommandLine.code(), Action::UserAdd, &id.to_string(), None, Some(&after)).await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_only_its_own_hash() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(password_matches("correct horse", &hash));
        assert!(!password_matches("correct horse ", &hash));
        assert!(!password_matches("x", "not a hash"));
    }
}

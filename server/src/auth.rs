//! Signing in and who calls: Argon2id passwords, server-side sessions in `__Host-` cookies, throttled log-in,
//! and the extractors whose presence in a handler's signature is its policy.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
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
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::Lang;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::http::ClientAddress;
use crate::time::random;
use crate::{AppState, audit};

pub mod store;

/// `__Host-` binds the cookie to this host, HTTPS and path `/`; browsers take it over plain HTTP from loopback only.
pub const COOKIE: &str = "__Host-kontor";
/// A session ends when unused for this long …
const IDLE: Duration = Duration::from_secs(12 * 3600);
/// … and at the latest after this long.
const ABSOLUTE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Passwords longer than this are refused, so that hashing stays bounded (ASVS 5.0, 6.2.9: at least 64 must be allowed).
const LONGEST_PASSWORD: usize = 256;

/// Who calls, proven by a session.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user: UserId,
    pub login: String,
    pub role: Role,
    pub customer: Option<CustomerId>,
    pub lang: Lang,
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

/// The session's key in the database. A copy of the database does not open sessions.
fn token_hash(token: &str) -> String {
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
    row.identity().map(Some).map_err(AppError::Internal)
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
    Ok(Session { role: identity.role, login: identity.login.clone(), customer, lang: identity.lang })
}

/// Failures counted per account and per address: after this many, each further try waits longer (kanidm's soft lock,
/// reliability.md §1). Nobody is locked out for good; who keeps guessing at an account can make its owner wait minutes.
fn wait_after(failures: i64, free: i64) -> Duration {
    if failures < free { Duration::ZERO } else { Duration::from_secs(1 << (failures - free).min(8)) }
}
const FREE_PER_ACCOUNT: i64 = 5;
const FREE_PER_ADDRESS: i64 = 30;
/// Failures are forgotten after this long without another.
const FORGET_MS: i64 = 3600 * 1000;

/// What counts as one address: of IPv6 the first half, for a household has the whole other half to choose from.
fn throttled_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => match long.to_ipv4_mapped() {
            Some(short) => IpAddr::V4(short),
            None => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

/// `POST /api/session`. The answer and its time are the same for a wrong password and an unknown login.
pub async fn log_in(State(state): State<AppState>, address: ClientAddress, headers: HeaderMap, Json(credentials): Json<LogIn>) -> Result<Response> {
    if credentials.password.len() > LONGEST_PASSWORD || credentials.login.len() > 200 || credentials.login.contains('\0') {
        return Err(AppError::Unauthorized { code: "wrong_credentials" });
    }
    let login = credentials.login.trim().to_lowercase();
    let account_key = token_hash(&format!("account {login}"));
    let address_key = token_hash(&format!("address {}", throttled_as(address.0)));
    // A try is counted before the password is looked at: a thousand parallel guesses are a thousand failures.
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    for (key, free) in [(&account_key, FREE_PER_ACCOUNT), (&address_key, FREE_PER_ADDRESS)] {
        let (failures, last_at) = match store::lock_failures(&mut tx, key).await? {
            (_, last_at) if now - last_at >= FORGET_MS => (0, 0),
            counted => counted,
        };
        let ready_at = last_at + wait_after(failures, free).as_millis() as i64;
        if now < ready_at {
            return Err(AppError::TooMany { retry_after: ((ready_at - now + 999) / 1000) as u64 });
        }
        store::set_failures(&mut tx, key, failures + 1, now).await?;
    }
    let user = store::user_by_login(&mut tx, &login).await?;
    tx.commit().await?;

    let permit = state.hashing.clone().acquire_owned().await.map_err(|error| AppError::Internal(error.into()))?;
    // Unknown logins are hashed against a dummy, so that time tells nothing.
    let stored = user.as_ref().map_or_else(|| state.dummy_hash.to_string(), |user| user.password_hash.clone());
    let password = credentials.password;
    let matches = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        password_matches(&password, &stored)
    })
    .await
    .map_err(|error| AppError::Internal(error.into()))?;
    let Some(user) = user.filter(|user| matches && user.disabled == 0) else {
        tracing::info!("log-in refused");
        return Err(AppError::Unauthorized { code: "wrong_credentials" });
    };

    let identity = user.identity().map_err(AppError::Internal)?;
    let token = hex(&random::<32>());
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    store::forget_failures(&mut tx, &account_key).await?;
    // Only this try is taken back: one good account must not wash an address clean of its guesses at others.
    store::take_back_failure(&mut tx, &address_key).await?;
    // Rotation: the old session of this browser ends, a fixed one is worth nothing.
    if let Some(old) = cookie_token(&headers) {
        store::end_session(&mut tx, &token_hash(old)).await?;
    }
    store::delete_expired(&mut tx, now, now - IDLE.as_millis() as i64).await?;
    store::delete_forgotten_failures(&mut tx, now - FORGET_MS).await?;
    store::start_session(&mut tx, &token_hash(&token), identity.user, now, now + ABSOLUTE.as_millis() as i64).await?;
    audit::record::<()>(&mut tx, &state.clock, &identity.actor(), "session.start", &identity.user.to_string(), None, None).await?;
    tx.commit().await?;
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

fn cookie(token: &str, max_age: u64) -> Result<HeaderValue> {
    let text = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age}");
    HeaderValue::from_str(&text).map_err(|error| AppError::Internal(error.into()))
}

/// A hash nobody's password has, made once at start.
pub fn dummy_hash() -> anyhow::Result<Arc<str>> {
    Ok(hash_password(&hex(&random::<16>()))?.into())
}

/// What is wrong with a new password, in a sentence.
pub fn password_problem(password: &str) -> Option<&'static str> {
    let fits = password.chars().count() >= 8 && password.len() <= LONGEST_PASSWORD;
    (!fits).then_some("the password must be 8 to 256 characters")
}

/// Signs in a member of the firm who has just been made, in the same transaction: the cookie and what the page is told.
pub async fn begin_session(tx: &mut AnyConnection, state: &AppState, user: UserId, login: &str, lang: Lang) -> Result<(HeaderValue, Session)> {
    let token = hex(&random::<32>());
    let now = state.clock.now_ms();
    store::start_session(tx, &token_hash(&token), user, now, now + ABSOLUTE.as_millis() as i64).await?;
    audit::record::<()>(tx, &state.clock, login, "session.start", &user.to_string(), None, None).await?;
    Ok((cookie(&token, ABSOLUTE.as_secs())?, Session { role: Role::Admin, login: login.into(), customer: None, lang }))
}

/// Creates a user or, where the login exists, refuses.
pub async fn add_user(state: &AppState, login: &str, password: &str, role: Role, customer: Option<CustomerId>, demo: bool) -> anyhow::Result<UserId> {
    let login = login.trim().to_lowercase();
    anyhow::ensure!(!login.is_empty() && login.len() <= 200 && !login.chars().any(char::is_control), "the login must be 1 to 200 characters");
    if let Some(problem) = password_problem(password) {
        anyhow::bail!(problem);
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
    audit::record(&mut tx, &state.clock, "command line", "user.add", &id.to_string(), None, Some(&after)).await?;
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

    #[test]
    fn a_household_is_one_address() {
        let same = |one: &str, other: &str| throttled_as(one.parse().unwrap()) == throttled_as(other.parse().unwrap());
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9") && !same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.7", "192.0.2.7") && !same("192.0.2.7", "192.0.2.8"));
    }

    #[test]
    fn waiting_grows_and_stays_bounded() {
        assert_eq!(wait_after(4, 5), Duration::ZERO);
        assert_eq!(wait_after(5, 5), Duration::from_secs(1));
        assert_eq!(wait_after(8, 5), Duration::from_secs(8));
        assert_eq!(wait_after(1_000_000, 5), Duration::from_secs(256));
    }
}

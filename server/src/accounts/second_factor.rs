//! The second factor: compulsory for staff, offered to customers. The secret is sealed, each code works once, three tries
//! a minute; ten recovery codes stand in for a lost telephone.

use anyhow::Context;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::accounts::{FactorCode, FactorOffer, RecoveryCodes};
use kontor_shared::audit::Action;
use sqlx::AnyConnection;

use super::{mail, own, store, totp};
use crate::auth::throttle::{self, Rule};
use crate::auth::{self, Identity, SignedIn, token_hash};
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::secrets::{self, Purpose};
use crate::time::random;
use crate::{AppState, audit};

/// Whether a code of the authenticator, or a recovery code, is right; it is used up by that. A wrong one is counted: the
/// caller commits either way.
pub async fn accept(connection: &mut AnyConnection, state: &AppState, user: &str, code: &str) -> Result<bool> {
    let now = state.clock.now_ms();
    // The user's row first, as everywhere: two that take both rows in another order would wait for each other.
    let factor = store::factor(connection, state.db.for_update(), user).await?;
    throttle::count(connection, Rule::Factor, user, now).await?;
    let Some(factor) = factor.filter(|factor| factor.factor_at.is_some()) else { return Ok(false) };
    let right = if code.len() == 6 {
        let secret = open(connection, state, user, &factor.factor_secret).await?;
        match totp::step_of(&secret, code, now).filter(|step| *step > factor.factor_step) {
            Some(step) => {
                store::take_step(connection, user, step).await?;
                true
            }
            None => false,
        }
    } else {
        store::take_recovery_code(connection, user, &recovery_hash(user, code), now).await?
    };
    if right {
        auth::store::forget_failures(connection, &Rule::Factor.key(user)).await?;
    }
    Ok(right)
}

/// The user's id is in the hash: a code is worth nothing for another.
fn recovery_hash(user: &str, plain: &str) -> String {
    token_hash(&format!("recovery {user} {plain}"))
}

fn context(user: &str) -> Vec<u8> {
    format!("second factor of {user}").into_bytes()
}

async fn open(connection: &mut AnyConnection, state: &AppState, user: &str, sealed: &str) -> Result<Vec<u8>> {
    let key = secrets::key(connection, state.config.secret.as_deref(), Purpose::SecondFactor).await?;
    Ok(key.open(&unhex(sealed)?, &context(user))?)
}

fn unhex(text: &str) -> anyhow::Result<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair)?, 16).context("stored hex")).collect()
}

/// New codes for a user, stored as hashes.
async fn new_codes(connection: &mut AnyConnection, user: &str) -> Result<Vec<String>> {
    let codes = totp::recovery_codes();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(user, &totp::plain(code))).collect();
    store::put_recovery_codes(connection, user, &hashes).await?;
    Ok(codes)
}

/// `POST /api/account/factor`: a secret to put into an authenticator. Until its first code nothing changes.
pub async fn offer(State(state): State<AppState>, SignedIn(who): SignedIn) -> Result<Json<FactorOffer>> {
    own::fresh(&state, &who)?;
    let user = who.user.to_string();
    let secret = random::<{ totp::SECRET_BYTES }>();
    let mut tx = state.db.write_tx().await?;
    let key = secrets::key(&mut tx, state.config.secret.as_deref(), Purpose::SecondFactor).await?;
    store::offer_factor(&mut tx, &user, &auth::hex(&key.seal(&secret, &context(&user))?)).await?;
    let firm = crate::firm::stored(&mut tx).await?;
    tx.commit().await?;
    let uri = totp::uri(&firm.party.name, &who.login, &secret);
    Ok(Json(FactorOffer { secret: totp::grouped(&totp::base32(&secret), 4, " "), svg: totp::svg(&uri)?, uri }))
}

/// `PUT /api/account/factor`: the first code of the offered secret. The other sessions end: they have passed no second factor.
pub async fn set(State(state): State<AppState>, SignedIn(who): SignedIn, Json(sent): Json<FactorCode>) -> Result<Response> {
    own::fresh(&state, &who)?;
    let user = who.user.to_string();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let factor = store::factor(&mut tx, state.db.for_update(), &user).await?.ok_or(AppError::NotFound)?;
    throttle::count(&mut tx, Rule::Factor, &user, now).await?;
    if factor.factor_offered.is_empty() {
        return Err(AppError::conflict("no_factor_offered", "ask for a secret first"));
    }
    let secret = open(&mut tx, &state, &user, &factor.factor_offered).await?;
    let Some(step) = totp::step_of(&secret, &totp::plain(&sent.code), now) else {
        tx.commit().await?;
        return Err(AppError::invalid_field("wrong_code", "/code", "not the code of the secret shown"));
    };
    auth::store::forget_failures(&mut tx, &Rule::Factor.key(&user)).await?;
    store::set_factor(&mut tx, &user, step, now).await?;
    let codes = new_codes(&mut tx, &user).await?;
    auth::store::end_sessions(&mut tx, &user, &who.session).await?;
    let cookie = auth::rotate(&mut tx, &state, &who, false, true).await?;
    note(&mut tx, &state, &who, Action::FactorSet).await?;
    tx.commit().await?;
    Ok(with_codes(cookie, codes))
}

fn with_codes(cookie: HeaderValue, codes: Vec<String>) -> Response {
    ([(header::SET_COOKIE, cookie)], Json(RecoveryCodes { codes })).into_response()
}

/// `POST /api/account/recovery-codes`: ten new ones; the older ones are worth nothing any more.
pub async fn recovery_codes(State(state): State<AppState>, SignedIn(who): SignedIn) -> Result<Json<RecoveryCodes>> {
    own::fresh(&state, &who)?;
    let user = who.user.to_string();
    let mut tx = state.db.write_tx().await?;
    let factor = store::factor(&mut tx, state.db.for_update(), &user).await?.ok_or(AppError::NotFound)?;
    if factor.factor_at.is_none() {
        return Err(AppError::conflict("no_factor", "there is no second factor"));
    }
    let codes = new_codes(&mut tx, &user).await?;
    note(&mut tx, &state, &who, Action::FactorCodes).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// `DELETE /api/account/factor`: a customer does without again. Staff cannot.
pub async fn remove(State(state): State<AppState>, SignedIn(who): SignedIn) -> Result<axum::http::StatusCode> {
    if who.role.is_staff() {
        return Err(AppError::conflict("factor_compulsory", "staff sign in with a second factor"));
    }
    own::fresh(&state, &who)?;
    let mut tx = state.db.write_tx().await?;
    store::remove_factor(&mut tx, &who.user.to_string()).await?;
    note(&mut tx, &state, &who, Action::FactorRemove).await?;
    tx.commit().await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// The audit row, and a mail to the owner: who changes how someone signs in may be someone else (ASVS 5.0, 6.3.7).
async fn note(connection: &mut AnyConnection, state: &AppState, who: &Identity, action: Action) -> Result<()> {
    audit::record::<()>(connection, &state.clock, &who.actor(), action, &who.user.to_string(), None, None).await?;
    mail::changed(connection, state, &who.login, who.lang, action).await
}

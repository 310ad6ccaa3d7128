//! What a one-time link does: a first password, another password, another address. The token is in the body, never in an
//! address a log would keep; opening the page changes nothing.

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use kontor_shared::api::Role;
use kontor_shared::api::accounts::{LinkInfo, LookAtLink, SetPassword, UseLink};
use kontor_shared::audit::Action;
use kontor_shared::words::Lang;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::{mail, own, own_address, passwords, sign_up, store};
use crate::auth::throttle::Rule;
use crate::auth::{self, store::UserRow};
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::links::{self, Link, Purpose};
use crate::{AppState, audit};

/// The link was used, has expired or never was: all the same to whoever holds it.
fn ended() -> AppError {
    AppError::Missing { code: "link_ended" }
}

/// What a change of address carries.
#[derive(Deserialize)]
struct Address {
    email: String,
    old: String,
}

fn is_token(token: &str) -> Result<()> {
    if token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()) { Ok(()) } else { Err(ended()) }
}

/// The user a link is about, who must still be there and enabled.
async fn user(connection: &mut AnyConnection, for_update: &'static str, link: &Link) -> Result<UserRow> {
    auth::store::user_by_id(connection, for_update, &link.subject).await?.filter(|user| user.disabled == 0).ok_or_else(ended)
}

/// `POST /api/link`
pub async fn look(State(state): State<AppState>, Json(sent): Json<LookAtLink>) -> Result<Json<LinkInfo>> {
    is_token(&sent.token)?;
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    for purpose in [Purpose::Invite, Purpose::Reset, Purpose::Email, Purpose::SignUp, Purpose::MailOrder] {
        let Some(link) = links::look(&mut connection, purpose, &sent.token, now).await? else { continue };
        let info = |login: String, name: String, staff: bool, company: String| LinkInfo { purpose: purpose.word().into(), login, name, staff, company };
        return Ok(Json(match purpose {
            Purpose::SignUp => {
                let pending = sign_up::Pending::read(&link.data)?;
                info(pending.form.email, pending.form.name, false, pending.form.company)
            }
            Purpose::MailOrder => {
                let (mail, file, company) = crate::intake::confirm::about(&mut connection, &link.subject).await?.ok_or_else(ended)?;
                info(mail.sender, file.name, false, company)
            }
            _ => {
                let user = user(&mut connection, "", &link).await?;
                let staff = Role::parse(&user.role).context("stored role")?.is_staff();
                let login = match purpose {
                    Purpose::Email => serde_json::from_str::<Address>(&link.data).context("a stored link")?.email,
                    _ => user.login,
                };
                info(login, user.name, staff, String::new())
            }
        }));
    }
    Err(ended())
}

/// `POST /api/password`: the first one by an invitation, or another by a reset. Nobody is signed in by it: the second
/// factor is asked for at the log-in that follows (ASVS 5.0, 6.4.3). All sessions end.
pub async fn set_password(State(state): State<AppState>, Json(sent): Json<SetPassword>) -> Result<StatusCode> {
    is_token(&sent.token)?;
    let now = state.clock.now_ms();
    let (purpose, about) = {
        let mut connection = state.db.read().await?;
        let mut found = None;
        for purpose in [Purpose::Invite, Purpose::Reset] {
            if let Some(link) = links::look(&mut connection, purpose, &sent.token, now).await? {
                found = Some((purpose, link));
            }
        }
        let (purpose, link) = found.ok_or_else(ended)?;
        let user = user(&mut connection, "", &link).await?;
        let firm = crate::firm::stored(&mut connection).await?;
        (purpose, [user.login, user.name, firm.party.name.clone()])
    };
    passwords::check("/password", &sent.password, &about.each_ref().map(String::as_str))?;
    let hash = state.new_hash(sent.password).await?;
    let mut tx = state.db.write_tx().await?;
    // The log-in before its link, as whoever ends links locks them.
    let link = links::look(&mut tx, purpose, &sent.token, now).await?.ok_or_else(ended)?;
    let user = user(&mut tx, state.db.for_update(), &link).await?;
    links::take(&mut tx, purpose, &sent.token, now).await?.ok_or_else(ended)?;
    store::set_password(&mut tx, &user.id, &hash).await?;
    auth::store::end_sessions(&mut tx, &user.id, "").await?;
    links::end(&mut tx, Purpose::Invite, &user.id).await?;
    own::end_links(&mut tx, &user.id).await?;
    // Whoever guessed at the old one must not keep its owner waiting.
    auth::store::forget_failures(&mut tx, &Rule::Account.key(&user.login)).await?;
    let action = if purpose == Purpose::Reset { Action::PasswordReset } else { Action::InvitationAccept };
    audit::record::<()>(&mut tx, &state.clock, &user.login, action, &user.id, None, None).await?;
    if purpose == Purpose::Reset {
        mail::changed(&mut tx, &state, &user.login, Lang::parse(&user.lang).context("stored language")?, action).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/email/confirm`: the log-in is the new address from now on; the old one is told.
pub async fn confirm_email(State(state): State<AppState>, Json(sent): Json<UseLink>) -> Result<StatusCode> {
    is_token(&sent.token)?;
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    // The customer first, as everybody who changes its people locks it; then the log-in, then its link.
    let link = links::look(&mut tx, Purpose::Email, &sent.token, now).await?.ok_or_else(ended)?;
    let found = user(&mut tx, "", &link).await?;
    let customer = own_address::customer(&mut tx, &state, &found).await?;
    let user = user(&mut tx, state.db.for_update(), &link).await?;
    links::take(&mut tx, Purpose::Email, &sent.token, now).await?.ok_or_else(ended)?;
    let address: Address = serde_json::from_str(&link.data).context("a stored link")?;
    // Another change came in between: this link was for the address before.
    if user.login != address.old {
        return Err(ended());
    }
    if let Err(error) = store::set_login(&mut tx, &user.id, &address.email).await {
        return Err(if crate::db::is_unique_violation(&error) {
            AppError::conflict("login_exists", "somebody signs in with this address")
        } else {
            error.into()
        });
    }
    if let Some(customer) = customer {
        own_address::follow(&mut tx, &state.clock, &customer, &user.id, &address.old, &address.email).await?;
    }
    own::end_links(&mut tx, &user.id).await?;
    let told = |login: &str| serde_json::json!({"login": login});
    audit::record(&mut tx, &state.clock, &address.old, Action::EmailChange, &user.id, Some(&told(&address.old)), Some(&told(&address.email))).await?;
    mail::changed(&mut tx, &state, &address.old, Lang::parse(&user.lang).context("stored language")?, Action::EmailChange).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

//! What people ask for without being signed in: a reset, a sign-up, another address. The request only stores a row and a
//! job, whoever asks for whatever address: neither the answer nor its time tells whether there is an account. The job
//! looks, and the mail tells the owner of the address, who may know.

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use kontor_shared::api::accounts::{ForgotPassword, SignUp};
use kontor_shared::audit::Actor;
use kontor_shared::ids::UserId;
use kontor_shared::words::{Lang, accounts as words};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::{mail, store};
use crate::auth::throttle::{self, Rule};
use crate::auth::{self, token_hash};
use crate::error::Result;
use crate::extract::Json;
use crate::http::ClientAddress;
use crate::links::{self, Purpose};
use crate::time::Clock;
use crate::{AppState, jobs};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    Forgot { email: String },
    SignUp { form: SignUp, evidence: String },
    Email { user: UserId, email: String },
}

impl Request {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Forgot { .. } => "forgot",
            Self::SignUp { .. } => "sign_up",
            Self::Email { .. } => "email",
        }
    }
}

/// Keeps a request and has a job answer it.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, request: &Request) -> Result<()> {
    let id = clock.new_id().to_string();
    let data = serde_json::to_string(request).map_err(anyhow::Error::from)?;
    store::insert_request(connection, &id, request.kind(), &data, clock.now_ms()).await?;
    jobs::enqueue(connection, clock, jobs::kind::ACCOUNT_REQUEST, &id).await?;
    Ok(())
}

/// Ends the changes of address a log-in asked for and nobody has answered yet.
pub async fn end_of(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    for (id, data) in store::requests(connection).await? {
        if matches!(read(&id, &data), Some(Request::Email { user: asks, .. }) if asks.to_string() == user) {
            store::take_request(connection, &id).await?;
        }
    }
    Ok(())
}

/// What a stored request asks for. One that cannot be read, which its own job tells of, keeps nobody else from anything.
pub fn read(id: &str, data: &str) -> Option<Request> {
    match serde_json::from_str(data) {
        Ok(request) => Some(request),
        // The error would quote what was asked for.
        Err(_) => {
            tracing::warn!(request.id = %id, "a stored request cannot be read; it is passed over");
            None
        }
    }
}

/// Counts a request per address it comes from and address it names.
pub async fn count(connection: &mut AnyConnection, from: &ClientAddress, email: &str, now: i64) -> Result<()> {
    throttle::count(connection, Rule::Asking, &throttle::household(from.0).to_string(), now).await?;
    throttle::count(connection, Rule::AskingFor, email, now).await
}

/// `POST /api/password/forgot`
pub async fn forgot(State(state): State<AppState>, from: ClientAddress, Json(sent): Json<ForgotPassword>) -> Result<StatusCode> {
    let email = super::email("/email", &sent.email)?;
    let mut tx = state.db.write_tx().await?;
    count(&mut tx, &from, &email, state.clock.now_ms()).await?;
    enqueue(&mut tx, &state.clock, &Request::Forgot { email }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers a request, once: it is taken out in the same transaction.
pub async fn run(state: &AppState, id: &str) -> anyhow::Result<()> {
    let mut tx = state.db.write_tx().await?;
    // The log-in before the request, as whoever ends requests locks them.
    if let Some(data) = store::request(&mut tx, id).await?
        && let Request::Email { user, .. } = serde_json::from_str(&data).context("a stored request")?
    {
        store::hold(&mut tx, &user.to_string()).await?;
    }
    let Some(data) = store::take_request(&mut tx, id).await? else { return Ok(()) };
    let cause = format!("{}{id}", mail::CAUSE);
    match serde_json::from_str(&data).context("a stored request")? {
        Request::Forgot { email } => answer_forgot(&mut tx, state, &email, &cause).await?,
        Request::SignUp { form, evidence } => answer_sign_up(&mut tx, state, form, evidence, &cause).await?,
        Request::Email { user, email } => answer_email(&mut tx, state, user, &email, &cause).await?,
    }
    tx.commit().await?;
    Ok(())
}

async fn answer_forgot(connection: &mut AnyConnection, state: &AppState, email: &str, cause: &str) -> anyhow::Result<()> {
    let Some(user) = auth::store::user_by_login(connection, email).await?.filter(|user| user.disabled == 0) else { return Ok(()) };
    let lang = Lang::parse(&user.lang).context("stored language")?;
    if !user.password_hash.is_empty() {
        let letter = mail::Letter { cause, to: email, customer: None, lang, subject: words::RESET_SUBJECT, text: words::RESET_TEXT };
        return mail::with_link(connection, state, letter, Purpose::Reset, &user.id, "{}", email).await;
    }
    // Invited and the mail lost: the invitation is sent anew. A visitor waits for the staff's decision instead.
    let waits = match &user.customer_id {
        Some(customer) => store::customer_state(connection, customer).await?.as_deref() == Some("applied"),
        None => false,
    };
    if waits {
        return Ok(());
    }
    let letter = mail::Letter { cause, to: email, customer: None, lang, subject: words::INVITE_SUBJECT, text: words::INVITE_TEXT };
    mail::with_link(connection, state, letter, Purpose::Invite, &user.id, "{}", email).await
}

async fn answer_sign_up(connection: &mut AnyConnection, state: &AppState, form: SignUp, evidence: String, cause: &str) -> anyhow::Result<()> {
    let (email, lang) = (form.email.clone(), form.lang);
    if auth::store::user_by_login(connection, &email).await?.is_some() {
        let letter = mail::Letter { cause, to: &email, customer: None, lang, subject: words::KNOWN_SUBJECT, text: words::KNOWN_TEXT };
        return mail::plain(connection, state, letter, "/forgot").await;
    }
    let data = serde_json::to_string(&super::sign_up::Pending { form, evidence })?;
    // Of what was never confirmed nothing is kept.
    sqlx::query("DELETE FROM links WHERE purpose = $1 AND expires_at < $2")
        .bind(Purpose::SignUp.word())
        .bind(state.clock.now_ms())
        .execute(&mut *connection)
        .await?;
    let letter = mail::Letter { cause, to: &email, customer: None, lang, subject: words::SIGN_UP_SUBJECT, text: words::SIGN_UP_TEXT };
    mail::with_link(connection, state, letter, Purpose::SignUp, &token_hash(&format!("sign-up {email}")), &data, Actor::Visitor.code()).await
}

async fn answer_email(connection: &mut AnyConnection, state: &AppState, user: UserId, email: &str, cause: &str) -> anyhow::Result<()> {
    let Some(user) = auth::store::user_by_id(connection, "", &user.to_string()).await?.filter(|user| user.disabled == 0) else { return Ok(()) };
    let lang = Lang::parse(&user.lang).context("stored language")?;
    if user.login == email {
        return Ok(());
    }
    if auth::store::user_by_login(connection, email).await?.is_some() {
        let letter = mail::Letter { cause, to: email, customer: None, lang, subject: words::KNOWN_SUBJECT, text: words::KNOWN_TEXT };
        return mail::plain(connection, state, letter, "/forgot").await;
    }
    let letter = mail::Letter { cause, to: email, customer: None, lang, subject: words::EMAIL_SUBJECT, text: words::EMAIL_TEXT };
    let data = serde_json::json!({"email": email, "old": user.login}).to_string();
    mail::with_link(connection, state, letter, Purpose::Email, &user.id, &data, &user.login).await?;
    links::end(connection, Purpose::Reset, &user.id).await?;
    let notice = mail::Letter { cause, to: &user.login, customer: None, lang, subject: words::EMAIL_ASKED_SUBJECT, text: words::EMAIL_ASKED_TEXT };
    mail::plain(connection, state, notice, "/forgot").await
}

//! A test message: through the mail server as it is set up, now, with its answers.

use std::time::Instant;

use axum::extract::State;
use kontor_shared::api::firm::{MailStep, TestMail, TestMailReport};
use kontor_shared::audit::Action;
use kontor_shared::words::firm as words;

use super::{FirmSettings, smtp};
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::mail::dkim::Signer;
use crate::mail::{self, probe};
use crate::secrets::Purpose;
use crate::time::rfc3339;
use crate::{AppState, audit, auth};

/// This many in an hour by one person: enough to try settings, too few to annoy anybody with.
const MOST_PER_HOUR: i64 = 10;
const HOUR_MS: i64 = 3_600_000;

/// `POST /api/settings/test-mail`
pub async fn send(State(state): State<AppState>, who: auth::Staff, Json(TestMail { to }): Json<TestMail>) -> Result<Json<TestMailReport>> {
    let refused = |field: &str, error: anyhow::Error| AppError::invalid_field("not_an_address", field, error.to_string());
    let recipient = mail::recipient(&to).map_err(|error| refused("/to", error))?;
    let firm = state.firm().await?;
    let from = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name)
        .map_err(|_| AppError::conflict("no_sender", "the firm has no e-mail address to send from"))?;
    throttle(&state, "test mail", &who.0.user.to_string(), MOST_PER_HOUR).await?;
    let now = state.clock.now_ms();
    let lang = who.0.lang;
    let id = format!("test-{}@{}", state.clock.new_id(), from.email.domain());
    let draft = mail::Draft {
        message_id: &id,
        from: from.clone(),
        reply_to: None,
        to: &to,
        subject: &words::TEST_MAIL_SUBJECT.with(lang, &[("firm", &firm.party.name)]),
        text: &words::TEST_MAIL_TEXT.with(lang, &[("firm", &firm.party.name), ("at", &rfc3339(now)), ("login", &who.0.login)]),
        html: None,
        attachments: &[],
        list: None,
        thread: None,
        at_ms: now,
    };
    let message = signed(&state, &firm, mail::compose(draft)?, now).await?;
    let (server, steps) = match smtp::mail_server(&state).await {
        Ok(Some(server)) => (server.place(), probe::send(&server, &from.email, &recipient, &message).await),
        Ok(None) => spool(&state, &id, message).await,
        // A password that cannot be opened any more, a certificate file that is gone.
        Err(error) => (firm.smtp.place(), vec![MailStep { step: "connect".into(), ok: false, said: format!("{error:#}"), ms: 0 }]),
    };
    let sent = steps.iter().all(|step| step.ok);
    let report = TestMailReport { server, from: from.email.to_string(), sent, steps };
    let mut tx = state.db.write_tx().await?;
    audit::record(&mut tx, &state.clock, &who.actor(), Action::MailTest, recipient.domain(), None, Some(&report)).await?;
    tx.commit().await?;
    Ok(Json(report))
}

/// As every mail of the firm goes out, so that the signature is tried too.
pub async fn signed(state: &AppState, firm: &FirmSettings, message: Vec<u8>, now: i64) -> Result<Vec<u8>> {
    let Some(dkim) = &firm.dkim else { return Ok(message) };
    let signer = Signer::open(&state.key(Purpose::Mail).await?, dkim)?;
    Ok(signer.sign(&message, now.div_euclid(1000))?)
}

async fn spool(state: &AppState, id: &str, message: Vec<u8>) -> (String, Vec<MailStep>) {
    let begun = Instant::now();
    let directory = state.config.data.join("spool");
    let place = directory.display().to_string();
    let name = id.split('@').next().unwrap_or(id).to_string();
    let written = tokio::task::spawn_blocking(move || mail::write_spool(&directory, &[(name, message)])).await;
    let (ok, said) = match written {
        Ok(Ok(())) => (true, place.clone()),
        Ok(Err(error)) => (false, format!("{error:#}")),
        Err(error) => (false, error.to_string()),
    };
    (place, vec![MailStep { step: "spool".into(), ok, said, ms: begun.elapsed().as_millis() as u64 }])
}

/// Counts a test of `what` by one person; refuses it where there were `most` within the hour.
pub async fn throttle(state: &AppState, what: &str, user: &str, most: i64) -> Result<()> {
    let key = format!("{what} {user}");
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    // The time kept is that of the first of the hour.
    let (count, since) = match auth::store::lock_failures(&mut tx, &key).await? {
        (_, since) if now - since >= HOUR_MS => (0, now),
        counted => counted,
    };
    if count >= most {
        return Err(AppError::TooMany { retry_after: ((since + HOUR_MS - now + 999) / 1000).max(1) as u64 });
    }
    auth::store::set_failures(&mut tx, &key, count + 1, since).await?;
    tx.commit().await?;
    Ok(())
}

//! Freezing: one message for each recipient is written before anything is sent, also for those who are skipped, with the
//! reason. Rows come in chunks, each in a transaction of its own; only when all are there is the mailing frozen. A freeze
//! that was cut off is begun anew, and nothing of it remains; a second one adds nothing.

use anyhow::Context;
use kontor_shared::ids::MessageId;
use kontor_shared::mailings::{MailingAction, MailingState};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::audience::Recipient;
use super::moves;
use crate::customers::store::person;
use crate::db::rows_of_placeholders;
use crate::error::{AppError, Result};
use crate::mail::compose::domain;
use crate::{AppState, bodies, outbox};

/// Rows of a chunk: 19 values each, and SQLite takes 32 766 placeholders.
const CHUNK: usize = 500;

crate::row! {
    struct Row {
        state: String,
        revision: i64,
        name: String,
        topic: String,
        template_id: Option<String>,
        template_version: Option<i64>,
        attach_price_list: i64,
    }
}

/// What a freeze came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    pub recipients: u64,
    pub skipped: u64,
}

/// Writes the messages of a mailing to these recipients, and gives how many there are. `by` is kept with the mailing: the
/// segment rule and the sentence of its audience as they were.
/// `seen` is the revision the recipients were found for.
pub async fn freeze(state: &AppState, mailing: &str, seen: Option<i64>, recipients: &[Recipient], by: &serde_json::Value, actor: &str) -> Result<Frozen> {
    let (row, revision) = match begin(state, mailing, seen, by).await? {
        Begun::Now(row, revision) => (row, revision),
        Begun::Before(frozen) => return Ok(frozen),
    };
    let first: Vec<&Recipient> = recipients.iter().filter(|one| one.skip.is_none()).collect();
    let mut langs = Vec::new();
    for sample in first {
        if !langs.contains(&sample.lang) {
            langs.push(sample.lang);
            if let Err(reason) = outbox::try_out(state, mailing, &row.topic, sample).await {
                // The next freeze takes the template's newest version again, which may be the mended one.
                let mut tx = state.db.write_tx().await?;
                sqlx::query("UPDATE mailings SET template_version = $2 WHERE id = $1 AND state = 'draft' AND revision = $3")
                    .bind(mailing)
                    .bind(row.template_version)
                    .bind(revision)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                return Err(AppError::invalid("message_cannot_be_written", reason));
            }
        }
    }
    for chunk in recipients.chunks(CHUNK) {
        let mut tx = state.db.write_tx().await?;
        still_ours(&mut tx, state, mailing, revision).await?;
        person::hold_writing(&mut tx, state.db.for_update()).await?;
        insert(&mut tx, state, mailing, &row, chunk).await?;
        tx.commit().await?;
    }
    let mut tx = state.db.write_tx().await?;
    still_ours(&mut tx, state, mailing, revision).await?;
    // The recipients were read before: an erasure that came in between must not be undone.
    person::skip_erased(&mut tx, mailing).await?;
    let frozen = counts(&mut tx, mailing).await?;
    moves::act(&mut tx, state, mailing, MailingAction::Freeze, actor, "").await?;
    tx.commit().await?;
    Ok(frozen)
}

enum Begun {
    Now(Row, i64),
    /// It is frozen already.
    Before(Frozen),
}

/// Fixes what the mailing says and removes what a freeze before this one left.
async fn begin(state: &AppState, mailing: &str, seen: Option<i64>, by: &serde_json::Value) -> Result<Begun> {
    let mut tx = state.db.write_tx().await?;
    let sql =
        format!("SELECT state, revision, name, topic, template_id, template_version, attach_price_list FROM mailings WHERE id = $1{}", state.db.for_update());
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(mailing).fetch_optional(&mut *tx).await?;
    let row = row.ok_or(AppError::NotFound)?;
    match MailingState::parse(&row.state) {
        Some(MailingState::Draft) => {}
        Some(MailingState::Cancelled) | None => return Err(AppError::conflict("mailing_state", format!("the mailing is {}", row.state))),
        Some(_) => return Ok(Begun::Before(counts(&mut tx, mailing).await?)),
    }
    if seen.is_some_and(|seen| seen != row.revision) {
        return Err(changed_meanwhile());
    }
    if state.config.public_url.is_none() {
        return Err(AppError::conflict("no_public_url", "no public address is set (KONTOR_PUBLIC_URL): readers could not unsubscribe"));
    }
    let template = row.template_id.as_deref().ok_or_else(|| AppError::conflict("no_template", "the mailing has no template"))?;
    let version = match row.template_version {
        Some(version) => version,
        None => newest(&mut tx, template).await?,
    };
    let firm = crate::firm::stored(&mut tx).await?;
    let price_list = super::render::price_list_now(&mut tx, &firm, state.clock.now_ms()).await?;
    if row.attach_price_list != 0 && price_list.is_none() {
        return Err(AppError::conflict("no_price_list", "no price list is in force to be attached"));
    }
    sqlx::query("DELETE FROM messages WHERE mailing_id = $1").bind(mailing).execute(&mut *tx).await?;
    let revision = row.revision + 1;
    sqlx::query("UPDATE mailings SET template_version = $2, price_list = $3, frozen_by_rule = $4, revision = $5 WHERE id = $1")
        .bind(mailing)
        .bind(version)
        .bind(price_list)
        .bind(by.to_string())
        .bind(revision)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Begun::Now(row, revision))
}

async fn newest(connection: &mut AnyConnection, template: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT newest FROM templates WHERE id = $1").bind(template).fetch_one(connection).await
}

/// Whoever changed the mailing meanwhile, or freezes it too, has the last word.
async fn still_ours(connection: &mut AnyConnection, state: &AppState, mailing: &str, revision: i64) -> Result<()> {
    let sql = format!("SELECT revision FROM mailings WHERE id = $1 AND state = 'draft'{}", state.db.for_update());
    let found: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(mailing).fetch_optional(connection).await?;
    if found != Some(revision) {
        return Err(changed_meanwhile());
    }
    Ok(())
}

fn changed_meanwhile() -> AppError {
    AppError::conflict("changed_meanwhile", "the mailing was changed while it was frozen; look at it and freeze it again")
}

async fn counts(connection: &mut AnyConnection, mailing: &str) -> sqlx::Result<Frozen> {
    let (all, skipped): (i64, i64) =
        sqlx::query_as("SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN state = 'skipped' THEN 1 ELSE 0 END) AS BIGINT), 0) FROM messages WHERE mailing_id = $1")
            .bind(mailing)
            .fetch_one(connection)
            .await?;
    Ok(Frozen { recipients: all.unsigned_abs(), skipped: skipped.unsigned_abs() })
}

/// What stands as recipient: the address where it is this message's alone, else whose message it would have been.
fn recipient(one: &Recipient) -> String {
    use kontor_shared::mailings::SkipReason::{DoubledAddress, NoAddress, NoContact};
    let no_address_of_its_own = one.address.is_empty() || matches!(one.skip, Some(DoubledAddress | NoAddress | NoContact));
    match (&one.contact, no_address_of_its_own) {
        (_, false) => one.address.clone(),
        (Some(contact), true) => format!("contact {contact}"),
        (None, true) => format!("customer {}", one.customer),
    }
}

async fn insert(connection: &mut AnyConnection, state: &AppState, mailing: &str, row: &Row, recipients: &[Recipient]) -> Result<()> {
    let now = state.clock.now_ms();
    // What it says is written when it is sent.
    let nothing = bodies::put(connection, "text/plain; charset=utf-8", b"", now).await?;
    let sql = format!(
        "INSERT INTO messages (id, cause, customer_id, contact_id, channel, recipient, lang, subject, body_hash, state, attempts, run_after, message_id, \
         created_at, mailing_id, topic, domain, skip_reason, attachments) VALUES {}",
        rows_of_placeholders(recipients.len(), 19)
    );
    let cause = format!("mailing {mailing}");
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for one in recipients {
        let id = MessageId(state.clock.new_id());
        let address = recipient(one);
        query = query
            .bind(id.to_string())
            .bind(&cause)
            .bind(one.customer.to_string())
            .bind(one.contact.map(|contact| contact.to_string()))
            .bind("email")
            .bind(address.clone())
            .bind(one.lang.tag())
            .bind(&row.name)
            .bind(&nothing)
            .bind(if one.skip.is_some() { "skipped" } else { "queued" })
            .bind(0_i64)
            .bind(now)
            .bind(format!("{id}@kontor"))
            .bind(now)
            .bind(mailing)
            .bind(&row.topic)
            .bind(domain(&address))
            .bind(one.skip.map_or("", |reason| reason.word()))
            .bind("");
    }
    query.execute(connection).await.context("messages of a mailing").map_err(AppError::from)?;
    Ok(())
}

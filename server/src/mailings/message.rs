//! One message as it was sent.

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::OrderCustomer;
use kontor_shared::api::mailings as api;
use kontor_shared::ids::MessageId;
use kontor_shared::mailings::SkipReason;
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::{Json, id_in_path};
use crate::time::rfc3339;
use crate::{AppState, bodies};

crate::row! {
    struct Row {
        cause: String,
        mailing_id: Option<String>,
        customer_id: Option<String>,
        code: Option<String>,
        customer_name: Option<String>,
        channel: String,
        recipient: String,
        subject: String,
        body_hash: String,
        html_hash: Option<String>,
        rendered_hash: Option<String>,
        attachments: String,
        state: String,
        skip_reason: String,
        created_at: i64,
        sent_at: Option<i64>,
        last_error: Option<String>,
    }
}

/// `GET /api/messages/{id}`
pub async fn show(State(state): State<AppState>, Path(id): Path<String>) -> Result<Json<api::MessageView>> {
    let id: MessageId = id_in_path(&id)?;
    let mut connection = state.db.read().await?;
    let row: Option<Row> = sqlx::query_as(
        "SELECT m.cause, m.mailing_id, m.customer_id, c.code, c.name AS customer_name, m.channel, m.recipient, m.subject, m.body_hash, m.html_hash, m.rendered_hash, \
         m.attachments, m.state, m.skip_reason, m.created_at, m.sent_at, m.last_error \
         FROM messages m LEFT JOIN customers c ON c.id = m.customer_id WHERE m.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let row = row.ok_or(AppError::NotFound)?;
    let content = content(&mut connection, &row).await?;
    let customer = match (row.customer_id, row.code, row.customer_name) {
        (Some(id), Some(code), Some(name)) => Some(OrderCustomer { id: id.parse().context("stored customer id")?, code, name }),
        _ => None,
    };
    Ok(Json(api::MessageView {
        id,
        mailing: row.mailing_id.as_deref().map(str::parse).transpose().context("stored mailing id")?,
        customer,
        channel: row.channel,
        reason: if row.state == "skipped" { SkipReason::parse(&row.skip_reason) } else { None },
        state: row.state,
        created_at: rfc3339(row.created_at),
        sent_at: row.sent_at.map(rfc3339),
        answer: row.last_error.unwrap_or_default(),
        content,
    }))
}

async fn content(connection: &mut AnyConnection, row: &Row) -> anyhow::Result<Option<api::MessageContent>> {
    let text = async |connection: &mut AnyConnection, hash: &str| -> anyhow::Result<Option<String>> {
        Ok(bodies::get(connection, hash).await?.map(|body| String::from_utf8_lossy(&body.bytes).into_owned()))
    };
    let plain = text(connection, &row.body_hash).await?.unwrap_or_default();
    // Its link may open somebody's account.
    if crate::accounts::mail::is_private(&row.cause) {
        return Ok(None);
    }
    // A mailing's message says something once it is rendered; before that its page has the preview.
    if row.rendered_hash.is_none() && plain.is_empty() {
        return Ok(None);
    }
    let html = match &row.html_hash {
        Some(hash) => text(connection, hash).await?,
        None => None,
    };
    let head = match &row.rendered_hash {
        Some(hash) => text(connection, hash).await?.unwrap_or_default(),
        None => String::new(),
    };
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    let attachments: Vec<Named> = if row.attachments.is_empty() { Vec::new() } else { serde_json::from_str(&row.attachments).unwrap_or_default() };
    Ok(Some(api::MessageContent {
        from: header(&head, "From"),
        to: if row.recipient.contains('@') { row.recipient.clone() } else { String::new() },
        subject: row.subject.clone(),
        date: header(&head, "Date"),
        text: plain,
        html,
        attachments: attachments.into_iter().map(|one| one.name).collect(),
    }))
}

/// A header of a message we composed, on one line; of an address only what is between the angle brackets, which is plain
/// ASCII whatever the name before it.
fn header(message: &str, name: &str) -> String {
    let head = message.split("\r\n\r\n").next().unwrap_or("");
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let value = head.split("\r\n").find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value));
    let value = value.unwrap_or("").trim();
    match (value.rfind('<'), value.rfind('>')) {
        (Some(open), Some(close)) if open < close => value[open + 1..close].to_string(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senders_address_is_read_from_the_message() {
        let message = "Date: Thu, 15 Jan 2026 09:00:00 +0000\r\nFrom: =?utf-8?b?0KQ=?=\r\n <sales@firm.example>\r\nSubject: x\r\n\r\nFrom: other";
        assert_eq!(header(message, "From"), "sales@firm.example");
        assert_eq!(header(message, "Date"), "Thu, 15 Jan 2026 09:00:00 +0000");
        assert_eq!(header(message, "Reply-To"), "");
    }
}

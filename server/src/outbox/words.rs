//! The words of a mailing's message: its template's text in the reader's language, with the reader's own links and goods.

use anyhow::Context;
use sqlx::AnyConnection;

use super::store::Claimed;
use crate::AppState;
use crate::mailings::render::{self, Letter, Reader, Rendered};

/// Writes one reader's copy. An inner error is the message's own: it fails, and holds up no other.
pub async fn write(connection: &mut AnyConnection, state: &AppState, message: &Claimed, reader: &Reader) -> anyhow::Result<anyhow::Result<Rendered>> {
    let fixed: Option<(Option<String>, Option<i64>, Option<i64>)> =
        sqlx::query_as("SELECT template_id, template_version, price_list FROM mailings WHERE id = $1")
            .bind(message.mailing_id.as_deref().unwrap_or_default())
            .fetch_optional(&mut *connection)
            .await?;
    let Some((Some(template), Some(version), price_list)) = fixed else { return Ok(Err(anyhow::anyhow!("the mailing has no fixed template"))) };
    let letter = match Letter::stored(connection, &template, version, price_list).await {
        Ok(letter) => letter,
        Err(error) => return Ok(Err(error)),
    };
    let copies = render::batch(state, connection, &letter, std::slice::from_ref(reader)).await?;
    let copy = copies.into_iter().next().context("one reader has one copy")?;
    Ok(copy.map_err(|reason| anyhow::anyhow!(reason)))
}

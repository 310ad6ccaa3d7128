//! The words of a mailing's message: its template's text in the reader's language, with the reader's own links.

use anyhow::Context;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use super::store::Claimed;
use crate::firm::FirmSettings;
use crate::mailings::render::{Reader, Rendered};

/// Writes one reader's copy. An error is the message's own: it fails, and holds up no other.
pub async fn write(connection: &mut AnyConnection, firm: &FirmSettings, message: &Claimed, reader: &Reader) -> anyhow::Result<anyhow::Result<Rendered>> {
    let mailing = message.mailing_id.as_deref().unwrap_or_default();
    let mut found = None;
    for lang in [message.lang.as_str(), firm.lang.tag(), Lang::En.tag()] {
        let text: Option<(String, String, String)> = sqlx::query_as(
            "SELECT t.subject, t.html, t.text FROM mailings g JOIN template_texts t ON t.template_id = g.template_id AND t.version = g.template_version \
             WHERE g.id = $1 AND t.lang = $2",
        )
        .bind(mailing)
        .bind(lang)
        .fetch_optional(&mut *connection)
        .await?;
        if text.is_some() {
            found = text;
            break;
        }
    }
    let put = |text: &str| text.replace("{{ unsubscribe_url }}", &reader.unsubscribe_url).replace("{{ preferences_url }}", &reader.preferences_url);
    let rendered = found.map(|(subject, html, text)| Rendered { subject: put(&subject), html: put(&html), text: put(&text) });
    Ok(rendered.context("the template has no text in the reader's language"))
}

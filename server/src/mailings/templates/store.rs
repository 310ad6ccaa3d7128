//! SQL of templates, their versions and texts.

use anyhow::Context;
use kontor_shared::api::mailings::TemplateText;
use kontor_shared::words::Lang;
use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    #[derive(Clone, Debug)]
    pub struct Row {
        pub id: String,
        pub name: String,
        pub segment: String,
        pub topic: String,
        pub newest: i64,
        pub archived_at: Option<i64>,
        /// Of the newest version.
        pub changed_at: i64,
    }
}

const ROW: &str = "SELECT t.id, t.name, t.segment, t.topic, t.newest, t.archived_at, v.created_at AS changed_at \
     FROM templates t JOIN template_versions v ON v.template_id = t.id AND v.version = t.newest";

pub async fn list(connection: &mut AnyConnection) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(ROW).fetch_all(connection).await
}

pub async fn get(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(AssertSqlSafe(format!("{ROW} WHERE t.id = $1"))).bind(id).fetch_optional(connection).await
}

/// Locks a template until the transaction ends, and gives its newest version.
pub async fn lock(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT newest FROM templates WHERE id = $1{for_update}"))).bind(id).fetch_optional(connection).await
}

/// Template and language of every newest version's text.
pub async fn languages(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT x.template_id, x.lang FROM template_texts x JOIN templates t ON t.id = x.template_id AND t.newest = x.version")
        .fetch_all(connection)
        .await
}

pub async fn texts(connection: &mut AnyConnection, id: &str, version: i64) -> anyhow::Result<Vec<TemplateText>> {
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT lang, subject, html, text FROM template_texts WHERE template_id = $1 AND version = $2")
            .bind(id)
            .bind(version)
            .fetch_all(connection)
            .await?;
    let mut texts = Vec::with_capacity(rows.len());
    for (lang, subject, html, text) in rows {
        texts.push(TemplateText { lang: Lang::parse(&lang).context("stored language")?, subject, html, text });
    }
    texts.sort_by_key(|text| Lang::ALL.iter().position(|lang| *lang == text.lang));
    Ok(texts)
}

crate::row! {
    pub struct Version {
        pub version: i64,
        pub note: String,
        pub created_at: i64,
        pub created_by: String,
    }
}

/// Newest first.
pub async fn versions(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Vec<Version>> {
    sqlx::query_as("SELECT version, note, created_at, created_by FROM template_versions WHERE template_id = $1 ORDER BY version DESC LIMIT 200")
        .bind(id)
        .fetch_all(connection)
        .await
}

/// A template without versions yet; the caller writes the first in the same transaction.
pub async fn insert(connection: &mut AnyConnection, id: &str, name: &str, segment: &str, topic: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO templates (id, name, segment, topic, newest, created_at) VALUES ($1, $2, $3, $4, 0, $5)")
        .bind(id)
        .bind(name)
        .bind(segment)
        .bind(topic)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes the next version and makes it the newest.
#[expect(clippy::too_many_arguments, reason = "one row, written in one place")]
pub async fn add_version(
    connection: &mut AnyConnection,
    id: &str,
    (name, segment, topic): (&str, &str, &str),
    version: i64,
    note: &str,
    by: &str,
    texts: &[TemplateText],
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO template_versions (template_id, version, note, created_at, created_by) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(version)
        .bind(note)
        .bind(now)
        .bind(by)
        .execute(&mut *connection)
        .await?;
    for text in texts {
        sqlx::query("INSERT INTO template_texts (template_id, version, lang, subject, html, text) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(version)
            .bind(text.lang.tag())
            .bind(&text.subject)
            .bind(&text.html)
            .bind(&text.text)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE templates SET newest = $2, name = $3, segment = $4, topic = $5 WHERE id = $1")
        .bind(id)
        .bind(version)
        .bind(name)
        .bind(segment)
        .bind(topic)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn archive(connection: &mut AnyConnection, id: &str, at: Option<i64>) -> sqlx::Result<()> {
    sqlx::query("UPDATE templates SET archived_at = $2 WHERE id = $1").bind(id).bind(at).execute(connection).await?;
    Ok(())
}

pub async fn any(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    Ok(sqlx::query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT) FROM templates LIMIT 1").fetch_optional(connection).await?.is_some())
}

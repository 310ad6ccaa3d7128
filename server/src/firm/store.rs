//! SQL of the firm's settings and price types.

use std::collections::HashSet;

use anyhow::Context;
use kontor_shared::api::PriceTypeInfo;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::FirmSettings;

fn read(text: String) -> anyhow::Result<FirmSettings> {
    serde_json::from_str(&text).context("the stored settings cannot be read")
}

pub async fn load(connection: &mut AnyConnection) -> anyhow::Result<Option<FirmSettings>> {
    let data: Option<String> = sqlx::query_scalar("SELECT data FROM firm WHERE id = 1").fetch_optional(connection).await?;
    data.map(read).transpose()
}

/// The settings and their revision; 0 before anything was saved.
pub async fn load_revision(connection: &mut AnyConnection) -> anyhow::Result<(FirmSettings, i64)> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT data, revision FROM firm WHERE id = 1").fetch_optional(connection).await?;
    match row {
        Some((data, revision)) => Ok((read(data)?, revision)),
        None => Ok((FirmSettings::default(), 0)),
    }
}

/// As [`load_revision`], held until the transaction ends. Of two who save at once, the second waits and sees what the first did.
pub async fn lock(connection: &mut AnyConnection, for_update: &str, now: i64) -> anyhow::Result<(FirmSettings, i64)> {
    // Where there is no row there is nothing to hold.
    sqlx::query("INSERT INTO firm (id, data, updated_at, revision) VALUES (1, $1, $2, 0) ON CONFLICT (id) DO NOTHING")
        .bind(serde_json::to_string(&FirmSettings::default())?)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let (data, revision): (String, i64) =
        sqlx::query_as(AssertSqlSafe(format!("SELECT data, revision FROM firm WHERE id = 1{for_update}"))).fetch_one(connection).await?;
    Ok((read(data)?, revision))
}

/// Saves the settings as the next revision and gives it.
pub async fn save(connection: &mut AnyConnection, settings: &FirmSettings, now: i64) -> anyhow::Result<i64> {
    let data = serde_json::to_string(settings)?;
    let revision: i64 = sqlx::query_scalar(
        "INSERT INTO firm (id, data, updated_at, revision) VALUES (1, $1, $2, 1) \
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at, revision = firm.revision + 1 RETURNING revision",
    )
    .bind(&data)
    .bind(now)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO firm_versions (revision, data, saved_at) VALUES ($1, $2, $3)").bind(revision).bind(data).bind(now).execute(connection).await?;
    Ok(revision)
}

/// The settings as a revision left them.
pub async fn version(connection: &mut AnyConnection, revision: i64) -> anyhow::Result<Option<FirmSettings>> {
    let data: Option<String> = sqlx::query_scalar("SELECT data FROM firm_versions WHERE revision = $1").bind(revision).fetch_optional(connection).await?;
    data.map(read).transpose()
}

/// Hashes of all logos there ever were: undoing and documents go back to them.
pub async fn logos(connection: &mut AnyConnection) -> anyhow::Result<HashSet<String>> {
    let rows: Vec<String> = sqlx::query_scalar("SELECT data FROM firm_versions").fetch_all(connection).await?;
    let logos = rows.into_iter().map(|data| Ok(read(data)?.logo.map(|logo| logo.hash)));
    logos.filter_map(Result::transpose).collect()
}

/// The settings that held at some time since an instant, the first ones first.
pub async fn held_since(connection: &mut AnyConnection, instant: i64) -> anyhow::Result<Vec<FirmSettings>> {
    let first: Option<i64> =
        sqlx::query_scalar("SELECT MAX(revision) FROM firm_versions WHERE saved_at <= $1").bind(instant).fetch_one(&mut *connection).await?;
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT data FROM firm_versions WHERE revision >= $1 ORDER BY revision").bind(first.unwrap_or(0)).fetch_all(connection).await?;
    // Before anything was saved, what is usual held.
    let unsaved = first.is_none().then(FirmSettings::default);
    unsaved.map(Ok).into_iter().chain(rows.into_iter().map(read)).collect()
}

/// Keeps a privacy text as it was shown.
pub async fn keep_privacy_text(connection: &mut AnyConnection, version: &str, lang: &str, text: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO consent_texts (purpose, version, lang, text, created_at) VALUES ('privacy', $1, $2, $3, $4) \
         ON CONFLICT (purpose, version, lang) DO NOTHING",
    )
    .bind(version)
    .bind(lang)
    .bind(text)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn price_types(connection: &mut AnyConnection) -> sqlx::Result<Vec<PriceTypeInfo>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT code, name FROM price_types ORDER BY sort, code").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(code, name)| PriceTypeInfo { code, name }).collect())
}

/// Whether anything of a firm is stored.
pub async fn in_use(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let rows: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM products) + (SELECT COUNT(*) FROM customers) + (SELECT COUNT(*) FROM orders)",
    )
    .fetch_one(connection)
    .await?;
    Ok(rows > 0)
}

/// Whether somebody can change settings.
pub async fn has_administrator(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users WHERE role = 'admin'").fetch_one(connection).await?;
    Ok(count > 0)
}

/// The number a counter gives next, if it exists.
pub async fn counter(connection: &mut AnyConnection, series: &str, span: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT next_number FROM number_series WHERE series = $1 AND span = $2").bind(series).bind(span).fetch_optional(connection).await
}

pub async fn set_counter(connection: &mut AnyConnection, series: &str, span: &str, next: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO number_series (series, span, next_number) VALUES ($1, $2, $3) \
         ON CONFLICT (series, span) DO UPDATE SET next_number = excluded.next_number",
    )
    .bind(series)
    .bind(span)
    .bind(next)
    .execute(connection)
    .await?;
    Ok(())
}

/// Where numbers this program gave stand, and on which day it gave them. Imported orders keep numbers of their own.
const PROFORMAS: (&str, &str, &str) = ("number_text", "document_date", "documents WHERE kind = 'proforma'");
const ORDERS: (&str, &str, &str) = ("number", "ordered_day", "orders WHERE source <> 'import'");

/// The highest number given within a span among those that are `prefix` and digits.
pub async fn highest(connection: &mut AnyConnection, orders: bool, span: &str, prefix: &str) -> sqlx::Result<Option<i64>> {
    let (number, day, rows) = if orders { ORDERS } else { PROFORMAS };
    let (span_length, prefix_length) = (span.chars().count(), prefix.chars().count());
    let rest = format!("substr({number}, {})", prefix_length + 1);
    let sql = format!(
        "SELECT {rest} FROM {rows} AND substr({day}, 1, {span_length}) = $1 AND substr({number}, 1, {prefix_length}) = $2 \
         AND {rest} <> '' AND rtrim({rest}, '0123456789') = '' ORDER BY LENGTH(ltrim({rest}, '0')) DESC, ltrim({rest}, '0') DESC LIMIT 1"
    );
    let digits: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(span).bind(prefix).fetch_optional(connection).await?;
    Ok(digits.map(|digits| digits.parse().unwrap_or(i64::MAX)))
}

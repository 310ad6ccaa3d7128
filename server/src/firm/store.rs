//! SQL of the firm's settings and price types.

use anyhow::Context;
use kontor_shared::api::PriceTypeInfo;
use sqlx::AnyConnection;

use super::FirmSettings;

pub async fn load(connection: &mut AnyConnection) -> anyhow::Result<Option<FirmSettings>> {
    let data: Option<String> = sqlx::query_scalar("SELECT data FROM firm WHERE id = 1").fetch_optional(connection).await?;
    data.map(|text| serde_json::from_str(&text).context("the stored settings cannot be read")).transpose()
}

pub async fn save(connection: &mut AnyConnection, settings: &FirmSettings, now: i64) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO firm (id, data, updated_at) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at",
    )
    .bind(serde_json::to_string(settings)?)
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

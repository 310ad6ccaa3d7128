//! SQL of price list versions.

use sqlx::AnyConnection;

/// A published version. `seq` is the catalogue change its prices are read as of.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    pub version: i64,
    pub seq: i64,
    pub published_at: i64,
    /// First day its prices hold, in the firm's zone.
    pub valid_from: String,
    pub currency: String,
    pub vat_mode: String,
    pub terms: String,
    pub note: String,
    pub products: i64,
    pub left_out: i64,
}

/// The version in force on a day (`YYYY-MM-DD`): of those whose first day has come, the newest. A newer version's first
/// day ends the one before it.
pub async fn in_force(connection: &mut AnyConnection, day: &str) -> sqlx::Result<Option<Version>> {
    sqlx::query_as(
        "SELECT version, seq, published_at, valid_from, currency, vat_mode, terms, note, products, left_out \
         FROM price_list_versions WHERE valid_from <= $1 ORDER BY version DESC LIMIT 1",
    )
    .bind(day)
    .fetch_optional(connection)
    .await
}

pub async fn by_number(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<Version>> {
    sqlx::query_as(
        "SELECT version, seq, published_at, valid_from, currency, vat_mode, terms, note, products, left_out \
         FROM price_list_versions WHERE version = $1",
    )
    .bind(version)
    .fetch_optional(connection)
    .await
}

/// The day a version's prices end: the first day of the next version, if one is published.
pub async fn valid_until(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT MIN(valid_from) FROM price_list_versions WHERE version > $1").bind(version).fetch_one(connection).await
}

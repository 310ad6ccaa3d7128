//! SQL of price list versions.

use kontor_shared::ids::CustomerId;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow as _, Row as _};

use crate::bodies::Body;

crate::row! {
    /// A published version. `seq` is the catalogue change its prices are read as of.
    #[derive(Clone, Debug)]
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
}

/// The version in force on a day (`YYYY-MM-DD`): of those whose first day has come, the one whose came last; of one day's
/// the newest. So a list published for next month comes into force then, whatever is corrected until then.
pub async fn in_force(connection: &mut AnyConnection, day: &str) -> sqlx::Result<Option<Version>> {
    sqlx::query_as(
        "SELECT version, seq, published_at, valid_from, currency, vat_mode, terms, note, products, left_out \
         FROM price_list_versions WHERE valid_from <= $1 ORDER BY valid_from DESC, version DESC LIMIT 1",
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

/// A version among the others.
pub struct Standing {
    pub version: Version,
    /// The number of the newest version.
    pub last_version: i64,
    /// See [`valid_until`].
    pub valid_until: Option<String>,
}

/// As [`by_number`], with what an order has to know beside it.
pub async fn standing(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<Standing>> {
    let row = sqlx::query(
        "SELECT version, seq, published_at, valid_from, currency, vat_mode, terms, note, products, left_out, \
         (SELECT MAX(n.version) FROM price_list_versions n) AS last_version, \
         (SELECT MIN(l.valid_from) FROM price_list_versions l \
          WHERE l.valid_from > v.valid_from OR (l.valid_from = v.valid_from AND l.version > v.version)) AS valid_until \
         FROM price_list_versions v WHERE version = $1",
    )
    .bind(version)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(Standing { version: Version::from_row(&row)?, last_version: row.try_get("last_version")?, valid_until: row.try_get("valid_until")? }))
        .transpose()
}

/// The day a version's prices end: the first day of the version that comes into force after it, if one is published.
pub async fn valid_until(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "SELECT MIN(l.valid_from) FROM price_list_versions l JOIN price_list_versions v ON v.version = $1 \
         WHERE l.valid_from > v.valid_from OR (l.valid_from = v.valid_from AND l.version > v.version)",
    )
    .bind(version)
    .fetch_one(connection)
    .await
}

/// Visible seq and number of the last version.
pub async fn state(connection: &mut AnyConnection, for_update: &str) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(AssertSqlSafe(format!("SELECT visible_seq, last_version FROM catalog_state WHERE id = 1{for_update}"))).fetch_one(connection).await
}

pub async fn set_last_version(connection: &mut AnyConnection, version: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE catalog_state SET last_version = $1 WHERE id = 1").bind(version).execute(connection).await?;
    Ok(())
}

/// Seq and time of every version, the first one first.
pub async fn publications(connection: &mut AnyConnection) -> sqlx::Result<Vec<(i64, i64)>> {
    sqlx::query_as("SELECT seq, published_at FROM price_list_versions ORDER BY version").fetch_all(connection).await
}

pub async fn insert(connection: &mut AnyConnection, version: &Version, by: &str, reasons_hash: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO price_list_versions (version, seq, published_at, published_by, valid_from, currency, vat_mode, terms, note, products, left_out, \
         reasons_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(version.version)
    .bind(version.seq)
    .bind(version.published_at)
    .bind(by)
    .bind(&version.valid_from)
    .bind(&version.currency)
    .bind(&version.vat_mode)
    .bind(&version.terms)
    .bind(&version.note)
    .bind(version.products)
    .bind(version.left_out)
    .bind(reasons_hash)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_snapshot(connection: &mut AnyConnection, version: i64, overlay: &str, products: i64, checksum: &str, body_hash: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO price_list_snapshots (version, overlay, products, checksum, body_hash) VALUES ($1, $2, $3, $4, $5)")
        .bind(version)
        .bind(overlay)
        .bind(products)
        .bind(checksum)
        .bind(body_hash)
        .execute(connection)
        .await?;
    Ok(())
}

crate::row! {
    /// What a reader of one price type sees of a version.
    #[derive(Clone, Debug)]
    pub struct Snapshot {
        pub overlay: String,
        pub products: i64,
        pub checksum: String,
        pub body_hash: String,
    }
}

pub async fn snapshot(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<Option<Snapshot>> {
    sqlx::query_as("SELECT overlay, products, checksum, body_hash FROM price_list_snapshots WHERE version = $1 AND overlay = $2")
        .bind(version)
        .bind(overlay)
        .fetch_optional(connection)
        .await
}

/// The stored list of a price type, by one statement: between two, packing may put another body in the place of the one read.
pub async fn body(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<Option<Body>> {
    sqlx::query_as("SELECT b.media_type, b.bytes FROM price_list_snapshots s JOIN bodies b ON b.hash = s.body_hash WHERE s.version = $1 AND s.overlay = $2")
        .bind(version)
        .bind(overlay)
        .fetch_optional(connection)
        .await
}

/// Whether a list is packed as tightly as it goes.
pub async fn is_tight(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<bool> {
    let tight: Option<i64> = sqlx::query_scalar("SELECT tight FROM price_list_snapshots WHERE version = $1 AND overlay = $2")
        .bind(version)
        .bind(overlay)
        .fetch_optional(connection)
        .await?;
    Ok(tight == Some(1))
}

/// The version of a price type that readers have had when this one comes into force, as far as is known at its publishing:
/// one for next month is not what this month's correction follows.
pub async fn follows(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "SELECT MAX(s.version) FROM price_list_snapshots s JOIN price_list_versions v ON v.version = s.version \
         JOIN price_list_versions n ON n.version = $2 WHERE s.overlay = $1 AND s.version < $2 AND v.valid_from <= n.valid_from",
    )
    .bind(overlay)
    .bind(version)
    .fetch_one(connection)
    .await
}

/// What readers of every price type see of a version.
pub async fn overlays(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Vec<Snapshot>> {
    sqlx::query_as("SELECT overlay, products, checksum, body_hash FROM price_list_snapshots WHERE version = $1 ORDER BY overlay")
        .bind(version)
        .fetch_all(connection)
        .await
}

/// The same list in its tightest packing.
pub async fn set_body(connection: &mut AnyConnection, version: i64, overlay: &str, body_hash: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE price_list_snapshots SET body_hash = $1, tight = 1 WHERE version = $2 AND overlay = $3")
        .bind(body_hash)
        .bind(version)
        .bind(overlay)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn insert_delta(connection: &mut AnyConnection, version: i64, overlay: &str, since: i64, bytes: i64, body_hash: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO price_list_deltas (version, overlay, since, bytes, body_hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version, overlay, since) DO NOTHING")
        .bind(version)
        .bind(overlay)
        .bind(since)
        .bind(bytes)
        .bind(body_hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// The delta that leads to a version's list: from which version, and its size.
pub async fn delta_to(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<Option<(i64, i64)>> {
    sqlx::query_as("SELECT since, bytes FROM price_list_deltas WHERE version = $1 AND overlay = $2 ORDER BY since DESC LIMIT 1")
        .bind(version)
        .bind(overlay)
        .fetch_optional(connection)
        .await
}

pub async fn delta(connection: &mut AnyConnection, version: i64, overlay: &str, since: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT body_hash FROM price_list_deltas WHERE version = $1 AND overlay = $2 AND since = $3")
        .bind(version)
        .bind(overlay)
        .bind(since)
        .fetch_optional(connection)
        .await
}

/// The last version before this one that has prices of a type.
pub async fn snapshot_before(connection: &mut AnyConnection, version: i64, overlay: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT MAX(version) FROM price_list_snapshots WHERE overlay = $1 AND version < $2")
        .bind(overlay)
        .bind(version)
        .fetch_one(connection)
        .await
}

/// The snapshot of the first price type, in the price types' own order.
pub async fn first_snapshot(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<Snapshot>> {
    sqlx::query_as(
        "SELECT s.overlay, s.products, s.checksum, s.body_hash FROM price_list_snapshots s JOIN price_types t ON t.code = s.overlay \
         WHERE s.version = $1 ORDER BY t.sort, t.code LIMIT 1",
    )
    .bind(version)
    .fetch_optional(connection)
    .await
}

/// Newest first, each with where its reasons are.
pub async fn list(connection: &mut AnyConnection, limit: i64) -> sqlx::Result<Vec<(Version, String)>> {
    let rows = sqlx::query(
        "SELECT version, seq, published_at, valid_from, currency, vat_mode, terms, note, products, left_out, reasons_hash \
         FROM price_list_versions ORDER BY version DESC LIMIT $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((Version::from_row(row)?, row.try_get("reasons_hash")?))).collect()
}

pub async fn customer_prices(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Option<(String, i64)>> {
    sqlx::query_as("SELECT price_type, discount FROM customers WHERE id = $1").bind(customer).fetch_optional(connection).await
}

/// Keeps what a form that was handed out was made for, so that it is known when it comes back.
pub async fn insert_form(connection: &mut AnyConnection, id: &str, customer: CustomerId, version: i64, overlay: &str, now: i64) -> sqlx::Result<()> {
    insert_mailed_form(connection, id, customer, version, overlay, now, None).await
}

/// As [`insert_form`], with the mailing that carries it.
pub async fn insert_mailed_form(
    connection: &mut AnyConnection,
    id: &str,
    customer: CustomerId,
    version: i64,
    overlay: &str,
    now: i64,
    mailing: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO forms (id, customer_id, version, overlay, created_at, mailing_id) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(customer.to_string())
        .bind(version)
        .bind(overlay)
        .bind(now)
        .bind(mailing)
        .execute(connection)
        .await?;
    Ok(())
}

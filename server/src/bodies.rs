//! Content-addressed bodies: documents, snapshots, mails. In the database, so several servers share them.

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::auth::hex;
use crate::db::rows_of_placeholders;
use crate::outbox::attachment::BASE;
use crate::segments::workbook::XLSX;

crate::row! {
    /// A stored body.
    pub struct Body {
        pub media_type: String,
        pub bytes: Vec<u8>,
    }
}

/// Stores `bytes` once and gives the SHA-256 they are found by, in hex.
pub async fn put(connection: &mut AnyConnection, media_type: &str, bytes: &[u8], now: i64) -> sqlx::Result<String> {
    let mut hashes = put_all(connection, media_type, &[bytes], now).await?;
    Ok(hashes.pop().unwrap_or_default())
}

/// As [`put`], for several by one statement; keep them to a few dozen.
pub async fn put_all(connection: &mut AnyConnection, media_type: &str, bodies: &[&[u8]], now: i64) -> sqlx::Result<Vec<String>> {
    let hashes: Vec<String> = bodies.iter().map(|bytes| hex(&Sha256::digest(bytes))).collect();
    let sql =
        format!("INSERT INTO bodies (hash, media_type, bytes, created_at) VALUES {} ON CONFLICT (hash) DO NOTHING", rows_of_placeholders(bodies.len(), 4));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (hash, bytes) in hashes.iter().zip(bodies) {
        query = query.bind(hash).bind(media_type).bind(*bytes).bind(now);
    }
    query.execute(connection).await?;
    Ok(hashes)
}

/// As [`put`], and until the transaction ends nobody drops the body for want of use.
pub async fn hold(connection: &mut AnyConnection, media_type: &str, bytes: &[u8], now: i64) -> sqlx::Result<String> {
    let hash = hex(&Sha256::digest(bytes));
    sqlx::query(
        "INSERT INTO bodies (hash, media_type, bytes, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO UPDATE SET created_at = bodies.created_at",
    )
    .bind(&hash)
    .bind(media_type)
    .bind(bytes)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(hash)
}

/// Waits for whoever holds a body and keeps others from holding it. A look at what uses it comes after this.
pub async fn lock(connection: &mut AnyConnection, hash: &str, for_update: &str) -> sqlx::Result<()> {
    let statement = format!("SELECT hash FROM bodies WHERE hash = $1{for_update}");
    sqlx::query_scalar::<_, String>(AssertSqlSafe(statement)).bind(hash).fetch_optional(connection).await.map(drop)
}

pub async fn get(connection: &mut AnyConnection, hash: &str) -> sqlx::Result<Option<Body>> {
    sqlx::query_as("SELECT media_type, bytes FROM bodies WHERE hash = $1").bind(hash).fetch_optional(connection).await
}

/// Where bodies are named: table and column. Logos and attachments are named in JSON.
pub const HOLDERS: [(&str, &str); 11] = [
    ("messages", "body_hash"),
    ("messages", "rendered_hash"),
    ("messages", "html_hash"),
    ("documents", "pdf_hash"),
    ("price_list_versions", "reasons_hash"),
    ("price_list_snapshots", "body_hash"),
    ("price_list_deltas", "body_hash"),
    ("product_pictures", "small_hash"),
    ("product_pictures", "large_hash"),
    ("incoming_mails", "raw_hash"),
    ("incoming_files", "hash"),
];

/// Deletes a body that no row names any more. The same bytes may have come by other ways than the one that lets go of them. Sheets
/// that go out with mails stay in any case; a logo is seen to by whoever lets go of a picture.
pub async fn drop_unused(connection: &mut AnyConnection, hash: &str) -> sqlx::Result<()> {
    let unnamed: Vec<String> = HOLDERS.iter().map(|(table, column)| format!("NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = $1)")).collect();
    let statement = format!("DELETE FROM bodies WHERE hash = $1 AND media_type NOT IN ($2, $3) AND {}", unnamed.join(" AND "));
    sqlx::query(AssertSqlSafe(statement)).bind(hash).bind(XLSX).bind(BASE).execute(connection).await?;
    Ok(())
}

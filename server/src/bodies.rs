//! Content-addressed bodies: documents, snapshots, mails. In the database, so several servers share them.

use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::auth::hex;

crate::row! {
    /// A stored body.
    pub struct Body {
        pub media_type: String,
        pub bytes: Vec<u8>,
    }
}

/// Stores `bytes` once and gives the SHA-256 they are found by, in hex.
pub async fn put(connection: &mut AnyConnection, media_type: &str, bytes: &[u8], now: i64) -> sqlx::Result<String> {
    let hash = hex(&Sha256::digest(bytes));
    sqlx::query("INSERT INTO bodies (hash, media_type, bytes, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING")
        .bind(&hash)
        .bind(media_type)
        .bind(bytes)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(hash)
}

pub async fn get(connection: &mut AnyConnection, hash: &str) -> sqlx::Result<Option<Body>> {
    sqlx::query_as("SELECT media_type, bytes FROM bodies WHERE hash = $1").bind(hash).fetch_optional(connection).await
}

//! Drafts kept for buyers' devices.

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;

use super::Found;
use crate::drafts::store::{COLUMNS, DraftRow};

pub async fn readable(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let sql = format!("SELECT {COLUMNS} FROM drafts");
    let mut rows = sqlx::query_as::<_, DraftRow>(sqlx::AssertSqlSafe(sql)).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        found.hold(row.revision > 0 && row.draft().is_ok(), || row.user_id.clone());
    }
    Ok(found)
}

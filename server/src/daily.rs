//! Work done once a day, by one of the servers. When it was begun last stands in the row of `catalog_state`.

use sqlx::AssertSqlSafe;

use crate::AppState;

pub const DAY_MS: i64 = 24 * 3_600_000;

/// Takes the day's turn on; false where it was taken within the day. `column` holds when. Most looks are one read.
pub async fn takes_turn(state: &AppState, column: &'static str) -> anyhow::Result<bool> {
    let now = state.clock.now_ms();
    let before = now - DAY_MS;
    let last: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT {column} FROM catalog_state WHERE id = 1"))).fetch_one(&mut *state.db.read().await?).await?;
    if last > before {
        return Ok(false);
    }
    let mut tx = state.db.write_tx().await?;
    let statement = format!("UPDATE catalog_state SET {column} = $1 WHERE id = 1 AND {column} <= $2");
    let begun = sqlx::query(AssertSqlSafe(statement)).bind(now).bind(before).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(begun.rows_affected() > 0)
}

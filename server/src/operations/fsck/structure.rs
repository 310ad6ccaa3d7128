//! What the schema itself demands, for a database whose engine was once told to look away.

use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::Found;
use crate::db::Engine;
use crate::db::schema::{self, Reference, Table};

/// Every foreign key of every table.
pub async fn foreign_keys(connection: &mut AnyConnection, engine: Engine) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let tables = match schema::tables(connection, engine).await {
        Ok(tables) => tables,
        // A table that lost its key, or has a type the schema does not know.
        Err(error) => {
            found.bad(format!("{error:#}"));
            return Ok(found);
        }
    };
    for table in tables {
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{}\"", table.name))).fetch_one(&mut *connection).await?;
        for reference in &table.refers {
            found.looked_at += rows.max(0) as u64;
            let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(dangling(&table, reference))).fetch(&mut *connection);
            while let Some(key) = rows.try_next().await? {
                found.bad(format!("{} {key} to {}", table.name, reference.table));
            }
        }
    }
    Ok(found)
}

fn dangling(table: &Table, reference: &Reference) -> String {
    let all = |each: &dyn Fn(&(String, String)) -> String| reference.columns.iter().map(each).collect::<Vec<_>>().join(" AND ");
    let on = all(&|(from, to)| format!("o.\"{to}\" = t.\"{from}\""));
    let set = all(&|(from, _)| format!("t.\"{from}\" IS NOT NULL"));
    let missing = &reference.columns[0].1;
    let key = table.key.iter().map(|column| format!("CAST(t.\"{column}\" AS TEXT)")).collect::<Vec<_>>().join(" || ' ' || ");
    format!("SELECT {key} FROM \"{}\" t LEFT JOIN \"{}\" o ON {on} WHERE {set} AND o.\"{missing}\" IS NULL", table.name, reference.table)
}

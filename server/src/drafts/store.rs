//! SQL of drafts.

use anyhow::Context;
use kontor_shared::drafts::Draft;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

crate::row! {
    /// A row of `drafts`.
    #[derive(Clone, Debug)]
    pub struct DraftRow {
        pub user_id: String,
        pub customer_id: String,
        pub revision: i64,
        pub order_id: Option<String>,
        pub lines: String,
        pub po_number: String,
        pub wanted_on: String,
        pub delivery_address: Option<String>,
        pub comment: String,
        pub changed_at: i64,
    }
}

impl DraftRow {
    pub fn of(user: &str, customer: &str, draft: &Draft, revision: i64, now: i64) -> anyhow::Result<Self> {
        Ok(Self {
            user_id: user.into(),
            customer_id: customer.into(),
            revision,
            order_id: draft.id.map(|id| id.to_string()),
            lines: serde_json::to_string(&draft.lines)?,
            po_number: draft.po_number.clone(),
            wanted_on: draft.wanted_on.clone(),
            delivery_address: draft.delivery_address.clone(),
            comment: draft.comment.clone(),
            changed_at: now,
        })
    }

    pub fn draft(self: &DraftRow) -> anyhow::Result<Draft> {
        Ok(Draft {
            id: self.order_id.as_deref().map(str::parse).transpose().context("stored id of a draft")?,
            lines: serde_json::from_str(&self.lines).context("stored lines of a draft")?,
            po_number: self.po_number.clone(),
            wanted_on: self.wanted_on.clone(),
            delivery_address: self.delivery_address.clone(),
            comment: self.comment.clone(),
        })
    }
}

pub const COLUMNS: &str = "user_id, customer_id, revision, order_id, lines, po_number, wanted_on, delivery_address, comment, changed_at";

pub async fn get(connection: &mut AnyConnection, user: &str) -> sqlx::Result<Option<DraftRow>> {
    sqlx::query_as(AssertSqlSafe(format!("SELECT {COLUMNS} FROM drafts WHERE user_id = $1"))).bind(user).fetch_optional(connection).await
}

/// Which database this is among those restored from one another.
pub async fn generation(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT number FROM generation WHERE id = 1").fetch_one(connection).await
}

/// Drafts saved after the backup was made are gone, and devices remember their revisions: none of those is given out again, and
/// the devices are told that what they had in common with the server of before counts no more.
pub async fn restored(connection: &mut AnyConnection, now: i64) -> sqlx::Result<()> {
    let sql = "UPDATE generation SET number = CASE WHEN number < $1 THEN $1 ELSE number + 1 END WHERE id = 1";
    sqlx::query(sql).bind(now).execute(&mut *connection).await?;
    sqlx::query("UPDATE drafts SET revision = revision + (SELECT g.number FROM generation g WHERE g.id = 1)").execute(connection).await?;
    Ok(())
}

/// Keeps a log-in from being closed until the transaction ends; says whether it is open still.
pub async fn hold_user(connection: &mut AnyConnection, user: &str, for_share: &str) -> sqlx::Result<bool> {
    let sql = format!("SELECT disabled FROM users WHERE id = $1{for_share}");
    let disabled: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(user).fetch_optional(connection).await?;
    Ok(disabled == Some(0))
}

/// The drafts that have these ids, locked: in one order everywhere, so that none waits for the other.
pub async fn of_orders(connection: &mut AnyConnection, for_update: &str, ids: &[&str]) -> sqlx::Result<Vec<DraftRow>> {
    let sql = format!("SELECT {COLUMNS} FROM drafts WHERE order_id IN ({}) ORDER BY user_id{for_update}", placeholders(1, ids.len()));
    ids.iter().fold(sqlx::query_as(AssertSqlSafe(sql)), |query, id| query.bind(*id)).fetch_all(connection).await
}

type Statement<'q> = Query<'q, Any, AnyArguments>;

/// A row's values as `$1` to `$10`, in the order of [`COLUMNS`].
fn bound<'q>(statement: Statement<'q>, row: &'q DraftRow) -> Statement<'q> {
    statement
        .bind(&row.user_id)
        .bind(&row.customer_id)
        .bind(row.revision)
        .bind(&row.order_id)
        .bind(&row.lines)
        .bind(&row.po_number)
        .bind(&row.wanted_on)
        .bind(&row.delivery_address)
        .bind(&row.comment)
        .bind(row.changed_at)
}

/// A first draft; says whether it is the first.
pub async fn insert(connection: &mut AnyConnection, row: &DraftRow) -> sqlx::Result<bool> {
    let sql = format!("INSERT INTO drafts ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (user_id) DO NOTHING");
    let done = bound(sqlx::query(AssertSqlSafe(sql)), row).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a draft in the place of the one of a revision; says whether it was at that.
pub async fn replace(connection: &mut AnyConnection, row: &DraftRow, seen: i64) -> sqlx::Result<bool> {
    let replace = sqlx::query(
        "UPDATE drafts SET customer_id = $2, revision = $3, order_id = $4, lines = $5, po_number = $6, wanted_on = $7, delivery_address = $8, comment = $9, \
         changed_at = $10 WHERE user_id = $1 AND revision = $11",
    );
    let done = bound(replace, row).bind(seen).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM drafts WHERE user_id = $1").bind(user).execute(connection).await?;
    Ok(())
}

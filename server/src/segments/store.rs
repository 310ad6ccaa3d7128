//! SQL of segments: the orders that count, the register, and where everybody is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Context;
use kontor_shared::ids::CustomerId;
use kontor_shared::segments::{Counted, Days, Period, Terms, Verdict};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{Marks, stored_day};
use crate::db::{placeholders, rows_of_placeholders};

/// Customer and day of every counted order before a day, one row per order.
pub async fn order_days(connection: &mut AnyConnection, before: &str) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT customer_id, ordered_day FROM orders \
         WHERE customer_id IS NOT NULL AND kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused') AND ordered_day < $1",
    )
    .bind(before)
    .fetch_all(connection)
    .await
}

/// The same for a few customers, of all days.
pub async fn order_days_of(connection: &mut AnyConnection, customers: &[CustomerId]) -> sqlx::Result<Vec<(String, String)>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT customer_id, ordered_day FROM orders \
         WHERE customer_id IN ({}) AND kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused')",
        placeholders(1, customers.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(customer.to_string());
    }
    query.fetch_all(connection).await
}

crate::row! {
    struct CountedRow {
        customer_id: String,
        ever: i64,
        in_period: i64,
        in_lapse: i64,
        first: String,
        last: String,
    }
}

/// Each customer's counted orders before the end of the period; nothing for those who have none.
pub async fn counted(connection: &mut AnyConnection, period: Days, lapse: Days) -> anyhow::Result<HashMap<String, Counted>> {
    let rows: Vec<CountedRow> = sqlx::query_as(
        "SELECT customer_id, COUNT(*) AS ever, CAST(SUM(CASE WHEN ordered_day >= $1 THEN 1 ELSE 0 END) AS BIGINT) AS in_period, \
         CAST(SUM(CASE WHEN ordered_day >= $2 THEN 1 ELSE 0 END) AS BIGINT) AS in_lapse, MIN(ordered_day) AS first, MAX(ordered_day) AS last \
         FROM orders WHERE customer_id IS NOT NULL AND kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused') \
         AND ordered_day < $3 GROUP BY customer_id",
    )
    .bind(period.from.to_string())
    .bind(lapse.from.to_string())
    .bind(period.to.to_string())
    .fetch_all(connection)
    .await?;
    let read = |row: CountedRow| {
        let count = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let counted = Counted {
            ever: count(row.ever),
            in_period: count(row.in_period),
            in_lapse: count(row.in_lapse),
            first: Some(stored_day(&row.first)?),
            last: Some(stored_day(&row.last)?),
        };
        Ok((row.customer_id, counted))
    };
    rows.into_iter().map(read).collect()
}

crate::row! {
    /// A customer as judging and its lists need it.
    pub struct Registered {
        pub id: String,
        pub code: String,
        pub name: String,
        pub name_folded: String,
    }
}

/// Every customer.
pub async fn register(connection: &mut AnyConnection) -> sqlx::Result<Vec<Registered>> {
    sqlx::query_as("SELECT id, code, name, name_folded FROM customers").fetch_all(connection).await
}

crate::row! {
    struct MarksRow {
        id: String,
        state: String,
        period: Option<String>,
        regular_from: Option<i64>,
        by_hand: Option<i64>,
    }
}

/// What stands beside the segments of those who have anything: of all, or of a few.
pub async fn marks(connection: &mut AnyConnection, of: Option<&[CustomerId]>) -> anyhow::Result<HashMap<String, Marks>> {
    let of = match of {
        Some([]) => return Ok(HashMap::new()),
        of => of.unwrap_or_default(),
    };
    let some = if of.is_empty() { String::new() } else { format!(" AND c.id IN ({})", placeholders(1, of.len())) };
    let sql = format!(
        "SELECT c.id, c.state, t.period, t.regular_from, t.by_hand FROM customers c LEFT JOIN segment_terms t ON t.customer_id = c.id \
         WHERE (c.state = 'blocked' OR t.customer_id IS NOT NULL){some}"
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in of {
        query = query.bind(customer.to_string());
    }
    let rows: Vec<MarksRow> = query.fetch_all(connection).await?;
    let read = |row: MarksRow| {
        let terms = match &row.period {
            None => None,
            Some(period) => Some(Terms {
                period: Period::parse(period).context("stored period")?,
                regular_from: row.regular_from.map(u32::try_from).transpose().context("stored threshold")?,
                by_hand: row.by_hand == Some(1),
            }),
        };
        Ok((row.id, Marks { blocked: row.state == "blocked", terms }))
    };
    rows.into_iter().map(read).collect()
}

/// The rule and day everybody was last judged by.
pub async fn judged_by(connection: &mut AnyConnection) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT judged_by FROM segment_state WHERE id = 1").fetch_one(connection).await
}

/// Judging is written by one at a time, so that what was read last is written last.
pub async fn lock(connection: &mut AnyConnection, for_update: &'static str) -> sqlx::Result<String> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT judged_by FROM segment_state WHERE id = 1{for_update}"))).fetch_one(connection).await
}

pub async fn set_judged_by(connection: &mut AnyConnection, judged_by: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE segment_state SET judged_by = $1, judged_at = $2 WHERE id = 1").bind(judged_by).bind(now).execute(connection).await?;
    Ok(())
}

/// Marks customers to be judged again; again, and never at the same time as before, where they are marked already.
pub async fn mark(connection: &mut AnyConnection, customers: &[&str], now: i64) -> sqlx::Result<()> {
    if customers.is_empty() {
        return Ok(());
    }
    // Named once each, in one order, so that two transactions that mark the same customers do not wait for each other in a ring.
    let named: BTreeSet<&str> = customers.iter().copied().collect();
    let sql = format!(
        "INSERT INTO segment_due (customer_id, marked_at) VALUES {} ON CONFLICT (customer_id) \
         DO UPDATE SET marked_at = CASE WHEN excluded.marked_at > segment_due.marked_at THEN excluded.marked_at ELSE segment_due.marked_at + 1 END",
        rows_of_placeholders(named.len(), 2)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for customer in named {
        query = query.bind(customer).bind(now);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Marked customers, and when.
pub async fn due(connection: &mut AnyConnection, limit: i64) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as("SELECT customer_id, marked_at FROM segment_due ORDER BY marked_at, customer_id LIMIT $1").bind(limit).fetch_all(connection).await
}

/// Takes marks off that were not set again meanwhile, and gives whose they were.
pub async fn unmark(connection: &mut AnyConnection, due: &[(String, i64)]) -> sqlx::Result<HashSet<String>> {
    // In the order marks are set in, or two transactions could wait for each other.
    let due: BTreeMap<&String, i64> = due.iter().map(|(customer, marked_at)| (customer, *marked_at)).collect();
    let mut unmarked = HashSet::new();
    for (customer, marked_at) in due {
        let done =
            sqlx::query("DELETE FROM segment_due WHERE customer_id = $1 AND marked_at = $2").bind(customer).bind(marked_at).execute(&mut *connection).await?;
        if done.rows_affected() > 0 {
            unmarked.insert(customer.clone());
        }
    }
    Ok(unmarked)
}

/// Where every customer was by the last verdict.
pub async fn current(connection: &mut AnyConnection) -> sqlx::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT customer_id, segment FROM customer_segments").fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// The segment a customer last came into, and as of which day. Nothing where it has not moved since it was first judged: how long it
/// had been there by then nobody wrote down.
pub async fn last_move(connection: &mut AnyConnection, customer: CustomerId) -> sqlx::Result<Option<(String, String)>> {
    sqlx::query_as("SELECT segment, as_of FROM segment_changes WHERE customer_id = $1 AND before_segment <> '' ORDER BY id DESC LIMIT 1")
        .bind(customer.to_string())
        .fetch_optional(connection)
        .await
}

/// Segments of a few customers by the last verdict.
pub async fn current_some(connection: &mut AnyConnection, customers: &[String]) -> sqlx::Result<HashMap<String, String>> {
    let sql = format!("SELECT customer_id, segment FROM customer_segments WHERE customer_id IN ({})", placeholders(1, customers.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(customer);
    }
    let rows: Vec<(String, String)> = query.fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// A move to write down.
pub struct Change<'a> {
    pub id: String,
    pub customer: String,
    pub before: String,
    pub verdict: &'a Verdict,
    pub as_of: String,
    pub cause: &'a str,
}

/// Where customers are now, and how they came there.
pub async fn write_changes(connection: &mut AnyConnection, changes: &[Change<'_>], now: i64) -> sqlx::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO customer_segments (customer_id, segment, since) VALUES {} \
         ON CONFLICT (customer_id) DO UPDATE SET segment = excluded.segment, since = excluded.since",
        rows_of_placeholders(changes.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for change in changes {
        query = query.bind(&change.customer).bind(change.verdict.segment.word()).bind(&change.as_of);
    }
    query.execute(&mut *connection).await?;
    let sql = format!(
        "INSERT INTO segment_changes (id, customer_id, before_segment, segment, as_of, cause, orders_in_period, orders_ever, last_order, regular_from, \
         period_from, period_to, at) VALUES {}",
        rows_of_placeholders(changes.len(), 13)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for change in changes {
        let verdict = change.verdict;
        query = query
            .bind(&change.id)
            .bind(&change.customer)
            .bind(&change.before)
            .bind(verdict.segment.word())
            .bind(&change.as_of)
            .bind(change.cause)
            .bind(i64::from(verdict.orders_in_period))
            .bind(i64::from(verdict.orders_ever))
            .bind(verdict.last_order.map(|day| day.to_string()))
            .bind(i64::from(verdict.regular_from))
            .bind(verdict.period.from.to_string())
            .bind(verdict.period.to.to_string())
            .bind(now);
    }
    query.execute(connection).await?;
    Ok(())
}

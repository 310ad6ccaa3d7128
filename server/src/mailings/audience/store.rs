//! SQL of audiences: each statement answers for every customer at once.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

/// Orders that were placed and not called off.
const PLACED: &str = "o.customer_id IS NOT NULL AND o.kind = 'sale' AND o.state NOT IN ('draft', 'cancelled', 'refused')";

crate::row! {
    pub struct Customer {
        pub id: String,
        pub code: String,
        pub name: String,
        pub country: String,
        pub region: String,
        pub lang: String,
        pub price_type: String,
        pub discount: i64,
        pub state: String,
        pub channel: String,
        pub manager_id: Option<String>,
    }
}

crate::row! {
    pub struct Contact {
        pub id: String,
        pub customer_id: String,
        pub name: String,
        pub email: String,
        pub lang: String,
        pub receives_mail: i64,
        pub erased_at: Option<i64>,
        pub created_at: i64,
    }
}

pub async fn customers(connection: &mut AnyConnection) -> sqlx::Result<Vec<Customer>> {
    sqlx::query_as("SELECT id, code, name, country, region, lang, price_type, discount, state, channel, manager_id FROM customers").fetch_all(connection).await
}

/// Every contact, one by one.
pub async fn contacts(connection: &mut AnyConnection, mut take: impl FnMut(Contact)) -> sqlx::Result<()> {
    let mut rows =
        sqlx::query_as::<_, Contact>("SELECT id, customer_id, name, email, lang, receives_mail, erased_at, created_at FROM contacts").fetch(connection);
    while let Some(row) = rows.try_next().await? {
        take(row);
    }
    Ok(())
}

/// Who ordered a product on a day of `[from, to)`.
pub async fn buyers_of(connection: &mut AnyConnection, code: &str, (from, to): (&str, &str)) -> sqlx::Result<HashSet<String>> {
    let sql = format!(
        "SELECT DISTINCT o.customer_id FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE l.product_code = $1 AND l.quantity > 0 AND l.verdict <> 'refused' AND {PLACED} AND o.ordered_day >= $2 AND o.ordered_day < $3"
    );
    let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(code).bind(from).bind(to).fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}

/// Who ordered anything of these groups, as the catalogue groups its goods now.
pub async fn buyers_of_groups(connection: &mut AnyConnection, groups: &[String], (from, to): (&str, &str)) -> sqlx::Result<HashSet<String>> {
    let sql = format!(
        "SELECT DISTINCT o.customer_id FROM orders o JOIN order_lines l ON l.order_id = o.id \
         WHERE {PLACED} AND o.ordered_day >= $1 AND o.ordered_day < $2 AND l.quantity > 0 AND l.verdict <> 'refused' AND l.product_code IN (\
         SELECT p.code FROM products p JOIN product_revisions r ON r.product_id = p.id \
         WHERE r.seq = (SELECT MAX(x.seq) FROM product_revisions x JOIN catalog_state s ON s.id = 1 WHERE x.product_id = p.id AND x.seq <= s.visible_seq) \
         AND r.group_code IN ({}))",
        placeholders(3, groups.len())
    );
    let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(from).bind(to);
    for group in groups {
        query = query.bind(group);
    }
    Ok(query.fetch_all(connection).await?.into_iter().collect())
}

/// The sum without VAT of each customer's orders in a currency.
pub async fn amounts(connection: &mut AnyConnection, currency: &str, (from, to): (&str, &str)) -> sqlx::Result<HashMap<String, i64>> {
    let sql = format!(
        "SELECT o.customer_id, COALESCE(CAST(SUM(o.net) AS BIGINT), 0) FROM orders o \
         WHERE {PLACED} AND o.currency = $1 AND o.ordered_day >= $2 AND o.ordered_day < $3 GROUP BY o.customer_id"
    );
    let rows: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(sql)).bind(currency).bind(from).bind(to).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// How many orders each customer placed; as with segments, those of goods alone.
pub async fn order_counts(connection: &mut AnyConnection, (from, to): (&str, &str)) -> sqlx::Result<HashMap<String, i64>> {
    let sql = format!(
        "SELECT o.customer_id, COUNT(*) FROM orders o WHERE {PLACED} AND o.counted = 1 AND o.ordered_day >= $1 AND o.ordered_day < $2 GROUP BY o.customer_id"
    );
    let rows: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(sql)).bind(from).bind(to).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

pub async fn product_name(connection: &mut AnyConnection, code: &str, seq: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "SELECT r.name FROM product_revisions r JOIN products p ON p.id = r.product_id WHERE p.code = $1 AND r.seq <= $2 ORDER BY r.seq DESC LIMIT 1",
    )
    .bind(code)
    .bind(seq)
    .fetch_optional(connection)
    .await
}

pub async fn login(connection: &mut AnyConnection, user: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT login FROM users WHERE id = $1").bind(user).fetch_optional(connection).await
}

async fn is_there(connection: &mut AnyConnection, sql: &'static str, value: &str) -> sqlx::Result<bool> {
    Ok(sqlx::query_scalar::<_, i64>(sql).bind(value).fetch_optional(connection).await?.is_some())
}

/// Whether the firm has, or had, a product of this code.
pub async fn is_product(connection: &mut AnyConnection, code: &str) -> sqlx::Result<bool> {
    is_there(connection, "SELECT CAST(1 AS BIGINT) FROM products WHERE code = $1 LIMIT 1", code).await
}

/// Whether anything was ever ordered in a currency.
pub async fn is_traded_in(connection: &mut AnyConnection, currency: &str) -> sqlx::Result<bool> {
    is_there(connection, "SELECT CAST(1 AS BIGINT) FROM orders WHERE currency = $1 LIMIT 1", currency).await
}

/// Whether a user looks after any customer.
pub async fn is_manager(connection: &mut AnyConnection, user: &str) -> sqlx::Result<bool> {
    is_there(connection, "SELECT CAST(1 AS BIGINT) FROM customers WHERE manager_id = $1 LIMIT 1", user).await
}

/// Customers somebody looks after by hand.
pub async fn by_hand(connection: &mut AnyConnection) -> sqlx::Result<HashSet<String>> {
    let found: Vec<String> = sqlx::query_scalar("SELECT customer_id FROM segment_terms WHERE by_hand = 1").fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}

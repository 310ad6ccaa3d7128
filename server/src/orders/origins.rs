//! SQL of where orders came from that were not put together on the page.

use std::collections::{HashMap, HashSet};

use sqlx::{AnyConnection, AssertSqlSafe};

use super::intake::Ready;
use crate::daily::DAY_MS;
use crate::db::rows_of_placeholders;
use crate::error::AppError;

/// The same form with the same lines is the same order for so long; later it may well be meant anew.
pub const SAME_WITHIN_DAYS: i64 = 30;

/// A row of `order_origins` that lacks its order's id.
#[derive(Clone, Debug, Default)]
pub struct NewOrigin {
    pub form_id: Option<String>,
    pub mailing_id: Option<String>,
    pub received_on: Option<String>,
    pub content: Option<String>,
    pub account: Option<String>,
    /// The message whose file it is; not stored.
    pub message: Option<Message>,
}

/// A message as it was when its file was read: an order of it is stored only while nobody has decided otherwise.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub revision: i64,
}

/// Somebody has decided about the message an order is of, while it was read.
pub fn decided_meanwhile() -> AppError {
    AppError::conflict("decided", "somebody has decided about this message meanwhile")
}

/// Which of the orders come from messages about which somebody has decided since. The messages' rows are locked until the end
/// of the transaction, as whoever decides locks them.
pub async fn decided(connection: &mut AnyConnection, for_update: &'static str, orders: &[Ready]) -> sqlx::Result<HashSet<String>> {
    let of = |order: &Ready| Some((order.new.row.id.clone(), order.origin.as_ref()?.message.clone()?));
    let mut read: Vec<(String, Message)> = orders.iter().filter_map(of).collect();
    // Always in one order, so that no two transactions wait for each other.
    read.sort_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    let mut decided = HashSet::new();
    for (order, message) in read {
        let sql = format!("SELECT revision FROM incoming_mails WHERE id = $1{for_update}");
        let revision: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&message.id).fetch_optional(&mut *connection).await?;
        if revision != Some(message.revision) {
            decided.insert(order);
        }
    }
    Ok(decided)
}

crate::row! {
    /// A row of `order_origins`.
    #[derive(Clone, Debug)]
    pub struct OriginRow {
        pub form_id: Option<String>,
        pub mailing_id: Option<String>,
        /// What the mailing is called.
        pub mailing: Option<String>,
        pub received_on: Option<String>,
        pub account: Option<String>,
    }
}

pub async fn of_order(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Option<OriginRow>> {
    sqlx::query_as(
        "SELECT g.form_id, g.mailing_id, m.name AS mailing, g.received_on, g.account FROM order_origins g \
         LEFT JOIN mailings m ON m.id = g.mailing_id WHERE g.order_id = $1",
    )
    .bind(order)
    .fetch_optional(connection)
    .await
}

/// Orders on a form as (id, number, time), the newest first.
pub async fn of_form(connection: &mut AnyConnection, form: &str) -> sqlx::Result<Vec<(String, String, i64)>> {
    sqlx::query_as(
        "SELECT o.id, o.number, o.ordered_at FROM order_origins g JOIN orders o ON o.id = g.order_id WHERE g.form_id = $1 \
         ORDER BY o.ordered_at DESC, o.id LIMIT 20",
    )
    .bind(form)
    .fetch_all(connection)
    .await
}

/// The mailing that carried a form.
pub async fn mailing_of_form(connection: &mut AnyConnection, form: &str) -> sqlx::Result<Option<String>> {
    let found: Option<Option<String>> = sqlx::query_scalar("SELECT mailing_id FROM forms WHERE id = $1").bind(form).fetch_optional(connection).await?;
    Ok(found.flatten())
}

/// Of these orders, those whose content the customer has ordered already: by their own id, the other's id and number; without
/// one where the other stands before it among these.
pub async fn doubles(connection: &mut AnyConnection, orders: &[Ready]) -> sqlx::Result<HashMap<String, Option<(String, String)>>> {
    let mut found = HashMap::new();
    let mut among_these = HashSet::new();
    for order in orders {
        let row = &order.new.row;
        let Some(content) = order.origin.as_ref().and_then(|origin| origin.content.as_deref()) else { continue };
        let before: Option<(String, String)> = sqlx::query_as(
            "SELECT o.id, o.number FROM order_origins g JOIN orders o ON o.id = g.order_id \
             WHERE g.content = $1 AND o.customer_id = $2 AND o.ordered_at > $3 AND o.id <> $4 AND o.state NOT IN ('cancelled', 'refused') \
             ORDER BY o.ordered_at DESC LIMIT 1",
        )
        .bind(content)
        .bind(&row.customer_id)
        .bind(row.ordered_at - SAME_WITHIN_DAYS * DAY_MS)
        .bind(&row.id)
        .fetch_optional(&mut *connection)
        .await?;
        if before.is_some() || !among_these.insert((&row.customer_id, content)) {
            found.insert(row.id.clone(), before);
        }
    }
    Ok(found)
}

/// Writes down where new orders came from.
pub async fn insert(connection: &mut AnyConnection, orders: &[&Ready]) -> sqlx::Result<()> {
    let rows: Vec<(&str, &NewOrigin)> = orders.iter().filter_map(|order| Some((order.new.row.id.as_str(), order.origin.as_ref()?))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql =
        format!("INSERT INTO order_origins (order_id, form_id, mailing_id, received_on, content, account) VALUES {}", rows_of_placeholders(rows.len(), 6));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (order, origin) in rows {
        query = query.bind(order).bind(&origin.form_id).bind(&origin.mailing_id).bind(&origin.received_on).bind(&origin.content).bind(&origin.account);
    }
    query.execute(connection).await?;
    Ok(())
}

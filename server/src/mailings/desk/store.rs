//! SQL of mailings and of what became of their messages.

use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    #[derive(Clone, Debug, Default)]
    pub struct Row {
        pub id: String,
        pub name: String,
        pub state: String,
        pub revision: i64,
        pub topic: String,
        pub audience: String,
        pub template_id: Option<String>,
        pub template_version: Option<i64>,
        pub price_list: Option<i64>,
        pub attach_price_list: i64,
        pub uncertain_policy: String,
        pub frozen_by_rule: String,
        pub paused_reason: String,
        pub created_at: i64,
        pub created_by: String,
        pub frozen_at: Option<i64>,
        pub frozen_by: String,
        pub started_at: Option<i64>,
        pub started_by: String,
        pub finished_at: Option<i64>,
    }
}

const ROW: &str = "SELECT id, name, state, revision, topic, audience, template_id, template_version, price_list, attach_price_list, uncertain_policy, \
     frozen_by_rule, paused_reason, created_at, created_by, frozen_at, frozen_by, started_at, started_by, finished_at FROM mailings";

/// Newest first.
pub async fn list(connection: &mut AnyConnection, after: &str, limit: i64) -> sqlx::Result<Vec<Row>> {
    let sql = format!("{ROW} WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(connection).await
}

pub async fn get(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(AssertSqlSafe(format!("{ROW} WHERE id = $1{for_update}"))).bind(id).fetch_optional(connection).await
}

pub async fn insert(connection: &mut AnyConnection, row: &Row) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO mailings (id, name, state, revision, topic, audience, template_id, attach_price_list, uncertain_policy, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.state)
    .bind(row.revision)
    .bind(&row.topic)
    .bind(&row.audience)
    .bind(row.template_id.clone())
    .bind(row.attach_price_list)
    .bind(&row.uncertain_policy)
    .bind(row.created_at)
    .bind(&row.created_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes a draft; what a freeze that was cut off had fixed is open again.
pub async fn update(connection: &mut AnyConnection, row: &Row) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE mailings SET name = $2, revision = $3, topic = $4, audience = $5, template_id = $6, attach_price_list = $7, uncertain_policy = $8, \
         template_version = NULL, price_list = NULL WHERE id = $1 AND state = 'draft'",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(row.revision)
    .bind(&row.topic)
    .bind(&row.audience)
    .bind(row.template_id.clone())
    .bind(row.attach_price_list)
    .bind(&row.uncertain_policy)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many messages of a mailing are in each state, and skipped for each reason.
pub async fn counts(connection: &mut AnyConnection, mailing: &str) -> sqlx::Result<Vec<(String, String, i64)>> {
    sqlx::query_as("SELECT state, skip_reason, COUNT(*) FROM messages WHERE mailing_id = $1 GROUP BY state, skip_reason")
        .bind(mailing)
        .fetch_all(connection)
        .await
}

crate::row! {
    /// One recipient's row.
    #[derive(Clone, Debug)]
    pub struct Recipient {
        pub id: String,
        pub customer_id: Option<String>,
        pub code: Option<String>,
        pub customer_name: Option<String>,
        pub contact_id: Option<String>,
        pub contact_name: Option<String>,
        pub recipient: String,
        pub lang: String,
        pub channel: String,
        pub state: String,
        pub skip_reason: String,
        pub sent_at: Option<i64>,
        pub last_error: Option<String>,
    }
}

const RECIPIENT: &str = "SELECT m.id, m.customer_id, c.code, c.name AS customer_name, m.contact_id, p.name AS contact_name, m.recipient, m.lang, m.channel, \
     m.state, m.skip_reason, m.sent_at, m.last_error \
     FROM messages m LEFT JOIN customers c ON c.id = m.customer_id LEFT JOIN contacts p ON p.id = m.contact_id";

/// Recipients in the order they were frozen in, of a state and a reason where these are not empty.
pub async fn recipients(connection: &mut AnyConnection, mailing: &str, (state, reason): (&str, &str), after: &str, limit: i64) -> sqlx::Result<Vec<Recipient>> {
    let sql =
        format!("{RECIPIENT} WHERE m.mailing_id = $1 AND ($2 = '' OR m.state = $2) AND ($3 = '' OR m.skip_reason = $3) AND m.id > $4 ORDER BY m.id LIMIT $5");
    sqlx::query_as(AssertSqlSafe(sql)).bind(mailing).bind(state).bind(reason).bind(after).bind(limit).fetch_all(connection).await
}

/// Different values of a column people choose from; the two columns are fixed words of ours.
pub async fn places(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT DISTINCT region, country FROM customers").fetch_all(connection).await
}

/// Who looks after customers, also one who left, and members of the firm who may begin to: those who sell.
pub async fn managers(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT id, login FROM users WHERE (role IN ('sales', 'admin') AND disabled = 0) \
         OR EXISTS (SELECT 1 FROM customers WHERE customers.manager_id = users.id)",
    )
    .fetch_all(connection)
    .await
}

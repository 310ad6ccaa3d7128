//! SQL of issued forms, and of the columns of tables that are none.

use sqlx::AnyConnection;

crate::row! {
    /// What a form was made for.
    #[derive(Clone, Debug)]
    pub struct FormRow {
        pub customer_id: Option<String>,
        pub version: i64,
        pub overlay: String,
    }
}

pub async fn form(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<FormRow>> {
    sqlx::query_as("SELECT customer_id, version, overlay FROM forms WHERE id = $1").bind(id).fetch_optional(connection).await
}

/// When a form was issued, in Unix milliseconds.
pub async fn issued(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT created_at FROM forms WHERE id = $1").bind(id).fetch_optional(connection).await
}

/// How many forms of a customer became known since.
pub async fn saved_since(connection: &mut AnyConnection, customer: &str, since: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM forms WHERE customer_id = $1 AND created_at > $2").bind(customer).bind(since).fetch_one(connection).await
}

/// Tables of one customer whose columns are remembered; the oldest choice makes room.
const MOST_COLUMNS: i64 = 200;

crate::row! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ColumnsRow {
        pub fingerprint: String,
        pub code_column: i64,
        pub quantity_column: i64,
        pub first_row: i64,
    }
}

/// The latest choice first.
pub async fn columns(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<ColumnsRow>> {
    let sql = "SELECT fingerprint, code_column, quantity_column, first_row FROM form_columns WHERE customer_id = $1 ORDER BY changed_at DESC, id DESC";
    sqlx::query_as(sql).bind(customer).fetch_all(connection).await
}

/// Keeps a choice, in place of what was said of the same tables before.
pub async fn save_columns(connection: &mut AnyConnection, id: &str, customer: &str, row: &ColumnsRow, now: i64) -> sqlx::Result<()> {
    let sql = "DELETE FROM form_columns WHERE customer_id = $1 AND fingerprint = $2";
    sqlx::query(sql).bind(customer).bind(&row.fingerprint).execute(&mut *connection).await?;
    let sql =
        "INSERT INTO form_columns (id, customer_id, fingerprint, code_column, quantity_column, first_row, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(id)
        .bind(customer)
        .bind(&row.fingerprint)
        .bind(row.code_column)
        .bind(row.quantity_column)
        .bind(row.first_row)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let sql = "DELETE FROM form_columns WHERE customer_id = $1 AND id NOT IN \
               (SELECT id FROM form_columns WHERE customer_id = $1 ORDER BY changed_at DESC, id DESC LIMIT $2)";
    sqlx::query(sql).bind(customer).bind(MOST_COLUMNS).execute(connection).await.map(drop)
}

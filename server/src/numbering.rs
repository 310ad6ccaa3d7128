//! Numbers of documents and orders: one row per series and span, taken last in the transaction that uses the number.

use sqlx::AnyConnection;

/// Series of order numbers.
pub const ORDERS: &str = "order";
/// Series of proforma invoices.
pub const PROFORMAS: &str = "proforma";

/// Takes the next number. The row stays locked until the transaction ends, so a rolled-back number is taken again by the
/// next one: no gap, no double.
pub async fn take(connection: &mut AnyConnection, series: &str, span: &str) -> sqlx::Result<i64> {
    take_many(connection, series, span, 1).await
}

/// The number that comes next, locked for whoever takes it in the same transaction.
pub async fn peek(connection: &mut AnyConnection, series: &str, span: &str) -> sqlx::Result<i64> {
    take_many(connection, series, span, 0).await
}

/// Takes the next `count` numbers and gives the first of them.
pub async fn take_many(connection: &mut AnyConnection, series: &str, span: &str, count: i64) -> sqlx::Result<i64> {
    let next: i64 = sqlx::query_scalar(
        "INSERT INTO number_series (series, span, next_number) VALUES ($1, $2, 1 + $3) \
         ON CONFLICT (series, span) DO UPDATE SET next_number = number_series.next_number + $3 RETURNING next_number",
    )
    .bind(series)
    .bind(span)
    .bind(count)
    .fetch_one(connection)
    .await?;
    Ok(next - count)
}

//! SQL of posted documents. There is no statement that edits one: posting writes it, rendering adds the PDF's hash.

use sqlx::AnyConnection;

crate::row! {
    /// What lists and downloads need of a document.
    #[derive(Clone, Debug)]
    pub struct DocumentRow {
        pub id: String,
        pub kind: String,
        pub customer_id: String,
        pub number_text: String,
        pub document_date: String,
        pub currency: String,
        pub gross: i64,
        pub pdf_hash: Option<String>,
    }
}

/// A document to post.
pub struct NewDocument<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub order_id: &'a str,
    pub customer_id: &'a str,
    pub series: &'a str,
    pub span: &'a str,
    pub number: i64,
    pub number_text: &'a str,
    pub document_date: &'a str,
    pub currency: &'a str,
    pub gross: i64,
    pub data: &'a str,
    pub posted_at: i64,
    pub posted_by: &'a str,
}

pub async fn insert(connection: &mut AnyConnection, new: &NewDocument<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO documents (id, kind, order_id, customer_id, series, span, number, number_text, document_date, currency, gross, data, posted_at, posted_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(new.id)
    .bind(new.kind)
    .bind(new.order_id)
    .bind(new.customer_id)
    .bind(new.series)
    .bind(new.span)
    .bind(new.number)
    .bind(new.number_text)
    .bind(new.document_date)
    .bind(new.currency)
    .bind(new.gross)
    .bind(new.data)
    .bind(new.posted_at)
    .bind(new.posted_by)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn of_order(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Vec<DocumentRow>> {
    // The kind is named so that the unique index (kind, order_id) answers.
    sqlx::query_as(
        "SELECT id, kind, customer_id, number_text, document_date, currency, gross, pdf_hash FROM documents \
         WHERE kind IN ('proforma') AND order_id = $1 ORDER BY posted_at, id",
    )
    .bind(order)
    .fetch_all(connection)
    .await
}

pub async fn by_id(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<DocumentRow>> {
    sqlx::query_as("SELECT id, kind, customer_id, number_text, document_date, currency, gross, pdf_hash FROM documents WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
}

//! SQL of rendered documents.

use sqlx::AnyConnection;

crate::row! {
    pub struct Row {
        pub kind: String,
        pub data: String,
        pub pdf_hash: Option<String>,
    }
}

pub async fn document(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as("SELECT kind, data, pdf_hash FROM documents WHERE id = $1").bind(id).fetch_optional(connection).await
}

/// Names the PDF of a document, once: what was rendered first stays.
pub async fn keep_pdf(connection: &mut AnyConnection, id: &str, hash: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE documents SET pdf_hash = $2 WHERE id = $1 AND pdf_hash IS NULL").bind(id).bind(hash).execute(connection).await?;
    Ok(())
}

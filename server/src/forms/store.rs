//! SQL of issued forms.

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

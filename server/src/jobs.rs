//! Background work: a row written in the transaction of its cause, claimed under a lease, retried with growing delay,
//! and visible to staff when it failed. Jobs are idempotent; (kind, subject) exists once.

use sqlx::AnyConnection;

use crate::time::Clock;

pub mod store;

/// Kinds of jobs, as the `kind` column has them.
pub mod kind {
    /// Render a posted document's PDF; the subject is the document's id.
    pub const RENDER_DOCUMENT: &str = "render_document";
}

/// Puts a job into the queue; one that is there already stays as it is.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, kind: &str, subject: &str) -> sqlx::Result<()> {
    store::insert(connection, &clock.new_id().to_string(), kind, subject, clock.now_ms()).await
}

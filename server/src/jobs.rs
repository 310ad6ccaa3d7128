//! Background work: a row written in the transaction of its cause, claimed under a lease, retried with growing delay,
//! and visible to staff when it failed. Jobs are idempotent; (kind, subject) exists once.

use axum::extract::{Path, State};
use kontor_shared::api;
use kontor_shared::audit::Action;
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::time::{Clock, rfc3339};
use crate::{AppState, accounts, audit, auth, pdf, price_list};

pub mod store;

/// Kinds of jobs, as the `kind` column has them.
pub mod kind {
    /// Render a posted document's PDF; the subject is the document's id.
    pub const RENDER_DOCUMENT: &str = "render_document";
    /// Pack a published version's lists and say what changed; the subject is its number.
    pub const PACK_PRICE_LIST: &str = "pack_price_list";
    /// Answer what somebody asked for without being signed in; the subject is the request's id.
    pub const ACCOUNT_REQUEST: &str = "account_request";
}

/// States of a job, as the `state` column has them.
const STATES: [&str; 4] = ["queued", "running", "done", "failed"];
/// Longer than any job takes: a PDF's child is ended after a minute.
const LEASE_MS: i64 = 5 * 60_000;
const MOST_ATTEMPTS: i64 = 8;

/// Puts a job into the queue; one that is there already stays as it is.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, kind: &str, subject: &str) -> sqlx::Result<()> {
    store::insert(connection, &clock.new_id().to_string(), kind, subject, clock.now_ms()).await
}

/// Delay after the `attempts`-th failure: 30 s, 1 min, 2 min … at most 6 h.
fn delay_ms(attempts: i64) -> i64 {
    (30_000 << (attempts - 1).clamp(0, 20)).min(6 * 3_600_000)
}

/// Runs what is due now, one job after the other, until nothing is or `stopped` says so. Gives how many ran.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    let mut ran = 0;
    while !stopped() {
        let now = state.clock.now_ms();
        if !store::any_due(&mut *state.db.read().await?, now).await? {
            break;
        }
        let mut tx = state.db.write_tx().await?;
        let claimed = store::claim(&mut tx, state.db.skip_locked(), &state.boot_id, now, now + LEASE_MS).await?;
        tx.commit().await?;
        let Some(job) = claimed else { break };
        ran += 1;
        let outcome = if job.attempts > MOST_ATTEMPTS {
            // Its lease ran out every time: whoever took it did not live to say why.
            Err(anyhow::anyhow!("the program ended {MOST_ATTEMPTS} times while it ran"))
        } else {
            run(state, &job).await
        };
        let now = state.clock.now_ms();
        let mut tx = state.db.write_tx().await?;
        match outcome {
            Ok(()) => store::done(&mut tx, &job, now).await?,
            Err(error) => {
                tracing::warn!(job.id = %job.id, job.kind = %job.kind, job.attempts, error = format!("{error:#}"), "a job failed");
                let again = (job.attempts < MOST_ATTEMPTS).then(|| now + delay_ms(job.attempts));
                let text: String = format!("{error:#}").chars().take(500).collect();
                store::put_back(&mut tx, &job, again, &text, now).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(ran)
}

async fn run(state: &AppState, job: &store::Claimed) -> anyhow::Result<()> {
    match job.kind.as_str() {
        kind::RENDER_DOCUMENT => pdf::render_document(state, &job.subject).await,
        kind::PACK_PRICE_LIST => price_list::pack::pack(state, &job.subject).await,
        kind::ACCOUNT_REQUEST => accounts::requests::run(state, &job.subject).await,
        other => anyhow::bail!("no job of kind {other} is known to this version"),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    state: Option<String>,
}

/// `GET /api/jobs`. Without a state: all work that is not done.
pub async fn list(State(state): State<AppState>, Query(filter): Query<Filter>) -> Result<Json<api::JobList>> {
    let wanted = filter.state.unwrap_or_default();
    if !wanted.is_empty() && !STATES.contains(&wanted.as_str()) {
        return Err(AppError::invalid_field("unknown_state", "state", format!("one of {}", STATES.join(", "))));
    }
    let mut connection = state.db.read().await?;
    let jobs = store::list(&mut connection, &wanted, 200).await?;
    Ok(Json(api::JobList { jobs: jobs.into_iter().map(shown).collect() }))
}

/// `POST /api/jobs/{id}/retry`
pub async fn retry(State(state): State<AppState>, who: auth::Staff, Path(id): Path<String>) -> Result<Json<api::Job>> {
    let mut tx = state.db.write_tx().await?;
    let before = store::get(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    if before.state != "failed" {
        // A transaction merely dropped ends some time later, and until then workers would pass over the job.
        tx.rollback().await?;
        return Err(AppError::conflict("not_failed", format!("the job is {}", before.state)));
    }
    store::queue_again(&mut tx, &id, state.clock.now_ms()).await?;
    let after = store::get(&mut tx, "", &id).await?.ok_or(AppError::NotFound)?;
    let (before, after) = (shown(before), shown(after));
    audit::record(&mut tx, &state.clock, &who.actor(), Action::JobRetry, &id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(after))
}

fn shown(row: store::Row) -> api::Job {
    api::Job {
        id: row.id,
        kind: row.kind,
        subject: row.subject,
        state: row.state,
        attempts: row.attempts.clamp(0, i64::from(u32::MAX)) as u32,
        created_at: rfc3339(row.created_at),
        last_error: row.last_error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_bounded() {
        assert_eq!(delay_ms(1), 30_000);
        assert_eq!(delay_ms(4), 240_000);
        assert_eq!(delay_ms(7), 1_920_000);
        assert_eq!(delay_ms(100), 6 * 3_600_000);
    }
}

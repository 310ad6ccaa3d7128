//! Background work: a row written in the transaction of its cause, claimed under a lease, retried with growing delay,
//! and visible to staff when it failed. Jobs are idempotent; (kind, subject) exists once.

use std::time::Duration;

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
    /// Pack a published list and say what changed; the subject is the version's number and the price type.
    pub const PACK_PRICE_LIST: &str = "pack_price_list";
    /// Answer what somebody asked for without being signed in; the subject is the request's id.
    pub const ACCOUNT_REQUEST: &str = "account_request";
}

/// States of a job, as the `state` column has them.
const STATES: [&str; 4] = ["queued", "running", "done", "failed"];
/// Who dies holds a job up so long. Whoever lives renews it, however long the job takes.
const LEASE_MS: i64 = 5 * 60_000;
const RENEW_EVERY: Duration = Duration::from_secs(100);
const MOST_ATTEMPTS: i64 = 8;

/// Jobs that wait for each other: packing takes minutes, and no document waits for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Usual,
    Packing,
}

/// Puts a job into the queue; one that is there already stays as it is.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, kind: &str, subject: &str) -> sqlx::Result<()> {
    store::insert(connection, &clock.new_id().to_string(), kind, subject, clock.now_ms()).await
}

/// Delay after the `attempts`-th failure: 30 s, 1 min, 2 min … at most 6 h.
fn delay_ms(attempts: i64) -> i64 {
    (30_000 << (attempts - 1).clamp(0, 20)).min(6 * 3_600_000)
}

/// As [`run_lane`], in every lane, one after the other.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    Ok(run_lane(state, Lane::Usual, &stopped).await? + run_lane(state, Lane::Packing, &stopped).await?)
}

/// Runs what is due now in a lane, one job after the other, until nothing is or `stopped` says so. Gives how many ran.
pub async fn run_lane(state: &AppState, lane: Lane, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    let mut ran = 0;
    while !stopped() {
        let now = state.clock.now_ms();
        if !store::any_due(&mut *state.db.read().await?, lane, now).await? {
            break;
        }
        let mut tx = state.db.write_tx().await?;
        let claimed = store::claim(&mut tx, lane, state.db.skip_locked(), &state.boot_id, now, now + LEASE_MS).await?;
        tx.commit().await?;
        let Some(job) = claimed else { break };
        ran += 1;
        let outcome = if job.attempts > MOST_ATTEMPTS {
            // Its lease ran out every time: whoever took it did not live to say why.
            Err(anyhow::anyhow!("the program ended {MOST_ATTEMPTS} times while it ran"))
        } else {
            run_leased(state, &job).await
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

/// Runs a job and keeps its lease meanwhile; who has lost it to another server stops.
async fn run_leased(state: &AppState, job: &store::Claimed) -> anyhow::Result<()> {
    let work = std::pin::pin!(run(state, job));
    let renewing = async {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            if !renew(state, job).await? {
                anyhow::bail!("another server took the job over");
            }
        }
    };
    tokio::select! {
        done = work => done,
        lost = renewing => lost,
    }
}

/// Keeps the job for another while; false where it is not ours any more.
pub async fn renew(state: &AppState, job: &store::Claimed) -> anyhow::Result<bool> {
    let mut tx = state.db.write_tx().await?;
    let ours = store::renew(&mut tx, job, state.clock.now_ms() + LEASE_MS).await?;
    tx.commit().await?;
    Ok(ours)
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

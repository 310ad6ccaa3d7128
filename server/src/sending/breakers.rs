//! Whom nothing is sent to for a while, because mail servers refused too often: shown with what they said, and lifted
//! early by somebody who knows better. A mailing that was paused for the same reason is resumed on its own page.

use axum::extract::State;
use kontor_shared::api::operations::{Breaker, BreakerList, CloseBreaker};
use sqlx::AnyConnection;

use crate::error::Result;
use crate::extract::{Json, bounded_text};
use crate::outbox::{breaker, status};
use crate::time::rfc3339;
use crate::{AppState, auth};

/// `GET /api/sending/breakers`
pub async fn list(State(state): State<AppState>) -> Result<Json<BreakerList>> {
    Ok(Json(open(&mut *state.db.read().await?, state.clock.now_ms()).await?))
}

/// `POST /api/sending/breakers/close`: asked for twice, it is done once.
pub async fn close(State(state): State<AppState>, who: auth::Staff, Json(wanted): Json<CloseBreaker>) -> Result<Json<BreakerList>> {
    bounded_text("/scope", &wanted.scope, 300, false)?;
    let mut tx = state.db.write_tx().await?;
    if wanted.scope == breaker::SMARTHOST || wanted.scope.starts_with(breaker::DOMAIN) {
        status::close_breaker(&mut tx, &state, &wanted.scope, &who.actor()).await?;
    }
    let left = open(&mut tx, state.clock.now_ms()).await?;
    tx.commit().await?;
    Ok(Json(left))
}

/// Those that are open now, by name; the firm's own mail server first.
async fn open(connection: &mut AnyConnection, now: i64) -> sqlx::Result<BreakerList> {
    let rows: Vec<(String, i64, i64, i64, String)> =
        sqlx::query_as("SELECT scope, failures, changed_at, open_until, reason FROM breakers WHERE open_until > $1")
            .bind(now)
            .fetch_all(&mut *connection)
            .await?;
    let mut breakers = Vec::new();
    for (scope, failures, since, until, reason) in rows {
        let domain = scope.strip_prefix(breaker::DOMAIN).map(String::from);
        if domain.is_none() && scope != breaker::SMARTHOST {
            continue;
        }
        let waiting = waiting(connection, domain.as_deref().unwrap_or("")).await?.unsigned_abs();
        let (since, until) = (rfc3339(since), rfc3339(until));
        breakers.push(Breaker { scope, domain, reason, failures: u32::try_from(failures).unwrap_or(u32::MAX), since, until, waiting });
    }
    breakers.sort_by(|one, other| one.domain.cmp(&other.domain));
    Ok(BreakerList { breakers })
}

/// Messages of mailings under way to a domain; empty: to all.
async fn waiting(connection: &mut AnyConnection, domain: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM messages m JOIN mailings g ON g.id = m.mailing_id WHERE m.state = 'queued' AND m.mailing_id IS NOT NULL AND g.state = 'running' \
         AND ($1 = '' OR m.domain = $1)",
    )
    .bind(domain)
    .fetch_one(connection)
    .await
}

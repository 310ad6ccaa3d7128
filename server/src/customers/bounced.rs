//! An address from which mail came back works again: staff say so, and take it back. Only a bounce is lifted so; a complaint,
//! an unsubscription and an erasure are the person's own word.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use kontor_shared::api;
use kontor_shared::api::people::SetBounced;
use kontor_shared::audit::Action;
use serde_json::json;

use super::consents::address_on;
use super::contacts::locked;
use super::edit::check_revision;
use super::store::master;
use super::{suppressed, whole};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path, seen_revision};
use crate::{AppState, audit};

/// `POST /api/contacts/{id}/bounced`. Saying again what holds changes nothing.
pub async fn set(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SetBounced>,
) -> Result<Json<api::Customer>> {
    let (id, seen) = (id_in_path(&id)?, seen_revision(&headers)?);
    let reason = wanted.reason.trim();
    bounded_text("/reason", reason, 500, true)?;
    if !wanted.bounces && reason.is_empty() {
        return Err(AppError::invalid_field("no_reason", "/reason", "say how it is known that the address works again"));
    }
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let (customer, row) = locked(&mut tx, &state, id).await?;
    let (address, channel) = (address_on(wanted.channel, &row, ""), wanted.channel.word());
    let known = suppressed::rows(&mut tx, &[address.to_string()]).await?;
    if !known.iter().any(|one| one.reason == "bounced" && one.channel == channel) {
        return Err(AppError::conflict("not_bounced", "no mail came back from this address"));
    }
    if suppressed::set_bounced(&mut tx, channel, address, wanted.bounces, now).await? > 0 {
        check_revision(&customer, seen)?;
        master::touch(&mut tx, &customer.id, now).await?;
        let told = |bounces: bool, reason: &str| json!({"contact": row.id, "channel": channel, "bounces": bounces, "reason": reason});
        let (before, after) = (told(!wanted.bounces, ""), told(wanted.bounces, reason));
        audit::record(&mut tx, &state.clock, &who.actor(), Action::ContactBounced, &customer.id, Some(&before), Some(&after)).await?;
    }
    tx.commit().await?;
    Ok(Json(whole(&state, customer.id.parse().context("stored customer id")?, None).await?))
}

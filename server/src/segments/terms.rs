//! What a firm decides itself: the rule, and one customer's own threshold or that somebody looks after it by hand. Each
//! with who, when and why.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use kontor_shared::api::segments::{SaveSegmentRule, SaveSegmentTerms, SegmentRuleChange, SegmentTerms};
use kontor_shared::audit::Action;
use kontor_shared::ids::CustomerId;
use kontor_shared::segments::{Mode, Period};
use sqlx::AnyConnection;

use super::{firm_rule, live};
use crate::customers::edit::check_revision;
use crate::customers::store::master;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path, seen_revision};
use crate::firm::{self, FirmSettings};
use crate::time::rfc3339;
use crate::{AppState, audit, auth};

/// A threshold is a whole number of orders, at least one.
fn threshold(field: &'static str, value: u32) -> Result<u32> {
    if (1..=10_000).contains(&value) { Ok(value) } else { Err(AppError::invalid_field("invalid_value", field, "from 1 to 10 000 orders")) }
}

/// A decision about people needs its reason.
fn reason(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AppError::invalid_field("no_reason", field, "say why: whoever comes next wants to know"));
    }
    bounded_text(field, text, 500, true)?;
    Ok(text.to_string())
}

/// `PUT /api/segments/rule`
pub async fn save_rule(State(state): State<AppState>, who: auth::Staff, Json(wanted): Json<SaveSegmentRule>) -> Result<Json<SegmentRuleChange>> {
    let regular_from = threshold("/regular_from", wanted.regular_from)?;
    let reason = reason("/reason", &wanted.reason)?;
    let mut tx = state.db.write_tx().await?;
    let (before, _) = firm::store::lock(&mut tx, state.db.for_update(), state.clock.now_ms()).await?;
    let after = FirmSettings {
        segment_period: wanted.period,
        segment_mode: wanted.mode,
        regular_from: Some(regular_from),
        lapse: Some(wanted.lapse),
        ..before.clone()
    };
    let change = note_rule(&mut tx, &state, &before, &after, &who.actor(), &reason, "/reason").await?;
    if after != before {
        firm::save_changed(&mut tx, &state, &who.actor(), Action::SegmentsRule, &before, &after).await?;
    }
    tx.commit().await?;
    Ok(Json(change))
}

/// Keeps a rule with who changed it and why, in the transaction of the change. The rule that was there already is no change.
pub async fn note_rule(
    connection: &mut AnyConnection,
    state: &AppState,
    before: &FirmSettings,
    after: &FirmSettings,
    author: &str,
    why: &str,
    field: &'static str,
) -> Result<SegmentRuleChange> {
    let now = state.clock.now_ms();
    let (old, new) = (firm_rule(before, now)?, firm_rule(after, now)?);
    let told = |reason: String| SegmentRuleChange {
        period: new.period,
        mode: new.mode,
        regular_from: new.regular_from,
        lapse: new.lapse,
        reason,
        author: author.to_string(),
        set_at: rfc3339(now),
    };
    if old.text() == new.text() {
        return Ok(told(why.trim().to_string()));
    }
    let change = told(reason(field, why)?);
    insert_rule(connection, &state.clock.new_id().to_string(), &change, now).await?;
    Ok(change)
}

async fn insert_rule(connection: &mut AnyConnection, id: &str, change: &SegmentRuleChange, now: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO segment_rules (id, period, mode, regular_from, lapse, reason, author, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(id)
        .bind(change.period.word())
        .bind(change.mode.word())
        .bind(i64::from(change.regular_from))
        .bind(change.lapse.word())
        .bind(&change.reason)
        .bind(&change.author)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

crate::row! {
    struct RuleRow { period: String, mode: String, regular_from: i64, lapse: String, reason: String, author: String, set_at: i64 }
}

/// Rules the firm judged by, newest first.
pub async fn rules(connection: &mut AnyConnection) -> anyhow::Result<Vec<SegmentRuleChange>> {
    let rows: Vec<RuleRow> = sqlx::query_as("SELECT period, mode, regular_from, lapse, reason, author, set_at FROM segment_rules ORDER BY id DESC LIMIT 50")
        .fetch_all(connection)
        .await?;
    let read = |row: RuleRow| {
        Ok(SegmentRuleChange {
            period: Period::parse(&row.period).context("stored period")?,
            mode: Mode::parse(&row.mode).context("stored mode")?,
            regular_from: row.regular_from as u32,
            lapse: Period::parse(&row.lapse).context("stored lapse")?,
            reason: row.reason,
            author: row.author,
            set_at: rfc3339(row.set_at),
        })
    };
    rows.into_iter().map(read).collect()
}

crate::row! {
    struct TermsRow { period: String, regular_from: Option<i64>, by_hand: i64, reason: String, author: String, set_at: i64 }
}

/// A customer's own terms, as a page shows them.
pub async fn of(connection: &mut AnyConnection, customer: CustomerId) -> anyhow::Result<Option<SegmentTerms>> {
    let row: Option<TermsRow> = sqlx::query_as("SELECT period, regular_from, by_hand, reason, author, set_at FROM segment_terms WHERE customer_id = $1")
        .bind(customer.to_string())
        .fetch_optional(connection)
        .await?;
    let read = |row: TermsRow| {
        Ok(SegmentTerms {
            period: Period::parse(&row.period).context("stored period")?,
            regular_from: row.regular_from.map(|count| count as u32),
            by_hand: row.by_hand == 1,
            reason: row.reason,
            author: row.author,
            set_at: rfc3339(row.set_at),
        })
    };
    row.map(read).transpose()
}

/// `PUT /api/customers/{id}/segment`, under the customer's revision. Terms that say nothing any more are taken away; the audit
/// keeps them.
pub async fn save(
    State(state): State<AppState>,
    who: auth::Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SaveSegmentTerms>,
) -> Result<Json<Option<SegmentTerms>>> {
    let customer: CustomerId = id_in_path(&id)?;
    let regular_from = wanted.regular_from.map(|count| threshold("/regular_from", count)).transpose()?;
    let reason = reason("/reason", &wanted.reason)?;
    let seen = seen_revision(&headers)?;
    let now = state.clock.now_ms();
    let firm = state.firm().await?;
    let period = firm_rule(&firm, now)?.period;
    let mut tx = state.db.write_tx().await?;
    let row = master::locked(&mut tx, customer, state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    check_revision(&row, seen)?;
    let before = of(&mut tx, customer).await?;
    if regular_from.is_none() && !wanted.by_hand {
        sqlx::query("DELETE FROM segment_terms WHERE customer_id = $1").bind(customer.to_string()).execute(&mut *tx).await?;
    } else {
        sqlx::query(
            "INSERT INTO segment_terms (customer_id, period, regular_from, by_hand, reason, author, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (customer_id) DO UPDATE SET period = excluded.period, regular_from = excluded.regular_from, by_hand = excluded.by_hand, \
             reason = excluded.reason, author = excluded.author, set_at = excluded.set_at",
        )
        .bind(customer.to_string())
        .bind(period.word())
        .bind(regular_from.map(i64::from))
        .bind(i64::from(wanted.by_hand))
        .bind(&reason)
        .bind(who.actor())
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    let after = of(&mut tx, customer).await?;
    master::touch(&mut tx, &row.id, now).await?;
    live::mark(&mut tx, &[&customer.to_string()], now).await?;
    // Of terms that are taken away the reason stands nowhere else.
    let removal = after.is_none().then_some(reason);
    let told = |terms: &Option<SegmentTerms>, removal: Option<&String>| serde_json::json!({"terms": terms, "reason": removal});
    let (old, new) = (told(&before, None), told(&after, removal.as_ref()));
    audit::record(&mut tx, &state.clock, &who.actor(), Action::CustomerSegmentTerms, &customer.to_string(), Some(&old), Some(&new)).await?;
    tx.commit().await?;
    Ok(Json(after))
}

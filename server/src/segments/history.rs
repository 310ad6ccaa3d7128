//! Everybody's verdict as of a day, kept as it was found: orders that are called off later change today's look at the past,
//! not what was known then. Taken at each checkpoint by the program, and by hand; the newest of a day counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use axum::extract::State;
use jiff::civil::Date;
use kontor_shared::api::segments::{SegmentHistory, SegmentSnapshot, TakeSnapshot};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::segments::{Flow, Mode, Period, Rule, Segment, checkpoints};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{Judged, OrderDays, Register, firm_rule, out_of_range, terms};
use crate::db::rows_of_placeholders;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text};
use crate::time::{parse_day, rfc3339};
use crate::{AppState, audit, auth};

/// Snapshots a page shows.
const SHOWN: i64 = 13;
/// Verdicts one transaction writes.
const TOGETHER: usize = 500;
/// A snapshot that is still incomplete after this long was left by a program that ended.
const LEFT_MS: i64 = 30 * 60_000;
/// Who takes snapshots at checkpoints.
const PROGRAM: &str = Actor::Program.code();

crate::row! {
    pub struct Snapshot {
        pub id: String,
        pub as_of: String,
        pub period: String,
        pub mode: String,
        pub regular_from: i64,
        pub lapse: String,
        pub taken_at: i64,
        pub taken_by: String,
        pub reason: String,
    }
}

impl Snapshot {
    /// The rule it was taken by.
    pub fn rule(&self) -> anyhow::Result<Rule> {
        Ok(Rule {
            as_of: parse_day(&self.as_of).context("stored day")?,
            period: Period::parse(&self.period).context("stored period")?,
            mode: Mode::parse(&self.mode).context("stored mode")?,
            regular_from: self.regular_from as u32,
            lapse: Period::parse(&self.lapse).context("stored lapse")?,
        })
    }
}

const COLUMNS: &str = "id, as_of, period, mode, regular_from, lapse, taken_at, taken_by, reason";

/// The newest complete snapshot of each of the last days, oldest first.
pub async fn newest(connection: &mut AnyConnection, period: Period, mode: Mode, limit: i64) -> sqlx::Result<Vec<Snapshot>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM segment_snapshots s WHERE period = $1 AND mode = $2 AND complete = 1 AND NOT EXISTS (\
         SELECT 1 FROM segment_snapshots n WHERE n.as_of = s.as_of AND n.period = s.period AND n.mode = s.mode AND n.complete = 1 AND n.id > s.id) \
         ORDER BY as_of DESC LIMIT $3"
    );
    let mut rows: Vec<Snapshot> = sqlx::query_as(AssertSqlSafe(sql)).bind(period.word()).bind(mode.word()).bind(limit).fetch_all(connection).await?;
    rows.reverse();
    Ok(rows)
}

/// The newest complete snapshot of a day.
pub async fn of_day(connection: &mut AnyConnection, period: Period, mode: Mode, as_of: &str) -> sqlx::Result<Option<Snapshot>> {
    let sql = format!("SELECT {COLUMNS} FROM segment_snapshots WHERE period = $1 AND mode = $2 AND as_of = $3 AND complete = 1 ORDER BY id DESC LIMIT 1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(period.word()).bind(mode.word()).bind(as_of).fetch_optional(connection).await
}

/// How many went from where to where between two snapshots; without an earlier one, everybody came from nowhere.
async fn flows(connection: &mut AnyConnection, earlier: Option<&str>, later: &str) -> anyhow::Result<Vec<Flow>> {
    let rows: Vec<(Option<String>, String, i64)> = sqlx::query_as(
        "SELECT a.segment, b.segment, COUNT(*) FROM segment_verdicts b \
         LEFT JOIN segment_verdicts a ON a.snapshot_id = $1 AND a.customer_id = b.customer_id \
         WHERE b.snapshot_id = $2 GROUP BY a.segment, b.segment",
    )
    .bind(earlier.unwrap_or(""))
    .bind(later)
    .fetch_all(connection)
    .await?;
    let mut counted = BTreeMap::new();
    for (from, to, count) in rows {
        let from = from.map(|word| Segment::parse(&word).context("stored segment")).transpose()?;
        *counted.entry((from, Segment::parse(&to).context("stored segment")?)).or_insert(0) += count as u64;
    }
    Ok(counted.into_iter().map(|((from, to), count)| Flow { from, to, count }).collect())
}

/// Flows counted lately. What is kept of a day does not change, so nothing in it can be out of date; at a hundred thousand
/// customers a page of thirteen days is more than a million verdicts to put side by side.
#[derive(Default)]
pub struct Flows(Mutex<HashMap<(String, String), Vec<Flow>>>);

const MOST_FLOWS: usize = 128;

impl Flows {
    async fn between(&self, connection: &mut AnyConnection, earlier: Option<&str>, later: &str) -> anyhow::Result<Vec<Flow>> {
        let key = (earlier.unwrap_or("").to_string(), later.to_string());
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&key).cloned() {
            return Ok(known);
        }
        let counted = flows(connection, earlier, later).await?;
        let mut kept = kept();
        if kept.len() >= MOST_FLOWS {
            kept.clear();
        }
        kept.insert(key, counted.clone());
        Ok(counted)
    }
}

/// `GET /api/segments/history`
pub async fn show(State(state): State<AppState>) -> Result<Json<SegmentHistory>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let rows = newest(&mut connection, firm.segment_period, firm.segment_mode, SHOWN).await?;
    let mut snapshots = Vec::with_capacity(rows.len());
    let mut earlier: Option<String> = None;
    for row in rows {
        let flows = state.flows.between(&mut connection, earlier.as_deref(), &row.id).await?;
        let rule = row.rule()?;
        earlier = Some(row.id.clone());
        snapshots.push(SegmentSnapshot {
            id: row.id,
            as_of: row.as_of,
            period: rule.period,
            mode: rule.mode,
            regular_from: rule.regular_from,
            lapse: rule.lapse,
            taken_at: rfc3339(row.taken_at),
            taken_by: row.taken_by,
            reason: row.reason,
            flows,
        });
    }
    let rules = terms::rules(&mut connection).await?;
    Ok(Json(SegmentHistory { snapshots, rules }))
}

/// `POST /api/segments/snapshots`: of today, or of every checkpoint since a day, from what the orders say now.
pub async fn take_by_hand(State(state): State<AppState>, who: auth::Staff, Json(wanted): Json<TakeSnapshot>) -> Result<Json<SegmentHistory>> {
    bounded_text("/reason", &wanted.reason, 500, true)?;
    let firm = state.firm().await?;
    let rule = firm_rule(&firm, state.clock.now_ms())?;
    match &wanted.since {
        None => take(&state, &rule, &who.actor(), wanted.reason.trim()).await?,
        Some(day) => {
            let since = parse_day(day).ok_or_else(|| AppError::invalid_field("invalid_value", "/since", "write the day as YYYY-MM-DD"))?;
            reconstruct(&state, &rule, since, &who.actor(), wanted.reason.trim()).await?;
        }
    }
    let mut tx = state.db.write_tx().await?;
    audit::record(&mut tx, &state.clock, &who.actor(), Action::SegmentsSnapshot, "firm", None, Some(&wanted)).await?;
    tx.commit().await?;
    show(State(state)).await
}

/// Keeps the verdicts of the last checkpoint before the rule's day, if nobody has yet.
pub async fn keep_checkpoint(state: &AppState, rule: &Rule) -> anyhow::Result<()> {
    let Some(day) = last_checkpoint(rule) else { return Ok(()) };
    let found = of_day(&mut *state.db.read().await?, rule.period, rule.mode, &day.to_string()).await?;
    if found.is_none_or(|found| found.rule().is_ok_and(|known| known.text() != rule.text())) {
        take(state, &Rule { as_of: day, ..*rule }, PROGRAM, "").await?;
    }
    Ok(())
}

fn last_checkpoint(rule: &Rule) -> Option<Date> {
    let year_before = rule.as_of.checked_sub(jiff::Span::new().months(13)).ok()?;
    checkpoints(rule.period, rule.mode, year_before, rule.as_of).pop()
}

/// Takes snapshots of every checkpoint after `since`, at most the last four years of months.
pub async fn reconstruct(state: &AppState, rule: &Rule, since: Date, by: &str, reason: &str) -> anyhow::Result<()> {
    const MOST: usize = 48;
    let days = checkpoints(rule.period, rule.mode, since, rule.as_of);
    let days = &days[days.len().saturating_sub(MOST)..];
    // Read once: the days of orders are the same for every look back.
    let (register, order_days) = {
        let mut connection = state.db.read().await?;
        let before = rule.period_days().map_err(|_| out_of_range())?.to.to_string();
        (Register::load(&mut connection).await?, OrderDays::load(&mut connection, &before).await?)
    };
    for day in days {
        let rule = Rule { as_of: *day, ..*rule };
        write(state, &rule, &register.judge_by_days(&rule, &order_days)?, by, reason).await?;
    }
    Ok(())
}

async fn take(state: &AppState, rule: &Rule, by: &str, reason: &str) -> anyhow::Result<()> {
    let judged = super::judge_all(&mut *state.db.read().await?, rule).await?;
    write(state, rule, &judged, by, reason).await
}

/// Writes a snapshot in parts; it counts once the last is there. Of two servers that begin the same checkpoint one goes on.
async fn write(state: &AppState, rule: &Rule, judged: &[Judged], by: &str, reason: &str) -> anyhow::Result<()> {
    if judged.is_empty() {
        return Ok(());
    }
    let id = state.clock.new_id().to_string();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    super::store::lock(&mut tx, state.db.for_update()).await?;
    forget_left(&mut tx, now - LEFT_MS).await?;
    if by == PROGRAM && begun(&mut tx, rule).await? {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO segment_snapshots (id, as_of, period, mode, regular_from, lapse, taken_at, taken_by, reason, customers, complete) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
    )
    .bind(&id)
    .bind(rule.as_of.to_string())
    .bind(rule.period.word())
    .bind(rule.mode.word())
    .bind(i64::from(rule.regular_from))
    .bind(rule.lapse.word())
    .bind(now)
    .bind(by)
    .bind(reason)
    .bind(judged.len() as i64)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    for some in judged.chunks(TOGETHER) {
        let mut tx = state.db.write_tx().await?;
        insert_verdicts(&mut tx, &id, some).await?;
        tx.commit().await?;
    }
    let mut tx = state.db.write_tx().await?;
    sqlx::query("UPDATE segment_snapshots SET complete = 1 WHERE id = $1").bind(&id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the program began or finished this checkpoint by this very rule.
async fn begun(connection: &mut AnyConnection, rule: &Rule) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM segment_snapshots WHERE as_of = $1 AND period = $2 AND mode = $3 AND regular_from = $4 AND lapse = $5 AND taken_by = $6",
    )
    .bind(rule.as_of.to_string())
    .bind(rule.period.word())
    .bind(rule.mode.word())
    .bind(i64::from(rule.regular_from))
    .bind(rule.lapse.word())
    .bind(PROGRAM)
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}

async fn forget_left(connection: &mut AnyConnection, before: i64) -> sqlx::Result<()> {
    let left = "SELECT id FROM segment_snapshots WHERE complete = 0 AND taken_at < $1";
    sqlx::query(AssertSqlSafe(format!("DELETE FROM segment_verdicts WHERE snapshot_id IN ({left})"))).bind(before).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM segment_snapshots WHERE complete = 0 AND taken_at < $1").bind(before).execute(connection).await?;
    Ok(())
}

async fn insert_verdicts(connection: &mut AnyConnection, snapshot: &str, judged: &[Judged]) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO segment_verdicts (snapshot_id, customer_id, segment, orders_in_period, orders_ever, last_order, regular_from) VALUES {}",
        rows_of_placeholders(judged.len(), 7)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for one in judged {
        let verdict = &one.verdict;
        query = query
            .bind(snapshot)
            .bind(one.id.to_string())
            .bind(verdict.segment.word())
            .bind(i64::from(verdict.orders_in_period))
            .bind(i64::from(verdict.orders_ever))
            .bind(verdict.last_order.map(|day| day.to_string()))
            .bind(i64::from(verdict.regular_from));
    }
    query.execute(connection).await?;
    Ok(())
}

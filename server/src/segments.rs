//! Segments: every customer in the register judged by one rule, for the staff page and the command line.
//! The decision is `kontor_shared::segments`; here is which orders count and who is asked about.

use std::collections::HashMap;

use anyhow::Context;
use axum::Json;
use axum::extract::{Query, State};
use jiff::civil::Date;
use kontor_shared::api::{SegmentCount, SegmentPage, SegmentRow, SegmentRule};
use kontor_shared::ids::CustomerId;
use kontor_shared::segments::{Counted, DateOutOfRange, Mode, Period, Rule, Segment, Terms, Verdict};
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::AppState;
use crate::customers::Wanted;
use crate::error::{AppError, Result};
use crate::firm::FirmSettings;
use crate::time::{day_in, parse_day};

pub mod history;
pub mod live;
pub mod moves;
pub mod store;
pub mod terms;
pub mod workbook;

/// A customer and its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    pub id: CustomerId,
    pub code: String,
    pub name: String,
    pub name_folded: String,
    pub marks: Marks,
    pub verdict: Verdict,
}

/// What stands beside a customer's segment, never instead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The customer orders nothing and is written to by nobody.
    pub blocked: bool,
    pub terms: Option<Terms>,
}

impl Judged {
    fn row(&self) -> SegmentRow {
        row(self.id, &self.code, &self.name, &self.verdict, &self.marks)
    }
}

/// The facts of a verdict; the page makes the sentence from them.
pub fn row(id: CustomerId, code: &str, name: &str, verdict: &Verdict, marks: &Marks) -> SegmentRow {
    let own = marks.terms.and_then(|terms| terms.regular_from).filter(|own| *own == verdict.regular_from);
    SegmentRow {
        blocked: marks.blocked,
        by_hand: marks.terms.is_some_and(|terms| terms.by_hand),
        own_threshold: own,
        id,
        customer: code.to_string(),
        name: name.to_string(),
        segment: verdict.segment,
        orders_in_period: verdict.orders_in_period,
        orders_ever: verdict.orders_ever,
        last_order: verdict.last_order.map(|day| day.to_string()),
        new: verdict.new,
    }
}

/// The rule the firm judges by, as of its look-back day (the demo) or today.
pub fn firm_rule(firm: &FirmSettings, now_ms: i64) -> anyhow::Result<Rule> {
    let today = day_in(&firm.time_zone()?, now_ms);
    let as_of = parse_day(firm.as_of.as_deref().unwrap_or(&today)).context("the firm's look-back day is not a day")?;
    let rule = Rule::new(as_of, firm.segment_period, firm.segment_mode);
    Ok(Rule { regular_from: firm.regular_from.unwrap_or(rule.regular_from), lapse: firm.lapse.unwrap_or(rule.lapse), ..rule })
}

/// What a verdict was made by, for the sentence that explains it. Nothing where the period lies outside the calendar.
pub fn explained(rule: &Rule) -> Option<SegmentRule> {
    let (period, lapse) = (rule.period_days().ok()?, rule.lapse_days().ok()?);
    Some(SegmentRule {
        as_of: rule.as_of.to_string(),
        period: rule.period,
        mode: rule.mode,
        regular_from: rule.regular_from,
        lapse: rule.lapse,
        period_from: period.from.to_string(),
        period_to: period.to.to_string(),
        lapse_from: lapse.from.to_string(),
    })
}

/// The days of the orders that count, by customer id.
pub struct OrderDays(HashMap<String, Vec<Date>>);

impl OrderDays {
    fn collect(rows: Vec<(String, String)>) -> anyhow::Result<Self> {
        let mut days: HashMap<String, Vec<Date>> = HashMap::new();
        for (customer, day) in rows {
            days.entry(customer).or_default().push(stored_day(&day)?);
        }
        Ok(Self(days))
    }
    fn of(&self, customer: &str) -> &[Date] {
        self.0.get(customer).map_or(&[], Vec::as_slice)
    }
    /// Of everybody, before a day.
    pub async fn load(connection: &mut AnyConnection, before: &str) -> anyhow::Result<Self> {
        Self::collect(store::order_days(connection, before).await?)
    }
}

/// Everybody in the register, and what stands beside their segments.
pub struct Register {
    rows: Vec<store::Registered>,
    /// Of the few that have any, by id.
    marks: HashMap<String, Marks>,
}

impl Register {
    pub async fn load(connection: &mut AnyConnection) -> anyhow::Result<Self> {
        let mut rows = store::register(connection).await?;
        // Codes are human text: PostgreSQL would sort them by its locale, SQLite by bytes.
        rows.sort_by(|left, right| left.code.cmp(&right.code));
        Ok(Self { rows, marks: store::marks(connection, None).await? })
    }

    /// Judges everyone by `rule` and their own terms, in the order of their codes.
    fn judge(&self, rule: &Rule, verdict: impl Fn(&Rule, &str) -> std::result::Result<Verdict, DateOutOfRange>) -> anyhow::Result<Vec<Judged>> {
        let judge = |row: &store::Registered| {
            let marks = self.marks.get(&row.id).copied().unwrap_or_default();
            let verdict = verdict(&rule.for_customer(marks.terms.as_ref()), &row.id).map_err(|_| out_of_range())?;
            let id = row.id.parse().context("stored customer id")?;
            Ok(Judged { id, code: row.code.clone(), name: row.name.clone(), name_folded: row.name_folded.clone(), marks, verdict })
        };
        self.rows.iter().map(judge).collect()
    }

    /// As of any day whose orders are among `days`.
    pub fn judge_by_days(&self, rule: &Rule, days: &OrderDays) -> anyhow::Result<Vec<Judged>> {
        self.judge(rule, |rule, customer| rule.judge(days.of(customer)))
    }
}

/// Judges everyone in the register, in the order of their codes. The database counts their orders, the rule judges.
pub async fn judge_all(connection: &mut AnyConnection, rule: &Rule) -> anyhow::Result<Vec<Judged>> {
    let (period, lapse) = (rule.period_days().map_err(|_| out_of_range())?, rule.lapse_days().map_err(|_| out_of_range())?);
    let counted = store::counted(connection, period, lapse).await?;
    Register::load(connection).await?.judge(rule, |rule, customer| rule.judge_counted(counted.get(customer).unwrap_or(&Counted::default())))
}

/// Judges a few customers, by id, each by its own terms.
pub async fn judge_some(connection: &mut AnyConnection, rule: &Rule, customers: &[CustomerId]) -> anyhow::Result<HashMap<CustomerId, (Verdict, Marks)>> {
    let days = OrderDays::collect(store::order_days_of(connection, customers).await?)?;
    let marks = store::marks(connection, Some(customers)).await?;
    customers
        .iter()
        .map(|id| {
            let text = id.to_string();
            let marks = marks.get(&text).copied().unwrap_or_default();
            let verdict = rule.for_customer(marks.terms.as_ref()).judge(days.of(&text)).map_err(|_| out_of_range())?;
            Ok((*id, (verdict, marks)))
        })
        .collect()
}

fn stored_day(text: &str) -> anyhow::Result<Date> {
    parse_day(text).with_context(|| format!("stored order day {text:?}"))
}

fn out_of_range() -> anyhow::Error {
    anyhow::anyhow!("the period lies outside the calendar")
}

/// How many customers are in each segment.
pub fn counts(judged: &[Judged]) -> Vec<SegmentCount> {
    Segment::ALL.into_iter().map(|segment| SegmentCount { segment, count: judged.iter().filter(|one| one.verdict.segment == segment).count() as u64 }).collect()
}

/// What the page asks; what it leaves out comes from the firm's settings.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    as_of: Option<String>,
    period: Option<String>,
    mode: Option<String>,
    regular_from: Option<String>,
    lapse: Option<String>,
    segment: Option<String>,
    q: Option<String>,
    /// The last code of the page before.
    after: Option<String>,
}

impl Asked {
    fn rule(&self, firm: &FirmSettings, now_ms: i64) -> Result<Rule> {
        let own = firm_rule(firm, now_ms)?;
        let as_of = field("as_of", &self.as_of, parse_day)?.unwrap_or(own.as_of);
        let period = field("period", &self.period, Period::parse)?.unwrap_or(own.period);
        let mode = field("mode", &self.mode, Mode::parse)?.unwrap_or(own.mode);
        // The firm's own threshold and lapse belong to the firm's own period.
        let rule = if period == own.period { Rule { as_of, mode, ..own } } else { Rule::new(as_of, period, mode) };
        let regular_from = field("regular_from", &self.regular_from, parse_threshold)?.unwrap_or(rule.regular_from);
        let lapse = field("lapse", &self.lapse, Period::parse)?.unwrap_or(rule.lapse);
        Ok(Rule { regular_from, lapse, ..rule })
    }
}

/// A threshold is a whole number of orders, at least one.
pub fn parse_threshold(text: &str) -> Option<u32> {
    text.parse().ok().filter(|count| (1..=10_000).contains(count))
}

fn field<T>(name: &'static str, value: &Option<String>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    match value.as_deref().filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| AppError::invalid_field("invalid_value", name, format!("{name} cannot be read"))),
    }
}

/// `GET /api/segments`
pub async fn show(State(state): State<AppState>, Query(asked): Query<Asked>) -> Result<Json<SegmentPage>> {
    const PAGE: usize = 100;
    let firm = state.firm().await?;
    let rule = asked.rule(&firm, state.clock.now_ms())?;
    let segment = field("segment", &asked.segment, Segment::parse)?;
    let wanted = Wanted::new(asked.q.as_deref().unwrap_or(""));
    let by = explained(&rule).ok_or_else(|| AppError::invalid_field("invalid_value", "as_of", "the period lies outside the calendar"))?;
    let mut connection = state.db.read().await?;
    let judged = judge_all(&mut connection, &rule).await?;
    drop(connection);
    let after = asked.after.as_deref().unwrap_or("");
    let mut rows: Vec<SegmentRow> = judged
        .iter()
        .filter(|one| one.code.as_str() > after || after.is_empty())
        .filter(|one| segment.is_none_or(|segment| one.verdict.segment == segment))
        .filter(|one| wanted.matches(&one.code, &one.name_folded))
        .take(PAGE + 1)
        .map(Judged::row)
        .collect();
    let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].customer.clone());
    rows.truncate(PAGE);
    Ok(Json(SegmentPage {
        as_of: by.as_of,
        period: by.period,
        mode: by.mode,
        regular_from: by.regular_from,
        lapse: by.lapse,
        period_from: by.period_from,
        period_to: by.period_to,
        lapse_from: by.lapse_from,
        firms_rule: firm_rule(&firm, state.clock.now_ms())?.text() == rule.text(),
        counts: counts(&judged),
        rows,
        next,
    }))
}

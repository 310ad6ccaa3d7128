//! Customers: the list staff look through, and the one page that holds everything about a customer. What changes them is in
//! the modules below: the customer's own row (edit), its people and their consents (contacts), what it changes itself
//! (profile) and asks staff to change (requests), the export of a person (person) and its erasure (erase).

use std::collections::HashSet;

use anyhow::Context;
use axum::Json;
use axum::extract::{Path, Query, State};
use kontor_shared::api::{self, CustomerPage, CustomerSummary, TimelineItem};
use kontor_shared::customers::{Channel, CustomerState};
use kontor_shared::ids::CustomerId;
use kontor_shared::money::{Currency, Money, Percent};
use kontor_shared::segments::Segment;
use kontor_shared::words::Lang;
use serde::Deserialize;

use crate::AppState;
use crate::error::{AppError, Result};
use crate::segments;
use crate::time::rfc3339;

pub mod bounced;
mod check;
pub mod consents;
pub mod contacts;
pub mod edit;
pub mod erase;
mod masking;
pub mod person;
pub mod profile;
pub mod requests;
pub mod store;
pub mod suppressed;
mod traces;

/// A name as it is searched: lower case, ё as е, white space single.
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text of several lines in one, as a cell of a file holds it.
pub fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What someone looks for: the beginning of a code, or words of the name in any order.
pub struct Wanted {
    whole: String,
    words: Vec<String>,
}

impl Wanted {
    pub fn new(query: &str) -> Self {
        let whole = fold(query);
        Self { words: whole.split(' ').filter(|word| !word.is_empty()).map(String::from).collect(), whole }
    }
    pub fn matches(&self, code: &str, name_folded: &str) -> bool {
        self.whole.is_empty() || code.to_lowercase().starts_with(&self.whole) || self.words.iter().all(|word| name_folded.contains(word.as_str()))
    }
}

/// What is looked for; empty: everything.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    state: String,
    /// A user's id, or `none`.
    manager: String,
    price_type: String,
    region: String,
    segment: String,
    /// `1`: only those that asked for a change nobody has answered.
    asks: String,
    /// The last code of the page before.
    after: Option<String>,
}

impl Asked {
    fn takes(&self, row: &store::Light, wanted: &Wanted) -> bool {
        let is = |asked: &str, value: &str| asked.is_empty() || asked == value;
        is(&self.state, &row.state)
            && is(&self.manager, row.manager_id.as_deref().unwrap_or("none"))
            && is(&self.price_type, &row.price_type)
            && is(&self.region, &row.region)
            && wanted.matches(&row.code, &row.name_folded)
    }
}

/// `GET /api/customers`
pub async fn list(State(state): State<AppState>, Query(asked): Query<Asked>) -> Result<Json<CustomerPage>> {
    const PAGE: usize = 100;
    if !asked.state.is_empty() && CustomerState::parse(&asked.state).is_none() {
        return Err(AppError::invalid_field("invalid_value", "state", "applied, active or blocked"));
    }
    let segment = match asked.segment.as_str() {
        "" => None,
        word => Some(Segment::parse(word).ok_or_else(|| AppError::invalid_field("invalid_value", "segment", "no such segment"))?),
    };
    let firm = state.firm().await?;
    let rule = segments::firm_rule(&firm, state.clock.now_ms())?;
    let wanted = Wanted::new(&asked.q);
    let mut connection = state.db.read().await?;
    // A register of thousands is filtered here: human text is not compared in SQL (STYLE.md).
    let mut found = store::register(&mut connection).await?;
    found.retain(|row| asked.takes(row, &wanted));
    let asking: HashSet<String> = store::requests::asking(&mut connection).await?.into_iter().collect();
    if asked.asks == "1" {
        found.retain(|row| asking.contains(&row.id));
    }
    if let Some(segment) = segment {
        let judged = segments::judge_all(&mut connection, &rule).await?;
        let there: HashSet<String> = judged.into_iter().filter(|one| one.verdict.segment == segment).map(|one| one.id.to_string()).collect();
        found.retain(|row| there.contains(&row.id));
    }
    found.sort_by(|left, right| left.code.cmp(&right.code));
    let total = found.len() as u64;
    if let Some(after) = &asked.after {
        found.retain(|row| row.code > *after);
    }
    let next = (found.len() > PAGE).then(|| found[PAGE - 1].code.clone());
    found.truncate(PAGE);
    let ids = found.iter().map(|row| row.id.parse()).collect::<std::result::Result<Vec<CustomerId>, _>>().context("stored customer id")?;
    let verdicts = segments::judge_some(&mut connection, &rule, &ids).await?;
    let sales = store::sales_of(&mut connection, &ids).await?;
    let summary = |(row, id): (store::Light, CustomerId)| -> anyhow::Result<CustomerSummary> {
        let (orders, last_order) = sales.get(&row.id).cloned().unwrap_or((0, None));
        Ok(CustomerSummary {
            id,
            asks: asking.contains(&row.id),
            code: row.code,
            name: row.name,
            country: row.country,
            orders: u32::try_from(orders).unwrap_or(u32::MAX),
            last_order,
            segment: verdicts.get(&id).map(|(verdict, _)| verdict.segment),
            state: CustomerState::parse(&row.state).context("stored state of a customer")?,
            region: row.region,
            manager: row.manager,
        })
    };
    let customers = found.into_iter().zip(ids).map(summary).collect::<anyhow::Result<_>>()?;
    Ok(Json(CustomerPage { customers, total, next }))
}

#[derive(Deserialize)]
pub struct TimelineAfter {
    /// [`Customer::next`] of the page before.
    after: Option<String>,
}

/// A place in the timeline: instant, then kind, then id. Newest first; things of one instant by kind, then id.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    at: i64,
    kind: String,
    id: String,
}

impl Place {
    fn write(&self) -> String {
        format!("{}.{}.{}", self.at, self.kind, self.id)
    }
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let at = parts.next()?.parse().ok()?;
        let kind = parts.next().filter(|kind| KINDS.contains(kind))?.to_string();
        Some(Self { at, kind, id: parts.next()?.to_string() })
    }
    /// For rows of `kind`: those at `at` go on below this id; every id is below `z` in bytes and in ICU, none below the empty text.
    fn id_bound(&self, kind: &str) -> &str {
        match kind.cmp(self.kind.as_str()) {
            std::cmp::Ordering::Less => "",
            std::cmp::Ordering::Equal => &self.id,
            std::cmp::Ordering::Greater => "z",
        }
    }
}

const KINDS: [&str; 6] = ["change", "document", "message", "order", "request", "segment"];

/// `GET /api/customers/{id}`
pub async fn show(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<TimelineAfter>) -> Result<Json<api::Customer>> {
    let id: CustomerId = id.parse().map_err(|_| AppError::NotFound)?;
    Ok(Json(whole(&state, id, asked.after.as_deref().filter(|text| !text.is_empty())).await?))
}

/// Everything about a customer, with its timeline from a place on; also the answer to every change of it.
pub async fn whole(state: &AppState, id: CustomerId, after: Option<&str>) -> Result<api::Customer> {
    let after = match after {
        None => Place { at: i64::MAX, kind: String::new(), id: String::new() },
        Some(text) => Place::parse(text).ok_or_else(|| AppError::invalid_field("invalid_value", "after", "not a place in the timeline"))?,
    };
    let firm = state.firm().await?;
    let rule = segments::firm_rule(&firm, state.clock.now_ms())?;
    let mut connection = state.db.read().await?;
    let row = store::master::get(&mut connection, id).await?.ok_or(AppError::NotFound)?;
    let manager = match &row.manager_id {
        Some(manager) => store::master::manager(&mut connection, manager).await?,
        None => None,
    };
    let places = edit::places(&mut connection, &row).await?;
    let requests = store::requests::of_customer(&mut connection, id, 50).await?;
    let contacts = contacts::shown(&mut connection, &row).await?;
    let (verdict, marks) = segments::judge_some(&mut connection, &rule, &[id]).await?.remove(&id).context("the customer was judged")?;
    let terms = segments::terms::of(&mut connection, id).await?;
    let since = segments::store::last_move(&mut connection, id).await?.filter(|(word, _)| word == verdict.segment.word()).map(|(_, since)| since);
    let (orders, turnover) = store::turnover(&mut connection, id, firm.currency.code()).await?;
    let (timeline, next) = timeline(&mut connection, id, &after).await?;
    let price_type_name = crate::firm::store::price_types(&mut connection)
        .await?
        .into_iter()
        .find(|known| known.code == row.price_type)
        .map_or_else(|| row.price_type.clone(), |known| known.name);
    Ok(api::Customer {
        id,
        rule: segments::explained(&rule).context("the firm's rule lies outside the calendar")?,
        verdict: segments::row(id, &row.code, &row.name, &verdict, &marks),
        terms,
        segment_since: since,
        code: row.code,
        name: row.name,
        country: row.country,
        other_countries: row.other_countries,
        lang: Lang::parse(&row.lang).context("stored language")?,
        price_type_name,
        price_type: row.price_type,
        delivery_address: row.delivery_address,
        revision: row.revision,
        state: CustomerState::parse(&row.state).context("stored state of a customer")?,
        state_reason: row.state_reason,
        region: row.region,
        address: row.address,
        places,
        tax_id: row.tax_id,
        discount: Percent::from_raw(row.discount),
        channel: Channel::parse(&row.channel).context("stored channel")?,
        manager,
        note: row.note,
        requests: requests.into_iter().map(edit::shown_request).collect::<anyhow::Result<_>>()?,
        contacts,
        orders: orders as u64,
        turnover: Money::new(turnover, firm.currency).decimal(),
        currency: firm.currency,
        timeline,
        next,
    })
}

/// One page of everything that happened with a customer: each source gives its newest, the newest of those stay.
async fn timeline(connection: &mut sqlx::AnyConnection, customer: CustomerId, after: &Place) -> anyhow::Result<(Vec<TimelineItem>, Option<String>)> {
    const PAGE: usize = 50;
    let limit = PAGE as i64 + 1;
    let mut rows = Vec::new();
    for kind in KINDS {
        let source = match kind {
            "change" => store::CHANGES,
            "request" => store::ASKED,
            "document" => store::DOCUMENTS,
            "message" => store::MESSAGES,
            "segment" => store::SEGMENT_CHANGES,
            _ => store::ORDERS,
        };
        let found = store::happened(connection, customer, after.at, after.id_bound(kind), limit, source).await?;
        rows.extend(found.into_iter().map(|row| (kind, row)));
    }
    rows.sort_by(|(left_kind, left), (right_kind, right)| right.at.cmp(&left.at).then(left_kind.cmp(right_kind)).then(right.id.cmp(&left.id)));
    let next = (rows.len() > PAGE).then(|| Place { at: rows[PAGE - 1].1.at, kind: rows[PAGE - 1].0.into(), id: rows[PAGE - 1].1.id.clone() }.write());
    rows.truncate(PAGE);
    let items = rows.into_iter().map(|(kind, row)| item(kind, row)).collect::<anyhow::Result<_>>()?;
    Ok((items, next))
}

fn item(kind: &str, row: store::Happened) -> anyhow::Result<TimelineItem> {
    let amount = match (row.amount, row.currency) {
        (Some(minor), Some(currency)) => {
            let currency: Currency = currency.parse().ok().context("stored currency")?;
            Some(Money::new(minor, currency).decimal())
        }
        _ => None,
    };
    let url = match kind {
        "document" => Some(format!("/api/documents/{}/pdf", row.id)),
        "order" => Some(format!("/admin/orders/{}", row.id)),
        "message" => Some(format!("/admin/messages/{}", row.id)),
        _ => None,
    };
    Ok(TimelineItem { at: rfc3339(row.at), kind: kind.into(), id: row.id, number: row.number, state: row.state, amount, text: row.text, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_found_by_the_start_of_its_code_or_words_of_its_name() {
        let found = |query: &str| Wanted::new(query).matches("A123", &fold("Ёлка  и Ко"));
        for query in ["", "a1", "A123", "ко елка", "ёлк"] {
            assert!(found(query), "{query:?}");
        }
        for query in ["123", "сосна", "елка сосна"] {
            assert!(!found(query), "{query:?}");
        }
    }

    #[test]
    fn a_place_in_the_timeline_reads_back() {
        let place = Place { at: 1_292_000_000_000, kind: "order".into(), id: "0193-x".into() };
        assert_eq!(Place::parse(&place.write()), Some(place));
        for text in ["", "1", "1.order", "x.order.1", "1.secret.1"] {
            assert_eq!(Place::parse(text), None, "{text:?}");
        }
    }
}

//! The buyer's orders: the review of the draft and sending it, the list, one order.

pub mod from_file;
pub mod list;
pub mod page;
pub mod review;

use std::collections::HashSet;

use kontor_shared::api::{Order, SubmitLine, SubmitOrder};
use kontor_shared::drafts::{Draft, LineState, Review};
use kontor_shared::money::{Quantity, VatMode};
use kontor_shared::orders::{OrderState, Verdict};
use kontor_shared::words::{common, format, shop};
use leptos::prelude::*;

use crate::catalogue::Catalogue;
use crate::lang::{lang, say};
use crate::price_list::plain;

/// The shape that helps the word of a state (look/README.md: open, half, full, dashed, square).
fn shape(state: OrderState) -> (&'static str, &'static str) {
    match state {
        OrderState::Draft => ("wait", ""),
        OrderState::Submitted => ("open", ""),
        OrderState::NeedsReview => ("open", "warn"),
        OrderState::Confirmed => ("full", "good"),
        OrderState::PartShipped => ("half", ""),
        OrderState::Shipped => ("full", ""),
        OrderState::Closed => ("full", "ink-2"),
        OrderState::Cancelled => ("stop", "ink-2"),
        OrderState::Refused => ("stop", "bad"),
    }
}

/// An order's state: a word, and a shape that only helps.
#[component]
pub fn State(state: OrderState) -> impl IntoView {
    let (shape, colour) = shape(state);
    view! { <span class=format!("state {colour}") data-s=shape>{say(common::order_state(state))}</span> }
}

/// "VAT" with the rates of the lines that were taken, ascending: "VAT 9%, 20%".
pub fn vat_label(order: &Order) -> String {
    let mut rates: Vec<_> = order.lines.iter().filter(|line| line.verdict != Verdict::Refused).map(|line| line.vat_rate).collect();
    rates.sort_unstable();
    rates.dedup();
    let rates = rates.into_iter().map(|rate| format::percent(lang(), rate)).collect::<Vec<_>>().join(", ");
    let label = match order.vat_mode {
        VatMode::Net => format!("{} {rates}", say(common::VAT)),
        VatMode::Gross => shop::VAT_INSIDE.with(lang(), &[("rate", &rates)]),
    };
    label.trim().to_string()
}

/// The body to send: every line at the price the review shows.
fn to_submit(draft: &Draft, review: &Review, catalogue: &Catalogue, address: String) -> SubmitOrder {
    let lines = review
        .lines
        .iter()
        .filter_map(|line| match line.state {
            LineState::Right(quantity) => Some(SubmitLine { code: line.code.clone(), quantity, shown_price: line.now.unwrap_or(line.seen) }),
            _ => None,
        })
        .collect();
    SubmitOrder {
        customer: crate::draft::store().owner(),
        version: catalogue.info.version,
        overlay: catalogue.info.overlay.clone(),
        po_number: draft.po_number.trim().to_string(),
        wanted_on: Some(draft.wanted_on.clone()).filter(|day| !day.is_empty()),
        delivery_address: address,
        comment: draft.comment.trim().to_string(),
        lines,
    }
}

/// What became of an order's goods when ordered again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reordered {
    pub taken: usize,
    /// In the draft already; its own quantity stays.
    pub kept: usize,
    /// Names of what the list no longer has.
    pub missing: Vec<String>,
}

/// Puts an order's goods into the draft at today's prices. What is no longer sold is named, never dropped in silence.
fn reorder(order: &Order, catalogue: &Catalogue) -> Reordered {
    let mut wanted: Vec<(String, String, i64)> = Vec::new();
    for line in order.lines.iter().filter(|line| line.quantity.raw() > 0 && line.verdict != Verdict::Refused) {
        match wanted.iter_mut().find(|(code, ..)| *code == line.code) {
            Some((_, _, quantity)) => *quantity = quantity.saturating_add(line.quantity.raw()),
            None => wanted.push((line.code.clone(), line.name.clone(), line.quantity.raw())),
        }
    }
    let mut result = Reordered::default();
    crate::draft::store().change(|draft| {
        let there: HashSet<String> = draft.lines.iter().map(|line| line.code.clone()).collect();
        for (code, name, quantity) in wanted {
            match catalogue.by_code(&code) {
                None => result.missing.push(format!("{code} {name}")),
                Some(_) if there.contains(&code) => result.kept += 1,
                Some(product) => {
                    draft.write(&product, &plain(Quantity::from_raw(quantity)), lang(), crate::draft::new_id);
                    result.taken += 1;
                }
            }
        }
    });
    result
}

//! What a little more would bring: what lacks to the least order, and the quantity from which a line is cheaper.

use std::sync::Arc;

use kontor_shared::drafts::{Review, ReviewLine};
use kontor_shared::money::{Money, Price, Quantity};
use kontor_shared::orders::lacks;
use kontor_shared::words::{format, shop as words};
use leptos::prelude::*;

use crate::catalogue::{Catalogue, shop};
use crate::lang::lang;

/// Both, where there are any. The step is that of the line being typed, else of the one typed last.
#[component]
pub fn Further(catalogue: Arc<Catalogue>, review: Memo<Review>) -> impl IntoView {
    move || {
        let lacking = review.with(|review| lacking(&catalogue, review)).map(|text| view! { <p class="s warn" role="status">{text}</p> });
        let current = shop().current.get();
        let step = review.with(|review| {
            let code = current.map(|row| catalogue.code(row));
            let typed = review.lines.iter().find(|line| Some(line.code.as_str()) == code);
            typed.or(review.lines.last()).and_then(|line| step(&catalogue, line))
        });
        view! {
            {lacking}
            {step.map(|text| view! { <p class="s ink-2">{text}</p> })}
        }
    }
}

/// "35.20 € more to the least order of 150.00 €"
pub fn lacking(catalogue: &Catalogue, review: &Review) -> Option<String> {
    let info = &catalogue.info;
    let least = Money::parse(&catalogue.now.with(|now| now.minimum_order.clone())?, info.currency).ok()?;
    let lacking = lacks(review.totals.as_ref().ok()?, info.vat_mode, least)?;
    let money = |amount| format::money(lang(), amount);
    (!review.lines.is_empty()).then(|| words::LACKS.with(lang(), &[("amount", &money(lacking)), ("least", &money(least))]))
}

/// "A-17: 4 pcs more, and the price is 1.80"
fn step(catalogue: &Catalogue, line: &ReviewLine) -> Option<String> {
    let next = line.next?;
    let more = Quantity::from_raw(next.from - line.state.quantity()?.raw());
    let unit = catalogue.by_code(&line.code)?.unit;
    let (more, price) = (format::quantity(lang(), more), format::price(lang(), Price::from_raw(next.price)));
    Some(words::NEXT_STEP.with(lang(), &[("code", &line.code), ("more", &more), ("unit", &unit), ("price", &price)]))
}

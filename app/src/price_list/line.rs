//! One product of the list: what is printed, and the quantity that is written.

use std::sync::Arc;

use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::{LineState, judge};
use kontor_shared::money::Quantity;
use kontor_shared::orders::{LineReason, QuantityProblem};
use kontor_shared::words::{common, format, shop as words};
use leptos::prelude::*;

use super::layout::Looking;
use super::rows::{Steering, plain, quantity_id};
use crate::catalogue::{Catalogue, shop};
use crate::draft;
use crate::lang::{lang, say};

/// A row of the grid.
#[component]
pub fn Line(catalogue: Arc<Catalogue>, looking: Looking, steering: Steering, tab_stop: Memo<Option<u32>>, row: u32, at: usize) -> impl IntoView {
    let Some(product) = catalogue.product(row) else { return ().into_any() };
    let product = Arc::new(product);
    let (current, store, currency) = (shop().current, draft::store(), catalogue.info.currency);
    let code = product.code.clone();
    let typed = Memo::new(move |_| store.draft.with(|draft| draft.line(&code).map(|line| line.typed.clone()).unwrap_or_default()));
    let state = {
        let product = product.clone();
        Memo::new(move |_| typed.with(|typed| judge(typed, &product, currency, lang())))
    };
    let wrong = move || !matches!(state.get().0, LineState::Right(_) | LineState::NotOrdered);
    let tab = move || if tab_stop.get() == Some(row) { "0" } else { "-1" };
    let hint_id = format!("h{row}");
    let (name, code) = (product.name.clone(), product.code.clone());
    let stock = stock_text(&product);
    let pack = product.rule().pack();
    let sold_by = format::quantity(lang(), pack);
    let unit = common::unit(lang(), &product.unit).to_string();
    let price = format::price(lang(), product.price());
    let meta = match &stock {
        Some((text, _)) => {
            format!("{code} · {} · {}", words::N_IN_STOCK.with(lang(), &[("n", text)]), words::SOLD_BY_N.with(lang(), &[("n", &sold_by), ("unit", &unit)]))
        }
        None => format!("{code} · {}", words::SOLD_BY_N.with(lang(), &[("n", &sold_by), ("unit", &unit)])),
    };
    let few = stock.as_ref().is_some_and(|(_, few)| *few);
    let money = format::amount(lang(), &product.price().decimal(2), currency);
    let shown_name = {
        let name = name.clone();
        move || {
            looking
                .used
                .with(|query| highlighted(&name, query))
                .into_iter()
                .map(|(part, found)| if found { view! { <mark>{part}</mark> }.into_any() } else { part.into_any() })
                .collect_view()
        }
    };
    let for_input = product.clone();
    let for_hint = product.clone();
    let described = hint_id.clone();
    view! {
        <div role="row" class="item" aria-rowindex=(at + 2).to_string()
            class:gone=!product.in_stock()
            aria-selected=move || if current.get() == Some(row) { "true" } else { "false" }
            on:click=move |_| if current.get_untracked() != Some(row) { current.set(Some(row)) }>
            <span role="gridcell" class="code l">{code.clone()}</span>
            <span role="gridcell" class="name" title=name.clone()>
                {shown_name}
                {product.new.then(|| view! { " "<span class="mark mark-pen">{say(words::NEW)}</span> })}
            </span>
            <span role="gridcell" class="price only-s"><b>{money}</b></span>
            <span role="gridcell" class="meta only-s" class:warn=few>{meta}</span>
            <span role="gridcell" class="num l stock" class:warn=few>{stock.map(|(text, _)| text)}</span>
            <span role="gridcell" class="num l">{price}</span>
            <span role="gridcell" class="num l pack">{sold_by}" "<small>{unit}</small></span>
            <span role="gridcell" class="q">
                <span class="stepper" class:stepper-0=move || typed.with(String::is_empty)>
                    <button type="button" class="step" tabindex="-1" aria-label=format!("{} {code}", say(words::LESS)) on:click=move |_| steering.pack_on(row, -1)>"−"</button>
                    <input class="qty" id=quantity_id(row) inputmode="decimal" autocomplete="off" maxlength="16" tabindex=tab
                        aria-label=words::QUANTITY_OF.with(lang(), &[("code", &code), ("name", &name)])
                        aria-invalid=move || wrong().then_some("true")
                        aria-describedby=move || wrong().then(|| described.clone())
                        prop:value=move || typed.get()
                        on:focus=move |event| {
                            steering.entered(row);
                            event_target::<web_sys::HtmlInputElement>(&event).select();
                        }
                        on:input=move |event| draft::store().write(&for_input, &event_target_value(&event))/>
                    <button type="button" class="step" tabindex="-1" aria-label=format!("{} {code}", say(words::MORE)) on:click=move |_| steering.pack_on(row, 1)>"+"</button>
                </span>
            </span>
            <span role="gridcell" class="num l">{move || state.get().1.map(|amount| format::decimal(lang(), &amount.decimal()))}</span>
            {move || {
                wrong().then(|| view! {
                    <span role="gridcell" class="hint" id=hint_id.clone()>
                        <Offer state=state.get().0 product=for_hint.clone() row=row tab=Signal::derive(tab)/>
                    </span>
                })
            }}
        </div>
    }
    .into_any()
}

/// What is wrong with a quantity, and the two nearest right ones to take instead.
#[component]
fn Offer(state: LineState, product: Arc<ProductRow>, row: u32, tab: Signal<&'static str>) -> impl IntoView {
    let (text, problem) = why(&state, &product);
    let offers: Vec<Quantity> = problem.map(|problem| [problem.lower, problem.upper].into_iter().flatten().collect()).unwrap_or_default();
    let choose = move |quantity: Quantity| {
        draft::store().write(&product, &plain(quantity));
        crate::browser::focus(&quantity_id(row));
    };
    view! {
        <span>{text}</span>
        {(!offers.is_empty()).then(|| view! { <span>{say(words::TAKE)}</span> })}
        {offers.into_iter().enumerate().map(|(at, quantity)| {
            let choose = choose.clone();
            view! {
                {(at > 0).then(|| view! { <span>{say(words::OR)}</span> })}
                <button type="button" class="btn btn-row" tabindex=move || tab.get() on:click=move |_| choose(quantity)>{format::quantity(lang(), quantity)}</button>
            }
        }).collect_view()}
    }
}

/// The sentence for a quantity that cannot be ordered.
pub fn why(state: &LineState, product: &ProductRow) -> (String, Option<QuantityProblem>) {
    let rule = product.rule();
    let number = |quantity: Option<Quantity>| quantity.map(|quantity| format::quantity(lang(), quantity)).unwrap_or_default();
    match state {
        LineState::Wrong(_, problem) => {
            let text = match problem.reason {
                LineReason::NotMultiple => words::SOLD_ONLY_BY.with(lang(), &[("n", &number(rule.increment))]),
                LineReason::BelowMinimum => words::AT_LEAST.with(lang(), &[("n", &number(rule.min))]),
                LineReason::AboveMaximum => words::AT_MOST.with(lang(), &[("n", &number(rule.max))]),
                reason => format!("{}.", common::line_reason(reason).say(lang())),
            };
            (text, Some(*problem))
        }
        LineState::Unreadable => (say(words::NOT_A_NUMBER).to_string(), None),
        LineState::TooLarge(_) => (format!("{}.", common::line_reason(LineReason::TooLarge).say(lang())), None),
        LineState::Gone => (format!("{}.", common::line_reason(LineReason::NotInPriceList).say(lang())), None),
        LineState::NotOrdered | LineState::Right(_) => (String::new(), None),
    }
}

/// What is left, and whether that is less than one may want: none, or fewer than four packs.
fn stock_text(product: &ProductRow) -> Option<(String, bool)> {
    let stock = Quantity::from_raw(product.stock?);
    let few = stock.raw() < product.rule().pack().raw().saturating_mul(4);
    Some((format::quantity(lang(), stock.max(Quantity::ZERO)), few))
}

/// The name cut where words of the query stand in it. Letters are compared without case, е as ё.
pub fn highlighted(name: &str, query: &str) -> Vec<(String, bool)> {
    let fold = |c: char| match c.to_lowercase().next().unwrap_or(c) {
        'ё' => 'е',
        c => c,
    };
    let chars: Vec<char> = name.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| fold(*c)).collect();
    let mut found = vec![false; chars.len()];
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().map(fold).collect();
        // Each word is marked once: where it begins a word, else where it first stands.
        let places = || (0..folded.len().saturating_sub(word.len() - 1)).filter(|at| folded[*at..].starts_with(&word));
        let place = places().find(|at| *at == 0 || !folded[at - 1].is_alphanumeric()).or_else(|| places().next());
        if let Some(at) = place {
            found[at..at + word.len()].fill(true);
        }
    }
    let mut parts: Vec<(String, bool)> = Vec::new();
    for (c, found) in chars.into_iter().zip(found) {
        match parts.last_mut() {
            Some((part, same)) if *same == found => part.push(c),
            _ => parts.push((c.to_string(), found)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::highlighted;

    #[test]
    fn found_words_are_marked_where_they_begin_a_word() {
        let marked = |name, query| highlighted(name, query).into_iter().map(|(part, found)| if found { format!("[{part}]") } else { part }).collect::<String>();
        assert_eq!(marked("Smug mug holder", "mug"), "Smug [mug] holder");
        assert_eq!(marked("Тёплый плед", "теп плед"), "[Тёп]лый [плед]");
        assert_eq!(marked("Cup", "saucer"), "Cup");
        assert_eq!(marked("Cup", ""), "Cup");
    }
}

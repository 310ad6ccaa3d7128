//! The order beside the list: what it comes to, its lines, and where to go on.

use std::sync::Arc;

use kontor_shared::drafts::Review;
use kontor_shared::money::{Currency, Percent, Totals, VatMode};
use kontor_shared::words::{common, format, from_file, profile, shop as words};
use leptos::prelude::*;

use super::further::{Further, lacking};
use crate::catalogue::Catalogue;
use crate::draft;
use crate::export::{self, What};
use crate::lang::{count, lang, say};
use crate::news::{Ended, ended_said};
use crate::persistence;
use crate::queue::notes;

/// Lines shown beside the list; the review shows all.
const SHOWN: usize = 24;

/// Net, VAT and total.
#[component]
pub fn Sums(totals: Totals, mode: VatMode) -> impl IntoView {
    let money = |minor: i64, currency: Currency| format::decimal(lang(), &kontor_shared::money::Money::new(minor, currency).decimal());
    let currency = totals.gross.currency;
    let vat = totals
        .by_rate
        .iter()
        .map(|rate| {
            let label = match mode {
                VatMode::Net => format!("{} {}", say(common::VAT), format::percent(lang(), rate.rate)),
                VatMode::Gross => words::VAT_INSIDE.with(lang(), &[("rate", &format::percent(lang(), rate.rate))]),
            };
            view! { <dt>{label}</dt><dd>{money(rate.vat.minor, currency)}</dd> }
        })
        .collect_view();
    view! {
        <dl class="sums">
            <dt>{say(common::NET)}</dt><dd>{money(totals.net.minor, currency)}</dd>
            {vat}
            <dt class="total">{format!("{} {}", say(common::TOTAL), currency.sign())}</dt>
            <dd class="total">{money(totals.gross.minor, currency)}</dd>
        </dl>
    }
}

#[component]
pub fn OrderPanel(catalogue: Arc<Catalogue>, review: Memo<Review>) -> impl IntoView {
    let store = draft::store();
    Effect::new(move |_| {
        if review.with(|review| !review.lines.is_empty()) {
            persistence::ask();
        }
    });
    let mode = catalogue.info.vat_mode;
    let further = catalogue.clone();
    let mut terms = vec![
        say(match mode {
            VatMode::Net => words::PRICES_WITHOUT_VAT,
            VatMode::Gross => words::PRICES_WITH_VAT,
        })
        .to_string(),
    ];
    if catalogue.info.discount != Percent::ZERO {
        terms.push(profile::YOUR_DISCOUNT.with(lang(), &[("percent", &format::percent(lang(), catalogue.info.discount))]));
    }
    let now = catalogue.now.clone();
    let valid_until = move || Some(words::VALID_UNTIL.with(lang(), &[("date", &format::date(lang(), &now.with(|now| now.valid_until.clone())?))]));
    let ended = catalogue.clone();
    terms.extend([&catalogue.head().terms, &catalogue.head().note].into_iter().filter(|text| !text.trim().is_empty()).cloned());
    view! {
        <aside class="shop-order" aria-label=say(words::YOUR_ORDER)>
            <Ended catalogue=catalogue.clone()/>
            <notes::Waiting/>
            <notes::Old/>
            <notes::OnlyHere/>
            <notes::Copies/>
            {move || {
                let memo = review;
                let review = review.get();
                let (lines, wrong) = (review.lines.len(), review.wrong());
                view! {
                    <div class="row-x">
                        <h2>{say(common::ORDER)}</h2>
                        <span class="ink-2" role="status">{count(common::LINES, lines as u64)}</span>
                        {(lines > 0).then(|| view! { <button type="button" class="link push" on:click=move |_| store.clear()>{say(words::CLEAR)}</button> })}
                    </div>
                    {match review.totals {
                        Ok(totals) => view! { <Sums totals=totals mode=mode/> }.into_any(),
                        Err(_) => view! { <p class="bad">{say(common::REASON_TOO_LARGE)}</p> }.into_any(),
                    }}
                    {(wrong > 0).then(|| view! { <p class="s bad">{count(words::LINES_NEED_YOU, wrong as u64)}</p> })}
                    <Further catalogue=further.clone() review=memo/>
                    {if lines == 0 {
                        view! { <p class="s ink-2">{say(words::EMPTY_ORDER)}</p> }.into_any()
                    } else {
                        view! { <a class="btn btn-main btn-wide" href="/review">{say(words::REVIEW_ORDER)}<kbd>"Ctrl Enter"</kbd></a> }.into_any()
                    }}
                    <button type="button" class="btn btn-wide" title=say(words::EXCEL_NOTE) on:click=move |_| export::save(What::PriceList)>{say(words::SAVE_AS_EXCEL)}<kbd class="only-l">"Ctrl S"</kbd></button>
                    <a class="btn btn-wide" href=crate::handed::PAGE>{say(from_file::TITLE)}<kbd class="only-l">"Ctrl O"</kbd></a>
                    {(lines > 0).then(|| view! {
                        {move || store.kept.get().then(|| view! { <p class="s ink-2">{say(words::KEPT_HERE)}" "{persistence::said()}</p> })}
                        <NotKept/>
                        <ul class="order-lines">
                            {review.lines.into_iter().rev().take(SHOWN).map(|line| {
                                let code = line.code.clone();
                                view! {
                                    <li>
                                        <span class="name" title=line.name.clone()>{line.name.clone()}</span>
                                        <span class="num pen" class:bad=line.amount.is_none()>{line.typed}</span>
                                        <span class="num">{line.amount.map(|amount| format::decimal(lang(), &amount.decimal()))}</span>
                                        <button type="button" class="out" title=say(words::TAKE_OUT) aria-label=format!("{}: {}", say(words::TAKE_OUT), line.name) on:click=move |_| store.take_out(&code)>"×"</button>
                                    </li>
                                }
                            }).collect_view()}
                        </ul>
                        {(lines > SHOWN).then(|| view! { <p><a href="/review">{count(words::MORE_LINES, (lines - SHOWN) as u64)}</a></p> })}
                    })}
                }
            }}
            {move || valid_until().filter(|_| ended_said(&ended).is_none()).map(|text| view! { <p class="s ink-2 terms">{text}</p> })}
            {terms.into_iter().map(|text| view! { <p class="s ink-2 terms">{text}</p> }).collect_view()}
        </aside>
    }
}

/// Said wherever the order is shown: closing the page would lose it.
#[component]
pub fn NotKept() -> impl IntoView {
    let kept = draft::store().kept;
    move || (!kept.get()).then(|| view! { <p class="s bad" role="status">{say(words::NOT_KEPT_HERE)}</p> })
}

/// On a telephone the order stands at the foot, and what waits on the device or came back.
#[component]
pub fn Foot(catalogue: Arc<Catalogue>, review: Memo<Review>) -> impl IntoView {
    move || {
        let review = review.get();
        let lines = review.lines.len();
        let waiting = notes::waiting();
        (lines > 0 || waiting.is_some()).then(|| {
            let wrong = review.wrong();
            let lacking = lacking(&catalogue, &review);
            let gross = review.totals.map(|totals| format::money(lang(), totals.gross)).unwrap_or_default();
            view! {
                <section class="foot-order" aria-label=say(words::YOUR_ORDER)>
                    <div>
                        {(lines > 0).then(|| view! { <p><b>{format!("{} · {gross}", count(common::LINES, lines as u64))}</b></p> })}
                        {lacking.map(|text| view! { <p class="s warn">{text}</p> })}
                        {(wrong > 0).then(|| view! { <p class="s bad">{count(words::LINES_NEED_YOU, wrong as u64)}</p> })}
                        {waiting.map(|(text, bad)| view! { <p class="s" class:warn=bad role="status"><a href="/orders">{text}</a></p> })}
                        {notes::only_here().map(|text| view! { <p class="s warn" role="status">{text}</p> })}
                        <NotKept/>
                    </div>
                    {(lines > 0).then(|| view! { <a class="btn btn-main" href="/review">{say(words::REVIEW_ORDER)}</a> })}
                </section>
            }
        })
    }
}

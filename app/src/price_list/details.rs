//! What there is to know of the current row, beside the list.

use std::sync::Arc;

use kontor_shared::catalog::rows::escape;
use kontor_shared::catalog::tiers;
use kontor_shared::import::products::BRAND;
use kontor_shared::money::{Price, Quantity};
use kontor_shared::pictures::{Size, path};
use kontor_shared::words::{common, format, list as words, shop as shop_words};
use leptos::prelude::*;

use super::layout::Looking;
use super::manner::manner;
use super::rows::hide_missing;
use super::steering::Steering;
use crate::catalogue::{Catalogue, shop};
use crate::lang::{lang, say};

/// Facts as a list: what is blank is left out.
fn facts(catalogue: &Catalogue, row: u32) -> String {
    let at = row as usize;
    let (list, lang) = (catalogue.list(), lang());
    let rule = list.rule(at);
    let quantity = |quantity: Option<Quantity>| quantity.map(|quantity| format::quantity(lang, quantity)).unwrap_or_default();
    let money = |price: Price| format::amount(lang, &price.decimal(2), catalogue.info.currency);
    let mut facts = vec![(say(common::CODE).to_string(), list.code(at).to_string()), (say(common::PRICE).to_string(), money(list.price(at)))];
    for tier in tiers::lowering(list.price(at), &list.tiers(at)) {
        let from = format::quantity(lang, Quantity::from_raw(tier.from));
        facts.push((words::PRICE_FROM_N.with(lang, &[("n", &from)]), money(Price::from_raw(tier.price))));
    }
    let bought = shop().bought_rows.get().is_some_and(|rows| rows.has(at));
    let groups: Vec<&str> = catalogue.groups_of(row).iter().rev().map(|group| catalogue.group_name(*group)).collect();
    facts.extend([
        (say(common::VAT).to_string(), format::percent(lang, list.vat_rate(at))),
        (say(shop_words::IN_STOCK).to_string(), quantity(list.stock(at).map(|stock| Quantity::from_raw(stock.max(0))))),
        (say(shop_words::SOLD_BY).to_string(), format!("{} {}", format::quantity(lang, rule.pack()), common::unit(lang, list.unit(at)))),
        (say(words::LEAST).to_string(), quantity(rule.min)),
        (say(words::MOST).to_string(), quantity(rule.max)),
        (say(words::GROUP).to_string(), groups.join(" › ")),
    ]);
    for (attribute, of) in catalogue.head().attributes.iter().enumerate() {
        let value = (list.attribute(attribute, at) as usize).checked_sub(1).and_then(|value| of.values.get(value)).cloned().unwrap_or_default();
        facts.push((if of.name == BRAND { say(shop_words::BRAND).to_string() } else { of.name.clone() }, value));
    }
    facts.push((say(words::ORDERED_BEFORE).to_string(), if bought { say(words::YES).to_string() } else { String::new() }));
    let line = |(name, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    facts.iter().filter(|(_, value)| !value.is_empty()).map(line).collect()
}

/// The picture, if the product has one. As HTML: an element that is kept for the next product would go on showing this one's
/// until that is there.
fn picture(catalogue: &Catalogue, row: u32, name: &str) -> Option<String> {
    let (list, at) = (catalogue.list(), row as usize);
    let (code, number, side) = (list.code(at), list.picture(at), Size::Large.longest_side());
    let source = escape(&path(code, number, Size::Large));
    (number > 0).then(|| format!(r#"<img src="{source}" alt="{}" width="{side}" height="{side}" loading="lazy" decoding="async">"#, escape(name)))
}

#[component]
pub fn Details(catalogue: Arc<Catalogue>, looking: Looking, steering: Steering) -> impl IntoView {
    let (shop, manner) = (shop(), manner());
    on_cleanup(move || {
        let _ = manner.details.try_set(false);
    });
    move || {
        let row = shop.current.get().filter(|row| manner.details.get() && (*row as usize) < catalogue.goods())?;
        let name = catalogue.list().name(row as usize);
        let starred = move || looking.favourites.with(|rows| rows.has(row as usize));
        let label = words::DETAILS_OF.with(lang(), &[("name", &name)]);
        Some(view! {
            <aside class="shop-details" aria-label=label>
                <div class="row-x">
                    <h2>{say(words::DETAILS)}</h2>
                    <button type="button" class="btn btn-row push" on:click=move |_| steering.close_details()>{say(common::CLOSE)}<kbd class="only-l">"Esc"</kbd></button>
                </div>
                {picture(&catalogue, row, &name).map(|html| view! { <div class="picture" on:error:capture=move |event| hide_missing(&event, ".picture > img") inner_html=html></div> })}
                <p role="status"><b>{name}</b></p>
                <dl class="facts" inner_html=facts(&catalogue, row)></dl>
                <button type="button" class="btn" aria-pressed=move || if starred() { "true" } else { "false" } on:click=move |_| steering.star_on(row)>
                    <span class="star" class:on=starred aria-hidden="true"></span>{say(words::FAVOURITE)}<kbd class="only-l">"F"</kbd>
                </button>
            </aside>
        })
    }
}

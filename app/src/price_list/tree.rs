//! The group tree with counts, and the filters below it.

use std::sync::Arc;

use kontor_shared::catalog::search::Bits;
use kontor_shared::import::products::BRAND;
use kontor_shared::words::{format, list, shop as words};
use leptos::prelude::*;

use super::layout::{Looking, limit};
use super::manner::manner;
use crate::catalogue::{Catalogue, shop};
use crate::house::session;
use crate::lang::{count, lang, say};

#[component]
pub fn Tree(catalogue: Arc<Catalogue>, looking: Looking, folded: RwSignal<bool>) -> impl IntoView {
    let shop = shop();
    let total = move || looking.hits.with(|hits| hits.found.len() as u32);
    let choose = move |group: Option<u32>| {
        shop.group.set(group);
        folded.set(true);
    };
    let tops: Vec<u32> = (0..catalogue.head().groups.len() as u32).filter(|group| catalogue.head().groups[*group as usize].parent.is_none()).collect();
    let for_facets = catalogue.clone();
    view! {
        <nav class="shop-tree" aria-label=say(words::GROUPS_AND_FILTERS)>
            <h2 class="side-h">{say(words::GROUPS)}</h2>
            <ul class="tree">
                <li><Node name=say(words::ALL_GROUPS) group=None chosen=move || shop.group.get().is_none() number=Signal::derive(total) choose=choose/></li>
                {tops.into_iter().map(|group| view! { <Branch catalogue=catalogue.clone() looking=looking group=group choose=choose/> }).collect_view()}
            </ul>
            <Facets catalogue=for_facets looking=looking/>
            <p class="tree-close"><button type="button" class="btn btn-main btn-wide" on:click=move |_| folded.set(true)>{say(words::SHOW_THE_LIST)}</button></p>
        </nav>
    }
}

/// One group of the tree.
#[component]
fn Node(
    #[prop(into)] name: String,
    group: Option<u32>,
    chosen: impl Fn() -> bool + Send + Copy + 'static,
    number: Signal<u32>,
    choose: impl Fn(Option<u32>) + Copy + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="tree-node" class:none=move || number.get() == 0 aria-current=move || chosen().then_some("true") on:click=move |_| choose(group)>
            <span>{name}</span>
            <span class="n">{move || { let number = number.get(); (number > 0).then(|| format::integer(lang(), i64::from(number))) }}</span>
        </button>
    }
}

/// A group with its subgroups, however deep, which are shown when one of them is chosen, or when opened.
#[component]
fn Branch(catalogue: Arc<Catalogue>, looking: Looking, group: u32, choose: impl Fn(Option<u32>) + Send + Sync + Copy + 'static) -> AnyView {
    let shop = shop();
    let number = Signal::derive(move || looking.hits.with(|hits| hits.facets.groups.get(group as usize).copied().unwrap_or(0)));
    let many = !catalogue.below[group as usize].is_empty();
    let of = catalogue.clone();
    let open = Memo::new(move |_| {
        let chosen = shop.group.get().filter(|chosen| *chosen != group);
        let above = chosen.and_then(|chosen| of.ancestors.get(chosen as usize));
        shop.opened.with(|opened| opened.contains(&group)) || above.is_some_and(|above| above.contains(&group))
    });
    let name = catalogue.group_name(group).to_string();
    let toggle = move |_| {
        shop.opened.update(|opened| {
            if !opened.remove(&group) {
                opened.insert(group);
            }
        });
    };
    view! {
        <li>
            <div class="branch">
                {many.then(|| view! {
                    <button type="button" class="fold" aria-expanded=move || if open.get() { "true" } else { "false" } aria-label=words::SUBGROUPS_OF.with(lang(), &[("name", &name)]) on:click=toggle></button>
                })}
                <Node name=name.clone() group=Some(group) chosen=move || shop.group.get() == Some(group) number=number choose=choose/>
            </div>
            <Show when=move || many && open.get()>
                <ul>
                    {catalogue.below[group as usize].iter().map(|child| view! {
                        <Branch catalogue=catalogue.clone() looking=looking group=*child choose=choose/>
                    }).collect_view()}
                </ul>
            </Show>
        </li>
    }
    .into_any()
}

/// Whether a price limit filters nothing because it is no number.
fn unreadable(value: RwSignal<String>) -> bool {
    value.with(|text| limit(text).is_err())
}

/// In stock, new, bought before, price.
#[component]
fn Facets(catalogue: Arc<Catalogue>, looking: Looking) -> impl IntoView {
    let shop = shop();
    let sign = catalogue.info.currency.sign().to_string();
    // How many of what is found now; counted once per question.
    let numbers = Memo::new(move |_| {
        let bought = shop.bought_rows.get();
        looking.hits.with(|hits| {
            let promotion = i64::from(hits.facets.promotion);
            let here = |rows: &Bits| hits.found.rows().iter().filter(|row| rows.has(**row as usize) && hits.has(**row)).count();
            let starred = looking.favourites.with(|starred| here(starred));
            let bought = bought.map_or(0, |bought| here(&bought));
            [i64::from(hits.facets.in_stock), i64::from(hits.facets.new), bought as i64, promotion, starred as i64]
        })
    });
    let promotions = (0..catalogue.goods()).any(|row| catalogue.list().in_promotion(row));
    let attributes = (0..catalogue.head().attributes.len())
        .map(|attribute| view! { <Values catalogue=catalogue.clone() looking=looking attribute=attribute/> })
        .collect_view();
    let pick = move |flag: RwSignal<bool>, word, at: usize| {
        view! {
            <label class="pick">
                <input type="checkbox" prop:checked=move || flag.get() on:change=move |event| flag.set(event_target_checked(&event))/>
                {say(word)}
                <span class="n">{move || format::integer(lang(), numbers.get()[at])}</span>
            </label>
        }
    };
    let price = move |value: RwSignal<String>, label: String| {
        view! {
            <label class="field"><span>{label}</span>
                <input class="in" inputmode="decimal" autocomplete="off" maxlength="12" prop:value=move || value.get()
                    aria-invalid=move || unreadable(value).then_some("true")
                    on:input=move |event| value.set(event_target_value(&event))/>
            </label>
        }
    };
    view! {
        <div class="facets">
            <h2 class="side-h">{say(words::SHOW_ONLY)}</h2>
            {pick(shop.in_stock, words::IN_STOCK_NOW, 0)}
            {pick(shop.new, words::NEW_GOODS, 1)}
            {promotions.then(|| pick(shop.promotion, words::IN_PROMOTION, 3))}
            {move || session().is_some_and(|session| session.customer.is_some()).then(|| pick(shop.bought, words::BOUGHT_BEFORE, 2))}
            {pick(manner().only_favourites, list::FAVOURITES, 4)}
            <div class="range">
                {price(shop.price_min, words::PRICE_FROM.with(lang(), &[("sign", &sign)]))}
                {price(shop.price_max, say(words::PRICE_TO).to_string())}
            </div>
            {attributes}
            <p class="err" role="status">
                {move || (unreadable(shop.price_min) || unreadable(shop.price_max)).then(|| say(words::LIMIT_UNREADABLE))}
            </p>
        </div>
    }
}

/// Values of an attribute shown before the rest is asked for.
const FIRST_VALUES: usize = 8;

/// One attribute: its values with how many goods each would show, the most frequent first.
#[component]
fn Values(catalogue: Arc<Catalogue>, looking: Looking, attribute: usize) -> impl IntoView {
    let shop = shop();
    let Some(of) = catalogue.head().attributes.get(attribute) else { return ().into_any() };
    let name = if of.name == BRAND { say(words::BRAND).to_string() } else { of.name.clone() };
    let all = RwSignal::new(false);
    let chosen = move |value: u32| shop.values.with(|values| values.get(&attribute).is_some_and(|values| values.contains(&value)));
    let values = of.values.clone();
    // The order is that of the whole list: nothing moves under the pointer while the counts change.
    let mut whole = vec![0_u32; values.len() + 1];
    (0..catalogue.list().len()).for_each(|row| whole[catalogue.list().attribute(attribute, row) as usize] += 1);
    let mut usual: Vec<u32> = (1..whole.len() as u32).collect();
    usual.sort_by_key(|value| std::cmp::Reverse(whole[*value as usize]));
    let count_of =
        move |value: u32| looking.hits.with(|hits| hits.facets.attributes.get(attribute).and_then(|counts| counts.get(value as usize)).copied().unwrap_or(0));
    let order = Memo::new(move |_| usual.iter().copied().filter(|value| count_of(*value) > 0 || chosen(*value)).collect::<Vec<u32>>());
    let toggle = move |value: u32, on: bool| {
        shop.values.update(|values| {
            let of = values.entry(attribute).or_default();
            if on {
                of.insert(value);
            } else {
                of.remove(&value);
            }
            values.retain(|_, values| !values.is_empty());
        });
    };
    let shown = move || {
        let most = if all.get() { usize::MAX } else { FIRST_VALUES };
        order.with(|order| order.iter().take(most).copied().collect::<Vec<_>>())
    };
    let hidden = move || order.with(Vec::len).saturating_sub(FIRST_VALUES);
    view! {
        <fieldset class="values" class:none=move || order.with(Vec::is_empty)>
            <legend>{name}</legend>
            <For each=shown key=|value| *value let:value>
                <label class="pick">
                    <input type="checkbox" prop:checked=move || chosen(value) on:change=move |event| toggle(value, event_target_checked(&event))/>
                    {values.get(value as usize - 1).cloned()}
                    <span class="n">{move || format::integer(lang(), i64::from(count_of(value)))}</span>
                </label>
            </For>
            {move || (hidden() > 0 && !all.get()).then(|| view! {
                <button type="button" class="link s" on:click=move |_| all.set(true)>{count(words::MORE_VALUES, hidden() as u64)}</button>
            })}
        </fieldset>
    }
    .into_any()
}

//! What the reader is told without being disturbed: how old the prices are, a newer list, a newer edition of the page.

use std::sync::Arc;

use kontor_shared::catalog::ended;
use kontor_shared::words::{format, offline as words, shop as shop_words};
use leptos::prelude::*;

use crate::catalogue::{Catalogue, shop};
use crate::edition;
use crate::house::{firm, house};
use crate::lang::{lang, say};
use crate::times;

/// "Prices as of 5 Dec 2011 · list 41", with what is true of the network and of newer lists.
#[component]
pub fn AsOf() -> impl IntoView {
    let text = |catalogue: &Catalogue| {
        let word = if house().away.get() { words::NO_NETWORK_AS_OF } else { shop_words::AS_OF };
        word.with(lang(), &[("date", &times::day(&catalogue.info.published_at)), ("list", &catalogue.info.version)])
    };
    view! {
        // Where the order stands beside the list, it is said there.
        <span class="as-of s" class:warn=move || house().away.get() || shop().here().is_some_and(|catalogue| ended_on(&catalogue).is_some())>
            {move || shop().here().map(|catalogue| text(&catalogue))}
            {move || shop().here().and_then(|catalogue| ended_said(&catalogue)).map(|text| view! { " "<b class="warn only-s">{text}</b> })}
            {move || shop().newer.get().map(|newer| view! {
                " "<button type="button" class="link s" on:click=move |_| shop().take_newer()>{words::TAKE_LIST.with(lang(), &[("list", &newer.info.version)])}</button>
            })}
        </span>
    }
}

/// The first day on which this list's prices are no longer valid, where that has come; tracked. The server says so by another
/// list; where it cannot, the device's clock does.
fn ended_on(catalogue: &Catalogue) -> Option<String> {
    let next =
        shop().newer.with(|newer| newer.as_ref().filter(|newer| newer.info.version != catalogue.info.version).map(|newer| newer.info.valid_from.clone()));
    let today = if house().away.get() { times::today() } else { firm().map(|firm| firm.today.clone()).unwrap_or_default() };
    next.or_else(|| catalogue.now.with(|now| now.valid_until.clone()).filter(|day| ended(Some(day), &today)))
}

/// That the prices shown are valid no more.
pub fn ended_said(catalogue: &Catalogue) -> Option<String> {
    ended_on(catalogue).map(|day| words::PRICES_ENDED.with(lang(), &[("date", &format::date(lang(), &day))]))
}

/// The same beside an order, with what that means for it.
#[component]
pub fn Ended(catalogue: Arc<Catalogue>) -> impl IntoView {
    move || {
        ended_said(&catalogue).map(|text| view! { <div class="note note-warn ended" role="status"><p><b>{text}</b>" "{say(words::ORDER_GOES_BY)}</p></div> })
    }
}

/// Where no list is shown: whether there is a network.
#[component]
pub fn NoNetwork() -> impl IntoView {
    move || house().away.get().then(|| view! { <span class="item s warn" role="status">{say(words::NO_NETWORK)}</span> })
}

/// One thing that waits for the reader, and can wait.
#[component]
fn Notice(#[prop(into)] text: String, #[prop(into)] label: String, act: fn(), later: fn()) -> impl IntoView {
    view! {
        <div class="toast">
            <span>{text}</span>
            <button type="button" class="link push" on:click=move |_| act()>{label}</button>
            <button type="button" class="link" aria-label=say(words::LATER) title=say(words::LATER) on:click=move |_| later()>"×"</button>
        </div>
    }
}

/// A newer list is announced.
#[component]
pub fn ListNews() -> impl IntoView {
    move || {
        let newer = shop().newer.get().filter(|_| !shop().put_off.get())?;
        let version = newer.info.version;
        Some(view! {
            <Notice text=shop_words::NEW_LIST.with(lang(), &[("list", &version)]) label=words::TAKE_LIST.with(lang(), &[("list", &version)])
                act=|| shop().take_newer() later=|| shop().put_off.set(true)/>
        })
    }
}

/// A newer edition is announced.
#[component]
pub fn EditionNews() -> impl IntoView {
    move || {
        house().edition_waits.get().then(|| {
            view! { <Notice text=say(words::NEW_EDITION) label=say(words::RELOAD) act=edition::take later=|| house().edition_waits.set(false)/> }
        })
    }
}

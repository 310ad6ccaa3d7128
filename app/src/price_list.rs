//! The price list page: groups, search, rows, and the order beside them. The keyboard reaches everything.

use std::sync::Arc;

use kontor_shared::words::{Word, common, problems, shop as words};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::api::ApiError;
use crate::browser;
use crate::buyer::bar::BuyerBar;
use crate::catalogue::{Catalogue, Fetch, shop};
use crate::export::{self, What};
use crate::handed;
use crate::keys::{Act, Key, Place, decide, single_wanted};
use crate::lang::say;
use crate::news::AsOf;
use crate::ui::page::{Failed, Heading, Loading, set_title};
use crate::ui::toast;

mod address;
mod details;
mod find;
pub mod first;
mod further;
mod keys_sheet;
mod layout;
mod line;
mod manner;
mod order_panel;
mod pool;
mod print;
mod rows;
mod slot;
mod steering;
mod tree;
mod view_menu;

pub use further::{Further, lacking};
pub use layout::review_of;
pub use line::why;
pub use order_panel::{NotKept, Sums};
pub use steering::plain;

use layout::Looking;
use steering::Steering;

/// `/`
#[component]
pub fn PriceList() -> impl IntoView {
    set_title(say(words::PRICE_LIST));
    let list = shop().list;
    let keys = RwSignal::new(false);
    view! {
        <BuyerBar path="/".to_string()>
            <span class="item only-xl"><AsOf/></span>
            <button type="button" class="item keys-button only-l" aria-label=say(words::KEYS) title=say(words::KEYS) on:click=move |_| keys.set(true)><kbd>"?"</kbd></button>
        </BuyerBar>
        <handed::DropHere taken=Callback::new(handed::carry)/>
        {move || match list.get() {
            Fetch::Asking => view! { <main class="page" id="main"><Loading/></main> }.into_any(),
            Fetch::Failed(error) => view! { <main class="page" id="main"><NoList error=error title=words::PRICE_LIST next="/"/></main> }.into_any(),
            Fetch::Here(catalogue) => view! { <Shelf catalogue=catalogue keys=keys/> }.into_any(),
        }}
        <keys_sheet::KeysSheet open=keys/>
    }
}

/// Why there is no list, and what to do about it: sign in and go on at `next`, wait, or try again.
#[component]
pub fn NoList(error: ApiError, title: Word, next: &'static str) -> impl IntoView {
    first::hide();
    if error.signed_out() {
        let href = format!("/sign-in?next={next}");
        view! {
            <div class="stack">
                <Heading title=say(title)/>
                <p>{say(words::SIGN_IN_FOR_PRICES)}</p>
                <p><a class="btn btn-main" href=href>{say(common::SIGN_IN)}</a></p>
            </div>
        }
        .into_any()
    } else if error.status == 404 {
        view! { <div class="stack"><Heading title=say(title)/><p>{say(problems::NO_PRICE_LIST)}</p></div> }.into_any()
    } else {
        view! { <Failed error=error retry=|()| shop().fetch()/> }.into_any()
    }
}

/// The list itself, once it is here.
#[component]
fn Shelf(catalogue: Arc<Catalogue>, keys: RwSignal<bool>) -> impl IntoView {
    crate::workers::fetch_soon();
    address::follow(catalogue.clone());
    let looking = Looking::new(catalogue.clone());
    print::on_print(catalogue.clone(), looking);
    let steering = Steering::new(catalogue.clone(), looking);
    let folded = RwSignal::new(true);
    first::take_over(catalogue.clone(), steering);
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        // A dialog keeps its keys.
        if event.default_prevented() || document().query_selector("dialog[open]").ok().flatten().is_some() {
            return;
        }
        let key = event.key();
        let pressed = Key { key: &key, ctrl: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() };
        let Some(act) = decide(pressed, place(), single_wanted()) else { return };
        match act {
            Act::Search => find::focus(),
            Act::Move(by) => steering.step(by),
            Act::Best => steering.best(),
            Act::Pack(by) => steering.pack(by),
            Act::TakeOut => steering.take_out(),
            Act::Group(by) => steering.group(by),
            Act::Digit(digit) => steering.digit(digit),
            Act::Star => steering.star(),
            Act::Details if !steering.details() => return,
            Act::Details => {}
            Act::Review => browser::go("/review"),
            Act::Excel => export::save(What::PriceList),
            Act::File => browser::go(handed::PAGE),
            Act::Keys => keys.set(true),
            // With nothing of ours to undo, the browser undoes typing.
            Act::Undo if !toast::undo_newest() => return,
            Act::Undo => {}
            Act::Back => steering.back(),
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
    view! {
        <div class="shop" class:tree-open=move || !folded.get()>
            <tree::Tree catalogue=catalogue.clone() looking=looking folded=folded/>
            <main class="shop-list" id="main">
                <h1 class="vh">{say(words::PRICE_LIST)}</h1>
                <find::Find catalogue=catalogue.clone() looking=looking folded=folded/>
                <rows::Rows catalogue=catalogue.clone() looking=looking steering=steering/>
            </main>
            <details::Details catalogue=catalogue.clone() looking=looking steering=steering/>
            <order_panel::OrderPanel catalogue=catalogue.clone() review=looking.review/>
        </div>
        <order_panel::Foot catalogue=catalogue review=looking.review/>
    }
}

/// Where the focus is, for the decision about a key.
fn place() -> Place {
    let Some(element) = browser::focused() else { return Place::Page };
    if element.id() == find::ID {
        Place::Search
    } else if element.class_list().contains("qty") {
        Place::Quantity
    } else if browser::typing() {
        Place::Field
    } else if element.tag_name() == "BODY" || element.closest(".list").ok().flatten().is_some() {
        Place::Page
    } else {
        Place::Beside
    }
}

/// An element of the page as HTML.
fn html(id: &str) -> Option<web_sys::HtmlElement> {
    document().get_element_by_id(id).and_then(|element| element.dyn_into().ok())
}

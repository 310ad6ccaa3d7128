//! The price list alone: the page that is seen first and most, and by visitors as the only one. It is a module of its own,
//! without the router and without the other pages, so that it is here soon.

use leptos::prelude::*;

use crate::news::{EditionNews, ListNews};
use crate::price_list::PriceList;
use crate::shell::Root;

/// Mounts the price list.
pub fn start() {
    crate::visit::begin();
    mount_to_body(|| view! { <Root pages=page news=|| view! { <ListNews/><EditionNews/> }.into_any()/> });
}

fn page() -> AnyView {
    // They live from here on: the draft follows whoever signs in, the list is on its way before its page is.
    crate::draft::store().follow_language();
    crate::queue::queue();
    crate::catalogue::shop();
    view! { <PriceList/> }.into_any()
}

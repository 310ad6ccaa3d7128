//! The bar above every page a buyer sees.

use kontor_shared::words::{common, profile, shop};
use leptos::prelude::*;

use crate::house::session;
use crate::lang::say;
use crate::shell::{Bar, NavItem};

/// The bar of the buyer's pages; the children stand before the menu.
#[component]
pub fn BuyerBar(
    /// Where the reader is.
    #[prop(into)]
    path: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let mut items = vec![
        NavItem { href: "/", label: say(shop::PRICE_LIST), under: &[] },
        NavItem { href: "/orders", label: say(shop::ORDERS), under: &["/orders", "/order-from-file", "/review"] },
        NavItem { href: "/about", label: say(shop::ABOUT), under: &[] },
    ];
    if untrack(session).is_some_and(|session| session.customer.is_some()) {
        items.insert(2, NavItem { href: "/profile", label: say(profile::PROFILE), under: &[] });
    }
    view! {
        <Bar home="/" items=items path=path>
            {children.map(|children| children())}
            {move || session().is_none().then(|| view! { <a class="item" href="/sign-in">{say(common::SIGN_IN)}</a> })}
        </Bar>
    }
}

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
    // Whoever signs in or out on this page finds what is theirs, and no more.
    let of_a_customer = Memo::new(|_| session().is_some_and(|session| session.customer.is_some()));
    let items = Signal::derive(move || {
        let profile = of_a_customer.get().then(|| NavItem { href: "/profile", label: say(profile::PROFILE), under: &[] });
        let before = [
            NavItem { href: "/", label: say(shop::PRICE_LIST), under: &[] },
            NavItem { href: "/orders", label: say(shop::ORDERS), under: &["/orders", "/order-from-file", "/review"] },
        ];
        before.into_iter().chain(profile).chain([NavItem { href: "/about", label: say(shop::ABOUT), under: &[] }]).collect::<Vec<_>>()
    });
    view! {
        <Bar home="/" items=items path=path>
            {children.map(|children| children())}
            {move || session().is_none().then(|| view! { <a class="item" href="/sign-in">{say(common::SIGN_IN)}</a> })}
        </Bar>
    }
}

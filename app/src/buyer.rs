//! The buyer's pages and their addresses; all but the price list, which is a module of its own ([`crate::list`]).

use kontor_shared::words::shop;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::path;

use crate::about::About;
use crate::account::AccountPage;
use crate::account::by_link::ByLink;
use crate::account::forgot::Forgot;
use crate::account::sign_up::SignUpPage;
use crate::lang::say;
use crate::news::{EditionNews, NoNetwork};
use crate::orders::from_file::FromFilePage;
use crate::orders::list::Orders;
use crate::orders::page::OrderPage;
use crate::orders::review::ReviewPage;
use crate::preferences::PreferencesPage;
use crate::session::SignIn;
use crate::shell::Root;

pub mod bar;

use bar::BuyerBar;

/// Mounts the buyer's app.
pub fn start() {
    crate::visit::begin();
    mount_to_body(|| view! { <Root pages=pages news=|| view! { <EditionNews/> }.into_any()/> });
}

fn pages() -> AnyView {
    // It lives from here on and follows whoever signs in.
    crate::draft::store().follow_language();
    crate::queue::queue();
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <Frame><NotFound/></Frame> }>
                <Route path=path!("/") view=ToTheList/>
                <Route path=path!("/review") view=|| view! { <Frame><ReviewPage/></Frame> }/>
                <Route path=path!("/order-from-file") view=|| view! { <Frame><FromFilePage/></Frame> }/>
                <Route path=path!("/orders") view=|| view! { <Frame><Orders/></Frame> }/>
                <Route path=path!("/orders/:id") view=|| view! { <Frame><OrderPage/></Frame> }/>
                <Route path=path!("/profile") view=|| view! { <Frame><crate::profile::ProfilePage/></Frame> }/>
                <Route path=path!("/sign-in") view=|| view! { <Frame><SignInPage/></Frame> }/>
                <Route path=path!("/account") view=|| view! { <Frame><AccountPage/></Frame> }/>
                <Route path=path!("/sign-up") view=|| view! { <Frame><SignUpPage/></Frame> }/>
                <Route path=path!("/forgot") view=|| view! { <Frame><Forgot/></Frame> }/>
                <Route path=path!("/welcome") view=|| view! { <Frame><ByLink/></Frame> }/>
                <Route path=path!("/reset") view=|| view! { <Frame><ByLink/></Frame> }/>
                <Route path=path!("/confirm-email") view=|| view! { <Frame><ByLink/></Frame> }/>
                <Route path=path!("/confirm-order") view=|| view! { <Frame><ByLink/></Frame> }/>
                <Route path=path!("/confirm-sign-up") view=|| view! { <Frame><ByLink/></Frame> }/>
                <Route path=path!("/u/:token") view=|| view! { <Frame><PreferencesPage leaving=true/></Frame> }/>
                <Route path=path!("/preferences/:token") view=|| view! { <Frame><PreferencesPage leaving=false/></Frame> }/>
                <Route path=path!("/about") view=|| view! { <Frame><About/></Frame> }/>
            </FlatRoutes>
        </Router>
    }
    .into_any()
}

/// A page with the bar above it.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    view! { <BuyerBar path=use_location().pathname><NoNetwork/></BuyerBar> <main class="page" id="main">{children()}</main> }
}

/// The price list is another page with its own module.
#[component]
fn ToTheList() -> impl IntoView {
    let _ = window().location().replace("/");
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <div class="stack">
            <h1>{say(shop::NO_PAGE)}</h1>
            <p><a class="btn" href="/">{say(shop::BACK_TO_LIST)}</a></p>
        </div>
    }
}

/// The sign-in page; `?next=` says where to go on.
#[component]
fn SignInPage() -> impl IntoView {
    let navigate = use_navigate();
    let next = use_query_map().with_untracked(|query| query.get("next")).filter(|next| own_address(next)).unwrap_or_else(|| "/".into());
    let waiting = crate::draft::store().draft.with_untracked(|draft| draft.lines.len() as u64);
    let note = (waiting > 0).then(|| crate::lang::count(shop::DRAFT_WAITS, waiting));
    let done = Callback::new(move |session: kontor_shared::api::Session| {
        if session.role.is_staff() {
            // The office is another page with its own module.
            let _ = window().location().set_href("/admin");
        } else {
            navigate(&next, leptos_router::NavigateOptions { replace: true, ..Default::default() });
        }
    });
    match note {
        Some(note) => view! { <SignIn staff=false note=note on_done=done/> }.into_any(),
        None => view! { <SignIn staff=false on_done=done/> }.into_any(),
    }
}

/// An address of this app and of nobody else's: `//elsewhere` and `/\elsewhere` leave it, also where a tab or a line end,
/// which browsers drop, stands between the two signs.
fn own_address(next: &str) -> bool {
    next.starts_with('/') && !next.starts_with("//") && !next.contains(|sign: char| sign == '\\' || sign.is_control())
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn going_on_after_signing_in_stays_in_this_app() {
        for own in ["/", "/review", "/orders/0190?sent=1"] {
            assert!(own_address(own), "{own}");
        }
        for foreign in ["", "orders", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https://evil.example"] {
            assert!(!own_address(foreign), "{foreign:?}");
        }
    }
}

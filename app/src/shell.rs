//! The frame round every page: skip link, bar with menu, toasts; and the wait before the house is open.

use kontor_shared::words::{Lang, common};
use leptos::prelude::*;

use crate::house::{self, Opening, firm, house, session};
use crate::lang::{self, say};
use crate::session::sign_out;
use crate::theme::{self, Theme};
use crate::ui::page::{Failed, Loading};
use crate::ui::toast::Toasts;

/// Mounts the pages when firm and session are known, and anew when the language changes.
#[component]
pub fn Root(
    pages: fn() -> AnyView,
    /// What waits for the reader; it stands with the toasts.
    #[prop(optional)]
    news: Option<fn() -> AnyView>,
) -> impl IntoView {
    let house = house();
    house::open();
    view! {
        {move || match house.opening.get() {
            Opening::Asking => view! { <main class="page"><Loading/></main> }.into_any(),
            Opening::Failed(error) => {
                crate::price_list::first::hide();
                view! { <main class="page"><Failed error=error retry=|()| house::open()/></main> }.into_any()
            }
            Opening::Open => {
                house.lang.track();
                untrack(pages)
            }
        }}
        {move || {
            house.lang.track();
            untrack(|| view! { <Toasts>{news.map(|news| news())}</Toasts> })
        }}
    }
}

/// One entry of the bar.
#[derive(Clone)]
pub struct NavItem {
    pub href: &'static str,
    pub label: &'static str,
    /// Further addresses that belong to it, by prefix.
    pub under: &'static [&'static str],
}

impl NavItem {
    fn holds(&self, path: &str) -> bool {
        path == self.href || self.under.iter().any(|prefix| path.starts_with(prefix))
    }
}

/// The bar: the firm, where one can go, what is true of every page (the children), and the menu.
#[component]
pub fn Bar(
    home: &'static str,
    #[prop(into)] items: Signal<Vec<NavItem>>,
    /// Where the reader is.
    #[prop(into)]
    path: Signal<String>,
    /// The entries stand in a side menu beside the page; the bar shows them on a telephone only.
    #[prop(optional)]
    side_menu: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let entries = move || {
        items
            .get()
            .into_iter()
            .map(|item| {
                let (href, label) = (item.href, item.label);
                view! { <a href=href aria-current=move || item.holds(&path.get()).then_some("page")>{label}</a> }
            })
            .collect_view()
    };
    let own_log_in = if home.starts_with("/admin") { "/admin/account" } else { "/account" };
    // Changed in the settings, they change here.
    // Before there is a firm, the link home still has a name.
    let name = move || firm().map(|firm| if firm.name.is_empty() { say(common::KONTOR).to_string() } else { firm.name.clone() });
    // The name stands beside it: there is nothing more to say of the picture. Until there is a firm it is the program's own.
    let logo = move || {
        let firm = firm()?;
        let (url, width, height) = match firm.logo.clone() {
            Some(logo) => (logo.url, logo.width, logo.height),
            None if firm.name.is_empty() => ("/favicon.svg".to_string(), 28, 28),
            None => return None,
        };
        Some(view! { <img src=url width=width.to_string() height=height.to_string() alt=""/> })
    };
    let demo = firm().is_some_and(|firm| firm.demo);
    let menu: NodeRef<leptos::html::Details> = NodeRef::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    };
    // What had the focus is hidden with the menu: the focus goes back to what opened it.
    let close_and_return = move || {
        let summary = menu.get_untracked().and_then(|menu| menu.query_selector("summary").ok().flatten());
        close();
        if let Some(summary) = summary {
            crate::browser::focus_in_place(&summary);
        }
    };
    view! {
        <a class="skip" href="#main" rel="external">{say(common::SKIP_TO_CONTENT)}</a>
        <header class="bar">
            <a class="firm" href=home>{logo}{name}</a>
            {(!side_menu).then(|| view! { <nav class="only-l" aria-label=say(common::MENU)>{entries}</nav> })}
            <span class="push"></span>
            {children.map(|children| children())}
            {demo.then(|| view! { <span class="badge badge-demo">{say(common::DEMO_DATA)}</span> })}
            <details class="menu" node_ref=menu
                on:keydown=move |event| if event.key() == "Escape" && menu.get_untracked().is_some_and(|menu| menu.has_attribute("open")) {
                    // This Escape is spent: it does not clear the search as well.
                    event.prevent_default();
                    close_and_return();
                }
                on:focusout=move |event: web_sys::FocusEvent| {
                    // Leaving the menu closes it; moving inside it does not.
                    use wasm_bindgen::JsCast;
                    let inside = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok())
                        .is_none_or(|target| menu.get_untracked().is_some_and(|menu| menu.contains(Some(&target))));
                    if !inside { close() }
                }>
                <summary class="btn">
                    <span class="menu-name">
                        {move || session().map_or_else(|| say(common::MENU).to_string(), |session| session.customer.map_or(session.login, |customer| customer.name))}
                    </span>
                </summary>
                <div class="menu-box">
                    <nav class="only-s" aria-label=say(common::MENU) on:click=move |_| close()>{entries}</nav>
                    <Choices/>
                    {move || session().map(|session| view! {
                        <p class="s ink-2">{session.login}</p>
                        <p><a href=own_log_in on:click=move |_| close()>{say(kontor_shared::words::accounts::ACCOUNT)}</a></p>
                        <button type="button" class="btn btn-wide" on:click=move |_| { close_and_return(); sign_out() }>{say(common::SIGN_OUT)}</button>
                    })}
                </div>
            </details>
        </header>
    }
}

/// Whether the firm offers a language; before the firm is known, any.
fn offered(lang: Lang) -> bool {
    firm().is_none_or(|firm| firm.langs.is_empty() || firm.langs.contains(&lang))
}

/// Language and theme.
#[component]
pub fn Choices() -> impl IntoView {
    let house = house();
    view! {
        <fieldset>
            <legend>{say(common::LANGUAGE)}</legend>
            <div class="seg">
                {Lang::ALL.into_iter().filter(|one| offered(*one)).map(|one| view! {
                    <button type="button" lang=one.tag() aria-pressed=move || if house.lang.get() == one { "true" } else { "false" }
                        on:click=move |_| lang::choose(one)>{one.own_name()}</button>
                }).collect_view()}
            </div>
        </fieldset>
        <fieldset>
            <legend>{say(common::THEME)}</legend>
            <div class="seg">
                {Theme::ALL.into_iter().map(|one| {
                    let word = match one {
                        Theme::System => common::THEME_SYSTEM,
                        Theme::Light => common::THEME_LIGHT,
                        Theme::Dark => common::THEME_DARK,
                    };
                    view! {
                        <button type="button" aria-pressed=move || if house.theme.get() == one { "true" } else { "false" }
                            on:click=move |_| theme::choose(one)>{say(word)}</button>
                    }
                }).collect_view()}
            </div>
        </fieldset>
    }
}

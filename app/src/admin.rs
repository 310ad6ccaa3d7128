//! The staff's pages under /admin: who may enter, the frame, the addresses.
//!
//! Each page is a module of the name its address has. Nothing here may be named by the buyer's entry point.

use kontor_shared::api::Role;
use kontor_shared::words::{log_ins as log_ins_words, people, staff};
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::api::ApiError;
use crate::house::{house, session};
use crate::lang::say;
use crate::session::{SignIn, sign_out};
use crate::shell::{Bar, NavItem, Root};
use crate::ui::page;

mod access;
mod answer;
mod audit;
mod beside;
mod breakers;
mod csv;
mod customer;
mod customers;
mod entry;
mod expiry;
mod imports;
mod incoming;
mod jobs;
mod keys;
mod listing;
mod log_ins;
mod mailing;
mod mailings;
mod message;
mod messages;
mod order;
mod pictures;
mod price_lists;
mod queue;
mod segments;
mod sending;
mod set_up;
mod settings;
mod template;
mod templates;

use access::Section;

/// Mounts the staff's app.
pub fn start() {
    mount_to_body(|| view! { <Root pages=pages/> });
}

fn pages() -> AnyView {
    view! { <Router><Gate/></Router> }.into_any()
}

/// Lets staff in; asks anyone else to sign in, and tells a buyer where to go.
#[component]
fn Gate() -> impl IntoView {
    let who = Memo::new(move |_| session());
    let path = use_location().pathname;
    let setting_up = Memo::new(move |_| path.with(|path| set_up::holds(path)));
    move || match who.get() {
        _ if setting_up.get() => view! {
            <Bar home="/admin" items=Vec::new() path=use_location().pathname/>
            <main class="page" id="main"><set_up::SetUp/></main>
        }
        .into_any(),
        None => view! {
            <Bar home="/admin" items=Vec::new() path=use_location().pathname><span class="item only-l">{say(staff::STAFF_SIGN_IN)}</span></Bar>
            <main class="page" id="main"><SignIn staff=true on_done=|_| ()/></main>
        }
        .into_any(),
        Some(session) if !session.role.is_staff() => view! { <BuyerHere/> }.into_any(),
        Some(session) if session.enrol => view! {
            <Bar home="/admin" items=Vec::new() path=use_location().pathname/>
            <main class="page" id="main"><crate::account::enrol::Enrol/></main>
        }
        .into_any(),
        Some(session) => view! { <Office role=session.role/> }.into_any(),
    }
}

#[component]
fn BuyerHere() -> impl IntoView {
    view! {
        <Bar home="/admin" items=Vec::new() path=use_location().pathname/>
        <main class="page stack" id="main">
            <h1 tabindex="-1">{say(staff::STAFF_SIGN_IN)}</h1>
            <div class="note note-warn"><p>{say(staff::BUYER_HERE)}</p></div>
            <div class="row-x">
                <a class="btn btn-main" href="/" rel="external">{say(staff::TO_BUYERS_PAGE)}</a>
                <button type="button" class="btn" on:click=move |_| sign_out()>{say(kontor_shared::words::common::SIGN_OUT)}</button>
            </div>
        </main>
    }
}

/// The frame with the sections the role may use, and the page the address names.
#[component]
fn Office(role: Role) -> impl IntoView {
    // A role without the queue begins where it works.
    let home = if Section::Orders.open_to(role) { "/admin" } else { "/admin/customers" };
    let items: Vec<NavItem> = Section::open_sections(role).map(|section| NavItem { href: section.href(), label: say(section.word()), under: &[] }).collect();
    view! {
        <Bar home=home items=items path=use_location().pathname side_menu=true>
            <span class="item only-l s">{say(staff::role(role))}</span>
        </Bar>
        <div class="staff">
            <Side role=role/>
            <main class="page staff-page" id="main">
                <sending::Paused role=role/>
                <Routes fallback=|| view! { <Nowhere/> }>
                    <Route path=path!("/admin") view=move || within(role, Section::Orders, home, queue::Queue)/>
                    <Route path=path!("/admin/orders/new") view=move || within(role, Section::Orders, home, entry::EntryPage)/>
                    <Route path=path!("/admin/orders/:id") view=move || within(role, Section::Orders, home, order::OrderPage)/>
                    <Route path=path!("/admin/customers") view=customers::Customers/>
                    <Route path=path!("/admin/customers/new") view=customer::form::NewCustomerPage/>
                    <Route path=path!("/admin/customers/:id") view=customer::CustomerPage/>
                    <Route path=path!("/admin/customers/:id/edit") view=customer::form::EditCustomerPage/>
                    <Route path=path!("/admin/price-lists") view=move || within(role, Section::PriceLists, home, price_lists::PriceLists)/>
                    <Route path=path!("/admin/import") view=move || within(role, Section::Imports, home, imports::Imports)/>
                    <Route path=path!("/admin/import/:id") view=move || within(role, Section::Imports, home, imports::ImportPage)/>
                    <Route path=path!("/admin/incoming") view=move || within(role, Section::Incoming, home, incoming::Incoming)/>
                    <Route path=path!("/admin/incoming/:id") view=move || within(role, Section::Incoming, home, incoming::MailPage)/>
                    <Route path=path!("/admin/pictures") view=move || within(role, Section::Pictures, home, pictures::Pictures)/>
                    <Route path=path!("/admin/segments") view=move || within(role, Section::Segments, home, segments::Segments)/>
                    <Route path=path!("/admin/segments/over-time") view=move || within(role, Section::Segments, home, segments::OverTime)/>
                    <Route path=path!("/admin/messages/:id") view=move || within(role, Section::Messages, home, message::MessagePage)/>
                    <Route path=path!("/admin/mailings") view=move || within(role, Section::Mailings, home, mailings::Mailings)/>
                    <Route path=path!("/admin/mailings/:id") view=move || within(role, Section::Mailings, home, mailing::MailingPage)/>
                    <Route path=path!("/admin/templates") view=move || within(role, Section::Templates, home, templates::Templates)/>
                    <Route path=path!("/admin/templates/:id") view=move || within(role, Section::Templates, home, template::TemplatePage)/>
                    <Route path=path!("/admin/messages") view=move || within(role, Section::Messages, home, messages::Messages)/>
                    <Route path=path!("/admin/sending") view=move || within(role, Section::Messages, home, breakers::Breakers)/>
                    <Route path=path!("/admin/settings") view=move || within(role, Section::Settings, home, settings::Settings)/>
                    <Route path=path!("/admin/account") view=crate::account::AccountPage/>
                    <Route path=path!("/admin/people") view=move || within(role, Section::LogIns, home, log_ins::LogIns)/>
                    <Route path=path!("/admin/jobs") view=move || within(role, Section::Jobs, home, jobs::Jobs)/>
                    <Route path=path!("/admin/audit") view=move || within(role, Section::Audit, home, audit::Audit)/>
                </Routes>
            </main>
        </div>
        <expiry::SignInAgain/>
    }
}

/// The page, if the role may open it. The front page of a role without the queue is its own first section.
fn within<V: IntoView + 'static>(role: Role, section: Section, home: &'static str, show: fn() -> V) -> AnyView {
    if section.open_to(role) {
        return show().into_any();
    }
    if section == Section::Orders && use_location().pathname.with_untracked(|path| Section::Orders.holds(path) && !path.contains("/orders/")) {
        return view! { <leptos_router::components::Redirect path=home/> }.into_any();
    }
    view! { <div class="note note-warn"><p>{say(staff::NOT_YOURS)}</p></div> }.into_any()
}

#[component]
fn Nowhere() -> impl IntoView {
    page::set_title(say(staff::NAV));
    view! { <div class="note note-warn"><p>{say(staff::NO_SUCH_PAGE)}</p></div> }
}

/// The side menu; on a telephone the bar's menu stands for it.
#[component]
fn Side(role: Role) -> impl IntoView {
    let path = use_location().pathname;
    let mut heading = None;
    let mut entries = Vec::new();
    for section in Section::open_sections(role) {
        if section.heading() != heading {
            heading = section.heading();
            entries.push(heading.map(|word| view! { <h3>{say(word)}</h3> }).into_any());
        }
        let current = move || path.with(|path| section.holds(path)).then_some("page");
        entries.push(view! { <a href=section.href() aria-current=current>{say(section.word())}</a> }.into_any());
    }
    view! { <nav class="side" aria-label=say(staff::NAV)>{entries}</nav> }
}

/// What happened, in words that only staff can need, else in those every page has.
fn words_for(error: &ApiError) -> String {
    staff::problem(&error.code)
        .or_else(|| kontor_shared::words::entry::problem(&error.code))
        .or_else(|| people::problem(&error.code))
        .or_else(|| kontor_shared::words::profile::problem(&error.code))
        .or_else(|| log_ins_words::problem(&error.code))
        .or_else(|| kontor_shared::words::mailings::problem(&error.code))
        .or_else(|| kontor_shared::words::pictures::problem(&error.code))
        .or_else(|| kontor_shared::words::incoming::problem(&error.code))
        .map_or_else(|| crate::account::words_for(error), |word| say(word).to_string())
}

/// The role of whoever is signed in now.
fn role() -> Option<Role> {
    house().session.with_untracked(|session| session.as_ref().map(|session| session.role))
}

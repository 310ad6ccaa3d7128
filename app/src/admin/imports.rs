//! Importing: choose a file, see what it would do, then let it. And the imports so far, each with what it refused.

use kontor_shared::api::{ImportList, ImportReport};
use kontor_shared::words::{format, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::listing::{Listing, Shown};
use crate::api::encoded;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::{Heading, PageHead};

mod desk;
mod report;
pub(super) mod upload;

use desk::Desk;
use report::Report;
use upload::Stage;

/// How often a running import is looked at again.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

#[component]
pub fn Imports() -> impl IntoView {
    let listing: Listing<ImportList> = Listing::new(Signal::stored("/api/imports".to_string()));
    let desk = upload::desk();
    // What runs is looked at until it is done; what this page has just finished shows up at once.
    let lively = Memo::new(move |_| {
        let writing = desk.stage.with(|stage| matches!(stage, Stage::Working { dry_run: false }));
        writing || listing.page.with(|page| page.as_ref().is_some_and(|page| page.imports.iter().any(|one| one.state == "running")))
    });
    Effect::new(move |was: Option<bool>| {
        let now = lively.get();
        if was == Some(true) && !now {
            listing.reload();
        }
        let look_again = move || {
            if !listing.signed_out() {
                listing.reload();
            }
        };
        if now && let Ok(handle) = set_interval_with_handle(look_again, LOOK_AGAIN) {
            on_cleanup(move || handle.clear());
        }
        now
    });
    view! {
        <PageHead title=say(staff::IMPORTS)/>
        <Desk/>
        <h2 class="section">{say(staff::IMPORT_HISTORY)}</h2>
        <Shown of=listing show=|list: ImportList| view! { <History list=list/> }.into_any()/>
    }
}

fn kind(word: &str) -> String {
    staff::import_kind(word).map_or_else(|| word.to_string(), |word| say(word).to_string())
}

fn state(word: &str) -> String {
    staff::import_state(word).map_or_else(|| word.to_string(), |word| say(word).to_string())
}

#[component]
fn History(list: ImportList) -> impl IntoView {
    if list.imports.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p><b>{say(staff::NO_IMPORTS)}</b></p></div></div> }.into_any();
    }
    let number = |value: u64| format::integer(lang(), value as i64);
    let rows: Vec<_> = list
        .imports
        .into_iter()
        .map(|one| {
            let refused_tone = if one.refused > 0 { "num b warn" } else { "num b" };
            let started = times::instant(&one.started_at);
            let started = match one.id {
                Some(id) => view! { <a href=format!("/admin/import/{id}")>{started}</a> }.into_any(),
                None => started.into_any(),
            };
            let tone = match one.state.as_str() {
                "failed" => "b bad",
                "running" => "b pen",
                _ => "b",
            };
            view! {
                <tr>
                    <td class="a nw">{started}</td>
                    <td class="b">{kind(&one.kind)}</td>
                    <td class="b long">{one.files.join(", ")}</td>
                    <td class=tone>{state(&one.state)}</td>
                    <td class="num z">{number(one.read)}</td>
                    <td class="num b" data-l=say(staff::EQ_CREATED)>{number(one.created)}</td>
                    <td class="num b" data-l=say(staff::EQ_CHANGED)>{number(one.changed)}</td>
                    <td class="num b" data-l=say(staff::EQ_UNCHANGED)>{number(one.unchanged)}</td>
                    <td class=refused_tone data-l=say(staff::EQ_REFUSED)>{number(one.refused)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::IMPORT_HISTORY)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::STARTED)}</th>
                <th scope="col">{say(staff::WHAT)}</th>
                <th scope="col">{say(staff::FILES)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col" class="num">{say(staff::EQ_READ)}</th>
                <th scope="col" class="num">{say(staff::EQ_CREATED)}</th>
                <th scope="col" class="num">{say(staff::EQ_CHANGED)}</th>
                <th scope="col" class="num">{say(staff::EQ_UNCHANGED)}</th>
                <th scope="col" class="num">{say(staff::EQ_REFUSED)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// One import so far, with its refusals.
#[component]
pub fn ImportPage() -> impl IntoView {
    let params = use_params_map();
    let path = Signal::derive(move || format!("/api/imports/{}", encoded(&params.with(|params| params.get("id").unwrap_or_default()))));
    let listing: Listing<ImportReport> = Listing::new(path);
    Effect::new(move || {
        if listing.page.with(|page| page.as_ref().is_some_and(|one| one.state == "running")) {
            let handle = set_timeout_with_handle(move || listing.reload(), LOOK_AGAIN);
            on_cleanup(move || {
                if let Ok(handle) = handle {
                    handle.clear();
                }
            });
        }
    });
    view! {
        <Shown of=listing show=|one: ImportReport| {
            let title = staff::ONE_IMPORT.with(lang(), &[("when", &times::instant(&one.started_at))]);
            view! {
                <div class="page-head">
                    <p class="crumb"><a href="/admin/import">{say(staff::IMPORTS)}</a></p>
                    <Heading title=title/>
                    <span class="ink-2">{kind(&one.kind)}", "{one.files.join(", ")}", "{state(&one.state)}</span>
                </div>
                {(one.state == "failed").then(|| view! { <div class="note note-bad"><p>{say(staff::import_failure(&one.kind))}</p></div> })}
                <Report report=one/>
            }
            .into_any()
        }/>
    }
}

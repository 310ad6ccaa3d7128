//! Templates: the words of mailings, by name.

use kontor_shared::api::mailings::{TemplateList, TemplateSummary};
use kontor_shared::ids::TemplateId;
use kontor_shared::words::{audience, mailings as words, segments as segment_words, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::listing::{Listing, Shown};
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;

#[component]
pub fn Templates() -> impl IntoView {
    let archived = RwSignal::new(false);
    let listing: Listing<TemplateList> =
        Listing::new(Signal::derive(move || if archived.get() { "/api/templates?archived=1".to_string() } else { "/api/templates".to_string() }));
    let navigate = use_navigate();
    let write = move |_| {
        let id = TemplateId::new(browser::now(), &browser::random());
        navigate(&format!("/admin/templates/{id}?new=1"), Default::default());
    };
    view! {
        <PageHead title=say(words::TEMPLATES)>
            <button type="button" class="btn btn-main" on:click=write>{say(words::NEW_TEMPLATE)}</button>
        </PageHead>
        <label class="pick"><input type="checkbox" prop:checked=move || archived.get() on:change=move |event| archived.set(event_target_checked(&event))/>{say(words::SHOW_ARCHIVED)}</label>
        <Shown of=listing show=|list: TemplateList| view! { <Rows list=list/> }.into_any()/>
    }
}

#[component]
fn Rows(list: TemplateList) -> impl IntoView {
    if list.templates.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p>{say(words::NO_TEMPLATES)}</p></div></div> }.into_any();
    }
    let rows: Vec<_> = list.templates.into_iter().map(row).collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(words::TEMPLATES)}</caption>
            <thead><tr>
                <th scope="col">{say(words::NAME)}</th>
                <th scope="col">{say(words::SEGMENT)}</th>
                <th scope="col">{say(words::TOPIC)}</th>
                <th scope="col">{say(staff::LANGUAGE)}</th>
                <th scope="col">{say(words::VERSIONS)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(one: TemplateSummary) -> impl IntoView {
    let languages: Vec<&str> = one.languages.iter().map(|lang| lang.own_name()).collect();
    view! {
        <tr>
            <td class="a"><a href=format!("/admin/templates/{}", one.id)>{one.name}</a>
                {one.archived.then(|| view! { " "<span class="mark">{say(words::ARCHIVED)}</span> })}</td>
            <td class="b">{one.segment.map_or_else(|| say(words::ANY_SEGMENT), |segment| say(segment_words::segment_name(segment)))}</td>
            <td class="b">{say(audience::topic(one.topic))}</td>
            <td class="b">{languages.join(", ")}</td>
            <td class="b">{words::VERSION_N.with(lang(), &[("n", &one.newest)])}", "{times::day(&one.changed_at)}</td>
        </tr>
    }
}

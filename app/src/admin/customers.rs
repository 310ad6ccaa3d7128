//! The register of customers, searched by name or code and filtered by state, manager, prices, region and segment.

use kontor_shared::api::CustomerPage;
use kontor_shared::api::people::CustomerChoices;
use kontor_shared::customers::CustomerState;
use kontor_shared::segments::Segment;
use kontor_shared::words::{common, format, people as words, segments as segment_words, staff};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::customer;
use super::listing::{Listing, More, Shown};
use super::queue::Search;
use crate::api::with_query;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::page::{Loading, PageHead};

/// What is looked for: the names of the query, in the address and in the question to the server alike.
const ASKED: [&str; 7] = ["q", "state", "manager", "price_type", "region", "segment", "asks"];

#[component]
pub fn Customers() -> impl IntoView {
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(|query| ASKED.map(|name| query.get(name).unwrap_or_default())));
    let address = |path: &str, look: &[String; 7]| {
        let values: Vec<(&str, &str)> = ASKED.into_iter().zip(look.iter().map(String::as_str)).collect();
        with_query(path, &values)
    };
    let listing: Listing<CustomerPage> = Listing::new(Signal::derive(move || address("/api/customers", &look.get())));
    let choices: Listing<CustomerChoices> = Listing::new(Signal::stored("/api/customer-choices".to_string()));
    let navigate = use_navigate();
    let go = StoredValue::new_local(move |look: [String; 7]| {
        navigate(&address("/admin/customers", &look), NavigateOptions { replace: true, scroll: false, ..Default::default() });
    });
    let change = move |at: usize, value: String| {
        let mut look = look.get_untracked();
        look[at] = value;
        go.with_value(|go| go(look));
    };
    let filtered = Memo::new(move |_| look.with(|look| look[1..].iter().any(|value| !value.is_empty())));
    view! {
        <PageHead title=say(staff::CUSTOMERS)>
            <span class="ink-2" role="status">{move || listing.page.with(|page| page.as_ref().map(|page| count(staff::COUNT_CUSTOMERS, page.total)))}</span>
            <Search label=say(staff::CUSTOMER_SEARCH) value=Signal::derive(move || look.with(|look| look[0].clone())) on_search=move |text| change(0, text)/>
            {customer::may_write().then(|| view! { <a class="btn" href="/admin/customers/new">{say(words::NEW_CUSTOMER)}</a> })}
        </PageHead>
        {move || choices.page.get().map(|choices| view! { <Filters choices=choices look=look change=Callback::new(move |(at, value)| change(at, value))/> })}
        // The filters are here, or will not come: then nothing pushes the list down.
        <Show when=move || choices.page.with(Option::is_some) || choices.failed.with(Option::is_some) fallback=|| view! { <Loading/> }>
            <Shown of=listing show=move |page: CustomerPage| {
                view! { <Rows page=page q=look.with_untracked(|look| look[0].clone()) filtered=filtered.get_untracked()/> }.into_any()
            }/>
            <More of=listing/>
        </Show>
    }
}

/// A choice for each thing customers are told apart by.
#[component]
fn Filters(choices: CustomerChoices, look: Memo<[String; 7]>, change: Callback<(usize, String)>) -> impl IntoView {
    let one = |value: &str, word: &str| (value.to_string(), word.to_string());
    let mut states = vec![one("", say(words::ANY_STATE))];
    states.extend(CustomerState::ALL.iter().map(|state| one(state.word(), say(words::customer_state(*state)))));
    let mut managers = vec![one("", say(words::ANY_MANAGER)), one("none", say(words::NO_MANAGER))];
    managers.extend(choices.managers.iter().map(|manager| one(&manager.id.to_string(), &manager.login)));
    let mut price_types = vec![one("", say(words::ANY_PRICE_TYPE))];
    price_types.extend(choices.price_types.iter().map(|known| one(&known.code, &known.name)));
    let mut regions = vec![one("", say(words::ANY_REGION))];
    regions.extend(choices.regions.iter().map(|region| one(region, region)));
    let mut segments = vec![one("", say(words::ANY_SEGMENT))];
    segments.extend(Segment::ALL.into_iter().map(|segment| one(segment.word(), say(segment_words::segment(segment)))));
    let filters: Vec<_> = [
        (1, words::STATE, states),
        (2, words::MANAGER, managers),
        (3, staff::PRICE_TYPE, price_types),
        (4, words::REGION, regions),
        (5, staff::SEGMENT, segments),
    ]
    .into_iter()
    .filter(|(at, _, choices)| *at == 1 || choices.len() > 2)
    .map(|(at, label, choices)| {
        let options: Vec<_> = choices
            .into_iter()
            .map(|(value, word)| {
                let own = value.clone();
                view! { <option value=value prop:selected=move || look.with(|look| look[at] == own)>{word}</option> }
            })
            .collect();
        view! { <select class="in" aria-label=say(label) on:change=move |event| change.run((at, event_target_value(&event)))>{options}</select> }
    })
    .collect();
    let asking = choices.asking;
    view! {
        <div class="filters" role="group" aria-label=say(words::FILTERS)>
            {filters}
            {move || (asking > 0 || look.with(|look| look[6] == "1")).then(|| view! {
                <label class="pick">
                    <input type="checkbox" prop:checked=move || look.with(|look| look[6] == "1")
                        on:change=move |event| change.run((6, if event_target_checked(&event) { "1".into() } else { String::new() }))/>
                    {say(words::ONLY_ASKING)}<span class="n">{format::integer(lang(), asking as i64)}</span>
                </label>
            })}
        </div>
    }
}

#[component]
fn Rows(page: CustomerPage, q: String, filtered: bool) -> impl IntoView {
    if page.customers.is_empty() {
        let (what, hint) = match (q.is_empty(), filtered) {
            (false, _) => (staff::NOTHING_FOUND.with(lang(), &[("query", &q)]), filtered),
            (true, true) => (say(words::NONE_WITH_FILTERS).to_string(), true),
            (true, false) => (say(staff::NO_CUSTOMERS).to_string(), false),
        };
        return view! {
            <div class="panel panel-s"><div class="body stack">
                <p><b>{what}</b></p>
                {hint.then(|| view! { <p><a class="btn" href="/admin/customers">{say(words::SHOW_ALL)}</a></p> })}
                {(q.is_empty() && !filtered).then(|| view! { <p class="ink-2">{say(staff::NO_CUSTOMERS_HINT)}</p> })}
            </div></div>
        }
        .into_any();
    }
    let rows: Vec<_> = page
        .customers
        .into_iter()
        .map(|customer| {
            let place = [customer.country, customer.region].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            view! {
                <tr>
                    <td class="a">
                        <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a>
                        {(customer.state != CustomerState::Active).then(|| view! { " "<span class="mark">{say(words::customer_state(customer.state))}</span> })}
                        {customer.asks.then(|| view! { " "<span class="mark mark-pen">{say(words::ONLY_ASKING)}</span> })}
                    </td>
                    <td class="code b">{customer.code}</td>
                    <td class="b">{place}</td>
                    <td class="b">{customer.segment.map(|segment| say(segment_words::segment(segment)))}</td>
                    <td class="b">{customer.manager}</td>
                    <td class="b nw" data-l=customer.last_order.is_some().then(|| say(staff::LAST_ORDER))>{customer.last_order.as_deref().map(times::day)}</td>
                    <td class="num z">{format::integer(lang(), i64::from(customer.orders))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::CUSTOMERS)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(staff::COUNTRY)}</th>
                <th scope="col">{say(staff::SEGMENT)}</th>
                <th scope="col">{say(words::MANAGER)}</th>
                <th scope="col">{say(staff::LAST_ORDER)}</th>
                <th scope="col" class="num">{say(staff::ORDERS_HEAD)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

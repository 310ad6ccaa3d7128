//! The register of customers, searched by name or code.

use kontor_shared::api::CustomerPage;
use kontor_shared::words::{common, format, segments as segment_words, staff};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::listing::{Listing, More, Shown};
use super::queue::Search;
use crate::api::with_query;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::page::PageHead;

#[component]
pub fn Customers() -> impl IntoView {
    let query = use_query_map();
    let q = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let listing: Listing<CustomerPage> = Listing::new(Signal::derive(move || with_query("/api/customers", &[("q", &q.get())])));
    let go = use_navigate();
    let search = move |text: String| {
        go(&with_query("/admin/customers", &[("q", &text)]), NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    view! {
        <PageHead title=say(staff::CUSTOMERS)>
            <span class="ink-2" role="status">{move || listing.page.with(|page| page.as_ref().map(|page| count(staff::COUNT_CUSTOMERS, page.total)))}</span>
            <Search label=say(staff::CUSTOMER_SEARCH) value=Signal::derive(move || q.get()) on_search=search/>
        </PageHead>
        <Shown of=listing show=move |page: CustomerPage| view! { <Rows page=page q=q.get_untracked()/> }.into_any()/>
        <More of=listing/>
    }
}

#[component]
fn Rows(page: CustomerPage, q: String) -> impl IntoView {
    if page.customers.is_empty() {
        let searched = !q.is_empty();
        let what = if searched { staff::NOTHING_FOUND.with(lang(), &[("query", &q)]) } else { say(staff::NO_CUSTOMERS).to_string() };
        return view! {
            <div class="panel panel-s"><div class="body">
                <p><b>{what}</b></p>
                {(!searched).then(|| view! { <p class="ink-2">{say(staff::NO_CUSTOMERS_HINT)}</p> })}
            </div></div>
        }
        .into_any();
    }
    let rows: Vec<_> = page
        .customers
        .into_iter()
        .map(|customer| {
            view! {
                <tr>
                    <td class="a"><a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a></td>
                    <td class="code b">{customer.code}</td>
                    <td class="b">{customer.country}</td>
                    <td class="b">{customer.segment.map(|segment| say(segment_words::segment(segment)))}</td>
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
                <th scope="col">{say(staff::LAST_ORDER)}</th>
                <th scope="col" class="num">{say(staff::ORDERS_HEAD)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

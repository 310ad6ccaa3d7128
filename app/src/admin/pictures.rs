//! Pictures of products: files sent together, the pictures there are and were, and those to be had from addresses.

use kontor_shared::api::pictures::{ChoosePicture, FetchAgain, FetchQueued, PictureFetch, PicturePage, ProductPicture};
use kontor_shared::words::{Word, common, format, pictures as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::expiry;
use super::listing::{Listing, More, Shown};
use crate::api::{self, encoded, with_query};
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;

mod desk;
mod had;

use desk::Desk;
use had::Had;

/// Tabs: what is shown, by the word in the address.
const TABS: [(&str, Word); 4] = [("", words::WITH_PICTURE), ("earlier", words::EARLIER), ("waiting", words::WAITING), ("failed", words::FAILED)];

#[component]
pub fn Pictures() -> impl IntoView {
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|query| query.get("state").unwrap_or_default()));
    let listing: Listing<PicturePage> = Listing::new(Signal::derive(move || with_query("/api/pictures", &[("state", &state.get())])));
    let count = move |word: &str| {
        listing.page.with(|page| {
            page.as_ref().map(|page| match word {
                "" => page.with_picture,
                "earlier" => page.earlier,
                "waiting" => page.waiting,
                _ => page.failed,
            })
        })
    };
    let tabs = TABS.map(|(word, label)| {
        let href = with_query("/admin/pictures", &[("state", word)]);
        let number = move || count(word).map(|count| format::integer(lang(), count as i64));
        view! { <a href=href aria-current=move || (state.get() == word).then_some("page")>{say(label)}" "<span class="n">{number}</span></a> }
    });
    let changed = move || listing.page.with(|page| page.as_ref().map_or(0, |page| page.changed));
    let unlisted = move || listing.page.with(|page| page.as_ref().map_or(0, |page| page.unlisted));
    view! {
        <PageHead title=say(words::PICTURES)/>
        <Desk listing=listing/>
        {move || (changed() + unlisted() > 0).then(|| view! {
            <div class="note after">
                {(changed() > 0).then(|| view! { <p>
                    {say(words::CHANGED)}": "<b>{format::integer(lang(), changed() as i64)}</b>". "{say(words::CHANGE_SHOWN)}" "
                    <a href="/admin/price-lists">{say(words::TO_PRICE_LISTS)}</a>
                </p> })}
                {(unlisted() > 0).then(|| view! { <p>
                    {say(words::UNLISTED)}": "<b>{format::integer(lang(), unlisted() as i64)}</b>". "{say(words::UNLISTED_HINT)}
                </p> })}
            </div>
        })}
        <nav class="tabs after" aria-label=say(staff::STATE)>{tabs.into_iter().collect_view()}</nav>
        <Shown of=listing show=move |page: PicturePage| match state.get_untracked().as_str() {
            word @ ("" | "earlier") => view! { <Had earlier=word == "earlier" pictures=page.pictures listing=listing/> }.into_any(),
            word => view! { <Fetches failed=word == "failed" fetches=page.fetches listing=listing/> }.into_any(),
        }/>
        <More of=listing/>
    }
}

#[component]
fn Nothing(title: Word, #[prop(optional)] hint: Option<Word>) -> impl IntoView {
    view! {
        <div class="panel panel-s under-tabs"><div class="body">
            <p><b>{say(title)}</b></p>
            {hint.map(|hint| view! { <p class="ink-2">{say(hint)}</p> })}
        </div></div>
    }
}

/// Gives a product another of its pictures, or none, and says whether that went.
async fn choose(code: &str, number: u32, seen: u32) -> api::Result<ProductPicture> {
    api::put(&format!("/api/pictures/{}", encoded(code)), &ChoosePicture { number, seen }).await
}

/// Tries again to fetch the pictures of these products; none named: of all that failed.
fn fetch_again(codes: Vec<String>, listing: Listing<PicturePage>) {
    spawn_local(async move {
        if let Err(error) = api::post::<FetchQueued>("/api/pictures/fetch", &FetchAgain { codes }).await {
            expiry::tell(&error);
        }
        listing.reload();
    });
}

/// Why there is no picture, in the reader's words where there are some.
fn reason(code: &str) -> Option<&'static str> {
    (!code.is_empty()).then(|| say(words::problem(code).unwrap_or_else(|| kontor_shared::words::problems::by_code(code))))
}

#[component]
fn Fetches(failed: bool, fetches: Vec<PictureFetch>, listing: Listing<PicturePage>) -> impl IntoView {
    if fetches.is_empty() {
        return view! { <Nothing title=if failed { words::NOTHING_FAILED } else { words::NOTHING_WAITS }/> }.into_any();
    }
    let rows: Vec<_> = fetches
        .into_iter()
        .map(|one| {
            let code = one.code.clone();
            view! {
                <tr>
                    <td class="a"><b class="code">{one.code}</b><span class="sub">{one.name}</span></td>
                    <td class="b long">{one.address}</td>
                    <td class=if failed { "b warn" } else { "b" }>{reason(&one.reason)}<span class="sub long">{one.detail}</span></td>
                    <td class="num b" data-l=say(words::TRIES)>{format::integer(lang(), i64::from(one.attempts))}</td>
                    <td class="b nw" data-l=one.again_at.is_some().then(|| say(words::NEXT_TRY))>{one.again_at.as_deref().map(times::instant)}</td>
                    <td class="c">{(failed || one.attempts > 0).then(|| view! {
                        <button type="button" class="link" on:click=move |_| fetch_again(vec![code.clone()], listing)>{say(words::FETCH_AGAIN)}</button>
                    })}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s under-tabs wrap">
            {failed.then(|| view! {
                <div class="head row-x"><button type="button" class="btn btn-row push" on:click=move |_| fetch_again(Vec::new(), listing)>{say(words::FETCH_ALL_AGAIN)}</button></div>
            })}
            <table class="t t-stack">
                <caption class="vh">{say(if failed { words::FAILED } else { words::WAITING })}</caption>
                <thead><tr>
                    <th scope="col">{say(common::PRODUCT)}</th>
                    <th scope="col">{say(words::ADDRESS)}</th>
                    <th scope="col">{say(staff::REASON)}</th>
                    <th scope="col" class="num">{say(words::TRIES)}</th>
                    <th scope="col">{say(words::NEXT_TRY)}</th>
                    <th scope="col"><span class="vh">{say(words::FETCH_AGAIN)}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

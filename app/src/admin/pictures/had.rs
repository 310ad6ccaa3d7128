//! The pictures products have, and those they had before: taken from a product, which is undone, or withdrawn, which is not.

use kontor_shared::api::pictures::{PicturePage, ProductPicture};
use kontor_shared::words::{common, pictures as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Nothing, choose};
use crate::admin::expiry;
use crate::admin::listing::Listing;
use crate::api::{self, encoded};
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::toast;

fn remove(picture: &ProductPicture, listing: Listing<PicturePage>) {
    let (code, number) = (picture.code.clone(), picture.number);
    spawn_local(async move {
        match choose(&code, 0, number).await {
            Ok(_) => {
                let back = code.clone();
                let undo = move || {
                    let code = back.clone();
                    spawn_local(async move {
                        if let Err(error) = choose(&code, number, 0).await {
                            expiry::tell(&error);
                        }
                        listing.refresh();
                    });
                };
                toast::offer_undo(words::REMOVED.with(lang(), &[("code", &code)]), say(words::UNDO), undo);
            }
            Err(error) => {
                expiry::tell(&error);
            }
        }
        listing.refresh();
    });
}

/// Withdraws a picture. Its row goes, so reading goes on at the page's heading.
fn withdraw(picture: &ProductPicture, listing: Listing<PicturePage>) {
    let (code, path) = (picture.code.clone(), format!("/api/pictures/{}/{}", encoded(&picture.code), picture.number));
    spawn_local(async move {
        match api::delete(&path).await {
            Ok(()) => {
                browser::focus_heading();
                toast::tell(words::WITHDRAWN.with(lang(), &[("code", &code)]));
            }
            Err(error) => {
                expiry::tell(&error);
            }
        }
        listing.refresh();
    });
}

/// The button that asks, and the one it brings that does it: what cannot be undone takes two. The focus stays on the first.
#[component]
fn Withdraw(picture: ProductPicture, listing: Listing<PicturePage>) -> impl IntoView {
    let asking = RwSignal::new(false);
    let first: NodeRef<leptos::html::Button> = NodeRef::new();
    let keep = move || {
        asking.set(false);
        if let Some(first) = first.get_untracked() {
            let _ = first.focus();
        }
    };
    let label = words::WITHDRAW_OF.with(lang(), &[("code", &picture.code)]);
    let picture = StoredValue::new(picture);
    view! {
        <span class="withdraw" on:keydown=move |event| if event.key() == "Escape" && asking.get_untracked() {
            event.stop_propagation();
            keep();
        }>
            <button type="button" class="link" node_ref=first aria-label=label aria-expanded=move || if asking.get() { "true" } else { "false" }
                on:click=move |_| asking.update(|asking| *asking = !*asking)>{say(words::WITHDRAW)}</button>
            <span class="sub" role="status">{move || asking.get().then(|| say(words::WITHDRAW_ASK))}</span>
            {move || asking.get().then(|| view! {
                <span class="row-x">
                    <button type="button" class="btn btn-row" on:click=move |_| picture.with_value(|picture| withdraw(picture, listing))>{say(words::WITHDRAW_NOW)}</button>
                    <button type="button" class="link" on:click=move |_| keep()>{say(words::KEEP)}</button>
                </span>
            })}
        </span>
    }
}

#[component]
pub fn Had(earlier: bool, pictures: Vec<ProductPicture>, listing: Listing<PicturePage>) -> impl IntoView {
    if pictures.is_empty() {
        return if earlier {
            view! { <Nothing title=words::NO_EARLIER hint=words::EARLIER_HINT/> }.into_any()
        } else {
            view! { <Nothing title=words::NO_PICTURES hint=words::NO_PICTURES_HINT/> }.into_any()
        };
    }
    let rows: Vec<_> = pictures
        .into_iter()
        .map(|picture| {
            let larger = words::LARGER.with(lang(), &[("code", &picture.code)]);
            let label = words::REMOVE_OF.with(lang(), &[("code", &picture.code)]);
            let (one, other) = (picture.clone(), picture.clone());
            view! {
                <tr>
                    <td class="z"><a class="thumb" href=picture.large_url target="_blank" rel="external noopener" aria-label=larger>
                        <img src=picture.small_url alt="" width="40" height="40" loading="lazy"/>
                    </a></td>
                    <td class="a"><b class="code">{picture.code}</b><span class="sub">{picture.name}</span></td>
                    <td class="b long">{picture.source}</td>
                    <td class="b nw">{times::instant(&picture.chosen_at)}</td>
                    {(!earlier).then(|| view! { <td class="b long">{picture.chosen_by}</td> })}
                    <td class="c acts">
                        {(!earlier).then(|| view! { <button type="button" class="link" aria-label=label on:click=move |_| remove(&one, listing)>{say(words::REMOVE)}</button> })}
                        <Withdraw picture=other listing=listing/>
                    </td>
                </tr>
            }
        })
        .collect();
    let title = if earlier { words::EARLIER } else { words::WITH_PICTURE };
    view! {
        <div class="panel panel-s under-tabs wrap">
            {earlier.then(|| view! { <p class="head ink-2">{say(words::EARLIER_HINT)}</p> })}
            <table class="t t-stack">
                <caption class="vh">{say(title)}</caption>
                <thead><tr>
                    <th scope="col">{say(words::PICTURE)}</th>
                    <th scope="col">{say(common::PRODUCT)}</th>
                    <th scope="col">{say(words::SOURCE)}</th>
                    <th scope="col">{say(if earlier { words::ADDED } else { words::CHOSEN })}</th>
                    {(!earlier).then(|| view! { <th scope="col">{say(words::BY)}</th> })}
                    <th scope="col"><span class="vh">{say(words::WITHDRAW)}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

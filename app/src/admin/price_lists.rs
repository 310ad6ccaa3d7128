//! Published versions of the price list, what was left out of each and why, and publishing the next.

use kontor_shared::api::{LeftOut, PriceListVersions, Publish, PublishReport};
use kontor_shared::words::{common, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::csv;
use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::house::firm;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::field::Field;
use crate::ui::page::{PageHead, words_for};
use crate::ui::toast;

/// Longest note on a version.
const NOTE_LENGTH: u32 = 500;

#[component]
pub fn PriceLists() -> impl IntoView {
    let listing: Listing<PriceListVersions> = Listing::new(Signal::stored("/api/price-lists".to_string()));
    let opened: RwSignal<Option<u32>> = RwSignal::new(None);
    let next = Memo::new(move |_| listing.page.with(|page| page.as_ref().map(|page| page.versions.first().map_or(1, |newest| newest.version + 1))));
    view! {
        <PageHead title=say(staff::PRICE_LISTS)/>
        {move || next.get().map(|next| view! { <PublishForm next=next listing=listing opened=opened/> })}
        <Shown of=listing show=move |page: PriceListVersions| view! { <Versions page=page opened=opened/> }.into_any()/>
    }
}

#[component]
fn PublishForm(next: u32, listing: Listing<PriceListVersions>, opened: RwSignal<Option<u32>>) -> impl IntoView {
    let valid_from = RwSignal::new(firm().map(|firm| firm.today.clone()).unwrap_or_default());
    let note = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let publish = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let content = Publish { valid_from: Some(valid_from.get_untracked()).filter(|day| !day.is_empty()), note: note.get_untracked().trim().to_string() };
        spawn_local(async move {
            let answer = api::post::<PublishReport>("/api/price-lists", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(report) => {
                    toast::tell(staff::PUBLISHED.with(lang(), &[("version", &report.version)]));
                    let _ = opened.try_set(Some(report.version).filter(|_| report.left_out > 0));
                    listing.reload();
                }
                Err(error) => {
                    expiry::note(&error);
                    let text = match error.code.as_str() {
                        "valid_from_past" => say(staff::PUBLISH_PAST).to_string(),
                        "nothing_to_publish" => say(staff::PUBLISH_NOTHING).to_string(),
                        "list_too_large" => say(staff::PUBLISH_TOO_LARGE).to_string(),
                        _ => words_for(&error),
                    };
                    let _ = failure.try_set(Some(text));
                }
            }
        });
    };
    view! {
        <form class="panel panel-s publish" on:submit=publish>
            <h2>{say(staff::PUBLISH_TITLE)}</h2>
            <div class="body stack">
                <p class="ink-2">{say(staff::PUBLISH_HINT)}</p>
                <div class="fields">
                    <Field label=say(staff::VALID_FROM) id="valid-from" value=valid_from kind="date"/>
                    <Field label=say(staff::NOTE) id="note" value=note max_length=NOTE_LENGTH/>
                    <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{staff::PUBLISH.with(lang(), &[("version", &next)])}</button>
                </div>
                <p role="status">{move || busy.get().then(|| say(staff::PUBLISHING))}</p>
                <p class="err" role="alert">{move || failure.get()}</p>
            </div>
        </form>
    }
}

/// The version in force on `today`: the newest whose validity has begun.
fn in_force(versions: &[PublishReport], today: &str) -> Option<u32> {
    versions.iter().filter(|one| one.valid_from.as_str() <= today && one.valid_until.as_deref().is_none_or(|until| until > today)).map(|one| one.version).max()
}

#[component]
fn Versions(page: PriceListVersions, opened: RwSignal<Option<u32>>) -> impl IntoView {
    if page.versions.is_empty() {
        return view! { <div class="note note-warn"><p>{say(staff::NO_VERSIONS)}</p></div> }.into_any();
    }
    let today = firm().map(|firm| firm.today.clone()).unwrap_or_default();
    let current = in_force(&page.versions, &today);
    let versions = page.versions.clone();
    let rows: Vec<_> = page
        .versions
        .into_iter()
        .map(|one| {
            let version = one.version;
            let left = format::integer(lang(), one.left_out as i64);
            view! {
                <tr>
                    <td class="a nw"><b>{say(staff::VERSION)}" "{version}</b>{(current == Some(version)).then(|| view! { " "<span class="mark mark-good">{say(staff::IN_FORCE)}</span> })}</td>
                    <td class="b nw">{times::instant(&one.published_at)}</td>
                    <td class="b nw" data-l=say(staff::VALID_FROM)>{format::date(lang(), &one.valid_from)}</td>
                    <td class="b nw" data-l=one.valid_until.is_some().then(|| say(staff::VALID_UNTIL))>{one.valid_until.as_deref().map(|day| format::date(lang(), day))}</td>
                    <td class="num z">{format::integer(lang(), one.products as i64)}</td>
                    <td class="num b" data-l=say(staff::LEFT_OUT)>
                        {if one.left_out == 0 { left.into_any() } else {
                            view! {
                                <button type="button" class="link" aria-expanded=move || if opened.get() == Some(version) { "true" } else { "false" }
                                    on:click=move |_| opened.update(|open| *open = if *open == Some(version) { None } else { Some(version) })>
                                    {left}<span class="vh">" "{staff::LEFT_OUT_OF.with(lang(), &[("version", &version)])}</span>
                                </button>
                            }.into_any()
                        }}
                    </td>
                    <td class="c">{one.note}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::PRICE_LISTS)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::VERSION)}</th>
                <th scope="col">{say(staff::PUBLISHED_AT)}</th>
                <th scope="col">{say(staff::VALID_FROM)}</th>
                <th scope="col">{say(staff::VALID_UNTIL)}</th>
                <th scope="col" class="num">{say(staff::PRODUCTS)}</th>
                <th scope="col" class="num">{say(staff::LEFT_OUT)}</th>
                <th scope="col">{say(staff::NOTE)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {move || opened.get().and_then(|version| versions.iter().find(|one| one.version == version).cloned()).map(|one| view! { <LeftOutOf one=one/> })}
    }
    .into_any()
}

/// The reason in the reader's words; one the page does not know is shown as the server says it.
fn reason(text: &str) -> String {
    staff::left_out(text).map_or_else(|| text.to_string(), |word| say(word).to_string())
}

#[component]
fn LeftOutOf(one: PublishReport) -> impl IntoView {
    let title = staff::LEFT_OUT_OF.with(lang(), &[("version", &one.version)]);
    let first = (one.reasons.len() as u64) < one.left_out;
    let shown = format::integer(lang(), one.reasons.len() as i64);
    let all = format::integer(lang(), one.left_out as i64);
    let (name, list) = (format!("left-out-{}.csv", one.version), one.reasons.clone());
    let save = move |_| {
        let head = [say(common::CODE).to_string(), say(staff::REASON).to_string()];
        csv::save(&name, std::iter::once(head).chain(list.iter().map(|LeftOut { code, reason: why }| [code.clone(), reason(why)])));
    };
    let rows: Vec<_> =
        one.reasons.into_iter().map(|left| view! { <tr><td class="code b nw">{left.code}</td><td class="a">{reason(&left.reason)}</td></tr> }).collect();
    view! {
        <section class="panel panel-s after">
            <div class="head row-x">
                <h3>{title}</h3>
                {first.then(|| view! { <span class="ink-2">{staff::REFUSALS_FIRST.with(lang(), &[("shown", &shown), ("all", &all)])}</span> })}
                <button type="button" class="btn btn-row push" on:click=save>{say(staff::SAVE_CSV)}</button>
            </div>
            <div class="long-list"><table class="t t-stack">
                <thead><tr><th scope="col">{say(common::CODE)}</th><th scope="col">{say(staff::REASON)}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(version: u32, from: &str, until: Option<&str>) -> PublishReport {
        PublishReport {
            version,
            published_at: String::new(),
            valid_from: from.into(),
            valid_until: until.map(String::from),
            note: String::new(),
            products: 0,
            left_out: 0,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn the_newest_begun_version_is_in_force() {
        let versions = [version(3, "2012-01-01", None), version(2, "2011-12-01", Some("2012-01-01")), version(1, "2011-11-01", Some("2011-12-01"))];
        assert_eq!(in_force(&versions, "2011-12-10"), Some(2));
        assert_eq!(in_force(&versions, "2012-02-01"), Some(3));
        assert_eq!(in_force(&versions, "2011-01-01"), None);
    }
}

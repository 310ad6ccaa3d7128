//! What stands beside an order: what is odd about it, where it came from, its scans.

use kontor_shared::api::entry::{NameOddity, OddityView, OrderBackground, OrderOrigin, OrderPaper};
use kontor_shared::api::forms::{FormAccount, FormWarning};
use kontor_shared::orders::Verdict;
use kontor_shared::orders::odd::OddKind;
use kontor_shared::words::{common, entry as words, format, incoming, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::customer::may_write;
use super::entry::{SCANS, send_scans};
use super::expiry;
use super::listing::Listing;
use crate::api;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::file::{FileInput, Picked};

/// The background of an order, asked for once for all that is shown of it.
pub fn of(order: &str) -> Listing<OrderBackground> {
    Listing::new(Signal::stored(format!("/api/orders/{order}/background")))
}

/// What is odd, before the lines.
#[component]
pub fn Odd(order: String, listing: Listing<OrderBackground>) -> impl IntoView {
    let order = StoredValue::new(order);
    move || listing.page.get().map(|background| view! { <Oddities order=order oddities=background.oddities listing=listing/> })
}

/// Where it came from, and its scans.
#[component]
pub fn Beside(order: String, listing: Listing<OrderBackground>) -> impl IntoView {
    let order = StoredValue::new(order);
    view! {
        <super::listing::Wait of=listing/>
        {move || listing.page.get().map(|background| view! {
            <div class="stack"><Origin origin=background.origin/><Papers order=order papers=background.papers listing=listing/></div>
        })}
    }
}

/// What an oddity says.
fn sentence(odd: &OddityView) -> String {
    let quantity = |value: Option<kontor_shared::money::Quantity>| value.map(|value| format::quantity(lang(), value)).unwrap_or_default();
    let price = |value: Option<kontor_shared::money::Price>| value.map_or_else(|| "—".to_string(), |value| format::price(lang(), value));
    let code = if odd.name.is_empty() { odd.subject.clone() } else { format!("{} {}", odd.subject, odd.name) };
    words::odd(odd.kind).with(
        lang(),
        &[
            ("code", &code),
            ("name", &odd.name),
            ("number", &odd.name),
            ("quantity", &quantity(odd.quantity)),
            ("beside", &quantity(odd.beside)),
            ("shown", &price(odd.shown)),
            ("price", &price(odd.price)),
        ],
    )
}

#[component]
fn Oddities(order: StoredValue<String>, oddities: Vec<OddityView>, listing: Listing<OrderBackground>) -> impl IntoView {
    let answer = move |odd: &OddityView, how: &'static str| {
        let named = NameOddity { kind: odd.kind, subject: odd.subject.clone() };
        let path = order.with_value(|order| format!("/api/orders/{order}/oddities/{how}"));
        spawn_local(async move {
            match api::post::<OrderBackground>(&path, &named).await {
                Ok(background) => drop(listing.page.try_set(Some(background))),
                Err(error) => {
                    expiry::tell(&error);
                    listing.reload();
                }
            }
        });
    };
    let row = move |odd: OddityView| {
        let text = sentence(&odd);
        let link = (odd.kind == OddKind::PossibleDouble).then(|| view! { " "<a href=format!("/admin/orders/{}", odd.subject)>{say(staff::KEY_OPEN)}</a> });
        let (label, how) = if odd.dismissed.is_some() { (words::TELL_AGAIN, "recall") } else { (words::LOOKED_AT, "dismiss") };
        let trace = odd.dismissed.as_ref().map(|seen| words::LOOKED_AT_BY.with(lang(), &[("who", &seen.by), ("when", &times::instant(&seen.at))]));
        let tone = if trace.is_some() { "ink-2" } else { "warn" };
        view! {
            <li class="row-x">
                <span class=tone>{text}{link}{trace.map(|trace| view! { <span class="sub">{trace}</span> })}</span>
                {may_write().then(|| view! { <button type="button" class="link push" on:click=move |_| answer(&odd, how)>{say(label)}</button> })}
            </li>
        }
    };
    (!oddities.is_empty()).then(|| {
        view! {
            <section class="panel panel-s">
                <h2>{say(words::LOOK_AT)}</h2>
                <div class="body stack">
                    <ul class="stack">{oddities.into_iter().map(row).collect_view()}</ul>
                    <p class="s ink-2">{say(words::NOTHING_CHANGES)}</p>
                </div>
            </section>
        }
    })
}

#[component]
fn Origin(origin: Option<OrderOrigin>) -> impl IntoView {
    origin.map(|origin| {
        let form = origin.form_id.map(|form| view! { <dt>{say(words::FORM)}</dt><dd class="code">{form}</dd> });
        let received = origin.received_on.map(|day| view! { <dt>{say(words::RECEIVED_ON)}</dt><dd>{format::date(lang(), &day)}</dd> });
        let mailing = origin
            .mailing
            .map(|mailing| view! { <dt>{say(words::BY_MAILING)}</dt><dd><a href=format!("/admin/mailings/{}", mailing.id)>{mailing.name}</a></dd> });
        // Who may not take orders in has no page of messages.
        let letter = origin.mail.as_ref().filter(|_| may_write()).map(|mail| {
            let href = format!("/admin/incoming/{}", mail.id);
            view! { <dt>{say(incoming::BY_MAIL)}</dt><dd><a href=href>{say(incoming::THE_MESSAGE)}</a></dd> }
        });
        let wrote = origin.mail.filter(|mail| !mail.text.is_empty());
        let wrote = wrote.map(|mail| view! { <h3>{say(incoming::CUSTOMER_WROTE)}</h3><p class="lines long">{mail.text}</p> });
        let account = origin.account.map(|account| view! { <details><summary>{say(words::WHAT_WAS_READ)}</summary><Account account=account/></details> });
        view! {
            <section class="panel panel-s"><h2>{say(words::ORIGIN)}</h2><div class="body stack">
                <dl class="facts">{form}{received}{mailing}{letter}</dl>
                {wrote}
                {account}
            </div></section>
        }
    })
}

/// read = accepted + changed + refused
#[component]
pub fn Equation(read: u64, accepted: u64, changed: u64, refused: u64) -> impl IntoView {
    let number = |lines: u64| format::integer(lang(), lines as i64);
    view! {
        <p class="account">
            <b>{number(read)}</b>" "{say(staff::LINES_READ)}" = "
            <b>{number(accepted)}</b>" "{say(staff::LINES_ACCEPTED)}" + "
            <b>{number(changed)}</b>" "{say(staff::LINES_CHANGED)}" + "
            <b>{number(refused)}</b>" "{say(staff::LINES_REFUSED)}
        </p>
    }
}

/// The account of the file an order was read from: what was refused stands there and nowhere else.
#[component]
pub fn Account(account: FormAccount) -> impl IntoView {
    let refused: Vec<_> = account.lines.iter().filter(|line| line.verdict == Verdict::Refused).cloned().collect();
    let rows = refused.into_iter().map(|line| {
        view! {
            <tr>
                <td class="b">{line.sheet}" "{line.row}</td>
                <td class="a"><span class="code">{line.code}</span>" "{line.name}</td>
                <td class="num b" data-l=say(words::AS_WRITTEN)>{line.raw}</td>
                <td class="c bad">{line.message}</td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    let warning = |warning: FormWarning| {
        let row = warning.row.map(|row| incoming::ROW.with(lang(), &[("row", &row)]));
        let place: Vec<String> = warning.sheet.filter(|sheet| !sheet.is_empty()).into_iter().chain(row).collect();
        let place = (!place.is_empty()).then(|| format!("{}: ", place.join(", ")));
        view! { <li class="s warn">{place}{warning.message}</li> }
    };
    let warnings: Vec<_> = account.warnings.into_iter().map(warning).collect();
    view! {
        <div class="stack">
            <Equation read=account.read accepted=account.accepted changed=account.changed refused=account.refused/>
            <ul>{warnings}</ul>
            {(!rows.is_empty()).then(|| view! {
                <div class="wrap"><table class="t t-stack">
                    <caption class="vh">{say(staff::LINES_REFUSED)}</caption>
                    <thead><tr>
                        <th scope="col">{say(words::SHEET_ROW)}</th><th scope="col">{say(common::PRODUCT)}</th>
                        <th scope="col" class="num">{say(words::AS_WRITTEN)}</th><th scope="col">{say(staff::REASON)}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            })}
        </div>
    }
}

#[component]
fn Papers(order: StoredValue<String>, papers: Vec<OrderPaper>, listing: Listing<OrderBackground>) -> impl IntoView {
    let none = papers.is_empty();
    let rows: Vec<_> = papers
        .into_iter()
        .map(|paper| {
            let picture = matches!(paper.media_type.as_str(), "image/jpeg" | "image/png" | "image/webp" | "image/gif");
            let url = paper.url.clone();
            view! {
                <li class="stack">
                    <p><a href=paper.url rel="external" download>{paper.name.clone()}</a><span class="sub">{times::instant(&paper.added_at)}", "{paper.added_by}</span></p>
                    {picture.then(|| view! { <img class="scan" src=url alt=paper.name loading="lazy"/> })}
                </li>
            }
        })
        .collect();
    let add = move |files: Vec<Picked>| {
        let order = order.get_value();
        spawn_local(async move {
            send_scans(&order, &files).await;
            listing.reload();
        });
    };
    (may_write() || !none).then(|| {
        view! {
            <section class="panel panel-s"><h2>{say(words::SCANS)}</h2><div class="body stack">
                {(!none).then(|| view! { <ul class="stack">{rows}</ul> })}
                {may_write().then(|| view! {
                    <div class="field">
                        <label for="order-scan">{say(words::ADD_SCAN)}</label>
                        <FileInput id="order-scan" multiple=true accept=SCANS take=add/>
                        <small class="ink-2">{say(words::SCANS_HINT)}</small>
                    </div>
                })}
            </div></section>
        }
    })
}

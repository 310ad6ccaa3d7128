//! One message: who sent it and what proves that, its text, its files with their accounts, and what staff decide.

use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::incoming::{ConfirmedOrder, DecideIncoming, IncomingFile, IncomingView, OtherOrder, ReadAgain, ReadIncoming, TakeIncoming};
use kontor_shared::money::Quantity;
use kontor_shared::orders::Verdict;
use kontor_shared::words::{common, format, incoming as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

use super::super::listing::{Listing, Shown};
use super::super::{expiry, words_for};
use super::why;
use crate::api::{self, ApiError, encoded};
use crate::lang::{lang, say};
use crate::times;
use crate::ui::field::Field;
use crate::ui::page::Heading;
use crate::ui::toast;

#[component]
pub fn MailPage() -> impl IntoView {
    let params = use_params_map();
    let path = Signal::derive(move || format!("/api/incoming/{}", encoded(&params.with(|params| params.get("id").unwrap_or_default()))));
    let listing: Listing<IncomingView> = Listing::new(path);
    view! { <Shown of=listing show=move |mail: IncomingView| view! { <Whole mail=mail listing=listing/> }.into_any()/> }
}

#[component]
fn Whole(mail: IncomingView, listing: Listing<IncomingView>) -> impl IntoView {
    let head = mail.mail.clone();
    let title = if head.subject.is_empty() { "—".to_string() } else { head.subject.clone() };
    let state = words::state(&head.state).map_or(head.state.clone(), |word| say(word).to_string());
    let evidence = match mail.evidence.as_str() {
        "token" => words::PROVED_TOKEN,
        "signed" => words::PROVED_SIGNED,
        _ => words::PROVED_NOT,
    };
    let waits = head.state == "needs_person";
    let id = StoredValue::new(head.id.clone());
    let revision = mail.revision;
    let files: Vec<_> = mail
        .files
        .iter()
        .cloned()
        .map(|file| {
            let code = file.customer.as_ref().or(head.customer.as_ref()).map(|customer| customer.code.clone()).unwrap_or_default();
            view! { <File file=file mail=id revision=revision code=code waits=waits listing=listing/> }
        })
        .collect();
    let none = files.is_empty();
    let ordered = mail.files.iter().any(|file| file.order.is_some());
    // What nobody wrote to us is looked at for its sender only where an order came with it.
    let looked_at = mail.kind == "letter" || !none;
    let decided = !mail.decided_by.is_empty();
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/incoming">{say(words::INCOMING)}</a>
                {head.customer.map(|customer| view! { " · "<a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a> })}
            </p>
            <Heading title=title/>
            <span class=if waits { "warn" } else { "ink-2" }>{state}</span>
        </div>
        <dl class="facts">
            <dt>{say(words::FROM)}</dt><dd class="long">{head.sender}</dd>
            {looked_at.then(|| view! { <dt>{say(words::EVIDENCE)}</dt><dd>{say(evidence)}</dd> })}
            <dt>{say(words::CAME)}</dt><dd>{times::instant(&head.received_at)}</dd>
            <dt>{say(words::PLACE)}</dt><dd class="long">{mail.place}</dd>
            <dt>{say(words::WHY)}</dt><dd class="long">{why(&head.state, &head.reason, &head.detail)}</dd>
            {decided.then(|| view! { <dt>{say(words::VERDICT)}</dt><dd>{words::DECIDED_BY.with(lang(), &[("who", &mail.decided_by)])}</dd> })}
        </dl>
        <section class="panel panel-s"><h2>{say(words::TEXT)}</h2><div class="body stack">
            {match mail.text.is_empty() {
                true => view! { <p class="ink-2">{say(words::NO_TEXT)}</p> }.into_any(),
                false => view! { <p class="lines long">{mail.text}</p> }.into_any(),
            }}
            {mail.kept.then(|| view! { <p><a href=format!("/api/incoming/{}/raw", id.get_value()) rel="external" download="message.eml">{say(words::OPEN_MESSAGE)}</a></p> })}
        </div></section>
        <h2 class="section">{say(words::FILES)}</h2>
        {none.then(|| view! { <p class="ink-2">{say(words::NO_FILES)}</p> })}
        {files}
        <Decide mail=id revision=revision state=head.state answerable=mail.answerable ordered=ordered listing=listing/>
    }
}

/// A file, what was read of it, and the way to make an order of it.
#[component]
fn File(file: IncomingFile, mail: StoredValue<String>, revision: i64, code: String, waits: bool, listing: Listing<IncomingView>) -> impl IntoView {
    let no = file.no;
    let customer = RwSignal::new(code);
    let read: RwSignal<Option<(FormAccount, String)>> = RwSignal::new(file.account.clone().map(|account| (account, file.content.clone())));
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let is_table = !matches!(file.reason.as_str(), "picture" | "winmail" | "locked" | "decoration" | "other_file" | "not_a_sheet");
    let can_take = waits && file.order.is_none() && file.verdict != "ignored" && is_table;
    let run = move |take: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (code, seen) = (customer.get_untracked(), read.with_untracked(|read| read.as_ref().map(|(_, content)| content.clone()).unwrap_or_default()));
        let path = format!("/api/incoming/{}", mail.get_value());
        spawn_local(async move {
            let answer: Result<Option<ReadAgain>, ApiError> = if take {
                let wanted = TakeIncoming { file: no, customer: code, content: seen };
                api::post_seen::<ConfirmedOrder>(&format!("{path}/take"), revision, &wanted).await.map(|order| {
                    toast::tell(words::TAKEN.with(lang(), &[("number", &order.number)]));
                    None
                })
            } else {
                api::post::<ReadAgain>(&format!("{path}/read"), &ReadIncoming { file: no, customer: code }).await.map(Some)
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(Some(again)) => drop(read.try_set(Some((again.account, again.content)))),
                Ok(None) => listing.reload(),
                Err(error) => {
                    expiry::note(&error);
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let href = format!("/api/incoming/{}/files/{no}", mail.get_value());
    let number = file.detail.clone();
    view! {
        <article class="panel panel-s"><h3>{file.name.clone()}</h3><div class="body stack">
            <p>{why(&file.verdict, &file.reason, &file.detail)}" "
                {file.order.clone().map(|order| view! { <a href=format!("/admin/orders/{order}")>{staff::ORDER_TITLE.with(lang(), &[("number", &number)])}</a>" " })}
                {file.kept.then(|| view! { <a href=href rel="external" download=file.name.clone()>{say(words::OPEN_FILE)}</a> })}
            </p>
            {move || read.get().map(|(account, _)| view! { <Account account=account other=file.other.clone()/> })}
            {can_take.then(|| view! {
                <form class="stack" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); run(true) }>
                    <div class="in-code"><Field label=say(words::TAKE_FOR) id=format!("code-{no}") value=customer max_length=64/></div>
                    <p class="err" role="alert">{move || failure.with(|error| error.as_ref().map(words_for))}</p>
                    <div class="row-x">
                        <button type="submit" class="btn btn-main" disabled=move || read.with(Option::is_none) aria-busy=move || busy.get().then_some("true")>{say(words::TAKE)}</button>
                        <button type="button" class="btn" on:click=move |_| run(false)>{say(words::LOOK)}</button>
                    </div>
                </form>
            })}
        </div></article>
    }
}

/// What was read of a file, line by line; beside the order it would be another of, where there is one.
#[component]
fn Account(account: FormAccount, other: Option<OtherOrder>) -> impl IntoView {
    let counts: [(&str, &dyn std::fmt::Display); 4] =
        [("read", &account.read), ("accepted", &account.accepted), ("changed", &account.changed), ("refused", &account.refused)];
    let summary = words::LINES.with(lang(), &counts);
    let total = format::amount(lang(), &account.gross, account.currency);
    let currency = account.currency;
    let heading = other.as_ref().map(|other| staff::ORDER_TITLE.with(lang(), &[("number", &other.number)]));
    let link = other.as_ref().map(|other| format!("/admin/orders/{}", other.id));
    let ordered = |code: &str| other.as_ref().and_then(|other| other.lines.iter().find(|line| line.code == code)).map(|line| line.quantity);
    // A cell of the other order's, marked where it says something else.
    let beside = |quantity: Option<Quantity>, here: Option<Quantity>| {
        heading.clone().map(|label| {
            let text = quantity.map_or_else(|| "—".to_string(), |quantity| format::quantity(lang(), quantity));
            view! { <td class=if quantity == here { "num b ink-2" } else { "num b warn" } data-l=label><b>{text}</b></td> }
        })
    };
    let only_there: Vec<_> = other
        .iter()
        .flat_map(|other| &other.lines)
        .filter(|line| account.lines.iter().all(|read| read.code != line.code))
        .map(|line| {
            view! {
                <tr>
                    <td class="a code">{line.code.clone()}</td>
                    <td class="b long">{line.name.clone()}</td>
                    <td class="num b" data-l=say(words::QUANTITY)>"—"</td>
                    {beside(Some(line.quantity), None)}
                    <td class="num b"></td>
                    <td class="c long"></td>
                </tr>
            }
        })
        .collect();
    let rows: Vec<_> = account
        .lines
        .iter()
        .map(|line| {
            let quantity = line.quantity.map_or(line.raw.clone(), |quantity| format::quantity(lang(), quantity));
            let price = line.price.map(|price| format::price(lang(), price));
            view! {
                <tr>
                    <td class="a code">{line.code.clone()}</td>
                    <td class="b long">{line.name.clone()}</td>
                    <td class="num b" data-l=say(words::QUANTITY)>{quantity}</td>
                    {beside(ordered(&line.code), line.quantity)}
                    <td class="num b" data-l=say(common::PRICE)>{price}</td>
                    <td class=if line.verdict == Verdict::Refused { "c warn long" } else { "c long" }>{line.message.clone()}</td>
                </tr>
            }
        })
        .collect();
    let warnings: Vec<_> = account.warnings.into_iter().map(|warning| view! { <li>{warning.message}</li> }).collect();
    view! {
        <p>{summary}" "{format!("{total} ({})", currency.code())}</p>
        <div class="wrap"><table class="t t-stack">
            <caption class="vh">{say(words::FILES)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(common::PRODUCT)}</th>
                <th scope="col" class="num">{say(words::QUANTITY)}</th>
                {link.map(|link| view! { <th scope="col" class="num"><a href=link>{heading.clone()}</a></th> })}
                <th scope="col" class="num">{say(common::PRICE)}</th>
                <th scope="col">{say(words::VERDICT)}</th>
            </tr></thead>
            <tbody>{rows}{only_there}</tbody>
        </table></div>
        {(!warnings.is_empty()).then(|| view! { <ul class="warn">{warnings}</ul> })}
    }
}

/// Refusing, putting aside, and taking that back. Beside an order only what else waits is put aside.
#[component]
fn Decide(mail: StoredValue<String>, revision: i64, state: String, answerable: bool, ordered: bool, listing: Listing<IncomingView>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let tell = RwSignal::new(answerable);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let decide = move |state: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let wanted = DecideIncoming { state: state.into(), reason: reason.get_untracked(), tell: state == "refused" && tell.get_untracked() };
        let path = format!("/api/incoming/{}/decide", mail.get_value());
        spawn_local(async move {
            let answer = api::post_seen::<IncomingView>(&path, revision, &wanted).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    toast::tell(say(words::DECIDED));
                    listing.reload();
                }
                Err(error) => {
                    expiry::note(&error);
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let error = Signal::derive(move || failure.with(|error| error.as_ref().map(words_for)));
    let reason_word = if answerable { words::REFUSE_REASON } else { staff::REASON };
    match state.as_str() {
        "needs_person" if ordered => view! {
            <div class="stack after">
                <p class="err" role="alert">{move || error.get()}</p>
                <div class="row-x"><button type="button" class="btn" on:click=move |_| decide("ignored")>{say(words::IGNORE_REST)}</button></div>
            </div>
        }
        .into_any(),
        "needs_person" => view! {
            <form class="stack form-page after" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); decide("refused") }>
                <Field label=say(reason_word) id="refuse-reason" value=reason max_length=500 error=error/>
                {answerable.then(|| view! {
                    <label class="pick"><input type="checkbox" prop:checked=move || tell.get() on:change=move |event| tell.set(event_target_checked(&event))/>{say(words::TELL)}</label>
                })}
                <div class="row-x">
                    <button type="submit" class="btn" aria-busy=move || busy.get().then_some("true")>{say(words::REFUSE)}</button>
                    <button type="button" class="btn" on:click=move |_| decide("ignored")>{say(words::IGNORE)}</button>
                </div>
            </form>
        }
        .into_any(),
        "refused" | "ignored" => view! {
            <div class="stack after">
                <p class="err" role="alert">{move || error.get()}</p>
                <div class="row-x"><button type="button" class="btn" on:click=move |_| decide("needs_person")>{say(words::REOPEN)}</button></div>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

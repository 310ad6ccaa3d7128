//! Letting a mailing go: what is checked before, freezing, starting, and what becomes of the messages.

use kontor_shared::api::mailings::{Mailing, MailingChecks, StartMailing};
use kontor_shared::mailings::{LOOK_TWICE, MailingAction, MailingState};
use kontor_shared::words::{format, mailings as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::audience::Skipped;
use super::{Desk, when_who};
use crate::admin::listing::{Listing, Shown};
use crate::admin::{expiry, words_for};
use crate::api::{self, encoded};
use crate::lang::{count, lang, say};
use crate::times;

/// How often a mailing that is under way is looked at.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(3);

/// What stands in the way of a draft, and the button that freezes it.
#[component]
pub fn Ready(desk: Desk) -> impl IntoView {
    let listing: Listing<MailingChecks> = Listing::new(Signal::derive(move || desk.path("/checks")));
    view! {
        <h2 class="section">{say(words::CHECKS)}</h2>
        <Shown of=listing show=move |checks: MailingChecks| view! { <Checks checks=checks desk=desk/> }.into_any()/>
    }
}

#[component]
fn Checks(checks: MailingChecks, desk: Desk) -> impl IntoView {
    let ready = checks.ready;
    let rows: Vec<_> = checks
        .checks
        .into_iter()
        .map(|one| {
            let (tone, mark, verdict) = match (one.ok, one.advice) {
                (true, _) => ("state good", "full", words::CHECK_OK),
                (false, true) => ("state warn", "open", words::CHECK_ADVICE),
                (false, false) => ("state bad", "stop", words::CHECK_STOPS),
            };
            let label = words::check(&one.code).map_or(one.code.clone(), |word| say(word).to_string());
            view! { <tr><td class="a">{label}</td><td class="b"><span class=tone data-s=mark>{say(verdict)}</span></td><td class="b long">{one.detail}</td></tr> }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack"><caption class="vh">{say(words::CHECKS)}</caption><tbody>{rows}</tbody></table></div>
        <div class="stack after">
            <p class="ink-2">{say(words::FREEZE_HINT)}</p>
            {if desk.may("freeze") {
                view! { <Act desk=desk action="freeze" main=true off=!ready/> }.into_any()
            } else {
                view! { <div class="note"><p>{say(words::NOT_YOURS_TO_SEND)}</p></div> }.into_any()
            }}
        </div>
    }
}

/// One thing that can be done with a mailing.
#[component]
pub fn Act(
    desk: Desk,
    action: &'static str,
    #[prop(optional)] main: bool,
    #[prop(optional)] off: bool,
    /// The number somebody wrote, where one is wanted.
    #[prop(optional, into)]
    recipients: Option<Signal<Option<u64>>>,
) -> impl IntoView {
    let label = MailingAction::parse(action).map_or(action, |action| say(words::action(action)));
    let act = move |_| {
        if desk.busy.get_untracked() || off {
            return;
        }
        desk.busy.set(true);
        desk.failure.set(None);
        let path = desk.path(&format!("/{action}"));
        let expected = recipients.and_then(|recipients| recipients.get_untracked());
        spawn_local(async move {
            let answer = match action {
                "start" => api::post::<Mailing>(&path, &StartMailing { recipients: expected }).await,
                _ => api::post_empty::<Mailing>(&path).await,
            };
            let _ = desk.busy.try_set(false);
            match answer {
                Ok(mailing) => desk.take(mailing),
                Err(error) => {
                    expiry::note(&error);
                    let _ = desk.failure.try_set(Some(words_for(&error)));
                }
            }
        });
    };
    view! {
        <button type="button" class="btn" class:btn-main=main aria-disabled=off.then_some("true") aria-busy=move || desk.busy.get().then_some("true") on:click=act>{label}</button>
    }
}

/// A mailing that is frozen or further on: its account, and what can be done.
#[component]
pub fn Progress(desk: Desk) -> impl IntoView {
    // While it is under way the figures follow; a page that is gone asks no more.
    let look = set_interval_with_handle(
        move || {
            let running = desk.saved.try_with_untracked(|saved| saved.as_ref().is_some_and(|saved| saved.state == MailingState::Running));
            if running != Some(true) {
                return;
            }
            let path = desk.path("");
            spawn_local(async move {
                if let Ok(mailing) = api::get::<Mailing>(&path).await {
                    desk.take(mailing);
                }
            });
        },
        LOOK_EVERY,
    );
    if let Ok(handle) = look {
        on_cleanup(move || handle.clear());
    }
    let wanted = RwSignal::new(String::new());
    // As the page writes it: grouped in any language's way.
    let number = Signal::derive(move || {
        let digits: String = wanted.get().chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '\'' | '’')).collect();
        digits.parse::<u64>().ok()
    });
    view! {
        {move || desk.saved.get().map(|mailing| {
            let going: u64 = mailing.counts.iter().filter(|one| one.state != "skipped").map(|one| one.count).sum();
            let waits = mailing.state == MailingState::Frozen;
            view! {
                <Account mailing=mailing.clone()/>
                {(waits && desk.may("start")).then(|| view! {
                    <div class="note after"><p>{words::START_HINT.with(lang(), &[("count", &count(words::MESSAGES_COUNT, going))])}</p></div>
                    {(going > LOOK_TWICE).then(|| view! {
                        <label class="field narrow" for="start-count"><span>{say(words::START_COUNT)}</span>
                            <input class="in in-short" id="start-count" inputmode="numeric" autocomplete="off" prop:value=move || wanted.get() on:input=move |event| wanted.set(event_target_value(&event))/>
                        </label>
                    })}
                })}
            }
        })}
        <p class="err" role="alert">{move || desk.failure.get()}</p>
        <div class="act">
            {move || desk.may("start").then(|| view! { <Act desk=desk action="start" main=true recipients=number/> })}
            {move || desk.may("resume").then(|| view! { <Act desk=desk action="resume" main=true/> })}
            {move || desk.may("pause").then(|| view! { <Act desk=desk action="pause"/> })}
            {move || desk.may("cancel").then(|| view! { <Act desk=desk action="cancel"/> })}
            <span class="push row-x">
                <a class="btn" rel="external" download="" href=move || format!("{}?lang={}", desk.path("/xlsx"), lang().tag())>{say(words::SAVE_XLSX)}</a>
                <a class="btn" rel="external" target="_blank" href=move || format!("{}?lang={}", desk.path("/pdf"), lang().tag())>{say(words::PRINT_PDF)}</a>
            </span>
        </div>
    }
}

#[component]
fn Account(mailing: Mailing) -> impl IntoView {
    let all: u64 = mailing.counts.iter().map(|one| one.count).sum();
    let of = |states: &[&str]| mailing.counts.iter().filter(|one| states.contains(&one.state.as_str())).map(|one| one.count).sum::<u64>();
    let (sent, skipped) = (of(&["sent"]), of(&["skipped"]));
    let going = all - skipped;
    let number = |value: u64| format::integer(lang(), value as i64);
    let part = |value: u64, label: &'static str| view! { <span class="part"><b>{number(value)}</b>" "<span>{label}</span></span> };
    let share = (sent * 100).checked_div(going).unwrap_or(0);
    let id = mailing.id.to_string();
    let rows: Vec<_> = [("sent", "full", ""), ("queued", "wait", ""), ("claimed", "wait", ""), ("sending", "half", ""), ("uncertain", "open", "warn"), ("failed", "stop", "bad")]
        .into_iter()
        .filter(|(state, ..)| of(&[state]) > 0)
        .map(|(state, mark, tone)| {
            let label = staff::message_state(state).map_or(state, say);
            let href = format!("/admin/mailings/{}?step=who&state={state}", encoded(&id));
            view! { <tr><td class="a"><span class=format!("state {tone}") data-s=mark>{label}</span></td><td class="num z"><a href=href>{number(of(&[state]))}</a></td></tr> }
        })
        .collect();
    let facts: Vec<_> = [
        (
            words::TEMPLATE,
            mailing
                .template_version
                .map(|version| words::TEMPLATE_VERSION.with(lang(), &[("name", &mailing.template_name), ("version", &version)]))
                .unwrap_or_default(),
        ),
        (words::REPORT_PRICE_LIST, mailing.price_list.map(|version| version.to_string()).unwrap_or_default()),
        (words::REPORT_FROZEN_BY, when_who(&mailing.frozen_at, &mailing.frozen_by)),
        (words::REPORT_STARTED_BY, when_who(&mailing.started_at, &mailing.started_by)),
        (words::REPORT_FINISHED, mailing.finished_at.as_deref().map(times::instant).unwrap_or_default()),
        (words::POLICY, say(words::policy(mailing.uncertain_policy)).to_string()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(word, value)| view! { <dt>{say(word)}</dt><dd>{value}</dd> })
    .collect();
    view! {
        <p class="verdict after">{kontor_shared::words::audience::sentence(lang(), &mailing.audience, &mailing.names)}</p>
        <p class="equation" role="status">
            {part(all, say(words::IN_AUDIENCE))}<i>"="</i>{part(going, say(words::WOULD_GO))}<i>"+"</i>{part(skipped, say(words::WOULD_SKIP))}
        </p>
        <progress max="100" value=share.to_string() aria-label=staff::message_state("sent").map_or("", say)></progress>
        <div class="sendgrid after">
            <section class="panel panel-s"><table class="t t-stack"><caption class="vh">{say(staff::STATE)}</caption><tbody>{rows}</tbody></table></section>
            <section class="panel panel-s"><div class="body stack"><Skipped skipped=mailing.skipped.clone()/></div></section>
            <section class="panel panel-s"><div class="body"><dl class="facts">{facts}</dl></div></section>
        </div>
    }
}

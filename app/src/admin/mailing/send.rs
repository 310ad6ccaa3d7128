//! Letting a mailing go: what is checked before, freezing, starting, and what becomes of the messages.

use kontor_shared::api::mailings::{Mailing, MailingChecks, StartMailing};
use kontor_shared::mailings::{LOOK_TWICE, MailingAction, MailingState};
use kontor_shared::words::{Word, format, mailings as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::audience::{Equation, Skipped};
use super::waiting::Waits;
use super::{Desk, focus, when_who};
use crate::admin::listing::{Listing, Shown};
use crate::admin::template::problem;
use crate::api::{self, encoded};
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::toast;

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
            // What is data in any language; sentences are for scripts.
            let detail = matches!(one.code.as_str(), "recipients" | "public_url" | "sender" | "price_list").then_some(one.detail);
            let problems = (!one.problems.is_empty()).then(|| view! { <ul>{one.problems.into_iter().map(problem).collect_view()}</ul> });
            view! { <tr><td class="a">{label}</td><td class="b"><span class=tone data-s=mark>{say(verdict)}</span></td><td class="b long">{detail}{problems}</td></tr> }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack"><caption class="vh">{say(words::CHECKS)}</caption><tbody>{rows}</tbody></table></div>
        <div class="stack after">
            <p class="ink-2">{say(words::FREEZE_HINT)}</p>
            {if desk.may("freeze").get_untracked() {
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
                Ok(mailing) => {
                    desk.take(mailing);
                    if let Some(done) = said(action) {
                        toast::tell(say(done));
                    }
                    focus::rescue(after(action));
                }
                Err(error) => {
                    desk.fail(&error);
                    if error.code == "count_differs" {
                        crate::browser::focus("start-count");
                    }
                }
            }
        });
    };
    view! {
        <button type="button" class="btn" id=format!("mailing-{action}") class:btn-main=main aria-disabled=off.then_some("true") aria-busy=move || desk.busy.get().then_some("true") on:click=act>{label}</button>
    }
}

/// What is said once it is done, where the page does not show it by itself.
fn said(action: &str) -> Option<Word> {
    match action {
        "freeze" => Some(words::FROZEN_DONE),
        "thaw" => Some(words::THAWED),
        _ => None,
    }
}

/// What one may want to do next. Not to send what was frozen a moment ago: Enter twice must not do that.
fn after(action: &str) -> &'static [&'static str] {
    match action {
        "start" | "resume" => &["mailing-pause"],
        "pause" => &["mailing-resume"],
        _ => &[],
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
    let going = Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().map_or(0, |mailing| counted(mailing, &|state| state != "skipped"))));
    let frozen = Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().is_some_and(|mailing| mailing.state == MailingState::Frozen)));
    let [start, resume, pause, thaw, cancel] = ["start", "resume", "pause", "thaw", "cancel"].map(|action| desk.may(action));
    view! {
        <Account desk=desk/>
        <Waits desk=desk/>
        {move || (frozen.get() && start.get()).then(|| view! {
            <div class="note after"><p>{move || count(words::START_HINT, going.get())}</p></div>
            {move || (going.get() > LOOK_TWICE).then(|| view! {
                <label class="field narrow" for="start-count"><span>{say(words::START_COUNT)}</span>
                    <input class="in in-short" id="start-count" inputmode="numeric" autocomplete="off" prop:value=move || wanted.get() on:input=move |event| wanted.set(event_target_value(&event))/>
                </label>
            })}
        })}
        {move || (frozen.get() && !start.get()).then(|| view! { <div class="note after"><p>{say(words::NOT_YOURS_TO_START)}</p></div> })}
        {move || thaw.get().then(|| view! { <p class="ink-2 s after">{say(words::THAW_HINT)}</p> })}
        <p class="err" role="alert">{move || desk.failure.get()}</p>
        <div class="act">
            {move || start.get().then(|| view! { <Act desk=desk action="start" main=true recipients=number/> })}
            {move || resume.get().then(|| view! { <Act desk=desk action="resume" main=true/> })}
            {move || pause.get().then(|| view! { <Act desk=desk action="pause"/> })}
            {move || thaw.get().then(|| view! { <Act desk=desk action="thaw"/> })}
            {move || cancel.get().then(|| view! { <Act desk=desk action="cancel"/> })}
            <span class="push row-x">
                <a class="btn" rel="external" download="" href=move || format!("{}?lang={}", desk.path("/xlsx"), lang().tag())>{say(words::SAVE_XLSX)}</a>
                <a class="btn" rel="external" target="_blank" href=move || format!("{}?lang={}", desk.path("/pdf"), lang().tag())>{say(words::PRINT_PDF)}</a>
            </span>
        </div>
    }
}

/// How many of its messages are in these states.
fn counted(mailing: &Mailing, of: &dyn Fn(&str) -> bool) -> u64 {
    mailing.counts.iter().filter(|one| of(&one.state)).map(|one| one.count).sum()
}

/// The states of messages with their marks, in the order they go through them.
const STATES: [(&str, &str, &str); 6] =
    [("sent", "full", ""), ("queued", "wait", ""), ("claimed", "wait", ""), ("sending", "half", ""), ("uncertain", "open", "warn"), ("failed", "stop", "bad")];

/// What became of the messages so far. The figures change by themselves while it is sent; what has the focus stays.
#[component]
fn Account(desk: Desk) -> impl IntoView {
    let of = move |wanted: &dyn Fn(&str) -> bool| desk.saved.with(|saved| saved.as_ref().map_or(0, |mailing| counted(mailing, wanted)));
    let number = |value: u64| format::integer(lang(), value as i64);
    let figures = Memo::new(move |_| (of(&|state| state != "skipped"), of(&|state| state == "skipped")));
    let share = Memo::new(move |_| (of(&|state| state == "sent") * 100).checked_div(figures.get().0).unwrap_or(0));
    let there = Memo::new(move |_| STATES.into_iter().filter(|(state, ..)| of(&|known| known == *state) > 0).collect::<Vec<_>>());
    let row = move |(state, mark, tone): (&'static str, &'static str, &'static str)| {
        let label = staff::message_state(state).map_or(state, say);
        let href = desk.id.with_value(|id| format!("/admin/mailings/{}?step=who&state={state}", encoded(id)));
        view! {
            <tr><td class="a"><span class=format!("state {tone}") data-s=mark>{label}</span></td>
                <td class="num z"><a href=href>{move || number(of(&|known| known == state))}</a></td></tr>
        }
    };
    let sentence =
        Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().map(|one| kontor_shared::words::audience::sentence(lang(), &one.audience, &one.names))));
    let skipped = Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().map(|mailing| mailing.skipped.clone()).unwrap_or_default()));
    let facts = Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().map(facts).unwrap_or_default()));
    view! {
        <p class="verdict after">{move || sentence.get()}</p>
        {move || { let (going, skipped) = figures.get(); view! { <Equation going=going skipped=skipped/> } }}
        <progress max="100" value=move || share.get().to_string() aria-label=staff::message_state("sent").map_or("", say)></progress>
        <div class="sendgrid after">
            <section class="panel panel-s"><table class="t t-stack"><caption class="vh">{say(staff::STATE)}</caption>
                <tbody><For each=move || there.get() key=|(state, ..)| *state children=row/></tbody></table></section>
            <section class="panel panel-s"><div class="body stack">{move || view! { <Skipped skipped=skipped.get()/> }}</div></section>
            <section class="panel panel-s"><div class="body"><dl class="facts">
                {move || facts.get().into_iter().map(|(word, value)| view! { <dt>{say(word)}</dt><dd>{value}</dd> }).collect_view()}
            </dl></div></section>
        </div>
    }
}

fn facts(mailing: &Mailing) -> Vec<(Word, String)> {
    let template = mailing.template_version.map(|version| words::TEMPLATE_VERSION.with(lang(), &[("name", &mailing.template_name), ("version", &version)]));
    [
        (words::TEMPLATE, template.unwrap_or_default()),
        (words::REPORT_PRICE_LIST, mailing.price_list.map(|version| version.to_string()).unwrap_or_default()),
        (words::REPORT_FROZEN_BY, when_who(&mailing.frozen_at, &mailing.frozen_by)),
        (words::REPORT_STARTED_BY, when_who(&mailing.started_at, &mailing.started_by)),
        (words::REPORT_FINISHED, mailing.finished_at.as_deref().map(times::instant).unwrap_or_default()),
        (words::POLICY, say(words::policy(mailing.uncertain_policy)).to_string()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

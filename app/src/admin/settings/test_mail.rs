//! A test message, with what the mail server answered at each step.

use kontor_shared::api::firm::{MailStep, TestMail, TestMailReport};
use kontor_shared::words::{firm as words, format};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::Wrong;
use crate::admin::expiry;
use crate::api;
use crate::house::session;
use crate::lang::{lang, say};
use crate::ui::field::Field;

#[component]
pub fn SendTest() -> impl IntoView {
    let to = RwSignal::new(untrack(session).map(|session| session.login).filter(|login| login.contains('@')).unwrap_or_default());
    let busy = RwSignal::new(false);
    let report: RwSignal<Option<TestMailReport>> = RwSignal::new(None);
    let wrong: RwSignal<Option<String>> = RwSignal::new(None);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        report.set(None);
        wrong.set(None);
        let content = TestMail { to: to.get_untracked().trim().to_string() };
        spawn_local(async move {
            let answer = api::post::<TestMailReport>("/api/settings/test-mail", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(answer) => drop(report.try_set(Some(answer))),
                Err(error) => {
                    expiry::note(&error);
                    let _ = wrong.try_set(Some(Wrong::from(&error).text));
                }
            }
        });
    };
    view! {
        <form class="panel panel-s after" on:submit=send>
            <h2>{say(words::TEST_TITLE)}</h2>
            <div class="body stack">
                <Field label=say(words::TEST_TO) id="test-to" value=to kind="email" hint=say(words::TEST_HINT).to_string() max_length=200 required=true error=wrong/>
                <div class="row-x"><button type="submit" class="btn" aria-busy=move || busy.get().then_some("true")>{say(words::TEST_DO)}</button></div>
                <p role="status">{move || busy.get().then(|| say(words::TEST_GOES))}</p>
                <div aria-live="polite">{move || report.get().map(|report| view! { <Report report=report/> })}</div>
            </div>
        </form>
    }
}

#[component]
fn Report(report: TestMailReport) -> impl IntoView {
    let spooled = report.steps.iter().any(|step| step.step == "spool");
    let (word, note) = match (report.sent, spooled) {
        (true, true) => (words::TEST_SPOOLED, "note note-warn"),
        (true, false) => (words::TEST_SENT, "note note-good"),
        (false, _) => (words::TEST_FAILED, "note note-bad"),
    };
    let text = word.with(lang(), &[("server", &report.server), ("from", &report.from)]);
    let steps: Vec<_> = report.steps.into_iter().map(|step| view! { <Step step=step/> }).collect();
    view! {
        <div class=note><p>{text}</p></div>
        <table class="t t-stack">
            <caption class="vh">{say(words::TEST_TITLE)}</caption>
            <tbody>{steps}</tbody>
        </table>
    }
}

#[component]
fn Step(step: MailStep) -> impl IntoView {
    let name = words::step(&step.step).map_or_else(|| step.step.clone(), |word| say(word).to_string());
    let (mark, word) = if step.ok { ("mark mark-good", words::STEP_OK) } else { ("mark mark-bad", words::STEP_BAD) };
    view! {
        <tr class="top">
            <th scope="row" class="a">{name}</th>
            <td class="z"><span class=mark>{say(word)}</span></td>
            <td class="c lines long">{step.said}</td>
            <td class="num b">{words::STEP_TIME.with(lang(), &[("n", &format::integer(lang(), step.ms as i64))])}</td>
        </tr>
    }
}

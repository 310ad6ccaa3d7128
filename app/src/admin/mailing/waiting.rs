//! What of a mailing waits, and for what: the domain, the limit, the time it is out.

use kontor_shared::api::mailings::{Held, Waiting};
use kontor_shared::words::{Word, format, mailings as words, operations};
use leptos::prelude::*;

use super::Desk;
use crate::lang::{count, lang, say};
use crate::times;

#[component]
pub fn Waits(desk: Desk) -> impl IntoView {
    let waiting = Memo::new(move |_| desk.saved.with(|saved| saved.as_ref().and_then(|mailing| mailing.waiting.clone())));
    // What goes out at once needs no words.
    move || waiting.get().filter(|found| found.stopped.is_some() || !found.held.is_empty()).map(|found| view! { <Told found=found/> })
}

fn stopped(why: &str) -> Option<Word> {
    match why {
        "sending_paused" => Some(words::WAIT_SENDING_PAUSED),
        "mail_server" => Some(words::WAIT_MAIL_SERVER),
        // The page's head says that the mailing itself is paused.
        _ => None,
    }
}

#[component]
fn Told(found: Waiting) -> impl IntoView {
    let why = found.stopped.as_deref().and_then(stopped).map(say);
    let alone = found.held.iter().any(|one| one.reason == "breaker") || found.stopped.as_deref() == Some("mail_server");
    let rows: Vec<_> = found.held.into_iter().map(row).collect();
    let more = (found.more_messages > 0).then(|| {
        let number = format::integer(lang(), found.more_messages as i64);
        view! { <tr><td class="a ink-2">{count(words::WAIT_MORE, found.more_domains)}</td><td class="num z">{number}</td></tr> }
    });
    view! {
        <section class="panel panel-s after">
            <h2>{say(words::WAIT_WHY)}</h2>
            <div class="body stack">
                <p>{count(words::WAITS, found.messages)}" "{why}" "
                    {found.done_at.as_deref().map(|at| words::WAIT_DONE.with(lang(), &[("time", &times::instant(at))]))}</p>
                {(!rows.is_empty()).then(|| view! {
                    <table class="t t-stack"><caption class="vh">{say(words::WAIT_WHY)}</caption><tbody>{rows}{more}</tbody></table>
                })}
                {alone.then(|| view! { <p><a href="/admin/sending">{say(operations::BREAKERS)}</a></p> })}
            </div>
        </section>
    }
}

fn row(one: Held) -> impl IntoView {
    let limit = one.per_hour.map(|limit| format::integer(lang(), i64::from(limit))).unwrap_or_default();
    let domain = one.domain.unwrap_or_default();
    let what = words::held(&one.reason).map_or(one.reason.clone(), |word| word.with(lang(), &[("domain", &domain), ("limit", &limit)]));
    let next = one.next_at.as_deref().map(|at| words::WAIT_NEXT.with(lang(), &[("time", &times::instant(at))]));
    view! { <tr><td class="a long">{what}<span class="sub">{next}</span></td><td class="num z">{format::integer(lang(), one.count as i64)}</td></tr> }
}

//! A message as its reader sees it. HTML stands in a frame that may do nothing: no script, no cookie, no address of ours.

use kontor_shared::words::mailings as words;
use leptos::prelude::*;

use crate::lang::{lang, say};

/// What is shown of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub attachments: Vec<String>,
}

/// The document for the frame. Its own policy forbids what the frame's emptiness forbids already, and pictures from
/// elsewhere: looking at a message must tell nobody that it was looked at.
fn framed(html: &str) -> String {
    const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">";
    match html.find("<head>") {
        Some(at) => format!("{}{POLICY}{}", &html[..at + 6], &html[at + 6..]),
        None => format!("<!doctype html><head>{POLICY}</head>{html}"),
    }
}

#[component]
pub fn LetterView(letter: Letter) -> impl IntoView {
    let plain = RwSignal::new(letter.html.is_none());
    let Letter { from, to, subject, text, html, attachments } = letter;
    let both = html.is_some();
    let frame = StoredValue::new(html.map(|html| framed(&html)));
    let text = StoredValue::new(text);
    let pick = move |value: bool, label: &'static str| {
        view! { <button type="button" aria-pressed=move || if plain.get() == value { "true" } else { "false" } on:click=move |_| plain.set(value)>{label}</button> }
    };
    view! {
        <article class="letter">
            <dl class="facts s">
                <dt>{say(words::SUBJECT)}</dt><dd class="long"><b>{subject}</b></dd>
                {(!from.is_empty()).then(|| view! { <dt>{say(words::FROM)}</dt><dd class="long">{from}</dd> })}
                {(!to.is_empty()).then(|| view! { <dt>{say(words::TO)}</dt><dd class="long">{to}</dd> })}
            </dl>
            {both.then(|| view! { <div class="seg seg-row">{pick(false, say(words::AS_HTML))}{pick(true, say(words::AS_TEXT))}</div> })}
            {move || if plain.get() {
                view! { <pre class="letter-text">{text.get_value()}</pre> }.into_any()
            } else {
                view! { <iframe class="letter-frame" sandbox="" referrerpolicy="no-referrer" title=say(words::MESSAGE_FRAME) srcdoc=frame.get_value()></iframe> }.into_any()
            }}
            {(!attachments.is_empty()).then(|| view! { <p class="s ink-2 long">{words::ATTACHED.with(lang(), &[("names", &attachments.join(", "))])}</p> })}
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framed_document_carries_its_own_policy() {
        assert!(framed("<html><head><title>x</title>").starts_with("<html><head><meta http-equiv"));
        assert!(framed("<p>x</p>").contains("default-src 'none'"));
    }
}

//! Giving out a person's data, and erasing the person. The latter cannot be undone: it says what it will do, and the name is
//! typed again.

use kontor_shared::api::people::{Contact, Erase, ErasePreview, Erased, PersonExport};
use kontor_shared::ids::ContactId;
use kontor_shared::words::people as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::people::called;
use super::{a_form, changed};
use crate::admin::listing::{Listing, Shown};
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::dialog::Dialog;
use crate::ui::form::{Line, Submit, Wrong};
use crate::ui::toast;

/// Saves everything held about a person as two files.
pub fn export(id: ContactId) {
    spawn_local(async move {
        match api::post_empty::<PersonExport>(&format!("/api/contacts/{id}/export")).await {
            Ok(export) => {
                let name = format!("person-{id}");
                browser::download(&format!("{name}.txt"), "text/plain", export.text.as_bytes());
                if let Ok(json) = serde_json::to_vec_pretty(&export) {
                    browser::download(&format!("{name}.json"), "application/json", &json);
                }
                changed();
                toast::tell(say(words::EXPORTED));
            }
            Err(error) => {
                crate::admin::expiry::tell(&error);
            }
        }
    });
}

#[component]
pub fn EraseDialog(contact: Contact, close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    let title = words::ERASE_TITLE.with(lang(), &[("name", &called(&contact))]);
    let id = contact.id;
    let preview: Listing<ErasePreview> = Listing::new(Signal::stored(format!("/api/contacts/{id}/erase")));
    view! {
        <Dialog open=open title=title>
            <div class="dialog-body stack">
                <p>{say(words::ERASE_HINT)}</p>
                <Shown of=preview show=move |preview: ErasePreview| view! { <Confirm id=id preview=preview open=open/> }.into_any()/>
            </div>
        </Dialog>
    }
}

#[component]
fn Confirm(id: ContactId, preview: ErasePreview, open: RwSignal<bool>) -> impl IntoView {
    let counts: Vec<_> = [
        (words::ERASE_SESSIONS, preview.sessions),
        (words::ERASE_QUEUED, preview.queued),
        (words::ERASE_MESSAGES, preview.messages),
        (words::ERASE_CONSENTS, preview.consents),
        (words::ERASE_AUDIT, preview.audit),
        (words::ERASE_ORDERS, preview.orders),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(word, count)| view! { <li>{word.with(lang(), &[("n", &kontor_shared::words::format::integer(lang(), count as i64))])}</li> })
    .collect();
    let elsewhere = (!preview.elsewhere.is_empty()).then(|| words::ERASE_ELSEWHERE.with(lang(), &[("codes", &preview.elsewhere.join(", "))]));
    let (name, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let form = a_form("erase");
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = Erase { name: name.get_untracked(), reason: reason.get_untracked() };
        form.send(async move { api::post::<Erased>(&format!("/api/contacts/{id}/erase"), &content).await }, move |_| {
            let _ = open.try_set(false);
            changed();
            toast::tell(say(words::ERASE_DONE));
        });
    };
    view! {
        <ul>
            {preview.log_in.then(|| view! { <li>{say(words::ERASE_LOG_IN)}</li> })}
            {counts}
        </ul>
        {elsewhere.map(|text| view! { <div class="note note-warn"><p>{text}</p></div> })}
        <form class="stack" novalidate on:submit=go>
            <Line form=form at="/reason" label=say(words::REASON) value=reason hint=say(words::ERASE_REASON_HINT) max_length=500/>
            <Line form=form at="/name" label=words::TYPE_NAME.with(lang(), &[("name", &preview.name)]) value=name max_length=254/>
            <Wrong form=form/>
            <Submit form=form label=say(words::ERASE)/>
        </form>
    }
}

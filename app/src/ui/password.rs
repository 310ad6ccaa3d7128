//! A field for a password: masked, shown on wish, pasted into at will (ASVS 5.0, 6.2.6 and 6.2.7).

use kontor_shared::passwords;
use kontor_shared::words::accounts as words;
use leptos::prelude::*;

use crate::lang::say;

/// `value` is kept as typed: no blank is cut off, nothing is shortened.
#[component]
pub fn PasswordField(
    #[prop(into)] label: String,
    #[prop(into)] id: String,
    value: RwSignal<String>,
    /// A new one is chosen: advice stands below, and password managers offer one.
    #[prop(optional)]
    new: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let toggle = label.clone();
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let (described, hint_at) = (error_id.clone(), hint_id.clone());
    let describes = move || match (error.get().is_some(), new) {
        (true, true) => Some(format!("{described} {hint_at}")),
        (true, false) => Some(described.clone()),
        (false, true) => Some(hint_at.clone()),
        (false, false) => None,
    };
    view! {
        <div class="field">
            <label for=id.clone()><span>{label}</span></label>
            <div class="password">
                <input class="in" id=id.clone() required=true maxlength=passwords::MOST_BYTES.to_string() spellcheck="false" autocapitalize="off"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=if new { "new-password" } else { "current-password" }
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=describes/>
                <button type="button" class="btn" aria-controls=id
                    aria-label=move || format!("{}: {toggle}", say(if shown.get() { words::HIDE_PASSWORD } else { words::SHOW_PASSWORD }))
                    on:click=move |_| shown.update(|shown| *shown = !*shown)>
                    {move || say(if shown.get() { words::HIDE_PASSWORD } else { words::SHOW_PASSWORD })}
                </button>
            </div>
            {new.then(|| view! { <small class="ink-2" id=hint_id>{say(words::PASSWORD_ADVICE)}</small> })}
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone() role="alert">{text}</span> })}
        </div>
    }
}

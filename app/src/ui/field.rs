//! A labelled field with its hint and its error beside it.

use leptos::prelude::*;

use super::form::describes;

/// A text field. `value` is kept as typed, also when it is wrong.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    #[prop(into)] id: String,
    value: RwSignal<String>,
    #[prop(optional, into)] kind: Option<&'static str>,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] max_length: Option<u32>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// A summary of the form says aloud what is wrong: the field only shows it.
    #[prop(optional)]
    summed_up: bool,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = {
        let (hint_id, error_id, hinted) = (hint_id.clone(), error_id.clone(), hint.is_some());
        move || describes(hinted.then_some(&hint_id), error.with(Option::is_some).then_some(&error_id))
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="in"
                id=id.clone()
                type=kind.unwrap_or("text")
                autocomplete=autocomplete.unwrap_or("off")
                maxlength=max_length.map(|length| length.to_string())
                required=required
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
            {hint.map(|hint| view! { <small class="ink-2" id=hint_id>{hint}</small> })}
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone() role=(!summed_up).then_some("alert")>{text}</span> })}
        </div>
    }
}

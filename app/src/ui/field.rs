//! A labelled field with its error beside it.

use leptos::prelude::*;

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
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    view! {
        <label class="field" for=id.clone()>
            <span>{label}</span>
            <input
                class="in"
                id=id.clone()
                type=kind.unwrap_or("text")
                autocomplete=autocomplete.unwrap_or("off")
                maxlength=max_length.map(|length| length.to_string())
                required=required
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=move || error.get().is_some().then(|| described.clone())
            />
            {hint.map(|hint| view! { <small class="ink-2">{hint}</small> })}
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone() role="alert">{text}</span> })}
        </label>
    }
}

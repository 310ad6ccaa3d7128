//! A form that is saved as a whole: its fields with their errors beside them, the summary of what was refused, one sending
//! at a time. The server says what is wrong by a pointer such as `/places/0/address`, and the field has its id after it.

use kontor_shared::words::profile as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::say;

/// The code of a change somebody else made meanwhile.
const ELSEWHERE: &str = "changed_elsewhere";

/// `Copy`, like the signals in it.
#[derive(Clone, Copy)]
pub struct Form {
    /// Before the ids of its fields, so that two forms of a page have none in common.
    id: StoredValue<String>,
    wrong: RwSignal<Option<ApiError>>,
    pub busy: RwSignal<bool>,
    /// Somebody else's change was met: whoever saves again means to put this over it.
    over: RwSignal<bool>,
    /// The words for an error, by who reads them.
    words: fn(&ApiError) -> String,
    /// What else an error means for the page: a session that ended.
    note: fn(&ApiError),
}

impl Form {
    pub fn new(id: impl Into<String>, words: fn(&ApiError) -> String, note: fn(&ApiError)) -> Self {
        Self { id: StoredValue::new(id.into()), wrong: RwSignal::new(None), busy: RwSignal::new(false), over: RwSignal::new(false), words, note }
    }

    /// The id of the field a pointer names.
    pub fn id(self, pointer: &str) -> String {
        self.id.with_value(|id| format!("{id}{}", pointer.replace('/', "-")))
    }

    /// What is wrong with the field a pointer names.
    pub fn error(self, pointer: impl Into<String>) -> Signal<Option<String>> {
        let pointer = pointer.into();
        Signal::derive(move || self.wrong.with(|wrong| wrong.as_ref().filter(|error| error.field.as_deref() == Some(&pointer)).map(self.words)))
    }

    /// Something is wrong before anything was sent.
    pub fn refuse(self, code: &str, pointer: &str) {
        self.fail(ApiError { code: code.into(), field: Some(pointer.into()), ..ApiError::unreadable(422, String::new()) });
    }

    fn fail(self, error: ApiError) {
        (self.note)(&error);
        let field = error.field.clone();
        if error.code == ELSEWHERE {
            let _ = self.over.try_set(true);
        }
        if self.wrong.try_set(Some(error)).is_none() {
            match field {
                Some(pointer) => browser::focus(&self.id(&pointer)),
                None => browser::focus(&self.id("/wrong")),
            }
        }
    }

    /// The revision to send, where the page showed this one; none where it is put over another's change.
    pub fn seen(self, revision: i64) -> Option<i64> {
        (!self.over.get_untracked()).then_some(revision)
    }

    /// Waits for the answer to what is sent; `done` takes a good one.
    pub fn send<T: 'static>(self, answer: impl Future<Output = api::Result<T>> + 'static, done: impl FnOnce(T) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.wrong.set(None);
        spawn_local(async move {
            let answer = answer.await;
            // The page may have gone meanwhile; its signals with it.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(error) => self.fail(error),
            }
        });
    }
}

/// What was refused, above the button: the sentence, and the way to the field.
#[component]
pub fn Wrong(form: Form) -> impl IntoView {
    move || {
        form.wrong.get().map(|error| {
            let text = if error.code == ELSEWHERE { say(words::SOMEBODY_CHANGED).to_string() } else { (form.words)(&error) };
            let to = error.field.as_deref().map(|pointer| form.id(pointer));
            view! {
                <div class="note note-bad" role="alert" tabindex="-1" id=form.id("/wrong")>
                    {match to {
                        Some(to) => view! {
                            <p>{say(words::CORRECT_FIELDS)}" "<a href=format!("#{to}") rel="external" on:click=move |event| { event.prevent_default(); browser::focus(&to) }>{text}</a></p>
                        }.into_any(),
                        None => view! { <p>{text}</p> }.into_any(),
                    }}
                </div>
            }
        })
    }
}

/// The button that saves; a form drawn anew after it was saved gives the focus back to it, by its id `…-submit`.
#[component]
pub fn Submit(form: Form, label: &'static str) -> impl IntoView {
    view! {
        <button type="submit" class="btn btn-main" id=form.id("/submit") aria-busy=move || form.busy.get().then_some("true")>
            {move || if form.over.get() { say(words::SAVE_OVER) } else { label }}
        </button>
    }
}

/// A field of one line.
#[component]
pub fn Line(
    form: Form,
    at: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] hint: Option<String>,
    /// The id of a list of values to choose from.
    #[prop(optional)]
    list: Option<&'static str>,
    max_length: u32,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let error = form.error(at);
    let (id, hint_id, error_id) = (form.id(at), format!("{}-hint", form.id(at)), format!("{}-error", form.id(at)));
    let described = {
        let (hint_id, error_id, hinted) = (hint_id.clone(), error_id.clone(), hint.is_some());
        move || describes(hinted.then_some(&hint_id), error.with(Option::is_some).then_some(&error_id))
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input class="in" id=id type=kind.unwrap_or("text") autocomplete=autocomplete.unwrap_or("off") maxlength=max_length.to_string() required=required list=list
                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true") aria-describedby=described/>
            {hint.map(|text| view! { <small class="ink-2" id=hint_id>{text}</small> })}
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone()>{text}</span> })}
        </div>
    }
}

/// A field of several lines, for a value that stands in a signal or in part of one.
#[component]
pub fn Area(
    form: Form,
    #[prop(into)] at: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    rows: u32,
    max_length: u32,
) -> impl IntoView {
    let error = form.error(at.clone());
    let (id, hint_id, error_id) = (form.id(&at), format!("{}-hint", form.id(&at)), format!("{}-error", form.id(&at)));
    let described = {
        let (hint_id, error_id, hinted) = (hint_id.clone(), error_id.clone(), hint.is_some());
        move || describes(hinted.then_some(&hint_id), error.with(Option::is_some).then_some(&error_id))
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="in" id=id rows=rows.to_string() maxlength=max_length.to_string() autocomplete=autocomplete.unwrap_or("off")
                prop:value=move || value.get() on:input=move |event| on_input.run(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true") aria-describedby=described></textarea>
            {hint.map(|text| view! { <small class="ink-2" id=hint_id>{text}</small> })}
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone()>{text}</span> })}
        </div>
    }
}

/// A choice of one among few, each with its word.
#[component]
pub fn Choose(
    form: Form,
    at: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    /// Value and word.
    choices: Vec<(String, String)>,
) -> impl IntoView {
    let error = form.error(at);
    let (id, error_id) = (form.id(at), format!("{}-error", form.id(at)));
    let described = error_id.clone();
    let choices: Vec<_> = choices
        .into_iter()
        .map(|(choice, word)| {
            let own = choice.clone();
            view! { <option value=choice prop:selected=move || value.with(|value| *value == own)>{word}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="in" id=id on:change=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || error.with(Option::is_some).then(|| described.clone())>{choices}</select>
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone()>{text}</span> })}
        </div>
    }
}

/// A box to tick.
#[component]
pub fn Tick(#[prop(into)] label: String, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="pick">
            <input type="checkbox" prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event))/>
            {label}
        </label>
    }
}

/// The ids of what describes a field: what is wrong first, then the hint.
pub fn describes(hint: Option<&String>, error: Option<&String>) -> Option<String> {
    let ids: Vec<&str> = error.into_iter().chain(hint).map(String::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

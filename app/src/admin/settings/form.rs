//! Fields of a form that is checked here and by the server: each knows its place in what is sent, and shows what is wrong there.

use kontor_shared::words::{Word, firm as words};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::page::words_for;

/// Why something cannot be saved, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// JSON pointer of the field in what is sent; empty: nowhere in particular.
    pub field: String,
    pub text: String,
}

impl Wrong {
    pub fn at(field: impl Into<String>, word: Word) -> Self {
        Self { field: field.into(), text: say(word).to_string() }
    }
}

impl From<&ApiError> for Wrong {
    fn from(error: &ApiError) -> Self {
        let text = words::problem(&error.code).map_or_else(|| words_for(error), |word| say(word).to_string());
        let field = error.field.clone().unwrap_or_default();
        Self { field: field.strip_prefix("/settings").map_or(field.clone(), String::from), text }
    }
}

/// What is wrong now, one thing at a time.
#[derive(Clone, Copy)]
pub struct Errors(RwSignal<Option<Wrong>>);

impl Errors {
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    pub fn clear(self) {
        let _ = self.0.try_set(None);
    }

    /// Says what is wrong and goes to the field.
    pub fn show(self, wrong: Wrong) {
        go_to(&wrong.field);
        let _ = self.0.try_set(Some(wrong));
    }

    /// What is wrong at a field or in what it holds.
    pub fn at(self, field: &str) -> Signal<Option<String>> {
        let field = field.to_string();
        Signal::derive(move || {
            self.0.with(|wrong| {
                let wrong =
                    wrong.as_ref().filter(|wrong| wrong.field == field || wrong.field.strip_prefix(&field).is_some_and(|rest| rest.starts_with('/')))?;
                Some(wrong.text.clone())
            })
        })
    }

    /// What is wrong with something as a whole, and with none of its fields in particular.
    pub fn of(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.0.with(|wrong| wrong.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.text.clone())))
    }

    /// What is wrong among the fields below a place.
    fn under(self, place: &'static str) -> Option<Wrong> {
        self.0.with(|wrong| wrong.clone().filter(|wrong| place.is_empty() || wrong.field.is_empty() || wrong.field.starts_with(place)))
    }
}

/// The id of a field's element.
pub fn id_of(field: &str) -> String {
    field.trim_start_matches('/').replace('/', "-")
}

/// The id of the element a field is in, or of what holds it.
fn element_of(field: &str) -> Option<String> {
    let mut field = field.to_string();
    while !field.is_empty() {
        if document().get_element_by_id(&id_of(&field)).is_some() {
            return Some(id_of(&field));
        }
        field.truncate(field.rfind('/').unwrap_or(0));
    }
    None
}

/// Gives the focus to a field, or to what holds it.
fn go_to(field: &str) {
    if let Some(id) = element_of(field) {
        browser::focus(&id);
    }
}

/// One line of text.
pub fn line(errors: Errors, field: &'static str, label: Word, hint: Word, value: RwSignal<String>) -> impl IntoView {
    view! { <Field label=say(label) id=id_of(field) value=value hint=say(hint).to_string() max_length=400 error=errors.at(field)/> }
}

/// Several lines of text.
#[component]
pub fn Area(
    errors: Errors,
    field: &'static str,
    #[prop(into)] label: String,
    hint: Word,
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u32,
) -> impl IntoView {
    let error = errors.at(field);
    let error_id = format!("{}-error", id_of(field));
    let described = error_id.clone();
    view! {
        <label class="field" for=id_of(field)>
            <span>{label}</span>
            <textarea class="in" id=id_of(field) rows=rows.to_string() prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=move || error.get().is_some().then(|| described.clone())></textarea>
            <small class="ink-2">{say(hint)}</small>
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone() role="alert">{text}</span> })}
        </label>
    }
}

/// One of several.
#[component]
pub fn Choice(errors: Errors, field: &'static str, label: Word, hint: Word, value: RwSignal<String>, options: Vec<(String, String)>) -> impl IntoView {
    let error = errors.at(field);
    let options: Vec<_> = options
        .into_iter()
        .map(|(code, name)| {
            let own = code.clone();
            view! { <option value=code prop:selected=move || value.with(|value| *value == own)>{name}</option> }
        })
        .collect();
    view! {
        <label class="field" for=id_of(field)>
            <span>{say(label)}</span>
            <select class="in" id=id_of(field) on:change=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.get().is_some().then_some("true")>{options}</select>
            <small class="ink-2">{say(hint)}</small>
            {move || error.get().map(|text| view! { <span class="err" role="alert">{text}</span> })}
        </label>
    }
}

/// Words as options of a [`Choice`].
pub fn options(words: &[(&str, Word)]) -> Vec<(String, String)> {
    words.iter().map(|(code, word)| ((*code).to_string(), say(*word).to_string())).collect()
}

/// A box to tick.
#[component]
pub fn Tick(#[prop(into)] label: String, #[prop(into)] id: String, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="pick" for=id.clone()>
            <input type="checkbox" id=id.clone() prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event))/>
            {label}
        </label>
    }
}

/// What is wrong in a form, with the way to the field; and the button that sends it.
#[component]
pub fn Foot(errors: Errors, place: &'static str, busy: RwSignal<bool>, #[prop(into)] label: String) -> impl IntoView {
    let wrong = move || {
        errors.under(place).map(|Wrong { field, text }| {
            let known = element_of(&field).is_some();
            view! {
                <span>{words::NOT_SAVED.with(lang(), &[("problem", &text)])}</span>" "
                {known.then(|| view! { <button type="button" class="link" on:click=move |_| go_to(&field)>{say(words::SHOW_FIELD)}</button> })}
            }
        })
    };
    view! {
        <p class="err" role="alert">{wrong}</p>
        <div class="row-x"><button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{label}</button></div>
    }
}

/// A whole number within bounds; an empty field is `None`.
pub fn whole(text: &str, field: &str, least: u32, most: u32) -> Result<Option<u32>, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(Wrong::at(field, words::BAD_NUMBER)),
    }
}

/// As [`whole`], where something has to stand.
pub fn needed(text: &str, field: &str, least: u32, most: u32) -> Result<u32, Wrong> {
    whole(text, field, least, most)?.ok_or_else(|| Wrong::at(field, words::BAD_NUMBER))
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn a_field_has_an_id() {
        assert_eq!(id_of("/money/vat_rates/1/percent"), "money-vat_rates-1-percent");
    }
}

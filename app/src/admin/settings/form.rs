//! Fields of a form that is checked here and by the server: each knows its place in what is sent, and shows what is wrong there.

use kontor_shared::words::{Word, firm as words, format};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::form::describes;
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

    /// The sentence, with the way to the field by its name where the page has it.
    fn shown(self) -> impl IntoView {
        let Self { field, text } = self;
        match element_of(&field).and_then(|id| name_of(&id)) {
            Some(name) => view! { <button type="button" class="link" on:click=move |_| go_to(&field)>{name}</button>": "{text} }.into_any(),
            None => text.into_any(),
        }
    }
}

impl From<&ApiError> for Wrong {
    fn from(error: &ApiError) -> Self {
        let field = error.field.clone().unwrap_or_default();
        let field = field.strip_prefix("/settings").map_or(field.clone(), String::from);
        let text = match limits(&field).filter(|_| BEYOND.contains(&error.code.as_str())) {
            Some(limits) => bad_number(limits),
            None => words::problem(&error.code).map_or_else(|| words_for(error), |word| say(word).to_string()),
        };
        Self { field, text }
    }
}

/// What is wrong now. `Copy`, like the signal in it.
#[derive(Clone, Copy)]
pub struct Errors(RwSignal<Vec<Wrong>>);

impl Errors {
    pub fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    pub fn clear(self) {
        let _ = self.0.try_set(Vec::new());
    }

    /// Says what is wrong, all of it at once, and goes to the first field.
    pub fn show(self, wrong: Vec<Wrong>) {
        if let Some(first) = wrong.first() {
            go_to(&first.field);
        }
        let _ = self.0.try_set(wrong);
    }

    /// What is wrong at a field or in what it holds.
    pub fn at(self, field: &str) -> Signal<Option<String>> {
        let field = field.to_string();
        Signal::derive(move || {
            self.0.with(|all| {
                let holds = |wrong: &&Wrong| wrong.field == field || wrong.field.strip_prefix(&field).is_some_and(|rest| rest.starts_with('/'));
                all.iter().find(holds).map(|wrong| wrong.text.clone())
            })
        })
    }

    /// What is wrong with something as a whole, and with none of its fields in particular.
    pub fn of(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.0.with(|all| all.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.text.clone())))
    }

    /// Whether this very field is wrong; tracked.
    pub fn names(self, field: &str) -> bool {
        self.0.with(|all| all.iter().any(|wrong| wrong.field == field))
    }

    /// What is wrong among the fields below a place.
    fn under(self, place: &'static str) -> Vec<Wrong> {
        let below = |wrong: &&Wrong| place.is_empty() || wrong.field.is_empty() || wrong.field.starts_with(place);
        self.0.with(|all| all.iter().filter(below).cloned().collect())
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

/// What the page calls an element: its own name, its label or its legend.
fn name_of(id: &str) -> Option<String> {
    let element = document().get_element_by_id(id)?;
    let labelled = || document().query_selector(&format!("label[for=\"{id}\"]")).ok().flatten();
    let legend = || element.query_selector("legend").ok().flatten();
    element.get_attribute("aria-label").or_else(|| labelled().or_else(legend)?.text_content())
}

/// Gives the focus to a field, or to what holds it.
fn go_to(field: &str) {
    if let Some(id) = element_of(field) {
        browser::focus(&id);
    }
}

/// One line of text.
pub fn line(errors: Errors, field: &'static str, label: Word, hint: Word, value: RwSignal<String>) -> impl IntoView {
    view! { <Field label=say(label) id=id_of(field) value=value hint=say(hint).to_string() max_length=400 error=errors.at(field) summed_up=true/> }
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
    let (id, hint_id, error_id) = ids(field);
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || describes(Some(&hint_id), error.with(Option::is_some).then_some(&error_id))
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="in" id=id rows=rows.to_string() prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true") aria-describedby=described></textarea>
            <small class="ink-2" id=hint_id>{say(hint)}</small>
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone()>{text}</span> })}
        </div>
    }
}

/// The ids of a field, its hint and its error.
fn ids(field: &str) -> (String, String, String) {
    let id = id_of(field);
    (id.clone(), format!("{id}-hint"), format!("{id}-error"))
}

/// One of several.
#[component]
pub fn Choice(errors: Errors, field: &'static str, label: Word, hint: Word, value: RwSignal<String>, options: Vec<(String, String)>) -> impl IntoView {
    let error = errors.at(field);
    let (id, hint_id, error_id) = ids(field);
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || describes(Some(&hint_id), error.with(Option::is_some).then_some(&error_id))
    };
    let options: Vec<_> = options
        .into_iter()
        .map(|(code, name)| {
            let own = code.clone();
            view! { <option value=code prop:selected=move || value.with(|value| *value == own)>{name}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=id.clone()>{say(label)}</label>
            <select class="in" id=id on:change=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true") aria-describedby=described>{options}</select>
            <small class="ink-2" id=hint_id>{say(hint)}</small>
            {move || error.get().map(|text| view! { <span class="err" id=error_id.clone()>{text}</span> })}
        </div>
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

/// What is wrong in a form, each with the way to its field; and the button that sends it.
#[component]
pub fn Foot(errors: Errors, place: &'static str, busy: RwSignal<bool>, #[prop(into)] label: String) -> impl IntoView {
    let wrong = move || {
        let all = errors.under(place);
        (!all.is_empty()).then(|| {
            let lines: Vec<_> = all.into_iter().map(|wrong| view! { <li>{wrong.shown()}</li> }).collect();
            view! { <div class="note note-bad"><div><p>{say(words::NOT_SAVED)}</p><ul>{lines}</ul></div></div> }
        })
    };
    view! {
        <div role="alert">{wrong}</div>
        <div class="row-x"><button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{label}</button></div>
    }
}

/// Numbers that fields take, by their place in what is sent; the server has the same bounds.
const LIMITS: [(&str, u32, u32); 6] = [
    ("/mail/port", 1, 65_535),
    ("/mail/per_hour", 1, 10_000_000),
    ("/mail/per_domain_per_hour", 1, 10_000_000),
    ("/segments/regular_from", 1, 1_000),
    ("/prices/pay_days", 0, 365),
    ("/prices/new_days", 0, 3_650),
];

/// The server's codes for a number beyond them.
const BEYOND: [&str; 3] = ["mail_limit", "days", "regular_from"];

fn limits(field: &str) -> Option<(u32, u32)> {
    LIMITS.into_iter().find(|(place, ..)| *place == field).map(|(_, least, most)| (least, most))
}

fn bad_number((least, most): (u32, u32)) -> String {
    let number = |number: u32| format::integer(lang(), i64::from(number));
    words::BAD_NUMBER.with(lang(), &[("least", &number(least)), ("most", &number(most))])
}

/// A whole number within its field's bounds; an empty field is `None`. What is neither is told in `wrong`.
pub fn whole(text: &str, field: &str, wrong: &mut Vec<Wrong>) -> Option<u32> {
    let (text, (least, most)) = (text.trim(), limits(field).unwrap_or((0, u32::MAX)));
    if text.is_empty() {
        return None;
    }
    let number = text.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
    if number.is_none() {
        wrong.push(Wrong { field: field.into(), text: bad_number((least, most)) });
    }
    number
}

/// As [`whole`], where something has to stand.
pub fn needed(text: &str, field: &str, wrong: &mut Vec<Wrong>) -> u32 {
    if text.trim().is_empty() {
        wrong.push(Wrong { field: field.into(), text: bad_number(limits(field).unwrap_or((0, u32::MAX))) });
    }
    whole(text, field, wrong).unwrap_or_default()
}

/// An e-mail address or nothing, as far as a page can tell; the server knows more.
pub fn address(text: &str, field: &str, wrong: &mut Vec<Wrong>) {
    let text = text.trim();
    let sides = text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if !text.is_empty() && !sides {
        wrong.push(Wrong::at(field, words::BAD_ADDRESS));
    }
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn a_field_has_an_id() {
        assert_eq!(id_of("/money/vat_rates/1/percent"), "money-vat_rates-1-percent");
    }
}

//! The audit trail: who changed what, when, from what to what.

use std::collections::BTreeMap;

use kontor_shared::api::AuditPage;
use kontor_shared::api::people::CustomerChoices;
use kontor_shared::audit::{Action, Actor};
use kontor_shared::words::staff;
use leptos::prelude::*;
use serde_json::Value;

use super::listing::{Listing, More, Shown};
use crate::lang::say;
use crate::times;
use crate::ui::page::PageHead;

/// One field that differs: its path, the value before, the value after.
type Change = (String, String, String);

/// A JSON document as its leaves by path. Text that is not JSON is one leaf without a path.
fn leaves(text: Option<&str>) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
        let below = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| walk(&below(name), value, into)),
            Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| walk(&below(&at.to_string()), value, into)),
            Value::Null => {}
            Value::String(text) => drop(into.insert(path.to_string(), text.clone())),
            other => drop(into.insert(path.to_string(), other.to_string())),
        }
    }
    let mut found = BTreeMap::new();
    match text.map(|text| (text, serde_json::from_str::<Value>(text))) {
        Some((_, Ok(value))) => walk("", &value, &mut found),
        Some((text, Err(_))) => drop(found.insert(String::new(), text.to_string())),
        None => {}
    }
    found
}

/// What differs between two documents, field by field.
fn changes(before: Option<&str>, after: Option<&str>) -> Vec<Change> {
    let (before, mut after) = (leaves(before), leaves(after));
    let mut found: Vec<Change> = Vec::new();
    for (path, old) in before {
        let new = after.remove(&path).unwrap_or_default();
        if new != old {
            found.push((path, old, new));
        }
    }
    found.extend(after.into_iter().map(|(path, new)| (path, String::new(), new)));
    found.sort();
    found
}

/// What was done, as people say it; a code this program no longer has is shown as it is.
pub fn action(code: &str) -> String {
    Action::parse(code).map_or_else(|| code.to_string(), |action| say(action.word()).to_string())
}

/// Who did it: a log-in, or what acts without one.
pub fn actor(name: &str) -> String {
    Actor::parse(name).map_or_else(|| name.to_string(), |actor| say(actor.word()).to_string())
}

/// A value as people know it: price types by their names.
fn named(path: &str, value: String, choices: Option<&CustomerChoices>) -> String {
    let known = choices.filter(|_| path.ends_with("price_type")).and_then(|choices| choices.price_types.iter().find(|known| known.code == value));
    known.map_or(value, |known| known.name.clone())
}

#[component]
pub fn Audit() -> impl IntoView {
    let listing: Listing<AuditPage> = Listing::new(Signal::stored("/api/audit".to_string()));
    let choices: Listing<CustomerChoices> = Listing::new(Signal::stored("/api/customer-choices".to_string()));
    view! {
        <PageHead title=say(staff::AUDIT)/>
        <Shown of=listing show=move |page: AuditPage| view! { <Rows page=page choices=choices/> }.into_any()/>
        <More of=listing/>
    }
}

#[component]
fn Rows(page: AuditPage, choices: Listing<CustomerChoices>) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p><b>{say(staff::NO_AUDIT)}</b></p></div></div> }.into_any();
    }
    let rows: Vec<_> = page
        .rows
        .into_iter()
        .map(|row| {
            let changes: Vec<_> = changes(row.before.as_deref(), row.after.as_deref())
                .into_iter()
                .map(|(path, old, new)| {
                    let shown = |value: String| {
                        let path = path.clone();
                        move || choices.page.with(|choices| named(&path, value.clone(), choices.as_ref()))
                    };
                    let (was, is) = (!old.is_empty(), !new.is_empty());
                    let (old, new) = (shown(old), shown(new));
                    view! {
                        <li>
                            {(!path.is_empty()).then(|| view! { <span class="ink-2">{path}": "</span> })}
                            {was.then(|| view! { <del>{old}</del>" " })}
                            {is.then(|| view! { <ins>{new}</ins> })}
                        </li>
                    }
                })
                .collect();
            view! {
                <tr class="top">
                    <td class="b nw">{times::instant(&row.at)}</td>
                    <td class="b">{actor(&row.actor)}</td>
                    <td class="a">{action(&row.action)}<span class="sub code">{row.action}</span></td>
                    <td class="b code long">{row.subject}</td>
                    <td class="c"><ul class="changes long">{changes}</ul></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::AUDIT)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::WHEN)}</th>
                <th scope="col">{say(staff::WHO)}</th>
                <th scope="col">{say(staff::ACTION)}</th>
                <th scope="col">{say(staff::SUBJECT)}</th>
                <th scope="col">{say(staff::CHANGES)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_that_differ_are_told() {
        let found = changes(Some(r#"{"terms":"a","party":{"name":"X"},"n":1}"#), Some(r#"{"terms":"b","party":{"name":"X"},"n":1,"note":"new"}"#));
        let expected = [("note", "", "new"), ("terms", "a", "b")].map(|(path, old, new)| (path.to_string(), old.to_string(), new.to_string()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_first_value_and_text_that_is_not_json_are_told_whole() {
        assert_eq!(changes(None, Some("17")), [(String::new(), String::new(), "17".to_string())]);
        assert_eq!(changes(Some("not json"), None), [(String::new(), "not json".to_string(), String::new())]);
    }
}

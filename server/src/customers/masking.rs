//! Taking an erased person out of stored texts. Many of them are JSON, of which only the strings are looked at: a person called
//! like a field is no reason to rename it.

use kontor_shared::customers::{ERASED, mask};
use serde_json::Value;

/// The text without what names the person; none where it holds nothing of them. `whole`: a string that names the person goes
/// altogether, because it quotes something foreign as it came and all of it is about the person.
pub fn masked(text: &str, names: &[String], whole: bool) -> Option<String> {
    let without = |text: &str| mask(text, names).map(|masked| if whole { ERASED.to_string() } else { masked });
    match serde_json::from_str::<Value>(text) {
        Ok(mut json) if json.is_object() || json.is_array() => in_json(&mut json, &without).then(|| json.to_string()),
        _ => without(text),
    }
}

fn in_json(json: &mut Value, without: &dyn Fn(&str) -> Option<String>) -> bool {
    match json {
        Value::String(text) => match without(text) {
            Some(masked) => {
                *text = masked;
                true
            }
            None => false,
        },
        // Every one is looked at: no `any`, which stops at the first.
        Value::Array(items) => items.iter_mut().fold(false, |found, item| in_json(item, without) | found),
        Value::Object(fields) => fields.values_mut().fold(false, |found, value| in_json(value, without) | found),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_fields_and_what_is_no_text() {
        let check = |name: &str, whole: bool, text: &str, expected: Option<&str>| {
            assert_eq!(masked(text, &[name.to_string()], whole).as_deref(), expected, "{name} in {text}");
        };
        check(
            "name",
            false,
            r#"{"name":["Name",{"true":true,"b":"x name"}],"n":150}"#,
            Some(r#"{"name":["[erased]",{"true":true,"b":"x [erased]"}],"n":150}"#),
        );
        check("email", false, r#"{"email":"ann@x.org"}"#, None);
        // What escapes spell otherwise is found.
        check("Anna \"Ёлка\"", false, r#"{"a":"Anna \"\u0401лка\""}"#, Some(r#"{"a":"[erased]"}"#));
        check("ann@x.org", true, r#"[["value","call ann@x.org now"],["n","4"]]"#, Some(r#"[["value","[erased]"],["n","4"]]"#));
        check("ann@x.org", true, "550 <ann@x.org> unknown", Some(ERASED));
        check("ann@x.org", false, "550 <ann@x.org> unknown", Some("550 <[erased]> unknown"));
    }
}

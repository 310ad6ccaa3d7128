//! What is wrong with a template, found before anybody gets it: each text rendered for an invented reader, with everything
//! and with each thing missing that some readers lack.

use kontor_shared::api::mailings::{RenderedMessage, TemplateProblem, TemplateText};
use kontor_shared::mailings::placeholders::{self, Kind};
use kontor_shared::words::Lang;

use super::engine::{Fault, FaultKind, Part};
use super::values::Values;
use super::{html, nesting};

/// Longest subject, in characters; beyond the second number most telephones cut it off.
const SUBJECT_MOST: usize = 200;
const SUBJECT_SEEN: usize = 60;
pub const MOST_TEXT: usize = 100_000;

/// What was found in one language's texts, and how they look.
pub struct Checked {
    pub problems: Vec<TemplateProblem>,
    /// Absent where they cannot be rendered.
    pub preview: Option<RenderedMessage>,
}

struct Findings {
    lang: Lang,
    problems: Vec<TemplateProblem>,
}

impl Findings {
    fn add(&mut self, part: &str, line: Option<u32>, code: &str, value: impl Into<String>, advice: bool) {
        self.problems.push(TemplateProblem { lang: self.lang, part: part.into(), line, code: code.into(), value: value.into(), detail: String::new(), advice });
    }
    /// What the engine found.
    fn fault(&mut self, part: &str, fault: Fault) {
        self.problems.push(problem(self.lang, part, fault));
    }
    fn refuse(&mut self, part: &str, line: Option<u32>, code: &str, value: impl Into<String>) {
        self.add(part, line, code, value, false);
    }
    fn advise(&mut self, part: &str, line: Option<u32>, code: &str, value: impl Into<String>) {
        self.add(part, line, code, value, true);
    }
}

/// Checks one language's texts for `sample`, a reader who has everything.
pub fn check(text: &TemplateText, sample: &Values) -> Checked {
    let lang = text.lang;
    let mut found = Findings { lang, problems: Vec::new() };
    let parts = [("subject", &text.subject, false), ("html", &text.html, true), ("text", &text.text, false)];
    let mut rendered = Vec::new();
    for (part, source, in_html) in parts {
        if source.trim().is_empty() {
            found.refuse(part, None, "empty", "");
            continue;
        }
        if source.len() > MOST_TEXT {
            found.refuse(part, None, "too_long", "");
            continue;
        }
        let text = placeholders_of(&mut found, part, source, in_html, sample);
        let text = if in_html { text.and_then(|text| shallow(&mut found, source, text)) } else { text };
        rendered.extend(text.map(|text| (part, text)));
    }
    let get = |part: &str| rendered.iter().find(|(known, _)| *known == part).map(|(_, text)| text.as_str());
    if let Some(subject) = get("subject") {
        subject_problems(&mut found, &text.subject, subject.trim());
    }
    // As a reader's program reads it: the engine writes an address with its slashes escaped.
    let clean = get("html").map(html::clean);
    for (part, read) in [("html", clean.as_deref()), ("text", get("text"))] {
        if read.is_some_and(|text| !text.contains(&sample.unsubscribe_url)) {
            found.refuse(part, None, "no_unsubscribe", "unsubscribe_url");
        }
    }
    forbidden_tags(&mut found, &text.html);
    links(&mut found, &text.html);
    if let Some(plain) = get("text") {
        shouting(&mut found, "text", plain);
    }
    let preview = match (get("subject"), get("text"), &clean) {
        (Some(subject), Some(text), Some(html)) => {
            let subject = subject.trim().to_string();
            let html = html::document(lang, &subject, html);
            Some(RenderedMessage { from: String::new(), text: text.trim().to_string(), html, subject, attachments: Vec::new() })
        }
        _ => None,
    };
    Checked { problems: found.problems, preview }
}

/// Parses and renders a part; unknown names and missing fall-backs are found on the way.
fn placeholders_of(found: &mut Findings, part: &str, source: &str, in_html: bool, sample: &Values) -> Option<String> {
    let lang = found.lang;
    let parsed = match Part::parse(source, in_html) {
        Ok(parsed) => parsed,
        Err(fault) => {
            found.fault(part, fault);
            return None;
        }
    };
    let names = parsed.names();
    let line_of = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        source.lines().position(|line| line.contains("{") && line.contains(last)).and_then(|at| u32::try_from(at + 1).ok())
    };
    let unknown: Vec<&String> = names.iter().filter(|name| placeholders::find(name).is_none()).collect();
    for name in &unknown {
        found.refuse(part, line_of(name), "unknown_placeholder", name.as_str());
    }
    if !unknown.is_empty() {
        return None;
    }
    let text = match parsed.render(&sample.as_value(lang, in_html, None)) {
        Ok(text) => text,
        Err(fault) => {
            found.fault(part, fault);
            return None;
        }
    };
    for name in names.iter().filter(|name| placeholders::find(name).is_some_and(|one| one.kind == Kind::Sometimes)) {
        if let Err(fault) = parsed.render(&sample.as_value(lang, in_html, Some(name))) {
            let code = if fault.kind == FaultKind::Undefined { "no_fallback" } else { fault.kind.code() };
            found.refuse(part, fault.line, code, name.as_str());
        }
    }
    // A reader without any such goods goes through the other branches.
    for name in names.iter().filter(|name| placeholders::find(name).is_some_and(|one| one.kind == Kind::Goods)) {
        match parsed.render(&sample.as_value(lang, in_html, Some(name))) {
            Err(fault) => found.fault(part, fault),
            Ok(_) if !source.contains(&format!("if {name}")) => found.advise(part, line_of(name), "no_if", name.as_str()),
            Ok(_) => {}
        }
    }
    Some(text)
}

/// A fault of the engine's as a problem of a template.
pub fn problem(lang: Lang, part: &str, fault: Fault) -> TemplateProblem {
    TemplateProblem { lang, part: part.into(), line: fault.line, code: fault.kind.code().into(), value: fault.there, detail: fault.detail, advice: false }
}

/// The rendered HTML, where it can be cleaned in good time. What a loop makes too deep has no line of its own.
fn shallow(found: &mut Findings, source: &str, rendered: String) -> Option<String> {
    match nesting::check(&rendered) {
        Ok(()) => Some(rendered),
        Err(fault) => {
            let line = nesting::check(source).err().and_then(|fault| fault.line);
            found.fault("html", Fault { line, ..fault });
            None
        }
    }
}

fn subject_problems(found: &mut Findings, source: &str, subject: &str) {
    if source.chars().any(char::is_control) {
        found.refuse("subject", None, "control_character", "");
    }
    let length = subject.chars().count();
    if length == 0 {
        found.refuse("subject", None, "empty", "");
    } else if length > SUBJECT_MOST {
        found.refuse("subject", None, "subject_long", length.to_string());
    } else if length > SUBJECT_SEEN {
        found.advise("subject", None, "subject_long", length.to_string());
    }
    shouting(found, "subject", subject);
}

/// What filters of unwanted mail take for a sign of it.
fn shouting(found: &mut Findings, part: &str, text: &str) {
    if text.contains("!!") || text.matches('!').count() > 3 {
        found.advise(part, None, "exclamations", "");
    }
    let loud = |word: &&str| word.chars().count() >= 4 && word.chars().all(|c| c.is_alphabetic() && c.is_uppercase());
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some(word) = words.iter().copied().filter(loud).nth(if part == "subject" { 0 } else { 2 }) {
        found.advise(part, None, "capitals", word);
    }
}

/// Elements and attributes that [`html::clean`] takes away: said when the template is saved, not found out by the reader.
fn forbidden_tags(found: &mut Findings, source: &str) {
    const TAGS: [&str; 16] = [
        "<script", "<style", "<iframe", "<object", "<embed", "<form", "<input", "<button", "<link", "<meta", "<base", "<svg", "<video", "<audio", "<html",
        "<body",
    ];
    for (at, line) in source.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        for tag in TAGS {
            let starts = |rest: &str| rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/') || rest.is_empty();
            let line = u32::try_from(at + 1).ok();
            // Some stop the reading of the whole part, and are told already.
            let told = |one: &TemplateProblem| one.code == "forbidden_html" && one.line == line && one.value == tag[1..];
            if lower.match_indices(tag).any(|(place, _)| starts(&lower[place + tag.len()..])) && !found.problems.iter().any(told) {
                found.refuse("html", line, "forbidden_html", &tag[1..]);
            }
        }
        if let Some(handler) = attributes(line).find(|(name, _)| name.starts_with("on")) {
            found.refuse("html", u32::try_from(at + 1).ok(), "forbidden_html", handler.0);
        }
    }
}

/// Names and values of what looks like `name="value"` in a line.
fn attributes(line: &str) -> impl Iterator<Item = (String, &str)> {
    line.match_indices("=\"").chain(line.match_indices("='")).filter_map(move |(at, sign)| {
        let name: String = line[..at].chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<Vec<_>>().into_iter().rev().collect();
        let value = &line[at + 2..];
        let end = value.find(sign.chars().nth(1)?)?;
        // Only within an element.
        let inside = line[..at].rfind('<').is_some_and(|open| !line[open..at].contains('>'));
        (inside && !name.is_empty()).then(|| (name.to_ascii_lowercase(), &value[..end]))
    })
}

/// Addresses must be whole, and lead to the web or a mailbox.
fn links(found: &mut Findings, source: &str) {
    for (at, line) in source.lines().enumerate() {
        for (name, value) in attributes(line).filter(|(name, _)| name == "href" || name == "src") {
            let value = value.trim();
            // A placeholder of ours is a whole address.
            if value.starts_with("{{") {
                continue;
            }
            let plain = match value.find("{{") {
                Some(open) => format!("{}x", &value[..open]),
                None => value.to_string(),
            };
            let good = match url::Url::parse(&plain) {
                Ok(url) if name == "src" => url.scheme() == "https",
                Ok(url) => matches!(url.scheme(), "https" | "mailto" | "tel") || (url.scheme() == "http" && url.host_str().is_some()),
                Err(_) => false,
            };
            if !good {
                found.refuse("html", u32::try_from(at + 1).ok(), "bad_link", value);
            } else if plain.starts_with("http://") {
                found.advise("html", u32::try_from(at + 1).ok(), "plain_link", value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firm::FirmSettings;

    const UNSUBSCRIBE: &str = "<a href=\"{{ unsubscribe_url }}\">x</a>";

    fn codes(subject: &str, html: &str, text: &str) -> Vec<(String, Option<u32>, String)> {
        let sample = super::super::values::sample(Lang::En, &FirmSettings::default(), "2026-01-15", None);
        let text = TemplateText { lang: Lang::En, subject: subject.into(), html: html.into(), text: text.into() };
        check(&text, &sample).problems.into_iter().map(|one| (format!("{}.{}", one.part, one.code), one.line, one.value)).collect()
    }

    fn in_html(html: &str) -> Vec<(String, Option<u32>, String)> {
        codes("Subject", &format!("{html}\n{UNSUBSCRIBE}"), "{{ unsubscribe_url }}")
    }

    fn found(code: &str, line: u32, value: &str) -> Vec<(String, Option<u32>, String)> {
        vec![(code.into(), Some(line), value.into())]
    }

    #[test]
    fn a_sound_template_has_no_problem() {
        let html = "<p>Hi {{ contact.name | default(\"there\") }}</p>\n{% if usual %}{{ usual }}{% endif %}\n<a href=\"https://x.example/?a={{ customer.code }}\">y</a>";
        assert_eq!(in_html(html), vec![]);
    }

    #[test]
    fn names_are_known_and_have_a_fall_back_where_some_have_none() {
        assert_eq!(in_html("a\n{{ contact.nmae | default(\"x\") }}"), found("html.unknown_placeholder", 2, "contact.nmae"));
        assert_eq!(in_html("a\n{{ contact.name }}"), found("html.no_fallback", 2, "contact.name"));
        assert_eq!(in_html("{{ usual }}"), found("html.no_if", 1, "usual"));
        assert_eq!(in_html("{% if contact.name %}{{ contact.name }}{% endif %}"), vec![]);
        assert_eq!(in_html("a\n{% if %}")[0].0, "html.syntax");
        assert_eq!(in_html("a\n{% if %}")[0].1, Some(2));
    }

    #[test]
    fn both_parts_lead_to_unsubscribing_and_neither_is_empty() {
        let missing = codes("Subject", "<p>x</p>", "x");
        assert_eq!(missing.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["html.no_unsubscribe", "text.no_unsubscribe"]);
        assert_eq!(codes("Subject", UNSUBSCRIBE, " ")[0].0, "text.empty");
        assert_eq!(codes("", UNSUBSCRIBE, "{{ unsubscribe_url }}")[0].0, "subject.empty");
    }

    #[test]
    fn links_and_elements_a_mail_must_not_have_are_named_with_their_line() {
        assert_eq!(in_html("\n<a href=\"javascript:alert(1)\">x</a>"), found("html.bad_link", 2, "javascript:alert(1)"));
        assert_eq!(in_html("<a href=\"/orders\">x</a>"), found("html.bad_link", 1, "/orders"));
        assert_eq!(in_html("<img src='http://x.example/a.gif'>"), found("html.bad_link", 1, "http://x.example/a.gif"));
        assert_eq!(in_html("<a href=\"http://x.example/\">x</a>"), found("html.plain_link", 1, "http://x.example/"));
        assert_eq!(in_html("<script>x</script>"), found("html.forbidden_html", 1, "script"));
        assert_eq!(in_html("<p onclick=\"x()\">y</p>"), found("html.forbidden_html", 1, "onclick"));
        assert_eq!(in_html("a = \"b\" <strong>onto=\"x\"</strong>"), vec![]);
    }

    #[test]
    fn elements_too_deep_in_each_other_are_refused_at_their_line() {
        assert_eq!(in_html(&"<div>\n".repeat(3_000)), found("html.too_deep", 101, "div"));
        // A loop has no line of its own.
        let list = "[1,2,3,4,5,6,7,8,9,10,11]";
        let looped = in_html(&format!("{{% for x in {list} %}}{{% for y in {list} %}}<div>{{% endfor %}}{{% endfor %}}"));
        assert_eq!((looped[0].0.as_str(), looped[0].1), ("html.too_deep", None));
    }

    #[test]
    fn what_filters_dislike_is_advice() {
        assert_eq!(codes("BUY now!!", UNSUBSCRIBE, "{{ unsubscribe_url }}").iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["subject.exclamations"]);
        assert_eq!(codes("SALE today", UNSUBSCRIBE, "{{ unsubscribe_url }}")[0].0, "subject.capitals");
        assert_eq!(codes(&"long ".repeat(20), UNSUBSCRIBE, "{{ unsubscribe_url }}")[0].0, "subject.subject_long");
    }
}

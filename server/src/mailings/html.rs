//! HTML of a mailing: what a mail may hold, whatever a template or a value says.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use ammonia::Builder;
use kontor_shared::words::Lang;

const TAGS: [&str; 36] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "ul",
    "u",
];
const TABLE_TAGS: [&str; 6] = ["tbody", "td", "tfoot", "th", "thead", "tr"];
/// Nothing that loads, covers or moves.
const STYLES: [&str; 34] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
    "width",
    "list-style",
];
const PADDINGS: [&str; 4] = ["padding-bottom", "padding-left", "padding-right", "padding-top"];

fn cleaner() -> &'static Builder<'static> {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    CLEANER.get_or_init(|| {
        let mut builder = Builder::empty();
        let of = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
        builder
            .tags(TAGS.into_iter().chain(TABLE_TAGS).collect())
            .clean_content_tags(of(&["script", "style", "title", "head", "iframe", "object", "noscript", "template", "svg", "math"]))
            .generic_attributes(of(&["style", "align", "valign", "width", "height", "lang", "dir", "title", "bgcolor", "role"]))
            .tag_attributes(HashMap::from([
                ("a", of(&["href"])),
                ("img", of(&["src", "alt"])),
                ("table", of(&["border", "cellpadding", "cellspacing"])),
                ("td", of(&["colspan", "rowspan"])),
                ("th", of(&["colspan", "rowspan", "scope"])),
            ]))
            .filter_style_properties(STYLES.into_iter().chain(PADDINGS).collect())
            .url_schemes(of(&["http", "https", "mailto", "tel"]))
            .url_relative(ammonia::UrlRelative::Deny)
            .link_rel(None)
            .strip_comments(true)
            // A picture is fetched by the reader's mail program: encrypted, or not at all.
            .attribute_filter(|tag, attribute, value| {
                let foreign = tag == "img" && attribute == "src" && !value.trim().to_ascii_lowercase().starts_with("https://");
                (!foreign).then_some(Cow::Borrowed(value))
            });
        builder
    })
}

/// Without scripts, styles that reach beyond their element, forms, frames, foreign addresses.
pub fn clean(html: &str) -> String {
    cleaner().clean(html).to_string()
}

/// The whole document: what every mail program needs to show it in its language and width.
pub fn document(lang: Lang, subject: &str, body: &str) -> String {
    let title = escaped(subject);
    let lang = lang.tag();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title></head>\n<body style=\"margin:0;padding:16px;background:#ffffff;color:#1a1a1a;font-family:'Source Sans 3',Arial,sans-serif;\
         font-size:15px;line-height:1.45\"><div style=\"max-width:640px\">\n{body}\n</div></body></html>\n"
    )
}

/// A text inside an element or an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_or_load_is_gone_and_the_letter_stays() {
        let check = |html: &str, expected: &str| assert_eq!(clean(html), expected, "{html}");
        check("<p style=\"color:red;position:fixed\" onclick=\"x()\">Hi</p>", "<p style=\"color:red\">Hi</p>");
        check("a<script>alert(1)</script><style>p{}</style>b", "ab");
        check("<a href=\"javascript:x()\">x</a><a href=\"/local\">y</a>", "<a>x</a><a>y</a>");
        check("<img src=\"http://t.example/p.gif\" alt=\"x\"><img src=\"https://t.example/p.gif\">", "<img alt=\"x\"><img src=\"https://t.example/p.gif\">");
        check("<iframe srcdoc=\"x\"></iframe><form action=\"//x\"><input></form><svg><script>1</script></svg>", "");
        check("<table><tr><td colspan=\"2\" width=\"9\">1</td></tr></table>", "<table><tbody><tr><td colspan=\"2\" width=\"9\">1</td></tr></tbody></table>");
        check("<p style=\"background-image:url(https://t.example/x)\">x</p>", "<p style=\"\">x</p>");
        check("<meta http-equiv=refresh content=0><base href=//x><link rel=stylesheet href=//x>", "");
    }
}

//! How deep the elements of a letter stand in each other, found before the HTML is cleaned: cleaning builds the tree, and
//! a thousand elements inside each other take it seconds.
//!
//! html5ever reads the tags; here they are only counted, never less than its tree builder would: an end tag closes what
//! was opened last, or nothing. Elements that change how the rest is read have no place in a mail and are refused.

use std::cell::{Cell, RefCell};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::engine::{Fault, FaultKind};
use kontor_shared::form::file::pieces;

/// Elements open at once. A letter laid out by tables in tables has thirty.
pub const MOST_DEEP: usize = 100;
/// It is read in steps of so many bytes. A tag or comment that fills one is refused: the parser compares the attributes of
/// a tag with each other.
const STEP: usize = 8 << 10;

const EMPTY: [&str; 14] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// After these the parser reads by other rules.
const OTHER_RULES: [&str; 17] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "svg",
    "math",
    "select",
    "template",
    "frameset",
    "object",
    "applet",
];

/// Refuses HTML that would take long to clean; names the line.
pub fn check(html: &str) -> Result<(), Fault> {
    let tokenizer = Tokenizer::new(Count::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut read = 0;
    for now in pieces(html, STEP) {
        read += now.len();
        let before = tokenizer.sink.read.get();
        input.push_back(StrTendril::from(now));
        let _ = tokenizer.feed(&input);
        if let Some(fault) = tokenizer.sink.fault.take() {
            return Err(fault);
        }
        // Nothing ended within the step: one tag or comment is longer than it.
        if now.len() >= STEP && tokenizer.sink.read.get() == before {
            let line = html[..read].matches('\n').count() + 1;
            return Err(Fault {
                line: u32::try_from(line).ok(),
                kind: FaultKind::TooDeep,
                there: String::new(),
                detail: "a tag or comment is too long".into(),
            });
        }
    }
    tokenizer.end();
    tokenizer.sink.fault.take().map_or(Ok(()), Err)
}

#[derive(Default)]
struct Count {
    open: RefCell<Vec<String>>,
    /// Tokens read, errors apart.
    read: Cell<u64>,
    fault: Cell<Option<Fault>>,
    refused: Cell<bool>,
}

impl Count {
    fn refuse(&self, line: u64, kind: FaultKind, name: &str, detail: &str) {
        if !self.refused.replace(true) {
            self.fault.set(Some(Fault { line: u32::try_from(line).ok(), kind, there: name.into(), detail: detail.into() }));
        }
    }

    fn tag(&self, tag: &Tag, line: u64) {
        let name: &str = &tag.name;
        if OTHER_RULES.contains(&name) {
            return self.refuse(line, FaultKind::Forbidden, name, "a mail must not hold this element");
        }
        let mut open = self.open.borrow_mut();
        match tag.kind {
            TagKind::StartTag if EMPTY.contains(&name) => {}
            TagKind::StartTag => {
                let ended = ended_by(name);
                while open.last().is_some_and(|last| ended.contains(&last.as_str())) {
                    open.pop();
                }
                open.push(name.to_string());
                if open.len() > MOST_DEEP {
                    self.refuse(line, FaultKind::TooDeep, name, "too many elements inside each other");
                }
            }
            TagKind::EndTag => {
                let implied = implied_by_the_end_of(name);
                let kept = open.iter().rposition(|one| !implied.contains(&one.as_str()) || one == name);
                if let Some(at) = kept.filter(|at| open[*at] == name) {
                    open.truncate(at);
                }
            }
        }
    }
}

impl TokenSink for Count {
    type Handle = ();

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<()> {
        if !matches!(token, Token::ParseError(_)) {
            self.read.set(self.read.get() + 1);
        }
        if let Token::TagToken(tag) = &token
            && !self.refused.get()
        {
            self.tag(tag, line_number);
        }
        TokenSinkResult::Continue
    }
}

/// Which elements a start tag ends, where they were opened last and nobody closed them.
fn ended_by(name: &str) -> &'static [&'static str] {
    match name {
        "p" => &["p"],
        "li" => &["li", "p"],
        "dt" | "dd" => &["dt", "dd", "p"],
        "td" | "th" => &["td", "th", "p"],
        "tr" => &["tr", "td", "th", "p"],
        _ => &[],
    }
}

/// Which elements an end tag ends on the way to its own start.
fn implied_by_the_end_of(name: &str) -> &'static [&'static str] {
    match name {
        "table" | "tbody" | "thead" | "tfoot" | "tr" => &["td", "th", "tr", "tbody", "thead", "tfoot", "p"],
        "div" | "ul" | "ol" | "dl" | "blockquote" | "center" => &["p", "li", "dt", "dd"],
        // Outside a table these end nothing, and lists opened before them stay open.
        "td" | "th" | "body" => &["p"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailings::html;

    #[test]
    fn letters_as_people_write_them_pass() {
        let table = "<table><tr><td>a<td>b<tr><td><p>c<p>d</table>".repeat(200);
        let lists = "<ul><li>a<li><p>b<li>c</ul><dl><dt>x<dd>y</dl>".repeat(200);
        let nested = format!("{}x{}", "<table><tbody><tr><td>".repeat(20), "</td></tr></tbody></table>".repeat(20));
        let plain = "<p>one<br>two <img src=\"https://x.example/a\"><hr>".repeat(500);
        let comment = format!("<!--[if mso]>{}<![endif]--><p title=\"a > b\">x</p>", "<div>".repeat(300));
        for letter in [table, lists, nested, plain, comment, "a < b & c".into(), String::new()] {
            assert_eq!(check(&letter), Ok(()), "{}", letter.chars().take(60).collect::<String>());
        }
    }

    /// What cleaning would take seconds for is refused, with the line; whatever trick hides the depth from a plain count.
    #[test]
    fn what_is_too_deep_is_refused_at_its_line() {
        let many = |part: &str| part.repeat(20_000 / part.len().max(1) * 5);
        let tricks = [
            many("<div>"),
            many("<div\n>"),
            (0..9_000).map(|at| format!("<b title={at}>")).collect::<String>(),
            (0..5_000).map(|at| format!("<div><b title={at}></div>")).collect(),
            (0..4_000).map(|at| format!("<p><b title={at}>")).collect(),
            many("<div></p>"),
            many("<div><!-- </div> -->"),
            many("<div title='</div>'>"),
            many("<div title=\"></div>\">"),
            many("<div/>"),
            many("<DIV></span>"),
            many("<table><div></table>"),
            many("<td><li><dd></td>"),
            many("<li><dd><body></body>"),
        ];
        for html in tricks {
            let fault = check(&html).expect_err(&html[..40]);
            assert_eq!(fault.kind, FaultKind::TooDeep, "{}", &html[..40]);
        }
        for hidden in ["<div><textarea></div></textarea>", "<div><select></div></select>", "<svg><title><div></svg>", "<math><mi>"] {
            assert_eq!(check(hidden).unwrap_err().kind, FaultKind::Forbidden, "{hidden}");
        }
        let fault = check(&format!("<p>a</p>\n\n{}", "<i>\n".repeat(200))).unwrap_err();
        assert_eq!((fault.line, fault.there.as_str()), (Some(103), "i"));
        let long = format!("<a {}>", "x ".repeat(20_000));
        assert_eq!(check(&long).unwrap_err().kind, FaultKind::TooDeep);
    }

    /// The deepest that passes is cleaned, all of it; what is refused took minutes.
    #[test]
    fn what_passes_is_cleaned() {
        let group: String = format!("{}x{}", "<div>".repeat(MOST_DEEP), "</div>".repeat(MOST_DEEP));
        let letter = group.repeat(100_000 / group.len());
        assert_eq!(check(&letter), Ok(()));
        assert!(html::clean(&letter).len() >= letter.len());
    }
}

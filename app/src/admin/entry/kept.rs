//! What is being entered, kept in this browser: a page left, a crash or a closed lid loses no line. Several orders may be
//! unfinished at once; one that cannot be opened now waits, whatever is entered meanwhile.

use kontor_shared::drafts::{Typed, read_quantity, write_quantity};
use kontor_shared::words::Lang;
use serde::{Deserialize, Serialize};

use crate::browser;
use crate::house::session;
use crate::lang::lang;

/// Unfinished orders that are kept, the newest.
const MOST: usize = 5;

/// An order as far as it is entered; everything as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The order's id, so that storing it again stores it once.
    pub id: String,
    pub form: String,
    /// The customer's code.
    pub customer: String,
    /// What the customer is called.
    pub name: String,
    /// The language it was typed in, which says what "1,200" is. Absent where an older app kept it: then the reader's own.
    pub lang: Option<Lang>,
    pub source: String,
    pub received_on: String,
    pub po_number: String,
    pub wanted_on: String,
    pub delivery_address: String,
    pub comment: String,
    pub lines: Vec<KeptLine>,
    /// What is typed and not among the lines yet.
    pub next: KeptLine,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptLine {
    pub code: String,
    pub typed: String,
}

impl Kept {
    /// Whether there is anything to lose.
    pub fn is_worth_keeping(&self) -> bool {
        let texts = [&self.po_number, &self.comment, &self.next.code, &self.next.typed];
        !self.lines.is_empty() || texts.into_iter().any(|text| !text.trim().is_empty())
    }

    /// Goes over to another language: a text that would be another quantity there is written anew, so that the quantity stays.
    fn speak(&mut self, lang: Lang) {
        let was = self.lang.replace(lang).unwrap_or(lang);
        for line in self.lines.iter_mut().chain([&mut self.next]) {
            let meant = read_quantity(&line.typed, was);
            if let Typed::Quantity(quantity) = meant
                && read_quantity(&line.typed, lang) != meant
            {
                line.typed = write_quantity(quantity, lang);
            }
        }
    }
}

/// What a stored text holds, the newest first. Before there could be several, it held one.
fn parsed(text: &str) -> Vec<Kept> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(text).map(|one| vec![one])).unwrap_or_default()
}

/// These with one as it is now: before the others, or no longer among them where there is nothing to keep.
fn with(mut all: Vec<Kept>, one: &Kept) -> Vec<Kept> {
    all.retain(|kept| kept.id != one.id);
    if one.is_worth_keeping() {
        all.insert(0, one.clone());
    }
    all.truncate(MOST);
    all
}

/// Each person's own, also where several use one browser.
fn key() -> Option<String> {
    session().map(|session| format!("kontor.entry.{}", session.login))
}

fn stored() -> Vec<Kept> {
    key().and_then(|key| browser::stored(&key)).map(|text| parsed(&text)).unwrap_or_default()
}

fn store(all: &[Kept]) {
    let Some(key) = key() else { return };
    match serde_json::to_string(all).ok().filter(|_| !all.is_empty()) {
        // Where a browser keeps nothing, the page itself still has it.
        Some(text) => drop(browser::store(&key, &text)),
        None => browser::forget(&key),
    }
}

/// What is unfinished, the newest first, in the reader's language.
pub fn read() -> Vec<Kept> {
    let mut all = stored();
    all.retain(Kept::is_worth_keeping);
    all.iter_mut().for_each(|kept| kept.speak(lang()));
    all
}

pub fn write(kept: &Kept) {
    store(&with(stored(), kept));
}

/// Takes an order out, and gives it as it was.
pub fn take_out(id: &str) -> Option<Kept> {
    let mut all = stored();
    let at = all.iter().position(|kept| kept.id == id)?;
    let kept = all.remove(at);
    store(&all);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: &str, typed: &str) -> Kept {
        Kept { id: id.into(), lines: vec![KeptLine { code: "A".into(), typed: typed.into() }], ..Kept::default() }
    }

    #[test]
    fn one_order_is_put_over_no_other() {
        let mut all = Vec::new();
        for id in ["1", "2", "3", "4", "5", "2", "6"] {
            all = with(all, &kept(id, id));
        }
        assert_eq!(all.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), ["6", "2", "5", "4", "3"]);
        // With nothing left to lose it is not kept.
        let all = with(all, &Kept { id: "2".into(), ..Kept::default() });
        assert_eq!(all.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), ["6", "5", "4", "3"]);
        let begun = Kept { id: "7".into(), next: KeptLine { code: "A".into(), typed: String::new() }, ..Kept::default() };
        assert_eq!(with(all, &begun)[0], begun);
    }

    #[test]
    fn what_an_older_app_kept_is_read() {
        let old = r#"{"id":"1","form":"","customer":"C1","source":"fax","received_on":"","po_number":"","wanted_on":"","delivery_address":"","comment":"","lines":[{"code":"A","typed":"1,200"}]}"#;
        let mut all = parsed(old);
        assert_eq!(all, [Kept { customer: "C1".into(), source: "fax".into(), ..kept("1", "1,200") }]);
        all[0].speak(Lang::Ru);
        assert_eq!((all[0].lines[0].typed.as_str(), all[0].lang), ("1,200", Some(Lang::Ru)));
        assert_eq!(parsed(&serde_json::to_string(&all).unwrap()), all);
        assert_eq!(parsed("nonsense"), []);
    }

    #[test]
    fn another_language_leaves_the_quantity() {
        for (typed, was, now, expected) in [
            ("1,200", Lang::En, Lang::Bg, "1200"),
            ("1,200", Lang::Ru, Lang::En, "1.2"),
            ("1,5", Lang::Ru, Lang::En, "1,5"),
            ("a dozen", Lang::En, Lang::Ru, "a dozen"),
        ] {
            let mut one = Kept { lang: Some(was), next: KeptLine { code: "B".into(), typed: typed.into() }, ..kept("1", typed) };
            one.speak(now);
            assert_eq!((one.lines[0].typed.as_str(), one.next.typed.as_str(), one.lang), (expected, expected, Some(now)), "{typed:?}");
        }
    }
}

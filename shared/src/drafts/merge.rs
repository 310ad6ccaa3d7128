//! Two writers of one draft: what both changed without meeting goes together, what met stays with the one who writes now,
//! and the other's is kept aside.
//!
//! The two are tabs of one browser or two devices; a refused order that comes back into a draft is a second writer as well.

use super::{Draft, DraftLine};

/// What two writers came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub draft: Draft,
    /// What the other had where both had written: these lines and fields only. Empty where nothing met.
    pub lost: Draft,
}

/// Whether two states of a line order the same.
fn same(one: Option<&DraftLine>, other: Option<&DraftLine>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.orders_as(other),
        _ => false,
    }
}

impl Draft {
    /// Whether there is nothing in it that somebody wrote.
    pub fn says_nothing(&self) -> bool {
        Self { id: None, ..self.clone() } == Self::default()
    }

    /// This draft, written since `base`, together with `theirs`, written since the same by somebody else.
    #[must_use]
    pub fn merge(self, base: &Draft, theirs: Draft) -> Merged {
        let mut lost = Draft::default();
        let mut lines = Vec::with_capacity(self.lines.len().max(theirs.lines.len()));
        for own in self.lines {
            let (before, other) = (base.line(&own.code), theirs.line(&own.code));
            if same(Some(&own), before) {
                // Changed or taken out there alone.
                lines.extend(other.cloned());
                continue;
            }
            if let Some(other) = other
                && !same(Some(&own), Some(other))
                && !same(Some(other), before)
            {
                lost.lines.push(other.clone());
            }
            lines.push(own);
        }
        for other in theirs.lines {
            let known = lines.iter().chain(&lost.lines).any(|line| line.code == other.code);
            // Taken out here and left alone there, it stays out. Taken out here and written there, it stays in: a quantity
            // goes by its owner's act, and this one was not seen here.
            if !known && !same(Some(&other), base.line(&other.code)) {
                lines.push(other);
            }
        }
        let field = |own: String, before: &str, other: String| -> (String, String) {
            if own == other || own == before {
                return (other, String::new());
            }
            let met = other != before && !other.is_empty();
            (own, if met { other } else { String::new() })
        };
        let (po_number, lost_number) = field(self.po_number, &base.po_number, theirs.po_number);
        let (wanted_on, lost_day) = field(self.wanted_on, &base.wanted_on, theirs.wanted_on);
        let (comment, lost_comment) = field(self.comment, &base.comment, theirs.comment);
        let (delivery_address, lost_address) = match (self.delivery_address, theirs.delivery_address) {
            (own, other) if own == other || own == base.delivery_address => (other, None),
            (own, other) => (own, other.filter(|other| base.delivery_address.as_ref() != Some(other))),
        };
        lost = Draft { id: None, po_number: lost_number, wanted_on: lost_day, comment: lost_comment, delivery_address: lost_address, ..lost };
        let id = if self.id == base.id { theirs.id } else { self.id.or(theirs.id) };
        Merged { draft: Draft { id, lines, po_number, wanted_on, delivery_address, comment }, lost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn draft(lines: &[(&str, &str)]) -> Draft {
        let line = |(code, typed): &(&str, &str)| DraftLine {
            code: (*code).into(),
            name: (*code).into(),
            typed: (*typed).into(),
            seen: "1".parse().unwrap(),
            lang: Some(Lang::En),
        };
        Draft { lines: lines.iter().map(line).collect(), ..Draft::default() }
    }

    fn said(draft: &Draft) -> Vec<(&str, &str)> {
        draft.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect()
    }

    #[test]
    fn two_writers_lose_nothing() {
        for (base, mine, theirs, together, lost) in [
            // Each wrote another line.
            (&[("1", "1")][..], &[("1", "1"), ("2", "2")][..], &[("1", "1"), ("3", "3")][..], &[("1", "1"), ("2", "2"), ("3", "3")][..], &[][..]),
            // One changed, one left alone; either way.
            (&[("1", "1")], &[("1", "5")], &[("1", "1")], &[("1", "5")], &[]),
            (&[("1", "1")], &[("1", "1")], &[("1", "5")], &[("1", "5")], &[]),
            // One took out what the other left alone.
            (&[("1", "1")], &[], &[("1", "1")], &[], &[]),
            (&[("1", "1")], &[("1", "1")], &[], &[], &[]),
            // One took out what the other wrote anew: it stays.
            (&[("1", "1")], &[], &[("1", "5")], &[("1", "5")], &[]),
            (&[("1", "1")], &[("1", "5")], &[], &[("1", "5")], &[]),
            // Both wrote one line: the other's is kept aside.
            (&[("1", "1")], &[("1", "5")], &[("1", "7")], &[("1", "5")], &[("1", "7")]),
            (&[], &[("1", "5")], &[("1", "7")], &[("1", "5")], &[("1", "7")]),
            // Both wrote the same, each in a way of their own.
            (&[], &[("1", "5")], &[("1", "5.0")], &[("1", "5")], &[]),
        ] {
            let merged = draft(mine).merge(&draft(base), draft(theirs));
            assert_eq!((said(&merged.draft), said(&merged.lost)), (together.to_vec(), lost.to_vec()), "{mine:?} and {theirs:?} from {base:?}");
        }
    }

    #[test]
    fn fields_that_met_are_kept_aside_too() {
        let base = Draft { comment: "ring".into(), ..Draft::default() };
        let mine = Draft { comment: "knock".into(), po_number: "7".into(), ..base.clone() };
        let theirs = Draft { comment: "shout".into(), delivery_address: Some("Here".into()), ..base.clone() };
        let merged = mine.merge(&base, theirs);
        assert_eq!((merged.draft.comment.as_str(), merged.draft.po_number.as_str(), merged.draft.delivery_address.as_deref()), ("knock", "7", Some("Here")));
        assert_eq!((merged.lost.comment.as_str(), merged.lost.says_nothing()), ("shout", false));
    }
}

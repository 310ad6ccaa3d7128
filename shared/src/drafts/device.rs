//! One reader's draft on several devices: the server keeps it under a revision, every device what it last had in common with it.
//!
//! Decides what becomes of what a device and the server have, with an order that another device sent meanwhile among it. When
//! to ask and to send is the app's matter; the server compares revisions and takes out what was ordered.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

use super::hold::{Hold, Now};
use super::queue::Queue;
use super::shelf::{From, Reader, Shelf};
use super::{Draft, DraftLine};
use crate::ids::OrderId;

const COMMON: &str = "kontor.common.";

/// The id of what an order left of the draft it was sent from: the same on every device that hears of it, so that it is sent
/// once, too. Another random id, of the same time.
fn rest_of(order: OrderId) -> OrderId {
    const RANDOM: u128 = (1 << 48) - 1;
    let value = order.0.as_u128();
    OrderId(uuid::Uuid::from_u128((value & !RANDOM) | (value.wrapping_add(1) & RANDOM)))
}

/// What this device and the server last had in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Common {
    /// Of [`KeptDraft`]; 0 in what an older app kept.
    pub generation: i64,
    pub revision: i64,
    pub draft: Draft,
    /// What this device sent to be saved and had no answer to: the server has it or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<Draft>,
    /// What the server did not take last: the same is not sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// A draft that the server does not take. It may be large, so it is known by its trace alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    trace: u64,
    /// Why, as the code of the server's answer.
    pub code: String,
}

impl Refused {
    pub fn of(draft: &Draft, code: String) -> Self {
        Self { trace: trace(draft), code }
    }

    pub fn is_of(&self, draft: &Draft) -> bool {
        self.trace == trace(draft)
    }
}

/// Another version of this app may come to another one: then it is sent once more.
fn trace(draft: &Draft) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(draft).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

impl Common {
    /// Whether an order of this very draft is still on its way. Its goods leave the server's draft when it arrives: saved
    /// before, what is left here would hide from the other devices which order they are in, and they would order them again.
    pub fn under_way(&self, queue: &Queue) -> bool {
        queue.orders.iter().any(|order| order.unsent() && self.knows(order.id))
    }

    /// Whether it is the id of the draft both had, or of one the server may have without an answer.
    pub fn knows(&self, id: OrderId) -> bool {
        [Some(&self.draft), self.tried.as_ref()].into_iter().flatten().any(|draft| draft.id == Some(id))
    }

    /// What both had before, when the server has `theirs` by now; and what of it the server may have had or not.
    fn before(self, theirs: &KeptDraft) -> (Draft, Draft) {
        let Self { generation, revision, draft, tried, refused: _ } = self;
        match tried {
            // A server that was restored since, or is behind what it once answered: what it lacks was not taken out by anybody.
            _ if theirs.generation != generation || theirs.revision < revision => Default::default(),
            // The answer was lost and the saving was not.
            Some(tried) if theirs.revision == revision + 1 && tried.agrees(&theirs.draft) => (tried, Draft::default()),
            // Somebody wrote since, on this device's last draft or on the one before.
            Some(tried) if theirs.revision > revision + 1 => {
                let doubtful = tried.differing_from(&draft);
                (tried, doubtful)
            }
            _ => (draft, Draft::default()),
        }
    }
}

/// `GET /api/draft`: the draft as the server keeps it for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptDraft {
    /// Of the server's database: another one after each restore from a backup. Revisions of two generations say nothing of each other.
    #[serde(default)]
    pub generation: i64,
    /// Grows with each change; 0 where nothing was kept yet.
    pub revision: i64,
    pub draft: Draft,
    /// Orders that were sent of this draft, or of the one that `of` names.
    #[serde(default)]
    pub sent: Vec<SentDraft>,
}

/// An order as the draft it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentDraft {
    /// The order's number.
    pub number: String,
    pub draft: Draft,
}

/// `PUT /api/draft`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SavedDraft {
    pub revision: i64,
}

/// What another device changed here, to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Lines that are others than before.
    pub changed: usize,
    /// The number of the order that another device sent of this draft.
    pub sent: Option<String>,
}

impl Draft {
    /// Whether both order and say the same, in whatever order and however written.
    pub fn agrees(&self, other: &Self) -> bool {
        let lines = |one: &Self, other: &Self| one.lines.iter().all(|line| other.orders(line));
        let same = (self.id, &self.po_number, &self.wanted_on, &self.delivery_address, &self.comment)
            == (other.id, &other.po_number, &other.wanted_on, &other.delivery_address, &other.comment);
        same && lines(self, other) && lines(other, self)
    }

    /// What it says that the other does not say so.
    fn differing_from(&self, other: &Self) -> Self {
        let text = |own: &str, other: &str| if own == other { String::new() } else { own.to_string() };
        Self {
            id: None,
            lines: self.lines.iter().filter(|line| !other.orders(line)).cloned().collect(),
            po_number: text(&self.po_number, &other.po_number),
            wanted_on: text(&self.wanted_on, &other.wanted_on),
            delivery_address: self.delivery_address.clone().filter(|_| self.delivery_address != other.delivery_address),
            comment: text(&self.comment, &other.comment),
        }
    }

    /// Whether it has the line, however written.
    fn orders(&self, line: &DraftLine) -> bool {
        self.line(&line.code).is_some_and(|own| own.orders_as(line))
    }

    /// Gives goods without an id one, before they can be sent: the server knows by it which draft an order was.
    fn identify(&mut self, new_id: impl FnOnce() -> OrderId) {
        if !self.is_empty() {
            self.id.get_or_insert_with(new_id);
        }
    }

    /// Takes out what an order of this draft has. Gives back those of its goods that stand here in other quantities: in the
    /// draft they would be ordered on top of it by whoever does not know. `of_it` says which lines are the ordered draft's at all.
    pub fn without_sent(&mut self, sent: &Self, of_it: impl Fn(&DraftLine) -> bool) -> Self {
        let mut left = Vec::new();
        self.lines.retain(|line| match sent.line(&line.code) {
            Some(went) if of_it(line) => {
                if !line.orders_as(went) {
                    left.push(line.clone());
                }
                false
            }
            _ => true,
        });
        // An order's texts are without the blanks round them.
        let went = |own: &str, sent: &str| own.trim() == sent.trim();
        for (own, sent) in [(&mut self.po_number, &sent.po_number), (&mut self.wanted_on, &sent.wanted_on), (&mut self.comment, &sent.comment)] {
            if went(own, sent) {
                own.clear();
            }
        }
        if self.delivery_address.as_deref().is_some_and(|own| went(own, sent.delivery_address.as_deref().unwrap_or_default())) {
            self.delivery_address = None;
        }
        if self.id == sent.id {
            self.id = None;
        }
        Self { lines: left, ..Self::default() }
    }
}

/// What an order leaves of the draft the server keeps, which has the order's id; says whether that is changed. Where some of its
/// goods stand there in other quantities, they stay under that id: whichever device asks next shows them to the buyer. Other
/// goods are another draft from now on, under an id that all devices get to know: ordered under one of its own making by a
/// device that was never heard of again, they would stay here, and be ordered twice.
pub fn ordered(kept: &mut Draft, order: &Draft, new_id: impl FnOnce() -> OrderId) -> bool {
    let before = kept.clone();
    let mut rest = kept.clone();
    if rest.without_sent(order, |_| true).says_nothing() {
        *kept = rest;
        kept.identify(new_id);
    } else {
        kept.lines.retain(|line| order.line(&line.code).is_none_or(|went| !line.orders_as(went)));
    }
    *kept != before
}

/// What a reader's device last had in common with the server.
pub fn common(shelf: &impl Shelf, reader: &Reader) -> Option<Common> {
    serde_json::from_str(&shelf.get(&format!("{COMMON}{}", reader.key()))?).ok()
}

pub fn keep_common(shelf: &mut impl Shelf, reader: &Reader, common: &Common) {
    if let Ok(text) = serde_json::to_string(common) {
        shelf.put(&format!("{COMMON}{}", reader.key()), &text);
    }
}

/// Nothing of it stays on this device.
pub fn forget_common(shelf: &mut impl Shelf, reader: &Reader) {
    shelf.remove(&format!("{COMMON}{}", reader.key()));
}

impl Hold {
    /// Takes in what the server keeps. What met is kept aside, in the other device's quantity; what an order has already is
    /// out. It may be cut short anywhere and done again.
    pub fn take_in(&mut self, shelf: &mut impl Shelf, now: &mut Now, theirs: KeptDraft) -> TakenIn {
        let Some(reader) = self.owner.clone() else { return TakenIn::default() };
        // First what another tab wrote.
        self.write(shelf, now, From::Tab);
        let known = common(shelf, &reader).unwrap_or_default();
        let refused = known.refused.clone();
        let (base, doubtful) = known.before(&theirs);
        let (mine, other) = (std::mem::take(&mut self.draft), &theirs.draft);
        let id = match (mine.id == base.id, other.id == base.id) {
            (true, _) => other.id,
            (_, true) => mine.id,
            // Both began one: with the one all devices know, an order can be sent once.
            _ => other.id.or(mine.id),
        };
        let mut merged = mine.clone().merge(&base, other.clone());
        merged.draft.id = id;
        let mut taken = TakenIn::default();
        let mut rest = None;
        for sent in &theirs.sent {
            let order = &sent.draft;
            let (here, there) = (mine.id == order.id, other.id == order.id);
            if order.id.is_none() || !(here || there) {
                continue;
            }
            let left = merged.draft.without_sent(order, |line| (here && mine.orders(line)) || (there && other.orders(line)));
            self.put_aside(shelf, now, From::Sent, left);
            if there {
                rest = order.id.map(rest_of);
            }
            if here {
                taken.sent = Some(sent.number.clone());
            }
        }
        self.put_aside(shelf, now, From::Device, merged.lost);
        // Whether it was taken out there or never arrived nobody can say; in the draft it might be ordered twice.
        let overruled = doubtful.differing_from(&doubtful.differing_from(&mine)).differing_from(other);
        self.put_aside(shelf, now, From::Device, overruled);
        let (new, old) = (merged.draft.differing_from(&mine).lines.len(), &merged.draft);
        taken.changed = new + mine.lines.iter().filter(|line| old.line(&line.code).is_none()).count();
        // What that rest was ordered as leaves a rest in its turn.
        while let Some(id) = rest.filter(|id| theirs.sent.iter().any(|sent| sent.draft.id == Some(*id))) {
            rest = Some(rest_of(id));
        }
        merged.draft.identify(|| rest.unwrap_or_else(&mut now.new_id));
        self.draft = merged.draft;
        self.write(shelf, now, From::Tab);
        // Last: what is done twice is the same, what is done half is done again.
        keep_common(shelf, &reader, &Common { generation: theirs.generation, revision: theirs.revision, draft: theirs.draft, tried: None, refused });
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::model::{Memory, owner};
    use crate::drafts::shelf::asides;
    use crate::ids::OrderId;
    use crate::words::Lang;

    fn id(seed: u8) -> OrderId {
        OrderId::new(1, &[seed; 10])
    }

    fn draft(id: Option<OrderId>, lines: &[(&str, &str)]) -> Draft {
        let line = |(code, typed): &(&str, &str)| DraftLine {
            code: (*code).into(),
            name: (*code).into(),
            typed: (*typed).into(),
            seen: "1".parse().unwrap(),
            lang: Some(Lang::En),
        };
        Draft { id, lines: lines.iter().map(line).collect(), ..Draft::default() }
    }

    #[test]
    fn while_an_order_of_it_is_on_its_way_a_draft_is_not_saved() {
        let order = crate::api::SubmitOrder {
            version: 1,
            overlay: "wholesale".into(),
            customer: None,
            po_number: String::new(),
            wanted_on: None,
            delivery_address: String::new(),
            comment: String::new(),
            lines: Vec::new(),
        };
        let sent = draft(Some(id(1)), &[("A", "1")]);
        let mut queued = crate::drafts::queue::Queued::new(id(1), "12347".into(), "buyer".into(), sent.clone(), order, 1);
        let known = |draft: Draft| Common { revision: 3, draft, ..Common::default() };
        let mut queue = Queue { orders: vec![queued.clone()], unread: 0 };
        assert!(known(sent.clone()).under_way(&queue));
        assert!(!known(draft(Some(id(2)), &[])).under_way(&queue), "it is another draft's");
        queued.answered(crate::drafts::queue::Answer::Stored { number: "7".into() }, 5);
        queue.orders = vec![queued];
        assert!(!known(sent).under_way(&queue), "it has arrived");
    }

    fn said(draft: &Draft) -> Vec<(&str, &str)> {
        draft.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect()
    }

    /// A device that has `mine`, last had `base` in common with the server, and hears `theirs`.
    fn device(mine: Draft, base: Option<(i64, Draft)>, theirs: KeptDraft) -> (Hold, Memory, TakenIn) {
        let mut shelf = Memory::default();
        if let Some((revision, draft)) = base {
            keep_common(&mut shelf, &owner(), &Common { revision, draft, ..Common::default() });
        }
        let mut hold = Hold::open(&mut shelf, Some(&owner()), 1);
        let mut seed = 100;
        let mut new_id = || {
            seed += 1;
            id(seed)
        };
        let mut now = Now { ms: 1, new_id: &mut new_id };
        hold.change(&mut shelf, &mut now, |draft| *draft = mine);
        let taken = hold.take_in(&mut shelf, &mut now, theirs);
        (hold, shelf, taken)
    }

    fn sent(id: OrderId, lines: &[(&str, &str)]) -> Vec<SentDraft> {
        vec![SentDraft { number: "17".into(), draft: draft(Some(id), lines) }]
    }

    #[test]
    fn two_devices_on_different_lines_both_live_and_on_the_same_the_losing_copy_is_kept() {
        let base = draft(Some(id(1)), &[("1", "1"), ("2", "2")]);
        let mine = draft(Some(id(1)), &[("1", "5"), ("2", "2"), ("3", "3")]);
        let theirs = KeptDraft { generation: 0, revision: 3, draft: draft(Some(id(1)), &[("1", "7"), ("2", "2"), ("4", "4")]), sent: Vec::new() };
        let (hold, shelf, taken) = device(mine, Some((2, base)), theirs.clone());
        assert_eq!(said(&hold.draft), [("1", "5"), ("2", "2"), ("3", "3"), ("4", "4")]);
        assert_eq!((taken.changed, taken.sent), (1, None));
        let kept = asides(&shelf, Some(&owner()));
        assert_eq!((kept.len(), kept[0].from, said(&kept[0].draft)), (1, From::Device, vec![("1", "7")]));
        assert_eq!(common(&shelf, &owner()), Some(Common { revision: 3, draft: theirs.draft, ..Common::default() }));
    }

    #[test]
    fn an_order_that_another_device_sent_is_not_ordered_again() {
        let all = [("1", "1"), ("2", "2")];
        let after = |lines: &[(&str, &str)]| KeptDraft { generation: 0, revision: 4, draft: draft(None, lines), sent: sent(id(1), &all) };
        // A week offline, unchanged.
        let (hold, shelf, taken) = device(draft(Some(id(1)), &all), Some((2, draft(Some(id(1)), &all))), after(&[]));
        assert_eq!((hold.draft, taken.sent.as_deref()), (Draft::default(), Some("17")));
        assert!(asides(&shelf, Some(&owner())).is_empty());
        // Without any memory of what was common: the answer to its first saving was lost.
        let (hold, ..) = device(draft(Some(id(1)), &all), None, after(&[]));
        assert_eq!(hold.draft, Draft::default());
        // Changed meanwhile: new goods stay, another quantity of what was ordered is for the buyer to say.
        let (hold, shelf, _) = device(draft(Some(id(1)), &[("1", "9"), ("2", "2"), ("3", "3")]), Some((2, draft(Some(id(1)), &all))), after(&[]));
        assert_eq!(said(&hold.draft), [("3", "3")]);
        assert!(hold.draft.id.is_some_and(|new| new != id(1)), "an order's id is not used again");
        let kept = asides(&shelf, Some(&owner()));
        assert_eq!((kept.len(), kept[0].from, said(&kept[0].draft)), (1, From::Sent, vec![("1", "9")]));
        // What somebody began after the order is another order.
        let (hold, shelf, _) = device(draft(Some(id(1)), &all), Some((2, draft(Some(id(1)), &all))), after(&[("1", "4")]));
        assert_eq!((said(&hold.draft), asides(&shelf, Some(&owner())).len()), (vec![("1", "4")], 0));
    }

    #[test]
    fn the_sending_device_is_shown_what_the_other_had_changed() {
        // Sent from here with 1; the server had 7 of it from the other device, and leaves it under the order's id.
        let base = draft(Some(id(1)), &[("1", "1")]);
        let theirs = KeptDraft { generation: 0, revision: 5, draft: draft(Some(id(1)), &[("1", "7"), ("3", "3")]), sent: sent(id(1), &[("1", "1")]) };
        let (hold, shelf, taken) = device(Draft::default(), Some((3, base)), theirs);
        assert_eq!((said(&hold.draft), hold.draft.id == Some(id(1)), taken.sent), (vec![("3", "3")], false, None));
        assert_eq!(said(&asides(&shelf, Some(&owner()))[0].draft), [("1", "7")]);
    }

    #[test]
    fn a_restored_server_takes_nothing_out() {
        let now = draft(Some(id(1)), &[("1", "1"), ("2", "2")]);
        // Behind what it once answered; as far by now, with what others saved since; and further.
        for (generation, revision) in [(0, 3), (7, 9), (7, 12)] {
            let theirs = KeptDraft { generation, revision, draft: draft(Some(id(1)), &[("1", "8")]), sent: Vec::new() };
            let (hold, shelf, _) = device(now.clone(), Some((9, now.clone())), theirs);
            assert_eq!(said(&hold.draft), [("1", "1"), ("2", "2")], "{generation} {revision}");
            assert_eq!(said(&asides(&shelf, Some(&owner()))[0].draft), [("1", "8")], "{generation} {revision}");
            assert_eq!(common(&shelf, &owner()).map(|common| (common.generation, common.revision)), Some((generation, revision)));
        }
        // What an older app kept has no generation.
        let older: Common = serde_json::from_str(r#"{"revision":9,"draft":{"lines":[]}}"#).unwrap();
        assert_eq!((older.generation, older.revision), (0, 9));
    }

    #[test]
    fn what_the_server_does_not_take_is_known_until_it_is_changed() {
        let mine = draft(Some(id(1)), &[("1", "1")]);
        let mut shelf = Memory::default();
        let refused = Some(Refused::of(&mine, "too_long".into()));
        keep_common(&mut shelf, &owner(), &Common { refused, ..Common::default() });
        let mut hold = Hold::open(&mut shelf, Some(&owner()), 1);
        let mut new_id = || id(9);
        let mut now = Now { ms: 1, new_id: &mut new_id };
        hold.change(&mut shelf, &mut now, |draft| *draft = mine.clone());
        let theirs = KeptDraft { generation: 0, revision: 0, draft: Draft::default(), sent: Vec::new() };
        hold.take_in(&mut shelf, &mut now, theirs);
        let refused = common(&shelf, &owner()).and_then(|common| common.refused).expect("still known");
        assert!(refused.is_of(&hold.draft) && hold.draft == mine);
        hold.change(&mut shelf, &mut now, |draft| draft.comment = "shorter".into());
        assert!(!refused.is_of(&hold.draft));
    }

    #[test]
    fn another_way_of_writing_is_no_change() {
        let mut russian = draft(Some(id(1)), &[("1", "1,5"), ("2", "2")]);
        russian.lines.iter_mut().for_each(|line| line.lang = Some(Lang::Ru));
        let english = draft(Some(id(1)), &[("2", "2.0"), ("1", "1.5")]);
        assert!(russian.agrees(&english));
        assert!(!russian.agrees(&draft(Some(id(1)), &[("1", "1.5")])) && !draft(Some(id(1)), &[("1", "1.5")]).agrees(&russian));
        assert!(!Draft { comment: "ring".into(), ..english.clone() }.agrees(&english));
    }
}

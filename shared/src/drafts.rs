//! The order a buyer is putting together: what was typed, as it was typed, and what is odd about it.
//!
//! Decides what counts as ordered, what a draft comes to, how two drafts become one and what is left of one that was
//! sent; where it is kept is the app's matter.

pub mod device;
#[cfg(test)]
mod device_model;
pub mod hold;
pub mod merge;
#[cfg(test)]
mod model;
pub mod queue;
pub mod shelf;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{ProductRow, Tier};
use crate::ids::OrderId;
use crate::money::{Currency, Money, MoneyError, Percent, Price, Quantity, Totals, VatMethod, VatMode, line_amount, totals};
use crate::numbers::{DecimalMark, NumberError, plain_decimal};
use crate::orders::QuantityProblem;
use crate::words::Lang;

/// One product of a draft. A field that is added needs `serde(default)`: drafts kept by an older app must open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftLine {
    pub code: String,
    /// As it was called when typed, for a product that has left the list since.
    pub name: String,
    /// The quantity exactly as typed; never corrected.
    pub typed: String,
    /// The price the buyer saw when typing.
    pub seen: Price,
    /// The language it was typed in, which says what "1,200" is. Absent where an older app kept it: then the reader's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
}

impl DraftLine {
    /// What was typed, in the language it was typed in.
    pub fn read(&self, reader: Lang) -> Typed {
        read_quantity(&self.typed, self.lang.unwrap_or(reader))
    }

    /// Whether both order the same, however it is written.
    fn orders_as(&self, other: &Self) -> bool {
        let (own, others) = (self.read(Lang::En), other.read(Lang::En));
        own == others && (own != Typed::Unreadable || self.typed == other.typed)
    }

    /// Goes over to another language. A text that would be another quantity there is written anew, so that the quantity stays.
    fn speak(&mut self, lang: Lang) {
        if self.lang == Some(lang) {
            return;
        }
        let meant = self.read(lang);
        if let Typed::Quantity(quantity) = meant
            && read_quantity(&self.typed, lang) != meant
        {
            self.typed = write_quantity(quantity, lang);
        }
        self.lang = Some(lang);
    }
}

/// A draft order. Fields may be added: one kept by an older app still opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Draft {
    /// Made once, with the first quantity; the order keeps it, so sending twice stores once.
    pub id: Option<OrderId>,
    pub lines: Vec<DraftLine>,
    pub po_number: String,
    /// `YYYY-MM-DD`, or empty.
    pub wanted_on: String,
    /// Absent until changed: then the customer's own is meant.
    pub delivery_address: Option<String>,
    pub comment: String,
}

/// What a typed quantity says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Blank or 0: not ordered.
    Nothing,
    Quantity(Quantity),
    Unreadable,
}

/// The decimal mark people use in a language, where a text could mean two numbers.
pub const fn mark(lang: Lang) -> DecimalMark {
    match lang {
        Lang::En => DecimalMark::Point,
        Lang::Ru | Lang::Bg => DecimalMark::Comma,
    }
}

/// Reads a quantity as people type it.
pub fn read_quantity(typed: &str, lang: Lang) -> Typed {
    let plain = match plain_decimal(typed, None) {
        Err(NumberError::Ambiguous) => plain_decimal(typed, Some(mark(lang))),
        other => other,
    };
    match plain.map(|plain| plain.parse::<Quantity>()) {
        Err(NumberError::Empty) => Typed::Nothing,
        Ok(Ok(quantity)) if quantity == Quantity::ZERO => Typed::Nothing,
        Ok(Ok(quantity)) => Typed::Quantity(quantity),
        _ => Typed::Unreadable,
    }
}

/// A quantity as people would type it, without grouping: read back in the same language, it is the same.
pub fn write_quantity(quantity: Quantity, lang: Lang) -> String {
    let text = quantity.decimal(0);
    match mark(lang) {
        DecimalMark::Point => text,
        DecimalMark::Comma => text.replace('.', ","),
    }
}

/// Where a line of the draft stands against the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    NotOrdered,
    Right(Quantity),
    /// Breaks the product's rule; the nearest right quantities are in the problem.
    Wrong(Quantity, QuantityProblem),
    Unreadable,
    /// The amount does not fit.
    TooLarge(Quantity),
    /// The product is no longer in the list.
    Gone,
}

impl LineState {
    /// The quantity, where one could be read.
    pub fn quantity(&self) -> Option<Quantity> {
        match self {
            Self::Right(quantity) | Self::Wrong(quantity, _) | Self::TooLarge(quantity) => Some(*quantity),
            Self::NotOrdered | Self::Unreadable | Self::Gone => None,
        }
    }
}

/// A line as the review shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLine {
    pub code: String,
    pub name: String,
    pub typed: String,
    pub seen: Price,
    /// The price of this quantity in the list now.
    pub now: Option<Price>,
    /// The next quantity that has a lower price.
    pub next: Option<Tier>,
    pub amount: Option<Money>,
    pub state: LineState,
}

impl ReviewLine {
    /// Whether the order can go out with it as it is.
    pub fn ready(&self) -> bool {
        matches!(self.state, LineState::Right(_))
    }
}

/// What a draft comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Without those that are not ordered.
    pub lines: Vec<ReviewLine>,
    /// Over the lines that are right.
    pub totals: Result<Totals, MoneyError>,
}

impl Review {
    pub fn wrong(&self) -> usize {
        self.lines.iter().filter(|line| !line.ready()).count()
    }
}

/// Judges one typed quantity against a product of the list.
pub fn judge(typed: &str, product: &ProductRow, currency: Currency, lang: Lang) -> (LineState, Option<Money>) {
    match read_quantity(typed, lang) {
        Typed::Nothing => (LineState::NotOrdered, None),
        Typed::Unreadable => (LineState::Unreadable, None),
        Typed::Quantity(quantity) => match product.rule().check(quantity) {
            Err(problem) => (LineState::Wrong(quantity, problem), None),
            Ok(()) => match line_amount(quantity, product.price_at(quantity), Percent::ZERO, currency) {
                Ok(amount) => (LineState::Right(quantity), Some(amount)),
                Err(_) => (LineState::TooLarge(quantity), None),
            },
        },
    }
}

/// What came of taking another draft in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    pub added: usize,
    /// Products in both; the quantity typed last, before signing in, stays.
    pub replaced: usize,
}

impl Draft {
    pub fn line(&self, code: &str) -> Option<&DraftLine> {
        self.lines.iter().find(|line| line.code == code)
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All lines go over to the reader's language; what they order stays.
    pub fn speak(&mut self, lang: Lang) {
        self.lines.iter_mut().for_each(|line| line.speak(lang));
    }

    /// Writes down what was typed; a blank takes the line out. `new_id` is asked for once in a draft's life.
    pub fn write(&mut self, product: &ProductRow, typed: &str, lang: Lang, new_id: impl FnOnce() -> OrderId) {
        if typed.trim().is_empty() {
            self.lines.retain(|line| line.code != product.code);
            return;
        }
        self.id.get_or_insert_with(new_id);
        let seen = match read_quantity(typed, lang) {
            Typed::Quantity(quantity) => product.price_at(quantity),
            Typed::Nothing | Typed::Unreadable => product.price(),
        };
        match self.lines.iter_mut().find(|line| line.code == product.code) {
            Some(line) => {
                line.typed = typed.to_string();
                line.seen = seen;
                line.lang = Some(lang);
            }
            None => {
                let (code, name) = (product.code.clone(), product.name.clone());
                self.lines.push(DraftLine { code, name, typed: typed.to_string(), seen, lang: Some(lang) });
            }
        }
    }

    /// Takes a line out and says what and where it was, for undo.
    pub fn take_out(&mut self, code: &str) -> Option<(usize, DraftLine)> {
        let at = self.lines.iter().position(|line| line.code == code)?;
        Some((at, self.lines.remove(at)))
    }

    /// Puts a line back where it was, unless the product was typed again meanwhile.
    pub fn put_back(&mut self, at: usize, line: DraftLine) {
        if self.line(&line.code).is_none() {
            self.lines.insert(at.min(self.lines.len()), line);
        }
    }

    /// Every ordered line against the list, and what it comes to.
    pub fn review(&self, find: impl Fn(&str) -> Option<ProductRow>, currency: Currency, (mode, method): (VatMode, VatMethod), lang: Lang) -> Review {
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut sums = Vec::new();
        for line in &self.lines {
            let product = find(&line.code);
            let (state, amount) = match &product {
                Some(product) => judge(&line.typed, product, currency, line.lang.unwrap_or(lang)),
                None if line.read(lang) == Typed::Nothing => (LineState::NotOrdered, None),
                None => (LineState::Gone, None),
            };
            if state == LineState::NotOrdered {
                continue;
            }
            if let (Some(product), Some(amount)) = (&product, amount) {
                sums.push((amount, product.vat_rate()));
            }
            lines.push(ReviewLine {
                code: line.code.clone(),
                name: product.as_ref().map_or(&line.name, |product| &product.name).clone(),
                typed: line.typed.clone(),
                seen: line.seen,
                now: product.as_ref().map(|product| match state.quantity() {
                    Some(quantity) => product.price_at(quantity),
                    None => product.price(),
                }),
                next: product.as_ref().zip(state.quantity()).and_then(|(product, quantity)| product.next_step(quantity)),
                amount,
                state,
            });
        }
        Review { lines, totals: totals(&sums, currency, mode, method) }
    }

    /// Takes in what was typed before signing in. Nothing of either is lost; a product in both keeps the later quantity.
    pub fn adopt(&mut self, before: Draft) -> Adopted {
        let mut adopted = Adopted::default();
        if self.is_empty() {
            self.id = before.id.or(self.id);
        }
        for line in before.lines {
            match self.lines.iter_mut().find(|own| own.code == line.code) {
                Some(own) => {
                    adopted.replaced += usize::from(own.typed != line.typed);
                    *own = line;
                }
                None => {
                    adopted.added += 1;
                    self.lines.push(line);
                }
            }
        }
        let keep = |own: &mut String, other: String| {
            if !other.is_empty() {
                *own = other;
            }
        };
        keep(&mut self.po_number, before.po_number);
        keep(&mut self.wanted_on, before.wanted_on);
        keep(&mut self.comment, before.comment);
        self.delivery_address = before.delivery_address.or(self.delivery_address.take());
        adopted
    }

    /// Takes out what went out and was stored: `sent` is this draft as it was then. What was written since stays and
    /// begins another order. Says how many lines that are.
    pub fn after_sending(&mut self, sent: &Draft) -> usize {
        let went: HashMap<&str, &DraftLine> = sent.lines.iter().map(|line| (line.code.as_str(), line)).collect();
        self.lines.retain(|line| went.get(line.code.as_str()).is_none_or(|went| !line.orders_as(went)));
        if self.id == sent.id {
            self.id = None;
        }
        let take = |own: &mut String, sent: &str| {
            if own == sent {
                own.clear();
            }
        };
        take(&mut self.po_number, &sent.po_number);
        take(&mut self.wanted_on, &sent.wanted_on);
        take(&mut self.comment, &sent.comment);
        if self.delivery_address == sent.delivery_address {
            self.delivery_address = None;
        }
        self.lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::LineReason;

    fn product(code: &str, price: &str, pack: i64) -> ProductRow {
        ProductRow {
            code: code.into(),
            name: format!("Product {code}"),
            unit: "pcs".into(),
            price: price.parse::<Price>().unwrap().raw(),
            vat_rate: 2000,
            increment: Some(Quantity::whole(pack).raw()),
            ..ProductRow::default()
        }
    }

    fn id(seed: u8) -> OrderId {
        OrderId::new(1, &[seed; 10])
    }

    #[test]
    fn typed_quantities_are_read_the_readers_way() {
        for (typed, lang, expected) in [
            ("", Lang::En, Typed::Nothing),
            (" 0 ", Lang::En, Typed::Nothing),
            ("12", Lang::En, Typed::Quantity(Quantity::whole(12))),
            ("1,5", Lang::Ru, Typed::Quantity(Quantity::from_raw(1500))),
            ("1.5", Lang::Ru, Typed::Quantity(Quantity::from_raw(1500))),
            ("1,200", Lang::En, Typed::Quantity(Quantity::whole(1200))),
            ("1,200", Lang::Bg, Typed::Quantity(Quantity::from_raw(1200))),
            ("a dozen", Lang::En, Typed::Unreadable),
        ] {
            assert_eq!(read_quantity(typed, lang), expected, "{typed:?} in {lang:?}");
        }
    }

    #[test]
    fn a_wrong_quantity_stays_as_typed_and_is_left_out_of_the_total() {
        let (mug, cup) = (product("1", "1.25", 12), product("2", "2.00", 6));
        let mut draft = Draft::default();
        draft.write(&mug, "30", Lang::En, || id(1));
        draft.write(&cup, "6", Lang::En, || id(2));
        assert_eq!(draft.id, Some(id(1)), "the id is made once");
        let find = |code: &str| [&mug, &cup].into_iter().find(|product| product.code == code).cloned();
        let review = draft.review(find, Currency::GBP, (VatMode::Net, VatMethod::PerRate), Lang::En);
        let LineState::Wrong(_, problem) = review.lines[0].state else { panic!("{:?}", review.lines[0]) };
        assert_eq!((problem.reason, problem.lower, problem.upper), (LineReason::NotMultiple, Some(Quantity::whole(24)), Some(Quantity::whole(36))));
        assert_eq!(review.lines[0].typed, "30");
        assert_eq!((review.wrong(), review.totals.unwrap().gross.decimal()), (1, "14.40".to_string()));
    }

    #[test]
    fn vat_is_rounded_where_the_firm_rounds_it() {
        // 20 % of 0.12 is 0.024: a line has 0.02 of it, three lines together have 0.07.
        let goods: Vec<ProductRow> = ["1", "2", "3"].map(|code| ProductRow { vat_rate: 2000, ..product(code, "0.12", 1) }).into();
        let mut draft = Draft::default();
        goods.iter().for_each(|product| draft.write(product, "1", Lang::En, || id(1)));
        let find = |code: &str| goods.iter().find(|product| product.code == code).cloned();
        for (method, vat) in [(VatMethod::PerRate, "0.07"), (VatMethod::PerLine, "0.06")] {
            let review = draft.review(find, Currency::GBP, (VatMode::Net, method), Lang::En);
            assert_eq!(review.totals.unwrap().vat.decimal(), vat, "{method:?}");
        }
    }

    #[test]
    fn a_product_that_left_the_list_stays_in_the_review() {
        let mut draft = Draft::default();
        draft.write(&product("1", "1", 1), "3", Lang::En, || id(1));
        let review = draft.review(|_| None, Currency::GBP, (VatMode::Net, VatMethod::PerRate), Lang::En);
        assert_eq!((review.lines[0].state, review.lines[0].name.as_str()), (LineState::Gone, "Product 1"));
    }

    #[test]
    fn what_was_typed_before_signing_in_joins_the_customers_own_draft() {
        let (mug, cup, pot) = (product("1", "1", 1), product("2", "1", 1), product("3", "1", 1));
        let (mut own, mut before) = (Draft::default(), Draft::default());
        own.write(&mug, "1", Lang::En, || id(1));
        own.write(&cup, "2", Lang::En, || id(1));
        before.write(&cup, "5", Lang::En, || id(2));
        before.write(&pot, "7", Lang::En, || id(2));
        assert_eq!(own.adopt(before.clone()), Adopted { added: 1, replaced: 1 });
        let lines: Vec<_> = own.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect();
        assert_eq!((lines, own.id), (vec![("1", "1"), ("2", "5"), ("3", "7")], Some(id(1))));
        let mut empty = Draft::default();
        empty.adopt(before);
        assert_eq!(empty.id, Some(id(2)), "a draft taken over whole keeps its id");
    }

    #[test]
    fn another_language_leaves_the_quantity() {
        for (typed, from, to, expected) in [
            ("1,200", Lang::En, Lang::Ru, "1200"),
            ("1,200", Lang::Bg, Lang::En, "1.2"),
            ("1.200", Lang::Ru, Lang::En, "1200"),
            ("1,5", Lang::Ru, Lang::En, "1,5"),
            ("1 200", Lang::En, Lang::Bg, "1 200"),
            ("1,200", Lang::Ru, Lang::Bg, "1,200"),
            ("a dozen", Lang::En, Lang::Ru, "a dozen"),
        ] {
            let mut draft = Draft::default();
            draft.write(&product("1", "1", 1), typed, from, || id(1));
            let meant = draft.lines[0].read(to);
            draft.speak(to);
            assert_eq!((draft.lines[0].typed.as_str(), draft.lines[0].read(from)), (expected, meant), "{typed:?} from {from:?} to {to:?}");
        }
    }

    #[test]
    fn a_written_quantity_is_read_back() {
        for raw in [1, 999, 1000, 1200, 1234, 1_234_567, 1_200_000] {
            for lang in Lang::ALL {
                let quantity = Quantity::from_raw(raw);
                assert_eq!(read_quantity(&write_quantity(quantity, lang), lang), Typed::Quantity(quantity));
            }
        }
    }

    #[test]
    fn nothing_is_left_of_a_draft_that_was_sent_as_it_is() {
        let mut draft = Draft { po_number: "7".into(), wanted_on: "2026-01-02".into(), delivery_address: Some("Here".into()), ..Draft::default() };
        draft.write(&product("1", "1", 1), "1,200", Lang::En, || id(1));
        let sent = draft.clone();
        // The reader changed the language meanwhile.
        draft.speak(Lang::Ru);
        assert_eq!((draft.after_sending(&sent), draft), (0, Draft::default()));
    }

    #[test]
    fn what_was_written_while_sending_begins_another_order() {
        let mut draft = Draft { comment: "ring".into(), ..Draft::default() };
        for code in ["1", "2"] {
            draft.write(&product(code, "1", 1), "1", Lang::En, || id(1));
        }
        let sent = draft.clone();
        draft.write(&product("2", "1", 1), "5", Lang::En, || id(2));
        draft.write(&product("3", "1", 1), "a dozen", Lang::En, || id(2));
        draft.comment = "knock".into();
        assert_eq!(draft.after_sending(&sent), 2);
        let lines: Vec<_> = draft.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect();
        assert_eq!((lines, draft.id, draft.comment.as_str()), (vec![("2", "5"), ("3", "a dozen")], None, "knock"));
        // Another tab had begun a draft of its own: that keeps its id.
        let mut other = Draft { id: Some(id(9)), ..draft.clone() };
        other.after_sending(&sent);
        assert_eq!(other.id, Some(id(9)));
    }

    #[test]
    fn a_line_taken_out_comes_back_to_its_place() {
        let mut draft = Draft::default();
        for code in ["1", "2", "3"] {
            draft.write(&product(code, "1", 1), "1", Lang::En, || id(1));
        }
        let (at, line) = draft.take_out("2").unwrap();
        draft.put_back(at, line.clone());
        assert_eq!(draft.lines[1], line);
        draft.put_back(0, line);
        assert_eq!(draft.lines.len(), 3, "a line is never doubled");
    }

    #[test]
    fn a_draft_survives_its_storage_and_an_older_one_opens() {
        let mut draft = Draft { comment: "ring „first“".into(), delivery_address: Some(String::new()), ..Draft::default() };
        draft.write(&product("00123", "0.0001", 1), "1 000,5", Lang::En, || id(1));
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
        assert_eq!(serde_json::from_str::<Draft>(r#"{"comment":"x","unknown":1}"#).unwrap().comment, "x");
        // Before the language was noted with each line.
        let mut old: Draft = serde_json::from_str(r#"{"lines":[{"code":"1","name":"Mug","typed":"1,200","seen":"1.25"}]}"#).unwrap();
        assert_eq!(old.lines[0].read(Lang::Ru), Typed::Quantity(Quantity::from_raw(1200)));
        old.speak(Lang::En);
        assert_eq!((old.lines[0].typed.as_str(), old.lines[0].lang), ("1,200", Some(Lang::En)));
    }
}

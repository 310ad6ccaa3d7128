//! The order a buyer is putting together: what was typed, as it was typed, and what is odd about it.
//!
//! Decides what counts as ordered, what a draft comes to and how two drafts become one; where it is kept is the app's matter.

use serde::{Deserialize, Serialize};

use crate::catalog::ProductRow;
use crate::ids::OrderId;
use crate::money::{Currency, Money, MoneyError, Percent, Price, Quantity, Totals, VatMethod, VatMode, line_amount, totals};
use crate::numbers::{DecimalMark, NumberError, plain_decimal};
use crate::orders::QuantityProblem;
use crate::words::Lang;

/// One product of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftLine {
    pub code: String,
    /// As it was called when typed, for a product that has left the list since.
    pub name: String,
    /// The quantity exactly as typed; never corrected.
    pub typed: String,
    /// The price the buyer saw when typing.
    pub seen: Price,
}

/// A draft order. Fields may be added: one kept by an older app still opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// A line as the review shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLine {
    pub code: String,
    pub name: String,
    pub typed: String,
    pub seen: Price,
    /// The price in the list now.
    pub now: Option<Price>,
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
            Ok(()) => match line_amount(quantity, product.price(), Percent::ZERO, currency) {
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

    /// Writes down what was typed; a blank takes the line out. `new_id` is asked for once in a draft's life.
    pub fn write(&mut self, product: &ProductRow, typed: &str, new_id: impl FnOnce() -> OrderId) {
        if typed.trim().is_empty() {
            self.lines.retain(|line| line.code != product.code);
            return;
        }
        self.id.get_or_insert_with(new_id);
        match self.lines.iter_mut().find(|line| line.code == product.code) {
            Some(line) => {
                line.typed = typed.to_string();
                line.seen = product.price();
            }
            None => self.lines.push(DraftLine { code: product.code.clone(), name: product.name.clone(), typed: typed.to_string(), seen: product.price() }),
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
    pub fn review<'a>(&self, find: impl Fn(&str) -> Option<&'a ProductRow>, currency: Currency, mode: VatMode, lang: Lang) -> Review {
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut sums = Vec::new();
        for line in &self.lines {
            let product = find(&line.code);
            let (state, amount) = match product {
                Some(product) => judge(&line.typed, product, currency, lang),
                None if read_quantity(&line.typed, lang) == Typed::Nothing => (LineState::NotOrdered, None),
                None => (LineState::Gone, None),
            };
            if state == LineState::NotOrdered {
                continue;
            }
            if let (Some(product), Some(amount)) = (product, amount) {
                sums.push((amount, product.vat_rate()));
            }
            lines.push(ReviewLine {
                code: line.code.clone(),
                name: product.map_or(&line.name, |product| &product.name).clone(),
                typed: line.typed.clone(),
                seen: line.seen,
                now: product.map(ProductRow::price),
                amount,
                state,
            });
        }
        Review { lines, totals: totals(&sums, currency, mode, VatMethod::PerRate) }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::LineReason;

    fn product(code: &str, price: &str, pack: i64) -> ProductRow {
        ProductRow {
            code: code.into(),
            name: format!("Product {code}"),
            group: 0,
            unit: "pcs".into(),
            price: price.parse::<Price>().unwrap().raw(),
            vat_rate: 2000,
            min: None,
            max: None,
            increment: Some(Quantity::whole(pack).raw()),
            precision: 0,
            stock: None,
            new: false,
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
        draft.write(&mug, "30", || id(1));
        draft.write(&cup, "6", || id(2));
        assert_eq!(draft.id, Some(id(1)), "the id is made once");
        let find = |code: &str| [&mug, &cup].into_iter().find(|product| product.code == code);
        let review = draft.review(find, Currency::GBP, VatMode::Net, Lang::En);
        let LineState::Wrong(_, problem) = review.lines[0].state else { panic!("{:?}", review.lines[0]) };
        assert_eq!((problem.reason, problem.lower, problem.upper), (LineReason::NotMultiple, Some(Quantity::whole(24)), Some(Quantity::whole(36))));
        assert_eq!(review.lines[0].typed, "30");
        assert_eq!((review.wrong(), review.totals.unwrap().gross.decimal()), (1, "14.40".to_string()));
    }

    #[test]
    fn a_product_that_left_the_list_stays_in_the_review() {
        let mut draft = Draft::default();
        draft.write(&product("1", "1", 1), "3", || id(1));
        let review = draft.review(|_| None, Currency::GBP, VatMode::Net, Lang::En);
        assert_eq!((review.lines[0].state, review.lines[0].name.as_str()), (LineState::Gone, "Product 1"));
    }

    #[test]
    fn what_was_typed_before_signing_in_joins_the_customers_own_draft() {
        let (mug, cup, pot) = (product("1", "1", 1), product("2", "1", 1), product("3", "1", 1));
        let (mut own, mut before) = (Draft::default(), Draft::default());
        own.write(&mug, "1", || id(1));
        own.write(&cup, "2", || id(1));
        before.write(&cup, "5", || id(2));
        before.write(&pot, "7", || id(2));
        assert_eq!(own.adopt(before.clone()), Adopted { added: 1, replaced: 1 });
        let lines: Vec<_> = own.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect();
        assert_eq!((lines, own.id), (vec![("1", "1"), ("2", "5"), ("3", "7")], Some(id(1))));
        let mut empty = Draft::default();
        empty.adopt(before);
        assert_eq!(empty.id, Some(id(2)), "a draft taken over whole keeps its id");
    }

    #[test]
    fn a_line_taken_out_comes_back_to_its_place() {
        let mut draft = Draft::default();
        for code in ["1", "2", "3"] {
            draft.write(&product(code, "1", 1), "1", || id(1));
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
        draft.write(&product("00123", "0.0001", 1), "1 000,5", || id(1));
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
        assert_eq!(serde_json::from_str::<Draft>(r#"{"comment":"x","unknown":1}"#).unwrap().comment, "x");
    }
}

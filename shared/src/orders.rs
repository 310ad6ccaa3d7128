//! Orders: states and their transitions, quantity rules, and the verdict on each submitted line.
//!
//! Decides; stores nothing. The browser uses it while the buyer types, the server when the order arrives.

pub mod odd;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Money, Price, Quantity, Totals, VatMode};

/// Where an order stands. Payment and invoicing are states of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    Draft,
    Submitted,
    /// The buyer must answer raised prices, no line could be taken, or the firm must say whether it takes so small an order.
    NeedsReview,
    Confirmed,
    PartShipped,
    Shipped,
    Closed,
    Cancelled,
    Refused,
}

/// How an order came in. Imported ones name the file they are from instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Put together on the price list's page.
    Page,
    /// A filled-in sheet that somebody uploaded.
    Sheet,
    Mail,
    Fax,
    Post,
    Phone,
}

impl Source {
    pub const ALL: [Self; 6] = [Self::Page, Self::Sheet, Self::Mail, Self::Fax, Self::Post, Self::Phone];

    /// The word in database and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Sheet => "sheet",
            Self::Mail => "mail",
            Self::Fax => "fax",
            Self::Post => "post",
            Self::Phone => "phone",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// What can be done to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderAction {
    Submit,
    /// Submission found something the buyer must answer.
    AskBuyer,
    /// The buyer answered everything asked.
    Answer,
    Confirm,
    /// The firm takes an order below its least amount.
    ConfirmShort,
    ShipPart,
    ShipRest,
    Close,
    Cancel,
    Refuse,
}

impl OrderState {
    pub const ALL: [Self; 9] =
        [Self::Draft, Self::Submitted, Self::NeedsReview, Self::Confirmed, Self::PartShipped, Self::Shipped, Self::Closed, Self::Cancelled, Self::Refused];

    /// The word in database and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::NeedsReview => "needs_review",
            Self::Confirmed => "confirmed",
            Self::PartShipped => "part_shipped",
            Self::Shipped => "shipped",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether somebody still has something to do with the order.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::NeedsReview | Self::Confirmed | Self::PartShipped)
    }

    /// The state after `action`, or `None` where the action is not legal: the one transition table (DESIGN.md §4).
    pub const fn after(self, action: OrderAction) -> Option<Self> {
        use OrderAction as A;
        match (self, action) {
            (Self::Draft, A::Submit) => Some(Self::Submitted),
            (Self::Draft, A::AskBuyer) => Some(Self::NeedsReview),
            (Self::NeedsReview, A::Answer) => Some(Self::Submitted),
            (Self::Submitted, A::Confirm) | (Self::NeedsReview, A::ConfirmShort) => Some(Self::Confirmed),
            (Self::Confirmed | Self::PartShipped, A::ShipPart) => Some(Self::PartShipped),
            (Self::Confirmed | Self::PartShipped, A::ShipRest) => Some(Self::Shipped),
            (Self::Shipped, A::Close) => Some(Self::Closed),
            (Self::Draft | Self::Submitted | Self::NeedsReview, A::Cancel) => Some(Self::Cancelled),
            (Self::Submitted | Self::NeedsReview, A::Refuse) => Some(Self::Refused),
            _ => None,
        }
    }
}

/// Lines of an order at most, and of the draft of one that is kept for other devices.
pub const MOST_LINES: usize = 5_000;

/// Which quantities of a product can be ordered. Multiples count from zero (DESIGN.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Default)]
pub struct QuantityRule {
    /// Least quantity; absent: any above zero.
    pub min: Option<Quantity>,
    /// Greatest quantity.
    pub max: Option<Quantity>,
    /// The quantity is a multiple of this.
    pub increment: Option<Quantity>,
    /// Decimals the unit allows: 0 for pieces, 3 for kilograms.
    pub precision: u8,
}

/// Why a quantity cannot be ordered, with the nearest quantities that can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityProblem {
    pub reason: LineReason,
    /// The nearest right quantity below, if any.
    pub lower: Option<Quantity>,
    /// The nearest right quantity above, if any.
    pub upper: Option<Quantity>,
}

impl QuantityRule {
    /// The smallest step between right quantities, in thousandths.
    fn step(&self) -> i64 {
        let unit = match self.precision {
            0 => 1000,
            1 => 100,
            2 => 10,
            _ => 1,
        };
        match self.increment {
            Some(increment) if increment.raw() > 0 => lcm(increment.raw(), unit),
            _ => unit,
        }
    }

    /// The smallest right quantity at or above `quantity`.
    pub fn at_or_above(&self, quantity: i64) -> Option<Quantity> {
        let least = quantity.max(self.min.map_or(1, Quantity::raw)).max(1);
        let step = self.step();
        let candidate = least.checked_add(step - 1)? / step * step;
        (self.max.is_none_or(|max| candidate <= max.raw())).then_some(Quantity::from_raw(candidate))
    }

    /// The greatest right quantity at or below `quantity`.
    fn at_or_below(&self, quantity: i64) -> Option<Quantity> {
        let most = quantity.min(self.max.map_or(i64::MAX, Quantity::raw));
        let step = self.step();
        let candidate = most / step * step;
        (candidate > 0 && self.min.is_none_or(|min| candidate >= min.raw())).then_some(Quantity::from_raw(candidate))
    }

    /// What `+` and `−` move by, and the first quantity they give.
    pub fn pack(&self) -> Quantity {
        Quantity::from_raw(self.step().max(if self.increment.is_none() { 1000 } else { 1 }))
    }

    /// The smallest quantity that can be ordered.
    pub fn first(&self) -> Option<Quantity> {
        self.at_or_above(1)
    }

    /// Whether `quantity` can be ordered; nothing is ever rounded to make it fit.
    pub fn check(&self, quantity: Quantity) -> Result<(), QuantityProblem> {
        let raw = quantity.raw();
        let reason = if raw <= 0 {
            LineReason::NotPositive
        } else if raw % (QuantityRule { increment: None, ..*self }).step() != 0 {
            LineReason::TooPrecise
        } else if self.min.is_some_and(|min| quantity < min) {
            LineReason::BelowMinimum
        } else if self.max.is_some_and(|max| quantity > max) {
            LineReason::AboveMaximum
        } else if raw % self.step() != 0 {
            LineReason::NotMultiple
        } else {
            return Ok(());
        };
        Err(QuantityProblem { reason, lower: self.at_or_below(raw), upper: self.at_or_above(raw) })
    }
}

fn lcm(a: i64, b: i64) -> i64 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
}

/// What became of one submitted line: read = accepted + changed + refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    Changed,
    Refused,
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Changed => "changed",
            Self::Refused => "refused",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Accepted, Self::Changed, Self::Refused].into_iter().find(|verdict| verdict.word() == word)
    }
}

/// Why a line was changed or refused. The page, the mail and the sheet choose the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineReason {
    /// Changed: the price is lower than the one shown.
    PriceFell,
    /// Changed: the price is higher than the one shown; the buyer answers.
    PriceRose,
    /// Changed: raised price, accepted by the buyer.
    RiseAccepted,
    /// Refused: raised price, the buyer dropped the line.
    RiseDropped,
    /// Refused: no such product, or it is no longer in the price list.
    NotInPriceList,
    /// Refused: zero or below.
    NotPositive,
    BelowMinimum,
    AboveMaximum,
    NotMultiple,
    TooPrecise,
    /// Refused: the line's amount does not fit.
    TooLarge,
}

impl LineReason {
    pub const ALL: [Self; 11] = [
        Self::PriceFell,
        Self::PriceRose,
        Self::RiseAccepted,
        Self::RiseDropped,
        Self::NotInPriceList,
        Self::NotPositive,
        Self::BelowMinimum,
        Self::AboveMaximum,
        Self::NotMultiple,
        Self::TooPrecise,
        Self::TooLarge,
    ];
    pub const fn word(self) -> &'static str {
        match self {
            Self::PriceFell => "price_fell",
            Self::PriceRose => "price_rose",
            Self::RiseAccepted => "rise_accepted",
            Self::RiseDropped => "rise_dropped",
            Self::NotInPriceList => "not_in_price_list",
            Self::NotPositive => "not_positive",
            Self::BelowMinimum => "below_minimum",
            Self::AboveMaximum => "above_maximum",
            Self::NotMultiple => "not_multiple",
            Self::TooPrecise => "too_precise",
            Self::TooLarge => "too_large",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

impl fmt::Display for LineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What the server knows of a product when a line arrives.
#[derive(Clone, Copy, Debug)]
pub struct PriceFacts {
    /// The price in the version the order names, for this customer; absent: not in it.
    pub ordered_version: Option<Price>,
    /// Whether that version's prices still hold.
    pub version_valid: bool,
    /// The price in the version valid now.
    pub current: Option<Price>,
}

/// The verdict on one line and the price it is stored at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgedLine {
    pub verdict: Verdict,
    pub reason: Option<LineReason>,
    /// Absent where the product has no price.
    pub price: Option<Price>,
}

/// Judges one line. While the version is valid its prices hold; after that a fall passes with a note
/// and a rise waits for the buyer (DESIGN.md §4). The shown price never becomes the price.
pub fn judge_line(quantity: Quantity, shown: Price, rule: &QuantityRule, facts: PriceFacts) -> JudgedLine {
    let price = if facts.version_valid { facts.ordered_version } else { facts.current };
    let Some(found) = price else {
        return JudgedLine { verdict: Verdict::Refused, reason: Some(LineReason::NotInPriceList), price: None };
    };
    if let Err(problem) = rule.check(quantity) {
        return JudgedLine { verdict: Verdict::Refused, reason: Some(problem.reason), price };
    }
    let (verdict, reason) = match found.cmp(&shown) {
        std::cmp::Ordering::Equal => (Verdict::Accepted, None),
        std::cmp::Ordering::Less => (Verdict::Changed, Some(LineReason::PriceFell)),
        std::cmp::Ordering::Greater => (Verdict::Changed, Some(LineReason::PriceRose)),
    };
    JudgedLine { verdict, reason, price }
}

/// The state a submission leads to: a rise asks the buyer, and so does an order without a single line taken.
pub fn submission_action(lines: &[JudgedLine]) -> OrderAction {
    let rose = lines.iter().any(|line| line.reason == Some(LineReason::PriceRose));
    let taken = lines.iter().any(|line| line.verdict != Verdict::Refused);
    if rose || !taken { OrderAction::AskBuyer } else { OrderAction::Submit }
}

/// Whether an order waits for nobody but the firm, which may take it although it is below the least amount: something of
/// it was taken, and no raised price waits for the buyer.
pub fn short_only(lacking: bool, lines: impl IntoIterator<Item = (Verdict, Option<LineReason>)>) -> bool {
    let mut taken = false;
    for (verdict, reason) in lines {
        if reason == Some(LineReason::PriceRose) {
            return false;
        }
        taken |= verdict != Verdict::Refused;
    }
    lacking && taken
}

/// What an order still lacks of the firm's least amount; nothing where it is enough, or the least is in another currency.
/// An order is measured as its list shows prices: without VAT or with it.
pub fn lacks(totals: &Totals, mode: VatMode, least: Money) -> Option<Money> {
    let amount = match mode {
        VatMode::Net => totals.net,
        VatMode::Gross => totals.gross,
    };
    let short = least.minor.saturating_sub(amount.minor);
    (amount.currency == least.currency && short > 0).then_some(Money::new(short, least.currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn multiples_count_from_zero() {
        let rule = QuantityRule { min: Some(quantity("1")), max: None, increment: Some(quantity("10")), precision: 0 };
        assert_eq!(rule.check(quantity("10")), Ok(()));
        let problem = rule.check(quantity("11")).unwrap_err();
        assert_eq!((problem.reason, problem.lower, problem.upper), (LineReason::NotMultiple, Some(quantity("10")), Some(quantity("20"))));
        assert_eq!(rule.first(), Some(quantity("10")));
    }

    #[test]
    fn a_quantity_keeps_to_the_units_precision() {
        assert_eq!(QuantityRule::default().check(quantity("1.5")).unwrap_err().reason, LineReason::TooPrecise);
        let weight = QuantityRule { precision: 3, ..QuantityRule::default() };
        assert_eq!(weight.check(quantity("0.375")), Ok(()));
        assert_eq!(weight.check(quantity("0")).unwrap_err().reason, LineReason::NotPositive);
    }

    #[test]
    fn a_valid_version_holds_its_price_and_a_later_rise_asks_the_buyer() {
        let price = |text: &str| text.parse::<Price>().unwrap();
        let facts = |valid| PriceFacts { ordered_version: Some(price("2")), version_valid: valid, current: Some(price("3")) };
        let rule = QuantityRule::default();
        let judged = judge_line(quantity("1"), price("2"), &rule, facts(true));
        assert_eq!((judged.verdict, judged.price), (Verdict::Accepted, Some(price("2"))));
        let judged = judge_line(quantity("1"), price("2"), &rule, facts(false));
        assert_eq!((judged.reason, judged.price), (Some(LineReason::PriceRose), Some(price("3"))));
        assert_eq!(submission_action(&[judged]), OrderAction::AskBuyer);
        let judged = judge_line(quantity("1"), price("4"), &rule, facts(false));
        assert_eq!((judged.reason, judged.price), (Some(LineReason::PriceFell), Some(price("3"))));
        assert_eq!(submission_action(&[judged]), OrderAction::Submit);
        // A price lowered in the request changes nothing: the server's own price stands and is asked about.
        let judged = judge_line(quantity("1"), price("0.01"), &rule, facts(true));
        assert_eq!((judged.reason, judged.price), (Some(LineReason::PriceRose), Some(price("2"))));
    }

    #[test]
    fn a_confirmed_order_cannot_be_cancelled_and_a_closed_one_is_final() {
        assert_eq!(OrderState::Confirmed.after(OrderAction::Cancel), None);
        assert_eq!(OrderState::Submitted.after(OrderAction::Cancel), Some(OrderState::Cancelled));
        for action in [OrderAction::Submit, OrderAction::Confirm, OrderAction::Cancel, OrderAction::Refuse, OrderAction::ShipPart] {
            assert_eq!(OrderState::Closed.after(action), None);
            assert_eq!(OrderState::Cancelled.after(action), None);
        }
    }

    proptest! {
        #[test]
        fn the_offered_quantities_are_right_and_nearest(
            raw in 1_i64..5_000_000, min in prop::option::of(1_i64..100), increment in prop::option::of(1_i64..50), precision in 0_u8..4,
        ) {
            let rule = QuantityRule { min: min.map(Quantity::whole), max: None, increment: increment.map(Quantity::whole), precision };
            if let Err(problem) = rule.check(Quantity::from_raw(raw)) {
                for offered in [problem.lower, problem.upper].into_iter().flatten() {
                    prop_assert_eq!(rule.check(offered), Ok(()));
                }
                prop_assert!(problem.upper.unwrap().raw() >= raw);
                prop_assert!(problem.lower.is_none_or(|lower| lower.raw() < raw));
            }
        }
    }
}

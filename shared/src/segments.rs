//! Segments: which of the four groups a customer is in, as of a date, and why.
//!
//! A pure function of the days on which counted orders were placed (in the firm's time zone), the period,
//! the thresholds and the as-of date. Which orders count is the caller's knowledge: an order counts if it
//! has at least one line of goods with positive quantity and price.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

mod history;

pub use history::{Flow, Terms, checkpoints, year_before};

/// Exactly one of these for every customer (DESIGN.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    Regular,
    Irregular,
    Former,
    Potential,
}

impl Segment {
    pub const ALL: [Self; 4] = [Self::Regular, Self::Irregular, Self::Former, Self::Potential];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Irregular => "irregular",
            Self::Former => "former",
            Self::Potential => "potential",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|segment| segment.word() == word)
    }
}

/// The reporting period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Month,
    Quarter,
    Year,
}

impl Period {
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];
    pub const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
    /// Orders in the period from which a customer is regular, unless the firm says otherwise.
    pub const fn default_regular_from(self) -> u32 {
        match self {
            Self::Month => 2,
            Self::Quarter => 3,
            Self::Year => 6,
        }
    }
    pub const fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.word() == word)
    }
}

/// How the period lies to the as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The last completed month, quarter or year before the as-of date.
    Calendar,
    /// `[as-of − n months, as-of)`.
    Rolling,
}

impl Mode {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Rolling => "rolling",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Calendar, Self::Rolling].into_iter().find(|mode| mode.word() == word)
    }
}

/// The rule a firm judges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub as_of: Date,
    pub period: Period,
    pub mode: Mode,
    /// Orders in the period from which a customer is regular; at least 1.
    pub regular_from: u32,
    /// Without a counted order in this interval, ending where the period ends, a customer is former.
    pub lapse: Period,
}

/// The as-of date lies outside what the calendar can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateOutOfRange;

/// A half-open interval of days, `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub from: Date,
    pub to: Date,
}

impl Days {
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day < self.to
    }
}

fn months(count: i32) -> Span {
    count.months()
}

impl Rule {
    pub fn new(as_of: Date, period: Period, mode: Mode) -> Self {
        Self { as_of, period, mode, regular_from: period.default_regular_from(), lapse: period }
    }

    /// The reporting period.
    pub fn period_days(&self) -> Result<Days, DateOutOfRange> {
        let to = match self.mode {
            Mode::Rolling => self.as_of,
            Mode::Calendar => {
                let length = self.period.months() as i8;
                let month = (self.as_of.month() - 1) / length * length + 1;
                Date::new(self.as_of.year(), month, 1).map_err(|_| DateOutOfRange)?
            }
        };
        Ok(Days { from: to.checked_sub(months(self.period.months())).map_err(|_| DateOutOfRange)?, to })
    }

    /// The lapse interval; it ends where the period ends.
    pub fn lapse_days(&self) -> Result<Days, DateOutOfRange> {
        let to = self.period_days()?.to;
        Ok(Days { from: to.checked_sub(months(self.lapse.months())).map_err(|_| DateOutOfRange)?, to })
    }

    /// Judges one customer by the days of its counted orders, in any order, one entry per order.
    pub fn judge(&self, order_days: &[Date]) -> Result<Verdict, DateOutOfRange> {
        let period = self.period_days()?;
        let lapse = self.lapse_days()?;
        let before_end = || order_days.iter().copied().filter(|day| *day < period.to);
        self.judge_counted(&Counted {
            ever: before_end().count() as u32,
            in_period: before_end().filter(|day| period.contains(*day)).count() as u32,
            in_lapse: before_end().filter(|day| lapse.contains(*day)).count() as u32,
            first: before_end().min(),
            last: before_end().max(),
        })
    }

    /// Judges one customer whose orders somebody has counted, as a database does for many at once.
    pub fn judge_counted(&self, counted: &Counted) -> Result<Verdict, DateOutOfRange> {
        let period = self.period_days()?;
        let segment = if counted.ever == 0 {
            Segment::Potential
        } else if counted.in_period >= self.regular_from {
            Segment::Regular
        } else if counted.in_lapse == 0 {
            Segment::Former
        } else {
            Segment::Irregular
        };
        Ok(Verdict {
            segment,
            orders_in_period: counted.in_period,
            orders_ever: counted.ever,
            last_order: counted.last,
            new: counted.first.is_some_and(|first| period.contains(first)),
            period,
            lapse: self.lapse_days()?,
            regular_from: self.regular_from,
        })
    }
}

/// What counts of one customer's orders: all of it before the end of the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub ever: u32,
    /// In [`Rule::period_days`].
    pub in_period: u32,
    /// In [`Rule::lapse_days`].
    pub in_lapse: u32,
    pub first: Option<Date>,
    pub last: Option<Date>,
}

/// A customer's group and everything the sentence of explanation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub segment: Segment,
    pub orders_in_period: u32,
    /// Counted orders before the end of the period.
    pub orders_ever: u32,
    /// The last of them.
    pub last_order: Option<Date>,
    /// The first order ever lies inside the period: too young to be called irregular.
    pub new: bool,
    pub period: Days,
    pub lapse: Days,
    pub regular_from: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn segment(rule: Rule, days: &[Date]) -> Segment {
        rule.judge(days).unwrap().segment
    }

    #[test]
    fn the_period_contains_its_start_and_not_its_end() {
        let rule = Rule { regular_from: 1, ..Rule::new(date(2011, 12, 10), Period::Month, Mode::Rolling) };
        assert_eq!(segment(rule, &[date(2011, 11, 10)]), Segment::Regular);
        assert_eq!(segment(rule, &[date(2011, 11, 9)]), Segment::Former);
        assert_eq!(segment(rule, &[date(2011, 12, 10)]), Segment::Potential);
    }

    #[test]
    fn calendar_takes_the_last_completed_period() {
        let days = |as_of, period| Rule::new(as_of, period, Mode::Calendar).period_days().unwrap();
        assert_eq!(days(date(2011, 12, 10), Period::Quarter), Days { from: date(2011, 7, 1), to: date(2011, 10, 1) });
        assert_eq!(days(date(2012, 1, 1), Period::Quarter), Days { from: date(2011, 10, 1), to: date(2012, 1, 1) });
        assert_eq!(days(date(2012, 1, 1), Period::Year), Days { from: date(2011, 1, 1), to: date(2012, 1, 1) });
        assert_eq!(days(date(2012, 3, 31), Period::Month), Days { from: date(2012, 2, 1), to: date(2012, 3, 1) });
    }

    #[test]
    fn rolling_months_clamp_to_the_last_day() {
        let days = Rule::new(date(2012, 3, 31), Period::Month, Mode::Rolling).period_days().unwrap();
        assert_eq!(days.from, date(2012, 2, 29));
    }

    #[test]
    fn a_longer_lapse_keeps_a_silent_customer_irregular() {
        let rule = Rule::new(date(2011, 12, 10), Period::Month, Mode::Rolling);
        let orders = [date(2011, 5, 1)];
        assert_eq!(segment(rule, &orders), Segment::Former);
        assert_eq!(segment(Rule { lapse: Period::Year, ..rule }, &orders), Segment::Irregular);
    }

    #[test]
    fn thresholds_are_inclusive() {
        let rule = Rule::new(date(2011, 12, 10), Period::Quarter, Mode::Rolling);
        let orders = [date(2011, 11, 1), date(2011, 11, 1), date(2011, 11, 2)];
        assert_eq!(segment(rule, &orders), Segment::Regular);
        assert_eq!(segment(rule, &orders[1..]), Segment::Irregular);
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_the_order_of_orders(mut offsets in prop::collection::vec(0_i32..900, 0..20)) {
            let rule = Rule::new(date(2011, 12, 10), Period::Quarter, Mode::Rolling);
            let days = |offsets: &[i32]| offsets.iter().map(|offset| date(2010, 1, 1).checked_add(offset.days()).unwrap()).collect::<Vec<_>>();
            let forward = rule.judge(&days(&offsets)).unwrap();
            offsets.reverse();
            prop_assert_eq!(forward, rule.judge(&days(&offsets)).unwrap());
        }
    }
}

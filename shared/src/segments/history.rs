//! Segments over time: the days a verdict of everybody is kept for, and the moves between two of them.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Mode, Period, Rule, Segment};

/// What a firm decided about one customer beside the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The reporting period the threshold is meant for: six orders a year are not six a month.
    pub period: Period,
    pub regular_from: Option<u32>,
    /// Somebody looks after this customer by hand. It stays in the segment its orders put it in; lists show the mark.
    pub by_hand: bool,
}

impl Rule {
    /// The rule for one customer: its own threshold, where it has one for this period.
    pub fn for_customer(self, terms: Option<&Terms>) -> Self {
        let own = terms.filter(|terms| terms.period == self.period).and_then(|terms| terms.regular_from);
        Self { regular_from: own.unwrap_or(self.regular_from), ..self }
    }

    /// The rule as one text, without the day: verdicts by the same text can be compared.
    pub fn text(&self) -> String {
        format!("{} {} {} {}", self.period.word(), self.mode.word(), self.regular_from, self.lapse.word())
    }
}

/// The days history is kept for, after `from` and up to `to`: a calendar rule changes its answer when a reporting period
/// ends, a rolling one every day, and for that the first of each month is kept.
pub fn checkpoints(period: Period, mode: Mode, from: Date, to: Date) -> Vec<Date> {
    let step = match mode {
        Mode::Calendar => period.months(),
        Mode::Rolling => 1,
    };
    let month = i32::from(from.month() - 1) / step * step + 1;
    let Ok(mut day) = Date::new(from.year(), month as i8, 1) else { return Vec::new() };
    let mut days = Vec::new();
    // A century of months; more is a mistake in a date, not a history.
    while day <= to && days.len() < 1200 {
        if day > from {
            days.push(day);
        }
        match day.checked_add(step.months()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    days
}

/// The same day a year before, both `YYYY-MM-DD`; nothing for what is no day. 29 February becomes the 28th.
pub fn year_before(day: &str) -> Option<String> {
    Some(day.parse::<Date>().ok()?.checked_sub(1.year()).ok()?.to_string())
}

/// How many customers went from one segment to another between two days; those that stayed are counted too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// Absent: the customer was not there yet.
    pub from: Option<Segment>,
    pub to: Segment,
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_threshold_of_its_own_holds_for_its_period_only() {
        let rule = Rule::new(date(2011, 12, 10), Period::Quarter, Mode::Rolling);
        let terms = Terms { period: Period::Quarter, regular_from: Some(1), by_hand: false };
        assert_eq!(rule.for_customer(Some(&terms)).regular_from, 1);
        assert_eq!(rule.for_customer(Some(&Terms { period: Period::Year, ..terms })).regular_from, 3);
        assert_eq!(rule.for_customer(Some(&Terms { regular_from: None, ..terms })).regular_from, 3);
        assert_eq!(rule.for_customer(None).regular_from, 3);
    }

    #[test]
    fn history_is_kept_at_the_ends_of_periods() {
        let days = |period, mode, from, to| checkpoints(period, mode, from, to).iter().map(Date::to_string).collect::<Vec<_>>();
        assert_eq!(days(Period::Quarter, Mode::Calendar, date(2010, 12, 1), date(2011, 12, 10)), ["2011-01-01", "2011-04-01", "2011-07-01", "2011-10-01"]);
        assert_eq!(days(Period::Year, Mode::Calendar, date(2010, 12, 1), date(2011, 12, 10)), ["2011-01-01"]);
        assert_eq!(days(Period::Quarter, Mode::Rolling, date(2011, 10, 1), date(2011, 12, 10)), ["2011-11-01", "2011-12-01"]);
        assert_eq!(days(Period::Month, Mode::Rolling, date(2011, 12, 10), date(2011, 12, 10)), Vec::<String>::new());
        assert_eq!(days(Period::Month, Mode::Calendar, date(2012, 1, 31), date(2012, 3, 1)), ["2012-02-01", "2012-03-01"]);
    }
}

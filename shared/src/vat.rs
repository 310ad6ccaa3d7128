//! VAT rates by date: which are in force on a day, and which of them goods get whose file names none.
//!
//! A rate has a code that stays ("standard") and a percentage that changes with the law: Russia's went from 20 to 22 on
//! 2026-01-01 (formats.md §3.2). What is posted keeps the rate it was posted with.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Percent;

/// A rate from a day on, until the next row of the same code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VatRate {
    /// What stays when the percentage changes: `standard`, `reduced`.
    pub code: String,
    /// As people call it.
    pub name: String,
    pub percent: Percent,
    /// `YYYY-MM-DD`
    pub valid_from: String,
}

/// Most rows a firm keeps.
pub const MOST_RATES: usize = 50;
/// Longest code or name.
pub const MOST_NAME: usize = 60;

/// Why a table of rates cannot be taken, and the row it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VatProblem {
    TooMany,
    /// A code is empty or too long, or holds what is no letter, digit, `-` or `_`.
    Code(usize),
    Name(usize),
    /// Not from 0 to 100.
    Percent(usize),
    Day(usize),
    /// The same code from the same day twice.
    Twice(usize),
    /// No row has the code that goods get by default.
    Default,
}

/// The rate of each code in force on a day, in the order the codes are first named.
pub fn in_force<'a>(rates: &'a [VatRate], day: &str) -> Vec<&'a VatRate> {
    let mut found: Vec<&VatRate> = Vec::new();
    for rate in rates.iter().filter(|rate| rate.valid_from.as_str() <= day) {
        match found.iter_mut().find(|known| known.code == rate.code) {
            Some(known) if known.valid_from < rate.valid_from => *known = rate,
            Some(_) => {}
            None => found.push(rate),
        }
    }
    found
}

/// The rate goods get on a day whose file names none; nothing where the table says nothing about that day.
pub fn default_on(rates: &[VatRate], code: &str, day: &str) -> Option<Percent> {
    in_force(rates, day).into_iter().find(|rate| rate.code == code).map(|rate| rate.percent)
}

/// Whether a table can be taken. An empty one can: then there is one rate for all days.
pub fn check(rates: &[VatRate], default: &str) -> Result<(), VatProblem> {
    if rates.len() > MOST_RATES {
        return Err(VatProblem::TooMany);
    }
    for (at, rate) in rates.iter().enumerate() {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if rate.code.is_empty() || rate.code.chars().count() > 20 || !rate.code.chars().all(plain) {
            return Err(VatProblem::Code(at));
        }
        if rate.name.trim().is_empty() || rate.name.chars().count() > MOST_NAME || rate.name.chars().any(char::is_control) {
            return Err(VatProblem::Name(at));
        }
        if !(0..=10_000).contains(&rate.percent.raw()) {
            return Err(VatProblem::Percent(at));
        }
        if rate.valid_from.parse::<Date>().ok().is_none_or(|day| day.to_string() != rate.valid_from) {
            return Err(VatProblem::Day(at));
        }
        if rates[..at].iter().any(|other| other.code == rate.code && other.valid_from == rate.valid_from) {
            return Err(VatProblem::Twice(at));
        }
    }
    if !rates.is_empty() && !rates.iter().any(|rate| rate.code == default) {
        return Err(VatProblem::Default);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(code: &str, percent: &str, valid_from: &str) -> VatRate {
        VatRate { code: code.into(), name: code.into(), percent: percent.parse().unwrap(), valid_from: valid_from.into() }
    }

    #[test]
    fn the_day_decides_the_rate() {
        // Written in any order.
        let rates = [rate("standard", "22", "2026-01-01"), rate("reduced", "10", "2004-01-01"), rate("standard", "20", "2019-01-01")];
        let on = |day: &str| default_on(&rates, "standard", day).map(|percent| percent.to_string());
        for (day, expected) in
            [("2025-12-31", Some("20")), ("2026-01-01", Some("22")), ("2030-05-05", Some("22")), ("2019-01-01", Some("20")), ("2018-12-31", None)]
        {
            assert_eq!(on(day).as_deref(), expected, "{day}");
        }
        let names = |day: &str| in_force(&rates, day).into_iter().map(|rate| format!("{} {}", rate.code, rate.percent)).collect::<Vec<_>>();
        assert_eq!(names("2026-01-01"), ["standard 22", "reduced 10"]);
        assert_eq!(names("2010-01-01"), ["reduced 10"]);
        assert_eq!(default_on(&rates, "none", "2026-01-01"), None);
    }

    #[test]
    fn a_table_is_checked_row_by_row() {
        let good = [rate("standard", "20", "2019-01-01"), rate("standard", "22", "2026-01-01")];
        assert_eq!(check(&good, "standard"), Ok(()));
        assert_eq!(check(&[], ""), Ok(()));
        assert_eq!(check(&good, "reduced"), Err(VatProblem::Default));
        let with = |bad: VatRate| check(&[good[0].clone(), bad], "standard");
        assert_eq!(with(rate("standard", "22", "2019-01-01")), Err(VatProblem::Twice(1)));
        assert_eq!(with(rate("", "22", "2026-01-01")), Err(VatProblem::Code(1)));
        assert_eq!(with(rate("a b", "22", "2026-01-01")), Err(VatProblem::Code(1)));
        assert_eq!(with(VatRate { name: " ".into(), ..rate("x", "1", "2026-01-01") }), Err(VatProblem::Name(1)));
        assert_eq!(with(rate("x", "100.01", "2026-01-01")), Err(VatProblem::Percent(1)));
        assert_eq!(with(rate("x", "-1", "2026-01-01")), Err(VatProblem::Percent(1)));
        for day in ["2026-1-1", "2026-02-30", "", "tomorrow"] {
            assert_eq!(with(rate("x", "1", day)), Err(VatProblem::Day(1)), "{day}");
        }
        assert_eq!(check(&vec![rate("x", "1", "2026-01-01"); 51], "x"), Err(VatProblem::TooMany));
    }
}

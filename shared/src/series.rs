//! Number series: what a format may be, how a change of it may go on, and the formats usual in a country.
//!
//! A number is given once and in order. An order's number is found by itself for ever, so a restart has to show in it; a
//! proforma is found by number and date, and Russian practice starts again at 1 each January (formats.md §3.3).

use serde::{Deserialize, Serialize};

use crate::documents::{NumberFormat, Reset};

/// What is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Series {
    Proforma,
    Order,
}

impl Series {
    pub const ALL: [Self; 2] = [Self::Proforma, Self::Order];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proforma => "proforma",
            Self::Order => "order",
        }
    }
}

/// Where a counter was told to begin. For one span only: a yearly series begins the next year at 1 again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesStart {
    pub span: String,
    pub number: i64,
    /// Where the counter stood before; undoing goes back there.
    pub was: i64,
    /// It had given nothing then.
    pub fresh: bool,
}

/// Longest prefix as written.
pub const MOST_PREFIX: usize = 20;
pub const MOST_WIDTH: u8 = 12;
/// Largest number to begin with.
pub const MOST_START: i64 = 999_999_999_999;

/// Why a format or a change of it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesProblem {
    Prefix,
    Width,
    /// `{…}` that is none of `{yyyy}`, `{yy}`, `{mm}`.
    Place,
    /// It restarts, and nothing in the number tells one span's from another's.
    Repeats,
    /// The next number is not above one that was given already.
    GoesBack {
        next: i64,
        given: i64,
    },
    /// Numbers were given already; beginning higher would leave a gap, lower would repeat.
    Begun {
        next: i64,
    },
    /// Not from 1 to [`MOST_START`].
    Start,
}

/// Whether a format numbers without repeating itself.
pub fn check(series: Series, format: &NumberFormat) -> Result<(), SeriesProblem> {
    if format.prefix.chars().count() > MOST_PREFIX || format.prefix.chars().any(char::is_control) {
        return Err(SeriesProblem::Prefix);
    }
    if !(1..=MOST_WIDTH).contains(&format.width) {
        return Err(SeriesProblem::Width);
    }
    if format.prefix_on("2026-01-15").contains(['{', '}']) {
        return Err(SeriesProblem::Place);
    }
    let year = format.prefix.contains("{yyyy}") || format.prefix.contains("{yy}");
    let month = format.prefix.contains("{mm}");
    let tells = match (format.reset, series) {
        (Reset::Never, _) => true,
        (Reset::Yearly, Series::Proforma) => true,
        (Reset::Yearly, Series::Order) => year,
        (Reset::Monthly, Series::Proforma) => month,
        (Reset::Monthly, Series::Order) => month && year,
    };
    if tells { Ok(()) } else { Err(SeriesProblem::Repeats) }
}

/// Whether a series may go on at `next`, where the highest number of the same look that was given is `given`.
pub fn goes_on(next: i64, given: Option<i64>) -> Result<(), SeriesProblem> {
    match given {
        Some(given) if given >= next => Err(SeriesProblem::GoesBack { next, given }),
        _ => Ok(()),
    }
}

/// Whether a counter that stands at `next` may be told to begin at `wanted`. `begun`: it has given numbers; `given`: the
/// highest number of the same look, by whichever counter.
pub fn may_begin(wanted: i64, next: i64, begun: bool, given: Option<i64>) -> Result<(), SeriesProblem> {
    if !(1..=MOST_START).contains(&wanted) {
        return Err(SeriesProblem::Start);
    }
    goes_on(wanted, given)?;
    // A counter that was overtaken by another goes on right above it; otherwise a begun one leaves no gap.
    let overtaken = given.is_some_and(|given| given >= next && wanted == given.saturating_add(1));
    if begun && wanted != next && !overtaken { Err(SeriesProblem::Begun { next }) } else { Ok(()) }
}

/// The formats usual somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesPreset {
    Plain,
    Russia,
    Bulgaria,
    Eu,
}

impl SeriesPreset {
    pub const ALL: [Self; 4] = [Self::Russia, Self::Bulgaria, Self::Eu, Self::Plain];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Russia => "russia",
            Self::Bulgaria => "bulgaria",
            Self::Eu => "eu",
        }
    }

    pub fn format(self, series: Series) -> NumberFormat {
        let (prefix, width, reset) = match (self, series) {
            (Self::Plain, Series::Proforma) => ("P", 6, Reset::Never),
            (Self::Plain | Self::Bulgaria, Series::Order) => ("", 6, Reset::Never),
            (Self::Russia, Series::Proforma) => ("", 1, Reset::Yearly),
            (Self::Russia, Series::Order) => ("{yy}-", 5, Reset::Yearly),
            // ППЗДДС чл. 78: ten digits, no restart at New Year.
            (Self::Bulgaria, Series::Proforma) => ("", 10, Reset::Never),
            (Self::Eu, Series::Proforma) => ("PF{yyyy}-", 5, Reset::Yearly),
            (Self::Eu, Series::Order) => ("{yyyy}-", 5, Reset::Yearly),
        };
        NumberFormat { prefix: prefix.into(), width, reset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(prefix: &str, width: u8, reset: Reset) -> NumberFormat {
        NumberFormat { prefix: prefix.into(), width, reset }
    }

    #[test]
    fn every_preset_is_taken_and_looks_as_usual() {
        for preset in SeriesPreset::ALL {
            for series in Series::ALL {
                assert_eq!(check(series, &preset.format(series)), Ok(()), "{preset:?} {series:?}");
            }
        }
        let look = |preset: SeriesPreset, series| preset.format(series).write(127, "2026-11-20");
        assert_eq!(look(SeriesPreset::Bulgaria, Series::Proforma), "0000000127");
        assert_eq!(look(SeriesPreset::Russia, Series::Proforma), "127");
        assert_eq!(look(SeriesPreset::Russia, Series::Order), "26-00127");
        assert_eq!(look(SeriesPreset::Eu, Series::Proforma), "PF2026-00127");
        assert_eq!(look(SeriesPreset::Plain, Series::Proforma), "P000127");
        assert_eq!(SeriesPreset::Bulgaria.format(Series::Proforma).span("2026-11-20"), "");
        assert_eq!(SeriesPreset::Russia.format(Series::Proforma).span("2026-11-20"), "2026");
    }

    #[test]
    fn a_restart_shows_in_the_number() {
        let cases = [
            (Series::Order, format("", 6, Reset::Never), Ok(())),
            (Series::Order, format("", 6, Reset::Yearly), Err(SeriesProblem::Repeats)),
            (Series::Order, format("{yy}", 6, Reset::Yearly), Ok(())),
            (Series::Order, format("{mm}-", 6, Reset::Monthly), Err(SeriesProblem::Repeats)),
            (Series::Order, format("{yyyy}{mm}-", 6, Reset::Monthly), Ok(())),
            (Series::Proforma, format("", 1, Reset::Yearly), Ok(())),
            (Series::Proforma, format("", 1, Reset::Monthly), Err(SeriesProblem::Repeats)),
            (Series::Proforma, format("{mm}/", 1, Reset::Monthly), Ok(())),
            (Series::Proforma, format("{day}", 6, Reset::Never), Err(SeriesProblem::Place)),
            (Series::Proforma, format("a}", 6, Reset::Never), Err(SeriesProblem::Place)),
            (Series::Proforma, format("\n", 6, Reset::Never), Err(SeriesProblem::Prefix)),
            (Series::Proforma, format(&"x".repeat(21), 6, Reset::Never), Err(SeriesProblem::Prefix)),
            (Series::Proforma, format("", 0, Reset::Never), Err(SeriesProblem::Width)),
            (Series::Proforma, format("", 13, Reset::Never), Err(SeriesProblem::Width)),
        ];
        for (series, format, expected) in cases {
            assert_eq!(check(series, &format), expected, "{series:?} {format:?}");
        }
    }

    #[test]
    fn a_series_goes_on_above_what_was_given() {
        assert_eq!(goes_on(1, None), Ok(()));
        assert_eq!(goes_on(128, Some(127)), Ok(()));
        assert_eq!(goes_on(127, Some(127)), Err(SeriesProblem::GoesBack { next: 127, given: 127 }));
        let cases = [
            ((500, 1, false, None), Ok(())),
            ((0, 1, false, None), Err(SeriesProblem::Start)),
            ((500, 7, true, Some(6)), Err(SeriesProblem::Begun { next: 7 })),
            ((7, 7, true, Some(6)), Ok(())),
            ((3, 1, false, Some(127)), Err(SeriesProblem::GoesBack { next: 3, given: 127 })),
            ((128, 1, false, Some(127)), Ok(())),
            ((128, 100, true, Some(127)), Ok(())),
            ((129, 100, true, Some(127)), Err(SeriesProblem::Begun { next: 100 })),
        ];
        for ((wanted, next, begun, given), expected) in cases {
            assert_eq!(may_begin(wanted, next, begun, given), expected, "{wanted} {next} {begun} {given:?}");
        }
    }
}

//! The day an order is wanted on, as people write one. A text that could be two days is none.
//!
//! `2026-12-05` and its kin with the year first; `5.12.2026`, `05.12.26 г.`: with points the day stands first, in every one
//! of the languages; `5/12/2026` and `5-12-2026` only where it can be one day alone; `5 December 2026`, `December 5, 2026`,
//! `5 дек. 2026 г.`, `5 декември 2026`.

use jiff::civil::Date;

use super::Cell;

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day {
    Nothing,
    On(Date),
    /// Something that is no day, or could be two.
    Unclear,
}

/// Years an order may be wanted in; another one is a slip of the hand, or a number that a program took for a date.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
/// Longer texts are no dates.
const LONGEST: usize = 40;

const MONTHS: [&[&str]; 12] = [
    &["january", "января", "январь", "януари"],
    &["february", "февраля", "февраль", "февруари"],
    &["march", "марта", "март"],
    &["april", "апреля", "апрель", "април"],
    &["may", "мая", "май"],
    &["june", "июня", "июнь", "юни"],
    &["july", "июля", "июль", "юли"],
    &["august", "августа", "август"],
    &["september", "сентября", "сентябрь", "септември"],
    &["october", "октября", "октябрь", "октомври"],
    &["november", "ноября", "ноябрь", "ноември"],
    &["december", "декабря", "декабрь", "декември"],
];

/// Reads a cell.
pub fn read(cell: &Cell) -> Day {
    let found = match cell {
        Cell::Empty => return Day::Nothing,
        Cell::Text(text) if text.trim().is_empty() => return Day::Nothing,
        Cell::Date(text) => text.get(..10).and_then(of_text),
        Cell::Text(text) => of_text(text).or_else(|| serial(text.trim().parse().ok()?)),
        Cell::Number(number) => serial(*number),
        Cell::LongText(_) | Cell::Bool(_) | Cell::Error(_) => None,
    };
    found.filter(|day| YEARS.contains(&day.year())).map_or(Day::Unclear, Day::On)
}

/// A day that lost its format is the number spreadsheets count it by; of these years it has five digits.
fn serial(number: f64) -> Option<Date> {
    let days = (number.fract() == 0.0 && (36_526.0..=73_415.0).contains(&number)).then_some(number as i64)?;
    jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

enum Part {
    Number(i16, usize),
    Month(i8),
}

fn of_text(text: &str) -> Option<Date> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let text = text.trim().to_lowercase();
    // Programs write a day's midnight beside it.
    let text = match text.rsplit_once(char::is_whitespace) {
        Some((day, time)) if time.contains(':') && time.chars().all(|sign| matches!(sign, '0' | ':')) => day.trim_end(),
        _ => &text,
    };
    let text = ["года", "год", "г.", "г"].iter().find_map(|year| text.strip_suffix(year)).unwrap_or(text).trim_end();
    let (mut parts, mut marks, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|sign: char| sign.is_ascii_digit() != is_digit || (!is_digit && !sign.is_alphabetic())).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if is_digit { Part::Number(part.parse().ok()?, part.len()) } else { Part::Month(month(part)?) });
        let end = after.find(char::is_alphanumeric).unwrap_or(after.len());
        marks.push(after[..end].trim());
        rest = &after[end..];
    }
    // Behind the last part nothing stands.
    if !marks.pop()?.is_empty() {
        return None;
    }
    let year = |year: i16, length: usize| match length {
        4 => Some(year),
        2 => Some(2000 + year),
        _ => None,
    };
    let small = |number: i16, length: usize| (length <= 2).then(|| i8::try_from(number).ok()).flatten();
    let written = |marks: &[&str]| marks.iter().all(|mark| matches!(*mark, "" | "." | "," | "-"));
    match parts[..] {
        [Part::Number(day, d), Part::Month(month), Part::Number(then, y)] if written(&marks) => Date::new(year(then, y)?, month, small(day, d)?).ok(),
        [Part::Month(month), Part::Number(day, d), Part::Number(then, 4)] if written(&marks) => Date::new(then, month, small(day, d)?).ok(),
        [Part::Number(one, a), Part::Number(two, b), Part::Number(three, c)] if marks[0] == marks[1] => match (marks[0], a, c) {
            ("-" | "." | "/", 4, _) => Date::new(one, small(two, b)?, small(three, c)?).ok(),
            (".", ..) => Date::new(year(three, c)?, small(two, b)?, small(one, a)?).ok(),
            // Day or month first? Two signs for the year could be the day's as well.
            ("-" | "/", _, 4) => {
                let (one, two) = (small(one, a)?, small(two, b)?);
                let days = [Date::new(three, two, one), Date::new(three, one, two)];
                match days {
                    [Ok(first), Ok(second)] => (first == second).then_some(first),
                    [Ok(day), Err(_)] | [Err(_), Ok(day)] => Some(day),
                    [Err(_), Err(_)] => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// A month by its name or the beginning of one.
fn month(word: &str) -> Option<i8> {
    let is = |name: &&str| name.starts_with(word) || (word == "sept" && *name == "september");
    if word.chars().count() < 3 {
        return None;
    }
    MONTHS.iter().position(|names| names.iter().any(is)).and_then(|at| i8::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::{Lang, format};

    fn text(text: &str) -> Day {
        read(&Cell::Text(text.into()))
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let expected = Day::On(jiff::civil::date(2026, 12, 5));
        for typed in [
            "2026-12-05",
            "2026.12.5",
            "2026/12/05",
            " 5.12.2026 ",
            "05.12.2026 г.",
            "05.12.26г",
            "5. 12. 2026",
            "5 December 2026",
            "5 Dec 26",
            "5-Dec-2026",
            "December 5, 2026",
            "dec. 5 2026",
            "5 декабря 2026 г.",
            "5 дек. 2026 года",
            "5 декември 2026 г.",
            "2026-12-05 00:00:00",
            "5.12.2026 0:00",
            "46361",
        ] {
            assert_eq!(text(typed), expected, "{typed}");
        }
        assert_eq!(read(&Cell::Date("2026-12-05T00:00:00".into())), expected);
        assert_eq!(read(&Cell::Number(46_361.0)), expected);
        for (typed, month, day) in
            [("25/12/2026", 12, 25), ("12/25/2026", 12, 25), ("5-5-2026", 5, 5), ("3 сент 2026", 9, 3), ("30 июн. 2026", 6, 30), ("1 юли 2026", 7, 1)]
        {
            assert_eq!(text(typed), Day::On(jiff::civil::date(2026, month, day)), "{typed}");
        }
    }

    #[test]
    fn what_is_no_day_or_could_be_two_is_unclear() {
        for typed in [
            "5/12/2026",
            "05-12-2026",
            "26-12-05",
            "5/12/26",
            "31.2.2026",
            "5.12",
            "5 декабря",
            "как можно скорее",
            "asap",
            "2026",
            "31.12.1999",
            "5 12 2026",
            "до 5.12.2026",
            "5 m 2026",
            "5.12.2026!",
            "005.12.2026",
            "5.12/2026",
            "1.1.20260",
            "5.12.2026 14:00",
        ] {
            assert_eq!(text(typed), Day::Unclear, "{typed}");
        }
        for cell in [
            Cell::Number(46_361.5),
            Cell::Bool(true),
            Cell::Error("#NAME?".into()),
            Cell::LongText("5.12.2026".into()),
            Cell::Date("1900-01-05T00:00:00".into()),
        ] {
            assert_eq!(read(&cell), Day::Unclear, "{cell:?}");
        }
        for cell in [Cell::Empty, Cell::Text("  ".into())] {
            assert_eq!(read(&cell), Day::Nothing);
        }
    }

    proptest! {
        #[test]
        fn a_day_as_any_of_the_languages_writes_it_is_that_day(year in 2000_i16..=2100, month in 1_i8..=12, day in 1_i8..=28) {
            let date = jiff::civil::date(year, month, day);
            prop_assert_eq!(text(&date.to_string()), Day::On(date));
            for lang in Lang::ALL {
                prop_assert_eq!(text(&format::date(lang, &date.to_string())), Day::On(date));
            }
        }
        #[test]
        fn any_text_is_a_day_of_these_years_or_none(typed in ".{0,30}") {
            if let Day::On(day) = text(&typed) {
                prop_assert!(YEARS.contains(&day.year()));
            }
        }
    }
}

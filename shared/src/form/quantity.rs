//! What a quantity cell says. Nothing is guessed and nothing rounded: what could be two numbers is told as such.
//!
//! The grammar of a text: spaces around, a text mark (`'`), then a number as [`crate::numbers`] reads it, then perhaps a
//! unit with or without a space and a point: `5`, `1 234,5`, `2 шт`, `5шт.`, `3 бр.`, `12 pcs`, `2 кашона`. Blank, `0`,
//! `-`, `нет`, `няма`, `no` order nothing.

use super::Reason;
use super::cells::{Cell, NO_VALUE, plain};
use crate::money::{MoneyError, Quantity};
use crate::numbers::{DecimalMark, NumberError, plain_decimal};

/// Ten million; more is a slip of the hand.
pub const MOST: Quantity = Quantity::from_raw(10_000_000_000);

/// What a quantity cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Not ordered.
    Nothing,
    Quantity {
        quantity: Quantity,
        /// A unit written beside it.
        unit: Option<String>,
    },
    /// Why it cannot be read, and what fills the sentence's place.
    Refused(Reason, String),
}

/// Reads a cell. `mark` is the file's decimal mark, where its other numbers tell it.
pub fn read(cell: &Cell, mark: Option<DecimalMark>) -> Said {
    match cell {
        Cell::Empty => Said::Nothing,
        Cell::Number(value) => decimal(&plain(*value), None),
        Cell::Text(text) => of_text(text, mark),
        Cell::LongText(_) => refused(Reason::NotANumber),
        Cell::Bool(_) => refused(Reason::Boolean),
        Cell::Error(error) if error == NO_VALUE => refused(Reason::NoValue),
        Cell::Error(error) => Said::Refused(Reason::Error, error.clone()),
        Cell::Date(date) => Said::Refused(Reason::Date, probably(date)),
    }
}

const fn refused(reason: Reason) -> Said {
    Said::Refused(reason, String::new())
}

fn of_text(text: &str, mark: Option<DecimalMark>) -> Said {
    let text = trimmed(text);
    if text.is_empty() || is_no(text) {
        return Said::Nothing;
    }
    let (number, unit) = split(text);
    if number.is_empty() || (!unit.is_empty() && kind_of(unit).is_none()) {
        return refused(Reason::NotANumber);
    }
    match plain_decimal(number, mark) {
        Ok(plain) => decimal(&plain, (!unit.is_empty()).then(|| unit.to_string())),
        Err(NumberError::Ambiguous) => refused(Reason::Ambiguous),
        Err(NumberError::Empty | NumberError::NotANumber) => refused(Reason::NotANumber),
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '\u{200b}' | '\u{feff}' | '\'' | '\u{2019}'))
}

/// Number and unit: that begins with the first letter.
fn split(text: &str) -> (&str, &str) {
    match text.find(|sign: char| sign.is_alphabetic()) {
        Some(at) => (text[..at].trim_end(), text[at..].trim_end_matches('.').trim_end()),
        None => (text, ""),
    }
}

/// The number of a written quantity, without its unit.
pub(super) fn number_of(cell: &Cell) -> Option<&str> {
    let (number, unit) = split(trimmed(cell.as_text()?));
    (unit.is_empty() || kind_of(unit).is_some()).then_some(number)
}

/// What people write where they want none. A lone `x` is none of it: it may be a tick, and nobody knows for how many.
fn is_no(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '!']).to_lowercase();
    matches!(text.as_str(), "" | "-" | "–" | "—" | "\u{2212}" | "no" | "none" | "нет" | "не" | "няма")
}

fn decimal(plain: &str, unit: Option<String>) -> Said {
    // Zeros behind the last decimal say nothing.
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { plain };
    match plain.parse::<Quantity>() {
        Ok(quantity) if quantity == Quantity::ZERO => Said::Nothing,
        Ok(quantity) if quantity < Quantity::ZERO => refused(Reason::Negative),
        Ok(quantity) if quantity > MOST => refused(Reason::TooLarge),
        Ok(quantity) => Said::Quantity { quantity, unit },
        Err(MoneyError::TooPrecise) if plain.starts_with('-') => refused(Reason::Negative),
        Err(MoneyError::TooPrecise) => refused(Reason::TooPrecise),
        Err(MoneyError::Overflow) if plain.starts_with('-') => refused(Reason::Negative),
        Err(MoneyError::Overflow) => refused(Reason::TooLarge),
        Err(_) => refused(Reason::NotANumber),
    }
}

/// The number a date was probably typed as: `2.5` became the second of May of the year it was typed in, and a 12 in a
/// cell that a date was in before is the twelfth of January 1900.
fn probably(date: &str) -> String {
    let mut parts = date.split(['-', 'T', ' ']).map(|part| part.parse::<u32>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) = (parts.next(), parts.next(), parts.next()) else { return date.to_string() };
    if (1900..1928).contains(&year) {
        // Excel counts a 29 February 1900 that never was.
        let civil = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
        let date = civil.and_then(|((year, month), day)| jiff::civil::Date::new(year, month, day).ok());
        let since = |date: jiff::civil::Date| date.since(jiff::civil::date(1899, 12, 31)).ok().map(|span| span.get_days());
        if let Some(days) = date.and_then(since) {
            return (days + i32::from((year, month) >= (1900, 3))).to_string();
        }
    }
    format!("{day}.{month}")
}

/// Kinds of units, as far as one is not another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    Piece,
    Pack,
    Box,
    Kilogram,
    Gram,
    Litre,
    Metre,
    Set,
    Pair,
    Roll,
    Bottle,
}

/// The kind of a unit as people write it in three languages.
pub fn kind_of(unit: &str) -> Option<UnitKind> {
    let unit: String = unit.to_lowercase().chars().filter(|sign| !matches!(sign, '.' | ' ' | '-' | '\u{a0}')).collect();
    Some(match unit.as_str() {
        "шт" | "штук" | "штука" | "штуки" | "бр" | "брой" | "броя" | "броеве" | "pc" | "pcs" | "piece" | "pieces" | "ea" | "each" | "item" | "items"
        | "unit" | "units" | "ед" => UnitKind::Piece,
        "уп" | "упак" | "упаковка" | "упаковки" | "упаковок" | "пач" | "пачка" | "пачки" | "пачек" | "оп" | "опак" | "опаковка" | "опаковки" | "пакет"
        | "пакета" | "pack" | "packs" | "pk" | "pkt" => UnitKind::Pack,
        "кор" | "коробка" | "коробки" | "коробок" | "ящ" | "ящик" | "ящика" | "ящиков" | "каш" | "кашон" | "кашона" | "кашони" | "стек" | "стека" | "box"
        | "boxes" | "bx" | "carton" | "cartons" | "ctn" | "case" | "cases" => UnitKind::Box,
        "кг" | "kg" | "kgs" | "кило" | "kilo" => UnitKind::Kilogram,
        "г" | "гр" | "g" | "gr" => UnitKind::Gram,
        "л" | "литр" | "литра" | "литров" | "литри" | "l" | "ltr" => UnitKind::Litre,
        "м" | "метр" | "метра" | "метров" | "метри" | "пм" | "m" | "mtr" => UnitKind::Metre,
        "компл" | "комплект" | "комплекта" | "комплектов" | "комплекти" | "кт" | "set" | "sets" => UnitKind::Set,
        "пара" | "пары" | "пар" | "чифт" | "чифта" | "pair" | "pairs" | "pr" => UnitKind::Pair,
        "рул" | "рулон" | "рулона" | "рулонов" | "ролка" | "ролки" | "roll" | "rolls" => UnitKind::Roll,
        "бут" | "бутылка" | "бутылки" | "бутылок" | "бутилка" | "бутилки" | "bottle" | "bottles" | "btl" => {
            UnitKind::Bottle
        }
        _ => return None,
    })
}

/// Whether a written unit is another one than the product's.
pub fn is_other(written: &str, own: &str) -> bool {
    let fold = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
    fold(written) != fold(own) && kind_of(written) != kind_of(own)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Said {
        read(&Cell::Text(text.into()), None)
    }
    fn taken(quantity: &str, unit: Option<&str>) -> Said {
        Said::Quantity { quantity: quantity.parse().unwrap(), unit: unit.map(String::from) }
    }

    #[test]
    fn quantities_are_read_as_people_write_them() {
        for (typed, quantity, unit) in [
            ("5", "5", None),
            (" 1 234,5 ", "1234.5", None),
            ("1\u{a0}234,5", "1234.5", None),
            ("'12", "12", None),
            ("1'000", "1000", None),
            ("2 шт", "2", Some("шт")),
            ("5шт.", "5", Some("шт")),
            ("2\u{a0}уп", "2", Some("уп")),
            ("3 бр", "3", Some("бр")),
            ("12 pcs", "12", Some("pcs")),
            ("2 кашона", "2", Some("кашона")),
            ("0,375 кг", "0.375", Some("кг")),
            ("2 к-т", "2", Some("к-т")),
            ("1.50", "1.5", None),
        ] {
            assert_eq!(text(typed), taken(quantity, unit), "{typed:?}");
        }
        for typed in ["", "  ", "0", "0,00", "-", "—", "нет", "Няма", "no", "0 шт", "'"] {
            assert_eq!(text(typed), Said::Nothing, "{typed:?}");
        }
        for (typed, reason) in [
            ("1.000", Reason::Ambiguous),
            ("1,000", Reason::Ambiguous),
            ("-3", Reason::Negative),
            ("-0,0001", Reason::Negative),
            ("10000000,001", Reason::TooLarge),
            ("99999999999999999999", Reason::TooLarge),
            ("1,2345", Reason::TooPrecise),
            ("1-2", Reason::NotANumber),
            ("2+3", Reason::NotANumber),
            ("=5", Reason::NotANumber),
            ("1e5", Reason::NotANumber),
            ("много", Reason::NotANumber),
            ("5 яблок", Reason::NotANumber),
            ("12 34", Reason::NotANumber),
            ("шт", Reason::NotANumber),
            ("x", Reason::NotANumber),
            ("Х", Reason::NotANumber),
            ("✓", Reason::NotANumber),
        ] {
            assert!(matches!(text(typed), Said::Refused(found, _) if found == reason), "{typed:?}: {:?}", text(typed));
        }
        assert_eq!(read(&Cell::Text("1.000".into()), Some(DecimalMark::Comma)), taken("1000", None));
        assert_eq!(read(&Cell::Text("1.000".into()), Some(DecimalMark::Point)), taken("1", None));
    }

    #[test]
    fn cells_that_are_no_numbers_are_refused_with_their_reason() {
        let date = |date: &str| read(&Cell::Date(format!("{date}T00:00:00")), None);
        assert_eq!(date("2026-05-02"), Said::Refused(Reason::Date, "2.5".into()));
        assert_eq!(date("1900-01-12"), Said::Refused(Reason::Date, "12".into()));
        // As Excel numbers days: 61 is the first of March 1900, 366 the last of December, 1000 the 26th of September 1902.
        assert_eq!(date("1900-03-01"), Said::Refused(Reason::Date, "61".into()));
        assert_eq!(date("1900-12-31"), Said::Refused(Reason::Date, "366".into()));
        assert_eq!(date("1902-09-26"), Said::Refused(Reason::Date, "1000".into()));
        assert_eq!(date("1904-12-31"), Said::Refused(Reason::Date, "1827".into()));
        assert_eq!(read(&Cell::Bool(true), None), Said::Refused(Reason::Boolean, String::new()));
        assert_eq!(read(&Cell::Error("#REF!".into()), None), Said::Refused(Reason::Error, "#REF!".into()));
        assert_eq!(read(&Cell::Error(NO_VALUE.into()), None), Said::Refused(Reason::NoValue, String::new()));
        assert_eq!(read(&Cell::Number(0.1 + 0.2), None), taken("0.3", None));
        assert_eq!(read(&Cell::Number(2.0001), None), Said::Refused(Reason::TooPrecise, String::new()));
        assert_eq!(read(&Cell::Number(1e300), None), Said::Refused(Reason::TooLarge, String::new()));
        assert_eq!(read(&Cell::Number(-1e300), None), Said::Refused(Reason::Negative, String::new()));
        assert_eq!(read(&Cell::Number(1e-7), None), Said::Refused(Reason::TooPrecise, String::new()));
    }

    #[test]
    fn a_unit_is_another_one_only_by_its_kind() {
        for (written, own, other) in [
            ("шт", "бр.", false),
            ("pcs", "шт", false),
            ("кашона", "шт", true),
            ("kg", "кг", false),
            ("уп", "pair", true),
            ("шт", "", true),
            ("Ящ", "ящ.", false),
        ] {
            assert_eq!(is_other(written, own), other, "{written} {own}");
        }
    }

    proptest! {
        #[test]
        fn a_number_cell_is_read_exactly(raw in 1_i64..=10_000_000_000) {
            let quantity = Quantity::from_raw(raw);
            prop_assert_eq!(read(&Cell::Number(raw as f64 / 1000.0), None), Said::Quantity { quantity, unit: None });
        }
        #[test]
        fn a_written_number_is_read_exactly_with_the_files_mark(raw in 1_i64..=10_000_000_000, comma: bool, spaced: bool) {
            let quantity = Quantity::from_raw(raw);
            let plain = quantity.decimal(0);
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let mut grouped = String::new();
            for (at, digit) in whole.chars().enumerate() {
                if spaced && at > 0 && (whole.len() - at) % 3 == 0 { grouped.push('\u{a0}'); }
                grouped.push(digit);
            }
            if !fraction.is_empty() { grouped += if comma { "," } else { "." }; grouped += fraction; }
            let mark = if comma { DecimalMark::Comma } else { DecimalMark::Point };
            prop_assert_eq!(read(&Cell::Text(grouped.clone()), Some(mark)), Said::Quantity { quantity, unit: None });
            // Without the mark it is the same or nobody can tell, never another number.
            let alone = read(&Cell::Text(grouped), None);
            prop_assert!(alone == Said::Quantity { quantity, unit: None } || matches!(alone, Said::Refused(Reason::Ambiguous, _)), "{:?}", alone);
        }
        #[test]
        fn any_text_is_taken_within_bounds_or_refused(typed in ".{0,20}") {
            if let Said::Quantity { quantity, .. } = read(&Cell::Text(typed), None) {
                prop_assert!(quantity > Quantity::ZERO && quantity <= MOST);
            }
        }
    }
}

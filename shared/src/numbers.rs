//! Numbers as people and files write them: "1 234,50", "1.234,50", "1,234.50".
//!
//! Decides only what is certain. A text that could mean two numbers is an error, never a guess;
//! a file's own decimal mark, once known, removes the doubt.

/// The character between whole and fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalMark {
    Point,
    Comma,
}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    Empty,
    /// `1,234` or `1.234`: thousand or fraction? Known only with the file's decimal mark.
    Ambiguous,
    NotANumber,
}

/// Rewrites `text` as a plain decimal (`1234.50`). `mark` is the file's decimal mark where known.
///
/// Spaces of every kind and apostrophes group thousands; a leading `'` (a spreadsheet's text mark) is dropped.
pub fn plain_decimal(text: &str, mark: Option<DecimalMark>) -> Result<String, NumberError> {
    let text = text.trim().trim_start_matches('\'');
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    let spaced = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}');
    if text.chars().any(spaced) && !grouped_by_three(text, spaced) {
        return Err(NumberError::NotANumber);
    }
    let text: String = text.chars().filter(|c| !spaced(*c)).collect();
    if text.chars().any(|c| !c.is_ascii_digit() && c != '.' && c != ',') {
        return Err(NumberError::NotANumber);
    }
    let points = text.matches('.').count();
    let commas = text.matches(',').count();
    let decimal = match (points, commas, mark) {
        (0, 0, _) => None,
        (1, 0, Some(DecimalMark::Point)) | (0, 1, Some(DecimalMark::Comma)) => Some(if points == 1 { '.' } else { ',' }),
        (1, 0, None) | (0, 1, None) => {
            let sign = if points == 1 { '.' } else { ',' };
            let (whole, fraction) = text.split_once(sign).unwrap_or((&text, ""));
            // "1.234" may be a thousand; "0.234", "1.5" and "1234.567" may not.
            if fraction.len() == 3 && !whole.starts_with('0') && (1..=3).contains(&whole.len()) {
                return Err(NumberError::Ambiguous);
            }
            Some(sign)
        }
        (_, 0, Some(DecimalMark::Comma)) | (2.., 0, None) => None,
        (0, _, Some(DecimalMark::Point)) | (0, 2.., None) => None,
        (_, 1, Some(DecimalMark::Comma)) => Some(','),
        (1, _, Some(DecimalMark::Point)) => Some('.'),
        // Both signs stand in the text: the last one is the decimal mark, and it stands once.
        (_, _, None) => match (text.rfind('.'), text.rfind(',')) {
            (Some(point), Some(comma)) if point > comma && points == 1 => Some('.'),
            (Some(point), Some(comma)) if comma > point && commas == 1 => Some(','),
            _ => return Err(NumberError::NotANumber),
        },
        _ => return Err(NumberError::NotANumber),
    };
    let (whole, fraction) = match decimal {
        Some(sign) => text.rsplit_once(sign).unwrap_or((&text, "")),
        None => (text.as_str(), ""),
    };
    if whole.contains(['.', ',']) && !grouped_by_three(whole, |c| c == '.' || c == ',') {
        return Err(NumberError::NotANumber);
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if fraction.contains(['.', ',']) || (whole.is_empty() && fraction.is_empty()) {
        return Err(NumberError::NotANumber);
    }
    let whole = if whole.is_empty() { "0" } else { &whole };
    let sign = if negative { "-" } else { "" };
    Ok(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Whether separators stand between groups of exactly three digits (the first may be shorter).
fn grouped_by_three(text: &str, separator: impl Fn(char) -> bool + Copy) -> bool {
    let whole_end = text.rfind(|c: char| (c == '.' || c == ',') && !separator(c)).unwrap_or(text.len());
    let mut groups = text[..whole_end].split(separator);
    let first = groups.next().unwrap_or("");
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3) && !text[whole_end..].contains(separator)
}

/// The decimal mark a column of numbers uses, if its values leave no doubt.
pub fn detect_decimal_mark<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<DecimalMark> {
    let mut found = None;
    for value in values {
        let value = value.trim();
        let mark = match (value.rfind('.'), value.rfind(',')) {
            (Some(point), Some(comma)) => Some(if point > comma { DecimalMark::Point } else { DecimalMark::Comma }),
            (Some(_), None) if plain_decimal(value, None).is_ok() && value.matches('.').count() == 1 => Some(DecimalMark::Point),
            (None, Some(_)) if plain_decimal(value, None).is_ok() && value.matches(',').count() == 1 => Some(DecimalMark::Comma),
            _ => None,
        };
        match (found, mark) {
            (None, Some(mark)) => found = Some(mark),
            (Some(known), Some(mark)) if known != mark => return None,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use DecimalMark::{Comma, Point};

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let check = |text: &str, mark, expected: Result<&str, NumberError>| {
            assert_eq!(plain_decimal(text, mark), expected.map(String::from), "{text:?} {mark:?}");
        };
        check("12", None, Ok("12"));
        check(" 1 234,50 ", None, Ok("1234.50"));
        check("1\u{a0}234\u{202f}567,5", None, Ok("1234567.5"));
        check("1.234,50", None, Ok("1234.50"));
        check("1,234.50", None, Ok("1234.50"));
        check("1'234.50", None, Ok("1234.50"));
        check("0,375", None, Ok("0.375"));
        check("1348,38", None, Ok("1348.38"));
        check(",5", None, Ok("0.5"));
        check("'12", None, Ok("12"));
        check("-3", None, Ok("-3"));
        check("\u{2212}3,5", None, Ok("-3.5"));
        check("1,234", None, Err(NumberError::Ambiguous));
        check("1.234", None, Err(NumberError::Ambiguous));
        check("1,234", Some(Point), Ok("1234"));
        check("1,234", Some(Comma), Ok("1.234"));
        check("1.234.567", None, Ok("1234567"));
        check("12.34.567", None, Err(NumberError::NotANumber));
        check("12 34", None, Err(NumberError::NotANumber));
        check("1 234 ,5", None, Err(NumberError::NotANumber));
        check("", None, Err(NumberError::Empty));
        check("-", None, Err(NumberError::Empty));
        for text in ["1e5", "NaN", "inf", "5 шт", "£5", "1,2,3", "1.2,3.4", "."] {
            check(text, None, Err(NumberError::NotANumber));
        }
    }

    #[test]
    fn a_column_tells_its_decimal_mark() {
        assert_eq!(detect_decimal_mark(["1", "2,50", "1,234"]), Some(Comma));
        assert_eq!(detect_decimal_mark(["1", "2.5"]), Some(Point));
        assert_eq!(detect_decimal_mark(["1,234", "5"]), None);
        assert_eq!(detect_decimal_mark(["1,5", "1.5"]), None);
    }
}

//! Codes as spreadsheets and people leave them: zeros lost, letters of another alphabet, exponents.

use std::collections::HashMap;

use crate::catalog::search::latin_twin;

/// A code without what gets lost: spaces, case, alphabet, O or 0, zeros in front.
pub fn folded(code: &str) -> String {
    let signs = code.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '\'' | '\u{200b}' | '\u{feff}')).flat_map(char::to_lowercase);
    let latin = signs.map(|sign| latin_twin(if sign == 'ё' { 'е' } else { sign })).flat_map(char::to_uppercase);
    let text: String = latin.map(|sign| if sign == 'O' { '0' } else { sign }).collect();
    // A number that went through a program as 4607.0
    let text = text.strip_suffix(".0").filter(|whole| whole.bytes().all(|sign| sign.is_ascii_digit())).unwrap_or(&text);
    let rest = text.trim_start_matches('0');
    if rest.is_empty() && !text.is_empty() { "0".into() } else { rest.to_string() }
}

/// A name as it is compared: words in small letters with one space between them.
pub fn folded_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('ё', "е")
}

/// What a text found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    One(u32),
    /// As it stands it could be each of these.
    Several(Vec<u32>),
}

impl Found {
    fn of(places: &[u32]) -> Self {
        match places {
            [] => Self::Nothing,
            [one] => Self::One(*one),
            several => Self::Several(several.iter().copied().take(5).collect()),
        }
    }
}

/// Products by code: as written, else without what gets lost.
#[derive(Default)]
pub struct Codes {
    exact: HashMap<String, u32>,
    folded: HashMap<String, Vec<u32>>,
    /// Those that are all digits, by their length, in order.
    digits: HashMap<usize, Vec<(String, u32)>>,
}

impl Codes {
    pub fn new<'a>(codes: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for (place, code) in codes.enumerate() {
            found.exact.insert(code.to_string(), place as u32);
            let folded = folded(code);
            if folded.len() > 3 && folded.bytes().all(|sign| sign.is_ascii_digit()) {
                found.digits.entry(folded.len()).or_default().push((folded.clone(), place as u32));
            }
            found.folded.entry(folded).or_default().push(place as u32);
        }
        found.digits.values_mut().for_each(|codes| codes.sort());
        found
    }

    pub fn find(&self, text: &str) -> Found {
        let text = text.trim();
        if text.is_empty() {
            return Found::Nothing;
        }
        if let Some(place) = self.exact.get(text) {
            return Found::One(*place);
        }
        let folded = folded(text);
        match self.folded.get(&folded) {
            Some(places) => Found::of(places),
            None => self.undo_exponent(&folded),
        }
    }

    /// `4,607E+12`: what is left of the digits, and how many there were.
    fn undo_exponent(&self, folded: &str) -> Found {
        let Some((digits, exponent)) = folded.split_once("E+") else { return Found::Nothing };
        let (whole, fraction) = digits.split_once([',', '.']).unwrap_or((digits, ""));
        let start = format!("{whole}{}", fraction.trim_end_matches('0'));
        let Ok(exponent) = exponent.parse::<usize>() else { return Found::Nothing };
        if whole.len() != 1 || start.len() < 3 || exponent > 20 || !start.bytes().all(|sign| sign.is_ascii_digit()) {
            return Found::Nothing;
        }
        let Some(codes) = self.digits.get(&(exponent + 1)) else { return Found::Nothing };
        let from = codes.partition_point(|(code, _)| *code < start);
        let places: Vec<u32> = codes[from..].iter().take_while(|(code, _)| code.starts_with(&start)).take(5).map(|(_, place)| *place).collect();
        Found::of(&places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_as_spreadsheets_leave_them() {
        let codes = Codes::new(["00123", "85123A", "0E10", "4607000000001", "AB-1", "АВ-2", "123X", "0123X", "4700000000001", "4700000000002"].into_iter());
        for (text, place) in [
            ("00123", 0),
            ("123", 0),
            (" 123 ", 0),
            ("85123a", 1),
            ("85123А", 1),
            ("85 123A", 1),
            ("0E10", 2),
            ("4,607E+12", 3),
            ("4.607000E+12", 3),
            ("ab-1", 4),
            ("AB-2", 5),
            ("123X", 6),
            ("0123X", 7),
        ] {
            assert_eq!(codes.find(text), Found::One(place), "{text}");
        }
        assert_eq!(codes.find("00123X"), Found::Several(vec![6, 7]));
        assert!(matches!(codes.find("4,7E+12"), Found::Nothing | Found::Several(_)));
        for text in ["", "999", "1E+5", "E+", "4,608E+12"] {
            assert_eq!(codes.find(text), Found::Nothing, "{text}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_spaces() {
        assert_eq!(folded_name("  Чай\u{a0}ЗЕЛЁНЫЙ  100 г"), "чай зеленый 100 г");
    }
}

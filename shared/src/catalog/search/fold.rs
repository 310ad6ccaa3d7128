//! Folding: what counts as the same text. Case, ё and е, accents, punctuation in names; separators and look-alike
//! Cyrillic and Latin letters in codes.

use std::str::Chars;

/// A name or query word in lower case, ё as е, accents gone, й kept, everything but letters and digits as single spaces.
pub fn fold_text(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_text_into(text, &mut folded);
    folded
}

/// As [`fold_text`], appended; a leading space in `folded` stays single.
pub(super) fn fold_text_into(text: &str, folded: &mut String) {
    let begin = folded.len();
    let mut gap = false;
    for char in text.chars() {
        if push_mark(char, folded, begin) {
            continue;
        }
        if !is_kept(char) {
            gap = true;
            continue;
        }
        if gap && folded.len() > begin {
            folded.push(' ');
        }
        gap = false;
        push_letter(char, folded);
    }
}

/// A code as a key: folded as names are, separators dropped, look-alike letters made Latin: `АВ-12/3` is `ab123`.
pub fn fold_code(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_code_into(text, &mut folded);
    folded
}

/// As [`fold_code`], appended; gives before which of the first 32 letters (bytes, where they are not Latin) a separator stood.
pub(super) fn fold_code_into(text: &str, folded: &mut String) -> u32 {
    let begin = folded.len();
    let mut gaps = 0;
    let mut letters = String::new();
    for char in text.chars() {
        if push_mark(char, folded, begin) {
            continue;
        }
        if !is_kept(char) {
            gaps |= gap(folded.len() - begin);
            continue;
        }
        letters.clear();
        push_letter(char, &mut letters);
        folded.extend(letters.chars().map(latin_twin));
    }
    gaps
}

/// The bit of a separator behind so many letters.
fn gap(letters: usize) -> u32 {
    1_u32.checked_shl(letters as u32).unwrap_or(0)
}

/// As [`fold_code_into`], in UTF-8; quick for what most codes are made of.
pub(super) fn code_into(text: &str, folded: &mut Vec<u8>) -> u32 {
    if !text.is_ascii() {
        let mut letters = String::new();
        let gaps = fold_code_into(text, &mut letters);
        folded.extend_from_slice(letters.as_bytes());
        return gaps;
    }
    let begin = folded.len();
    let mut gaps = 0;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            folded.push(byte.to_ascii_lowercase());
        } else {
            gaps |= gap(folded.len() - begin);
        }
    }
    gaps
}

/// Takes in one piece the letters that stand first and are folded already, but for the case of Latin ones. Gives the last.
fn take_run(rest: &mut Chars<'_>, folded: &mut String) -> Option<char> {
    let text = rest.as_str();
    let (run, after) = text.split_at(run(text));
    let from = folded.len();
    folded.push_str(run);
    folded[from..].make_ascii_lowercase();
    *rest = after.chars();
    run.chars().next_back()
}

/// How many bytes a text begins with that are Latin letters, digits or small Cyrillic letters (in UTF-8, а to п and р to я).
fn run(text: &str) -> usize {
    let mut left = text.as_bytes();
    loop {
        left = match left {
            [b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z', left @ ..] => left,
            [0xd0, 0xb0..=0xbf, left @ ..] | [0xd1, 0x80..=0x8f, left @ ..] => left,
            _ => return text.len() - left.len(),
        };
    }
}

/// The words of a piece of a name or query, each behind a space: letters and digits of one article stay together, whatever
/// stands between them, so that `AB-12/3` is one word however it is written; letters on both sides of a sign are two words.
/// A decimal comma is a point, and `×` between digits is `x`.
pub(super) fn words_into(piece: &str, folded: &mut String) {
    let begin = folded.len();
    // What stands before, and the signs since.
    let mut last: Option<char> = None;
    let mut sign: Option<char> = None;
    let mut rest = piece.chars();
    if run(piece) > 0 {
        folded.push(' ');
        last = take_run(&mut rest, folded);
    }
    loop {
        // What goes on without a sign is taken at once.
        if last.is_some() && sign.is_none() {
            last = take_run(&mut rest, folded).or(last);
        }
        let Some(char) = rest.next() else { return };
        if push_mark(char, folded, begin) {
            continue;
        }
        let multiplied = matches!(char, '×' | '*') && last.is_some_and(|last| last.is_ascii_digit());
        if !is_kept(char) && !multiplied {
            sign = Some(if sign.is_some() { ' ' } else { char });
            continue;
        }
        let char = if multiplied { 'x' } else { char };
        match (last, sign) {
            (None, _) => folded.push(' '),
            (Some(_), None) => {}
            (Some(before), Some(sign)) => {
                let digits = before.is_ascii_digit() && char.is_ascii_digit();
                let letters = before.is_alphabetic() && char.is_alphabetic();
                match sign {
                    '.' | ',' if digits => folded.push('.'),
                    '/' if digits => folded.push('/'),
                    '-' | '.' | '_' | '\'' | '’' | '"' | '–' | '‑' if !letters => {}
                    _ => folded.push(' '),
                }
            }
        }
        sign = None;
        last = Some(char);
        push_letter(char, folded);
    }
}

/// Whether there is a digit in it: only then look-alike letters are one, for `3,5х25` is written with either х.
pub(super) fn has_digit(folded: &str) -> bool {
    folded.bytes().any(|byte| byte.is_ascii_digit())
}

/// With the Latin look-alike for each Cyrillic letter that has one.
pub(super) fn twinned(folded: &str) -> String {
    folded.chars().map(latin_twin).collect()
}

/// With the Cyrillic look-alike for each Latin letter, where all have one.
pub(super) fn cyrillic_twin(word: &str) -> Option<String> {
    let twin = |char: char| "авеіјкмнорѕстух".chars().find(|cyrillic| latin_twin(*cyrillic) == char);
    word.chars().map(twin).collect()
}

/// Takes a combining mark: и with breve is й, any other mark is dropped (files from macOS are decomposed).
fn push_mark(char: char, folded: &mut String, begin: usize) -> bool {
    if !('\u{300}'..='\u{36f}').contains(&char) {
        return false;
    }
    if char == '\u{306}' && folded[begin..].ends_with('и') {
        folded.pop();
        folded.push('й');
    }
    true
}

/// Whether a letter or digit; the plain alphabets are asked before the Unicode tables, for speed.
fn is_kept(char: char) -> bool {
    if char.is_ascii() { char.is_ascii_alphanumeric() } else { ('А'..='я').contains(&char) || char.is_alphanumeric() }
}

fn push_letter(char: char, folded: &mut String) {
    match char {
        '\0'..='\x7f' => return folded.push(char.to_ascii_lowercase()),
        'а'..='я' => return folded.push(char),
        'А'..='Я' => return folded.push(char::from_u32(char as u32 + 32).unwrap_or(char)),
        _ => {}
    }
    for lower in char.to_lowercase() {
        match lower {
            'ё' | 'ѐ' => folded.push('е'),
            'ѝ' => folded.push('и'),
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => folded.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => folded.push('o'),
            'ř' => folded.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => folded.push('s'),
            'ť' | 'ț' => folded.push('t'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            '²' => folded.push('2'),
            '³' => folded.push('3'),
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
}

/// The Latin letter a Cyrillic one is mistaken for in article codes.
pub fn latin_twin(char: char) -> char {
    match char {
        'а' => 'a',
        'в' => 'b',
        'е' => 'e',
        'і' => 'i',
        'ј' => 'j',
        'к' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'ѕ' => 's',
        'т' => 't',
        'у' => 'y',
        'х' => 'x',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A mark that is dropped stands between all letters, so that none is taken together with another.
        #[test]
        fn letters_taken_at_once_are_folded_as_one_by_one(text in "([A-Za-z0-9]{0,3}|[А-Яа-яЁё]{0,3}|[-.,/×* éß№]{0,2}){0,4}") {
            let apart: String = text.chars().flat_map(|char| [char, '\u{300}']).collect();
            let words = |text: &str| {
                let mut folded = String::from("before");
                words_into(text, &mut folded);
                folded
            };
            prop_assert_eq!(words(&text), words(&apart));
            let code = |text: &str| {
                let mut folded = b"before".to_vec();
                let gaps = code_into(text, &mut folded);
                (String::from_utf8(folded).unwrap(), gaps)
            };
            prop_assert_eq!(code(&text), code(&apart));
        }
    }
}

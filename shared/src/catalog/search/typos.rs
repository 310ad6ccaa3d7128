//! Typing errors: a letter too many, too few, another one, or two swapped.

use super::section::Section;

/// Longer words are not repaired.
const LONGEST: usize = 40;

/// From here on a word is long.
const LONG: usize = 8;

/// How many errors are forgiven in a word of so many letters: one, and two in a long one, of which one may be missing.
pub(super) const fn forgiven(letters: usize) -> u32 {
    match letters {
        0..=3 => 0,
        4..LONG_LESS_ONE => 1,
        _ => 2,
    }
}
const LONG_LESS_ONE: usize = LONG - 1;

/// A word near to what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Near {
    /// Its place in the section.
    pub at: usize,
    pub word: String,
    pub errors: u32,
    /// The whole word is meant, not only its beginning.
    pub whole: bool,
    /// The first letter is right, as it mostly is.
    pub same_start: bool,
}

/// The words of a section within so many errors of `typed`, whole or, from five letters on, as far as they are typed.
pub(super) fn near(section: &Section, typed: &str, errors: u32, mut each: impl FnMut(Near)) {
    let letters: Vec<char> = typed.chars().collect();
    if errors == 0 || letters.len() > LONGEST {
        return;
    }
    let mut distance = Distance::default();
    let mut word_letters: Vec<char> = Vec::new();
    for at in section.near(typed, errors) {
        for word in section.get(at).split_whitespace() {
            word_letters.clear();
            word_letters.extend(word.chars().take(letters.len() + errors as usize + 1));
            let Some((least, whole)) = distance.within(&letters, &word_letters, errors) else { continue };
            let same_start = letters[0] == word_letters[0];
            // Two errors and another first letter are another word, and so are two errors in a short one.
            if least > 1 && (!same_start || word_letters.len() < LONG || letters.len() < LONG && !whole) || !whole && letters.len() < 5 {
                continue;
            }
            each(Near { at, word: word.to_string(), errors: least, whole, same_start });
        }
    }
}

/// Whether two articles are one error apart.
pub(super) fn one_error(one: &str, other: &str) -> bool {
    // Four bytes are the longest character.
    if one.len().abs_diff(other.len()) > 4 {
        return false;
    }
    if one.is_ascii() && other.is_ascii() {
        return apart(one.as_bytes(), other.as_bytes());
    }
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    apart(&letters(one), &letters(other))
}

fn apart<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[same..], &other[same..]);
    match (one, other) {
        ([], []) => false,
        ([], rest) | (rest, []) => rest.len() == 1,
        ([first, one_rest @ ..], [second, other_rest @ ..]) => {
            one_rest == other_rest
                || one_rest == other
                || one == other_rest
                || matches!((one_rest, other_rest), ([a, one_rest @ ..], [b, other_rest @ ..]) if a == second && b == first && one_rest == other_rest)
        }
    }
}

/// Rows of the table of optimal string alignment (Damerau's four errors, no letter touched twice).
#[derive(Default)]
struct Distance {
    rows: [Vec<u32>; 3],
}

impl Distance {
    /// Errors between `typed` and the beginning of `word` that is nearest, at most `most`, and whether that is the whole
    /// word; the whole word where it is no further.
    fn within(&mut self, typed: &[char], word: &[char], most: u32) -> Option<(u32, bool)> {
        let (rows, columns) = (typed.len(), word.len());
        if columns + (most as usize) < rows {
            return None;
        }
        for row in &mut self.rows {
            row.clear();
            row.resize(columns + 1, 0);
        }
        self.rows[0].iter_mut().zip(0..).for_each(|(cell, column)| *cell = column);
        for at in 1..=rows {
            let [before_last, last, now] = match at % 3 {
                1 => [2, 0, 1],
                2 => [0, 1, 2],
                _ => [1, 2, 0],
            };
            self.rows[now][0] = at as u32;
            let mut least = at as u32;
            for column in 1..=columns {
                let other = u32::from(typed[at - 1] != word[column - 1]);
                let mut cell = (self.rows[last][column] + 1).min(self.rows[now][column - 1] + 1).min(self.rows[last][column - 1] + other);
                if at > 1 && column > 1 && typed[at - 1] == word[column - 2] && typed[at - 2] == word[column - 1] {
                    cell = cell.min(self.rows[before_last][column - 2] + 1);
                }
                self.rows[now][column] = cell;
                least = least.min(cell);
            }
            if least > most {
                return None;
            }
        }
        let last = &self.rows[rows % 3];
        let whole = last[columns];
        let begun = last.iter().copied().min().unwrap_or(whole);
        (begun <= most).then_some((begun, whole == begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_as_people_make_them() {
        let mut distance = Distance::default();
        let mut errors = |typed: &str, word: &str| {
            let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
            distance.within(&typed, &word, 2)
        };
        assert_eq!(errors("принтер", "принтер"), Some((0, true)));
        assert_eq!(errors("прнтер", "принтер"), Some((1, true)));
        assert_eq!(errors("пирнтер", "принтер"), Some((1, true)));
        assert_eq!(errors("пренте", "принтерный"), Some((1, false)));
        assert_eq!(errors("принтерр", "принтер"), Some((1, true)));
        assert_eq!(errors("прнтре", "принтер"), Some((2, true)));
        assert_eq!(errors("степлер", "принтер"), None);
        assert!(one_error("ab1234", "ab1243") && !one_error("ab1234", "ab1234") && !one_error("ab12", "ab1234"));
    }
}

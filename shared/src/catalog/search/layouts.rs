//! Keyboards: what a word would have been in another layout.

/// Latin keys, in one order for all layouts.
const KEYS: &str = "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,./";

/// The letters on [`KEYS`]: Russian ЙЦУКЕН, Bulgarian БДС, Bulgarian traditional and БДС phonetic (xkeyboard-config,
/// symbols/ru and symbols/bg). A space: nothing of use on that key.
const CYRILLIC: [&str; 4] = [
    "ёйцукенгшщзхъ фывапролджэячсмитьбю ",
    "  уеишщксдзц  ьяаожгтнвмчюйъэфхпрлб",
    "чявертъуиопшщюасдфгхйкл  зьцжбнм   ",
    "ючшертъуиопящьасдфгхйкл  зжцвбнм   ",
];

/// The phonetic ones begin here.
const PHONETIC: usize = 2;

fn lower(char: char) -> char {
    match char {
        '{' => '[',
        '}' => ']',
        ':' => ';',
        '"' => '\'',
        '<' => ',',
        '>' => '.',
        '?' => '/',
        '~' => '`',
        '|' => '\\',
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

/// What the Latin key of each of these signs writes in ЙЦУКЕН: `3.5` typed on the other keyboard is `3/5`.
const RUSSIAN_POINT: (char, char) = ('/', '.');

/// A word typed on one layout as another would have written it; `None` where a letter would become a sign or nothing. Only
/// in a number, between two digits, is a sign what was meant: elsewhere it would cut a word into letters that stand anywhere.
fn typed_on(word: &str, from: &str, to: &str) -> Option<String> {
    let on_its_key = |char: char| from.chars().zip(to.chars()).find(|(from, _)| *from == char).map(|(_, to)| to).filter(|to| char != ' ' && *to != ' ');
    let point = |char: char| Some(RUSSIAN_POINT.1).filter(|_| char == RUSSIAN_POINT.0 && from == KEYS && to == CYRILLIC[0]);
    let chars: Vec<char> = word.chars().map(lower).collect();
    let in_number = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    let mut changed = false;
    let mut write = |(at, char): (usize, &char)| {
        let char = *char;
        let other = on_its_key(char).or_else(|| point(char).filter(|_| in_number(at)));
        match other {
            Some(other) if char.is_alphabetic() && !other.is_alphabetic() && !(in_number(at) && matches!(other, '.' | ',' | '/')) => None,
            Some(other) => {
                changed |= other != char;
                Some(other)
            }
            None => (!char.is_alphabetic()).then_some(char),
        }
    };
    let written: Option<String> = chars.iter().enumerate().map(&mut write).collect();
    written.filter(|written| changed && written.chars().any(char::is_alphanumeric))
}

/// What a word could have been meant as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    pub word: String,
    /// By phonetic layouts only, which are nearly transliteration.
    pub phonetic: bool,
    /// The changes of layout that give it, a bit each.
    pub ways: u32,
}

/// What a word could have been meant as, typed with the wrong layout on; the likeliest first, none twice.
pub(super) fn meant(word: &str) -> Vec<Meant> {
    let mut meant: Vec<Meant> = Vec::new();
    let mut way = 1;
    let mut push = |written: Option<String>, phonetic| {
        if let Some(word) = written {
            match meant.iter_mut().find(|meant| meant.word == word) {
                Some(known) => known.ways |= way,
                None => meant.push(Meant { word, phonetic, ways: way }),
            }
        }
        way <<= 1;
    };
    for (at, layout) in CYRILLIC.into_iter().enumerate() {
        push(typed_on(word, KEYS, layout), at >= PHONETIC);
        push(typed_on(word, layout, KEYS), at >= PHONETIC);
    }
    // Between two Cyrillic layouts.
    for from in CYRILLIC {
        for to in CYRILLIC.into_iter().filter(|to| *to != from) {
            push(typed_on(word, from, to), false);
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_have_a_letter_or_a_gap_for_each_key() {
        for layout in CYRILLIC {
            assert_eq!(layout.chars().count(), KEYS.chars().count(), "{layout}");
        }
    }

    #[test]
    fn words_are_what_the_other_layout_writes() {
        for (typed, wanted) in [
            ("ghbynth", "принтер"),
            ("[hjv", "хром"),
            ("cfvjhtp", "саморез"),
            ("ищыср", "bosch"),
            ("фи-1234", "ab-1234"),
            // БДС: ръкавици
            (",cudlr[r", "ръкавици"),
            ("printer", "принтер"),
            ("qbylka", "ябълка"),
            ("`aj", "чай"),
            ("3/5[25", "3.5х25"),
            ("3б5ч25", "3,5x25"),
        ] {
            let meant = meant(typed);
            assert!(meant.iter().any(|meant| meant.word == wanted), "{typed}: {meant:?}");
        }
    }

    #[test]
    fn no_letter_becomes_a_sign_outside_a_number() {
        for word in ["хлеб", "лаба", "бла", "збр", "рубль", "лол", "кабель", "зубр", "юбка", "м8б"] {
            let signs = |meant: &Meant| meant.word.contains(|char: char| !char.is_alphanumeric());
            assert!(!meant(word).iter().any(signs), "{word}: {:?}", meant(word));
        }
    }
}

//! Forms of one word in Russian, Bulgarian and English: an ending off, and what else begins so and ends as forms do.
//!
//! Light stemming after Savoy (UniNE): endings of nouns, adjectives and participles; what it takes for one word is shown
//! as another form and only where nothing else fits, so it may be generous.

/// Endings of nouns and adjectives, and the articles Bulgarian puts behind.
const CYRILLIC: &[&str] = &[
    "",
    "а",
    "у",
    "ы",
    "и",
    "е",
    "о",
    "э",
    "ю",
    "я",
    "й",
    "ь",
    "ой",
    "ей",
    "ий",
    "ый",
    "ая",
    "яя",
    "ое",
    "ее",
    "ие",
    "ые",
    "ого",
    "его",
    "ому",
    "ему",
    "ую",
    "юю",
    "ым",
    "им",
    "ом",
    "ем",
    "ам",
    "ям",
    "ами",
    "ями",
    "ах",
    "ях",
    "ов",
    "ев",
    "их",
    "ых",
    "ыми",
    "ими",
    "ою",
    "ею",
    "ью",
    "ия",
    "ии",
    "ию",
    "ием",
    "иям",
    "иях",
    "иями",
    "иев",
    "ья",
    "ье",
    "ьи",
    "ьев",
    "ьям",
    "ьями",
    "ьях",
    "ют",
    "ят",
    "ут",
    "ет",
    "ит",
    "ен",
    "на",
    "но",
    "ни",
    "ната",
    "ното",
    "ните",
    "ният",
    "ния",
    "та",
    "то",
    "те",
    "ят",
    "ът",
    "ите",
    "ата",
    "ята",
    "ето",
    "ото",
    "ове",
    "еве",
    "овете",
    "евете",
    "ища",
    "ите",
    "ия",
    "ият",
    "ата",
    "ец",
    "ца",
    "цы",
    "ци",
    "цов",
    "ок",
    "ка",
    "ки",
    "ку",
    "кой",
    "ков",
    "ек",
    "ке",
    "ком",
    "кам",
    "ками",
    "ках",
];

const LATIN: &[&str] = &["", "s", "es", "ed", "ing", "er", "ers", "y", "ies", "e", "d", "al", "ly"];

/// Shorter stems say nothing.
const SHORTEST: usize = 4;

/// The stem a word is looked for by, and the endings that may follow it; `None`: too short to have forms.
pub(super) fn stem(word: &str) -> Option<(&str, &'static [&'static str])> {
    let cyrillic = super::scripts::is_cyrillic(word);
    if !cyrillic && !super::scripts::is_latin(word) {
        return None;
    }
    let endings = if cyrillic { CYRILLIC } else { LATIN };
    let letters = word.chars().count();
    let least = if letters <= 5 { SHORTEST - 1 } else { SHORTEST };
    let ending = endings.iter().filter(|ending| word.ends_with(**ending) && letters - ending.chars().count() >= least).max_by_key(|ending| ending.len())?;
    let stem = &word[..word.len() - ending.len()];
    // wrapp-ing is a form of wrap.
    let doubled = !cyrillic && !ending.is_empty() && stem.len() > SHORTEST && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
    Some((&stem[..stem.len() - usize::from(doubled)], endings))
}

/// Whether a word is the stem with an ending.
pub(super) fn is_form(word: &str, stem: &str, endings: &[&str]) -> bool {
    // A doubled consonant before -ing and -ed, and fleeting vowels, stand between stem and ending.
    word.strip_prefix(stem).is_some_and(|rest| {
        endings.contains(&rest) || rest.chars().next().is_some_and(|char| stem.ends_with(char) && endings.contains(&&rest[char.len_utf8()..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for (typed, word) in [
            ("принтеров", "принтер"),
            ("принтерами", "принтеры"),
            ("бумагой", "бумага"),
            ("лазерных", "лазерный"),
            ("лазерни", "лазерен"),
            ("ръкавиците", "ръкавици"),
            ("чашек", "чашка"),
            ("batteries", "battery"),
            ("gloves", "glove"),
            ("boxes", "box"),
            ("wrapping", "wrap"),
        ] {
            let (stem, endings) = stem(typed).unwrap();
            assert!(is_form(word, stem, endings), "{typed} {word}: {stem}");
        }
    }
}

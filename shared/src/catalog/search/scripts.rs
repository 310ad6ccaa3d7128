//! The same word in Cyrillic and in Latin letters: both are written as a *sound*, in which the many tables of
//! transliteration (passports, road signs, the Bulgarian law of 2009, telephones, brand names) meet.
//!
//! A sound is Latin letters with ж, ч and ш for what Latin needs two for; doubled letters are one, ie and io are e.

/// The sound of a Cyrillic word, first the likeliest; letters with several Latin spellings give several.
pub(super) fn sounds_of_cyrillic(word: &str) -> Vec<String> {
    let mut sounds = vec![written(word, "ш", "")];
    if word.contains('щ') {
        sounds.push(written(word, "шt", "a"));
    }
    if word.contains('ъ') {
        sounds.extend(["a", "u", "y", "e"].map(|hard| written(word, "шt", hard)));
    }
    dedup(sounds)
}

fn written(word: &str, shta: &str, hard: &str) -> String {
    let mut sound = String::with_capacity(word.len());
    for char in word.chars() {
        sound.push_str(match char {
            'а' => "a",
            'б' => "b",
            'в' => "v",
            'г' => "g",
            'д' => "d",
            'е' | 'ё' | 'э' => "e",
            'ж' => "ж",
            'з' => "z",
            'и' | 'й' | 'ы' => "i",
            'к' => "k",
            'л' => "l",
            'м' => "m",
            'н' => "n",
            'о' => "o",
            'п' => "p",
            'р' => "r",
            'с' => "s",
            'т' => "t",
            'у' => "u",
            'ф' => "f",
            'х' => "h",
            'ц' => "ts",
            'ч' => "ч",
            'ш' => "ш",
            'щ' => shta,
            'ъ' => hard,
            'ь' => "",
            'ю' => "iu",
            'я' => "ia",
            _ => {
                sound.push(char);
                continue;
            }
        });
    }
    // A hard sign as y is the sound i.
    smooth(&sound.replace('y', "i"))
}

/// Latin spellings and their sounds, longer ones first.
const LATIN: &[(&str, &str)] = &[
    ("shch", "ш"),
    ("sch", "ш"),
    ("shh", "ш"),
    ("zh", "ж"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("kh", "h"),
    ("ph", "f"),
    ("ck", "k"),
    ("tz", "ts"),
    ("c", "k"),
    ("j", "i"),
    ("q", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("y", "i"),
    ("4", "ч"),
    ("6", "ш"),
];

/// Other readings, one at a time: what it is in Latin, what it stands for.
const READINGS: [(&str, &str); 9] = [("c", "ts"), ("c", "s"), ("j", "ж"), ("x", "h"), ("ch", "k"), ("oo", "u"), ("ee", "i"), ("g", "ж"), ("q", "ia")];

/// The sounds of a Latin word, first the likeliest.
pub(super) fn sounds_of_latin(word: &str) -> Vec<String> {
    let mut sounds = vec![read(word, None)];
    sounds.extend(READINGS.iter().filter(|(spelling, _)| word.contains(spelling)).map(|reading| read(word, Some(*reading))));
    dedup(sounds)
}

fn read(word: &str, reading: Option<(&str, &str)>) -> String {
    let mut sound = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(char) = rest.chars().next() {
        let spelling = reading.filter(|(spelling, _)| {
            let after = rest.strip_prefix(spelling).map(|after| after.chars().next());
            match *spelling {
                "c" => after.is_some_and(|after| after != Some('h')),
                // j is ж before a vowel only: jeltyj.
                "j" => after.is_some_and(|after| after.is_some_and(|after| "aeiouy".contains(after))),
                _ => after.is_some(),
            }
        });
        let known = || LATIN.iter().find(|(spelling, _)| rest.starts_with(spelling)).copied();
        match spelling.or_else(known) {
            Some((spelling, stands_for)) => {
                sound.push_str(stands_for);
                rest = &rest[spelling.len()..];
            }
            None => {
                sound.push(char);
                rest = &rest[char.len_utf8()..];
            }
        }
    }
    smooth(&sound)
}

/// Doubled letters as one, then `ie` and `io` as `e`.
fn smooth(sound: &str) -> String {
    let mut smooth = String::with_capacity(sound.len());
    for char in sound.chars() {
        match (smooth.chars().last(), char) {
            (Some(last), char) if last == char => {}
            (Some('i'), 'e' | 'o') => {
                smooth.pop();
                if !smooth.ends_with('e') {
                    smooth.push('e');
                }
            }
            _ => smooth.push(char),
        }
    }
    smooth
}

fn dedup(mut sounds: Vec<String>) -> Vec<String> {
    let mut at = 0;
    while at < sounds.len() {
        if sounds[at].is_empty() || sounds[..at].contains(&sounds[at]) {
            sounds.remove(at);
        } else {
            at += 1;
        }
    }
    sounds
}

/// Whether a word is all Cyrillic or all Latin letters.
pub(super) fn is_cyrillic(word: &str) -> bool {
    word.chars().all(|char| ('\u{400}'..='\u{4ff}').contains(&char))
}

pub(super) fn is_latin(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Latin letters, with the digits telephones write ч and ш by.
pub(super) fn is_latin_with_digits(word: &str) -> bool {
    word.len() >= 3
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'4' | b'6'))
        && word.bytes().filter(u8::is_ascii_lowercase).count() >= 2
}

/// Latin letters for the Cyrillic ones of a unit or an article: `20л` is `20l`.
pub(super) fn unit_in_latin(word: &str) -> String {
    if word.is_ascii() { word.to_string() } else { written(word, "ш", "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(cyrillic: &str, latin: &str) -> bool {
        let sounds = sounds_of_cyrillic(cyrillic);
        sounds_of_latin(latin).iter().any(|sound| sounds.contains(sound))
    }

    #[test]
    fn many_tables_meet_in_one_sound() {
        for (cyrillic, latin) in [
            ("щетка", "shchetka"),
            ("щетка", "schetka"),
            ("щетка", "shetka"),
            ("щипка", "shtipka"),
            ("чай", "chay"),
            ("чай", "chai"),
            ("чай", "4ai"),
            ("хартия", "hartiya"),
            ("хартия", "khartiia"),
            ("хартия", "xartia"),
            ("лазерный", "lazernyy"),
            ("лазерный", "lazernyj"),
            ("лазерный", "lazerniy"),
            ("цветной", "cvetnoy"),
            ("цветной", "tsvetnoi"),
            ("желтый", "jeltyj"),
            ("ръкавици", "rakavici"),
            ("ръкавици", "rukavitsi"),
            ("ябълка", "yabalka"),
            ("ябълка", "qbulka"),
            ("зеленые", "zelenye"),
            ("подъезд", "podezd"),
            ("бош", "bosch"),
            ("ксерокс", "xerox"),
            ("филипс", "philips"),
            ("макита", "makita"),
            ("логитек", "logitech"),
        ] {
            assert!(meet(cyrillic, latin), "{cyrillic} {latin}: {:?} {:?}", sounds_of_cyrillic(cyrillic), sounds_of_latin(latin));
        }
        assert!(!meet("дом", "tom"));
    }
}

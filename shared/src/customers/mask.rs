//! Taking a person out of texts others go on reading: whole words only.

/// What stands where a person's data stood.
pub const ERASED: &str = "[erased]";

/// Shorter texts are not looked for in other rows: they would be found everywhere.
const LEAST_MASKED: usize = 4;

/// Replaces what names a person in a text, where it stands as a word of its own. Letters count the same in either case; where
/// something was replaced, gives the text.
pub fn mask(text: &str, names: &[String]) -> Option<String> {
    let mut masked: Option<String> = None;
    for name in names.iter().filter(|name| name.chars().count() >= LEAST_MASKED) {
        let before = masked.as_deref().unwrap_or(text);
        let (mut after, mut from) = (String::new(), 0);
        while let Some((start, end)) = find_word(before, name, from) {
            after.push_str(&before[from..start]);
            after.push_str(ERASED);
            from = end;
        }
        if from > 0 {
            after.push_str(&before[from..]);
            masked = Some(after);
        }
    }
    masked
}

/// Where `name` stands in `text` as a word of its own, from a byte on: the bytes from and to.
fn find_word(text: &str, name: &str, from: usize) -> Option<(usize, usize)> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    text[from..].char_indices().find_map(|(at, _)| {
        let start = from + at;
        let end = start + folded_prefix(&text[start..], &wanted)?;
        let left = joined(text[..start].chars().rev(), text[start..].chars().next());
        let right = joined(text[end..].chars(), text[..end].chars().next_back());
        (!left && !right).then_some((start, end))
    })
}

/// The length in bytes of what `text` begins with, where that is `wanted` in lower case.
fn folded_prefix(text: &str, wanted: &[char]) -> Option<usize> {
    let mut left = wanted;
    for (at, letter) in text.char_indices() {
        for lower in letter.to_lowercase() {
            left = left.strip_prefix(&[lower])?;
        }
        if left.is_empty() {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

/// Whether a word goes on beyond its edge: with a letter or digit, or by a sign that joins two parts of an address, a number
/// or a double name and has one behind it.
fn joined(mut beyond: impl Iterator<Item = char>, edge: Option<char>) -> bool {
    if !edge.is_some_and(char::is_alphanumeric) {
        return false;
    }
    match beyond.next() {
        Some(next) if next.is_alphanumeric() => true,
        Some('.' | '_' | '-' | '+' | '@' | '%') => beyond.next().is_some_and(char::is_alphanumeric),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], text: &str, expected: Option<&str>) {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        assert_eq!(mask(text, &names).as_deref(), expected, "{text}");
    }

    #[test]
    fn what_names_a_person_is_replaced_in_any_case() {
        let names = ["Ёлкина Анна", "ann@x.org", "Bo"];
        check(&names, "ЁЛКИНА анна: Ann@X.org, ann@x.org", Some("[erased]: [erased], [erased]"));
        check(&names, "Anna; Bo", None);
        check(&names, "", None);
        // Letters that grow when their case changes.
        check(&names, "İ ann@x.org", Some("İ [erased]"));
        check(&["erased"], "[erased]", Some("[[erased]]"));
    }

    #[test]
    fn only_whole_words_addresses_and_numbers_go() {
        check(&["Mark"], "the market, Mark’s marks; mark.", Some("the market, [erased]’s marks; [erased]."));
        check(&["Anna"], "Joanna, Anna-Maria, anna@x.org, Anna", Some("Joanna, Anna-Maria, anna@x.org, [erased]"));
        check(&["Анна"], "Жанна и Анна", Some("Жанна и [erased]"));
        let address = ["ann@x.org"];
        check(&address, "joann@x.org, ann@x.org.uk, mr-ann@x.org, ann@x.organic", None);
        check(&address, "Write to ann@x.org. Or <ann@x.org>", Some("Write to [erased]. Or <[erased]>"));
        check(&["+44 7700 900123"], "tel.+44 7700 900123, +44 7700 9001234, +44 7700 900123-4", Some("tel.[erased], +44 7700 9001234, +44 7700 900123-4"));
    }
}

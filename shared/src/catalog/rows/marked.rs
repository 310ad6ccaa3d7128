//! What of a name and of a code the query is found in, marked.
//!
//! Letters are compared as the search compares them: without case, е as ё, look-alike letters of both scripts as one and × as x.
//! Signs are passed over, which makes a decimal comma a point, and stand between digits in the name too: `w71275` in `W 712/75`.

use super::escape_into;
use crate::catalog::search::latin_twin;

fn fold(c: char) -> char {
    match c.to_lowercase().next().unwrap_or(c) {
        'ё' => latin_twin('е'),
        '×' | '*' => 'x',
        c => latin_twin(c),
    }
}

/// A text with each of its letters and digits folded, and where each stands.
struct Letters {
    chars: Vec<char>,
    /// The folded letters with their places; signs are left out.
    kept: Vec<(char, usize)>,
}

impl Letters {
    fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let kept = chars.iter().enumerate().map(|(at, c)| (fold(*c), at)).filter(|(c, _)| c.is_alphanumeric()).collect();
        Self { chars, kept }
    }

    /// The places among the kept letters at which a word stands. A sign more than the word has is passed over beside a digit only.
    fn places<'a>(&'a self, word: &'a [(char, usize)]) -> impl Iterator<Item = usize> + 'a {
        let same = |at: &usize| word.iter().zip(&self.kept[*at..]).all(|(wanted, here)| wanted.0 == here.0);
        let near = |at: &usize| {
            word.windows(2).zip(self.kept[*at..].windows(2)).all(|(wanted, here)| {
                let signs = here[1].1 - here[0].1 - 1;
                signs == 0 || (signs == 1 && (here.iter().any(|(c, _)| c.is_ascii_digit()) || wanted[1].1 > wanted[0].1 + 1))
            })
        };
        (0..(self.kept.len() + 1).saturating_sub(word.len())).filter(same).filter(near)
    }

    /// Whether a word begins at a kept letter.
    fn begins(&self, at: usize) -> bool {
        self.kept[at].1.checked_sub(1).is_none_or(|before| !self.chars[before].is_alphanumeric())
    }

    fn html(&self, found: &[bool]) -> String {
        let mut html = String::with_capacity(self.chars.len() + 16);
        let mut inside = false;
        for (c, found) in self.chars.iter().zip(found) {
            if *found != inside {
                html.push_str(if *found { "<mark>" } else { "</mark>" });
                inside = *found;
            }
            escape_into(&mut html, c.encode_utf8(&mut [0; 4]));
        }
        if inside {
            html.push_str("</mark>");
        }
        html
    }
}

/// The name as HTML, with the words of the query marked.
pub fn marked(name: &str, query: &str) -> String {
    let letters = Letters::of(name);
    let mut found = vec![false; letters.chars.len()];
    for word in query.split_whitespace() {
        // Each word is marked once: where it begins a word, else where it first stands. What stands nowhere as it is may be
        // several words.
        if mark(&letters, word, &mut found) {
            continue;
        }
        for part in word.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() < word.len()) {
            mark(&letters, part, &mut found);
        }
    }
    letters.html(&found)
}

fn mark(letters: &Letters, word: &str, found: &mut [bool]) -> bool {
    let word = &Letters::of(word).kept;
    if word.is_empty() {
        return true;
    }
    let place = letters.places(word).find(|at| letters.begins(*at)).or_else(|| letters.places(word).next());
    if let Some(at) = place {
        found[letters.kept[at].1..=letters.kept[at + word.len() - 1].1].fill(true);
    }
    place.is_some()
}

/// A code as HTML, marked where the whole query stands in it, else where its words do; whatever separators are in between.
pub fn marked_code(code: &str, query: &str) -> String {
    let letters = Letters::of(code);
    let bare = |letters: &Letters| letters.kept.iter().map(|(c, _)| *c).collect::<Vec<char>>();
    let kept = bare(&letters);
    let mut found = vec![false; letters.chars.len()];
    let mut mark = |word: &str| {
        let word = &bare(&Letters::of(word));
        let at = (0..(kept.len() + 1).saturating_sub(word.len())).find(|at| kept[*at..].starts_with(word)).filter(|_| !word.is_empty());
        if let Some(at) = at {
            found[letters.kept[at].1..=letters.kept[at + word.len() - 1].1].fill(true);
        }
        at.is_some()
    };
    if !mark(query) {
        query.split_whitespace().for_each(|word| {
            mark(word);
        });
    }
    letters.html(&found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_words_are_marked_where_they_begin_a_word() {
        for (name, query, expected) in [
            ("Smug mug holder", "mug", "Smug <mark>mug</mark> holder"),
            ("Тёплый плед", "теп плед", "<mark>Тёп</mark>лый <mark>плед</mark>"),
            ("Cup", "saucer", "Cup"),
            ("Cup", "", "Cup"),
            ("Cup", "!", "Cup"),
            ("A&B", "b", "A&amp;<mark>B</mark>"),
            ("T-LIGHT HOLDER", "t-light", "<mark>T-LIGHT</mark> HOLDER"),
        ] {
            assert_eq!(marked(name, query), expected, "{query}");
        }
    }

    #[test]
    fn what_the_search_takes_for_the_same_is_marked() {
        for (name, query, expected) in [
            ("Саморез 3.5x25", "3,5х25", "Саморез <mark>3.5x25</mark>"),
            ("Саморез 3,5×25", "3.5x25", "Саморез <mark>3,5×25</mark>"),
            ("Болт М8", "m8", "Болт <mark>М8</mark>"),
            ("Вода 20 л", "20л", "Вода <mark>20 л</mark>"),
            ("MANN W 712/75", "w712/75", "MANN <mark>W 712/75</mark>"),
            ("Mug AB-12/3", "ab123", "Mug <mark>AB-12/3</mark>"),
            ("white hanging heart", "white,heart", "<mark>white</mark> hanging <mark>heart</mark>"),
            ("а б", "аб", "а б"),
        ] {
            assert_eq!(marked(name, query), expected, "{query}");
        }
    }

    #[test]
    fn a_code_is_marked_across_its_separators() {
        for (code, query, expected) in [
            ("85123A", "85123", "<mark>85123</mark>A"),
            ("AB-12/3", "ab123", "<mark>AB-12/3</mark>"),
            ("AB-12/3", "ab 12", "<mark>AB-12</mark>/3"),
            ("К-77", "k77", "<mark>К-77</mark>"),
            ("85123A", "heart 512", "8<mark>512</mark>3A"),
            ("85123A", "heart", "85123A"),
            ("<1>", "1", "&lt;<mark>1</mark>&gt;"),
        ] {
            assert_eq!(marked_code(code, query), expected, "{query}");
        }
    }
}

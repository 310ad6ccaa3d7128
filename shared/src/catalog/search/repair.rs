//! Repairs of a query that finds nothing, in the order people make the mistakes: wrong keyboard layout, other script,
//! one typo. Runs only then, so the usual keystroke pays nothing.

use std::collections::HashMap;

use memchr::memmem::Finder;

use super::{Index, Reason, fold_text};

/// A query that finds something, and what was wrong with the given one.
pub(super) fn repair(index: &Index, query: &str) -> Option<(String, Reason)> {
    let words: Vec<&str> = query.split_whitespace().collect();
    let both = |layouts: &'static [Layout]| layouts.iter().flat_map(|layout| [Convert::ToCyrillic(layout), Convert::ToLatin(layout)]).collect::<Vec<_>>();
    let scripts: Vec<Convert> = SCRIPTS.iter().map(Convert::Script).collect();
    convert(index, &words, &both(&LAYOUTS))
        .map(|found| (found, Reason::Layout))
        .or_else(|| convert(index, &words, &scripts).map(|found| (found, Reason::Translit)))
        .or_else(|| convert(index, &words, &both(&PHONETIC)).map(|found| (found, Reason::Layout)))
        .or_else(|| typo(index, &words).map(|found| (found, Reason::Typo)))
}

enum Convert {
    ToCyrillic(&'static Layout),
    ToLatin(&'static Layout),
    Script(&'static Script),
}

impl Convert {
    fn word(&self, word: &str) -> String {
        match self {
            Self::ToCyrillic(layout) => layout.swap(word, layout.keys, layout.letters),
            Self::ToLatin(layout) => layout.swap(word, layout.letters, layout.keys),
            Self::Script(script) => script.write(&fold_text(word)),
        }
    }
}

/// Converts the whole query, one way for all words; failing that, only the words nothing is known of.
fn convert(index: &Index, words: &[&str], ways: &[Convert]) -> Option<String> {
    for way in ways {
        let converted: Vec<String> = words.iter().map(|word| way.word(word)).collect();
        if converted != words {
            let query = converted.join(" ");
            if index.finds_any(&query) {
                return Some(query);
            }
        }
    }
    let mut changed = false;
    let mut mended: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        if fold_text(word).is_empty() || index.knows(word) {
            mended.push((*word).to_string());
            continue;
        }
        mended.push(ways.iter().map(|way| way.word(word)).find(|converted| converted != word && index.knows(converted))?);
        changed = true;
    }
    let query = mended.join(" ");
    (changed && index.finds_any(&query)).then_some(query)
}

/// A keyboard: Latin keys and the Cyrillic letters on them.
struct Layout {
    keys: &'static str,
    letters: &'static str,
}

/// Russian ЙЦУКЕН and Bulgarian БДС (xkeyboard-config symbols/ru, symbols/bg).
const LAYOUTS: [Layout; 2] = [
    Layout { keys: "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", letters: "ёйцукенгшщзхъфывапролджэячсмитьбю" },
    Layout { keys: "wertyuiop[asdfghjkl;'zxcvbnm,./", letters: "уеишщксдзцьяаожгтнвмчюйъэфхпрлб" },
];

/// Bulgarian traditional and БАН phonetic; tried last, for they are nearly transliteration.
const PHONETIC: [Layout; 2] = [
    Layout { keys: "qwertyuiop[]\\asdfghjklzxcvbnm`", letters: "явертъуиопшщюасдфгхйклзьцжбнмч" },
    Layout { keys: "qwertyuiop[]\\asdfghjklzxcvbnm`", letters: "чшертъуиопящьасдфгхйклзжцвбнмю" },
];

impl Layout {
    fn swap(&self, word: &str, from: &str, to: &str) -> String {
        let one = |char: char| {
            let lower = match char {
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
            };
            from.chars().position(|known| known == lower).and_then(|at| to.chars().nth(at)).unwrap_or(char)
        };
        let swapped: String = word.chars().map(one).collect();
        // A letter that became punctuation would fall out of the query and match nearly everything.
        let lost = word.chars().zip(swapped.chars()).any(|(was, is)| was.is_alphabetic() && !is.is_alphanumeric());
        if lost { word.to_string() } else { swapped }
    }
}

/// A way of writing one script in the other: `from=to` pairs, of which the first that fits wins, so longer ones stand first.
struct Script(&'static str);

const SCRIPTS: [Script; 8] = [
    // Russian in Latin letters, as passports, road signs and people write it.
    Script(
        "shch=щ sch=щ yo=е jo=е zh=ж kh=х ts=ц ch=ч sh=ш yu=ю ju=ю ya=я ja=я ye=е je=е iy=ий ij=ий yy=ый yj=ый ay=ай ey=ей oy=ой uy=уй ph=ф \
         a=а b=б c=ц d=д e=е f=ф g=г h=х i=и j=й k=к l=л m=м n=н o=о p=п q=к r=р s=с t=т u=у v=в w=в x=кс y=ы z=з",
    ),
    Script(
        "shh=щ zh=ж ch=ч sh=ш yu=ю ya=я ck=к ee=и oo=у ai=ай ei=ей oi=ой iu=ю ia=я a=а b=б c=к d=д e=э f=ф g=г h=х i=и j=ж k=к l=л m=м n=н \
         o=о p=п q=к r=р s=с t=т u=у v=в w=в x=х y=й z=з",
    ),
    // Bulgarian by the law on transliteration (2009).
    Script(
        "sht=щ zh=ж ts=ц ch=ч sh=ш yu=ю ya=я ia=ия a=а b=б c=ц d=д e=е f=ф g=г h=х i=и j=й k=к l=л m=м n=н o=о p=п q=я r=р s=с t=т u=у v=в \
         w=в x=кс y=й z=з",
    ),
    // Bulgarian as typed on telephones.
    Script(
        "6t=щ sht=щ zh=ж ts=ц ch=ч sh=ш iu=ю ju=ю yu=ю ia=я ja=я ya=я 4=ч 6=ш a=а b=б c=ц d=д e=е f=ф g=г h=х i=и j=ж k=к l=л m=м n=н o=о \
         p=п q=я r=р s=с t=т u=ъ v=в w=в x=х y=ъ z=з",
    ),
    // Cyrillic to Latin: Russian, Bulgarian, and two ways that meet brand names.
    Script(
        "кс=x а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts ч=ch ш=sh щ=sht ъ=a ы=y ь= э=e \
         ю=yu я=ya",
    ),
    Script(
        "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=c ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=iu \
         я=ia",
    ),
    Script(
        "дж=j ай=i а=a б=b в=w г=g д=d е=e ж=j з=z и=i й=y к=c л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=c ч=ch ш=sch щ=sch ъ=u ы=i ь= \
         э=a ю=u я=ya",
    ),
    Script(
        "а=a б=b в=v г=g д=d е=e ж=g з=s и=i й=j к=ck л=l м=m н=n о=o п=p р=r с=c т=t у=oo ф=ph х=x ц=z ч=tch ш=sch щ=sch ъ=a ы=y ь= э=e \
         ю=ju я=ja",
    ),
];

impl Script {
    fn write(&self, folded: &str) -> String {
        let mut written = String::with_capacity(folded.len() * 2);
        let mut rest = folded;
        let pairs: Vec<(&str, &str)> = self.0.split(' ').filter_map(|pair| pair.split_once('=')).collect();
        while let Some(first) = rest.chars().next() {
            match pairs.iter().find(|(from, _)| rest.starts_with(from)) {
                Some((from, to)) => {
                    written.push_str(to);
                    rest = &rest[from.len()..];
                }
                None => {
                    written.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        written
    }
}

/// Corrections tried for one word.
const CORRECTIONS: usize = 6;

/// Replaces each unknown word of four letters or more by one that is one typing error away.
fn typo(index: &Index, words: &[&str]) -> Option<String> {
    let mut choices: Vec<Vec<String>> = Vec::with_capacity(words.len());
    for word in words {
        let folded = fold_text(word);
        if folded.is_empty() || index.knows(word) {
            choices.push(vec![(*word).to_string()]);
            continue;
        }
        // In a code one other character is another product.
        if folded.chars().count() < 4 || !folded.chars().all(char::is_alphabetic) {
            return None;
        }
        let mut found = corrections(index, &folded);
        found.truncate(CORRECTIONS);
        if found.is_empty() {
            return None;
        }
        choices.push(found);
    }
    let first: Vec<&str> = choices.iter().map(|choice| choice[0].as_str()).collect();
    // The best correction of each word, then each other correction beside the best ones.
    let attempts = std::iter::once(first.clone()).chain(choices.iter().enumerate().flat_map(|(at, choice)| {
        let first = &first;
        choice.iter().skip(1).map(move |other| {
            let mut attempt = first.clone();
            attempt[at] = other;
            attempt
        })
    }));
    attempts.map(|attempt| attempt.join(" ")).find(|query| index.finds_any(query))
}

/// Words of names (or beginnings of them) one error from `typed`: whole words first, then by how often they stand.
///
/// One error leaves one half of the word intact, or it is a swap across the middle: three scans, no vocabulary.
fn corrections(index: &Index, typed: &str) -> Vec<String> {
    let letters: Vec<char> = typed.chars().collect();
    let middle = letters.len() / 2;
    let mut swapped = letters.clone();
    swapped.swap(middle - 1, middle);
    let halves: [(String, bool); 3] =
        [(letters[..middle].iter().collect(), true), (letters[middle..].iter().collect(), false), (swapped[..].iter().collect(), true)];
    let mut counted: HashMap<&str, (bool, u32)> = HashMap::new();
    let text = &index.names.text;
    let mut word_letters: Vec<char> = Vec::new();
    for (half, at_start) in halves {
        let needle = if at_start { format!(" {half}") } else { half };
        for place in Finder::new(&needle).find_iter(text) {
            let inside = place + usize::from(at_start);
            let begin = memchr::memrchr2(b' ', b'\n', &text[..inside]).map_or(0, |before| before + 1);
            let end = memchr::memchr2(b' ', b'\n', &text[inside..]).map_or(text.len(), |after| inside + after);
            // The word may be longer than what is typed so far, but its error lies in the typed part.
            if !at_start && inside - begin > (typed.len() + 4) {
                continue;
            }
            let Ok(word) = std::str::from_utf8(&text[begin..end]) else { continue };
            word_letters.clear();
            word_letters.extend(word.chars().take(letters.len() + 2));
            let Some(length) = prefix_one_error_away(&letters, &word_letters) else { continue };
            let cut = word.char_indices().nth(length).map_or(word.len(), |(at, _)| at);
            let entry = counted.entry(&word[..cut]).or_default();
            entry.0 |= cut == word.len();
            entry.1 += 1;
        }
    }
    let mut found: Vec<(&str, (bool, u32))> = counted.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    found.into_iter().map(|(word, _)| word.to_string()).collect()
}

/// The length of a beginning of `word` that is one insertion, deletion, replacement or swap of neighbours from `typed`;
/// the whole word where it qualifies.
fn prefix_one_error_away(typed: &[char], word: &[char]) -> Option<usize> {
    let same = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
    let tail = |typed_from: usize, word_from: usize| {
        let (typed, word) = (typed.get(typed_from..)?, word.get(word_from..)?);
        word.starts_with(typed).then_some(word_from + typed.len())
    };
    let ends = [
        tail(same + 1, same + 1),
        tail(same + 1, same),
        tail(same, same + 1),
        (typed.len() > same + 1 && word.len() > same + 1 && typed[same] == word[same + 1] && typed[same + 1] == word[same])
            .then(|| tail(same + 2, same + 2))
            .flatten(),
    ];
    let fits = |length: &usize| *length > 0 && word[..*length] != *typed;
    let ends = ends.into_iter().flatten().filter(fits);
    // A whole word beats a beginning; among beginnings the one as long as what was typed.
    ends.min_by_key(|length| (*length != word.len(), length.abs_diff(typed.len())))
}

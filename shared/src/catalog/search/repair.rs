//! Repairs: each word of the query may be taken for something else, at a cost; the rows that cost least in all are shown,
//! so repairs of different words combine and the mildest explanation wins.
//!
//! Runs where the query as typed finds nothing, so the usual keystroke pays nothing; only a word in the other script is
//! added to what was found (`printer` finds принтер too, after the printers).

use super::bits::Bits;
use super::query::{self, Query, Term};
use super::section::{Place, Section};
use super::spare::{loose, without_zeros};
use super::{Found, Index, Matched, Reason, fold, forms, layouts, scripts, typos};

/// What a word may be taken for at what cost; milder is less. What costs the same is shown together.
mod cost {
    pub const SPELLING: u8 = 3;
    /// A whole word of four letters or more on another keyboard is no accident.
    pub const LAYOUT_WORD: u8 = 3;
    pub const TYPO: u8 = 4;
    pub const LAYOUT: u8 = 5;
    pub const TRANSLIT: u8 = 6;
    pub const TYPOS: u8 = 7;
    pub const FORM: u8 = 8;
    pub const JOINED: u8 = 9;
    /// Another keyboard or script, and an error on top.
    pub const TWICE: u8 = 10;
    /// In an article one other character is another product.
    pub const ARTICLE: u8 = 12;
    /// Too little to say anything alone: only together with other words on the same wrong keyboard, and then for nothing.
    pub const TOGETHER: u8 = 100;
}

/// More words than that are a name that was pasted, not typed on the wrong keyboard: only slips of single words are looked
/// for, so that a key never costs more than a few words' repairs.
const MOST_DOUBTED: usize = 8;
/// How far hits by a group's name stand behind.
const BY_GROUP: u8 = 24;
/// Units of measure, which are written in either script.
const UNITS: [&str; 13] = ["л", "мл", "кг", "г", "гр", "мм", "см", "м", "в", "вт", "квт", "а", "шт"];
/// Shorter words sound like anything.
const SHORTEST_SOUND: usize = 3;
const SHORTEST_ADDED: usize = 4;
/// Shorter words become anything by two mishaps.
const SHORTEST_TWICE: usize = 5;
/// From here on a sound is looked for inside words too.
const LONG_SOUND: usize = 6;

/// One thing a word may be taken for.
struct Choice {
    cost: u8,
    /// Among hits of one cost the lower come first.
    rank: u8,
    reason: Reason,
    rows: Bits,
    /// The words it stands for, with the piece each is from.
    words: Vec<(Option<u32>, String)>,
    /// Ways in which a whole query goes wrong at once: one bit for each change of layout, one for the other script.
    ways: u32,
}

/// All words in the other script; layouts have the lower bits.
const OTHER_SCRIPT: u32 = 1 << 31;

impl Index {
    /// Rows of a scan over pieces.
    fn rows_of(&self, section: &Section, needle: &str, start_only: bool) -> (Bits, Vec<u32>) {
        let mut rows = Bits::none(self.len());
        let mut pieces = Vec::new();
        section.scan(needle, |at, place| {
            if place == Place::Start || !start_only {
                self.postings().add(section.owner(at), &mut rows);
                pieces.push(section.owner(at));
            }
        });
        (rows, pieces)
    }

    /// The word of a piece that sounds so, or the whole piece.
    fn worded(&self, pieces: Vec<u32>) -> Vec<(Option<u32>, String)> {
        let mut words: Vec<(Option<u32>, String)> = pieces
            .into_iter()
            .map(|piece| {
                let mut folded = String::new();
                fold::words_into(self.list.pieces().get(piece as usize), &mut folded);
                (Some(piece), folded.trim_start().to_string())
            })
            .collect();
        words.sort_by_key(|(piece, _)| *piece);
        words.dedup();
        words
    }
}

/// Repairs the query where it finds nothing (`any`: it does, perhaps outside the filter) and adds the other script's words
/// where it does. `left` are the rows that may still be shown.
pub(super) fn repair(index: &Index, query: &Query, matched: Vec<Option<Matched>>, any: bool, left: &Bits, found: &mut Found) {
    let everywhere = || -> Vec<Matched> {
        let each = query.terms.iter().zip(&matched);
        each.map(|(term, one)| one.clone().unwrap_or_else(|| index.matched(term))).collect()
    };
    if any {
        // Where only the filter hides the hits, a repair would answer another question.
        if !found.is_empty() {
            add_other_script(index, query, everywhere, left, found);
        }
        return;
    }
    let matched = everywhere();
    let exact = |one: &Matched| {
        [(0, &one.start), (2, &one.across), (BY_GROUP, &one.group)].map(|(rank, rows)| Choice {
            cost: 0,
            rank,
            reason: Reason::Words,
            rows: rows.clone(),
            words: Vec::new(),
            ways: 0,
        })
    };
    // Words that stand somewhere are doubted too: a typing error may be another word.
    let many = query.terms.len() > MOST_DOUBTED;
    for deep in [false, true] {
        if deep && many {
            return;
        }
        let choose = |(term, one): (&Term, &Matched)| -> Vec<Choice> {
            let harsher = if deep { harsh(index, term) } else { Vec::new() };
            exact(one).into_iter().chain(mild(index, term, !many)).chain(harsher).filter(|choice| !choice.rows.is_empty()).collect()
        };
        let mut choices: Vec<Vec<Choice>> = query.terms.iter().zip(&matched).map(choose).collect();
        if !many {
            add_together(index, query, &mut choices);
        }
        if cheapest(index, query, &choices, left, found) {
            return;
        }
    }
}

/// Adds to what was found where a word stands in the other script.
fn add_other_script(index: &Index, query: &Query, everywhere: impl FnOnce() -> Vec<Matched>, left: &Bits, found: &mut Found) {
    let other = |term: &Term| term.letters().filter(|word| word.chars().count() >= SHORTEST_ADDED).map_or_else(Vec::new, |_| translit(index, term));
    let others: Vec<Vec<Choice>> = query.terms.iter().map(other).collect();
    if others.iter().all(Vec::is_empty) {
        return;
    }
    let mut rows = left.clone();
    for (one, other) in everywhere().into_iter().zip(&others) {
        let mut either = one.group;
        other.iter().for_each(|other| either.or(&other.rows));
        rows.and(&either);
    }
    if !rows.is_empty() {
        found.push(Reason::Translit, &rows);
    }
}

/// Adds what single letters and numbers are on the keyboards on which every other word is something.
fn add_together(index: &Index, query: &Query, choices: &mut [Vec<Choice>]) {
    let says_much = |term: &Term| !says_little(term) && term.typed.chars().any(char::is_alphabetic);
    let ways_of = |options: &[Choice]| options.iter().fold(0, |ways, option| ways | option.ways);
    let words = query.terms.iter().zip(choices.iter()).filter(|(term, _)| says_much(term));
    let Some(ways) = words.map(|(_, options)| ways_of(options)).reduce(|all, one| all & one).filter(|ways| ways & !OTHER_SCRIPT != 0) else { return };
    for (term, options) in query.terms.iter().zip(choices) {
        let signs = !term.typed.chars().any(char::is_alphabetic);
        if !says_little(term) && !signs {
            continue;
        }
        for meant in layouts::meant(&term.typed).into_iter().filter(|meant| meant.ways & ways != 0) {
            let Some(other) = Term::new(&meant.word).filter(|other| other.words != term.words) else { continue };
            let rows = index.matched(&other).across;
            if !rows.is_empty() {
                options.push(Choice { cost: cost::TOGETHER, rank: 1, reason: Reason::Layout, rows, words: vec![(None, meant.word)], ways: meant.ways });
            }
        }
    }
}

/// One letter beside a number is a unit, or anything.
fn says_little(term: &Term) -> bool {
    let mut chars = term.typed.chars();
    chars.clone().filter(|char| char.is_alphabetic()).count() == 1 && chars.clone().nth(1).is_some() && chars.all(char::is_alphanumeric)
}

/// Fills in the rows that need the least cost in all; false where no row has every word.
fn cheapest(index: &Index, query: &Query, choices: &[Vec<Choice>], left: &Bits, found: &mut Found) -> bool {
    let mut rows = Bits::all(index.len());
    for options in choices {
        let mut either = Bits::none(index.len());
        options.iter().for_each(|option| either.or(&option.rows));
        rows.and(&either);
    }
    // A word without letters is the same on every keyboard.
    let neutral: Vec<bool> = query.terms.iter().map(|term| !term.typed.chars().any(char::is_alphabetic)).collect();
    let mut least = u32::MAX;
    let mut best: Vec<(u32, u32, Reason)> = Vec::new();
    for row in rows.iter() {
        let ways = choices
            .iter()
            .zip(&neutral)
            .filter(|(_, neutral)| !**neutral)
            .fold(!0, |ways, (options, _)| ways & options.iter().filter(|option| option.rows.has(row as usize)).fold(0, |ways, option| ways | option.ways));
        let (mut cost, mut whole, mut rank, mut reason) = (0, 0, 0, (0, Reason::Words));
        for options in choices {
            let Some(option) = taken(options, row) else { continue };
            cost += u32::from(option.cost);
            let on_the_way = options.iter().filter(|option| option.ways & ways != 0 && option.rows.has(row as usize));
            whole = whole.max(on_the_way.map(|option| if option.cost == cost::TOGETHER { 0 } else { option.cost }).min().unwrap_or(0));
            rank += u32::from(option.rank);
            reason = reason.max((option.cost, option.reason));
        }
        // The whole query on the wrong keyboard, or in the other script, is one mishap.
        if ways != 0 && choices.len() > 1 && whole > 0 {
            cost = cost.min(u32::from(whole));
        }
        if cost >= u32::from(cost::TOGETHER) {
            continue;
        }
        if cost < least {
            least = cost;
            best.clear();
        }
        if cost == least {
            best.push((rank, row, reason.1));
        }
    }
    let Some((_, first, _)) = best.iter().min().copied() else { return false };
    let shown: Vec<String> = query.terms.iter().zip(choices).map(|(term, options)| shown(index, term, options, first)).collect();
    best.sort_unstable();
    for (_, row, reason) in best.into_iter().filter(|(_, row, _)| left.has(*row as usize)) {
        found.rows.push(row);
        found.end_run(reason);
    }
    found.repaired = Some(shown.join(" "));
    true
}

/// What a word is taken for in a row.
fn taken(options: &[Choice], row: u32) -> Option<&Choice> {
    options.iter().filter(|option| option.rows.has(row as usize)).min_by_key(|option| (option.cost, option.rank))
}

/// A word of the query as it was understood in a row.
fn shown(index: &Index, term: &Term, options: &[Choice], row: u32) -> String {
    let Some(option) = taken(options, row).filter(|option| option.cost > 0) else { return term.typed.clone() };
    let pieces: Vec<u32> = index.list.name_pieces(row as usize).collect();
    let here = option.words.iter().find(|(piece, _)| piece.is_none_or(|piece| pieces.contains(&piece)));
    here.or(option.words.first()).map_or_else(|| term.typed.clone(), |(_, word)| word.clone())
}

/// What a word may be taken for, one error at a time; `elsewhere`: also on another keyboard or in the other script.
fn mild(index: &Index, term: &Term, elsewhere: bool) -> Vec<Choice> {
    let mut choices = spelling(index, term);
    let letters = term.letters().map_or(0, |word| word.chars().count());
    if let Some(word) = term.letters() {
        choices.extend(typo(index, word, typos::forgiven(letters), 0));
    }
    if elsewhere {
        choices.extend(layout(index, term));
        choices.extend(translit(index, term));
    }
    choices.extend(term.letters().and_then(|word| form(index, word, cost::FORM)));
    choices
}

/// Two mishaps in one word, a missing space, or another article.
fn harsh(index: &Index, term: &Term) -> Vec<Choice> {
    let mut choices = Vec::new();
    for meant in layouts::meant(&term.typed) {
        let other = Term::new(&meant.word);
        let Some(word) = other.as_ref().and_then(Term::letters).filter(|word| word.chars().count() >= SHORTEST_TWICE) else { continue };
        let typos = typo(index, word, typos::forgiven(word.chars().count()).min(1), cost::TWICE);
        choices.extend(typos.into_iter().chain(form(index, word, cost::TWICE)).map(|choice| Choice { ways: meant.ways, ..choice }));
    }
    if let Some(word) = term.letters().filter(|word| word.chars().count() >= 6) {
        choices.extend(misheard(index, word));
    }
    choices.extend(joined(index, term));
    choices.extend(article(index, term));
    choices
}

fn spelling(index: &Index, term: &Term) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut push = |rank, (rows, pieces): (Bits, Vec<u32>)| {
        if !pieces.is_empty() {
            choices.push(Choice { cost: cost::SPELLING, rank, reason: Reason::Spelling, rows, words: index.worded(pieces), ways: 0 });
        }
    };
    let joined = loose(&term.words.concat());
    if fold::has_digit(&joined) {
        let mut folded = String::new();
        fold::words_into(&term.typed, &mut folded);
        let unit = scripts::unit_in_latin(&folded);
        push(0, index.rows_of(index.units(), unit.trim_start(), true));
        choices.extend(apart(index, folded.trim_start(), unit.trim_start()));
    } else if joined.chars().count() >= 3 {
        push(0, index.rows_of(index.loose(), &joined, true));
        if joined.chars().count() >= 4 {
            push(1, index.rows_of(index.loose(), &joined, false));
        }
    }
    let code = without_zeros(&term.typed);
    if fold::has_digit(&code) && code.len() >= 2 {
        let wanted = crc32fast::hash(code.as_bytes());
        let same = |(row, sum): (usize, &u32)| (*sum == wanted && without_zeros(index.list.code(row)) == code).then_some(row);
        let mut rows = Bits::none(index.len());
        index.zeros().iter().enumerate().filter_map(same).for_each(|row| rows.put(row));
        let first = rows.iter().next();
        if let Some(row) = first {
            let shown = index.list.code(row as usize).to_string();
            choices.push(Choice { cost: cost::SPELLING, rank: 0, reason: Reason::Spelling, rows, words: vec![(None, shown)], ways: 0 });
        }
    }
    choices
}

/// A number and its unit, or an article and its number, in the other script and apart; `latin`: with units in Latin letters.
fn apart(index: &Index, typed: &str, latin: &str) -> Option<Choice> {
    let mut rows = Bits::none(index.len());
    let mut words = Vec::new();
    let mut found = |more: Bits, one: &str, other: &str| {
        if !more.is_empty() {
            rows.or(&more);
            words.push((None, format!("{one} {other}")));
        }
    };
    if let Some((number, unit)) = query::phrase(latin) {
        let cyrillic = UNITS.into_iter().filter(|cyrillic| scripts::unit_in_latin(cyrillic) == unit);
        for unit in cyrillic.chain((typed != latin).then_some(unit)) {
            let mut more = Bits::none(index.len());
            index.add_phrase(number, unit, &mut more);
            found(more, number, unit);
        }
    }
    if let Some((letters, number)) = query::article(typed) {
        for letters in [Some(fold::twinned(letters)), fold::cyrillic_twin(letters)].into_iter().flatten().filter(|twin| twin != letters) {
            let mut more = Bits::none(index.len());
            index.add_article(&letters, number, &mut more);
            found(more, &letters, number);
        }
    }
    (!words.is_empty()).then_some(Choice { cost: cost::SPELLING, rank: 1, reason: Reason::Spelling, rows, words, ways: 0 })
}

/// `more`: what is added to the cost, for a word that was changed before.
fn typo(index: &Index, word: &str, errors: u32, more: u8) -> Vec<Choice> {
    // One error or two; whole or begun, the first letter right or not.
    let mut kinds: [[Option<Choice>; 4]; 2] = Default::default();
    typos::near(&index.plain, word, errors, |near| {
        if near.errors == 0 {
            return;
        }
        let rank = usize::from(!near.same_start) + 2 * usize::from(!near.whole);
        let choice = kinds[usize::from(near.errors > 1)][rank].get_or_insert_with(|| Choice {
            cost: more + if near.errors > 1 { cost::TYPOS } else { cost::TYPO },
            rank: rank as u8,
            reason: Reason::Typo,
            rows: Bits::none(index.len()),
            words: Vec::new(),
            ways: 0,
        });
        let piece = index.plain.owner(near.at);
        index.postings().add(piece, &mut choice.rows);
        choice.words.push((Some(piece), near.word));
    });
    kinds.into_iter().flatten().flatten().collect()
}

fn layout(index: &Index, term: &Term) -> Vec<Choice> {
    let mut choices = Vec::new();
    if says_little(term) {
        return choices;
    }
    for (at, meant) in layouts::meant(&term.typed).into_iter().enumerate() {
        // Another sign in a number is another number.
        if !meant.word.chars().any(char::is_alphabetic) {
            continue;
        }
        let Some(other) = Term::new(&meant.word).filter(|other| other.words != term.words) else { continue };
        // Letters alone are a word, not part of an article: the many articles need no look.
        let Matched { start, mut across, mut group, .. } = match other.letters() {
            Some(word) => index.word(word, false),
            None => index.matched(&other),
        };
        let letters = other.words.iter().map(|word| word.chars().count()).min().unwrap_or(0);
        let whole = !meant.phonetic && letters >= 4 && other.letters().is_some_and(|word| index.is_word(word));
        let cost = match (meant.phonetic, whole) {
            (true, _) => cost::TRANSLIT,
            (false, true) => cost::LAYOUT_WORD,
            (false, false) => cost::LAYOUT,
        };
        group.and_not(&across);
        across.and_not(&start);
        let rank = 1 + (at / 2).min(9) as u8 * 2;
        let words = vec![(None, other.words.join(" "))];
        // Inside words only from four letters on: fewer stand inside anything.
        let places = if letters >= 4 { 3 } else { usize::from(choices.is_empty()) };
        for (rank, rows) in [(rank, start), (rank + 1, across), (rank + BY_GROUP, group)].into_iter().take(places) {
            if !rows.is_empty() {
                choices.push(Choice { cost, rank, reason: Reason::Layout, rows, words: words.clone(), ways: meant.ways });
            }
        }
    }
    choices
}

/// What a word sounds like, and where words of the other script stand by their sound.
fn heard<'a>(index: &'a Index, word: &str) -> Option<(Vec<String>, &'a Section)> {
    if scripts::is_latin(word) || scripts::is_latin_with_digits(word) {
        Some((scripts::sounds_of_latin(word), index.cyrillic()))
    } else {
        scripts::is_cyrillic(word).then(|| (scripts::sounds_of_cyrillic(word), index.latin()))
    }
}

fn translit(index: &Index, term: &Term) -> Vec<Choice> {
    let Some(word) = term.words.first().filter(|_| term.words.len() == 1) else { return Vec::new() };
    let Some((sounds, section)) = heard(index, word) else { return Vec::new() };
    // Whole words are as likely as a typing error, beginnings and parts less so.
    let kinds = [(cost::TYPO, 1), (cost::TRANSLIT, 2)].map(|(cost, rank)| (cost, rank, Bits::none(index.len()), Vec::new()));
    let [mut whole, mut part] = kinds;
    for sound in sounds.iter().filter(|sound| sound.chars().count() >= SHORTEST_SOUND) {
        let inside = sound.chars().count() >= LONG_SOUND;
        section.scan(sound, |at, place| {
            if place == Place::Start || inside {
                let kind = if section.get(at).len() == sound.len() + 1 { &mut whole } else { &mut part };
                index.postings().add(section.owner(at), &mut kind.2);
                kind.3.push(section.owner(at));
            }
        });
    }
    let choice = |(cost, rank, rows, pieces)| Choice { cost, rank, reason: Reason::Translit, rows, words: index.worded(pieces), ways: OTHER_SCRIPT };
    [whole, part].into_iter().filter(|kind| !kind.3.is_empty()).map(choice).collect()
}

/// A word in the other script with an error in it.
fn misheard(index: &Index, word: &str) -> Option<Choice> {
    // A word of both scripts is taken for a Cyrillic one.
    let (sounds, section) = heard(index, word).unwrap_or_else(|| (scripts::sounds_of_cyrillic(word), index.latin()));
    let mut rows = Bits::none(index.len());
    let mut pieces = Vec::new();
    for sound in sounds.iter().filter(|sound| sound.chars().count() >= 5) {
        typos::near(section, sound, 1, |near| {
            index.postings().add(section.owner(near.at), &mut rows);
            pieces.push(section.owner(near.at));
        });
    }
    (!pieces.is_empty()).then(|| Choice { cost: cost::TWICE + cost::TRANSLIT, rank: 0, reason: Reason::Translit, rows, words: index.worded(pieces), ways: 0 })
}

fn form(index: &Index, word: &str, cost: u8) -> Option<Choice> {
    let (stem, endings) = forms::stem(word)?;
    let mut rows = Bits::none(index.len());
    let mut words = Vec::new();
    index.plain.scan(stem, |at, place| {
        if place != Place::Start {
            return;
        }
        let piece = index.plain.owner(at);
        if let Some(form) = index.plain.get(at).split_whitespace().find(|word| forms::is_form(word, stem, endings)) {
            index.postings().add(piece, &mut rows);
            words.push((Some(piece), form.to_string()));
        }
    });
    (!words.is_empty()).then_some(Choice { cost, rank: 0, reason: Reason::Form, rows, words, ways: 0 })
}

/// Two words without the space between them.
fn joined(index: &Index, term: &Term) -> Vec<Choice> {
    let Some(word) = term.letters().or_else(|| term.words.first().filter(|_| term.words.len() == 1).map(String::as_str)) else { return Vec::new() };
    let mut choices = Vec::new();
    for (at, _) in word.char_indices().skip(3) {
        let (one, other) = word.split_at(at);
        if other.chars().count() < 3 || !index.is_word(one) {
            continue;
        }
        let (Some(one), Some(other)) = (Term::new(one), Term::new(other)) else { continue };
        let mut rows = index.matched(&one).start;
        rows.and(&index.matched(&other).start);
        if !rows.is_empty() {
            let shown = format!("{} {}", one.typed, other.typed);
            choices.push(Choice { cost: cost::JOINED, rank: 0, reason: Reason::Spelling, rows, words: vec![(None, shown)], ways: 0 });
        }
    }
    choices
}

/// Codes and articles one character away.
fn article(index: &Index, term: &Term) -> Vec<Choice> {
    let mut choices = Vec::new();
    if !fold::has_digit(&term.code) || term.code.chars().count() < 5 {
        return choices;
    }
    let mut rows = Bits::none(index.len());
    let mut words = Vec::new();
    for row in index.codes.near(&term.code, 1) {
        if typos::one_error(&term.code, index.codes.get(row).trim_start()) {
            rows.put(row);
            words.push((None, index.list.code(row).to_string()));
        }
    }
    if !words.is_empty() {
        choices.push(Choice { cost: cost::ARTICLE, rank: 0, reason: Reason::Typo, rows, words, ways: 0 });
    }
    let mut rows = Bits::none(index.len());
    let mut pieces = Vec::new();
    for at in index.coded.near(&term.code, 1) {
        if typos::one_error(&term.code, index.coded.get(at).trim_start()) {
            index.postings().add(index.coded.owner(at), &mut rows);
            pieces.push(index.coded.owner(at));
        }
    }
    if !pieces.is_empty() {
        choices.push(Choice { cost: cost::ARTICLE, rank: 1, reason: Reason::Typo, rows, words: index.worded(pieces), ways: 0 });
    }
    choices
}

impl Index {
    /// Whether it is a whole word of some name.
    fn is_word(&self, word: &str) -> bool {
        let mut whole = false;
        self.plain.scan(word, |at, place| whole |= place == Place::Start && self.plain.get(at).split_whitespace().any(|other| other == word));
        whole
    }
}

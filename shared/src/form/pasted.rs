//! Lines pasted or typed, one product each: code, quantity, perhaps a unit, in any order and with anything between.
//!
//! A line is understood only where one reading of it makes sense; what could be two products or two quantities is refused with
//! its reason. Several columns of cells out of a spreadsheet are a table and are read as one.

use super::cells::{Cell, Row, Sheet, Workbook};
use super::codes::{Found, folded_name};
use super::columns;
use super::quantity::{self, Said};
use super::read::{FoundBy, Goods, Line, Reading, Warning, read_with, settle_twice};
use super::{Note, Reason};
use crate::api::forms::FormColumns;

/// Bytes of text taken.
pub const MOST_TEXT: usize = 1 << 20;
/// Cells from which on pasted columns are a table.
const TABLE_FROM: usize = 4;
/// Words a code written with spaces may have.
const LONGEST_CODE: usize = 3;

/// Reads what is ordered of these goods.
pub fn read(text: &str, goods: &Goods, choices: &[FormColumns]) -> Reading {
    let lines = || (1..).zip(text.lines());
    if let Some(book) = table(text) {
        // What was typed below a table stands in fewer columns than it has; a spreadsheet copies its rows whole.
        let found = columns::find(&book, &book.sheets[0], goods, choices).ok();
        let below = found.and_then(|table| Some((book.sheets[0].rows.get(table.first)?.number, table.quantity)));
        let is_short = |(number, line): &(u32, &str)| below.is_some_and(|(first, quantity)| *number >= first && line.split('\t').count() <= quantity);
        return read_with(&book, goods, choices, |reading| {
            take(reading, lines().filter(is_short), goods);
            reading.lines.sort_by_key(|line| line.row);
        });
    }
    let mut reading = Reading::default();
    take(&mut reading, lines(), goods);
    settle_twice(&mut reading);
    reading
}

/// Takes lines that are no rows of a table.
fn take<'a>(reading: &mut Reading, lines: impl Iterator<Item = (u32, &'a str)>, goods: &Goods) {
    let heard: Vec<(u32, Heard)> = lines.map(|(number, line)| (number, hear(line, goods))).collect();
    let leads = leading(&heard);
    let mut passed = 0_u32;
    for (number, heard) in heard {
        let taken = match heard {
            Heard::Empty => continue,
            Heard::Words => {
                passed += 1;
                continue;
            }
            Heard::One(taken) => taken,
            Heard::Several(all) => settle(all, leads, goods),
        };
        if !add(reading, number, taken, goods) {
            return;
        }
    }
    if passed > 0 {
        reading.warnings.push(Warning::new(Note::LinesPassedOver, passed.to_string()));
    }
}

/// Cells of a spreadsheet, where there are more columns than a code, a quantity and a unit, or a header over them.
fn table(text: &str) -> Option<Workbook> {
    let rows = || text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let widest = rows().map(|cells| cells.len()).max().unwrap_or(0);
    let row = |(number, cells): (u32, Vec<&str>)| Row { number, cells: cells.into_iter().map(|cell| Cell::Text(cell.trim().into())).collect(), formulas: 0 };
    let rows: Vec<Row> = (1..).zip(rows()).map(row).filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
    let sheet = Sheet { name: String::new(), visible: true, rows };
    (widest >= TABLE_FROM || (widest >= 2 && columns::has_header(&sheet))).then(|| Workbook {
        format: "pasted".into(),
        sheets: vec![sheet],
        ..Workbook::default()
    })
}

/// One way to understand a line.
#[derive(Clone, Debug, PartialEq)]
struct Taken {
    /// Whether the product stands before the quantity.
    leads: bool,
    found: Option<(Found, FoundBy)>,
    /// What stands for the code.
    code: String,
    said: Said,
    raw: String,
}

enum Heard {
    Empty,
    /// No product and no number: a greeting, a heading.
    Words,
    One(Taken),
    /// Each of these would be an order.
    Several(Vec<Taken>),
}

/// What separates, where it stands alone.
fn is_between(part: &str) -> bool {
    part.chars().all(|sign| matches!(sign, 'x' | 'X' | 'х' | 'Х' | '×' | '*' | '-' | '–' | '—' | '=' | ':' | ',' | '|' | '•' | '·'))
}

fn has_digit(text: &str) -> bool {
    text.contains(|sign: char| sign.is_ascii_digit())
}

/// The parts of a line, and whether they are cells.
fn parts<'a>(line: &'a str, goods: &Goods) -> (Vec<&'a str>, bool) {
    let mut cells = line.contains(['\t', ';']);
    let mut parts: Vec<&str> = if cells { line.split(['\t', ';']).map(str::trim).collect() } else { line.split_whitespace().collect() };
    // `85123A,12` and `85123A: 12`.
    if let Some(first) = parts.first().copied()
        && let Some((code, rest)) = first.split_once([',', ':', '='])
        && goods.by_code(first) == Found::Nothing
        && goods.by_code(code) != Found::Nothing
    {
        // Behind a code and a comma another comma separates as well: `22423,5,12` orders no 5.12.
        let listed = rest.contains(',') && first[code.len()..].starts_with(',');
        cells |= listed;
        parts.splice(0..1, std::iter::once(code).chain(rest.splitn(if listed { usize::MAX } else { 1 }, ',')));
    }
    parts.retain(|part| !part.is_empty() && !is_between(part));
    (parts, cells)
}

fn hear(line: &str, goods: &Goods) -> Heard {
    let (parts, cells) = parts(line, goods);
    if parts.is_empty() {
        return Heard::Empty;
    }
    let mut all: Vec<((usize, usize), Taken)> = Vec::new();
    let (mut hopeless, mut nothing) = (None, false);
    for (from, to) in ranges(parts.len(), if cells { 1 } else { LONGEST_CODE }) {
        let code = parts[from..to].join(" ");
        let found = goods.by_code(&code);
        let name = match &found {
            Found::Nothing => continue,
            Found::One(item) => goods.items[*item as usize].name.as_str(),
            Found::Several(_) => "",
        };
        let rest: Vec<&str> = parts[..from].iter().chain(&parts[to..]).copied().collect();
        let (said, raw) = amount(&rest, name, cells);
        let taken = Taken { leads: from == 0, found: Some((found, FoundBy::Code)), code, said, raw };
        match &taken.said {
            Said::Nothing => nothing = true,
            Said::Quantity { .. } => all.push(((from, to), taken)),
            // A sign or a mark that could be two numbers still is what was meant for the quantity.
            Said::Refused(reason, _) if hopeless.is_none() || *reason != Reason::NoQuantity => hopeless = hopeless.or(Some(taken)),
            Said::Refused(..) => {}
        }
    }
    // A code within a longer one that explains more of the line.
    let places: Vec<(usize, usize)> = all.iter().map(|(place, _)| *place).collect();
    all.retain(|((from, to), _)| !places.iter().any(|(start, end)| start <= from && to <= end && end - start > to - from));
    match (all.len(), hopeless) {
        (0, None) if nothing => Heard::Empty,
        // A number that is some code by chance, beside the name of another product.
        (0, Some(taken)) => by_name(&parts, cells, goods).filter(|named| matches!(named.said, Said::Quantity { .. })).map_or(Heard::One(taken), Heard::One),
        (0, None) => without_code(&parts, cells, goods),
        (1, _) => {
            let (place, taken) = all.remove(0);
            match mistyped(&parts, place, &taken, cells, goods) {
                Some(other) if other.leads => Heard::Several(vec![other, taken]),
                Some(other) => Heard::Several(vec![taken, other]),
                None => Heard::One(taken),
            }
        }
        _ => Heard::Several(all.into_iter().map(|(_, taken)| taken).collect()),
    }
}

/// The other way to understand two numbers of which one is some product's code: the other may be a code that was mistyped.
/// It may where it is longer, or as long and stands first, as quantities seldom do, and no product's name says which is which.
fn mistyped(parts: &[&str], (from, to): (usize, usize), taken: &Taken, cells: bool, goods: &Goods) -> Option<Taken> {
    let is_number = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit());
    let Some((Found::One(item), _)) = &taken.found else { return None };
    let words: Vec<&str> = parts.iter().flat_map(|part| part.split_whitespace()).collect();
    let is_named = without_name(&words, &goods.items[*item as usize].name).len() < words.len();
    if is_named || to - from > 1 || !is_number(parts[from]) {
        return None;
    }
    let length = parts[from].len();
    let is_longer = |at: usize| parts[at].len() > length || (parts[at].len() == length && at < from);
    let at = (0..parts.len()).find(|at| *at != from && is_number(parts[*at]) && is_longer(*at) && goods.by_code(parts[*at]) == Found::Nothing)?;
    let rest: Vec<&str> = parts[..at].iter().chain(&parts[at + 1..]).copied().collect();
    let (said, raw) = amount(&rest, "", cells);
    matches!(said, Said::Quantity { .. }).then(|| Taken { leads: at == 0, found: None, code: parts[at].into(), said, raw })
}

/// Where a code may stand: any one part, or several words at either end.
fn ranges(count: usize, longest: usize) -> impl Iterator<Item = (usize, usize)> {
    let one = (0..count).map(|at| (at, at + 1));
    let ends = (2..=longest.min(count)).flat_map(move |length| [(0, length), (count - length, count)]);
    // The whole line twice over is the same line.
    one.chain(ends.filter(move |(from, to)| *from != 0 || *to != count || count == 1))
}

/// A product's whole name with its quantity behind it or before it.
fn by_name(parts: &[&str], cells: bool, goods: &Goods) -> Option<Taken> {
    for split in (1..parts.len()).rev() {
        let back = parts.len() - split;
        for (name, rest, leads) in [(&parts[..split], &parts[split..], true), (&parts[back..], &parts[..back], false)] {
            let found = goods.by_name(&name.join(" "));
            if found != Found::Nothing {
                let (said, raw) = amount(rest, "", cells);
                return Some(Taken { leads, found: Some((found, FoundBy::Name)), code: name.join(" "), said, raw });
            }
        }
    }
    None
}

/// A line that names its product otherwise, or none at all.
fn without_code(parts: &[&str], cells: bool, goods: &Goods) -> Heard {
    if !parts.iter().any(|part| has_digit(part)) {
        return Heard::Words;
    }
    if let Some(named) = by_name(parts, cells, goods) {
        return if named.said == Said::Nothing { Heard::Empty } else { Heard::One(named) };
    }
    // Whatever else stands in the line: its first part is shown as the code, or the last where the first is the quantity.
    let reads = |part: &str| matches!(quantity::read(&Cell::Text(part.into()), None), Said::Quantity { .. });
    let last = parts.len() - 1;
    let at = if last > 0 && reads(parts[0]) && !reads(parts[last]) && quantity::kind_of(parts[last]).is_none() { last } else { 0 };
    let rest: Vec<&str> = parts.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, part)| *part).collect();
    let (said, raw) = amount(&rest, "", cells);
    let said = if said == Said::Nothing { Said::Refused(Reason::NoQuantity, String::new()) } else { said };
    Heard::One(Taken { leads: at == 0, found: None, code: parts[at].into(), said, raw })
}

/// The quantity in what is left of a line beside its code. Numbers are never joined, neither those of two `cells` nor those
/// that words stand beside: `5` and `120` are a quantity and a price, not five thousand.
fn amount(rest: &[&str], name: &str, cells: bool) -> (Said, String) {
    let whole = bare(&rest.join(" ")).to_string();
    let read = |text: &str| quantity::read(&Cell::Text(text.into()), None);
    if rest.is_empty() {
        return (Said::Refused(Reason::NoQuantity, String::new()), whole);
    }
    if !cells || rest.len() == 1 {
        // Nothing but a number: its spaces stand between thousands.
        let said = read(&whole);
        if !matches!(said, Said::Refused(Reason::NotANumber, _)) {
            return (said, whole);
        }
    }
    let pieces: Vec<Vec<&str>> = match cells {
        true => rest.iter().map(|cell| cell.split_whitespace().collect()).collect(),
        false => vec![rest.iter().flat_map(|part| part.split_whitespace()).collect()],
    };
    let mut runs: Vec<String> = Vec::new();
    // Whether the last one may have its unit behind it.
    let mut open = false;
    for piece in pieces {
        // The product's own name may hold numbers.
        let words = without_name(&piece, name);
        let cell = words.join(" ");
        if cells && !matches!(read(bare(&cell)), Said::Nothing | Said::Refused(Reason::NotANumber, _)) {
            open = !cell.contains(char::is_alphabetic);
            runs.push(cell);
            continue;
        }
        for word in words {
            if bare(word).trim_start_matches(['-', '\u{2212}', '+']).starts_with(|sign: char| sign.is_ascii_digit()) {
                runs.push(word.to_string());
                open = true;
                continue;
            }
            if let (true, Some(run), Some(_)) = (open, runs.last_mut(), quantity::kind_of(word.trim_end_matches('.'))) {
                run.push(' ');
                run.push_str(word);
            }
            open = false;
        }
    }
    match &runs[..] {
        [] => (Said::Refused(Reason::NoQuantity, String::new()), whole),
        [run] => (read(bare(run)), run.clone()),
        several => (Said::Refused(Reason::SeveralNumbers, several.iter().take(5).cloned().collect::<Vec<_>>().join("; ")), whole),
    }
}

/// `x12`, `×12` and `12x` without their sign.
fn bare(text: &str) -> &str {
    let is_times = |sign: char| matches!(sign, 'x' | 'X' | 'х' | 'Х' | '×' | '*');
    let start = text.strip_prefix(is_times).filter(|rest| rest.trim_start().starts_with(|sign: char| sign.is_ascii_digit())).map_or(text, str::trim_start);
    start.strip_suffix(is_times).filter(|rest| rest.trim_end().ends_with(|sign: char| sign.is_ascii_digit())).map_or(start, str::trim_end)
}

/// The words without those of the product's name, where it stands whole among them.
fn without_name<'a>(rest: &[&'a str], name: &str) -> Vec<&'a str> {
    let words: Vec<&str> = rest.iter().flat_map(|part| part.split_whitespace()).collect();
    let name = folded_name(name);
    let length = name.split(' ').count();
    let found = (!name.is_empty() && length <= words.len())
        .then(|| (0..=words.len() - length).find(|from| folded_name(&words[*from..from + length].join(" ")) == name));
    match found.flatten() {
        Some(from) => words[..from].iter().chain(&words[from + length..]).copied().collect(),
        None => words,
    }
}

/// Whether products lead, by the lines that leave no doubt; nothing where those differ or there are none.
fn leading(heard: &[(u32, Heard)]) -> Option<bool> {
    let mut sure = heard.iter().filter_map(|(_, heard)| match heard {
        Heard::One(Taken { leads, found: Some(_), said: Said::Quantity { .. }, .. }) => Some(*leads),
        _ => None,
    });
    let first = sure.next()?;
    sure.all(|leads| leads == first).then_some(first)
}

/// Of several readings the one that stands as the other lines do.
fn settle(all: Vec<Taken>, leads: Option<bool>, goods: &Goods) -> Taken {
    let mut fitting = all.iter().filter(|taken| Some(taken.leads) == leads);
    if let (Some(one), None) = (fitting.next(), fitting.next()) {
        return one.clone();
    }
    let mut codes: Vec<&str> = Vec::new();
    for taken in &all {
        let code = match taken.found {
            Some((Found::One(item), _)) => goods.items[item as usize].code.as_str(),
            _ => taken.code.as_str(),
        };
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let text = all.iter().map(|taken| format!("{} {}", taken.code, taken.raw)).next().unwrap_or_default();
    let said = Said::Refused(Reason::SeveralProducts, codes.join(", "));
    Taken { leads: true, found: None, code: text, said, raw: String::new() }
}

/// Says whether there was room for it.
fn add(reading: &mut Reading, number: u32, taken: Taken, goods: &Goods) -> bool {
    let Taken { found, code, said, raw, .. } = taken;
    let mut line = Line { sheet: String::new(), row: number, found_by: None, code, item: None, quantity: None, raw, refused: None };
    match found {
        Some((Found::One(item), by)) => {
            line.code.clone_from(&goods.items[item as usize].code);
            (line.item, line.found_by) = (Some(item), Some(by));
        }
        Some((Found::Several(places), _)) => {
            let codes: Vec<&str> = places.iter().map(|place| goods.items[*place as usize].code.as_str()).collect();
            line.refused = Some((Reason::SeveralProducts, codes.join(", ")));
        }
        Some((Found::Nothing, _)) | None => line.refused = Some((Reason::UnknownCode, line.code.clone())),
    }
    match said {
        Said::Quantity { quantity, unit } => {
            line.quantity = Some(quantity);
            if let (Some(item), Some(unit)) = (line.item, unit)
                && quantity::is_other(&unit, &goods.items[item as usize].unit)
            {
                reading.warnings.push(Warning { row: Some(number), ..Warning::new(Note::OtherUnit, unit) });
            }
        }
        // Without a product the quantity says little; several products are said as such.
        Said::Refused(reason, detail) if line.item.is_some() || reason == Reason::SeveralProducts => line.refused = Some((reason, detail)),
        Said::Refused(..) | Said::Nothing => {}
    }
    reading.put(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::Item;
    use super::*;
    use crate::money::Quantity;

    fn goods() -> Goods {
        let item = |code: &str, name: &str, unit: &str| Item { code: code.into(), name: name.into(), unit: unit.into(), ..Item::default() };
        Goods::new(
            vec![
                item("85123A", "White hanging heart", "pc"),
                item("22423", "Regency cakestand 3 tier", "pc"),
                item("AB 12", "Tea, loose", "kg"),
                item("60", "Box of matches", "pc"),
                item("0012", "Spoon", "шт"),
            ],
            false,
        )
    }

    fn told(text: &str) -> Vec<(String, String)> {
        read(text, &goods(), &[])
            .lines
            .iter()
            .map(|line| match (&line.refused, line.quantity) {
                (Some((reason, _)), _) => (line.code.clone(), reason.code().to_string()),
                (None, Some(quantity)) => (line.code.clone(), quantity.to_string()),
                (None, None) => panic!("neither taken nor refused: {text}"),
            })
            .collect()
    }

    #[test]
    fn a_line_is_read_however_it_is_written() {
        for line in [
            "85123A 12",
            "85123a\t12",
            "85123A;12;шт",
            "85123A - 12 шт.",
            "85123A x 12",
            "85123A x12",
            "12 x 85123A",
            "12 шт 85123A",
            "85123A,12",
            "85123A: 12 pcs",
            "85123А 12бр.",
            "85123A White hanging heart 12",
            "85123A\tWhite hanging heart\t12",
            "White hanging heart 12 шт",
            "12 white hanging heart",
            "• 85123A = 12",
        ] {
            assert_eq!(told(line), [("85123A".to_string(), "12".to_string())], "{line}");
        }
        assert_eq!(told("22423 Regency cakestand 3 tier 8"), [("22423".into(), "8".to_string())], "numbers of the name are none of the quantity");
        assert_eq!(told("AB 12 1,5 кг"), [("AB 12".into(), "1.5".to_string())]);
        assert_eq!(told("85123A 1 250"), [("85123A".into(), "1250".to_string())]);
        assert_eq!(told("12 5"), [("0012".into(), "5".to_string())], "zeros that a program dropped");
        assert_eq!(told("12 Spoon 500"), [("0012".into(), "500".to_string())]);
        assert_eq!(told("85123A;1 250"), [("85123A".into(), "1250".to_string())]);
        assert_eq!(told("85123A\t5\tшт."), [("85123A".into(), "5".to_string())]);
    }

    #[test]
    fn numbers_of_several_cells_or_among_words_are_never_joined() {
        for line in ["22423\t5\t120", "22423;5;120", "22423,5,12", "22423\tTea 5\t120", "22423 Heart No 7 120", "22423 Regency cakestand 3 tier 1 250"] {
            assert_eq!(told(line), [("22423".to_string(), "several_numbers".to_string())], "{line}");
        }
        assert_eq!(told("NOSUCH;5;120"), [("NOSUCH".to_string(), "unknown_code".to_string())]);
    }

    #[test]
    fn a_mistyped_code_is_no_quantity_of_another_product() {
        assert_eq!(told("99999 12"), [("99999 12".into(), "several_products".to_string())]);
        assert_eq!(told("99999 12 шт"), [("99999 12 шт".into(), "several_products".to_string())]);
        assert_eq!(told("60 12345"), [("60 12345".into(), "several_products".to_string())]);
        assert_eq!(told("85123A 7\n99999 12"), [("85123A".into(), "7".to_string()), ("99999".into(), "unknown_code".into())]);
        assert_eq!(told("85123A 7\n60 12345"), [("85123A".into(), "7".to_string()), ("60".into(), "12345".into())]);
        assert_eq!(told("7 85123A\n99999 60"), [("85123A".into(), "7".to_string()), ("60".into(), "99999".into())]);
    }

    #[test]
    fn what_could_be_two_things_is_refused_or_settled_by_the_other_lines() {
        assert_eq!(told("22423 60"), [("22423 60".into(), "several_products".to_string())]);
        assert_eq!(told("85123A 12\n22423 60"), [("85123A".into(), "12".to_string()), ("22423".into(), "60".into())]);
        assert_eq!(told("12 85123A\n22423 60"), [("85123A".into(), "12".to_string()), ("60".into(), "22423".into())]);
        assert_eq!(told("85123A 12 for 3"), [("85123A".into(), "several_numbers".to_string())]);
        assert_eq!(told("85123A 12\n85123A 7"), [("85123A".into(), "stands_twice".to_string()), ("85123A".into(), "stands_twice".into())]);
        assert_eq!(told("85123A 12\n85123A 12"), [("85123A".into(), "12".to_string()), ("85123A".into(), "duplicate_row".into())]);
    }

    #[test]
    fn every_line_with_a_number_or_a_product_is_accounted_for() {
        let reading = read("Здравствуйте!\n\n85123A\nNOSUCH 5\n85123A -4\n22423 0\n60 1.000\nСпасибо", &goods(), &[]);
        let told: Vec<_> = reading.lines.iter().map(|line| (line.row, line.refused.as_ref().map(|(reason, _)| *reason))).collect();
        let expected = [(3, Some(Reason::NoQuantity)), (4, Some(Reason::UnknownCode)), (5, Some(Reason::Negative)), (7, Some(Reason::Ambiguous))];
        assert_eq!(told, expected);
        assert_eq!(reading.warnings, [Warning::new(Note::LinesPassedOver, "2")]);
    }

    #[test]
    fn cells_under_a_header_are_a_table() {
        assert_eq!(told("Code\tName\tPrice\tQty\n85123A\tHeart\t2.55\t12\n22423\tStand\t12.75\t\n"), [("85123A".into(), "12".to_string())]);
        assert_eq!(told("Qty\tCode\n60\t22423\n12\t85123A"), [("22423".into(), "60".to_string()), ("85123A".into(), "12".into())]);
    }

    #[test]
    fn what_is_typed_below_a_pasted_table_is_read_as_well() {
        let pasted = "May\nCode\tName\tPrice\tQty\n85123A\tHeart\t2.55\t12\nAB 12\tTea\t2.55\t\n";
        let expected = [("85123A".into(), "12".to_string()), ("22423".into(), "5".into())];
        for more in ["22423\t5", "22423 5", "\n22423 x 5\n"] {
            assert_eq!(told(&format!("{pasted}{more}")), expected, "{more}");
        }
        assert_eq!(told(&format!("{pasted}NOSUCH 5"))[1], ("NOSUCH".into(), "unknown_code".into()));
        let twice = told(&format!("{pasted}85123A 7\n85123A 12"));
        assert!(twice.iter().all(|(_, told)| told == "stands_twice") && twice.len() == 3, "{twice:?}");
        let reading = read(&format!("{pasted}Спасибо"), &goods(), &[]);
        assert!(reading.warnings.contains(&Warning::new(Note::LinesPassedOver, "1")));
        assert_eq!(told("Code\tQty\n85123A\t12\n22423 5"), expected, "a table of two columns");
    }

    proptest! {
        #[test]
        fn a_code_and_a_quantity_are_read_exactly(raw in 1_i64..=9_999_000, first: bool, between in 0_usize..7, unit in 0_usize..5, item in 0_usize..2) {
            let quantity = Quantity::from_raw(raw);
            let code = ["85123A", "22423"][item];
            let amount = format!("{quantity}{}", ["", " шт", "шт.", " pcs", "бр"][unit]);
            let sign = [" ", "\t", ";", " - ", "  x  ", " ; ", "\t\t"][between];
            let line = if first { format!("{code}{sign}{amount}") } else { format!("{amount}{sign}{code}") };
            let reading = read(&line, &goods(), &[]);
            prop_assert_eq!(reading.lines.len(), 1, "{}", line);
            let read = &reading.lines[0];
            // What could be a thousand or a decimal stays in doubt; sixty could be the code.
            let doubtful = matches!(&read.refused, Some((Reason::Ambiguous | Reason::SeveralProducts, _)));
            prop_assert!(doubtful || (read.code.as_str(), read.quantity) == (code, Some(quantity)), "{}: {:?}", line, read);
        }

        #[test]
        fn any_text_is_accounted_for_line_by_line(lines in prop::collection::vec("(85123A|22423|60|x|;|\t|-| |[0-9]{1,4}|[.,]|шт|[a-я]{1,3}|.){0,8}", 0..8)) {
            let text = lines.join("\n");
            let reading = read(&text, &goods(), &[]);
            for line in &reading.lines {
                prop_assert!(line.row as usize <= text.lines().count());
                prop_assert!(line.refused.is_some() || (line.item.is_some() && line.quantity.is_some_and(|quantity| quantity > Quantity::ZERO)), "{:?}", line);
            }
        }
    }
}

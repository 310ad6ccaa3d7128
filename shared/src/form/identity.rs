//! Which form a file is. Each place that can name it has a vote: some programs lose properties, others names or the
//! hidden sheet, and people rename files.

use super::cells::{Cell, Workbook};
use crate::ids::{form_id_is_right, normal_form_id};
use crate::words::{Lang, sheet as words};

/// The places that name a form, and what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The form most places name; none where as many name another.
    pub form_id: Option<String>,
    /// Every form that is named, the most named first, with the places that name it.
    pub votes: Vec<(String, Vec<&'static str>)>,
}

impl Identity {
    /// Whether places contradict each other: then a person has to look.
    pub fn is_disputed(&self) -> bool {
        self.votes.len() > 1
    }
}

/// Rows of a visible sheet in which its form id may stand.
const TOP: usize = 30;

/// Asks every place. `file_name` and `beside` (a mail's subject) are what came with the file. Where people write whatever
/// they like an id counts only with the right check sign (`PO 2024A-12345` looks like one); the form's own places hold
/// those, too, that were issued before there was a check.
pub fn identify(book: &Workbook, file_name: &str, beside: &str) -> Identity {
    let mut votes: Vec<(String, Vec<&'static str>)> = Vec::new();
    let mut vote = |place: &'static str, id: Option<String>| {
        let Some(id) = id else { return };
        match votes.iter_mut().find(|(known, _)| *known == id) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => votes.push((id, vec![place])),
        }
    };
    vote("hidden_sheet", meta(book, "form_id").and_then(|text| normal_form_id(&text)));
    let property = |name: &str| book.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    vote("property", property("OrderFormId").and_then(normal_form_id));
    vote("keywords", property("keywords").and_then(within));
    vote("identifier", property("identifier").and_then(within));
    vote("name", named(book).and_then(|text| normal_form_id(&text)));
    for sheet in book.sheets.iter().filter(|sheet| sheet.visible) {
        for cell in sheet.rows.iter().take(TOP).flat_map(|row| &row.cells) {
            if let Cell::Text(text) = cell {
                vote("cell", labelled(text).or_else(|| announced(text)));
            }
        }
    }
    for text in &book.printed {
        // Codes of place stand before each part.
        vote("printed", right(&["&L", "&C", "&R"].iter().fold(text.clone(), |text, code| text.replace(code, " "))));
    }
    vote("file_name", right(file_name));
    vote("beside", announced(beside).or_else(|| right(beside)));
    // A stable sort: of equals, the place asked first comes first.
    votes.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    let tie = matches!(&votes[..], [first, second, ..] if first.1.len() == second.1.len());
    let form_id = votes.first().filter(|_| !tie).map(|(id, _)| id.clone());
    Identity { form_id, votes }
}

/// A value of the form's hidden sheet, wherever it stands and whatever it is called now.
pub fn meta(book: &Workbook, key: &str) -> Option<String> {
    let sheet = book.sheets.iter().find(|sheet| sheet.is_meta())?;
    sheet.rows.iter().take(TOP).find(|row| row.cell(0).as_text() == Some(key)).map(|row| row.cell(1).text())
}

/// The cell that the name OF_FORM_ID leads to.
fn named(book: &Workbook) -> Option<String> {
    let place = book.place("OF_FORM_ID")?;
    Some(book.sheet(&place.sheet)?.row(place.first)?.cell(place.column).text())
}

/// The first word of a text that is a form id, hyphen and all.
fn within(text: &str) -> Option<String> {
    ids(text).find(|word| is_mixed(word)).and_then(normal_form_id)
}

/// The first one whose check sign is right.
fn right(text: &str) -> Option<String> {
    ids(text).find(|word| is_mixed(word) && form_id_is_right(word)).and_then(normal_form_id)
}

/// The words that are shaped like a form id.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')))
        .filter(|word| word.chars().filter(|sign| !sign.is_alphanumeric()).count() == 1 && word.chars().count() == 11)
        .filter(|word| word.chars().nth(5).is_some_and(|sign| !sign.is_alphanumeric()))
}

/// A telephone number is none: it has no letter. A word is none: it has no number.
fn is_mixed(word: &str) -> bool {
    word.chars().any(char::is_numeric) && word.chars().any(char::is_alphabetic)
}

/// One of fifty ids is letters alone; behind its label, in capitals, it is no other word.
fn is_capital(word: &str) -> bool {
    !word.chars().any(|sign| sign.is_lowercase() || sign.is_numeric())
}

/// The id behind the form's own label, which its sheet begins a cell with.
fn labelled(text: &str) -> Option<String> {
    Lang::ALL.into_iter().find_map(|lang| {
        let label = words::FORM_NO.with(lang, &[("id", &"")]);
        let behind = text.trim_start().strip_prefix(label.as_str())?.split(';').next()?.trim();
        ids(behind).find(|word| *word == behind && (is_mixed(word) || is_capital(word))).and_then(normal_form_id)
    })
}

/// The form id behind a word that announces one.
fn announced(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if !["form", "бланк"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    right(text).or_else(|| ids(text).find(|word| is_capital(word) && form_id_is_right(word)).and_then(normal_form_id))
}

#[cfg(test)]
mod tests {
    use super::super::{Row, Sheet};
    use super::*;

    fn row(number: u32, cells: &[&str]) -> Row {
        Row { number, cells: cells.iter().map(|text| Cell::Text((*text).into())).collect(), formulas: 0 }
    }

    fn book() -> Workbook {
        Workbook {
            sheets: vec![
                Sheet { name: "List".into(), visible: true, rows: vec![row(3, &["Бланк 7K2Q9-M3T42; цены в EUR"])] },
                Sheet { name: "_meta".into(), visible: false, rows: vec![row(1, &["form_id", "7K2Q9-M3T42"]), row(2, &["version", "3"])] },
            ],
            names: vec![("OF_FORM_ID".into(), "_meta!$B$1".into())],
            properties: vec![("OrderFormId".into(), "7K2Q9-M3T42".into()), ("keywords".into(), "7K2Q9-M3T42".into())],
            printed: vec!["&L7K2Q9-M3T42&Cpage &P of &N".into()],
            ..Workbook::default()
        }
    }

    #[test]
    fn every_place_has_a_vote() {
        let all = identify(&book(), "order 7k2q9-m3t42.xlsx", "Re: form 7K2Q9-M3T42");
        assert_eq!(all.form_id.as_deref(), Some("7K2Q9-M3T42"));
        assert!(!all.is_disputed());
        assert_eq!(all.votes[0].1.len(), 8, "{:?}", all.votes);
        assert_eq!(meta(&book(), "version").as_deref(), Some("3"));
        // Each of them is enough.
        let alone = [
            Workbook { sheets: book().sheets[..1].to_vec(), ..Workbook::default() },
            Workbook { sheets: book().sheets[1..].to_vec(), ..Workbook::default() },
            Workbook { properties: book().properties, ..Workbook::default() },
            Workbook { printed: book().printed, ..Workbook::default() },
        ];
        for book in alone {
            assert_eq!(identify(&book, "", "").form_id.as_deref(), Some("7K2Q9-M3T42"));
        }
        assert_eq!(identify(&Workbook::default(), "7K2Q9-M3T42.ods", "").form_id.as_deref(), Some("7K2Q9-M3T42"));
        assert_eq!(identify(&Workbook::default(), "", "Form 7K2Q9-M3T42").form_id.as_deref(), Some("7K2Q9-M3T42"));
        assert_eq!(identify(&Workbook::default(), "", "Form FJZTG-DDZTD; prices in EUR").form_id.as_deref(), Some("FJZTG-DDZTD"));
        assert_eq!(identify(&Workbook::default(), "", "Form for first-class goods"), Identity::default());
        assert_eq!(identify(&Workbook::default(), "tel 12345-67890.xlsx", ""), Identity::default());
    }

    #[test]
    fn what_looks_like_an_id_is_one_only_with_its_check_sign_or_in_the_forms_own_places() {
        let cell = |text: &str| Workbook { sheets: vec![Sheet { name: "List".into(), visible: true, rows: vec![row(3, &[text])] }], ..Workbook::default() };
        let printed = |text: &str| Workbook { printed: vec![text.into()], ..Workbook::default() };
        for (book, file_name, beside) in [
            (Workbook::default(), "", "PO 2024A-12345"),
            (Workbook::default(), "", "Order form for PO 2024A-12345"),
            (Workbook::default(), "order 2024A-12345.xlsx", ""),
            (cell("Our form, PO 2024A-12345"), "", ""),
            (printed("&L2024A-12345"), "", ""),
        ] {
            assert_eq!(identify(&book, file_name, beside), Identity::default(), "{file_name} {beside}");
        }
        // Beside a form it makes no dispute.
        let found = identify(&book(), "2024A-12345.xlsx", "PO 2024A-12345");
        assert_eq!((found.form_id.as_deref(), found.is_disputed()), (Some("7K2Q9-M3T42"), false));
        // Forms issued before there was a check.
        let old = "7K2Q9-M3T4V";
        for book in [
            cell("Form 7K2Q9-M3T4V; prices in EUR"),
            cell("Бланка 7K2Q9-M3T4V; цени в EUR"),
            Workbook { properties: vec![("OrderFormId".into(), old.into())], ..Workbook::default() },
            Workbook { properties: vec![("keywords".into(), old.into())], ..Workbook::default() },
            Workbook {
                sheets: vec![Sheet { name: "_meta".into(), visible: false, rows: vec![row(1, &["form_id", old])] }],
                names: vec![("OF_FORM_ID".into(), "_meta!$B$1".into())],
                ..Workbook::default()
            },
        ] {
            assert_eq!(identify(&book, "", "").form_id.as_deref(), Some(old), "{book:?}");
        }
    }

    #[test]
    fn the_most_votes_win_and_a_contradiction_is_told() {
        let mut other = book();
        other.properties[0].1 = "AAAAA-BBBB1".into();
        let found = identify(&other, "", "");
        assert_eq!(found.form_id.as_deref(), Some("7K2Q9-M3T42"));
        assert!(found.is_disputed());
        let tie = Workbook { properties: vec![("OrderFormId".into(), "AAAAA-BBBB1".into())], ..Workbook::default() };
        assert_eq!(identify(&tie, "7K2Q9-M3T42.xlsx", "").form_id, None);
    }

    #[test]
    fn an_id_is_read_however_it_was_copied() {
        for text in ["7k2q9m3t4v", " 7K2Q9–M3T4V ", "7К2Q9-М3Т4V"] {
            assert_eq!(normal_form_id(text).as_deref(), Some("7K2Q9-M3T4V"), "{text}");
        }
        assert_eq!(normal_form_id("OIL23-45678").as_deref(), Some("01123-45678"));
        for text in ["", "7K2Q9-M3T4", "7K2Q9-M3T4VX", "7K2Q9-M3T4U", "7K2Q9/M3T4V"] {
            assert_eq!(normal_form_id(text), None, "{text}");
        }
    }
}

//! Which form a file is. Each place that can name it has a vote: some programs lose properties, others names or the
//! hidden sheet, and people rename files.

use super::cells::{Cell, Workbook};
use crate::ids::normal_form_id;

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

/// Asks every place. `file_name` and `beside` (a mail's subject) are what came with the file.
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
                vote("cell", announced(text));
            }
        }
    }
    for text in &book.printed {
        // Codes of place stand before each part.
        vote("printed", within(&["&L", "&C", "&R"].iter().fold(text.clone(), |text, code| text.replace(code, " "))));
    }
    vote("file_name", within(file_name));
    vote("beside", announced(beside).or_else(|| within(beside)));
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

/// The first word of a text that is a form id, hyphen and all. A telephone number is none: it has no letter.
fn within(text: &str) -> Option<String> {
    first(text, |word| word.chars().any(char::is_numeric) && word.chars().any(char::is_alphabetic))
}

fn first(text: &str, is_id: impl Fn(&str) -> bool) -> Option<String> {
    text.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')))
        .filter(|word| word.chars().filter(|sign| !sign.is_alphanumeric()).count() == 1 && word.chars().count() == 11)
        .filter(|word| word.chars().nth(5).is_some_and(|sign| !sign.is_alphanumeric()))
        .find(|word| is_id(word))
        .and_then(normal_form_id)
}

/// The form id behind the word that announces it on the sheet.
fn announced(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if !["form", "бланк"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    // One of fifty ids is letters alone; behind that word, in capitals, it is no other word.
    within(text).or_else(|| first(text, |word| !word.chars().any(|sign| sign.is_lowercase() || sign.is_numeric())))
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
                Sheet { name: "List".into(), visible: true, rows: vec![row(3, &["Бланк 7K2Q9-M3T4V; цены в EUR"])] },
                Sheet { name: "_meta".into(), visible: false, rows: vec![row(1, &["form_id", "7K2Q9-M3T4V"]), row(2, &["version", "3"])] },
            ],
            names: vec![("OF_FORM_ID".into(), "_meta!$B$1".into())],
            properties: vec![("OrderFormId".into(), "7K2Q9-M3T4V".into()), ("keywords".into(), "7K2Q9-M3T4V".into())],
            printed: vec!["&L7K2Q9-M3T4V&Cpage &P of &N".into()],
            ..Workbook::default()
        }
    }

    #[test]
    fn every_place_has_a_vote() {
        let all = identify(&book(), "order 7k2q9-m3t4v.xlsx", "Re: form 7K2Q9-M3T4V");
        assert_eq!(all.form_id.as_deref(), Some("7K2Q9-M3T4V"));
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
            assert_eq!(identify(&book, "", "").form_id.as_deref(), Some("7K2Q9-M3T4V"));
        }
        assert_eq!(identify(&Workbook::default(), "7K2Q9-M3T4V.ods", "").form_id.as_deref(), Some("7K2Q9-M3T4V"));
        assert_eq!(identify(&Workbook::default(), "", "Form 7K2Q9-M3T4V").form_id.as_deref(), Some("7K2Q9-M3T4V"));
        assert_eq!(identify(&Workbook::default(), "", "Form FJZTG-DDZTG; prices in EUR").form_id.as_deref(), Some("FJZTG-DDZTG"));
        assert_eq!(identify(&Workbook::default(), "", "Form for first-class goods"), Identity::default());
        assert_eq!(identify(&Workbook::default(), "tel 12345-67890.xlsx", ""), Identity::default());
    }

    #[test]
    fn the_most_votes_win_and_a_contradiction_is_told() {
        let mut other = book();
        other.properties[0].1 = "AAAAA-BBBB1".into();
        let found = identify(&other, "", "");
        assert_eq!(found.form_id.as_deref(), Some("7K2Q9-M3T4V"));
        assert!(found.is_disputed());
        let tie = Workbook { properties: vec![("OrderFormId".into(), "AAAAA-BBBB1".into())], ..Workbook::default() };
        assert_eq!(identify(&tie, "7K2Q9-M3T4V.xlsx", "").form_id, None);
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

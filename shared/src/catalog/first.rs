//! The first screen of a price list as HTML: the server puts it into the page it sends, and the page keeps it for its own next start.
//! It lies over the page until the page's own rows are painted.

use std::fmt::Write;

use super::columns::Columns;
use super::rows::{Look, cells, escape, group_html, head_html, row_html};
use crate::words::{Word, common, shop};

/// A tall screen full.
pub const ROWS: usize = 44;
/// Numbers of rows in ids begin here: the app's own begin at nought, and both are in the page for a moment.
const SLOTS: usize = 10_000;

/// What the first screen shows of a list, and says of the rest.
#[derive(Debug)]
pub struct Opening {
    /// The head and the first rows.
    pub list: Columns,
    pub goods: usize,
    /// Characters of its longest code.
    pub longest_code: usize,
    /// For each first row, how many goods its group has from there on.
    pub in_group: Vec<u32>,
}

impl Opening {
    pub fn of(whole: &Columns) -> Self {
        let rows = whole.len().min(ROWS);
        let mut in_group = vec![0; rows];
        // From behind: only the last one's group is gone through.
        for row in (0..rows).rev() {
            let same = |other: usize| whole.group(other) == whole.group(row);
            in_group[row] = match in_group.get(row + 1) {
                Some(next) if same(row + 1) => next + 1,
                _ => (row..whole.len()).take_while(|other| same(*other)).count() as u32,
            };
        }
        Self { list: whole.beginning(rows), goods: whole.len(), longest_code: longest_code(whole), in_group }
    }
}

/// What stands above the rows.
#[derive(Clone, Copy, Debug)]
pub struct Above<'a> {
    /// The firm's name; empty: none yet.
    pub firm: &'a str,
    /// Its logo's address, width and height.
    pub logo: Option<(&'a str, u32, u32)>,
    /// From when prices are.
    pub as_of: &'a str,
    /// Nobody is signed in.
    pub sign_in: bool,
}

/// Characters of a list's longest code.
pub fn longest_code(list: &Columns) -> usize {
    list.codes().iter().map(|code| code.chars().count()).max().unwrap_or_default()
}

/// The list's classes by its longest code: the column is as wide as the firm's codes need.
pub fn code_classes(longest: usize) -> &'static str {
    match longest {
        0..=8 => "",
        9..=13 => " codes-long",
        _ => " codes-longest",
    }
}

/// The first screen as HTML, with prices as `list` has them: the opening's own, or less a discount. `more` are classes of the list.
pub fn html(opening: &Opening, list: &Columns, above: &Above<'_>, look: &Look, more: &str) -> String {
    let lang = look.lang;
    let say = |word: Word| escape(word.say(lang));
    let mut html = String::with_capacity(60_000);
    let name = if above.firm.is_empty() { common::KONTOR.say(lang) } else { above.firm };
    let _ = write!(html, r#"<div id="first" lang="{}"><header class="bar"><a class="firm" href="/">"#, lang.tag());
    if let Some((url, width, height)) = above.logo {
        let _ = write!(html, r#"<img src="{}" width="{width}" height="{height}" alt="">"#, escape(url));
    }
    let _ = write!(
        html,
        concat!(
            r#"{name}</a><nav class="only-l" aria-label="{menu}"><a href="/" aria-current="page">{list}</a><a href="/orders">{orders}</a>"#,
            r#"<a href="/about">{about}</a></nav><span class="push"></span><span class="item s only-xl">{as_of}</span>"#,
        ),
        name = escape(name),
        menu = say(common::MENU),
        list = say(shop::PRICE_LIST),
        orders = say(shop::ORDERS),
        about = say(shop::ABOUT),
        as_of = escape(above.as_of),
    );
    if above.sign_in {
        let _ = write!(html, r#"<a class="item" href="/sign-in">{}</a>"#, say(common::SIGN_IN));
    }
    let _ = write!(
        html,
        concat!(
            r#"</header><div class="shop"><div class="shop-tree"></div><main class="shop-list"><h1 class="vh">{title}</h1>"#,
            r#"<div class="find"><div class="search"><input class="in" type="text" inputmode="search" autocomplete="off" spellcheck="false" maxlength="200" "#,
            r#"aria-label="{search}" placeholder="{search}"></div></div><div class="chips"></div><div class="found"><span>{goods}</span></div>"#,
            r#"<div class="list{codes}{columns}{more}" role="grid" aria-label="{title}" aria-rowcount="{count}" tabindex="0">{head}"#,
        ),
        title = say(shop::PRICE_LIST),
        search = say(shop::SEARCH),
        goods = escape(&shop::GOODS.say(lang, opening.goods as u64)),
        codes = code_classes(opening.longest_code),
        columns = look.shown.classes(),
        more = more,
        count = opening.goods + list.head.groups.len() + 1,
        head = head_html(look),
    );
    rows(&mut html, list, &opening.in_group, look);
    let _ = write!(html, r#"</div></main><aside class="shop-order"><h2>{}</h2></aside></div></div>"#, say(common::ORDER));
    html
}

/// The first rows under their groups, as the list is laid out before anything is asked.
fn rows(html: &mut String, list: &Columns, in_group: &[u32], look: &Look) {
    let (mut open, mut at) = (None, 0);
    for (row, rows) in in_group.iter().enumerate() {
        let group = list.group(row);
        if open != Some(group) {
            open = Some(group);
            html.push_str(&group_html(list, group, *rows, look.lang, at));
            at += 1;
        }
        html.push_str(&row_html(&cells(list, row, look), look, SLOTS + row, at));
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GroupRow, ProductRow, Snapshot};
    use super::*;
    use crate::money::VatMode;

    fn list(goods: usize) -> Columns {
        let group = |code: &str| GroupRow { code: code.into(), name: code.into(), parent: None };
        let product =
            |at: usize| ProductRow { code: format!("{at:0>width$}", width = at % 9 + 1), group: u32::from(at >= 40), price: 10_000, ..ProductRow::default() };
        Columns::from_snapshot(&Snapshot {
            version: 1,
            overlay: "wholesale".into(),
            currency: "EUR".parse().unwrap(),
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups: vec![group("a"), group("b")],
            attributes: Vec::new(),
            products: (0..goods).map(product).collect(),
        })
    }

    #[test]
    fn the_beginning_says_what_the_whole_would() {
        let whole = list(100);
        let opening = Opening::of(&whole);
        assert_eq!((opening.goods, opening.longest_code, opening.list.len()), (100, 9, ROWS));
        assert_eq!((opening.in_group[0], opening.in_group[39], opening.in_group[40]), (40, 1, 60));
        for row in 0..ROWS {
            assert_eq!(opening.list.product(row), whole.product(row));
        }
        assert_eq!(Opening::of(&list(0)).goods, 0);
    }
}

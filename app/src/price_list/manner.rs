//! How this reader wants the list: sort, columns, row height, favourites. Kept in this browser; favourites for each
//! reader apart.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::rows::Shown;
use kontor_shared::catalog::search::fold_text;
use kontor_shared::words::{Word, list as words, shop as shop_words};
use leptos::prelude::*;

use crate::browser;
use crate::house::{house, lasting};

const COLUMNS: &str = "kontor.columns";
const DENSITY: &str = "kontor.density";
const FAVOURITES: &str = "kontor.favourites";

/// The order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Group,
    Match,
    Cheapest,
    Dearest,
    Name,
    Newest,
}

impl Sort {
    pub const ALL: [Self; 6] = [Self::Group, Self::Match, Self::Cheapest, Self::Dearest, Self::Name, Self::Newest];
    /// As it stands in the address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Match => "match",
            Self::Cheapest => "cheapest",
            Self::Dearest => "dearest",
            Self::Name => "name",
            Self::Newest => "newest",
        }
    }
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.key() == key)
    }
    pub const fn word(self) -> Word {
        match self {
            Self::Group => shop_words::BY_GROUP,
            Self::Match => shop_words::BEST_MATCH,
            Self::Cheapest => words::CHEAPEST,
            Self::Dearest => words::DEAREST,
            Self::Name => words::BY_NAME,
            Self::Newest => words::NEWEST,
        }
    }
    /// All rows in this order; nothing where the search or the list itself gives it. Equal rows stay as in the list.
    pub fn order(self, list: &Columns) -> Option<Vec<u32>> {
        let mut rows: Vec<u32> = (0..list.len() as u32).collect();
        match self {
            Self::Group | Self::Match => return None,
            Self::Cheapest => rows.sort_by_key(|row| list.price(*row as usize)),
            Self::Dearest => rows.sort_by_key(|row| std::cmp::Reverse(list.price(*row as usize))),
            Self::Name => rows.sort_by_cached_key(|row| fold_text(&list.name(*row as usize))),
            Self::Newest => rows.sort_by_key(|row| !list.is_new(*row as usize)),
        }
        Some(rows)
    }
}

#[derive(Clone, Copy)]
pub struct Manner {
    pub sort: RwSignal<Sort>,
    pub shown: RwSignal<Shown>,
    pub comfortable: RwSignal<bool>,
    /// Codes of favourites.
    pub favourites: RwSignal<BTreeSet<String>>,
    pub only_favourites: RwSignal<bool>,
    /// The details of the current row are shown.
    pub details: RwSignal<bool>,
}

thread_local! {
    static MANNER: OnceCell<Manner> = const { OnceCell::new() };
}

/// Where this reader's favourites are kept.
fn favourites_key() -> String {
    house().session.with_untracked(|session| session.as_ref().map_or_else(|| FAVOURITES.to_string(), |session| format!("{FAVOURITES}.{}", session.login)))
}

/// One code a line: no code has a line end in it.
fn kept_favourites() -> BTreeSet<String> {
    browser::stored(&favourites_key()).unwrap_or_default().lines().filter(|code| !code.is_empty()).map(String::from).collect()
}

/// The one manner of this page; it outlives it.
pub fn manner() -> Manner {
    MANNER.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| {
                let manner = Manner {
                    sort: RwSignal::new(Sort::Group),
                    shown: RwSignal::new(browser::stored(COLUMNS).map_or_else(Shown::default, |text| Shown::read(&text))),
                    comfortable: RwSignal::new(browser::stored(DENSITY).as_deref() == Some("comfortable")),
                    favourites: RwSignal::new(BTreeSet::new()),
                    only_favourites: RwSignal::new(false),
                    details: RwSignal::new(false),
                };
                // Another reader has other favourites.
                Effect::new(move |_| {
                    house().session.track();
                    manner.favourites.set(kept_favourites());
                });
                manner
            })
        })
    })
}

impl Manner {
    pub fn show_columns(self, shown: Shown) {
        self.shown.set(shown);
        browser::store(COLUMNS, &shown.write());
    }
    pub fn be_comfortable(self, comfortable: bool) {
        self.comfortable.set(comfortable);
        browser::store(DENSITY, if comfortable { "comfortable" } else { "dense" });
    }
    /// Makes a product a favourite, or no longer.
    pub fn star(self, code: &str) {
        // Another tab may have changed them.
        let mut favourites = kept_favourites();
        if !favourites.remove(code) {
            favourites.insert(code.to_string());
        }
        let text: Vec<&str> = favourites.iter().map(String::as_str).collect();
        browser::store(&favourites_key(), &text.join("\n"));
        self.favourites.set(favourites);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot};
    use kontor_shared::money::{Currency, VatMode};

    #[test]
    fn each_order_keeps_equal_rows_as_in_the_list() {
        let product = |name: &str, price, new| ProductRow { code: name.into(), name: name.into(), price, new, ..ProductRow::default() };
        let list = Columns::from_snapshot(&Snapshot {
            version: 1,
            overlay: String::new(),
            currency: Currency::EUR,
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: String::new(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups: vec![GroupRow { code: "g".into(), name: "g".into(), parent: None }],
            attributes: Vec::new(),
            products: vec![product("Ёлка", 2, false), product("дрель", 1, true), product("Ведро", 2, true)],
        });
        for (sort, expected) in [
            (Sort::Group, None),
            (Sort::Match, None),
            (Sort::Cheapest, Some(vec![1, 0, 2])),
            (Sort::Dearest, Some(vec![0, 2, 1])),
            (Sort::Name, Some(vec![2, 1, 0])),
            (Sort::Newest, Some(vec![1, 2, 0])),
        ] {
            assert_eq!(sort.order(&list), expected, "{sort:?}");
            assert_eq!(Sort::parse(sort.key()), Some(sort));
        }
    }
}

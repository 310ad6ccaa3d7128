//! The price list in memory, searched here; and how the reader looks at it. Where it comes from is [`fetch`]'s, what this
//! browser keeps of it [`kept`]'s, and what becomes of a newer one [`newer`]'s.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use kontor_shared::api::PriceListInfo;
use kontor_shared::catalog::ProductRow;
use kontor_shared::catalog::by_code::ByCode;
use kontor_shared::catalog::columns::{Columns, Head};
use kontor_shared::catalog::search::{Bits, Index};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::house::lasting;

mod fetch;
pub mod kept;
mod newer;
mod place;

pub use fetch::reader;

/// One version as this reader sees it, ready to search.
pub struct Catalogue {
    pub info: PriceListInfo,
    /// What the server says of it by now: its least order and its last day change while the list stays.
    pub now: ArcRwSignal<PriceListInfo>,
    pub index: Index,
    rows: ByCode,
    /// For each group, itself and those above it.
    pub ancestors: Vec<Vec<u32>>,
    /// For each group, those directly below it.
    pub below: Vec<Vec<u32>>,
}

impl Catalogue {
    fn new(info: PriceListInfo, list: Columns) -> Self {
        let rows = ByCode::new(&list);
        let groups = &list.head.groups;
        let ancestors = (0..groups.len())
            .map(|group| {
                let mut chain = vec![group as u32];
                let mut at = groups[group].parent;
                // A parent stands before its child; a list that breaks that ends the walk instead of looping.
                while let Some(parent) = at.filter(|parent| (*parent as usize) < chain[chain.len() - 1] as usize) {
                    chain.push(parent);
                    at = groups[parent as usize].parent;
                }
                chain
            })
            .collect();
        let mut below = vec![Vec::new(); groups.len()];
        for (group, row) in groups.iter().enumerate() {
            if let Some(children) = row.parent.and_then(|parent| below.get_mut(parent as usize)) {
                children.push(group as u32);
            }
        }
        Self { now: ArcRwSignal::new(info.clone()), info, index: Index::new(Arc::new(list)), rows, ancestors, below }
    }
    pub fn list(&self) -> &Columns {
        self.index.list()
    }
    pub fn head(&self) -> &Head {
        &self.list().head
    }
    /// How many goods there are.
    pub fn goods(&self) -> usize {
        self.index.len()
    }
    pub fn product(&self, row: u32) -> Option<ProductRow> {
        ((row as usize) < self.goods()).then(|| self.list().product(row as usize))
    }
    /// Rows as a set.
    pub fn rows(&self, rows: &[u32]) -> Bits {
        let mut set = Bits::none(self.goods());
        rows.iter().for_each(|row| set.put(*row as usize));
        set
    }
    pub fn code(&self, row: u32) -> &str {
        self.list().code(row as usize)
    }
    /// The group of a row and those above it.
    pub fn groups_of(&self, row: u32) -> &[u32] {
        if row as usize >= self.goods() {
            return &[];
        }
        self.ancestors.get(self.list().group(row as usize) as usize).map_or(&[], Vec::as_slice)
    }
    pub fn row(&self, code: &str) -> Option<u32> {
        self.rows.get(self.list(), code)
    }
    pub fn by_code(&self, code: &str) -> Option<ProductRow> {
        self.row(code).and_then(|row| self.product(row))
    }
    pub fn group_name(&self, group: u32) -> &str {
        self.head().groups.get(group as usize).map_or("", |group| &group.name)
    }
}

/// Whether the list is here.
#[derive(Clone)]
pub enum Fetch {
    Asking,
    Failed(ApiError),
    Here(Arc<Catalogue>),
}

/// The list and the reader's way of looking at it; both outlive the page.
#[derive(Clone, Copy)]
pub struct Shop {
    pub list: RwSignal<Fetch>,
    /// A newer version, which the reader has not taken yet.
    pub newer: RwSignal<Option<Arc<newer::Newer>>>,
    /// The reader has seen that it is there.
    pub put_off: RwSignal<bool>,
    pub query: RwSignal<String>,
    /// The query is taken as it is, without repair.
    pub literal: RwSignal<bool>,
    pub group: RwSignal<Option<u32>>,
    pub in_stock: RwSignal<bool>,
    pub new: RwSignal<bool>,
    pub promotion: RwSignal<bool>,
    /// Values chosen of attributes, by number.
    pub values: RwSignal<BTreeMap<usize, BTreeSet<u32>>>,
    pub bought: RwSignal<bool>,
    pub price_min: RwSignal<String>,
    pub price_max: RwSignal<String>,
    /// Groups of the tree whose subgroups are shown.
    pub opened: RwSignal<HashSet<u32>>,
    /// The current row, by product code: it stays current when the hits change.
    pub current: RwSignal<Option<u32>>,
    /// Rows of products bought before; known some time after sign-in.
    pub bought_rows: RwSignal<Option<Arc<Bits>>>,
    /// How far the list is scrolled.
    pub scroll: RwSignal<f64>,
    /// The row at the top of the view: the same place in another list is another distance.
    pub top: RwSignal<Option<u32>>,
    /// Where the reader was in the list let go, until the next one is here.
    left: StoredValue<Option<place::Named>>,
}

thread_local! {
    static SHOP: OnceCell<Shop> = const { OnceCell::new() };
}

pub fn shop() -> Shop {
    SHOP.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| {
                let shop = Shop {
                    list: RwSignal::new(Fetch::Asking),
                    newer: RwSignal::new(None),
                    put_off: RwSignal::new(false),
                    query: RwSignal::new(String::new()),
                    literal: RwSignal::new(false),
                    group: RwSignal::new(None),
                    in_stock: RwSignal::new(false),
                    new: RwSignal::new(false),
                    promotion: RwSignal::new(false),
                    values: RwSignal::new(BTreeMap::new()),
                    bought: RwSignal::new(false),
                    price_min: RwSignal::new(String::new()),
                    price_max: RwSignal::new(String::new()),
                    opened: RwSignal::new(HashSet::new()),
                    current: RwSignal::new(None),
                    bought_rows: RwSignal::new(None),
                    scroll: RwSignal::new(0.0),
                    top: RwSignal::new(None),
                    left: StoredValue::new(None),
                };
                shop.follow();
                shop
            })
        })
    })
}

impl Shop {
    /// The list, once it is here; tracked.
    pub fn here(self) -> Option<Arc<Catalogue>> {
        self.list.with(|list| match list {
            Fetch::Here(catalogue) => Some(catalogue.clone()),
            _ => None,
        })
    }

    pub fn here_untracked(self) -> Option<Arc<Catalogue>> {
        untrack(|| self.here())
    }

    /// Everything shown again.
    pub fn reset(self) {
        for flag in [self.in_stock, self.new, self.promotion, self.bought, self.literal] {
            flag.set(false);
        }
        self.values.set(BTreeMap::new());
        self.group.set(None);
        self.query.set(String::new());
        self.price_min.set(String::new());
        self.price_max.set(String::new());
    }
}

//! The price list in memory: fetched once per version and price type, searched here; and how the reader looks at it.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kontor_shared::api::{Bought, PriceListInfo};
use kontor_shared::catalog::ProductRow;
use kontor_shared::catalog::columns::{Columns, Head};
use kontor_shared::catalog::search::{Bits, Index};
use kontor_shared::words::shop as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::house::house;
use crate::lang::{lang, say};
use crate::ui::toast;

/// One version as this reader sees it, ready to search.
pub struct Catalogue {
    pub info: PriceListInfo,
    pub index: Index,
    rows: HashMap<String, u32>,
    /// For each group, itself and those above it.
    pub ancestors: Vec<Vec<u32>>,
}

impl Catalogue {
    fn new(info: PriceListInfo, list: Columns) -> Self {
        let rows = list.codes().iter().enumerate().map(|(row, code)| (code.to_string(), row as u32)).collect();
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
        Self { info, index: Index::new(Arc::new(list)), rows, ancestors }
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
        let group = self.list().groups().get(row as usize).copied().unwrap_or(u32::MAX);
        self.ancestors.get(group as usize).map_or(&[], Vec::as_slice)
    }
    pub fn row(&self, code: &str) -> Option<u32> {
        self.rows.get(code).copied()
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
}

/// A list asked for longer ago than this is asked for again when the reader comes back.
const STALE_MS: u64 = 60_000;

thread_local! {
    static SHOP: OnceCell<Shop> = const { OnceCell::new() };
    /// Counts fetches, so that an answer overtaken by a later question is dropped.
    static ASKED: Cell<u32> = const { Cell::new(0) };
    static ASKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// Whether no later question has overtaken this one.
fn latest(asked: u32) -> bool {
    ASKED.get() == asked
}

pub fn shop() -> Shop {
    SHOP.with(|cell| {
        *cell.get_or_init(|| {
            let root = Owner::new_root(None);
            let shop = root.with(|| {
                let shop = Shop {
                    list: RwSignal::new(Fetch::Asking),
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
                };
                // Another reader may see other prices: whoever signs in or out gets the list anew.
                let reader = Memo::new(move |_| house().session.get().map(|session| session.login));
                Effect::new(move |_| {
                    // `track` alone would not make the memo look at the session.
                    let _ = reader.get();
                    shop.fetch_for(true);
                });
                // Whoever filters by what was bought, where the answer failed to come, has it asked for again.
                Effect::new(move |_| {
                    if shop.bought.get() && shop.bought_rows.with_untracked(Option::is_none) {
                        spawn_local(shop.fetch_bought(ASKED.get()));
                    }
                });
                // Whoever comes back to the page after a while sees the list that is in force.
                let _ = window_event_listener(leptos::ev::focus, move |_| {
                    let old = browser::now().saturating_sub(ASKED_AT.get()) > STALE_MS;
                    if old && matches!(shop.list.get_untracked(), Fetch::Here(_)) {
                        shop.fetch_for(false);
                    }
                });
                shop
            });
            std::mem::forget(root);
            shop
        })
    })
}

impl Shop {
    /// Asks again after a failure, or for a newer version.
    pub fn fetch(self) {
        self.fetch_for(!matches!(self.list.get_untracked(), Fetch::Here(_)));
    }

    /// Asks which version is in force, and for its rows unless they are here. A list of the same reader stays in use
    /// meanwhile, and also when the answer does not come.
    fn fetch_for(self, new_reader: bool) {
        let asked = ASKED.get() + 1;
        ASKED.set(asked);
        ASKED_AT.set(browser::now());
        let before = self.here_untracked().map(|catalogue| catalogue.info.snapshot_url.clone());
        // Nothing is ordered at another reader's prices.
        if before.is_none() || new_reader {
            self.list.set(Fetch::Asking);
        }
        spawn_local(async move {
            let answer = self.get().await;
            if !latest(asked) {
                return;
            }
            match answer {
                Ok(Some(catalogue)) => {
                    // Row numbers belong to a version.
                    self.current.set(None);
                    self.group.set(None);
                    self.values.set(BTreeMap::new());
                    self.bought_rows.set(None);
                    if before.is_some() && !new_reader {
                        toast::tell(words::NEW_LIST.with(lang(), &[("list", &catalogue.info.version)]));
                    }
                    self.list.set(Fetch::Here(Arc::new(catalogue)));
                }
                Ok(None) => {}
                Err(_) if before.is_some() && !new_reader => return,
                Err(error) => self.list.set(Fetch::Failed(error)),
            }
            self.fetch_bought(asked).await;
        });
    }

    /// The version in force, or nothing where it is here already.
    async fn get(self) -> api::Result<Option<Catalogue>> {
        let info: PriceListInfo = api::get("/api/price-list").await?;
        if let Fetch::Here(here) = self.list.get_untracked()
            && here.info.snapshot_url == info.snapshot_url
            && here.info.discount == info.discount
        {
            return Ok(None);
        }
        let bytes = api::get_bytes(&info.snapshot_url).await?;
        let list = Columns::decode(&bytes).map_err(|error| ApiError::unreadable(200, error.to_string()))?.less(info.discount);
        Ok(Some(Catalogue::new(info, list)))
    }

    async fn fetch_bought(self, asked: u32) {
        let buyer = house().session.with_untracked(|session| session.as_ref().is_some_and(|session| session.customer.is_some()));
        if !buyer {
            self.bought.set(false);
            self.bought_rows.set(None);
            return;
        }
        let answer = api::get::<Bought>("/api/bought").await;
        // Another reader's list may be on its way by now.
        if !latest(asked) {
            return;
        }
        match (answer, self.here_untracked()) {
            (Ok(bought), Some(catalogue)) => {
                let rows: Bits = bought.codes.iter().filter_map(|code| catalogue.row(code)).collect();
                self.bought_rows.set(Some(Arc::new(rows)));
            }
            // Whoever filters by it is told; the filter stands ready to be tried again.
            (Err(_), _) if self.bought.get_untracked() => {
                self.bought.set(false);
                toast::fail(say(words::BOUGHT_NOT_HERE));
            }
            _ => {}
        }
    }

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

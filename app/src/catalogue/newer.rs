//! A version newer than the one in use: announced, and taken when the reader says so; never swapped under their hands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kontor_shared::api::PriceListInfo;
use kontor_shared::words::offline;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Catalogue, Fetch, Shop, kept};
use crate::house::memory;
use crate::lang::lang;
use crate::ui::toast;

/// A whole version that waits, as it came.
pub struct Newer {
    pub info: PriceListInfo,
    pub bytes: Vec<u8>,
}

impl Newer {
    pub(super) fn announce(shop: Shop, newer: Self) {
        shop.put_off.set(false);
        shop.newer.set(Some(Arc::new(newer)));
    }
}

impl Shop {
    /// The reader takes the version that waits. Query, filters, place and quantities stay.
    pub fn take_newer(self) {
        let Some(newer) = self.newer.get_untracked() else { return };
        self.newer.set(None);
        // Whole when it came; the memory it lies in has not been out of our hands since.
        let Some(list) = kept::decode(&newer.info, &newer.bytes) else { return self.fetch() };
        let catalogue = Catalogue::new(newer.info.clone(), list.less(newer.info.discount));
        let before = self.here_untracked();
        let place = before.map(|before| self.place().carried(&before, &catalogue));
        let version = newer.info.version;
        // The list first: what looks at the old one goes with it and never meets numbers of the new one.
        self.list.set(Fetch::Here(Arc::new(catalogue)));
        if let Some(place) = place {
            self.group.set(place.group);
            self.opened.set(place.opened.into_iter().collect());
            self.values.set(place.values);
            self.current.set(place.current);
        }
        self.bought_rows.set(None);
        self.mark_kept_bought();
        toast::tell(offline::LIST_TAKEN.with(lang(), &[("list", &version)]));
        spawn_local(async move { kept::keep_list(&memory::reader_now(), &newer.info, &newer.bytes).await });
    }

    fn place(self) -> Place {
        Place {
            group: self.group.get_untracked(),
            opened: self.opened.with_untracked(|opened| opened.iter().copied().collect()),
            values: self.values.get_untracked(),
            current: self.current.get_untracked(),
        }
    }
}

/// Where the reader is, in numbers that belong to one version.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    group: Option<u32>,
    opened: BTreeSet<u32>,
    values: BTreeMap<usize, BTreeSet<u32>>,
    current: Option<u32>,
}

impl Place {
    /// The same place in another version: by codes and names. What is not there any more is let go.
    fn carried(&self, old: &Catalogue, new: &Catalogue) -> Self {
        let group = |group: u32| {
            let code = &old.head().groups.get(group as usize)?.code;
            new.head().groups.iter().position(|group| group.code == *code).map(|at| at as u32)
        };
        let attribute = |(attribute, chosen): (&usize, &BTreeSet<u32>)| {
            let known = old.head().attributes.get(*attribute)?;
            let at = new.head().attributes.iter().position(|attribute| attribute.name == known.name)?;
            let value = |value: &u32| {
                // Numbers of values count from 1.
                let text = known.values.get((*value as usize).checked_sub(1)?)?;
                new.head().attributes[at].values.iter().position(|value| value == text).map(|value| value as u32 + 1)
            };
            let chosen: BTreeSet<u32> = chosen.iter().filter_map(value).collect();
            (!chosen.is_empty()).then_some((at, chosen))
        };
        Self {
            group: self.group.and_then(group),
            opened: self.opened.iter().copied().filter_map(group).collect(),
            values: self.values.iter().filter_map(attribute).collect(),
            current: self.current.filter(|row| (*row as usize) < old.goods()).and_then(|row| new.row(old.code(row))),
        }
    }
}

#[cfg(test)]
mod tests {
    use kontor_shared::catalog::columns::Columns;
    use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot};
    use kontor_shared::money::{Percent, VatMethod, VatMode};

    use super::*;

    /// A list of goods: code, group and brand, in the order given.
    fn list(version: u32, goods: &[(&str, &str, &str)]) -> Catalogue {
        let mut groups: Vec<GroupRow> = Vec::new();
        let mut products = Vec::new();
        for (code, group, brand) in goods {
            let at = groups.iter().position(|known| known.code == *group).unwrap_or_else(|| {
                groups.push(GroupRow { code: group.to_string(), name: group.to_string(), parent: None });
                groups.len() - 1
            });
            products.push(ProductRow {
                code: code.to_string(),
                name: code.to_string(),
                group: at as u32,
                unit: "pc".into(),
                price: 10_000,
                vat_rate: 2000,
                min: None,
                max: None,
                increment: None,
                precision: 0,
                stock: None,
                new: false,
                promotion: false,
                picture: 0,
                attributes: vec![brand.to_string()],
                tiers: Vec::new(),
            });
        }
        let currency = "EUR".parse().unwrap();
        let snapshot = Snapshot {
            version,
            overlay: "wholesale".into(),
            currency,
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups,
            attributes: vec!["brand".into()],
            products,
        };
        let info = PriceListInfo {
            version,
            overlay: "wholesale".into(),
            discount: Percent::ZERO,
            published_at: String::new(),
            valid_from: String::new(),
            valid_until: None,
            currency,
            vat_mode: VatMode::Net,
            vat_method: VatMethod::PerRate,
            minimum_order: None,
            products: goods.len() as u32,
            snapshot_url: String::new(),
            checksum: String::new(),
            delta: None,
        };
        Catalogue::new(info, Columns::from_snapshot(&snapshot))
    }

    fn brand(list: &Catalogue, brand: &str) -> u32 {
        list.head().attributes[0].values.iter().position(|value| value == brand).unwrap() as u32 + 1
    }

    #[test]
    fn the_place_in_one_list_is_the_same_place_in_the_next() {
        let old = list(1, &[("a", "tools", "Bosch"), ("b", "tools", "Makita"), ("c", "garden", "Bosch")]);
        let new = list(2, &[("x", "kitchen", "Akai"), ("c", "garden", "Bosch"), ("b", "tools", "Makita")]);
        let place = Place {
            group: Some(1),
            opened: BTreeSet::from([0, 1]),
            values: BTreeMap::from([(0, BTreeSet::from([brand(&old, "Makita")]))]),
            current: old.row("b"),
        };
        let carried = place.carried(&old, &new);
        assert_eq!(new.group_name(carried.group.unwrap()), "garden");
        assert_eq!(carried.opened.iter().map(|group| new.group_name(*group)).collect::<Vec<_>>(), ["garden", "tools"]);
        assert_eq!(carried.values, BTreeMap::from([(0, BTreeSet::from([brand(&new, "Makita")]))]));
        assert_eq!(carried.current.map(|row| new.code(row)), Some("b"));
    }

    #[test]
    fn what_is_gone_is_let_go() {
        let old = list(1, &[("a", "tools", "Bosch")]);
        let new = list(2, &[("x", "kitchen", "Akai")]);
        let values = BTreeMap::from([(0, BTreeSet::from([1])), (9, BTreeSet::from([1]))]);
        let place = Place { group: Some(0), opened: BTreeSet::from([0, 7]), values, current: Some(70) };
        assert_eq!(place.carried(&old, &new), Place::default());
        assert_eq!(Place { current: Some(0), ..Place::default() }.carried(&old, &new), Place::default());
    }
}

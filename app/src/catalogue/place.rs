//! Where the reader is in the list: by numbers in one version, by codes and names between one version and the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use leptos::prelude::*;

use super::{Catalogue, Fetch, Shop};
use crate::browser;

/// Where the reader is, in numbers that belong to one version.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    group: Option<u32>,
    opened: BTreeSet<u32>,
    values: BTreeMap<usize, BTreeSet<u32>>,
    current: Option<u32>,
    /// The row at the top of the view.
    top: Option<u32>,
}

/// The same in words, which hold in every version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    group: Option<String>,
    opened: BTreeSet<String>,
    values: BTreeMap<String, BTreeSet<String>>,
    current: Option<String>,
    top: Option<String>,
}

impl Place {
    fn named(&self, list: &Catalogue) -> Named {
        let group = |group: u32| Some(list.head().groups.get(group as usize)?.code.clone());
        let code = |row: u32| ((row as usize) < list.goods()).then(|| list.code(row).to_string());
        let attribute = |(attribute, chosen): (&usize, &BTreeSet<u32>)| {
            let known = list.head().attributes.get(*attribute)?;
            // Numbers of values count from 1.
            let value = |value: &u32| known.values.get((*value as usize).checked_sub(1)?).cloned();
            Some((known.name.clone(), chosen.iter().filter_map(value).collect()))
        };
        Named {
            group: self.group.and_then(group),
            opened: self.opened.iter().copied().filter_map(group).collect(),
            values: self.values.iter().filter_map(attribute).collect(),
            current: self.current.and_then(code),
            top: self.top.and_then(code),
        }
    }
}

impl Named {
    /// The same place in a version. What is not there is let go.
    fn place(&self, list: &Catalogue) -> Place {
        let group = |code: &String| list.head().groups.iter().position(|group| group.code == *code).map(|at| at as u32);
        let attribute = |(name, chosen): (&String, &BTreeSet<String>)| {
            let at = list.head().attributes.iter().position(|attribute| attribute.name == *name)?;
            let value = |text: &String| list.head().attributes[at].values.iter().position(|value| value == text).map(|value| value as u32 + 1);
            let chosen: BTreeSet<u32> = chosen.iter().filter_map(value).collect();
            (!chosen.is_empty()).then_some((at, chosen))
        };
        let row = |code: &Option<String>| list.row(code.as_ref()?);
        Place {
            group: self.group.as_ref().and_then(group),
            opened: self.opened.iter().filter_map(group).collect(),
            values: self.values.iter().filter_map(attribute).collect(),
            current: row(&self.current),
            top: row(&self.top),
        }
    }
}

impl Shop {
    /// The list in use goes. Its numbers go with it; where the reader is in it waits for the next one.
    pub(super) fn let_go(self) {
        let Some(list) = self.here_untracked() else { return };
        let place = Place {
            group: self.group.get_untracked(),
            opened: self.opened.with_untracked(|opened| opened.iter().copied().collect()),
            values: self.values.get_untracked(),
            current: self.current.get_untracked(),
            top: self.top.get_untracked(),
        };
        self.left.set_value(Some(place.named(&list)));
        // The list first: what looks at it goes with it and never meets numbers of another.
        self.list.set(Fetch::Asking);
        self.stand(Place::default());
        self.bought_rows.set(None);
    }

    /// A list comes into use, at the place the reader had in the one before.
    pub(super) fn put_in_place(self, list: Catalogue) {
        let left = self.left.try_update_value(Option::take).flatten();
        let place = left.map(|left| left.place(&list));
        let list = Arc::new(list);
        settle_when_idle(Arc::downgrade(&list));
        self.list.set(Fetch::Here(list));
        if let Some(place) = place {
            self.stand(place);
        }
    }

    fn stand(self, place: Place) {
        self.group.set(place.group);
        self.opened.set(place.opened.into_iter().collect());
        self.values.set(place.values);
        self.current.set(place.current);
        self.top.set(place.top);
    }
}

/// Prepares what makes keys quick, a part in each idle moment, as long as the list is in use.
fn settle_when_idle(list: Weak<Catalogue>) {
    browser::when_idle(move || {
        if list.upgrade().is_some_and(|here| here.index.settle()) {
            settle_when_idle(list.clone());
        }
    });
}

#[cfg(test)]
mod tests {
    use kontor_shared::api::PriceListInfo;
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
                attributes: vec![brand.to_string()],
                ..ProductRow::default()
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
            top: old.row("c"),
        };
        let carried = place.named(&old).place(&new);
        assert_eq!(new.group_name(carried.group.unwrap()), "garden");
        assert_eq!(carried.opened.iter().map(|group| new.group_name(*group)).collect::<Vec<_>>(), ["garden", "tools"]);
        assert_eq!(carried.values, BTreeMap::from([(0, BTreeSet::from([brand(&new, "Makita")]))]));
        assert_eq!([carried.current, carried.top].map(|row| row.map(|row| new.code(row))), [Some("b"), Some("c")]);
    }

    #[test]
    fn what_is_gone_is_let_go() {
        let old = list(1, &[("a", "tools", "Bosch")]);
        let new = list(2, &[("x", "kitchen", "Akai")]);
        let values = BTreeMap::from([(0, BTreeSet::from([1])), (9, BTreeSet::from([1]))]);
        let place = Place { group: Some(0), opened: BTreeSet::from([0, 7]), values, current: Some(70), top: Some(0) };
        assert_eq!(place.named(&old).place(&new), Place::default());
        assert_eq!(Place { current: Some(0), ..Place::default() }.named(&old).place(&new), Place::default());
    }
}

use proptest::prelude::*;

use super::*;

fn group(name: &str, parent: Option<u32>) -> GroupRow {
    GroupRow { code: name.into(), name: name.into(), parent }
}

fn product() -> impl Strategy<Value = ProductRow> {
    let name = proptest::collection::vec(prop_oneof!["[A-Za-z]{1,4}", "[а-яё]{1,4}", Just(String::new()), "\\PC{0,3}"], 0..6);
    let numbers = (0..3_u32, any::<i32>(), 0..3_i64, proptest::option::of(0..9_i64), proptest::option::of(-5_000_000_000_i64..5_000_000_000));
    let marks = (any::<bool>(), any::<bool>(), 0..4_u32, "[ab]?", proptest::collection::vec((1..9_i64, any::<i32>()), 0..3));
    ("\\PC{0,9}", name, numbers, marks, prop_oneof![Just("pc"), Just("кг")]).prop_map(|(code, name, numbers, marks, unit)| ProductRow {
        code,
        name: name.join(" "),
        group: numbers.0,
        unit: unit.into(),
        price: i64::from(numbers.1),
        vat_rate: numbers.2 * 1000,
        min: numbers.3,
        max: None,
        increment: numbers.3,
        precision: numbers.2 as u8,
        stock: numbers.4,
        new: marks.0,
        promotion: marks.1,
        picture: marks.2,
        attributes: vec![marks.3, String::new()],
        tiers: marks.4.into_iter().map(|(from, price)| Tier { from, price: price.into() }).collect(),
    })
}

pub(super) fn snapshot(products: Vec<ProductRow>) -> Snapshot {
    Snapshot {
        version: 7,
        overlay: "wholesale".into(),
        currency: Currency::EUR,
        vat_mode: VatMode::Net,
        published_at: 1_322_697_600_000,
        valid_from: "2011-12-01".into(),
        valid_until: None,
        terms: "30 days".into(),
        note: String::new(),
        groups: vec![group("A", None), group("B", Some(0)), group("C", None)],
        attributes: vec!["Brand".into(), "Colour".into()],
        products,
    }
}

/// Columns in which every number is the same take no bytes of their own: how many there are is not seen from the bytes left.
#[test]
fn goods_that_all_have_the_same_step_come_back() {
    let good = |at: u32| ProductRow {
        code: at.to_string(),
        name: "x".into(),
        unit: "pc".into(),
        price: 10_000,
        attributes: vec![String::new(); 2],
        tiers: if at == 0 { Vec::new() } else { vec![Tier { from: 10_000, price: 9_000 }] },
        ..ProductRow::default()
    };
    let list = snapshot((0..300).map(good).collect());
    assert_eq!(Snapshot::decode(&list.encode().unwrap()).unwrap(), list);
}

proptest! {
    #[test]
    fn a_list_comes_back_as_it_was(products in proptest::collection::vec(product(), 0..40)) {
        let list = snapshot(products);
        let bytes = list.encode().unwrap();
        prop_assert_eq!(Columns::decode(&bytes).unwrap(), Columns::from_snapshot(&list));
        prop_assert_eq!(Snapshot::decode(&bytes).unwrap(), list);
        // Canonical: encoding what was decoded gives the same bytes.
        prop_assert_eq!(Columns::decode(&bytes).unwrap().encode().unwrap(), bytes);
    }

    /// Whatever two versions have in common, the delta leads from one to the other, and is refused by any other list.
    #[test]
    fn a_delta_leads_from_one_version_to_the_next(
        products in proptest::collection::vec(product(), 0..30),
        more in proptest::collection::vec(product(), 0..6),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..5_u8), 0..8),
    ) {
        let coded = |products: Vec<ProductRow>| products.into_iter().enumerate().map(|(at, product)| ProductRow { code: format!("c{at}"), ..product }).collect::<Vec<_>>();
        let mut old = snapshot(coded(products));
        old.products.sort_by_key(|product| product.group);
        let mut new = old.clone();
        new.version += 1;
        for (at, change) in changes.into_iter().filter(|_| !old.products.is_empty()) {
            let at = at.index(old.products.len()).min(new.products.len().saturating_sub(1));
            if new.products.is_empty() {
                continue;
            }
            match change {
                0 => new.products[at].price += 100,
                1 => new.products[at].stock = None,
                2 => new.products[at].name.push_str(" more"),
                3 => drop(new.products.remove(at)),
                _ => {
                    new.groups.insert(0, group("Before", None));
                    new.groups[1..].iter_mut().for_each(|group| group.parent = group.parent.map(|parent| parent + 1));
                    new.products.iter_mut().for_each(|product| product.group += 1);
                }
            }
        }
        new.products.extend(more.into_iter().enumerate().map(|(at, product)| ProductRow { code: format!("n{at}"), ..product }));
        let (old, new) = (old.encode().unwrap(), new.encode().unwrap());
        let delta = delta::between(&old, &new).unwrap();
        prop_assert_eq!(delta::apply(&old, &delta).unwrap(), new.clone());
        if old != new {
            prop_assert!(delta::apply(&new, &delta).is_err());
        }
        for end in [0, 7, 12, delta.len().saturating_sub(1)] {
            prop_assert!(delta::apply(&old, &delta[..end]).is_err());
        }
    }

    #[test]
    fn torn_and_altered_lists_are_refused(products in proptest::collection::vec(product(), 1..20), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let bytes = snapshot(products).encode().unwrap();
        let at = at.index(bytes.len());
        prop_assert!(Columns::decode(&bytes[..at]).is_err());
        let mut altered = bytes.clone();
        altered[at] ^= 1 << bit;
        prop_assert!(Columns::decode(&altered).is_err());
    }

    /// The checksum keeps accidents out; whoever writes a fitting one still cannot make the reader stop or grow.
    #[test]
    fn forged_lists_are_read_or_refused(products in proptest::collection::vec(product(), 1..20), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = snapshot(products).encode().unwrap();
        for (at, byte) in changes {
            let at = 12 + at.index(bytes.len() - 12);
            bytes[at] = byte;
        }
        let checksum = crc32fast::hash(&bytes[12..]).to_le_bytes();
        bytes[8..12].copy_from_slice(&checksum);
        if let Ok(columns) = Columns::decode(&bytes) {
            let _ = columns.to_snapshot();
        }
    }
}

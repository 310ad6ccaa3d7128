use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::catalog::{GroupRow, ProductRow};
use crate::money::{Currency, VatMode};

fn product(code: &str, name: &str, group: u32) -> ProductRow {
    ProductRow {
        code: code.into(),
        name: name.into(),
        group,
        unit: "pc".into(),
        price: 10_000 * i64::from(group + 1),
        vat_rate: 2000,
        min: None,
        max: None,
        increment: None,
        precision: 0,
        stock: Some(i64::from(group)),
        new: group == 1,
    }
}

fn snapshot(products: Vec<ProductRow>) -> Snapshot {
    let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
    Snapshot {
        version: 1,
        overlay: "wholesale".into(),
        currency: Currency::GBP,
        vat_mode: VatMode::Net,
        published_at: 0,
        valid_from: "2011-12-01".into(),
        valid_until: None,
        terms: String::new(),
        note: String::new(),
        groups: vec![group("Kitchen", None), group("Mugs", Some(0)), group("Крепёж", None)],
        products,
    }
}

fn demo() -> Snapshot {
    snapshot(vec![
        product("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 0),
        product("85123", "Hanging heart, red", 0),
        product("185123", "Tea towel", 0),
        product("AB-12/3", "Coffee mug BOSCH", 1),
        product("00123", "Umbrella", 1),
        product("К-77", "Болт оцинкованный М8 жёлтый", 2),
        product("К-78", "Дюбель универсальный", 2),
        product("С-1", "Сковородка чугунная", 2),
    ])
}

/// Codes found, in order, the first hit's reason, and the repair.
fn check(query: &str, codes: &[&str], reason: Option<Reason>, repaired: Option<&str>) {
    let snapshot = demo();
    let found = Index::build(&snapshot).find(query, &Filter::default());
    let found_codes: Vec<&str> = found.hits.iter().map(|hit| snapshot.products[hit.row as usize].code.as_str()).collect();
    assert_eq!(found_codes, codes, "{query:?} {found:?}");
    assert_eq!(found.hits.first().map(|hit| hit.reason), reason, "{query:?}");
    assert_eq!(found.repaired.as_deref(), repaired, "{query:?}");
}

#[test]
fn better_matches_come_first_and_say_why() {
    check("85123", &["85123", "85123A", "185123"], Some(Reason::Code), None);
    check("85123a", &["85123A"], Some(Reason::Code), None);
    check("0012", &["00123"], Some(Reason::CodePrefix), None);
    check("holder heart", &["85123A"], Some(Reason::Words), None);
    check("olde", &["85123A"], Some(Reason::Part), None);
    check("mug", &["AB-12/3", "00123"], Some(Reason::Words), None);
    check("kitchen umb", &["00123"], Some(Reason::Group), None);
    check("hang 851", &["85123A", "85123"], Some(Reason::Words), None);
    check("t-light", &["85123A"], Some(Reason::Words), None);
}

#[test]
fn codes_are_found_without_separators_and_with_look_alike_letters() {
    for query in ["AB-12/3", "ab123", "ab 12.3", "АВ123", "AB_12"] {
        check(query, &["AB-12/3"], Some(if query == "AB_12" { Reason::CodePrefix } else { Reason::Code }), None);
    }
    check("K77", &["К-77"], Some(Reason::Code), None);
}

#[test]
fn yo_is_ye_and_short_i_stays() {
    check("желтый", &["К-77"], Some(Reason::Words), None);
    check("ЖЁЛТЫЙ", &["К-77"], Some(Reason::Words), None);
    check("желтыи", &["К-77"], Some(Reason::Typo), Some("желтый"));
    // Decomposed, as macOS writes it.
    check("же\u{308}лтыи\u{306}", &["К-77"], Some(Reason::Words), None);
}

#[test]
fn a_wrong_keyboard_layout_is_undone() {
    let layout = Some(Reason::Layout);
    check(",jkn", &["К-77"], layout, Some("болт"));
    check("ld.,tkm", &[], None, None);
    check("l.,tkm", &["К-78"], layout, Some("дюбель"));
    check("гьикудд", &["00123"], layout, Some("umbrell"));
    // Bulgarian БДС.
    check("/f.j", &["К-77"], layout, Some("болт"));
    // Bulgarian phonetic.
    check("d\\belx", &["К-78"], layout, Some("дюбель"));
    // One word typed before the switch.
    check("болт jwbyrjd", &["К-77"], layout, Some("болт оцинков"));
}

#[test]
fn the_other_script_is_tried() {
    let translit = Some(Reason::Translit);
    check("chugunnaya", &["С-1"], translit, Some("чугунная"));
    check("otsinkovannyy", &["К-77"], translit, Some("оцинкованный"));
    check("амбрелла", &[], None, None);
    check("умбрелла", &["00123"], translit, Some("umbrella"));
    check("bolt m8", &["К-77"], translit, Some("болт м8"));
    check("кофее муг", &[], None, None);
    check("бош", &["AB-12/3"], translit, Some("bosch"));
}

#[test]
fn one_typo_is_undone() {
    let typo = Some(Reason::Typo);
    check("umbrela", &["00123"], typo, Some("umbrella"));
    check("umbrrella", &["00123"], typo, Some("umbrella"));
    check("imbrella", &["00123"], typo, Some("umbrella"));
    check("umrbella", &["00123"], typo, Some("umbrella"));
    check("umbrlela", &["00123"], typo, Some("umbrella"));
    check("hanging haert", &["85123A", "85123"], typo, Some("hanging heart"));
    check("дюбелт", &["К-78"], typo, Some("дюбель"));
    // Two errors, and three letters, stay unfound.
    check("imbrelaa", &[], None, None);
    check("mgu", &[], None, None);
}

#[test]
fn a_filter_narrows_and_does_not_repair() {
    let snapshot = demo();
    let index = Index::build(&snapshot);
    let count = |query: &str, filter: Filter| index.find(query, &filter).hits.len();
    assert_eq!(count("", Filter::default()), 8);
    assert_eq!(count("", Filter { group: Some(0), ..Filter::default() }), 5);
    assert_eq!(count("", Filter { group: Some(1), ..Filter::default() }), 2);
    assert_eq!(count("", Filter { in_stock: true, ..Filter::default() }), 5);
    assert_eq!(count("", Filter { new: true, ..Filter::default() }), 2);
    assert_eq!(count("", Filter { price_min: Some(Price::from_raw(20_000)), price_max: Some(Price::from_raw(20_000)), ..Filter::default() }), 2);
    assert_eq!(count("", Filter { only: Some(HashSet::from([7])), ..Filter::default() }), 1);
    assert_eq!(index.find("umbrella", &Filter { group: Some(2), ..Filter::default() }), Found::default());
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["Heart", "holder", "T-light", "Болт", "ёлка", "М8", "85-123", "Ünit", "red", "mug", "йод"]), 1..6)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn an_exact_name_or_code_finds_its_product(names in prop::collection::vec("[a-zA-Zа-яА-ЯёЁйЙ0-9./ -]{1,24}", 1..20), upper: bool) {
        let products: Vec<ProductRow> = names.iter().enumerate().map(|(at, name)| product(&format!("X{at}"), name, 0)).collect();
        let index = Index::build(&snapshot(products));
        for (at, name) in names.iter().enumerate() {
            let query = if upper { name.to_uppercase() } else { name.to_lowercase() };
            let found = index.find(&query, &Filter::default());
            prop_assert!(found.repaired.is_none());
            prop_assert!(found.hits.iter().any(|hit| hit.row as usize == at), "{name:?}");
            prop_assert_eq!(index.find(&format!("x{at}"), &Filter::default()).hits[0], Hit { row: at as u32, reason: Reason::Code });
        }
    }

    #[test]
    fn words_stand_in_any_order_and_each_narrows(names in prop::collection::vec(words(), 1..30), query in words(), more in words()) {
        let products: Vec<ProductRow> = names.iter().enumerate().map(|(at, name)| product(&format!("X{at}"), name, (at % 3) as u32)).collect();
        let index = Index::build(&snapshot(products));
        let rows = |query: &str| -> HashSet<u32> { index.find(query, &Filter::default()).hits.iter().map(|hit| hit.row).collect() };
        let mut reversed: Vec<&str> = query.split(' ').collect();
        reversed.reverse();
        prop_assert_eq!(rows(&query), rows(&reversed.join(" ")));
        let found = index.find(&query, &Filter::default());
        let narrower = index.find(&format!("{query} {more}"), &Filter::default());
        if narrower.repaired.is_none() {
            prop_assert!(narrower.hits.iter().all(|hit| found.hits.iter().any(|other| other.row == hit.row)));
        }
        let distinct: HashSet<u32> = found.hits.iter().map(|hit| hit.row).collect();
        prop_assert_eq!(distinct.len(), found.hits.len());
    }

    #[test]
    fn no_text_breaks_the_search(name in "\\PC{0,40}", query in "\\PC{0,40}") {
        let index = Index::build(&snapshot(vec![product(&name, &query, 0), product(&query, &name, 9)]));
        let _ = index.find(&query, &Filter::default());
        let _ = index.find(&name, &Filter { group: Some(7), ..Filter::default() });
    }
}

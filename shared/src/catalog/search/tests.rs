use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::catalog::{GroupRow, ProductRow, Snapshot};

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
        ..ProductRow::default()
    }
}

fn snapshot(products: Vec<ProductRow>) -> Snapshot {
    let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
    Snapshot::of(vec![group("Kitchen", None), group("Mugs", Some(0)), group("Крепёж", None)], products)
}

fn index(snapshot: &Snapshot) -> Index {
    Index::new(Arc::new(Columns::from_snapshot(snapshot)))
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
    let found = index(&snapshot).find(query, &Filter::default());
    assert_eq!(index(&snapshot).settled().find(query, &Filter::default()), found, "{query:?}");
    let found_codes: Vec<&str> = found.hits().map(|hit| snapshot.products[hit.row as usize].code.as_str()).collect();
    assert_eq!(found_codes, codes, "{query:?} {found:?}");
    assert_eq!(found.hits().next().map(|hit| hit.reason), reason, "{query:?}");
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
    check("желтыи", &["К-77"], Some(Reason::Spelling), Some("желтый"));
    // Decomposed, as macOS writes it.
    check("же\u{308}лтыи\u{306}", &["К-77"], Some(Reason::Words), None);
}

#[test]
fn a_long_line_is_read_and_its_slips_are_undone() {
    // Twelve words without a space are twelve words, with a slip in one of them.
    check("white,hanging,heart,t,light,holder", &["85123A"], Some(Reason::Words), None);
    check(
        "white hanging heart t light holdr white hanging heart",
        &["85123A"],
        Some(Reason::Typo),
        Some("white hanging heart t light holder white hanging heart"),
    );
    // Of hundreds of words the first are looked for, and nothing is repaired at length.
    let found = index(&demo()).find(&"щзсё,".repeat(200), &Filter::default());
    assert!(found.is_empty() && found.repaired.is_none());
}

#[test]
fn a_wrong_keyboard_layout_is_undone() {
    let layout = Some(Reason::Layout);
    check(",jkn", &["К-77"], layout, Some("болт"));
    check("ld.,tkm", &["К-78"], Some(Reason::Typo), Some("дюбель"));
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
    check("амбрелла", &["00123"], Some(Reason::Typo), Some("umbrella"));
    check("умбрелла", &["00123"], translit, Some("umbrella"));
    check("bolt m8", &["К-77"], translit, Some("болт m8"));
    check("кофее муг", &["AB-12/3"], translit, Some("coffee mug"));
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
    let list = index(&snapshot);
    let count = |query: &str, filter: Filter| list.find(query, &filter).len();
    assert_eq!(count("", Filter::default()), 8);
    assert_eq!(count("", Filter { group: Some(0), ..Filter::default() }), 5);
    assert_eq!(count("", Filter { group: Some(1), ..Filter::default() }), 2);
    assert_eq!(count("", Filter { in_stock: true, ..Filter::default() }), 5);
    assert_eq!(count("", Filter { new: true, ..Filter::default() }), 2);
    assert_eq!(count("", Filter { price_min: Some(Price::from_raw(20_000)), price_max: Some(Price::from_raw(20_000)), ..Filter::default() }), 2);
    assert_eq!(count("", Filter { only: Some(Arc::new(Bits::from_iter([7]))), ..Filter::default() }), 1);
    let hidden = list.find("umbrella", &Filter { group: Some(2), ..Filter::default() });
    assert!(hidden.is_empty() && hidden.repaired.is_none());
}

fn hardware() -> Snapshot {
    let products = [
        ("Бумага офисная А4", ""),
        ("Гайка М 8 оцинкованная", ""),
        ("Канистра 20 л", ""),
        ("Шуруповёрт 18В", ""),
        ("Лампа Е27", ""),
        ("Мёд 500 г", ""),
        ("Клавиатура Logitech K120", ""),
        ("Саморез 3.5х25", ""),
        ("Фильтр MANN W 712/75", ""),
        ("Труба DN 25", ""),
        ("Масло 10 л", ""),
        ("Дрель 12 В", ""),
        ("Чай зелёный", ""),
        ("Молоток слесарный", "Зубр"),
        ("Ключ Зубр", ""),
        ("Valve 40 l", ""),
    ];
    let of = |(at, (name, brand)): (usize, &(&str, &str))| ProductRow { attributes: vec![(*brand).into()], ..product(&format!("X{at}X"), name, 0) };
    Snapshot { attributes: vec!["brand".into()], ..snapshot(products.iter().enumerate().map(of).collect()) }
}

/// The names found among the hardware, and what was looked for instead.
fn find_hardware(query: &str) -> (Vec<String>, Option<String>, Option<Reason>) {
    let list = index(&hardware());
    let found = list.find(query, &Filter::default());
    (found.rows().iter().map(|row| list.list().name(*row as usize)).collect(), found.repaired.clone(), found.reason(0))
}

#[test]
fn a_whole_query_on_the_wrong_keyboard_is_undone_with_its_articles_and_units() {
    for (query, name, repaired) in [
        (",evfuf f4", "Бумага офисная А4", "бумага а4"),
        ("ufqrf v8", "Гайка М 8 оцинкованная", "гайка м8"),
        ("rfybcnhf 20k", "Канистра 20 л", "канистра 20л"),
        ("iehegjdthn 18d", "Шуруповёрт 18В", "шуруповерт 18в"),
        ("kfvgf t27", "Лампа Е27", "лампа е27"),
        ("vtl 500u", "Мёд 500 г", "мед 500г"),
        ("дщпшеуср л120", "Клавиатура Logitech K120", "logitech k120"),
        ("cfvjhtp 3/5[25", "Саморез 3.5х25", "саморез 3.5х25"),
    ] {
        assert_eq!(find_hardware(query), (vec![name.to_string()], Some(repaired.to_string()), Some(Reason::Layout)), "{query}");
    }
    // With a slip in the word on top.
    assert_eq!(find_hardware("itehegjdthn 18d"), (vec!["Шуруповёрт 18В".to_string()], Some("шуруповерт 18в".to_string()), Some(Reason::Layout)));
    // One letter and a number alone are no word.
    for query in ["f4", "t27", "f4 500"] {
        assert_eq!(find_hardware(query).0, Vec::<String>::new(), "{query}");
    }
}

#[test]
fn numbers_with_units_and_articles_are_found_apart_and_together() {
    for (query, name, repaired) in [
        ("10l", "Масло 10 л", Some("10 л")),
        ("500g", "Мёд 500 г", Some("500 г")),
        ("дрель 12v", "Дрель 12 В", Some("дрель 12 в")),
        ("40л", "Valve 40 l", Some("40 l")),
        ("w712/75", "Фильтр MANN W 712/75", None),
        ("w712", "Фильтр MANN W 712/75", None),
        ("dn25", "Труба DN 25", None),
        ("гайка м8", "Гайка М 8 оцинкованная", None),
        ("m8", "Гайка М 8 оцинкованная", Some("м 8")),
        ("4ai", "Чай зелёный", Some("чай")),
    ] {
        let (names, used, _) = find_hardware(query);
        assert_eq!((names, used.as_deref()), (vec![name.to_string()], repaired), "{query}");
    }
}

#[test]
fn a_brand_is_searched_behind_the_names() {
    let (names, repaired, reason) = find_hardware("зубр");
    assert_eq!((names, repaired, reason), (vec!["Ключ Зубр".to_string(), "Молоток слесарный".into()], None, Some(Reason::Words)));
    assert_eq!(find_hardware("молоток зубр"), (vec!["Молоток слесарный".to_string()], None, Some(Reason::Group)));
    assert_eq!(find_hardware("pe,h vjkjnjr").0, ["Молоток слесарный"]);
}

#[test]
fn nonsense_and_words_of_no_goods_find_nothing() {
    let products =
        ["SET OF 10 LANTERNS", "NATURAL EGG CUP", "PEG HANGER", "PUDDING BOWL", "DOILIES ANGEL DECORATION", "PINK FLOCK", "WALL ART SNOWFLAKES", "N E 5"];
    let list = index(&snapshot(products.iter().enumerate().map(|(at, name)| product(&format!("Z{at}P"), name, 0)).collect()));
    for query in ["хлеб", "лаба", "бла", "збр", "рубль", "лол", "кабель", "зубр", "!!!", "-", "зз", "?!,"] {
        let found = list.find(query, &Filter::default());
        assert!(found.is_empty() && found.repaired.is_none(), "{query}: {found:?}");
    }
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["Heart", "holder", "T-light", "Болт", "ёлка", "М8", "85-123", "Ünit", "red", "mug", "йод"]), 1..6)
        .prop_map(|words| words.join(" "))
}

/// Names and queries of the kind goods have.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "болт", "Bolt", "M8", "М8", "3,5х25", "3.5x2", "20", "л", "20л", "Wi-Fi", "wi", "AB-12", "b1", "г/м²", "ёж", "K-1", "7", "mugs", "кре", "wi7", "л20",
        "M", "12/AB",
    ]);
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.join(" "))
}

/// The rule of the exact search, said plainly: each piece of the query in the code, or each of its words in a piece of the
/// name or in the name of a group above; a number with a unit, and an article with its number, also as two pieces.
fn plain_look(snapshot: &Snapshot, row: usize, query: &str) -> bool {
    let words = |piece: &str| {
        let mut folded = String::new();
        fold::words_into(piece, &mut folded);
        folded
    };
    let product = &snapshot.products[row];
    let pieces: Vec<String> = product.name.split(' ').map(words).collect();
    let mut groups = String::new();
    let mut at = Some(product.group);
    while let Some(group) = at.and_then(|at| snapshot.groups.get(at as usize)) {
        group.name.split(' ').for_each(|piece| groups.push_str(&words(piece)));
        at = group.parent;
    }
    let in_piece = |piece: &str, word: &str| match fold::has_digit(piece) {
        true => fold::twinned(piece).contains(&fold::twinned(word)),
        false => piece.contains(word),
    };
    let unit_apart = |word: &str| {
        word.find(char::is_alphabetic).filter(|at| *at > 0 && word[*at..].chars().all(char::is_alphabetic)).is_some_and(|at| {
            let (number, unit) = word.split_at(at);
            let ends = |piece: &String| {
                fold::has_digit(piece) && fold::twinned(piece).strip_suffix(number).is_some_and(|before| !before.ends_with(|char: char| char.is_ascii_digit()))
            };
            let begins = |piece: &String| match fold::has_digit(piece) {
                true => fold::twinned(piece).starts_with(&format!(" {}", fold::twinned(unit))),
                false => piece.starts_with(&format!(" {unit}")),
            };
            pieces.windows(2).any(|pair| ends(&pair[0]) && begins(&pair[1]))
        })
    };
    let number_apart = |word: &str| {
        word.find(|char: char| !char.is_alphabetic()).filter(|at| *at > 0 && word[*at..].starts_with(|char: char| char.is_ascii_digit())).is_some_and(|at| {
            let (letters, number) = word.split_at(at);
            let ends = |piece: &String| match fold::has_digit(piece) {
                true => fold::twinned(piece).ends_with(&format!(" {}", fold::twinned(letters))),
                false => piece.ends_with(&format!(" {letters}")),
            };
            let begins = |piece: &String| fold::has_digit(piece) && fold::twinned(piece).starts_with(&format!(" {}", fold::twinned(number)));
            pieces.windows(2).any(|pair| ends(&pair[0]) && begins(&pair[1]))
        })
    };
    let apart = |word: &str| unit_apart(word) || number_apart(word);
    query.split(' ').all(|typed| {
        fold_code(&product.code).contains(&fold_code(typed))
            || words(typed).split_whitespace().all(|word| pieces.iter().any(|piece| in_piece(piece, word)) || groups.contains(word) || apart(word))
    })
}

proptest! {
    #[test]
    fn an_exact_name_or_code_finds_its_product(names in prop::collection::vec("[a-zA-Zа-яА-ЯёЁйЙ0-9./ -]{1,24}", 1..20), upper: bool) {
        let products: Vec<ProductRow> = names.iter().enumerate().map(|(at, name)| product(&format!("X{at}"), name, 0)).collect();
        let list = index(&snapshot(products));
        for (at, name) in names.iter().enumerate() {
            // What is made of signs only finds nothing.
            if !name.trim().is_empty() && !name.chars().any(char::is_alphanumeric) {
                prop_assert!(list.find(name, &Filter::default()).is_empty());
                continue;
            }
            let query = if upper { name.to_uppercase() } else { name.to_lowercase() };
            let found = list.find(&query, &Filter::default());
            prop_assert!(found.repaired.is_none());
            prop_assert!(found.hits().any(|hit| hit.row as usize == at), "{name:?}");
            prop_assert_eq!(list.find(&format!("x{at}"), &Filter::default()).hits().next().unwrap(), Hit { row: at as u32, reason: Reason::Code });
        }
    }

    #[test]
    fn words_stand_in_any_order_and_each_narrows(names in prop::collection::vec(words(), 1..30), query in words(), more in words()) {
        let products: Vec<ProductRow> = names.iter().enumerate().map(|(at, name)| product(&format!("X{at}"), name, (at % 3) as u32)).collect();
        let list = index(&snapshot(products));
        let rows = |query: &str| -> HashSet<u32> { list.find(query, &Filter::default()).hits().map(|hit| hit.row).collect() };
        let mut reversed: Vec<&str> = query.split(' ').collect();
        reversed.reverse();
        prop_assert_eq!(rows(&query), rows(&reversed.join(" ")));
        let found = list.find(&query, &Filter::default());
        let narrower = list.find(&format!("{query} {more}"), &Filter::default());
        if narrower.repaired.is_none() {
            prop_assert!(narrower.hits().all(|hit| found.hits().any(|other| other.row == hit.row)));
        }
        let distinct: HashSet<u32> = found.hits().map(|hit| hit.row).collect();
        prop_assert_eq!(distinct.len(), found.len());
    }

    /// What is found without repair is exactly what a plain look at every name, code and group finds.
    #[test]
    fn exact_hits_are_those_of_a_plain_look(names in prop::collection::vec(pieces(), 1..25), query in pieces()) {
        let products: Vec<ProductRow> = names.iter().enumerate().map(|(at, name)| product(&format!("K-{at}/7"), name, (at % 3) as u32)).collect();
        let snapshot = snapshot(products);
        let list = index(&snapshot);
        let found = list.find_literal(&query, &Filter::default());
        let rows: BTreeSet<u32> = found.hits().map(|hit| hit.row).collect();
        let expected: BTreeSet<u32> = (0..snapshot.products.len()).filter(|row| plain_look(&snapshot, *row, &query)).map(|row| row as u32).collect();
        prop_assert_eq!(rows, expected);
    }

    /// A longer query is found in no row in which the shorter one is not.
    #[test]
    fn another_letter_never_adds_exact_hits(names in prop::collection::vec(pieces(), 1..25), query in pieces(), more in "[a-zа-я0-9]") {
        let list = index(&snapshot(names.iter().enumerate().map(|(at, name)| product(&format!("K-{at}/7"), name, (at % 3) as u32)).collect()));
        let rows = |query: &str| list.find_literal(query, &Filter::default()).hits().map(|hit| hit.row).collect::<BTreeSet<u32>>();
        prop_assert!(rows(&format!("{query}{more}")).is_subset(&rows(&query)), "{query:?} {more:?}");
    }

    /// Better reasons come first, rows of one reason as they stand in the list; a filter takes rows out and moves none.
    #[test]
    fn ranking_is_stable(names in prop::collection::vec(pieces(), 1..25), query in pieces()) {
        let list = index(&snapshot(names.iter().enumerate().map(|(at, name)| product(&format!("K-{at}/7"), name, (at % 3) as u32)).collect()));
        let found = list.find(&query, &Filter::default());
        let hits: Vec<Hit> = found.hits().collect();
        if found.repaired.is_none() {
            prop_assert!(hits.windows(2).all(|pair| pair[0].reason <= pair[1].reason));
        }
        prop_assert_eq!(&hits, &list.find(&query, &Filter::default()).hits().collect::<Vec<_>>());
        let fewer = list.find(&query, &Filter { in_stock: true, ..Filter::default() });
        let expected: Vec<Hit> = hits.iter().filter(|hit| list.list().in_stock(hit.row as usize)).copied().collect();
        if !fewer.is_empty() || found.repaired.is_some() {
            prop_assert_eq!(fewer.hits().collect::<Vec<_>>(), expected);
        }
        for (at, hit) in hits.iter().enumerate() {
            prop_assert_eq!(found.reason(at), Some(hit.reason));
        }
    }

    #[test]
    fn no_text_breaks_the_search(name in "\\PC{0,40}", query in "\\PC{0,40}") {
        let list = index(&snapshot(vec![product(&name, &query, 0), product(&query, &name, 9)]));
        let _ = list.find(&query, &Filter::default());
        let _ = list.find(&name, &Filter { group: Some(7), ..Filter::default() });
    }
}

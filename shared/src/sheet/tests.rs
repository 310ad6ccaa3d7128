use super::book::{Book, Value};
use proptest::strategy::Strategy as _;

use super::*;
use crate::api;
use crate::catalog::columns::Columns;
use crate::catalog::{GroupRow, ProductRow, Snapshot, Tier};
use crate::money::{Currency, VatMode};

fn product(code: &str, name: &str, group: u32, price: i64) -> ProductRow {
    ProductRow {
        code: code.into(),
        name: name.into(),
        group,
        unit: "pc".into(),
        price,
        vat_rate: if group == 2 { 900 } else { 2000 },
        min: Some(6_000),
        increment: Some(6_000),
        stock: Some(3_000),
        ..ProductRow::default()
    }
}

fn snapshot(mode: VatMode) -> Snapshot {
    let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
    Snapshot {
        version: 7,
        overlay: "wholesale".into(),
        currency: Currency::GBP,
        vat_mode: mode,
        published_at: 1_322_700_000_000,
        valid_from: "2011-12-01".into(),
        valid_until: Some("2011-12-31".into()),
        terms: "Paid within 14 days.\nCarriage paid from £250.".into(),
        note: String::new(),
        groups: vec![group("Kitchen", None), group("Mugs", Some(0)), group("=Garden", None)],
        attributes: Vec::new(),
        products: vec![
            product("00123", "Kettle", 0, 25_500),
            product("85123A", "+44 \"big\" <mug>", 1, 3_350),
            product("1E5", "=HYPERLINK(\"http://example.com\")", 2, 12_345),
            product("-7", "@SUM(A1)\u{1}_x000D_", 2, 100),
        ],
    }
}

fn form() -> FormInfo {
    FormInfo {
        form_id: "OF-7K2Q9M3T".into(),
        customer_code: Some("12347".into()),
        customer_name: Some("Miller & Sons".into()),
        firm_name: "Demo Gifts".into(),
        firm_email: "orders@firm.example".into(),
        firm_phone: "+44 20 0000 0000".into(),
        firm_address: vec!["1 High Street".into(), "London".into()],
        issued_at: 1_323_468_000_000,
        vat_method: VatMethod::PerRate,
        demo: true,
        token: None,
    }
}

fn ordered(code: &str, quantity: &str) -> OrderedLine {
    OrderedLine { code: code.into(), quantity: quantity.parse().unwrap() }
}

#[test]
fn the_same_input_gives_the_same_bytes_in_every_language_and_vat_mode() {
    for lang in Lang::ALL {
        for mode in [VatMode::Net, VatMode::Gross] {
            for vat_method in [VatMethod::PerRate, VatMethod::PerLine] {
                let form = FormInfo { vat_method, ..form() };
                let order = [ordered("00123", "12"), ordered("gone", "1")];
                let first = write_price_list(&snapshot(mode), &order, &form, lang).unwrap();
                assert_eq!(first, write_price_list(&snapshot(mode), &order, &form, lang).unwrap());
                assert!(first.starts_with(b"PK"));
            }
        }
    }
}

#[test]
fn an_empty_list_and_a_deep_tree_are_still_workbooks() {
    let empty = Snapshot { products: Vec::new(), groups: Vec::new(), ..snapshot(VatMode::Net) };
    assert!(write_price_list(&empty, &[], &form(), Lang::En).is_ok());
    let mut deep = snapshot(VatMode::Net);
    deep.groups = (0..20).map(|at| GroupRow { code: at.to_string(), name: format!("G{at}"), parent: (at > 0).then(|| at - 1) }).collect();
    deep.products = (0..20).map(|at| product(&at.to_string(), "x", at, 1)).collect();
    deep.products.push(product("lost", "group that is not there", 99, 1));
    assert!(write_price_list(&deep, &[], &form(), Lang::Bg).is_ok());
}

#[test]
fn a_list_of_very_many_groups_says_which_links_it_goes_without() {
    let mut many = snapshot(VatMode::Net);
    many.groups = (0..5_003).map(|at| GroupRow { code: at.to_string(), name: format!("G{at}"), parent: None }).collect();
    many.products = (0..5_003).map(|at| product(&at.to_string(), "Kettle", at, 100)).collect();
    let book = super::price_list(Columns::from_snapshot(&many), None, &[], form(), Lang::En).unwrap();
    assert_eq!(book.links_left_out, 3);
    let mut contents = book.sheets.into_iter().nth(1).unwrap().1.flat_map(|row| row.unwrap().cells).map(|(.., value)| value);
    assert!(contents.any(|value| matches!(value, Value::Text(text) if text.contains("the first 5,000 groups"))));
    assert_eq!(contents.filter(|value| matches!(value, Value::Link { .. })).count(), 5_000);
}

#[test]
fn sorting_takes_hidden_columns_along() {
    let mut tiered = snapshot(VatMode::Net);
    for (product, from) in tiered.products.iter_mut().zip(1..) {
        product.tiers = [2, 3].map(|step| Tier { from: step * from * 6_000, price: product.price * (10 - step) / 10 }).to_vec();
    }
    for list in [snapshot(VatMode::Net), tiered] {
        let book = super::price_list(Columns::from_snapshot(&list), None, &[], form(), Lang::En).unwrap();
        let (set_up, _) = &book.sheets[0];
        assert_eq!(set_up.filter.map(|area| area.right), set_up.hidden_columns.last().copied());
    }
}

#[test]
fn an_amount_that_does_not_fit_is_an_error() {
    let order = [ordered("00123", "9000000000000000"), ordered("00123", "9000000000000000")];
    assert_eq!(write_price_list(&snapshot(VatMode::Net), &order, &form(), Lang::En), Err(SheetError::Money(MoneyError::Overflow)));
}

#[test]
fn file_names_are_safe_everywhere() {
    let check = |firm: &str, customer, expected: &str| assert_eq!(file_name(firm, customer, "2011-12-01", Lang::En), expected);
    check("Demo Gifts", Some("12347"), "Demo Gifts - Price list 2011-12-01 - 12347.xlsx");
    check("A/B\\C: \"<x>|?*\"\n", None, "A B C x - Price list 2011-12-01.xlsx");
    check("..", Some("../../etc"), "Price list 2011-12-01 - .. .. etc.xlsx");
    assert_eq!(file_name("ООО «Ромашка»", None, "2011-12-01", Lang::Ru), "ООО «Ромашка» - Прайс-лист 2011-12-01.xlsx");
    assert!(file_name(&"Ж".repeat(500), None, "2011-12-01", Lang::Bg).len() <= 205);
    for reserved in ["con", "NUL.txt", "COM1", "lpt9.x", "", " . "] {
        assert!(safe_file_name(reserved, "xlsx").starts_with('_'), "{reserved}");
    }
    assert_eq!(safe_file_name("COM10", "xlsx"), "COM10.xlsx");
}

#[test]
fn sheet_names_are_what_excel_takes() {
    assert_eq!(sheet_name("Order no. [1/2]: a*b?"), "Order no.  1 2 : a*b?".replace([':', '*', '?'], " ").trim());
    assert_eq!(sheet_name("'quoted'"), "quoted");
    assert_eq!(sheet_name("History"), "_History");
    assert_eq!(sheet_name(""), "_");
    assert_eq!(sheet_name(&"Я".repeat(40)).chars().count(), 31);
}

#[test]
fn row_ids_are_distinct_and_look_like_no_number() {
    let ids: std::collections::HashSet<String> = (0..100_000).map(row_id).collect();
    assert_eq!(ids.len(), 100_000);
    assert!(ids.iter().all(|id| id.len() == 7 && id.starts_with('K') && !id.contains(['I', 'L', 'O', 'U', 'E'])));
}

#[test]
fn a_cell_holds_no_control_character_and_no_novel() {
    assert_eq!(cell_text("a\u{0}b\tc\u{ffff}\n"), "ab c\n");
    assert_eq!(cell_text(&"x".repeat(40_000)).len(), 32_000);
}

/// Texts that a spreadsheet would take for a formula and that stand neither quoted nor in a column of text.
fn unguarded(book: Book) -> Vec<String> {
    let looks = book.looks;
    let mut found = Vec::new();
    for row in book.sheets.into_iter().flat_map(|(_, rows)| rows) {
        for (_, style, value) in row.unwrap().cells {
            let text: &str = match &value {
                Value::Text(text) | Value::Link { text, .. } => text,
                Value::Often(text) => text,
                _ => continue,
            };
            let look = &looks[usize::from(style.0)];
            if text.starts_with(['=', '+', '-', '@']) && !look.quoted && look.number != "@" {
                found.push(text.to_string());
            }
        }
    }
    found
}

#[test]
fn a_text_from_outside_is_text_wherever_it_stands() {
    let order: api::Order = serde_json::from_value(serde_json::json!({
        "id": "0190b2a4-5c3d-7000-8000-000000000001", "number": "1", "state": "submitted", "revision": 1, "source": "page", "kind": "sale",
        "customer": {"id": "0190b2a4-5c3d-7000-8000-000000000002", "code": "=1", "name": "Miller"},
        "ordered_at": "2011-12-01T10:00:00Z", "price_list": 7, "overlay": null, "po_number": "=HYPERLINK(\"http://example.com\")", "wanted_on": null,
        "delivery_address": "+44, Side door", "comment": "-ring twice", "currency": "GBP", "vat_mode": "net", "net": "0.00", "vat": "0.00",
        "gross": "0.00", "read": 1, "accepted": 1, "changed": 0, "refused": 0,
        "lines": [{"code": "-7", "name": "@SUM(A1)", "group": ["=Garden"], "unit": "+m", "quantity": "1", "shown_price": null, "price": null,
            "vat_rate": "20", "amount": "0.00", "verdict": "accepted", "reason": null}],
        "events": [], "documents": [], "actions": []
    }))
    .unwrap();
    let firm: api::Firm = serde_json::from_value(serde_json::json!({
        "name": "=Firm", "currency": "GBP", "vat_mode": "net", "lang": "en", "email": "", "phone": "", "address": [], "demo": false, "as_of": null,
        "today": "2011-12-01", "attribution": null, "public_prices": false
    }))
    .unwrap();
    assert_eq!(unguarded(super::order(&order, &firm, Lang::En).unwrap()), Vec::<String>::new());
    let list = Snapshot { terms: "-10% for early payment".into(), note: "@all".into(), ..snapshot(VatMode::Net) };
    let form = FormInfo { firm_name: "=Firm".into(), customer_name: Some("+Customer".into()), ..form() };
    let book = super::price_list(Columns::from_snapshot(&list), None, &[ordered("gone", "1")], form, Lang::En).unwrap();
    assert_eq!(unguarded(book), Vec::<String>::new());
}

#[test]
fn a_footer_is_cut_before_its_ampersands_are_doubled() {
    let name = format!("{}&Co", "x".repeat(59));
    assert_eq!(footer_text(&name), format!("{}&&", "x".repeat(59)));
}

/// The formulas of lines as anybody may compute them: what stands in cells, and what they come to.
mod computed {
    use std::collections::HashMap;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Known {
        Blank,
        Text,
        Number(f64),
        Flag(bool),
    }

    impl Known {
        fn number(self) -> Option<f64> {
            match self {
                Self::Number(number) => Some(number),
                Self::Blank => Some(0.0),
                Self::Flag(_) | Self::Text => None,
            }
        }
    }

    pub struct Sheet<'a> {
        pub cells: &'a HashMap<String, Known>,
        pub rest: &'a str,
    }

    impl Sheet<'_> {
        fn take(&mut self, sign: &str) -> bool {
            let found = self.rest.strip_prefix(sign);
            self.rest = found.unwrap_or(self.rest);
            found.is_some()
        }
        fn word(&mut self) -> String {
            let end = self.rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '.').unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            word.to_string()
        }
        /// A comparison, a product or a quotient. Nothing is an error that goes through whatever it stands in.
        pub fn expression(&mut self) -> Option<Known> {
            let mut left = self.operand();
            loop {
                if self.take(">=") {
                    let right = self.expression();
                    return Some(Known::Flag(left?.number()? >= right?.number()?));
                } else if self.take("*") {
                    let right = self.operand();
                    left = left.and_then(Known::number).zip(right.and_then(Known::number)).map(|(one, other)| Known::Number(one * other));
                } else if self.take("/") {
                    let right = self.operand();
                    left = left.and_then(Known::number).zip(right.and_then(Known::number)).map(|(one, other)| Known::Number(one / other));
                } else {
                    return left;
                }
            }
        }
        fn operand(&mut self) -> Option<Known> {
            let word = self.word();
            if !self.take("(") {
                return Some(word.parse().map_or_else(|_| self.cells.get(&word).copied().unwrap_or(Known::Blank), Known::Number));
            }
            let mut values = vec![self.expression()];
            while self.take(",") {
                values.push(self.expression());
            }
            assert!(self.take(")"), "{}", self.rest);
            match word.as_str() {
                "ISNUMBER" => Some(Known::Flag(matches!(values[0], Some(Known::Number(_))))),
                "IF" => match values[0]? {
                    Known::Flag(true) => values[1],
                    _ => values[2],
                },
                "AND" => values.into_iter().try_fold(true, |all, value| Some(all && value? == Known::Flag(true))).map(Known::Flag),
                "MIN" => values.into_iter().try_fold(f64::INFINITY, |least, value| Some(least.min(value?.number()?))).map(Known::Number),
                "ROUND" => {
                    let scale = 10_f64.powf(values[1]?.number()?);
                    Some(Known::Number((values[0]?.number()? * scale).round() / scale))
                }
                other => panic!("{other}"),
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn a_lines_formula_takes_the_price_the_server_takes(
        price in 1_i64..3_000_000,
        tiers in proptest::collection::vec((1_i64..60_000, -10_i64..3_000_000), 0..7),
        few in proptest::bool::ANY,
        quantities in proptest::collection::vec(proptest::prelude::prop_oneof![0_i64..70_000, (0_i64..7).prop_map(|at| at * 10_000)], 1..12),
    ) {
        let round = |from: i64| if few { (1 + from / 20_000) * 10_000 } else { from };
        let mut list = snapshot(VatMode::Net);
        let tiers: Vec<Tier> = tiers.into_iter().map(|(from, price)| Tier { from: round(from), price }).collect();
        list.products = vec![ProductRow { price, tiers, ..product("1", "Kettle", 0, 1) }];
        let product = list.products[0].clone();
        for quantity in quantities.into_iter().map(Quantity::from_raw) {
            let line = OrderedLine { code: "1".into(), quantity };
            let book = super::price_list(Columns::from_snapshot(&list), None, &[line], form(), Lang::Bg).unwrap();
            let (set_up, rows) = book.sheets.into_iter().next().unwrap();
            let row = rows.map(Result::unwrap).last().unwrap();
            let mut cells = std::collections::HashMap::new();
            for (column, _, value) in &row.cells {
                let known = match value {
                    Value::Number(number) => computed::Known::Number(number.to_string().parse().unwrap()),
                    Value::Text(text) if !text.is_empty() => computed::Known::Text,
                    Value::Often(_) => computed::Known::Text,
                    _ => computed::Known::Blank,
                };
                cells.insert(formulas::cell(row.at, *column, false), known);
            }
            let amount = crate::money::line_amount(quantity, product.price_at(quantity), crate::money::Percent::ZERO, Currency::GBP).unwrap();
            let stored = row.cells.iter().find_map(|(_, _, value)| if let Value::Repeated(number) = value { Some(*number) } else { None });
            proptest::prop_assert_eq!(stored, Some(formulas::amount_number(amount)));
            let formula = (set_up.repeated.as_ref().unwrap().of)(row.at);
            let mut sheet = computed::Sheet { cells: &cells, rest: &formula };
            let found = sheet.expression();
            proptest::prop_assert_eq!(sheet.rest, "");
            proptest::prop_assert_eq!(found, Some(computed::Known::Number(amount.minor as f64 / 100.0)), "{}", formula);
            // What is no number is no order, and breaks nothing.
            cells.insert(formulas::cell(row.at, set_up.selected.unwrap().1, false), computed::Known::Text);
            let nothing = computed::Sheet { cells: &cells, rest: &formula }.expression();
            proptest::prop_assert_eq!(nothing, Some(computed::Known::Number(0.0)));
        }
    }
}

use super::book::{Book, Value};
use super::*;
use crate::api;
use crate::catalog::columns::Columns;
use crate::catalog::{GroupRow, ProductRow, Snapshot};
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

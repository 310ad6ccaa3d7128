//! The workbook as other programs see it: openpyxl opens it, LibreOffice computes it anew, calamine reads it.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx, open_workbook};
use kontor_shared::api;
use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot, Tier};
use kontor_shared::ids::OrderId;
use kontor_shared::money::{Currency, Money, Percent, Price, Quantity, VatMethod, VatMode, line_amount, totals};
use kontor_shared::orders::{LineReason, OrderState, Verdict};
use kontor_shared::sheet::{FormInfo, OrderedLine, row_id, write_order, write_price_list};
use kontor_shared::words::Lang;
use kontor_tests::assert_snapshot;
use kontor_tests::databases::fresh_directory;
use serde_json::Value;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as i64
    }
}

fn run(command: &mut Command, input: Option<&str>) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{:?} is missing ({error}); cargo xtask test installs it", command.get_program()));
    child.stdin.take().unwrap().write_all(input.unwrap_or("").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Debian's Python, which has Debian's openpyxl.
fn python(arguments: &[&Path], input: Option<&str>) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/workbook.py");
    run(Command::new("/usr/bin/python3").arg(script).args(arguments), input)
}

/// What stands in each workbook; none has anything Excel would call damage.
pub(crate) fn dump(files: &[PathBuf]) -> Vec<Value> {
    let arguments: Vec<&Path> = std::iter::once(Path::new("dump")).chain(files.iter().map(PathBuf::as_path)).collect();
    let books: Vec<Value> = python(&arguments, None).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (file, book) in files.iter().zip(&books) {
        assert_eq!(book["faults"], Value::Array(Vec::new()), "{}: Excel would repair it", file.display());
    }
    books
}

/// Opens the files in LibreOffice and saves them; gives the saved ones.
pub(crate) fn through_libreoffice(files: &[PathBuf], directory: &Path) -> Vec<PathBuf> {
    let out = directory.join("saved");
    std::fs::create_dir_all(&out).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", directory.join("profile").display());
    run(Command::new("soffice").args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"]).arg(&out).args(files), None);
    files.iter().map(|file| out.join(file.file_name().unwrap())).collect()
}

const RATES: [i64; 4] = [0, 900, 2000, 2250];

pub(crate) fn price_list(dice: &mut Dice, currency: Currency, vat_mode: VatMode) -> Snapshot {
    let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
    let products = (0..60)
        .map(|at| ProductRow {
            code: format!("{at:05}"),
            name: format!("Goods {at}"),
            group: at / 20,
            unit: "kg".into(),
            // Many products of a price and a quantity end in exactly half a cent.
            price: if dice.below(2) == 0 { dice.below(200) * 50 } else { dice.below(2_000_000) },
            vat_rate: RATES[dice.below(4) as usize],
            precision: 3,
            ..ProductRow::default()
        })
        .collect();
    Snapshot {
        version: 3,
        overlay: "wholesale".into(),
        currency,
        vat_mode,
        published_at: 1_322_700_000_000,
        valid_from: "2011-12-01".into(),
        valid_until: None,
        terms: "Terms".into(),
        note: String::new(),
        groups: vec![group("A", None), group("A1", Some(0)), group("B", None)],
        attributes: Vec::new(),
        products,
    }
}

pub(crate) fn form(vat_method: VatMethod) -> FormInfo {
    FormInfo {
        form_id: "OF-7K2Q9M3T".into(),
        customer_code: Some("12347".into()),
        customer_name: Some("Miller & Sons".into()),
        firm_name: "Demo Gifts".into(),
        firm_email: "orders@firm.example".into(),
        firm_phone: String::new(),
        firm_address: vec!["1 High Street".into()],
        issued_at: 1_323_468_000_000,
        vat_method,
        demo: false,
        token: None,
    }
}

/// An amount as a cell holds it: to the cent what is expected, and not a hair beside it.
fn same(cell: &Value, expected: Money, what: &str) {
    let number = cell["value"].as_f64().unwrap_or_else(|| panic!("{what}: {cell}"));
    let minor = number * 10_f64.powi(expected.currency.exponent() as i32);
    assert!((minor - expected.minor as f64).abs() < 1e-6, "{what}: {number} instead of {}", expected.decimal());
}

/// The columns that names of a dumped price list stand for.
pub(crate) fn column(book: &Value, name: &str) -> String {
    let of = book["named"][name].as_str().unwrap_or_else(|| panic!("{name} in {}", book["named"]));
    of.rsplit_once('!').unwrap().1.split('$').nth(1).unwrap().to_string()
}

/// Checks each line and the totals of a dumped price list against `money`.
fn check_amounts(book: &Value, snapshot: &Snapshot, order: &[OrderedLine], method: VatMethod, what: &str) {
    let cells = &book["sheets"][0]["cells"];
    let (lines, of_amount) = (column(book, "OF_LINE"), column(book, "OF_AMOUNT"));
    let rows: HashMap<&str, String> = cells
        .as_object()
        .unwrap()
        .iter()
        .filter(|(at, _)| at.trim_end_matches(|char: char| char.is_ascii_digit()) == lines)
        .map(|(at, cell)| (cell["value"].as_str().unwrap(), at[lines.len()..].to_string()))
        .collect();
    let mut amounts = Vec::new();
    for (at, product) in snapshot.products.iter().enumerate() {
        let quantity = order.iter().find(|line| line.code == product.code).map(|line| line.quantity);
        // As the server does it.
        let price = product.price_at(quantity.unwrap_or_default());
        let amount = line_amount(quantity.unwrap_or_default(), price, Percent::ZERO, snapshot.currency).unwrap();
        same(&cells[format!("{of_amount}{}", rows[row_id(at as u32).as_str()])], amount, &format!("{what}, {price} × {quantity:?} of {}", product.code));
        if quantity.is_some() {
            amounts.push((amount, product.vat_rate()));
        }
    }
    let sum = totals(&amounts, snapshot.currency, snapshot.vat_mode, method).unwrap();
    let rates: std::collections::BTreeSet<i64> = snapshot.products.iter().map(|product| product.vat_rate).collect();
    let mut expected = vec![sum.net];
    for rate in rates {
        expected.push(sum.by_rate.iter().find(|entry| entry.rate.raw() == rate).map_or(Money::zero(snapshot.currency), |entry| entry.vat));
    }
    expected.push(sum.gross);
    for (row, amount) in expected.into_iter().enumerate() {
        same(&cells[format!("{of_amount}{}", row + 1)], amount, &format!("{what}, total {row}"));
    }
}

#[test]
fn libreoffice_computes_the_same_cents() {
    let directory = fresh_directory();
    let mut dice = Dice(20_111_209);
    let mut cases = Vec::new();
    for at in 0..20 {
        let mode = if at % 2 == 0 { VatMode::Net } else { VatMode::Gross };
        let method = if at % 5 == 4 { VatMethod::PerLine } else { VatMethod::PerRate };
        let currency = [Currency::GBP, "JPY".parse().unwrap(), Currency::EUR, "KWD".parse().unwrap()][at % 4];
        let mut snapshot = price_list(&mut dice, currency, mode);
        // Half of the lists have prices from a quantity on, some from the same few quantities, some each from its own.
        for product in &mut snapshot.products {
            if at % 4 > 1 || dice.below(3) == 0 {
                continue;
            }
            let mut steps = vec![10_000, 50_000, 99_500];
            if at % 8 > 3 {
                steps = (0..6).map(|_| 1 + dice.below(300_000)).collect();
                steps.sort_unstable();
            }
            let below = product.price.max(1) as u64 * 11 / 10 + 1;
            product.tiers = steps.into_iter().map(|from| Tier { from, price: dice.below(below) }).collect();
        }
        let order: Vec<OrderedLine> = snapshot
            .products
            .iter()
            .filter_map(|product| {
                let quantity = if dice.below(2) == 0 { Quantity::whole(dice.below(100)) } else { Quantity::from_raw(dice.below(500_000)) };
                (dice.below(3) > 0).then(|| OrderedLine { code: product.code.clone(), quantity })
            })
            .collect();
        // Once filled in by us, with results stored; once empty and filled in by somebody else, without.
        let (ours, empty, theirs) = (directory.join(format!("ours-{at}.xlsx")), directory.join("empty.xlsx"), directory.join(format!("theirs-{at}.xlsx")));
        std::fs::write(&ours, write_price_list(&snapshot, &order, &form(method), Lang::En).unwrap()).unwrap();
        std::fs::write(&empty, write_price_list(&snapshot, &[], &form(method), Lang::Ru).unwrap()).unwrap();
        let quantities: BTreeMap<&str, String> = order.iter().map(|line| (line.code.as_str(), line.quantity.to_string())).collect();
        python(&[Path::new("enter"), &empty, &theirs], Some(&serde_json::to_string(&quantities).unwrap()));
        cases.push((snapshot, order, method, ours, theirs));
    }
    let ours: Vec<PathBuf> = cases.iter().map(|case| case.3.clone()).collect();
    let theirs: Vec<PathBuf> = cases.iter().map(|case| case.4.clone()).collect();
    let stored = dump(&ours);
    let computed = dump(&through_libreoffice(&theirs, &directory));
    for (at, (snapshot, order, method, ..)) in cases.iter().enumerate() {
        check_amounts(&stored[at], snapshot, order, *method, &format!("stored {at}"));
        check_amounts(&computed[at], snapshot, order, *method, &format!("computed {at}"));
    }
    std::fs::remove_dir_all(directory).unwrap();
}

/// Codes and names that spreadsheets like to improve.
pub(crate) fn awkward() -> Snapshot {
    let mut dice = Dice(1);
    let mut snapshot = price_list(&mut dice, Currency::GBP, VatMode::Net);
    snapshot.products.truncate(8);
    let texts = [
        ("00123", "Kettle"),
        ("1E5", "=HYPERLINK(\"http://example.com\")"),
        ("12-05", "+44 20 0000"),
        ("-7", "-1+1"),
        ("@8", "@SUM(A1)"),
        ("4607000000001", "Line\nbreak & <tag> \u{1}_x000D_"),
        ("=1+1", "Ёлка"),
        ("1/2", " spaces "),
    ];
    for (at, (code, name)) in texts.into_iter().enumerate() {
        let product = &mut snapshot.products[at];
        (product.code, product.name, product.group) = (code.into(), name.into(), at as u32 / 3);
        (product.price, product.vat_rate) = (25_500 + at as i64, 2000);
        (product.min, product.increment, product.precision) = (Some(6_000), Some(6_000), 0);
    }
    snapshot
}

#[test]
fn the_workbook_opens_as_it_was_meant() {
    let directory = fresh_directory();
    let file = directory.join("list.xlsx");
    let snapshot = awkward();
    let order = [OrderedLine { code: "00123".into(), quantity: Quantity::whole(12) }];
    std::fs::write(&file, write_price_list(&snapshot, &order, &form(VatMethod::PerRate), Lang::En).unwrap()).unwrap();
    let saved = through_libreoffice(std::slice::from_ref(&file), &directory);
    let books = dump(&[file, saved[0].clone()]);

    let sheet = &books[0]["sheets"][0];
    assert_eq!((sheet["freeze"].as_str(), sheet["filter"].as_str(), sheet["titles"].as_str()), (Some("C11"), Some("A10:M21"), Some("$10:$10")));
    assert_eq!((sheet["protected"].as_bool(), sheet["filter_allowed"].as_bool(), sheet["password"].as_bool()), (Some(true), Some(true), Some(false)));
    assert_eq!((sheet["paper"].as_str(), sheet["summary_below"].as_bool()), (Some("9"), Some(false)));
    assert_eq!(sheet["hidden_columns"], serde_json::json!(["L", "M"]));
    assert_eq!(sheet["validations"].as_array().map(Vec::len), Some(1));
    assert_eq!((books[0]["creator"].as_str(), books[0]["created"].as_str()), (Some("Demo Gifts"), Some("2011-12-09 22:00:00")));
    // On paper: on its side, without tints, the form's id on every page and as a code above the table.
    assert_eq!(sheet["how"], serde_json::json!(["landscape", true, 0.4]));
    assert_eq!(sheet["header"], serde_json::json!(["Demo Gifts", "Form OF-7K2Q9M3T"]));
    assert_eq!(books[0]["pictures"][0], serde_json::json!([[0, 5]]), "the code stands above what scrolls");
    assert_eq!(books[0]["pictures"], books[1]["pictures"], "LibreOffice keeps it");
    let states: Vec<&str> = books[0]["sheets"].as_array().unwrap().iter().map(|sheet| sheet["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["visible", "visible", "hidden"]);

    for book in &books {
        let sheet = &book["sheets"][0];
        let mut rows: Vec<(u32, &str)> = Vec::new();
        for (at, cell) in sheet["cells"].as_object().unwrap() {
            if let Some(row) = at.strip_prefix('L').and_then(|row| row.parse().ok())
                && row > 10
            {
                rows.push((row, cell["value"].as_str().unwrap()));
            }
        }
        rows.sort_unstable();
        assert_eq!(rows.len(), snapshot.products.len());
        for ((row, id), (at, product)) in rows.into_iter().zip(snapshot.products.iter().enumerate()) {
            let cell = |column: &str| &sheet["cells"][format!("{column}{row}")];
            assert_eq!(id, row_id(at as u32));
            assert_eq!((cell("A")["value"].as_str(), cell("A")["type"].as_str(), cell("A")["format"].as_str()), (Some(&*product.code), Some("s"), Some("@")));
            assert_eq!(cell("B")["type"], "s");
            assert_eq!(cell("B")["value"].as_str().unwrap().replace("_x005F_", "_"), product.name.replace('\u{1}', ""));
            assert_eq!(cell("G")["type"], "n");
            assert_eq!(cell("J")["type"], "f");
            assert_eq!(sheet["levels"][row.to_string()], if product.group == 1 { 2 } else { 1 });
            assert!(sheet["unlocked"].as_array().unwrap().contains(&Value::from(format!("I{row}"))));
        }
        // Beside the quantities what the buyer says of the whole order, by names; each in the row with its label.
        let fields = [("OF_PO", "Your order number"), ("OF_WANTED", "Wanted on"), ("OF_COMMENT", "Comment")];
        let mut open: Vec<String> = Vec::new();
        for (name, label) in fields {
            let at = book["named"][name].as_str().unwrap().rsplit_once('!').unwrap().1.replace('$', "");
            assert_eq!(sheet["cells"][at.replace('B', "A")]["value"], label);
            open.push(at);
        }
        let area = sheet["area"].as_str().unwrap();
        assert!(area.contains("$A$1:$J$21"), "{area}");
        assert!(sheet["unlocked"].as_array().unwrap().iter().all(|at| at.as_str().is_some_and(|at| at.starts_with('I') || open.iter().any(|one| one == at))));
        for (name, column) in [("OF_CODE", "A"), ("OF_QTY", "I"), ("OF_PRICE", "G"), ("OF_AMOUNT", "J"), ("OF_LINE", "L")] {
            assert!(book["named"][name].as_str().unwrap().ends_with(&format!("!${column}$11:${column}$21")), "{name}: {}", book["named"]);
        }
        assert!(book["named"]["OF_TOTAL"].as_str().unwrap().ends_with("!$J$3"), "{}", book["named"]);
    }
    std::fs::remove_dir_all(directory).unwrap();
}

/// Every cell of a workbook as calamine reads it, one per line.
pub(crate) fn cells(bytes: &[u8], directory: &Path) -> String {
    let file = directory.join("cells.xlsx");
    std::fs::write(&file, bytes).unwrap();
    let mut book: Xlsx<_> = open_workbook(&file).unwrap();
    let mut text = String::new();
    for name in book.sheet_names() {
        text.push_str(&format!("[{name}]\n"));
        let range = book.worksheet_range(&name).unwrap();
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let value = match value {
                Data::String(text) => format!("{text:?}"),
                other => other.to_string(),
            };
            text.push_str(&format!("{}{} {value}\n", char::from(b'A' + left as u8 + column as u8), top as usize + row + 1));
        }
    }
    text
}

#[test]
fn the_cells_read_as_they_did() {
    let directory = fresh_directory();
    let order = [OrderedLine { code: "00123".into(), quantity: Quantity::whole(12) }, OrderedLine { code: "gone".into(), quantity: Quantity::whole(1) }];
    for lang in Lang::ALL {
        let bytes = write_price_list(&awkward(), &order, &form(VatMethod::PerRate), lang).unwrap();
        assert_snapshot(&format!("sheet/price-list-{}.txt", lang.tag()), &cells(&bytes, &directory));
        let bytes = write_order(&order_of(VatMode::Net), &firm(), lang).unwrap();
        assert_snapshot(&format!("sheet/order-{}.txt", lang.tag()), &cells(&bytes, &directory));
    }
    std::fs::remove_dir_all(directory).unwrap();
}

pub(crate) fn firm() -> api::Firm {
    api::Firm {
        name: "Demo Gifts".into(),
        currency: Currency::GBP,
        vat_mode: VatMode::Net,
        lang: Lang::En,
        email: "orders@firm.example".into(),
        phone: String::new(),
        address: Vec::new(),
        demo: true,
        as_of: None,
        today: "2011-12-09".into(),
        attribution: None,
        public_prices: true,
        demo_logins: Vec::new(),
        logo: None,
        langs: Vec::new(),
        sign_up: false,
    }
}

pub(crate) fn order_of(vat_mode: VatMode) -> api::Order {
    let currency = Currency::GBP;
    let mut dice = Dice(7);
    let mut amounts = Vec::new();
    let lines = (0..12)
        .map(|at| {
            let refused = at == 5;
            let (quantity, price) = (Quantity::from_raw(dice.below(9_000)), Price::from_raw(dice.below(200_000)));
            let amount = if refused { Money::zero(currency) } else { line_amount(quantity, price, Percent::ZERO, currency).unwrap() };
            let vat_rate = Percent::from_raw(RATES[dice.below(4) as usize]);
            amounts.push((amount, vat_rate));
            api::OrderLine {
                code: format!("{at:05}"),
                name: if at == 0 { "=1+1".into() } else { format!("Goods {at}") },
                // Two leaves of one group, a group by itself, and lines without any.
                group: match (refused, at % 4) {
                    (true, _) | (_, 3) => Vec::new(),
                    (_, 0) => vec!["Kitchen".into(), "Cups".into()],
                    (_, 1) => vec!["Garden".into()],
                    _ => vec!["Kitchen".into(), "Plates".into()],
                },
                unit: "kg".into(),
                quantity,
                shown_price: Some(price),
                price: Some(price),
                vat_rate,
                amount: amount.decimal(),
                verdict: if refused { Verdict::Refused } else { Verdict::Accepted },
                reason: refused.then_some(LineReason::BelowMinimum),
            }
        })
        .collect();
    let sum = totals(&amounts, currency, vat_mode, VatMethod::PerRate).unwrap();
    api::Order {
        id: "018f3b6e-7b1a-7000-8000-000000000001".parse::<OrderId>().unwrap(),
        number: "000042".into(),
        state: OrderState::Submitted,
        revision: 1,
        source: "page".into(),
        kind: "sale".into(),
        customer: None,
        ordered_at: "2011-12-09T12:50:00Z".into(),
        price_list: Some(3),
        overlay: Some("wholesale".into()),
        po_number: "PO/1".into(),
        wanted_on: Some("2011-12-20".into()),
        delivery_address: "1 High Street\nLondon".into(),
        comment: "+ please call".into(),
        currency,
        vat_mode,
        net: sum.net.decimal(),
        vat: sum.vat.decimal(),
        gross: sum.gross.decimal(),
        lacking: None,
        read: 12,
        accepted: 11,
        changed: 0,
        refused: 1,
        lines,
        events: Vec::new(),
        documents: Vec::new(),
        actions: Vec::new(),
    }
}

#[test]
fn an_orders_workbook_comes_to_the_orders_totals() {
    let directory = fresh_directory();
    let orders = [order_of(VatMode::Net), order_of(VatMode::Gross)];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (at, order) in orders.iter().enumerate() {
        let (file, stripped) = (directory.join(format!("order-{at}.xlsx")), directory.join(format!("stripped-{at}.xlsx")));
        std::fs::write(&file, write_order(order, &firm(), Lang::Bg).unwrap()).unwrap();
        python(&[Path::new("enter"), &file, &stripped], Some("{}"));
        ours.push(file);
        theirs.push(stripped);
    }
    let ours = dump(&ours);
    for book in &ours {
        // Groups fold, the table's head stays, the filter spans the lines.
        let sheet = &book["sheets"][0];
        let levels: Vec<i64> = sheet["levels"].as_object().unwrap().values().filter_map(Value::as_i64).collect();
        assert_eq!((levels.iter().filter(|level| **level == 2).count(), levels.iter().max()), (6, Some(&2)), "{levels:?}");
        assert_eq!(sheet["freeze"], "C13");
        assert!(sheet["filter"].as_str().is_some_and(|range| range.starts_with("A12:H")), "{}", sheet["filter"]);
    }
    for books in [ours, dump(&through_libreoffice(&theirs, &directory))] {
        for (book, order) in books.iter().zip(&orders) {
            let cells = book["sheets"][0]["cells"].as_object().unwrap();
            let row_of =
                |label: &str| cells.iter().find(|(_, cell)| cell["value"].as_str().is_some_and(|text| text.starts_with(label))).unwrap().0[1..].to_string();
            for (label, amount) in [("Общо без ДДС", &order.net), ("Общо с ДДС", &order.gross)] {
                let cell = &cells[&format!("G{}", row_of(label))];
                assert_eq!(cell["type"], "f");
                same(cell, Money::parse(amount, order.currency).unwrap(), label);
            }
            assert!(cells.values().any(|cell| cell["value"] == "00000" && cell["type"] == "s"));
        }
    }
    std::fs::remove_dir_all(directory).unwrap();
}

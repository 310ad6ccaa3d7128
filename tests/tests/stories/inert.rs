//! Nothing that came from outside is a formula in anything that goes out: CSV from the server, workbooks of tables.

use kontor_server::exports;
use kontor_server::imports::Kind;
use kontor_shared::inert::is_formula;
use kontor_shared::money::Currency;
use kontor_shared::sheet::{Cell, Column, Table, write_tables};
use kontor_shared::words::Lang;
use kontor_tests::databases::fresh_directory;
use kontor_tests::files::import;
use kontor_tests::on_both_databases;

use crate::sheet::dump;

/// Every cell of a CSV file; none may be run. Numbers below zero are numbers.
fn check(what: &str, bytes: &[u8], marks: usize) {
    let mut found = 0;
    for record in csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes).records() {
        for cell in &record.expect("a CSV row") {
            assert!(!is_formula(cell) || cell.parse::<f64>().is_ok(), "{what}: {cell}");
            found += usize::from(cell.starts_with('\'') && is_formula(&cell[1..]));
        }
    }
    assert!(found >= marks, "{what}: {found} cells are marked, of {marks}: {}", String::from_utf8_lossy(bytes));
}

on_both_databases!(no_csv_that_goes_out_holds_a_formula, |app| async {
    let goods = "code,name,group,unit,price,price.wholesale@10\n-7,=1+1,@Group,+m,2,1\n＝8,@SUM(A1),=2+2,-kg,3,2\n";
    let report = import(&app, Kind::Products, &[("p.csv", goods)]).await;
    assert_eq!(report.refused, 0, "{report:?}");
    let customers = "code,name,region,address,delivery address,tax id,contact,email,phone,fax,position\n\
        =C1,+Name,-North,@Street,=Side door,+1,=Ann,a@c.example,+359 2,+359 3,-buyer\n";
    let report = import(&app, Kind::Customers, &[("c.csv", customers)]).await;
    assert_eq!(report.refused, 0, "{report:?}");
    let report = import(&app, Kind::Orders, &[("o.csv", "number,date,customer,code,quantity,price\n=9,2025-10-20,=C1,-7,10,1.50\n")]).await;
    assert_eq!(report.refused, 0, "{report:?}");
    let state = app.state();
    check("products", &exports::products_csv(&exports::products(state).await.expect("goods")).expect("a CSV"), 8);
    let sales = app.staff(kontor_shared::api::Role::Sales).await;
    sales.post("/api/price-lists", &serde_json::json!({})).await.ok();
    let listed = exports::listed(&exports::price_list(state).await.expect("a list"));
    check("the price list", &exports::products_csv(&listed).expect("a CSV"), 8);
    let mut bytes = Vec::new();
    exports::customers(state, false, &mut bytes).await.expect("customers");
    check("customers", &bytes, 10);
    bytes.clear();
    exports::orders(state, false, &mut bytes).await.expect("orders");
    check("orders", &bytes, 3);
});

#[test]
fn no_table_that_goes_out_as_a_workbook_holds_a_formula() {
    let directory = fresh_directory();
    let texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"];
    let table = Table {
        title: "=Title".into(),
        notes: texts.map(String::from).into(),
        columns: vec![Column::text("=Head", 10), Column::number("-Head", 10)],
        rows: texts.iter().map(|text| vec![Cell::Text((*text).into()), Cell::Code((*text).into())]).collect(),
    };
    let file = directory.join("table.xlsx");
    std::fs::write(&file, write_tables(&[table], "=Firm", Currency::EUR, 0, Lang::En).unwrap()).unwrap();
    let book = &dump(&[file])[0];
    let sheet = &book["sheets"][0];
    let cells = sheet["cells"].as_object().unwrap();
    assert_eq!(cells.len(), 1 + 7 + 2 + 14);
    for (at, cell) in cells {
        assert_eq!(cell["type"], "s", "{at}: {cell}");
        // Whoever edits the cell finds text in it, too.
        let quoted = sheet["looks"][at][10].as_bool() == Some(true);
        assert!(quoted || !is_formula(cell["value"].as_str().unwrap()), "{at}: {cell}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

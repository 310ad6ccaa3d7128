//! A filled-in order form on its way back: saved by other programs, edited by people, told line by line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use kontor_server::child::{self, ChildError};
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{ImportReport, PublishReport, Role};
use kontor_shared::orders::Verdict;
use kontor_tests::databases::Place;
use kontor_tests::{TestApp, hostile, on_both_databases, program};
use serde_json::{Value, json};

/// Goods of every kind of code, and one that is sold by ten.
const GOODS: &str = "code;name;group;unit;price.wholesale EUR;increment\n00123;Tea;G;pc;2.00;\n0E10;Pot;G;pc;5.00;\n85123A;Cup;G;pc;1.25;\n4607000000001;Bowl;G;pc;3.10;\n\
    KG1;Sugar;G;kg;1.50;\nTEN;Spoon;H;pc;0.40;10\nA-1;Fork;H;pc;0.45;\nA-2;Knife;H;pc;0.55;\nA-3;Plate;H;pc;4.00;\nA-4;Glass;H;pc;2.20;\n";

/// The goods published, a customer, and its form.
pub(crate) async fn issue(app: &TestApp) -> PathBuf {
    let sales = app.staff(Role::Sales).await;
    let report: ImportReport = sales.upload("/api/imports?kind=products&name=goods.csv", GOODS.as_bytes().to_vec()).await.json();
    assert_eq!((report.created, report.refused), (10, 0), "{report:?}");
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    app.customer("C1").await;
    form_of(app, "C1")
}

fn form_of(app: &TestApp, customer: &str) -> PathBuf {
    let file = app.place().directory.join(format!("{customer}.xlsx"));
    program::run(app.place(), &["pricelist", "--customer", customer, "--out", file.to_str().unwrap()]);
    file
}

/// The form edited, under another name that says nothing of it.
pub(crate) fn edited(form: &Path, name: &str, edits: &Value) -> PathBuf {
    use std::io::Write as _;
    let out = form.with_file_name(format!("{name}.xlsx"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/form.py");
    // Debian's Python, which has Debian's openpyxl.
    let mut python = Command::new("/usr/bin/python3").arg(script).args([form, &out]).stdin(std::process::Stdio::piped()).spawn().expect("Python starts");
    python.stdin.take().unwrap().write_all(edits.to_string().as_bytes()).unwrap();
    assert!(python.wait().unwrap().success(), "{name}");
    out
}

/// The same file as LibreOffice saves it in another format.
pub(crate) fn saved_as(file: &Path, filter: &str) -> PathBuf {
    let directory = file.with_file_name("saved");
    let profile = format!("-env:UserInstallation=file://{}", file.with_file_name("profile").display());
    let status = Command::new("soffice")
        .env("LC_ALL", "C.UTF-8")
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .arg(&directory)
        .arg(file)
        .stdout(std::process::Stdio::null())
        .status()
        .expect("LibreOffice is installed");
    assert!(status.success(), "{filter}");
    directory.join(file.file_name().unwrap()).with_extension(filter.split(':').next().unwrap())
}

/// What `kontor read-form` says, and its exit code.
#[track_caller]
pub(crate) fn account(place: &Place, file: &Path, more: &[&str]) -> (FormAccount, i32) {
    let arguments: Vec<&str> = ["read-form", file.to_str().unwrap(), "--json"].into_iter().chain(more.iter().copied()).collect();
    let output = program::run_with_input(place, &arguments, "");
    let said = String::from_utf8_lossy(&output.stderr);
    let account: FormAccount = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{}: {error}: {said}", file.display()));
    assert_eq!(account.read, account.accepted + account.changed + account.refused);
    assert_eq!(account.read as usize, account.lines.len());
    (account, output.status.code().unwrap())
}

/// Code and quantity of the lines taken, sorted.
fn taken(account: &FormAccount) -> Vec<(&str, String)> {
    let mut lines: Vec<(&str, String)> = account
        .lines
        .iter()
        .filter(|line| line.verdict != Verdict::Refused)
        .map(|line| (line.code.as_str(), line.quantity.expect("a quantity that was taken").to_string()))
        .collect();
    lines.sort();
    lines
}

fn refused(account: &FormAccount) -> Vec<(&str, &str)> {
    let mut lines: Vec<(&str, &str)> = account
        .lines
        .iter()
        .filter(|line| line.verdict == Verdict::Refused)
        .map(|line| (line.code.as_str(), line.reason.as_deref().expect("a reason")))
        .collect();
    lines.sort();
    lines
}

fn warned(account: &FormAccount) -> Vec<&str> {
    account.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

on_both_databases!(a_form_comes_back_from_any_program, |app| async {
    let form = issue(&app).await;
    let fields = json!(["fields", {"OF_PO": "PO/7", "OF_WANTED": {"date": "2026-02-05"}, "OF_COMMENT": "Ring\nfirst"}]);
    let filled = edited(&form, "order", &json!([["type", {"00123": 12, "0E10": 3, "85123A": 7, "4607000000001": 1, "TEN": 20}], fields]));
    let expected =
        [("00123", "12"), ("0E10", "3"), ("4607000000001", "1"), ("85123A", "7"), ("TEN", "20")].map(|(code, quantity)| (code, quantity.to_string()));
    let csv = "csv:Text - txt - csv (StarCalc):44,34,76,1";
    for (filter, format) in [("xlsx", "xlsx"), ("ods", "ods"), ("xls", "xls"), (csv, "csv"), ("html", "html")] {
        let file = saved_as(&filled, filter);
        let (account, code) = account(app.place(), &file, &["--customer", "C1"]);
        assert_eq!(account.format, format, "{filter}");
        assert_eq!(taken(&account), expected, "{filter}: {account:?}");
        assert_eq!((code, account.refused, account.gross.as_str()), (0, 0, "70.62"), "{filter}: {account:?}");
        assert!(account.form_id.is_some() && warned(&account).is_empty(), "{filter}: {account:?}");
        let said = (account.po_number.as_str(), account.comment.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(said, ("PO/7", "Ring first".into()), "{filter}: {account:?}");
        assert_eq!(account.wanted_on.as_deref(), Some("2026-02-05"), "{filter}: {account:?}");
        // LibreOffice leaves hidden columns out of a page.
        assert_eq!(account.found_by.as_deref(), Some(if format == "html" { "code" } else { "row_id" }), "{filter}");
    }
    // The XML of 2003, as Excel writes it; rows and cells that are empty are left out.
    let id = account(app.place(), &filled, &[]).0.form_id.unwrap();
    let row = |at: u32, code: &str, quantity: &str| {
        format!(r#"<Row ss:Index="{at}"><Cell><Data ss:Type="String">{code}</Data></Cell><Cell ss:Index="4">{quantity}</Cell></Row>"#)
    };
    let rows = [
        row(3, "Code", r#"<Data ss:Type="String">Quantity</Data>"#),
        row(5, "00123", r#"<Data ss:Type="Number">12</Data>"#),
        row(6, "A-1", r#"<Data ss:Type="String">2 &amp; more</Data>"#),
        // What follows a merged cell stands behind the columns it covers.
        r#"<Row ss:Index="7"><Cell ss:MergeAcross="2"><Data ss:Type="String">A-2</Data></Cell><Cell><Data ss:Type="Number">4</Data></Cell></Row>"#.to_string(),
    ];
    let xml = format!(
        r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <CustomDocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><OrderFormId>{id}</OrderFormId></CustomDocumentProperties>
        <Worksheet ss:Name="List"><Table>{}</Table></Worksheet></Workbook>"#,
        rows.concat()
    );
    let file = filled.with_file_name("old.xls");
    std::fs::write(&file, xml).unwrap();
    let (old, code) = account(app.place(), &file, &[]);
    assert_eq!(
        (old.format.as_str(), code, taken(&old), refused(&old)),
        ("xml", 1, vec![("00123", "12".to_string()), ("A-2", "4".to_string())], vec![("A-1", "not_a_number")])
    );
    assert_eq!((old.form_id, old.lines[0].row), (Some(id), 5));
    // Whatever it is called, and without being told whose it is.
    let odd = filled.with_file_name("order.csv");
    std::fs::copy(&filled, &odd).unwrap();
    let (named, _) = account(app.place(), &odd, &[]);
    assert_eq!((named.format.as_str(), named.customer.as_str(), taken(&named)), ("xlsx", "C1", expected.to_vec()));
    // Nothing is stored, and the text says the same.
    let text = program::run(app.place(), &["read-form", filled.to_str().unwrap()]);
    assert!(text.contains("5 read = 5 accepted + 0 changed + 0 refused"), "{text}");
    assert!(text.contains("order number: PO/7\nwanted on: 2026-02-05\ncomment: Ring first\n"), "{text}");
    let unclear = json!([["type", {"A-1": 1}], ["fields", {"OF_WANTED": "03/04/2026"}]]);
    let (unclear, _) = account(app.place(), &edited(&form, "unclear", &unclear), &[]);
    assert_eq!((unclear.wanted_on.as_deref(), warned(&unclear)), (None, vec!["wanted_on_unclear"]));
    assert_eq!(kontor_tests::goods::number(&app.state().db, "SELECT CAST(COUNT(*) AS BIGINT) FROM orders").await, 0);
});

on_both_databases!(what_people_do_to_a_form_changes_no_order, |app| async {
    let form = issue(&app).await;
    let fill = json!(["type", {"00123": 12, "A-3": 3, "TEN": 20}]);
    let expected = [("00123", "12"), ("A-3", "3"), ("TEN", "20")].map(|(code, quantity)| (code, quantity.to_string()));
    for (name, edits, warnings) in [
        ("sorted", json!([fill, ["reverse"]]), vec![]),
        ("deleted", json!([fill, ["delete_empty"]]), vec![]),
        ("added-column", json!([fill, ["insert_column", 2], ["drop_names"]]), vec![]),
        ("moved", json!([fill, ["move_quantity_first"], ["drop_names"]]), vec![]),
        ("renamed", json!([fill, ["rename", "My order"]]), vec![]),
        ("hidden", json!([fill, ["hide"]]), vec!["hidden_sheet"]),
        ("headless", json!([fill, ["drop_head"], ["drop_names"]]), vec![]),
        ("copied", json!([fill, ["copy_out"]]), vec![]),
        ("cheaper", json!([fill, ["price", "A-3", 0.01]]), vec!["price_edited"]),
        ("beside", json!([fill, ["put", 14, {"A-4": 5}]]), vec!["quantity_in_other_column"]),
        ("filtered", json!([fill, ["filter"]]), vec![]),
        ("inserted-rows", json!([fill, ["insert_rows"]]), vec![]),
        ("sorted-by-quantity", json!([fill, ["sort"]]), vec![]),
        ("columns-behind", json!([fill, ["put", 14, {"A-4": "remember", "TEN": "urgent"}]]), vec![]),
        ("group-deleted", json!([fill, ["delete_column", 11]]), vec![]),
        ("copied-without-code", json!([fill, ["copy_out"], ["delete_column", 1]]), vec![]),
        ("unprotected-and-merged", json!([fill, ["merge_head"], ["drop_names"]]), vec![]),
    ] {
        let file = edited(&form, name, &edits);
        let (account, code) = account(app.place(), &file, &["--customer", "C1"]);
        assert_eq!(taken(&account), expected, "{name}: {account:?}");
        assert_eq!((code, warned(&account)), (0, warnings), "{name}: {account:?}");
        assert_eq!(account.net, "44.00", "{name}: the firm's own prices count");
        assert_eq!(
            account.found_by.as_deref(),
            Some(match name {
                "copied" => "code",
                "copied-without-code" => "name",
                _ => "row_id",
            }),
            "{name}"
        );
    }
});

on_both_databases!(what_cannot_be_taken_is_told_with_its_reason, |app| async {
    let form = issue(&app).await;
    let typed = json!({
        "00123": "1 234,5", "0E10": "2 шт", "85123A": {"date": "2026-05-02"}, "4607000000001": {"formula": "=2+3"}, "KG1": "много",
        "TEN": 15, "A-1": -2, "A-2": 20_000_000, "A-3": true, "A-4": {"error": "#VALUE!"},
    });
    let file = saved_as(&edited(&form, "odd", &json!([["type", typed]])), "xlsx");
    let (told, code) = account(app.place(), &file, &[]);
    assert_eq!(code, 1);
    assert_eq!(taken(&told), [("0E10", "2".to_string()), ("4607000000001", "5".to_string())]);
    let expected = [
        ("00123", "too_precise"),
        ("85123A", "date"),
        ("A-1", "negative"),
        ("A-2", "quantity_too_large"),
        ("A-3", "true_or_false"),
        ("A-4", "error_value"),
        ("KG1", "not_a_number"),
        ("TEN", "not_multiple"),
    ];
    assert_eq!(refused(&told), expected, "{told:?}");
    assert_eq!(warned(&told), ["formula"], "{told:?}");
    let date = told.lines.iter().find(|line| line.code == "85123A").unwrap();
    assert!(date.quantity.is_none() && date.message.as_deref().unwrap().contains("2.5"), "{date:?}");

    // Numbers as texts, in every manner that leaves no doubt.
    let written = json!([["type", {"00123": "12", "KG1": "1\u{a0}234,5", "A-1": "'7", "A-2": "3 бр.", "A-3": "1'000", "A-4": "-", "85123A": 0}]]);
    let (texts, code) = account(app.place(), &edited(&form, "texts", &written), &[]);
    let expected = [("00123", "12"), ("A-1", "7"), ("A-2", "3"), ("A-3", "1000"), ("KG1", "1234.5")].map(|(code, quantity)| (code, quantity.to_string()));
    assert_eq!((code, taken(&texts), texts.read, warned(&texts)), (0, expected.to_vec(), 5, vec![]), "{texts:?}");

    let check = |name: &str, edits: Value, expected: &[(&str, &str)], warnings: &[&str]| {
        let (told, code) = account(app.place(), &edited(&form, name, &edits), &[]);
        assert_eq!((code, refused(&told), warned(&told)), (1, expected.to_vec(), warnings.to_vec()), "{name}: {told:?}");
    };
    check("twice", json!([["type", {"A-3": 3}], ["duplicate", "A-3", 4]]), &[("A-3", "stands_twice"), ("A-3", "stands_twice")], &[]);
    check("duplicated", json!([["type", {"A-3": 3}], ["duplicate", "A-3", 3]]), &[("A-3", "duplicate_row")], &[]);
    check("written-over", json!([["type", {"A-3": 3}], ["put", 2, {"A-3": "Tray"}], ["put", 1, {"A-3": "NEW-1"}]]), &[("NEW-1", "row_mixed_up")], &[]);
    // A library that computes nothing keeps no value of a formula.
    check("uncomputed", json!([["type", {"A-1": {"formula": "=2+3"}, "A-2": 1}]]), &[("A-1", "formula_without_value")], &[]);
    check("ticked", json!([["type", {"A-1": "x", "A-2": 1}]]), &[("A-1", "not_a_number")], &[]);
    check("half-sorted", json!([["type", {"A-3": 3}], ["codes_only", "A-3", "A-4"]]), &[("A-4", "row_mixed_up")], &[]);
});

on_both_databases!(a_form_is_known_for_whom_it_was_made, |app| async {
    let form = issue(&app).await;
    app.customer("C2").await;
    let file = edited(&form, "order", &json!([["type", {"A-3": 3}]]));
    let (other, _) = account(app.place(), &file, &["--customer", "C2"]);
    assert_eq!((other.customer.as_str(), warned(&other)), ("C2", vec!["other_customer"]));
    // Two forms in one file: the hidden sheet of another was put in.
    let foreign = account(app.place(), &form_of(&app, "C2"), &[]).0.form_id.unwrap();
    let (mixed, _) = account(app.place(), &edited(&form, "mixed", &json!([["type", {"A-3": 3}], ["meta", foreign]])), &["--customer", "C1"]);
    assert!(warned(&mixed).contains(&"forms_differ"), "{mixed:?}");
    // A list of the buyer's own needs a customer.
    let list = form.with_file_name("own.csv");
    std::fs::write(&list, "Артикул;Кол-во\n00123;5\n123;5\n4,607E+12;2\nНЕТ-1;1\n").unwrap();
    let output = program::run_with_input(app.place(), &["read-form", list.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let (own, code) = account(app.place(), &list, &["--customer", "C1"]);
    assert_eq!((code, taken(&own)), (1, vec![("00123", "5".into()), ("4607000000001", "2".into())]));
    assert_eq!((refused(&own), warned(&own)), (vec![("00123", "duplicate_row"), ("НЕТ-1", "unknown_code")], vec![]));
    // Prices that no longer hold are those of the list in force.
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", b"code;price.wholesale EUR\nA-3;5.00\n".to_vec()).await.json::<ImportReport>();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    let (risen, code) = account(app.place(), &file, &[]);
    assert_eq!((code, risen.changed, risen.lines[0].reason.as_deref(), warned(&risen)), (0, 1, Some("price_rose"), vec!["list_ended"]), "{risen:?}");
});

/// Memory of this process in KiB, by a line of its status.
fn resident(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says");
    let found = status.lines().find(|status| status.starts_with(line)).expect("a line");
    found.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// Set for the process that opens the files and does nothing else, so that its memory is its own.
const ALONE: &str = "KONTOR_TEST_ALONE";

/// Whoever opens a file gets an answer in time and keeps its memory, whatever the file is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_file_sent_as_a_form_is_refused_clearly() {
    if std::env::var_os(ALONE).is_none() {
        let mut alone = tokio::process::Command::new(std::env::current_exe().expect("this program"));
        alone.args(["--exact", "read_form::a_hostile_file_sent_as_a_form_is_refused_clearly", "--nocapture"]).env(ALONE, "1");
        let output = alone.output().await.expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        println!("{said}");
        assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    child::use_executable(program::kontor());
    let (mut wrong, mut count, mut worst, mut most) = (Vec::new(), 0, Duration::ZERO, 0);
    // Made before its memory is looked at.
    let files: Vec<hostile::Sent> = hostile::forms().collect();
    for file in files {
        std::fs::write("/proc/self/clear_refs", "5").expect("the mark of memory is set back");
        let before = resident("VmRSS");
        let started = Instant::now();
        let verdict = match child::read_book(file.bytes).await {
            Ok(_) => "ok",
            Err(ChildError::Refused { code, detail }) => {
                assert!(!detail.is_empty() && detail.len() < 400 && !detail.contains("root:"), "{}: {detail}", file.name);
                code
            }
            Err(ChildError::Failed(error)) => panic!("{}: {error:#}", file.name),
        };
        let (took, grew) = (started.elapsed(), resident("VmHWM").saturating_sub(before));
        println!("{}: {verdict} in {} ms, {} KiB", file.name, took.as_millis(), grew);
        (count, worst, most) = (count + 1, worst.max(took), most.max(grew));
        if !file.verdicts.contains(&verdict) || took > Duration::from_secs(35) || grew > 64 << 10 {
            wrong.push(format!("{}: {verdict} in {took:?}, {grew} KiB more; expected {:?}", file.name, file.verdicts));
        }
    }
    println!("{count} files, at most {worst:?} and {most} KiB");
    assert!(wrong.is_empty() && count >= 60, "{count} files; {wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn price_lists_of_other_firms_are_read_whatever_they_are_called() {
    child::use_executable(program::kontor());
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples");
    let samples = [
        ("pricelists/ru-1c-tdsheet.xls", Ok("xls")),
        ("pricelists/bg-building-materials-xlsx-named.xls", Ok("xlsx")),
        ("pricelists/ru-order-form-4-price-tiers.xlsx", Ok("xlsx")),
        ("pricelists/ru-blank-zakaza.xlsx", Ok("xlsx")),
        ("spreadsheet-edge/biff5_write.xls", Ok("xls")),
        ("spreadsheet-edge/date_1904.xlsx", Ok("xlsx")),
        ("spreadsheet-edge/nonstandard-xml-ns-prefix.xlsx", Ok("xlsx")),
        ("spreadsheet-edge/strict_iso_paths.xlsx", Ok("xlsx")),
        ("spreadsheet-edge/pass_protected.xlsx", Err("sheet_encrypted")),
    ];
    for (name, expected) in samples {
        let Ok(bytes) = std::fs::read(shared.join(name)) else {
            eprintln!("SKIPPED: {name} is not among the samples of this machine");
            continue;
        };
        let read = child::read_book(&bytes).await;
        let found = match &read {
            Ok(book) => Ok(book.format.as_str()),
            Err(ChildError::Refused { code, .. }) => Err(*code),
            Err(ChildError::Failed(error)) => panic!("{name}: {error:#}"),
        };
        assert_eq!(found, expected, "{name}: {:?}", read.as_ref().err());
        assert!(read.is_err() || read.is_ok_and(|book| book.sheets.iter().any(|sheet| !sheet.rows.is_empty())), "{name}: no cells");
    }
}

//! Foreign workbooks in the limited child: each hostile one gets a clear refusal, and the server goes on.

use std::time::{Duration, Instant};

use kontor_server::child::{self, Cell, ChildError};
use kontor_tests::{hostile, program};

fn use_program() {
    child::use_executable(program::kontor());
}

/// Resident memory of this process, which stands for the server.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a line");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_workbook_gets_a_clear_refusal() {
    use_program();
    let mut wrong = Vec::new();
    for file in hostile::corpus() {
        let before = resident_kib();
        let started = Instant::now();
        let verdict = match child::read_sheet(&file.bytes, None).await {
            Ok(_) => "ok".to_string(),
            Err(ChildError::Refused { code, detail }) => {
                assert!(!detail.is_empty() && detail.len() < 400 && !detail.contains("root:"), "{}: {detail}", file.name);
                code.to_string()
            }
            Err(ChildError::Failed(error)) => format!("failed: {error:#}"),
        };
        // Told, not asserted: the stories beside this one live in the same process.
        let (took, grew) = (started.elapsed(), resident_kib().saturating_sub(before) / 1024);
        println!("{}: {verdict} in {} ms, server +{grew} MiB", file.name, took.as_millis());
        if !file.codes.contains(&verdict.as_str()) || took > Duration::from_secs(35) {
            wrong.push(format!("{}: {verdict} in {took:?}, server +{grew} MiB; expected {:?}", file.name, file.codes));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn cells_come_as_the_workbook_types_them() {
    use_program();
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>00123</t></is></c></row>
        <row r="3"><c r="A3"><v>1.1000000000000001</v></c><c r="B3" t="n"><v>NaN</v></c><c r="C3" t="e"><v>#DIV/0!</v></c><c r="D3" t="b"><v>1</v></c>
        <c r="E3" t="str"><f>A1&amp;"x"</f><v>codex</v></c><c r="F3"><v>inf</v></c><c r="G3"><v>-5</v></c><c r="H3" t="d"><v>2011-12-01T08:26:00</v></c></row>"#;
    let sheet = child::read_sheet(&hostile::workbook(rows), None).await.expect("a sound workbook is read");
    assert_eq!(sheet.name, "Goods");
    assert_eq!(sheet.sheets, ["Goods"]);
    assert_eq!(sheet.rows.len(), 3);
    assert_eq!(sheet.rows[0], [Cell::Text("code".into()), Cell::Empty, Cell::Text("00123".into())]);
    assert!(sheet.rows[1].is_empty());
    let [number, nan, error, truth, formula, infinite, negative, date] = &sheet.rows[2][..] else { panic!("{:?}", sheet.rows[2]) };
    assert_eq!(number.text(), "1.1");
    assert!(matches!(nan, Cell::Error(_)) && matches!(error, Cell::Error(text) if text == "#DIV/0!"));
    assert_eq!(*truth, Cell::Bool(true));
    assert_eq!(formula.text(), "codex");
    assert!(matches!(infinite, Cell::Error(_)));
    assert_eq!(negative.text(), "-5");
    assert_eq!(*date, Cell::Date("2011-12-01T08:26:00".into()));
    let by_name = child::read_sheet(&hostile::workbook(rows), Some("Goods")).await.expect("found by name");
    assert_eq!(by_name, sheet);
    let missing = child::read_sheet(&hostile::workbook(rows), Some("Prices")).await;
    assert!(matches!(missing, Err(ChildError::Refused { code: "sheet_missing", .. })), "{missing:?}");
}

#[tokio::test]
async fn a_price_list_of_100_000_goods_fits() {
    use_program();
    let rows: String = (1..=100_001)
        .map(|row| {
            format!(
                r#"<row r="{row}"><c t="inlineStr"><is><t>C{row:06}</t></is></c><c t="inlineStr"><is><t>Стакан стеклянный для чая {row}</t></is></c>{}</row>"#,
                "<c><v>12.5</v></c>".repeat(10)
            )
        })
        .collect();
    let sheet = child::read_sheet(&hostile::workbook(&rows), None).await.expect("100 000 goods are read");
    assert_eq!(sheet.rows.len(), 100_001);
    assert!(sheet.rows.iter().all(|row| row.len() == 12));
}

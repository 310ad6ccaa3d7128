//! Foreign workbooks in the limited child: each hostile one gets a clear refusal, and the server goes on.

use std::time::{Duration, Instant};

use kontor_server::child::{self, Cell, ChildError};
use kontor_shared::api::ImportReport;
use kontor_tests::databases::Place;
use kontor_tests::program::Server;
use kontor_tests::{Engine, hostile, program};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn use_program() {
    child::use_executable(program::kontor());
}

/// The most memory a process has had resident.
fn most_resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process lives, on Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// What the children a process has waited for took of a processor so far. Of a request, unlike its time by the clock, this
/// is the same however much else the machine has to do.
fn children_took(process: u32) -> Duration {
    const TICKS: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process lives, on Linux");
    let fields = stat.rsplit(") ").next().expect("fields").split(' ');
    let ticks: u64 = fields.skip(13).take(2).map(|field| field.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// One POST over a connection of its own: the status and the whole answer.
async fn post(server: &Server, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
    let stream = TcpStream::connect(server.address.trim_start_matches("http://")).await.expect("the server takes connections");
    let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\nx-kontor: 1\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let (mut from, mut to) = stream.into_split();
    // A body that is too large is not read to its end; the answer comes all the same.
    let send = async {
        let _ = to.write_all(head.as_bytes()).await;
        let _ = to.write_all(body).await;
        to
    };
    let mut answer = Vec::new();
    let both = async { tokio::join!(send, from.read_to_end(&mut answer)) };
    let _ = tokio::time::timeout(Duration::from_secs(60), both).await.expect("an answer in time");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer to {path}: {text:?}"));
    (status, text)
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_sent_every_hostile_workbook_goes_on() {
    let place = Place::new(Engine::Sqlite).await;
    program::run_giving(&place, &["user", "add", "--login", "sales@test.example", "--role", "sales"], "a good password\n");
    let server = Server::start(&place, &[], &[]).await;
    let log_in = r#"{"login":"sales@test.example","password":"a good password"}"#;
    let (_, answer) = post(&server, "/api/session", "content-type: application/json\r\n", log_in.as_bytes()).await;
    place.pass_second_factors().await;
    let (_, cookie) = answer.split_once("set-cookie: ").expect("a session");
    let headers = format!("content-type: application/octet-stream\r\ncookie: {}\r\n", cookie.split(';').next().unwrap());
    let (path, as_form) = ("/api/imports?kind=products&name=book.xlsx", "/api/forms?name=book.xlsx");
    let sound = hostile::workbook(r#"<row><c t="inlineStr"><is><t>code</t></is></c></row><row><c><v>1</v></c></row>"#);
    assert_eq!(post(&server, path, &headers, &sound).await.0, 200);

    let before = most_resident_kib(server.process());
    for (file, path) in hostile::corpus().iter().flat_map(|file| [(file, path), (file, as_form)]) {
        let before = children_took(server.process());
        let (status, answer) = post(&server, path, &headers, &file.bytes).await;
        let took = children_took(server.process()) - before;
        assert!(path != as_form || took < Duration::from_secs(10), "{}: {took:?}", file.name);
        if status == 200 {
            serde_json::from_str::<ImportReport>(body(&answer)).unwrap_or_else(|error| panic!("{}: {error}: {answer}", file.name));
            continue;
        }
        let problem: Value = serde_json::from_str(body(&answer)).unwrap_or_else(|error| panic!("{}: {error}: {answer}", file.name));
        assert!((400..500).contains(&status), "{}: {answer}", file.name);
        assert!(problem["code"].is_string() && problem["detail"].as_str().is_some_and(|detail| !detail.contains("root:")), "{}: {answer}", file.name);
    }
    let grew = most_resident_kib(server.process()) - before;
    println!("the server grew by {} MiB", grew / 1024);
    assert!(grew <= 64 << 10, "the server grew by {grew} KiB");
    assert_eq!(post(&server, path, &headers, &sound).await.0, 200);
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_workbook_gets_a_clear_refusal() {
    use_program();
    let mut wrong = Vec::new();
    for file in hostile::corpus() {
        let started = Instant::now();
        let verdict = match child::read_sheet(&file.bytes, None).await {
            Ok(_) => "ok".to_string(),
            Err(ChildError::Refused { code, detail }) => {
                assert!(!detail.is_empty() && detail.len() < 400 && !detail.contains("root:"), "{}: {detail}", file.name);
                code.to_string()
            }
            Err(ChildError::Failed(error)) => format!("failed: {error:#}"),
        };
        let took = started.elapsed();
        println!("{}: {verdict} in {} ms", file.name, took.as_millis());
        if !file.codes.contains(&verdict.as_str()) || took > Duration::from_secs(35) {
            wrong.push(format!("{}: {verdict} in {took:?}; expected {:?}", file.name, file.codes));
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

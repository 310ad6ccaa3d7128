//! Filled-in forms: how fast a long one is read and in how much memory, and how many come back whole after people have
//! edited them at random.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use kontor_server::child;
use kontor_server::db::Engine;
use kontor_server::forms::{self, Incoming};
use kontor_shared::api::{ImportReport, PublishReport, Role};
use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot};
use kontor_shared::form::{Goods, read};
use kontor_shared::money::{Currency, Quantity, VatMethod, VatMode};
use kontor_shared::orders::Verdict;
use kontor_shared::sheet::{FormInfo, OrderedLine, write_price_list};
use kontor_shared::words::Lang;
use kontor_tests::{TestApp, program};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::figures::{median, size_of};

/// Lines of the long form, and how many of them are ordered.
const LINES: usize = 100_000;
const ORDERED: usize = 5_000;
/// Files edited at random; fewer to try it.
const FILES: usize = 1_000;

/// A row of the table: what, figure, how.
pub type Row = [String; 3];

pub async fn show() -> ExitCode {
    match measure().await {
        Ok(rows) => {
            for [what, figure, how] in rows {
                println!("{what}: {figure} ({how})");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

pub async fn measure() -> Result<Vec<Row>> {
    let mut rows = long().await?;
    rows.push(edited().await?);
    Ok(rows)
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn list() -> Snapshot {
    let product = |at: usize| ProductRow {
        code: format!("{at:06}"),
        name: format!("Саморез оцинкованный, {} × {} мм, коробка № {at}", 3 + at % 9, 16 + at % 120),
        group: (at / 250) as u32,
        unit: "шт".into(),
        price: 10_000 + at as i64 * 7,
        vat_rate: 2_000,
        stock: Some(1_000 * (at as i64 % 3)),
        increment: at.is_multiple_of(4).then_some(6_000),
        ..ProductRow::default()
    };
    Snapshot {
        version: 3,
        overlay: "wholesale".into(),
        currency: Currency::EUR,
        vat_mode: VatMode::Net,
        published_at: 1_767_225_600_000,
        valid_from: "2026-01-01".into(),
        valid_until: None,
        terms: String::new(),
        note: String::new(),
        groups: (0..LINES.div_ceil(250)).map(|at| GroupRow { code: at.to_string(), name: format!("Группа {at}"), parent: None }).collect(),
        attributes: Vec::new(),
        products: (0..LINES).map(product).collect(),
    }
}

fn info() -> FormInfo {
    FormInfo {
        form_id: "7K2Q9-M3T4V".into(),
        customer_code: Some("C1".into()),
        customer_name: Some("Customer".into()),
        firm_name: "Firm".into(),
        firm_email: "orders@firm.example".into(),
        firm_phone: String::new(),
        firm_address: Vec::new(),
        issued_at: 1_767_225_600_000,
        vat_method: VatMethod::PerRate,
        demo: false,
        token: None,
    }
}

async fn long() -> Result<Vec<Row>> {
    child::use_executable(program::kontor());
    let list = list();
    let order: Vec<OrderedLine> =
        list.products.iter().step_by(LINES / ORDERED).map(|product| OrderedLine { code: product.code.clone(), quantity: Quantity::whole(12) }).collect();
    let bytes = write_price_list(&list, &order, &info(), Lang::Ru)?;
    let goods = Goods::of(&list, true);
    let (mut times, mut kept) = (Vec::new(), 0);
    for _ in 0..3 {
        let started = Instant::now();
        let book = child::read_book(&bytes).await?;
        let reading = read(&book, &goods);
        times.push(started.elapsed().as_secs_f64());
        kept = book.sheets.iter().map(|sheet| sheet.rows.len()).sum();
        ensure!(reading.taken().count() == ORDERED && reading.lines.len() == ORDERED, "{} lines were read", reading.lines.len());
    }
    let seconds = median(&mut times);
    let size = bytes.len() as f64 / 1e6;
    Ok(vec![
        [
            format!("A filled-in form of {LINES} lines read"),
            format!("{:.0} lines a second ({seconds:.1} s)", LINES as f64 / seconds),
            format!("a file of {size:.1} MB with {ORDERED} quantities, opened in the child and understood; {kept} rows come out of the child; median of 3"),
        ],
        [
            "Most memory of the child that opens it".into(),
            format!("{:.0} MB", peak(&bytes).await? / 1e6),
            "resident, of 537 MB of address space it may take".into(),
        ],
    ])
}

/// The most memory a child has resident while it opens a file.
async fn peak(bytes: &[u8]) -> Result<f64> {
    let mut child = tokio::process::Command::new(program::kontor())
        .args(["__child", "book"])
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let process = child.id().context("a child that runs")?;
    let (mut input, mut output) = (child.stdin.take().context("a pipe")?, child.stdout.take().context("a pipe")?);
    let bytes = bytes.to_vec();
    let feed = tokio::spawn(async move {
        input.write_all(&0_u32.to_le_bytes()).await?;
        input.write_all(&bytes).await
    });
    let drain = tokio::spawn(async move { output.read_to_end(&mut Vec::new()).await });
    let mut most = 0.0_f64;
    while child.try_wait()?.is_none() {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        most = most.max(line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0) * 1_024.0);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    feed.await??;
    drain.await??;
    Ok(most)
}

/// The goods of the form that is edited.
const GOODS: usize = 60;

/// What somebody may do to a form that loses nothing of the order.
fn edits(dice: &mut Dice, typed: &Value, code: &str) -> Vec<Value> {
    let mut all = vec![json!(["type", typed])];
    let mut rows = vec![
        json!(["reverse"]),
        json!(["delete_empty"]),
        json!(["insert_rows"]),
        json!(["sort"]),
        json!(["filter"]),
        json!(["duplicate", code, typed[code]]),
        json!(["price", code, 0.01]),
        json!(["put", 14, {code: "urgent"}]),
    ];
    for _ in 0..dice.below(4) {
        all.push(rows.remove(dice.below(rows.len())));
    }
    let head = dice.below(4);
    match head {
        0 => all.push(json!(["drop_head"])),
        1 => all.push(json!(["merge_head"])),
        _ => {}
    }
    match dice.below(7) {
        0 | 1 => all.push(json!(["add_column", 1 + dice.below(10)])),
        2 if head > 1 => all.push(json!(["move_quantity_first"])),
        3 => {
            let column = [3, 4, 8, 10, 11][dice.below(5)];
            all.push(json!(["drop_column", column]));
        }
        4 if head > 1 => all.push(json!(["copy_out"])),
        _ => {}
    }
    let copied = all.contains(&json!(["copy_out"]));
    for edit in [json!(["rename", "Заказ"]), json!(["drop_names"]), json!(["hide"])] {
        if !copied && dice.below(4) == 0 {
            all.push(edit);
        }
    }
    all
}

async fn edited() -> Result<Row> {
    let files = size_of("KONTOR_BENCH_FORMS", FILES);
    let app = TestApp::start(Engine::Sqlite).await;
    let sales = app.staff(Role::Sales).await;
    let mut goods = String::from("code;name;group;unit;price.wholesale EUR\n");
    for at in 0..GOODS {
        goods += &format!("{};Чай № {at};G{};pc;{}.{:02}\n", code(at), at / 15, 1 + at, at % 100);
    }
    sales.upload("/api/imports?kind=products&name=goods.csv", goods.into_bytes()).await.json::<ImportReport>();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    app.customer("C1").await;
    let form = app.place().directory.join("form.xlsx");
    program::run(app.place(), &["pricelist", "--customer", "C1", "--out", form.to_str().context("a UTF-8 path")?]);
    let mut dice = Dice(20_261_126);
    let mut jobs: Vec<(PathBuf, Value, Vec<Value>)> = Vec::new();
    for at in 0..files {
        let mut typed = serde_json::Map::new();
        for _ in 0..=dice.below(20) {
            typed.insert(code(dice.below(GOODS)), json!(1 + dice.below(500)));
        }
        let (first, typed) = (typed.keys().next().cloned().unwrap_or_default(), Value::Object(typed));
        let edits = edits(&mut dice, &typed, &first);
        jobs.push((form.with_file_name(format!("edited-{at}.xlsx")), typed, edits));
    }
    edit(&form, &jobs).await?;
    let (mut whole, mut lost, mut wrong) = (0, 0, 0);
    for (file, typed, edits) in &jobs {
        let book = child::read_book(&std::fs::read(file)?).await?;
        let account = forms::judge(app.state(), &Incoming { book: &book, file_name: "order.xlsx", beside: "" }, Some("C1"), Lang::En).await;
        let account = account.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let taken: serde_json::Map<String, Value> = account
            .lines
            .iter()
            .filter(|line| line.verdict != Verdict::Refused)
            .map(|line| (line.code.clone(), json!(line.quantity.unwrap_or_default().raw() / 1_000)))
            .collect();
        let typed = typed.as_object().context("quantities")?;
        if taken == *typed {
            whole += 1;
            continue;
        }
        // Worse than a line that is asked about is one that is taken otherwise.
        if taken.iter().any(|(code, quantity)| typed.get(code) != Some(quantity)) {
            wrong += 1
        } else {
            lost += 1
        }
        eprintln!("not whole: {}", Value::from(edits[1..].to_vec()));
    }
    app.finish().await;
    Ok([
        "Edited forms read in full".into(),
        format!("{:.1} %", whole as f64 * 100.0 / files as f64),
        format!("{files} random sequences of edits; {lost} miss lines, {wrong} have another quantity than was typed"),
    ])
}

/// Codes that spreadsheets like to improve.
fn code(at: usize) -> String {
    match at % 4 {
        0 => format!("{at:05}"),
        1 => format!("{at}E10"),
        2 => format!("46070000{at:05}"),
        _ => format!("A-{at}"),
    }
}

/// Edits all files in one run of Debian's Python.
async fn edit(form: &Path, jobs: &[(PathBuf, Value, Vec<Value>)]) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/form.py");
    let mut python = tokio::process::Command::new("/usr/bin/python3").arg(script).args([form, Path::new("-")]).stdin(Stdio::piped()).spawn()?;
    let mut input = python.stdin.take().context("a pipe")?;
    for (out, _, edits) in jobs {
        input.write_all((json!({"out": out, "edits": edits}).to_string() + "\n").as_bytes()).await?;
    }
    drop(input);
    ensure!(python.wait().await?.success(), "the files cannot be edited");
    Ok(())
}

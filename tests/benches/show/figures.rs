//! Measures what the project promises and writes docs/FIGURES.md. Nothing is asserted about times: the machine is
//! named beside them, and where two things are compared they ran in the same run.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use kontor_server::config::Config;
use kontor_server::db::Engine;
use kontor_server::firm::{self, FirmSettings};
use kontor_server::time::Clock;
use kontor_server::{AppState, price_list, segments};
use kontor_shared::catalog::Snapshot;
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::search::{Filter, Index};
use kontor_tests::databases::Place;
use kontor_tests::program::{self, Server};

use crate::accounts;
use crate::form;
use crate::goods;
use crate::intake::{self, CLIENTS, LINES};
use crate::outreach;
use crate::page::{self, Keys};
use crate::sending;

const MANY: usize = 20_000;
/// The largest list that is promised.
const MOST: usize = 1_000_000;
/// Names, codes, a group, a typing error.
const DEMO_QUERIES: [&str; 6] = ["christmas tree", "heart", "85123a", "lunch bag", "red retrospot", "chrismas"];
const MANY_QUERIES: [&str; 6] = ["принтер canon", "саморез 3.5", "дрель bosch", "router", "ab-0001", "перчаткм"];

/// The middle one.
pub fn median(values: &mut [f64]) -> f64 {
    at(values, 0.5)
}

/// The one that 95 of 100 do not exceed.
pub fn p95(values: &mut [f64]) -> f64 {
    at(values, 0.95)
}

fn at(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

pub async fn write(file: &Path) -> ExitCode {
    match measure().await.and_then(|text| std::fs::write(file, text).context("docs/FIGURES.md cannot be written")) {
        Ok(()) => {
            println!("{} is written", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Only the search itself.
pub fn show_search() -> ExitCode {
    search(&mut Figures(String::new()));
    ExitCode::SUCCESS
}

/// Only what concerns the intake of orders, without writing it down.
pub async fn show_orders() -> ExitCode {
    shown(orders(&mut Figures(String::new())).await)
}

/// Only segments and mailings.
pub async fn show_outreach() -> ExitCode {
    shown(outreach(&mut Figures(String::new())).await)
}

fn shown(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The rows of the table.
pub struct Figures(String);

impl Figures {
    pub fn row(&mut self, what: &str, value: &str, how: &str) {
        eprintln!("bench: {what}: {value}");
        let _ = writeln!(self.0, "| {what} | {value} | {how} |");
    }
}

async fn measure() -> Result<String> {
    let mut text = Figures(String::new());
    let date = said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let _ = write!(
        text.0,
        "# Figures\n\nWritten by `cargo xtask bench`; edit nothing here.\n\n{date}, commit {}.  \n{}\n\n| What | Figure | How |\n|---|---|---|\n",
        std::env::var("KONTOR_COMMIT").unwrap_or_else(|_| "unknown".into()),
        machine()
    );
    size(&mut text)?;
    search(&mut text);
    demo(&mut text).await?;
    many(&mut text).await?;
    orders(&mut text).await?;
    outreach(&mut text).await?;
    for timing in accounts::measure().await? {
        text.row(&format!("{} with and without an account, {}", timing.what, timing.engine), &timing.said(), accounts::HOW);
    }
    for [what, figure, how] in form::measure().await? {
        text.row(&what, &figure, &how);
    }
    Ok(text.0)
}

async fn outreach(text: &mut Figures) -> Result<()> {
    for (engine, name) in [(Engine::Sqlite, "SQLite"), (Engine::Postgres, "PostgreSQL")] {
        sending::measure(text, engine, name).await?;
        outreach::measure(text, engine, name).await?;
    }
    Ok(())
}

/// How much of something is measured: what the environment says, for a first try, or as much as is promised.
pub fn size_of(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn orders(text: &mut Figures) -> Result<()> {
    for (engine, name) in [(Engine::Sqlite, "SQLite, synchronous=FULL"), (Engine::Postgres, "PostgreSQL, fsync=on")] {
        let rates = intake::measure(engine).await?;
        text.row(
            &format!("Orders of {LINES} lines stored, {name}"),
            &format!("{:.0} a second: {:.2} of bare transactions ({:.0} a second)", rates.http, rates.http / rates.bare, rates.bare),
            &format!("{CLIENTS} clients over HTTP; bare: as many clients, the same rows, no HTTP, no prices, no numbers, same run"),
        );
    }
    let waits = intake::while_importing(&goods::csv(MANY)).await?;
    for (when, wait) in [("nothing else going on", &waits.alone), ("another process importing", &waits.beside), ("the server itself importing", &waits.within)]
    {
        text.row(
            &format!("Wait of an order of {LINES} lines, {when}"),
            &format!("p95 {:.0} ms, worst {:.0} ms", wait.p95, wait.worst),
            &format!("one client over HTTP, {} orders, SQLite; the import: {MANY} goods", wait.orders),
        );
    }
    Ok(())
}

/// What a first visit loads, as the server sends it to a browser that takes brotli: of a visitor, and of a buyer who signed in.
fn size(text: &mut Figures) -> Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/dist");
    // What is fetched once the first rows can be used, and fonts, which the browser chooses.
    const LATER: [&str; 3] = ["worker", "reader", "source-sans"];
    for (what, edition) in [("Open price list, first load", "list"), ("Buyer's app, first load", "buyer")] {
        let html = format!("{edition}.html");
        let page = std::fs::read_to_string(dist.join(&html)).context("app/dist is missing: cargo xtask build")?;
        let (mut total, mut wasm) = (0, 0);
        for entry in std::fs::read_dir(&dist)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let loaded = page.contains(&format!("/assets/{name}")) && !LATER.iter().any(|later| name.starts_with(later));
            // The boot script names the others; the page preloads them.
            if loaded || name == html {
                let bytes = std::fs::metadata(dist.join(format!("{name}.br"))).or_else(|_| std::fs::metadata(dist.join(&name)))?.len();
                total += bytes;
                if name.ends_with(".wasm") {
                    wasm = bytes;
                }
            }
        }
        text.row(
            what,
            &format!("{:.0} kB", total as f64 / 1000.0),
            &format!("HTML, scripts, styles and WebAssembly ({:.0} kB) in brotli; without fonts, data and what reads and writes Excel", wasm as f64 / 1000.0),
        );
    }
    Ok(())
}

async fn demo(text: &mut Figures) -> Result<()> {
    let place = Place::new(Engine::Sqlite).await;
    run(&place, &["demo", "--load-only"]).await?;
    let state = open(&place).await?;
    let snapshot = snapshot(&state, "retail").await?;
    native(text, &snapshot, &DEMO_QUERIES);

    let settings = state.firm().await.map_err(|error| anyhow!("{error:?}"))?;
    let rule = segments::firm_rule(&settings, state.clock.now_ms())?;
    let (mut times, mut judged) = (Vec::new(), 0);
    for _ in 0..5 {
        let mut connection = state.db.read().await?;
        let started = Instant::now();
        judged = black_box(segments::judge_all(&mut connection, &rule).await?).len();
        times.push(milliseconds(started.elapsed()));
    }
    let orders: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM orders").fetch_one(&mut *state.db.read().await?).await?;
    text.row(
        "Segments of the demo's history",
        &format!("{:.0} ms", median(&mut times)),
        &format!("{judged} customers, {orders} orders and cancellations, from the database to verdicts; SQLite, median of 5"),
    );
    state.db.close().await;

    let server = Server::start(&place, &[], &[]).await;
    let browser = page::browser().await?;
    let rows = page::first_rows(&browser, &server.address, 5).await?;
    text.row(
        &format!("First rows painted, {} goods", snapshot.products.len()),
        &format!("{:.0} ms; {:.0} ms with the browser's cache", rows.cold, rows.warm),
        "from the address to painted rows, signed out, server on the same machine, median of 5",
    );
    keys(text, snapshot.products.len(), &page::keys(&browser, &DEMO_QUERIES).await?);
    let sheet = page::export(&browser, 5).await?;
    text.row(
        &format!("Price list as XLSX, {} goods", snapshot.products.len()),
        &format!("{:.0} ms", sheet.milliseconds),
        &format!("from Ctrl+S to the finished file of {:.0} kB, worker's start included, median of 5", sheet.bytes as f64 / 1000.0),
    );
    drop(browser);
    server.stop().await;
    Ok(())
}

async fn many(text: &mut Figures) -> Result<()> {
    let place = Place::new(Engine::Sqlite).await;
    let state = open(&place).await?;
    let settings = FirmSettings { public_price_type: Some("wholesale".into()), ..FirmSettings::default() };
    let mut tx = state.db.write_tx().await?;
    firm::save(&mut tx, &state, &settings).await.map_err(|error| anyhow!("{error:?}"))?;
    tx.commit().await?;
    state.db.close().await;
    let file = place.directory.join("goods.csv");
    std::fs::write(&file, goods::csv(MANY))?;
    let started = Instant::now();
    run(&place, &["import", "products", file.to_str().context("a UTF-8 path")?]).await?;
    let took = started.elapsed().as_secs_f64();
    text.row(&format!("Import of {MANY} goods"), &format!("{took:.1} s"), "a CSV file on the command line, into an empty SQLite database");
    run(&place, &["publish"]).await?;

    let state = open(&place).await?;
    let snapshot = snapshot(&state, "wholesale").await?;
    state.db.close().await;
    native(text, &snapshot, &MANY_QUERIES);
    let server = Server::start(&place, &[], &[]).await;
    let browser = page::browser().await?;
    let rows = page::first_rows(&browser, &server.address, 3).await?;
    text.row(
        &format!("First rows painted, {} goods", snapshot.products.len()),
        &format!("{:.0} ms; {:.0} ms with the browser's cache", rows.cold, rows.warm),
        "as above, median of 3",
    );
    keys(text, snapshot.products.len(), &page::keys(&browser, &MANY_QUERIES).await?);
    drop(browser);
    server.stop().await;
    Ok(())
}

fn keys(text: &mut Figures, goods: usize, keys: &Keys) {
    text.row(
        &format!("Search, key to painted rows, {goods} goods"),
        &format!("p95 {:.0} ms, median {:.0} ms", keys.p95, keys.median),
        &format!("Chromium, {} keys; a frame of 60 Hz is part of it", keys.count),
    );
}

/// The search in lists as long as are promised; shorter ones are measured beside what the page makes of them.
fn search(text: &mut Figures) {
    for size in [100_000, MOST] {
        native(text, &goods::list(size), &MANY_QUERIES);
    }
}

/// The search itself, without a browser.
fn native(text: &mut Figures, snapshot: &Snapshot, queries: &[&str]) {
    let index = Index::new(Arc::new(Columns::from_snapshot(snapshot))).settled();
    let filter = Filter::default();
    let mut times = Vec::new();
    for _ in 0..20 {
        for query in queries {
            for (end, sign) in query.char_indices() {
                let started = Instant::now();
                black_box(index.find(black_box(&query[..end + sign.len_utf8()]), &filter));
                times.push(milliseconds(started.elapsed()));
            }
        }
    }
    text.row(
        &format!("Search alone, {} goods", snapshot.products.len()),
        &format!("p95 {:.2} ms, median {:.2} ms", p95(&mut times), median(&mut times)),
        "Index::find, native code, the same keys 20 times",
    );
}

async fn open(place: &Place) -> Result<AppState> {
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    AppState::open(config, Clock::system()).await
}

async fn snapshot(state: &AppState, overlay: &str) -> Result<Snapshot> {
    let mut connection = state.db.read().await?;
    let version: i64 = sqlx::query_scalar("SELECT last_version FROM catalog_state WHERE id = 1").fetch_one(&mut *connection).await?;
    let found = price_list::load(&mut connection, version, overlay).await.map_err(|error| anyhow!("{error:?}"))?;
    found.with_context(|| format!("no price list of type {overlay} is published"))
}

/// The program's command line on a place.
pub async fn run(place: &Place, arguments: &[&str]) -> Result<()> {
    let data = place.directory.to_str().context("a UTF-8 path")?;
    let mut command = program::command(place, arguments);
    command.args(["--data", data]);
    let output = tokio::task::spawn_blocking(move || command.output()).await?.context("kontor cannot be started")?;
    if output.status.success() {
        return Ok(());
    }
    Err(anyhow!("kontor {}: {}\n{}", arguments.join(" "), output.status, String::from_utf8_lossy(&output.stderr)))
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default()
}

/// Processor, memory, systems, and how busy the machine was before.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once([':', '=']).map_or("", |(_, value)| value).trim().trim_matches('"').to_string()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal").split(' ').next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(0.0);
    let load = read("/proc/loadavg");
    format!(
        "{cores} × {}, {:.0} GB, {}, {}; load before the run {}.",
        field(&read("/proc/cpuinfo"), "model name"),
        memory / 1_048_576.0,
        field(&read("/etc/os-release"), "PRETTY_NAME"),
        said("chromium", &["--version"]),
        load.split(' ').next().unwrap_or("unknown")
    )
}

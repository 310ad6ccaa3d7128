//! Random orders through the sheet: LibreOffice opens the workbook the program makes, somebody types quantities, it
//! computes everything anew and saves it in each format it has. What comes back orders the same, and the sheet's own totals
//! are the server's to the cent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use kontor_server::child::{self, ChildError};
use kontor_server::forms::{self, Incoming};
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{ImportReport, PublishReport, Role};
use kontor_shared::form::{Cell, Workbook};
use kontor_shared::money::{Currency, Money, Quantity};
use kontor_shared::numbers::{DecimalMark, plain_decimal};
use kontor_shared::orders::Verdict;
use kontor_shared::sheet::row_id;
use kontor_shared::words::{Lang, sheet as words};
use kontor_tests::{Client, Engine, TestApp, program};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::sheet::Dice;

/// Of all runs the same; another one is tried by hand.
const SEED: u64 = 20_261_126;
const ORDERS: usize = 500;
/// Of one form, so that it is opened once.
const OF_A_FORM: usize = 25;
const GOODS: usize = 40;
const FORMATS: [&str; 4] = ["xlsx", "xls", "ods", "csv"];

/// A good as the file of goods says it, with what may be ordered of it.
struct Good {
    code: String,
    precision: u32,
    increment: Option<i64>,
    line: String,
}

fn good(at: usize, dice: &mut Dice) -> Good {
    // Codes that a spreadsheet would make numbers or dates of, were they no texts.
    let code = match at % 5 {
        0 => format!("{at:05}"),
        1 => format!("{}E{at}", 1 + dice.below(9)),
        2 => format!("{}-{:02}", 1 + dice.below(12), at),
        3 => format!("46070000{at:05}"),
        _ => format!("Ж{at}/{}", dice.below(10)),
    };
    let precision = [0, 0, 1, 3][dice.below(4) as usize];
    let increment = (precision == 0 && dice.below(4) == 0).then(|| 2 + dice.below(11));
    let vat = ["0", "9", "20"][dice.below(3) as usize];
    let mut line = format!("{code};Чай №{at} & Co;G{};{};{precision};{};{vat}", at / 15, if precision > 0 { "kg" } else { "pc" }, told(increment));
    // Many amounts end in exactly half a cent.
    for _ in ["retail", "wholesale", "dealer"] {
        let price = if dice.below(2) == 0 { (1 + dice.below(400)) * 50 } else { 1 + dice.below(2_000_000) };
        line += &format!(";{}", price as f64 / 10_000.0);
    }
    let from_ten = if dice.below(3) == 0 { format!("{}", (1 + dice.below(40)) as f64 / 1_000.0) } else { String::new() };
    Good { code, precision, increment, line: format!("{line};{from_ten}\n") }
}

fn told(number: Option<i64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// What somebody might type for it.
fn wanted(good: &Good, dice: &mut Dice) -> Quantity {
    match (good.increment, good.precision) {
        (Some(increment), _) => Quantity::whole(increment * (1 + dice.below(20))),
        (None, 0) => {
            let most = if dice.below(10) == 0 { 50_000 } else { 60 };
            Quantity::whole(1 + dice.below(most))
        }
        (None, 1) => Quantity::from_raw(100 * (1 + dice.below(900))),
        (None, _) => Quantity::from_raw(1 + dice.below(30_000)),
    }
}

struct Job {
    customer: String,
    lang: Lang,
    out: PathBuf,
    form: PathBuf,
    quantities: BTreeMap<String, Quantity>,
}

/// The customers that get forms under the firm's present terms, and random orders on them.
async fn jobs(app: &TestApp, goods: &[Good], from: usize, count: usize, dice: &mut Dice) -> Vec<Job> {
    let (mut jobs, mut customer, mut lang) = (Vec::new(), String::new(), Lang::En);
    for at in from..from + count {
        if at == from || at % OF_A_FORM == 0 {
            let form = at / OF_A_FORM;
            (customer, lang) = (format!("C{at}"), Lang::ALL[form % 3]);
            app.customer(&customer).await;
            let sql = "UPDATE customers SET lang = $1, price_type = $2, discount = CAST($3 AS BIGINT) WHERE code = $4";
            let kind = ["wholesale", "retail", "dealer"][form / 2 % 3];
            super::run(app, sql, &[lang.tag(), kind, ["0", "0", "725"][dice.below(3) as usize], &customer]).await;
            program::run(app.place(), &["pricelist", "--customer", &customer, "--out", form_of(app, &customer).to_str().unwrap()]);
        }
        let part = 1 + dice.below(GOODS as u64 - 1);
        let mut quantities: BTreeMap<String, Quantity> = BTreeMap::new();
        for good in goods {
            if dice.below(GOODS as u64) < part {
                quantities.insert(good.code.clone(), wanted(good, dice));
            }
        }
        quantities.entry(goods[0].code.clone()).or_insert_with(|| wanted(&goods[0], dice));
        let out = app.place().directory.join(format!("order-{at}"));
        jobs.push(Job { customer: customer.clone(), lang, out, form: form_of(app, &customer), quantities });
    }
    jobs
}

fn form_of(app: &TestApp, customer: &str) -> PathBuf {
    app.place().directory.join(format!("{customer}.xlsx"))
}

/// Net, VAT of all rates and gross as a sheet's own cells have them.
fn totals(book: &Workbook, lang: Lang) -> Option<[Money; 3]> {
    let amount = |cell: &Cell| {
        let text = match cell {
            Cell::Text(text) => plain_decimal(text, Some(DecimalMark::Point)).ok()?,
            other => other.text(),
        };
        Money::parse(&text, Currency::EUR).ok()
    };
    let sheet = book.sheets.first()?;
    let (mut found, mut vat) = ([None; 2], Money::zero(Currency::EUR));
    for row in &sheet.rows {
        let Some((at, label)) = row.cells.iter().enumerate().skip(4).find_map(|(at, cell)| Some((at, cell.as_text()?))) else { continue };
        let Some(amount) = amount(row.cell(at + 1)) else { continue };
        if label == words::NET_TOTAL.say(lang) {
            found[0] = Some(amount);
        } else if label.starts_with(words::GROSS_TOTAL.say(lang)) {
            found[1] = Some(amount);
            break;
        } else if found[0].is_some() {
            vat = Money::new(vat.minor + amount.minor, Currency::EUR);
        }
    }
    Some([found[0]?, vat, found[1]?])
}

/// What is wrong with one saved file; nothing is.
async fn wrong(app: &TestApp, job: &Job, format: &str) -> Result<(), String> {
    let file = job.out.with_extension(format);
    let bytes = std::fs::read(&file).map_err(|error| error.to_string())?;
    let book = child::read_book(&bytes).await.map_err(|error| match error {
        ChildError::Refused { code, detail } => format!("{code}: {detail}"),
        ChildError::Failed(error) => format!("{error:#}"),
    })?;
    let incoming = Incoming { book: &book, file_name: "order", beside: "" };
    let account: FormAccount = forms::judge(app.state(), &incoming, None, Lang::En).await.map_err(|error| format!("{error:?}"))?;
    let taken: BTreeMap<String, Quantity> =
        account.lines.iter().filter(|line| line.verdict == Verdict::Accepted).map(|line| (line.code.clone(), line.quantity.unwrap_or_default())).collect();
    if taken != job.quantities || account.refused > 0 || account.changed > 0 {
        return Err(format!("typed {:?}, read {taken:?}; {:?}", job.quantities, account.lines.iter().filter(|line| line.reason.is_some()).collect::<Vec<_>>()));
    }
    if account.customer != job.customer || !account.warnings.is_empty() || account.format != format {
        return Err(format!("{} {} {:?}", account.customer, account.format, account.warnings));
    }
    if (account.po_number.as_str(), account.wanted_on.as_deref()) != ("PO 0042", Some("2026-12-05")) {
        return Err(format!("{:?}, {:?}", account.po_number, account.wanted_on));
    }
    let own = totals(&book, job.lang).ok_or("the sheet has no totals")?.map(|total| total.decimal());
    if own != [&account.net, &account.vat, &account.gross].map(String::clone) {
        return Err(format!("the sheet says {own:?}, the server {} {} {}", account.net, account.vat, account.gross));
    }
    std::fs::remove_file(file).map_err(|error| error.to_string())
}

/// Sends the jobs through one LibreOffice and looks at what it saved, while it goes on.
async fn through_office(app: &TestApp, office: &mut Office, jobs: Vec<Job>, failures: &mut Vec<String>) {
    for job in &jobs {
        let ids: BTreeMap<String, f64> = job.quantities.iter().map(|(code, quantity)| (office.ids[code].clone(), quantity.raw() as f64 / 1_000.0)).collect();
        let fields = json!({"OF_PO": "PO 0042", "OF_WANTED": "2026-12-05"});
        let line = json!({"form": job.form, "out": job.out, "quantities": ids, "fields": fields, "formats": FORMATS}).to_string() + "\n";
        office.input.write_all(line.as_bytes()).await.expect("the script reads");
    }
    let mut checks = Vec::new();
    for job in jobs {
        let answer = office.answers.next_line().await.expect("a pipe").unwrap_or_else(|| panic!("LibreOffice ended at {}", job.out.display()));
        let answer: Value = serde_json::from_str(&answer).expect("an answer");
        assert_eq!(answer["out"].as_str(), job.out.to_str());
        let app = app.clone();
        checks.push(tokio::spawn(async move {
            let mut failures = Vec::new();
            for format in FORMATS {
                if let Err(error) = wrong(&app, &job, format).await {
                    failures.push(format!("{} as {format}: {error}", job.out.display()));
                }
            }
            failures
        }));
    }
    for check in checks {
        failures.extend(check.await.expect("a check ends"));
    }
}

struct Office {
    input: tokio::process::ChildStdin,
    answers: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
    /// Row ids by code: of every list the same, for its goods are.
    ids: BTreeMap<String, String>,
}

async fn terms(app: &TestApp, sales: &Client, vat_mode: &str, vat_method: &str) {
    let terms = json!({"vat_mode": vat_mode, "vat_method": vat_method});
    kontor_server::firm::change(app.state(), "test", terms.as_object().unwrap().clone()).await.expect("the terms are changed");
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_orders_come_back_from_libreoffice_to_the_cent() {
    let seed = std::env::var("KONTOR_OFFICE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let count = std::env::var("KONTOR_OFFICE_ORDERS").ok().and_then(|count| count.parse().ok()).unwrap_or(ORDERS);
    let mut dice = Dice(seed);
    let app = TestApp::start(Engine::Sqlite).await;
    let sales = app.staff(Role::Sales).await;
    let goods: Vec<Good> = (0..GOODS).map(|at| good(at, &mut dice)).collect();
    let head = "code;name;group;unit;precision;increment;vat;price.retail EUR;price.wholesale EUR;price.dealer EUR;price.wholesale@10 EUR\n";
    let file: String = std::iter::once(head).chain(goods.iter().map(|good| good.line.as_str())).collect();
    let report: ImportReport = sales.upload("/api/imports?kind=products&name=goods.csv", file.into_bytes()).await.json();
    assert_eq!((report.created, report.refused), (GOODS as u64, 0), "seed {seed}: {report:?}");

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/office.py");
    let mut python = tokio::process::Command::new("/usr/bin/python3")
        .arg(script)
        .arg(&app.place().directory)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Python starts");
    let (input, output) = (python.stdin.take().expect("a pipe"), python.stdout.take().expect("a pipe"));
    let mut office = Office { input, answers: BufReader::new(output).lines(), ids: BTreeMap::new() };
    let (mut failures, mut at) = (Vec::new(), 0);
    for (vat_mode, vat_method) in [("net", "per_rate"), ("gross", "per_rate"), ("net", "per_line"), ("gross", "per_line")] {
        terms(&app, &sales, vat_mode, vat_method).await;
        let part = (count / 4).max(1);
        let jobs = jobs(&app, &goods, at, part, &mut dice).await;
        if office.ids.is_empty() {
            office.ids = row_ids(&jobs[0].form).await;
        }
        at += part;
        through_office(&app, &mut office, jobs, &mut failures).await;
    }
    let Office { input, .. } = office;
    drop(input);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), python.wait()).await.expect("LibreOffice ends").expect("a status");
    assert!(
        ended.success() && failures.is_empty(),
        "seed {seed}: {} files are wrong, among them\n{}",
        failures.len(),
        failures.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
    );
    app.finish().await;
}

/// The hidden sheet says which row is which product.
async fn row_ids(form: &Path) -> BTreeMap<String, String> {
    let book = child::read_book(&std::fs::read(form).expect("a form")).await.expect("the form is read");
    let ids = kontor_shared::form::issued(&book);
    ids.into_iter().map(|(position, code)| (code, row_id(position))).collect()
}

//! SIGKILL while orders come in: nothing acknowledged is lost, nothing is stored twice.
//!
//! The real program takes orders from clients that retry, and is killed at random moments and started again. The driver
//! keeps its own log of what it sent and what was acknowledged, synced to disk before it goes on, and compares it with
//! what is stored: acknowledged ⊆ stored ⊆ sent, no id twice; then everything unanswered is sent again, and stored = sent.
//! `KONTOR_KILL_ORDERS` and `KONTOR_KILL_KILLS` set the size (`cargo xtask kill`: 2 000 and 50).
//!
//! The driver is tested too: with the keys on the client's id taken away it must find doubles.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kontor_server::config::Config;
use kontor_server::db::Db;
use kontor_server::time::{Clock, random};
use kontor_server::{AppState, auth};
use kontor_shared::api::Role;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_tests::Engine;
use kontor_tests::databases::{Place, fresh_directory};
use kontor_tests::goods::{good, publish};
use kontor_tests::program::Server;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

const CLIENTS: usize = 8;

/// Lines of each order.
const LINES: usize = 3;

fn size(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A generator of our own, so that a failing run can be repeated from its printed seed (KONTOR_KILL_SEED).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// What the driver knows to have happened; each line is on disk before the driver goes on.
struct Log {
    file: Mutex<File>,
    sent: Mutex<HashSet<String>>,
    /// Id and the number it was acknowledged with.
    acknowledged: Mutex<HashMap<String, String>>,
    complaints: Mutex<Vec<String>>,
}

impl Log {
    fn new(directory: &std::path::Path) -> Self {
        Self {
            file: Mutex::new(File::create(directory.join("driver.log")).expect("the driver's log")),
            sent: Mutex::default(),
            acknowledged: Mutex::default(),
            complaints: Mutex::default(),
        }
    }
    fn write(&self, line: &str) {
        let mut file = self.file.lock().expect("the log");
        writeln!(file, "{line}").expect("the log takes a line");
        file.sync_data().expect("the log is synced");
    }
    fn sending(&self, id: &str) {
        self.write(&format!("sent {id}"));
        self.sent.lock().expect("the log").insert(id.into());
    }
    fn took(&self, id: &str, number: &str) {
        self.write(&format!("acknowledged {id} {number}"));
        let before = self.acknowledged.lock().expect("the log").insert(id.into(), number.into());
        if let Some(before) = before.filter(|before| before != number) {
            self.complain(format!("{id} was acknowledged as {before} and as {number}"));
        }
    }
    fn complain(&self, text: String) {
        self.complaints.lock().expect("the log").push(text);
    }
}

/// What is in the database.
struct Stored {
    ids: Vec<String>,
    numbers: HashSet<String>,
    lines: HashMap<String, i64>,
    events: HashMap<String, i64>,
    audits: HashMap<String, i64>,
    messages: i64,
}

async fn stored(db: &Db) -> Stored {
    let mut connection = db.read().await.expect("a connection");
    let counted = async |connection: &mut sqlx::AnyConnection, sql: &'static str| -> HashMap<String, i64> {
        let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(connection).await.expect("counts");
        rows.into_iter().collect()
    };
    let orders: Vec<(String, String)> = sqlx::query_as("SELECT id, number FROM orders").fetch_all(&mut *connection).await.expect("orders");
    let lines = counted(&mut connection, "SELECT order_id, COUNT(*) FROM order_lines GROUP BY order_id").await;
    let events = counted(&mut connection, "SELECT order_id, COUNT(*) FROM order_events GROUP BY order_id").await;
    let audits = counted(&mut connection, "SELECT subject, COUNT(*) FROM audit WHERE action = 'order.submit' GROUP BY subject").await;
    let messages = sqlx::query_scalar("SELECT COUNT(*) FROM messages").fetch_one(&mut *connection).await.expect("messages");
    let (ids, numbers): (Vec<String>, Vec<String>) = orders.into_iter().unzip();
    Stored { ids, numbers: numbers.into_iter().collect(), lines, events, audits, messages }
}

/// Everything wrong, as sentences.
fn compare(log: &Log, stored: &Stored, everything_answered: bool) -> Vec<String> {
    let sent = log.sent.lock().expect("the log");
    let acknowledged = log.acknowledged.lock().expect("the log");
    let mut wrong = log.complaints.lock().expect("the log").clone();
    let distinct: HashSet<&String> = stored.ids.iter().collect();
    if distinct.len() < stored.ids.len() {
        wrong.push(format!("{} orders are doubled", stored.ids.len() - distinct.len()));
    }
    wrong.extend(acknowledged.keys().filter(|id| !distinct.contains(id)).map(|id| format!("lost: {id} was acknowledged and is not stored")));
    wrong
        .extend(acknowledged.iter().filter(|(_, number)| !stored.numbers.contains(*number)).map(|(id, number)| format!("{id}: number {number} is not stored")));
    wrong.extend(distinct.iter().filter(|id| !sent.contains(**id)).map(|id| format!("{id} is stored and was never sent")));
    // An order is stored whole: its lines, its event, its audit row, its message.
    for id in &distinct {
        for (what, found, expected) in [("lines", &stored.lines, LINES as i64), ("events", &stored.events, 1), ("audit rows", &stored.audits, 1)] {
            let count = found.get(*id).copied().unwrap_or(0);
            if count != expected {
                wrong.push(format!("{id} has {count} {what}"));
            }
        }
    }
    if stored.messages != distinct.len() as i64 {
        wrong.push(format!("{} messages tell of {} orders", stored.messages, distinct.len()));
    }
    if stored.numbers.len() != stored.ids.len() {
        wrong.push("an order number stands twice".into());
    }
    if everything_answered && distinct.len() != sent.len() {
        wrong.push(format!("{} orders were sent again until answered, {} are stored", sent.len(), distinct.len()));
    }
    wrong
}

/// One PUT over a connection of its own: the status and the order's number, or nothing if no whole answer came.
async fn put(address: &str, cookie: &str, id: &str, body: &str) -> Option<(u16, Value)> {
    let authority = address.strip_prefix("http://")?;
    let exchange = async {
        let mut stream = TcpStream::connect(authority).await.ok()?;
        let request = format!(
            "PUT /api/orders/{id} HTTP/1.1\r\nHost: {authority}\r\nCookie: {}={cookie}\r\nX-Kontor: 1\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            auth::COOKIE,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let text = String::from_utf8(answer).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    };
    tokio::time::timeout(Duration::from_secs(20), exchange).await.ok().flatten()
}

/// Sends one order `tries` times at most; whether it was answered.
async fn send(address: &watch::Receiver<String>, log: &Log, cookie: &str, id: &str, version: i64, tries: usize) -> bool {
    let lines: Vec<Value> = ["A", "B", "C"].iter().map(|code| json!({"code": code, "quantity": "1", "shown_price": "10"})).collect();
    let body = json!({"version": version, "overlay": "wholesale", "lines": lines}).to_string();
    log.sending(id);
    for _ in 0..tries {
        let at = address.borrow().clone();
        match put(&at, cookie, id, &body).await {
            Some((200 | 201, order)) => {
                log.took(id, order["number"].as_str().unwrap_or("none"));
                return true;
            }
            Some((status, problem)) if status != 503 => {
                log.complain(format!("{id} was answered {status}: {problem}"));
                return false;
            }
            _ => tokio::time::sleep(Duration::from_millis(30)).await,
        }
    }
    false
}

/// Customers with a contact and a session each; goods on a published list. Gives the sessions and the version.
async fn prepare(state: &AppState) -> (Vec<String>, i64) {
    let version = publish(state, "2020-01-01", &[good("A", "10"), good("B", "10"), good("C", "10")]).await;
    let mut sessions = Vec::new();
    for at in 0..CLIENTS {
        let mut tx = state.db.write_tx().await.expect("a transaction");
        let now = state.clock.now_ms();
        let (customer, user, token) = (CustomerId(state.clock.new_id()), UserId(state.clock.new_id()), auth::hex(&random::<32>()));
        sqlx::query(
            "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, created_at, \
             updated_at) VALUES ($1, $2, $2, $2, '', '', 'en', 'wholesale', '', '', '', 0, 0)",
        )
        .bind(customer.to_string())
        .bind(format!("K{at}"))
        .execute(&mut *tx)
        .await
        .expect("a customer");
        sqlx::query("INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, created_at) VALUES ($1, $2, '', $3, '', 1, 0)")
            .bind(state.clock.new_id().to_string())
            .bind(customer.to_string())
            .bind(format!("k{at}@customer.example"))
            .execute(&mut *tx)
            .await
            .expect("a contact");
        auth::store::insert_user(&mut tx, user, &format!("k{at}@test.example"), "no password", Role::Buyer, Some(customer), false, now).await.expect("a user");
        let key = auth::hex(&Sha256::digest(token.as_bytes()));
        auth::store::start_session(&mut tx, &key, user, now, now + 24 * 3_600_000).await.expect("a session");
        tx.commit().await.expect("committed");
        sessions.push(token);
    }
    (sessions, version)
}

/// Takes away every key that holds the client's id: the tables are copied without their constraints.
async fn take_away_the_keys(db: &Db) {
    for (table, copy, drop, rename) in [
        ("order_lines", "CREATE TABLE bare AS SELECT * FROM order_lines", "DROP TABLE order_lines", "ALTER TABLE bare RENAME TO order_lines"),
        ("order_events", "CREATE TABLE bare AS SELECT * FROM order_events", "DROP TABLE order_events", "ALTER TABLE bare RENAME TO order_events"),
        ("orders", "CREATE TABLE bare AS SELECT * FROM orders", "", "ALTER TABLE bare RENAME TO orders"),
    ] {
        let mut tx = db.write_tx().await.expect("a transaction");
        let drop = match (drop, db.engine) {
            ("", Engine::Sqlite) => "DROP TABLE orders",
            ("", Engine::Postgres) => "DROP TABLE orders CASCADE",
            (drop, _) => drop,
        };
        for statement in [copy, drop, rename] {
            sqlx::query(statement).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{table}: {statement}: {error}"));
        }
        tx.commit().await.expect("committed");
    }
}

/// Runs the whole drill and gives everything found wrong.
async fn drill(engine: Engine, orders: usize, kills: usize, with_keys: bool) -> Vec<String> {
    let seed = size("KONTOR_KILL_SEED", u64::from_le_bytes(random::<8>()) as usize) as u64 | 1;
    eprintln!("kill drill: {orders} orders, {kills} kills, seed {seed}, {engine:?}");
    let place = Place::new(engine).await;
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    let state = AppState::open(config, Clock::system()).await.expect("the database opens");
    let (sessions, version) = prepare(&state).await;
    if !with_keys {
        take_away_the_keys(&state.db).await;
    }
    let logs = fresh_directory();
    let log = Arc::new(Log::new(&logs));

    let mut server = Server::start(&place, &[], &[]).await;
    let (tell, address) = watch::channel(server.address.clone());
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|at| {
            let (address, log, cookie) = (address.clone(), log.clone(), sessions[at].clone());
            let (answered, clock) = (answered.clone(), state.clock.clone());
            let mut dice = Random(seed.wrapping_mul(at as u64 * 2 + 3) | 1);
            tokio::spawn(async move {
                let mut unanswered = Vec::new();
                for _ in 0..orders.div_ceil(CLIENTS) {
                    let id = clock.new_id().to_string();
                    // Most clients retry until answered; some give up at once, and their orders stay unanswered until after the
                    // last kill. Some are sent from two tabs at the same moment.
                    let tries = if dice.next(5) == 0 { 1 } else { 200 };
                    let taken = if dice.next(3) == 0 {
                        let (one, two) = tokio::join!(send(&address, &log, &cookie, &id, version, tries), send(&address, &log, &cookie, &id, version, tries));
                        one || two
                    } else {
                        send(&address, &log, &cookie, &id, version, tries).await
                    };
                    answered.fetch_add(1, Ordering::SeqCst);
                    if !taken {
                        unanswered.push((cookie.clone(), id));
                    } else if dice.next(10) == 0 {
                        // The answer was lost on the way: the client asks again.
                        send(&address, &log, &cookie, &id, version, tries).await;
                    }
                }
                unanswered
            })
        })
        .collect();

    let mut dice = Random(seed);
    let mut wrong = Vec::new();
    let mut slowest = Duration::ZERO;
    for kill in 1..=kills {
        // Spread over the whole run, each at a moment of its own.
        while answered.load(Ordering::SeqCst) < orders * kill / (kills + 1) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.next(25))).await;
        server.kill().await;
        let started = std::time::Instant::now();
        server = Server::start(&place, &[], &[]).await;
        slowest = slowest.max(started.elapsed());
        let known: HashSet<String> = log.acknowledged.lock().expect("the log").keys().cloned().collect();
        let _ = tell.send(server.address.clone());
        let found: HashSet<String> = stored(&state.db).await.ids.into_iter().collect();
        wrong.extend(known.difference(&found).map(|id| format!("lost after kill {kill}: {id}")));
    }
    let mut unanswered = Vec::new();
    for client in clients {
        unanswered.extend(client.await.expect("a client"));
    }
    let found = stored(&state.db).await;
    wrong.extend(compare(&log, &found, false));
    let silent = found.ids.iter().filter(|id| unanswered.iter().any(|(_, other)| other == *id)).count();
    eprintln!("kill drill: {} unanswered, {silent} of them stored; slowest start {slowest:?}", unanswered.len());
    for (cookie, id) in &unanswered {
        if !send(&address, &log, cookie, id, version, 50).await {
            wrong.push(format!("{id} could not be delivered"));
        }
    }
    wrong.extend(compare(&log, &stored(&state.db).await, true));
    server.kill().await;
    state.db.close().await;
    place.remove().await;
    let _ = std::fs::remove_dir_all(logs);
    wrong
}

async fn nothing_is_lost_or_doubled(engine: Engine) {
    let wrong = drill(engine, size("KONTOR_KILL_ORDERS", 200), size("KONTOR_KILL_KILLS", 8), true).await;
    assert!(wrong.is_empty(), "{} findings: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}

/// The races that double an order without its keys are likely in each run, not certain.
async fn without_its_keys_the_drill_fails(engine: Engine) {
    for _ in 0..5 {
        let wrong = drill(engine, 160, 2, false).await;
        if wrong.iter().any(|finding| finding.contains("doubled")) {
            return;
        }
    }
    panic!("orders came in without any key on their id, and the drill found no double");
}

mod orders_survive_kills {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        nothing_is_lost_or_doubled(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        nothing_is_lost_or_doubled(Engine::Postgres).await;
    }
}

mod the_drill_finds_doubles_when_the_keys_are_gone {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        without_its_keys_the_drill_fails(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        without_its_keys_the_drill_fails(Engine::Postgres).await;
    }
}

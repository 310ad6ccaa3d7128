//! How many orders of 20 lines are stored in a second, over HTTP by the real program, and how many bare transactions of
//! the same rows the same database takes from as many clients in the same run.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kontor_server::config::Config;
use kontor_server::db::{Db, Engine};
use kontor_server::orders::store::{self, LineRow, NewOrder, OrderRow};
use kontor_server::outbox::{self, NewMail};
use kontor_server::time::{Clock, random};
use kontor_server::{AppState, audit, auth};
use kontor_shared::api::Role;
use kontor_shared::audit::Action;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::Lang;
use kontor_tests::databases::Place;
use kontor_tests::goods::{Good, good, publish};
use kontor_tests::program::Server;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::figures::{self, run};

pub const CLIENTS: usize = 8;
pub const LINES: usize = 20;
/// Bare, HTTP, HTTP, bare: each this long.
const ROUND: Duration = Duration::from_secs(5);

/// Per second.
pub struct Rates {
    pub http: f64,
    pub bare: f64,
}

/// Milliseconds an order of [`LINES`] lines waits for its answer.
pub struct Waits {
    pub alone: Wait,
    /// While another process imports goods.
    pub beside: Wait,
    /// While the server itself does.
    pub within: Wait,
}

pub struct Wait {
    pub p95: f64,
    pub worst: f64,
    pub orders: usize,
}

/// One client orders without a pause, on SQLite, where there is one writer, while goods are imported.
pub async fn while_importing(goods_csv: &str) -> Result<Waits> {
    let place = Place::new(Engine::Sqlite).await;
    let config = Config { data: place.directory.clone(), ..Config::default() };
    let state = AppState::open(config, Clock::system()).await?;
    let codes: Vec<String> = (0..LINES).map(|at| format!("B-{at:03}")).collect();
    let goods: Vec<Good<'_>> = codes.iter().map(|code| good(code, "10")).collect();
    let version = publish(&state, "2020-01-01", &goods).await;
    let client = client(&state, 0).await?;
    let file = place.directory.join("goods.csv");
    std::fs::write(&file, goods_csv)?;
    let server = Server::start(&place, &[], &[]).await;
    let authority = server.address.strip_prefix("http://").context("an address")?.to_string();
    let during = |work| waits_during(&authority, &client, &codes, version, work);

    let alone = during(Box::pin(async {
        tokio::time::sleep(ROUND).await;
        Ok(())
    }))
    .await?;
    let arguments = ["import", "products", file.to_str().context("a UTF-8 path")?];
    let beside = during(Box::pin(run(&place, &arguments))).await?;
    let token = staff(&state).await?;
    // The same goods at other prices, through the server's own door.
    let changed = goods_csv.replace(",EUR,20,", "9,EUR,20,");
    let within = during(Box::pin(async {
        let mut stream = BufReader::new(TcpStream::connect(&authority).await?);
        let (status, answer) = ask(&mut stream, &authority, &token, "POST /api/imports?kind=products&name=goods.csv", "text/csv", &changed).await?;
        ensure!(status == 200, "the import was answered {status}: {answer}");
        Ok(())
    }))
    .await?;
    server.stop().await;
    state.db.close().await;
    place.remove().await;
    Ok(Waits { alone, beside, within })
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// What one client's orders wait for while `work` goes on.
async fn waits_during(authority: &str, client: &Client, codes: &[String], version: i64, mut work: Work<'_>) -> Result<Wait> {
    let (body, clock) = (body(codes, version), Clock::system());
    let mut stream = BufReader::new(TcpStream::connect(authority).await?);
    stream.get_ref().set_nodelay(true)?;
    let mut waits = Vec::new();
    loop {
        let started = Instant::now();
        let id = clock.new_id().to_string();
        let order = put(&mut stream, authority, &client.token, &id, &body);
        tokio::pin!(order);
        let mut over = None;
        let (status, answer) = loop {
            tokio::select! {
                answer = &mut order => break answer?,
                end = &mut work, if over.is_none() => over = Some(end),
            }
        };
        ensure!(status == 201, "an order was answered {status}: {answer}");
        waits.push(started.elapsed().as_secs_f64() * 1000.0);
        if let Some(end) = over {
            end?;
            break;
        }
    }
    let (orders, p95) = (waits.len(), figures::p95(&mut waits));
    Ok(Wait { p95, worst: waits.last().copied().unwrap_or_default(), orders })
}

/// A session of sales.
async fn staff(state: &AppState) -> Result<String> {
    let mut tx = state.db.write_tx().await?;
    let now = state.clock.now_ms();
    let (user, token) = (UserId(state.clock.new_id()), auth::hex(&random::<32>()));
    auth::store::insert_user(&mut tx, user, "sales@test.example", "no password", Role::Sales, None, false, now).await?;
    let key = auth::hex(&Sha256::digest(token.as_bytes()));
    auth::store::start_session(&mut tx, &key, user, now, now + 24 * 3_600_000).await?;
    auth::store::describe_session(&mut tx, &key, "", now, true).await?;
    tx.commit().await?;
    Ok(token)
}

/// A customer with a contact and a session.
#[derive(Clone)]
struct Client {
    customer: CustomerId,
    user: UserId,
    email: String,
    token: String,
}

/// Measures one kind of database.
pub async fn measure(engine: Engine) -> Result<Rates> {
    let place = Place::new(engine).await;
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    let state = AppState::open(config, Clock::system()).await?;
    let codes: Vec<String> = (0..LINES).map(|at| format!("B-{at:03}")).collect();
    let goods: Vec<Good<'_>> = codes.iter().map(|code| good(code, "10")).collect();
    let version = publish(&state, "2020-01-01", &goods).await;
    let mut clients = Vec::new();
    for at in 0..CLIENTS {
        clients.push(client(&state, at).await?);
    }

    // The bare transactions have a database of the same kind to themselves, prepared the same way.
    let bare_place = Place::new(engine).await;
    let bare_config = Config { data: bare_place.directory.clone(), database_url: bare_place.url.clone(), ..Config::default() };
    let bare_state = AppState::open(bare_config, Clock::system()).await?;
    publish(&bare_state, "2020-01-01", &goods).await;
    let mut bare_clients = Vec::new();
    for at in 0..CLIENTS {
        bare_clients.push(client(&bare_state, at).await?);
    }

    let server = Server::start(&place, &[], &[]).await;
    let authority = server.address.strip_prefix("http://").context("an address")?.to_string();
    over_http(&authority, &clients, &codes, version, Duration::from_secs(1)).await?;
    let mut rates = Rates { http: 0.0, bare: 0.0 };
    // Either order once, so that neither gains by a machine that grows slower or faster.
    rates.bare += bare(&bare_state, &bare_clients, &codes).await? / 2.0;
    rates.http += over_http(&authority, &clients, &codes, version, ROUND).await? / 2.0;
    rates.http += over_http(&authority, &clients, &codes, version, ROUND).await? / 2.0;
    rates.bare += bare(&bare_state, &bare_clients, &codes).await? / 2.0;

    same_rows(&state.db, &bare_state.db).await?;
    server.stop().await;
    for (state, place) in [(state, place), (bare_state, bare_place)] {
        state.db.close().await;
        place.remove().await;
    }
    Ok(rates)
}

async fn client(state: &AppState, at: usize) -> Result<Client> {
    let mut tx = state.db.write_tx().await?;
    let now = state.clock.now_ms();
    let (customer, user, token) = (CustomerId(state.clock.new_id()), UserId(state.clock.new_id()), auth::hex(&random::<32>()));
    let email = format!("b{at}@customer.example");
    sqlx::query(
        "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, created_at, \
         updated_at) VALUES ($1, $2, $2, $2, '', '', 'en', 'wholesale', '', '', '', 0, 0)",
    )
    .bind(customer.to_string())
    .bind(format!("B{at}"))
    .execute(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, created_at) VALUES ($1, $2, '', $3, '', 1, 0)")
        .bind(state.clock.new_id().to_string())
        .bind(customer.to_string())
        .bind(&email)
        .execute(&mut *tx)
        .await?;
    auth::store::insert_user(&mut tx, user, &format!("b{at}@test.example"), "no password", Role::Buyer, Some(customer), false, now).await?;
    auth::store::start_session(&mut tx, &auth::hex(&Sha256::digest(token.as_bytes())), user, now, now + 24 * 3_600_000).await?;
    tx.commit().await?;
    Ok(Client { customer, user, email, token })
}

/// An order of these goods.
fn body(codes: &[String], version: i64) -> String {
    let lines: Vec<Value> = codes.iter().map(|code| json!({"code": code, "quantity": "3", "shown_price": "10"})).collect();
    json!({"version": version, "overlay": "wholesale", "lines": lines}).to_string()
}

/// Orders acknowledged per second.
async fn over_http(authority: &str, clients: &[Client], codes: &[String], version: i64, time: Duration) -> Result<f64> {
    let body = Arc::new(body(codes, version));
    let (stored, clock) = (Arc::new(AtomicU64::new(0)), Clock::system());
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .iter()
        .map(|client| {
            let (authority, token, body, stored, clock) = (authority.to_string(), client.token.clone(), body.clone(), stored.clone(), clock.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(TcpStream::connect(&authority).await?);
                stream.get_ref().set_nodelay(true)?;
                while started.elapsed() < time {
                    let (status, answer) = put(&mut stream, &authority, &token, &clock.new_id().to_string(), &body).await?;
                    ensure!(status == 201, "an order was answered {status}: {answer}");
                    stored.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(stored.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

/// One PUT over a connection that stays open.
async fn put(stream: &mut BufReader<TcpStream>, authority: &str, token: &str, id: &str, body: &str) -> Result<(u16, String)> {
    ask(stream, authority, token, &format!("PUT /api/orders/{id}"), "application/json", body).await
}

/// One request over a connection that stays open.
async fn ask(stream: &mut BufReader<TcpStream>, authority: &str, token: &str, what: &str, media_type: &str, body: &str) -> Result<(u16, String)> {
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {authority}\r\nCookie: {}={token}\r\nX-Kontor: 1\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        auth::COOKIE,
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).context("a status line")?.parse()?;
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok((status, String::from_utf8_lossy(&answer).into_owned()))
}

/// Transactions committed per second that insert the rows of an order and do nothing else.
async fn bare(state: &AppState, clients: &[Client], codes: &[String]) -> Result<f64> {
    let stored = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .iter()
        .map(|client| {
            let (state, client, codes, stored) = (state.clone(), client.clone(), codes.to_vec(), stored.clone());
            tokio::spawn(async move {
                while started.elapsed() < ROUND {
                    transaction(&state, &client, &codes).await?;
                    stored.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(stored.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

async fn transaction(state: &AppState, client: &Client, codes: &[String]) -> Result<()> {
    let id = state.clock.new_id().to_string();
    let now = state.clock.now_ms();
    let order = NewOrder {
        row: OrderRow {
            id: id.clone(),
            number: id.clone(),
            customer_id: Some(client.customer.to_string()),
            source: "page".into(),
            kind: "sale".into(),
            state: "submitted".into(),
            revision: 1,
            body_hash: auth::hex(&random::<32>()),
            ordered_at: now,
            price_list: Some(1),
            overlay: Some("wholesale".into()),
            po_number: String::new(),
            wanted_on: None,
            delivery_address: String::new(),
            comment: String::new(),
            currency: "EUR".into(),
            vat_mode: "net".into(),
            vat_method: "per_rate".into(),
            net: 60_000,
            vat: 12_000,
            gross: 72_000,
            line_count: codes.len() as i64,
            lacking: None,
        },
        user_id: Some(client.user.to_string()),
        ordered_day: "2026-01-15".into(),
        counted: true,
    };
    let lines: Vec<LineRow> = codes
        .iter()
        .zip(1..)
        .map(|(code, line_no)| LineRow {
            line_no,
            product_code: code.clone(),
            name: format!("Product {code}"),
            unit: "pc".into(),
            quantity: 3_000,
            shown_price: Some(100_000),
            price: Some(100_000),
            vat_rate: 2_000,
            amount: 3_000,
            verdict: "accepted".into(),
            reason: None,
        })
        .collect();
    let text = format!("Order {id}\n{}", lines.iter().map(|line| format!("{} {} 3 pc 10.00 30.00\n", line.product_code, line.name)).collect::<String>());
    let cause = format!("order {id} received");
    let mut tx = state.db.write_tx().await?;
    let with_order: Vec<(&str, &LineRow)> = lines.iter().map(|line| (id.as_str(), line)).collect();
    let event = store::FirstEvent { order: &id, at: now, state: "submitted", by_role: "buyer", actor: &client.email };
    store::insert(&mut tx, &[order]).await?;
    store::insert_lines(&mut tx, &with_order).await?;
    store::insert_first_events(&mut tx, &[event]).await?;
    audit::record(&mut tx, &state.clock, &client.email, Action::OrderSubmit, &id, None, Some(&json!({"state": "submitted", "revision": 1}))).await?;
    let mail = NewMail {
        cause: &cause,
        customer: Some(client.customer),
        recipient: &client.email,
        lang: Lang::En,
        subject: "We received your order",
        text: &text,
        thread: "",
        attachments: "",
    };
    outbox::enqueue(&mut tx, &state.clock, &[mail]).await?;
    tx.commit().await?;
    Ok(())
}

/// The two sides stored the same kinds of rows, as many to an order.
async fn same_rows(http: &Db, bare: &Db) -> Result<()> {
    let shape = async |db: &Db| -> Result<Vec<i64>> {
        let mut connection = db.read().await?;
        let orders: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM orders").fetch_one(&mut *connection).await?;
        let mut counts = Vec::new();
        for sql in [
            "SELECT COUNT(*) FROM order_lines",
            "SELECT COUNT(*) FROM order_events",
            "SELECT COUNT(*) FROM messages",
            "SELECT COUNT(*) FROM audit WHERE action = 'order.submit'",
        ] {
            let rows: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
            ensure!(orders > 0 && rows % orders == 0, "{sql}: {rows} rows for {orders} orders");
            counts.push(rows / orders);
        }
        Ok(counts)
    };
    let (one, other) = (shape(http).await?, shape(bare).await?);
    ensure!(one == other, "over HTTP an order is {one:?} rows, in a bare transaction {other:?}");
    Ok(())
}

//! A firm that has been in use: something in every table, as the program itself writes it wherever it writes such a thing.

use kontor_server::db::Engine;
use kontor_server::db::schema::{self, Column, Kind};
use kontor_server::links::{self, Purpose};
use kontor_server::{AppState, background};
use kontor_shared::api::{Order, Role};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::{Client, TestApp};

/// What can be asked of it afterwards.
pub struct InUse {
    pub buyer: Client,
    pub sales: Client,
    /// Submitted, with two lines.
    pub open: Order,
    /// Confirmed, in the order of their proformas.
    pub confirmed: Vec<Order>,
}

const GOODS: &str =
    "code,name,group,price,price retail,kind,active\n10,Zebra,Toys,1.50,2.40,,\n11,Apple tree,Garden,2,3.20,,\n12,Ёлка,Toys,3,4.80,,\n13,,Toys,x,1,,\n";
const GROUPS: &str = "code,name,parent\nToys,Toys,\nGarden,Garden,\n";

/// Fills the application's database. Everything that is due was done: documents are rendered, mails are files.
pub async fn furnish(app: &TestApp) -> InUse {
    let state = app.state();
    let firm = json!({"party": {"name": "Firm in use", "address": ["1 Street"], "tax_ids": [], "bank": [], "email": "sales@firm.example", "phone": ""}});
    kontor_server::firm::change(state, "test", firm.as_object().cloned().expect("an object")).await.expect("the firm is set up");
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=groups&name=groups.csv", GROUPS).await.ok();
    sales.upload("/api/imports?kind=products&name=goods.csv", GOODS).await.ok();
    sales.upload("/api/pictures?name=10.png", crate::pictures::PNG).await.ok();
    sales.post("/api/price-lists", &json!({"note": "Spring"})).await.ok();
    let buyer = app.buyer("C1").await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        app.pass(60);
        orders.push(order(app, &buyer, &[("10", "4", "1.50"), ("11", "2", "2")]).await);
    }
    let begun = json!({"lines": [{"code": "10", "name": "Zebra", "typed": "6", "seen": "1.50", "lang": "en"}], "comment": "not yet"});
    buyer.put_seen("/api/draft", 0, &begun).await.ok();
    let act = async |id: String, action: &str, body: Value| sales.post(&format!("/api/orders/{id}/{action}"), &body).await.ok();
    for order in &orders[..3] {
        app.pass(3600);
        act(order.id.to_string(), "confirm", json!({})).await;
    }
    act(orders[3].id.to_string(), "refuse", json!({"reason": "not in stock"})).await;
    background::run_due(state).await.expect("what is due is done");
    state.key(kontor_server::secrets::Purpose::Links).await.expect("a key");
    let mut tx = state.db.write_tx().await.expect("a transaction");
    by_hand(&mut tx, state).await;
    what_is_still_empty(&mut tx, state).await;
    tx.commit().await.expect("committed");
    InUse { open: orders.remove(4), confirmed: orders.into_iter().take(3).collect(), buyer, sales }
}

/// Sends an order of lines given as (code, quantity, shown price), on version 1.
pub async fn order(app: &TestApp, buyer: &Client, lines: &[(&str, &str, &str)]) -> Order {
    let lines: Vec<Value> = lines.iter().map(|(code, quantity, shown)| json!({"code": code, "quantity": quantity, "shown_price": shown})).collect();
    buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), &json!({"version": 1, "overlay": "wholesale", "lines": lines})).await.expect(201).json()
}

/// What stories of their own tell how it comes about.
async fn by_hand(connection: &mut AnyConnection, state: &AppState) {
    let now = state.clock.now_ms();
    let id = || state.clock.new_id().to_string();
    let (customer, contact): (String, String) =
        sqlx::query_as("SELECT customer_id, id FROM contacts ORDER BY id LIMIT 1").fetch_one(&mut *connection).await.expect("a contact");
    let body: String = sqlx::query_scalar("SELECT body_hash FROM messages ORDER BY id LIMIT 1").fetch_one(&mut *connection).await.expect("a body");
    let (template, mailing) = (id(), id());
    let user: String = sqlx::query_scalar("SELECT id FROM users WHERE role = 'buyer' ORDER BY id LIMIT 1").fetch_one(&mut *connection).await.expect("a log-in");
    let statements = [
        format!("INSERT INTO delivery_addresses (id, customer_id, name, address, created_at) VALUES ('{}', '{customer}', 'Store', '2 Street', {now})", id()),
        format!(
            "INSERT INTO customer_requests (id, customer_id, text, state, asked_at, asked_by) VALUES ('{}', '{customer}', 'A new tax id', 'open', {now}, 'test')",
            id()
        ),
        format!(
            "INSERT INTO applications (customer_id, contact_id, user_id, message, applied_at, decided_at, decided_by, decision) \
             VALUES ('{customer}', '{contact}', '{user}', 'We sell toys', {now}, {now}, 'test', 'approved')"
        ),
        format!("INSERT INTO recovery_codes (user_id, code_hash) VALUES ('{user}', '{}')", "0".repeat(64)),
        format!(
            "INSERT INTO consent_texts (purpose, version, lang, text, created_at) VALUES ('privacy', '2026-01-15.1', 'en', 'We keep your address.', {now})"
        ),
        format!(
            "INSERT INTO segment_terms (customer_id, period, regular_from, by_hand, reason, author, set_at) \
             VALUES ('{customer}', 'quarter', 4, 0, 'Orders every month', 'test', {now})"
        ),
        format!(
            "INSERT INTO segment_rules (id, period, mode, regular_from, lapse, reason, author, set_at) \
             VALUES ('{}', 'quarter', 'rolling', 3, 'quarter', 'As agreed', 'test', {now})",
            id()
        ),
        "INSERT INTO picture_fetches (product_id, address, state, attempts, run_after, lease_until, reason, detail) \
         SELECT MIN(id), 'https://pictures.example/11.jpg', 'failed', 1, 0, 0, 'address_answer', 'the server answers 404 Not Found' FROM products"
            .to_string(),
        format!("INSERT INTO breakers (scope, failures, open_until, reason, changed_at) VALUES ('domain:slow.example', 5, {now}, '451 later', {now})"),
        format!("INSERT INTO forms (id, customer_id, version, overlay, created_at) VALUES ('7K2Q9-M3T4V', '{customer}', 1, 'wholesale', {now})"),
        format!(
            "INSERT INTO incoming_mails (id, source, place, message_key, message_id, raw_hash, kind, sender, subject, text, evidence, customer_id, state, \
             reason, detail, answerable, thread, received_at) VALUES ('mail', 'drop', 'a.eml', 'key', 'a@customer.example', '{body}', 'letter', \
             'c1@customer.example', 'Order', 'Please call me.', '', '{customer}', 'needs_person', 'picture', '', 1, '', {now})"
        ),
        format!(
            "INSERT INTO incoming_files (id, mail_id, no, name, media_type, size, hash, content, account, verdict, reason, detail) \
             VALUES ('file', 'mail', 1, 'scan.pdf', 'application/pdf', 3, '{body}', '', '', 'needs_person', 'picture', '')"
        ),
        "INSERT INTO incoming_boxes (name, uidvalidity, last_uid) VALUES ('orders@mail.example/INBOX', 1, 7)".to_string(),
        format!(
            "INSERT INTO consents (id, contact_id, purpose, channel, state, text_version, source, at, evidence, actor) \
             VALUES ('{}', '{contact}', 'marketing', 'email', 'granted', '1', 'page', {now}, '', 'test')",
            id()
        ),
        format!(
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) \
             VALUES ('gone@customer.example', 'email', 'bounced', '', 'test', 'test', {now})"
        ),
        format!("INSERT INTO templates (id, name, segment, topic, newest, created_at) VALUES ('{template}', 'Novelties', '', 'news', 1, {now})"),
        format!("INSERT INTO template_versions (template_id, version, note, created_at, created_by) VALUES ('{template}', 1, '', {now}, 'test')"),
        format!(
            "INSERT INTO template_texts (template_id, version, lang, subject, html, text) \
             VALUES ('{template}', 1, 'en', 'New', '<p>New</p>', 'New. {{{{ unsubscribe_url }}}}')"
        ),
        format!(
            "INSERT INTO mailings (id, name, state, revision, topic, audience, template_id, template_version, created_at, created_by) \
             VALUES ('{mailing}', 'Spring', 'running', 1, 'news', '{{}}', '{template}', 1, {now}, 'test')"
        ),
        format!(
            "INSERT INTO messages (id, cause, customer_id, channel, recipient, lang, subject, body_hash, state, attempts, run_after, message_id, created_at, \
             mailing_id, contact_id, topic, domain) VALUES ('{}', 'mailing {mailing}', '{customer}', 'email', 'c1@customer.example', 'en', 'New', '{body}', \
             'failed', 1, {now}, 'm@kontor', {now}, '{mailing}', '{contact}', 'news', 'customer.example')",
            id()
        ),
    ];
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *connection).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    links::store(connection, &state.clock, Purpose::Reset, "nobody", "{}", "test", &links::new_token()).await.expect("a link");
}

/// A row in each table that has none, so that a table added tomorrow is copied and restored with something in it, too.
async fn what_is_still_empty(connection: &mut AnyConnection, state: &AppState) {
    for table in schema::tables(connection, state.db.engine).await.expect("the tables") {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{}\"", table.name));
        if sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *connection).await.expect("a count") > 0 {
            continue;
        }
        let value = |column: &Column| {
            let refers = table.refers.iter().find_map(|one| Some((&one.table, &one.columns.iter().find(|(own, _)| *own == column.name)?.1)));
            match (refers, column.kind) {
                (Some((other, name)), _) => format!("(SELECT MIN(\"{name}\") FROM \"{other}\")"),
                (None, Kind::Integer) => "1".to_string(),
                (None, Kind::Text) => "'x'".to_string(),
                (None, Kind::Bytes) if state.db.engine == Engine::Sqlite => "x'78'".to_string(),
                (None, Kind::Bytes) => "'\\x78'".to_string(),
            }
        };
        let names: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let values: Vec<String> = table.columns.iter().map(value).collect();
        let sql = format!("INSERT INTO \"{}\" ({}) SELECT {}", table.name, names.join(", "), values.join(", "));
        sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut *connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

//! Erasing a person: everything held about them is given out first, then gone from every table, but for posted documents
//! and orders; and whoever brings the address back finds it stopped.

use kontor_server::imports::Kind;
use kontor_shared::api::mailings::AudienceCount;
use kontor_shared::api::people::{ErasePreview, Erased, PersonExport};
use kontor_shared::api::{Customer, Role};
use kontor_shared::mailings::{MailingAction, SkipReason};
use kontor_tests::beside::{Statement, beside};
use kontor_tests::files::import;
use kontor_tests::goods::{good, number, publish};
use kontor_tests::mailing::{Written, name_sender};
use kontor_tests::{Client, Engine, TestApp, on_both_databases};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::{at_an_address, run};

const NAME: &str = "Ёлкина \"Anna\" Zephyrova";
const EMAIL: &str = "Anna.Zephyrova@Person.example";
const PHONE: &str = "+44 7700 900123";
const FAX: &str = "+44 7700 900456";
const POSITION: &str = "Keeper of the seventh lamp";

/// What must not be found, in lower case.
fn traces() -> Vec<String> {
    ["zephyrova", "900123", "900456", "seventh lamp", "person.example"].map(String::from).into()
}

/// Tables and columns that hold text or bytes.
async fn columns(app: &TestApp) -> Vec<(String, String, bool)> {
    let mut connection = app.state().db.read().await.expect("a connection");
    if app.engine() == Engine::Postgres {
        let sql = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type IN ('text', 'bytea')";
        let rows: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&mut *connection).await.expect("columns");
        return rows.into_iter().map(|(table, column, kind)| (table, column, kind == "bytea")).collect();
    }
    let sql = "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type IN ('TEXT', 'BYTEA')";
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&mut *connection).await.expect("columns");
    rows.into_iter().map(|(table, column, kind)| (table, column, kind == "BYTEA")).collect()
}

/// Where the person is still found, as `table.column: text`.
async fn found(app: &TestApp) -> Vec<String> {
    let (traces, columns) = (traces(), columns(app).await);
    assert!(columns.len() > 100, "{} columns: the scan looks in the wrong place", columns.len());
    let mut connection = app.state().db.read().await.expect("a connection");
    let mut found = Vec::new();
    for (table, column, bytes) in columns {
        let sql = AssertSqlSafe(format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"));
        let texts: Vec<String> = if bytes {
            let rows: Vec<Vec<u8>> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await.expect("a column of bytes");
            rows.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
        } else {
            sqlx::query_scalar(sql).fetch_all(&mut *connection).await.expect("a column of text")
        };
        for text in texts {
            let lower = text.to_lowercase();
            if traces.iter().any(|trace| lower.contains(trace)) {
                found.push(format!("{table}.{column}: {}", text.chars().take(200).collect::<String>()));
            }
        }
    }
    found
}

struct Story {
    customer: String,
    contact: String,
    admin: Client,
    person: Client,
}

/// A person who left a trace wherever one can.
async fn lived(app: &TestApp) -> Story {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let customer = app.customer("C1").await.to_string();
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let contact = app.state().clock.new_id().to_string();
    let form = |name: &str| {
        json!({"name": name, "email": EMAIL, "phone": PHONE, "fax": FAX, "position": POSITION, "receives_orders": true, "receives_accounts": true,
            "receives_mail": true})
    };
    sales.post("/api/contacts", &json!({"id": contact, "customer": customer, "contact": form("Zephyrova")})).await.expect(201);
    // For a day she had another address, and a letter went there.
    let mut first = form("Annie");
    first["email"] = json!("old@person.example");
    sales.put(&format!("/api/contacts/{contact}"), &first).await.ok();
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    let letter = kontor_server::bodies::put(&mut tx, "text/plain", b"Dear Zephyrova", 1).await.expect("a body");
    tx.commit().await.expect("committed");
    run(
        app,
        "INSERT INTO messages (id, cause, channel, recipient, lang, subject, body_hash, state, run_after, message_id, created_at) \
         VALUES ('0', 'news', 'email', 'old@person.example', 'en', 'For Zephyrova', $1, 'sent', 1, 'm', 1)",
        &[&letter],
    )
    .await;
    sales.put(&format!("/api/contacts/{contact}"), &form(NAME)).await.ok();
    let noted = json!({"name": "Customer C1", "price_type": "wholesale", "lang": "en", "channel": "email", "note": format!("ring {NAME} on {PHONE}")});
    sales.put(&format!("/api/customers/{customer}"), &noted).await.ok();

    let sender = json!({"mail_from": "office@test.example"});
    kontor_server::firm::change(app.state(), "test", sender.as_object().cloned().unwrap()).await.expect("the firm has a sender");
    // A log-in of her own, an order under it, a letter about it sent and one waiting; a wish; a consent; a refused row of a file.
    let person = app.buyer("C1").await;
    let login = EMAIL.to_lowercase();
    run(app, "UPDATE users SET login = $1 WHERE role = 'buyer'", &[&login]).await;
    run(app, "UPDATE contacts SET user_id = (SELECT id FROM users WHERE role = 'buyer') WHERE id = $1", &[&contact]).await;
    let body = json!({"version": version, "overlay": "wholesale", "comment": "ring first", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    let order = app.state().clock.new_id();
    person.put(&format!("/api/orders/{order}"), &body).await.expect(201);
    assert!(kontor_server::outbox::run_due(app.state(), || false).await.expect("mail goes out") >= 1);
    sales.call("POST", &format!("/api/orders/{order}/confirm")).await.ok();
    person.post("/api/profile/requests", &json!({"text": format!("call me {NAME}")})).await.ok();
    let said = json!({"purpose": "marketing", "channel": "email", "state": "granted", "source": "telephone", "evidence": format!("{NAME} said so")});
    sales.post(&format!("/api/contacts/{contact}/consents"), &said).await.ok();
    import(app, Kind::Customers, &[("c.csv", &format!("code,contact,email,language\nX,{},{EMAIL},fr\n,\"Anna Zephyrova\",{EMAIL},en\n", "Anna"))]).await;
    run(
        app,
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, 'email', 'bounced', '', $2, $1, 1)",
        &[&login, "550 <Anna.Zephyrova@person.example> unknown"],
    )
    .await;
    run(
        app,
        "INSERT INTO links (token_hash, purpose, subject, data, created_at, created_by, expires_at) VALUES ('t', 'email', 'u', $1, 1, $2, 2)",
        &[&format!("{{\"to\":\"{login}\"}}"), &login],
    )
    .await;
    // What mail servers answered is kept where it holds things up.
    let refused = format!("550 <{EMAIL}> unknown");
    run(app, "INSERT INTO breakers (scope, failures, open_until, reason, changed_at) VALUES ('smarthost', 1, 0, $1, 1)", &[&refused]).await;
    run(
        app,
        "INSERT INTO mailings (id, name, state, revision, topic, audience, paused_reason, created_at, created_by) \
         VALUES ('paused', 'News', 'paused', 1, 'offers', '{}', $1, 1, 'test')",
        &[&refused],
    )
    .await;
    // What she asked for and a job has not answered yet; and what somebody else did.
    let asked = "INSERT INTO account_requests (id, kind, data, created_at) VALUES ($1, 'x', $2, 1)";
    run(app, asked, &["forgot", &json!({"kind": "forgot", "email": login}).to_string()]).await;
    run(app, asked, &["unreadable", &json!({"kind": "of another version", "email": login}).to_string()]).await;
    run(app, asked, &["bob", &json!({"kind": "forgot", "email": "bob@stays.example"}).to_string()]).await;
    run(app, "INSERT INTO account_requests (id, kind, data, created_at) SELECT 'email', 'x', '{\"kind\":\"email\",\"email\":\"e@x.example\",\"user\":\"' || id || '\"}', 1 \
        FROM users WHERE login = $1", &[&login]).await;
    // Someone else of the customer's, who stays.
    let bob = json!({"id": app.state().clock.new_id(), "customer": customer, "contact": {"name": "Bob", "email": "bob@stays.example",
        "receives_orders": true, "receives_accounts": false, "receives_mail": true}});
    sales.post("/api/contacts", &bob).await.expect(201);
    Story { customer, contact, admin, person }
}

on_both_databases!(an_erased_person_is_nowhere_but_in_what_was_posted, |app| async {
    let Story { customer, contact, admin, person } = lived(&app).await;
    assert!(found(&app).await.len() > 15, "the story leaves too few traces to prove anything");
    let path = format!("/api/contacts/{contact}");

    // First everything is given out; that too is a row of the audit trail.
    let export: PersonExport = admin.post(&format!("{path}/export"), &json!({})).await.json();
    assert_eq!((export.contact.email.as_str(), export.log_in.as_ref().map(|user| user.login.as_str())), (EMAIL, Some(&*EMAIL.to_lowercase())));
    assert_eq!((export.messages.len(), export.orders.len(), export.sessions.len(), export.contact.consents.len()), (3, 1, 1, 1));
    assert!(export.suppressions.iter().any(|one| one.reason == "bounced") && export.audit.len() >= 4);
    for part in [NAME, PHONE, FAX, POSITION, "ring first", "550 <"] {
        assert!(export.text.contains(part), "{part} in the text for reading");
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'contact.export'").await, 1);

    let preview: ErasePreview = admin.get(&format!("{path}/erase")).await.json();
    assert_eq!((preview.name.as_str(), preview.log_in, preview.sessions, preview.orders), (NAME, true, 1, 1));
    assert_eq!((preview.queued, preview.messages, preview.consents), (1, 3, 1));
    assert!(preview.elsewhere.is_empty());
    admin.post(&format!("{path}/erase"), &json!({"name": "Anna", "reason": "asked for it"})).await.problem(422, "name_differs");
    admin.post(&format!("{path}/erase"), &json!({"name": NAME, "reason": " "})).await.problem(422, "no_reason");
    app.staff(Role::Sales).await.post(&format!("{path}/erase"), &json!({"name": NAME, "reason": "r"})).await.problem(403, "role");
    // While a message to her is going out nothing is taken away from under it.
    run(&app, "UPDATE messages SET state = 'sending' WHERE state = 'queued' AND recipient = $1", &[EMAIL]).await;
    admin.post(&format!("{path}/erase"), &json!({"name": NAME, "reason": "asked for it"})).await.problem(409, "message_under_way");
    run(&app, "UPDATE messages SET state = 'queued' WHERE state = 'sending' AND recipient = $1", &[EMAIL]).await;
    assert!(!found(&app).await.is_empty());

    let documents = {
        let mut connection = app.state().db.read().await.expect("a connection");
        sqlx::query_as::<_, (String, String)>("SELECT number_text, data FROM documents").fetch_all(&mut *connection).await.expect("documents")
    };
    let asked = json!({"name": NAME, "reason": format!("{NAME} asked for it in writing")});
    let done: Erased = admin.post(&format!("{path}/erase"), &asked).await.json();
    assert_eq!((done.sessions, done.queued, done.messages, done.consents), (1, 1, 3, 1));
    assert!(done.rows >= 4);
    let left = found(&app).await;
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM links").await, 0);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM account_requests WHERE id <> 'bob'").await, 0);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM account_requests").await, 1);

    // What a file was refused for is still shown, without her.
    let imports: Vec<String> = sqlx::query_scalar("SELECT DISTINCT import_id FROM import_refusals")
        .fetch_all(&mut *app.state().db.read().await.expect("a connection"))
        .await
        .expect("imports");
    assert!(!imports.is_empty());
    for import in imports {
        admin.get(&format!("/api/imports/{import}")).await.ok();
    }

    // What stays: documents as posted, the order, the fact of the consent, the other people, what was sent when.
    let mut connection = app.state().db.read().await.expect("a connection");
    let after: Vec<(String, String)> = sqlx::query_as("SELECT number_text, data FROM documents").fetch_all(&mut *connection).await.expect("documents");
    assert_eq!(after, documents);
    let states: Vec<(String, String)> = sqlx::query_as("SELECT state, skip_reason FROM messages WHERE recipient LIKE 'erased-%' ORDER BY created_at, id")
        .fetch_all(&mut *connection)
        .await
        .expect("messages");
    assert_eq!(states, [("sent".to_string(), String::new()), ("sent".to_string(), String::new()), ("skipped".to_string(), "erased".to_string())]);
    drop(connection);
    let db = &app.state().db;
    assert_eq!(number(db, "SELECT COUNT(*) FROM messages WHERE recipient = 'bob@stays.example' OR recipient = 'c1@customer.example'").await, 2);
    assert_eq!(number(db, "SELECT COUNT(*) FROM orders WHERE comment = 'ring first'").await, 1);
    assert_eq!(number(db, "SELECT COUNT(*) FROM consents WHERE state = 'granted' AND evidence LIKE '[erased]%'").await, 1);
    assert_eq!(number(db, "SELECT COUNT(*) FROM users WHERE disabled = 1 AND login LIKE 'erased-%'").await, 1);
    assert_eq!(number(db, "SELECT COUNT(*) FROM audit WHERE action = 'contact.erase' AND after_data LIKE '%[erased] asked for it in writing%'").await, 1);
    person.get("/api/profile").await.problem(401, "sign_in");
    let page: Customer = admin.get(&format!("/api/customers/{customer}")).await.json();
    let erased = page.contacts.iter().find(|one| one.id.to_string() == contact).expect("the row stays");
    assert!(erased.erased && erased.name.is_empty() && page.contacts.iter().any(|one| one.name == "Bob"));

    // Nothing is left to do, and nothing can be written on the row.
    let again: Erased = admin.post(&format!("{path}/erase"), &asked).await.json();
    assert_eq!((again.messages, again.rows), (0, 0));
    admin.get(&format!("{path}/erase")).await.problem(409, "erased");
    let form = json!({"name": "New", "email": "new@person.example", "receives_orders": true, "receives_accounts": true, "receives_mail": true});
    admin.put(&path, &form).await.problem(409, "erased");
});

on_both_databases!(an_erased_address_that_comes_back_is_stopped, |app| async {
    let Story { customer, contact, admin, .. } = lived(&app).await;
    admin.post(&format!("/api/contacts/{contact}/erase"), &json!({"name": NAME, "reason": "asked for it"})).await.ok();
    let db = &app.state().db;
    let plain = "SELECT COUNT(*) FROM suppressions WHERE address = 'anna.zephyrova@person.example'";
    assert_eq!(number(db, plain).await, 0);
    assert_eq!(number(db, "SELECT COUNT(*) FROM suppressions WHERE address LIKE 'sha256:%' AND reason = 'erased'").await, 3);
    // An old file still has her: she is a new contact, and her address is stopped for what it was stopped for before, too.
    import(&app, Kind::Customers, &[("old.csv", &format!("code,contact,email,consent\nC1,Anna,{EMAIL},yes\n"))]).await;
    assert_eq!(number(db, "SELECT COUNT(*) FROM contacts WHERE erased_at IS NULL AND name = 'Anna'").await, 1);
    // A second customer keeps her too, and whoever erases her at one is told of the other.
    import(&app, Kind::Customers, &[("two.csv", &format!("code,contact,email\nC2,Anna,{EMAIL}\n"))]).await;
    let mut connection = db.read().await.expect("a connection");
    let back: String = sqlx::query_scalar("SELECT p.id FROM contacts p JOIN customers c ON c.id = p.customer_id WHERE p.name = 'Anna' AND c.code = 'C2'")
        .fetch_one(&mut *connection)
        .await
        .expect("the contact");
    drop(connection);
    assert_eq!(admin.get(&format!("/api/contacts/{back}/erase")).await.json::<ErasePreview>().elsewhere, ["C1"]);
    // It is known by its hash alone, and stops her all the same.
    assert_eq!(number(db, plain).await, 0);
    let count = json!({"audience": {}, "topic": "offers"});
    let found: AudienceCount = app.staff(Role::Marketer).await.post("/api/mailings/audience", &count).await.json();
    assert!(found.skipped.iter().any(|one| (one.reason, one.count) == (SkipReason::Erased, 2)), "{:?}", found.skipped);
    let page: Customer = admin.get(&format!("/api/customers/{customer}")).await.json();
    let anna = page.contacts.iter().find(|one| one.name == "Anna").expect("the contact");
    let stopped: Vec<&str> = anna.stopped.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(stopped, ["bounced", "erased"]);
});

async fn texts(app: &TestApp, sql: &'static str, value: &str) -> Vec<String> {
    sqlx::query_scalar(sql).bind(value).fetch_all(&mut *app.state().db.read().await.expect("a connection")).await.expect("texts")
}

on_both_databases!(what_a_colleague_has_taken_over_is_the_colleagues, |app| async {
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let (one, two) = (app.customer("C1").await, app.customer("C2").await.to_string());
    let customer = one.to_string();
    let form = |name: &str, email: &str| json!({"name": name, "email": email, "receives_orders": true, "receives_accounts": false, "receives_mail": true});
    let add = async |customer: &str, name: &str, email: &str| {
        let id = app.state().clock.new_id().to_string();
        sales.post("/api/contacts", &json!({"id": id, "customer": customer, "contact": form(name, email)})).await.expect(201);
        id
    };
    let rename = async |id: &str, name: &str, email: &str| sales.put(&format!("/api/contacts/{id}"), &form(name, email)).await.ok();
    let erase = async |id: &str, name: &str| -> Erased {
        admin.post(&format!("/api/contacts/{id}/erase"), &json!({"name": name, "reason": "asked for it"})).await.json()
    };
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    let body = kontor_server::bodies::put(&mut tx, "text/plain", b"Your order", 1).await.expect("a body");
    tx.commit().await.expect("committed");
    let letter = "INSERT INTO messages (id, cause, customer_id, channel, recipient, lang, subject, body_hash, state, run_after, message_id, created_at) \
         VALUES ($1, $1, NULLIF($2, ''), 'email', $3, 'en', 'Hello', $4, 'sent', 1, 'm', 1)";

    // Ann signs in with the address she had before; Bob is written to at it now.
    let password = "four herons by the weir";
    let login = kontor_server::auth::add_user(app.state(), "desk@x.example", password, Role::Buyer, Some(one), false).await.expect("Ann signs in");
    let ann = add(&customer, "Ann", "desk@x.example").await;
    run(&app, "UPDATE contacts SET user_id = $2 WHERE id = $1", &[&ann, &login.to_string()]).await;
    let signed_in = app.log_in("desk@x.example", password).await;
    rename(&ann, "Ann", "ann@x.example").await;
    let bob = add(&customer, "Bob", "Desk@X.example").await;
    run(&app, letter, &["account 1", "", "desk@x.example", &body]).await;
    run(&app, letter, &["order 1", &customer, "desk@x.example", &body]).await;
    let export: PersonExport = admin.post(&format!("/api/contacts/{bob}/export"), &json!({})).await.json();
    assert!(export.log_in.is_none() && export.messages.len() == 1, "the log-in and its mails are Ann's");
    let done = erase(&bob, "Bob").await;
    assert_eq!((done.sessions, done.messages), (0, 1));
    signed_in.get("/api/profile").await.ok();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM users WHERE disabled = 1").await, 0);
    assert_eq!(texts(&app, "SELECT recipient FROM messages WHERE id = $1", "account 1").await, ["desk@x.example"]);

    // Eve had addresses that others have now, whoever spells them how.
    let eve = add(&customer, "Eve", "Info@x.example").await;
    rename(&eve, "Eve", "ёж@x.example").await;
    rename(&eve, "Eve", "eve@x.example").await;
    add(&customer, "Zoe", "info@X.example").await;
    add(&two, "Fay", "Ёж@x.example").await;
    let noted = json!({"name": "Customer C2", "price_type": "wholesale", "lang": "en", "channel": "email", "note": "write to ёж@x.example"});
    sales.put(&format!("/api/customers/{two}"), &noted).await.ok();
    run(&app, letter, &["order 2", &customer, "info@x.example", &body]).await;
    run(&app, letter, &["order 3", &customer, "eve@x.example", &body]).await;
    let preview: ErasePreview = admin.get(&format!("/api/contacts/{eve}/erase")).await.json();
    assert_eq!((preview.messages, preview.elsewhere), (1, vec!["C2".to_string()]));
    assert_eq!(erase(&eve, "Eve").await.messages, 1);
    assert_eq!(texts(&app, "SELECT recipient FROM messages WHERE id = $1", "order 2").await, ["info@x.example"]);
    assert_eq!(texts(&app, "SELECT recipient FROM messages WHERE id = $1", "order 3").await, ["erased-order 3"]);
    assert_eq!(texts(&app, "SELECT note FROM customers WHERE id = $1", &two).await, ["write to ёж@x.example"]);
});

at_an_address!(an_erasure_beside_a_sender_waits_and_beside_a_freeze_stands, |app| async {
    let state = app.state();
    name_sender(state, |_| {}).await;
    let admin = app.staff(Role::Admin).await;
    let (addresses, forget) = (["r0@gone.example", "r1@gone.example", "r2@stays.example"], json!({"name": "Contact r0", "reason": "asked for it"}));
    let mut written = Written::draft(state, &[("r0", addresses[0]), ("r1", addresses[1]), ("r2", addresses[2])]).await;
    let contacts: Vec<String> = written.recipients.iter().map(|one| one.contact.expect("a contact").to_string()).collect();
    let path = format!("/api/contacts/{}/erase", contacts[0]);

    // A sender takes the message while the person is erased: it has the address, and would write back what it says.
    written.freeze(state).await;
    let claim = "UPDATE messages SET state = 'claimed', attempts = 1, lease_until = 9000000000000 WHERE mailing_id = $1 AND recipient = 'r0@gone.example'";
    let answer = beside(&app, &[(claim, &[&written.id])], &[], admin.post(&path, &forget)).await;
    answer.problem(409, "message_under_way");
    assert_eq!(written.message(state, addresses[0]).await.0, "claimed");
    run(&app, "UPDATE messages SET state = 'queued', attempts = 0, lease_until = NULL WHERE mailing_id = $1 AND state = 'claimed'", &[&written.id]).await;
    written.act(state, MailingAction::Thaw).await;

    // One is erased after it was found whom the mailing goes to, and one while its messages are written.
    admin.post(&path, &forget).await.ok();
    let erasing: [Statement; 2] =
        [("UPDATE sending SET id = id WHERE id = 1", &[]), ("UPDATE contacts SET erased_at = 1, email = '', name = '' WHERE id = $1", &[&contacts[1]])];
    written.recipients.rotate_left(2);
    let frozen = beside(&app, &erasing, &[], written.freeze(state)).await;
    assert_eq!((frozen.recipients, frozen.skipped), (3, 2));
    let mut sent_to = texts(&app, "SELECT recipient || ' ' || skip_reason FROM messages WHERE mailing_id = $1", &written.id).await;
    sent_to.sort();
    assert!(sent_to[..2].iter().all(|one| one.starts_with("erased-") && one.ends_with(" erased")), "{sent_to:?}");
    assert_eq!(sent_to[2..], ["r2@stays.example "]);
});

on_both_databases!(what_comes_to_name_a_person_while_they_are_erased_is_found, |app| async {
    let Story { customer, contact, admin, .. } = lived(&app).await;
    app.customer("C2").await;
    // The erasure has read the tables and waits for the customer; a file is being refused line by line, and somebody takes a note.
    let hold: [Statement; 1] = [("UPDATE customers SET revision = revision + 1 WHERE id = $1", &[&customer])];
    let refused = "INSERT INTO import_refusals (import_id, no, file, row_no, value, reason) \
         SELECT import_id, MAX(no) + 1, 'c.csv', 9, $1, 'unknown' FROM import_refusals GROUP BY import_id";
    let meanwhile: [Statement; 2] = [(refused, &[EMAIL]), ("UPDATE customers SET note = $1 WHERE code = 'C2'", &[EMAIL])];
    let asked = json!({"name": NAME, "reason": "asked for it"});
    beside(&app, &hold, &meanwhile, admin.post(&format!("/api/contacts/{contact}/erase"), &asked)).await.ok();
    let left = found(&app).await;
    assert!(left.is_empty(), "{left:#?}");
});

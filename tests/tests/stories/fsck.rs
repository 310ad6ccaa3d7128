//! `kontor fsck`: a firm in use is sound, and each of many seeded corruptions is found by the check that is for it.

use kontor_server::operations::fsck;
use kontor_tests::databases::Place;
use kontor_tests::firm_in_use::furnish;
use kontor_tests::{Engine, TestApp, on_both_databases, program};
use sqlx::AssertSqlSafe;

/// A table without its keys, in which some rows stand twice.
fn twice(table: &str, which: &str) -> Vec<String> {
    vec![
        format!("CREATE TABLE bare AS SELECT * FROM {table}"),
        format!("INSERT INTO bare SELECT * FROM {table} WHERE {which}"),
        format!("DROP TABLE {table}"),
        format!("ALTER TABLE bare RENAME TO {table}"),
    ]
}

/// The check that has to find it, and how it is done.
fn corruptions() -> Vec<(&'static str, Vec<String>)> {
    let one = |check, statement: &str| (check, vec![statement.to_string()]);
    let open = "(SELECT id FROM orders WHERE state = 'submitted')";
    let last = "(SELECT MAX(number) FROM documents)";
    vec![
        (
            "I1.acknowledged_orders",
            vec![
                format!("DELETE FROM order_lines WHERE order_id IN {open}"),
                format!("DELETE FROM order_events WHERE order_id IN {open}"),
                "DELETE FROM orders WHERE state = 'submitted'".into(),
            ],
        ),
        one("I1.whole_orders", "DELETE FROM order_lines WHERE line_no = 2"),
        one("I1.whole_orders", "DELETE FROM audit WHERE action = 'order.submit'"),
        // Broken in two ways, each order is named once.
        ("I1.whole_orders", vec!["DELETE FROM order_lines WHERE line_no = 2".into(), "DELETE FROM audit WHERE action = 'order.submit'".into()]),
        ("I2.orders_once", twice("orders", "1 = 1")),
        one("I3.list_prices", "UPDATE order_lines SET price = price + 1"),
        one("I3.order_totals", "UPDATE orders SET gross = gross + 1 WHERE state = 'submitted'"),
        one("I3.order_totals", "UPDATE order_lines SET amount = amount - 1 WHERE line_no = 1"),
        one("I3.order_totals", "UPDATE order_lines SET verdict = 'refused' WHERE line_no = 1"),
        ("I4.document_numbers", vec![format!("UPDATE documents SET number = number + 1 WHERE number = {last}")]),
        one("I4.document_numbers", "UPDATE number_series SET next_number = next_number + 1 WHERE series = 'proforma'"),
        ("I4.document_numbers", vec![format!("UPDATE documents SET document_date = '2020-01-01' WHERE number = {last}")]),
        ("I4.document_numbers", vec!["DELETE FROM documents WHERE number = 1".into()]),
        ("I4.document_numbers", twice("documents", "number = 1")),
        one("I5.proformas", "UPDATE orders SET state = 'confirmed' WHERE state = 'submitted'"),
        ("I5.proformas", twice("documents", "number = 2")),
        one("I6.documents", "UPDATE documents SET data = REPLACE(data, 'Zebra', 'Horse') WHERE number = 1"),
        one("I6.documents", "UPDATE documents SET gross = gross + 100 WHERE number = 1"),
        one("I6.bodies", "UPDATE bodies SET bytes = (SELECT b.bytes FROM bodies b WHERE b.hash <> bodies.hash LIMIT 1)"),
        one("I6.rendered", "UPDATE documents SET pdf_hash = 'gone' WHERE number = 1"),
        one(
            "I7.messages_once",
            "INSERT INTO messages (id, cause, channel, recipient, lang, subject, body_hash, state, run_after, message_id, created_at, mailing_id) \
             SELECT 'x', 'again', channel, recipient, lang, subject, body_hash, 'queued', 0, 'x', 0, mailing_id FROM messages WHERE mailing_id IS NOT NULL",
        ),
        one("I7.message_states", "UPDATE messages SET sent_at = NULL WHERE state = 'sent'"),
        one("I7.message_states", "UPDATE messages SET state = 'skipped', last_error = NULL WHERE state = 'failed'"),
        one("I7.message_states", "UPDATE messages SET state = 'flown' WHERE state = 'failed'"),
        one(
            "I8.suppressed",
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('c1@customer.example', 'email', 'bounced', '', 'x', 'x', 0)",
        ),
        one("I10.links_once", "UPDATE links SET used_at = expires_at + 1"),
        one("I13.imports_account", "UPDATE imports SET refused_rows = refused_rows + 1"),
        one("audit.order", "UPDATE audit SET at = at + 86400000 WHERE action = 'order.confirm'"),
        one(
            "incoming.states",
            "INSERT INTO incoming_mails (id, source, place, message_key, message_id, kind, sender, subject, text, evidence, state, reason, detail, answerable, \
             thread, received_at) VALUES ('x', 'drop', 'x.eml', 'x', '', 'letter', '', '', '', '', 'accepted', '', '', 0, '', 0)",
        ),
        one("drafts.readable", "UPDATE drafts SET lines = 'torn'"),
        one("firm.settings", "UPDATE firm SET data = '{\"currency\": 7}'"),
        one("orders.events", "UPDATE order_events SET state = 'shipped' WHERE no = 2"),
        one("orders.events", "DELETE FROM order_events WHERE no = 2"),
        one("orders.lacking", "UPDATE orders SET lacking = 100 WHERE state = 'submitted'"),
        one("orders.lacking", "UPDATE order_events SET state = 'needs_review' WHERE no = 1"),
        one("orders.lacking", "UPDATE order_lines SET reason = 'price_rose' WHERE line_no = 1"),
        // Of no least amount that ever held.
        ("orders.lacking", vec!["UPDATE orders SET lacking = 7".into(), "UPDATE order_events SET state = 'needs_review' WHERE no = 1".into()]),
        one("pictures.choices", "UPDATE picture_choices SET number = number + 1"),
        one("pictures.choices", "UPDATE product_pictures SET number = 0"),
        one("pictures.choices", "UPDATE product_pictures SET published = 0, shown_from = '2026-01-01'"),
        one("pictures.fetches", "UPDATE picture_fetches SET state = 'flown'"),
        one("pictures.fetches", "UPDATE picture_fetches SET state = 'failed', reason = ''"),
        one("price_lists.snapshots", "UPDATE price_list_snapshots SET products = products + 1"),
        one("price_lists.snapshots", "UPDATE price_list_snapshots SET body_hash = (SELECT MIN(body_hash) FROM messages)"),
        one("price_lists.versions", "UPDATE catalog_state SET last_version = last_version + 1"),
        one("structure.foreign_keys", "UPDATE contacts SET customer_id = 'nobody'"),
        one("structure.references", "UPDATE messages SET mailing_id = 'none' WHERE mailing_id IS NOT NULL"),
        one("users.roles", "UPDATE users SET customer_id = NULL WHERE role = 'buyer'"),
    ]
}

async fn each_is_found(app: &TestApp) {
    let state = app.state();
    let sound = fsck::run(&state.db).await.expect("fsck runs");
    assert_eq!(sound.broken, 0, "{:#?}", sound.checks.iter().filter(|check| !check.ok).collect::<Vec<_>>());
    for check in &sound.checks {
        assert!(check.looked_at > 0, "{} looked at nothing", check.id);
    }
    let mut unseeded: Vec<&str> = sound.checks.iter().map(|check| check.id).collect();
    for (check, statements) in corruptions() {
        let mut tx = state.db.write_tx().await.expect("a transaction");
        // The engine looks away until the end of the transaction, which is taken back.
        let look_away = match app.engine() {
            Engine::Sqlite => "PRAGMA defer_foreign_keys = ON",
            Engine::Postgres => "SET LOCAL session_replication_role = replica",
        };
        sqlx::query(look_away).execute(&mut *tx).await.expect("the engine looks away");
        for statement in &statements {
            let statement = if statement.starts_with("DROP") && app.engine() == Engine::Postgres { format!("{statement} CASCADE") } else { statement.clone() };
            let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
            assert!(done.rows_affected() > 0 || statement.contains("TABLE"), "{statement} changed nothing");
        }
        let report = fsck::run_all(&mut tx, app.engine()).await.unwrap_or_else(|error| panic!("{statements:?}: {error:#}"));
        let found = report.checks.iter().find(|found| found.id == check).unwrap_or_else(|| panic!("there is no check {check}"));
        assert!(!found.ok && found.rows > 0 && !found.examples.is_empty(), "{check} did not find {statements:?}: {found:?}");
        assert!(found.rows <= found.looked_at, "{check} named a row twice: {found:?}");
        assert!(report.broken >= 1);
        tx.rollback().await.expect("taken back");
        unseeded.retain(|id| *id != check);
    }
    assert!(unseeded.is_empty(), "no corruption is seeded for {unseeded:?}");
    assert_eq!(fsck::run(&state.db).await.expect("fsck runs").broken, 0);
}

on_both_databases!(each_seeded_corruption_is_found_by_its_check, |app| async {
    furnish(&app).await;
    each_is_found(&app).await;
    // What tests/fixtures/migrations is made from.
    if let (Engine::Sqlite, Some(file)) = (app.engine(), std::env::var_os("KONTOR_KEEP_FIRM")) {
        let mut connection = app.state().db.read().await.unwrap();
        sqlx::query("VACUUM INTO $1").bind(file.to_str().unwrap().to_string()).execute(&mut *connection).await.unwrap();
    }
});

async fn the_demo_is_sound(engine: Engine) {
    let place = Place::demo(engine).await;
    let report: serde_json::Value = serde_json::from_str(&program::run(&place, &["fsck", "--json"])).expect("JSON");
    assert_eq!(report["broken"], 0);
    let checks = report["checks"].as_array().expect("checks");
    assert!(
        checks.iter().any(|check| check["id"] == "I3.order_totals" && check["ok"] == true && check["rows"] == 0 && check["looked_at"].as_u64() > Some(1000))
    );
    // Broken is exit code 1, and says which.
    let config = kontor_server::config::Config { data: place.directory.clone(), database_url: place.url.clone(), ..Default::default() };
    let db = kontor_server::db::Db::open(&config.data, config.database_url.as_deref()).await.unwrap();
    let mut tx = db.write_tx().await.unwrap();
    sqlx::query("UPDATE orders SET net = net + 1").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let output = program::run_with_input(&place, &["fsck"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("BROKEN  I3.order_totals"));
    place.remove().await;
}

mod the_demo_firm_is_sound_and_broken_is_exit_code_1 {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        the_demo_is_sound(Engine::Sqlite).await;
    }
    #[tokio::test]
    async fn postgres() {
        the_demo_is_sound(Engine::Postgres).await;
    }
}

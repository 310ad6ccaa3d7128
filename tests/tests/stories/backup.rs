//! Backup, restore and moving: the same rows on either engine, nothing sent until released, nothing touched where it fails.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kontor_server::config::Config;
use kontor_server::db::Db;
use kontor_server::operations::{backup, fsck, restore};
use kontor_server::time::Clock;
use kontor_server::{AppState, outbox};
use kontor_shared::api::operations::Sending;
use kontor_shared::api::{AuditPage, Role};
use kontor_tests::app::NOW_MS;
use kontor_tests::databases::Place;
use kontor_tests::firm_in_use::{furnish, order};
use kontor_tests::goods::number;
use kontor_tests::{Engine, TestApp, on_both_databases, program};

async fn opened(place: &Place) -> AppState {
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    AppState::open(config, Clock::fixed(NOW_MS + 86_400_000)).await.expect("the database opens")
}

async fn execute(db: &Db, statement: &'static str) {
    let mut tx = db.write_tx().await.unwrap();
    sqlx::query(statement).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_databases!(a_backup_made_while_orders_come_in_restores_to_either_engine, |app| async {
    let firm = furnish(&app).await;
    let state = app.state();
    // One message was claimed, one was under way, a job ran.
    execute(&state.db, "UPDATE messages SET state = 'claimed', sent_at = NULL, lease_owner = 'x', lease_until = 1 WHERE id = (SELECT MIN(id) FROM messages)")
        .await;
    execute(&state.db, "UPDATE messages SET state = 'sending', sent_at = NULL, lease_owner = 'x', lease_until = 1 WHERE id = (SELECT MIN(id) FROM messages WHERE state = 'sent')").await;
    execute(&state.db, "UPDATE jobs SET state = 'running', lease_owner = 'x', lease_until = 1").await;
    let before = number(&state.db, "SELECT COUNT(*) FROM orders").await;
    let stop = Arc::new(AtomicBool::new(false));
    let orders = tokio::spawn({
        let (app, buyer, stop) = (app.clone(), firm.buyer.clone(), stop.clone());
        async move {
            let mut sent = 0;
            while !stop.load(Ordering::SeqCst) || sent == 0 {
                order(&app, &buyer, &[("10", "1", "1.50")]).await;
                sent += 1;
            }
            sent
        }
    });
    let file = app.place().directory.join("firm.backup");
    let copied = backup::to_file(&state.db, &state.clock, &file).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    assert!(orders.await.unwrap() > 0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(backup::to_file(&state.db, &state.clock, &file).await.unwrap_err().to_string().contains("overwrites nothing"));
    assert_eq!(
        std::fs::read_dir(&app.place().directory).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part")).count(),
        0
    );
    for table in &copied.tables {
        assert!(table.end.rows > 0, "nothing of {} was in use", table.name);
    }
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::empty(engine).await;
        let filled = restore::from_file(&place.directory, place.url.as_deref(), &Clock::fixed(NOW_MS), &file).await.unwrap();
        assert_eq!(filled.tables, copied.tables);
        let again = restore::from_file(&place.directory, place.url.as_deref(), &Clock::fixed(NOW_MS), &file).await.unwrap_err();
        assert!(format!("{again:#}").contains("nothing was changed"), "{again:#}");
        let there = opened(&place).await;
        let report = fsck::run(&there.db).await.unwrap();
        assert_eq!(report.broken, 0, "{engine:?}: {:#?}", report.checks);
        let stored = number(&there.db, "SELECT COUNT(*) FROM orders").await;
        assert!(stored >= before, "{stored} of {before}");
        for (nothing, sql) in [
            ("sessions", "SELECT COUNT(*) FROM sessions"),
            ("links that work", "SELECT COUNT(*) FROM links WHERE used_at IS NULL"),
            ("leases", "SELECT (SELECT COUNT(*) FROM messages WHERE lease_until IS NOT NULL) + (SELECT COUNT(*) FROM jobs WHERE lease_until IS NOT NULL)"),
        ] {
            assert_eq!(number(&there.db, sql).await, 0, "{nothing}");
        }
        assert_eq!(number(&there.db, "SELECT COUNT(*) FROM messages WHERE state = 'uncertain'").await, 1);
        let waiting = number(&there.db, "SELECT COUNT(*) FROM messages WHERE state = 'queued'").await;
        assert!(waiting > 0);
        assert_eq!(outbox::run_due(&there, || false).await.unwrap(), 0, "nothing goes out before it is released");
        let mut tx = there.db.write_tx().await.unwrap();
        assert!(kontor_server::sending::release(&mut tx, &there.clock, "a person").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(i64::from(outbox::run_due(&there, || false).await.unwrap()), waiting);
        there.db.close().await;
        place.remove().await;
    }
});

on_both_databases!(a_damaged_backup_is_refused_and_leaves_nothing_behind, |app| async {
    furnish(&app).await;
    let file = app.place().directory.join("firm.backup");
    backup::to_file(&app.state().db, &app.state().clock, &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let altered = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        bytes
    };
    let damaged = [
        (altered(whole.len() / 2), ""),
        (altered(whole.len() / 3), ""),
        (whole[..whole.len() - 10].to_vec(), ""),
        (b"hello".to_vec(), "too short"),
        (altered(3), "no backup of Kontor"),
    ];
    for (bytes, why) in damaged {
        let place = Place::empty(app.engine()).await;
        let broken = app.place().directory.join("broken.backup");
        std::fs::write(&broken, bytes).unwrap();
        let error = restore::from_file(&place.directory, place.url.as_deref(), &Clock::system(), &broken).await.unwrap_err();
        let said = format!("{error:#}");
        assert!(said.contains("nothing was changed") && said.contains(why), "{said}");
        assert_eq!(std::fs::read_dir(&place.directory).unwrap().count(), 0);
        // The place is as empty as it was: the whole one goes in.
        restore::from_file(&place.directory, place.url.as_deref(), &Clock::system(), &file).await.unwrap();
        place.remove().await;
    }
    // Into a database that is in use, nothing is restored.
    let error = restore::from_file(&app.place().directory, app.place().url.as_deref(), &Clock::system(), &file).await.unwrap_err();
    assert!(format!("{error:#}").contains("empty"), "{error:#}");
});

on_both_databases!(sending_stays_paused_until_an_administrator_releases_it, |app| async {
    let firm = furnish(&app).await;
    let (admin, sales) = (app.staff(Role::Admin).await, app.staff(Role::Sales).await);
    assert!(!sales.get("/api/sending").await.json::<Sending>().paused);
    let mut tx = app.state().db.write_tx().await.unwrap();
    kontor_server::sending::pause(&mut tx, &app.state().clock, "command line", kontor_server::sending::RESTORED).await.unwrap();
    tx.commit().await.unwrap();
    // Orders come in as ever; the mail about this one waits.
    order(&app, &firm.buyer, &[("10", "1", "1.50")]).await;
    let seen: Sending = sales.get("/api/sending").await.json();
    assert_eq!((seen.paused, seen.reason.as_str(), seen.waiting), (true, "restored", 1));
    assert_eq!(outbox::run_due(app.state(), || false).await.unwrap(), 0);
    sales.call("POST", "/api/sending/release").await.problem(403, "role");
    let after: Sending = admin.call("POST", "/api/sending/release").await.json();
    assert_eq!((after.paused, after.waiting), (false, 1));
    // Once more changes nothing.
    assert_eq!(admin.call("POST", "/api/sending/release").await.json::<Sending>(), after);
    assert_eq!(outbox::run_due(app.state(), || false).await.unwrap(), 1);
    let audit: AuditPage = admin.get("/api/audit").await.json();
    assert_eq!(audit.rows.iter().filter(|row| row.action == "sending.release").count(), 1);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firm_moves_from_sqlite_to_postgresql() {
    let app = TestApp::start(Engine::Sqlite).await;
    furnish(&app).await;
    let target = Place::empty(Engine::Postgres).await;
    let url = target.url.clone().unwrap();
    // While somebody has the database open nothing is moved: an order could arrive behind the copy.
    let refused = program::run_with_input(app.place(), &["move", "--to", &url], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("stop the server"), "{}", String::from_utf8_lossy(&refused.stderr));
    app.state().db.close().await;
    let before = std::fs::read(app.place().directory.join("kontor.db")).unwrap();
    let moved: serde_json::Value = serde_json::from_str(&program::run(app.place(), &["move", "--to", &url, "--json"])).unwrap();
    assert!(moved["rows"].as_u64().unwrap() > 100);
    assert!(before == std::fs::read(app.place().directory.join("kontor.db")).unwrap(), "the source is as it was");
    let there = opened(&target).await;
    assert_eq!(fsck::run(&there.db).await.unwrap().broken, 0);
    assert_eq!(number(&there.db, "SELECT paused FROM sending").await, 0, "what moved goes on sending");
    assert_eq!(number(&there.db, "SELECT COUNT(*) FROM orders").await, 5);
    there.db.close().await;
    let again = program::run_with_input(app.place(), &["move", "--to", &url], "");
    assert!(again.status.code() == Some(2) && String::from_utf8_lossy(&again.stderr).contains("not empty"));
    target.remove().await;
    app.place().remove().await;
}

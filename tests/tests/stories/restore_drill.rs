//! The drill that a firm hopes never to need: a backup under load, the machine lost, the backup restored elsewhere.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kontor_server::config::Config;
use kontor_server::time::Clock;
use kontor_server::{AppState, auth};
use kontor_shared::api::Role;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_tests::databases::Place;
use kontor_tests::goods::{good, publish};
use kontor_tests::program::{self, Server};
use kontor_tests::smtp::MailServer;
use kontor_tests::wire::{ask, session_of};
use kontor_tests::{Engine, TestApp};
use serde_json::json;

/// Someone signed in on a database that a program serves.
async fn signed_in(state: &AppState, role: Role, customer: Option<CustomerId>) -> String {
    let (user, now) = (UserId(state.clock.new_id()), state.clock.now_ms());
    let mut tx = state.db.write_tx().await.unwrap();
    auth::store::insert_user(&mut tx, user, &format!("{user}@test.example"), "no password", role, customer, false, now).await.unwrap();
    tx.commit().await.unwrap();
    session_of(state, user).await
}

async fn drill(engine: Engine) {
    let app = TestApp::start(engine).await;
    let version = publish(app.state(), "2020-01-01", &[good("A", "10")]).await;
    let mail_from = json!({"mail_from": "sales@firm.example"});
    kontor_server::firm::change(app.state(), "test", mail_from.as_object().cloned().unwrap()).await.unwrap();
    let mut sessions = Vec::new();
    for at in 0..4 {
        sessions.push(app.buyer(&format!("D{at}")).await.cookie().unwrap().1);
    }
    // The fixed clock of the story is not the program's: sessions are made to last.
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("UPDATE sessions SET expires_at = 99999999999999, seen_at = 99999999999999").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();

    // The mail server is away, so that mails wait as they would on a busy morning.
    let away = ("KONTOR_SMTP_URL", "smtp://127.0.0.1:9");
    let server = Server::start(app.place(), &[], &[away]).await;
    let acknowledged: Arc<Mutex<HashSet<String>>> = Arc::default();
    let clients: Vec<_> = sessions
        .iter()
        .map(|session| {
            let (address, session, acknowledged, clock) = (server.address.clone(), session.clone(), acknowledged.clone(), app.state().clock.clone());
            tokio::spawn(async move {
                let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
                loop {
                    let id = clock.new_id().to_string();
                    match ask(&address, "PUT", &format!("/api/orders/{id}"), Some(&session), Some(&body)).await {
                        Some(reply) if reply.status == 201 => drop(acknowledged.lock().unwrap().insert(id)),
                        Some(reply) => panic!("{}: {}", reply.status, reply.body),
                        None => return,
                    }
                }
            })
        })
        .collect();
    while acknowledged.lock().unwrap().len() < 40 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let known: HashSet<String> = acknowledged.lock().unwrap().clone();
    let file = app.place().directory.join("drill.backup");
    let (place, path) = (app.place(), file.to_str().unwrap().to_string());
    tokio::task::block_in_place(|| program::run(place, &["backup", &path]));
    let behind = acknowledged.lock().unwrap().len() - known.len();
    server.kill().await;
    for client in clients {
        client.await.expect("a client ends with its server");
    }

    let elsewhere = Place::empty(engine).await;
    tokio::task::block_in_place(|| program::run(&elsewhere, &["restore", &path]));
    let report: serde_json::Value = serde_json::from_str(&tokio::task::block_in_place(|| program::run(&elsewhere, &["fsck", "--json"]))).unwrap();
    assert_eq!(report["broken"], 0, "{report:#}");
    eprintln!("restore drill: {} acknowledged before the backup, {behind} while it was made", known.len());

    let sink = MailServer::start().await;
    let smtp = format!("smtp://127.0.0.1:{}", sink.port());
    let server = Server::start(&elsewhere, &[], &[("KONTOR_SMTP_URL", &smtp)]).await;
    // Whoever was signed in has to sign in again.
    assert_eq!(ask(&server.address, "GET", "/api/orders", Some(&sessions[0]), None).await.unwrap().status, 401);
    let config = Config { data: elsewhere.directory.clone(), database_url: elsewhere.url.clone(), ..Config::default() };
    let there = AppState::open(config, Clock::system()).await.unwrap();
    let (admin, buyer) = (signed_in(&there, Role::Admin, None).await, signed_in(&there, Role::Buyer, Some(app.customer("D0").await)).await);
    // Nothing acknowledged before the backup is lost, and orders come in as ever.
    let stored: Vec<String> = sqlx::query_scalar("SELECT id FROM orders").fetch_all(&mut *there.db.read().await.unwrap()).await.unwrap();
    let stored: HashSet<String> = stored.into_iter().collect();
    assert!(known.is_subset(&stored), "{} orders are lost", known.difference(&stored).count());
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    let id = app.state().clock.new_id();
    assert_eq!(ask(&server.address, "PUT", &format!("/api/orders/{id}"), Some(&buyer), Some(&body)).await.unwrap().status, 201);

    // The sender looks twice a second.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(sink.mails().len(), 0, "a restored server sends nothing by itself");
    let seen = ask(&server.address, "GET", "/api/sending", Some(&admin), None).await.unwrap().json();
    assert_eq!((&seen["paused"], &seen["reason"]), (&json!(true), &json!("restored")));
    assert!(seen["waiting"].as_u64().unwrap() as usize >= known.len());
    assert_eq!(ask(&server.address, "POST", "/api/sending/release", Some(&admin), None).await.unwrap().status, 200);
    let one_at_least = sink.wait_for(1).await.len();
    assert!(one_at_least >= 1);
    assert_eq!(server.stop().await, Some(0));
    there.db.close().await;
    elsewhere.remove().await;
    app.finish().await;
}

mod a_backup_under_load_is_restored_elsewhere_and_sends_nothing {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        drill(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        drill(Engine::Postgres).await;
    }
}

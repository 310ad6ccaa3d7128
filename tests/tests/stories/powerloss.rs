//! The power fails at each order that is acknowledged, on SQLite: what the real program wrote and synced is recorded with
//! strace and replayed onto disks that lost what was not synced (tests/tools/powerloss.py; reliability.md, A3).
//! `KONTOR_POWERLOSS_ORDERS` sets how many orders are recorded (`cargo xtask powerloss`: 1 000).

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use kontor_tests::databases::{Place, fresh_directory};
use kontor_tests::goods::{good, publish};
use kontor_tests::program::{self, Server};
use kontor_tests::smtp::PYTHON;
use kontor_tests::wire::ask;
use kontor_tests::{Engine, TestApp};
use serde_json::{Value, json};

/// At a time; they share transactions.
const CLIENTS: usize = 4;
const CALLS: &str = "trace=openat,close,write,writev,sendto,sendmsg,pwrite64,ftruncate,fsync,fdatasync,unlink";

fn orders() -> usize {
    std::env::var("KONTOR_POWERLOSS_ORDERS").ok().and_then(|text| text.parse().ok()).unwrap_or(110)
}

/// Has the real program take orders under strace, beginning with a copy of `place`'s database.
async fn record(place: &Place, sessions: &[String], version: i64, trace: &Path) {
    let strace = ["strace", "-D", "-f", "-xx", "-s", "2000000", "-o", trace.to_str().unwrap(), "-e", CALLS];
    let server = Server::start_under(place, &strace, &[], &[]).await;
    let (process, each) = (server.process(), orders().div_ceil(CLIENTS));
    let clients: Vec<_> = sessions
        .iter()
        .map(|session| {
            let (address, session) = (server.address.clone(), session.clone());
            tokio::spawn(async move {
                let clock = kontor_server::time::Clock::system();
                let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
                for _ in 0..each {
                    let id = clock.new_id();
                    assert_eq!(ask(&address, "PUT", &format!("/api/orders/{id}"), Some(&session), Some(&body)).await.expect("an answer").status, 201);
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("a client");
    }
    assert_eq!(server.stop().await, Some(0));
    // strace writes on for a moment after the program has ended.
    let (process, end) = (process.to_string(), "+++ exited with 0 +++");
    for _ in 0..200 {
        if std::fs::read_to_string(trace).is_ok_and(|text| text.lines().next_back().is_some_and(|line| line.starts_with(&process) && line.ends_with(end))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("strace did not finish its record");
}

fn replay(trace: &Path, base: &Path, more: &[&str]) -> Value {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/powerloss.py");
    let output = Command::new(PYTHON).arg(tool).arg(trace).arg(base).args(more).output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    eprintln!("power loss{}: {}", if more.contains(&"--as-normal") { ", as NORMAL" } else { "" }, said.trim());
    serde_json::from_str(&said).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_order_is_lost_when_the_power_fails() {
    let app = TestApp::start(Engine::Sqlite).await;
    let version = publish(app.state(), "2020-01-01", &[good("A", "10")]).await;
    let mut sessions = Vec::new();
    for at in 0..CLIENTS {
        sessions.push(app.buyer(&format!("P{at}")).await.cookie().expect("a session").1);
    }
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("UPDATE sessions SET expires_at = 99999999999999, seen_at = 99999999999999").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    app.state().db.close().await;
    let scratch = fresh_directory();
    let (trace, base) = (scratch.join("trace"), scratch.join("base.db"));
    std::fs::copy(app.place().directory.join("kontor.db"), &base).unwrap();
    record(app.place(), &sessions, version, &trace).await;

    let kontor = program::kontor();
    let said = replay(&trace, &base, &["--fsck", kontor.to_str().unwrap(), "--every", "15"]);
    let images = said["images"].as_u64().unwrap();
    assert!(images >= 300 && images >= 3 * said["acknowledged"].as_u64().unwrap() && said["unsynced_writes"].as_u64() > Some(1000), "{said}");
    assert!(said["checked"].as_u64().unwrap() >= 20, "{said}");
    assert_eq!((&said["images_with_losses"], &said["lost_at_most"], &said["not_sound"]), (&json!(0), &json!(0), &json!(0)), "{said}");
    // The replay itself is tested: without the syncs that FULL adds to NORMAL it must find losses.
    let normal = replay(&trace, &base, &["--as-normal"]);
    assert!(normal["images_with_losses"].as_u64().unwrap() > images / 10, "{normal}");
    let _ = std::fs::remove_dir_all(&scratch);
    app.place().remove().await;
}

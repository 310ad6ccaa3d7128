//! What the stories in `tests/tests` stand on: the real router on a fresh database of either engine, the contract every
//! answer is held against, the real program, a real browser, a real mail server.
//!
//! A missing part fails a test with one sentence; nothing is skipped.

pub mod app;
pub mod beside;
pub mod browser;
pub mod client;
pub mod contract;
pub mod cutting;
pub mod databases;
pub mod dovecot;
pub mod faulty_smtp;
pub mod files;
pub mod firm_in_use;
pub mod goods;
pub mod hostile;
pub mod imap;
pub mod letters;
pub mod mailing;
pub mod pages;
pub mod pictures;
pub mod program;
pub mod smtp;
pub mod wire;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use kontor_server::db::Engine;

/// One story, told on SQLite and on PostgreSQL: `name::sqlite` and `name::postgres`.
///
/// ```text
/// on_both_databases!(a_buyer_sees_its_orders, |app| async {
///     let buyer = app.buyer("C1").await;
///     buyer.get("/api/orders").await.ok();
/// });
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($(#[$meta:meta])* $name:ident, |$app:ident| $story:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let $app = $crate::TestApp::start($crate::Engine::Sqlite).await;
                $story.await;
                $app.finish().await;
            }

            $(#[$meta])*
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let $app = $crate::TestApp::start($crate::Engine::Postgres).await;
                $story.await;
                $app.finish().await;
            }
        }
    };
}

/// As [`on_both_databases`], for a story that starts the firm in its own way: it is given the engine.
#[macro_export]
macro_rules! both {
    ($name:ident, $story:path) => {
        mod $name {
            use super::*;

            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $story($crate::Engine::Sqlite).await;
            }

            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $story($crate::Engine::Postgres).await;
            }
        }
    };
}

/// Compares `actual` with the file `tests/snapshots/<name>`; `KONTOR_ACCEPT=1` writes it instead.
pub fn assert_snapshot(name: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name);
    if std::env::var_os("KONTOR_ACCEPT").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the snapshot's folder can be made");
        std::fs::write(&path, actual).expect("the snapshot can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let first =
        expected.lines().zip(actual.lines()).position(|(before, after)| before != after).unwrap_or(expected.lines().count().min(actual.lines().count()));
    let line = |text: &str| text.lines().nth(first).unwrap_or("(end of file)").to_string();
    panic!(
        "snapshots/{name} differs from line {}:\n  kept: {}\n  now:  {}\nIf the change is meant: KONTOR_ACCEPT=1 cargo test …, and commit the file.",
        first + 1,
        line(&expected),
        line(actual)
    );
}

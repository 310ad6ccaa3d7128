//! Databases of every earlier schema, stored in tests/fixtures/migrations: each opens, migrates, and is sound afterwards.

use std::path::PathBuf;

use kontor_server::AppState;
use kontor_server::bodies::HOLDERS;
use kontor_server::config::Config;
use kontor_server::db::{Db, schema};
use kontor_server::operations::fsck;
use kontor_server::time::Clock;
use kontor_shared::api::{Order, OrderPage};
use kontor_tests::databases::Place;
use kontor_tests::goods::number;
use kontor_tests::program::{self, Server};
use kontor_tests::{Client, Engine, TestApp, both};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/migrations")
}

/// The commits there is a stored database of.
fn commits() -> Vec<String> {
    let names = std::fs::read_dir(fixtures()).expect("the stored databases").map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut commits: Vec<String> = names.filter_map(|name| name.strip_suffix(".db.zst").map(String::from)).collect();
    commits.sort();
    assert!(commits.len() >= 10, "{commits:?}");
    commits
}

/// A place that holds the database of a commit.
async fn stored(engine: Engine, commit: &str) -> Place {
    let place = Place::empty(engine).await;
    let read = |end: &str| {
        let file = fixtures().join(format!("{commit}.{end}.zst"));
        zstd::decode_all(std::fs::File::open(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))).expect("zstd")
    };
    match &place.url {
        None => std::fs::write(place.directory.join("kontor.db"), read("db")).expect("the database is written"),
        Some(url) => {
            let text = String::from_utf8(read("sql")).expect("UTF-8");
            let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap_or_else(|error| panic!("{commit}: {error}"));
            connection.close().await.expect("closed");
        }
    }
    place
}

async fn opened(place: &Place) -> anyhow::Result<AppState> {
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    AppState::open(config, Clock::fixed(kontor_tests::app::NOW_MS + 86_400_000)).await
}

async fn each_opens_and_is_sound(engine: Engine) {
    for commit in commits() {
        let place = stored(engine, &commit).await;
        let state = opened(&place).await.unwrap_or_else(|error| panic!("{commit}: {error:#}"));
        let report = fsck::run(&state.db).await.unwrap();
        assert_eq!(report.broken, 0, "{commit}: {:#?}", report.checks.iter().filter(|check| !check.ok).collect::<Vec<_>>());
        // What was stored is read by the program of today.
        let user: String =
            sqlx::query_scalar("SELECT id FROM users WHERE role = 'sales' LIMIT 1").fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
        let sales = Client::signed_in_as(&state, user.parse().unwrap()).await;
        let page: OrderPage = sales.get("/api/orders").await.json();
        assert_eq!(page.orders.len(), 5, "{commit}");
        for order in &page.orders {
            let order: Order = sales.get(&format!("/api/orders/{}", order.id)).await.json();
            assert!(order.lines.len() == 2 && order.net == "10.00", "{commit}: {order:?}");
        }
        kontor_server::background::run_due(&state).await.unwrap();
        assert_eq!(number(&state.db, "SELECT COUNT(*) FROM documents WHERE pdf_hash IS NOT NULL").await, 3, "{commit}: posted documents are rendered");
        assert!(sales.get("/api/firm").await.text().contains("Firm in use"));
        state.db.close().await;
        // Once more: nothing is left to do.
        opened(&place).await.unwrap().db.close().await;
        place.remove().await;
    }
}

/// Each migration is all or nothing: one that fails at its end leaves no trace, and goes through once the cause is gone.
async fn one_that_fails_leaves_no_trace(engine: Engine) {
    let place = stored(engine, "ed4880a").await;
    let seen = async |sql: &'static str| -> i64 {
        let db = Db::existing(&place.directory, place.url.as_deref()).await.unwrap();
        let mut connection = db.read().await.unwrap();
        let found = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap();
        drop(connection);
        db.close().await;
        found
    };
    let execute = async |sql: &'static str| {
        let db = Db::existing(&place.directory, place.url.as_deref()).await.unwrap();
        let mut tx = db.write_tx().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    };
    // The last statement of 0006_people.sql makes this table.
    execute("CREATE TABLE secrets (id BIGINT PRIMARY KEY)").await;
    assert!(opened(&place).await.is_err());
    assert_eq!(seen("SELECT MAX(version) FROM _sqlx_migrations").await, 5);
    let db = Db::existing(&place.directory, place.url.as_deref()).await.unwrap();
    let tables = schema::tables(&mut db.read().await.unwrap(), engine).await.unwrap();
    db.close().await;
    let customers = tables.iter().find(|table| table.name == "customers").unwrap();
    assert!(!customers.columns.iter().any(|column| column.name == "state"), "the first statement of the failed migration is still in");
    assert!(!tables.iter().any(|table| table.name == "delivery_addresses"));
    execute("DROP TABLE secrets").await;
    let state = opened(&place).await.unwrap();
    assert_eq!(fsck::run(&state.db).await.unwrap().broken, 0);
    state.db.close().await;
    place.remove().await;
}

/// The real program, killed at one moment after another from its start on.
async fn killed_while_it_migrates(engine: Engine) {
    for kill in 0..12_u64 {
        let place = stored(engine, "b8d256d").await;
        let data = place.directory.to_str().unwrap().to_string();
        let mut child = program::command(&place, &["serve", "--listen", "127.0.0.1:0", "--data", &data]).stderr(std::process::Stdio::null()).spawn().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(10 + kill * 12)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let server = Server::start(&place, &[], &[]).await;
        assert_eq!(server.stop().await, Some(0));
        program::run(&place, &["fsck"]);
        place.remove().await;
    }
}

both!(a_database_of_every_earlier_schema_opens_and_is_sound, each_opens_and_is_sound);
both!(a_migration_that_fails_leaves_no_trace, one_that_fails_leaves_no_trace);
both!(a_program_killed_while_it_migrates_goes_on_at_the_next_start, killed_while_it_migrates);

#[tokio::test]
async fn whoever_names_a_body_is_asked_before_one_goes() {
    let app = TestApp::start(Engine::Sqlite).await;
    let sql = "SELECT m.name, f.\"from\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.\"table\" = 'bodies'";
    let named: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut *app.state().db.read().await.unwrap()).await.unwrap();
    assert!(named.len() >= 9, "{named:?}");
    for (table, column) in &named {
        assert!(HOLDERS.contains(&(table.as_str(), column.as_str())), "{table}.{column} is not asked");
    }
    app.finish().await;
}

//! A fresh database per test: a directory for SQLite, a copy of a migrated template for PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kontor_server::db::{Db, Engine};
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

/// Where one test keeps its data; removed when dropped.
pub struct Place {
    pub engine: Engine,
    pub directory: PathBuf,
    /// Of PostgreSQL.
    pub url: Option<String>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

fn unique() -> String {
    format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A directory of a test's own; the caller removes it.
pub fn fresh_directory() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("kontor-test-{}", unique()));
    // What a killed run left behind under the same process number.
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).expect("a temporary directory can be made");
    directory
}

fn server_url() -> String {
    std::env::var("KONTOR_TEST_POSTGRES").expect("KONTOR_TEST_POSTGRES names no PostgreSQL server: run the tests with `cargo xtask test`")
}

fn database_url(name: &str) -> String {
    let server = server_url();
    let (authority, _) = server.rsplit_once('/').expect("KONTOR_TEST_POSTGRES ends in a database name");
    format!("{authority}/{name}")
}

async fn administer(statement: String) {
    let mut connection = PgConnection::connect(&server_url()).await.expect("the test's PostgreSQL answers (KONTOR_TEST_POSTGRES)");
    connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("a test database can be made");
    let _ = connection.close().await;
}

/// The migrated template of this test process.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let name = format!("kontor_template_{}", std::process::id());
            administer(format!("DROP DATABASE IF EXISTS {name}")).await;
            administer(format!("CREATE DATABASE {name}")).await;
            Db::open(Path::new("/nonexistent"), Some(&database_url(&name))).await.expect("the migrations run on PostgreSQL").close().await;
            name
        })
        .await
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        let directory = fresh_directory();
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let name = format!("kontor_test_{}", unique());
                let template = template().await;
                administer(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                administer(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                Some(database_url(&name))
            }
        };
        Self { engine, directory, url }
    }

    /// A place with nothing in it, not even a schema.
    pub async fn empty(engine: Engine) -> Self {
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let name = format!("kontor_test_{}", unique());
                administer(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                administer(format!("CREATE DATABASE {name}")).await;
                Some(database_url(&name))
            }
        };
        Self { engine, directory: fresh_directory(), url }
    }

    /// A copy of the demo firm, which this test process loads once per engine with `kontor demo --load-only`.
    pub async fn demo(engine: Engine) -> Self {
        static LOADED: [OnceCell<Place>; 2] = [OnceCell::const_new(), OnceCell::const_new()];
        let loaded = LOADED[usize::from(engine == Engine::Postgres)]
            .get_or_init(|| async {
                let place = Self::new(engine).await;
                let task = tokio::task::spawn_blocking(move || {
                    crate::program::run(&place, &["demo", "--load-only"]);
                    place
                });
                task.await.expect("the demo firm loads")
            })
            .await;
        let directory = fresh_directory();
        let url = match &loaded.url {
            None => {
                std::fs::copy(loaded.directory.join("kontor.db"), directory.join("kontor.db")).expect("the demo's database can be copied");
                None
            }
            Some(url) => {
                let template = url.rsplit_once('/').expect("a database name").1;
                let name = format!("kontor_test_{}", unique());
                administer(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                administer(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                Some(database_url(&name))
            }
        };
        Self { engine, directory, url }
    }

    /// Marks every session as having passed a second factor, for stories of a real server that are not about signing in.
    pub async fn pass_second_factors(&self) {
        let db = Db::open(&self.directory, self.url.as_deref()).await.expect("the database opens");
        let mut tx = db.write_tx().await.expect("the database takes a transaction");
        sqlx::query("UPDATE sessions SET factor = 1").execute(&mut *tx).await.expect("sessions are marked");
        tx.commit().await.expect("the marks are committed");
        db.close().await;
    }

    /// Removes the database; a failed test leaves PostgreSQL's to the end of the throw-away cluster.
    pub async fn remove(&self) {
        if let Some((_, name)) = self.url.as_deref().and_then(|url| url.rsplit_once('/')) {
            administer(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

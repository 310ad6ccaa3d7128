//! The database: connecting, migrating, and the two ways to use it. The one file that knows which engine runs.
//!
//! SQLite runs WAL with `synchronous=FULL` and a single writer that takes the write lock first; a plain
//! `BEGIN` that reads and then writes fails at once under load (measured: 17 of 400). PostgreSQL needs neither.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Connection as _, Executor, SqlSafeStr as _, Transaction};

mod mend;
mod reach;
pub mod schema;
pub mod whole;

/// Releases before this lose committed rows (WAL reset bug, 3.7.0–3.51.2; sqlite.org, 2026-03-13).
const LEAST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a transaction waits for SQLite's write lock before its request is told to come again.
const WRITE_LOCK_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Pools of one database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub engine: Engine,
    readers: AnyPool,
    writer: AnyPool,
    waits: Arc<Waits>,
}

/// What transactions waited for the right to write.
#[derive(Default)]
struct Waits {
    count: AtomicU64,
    micros: AtomicU64,
}

impl Waits {
    fn note(&self, waited: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(waited.as_micros() as u64, Ordering::Relaxed);
    }
    fn seen(&self) -> (u64, Duration) {
        (self.count.load(Ordering::Relaxed), Duration::from_micros(self.micros.load(Ordering::Relaxed)))
    }
}

/// A transaction that may write; it holds SQLite's write lock from its first statement.
pub type WriteTx = Transaction<'static, Any>;

impl Db {
    fn of(engine: Engine, readers: AnyPool, writer: AnyPool) -> Self {
        Self { engine, readers, writer, waits: Arc::default() }
    }

    /// Opens the SQLite database `kontor.db` in `data`, created if missing, or the PostgreSQL database at `url`, and migrates it.
    pub async fn open(data: &Path, url: Option<&str>) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        match url {
            Some(url) if is_postgres(url) => Self::postgres(url).await,
            Some(_) => bail!("DATABASE_URL is not a postgres:// address"),
            None => {
                std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
                Self::sqlite(&data.join("kontor.db")).await
            }
        }
    }

    async fn sqlite(file: &Path) -> anyhow::Result<Self> {
        // Migrating waits for the lock as SQLite does; afterwards the writer asks for it itself, see `begin_immediate`.
        let first = sqlite_pool(file, "rwc", 1, Opened::Usual).await?;
        let db = Self::of(Engine::Sqlite, first.clone(), first);
        db.migrate().await?;
        db.writer.close().await;
        let writer = sqlite_pool(file, "rwc", 1, Opened::Writer).await?;
        let readers = sqlite_pool(file, "rwc", 4, Opened::Usual).await?;
        Ok(Self::of(Engine::Sqlite, readers, writer))
    }

    async fn postgres(url: &str) -> anyhow::Result<Self> {
        let pool = postgres_pool(url, 16).await?;
        let db = Self::of(Engine::Postgres, pool.clone(), pool);
        db.migrate().await?;
        Ok(db)
    }

    async fn migrate(&self) -> anyhow::Result<()> {
        self.assert_durable().await?;
        mend::early_editions(&mut *self.writer.acquire().await?, self.engine).await?;
        migrations().run(&self.writer).await.context("cannot migrate the database")
    }

    /// Refuses a database that would acknowledge what it can lose.
    async fn assert_durable(&self) -> anyhow::Result<()> {
        let mut connection = self.writer.acquire().await?;
        match self.engine {
            Engine::Sqlite => {
                let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await?;
                let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
                let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
                if found < LEAST_SQLITE {
                    bail!("SQLite {version} is too old: it can lose committed rows; 3.51.3 is the least");
                }
                let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
                let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
                if synchronous != 2 || !journal.eq_ignore_ascii_case("wal") {
                    bail!("SQLite did not take WAL and synchronous=FULL (is the data directory on a network drive?)");
                }
            }
            Engine::Postgres => {
                for setting in ["fsync", "synchronous_commit"] {
                    let value: String = sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut *connection).await?;
                    if value == "off" {
                        bail!("PostgreSQL runs with {setting}=off and would lose acknowledged orders; switch it on");
                    }
                }
            }
        }
        Ok(())
    }

    /// A connection for reading.
    pub async fn read(&self) -> sqlx::Result<sqlx::pool::PoolConnection<Any>> {
        self.readers.acquire().await
    }

    /// A transaction for reading then writing. Keep it short: on SQLite it is the only writer.
    pub async fn write_tx(&self) -> sqlx::Result<WriteTx> {
        let asked = std::time::Instant::now();
        let begun = match self.engine {
            Engine::Sqlite => self.begin_immediate().await,
            Engine::Postgres => self.writer.begin().await,
        };
        self.waits.note(asked.elapsed());
        begun
    }

    /// Takes SQLite's write lock, asking every few milliseconds while another process has it. SQLite itself asks ever more
    /// rarely and so misses the pauses an import leaves: an order beside one waited over a second (measured).
    async fn begin_immediate(&self) -> sqlx::Result<WriteTx> {
        let until = tokio::time::Instant::now() + WRITE_LOCK_PATIENCE;
        loop {
            match self.writer.begin_with("BEGIN IMMEDIATE").await {
                Err(error) if is_busy(&error) && tokio::time::Instant::now() < until => tokio::time::sleep(Duration::from_millis(3)).await,
                begun => return begun,
            }
        }
    }

    /// Locks a row read for update; SQLite's writer already holds the lock.
    pub fn for_update(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        }
    }

    /// Keeps a row that is read from being changed; whoever refers to it does not wait. SQLite's writer already holds the lock.
    pub fn for_share(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR SHARE",
        }
    }

    /// Locks the rows read for update and passes over those another worker holds; SQLite has one writer anyway.
    pub fn skip_locked(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Whether an address is one of PostgreSQL's.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// How a SQLite file is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// Waits for the lock as SQLite does.
    Usual,
    /// Asks for the lock itself, see [`Db::begin_immediate`].
    Writer,
    /// Keeps everybody else out, or fails at once.
    Alone,
}

fn sqlite_options(file: &Path, mode: &str) -> anyhow::Result<AnyConnectOptions> {
    let path = file.to_str().context("the data directory's path is not UTF-8")?;
    let address = format!("sqlite://{}?mode={mode}", path.replace('%', "%25").replace('?', "%3f").replace('#', "%23"));
    Ok(address.parse::<AnyConnectOptions>()?.disable_statement_logging())
}

/// Whether a file can be had alone, asked once.
async fn sqlite_alone(file: &Path) -> anyhow::Result<()> {
    let mut connection = AnyConnection::connect_with(&sqlite_options(file, "rw")?).await?;
    for pragma in ["PRAGMA busy_timeout = 0", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL"] {
        connection.execute(pragma).await?;
    }
    Ok(connection.close().await?)
}

async fn sqlite_pool(file: &Path, mode: &str, most: u32, opened: Opened) -> anyhow::Result<AnyPool> {
    let options = sqlite_options(file, mode)?;
    if opened == Opened::Usual {
        reach::sqlite(file, &options).await?;
    }
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                // Pragmas do not travel in an `Any` address (stack.md §5).
                if opened == Opened::Alone {
                    connection.execute("PRAGMA busy_timeout = 0").await?;
                    // It counts where it is said before the file is first touched.
                    connection.execute("PRAGMA locking_mode = EXCLUSIVE").await?;
                } else {
                    connection.execute("PRAGMA busy_timeout = 10000").await?;
                }
                connection.execute("PRAGMA journal_mode = WAL").await?;
                connection.execute("PRAGMA synchronous = FULL").await?;
                connection.execute("PRAGMA foreign_keys = ON").await?;
                connection.execute("PRAGMA mmap_size = 0").await?;
                connection.execute("PRAGMA cache_size = -65536").await?;
                if opened == Opened::Writer {
                    connection.execute("PRAGMA busy_timeout = 0").await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .with_context(|| format!("cannot open {}", file.display()))
}

async fn postgres_pool(url: &str, most: u32) -> anyhow::Result<AnyPool> {
    let options: AnyConnectOptions = url.parse().context("the database's address cannot be read")?;
    let options = options.disable_statement_logging();
    reach::postgres(url, &options).await?;
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(30))
        // sqlx asks every connection whether it lives before each use, a round trip an order would pay four times.
        // One that was just in use lives; the server's restart is found out by the first statement after it.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > Duration::from_secs(2) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .context("cannot reach PostgreSQL")
}

/// The schema's history, appended to and never edited. Listed by hand: sqlx's macro would build both database drivers a
/// second time, for the compiler (127 crates).
fn migrations() -> Migrator {
    const FILES: &[(i64, &str, &str)] = &[
        (1, "house", include_str!("../migrations/0001_house.sql")),
        (2, "catalog", include_str!("../migrations/0002_catalog.sql")),
        (3, "customers", include_str!("../migrations/0003_customers.sql")),
        (4, "orders", include_str!("../migrations/0004_orders.sql")),
        (5, "import_codes", include_str!("../migrations/0005_import_codes.sql")),
        (6, "people", include_str!("../migrations/0006_people.sql")),
        (7, "mailings", include_str!("../migrations/0007_mailings.sql")),
        (8, "accounts", include_str!("../migrations/0008_accounts.sql")),
        (9, "customers", include_str!("../migrations/0009_customers.sql")),
        (10, "firm_versions", include_str!("../migrations/0010_firm_versions.sql")),
        (11, "sending", include_str!("../migrations/0011_sending.sql")),
        (12, "segments", include_str!("../migrations/0012_segments.sql")),
        (13, "consent_address", include_str!("../migrations/0013_consent_address.sql")),
        (14, "goods", include_str!("../migrations/0014_goods.sql")),
        (15, "tiers", include_str!("../migrations/0015_tiers.sql")),
        (16, "drafts", include_str!("../migrations/0016_drafts.sql")),
        (17, "pictures", include_str!("../migrations/0017_pictures.sql")),
        (18, "tight_and_lacking", include_str!("../migrations/0018_tight_and_lacking.sql")),
        (19, "pictures_go", include_str!("../migrations/0019_pictures_go.sql")),
        (20, "generation", include_str!("../migrations/0020_generation.sql")),
        (21, "incoming", include_str!("../migrations/0021_incoming.sql")),
        (22, "order_origins", include_str!("../migrations/0022_order_origins.sql")),
        (23, "form_columns", include_str!("../migrations/0023_form_columns.sql")),
        (24, "intake", include_str!("../migrations/0024_intake.sql")),
        (25, "saved_forms", include_str!("../migrations/0025_saved_forms.sql")),
    ];
    let migration =
        |&(version, name, sql): &(i64, &'static str, &'static str)| Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false);
    Migrator { migrations: FILES.iter().map(migration).collect(), ..Migrator::DEFAULT }
}

/// Declares a struct read from a row, each field from the column of its name. (sqlx's derive costs what its macros cost,
/// see [`migrations`].)
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])* $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }

        impl<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> for $name {
            fn from_row(row: &'r sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    };
}

/// Whether the error is a broken UNIQUE or PRIMARY KEY.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.is_unique_violation())
}

/// Whether the same transaction may succeed when run again: PostgreSQL's serialization failure and deadlock, SQLite's busy.
pub fn is_retriable(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else { return false };
    matches!(database.code().as_deref(), Some("40001" | "40P01" | "5" | "261" | "517"))
}

/// Whether another process has SQLite's write lock.
fn is_busy(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.code().as_deref() == Some("5"))
}

/// Numbered placeholders `$from, $from+1, …` for `count` values: sqlx's builder writes `?`, which PostgreSQL refuses.
pub fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// The placeholders of `rows` rows of `columns` values each, for `VALUES`.
pub fn rows_of_placeholders(rows: usize, columns: usize) -> String {
    (0..rows).map(|at| format!("({})", placeholders(at * columns + 1, columns))).collect::<Vec<_>>().join(", ")
}

/// Whether everything needed is there; for `/healthz`.
pub async fn healthy(connection: &mut AnyConnection) -> sqlx::Result<()> {
    sqlx::query_scalar::<_, i64>("SELECT visible_seq FROM catalog_state WHERE id = 1").fetch_one(connection).await.map(|_| ())
}

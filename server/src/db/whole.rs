//! A database as a whole: opened as it is, read as of one moment, filled where nothing was.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::AnyConnection;

use super::{Db, Engine, Opened, WriteTx, is_busy, is_postgres, migrations, postgres_pool, schema, sqlite_alone, sqlite_pool};

/// The version of the schema this program works with.
pub fn newest_schema() -> i64 {
    migrations().iter().map(|migration| migration.version).max().unwrap_or(0)
}

impl Db {
    /// Opens the database that is there, as it is: nothing is created and nothing migrated.
    pub async fn existing(data: &Path, url: Option<&str>) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let db = match url {
            Some(url) if is_postgres(url) => {
                let pool = postgres_pool(url, 4).await?;
                Self::of(Engine::Postgres, pool.clone(), pool)
            }
            Some(_) => bail!("DATABASE_URL is not a postgres:// address"),
            None => {
                let file = data.join("kontor.db");
                if !file.is_file() {
                    bail!("there is no database in {}", data.display());
                }
                let pool = sqlite_pool(&file, "rw", 2, Opened::Usual).await?;
                Self::of(Engine::Sqlite, pool.clone(), pool)
            }
        };
        let mut connection = db.read().await?;
        if schema::version(&mut connection, db.engine).await?.is_none() {
            bail!("the database is not one of Kontor's: it was never migrated");
        }
        drop(connection);
        Ok(db)
    }

    /// As [`Db::existing`], of SQLite, and nobody else has it open nor can open it while this lives.
    pub async fn existing_alone(data: &Path) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let file = data.join("kontor.db");
        if !file.is_file() {
            bail!("there is no database in {}", data.display());
        }
        // In WAL mode every open connection shares the file's lock, so asking for all of it finds out. Asked by a connection of
        // its own: a pool would go on trying for half a minute and then not say why.
        if let Err(error) = sqlite_alone(&file).await {
            if error.downcast_ref::<sqlx::Error>().is_some_and(is_busy) {
                bail!("another program has {} open; stop the server first, so that no order arrives behind the copy", file.display());
            }
            return Err(error);
        }
        let pool = sqlite_pool(&file, "rw", 1, Opened::Alone).await?;
        Ok(Self::of(Engine::Sqlite, pool.clone(), pool))
    }

    /// A database with nothing in it, not even a schema: the SQLite file, which must not exist, or PostgreSQL's at `url`.
    pub async fn nothing_yet(file: &Path, url: Option<&str>) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let db = match url {
            Some(url) if is_postgres(url) => {
                let pool = postgres_pool(url, 2).await?;
                Self::of(Engine::Postgres, pool.clone(), pool)
            }
            Some(_) => bail!("DATABASE_URL is not a postgres:// address"),
            None => {
                let pool = sqlite_pool(file, "rwc", 1, Opened::Usual).await?;
                Self::of(Engine::Sqlite, pool.clone(), pool)
            }
        };
        db.assert_durable().await?;
        let mut connection = db.read().await?;
        let tables = schema::names(&mut connection, db.engine).await?;
        drop(connection);
        if !tables.is_empty() {
            bail!("the database is not empty: it holds {} tables. Make a new one (createdb NAME) and name that", tables.len());
        }
        Ok(db)
    }

    /// A transaction that reads everything as of one moment, while others write.
    pub async fn snapshot(&self) -> sqlx::Result<WriteTx> {
        match self.engine {
            Engine::Sqlite => {
                let mut tx = self.readers.begin().await?;
                // SQLite fixes the moment at the first read.
                sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sqlite_master").fetch_one(&mut *tx).await?;
                Ok(tx)
            }
            Engine::Postgres => self.readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
    }
}

/// Brings the schema to `version` within a transaction.
pub async fn migrate_to(connection: &mut AnyConnection, version: i64) -> anyhow::Result<()> {
    let mut some = migrations();
    some.migrations = some.migrations.iter().filter(|migration| migration.version <= version).cloned().collect();
    some.run(&mut *connection).await.with_context(|| format!("cannot bring the schema to version {version}"))
}

/// Connections of a pool that are open, and of these idle.
#[derive(Clone, Copy, Debug)]
pub struct PoolUse {
    pub open: u32,
    pub idle: u32,
}

impl Db {
    /// Of the readers and of the writer; one and the same on PostgreSQL.
    pub fn pools(&self) -> [(&'static str, PoolUse); 2] {
        let seen = |pool: &sqlx::AnyPool| PoolUse { open: pool.size(), idle: pool.num_idle() as u32 };
        [("read", seen(&self.readers)), ("write", seen(&self.writer))]
    }

    /// How long transactions waited for the right to write, in all, and how many there were.
    pub fn write_waits(&self) -> (u64, Duration) {
        self.waits.seen()
    }
}

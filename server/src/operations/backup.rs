//! A backup: every row of every table as of one moment, in one file, while the server goes on taking orders.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use sqlx::AnyConnection;

use super::archive::{Header, TableEnd, Writer};
use super::rows;
use crate::db::{Db, Engine, schema};
use crate::time::{Clock, rfc3339};

/// What was copied, into a file or out of one.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    pub created_at: String,
    pub schema: i64,
    pub rows: u64,
    pub tables: Vec<CopiedTable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopiedTable {
    pub name: String,
    #[serde(flatten)]
    pub end: TableEnd,
}

/// Writes a backup of `db` to `out`, and gives `out` back.
pub async fn write<W: Write>(db: &Db, clock: &Clock, out: W) -> anyhow::Result<(Copied, W)> {
    let mut tx = db.snapshot().await?;
    let done = write_snapshot(&mut tx, db.engine, clock, out).await;
    // It only read.
    let _ = tx.rollback().await;
    done
}

async fn write_snapshot<W: Write>(connection: &mut AnyConnection, engine: Engine, clock: &Clock, out: W) -> anyhow::Result<(Copied, W)> {
    let version = schema::version(connection, engine).await?.context("the database was never migrated")?;
    let engine_name = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let created_at = rfc3339(clock.now_ms());
    let header = Header { program: env!("CARGO_PKG_VERSION").into(), engine: engine_name.into(), schema: version, created_at: created_at.clone() };
    let mut writer = Writer::new(out, &header)?;
    let mut copied = Copied { created_at, schema: version, rows: 0, tables: Vec::new() };
    for table in schema::tables(connection, engine).await? {
        writer.table(&table)?;
        let tally = rows::read(connection, &table, |row| writer.row(row)).await.with_context(|| format!("cannot read {}", table.name))?;
        writer.end(&tally)?;
        copied.rows += tally.rows;
        copied.tables.push(CopiedTable { name: table.name, end: TableEnd::of(&tally) });
    }
    Ok((copied, writer.finish()?))
}

/// Writes a backup to a file that must not exist yet, readable by its owner alone; it has its name only once it is whole
/// and on the disk.
pub async fn to_file(db: &Db, clock: &Clock, file: &Path) -> anyhow::Result<Copied> {
    if file.exists() {
        bail!("{} exists; a backup overwrites nothing", file.display());
    }
    let unfinished = Unfinished::beside(file)?;
    let out =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.0).with_context(|| format!("cannot write {}", unfinished.0.display()))?;
    let (copied, out) = write(db, clock, BufWriter::new(out)).await?;
    let out = out.into_inner().map_err(|error| error.into_error()).context("cannot write the backup")?;
    out.sync_all().context("cannot write the backup to the disk")?;
    // A hard link takes no name that somebody else took meanwhile.
    std::fs::hard_link(&unfinished.0, file).with_context(|| format!("cannot name it {}", file.display()))?;
    drop(unfinished);
    sync_folder_of(file)?;
    Ok(copied)
}

/// A file under another name until it is whole; removed however it ends.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let name = file.file_name().and_then(|name| name.to_str()).with_context(|| format!("{} names no file", file.display()))?;
        Ok(Self(file.with_file_name(format!(".{name}.{}.part", std::process::id()))))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Puts the names of a file's folder on the disk.
pub fn sync_folder_of(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(|| format!("cannot write {} to the disk", folder.display()))
}

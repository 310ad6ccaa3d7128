//! Filling an empty database from a backup, or from the SQLite database a firm has outgrown.
//!
//! One transaction makes the schema the backup had, writes every row, reads them all back, compares counts and checksums,
//! and only then brings the schema up to date: whatever goes wrong, the database is as empty as it was.

use kontor_shared::audit::{Action, Actor};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek as _};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::json;
use sqlx::AnyConnection;

use super::archive::{Header, Next, Reader, TableEnd};
use super::backup::{self, Copied, CopiedTable, sync_folder_of};
use super::rows::{self, Filler};
use crate::db::Db;
use crate::db::schema::{self, Table};
use crate::db::whole::{migrate_to, newest_schema};
use crate::time::Clock;
use crate::{audit, drafts, pictures, sending};

/// Restores `file` into the empty directory `data`, or the empty PostgreSQL database at `url`. Nothing is sent from it until
/// a person releases sending; nobody is signed in.
pub async fn from_file(data: &Path, url: Option<&str>, clock: &Clock, file: &Path) -> anyhow::Result<Copied> {
    let open = || File::open(file).map(BufReader::new).with_context(|| format!("cannot read {}", file.display()));
    let refused = || format!("{} was not restored and nothing was changed", file.display());
    whole(open()?).with_context(refused)?;
    into_nothing(data, url, async |db| fill(db, clock, Reader::new(open()?)?, true).await).await.with_context(refused)
}

/// Reads the whole file and finds out whether it is what was written.
fn whole(input: impl BufRead) -> anyhow::Result<Header> {
    let mut reader = Reader::new(input)?;
    let newest = newest_schema();
    let wanted = reader.header.schema;
    ensure!(wanted <= newest, "it was made by a newer Kontor (schema {wanted}, this one knows {newest}); restore it with that");
    while !matches!(reader.advance()?, Next::Over) {}
    Ok(reader.header)
}

/// Copies the SQLite database of `data` into the empty PostgreSQL database at `url`. The source is not changed; while it is
/// read no server may have it open, so that no order arrives behind the copy.
pub async fn to_postgres(data: &Path, url: &str, clock: &Clock) -> anyhow::Result<Copied> {
    let source = Db::existing_alone(data).await?;
    let version = schema::version(&mut *source.read().await?, source.engine).await?.unwrap_or(0);
    ensure!(version <= newest_schema(), "the database belongs to a newer Kontor; move it with that");
    // Through a file: counts and checksums are then compared exactly as a backup's are.
    let mut copy = nameless(data)?;
    let (copied, out) = backup::write(&source, clock, BufWriter::new(copy.try_clone()?)).await?;
    drop(out.into_inner().map_err(|error| error.into_error()).context("cannot write the copy")?);
    copy.rewind()?;
    let filled = into_nothing(data, Some(url), async |db| fill(db, clock, Reader::new(BufReader::new(copy.try_clone()?))?, false).await).await;
    source.close().await;
    let filled = filled.context("nothing was moved")?;
    ensure!(filled.tables == copied.tables, "the copy is not what was read");
    Ok(filled)
}

/// A file that is gone as soon as nobody has it open.
fn nameless(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(format!(".move-{}.part", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path).with_context(|| format!("cannot write to {}", folder.display()))?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Opens an empty database, has it filled, and leaves nothing behind where that fails. SQLite's gets its name last.
async fn into_nothing(data: &Path, url: Option<&str>, fill: impl AsyncFnOnce(&Db) -> anyhow::Result<Copied>) -> anyhow::Result<Copied> {
    if url.is_some() {
        let db = Db::nothing_yet(data, url).await?;
        let filled = fill(&db).await;
        db.close().await;
        return filled;
    }
    std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    let file = data.join("kontor.db");
    let beside = |end: &str| data.join(format!("kontor.db{end}"));
    if ["", "-wal", "-shm"].iter().any(|end| beside(end).exists()) {
        bail!("{} holds a database already; name an empty directory with --data, and start the server with that", data.display());
    }
    let unfinished = data.join(format!(".restore-{}.db", std::process::id()));
    let db = Db::nothing_yet(&unfinished, None).await?;
    let filled = fill(&db).await;
    // The last connection writes the log back into the file and removes it.
    db.close().await;
    let named = filled.and_then(|filled| {
        ensure!(!data.join(format!(".restore-{}.db-wal", std::process::id())).exists(), "the database was not closed");
        File::open(&unfinished)?.sync_all()?;
        std::fs::rename(&unfinished, &file).context("cannot name the database")?;
        sync_folder_of(&file)?;
        Ok(filled)
    });
    if named.is_err() {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(data.join(format!(".restore-{}.db{end}", std::process::id())));
        }
    }
    named
}

async fn fill<R: BufRead>(db: &Db, clock: &Clock, mut reader: Reader<R>, restored: bool) -> anyhow::Result<Copied> {
    let header = reader.header.clone();
    let mut tx = db.write_tx().await?;
    migrate_to(&mut tx, header.schema).await?;
    let here = schema::tables(&mut tx, db.engine).await?;
    // What migrations put into new databases the backup holds as well, as it was then.
    for table in here.iter().rev() {
        rows::clear(&mut tx, table).await?;
    }
    let tables = load(&mut tx, &mut reader, &here).await?;
    migrate_to(&mut tx, newest_schema()).await?;
    if restored {
        quieten(&mut tx, clock, &header).await?;
    }
    tx.commit().await?;
    Ok(Copied { created_at: header.created_at, schema: newest_schema(), rows: tables.iter().map(|table| table.end.rows).sum(), tables })
}

/// Writes every table of the archive, and reads it back.
async fn load<R: BufRead>(connection: &mut AnyConnection, reader: &mut Reader<R>, here: &[Table]) -> anyhow::Result<Vec<CopiedTable>> {
    let mut loaded = Vec::new();
    loop {
        let table = match reader.advance()? {
            Next::Table(table) => table,
            Next::Over => break,
            Next::Row(_) | Next::End(_) => bail!("a row belongs to no table"),
        };
        let known = here.iter().find(|known| known.name == table.name).with_context(|| format!("the schema has no table {}", table.name))?;
        let fits = table.columns.len() == known.columns.len() && table.columns.iter().all(|column| known.columns.contains(column));
        ensure!(fits, "the table {} has other columns than its schema", table.name);
        let mut filler = Filler::new(&table);
        let end = loop {
            match reader.advance()? {
                Next::Row(row) => filler.add(connection, &row).await?,
                Next::End(end) => break end,
                Next::Table(_) | Next::Over => bail!("the table {} does not end", table.name),
            }
        };
        filler.write(connection).await?;
        let written = TableEnd::of(&rows::read(connection, &table, |_| Ok(())).await?);
        ensure!(
            written == end,
            "{} holds {} rows with the checksum {} instead of {} with {}",
            table.name,
            written.rows,
            written.checksum,
            end.rows,
            end.checksum
        );
        loaded.push(CopiedTable { name: table.name.clone(), end });
    }
    if let Some(missing) = here.iter().find(|table| !loaded.iter().any(|loaded| loaded.name == table.name)) {
        bail!("the backup has no table {}", missing.name);
    }
    Ok(loaded)
}

/// A restored database is yesterday's: what it meant to send may have been sent since, and whoever was signed out is
/// signed in again. So nothing goes out until a person says so, nobody is signed in, and links handed out work no more.
async fn quieten(connection: &mut AnyConnection, clock: &Clock, header: &Header) -> anyhow::Result<()> {
    let statements = [
        "UPDATE jobs SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE state = 'running'",
        "UPDATE messages SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE state = 'claimed'",
        "UPDATE messages SET state = 'uncertain', lease_owner = NULL, lease_until = NULL, \
         last_error = 'the backup was made while the message was under way' WHERE state = 'sending'",
        "DELETE FROM sessions",
        "DELETE FROM links WHERE used_at IS NULL",
    ];
    for statement in statements {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    pictures::store::restored(connection, clock.now_ms()).await?;
    drafts::store::restored(connection, clock.now_ms()).await?;
    sending::pause(connection, clock, Actor::CommandLine.code(), sending::RESTORED).await?;
    let told = json!({ "backup": header.created_at, "schema": header.schema });
    audit::record(connection, clock, Actor::CommandLine.code(), Action::DatabaseRestore, "database", None, Some(&told)).await
}

//! What must always hold, checked on the stored rows of a running, restored or moved database, all as of one moment.
//!
//! Checks are named by the invariants of reliability.md §4 where they prove one. A check that finds nothing says how many
//! rows it looked at, so that an empty table does not pass for a sound one.

use std::collections::HashSet;

use anyhow::{Context, ensure};
use futures_util::TryStreamExt as _;
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::whole::newest_schema;
use crate::db::{Db, Engine, schema};

mod bodies;
mod documents;
mod drafts;
mod messages;
mod orders;
mod said;
mod settings;
mod structure;

/// Examples named of what a check found.
const EXAMPLES: usize = 5;

#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub checks: Vec<Checked>,
    /// How many checks found something.
    pub broken: u32,
}

#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub id: &'static str,
    pub ok: bool,
    /// Rows that break it.
    pub rows: u64,
    pub looked_at: u64,
    /// What is to hold.
    pub says: &'static str,
    pub examples: Vec<String>,
}

/// What one check has found so far.
#[derive(Default)]
struct Found {
    looked_at: u64,
    rows: u64,
    examples: Vec<String>,
    /// What was named: a row that breaks a check in two ways is one row.
    named: HashSet<String>,
}

impl Found {
    fn look(&mut self) {
        self.looked_at += 1;
    }
    /// Counts what breaks the check, once.
    fn bad(&mut self, which: impl Into<String>) {
        let which = which.into();
        if self.named.contains(&which) {
            return;
        }
        self.rows += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(which.clone());
        }
        self.named.insert(which);
    }
    /// Looks at one thing.
    fn hold(&mut self, holds: bool, which: impl FnOnce() -> String) {
        self.look();
        if !holds {
            self.bad(which());
        }
    }
}

/// A check that SQL alone decides: how many rows it looks at, and a name of each that breaks it.
struct Said {
    id: &'static str,
    says: &'static str,
    of: &'static str,
    bad: &'static [&'static str],
}

/// Runs every check.
pub async fn run(db: &Db) -> anyhow::Result<Report> {
    let mut tx = db.snapshot().await?;
    let report = run_all(&mut tx, db.engine).await;
    // It only read.
    let _ = tx.rollback().await;
    report
}

/// Runs every check on what this connection sees.
pub async fn run_all(connection: &mut AnyConnection, engine: Engine) -> anyhow::Result<Report> {
    let version = schema::version(connection, engine).await?.unwrap_or(0);
    let newest = newest_schema();
    ensure!(version <= newest, "the database belongs to a newer Kontor (schema {version}, this one knows {newest}); check it with that");
    ensure!(version == newest, "the database has schema {version} and this Kontor works with {newest}: start kontor serve once, it brings it up to date");
    let mut checks = Vec::new();
    for said in said::CHECKS {
        let found = ask(connection, said).await.with_context(|| said.id)?;
        checks.push(checked(said.id, said.says, found));
    }
    macro_rules! look {
        ($($id:literal $says:literal $check:expr;)*) => {$(
            let found: Found = $check.await.with_context(|| $id)?;
            checks.push(checked($id, $says, found));
        )*};
    }
    look! {
        "I3.order_totals" "amounts and totals of orders are those of the one rule" orders::totals(connection);
        "I4.document_numbers" "numbers of a series are 1 to n without gap or twin, in the order of dates" documents::numbers(connection);
        "I6.documents" "a posted document says what its row, its order and its audit entry say" documents::data(connection);
        "I6.bodies" "stored bodies are what their hash says" bodies::hashes(connection);
        "I8.suppressed" "nobody was written to after being put on a suppression list" messages::suppressed(connection);
        "orders.lacking" "an order asks somebody where prices rose, nothing was taken or it lacks of a least amount, and only there" orders::lacking(connection);
        "orders.events" "orders went from state to state as the table allows" orders::events(connection);
        "price_lists.snapshots" "published snapshots can be read and are what their checksum says" bodies::snapshots(connection);
        "audit.order" "entries of the audit trail were written when they say" settings::audit(connection);
        "drafts.readable" "a draft that is kept for a buyer can be read" drafts::readable(connection);
        "firm.settings" "the settings can be read" settings::firm(connection);
        "structure.foreign_keys" "rows referred to are there" structure::foreign_keys(connection, engine);
    }
    checks.sort_by_key(|check| check.id);
    let broken = checks.iter().filter(|check| !check.ok).count() as u32;
    Ok(Report { checks, broken })
}

fn checked(id: &'static str, says: &'static str, found: Found) -> Checked {
    Checked { id, ok: found.rows == 0, rows: found.rows, looked_at: found.looked_at, says, examples: found.examples }
}

async fn ask(connection: &mut AnyConnection, said: &Said) -> anyhow::Result<Found> {
    let looked_at: i64 = sqlx::query_scalar(said.of).fetch_one(&mut *connection).await?;
    let mut found = Found { looked_at: looked_at.max(0) as u64, ..Found::default() };
    for sql in said.bad {
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(*sql)).fetch(&mut *connection);
        while let Some(which) = rows.try_next().await? {
            found.bad(which);
        }
    }
    Ok(found)
}

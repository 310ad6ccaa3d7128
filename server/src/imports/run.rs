//! One run of an import: its lease (one import at a time, also over several servers), its counts, refusals and
//! record. A run that lost its lease cannot write any more: every transaction renews it first.

use std::time::Duration;

use anyhow::Context;
use kontor_shared::api::{ImportReport, Refusal, Told};
use kontor_shared::audit::Action;
use kontor_shared::ids::ImportId;
use kontor_shared::import::RowProblem;
use kontor_shared::words::imports::{self as words, Said};
use serde_json::json;
use sqlx::AnyConnection;

use super::{ImportError, Kind, Options, store};
use crate::db::{Engine, WriteTx};
use crate::{AppState, audit};

/// Rows one transaction writes at most, so that an order placed meanwhile waits milliseconds.
pub const MOST_IN_TRANSACTION: usize = 500;
/// Left free between two transactions on SQLite. Other processes do not queue for its lock, they ask now and then: an
/// import from the command line that takes it again at once kept a server's order waiting 1.5 s (measured).
const BREATH: Duration = Duration::from_millis(15);
/// A run silent for this long counts as dead.
const LEASE_MS: i64 = 120_000;
/// Refusals kept with the record.
const MOST_KEPT: usize = 100_000;
/// Refusals told in the report, and in one page of the record.
pub(super) const MOST_TOLD: usize = 1_000;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Changed,
    Unchanged,
}

/// The counts and refusals of a run; separable, so that rows can be judged on another thread.
#[derive(Debug, Default)]
pub struct Tally {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub groups_created: u64,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<Said>,
}

impl Tally {
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
    }
    pub fn refuse(&mut self, file: &str, row: u64, problem: RowProblem) {
        self.refused += 1;
        if self.refused == MOST_KEPT as u64 + 1 {
            self.note(Said::with(words::NOTE_REFUSALS_DROPPED, &[("kept", &MOST_KEPT)]));
        }
        if self.refusals.len() == MOST_KEPT {
            return;
        }
        let RowProblem { value, reason } = problem;
        self.refusals.push(Refusal { file: file.to_string(), row, value, reason: reason.to_string(), code: reason.code(), args: reason.args });
    }
    pub fn note(&mut self, note: Said) {
        if self.notes.len() < 100 {
            self.notes.push(note);
        }
    }
    /// The notes by their codes.
    pub fn told(&self) -> Vec<Told> {
        self.notes.iter().map(|note| Told { code: note.code(), args: note.args.clone() }).collect()
    }
    /// The notes in English.
    pub fn said(&self) -> Vec<String> {
        self.notes.iter().map(Said::to_string).collect()
    }
    pub fn read(&self) -> u64 {
        self.created + self.changed + self.unchanged + self.refused
    }
}

/// A run that holds the lease, or a dry one that holds nothing.
pub struct Run {
    pub state: AppState,
    pub kind: Kind,
    pub options: Options,
    pub tally: Tally,
    pub actor: String,
    /// Absent in a dry run.
    pub id: Option<ImportId>,
    /// Number of the catalogue change this run makes.
    pub seq: i64,
    files: Vec<String>,
    started_at: i64,
    progress: Option<fn(&str)>,
}

impl Run {
    pub(super) async fn start(
        state: &AppState,
        kind: Kind,
        files: Vec<String>,
        options: Options,
        progress: Option<fn(&str)>,
        actor: &str,
    ) -> Result<Self, ImportError> {
        let now = state.clock.now_ms();
        let dry = options.dry_run;
        let mut run =
            Self { state: state.clone(), kind, options, tally: Tally::default(), actor: actor.to_string(), id: None, seq: 0, files, started_at: now, progress };
        if dry {
            return Ok(run);
        }
        let id = ImportId(state.clock.new_id());
        let mut tx = state.db.write_tx().await?;
        // The catalogue's row serialises takers on PostgreSQL; SQLite's writer is one anyway.
        let visible = store::lock_catalogue(&mut tx, state.db.for_update()).await?;
        if let Some((other, stopped, lease_until)) = store::running(&mut tx).await? {
            if lease_until > now {
                return Err(ImportError::Busy("another import is running; wait for its end".into()));
            }
            let rest = Kind::parse(&stopped).map_or("", Kind::rest);
            store::fail(&mut tx, &other, now, &format!("it stopped without finishing; {rest}")).await?;
        }
        run.seq = store::last_seq(&mut tx).await?.max(visible) + 1;
        store::insert(&mut tx, &id.to_string(), kind.word(), &serde_json::to_string(&run.files).context("file names")?, actor, run.seq, now, now + LEASE_MS)
            .await?;
        tx.commit().await?;
        run.id = Some(id);
        Ok(run)
    }

    pub fn is_dry(&self) -> bool {
        self.id.is_none()
    }
    pub fn count(&mut self, outcome: Outcome) {
        self.tally.count(outcome);
    }
    pub fn refuse(&mut self, file: &str, row: u64, problem: RowProblem) {
        self.tally.refuse(file, row, problem);
    }
    pub fn note(&mut self, note: Said) {
        self.tally.note(note);
    }
    /// Tells whoever waits how far the work is.
    pub fn progress(&self, text: &str) {
        if let Some(tell) = self.progress {
            tell(text);
        }
    }

    /// A transaction that renews the lease first, and fails where the lease is lost. Write at most
    /// [`MOST_IN_TRANSACTION`] rows in it.
    pub async fn write(&self) -> Result<WriteTx, ImportError> {
        let Some(id) = self.id else { return Err(ImportError::Failed(anyhow::anyhow!("a dry run writes nothing"))) };
        if self.state.db.engine == Engine::Sqlite {
            tokio::time::sleep(BREATH).await;
        }
        let mut tx = self.state.db.write_tx().await?;
        if !store::renew(&mut tx, &id.to_string(), self.state.clock.now_ms() + LEASE_MS).await? {
            return Err(ImportError::Failed(anyhow::anyhow!("this import was taken for dead and another one started")));
        }
        Ok(tx)
    }

    /// Ends the run: refusals, then in one transaction what `show` makes visible, the record and the audit row.
    /// Importers call it last; without changes `show` does nothing.
    pub async fn complete<F>(&self, show: F) -> Result<(), ImportError>
    where
        F: AsyncFnOnce(&mut AnyConnection) -> Result<(), ImportError>,
    {
        let Some(id) = self.id else { return Ok(()) };
        let id = id.to_string();
        for (at, chunk) in self.tally.refusals.chunks(MOST_IN_TRANSACTION).enumerate() {
            let mut tx = self.write().await?;
            store::insert_refusals(&mut tx, &id, (at * MOST_IN_TRANSACTION) as i64, chunk).await?;
            tx.commit().await?;
        }
        let mut tx = self.write().await?;
        show(&mut tx).await?;
        store::finish(&mut tx, &id, self.state.clock.now_ms(), &self.tally).await?;
        self.mark_judged(&mut tx).await?;
        let after = json!({
            "files": self.files, "read": self.tally.read(), "created": self.tally.created, "changed": self.tally.changed,
            "unchanged": self.tally.unchanged, "refused": self.tally.refused,
        });
        audit::record(&mut tx, &self.state.clock, &self.actor, self.kind.told_as(), &id, None, Some(&after)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Customers and their orders came in, wholly or in part: who is in which segment has to be looked at anew.
    async fn mark_judged(&self, connection: &mut AnyConnection) -> sqlx::Result<()> {
        match self.kind {
            Kind::Customers | Kind::Orders => crate::segments::live::mark_everybody(connection, &self.state.clock).await,
            Kind::Products | Kind::Groups => Ok(()),
        }
    }

    pub(super) async fn finish(mut self, result: Result<(), ImportError>) -> Result<ImportReport, ImportError> {
        if let Err(error) = result {
            let error = match error {
                ImportError::Failed(error) if !self.is_dry() => ImportError::Failed(error.context(format!("the import failed; {}", self.kind.rest()))),
                other => other,
            };
            if let Some(id) = self.id {
                let now = self.state.clock.now_ms();
                let mut tx = self.state.db.write_tx().await?;
                store::fail(&mut tx, &id.to_string(), now, &error.to_string()).await?;
                self.mark_judged(&mut tx).await?;
                audit::record(&mut tx, &self.state.clock, &self.actor, Action::ImportFailed, &id.to_string(), None, Some(&self.files)).await?;
                tx.commit().await?;
            }
            return Err(error);
        }
        let more = self.tally.refusals.len() > MOST_TOLD && self.id.is_some();
        self.tally.refusals.truncate(MOST_TOLD);
        let tally = self.tally;
        let (notes, told) = (tally.said(), tally.told());
        Ok(ImportReport {
            id: self.id,
            kind: self.kind.word().into(),
            files: self.files,
            dry_run: self.id.is_none(),
            started_at: crate::time::rfc3339(self.started_at),
            state: "done".into(),
            read: tally.read(),
            created: tally.created,
            changed: tally.changed,
            unchanged: tally.unchanged,
            refused: tally.refused,
            groups_created: tally.groups_created,
            refusals: tally.refusals,
            next: more.then(|| (MOST_TOLD - 1).to_string()),
            notes,
            told,
            error: None,
        })
    }
}

//! Reading a mailbox over IMAP: only one of several servers does, under a lease. A message is stored and committed before the
//! mailbox is told to let go of it; what is read twice is known by what it says.

use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use super::store::{self, Place};
use super::take;
use super::{State, mime, told};
use crate::AppState;
use crate::db::Engine;
use crate::error::AppError;
use crate::time::random;

pub mod address;
pub mod wire;

pub use address::{Address, of};
use wire::{Refused, Stream, Wire};

/// Who dies holds the mailbox up so long.
const LEASE_MS: i64 = 90_000;
/// A wait for new messages; servers drop whoever idles for half an hour.
const IDLE: Duration = Duration::from_secs(30);
/// Between looks, where the server cannot tell.
const POLL: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// After so many tries of one message only its head is fetched, so that it holds up no other.
const MOST_TRIES: i64 = 5;
/// Of a message of which only the head is fetched.
const HEAD: &str = "BODY.PEEK[HEADER]<0.65536>";

/// Reads the mailbox until `stop` turns true.
pub async fn run(state: &AppState, address: &Address, stop: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*stop.borrow() {
        let pause = match visit(state, address, &stop).await {
            // Another server has it.
            Ok(false) => POLL,
            Ok(true) => FIRST_PAUSE,
            Err(error) => {
                failures = failures.saturating_add(1);
                let trouble = told(&error);
                tracing::warn!(mailbox = address.name(), failures, error = trouble, "the mailbox cannot be read");
                note(state, address, &trouble).await;
                later(failures)
            }
        };
        if pause <= FIRST_PAUSE {
            failures = 0;
        }
        let mut until = stop.clone();
        let _ = tokio::time::timeout(pause, until.wait_for(|stop| *stop)).await;
    }
}

/// Longer with each failure, and never for all at the same moment.
fn later(failures: u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
    pause.mul_f64(0.75 + f64::from(random::<1>()[0]) / 512.0)
}

async fn note(state: &AppState, address: &Address, trouble: &str) {
    let noted = async {
        let mut tx = state.db.write_tx().await?;
        store::looked(&mut tx, &address.name(), trouble, state.clock.now_ms()).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "how reading the mailbox goes cannot be written down");
    }
}

/// Who holds the lease: on SQLite one server works with the database, and takes over at once from the one before it.
fn owner(state: &AppState) -> &str {
    match state.db.engine {
        Engine::Sqlite => "the only server",
        Engine::Postgres => &state.boot_id,
    }
}

/// Reads what is new and waits for more, until the connection ends; false where another server reads the mailbox.
async fn visit(state: &AppState, address: &Address, stop: &watch::Receiver<bool>) -> anyhow::Result<bool> {
    let Some(mut reader) = Reader::lease(state, address).await? else { return Ok(false) };
    let stopped = || *stop.borrow();
    let connect = tokio::time::timeout(Duration::from_secs(30), address.connect(&state.config)).await;
    let mut session = Session::open(connect.context("the mail server does not answer")??, address).await?;
    while !stopped() {
        if !reader.renew().await? {
            break;
        }
        reader.read_new(&mut session, stopped).await?;
        if stopped() {
            break;
        }
        let mut until = stop.clone();
        let stopping = async move {
            let _ = until.wait_for(|stop| *stop).await;
        };
        if session.can_idle {
            session.wire.idle(IDLE, stopping).await?;
        } else {
            let _ = tokio::time::timeout(POLL, stopping).await;
            session.wire.command("NOOP").await?;
        }
    }
    reader.release().await?;
    session.wire.close().await;
    Ok(true)
}

/// Reads what is in the mailbox now, once; for tests and for programs that end. Gives how many messages were taken in.
pub async fn read_once(state: &AppState, address: &Address) -> anyhow::Result<u32> {
    let Some(mut reader) = Reader::lease(state, address).await? else { return Ok(0) };
    let mut session = Session::open(address.connect(&state.config).await?, address).await?;
    let taken = reader.read_new(&mut session, || false).await;
    if let Err(error) = &taken {
        note(state, address, &format!("{error:#}")).await;
    }
    session.wire.close().await;
    taken
}

/// A mailbox opened.
struct Session {
    wire: Wire<Box<dyn Stream>>,
    uidvalidity: i64,
    can_idle: bool,
    can_move: bool,
    can_expunge: bool,
}

impl Session {
    async fn open(mut wire: Wire<Box<dyn Stream>>, address: &Address) -> anyhow::Result<Self> {
        wire.command(&format!("LOGIN {} {}", wire::quoted(&address.user)?, wire::quoted(&address.password)?)).await.context("logging in to the mailbox")?;
        let capable = wire.command("CAPABILITY").await?;
        let can =
            |word: &str| capable.iter().any(|line| line.text.starts_with("* CAPABILITY") && line.text.split(' ').any(|found| found.eq_ignore_ascii_case(word)));
        let (can_idle, can_move, can_expunge) = (can("IDLE"), can("MOVE"), can("UIDPLUS"));
        let opened = wire.command(&format!("SELECT {}", wire::quoted(&address.folder)?)).await.context("opening the folder")?;
        let uidvalidity = opened.iter().find_map(|line| line.number("UIDVALIDITY")).context("the mail server gives the folder no UIDVALIDITY")?;
        Ok(Self { wire, uidvalidity: i64::try_from(uidvalidity)?, can_idle, can_move, can_expunge })
    }

    /// Ids above `last`, in order. The answer to `n:*` holds the highest id also where that is below `n` (RFC 3501 §6.4.8).
    async fn newer(&mut self, last: i64) -> anyhow::Result<Vec<i64>> {
        let found = self.wire.command(&format!("UID SEARCH UNDELETED UID {}:*", last + 1)).await?;
        let listed = found.iter().filter_map(|line| line.text.strip_prefix("* SEARCH"));
        let mut uids: Vec<i64> = listed.flat_map(|rest| rest.split_whitespace()).filter_map(|word| word.parse().ok()).filter(|uid| *uid > last).collect();
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// The size of a message; none where it is gone.
    async fn size(&mut self, uid: i64) -> anyhow::Result<Option<u64>> {
        let lines = self.wire.command(&format!("UID FETCH {uid} (UID RFC822.SIZE)")).await?;
        Ok(lines.iter().filter(|line| is_about(line, uid)).find_map(|line| line.number("RFC822.SIZE")))
    }

    /// A message, or a part of it; none where it is gone. Reading marks nothing.
    async fn body(&mut self, uid: i64, what: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let lines = self.wire.fetch(&format!("UID FETCH {uid} (UID {what})"), mime::LARGEST + (64 << 10)).await?;
        Ok(lines.into_iter().find(|line| is_about(line, uid) && !line.literals.is_empty()).and_then(|line| line.literals.into_iter().next()))
    }

    /// Puts a message where those in its state go.
    async fn file(&mut self, uid: i64, folder: &str) -> anyhow::Result<()> {
        let name = wire::quoted(folder)?;
        let verb = if self.can_move { "MOVE" } else { "COPY" };
        let first = self.wire.command(&format!("UID {verb} {uid} {name}")).await;
        if let Err(error) = first {
            let refused = error.downcast_ref::<Refused>().is_some();
            anyhow::ensure!(refused, error);
            // The folder is not there yet.
            let _ = self.wire.command(&format!("CREATE {name}")).await;
            self.wire.command(&format!("UID {verb} {uid} {name}")).await?;
        }
        if !self.can_move {
            self.wire.command(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)")).await?;
            // A plain EXPUNGE would take with it what others marked.
            if self.can_expunge {
                self.wire.command(&format!("UID EXPUNGE {uid}")).await?;
            }
        }
        Ok(())
    }
}

fn is_about(line: &wire::Line, uid: i64) -> bool {
    line.is("FETCH") && line.number("UID").and_then(|found| i64::try_from(found).ok()) == Some(uid)
}

/// A server's hold on the mailbox, and how far it is read.
struct Reader<'a> {
    state: &'a AppState,
    address: &'a Address,
    name: String,
    uidvalidity: i64,
    last: i64,
}

impl<'a> Reader<'a> {
    async fn lease(state: &'a AppState, address: &'a Address) -> anyhow::Result<Option<Self>> {
        let name = address.name();
        let now = state.clock.now_ms();
        let mut tx = state.db.write_tx().await?;
        let taken = store::lease(&mut tx, &name, owner(state), now, now + LEASE_MS).await?;
        tx.commit().await?;
        Ok(taken.map(|(uidvalidity, last)| Self { state, address, name, uidvalidity, last }))
    }

    async fn renew(&self) -> anyhow::Result<bool> {
        let mut tx = self.state.db.write_tx().await?;
        let ours = store::renew(&mut tx, &self.name, owner(self.state), self.state.clock.now_ms() + LEASE_MS).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn release(&self) -> anyhow::Result<()> {
        let mut tx = self.state.db.write_tx().await?;
        store::renew(&mut tx, &self.name, owner(self.state), 0).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn read_to(&mut self, uid: i64) -> anyhow::Result<()> {
        let mut tx = self.state.db.write_tx().await?;
        store::read_to(&mut tx, &self.name, owner(self.state), self.uidvalidity, uid).await?;
        tx.commit().await?;
        self.last = uid;
        Ok(())
    }

    async fn read_new(&mut self, session: &mut Session, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
        if session.uidvalidity != self.uidvalidity {
            // Ids mean other messages now: all are looked at, and known ones known by what they say.
            self.uidvalidity = session.uidvalidity;
            self.read_to(0).await?;
        }
        let mut taken = 0;
        let mut stays = String::new();
        for uid in session.newer(self.last).await? {
            if stopped() || !self.renew().await? {
                return Ok(taken);
            }
            if let Some(state) = self.message(session, uid).await? {
                let folder = match state {
                    State::Accepted | State::Ignored => &self.address.processed,
                    State::Refused | State::NeedsPerson => &self.address.failed,
                };
                match session.file(uid, folder).await {
                    // It is stored; that it stays in the folder is a nuisance, no loss.
                    Err(error) if error.downcast_ref::<Refused>().is_some() => {
                        tracing::warn!(mailbox = self.name, folder, error = format!("{error:#}"), "a message cannot be moved");
                        stays = told(&error.context(folder.clone()));
                    }
                    filed => filed?,
                }
                taken += 1;
            }
            self.read_to(uid).await?;
        }
        let mut tx = self.state.db.write_tx().await?;
        store::looked(&mut tx, &self.name, &stays, self.state.clock.now_ms()).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Counts a try of a message before it is tried, so that one which ends the program counts as well.
    async fn trying(&self, uid: i64) -> anyhow::Result<i64> {
        let mut tx = self.state.db.write_tx().await?;
        let tries = store::trying(&mut tx, &self.name, uid).await?;
        tx.commit().await?;
        Ok(tries)
    }

    /// Takes a message in; none where it is gone by now.
    async fn message(&self, session: &mut Session, uid: i64) -> anyhow::Result<Option<State>> {
        let last_try = self.trying(uid).await? > MOST_TRIES;
        let place = Place { source: "imap", name: self.name.clone(), uidvalidity: Some(self.uidvalidity), uid: Some(uid) };
        let (raw, reason) = match self.fetched(session, uid, last_try).await {
            Ok(Some(fetched)) => fetched,
            Ok(None) => return Ok(None),
            // Servers hand a damaged message out to nobody. It is told of, and others go on.
            Err(error) if last_try && error.downcast_ref::<Refused>().is_some() => {
                let note = format!("Subject: {}: {error:#}\r\n\r\n{} {} {uid}\r\n", self.name, self.name, self.uidvalidity);
                (note.into_bytes(), Some("failed"))
            }
            Err(error) => return Err(error),
        };
        let taken = match reason {
            Some(reason) => take::unread(self.state, &raw, &place, reason, "").await,
            None => take::take(self.state, &raw, &place).await,
        };
        taken.map(Some).map_err(AppError::into_internal)
    }

    /// A message to the byte, or its head and why it is no more than that; none where it is gone.
    async fn fetched(&self, session: &mut Session, uid: i64, last_try: bool) -> anyhow::Result<Option<(Vec<u8>, Option<&'static str>)>> {
        let Some(size) = session.size(uid).await? else { return Ok(None) };
        let only_head = match (size > mime::LARGEST as u64, last_try) {
            (true, _) => Some("mail_too_large"),
            (false, true) => Some("failed"),
            (false, false) => None,
        };
        let raw = session.body(uid, if only_head.is_some() { HEAD } else { "BODY.PEEK[]" }).await?;
        Ok(raw.map(|raw| (raw, only_head)))
    }
}

//! Storing submitted orders. Orders that arrive while a transaction is under way share the next one, so a busy hour
//! waits for the disk once for many orders; none is acknowledged before its own transaction is committed.
//!
//! Which orders stand in one transaction has no meaning: one that cannot be stored is stored alone or refused alone.

use std::sync::Arc;
use std::time::Duration;

use kontor_shared::audit::Action;
use kontor_shared::orders::Source;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};

use super::entry::By;
use super::origins::{self, NewOrigin};
use super::store::{self, CustomerRow, LineRow, NewOrder};
use super::{Snapshot, mail, price};
use crate::db::Db;
use crate::error::AppError;
use crate::firm::FirmSettings;
use crate::time::Clock;
use crate::{audit, db, drafts, numbering, outbox, segments};

/// Orders that wait for a transaction at once; more make their requests wait.
const MOST_WAITING: usize = 1_024;
/// Orders in one transaction, and their lines: it holds SQLite's only writer, so it has to stay short.
const MOST_TOGETHER: usize = 32;
const MOST_LINES_TOGETHER: usize = 2_000;
/// Longer than SQLite's own patience with another process's write lock.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// An order that lacks nothing but its number.
pub struct Ready {
    pub new: NewOrder,
    pub lines: Vec<LineRow>,
    /// For the answer; they are not stored.
    pub groups: price::Groups,
    /// Whose event it is, and the log-in or way it came by.
    pub by: By,
    pub actor: String,
    /// Where it came from, unless from the page.
    pub origin: Option<NewOrigin>,
    pub customer: CustomerRow,
    /// Where the order is acknowledged to.
    pub addresses: Vec<String>,
    pub firm: Arc<FirmSettings>,
    /// The newest version when prices were read; another one by now means that they are read again.
    pub last_version: i64,
    /// The last try met a number that an imported order has: look before taking one.
    pub number_clash: bool,
}

/// What became of an order.
#[derive(Debug)]
pub enum Outcome {
    /// Committed, under this number.
    Stored(String),
    /// A price list was published since prices were read.
    Stale,
    /// Its id or its number is taken.
    Clash,
    /// The same was taken before, as the order with this id and number.
    Double {
        id: String,
        number: String,
    },
    /// The database says that the same may succeed in a moment.
    Again,
    Failed(AppError),
}

struct Waiting {
    order: Ready,
    reply: oneshot::Sender<Outcome>,
}

/// Takes orders in, one transaction at a time. Ends when its last handle goes.
pub struct Intake(mpsc::Sender<Waiting>);

impl Intake {
    /// Starts on the running runtime. `public_url` is where links in mails lead.
    pub fn start(db: Db, clock: Clock, public_url: Option<String>) -> Self {
        let (send, receive) = mpsc::channel(MOST_WAITING);
        tokio::spawn(Arc::new(Desk { db, clock, public_url }).run(receive));
        Self(send)
    }

    /// Stores the order; comes back when that is committed or known to be impossible.
    pub async fn store(&self, order: Ready) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        if self.0.send(Waiting { order, reply }).await.is_err() {
            return Outcome::Again;
        }
        outcome.await.unwrap_or(Outcome::Again)
    }
}

struct Desk {
    db: Db,
    clock: Clock,
    public_url: Option<String>,
}

impl Desk {
    async fn run(self: Arc<Self>, mut receive: mpsc::Receiver<Waiting>) {
        let mut waiting = Vec::new();
        while receive.recv_many(&mut waiting, MOST_TOGETHER).await > 0 {
            while !waiting.is_empty() {
                let together: Vec<Waiting> = waiting.drain(..portion(&waiting)).collect();
                let (orders, replies): (Vec<Ready>, Vec<_>) = together.into_iter().map(|waiting| (waiting.order, waiting.reply)).unzip();
                for (outcome, reply) in self.clone().store_in_time(orders).await.into_iter().zip(replies) {
                    // A client that went away asks again under the same id.
                    let _ = reply.send(outcome);
                }
            }
        }
    }

    /// As [`Self::store_all`], in a task of its own and within a time: neither a panic nor a connection that hangs may
    /// keep the orders behind these from coming in. Whether these were stored is found out by asking again.
    async fn store_in_time(self: Arc<Self>, orders: Vec<Ready>) -> Vec<Outcome> {
        let count = orders.len();
        let work = tokio::spawn(async move { self.store_all(&orders).await });
        let stop = work.abort_handle();
        match tokio::time::timeout(TIME_LIMIT, work).await {
            Ok(Ok(outcomes)) => return outcomes,
            Ok(Err(error)) => tracing::error!(%error, orders = count, "storing orders failed"),
            Err(_) => tracing::error!(orders = count, "storing orders took too long"),
        }
        stop.abort();
        (0..count).map(|_| Outcome::Again).collect()
    }

    /// All in one transaction; where one spoils it for the others, each in its own.
    async fn store_all(&self, orders: &[Ready]) -> Vec<Outcome> {
        match self.store_together(orders).await {
            Ok(outcomes) => outcomes,
            Err(error) if orders.len() == 1 => vec![failure(error)],
            Err(error) if is_of_one(&error) => {
                let mut outcomes = Vec::with_capacity(orders.len());
                for order in orders {
                    outcomes.push(match self.store_together(std::slice::from_ref(order)).await {
                        Ok(mut outcomes) => outcomes.pop().unwrap_or(Outcome::Again),
                        Err(error) => failure(error),
                    });
                }
                outcomes
            }
            // The same happened to all of them; the first has it in full, for the log.
            Err(error) => {
                let again = is_retriable(&error);
                let text = format!("{error:#}");
                let rest = || if again { Outcome::Again } else { Outcome::Failed(AppError::Internal(anyhow::anyhow!("{text}"))) };
                std::iter::once(failure(error)).chain(std::iter::repeat_with(rest)).take(orders.len()).collect()
            }
        }
    }

    async fn store_together(&self, orders: &[Ready]) -> anyhow::Result<Vec<Outcome>> {
        let mut tx = self.db.write_tx().await?;
        let last_version = price::last_version(&mut tx).await?;
        let decided = origins::decided(&mut tx, self.db.for_update(), orders).await?;
        let mut doubles = origins::doubles(&mut tx, orders).await?;
        let is_current = |order: &Ready| order.last_version == last_version && !doubles.contains_key(&order.new.row.id) && !decided.contains(&order.new.row.id);
        let current: Vec<&Ready> = orders.iter().filter(|order| is_current(order)).collect();
        let numbers = take_numbers(&mut tx, &current).await?;
        let numbered: Vec<NewOrder> = current.iter().zip(&numbers).map(|(order, number)| order.new.numbered(number)).collect();
        if !numbered.is_empty() {
            self.write(&mut tx, &current, &numbered).await?;
        }
        tx.commit().await?;
        let mut numbers = numbers.into_iter();
        let mut outcome = |order: &Ready| match doubles.remove(&order.new.row.id) {
            _ if decided.contains(&order.new.row.id) => Outcome::Failed(origins::decided_meanwhile()),
            Some(Some((id, number))) => Outcome::Double { id, number },
            // The one before it in this very transaction; the next round finds that one stored.
            Some(None) => Outcome::Again,
            None if order.last_version == last_version => numbers.next().map_or(Outcome::Again, Outcome::Stored),
            None => Outcome::Stale,
        };
        Ok(orders.iter().map(&mut outcome).collect())
    }

    /// Everything an order is: itself, its lines, its first event, its audit row, the intent to acknowledge it; and it is out of the draft.
    async fn write(&self, connection: &mut AnyConnection, orders: &[&Ready], numbered: &[NewOrder]) -> anyhow::Result<()> {
        store::insert(connection, numbered).await?;
        let lines: Vec<(&str, &LineRow)> = orders.iter().flat_map(|order| order.lines.iter().map(|line| (order.new.row.id.as_str(), line))).collect();
        store::insert_lines(connection, &lines).await?;
        let events: Vec<store::FirstEvent<'_>> = orders
            .iter()
            .map(|order| store::FirstEvent {
                order: &order.new.row.id,
                at: order.new.row.ordered_at,
                state: &order.new.row.state,
                by_role: order.by.word(),
                actor: &order.actor,
            })
            .collect();
        store::insert_first_events(connection, &events).await?;
        origins::insert(connection, orders).await?;
        let entries = orders
            .iter()
            .zip(numbered)
            .map(|(order, new)| audit::entry(&self.clock, &order.actor, Action::OrderSubmit, &new.row.id, None, Some(&Snapshot::of(&new.row))))
            .collect::<anyhow::Result<Vec<_>>>()?;
        audit::write(connection, &entries).await?;
        // What came by mail is answered line by line by whoever read that mail.
        let told = orders.iter().zip(numbered).filter(|(_, new)| new.row.source != Source::Mail.word());
        let letters = told.map(|(order, new)| self.acknowledgement(order, new)).collect::<anyhow::Result<Vec<_>>>()?;
        let mails: Vec<outbox::NewMail<'_>> = letters.iter().flat_map(outbox::Letter::mails).collect();
        outbox::enqueue(connection, &self.clock, &mails).await?;
        let customers: Vec<&str> = orders.iter().map(|order| order.customer.id.as_str()).collect();
        segments::live::mark(connection, &customers, self.clock.now_ms()).await?;
        drafts::take_out(connection, self.db.for_update(), orders, &self.clock).await
    }

    fn acknowledgement<'a>(&self, order: &'a Ready, new: &NewOrder) -> anyhow::Result<outbox::Letter<'a>> {
        let lang = Lang::parse(&order.customer.lang).unwrap_or(order.firm.lang);
        let (subject, text) = mail::received(lang, &order.firm, self.public_url.as_deref(), &new.row, &order.lines)?;
        let cause = format!("order {} received", new.row.id);
        Ok(outbox::Letter { cause, customer: order.customer.id.parse().ok(), addresses: &order.addresses, lang, subject, text })
    }
}

/// How many of those waiting go together next: at least one.
fn portion(waiting: &[Waiting]) -> usize {
    let mut lines = 0;
    let fits = |waiting: &&Waiting| {
        lines += waiting.order.lines.len();
        lines <= MOST_LINES_TOGETHER
    };
    waiting.iter().take(MOST_TOGETHER).take_while(fits).count().max(1)
}

/// A number for each, in their order.
async fn take_numbers(connection: &mut AnyConnection, orders: &[&Ready]) -> anyhow::Result<Vec<String>> {
    let mut numbers = Vec::with_capacity(orders.len());
    let mut at = 0;
    while let Some(first) = orders.get(at) {
        let format = &first.firm.order_series;
        let span = format.span(&first.new.ordered_day);
        if first.number_clash {
            numbers.push(take_free_number(connection, first).await?);
            at += 1;
            continue;
        }
        let alike = |order: &&&Ready| !order.number_clash && order.firm.order_series == *format && order.new.ordered_day == first.new.ordered_day;
        let count = orders[at..].iter().take_while(alike).count();
        let number = numbering::take_many(connection, numbering::ORDERS, span, count as i64).await?;
        numbers.extend((number..).take(count).map(|number| format.write(number, &first.new.ordered_day)));
        at += count;
    }
    Ok(numbers)
}

/// Imported orders keep the numbers they came with; ours step over them.
async fn take_free_number(connection: &mut AnyConnection, order: &Ready) -> sqlx::Result<String> {
    // An imported history is a long run of numbers, so many are looked at at once.
    const AT_ONCE: i64 = 500;
    let format = &order.firm.order_series;
    let span = format.span(&order.new.ordered_day);
    loop {
        let first = numbering::peek(connection, numbering::ORDERS, span).await?;
        let candidates: Vec<String> = (first..first + AT_ONCE).map(|number| format.write(number, &order.new.ordered_day)).collect();
        let taken = store::numbers_taken(connection, &candidates).await?;
        let free = candidates.iter().position(|number| !taken.contains(number));
        // Those stepped over are spent, and the free one with them.
        numbering::take_many(connection, numbering::ORDERS, span, free.map_or(AT_ONCE, |at| at as i64 + 1)).await?;
        if let Some(at) = free {
            return Ok(candidates[at].clone());
        }
    }
}

/// Whether one order may have spoilt it for those it shared a transaction with: not where the database itself is away or busy.
fn is_of_one(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<sqlx::Error>() {
        Some(known) => matches!(known, sqlx::Error::Database(_)) && !db::is_retriable(known),
        None => true,
    }
}

fn is_retriable(error: &anyhow::Error) -> bool {
    error.downcast_ref::<sqlx::Error>().is_some_and(db::is_retriable)
}

fn failure(error: anyhow::Error) -> Outcome {
    if error.downcast_ref::<sqlx::Error>().is_some_and(db::is_unique_violation) {
        Outcome::Clash
    } else if is_retriable(&error) {
        Outcome::Again
    } else {
        Outcome::Failed(AppError::from(error))
    }
}

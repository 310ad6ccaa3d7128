//! Sending what is due: a few connections side by side, each message marked in the database before its content goes out.

use super::claim::claim;
use super::prepare::{self, Desk, Prepared, Press};
use super::settle::{self, Outcome};
use super::store::{self, Claimed};
use super::{gate, upkeep};
use crate::AppState;
use crate::mail::{self, Conversation, Patience, Server, Trouble};

/// Longer than [`Patience::accept`].
const SENDING_MS: i64 = 15 * 60_000;

/// Messages one sender holds at once. Each step writes for all of them, so that a mailing waits for the disk once in a
/// while and orders get the writer in between. Over SMTP they are fewer: what is claimed waits for those before it.
const TOGETHER_SMTP: i64 = 8;
const TOGETHER_SPOOL: i64 = 32;

/// Sends what is due now, over several connections, until nothing is or `stopped` says so. Gives how many were tried.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    run_due_with(state, stopped, Patience::default()).await
}

/// As [`run_due`], with other time limits.
pub async fn run_due_with(state: &AppState, stopped: impl Fn() -> bool, patience: Patience) -> anyhow::Result<u32> {
    let look = upkeep::look(&mut *state.db.read().await?, state.clock.now_ms()).await?;
    if look.nothing() {
        return Ok(0);
    }
    upkeep::tidy(state, &look).await?;
    let server = crate::firm::smtp::mail_server(state).await?;
    let worker = || worker(state, server.as_ref(), patience, &stopped);
    // A message takes several round trips, so connections side by side are what makes it fast.
    let (a, b, c, d) = tokio::join!(worker(), worker(), worker(), worker());
    let tried = a? + b? + c? + d?;
    upkeep::finish(state).await?;
    Ok(tried)
}

async fn worker(state: &AppState, server: Option<&Server>, patience: Patience, stopped: &impl Fn() -> bool) -> anyhow::Result<u32> {
    let mut tried = 0;
    let mut conversation = None;
    let mut press = Press::default();
    while !stopped() {
        let desk = Desk::open(state, &mut press).await?;
        let most = if server.is_some() { TOGETHER_SMTP } else { TOGETHER_SPOOL };
        let taken = claim(state, &desk.firm.mail_limits, most).await?;
        if taken.messages.is_empty() && !taken.moved {
            break;
        }
        tried += taken.messages.len() as u32;
        let prepared = prepare::all(state, &desk, &mut press, taken.messages).await?;
        match server {
            Some(server) => send_all(state, prepared, server, patience, &mut conversation, stopped).await?,
            None => spool(state, prepared).await?,
        }
    }
    if let Some(conversation) = conversation {
        conversation.close().await;
    }
    Ok(tried)
}

/// One message after the other over one connection. What became of one is written with the mark that the next is under
/// way: a crash between the two leaves one message of this connection uncertain, as a crash at any moment does.
async fn send_all(
    state: &AppState,
    prepared: Vec<Prepared>,
    server: &Server,
    patience: Patience,
    conversation: &mut Option<Conversation>,
    stopped: &impl Fn() -> bool,
) -> anyhow::Result<()> {
    let mut closed: Option<String> = None;
    let mut done: Vec<(Claimed, Outcome)> = Vec::new();
    for Prepared { message, from, to, bytes } in prepared {
        if stopped() {
            done.push((message, Outcome::Released));
            continue;
        }
        let open = match (conversation.take(), &closed) {
            (Some(open), _) => Ok(open),
            (None, Some(text)) => Err(text.clone()),
            // A wrong password or a closed door is no fault of the message, even when the server says "never".
            (None, None) => Conversation::open(server, patience).await.map_err(|trouble| trouble.text().to_string()),
        };
        let mut open = match open {
            Ok(open) => open,
            Err(text) => {
                closed = Some(text.clone());
                done.push((message, Outcome::Unreachable(text)));
                continue;
            }
        };
        if let Err(trouble) = open.envelope(&from, &to).await {
            done.push((message, before_content(trouble)));
            continue;
        }
        // From here on a crash leaves a message of which nobody knows; the database says so before the server is asked.
        if let Some(outcome) = mark(state, std::mem::take(&mut done), &message).await? {
            // The envelope that was named is forgotten with the connection.
            done.push((message, outcome));
            continue;
        }
        let outcome = match open.announce().await {
            Err(trouble) => before_content(trouble),
            Ok(()) => match open.content(&bytes).await {
                Ok(()) => {
                    *conversation = Some(open);
                    Outcome::Sent
                }
                Err(Trouble::Later(text)) => Outcome::Again(text),
                Err(Trouble::Never(text)) => Outcome::Failed(text),
                Err(Trouble::Lost(text)) => Outcome::Uncertain(text),
            },
        };
        done.push((message, outcome));
    }
    settle::all(state, done).await
}

/// Settles those before and marks this one as under way, where it may still be sent; otherwise gives what becomes of it.
async fn mark(state: &AppState, before: Vec<(Claimed, Outcome)>, message: &Claimed) -> anyhow::Result<Option<Outcome>> {
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    for (message, outcome) in before {
        settle::one(&mut tx, state, &message, outcome).await?;
    }
    let refused = gate::refused(&mut tx, &[message], now).await?;
    let outcome = match refused.get(&message.id) {
        Some(reason) => Some(Outcome::Skipped(*reason)),
        None if store::mark_sending(&mut tx, message, &state.boot_id, now + SENDING_MS).await? => None,
        // Paused or cancelled meanwhile, or another's: releasing changes only what is still ours.
        None => Some(Outcome::Released),
    };
    tx.commit().await?;
    Ok(outcome)
}

fn before_content(trouble: Trouble) -> Outcome {
    match trouble {
        Trouble::Later(text) | Trouble::Lost(text) => Outcome::Again(text),
        Trouble::Never(text) => Outcome::Failed(text),
    }
}

/// Without a mail server: files, named by the messages' ids, so that a crash and a second try make no second one.
async fn spool(state: &AppState, prepared: Vec<Prepared>) -> anyhow::Result<()> {
    let directory = state.config.data.join("spool");
    let mut wanted = Vec::new();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let refused = gate::refused(&mut tx, &prepared.iter().map(|one| &one.message).collect::<Vec<_>>(), now).await?;
    for one in prepared {
        match refused.get(&one.message.id) {
            Some(reason) => settle::one(&mut tx, state, &one.message, Outcome::Skipped(*reason)).await?,
            None => wanted.push(one),
        }
    }
    tx.commit().await?;
    let (messages, files): (Vec<Claimed>, Vec<(String, Vec<u8>)>) = wanted
        .into_iter()
        .map(|Prepared { message, bytes, .. }| (message.id.clone(), bytes, message))
        .map(|(id, bytes, message)| (message, (id, bytes)))
        .unzip();
    let written = match tokio::task::spawn_blocking(move || mail::write_spool(&directory, &files)).await {
        Ok(written) => written.map_err(|error| format!("{error:#}")),
        Err(error) => Err(error.to_string()),
    };
    let outcome = || match &written {
        Ok(()) => Outcome::Sent,
        Err(text) => Outcome::Again(text.clone()),
    };
    let settled = messages.into_iter().map(|message| (message, outcome())).collect();
    settle::all(state, settled).await
}

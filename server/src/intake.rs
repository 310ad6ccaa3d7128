//! Orders that come by e-mail, from a mailbox over IMAP or a directory messages are dropped into.
//!
//! [`mime`] takes a message apart in the child, [`kind`] says what it is, [`sender`] who proves to have sent it, [`take`] makes
//! orders of its forms, [`answer`] tells what became of each line, [`confirm`] asks the customer where nothing is proved,
//! [`undelivered`] learns from what came back, and [`desk`] is where staff decide about the rest. Each message is in one [`State`].

use anyhow::Context;
use tokio::sync::watch;

use crate::AppState;

pub mod answer;
pub mod confirm;
pub mod desk;
pub mod folder;
pub mod imap;
pub mod kind;
pub mod mime;
pub mod sender;
pub mod store;
pub mod take;
pub mod text;
pub mod undelivered;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is an order, or was one already.
    Accepted,
    Refused,
    NeedsPerson,
    /// Nothing of an order.
    Ignored,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::NeedsPerson, Self::Ignored];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::NeedsPerson => "needs_person",
            Self::Ignored => "ignored",
        }
    }

    pub fn parse(word: &str) -> anyhow::Result<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word).with_context(|| format!("{word} is no state of a message"))
    }
}

/// What stands in the way of a box, as it is kept.
fn told(error: &anyhow::Error) -> String {
    format!("{error:#}").chars().take(300).collect()
}

/// Reads the mailbox, where there is one, until `stop` turns true.
pub async fn read_mailbox(state: &AppState, stop: watch::Receiver<bool>) {
    match imap::of(&state.config) {
        Ok(Some(address)) => imap::run(state, &address, stop).await,
        Ok(None) => {}
        Err(error) => tracing::error!(error = format!("{error:#}"), "no mailbox is read"),
    }
}

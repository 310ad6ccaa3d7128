//! The draft on the reader's other devices: asked for when somebody signs in, comes back or is online again, and saved a
//! little after the last change. Without a server the page works as it does with one.
//!
//! What becomes of two writers is decided in `kontor_shared::drafts::device`. One tab at a time asks and saves.

use std::cell::Cell;
use std::time::Duration;

use kontor_shared::drafts::Draft;
use kontor_shared::drafts::device::{Common, KeptDraft, Refused, SavedDraft, common, forget_common, keep_common};
use kontor_shared::drafts::queue;
use kontor_shared::drafts::shelf::Reader;
use kontor_shared::ids::{OrderId, UserId};
use kontor_shared::words::queue as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{reader_of, store};
use crate::api::{self, ApiError};
use crate::browser;
use crate::forms;
use crate::house::house;
use crate::lang::{count, lang};
use crate::queue::local::Local;
use crate::queue::locks;
use crate::session;
use crate::ui::toast;

const LOCK: &str = "kontor.device";
/// After the last key: nobody waits for it, and a quantity has several digits.
const PAUSE: Duration = Duration::from_secs(2);
/// The server was there and did not take it.
const LATER: Duration = Duration::from_secs(60);
/// Another device may save between asking and saving; more often than this it is left for later.
const TRIES: u8 = 4;
/// Whoever signs out waits for the server this long …
const LEAVING: Duration = Duration::from_secs(5);
/// … and this long where there was nothing to ask.
const LEAVING_UNASKED: Duration = Duration::from_secs(1);

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Another round was asked for.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    /// Which of the rounds by the clock counts.
    static TURN: Cell<u32> = const { Cell::new(0) };
    /// Nothing of the reader's is asked for or kept any more: they are signing out.
    static GONE: Cell<bool> = const { Cell::new(false) };
}

/// From here on the draft goes to the reader's other devices. Called once, under an owner that lasts.
pub fn begin() {
    // Back on the network.
    Effect::new(|_| {
        if !house().away.get() {
            go();
            forms::go();
        }
    });
    // Back at the window; and away from it, for a telephone that is put away may never come to the timer.
    for event in ["focus", "blur"] {
        let _ = window_event_listener_untyped(event, |_| go());
    }
}

/// The draft was changed.
pub fn changed() {
    // Whoever goes on typing did not get away.
    GONE.set(false);
    store().there.set(false);
    after(PAUSE);
}

/// Another reader is here, or none.
pub fn arrived() {
    GONE.set(false);
    store().there.set(false);
    store().refused.set(None);
}

fn after(wait: Duration) {
    let turn = TURN.get().wrapping_add(1);
    TURN.set(turn);
    set_timeout(
        move || {
            if TURN.get() == turn {
                go();
            }
        },
        wait,
    );
}

/// Takes in what is new there, and saves what is new here.
pub fn go() {
    ASKED.set(true);
    // Whoever is here now waits for no clock.
    TURN.set(TURN.get().wrapping_add(1));
    if RUNNING.replace(true) {
        return;
    }
    spawn_local(async {
        while ASKED.take() {
            if whose().is_some() {
                locks::alone(LOCK, round).await;
            }
        }
        RUNNING.set(false);
    });
}

/// The reader throws the draft away and leaves: the server hears of it where it answers in time, and nothing stays here.
pub async fn throw_away() {
    store().throw_away();
    if !house().away.get_untracked() {
        browser::within(LEAVING, locks::alone(LOCK, round)).await;
        // What another device wrote meanwhile is there, and not for this one to keep.
        store().throw_away();
    }
    forget();
}

/// The reader leaves the draft to the server, and nothing stays here. Says whether it is so: where the server does not have the
/// draft as it stands, or does not answer in time, everything stays.
pub async fn leave_there() -> bool {
    // Only what is asked from here on counts.
    store().there.set(false);
    let asked = browser::within(LEAVING, locks::alone(LOCK, round)).await;
    if asked.is_none() || !store().there.get_untracked() {
        return false;
    }
    forget();
    store().throw_away();
    GONE.set(true);
    true
}

/// The reader leaves with nothing here to ask about.
pub async fn leave() {
    if !house().away.get_untracked() && !whose().is_some_and(|(reader, _)| is_there(&reader)) {
        browser::within(LEAVING_UNASKED, locks::alone(LOCK, round)).await;
    }
    forget();
}

/// What this device knows of the server's draft goes. Without it the next to sign in takes nothing there for taken out.
fn forget() {
    if let Some((reader, _)) = whose() {
        forget_common(&mut Local, &reader);
        GONE.set(true);
    }
}

/// Whether the server has this reader's draft as it stands, by what it last answered.
fn is_there(reader: &Reader) -> bool {
    let known = common(&Local, reader).unwrap_or_default();
    known.tried.is_none() && store().draft.with_untracked(|draft| draft.agrees(&known.draft))
}

/// Whose draft this is, if it is of whoever is signed in.
fn whose() -> Option<(Reader, UserId)> {
    let reader = house().session.with_untracked(|session| reader_of(session.as_ref()?))?;
    let user = reader.user?;
    (store().reader().as_ref() == Some(&reader) && !GONE.get()).then_some((reader, user))
}

/// Whether it is still about this reader, after an answer: somebody else may have signed in, or this one be signing out.
fn still(reader: &Reader) -> bool {
    whose().is_some_and(|(now, _)| now == *reader)
}

/// Asks first, so that what another device wrote is met here and not by a refusal.
async fn round() {
    for _ in 0..TRIES {
        let Some((reader, user)) = whose() else { return };
        store().hear();
        // What becomes of an order that is on its way is met once it has arrived.
        if common(&Local, &reader).is_some_and(|known| known.under_way(&queue::all(&Local))) {
            break;
        }
        if !take_in(&reader, user).await {
            return;
        }
        let mine = store().draft.get_untracked();
        let Some(known) = common(&Local, &reader) else { return };
        if mine.agrees(&known.draft) {
            return settled(None);
        }
        if let Some(refused) = known.refused.as_ref().filter(|refused| refused.is_of(&mine)) {
            return settled(Some(refused.code.clone()));
        }
        match save(&reader, user, known, mine).await {
            Ok(()) => {
                // What was typed while it was on its way follows by the clock that the typing set.
                if still(&reader) && is_there(&reader) {
                    settled(None);
                }
                return;
            }
            Err(error) if matches!(error.code.as_str(), "changed_elsewhere" | "draft_sent") => {}
            Err(error) => {
                if let Some(code) = refusal(&error).filter(|_| still(&reader)) {
                    settled(Some(code));
                }
                return failed(&error);
            }
        }
    }
    after(LATER);
}

/// The server has the draft as it stands, or does not take it.
fn settled(refused: Option<String>) {
    store().there.set(refused.is_none());
    if store().refused.with_untracked(|before| *before != refused) {
        store().refused.set(refused);
    }
}

/// Why the server would not take the same once more either, as a code.
fn refusal(error: &ApiError) -> Option<String> {
    match error.status {
        // What stands before the server says so as well, in words of its own.
        413 => Some("too_large".into()),
        422 => Some(error.code.clone()),
        _ => None,
    }
}

fn path(user: UserId, of: Option<OrderId>) -> String {
    let id = of.map(|id| id.to_string()).unwrap_or_default();
    api::with_query("/api/draft", &[("owner", &user.to_string()), ("of", &id)])
}

/// Asks what the server has and puts it together with what is here. Says whether it answered.
async fn take_in(reader: &Reader, user: UserId) -> bool {
    let of = store().draft.with_untracked(|draft| draft.id);
    let theirs = match api::get::<KeptDraft>(&path(user, of)).await {
        Ok(theirs) => theirs,
        Err(error) => {
            failed(&error);
            return false;
        }
    };
    if !still(reader) {
        return false;
    }
    let nothing_new = common(&Local, reader).is_some_and(|known| {
        known.tried.is_none()
            && (known.generation, known.revision) == (theirs.generation, theirs.revision)
            && known.draft == theirs.draft
            && theirs.sent.is_empty()
    });
    if !nothing_new {
        let taken = store().take_in(theirs);
        if let Some(number) = taken.sent {
            toast::tell(words::SENT_ELSEWHERE.with(lang(), &[("number", &number)]));
        } else if taken.changed > 0 {
            toast::tell(count(words::CHANGED_ELSEWHERE, taken.changed as u64));
        }
    }
    true
}

/// Saves the draft in the place of what both know.
async fn save(reader: &Reader, user: UserId, known: Common, mine: Draft) -> Result<(), ApiError> {
    // First, so that a lost answer is known for one.
    keep_common(&mut Local, reader, &Common { tried: Some(mine.clone()), ..known.clone() });
    let answer = api::put_seen::<SavedDraft>(&path(user, None), Some(known.revision), &mine).await;
    if !still(reader) {
        return answer.map(drop);
    }
    match answer {
        Ok(saved) => {
            keep_common(&mut Local, reader, &Common { revision: saved.revision, draft: mine, tried: None, refused: None, ..known });
            Ok(())
        }
        Err(error) => {
            if let Some(code) = refusal(&error) {
                keep_common(&mut Local, reader, &Common { refused: Some(Refused::of(&mine, code)), ..known });
            } else if (400..500).contains(&error.status) && error.code != "unreadable" {
                keep_common(&mut Local, reader, &known);
            }
            Err(error)
        }
    }
}

fn failed(error: &ApiError) {
    match error.status {
        // It is asked again as soon as the server can be reached.
        _ if error.network => {}
        // What stands before the server, or a server that is busy.
        0 | 408 | 425 | 429 | 500.. => after(LATER),
        _ if error.code == "other_customer" => session::ask_again(),
        _ => session::note_signed_out(error),
    }
}

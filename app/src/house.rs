//! What outlives every page: the firm, who is signed in, the reader's language and theme, the toasts.
//!
//! Made once, before the first page is mounted, and never disposed: a signal read after its owner is gone panics.

use std::cell::OnceCell;
use std::sync::Arc;

use kontor_shared::api::{Firm, Session};
use kontor_shared::words::Lang;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::ui::toast::Toast;
use crate::{lang, session, theme};

pub mod memory;

/// The signals every page may read. `Copy`, like the signals in it.
#[derive(Clone, Copy)]
pub struct House {
    pub firm: RwSignal<Option<Arc<Firm>>>,
    pub session: RwSignal<Option<Session>>,
    /// Whether the firm and the session have been asked for, and what came of it.
    pub opening: RwSignal<Opening>,
    pub lang: RwSignal<Lang>,
    pub theme: RwSignal<theme::Theme>,
    pub toasts: RwSignal<Vec<Toast>>,
    /// The server could not be reached lately.
    pub away: RwSignal<bool>,
    /// A newer edition of the pages waits for a reload.
    pub edition_waits: RwSignal<bool>,
    /// What the browser said when asked to keep for good what is kept here.
    pub persistent: RwSignal<Option<bool>>,
}

/// The first two questions to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    Asking,
    Failed(ApiError),
    Open,
}

thread_local! {
    static HOUSE: OnceCell<House> = const { OnceCell::new() };
}

/// Makes what belongs to no page and outlives them all. Whatever page asks for it first goes on under its own owner: a new
/// root takes that place, and what is made next would find no router.
pub fn lasting<T>(make: impl FnOnce() -> T) -> T {
    let before = Owner::current();
    let root = Owner::new_root(None);
    let made = root.with(make);
    std::mem::forget(root);
    if let Some(before) = before {
        before.set();
    }
    made
}

/// The house. It stands from the first call on, which is before the first page.
pub fn house() -> House {
    HOUSE.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| House {
                firm: RwSignal::new(None),
                session: RwSignal::new(None),
                opening: RwSignal::new(Opening::Asking),
                lang: RwSignal::new(lang::first_choice()),
                theme: RwSignal::new(theme::stored()),
                toasts: RwSignal::new(Vec::new()),
                away: RwSignal::new(false),
                edition_waits: RwSignal::new(false),
                persistent: RwSignal::new(None),
            })
        })
    })
}

/// Opens with what this browser remembers, where it does, and asks for the firm and the session in any case.
pub fn open() {
    let house = house();
    lang::apply(house.lang.get_untracked());
    theme::apply(house.theme.get_untracked());
    match memory::recall() {
        Some((firm, session)) => settle(firm, session),
        None => house.opening.set(Opening::Asking),
    }
    spawn_local(ask());
}

/// Asks for the firm and the session, together. Without an answer an open house stays as it is.
pub async fn ask() {
    let asked = session::asked();
    // Whoever has left is not asked about.
    let session = async { if session::leave().await { api::session().await } else { Ok(None) } };
    match both(api::firm(), session).await {
        (Ok(firm), Ok(session)) => {
            memory::keep_firm(&firm);
            // Who signed in or out meanwhile did so after the question: of the answer only the firm's part is news.
            let session = if session::answered(asked) { session } else { house().session.get_untracked() };
            settle(firm, session);
        }
        (Err(error), _) | (_, Err(error)) => {
            if house().opening.get_untracked() != Opening::Open {
                house().opening.set(Opening::Failed(error));
            }
        }
    }
}

/// What is known now. What is as it was disturbs nobody.
fn settle(firm: Firm, session: Option<Session>) {
    let house = house();
    if !lang::chosen() {
        lang::adopt(session.as_ref().map_or(firm.lang, |session| session.lang));
    }
    // A browser may prefer a language the firm does not offer.
    if !firm.langs.is_empty() && !firm.langs.contains(&house.lang.get_untracked()) {
        lang::adopt(firm.lang);
    }
    if house.firm.with_untracked(|known| known.as_deref() != Some(&firm)) {
        house.firm.set(Some(Arc::new(firm)));
    }
    take_session(session);
    if house.opening.get_untracked() != Opening::Open {
        house.opening.set(Opening::Open);
    }
}

/// Who is signed in now, for this page and for what this browser keeps.
pub fn take_session(session: Option<Session>) {
    memory::follow(session.as_ref());
    if house().session.with_untracked(|known| *known != session) {
        house().session.set(session);
    }
}

/// Waits for two futures at once.
async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(move |context| {
        if first.is_none()
            && let std::task::Poll::Ready(value) = a.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let std::task::Poll::Ready(value) = b.as_mut().poll(context)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => std::task::Poll::Ready((a, b)),
            (a, b) => {
                (first, second) = (a, b);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

/// The firm, once the house is open. Pages are only mounted then.
pub fn firm() -> Option<Arc<Firm>> {
    house().firm.get()
}

/// Who is signed in; tracked.
pub fn session() -> Option<Session> {
    house().session.get()
}

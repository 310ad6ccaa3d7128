//! A list or document the server gives: asked for anew when its address changes, longer with "Show more", again after a failure.

use kontor_shared::api::accounts::PeoplePage;
use kontor_shared::api::incoming::IncomingPage;
use kontor_shared::api::mailings::{MailingPage, RecipientPage};
use kontor_shared::api::pictures::PicturePage;
use kontor_shared::api::segments::SegmentMoves;
use kontor_shared::api::{AuditPage, Customer, CustomerPage, ImportReport, MessagePage, OrderPage, SegmentPage};
use kontor_shared::words::staff;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use super::expiry;
use crate::api::{self, ApiError};
use crate::lang::say;
use crate::ui::page::{Failed, Loading};

/// What can go on on a next page.
pub trait Paged {
    fn next(&self) -> Option<&str>;
    /// How many rows are here.
    fn len(&self) -> usize;
    /// Takes the rows of the page that follows.
    fn append(&mut self, more: Self);
}

macro_rules! paged {
    ($($page:ident.$rows:ident),*) => {$(
        impl Paged for $page {
            fn next(&self) -> Option<&str> {
                self.next.as_deref()
            }
            fn len(&self) -> usize {
                self.$rows.len()
            }
            fn append(&mut self, more: Self) {
                self.$rows.extend(more.$rows);
                self.next = more.next;
            }
        }
    )*};
}
impl Paged for PicturePage {
    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
    fn len(&self) -> usize {
        self.pictures.len() + self.fetches.len()
    }
    fn append(&mut self, more: Self) {
        self.pictures.extend(more.pictures);
        self.fetches.extend(more.fetches);
        self.next = more.next;
    }
}
paged!(
    OrderPage.orders,
    CustomerPage.customers,
    Customer.timeline,
    SegmentPage.rows,
    MessagePage.messages,
    AuditPage.rows,
    ImportReport.refusals,
    SegmentMoves.moves,
    PeoplePage.people,
    MailingPage.mailings,
    RecipientPage.recipients,
    IncomingPage.mails
);

/// `Copy`, like the signals in it.
pub struct Listing<P: 'static> {
    path: Signal<String>,
    pub page: RwSignal<Option<P>>,
    pub failed: RwSignal<Option<ApiError>>,
    pub busy: RwSignal<bool>,
    /// The address `page` is the answer to.
    answered: StoredValue<String>,
    /// Grows with each question, so that a late answer to an older one is dropped.
    turn: RwSignal<u32>,
}

impl<P: 'static> Clone for Listing<P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P: 'static> Copy for Listing<P> {}

impl<P: DeserializeOwned + Clone + Send + Sync + 'static> Listing<P> {
    /// Asks `path` now, whenever it changes, and once more when it failed for want of a session and someone has signed in.
    /// What is shown stays until the answer is here, unless the address now means another document.
    pub fn new(path: impl Into<Signal<String>>) -> Self {
        let path = path.into();
        let listing = Self {
            path,
            page: RwSignal::new(None),
            failed: RwSignal::new(None),
            busy: RwSignal::new(false),
            answered: StoredValue::new(String::new()),
            turn: RwSignal::new(0),
        };
        Effect::new(move || {
            let path = path.get();
            if listing.answered.with_value(|answered| document(answered) != document(&path)) {
                listing.page.set(None);
            }
            listing.reload();
        });
        Effect::new(move || {
            expiry::track_sign_in();
            if listing.signed_out() {
                listing.reload();
            }
        });
        listing
    }

    /// The last question was not answered for want of a session; asking again is up to whoever signs in.
    pub fn signed_out(self) -> bool {
        self.failed.with_untracked(|error| error.as_ref().is_some_and(ApiError::signed_out))
    }

    /// Asks again from the start.
    pub fn reload(self) {
        let Some(path) = self.path.try_get_untracked() else { return };
        let address = path.clone();
        self.ask(path, async move { api::get(&address).await }, move |page, answer| *page = Some(answer));
    }

    /// Waits for the answer to a question about `path` and takes it in.
    fn ask(self, path: String, answer: impl Future<Output = api::Result<P>> + 'static, take: impl FnOnce(&mut Option<P>, P) + 'static) {
        let Some(turn) = self.turn.try_update_untracked(|turn| {
            *turn += 1;
            *turn
        }) else {
            return;
        };
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = answer.await;
            // The page may have gone meanwhile, or asked for something else.
            if self.turn.try_get_untracked() != Some(turn) {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.answered.set_value(path);
                    self.page.update(|page| take(page, answer));
                }
                Err(error) => {
                    expiry::note(&error);
                    self.fail(&path, error);
                }
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Rows of another address must not stand under this one; the same ones stay, a little older.
    fn fail(self, path: &str, error: ApiError) {
        if self.answered.with_value(|answered| answered != path) {
            self.page.set(None);
        }
        self.failed.set(Some(error));
    }
}

/// What an address names, without the part that searches or filters in it.
fn document(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

impl<P: Paged + DeserializeOwned + Clone + Send + Sync + 'static> Listing<P> {
    /// Asks for the rows that follow.
    pub fn more(self) {
        let next = self.page.with_untracked(|page| page.as_ref().and_then(|page| page.next().map(String::from)));
        let (Some(next), false) = (next, self.busy.get_untracked()) else { return };
        let path = self.path.get_untracked();
        let address = following(&path, &next);
        self.ask(path, async move { api::get(&address).await }, |page, more| match page {
            Some(page) => page.append(more),
            None => *page = Some(more),
        });
    }

    /// Asks again for as much as is shown, and takes it at once: a long list neither folds up nor grows before the eyes.
    pub fn refresh(self) {
        let rows = self.page.with_untracked(|page| page.as_ref().map_or(0, Paged::len));
        let path = self.path.get_untracked();
        let address = path.clone();
        self.ask(path, async move { whole(&address, rows).await }, |page, answer| *page = Some(answer));
    }
}

/// The address of the page that follows.
fn following(path: &str, next: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}after={}", api::encoded(next))
}

/// The list at `path` from its start on, page by page until `rows` rows are there.
pub async fn whole<P: Paged + DeserializeOwned>(path: &str, rows: usize) -> api::Result<P> {
    let mut whole: P = api::get(path).await?;
    while whole.len() < rows
        && let Some(next) = whole.next()
    {
        let more = api::get(&following(path, next)).await?;
        whole.append(more);
    }
    Ok(whole)
}

/// The wait for what is not here yet, or why it is not here.
#[component]
pub fn Wait<P>(of: Listing<P>) -> impl IntoView
where
    P: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let waiting = Memo::new(move |_| of.page.with(Option::is_none));
    view! {
        {move || (waiting.get() && of.failed.with(Option::is_none)).then(|| view! { <Loading/> })}
        {move || of.failed.get().map(|error| view! { <Failed error=error retry=move |()| of.reload()/> })}
    }
}

/// What is here, or the wait for it, or why it is not here.
#[component]
pub fn Shown<P>(of: Listing<P>, show: impl Fn(P) -> AnyView + Send + 'static) -> impl IntoView
where
    P: DeserializeOwned + Clone + Send + Sync + 'static,
{
    view! {
        <Wait of=of/>
        <div class="shown" aria-busy=move || of.busy.get().then_some("true")>{move || of.page.get().map(&show)}</div>
    }
}

/// The button that makes a list longer; absent on the last page.
#[component]
pub fn More<P>(of: Listing<P>) -> impl IntoView
where
    P: Paged + DeserializeOwned + Clone + Send + Sync + 'static,
{
    let there = Memo::new(move |_| of.page.with(|page| page.as_ref().is_some_and(|page| page.next().is_some())));
    move || {
        there.get().then(|| {
            view! {
                <p class="more">
                    <button type="button" class="btn" aria-busy=move || of.busy.get().then_some("true") on:click=move |_| of.more()>{say(staff::SHOW_MORE)}</button>
                </p>
            }
        })
    }
}

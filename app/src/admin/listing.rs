//! A list or document the server gives: asked for anew when its address changes, longer with "Show more", again after a failure.

use kontor_shared::api::{AuditPage, Customer, CustomerPage, MessagePage, OrderPage, SegmentPage};
use kontor_shared::words::staff;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::api::{self, ApiError};
use crate::lang::say;
use crate::session::note_signed_out;
use crate::ui::page::{Failed, Loading};

/// What can go on on a next page.
pub trait Paged {
    fn next(&self) -> Option<&str>;
    /// Takes the rows of the page that follows.
    fn append(&mut self, more: Self);
}

macro_rules! paged {
    ($($page:ident.$rows:ident),*) => {$(
        impl Paged for $page {
            fn next(&self) -> Option<&str> {
                self.next.as_deref()
            }
            fn append(&mut self, more: Self) {
                self.$rows.extend(more.$rows);
                self.next = more.next;
            }
        }
    )*};
}
paged!(OrderPage.orders, CustomerPage.customers, Customer.timeline, SegmentPage.rows, MessagePage.messages, AuditPage.rows);

/// `Copy`, like the signals in it.
pub struct Listing<P: 'static> {
    path: Signal<String>,
    pub page: RwSignal<Option<P>>,
    pub failed: RwSignal<Option<ApiError>>,
    pub busy: RwSignal<bool>,
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
    /// Asks `path` now and whenever it changes. What is shown stays until the answer is here.
    pub fn new(path: impl Into<Signal<String>>) -> Self {
        let path = path.into();
        let listing = Self { path, page: RwSignal::new(None), failed: RwSignal::new(None), busy: RwSignal::new(false), turn: RwSignal::new(0) };
        Effect::new(move || {
            path.get();
            listing.reload();
        });
        listing
    }

    /// Asks again from the start.
    pub fn reload(self) {
        let Some(path) = self.path.try_get_untracked() else { return };
        self.ask(path, move |page, answer| *page = Some(answer));
    }

    fn ask(self, path: String, take: impl FnOnce(&mut Option<P>, P) + 'static) {
        let Some(turn) = self.turn.try_update_untracked(|turn| {
            *turn += 1;
            *turn
        }) else {
            return;
        };
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = api::get::<P>(&path).await;
            // The page may have gone meanwhile, or asked for something else.
            if self.turn.try_get_untracked() != Some(turn) {
                return;
            }
            match answer {
                Ok(answer) => self.page.update(|page| take(page, answer)),
                Err(error) => {
                    note_signed_out(&error);
                    let _ = self.failed.try_set(Some(error));
                }
            }
            let _ = self.busy.try_set(false);
        });
    }
}

impl<P: Paged + DeserializeOwned + Clone + Send + Sync + 'static> Listing<P> {
    /// Asks for the rows that follow.
    pub fn more(self) {
        let next = self.page.with_untracked(|page| page.as_ref().and_then(|page| page.next().map(String::from)));
        let (Some(next), false) = (next, self.busy.get_untracked()) else { return };
        let path = self.path.get_untracked();
        let separator = if path.contains('?') { '&' } else { '?' };
        self.ask(format!("{path}{separator}after={}", api::encoded(&next)), |page, more| match page {
            Some(page) => page.append(more),
            None => *page = Some(more),
        });
    }
}

/// What is here, or the wait for it, or why it is not here.
#[component]
pub fn Shown<P>(of: Listing<P>, show: impl Fn(P) -> AnyView + Send + 'static) -> impl IntoView
where
    P: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let waiting = Memo::new(move |_| of.page.with(Option::is_none));
    view! {
        {move || (waiting.get() && of.failed.with(Option::is_none)).then(|| view! { <Loading/> })}
        {move || of.failed.get().map(|error| view! { <Failed error=error retry=move |()| of.reload()/> })}
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

//! Which list is in force, and the shortest way to its rows: what this browser keeps, what changed since, or the whole.

use std::cell::Cell;
use std::sync::Arc;

use js_sys::Uint8Array;
use kontor_shared::api::{Bought, PriceListInfo};
use kontor_shared::catalog::columns::{Columns, delta};
use kontor_shared::catalog::discount;
use kontor_shared::words::shop as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::newer::Newer;
use super::{Catalogue, Fetch, Shop, kept};
use crate::api::{self, ApiError};
use crate::browser;
use crate::edition;
use crate::house::{self, house, memory};
use crate::lang::say;
use crate::session;
use crate::ui::toast;

/// A list asked for longer ago than this is asked for again when the reader comes back …
const STALE_MS: u64 = 60_000;
/// … and than this when the reader, who never left, goes on. By no clock: a page that nobody uses keeps no session alive.
const OLD_MS: u64 = 5 * 60_000;

thread_local! {
    /// Counts fetches, so that an answer overtaken by a later question is dropped.
    static ASKED: Cell<u32> = const { Cell::new(0) };
    static ASKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// Whether no later question has overtaken this one.
fn latest(asked: u32) -> bool {
    ASKED.get() == asked
}

impl Shop {
    /// Asks when there is cause to: for another reader, with the network back, and for whoever comes back after a while.
    pub(super) fn follow(self) {
        // Another reader may see other prices: whoever signs in or out gets the list anew.
        let reader = Memo::new(move |_| memory::reader(house().session.get().as_ref()));
        Effect::new(move |_| {
            // `track` alone would not make the memo look at the session.
            let _ = reader.get();
            self.fetch_for(true);
        });
        Effect::new(move |before: Option<bool>| {
            let away = house().away.get();
            if before == Some(true) && !away {
                self.fetch();
            }
            away
        });
        // Whoever filters by what was bought, where the answer failed to come, has it asked for again.
        Effect::new(move |_| {
            if self.bought.get() && self.bought_rows.with_untracked(Option::is_none) {
                spawn_local(self.fetch_bought(ASKED.get()));
            }
        });
        for (event, stale) in [("focus", STALE_MS), ("keydown", OLD_MS), ("pointerdown", OLD_MS)] {
            let _ = window_event_listener_untyped(event, move |_| {
                let old = browser::now().saturating_sub(ASKED_AT.get()) > stale;
                if old && matches!(self.list.get_untracked(), Fetch::Here(_)) {
                    self.fetch_for(false);
                    edition::look();
                    // The day may be another one by now, and a list ends with its day.
                    spawn_local(house::ask());
                }
            });
        }
    }

    /// Asks again after a failure, or for a newer version.
    pub fn fetch(self) {
        self.fetch_for(!matches!(self.list.get_untracked(), Fetch::Here(_)));
    }

    /// Opens what is kept for a new reader, then asks which version is in force, and for its rows unless they are here. A
    /// list of the same reader stays in use meanwhile, and also when the answer does not come.
    fn fetch_for(self, new_reader: bool) {
        let asked = ASKED.get() + 1;
        ASKED.set(asked);
        ASKED_AT.set(browser::now());
        if new_reader {
            // Nothing is ordered at another reader's prices.
            self.newer.set(None);
            self.let_go();
            self.bought_rows.set(None);
            self.list.set(Fetch::Asking);
        }
        let reader = reader();
        spawn_local(async move {
            if new_reader {
                self.open_kept(&reader, asked).await;
            }
            if latest(asked) {
                self.ask(&reader, asked).await;
            }
            if latest(asked) {
                // The first rows can be used, or there are none to wait for.
                edition::begin();
                self.fetch_bought(asked).await;
            }
        });
    }

    async fn open_kept(self, reader: &str, asked: u32) {
        let Some(kept) = kept::list(reader).await else { return };
        let Some(list) = kept::decode(&kept.info, &kept.bytes) else {
            // Torn or not what it says: it is fetched anew.
            return kept::wipe();
        };
        if latest(asked) {
            self.show(kept.info, list);
        }
        if let Some(bought) = kept::bought(reader).await
            && latest(asked)
        {
            self.mark_bought(&bought.codes);
        }
    }

    fn show(self, info: PriceListInfo, list: Columns) {
        let list = list.less(info.discount);
        self.put_in_place(Catalogue::new(info, list));
    }

    /// Takes the version in force where nothing is here, and announces it where another one is.
    async fn ask(self, reader: &str, asked: u32) {
        // Whoever has left without the server hearing of it is not asked about.
        let answer = match session::leave().await {
            true => api::get::<PriceListInfo>("/api/price-list").await,
            false => Err(ApiError::network("a sign-out is still to be told".into())),
        };
        let here = self.here_untracked();
        if !latest(asked) {
            return;
        }
        let info = match answer {
            Ok(info) => info,
            Err(error) if gone(&error) => {
                kept::wipe();
                self.newer.set(None);
                self.let_go();
                return self.list.set(Fetch::Failed(error));
            }
            Err(error) if here.is_none() => return self.list.set(Fetch::Failed(error)),
            Err(_) => return,
        };
        if let Some(here) = here.as_ref().filter(|here| same(&here.info, &info)) {
            self.newer.set(None);
            // A version's last day is known only when the next one is published, and the least order is the firm's of today.
            let changed = here.now.with_untracked(|now| *now != info);
            here.now.set(info.clone());
            if changed
                && let Some(kept) = kept::list(reader).await
                && same(&kept.info, &info)
            {
                kept::keep_list(reader, &info, &kept.bytes).await;
            }
            return;
        }
        if self.newer.with_untracked(|newer| newer.as_ref().is_some_and(|newer| same(&newer.info, &info))) {
            return;
        }
        let answer = rows(reader, &info).await;
        if !latest(asked) {
            return;
        }
        match (answer, here) {
            (Ok((bytes, _)), Some(_)) => Newer::announce(self, Newer { reader: reader.to_string(), info, bytes: bytes.to_vec() }),
            (Ok((bytes, list)), None) => {
                self.show(info.clone(), list);
                kept::keep_list(reader, &info, &bytes).await;
            }
            (Err(error), None) => self.list.set(Fetch::Failed(error)),
            (Err(_), Some(_)) => {}
        }
    }

    async fn fetch_bought(self, asked: u32) {
        let (buyer, reader) = (house().session.with_untracked(|session| session.as_ref().is_some_and(|session| session.customer.is_some())), reader());
        if !buyer {
            self.bought.set(false);
            self.bought_rows.set(None);
            return;
        }
        let answer = api::get::<Bought>("/api/bought").await;
        // Another reader's list may be on its way by now.
        if !latest(asked) {
            return;
        }
        match answer {
            Ok(bought) => {
                self.mark_bought(&bought.codes);
                kept::keep_bought(&reader, &bought).await;
            }
            // Whoever filters by it is told; the filter stands ready to be tried again.
            Err(_) if self.bought.get_untracked() && self.bought_rows.with_untracked(Option::is_none) => {
                self.bought.set(false);
                toast::fail(say(words::BOUGHT_NOT_HERE));
            }
            Err(_) => {}
        }
    }

    pub(super) fn mark_bought(self, codes: &[String]) {
        let Some(catalogue) = self.here_untracked() else { return };
        let rows: Vec<u32> = codes.iter().filter_map(|code| catalogue.row(code)).collect();
        let rows = catalogue.rows(&rows);
        // The same rows are no news: whoever filters by them keeps the place.
        if self.bought_rows.with_untracked(|known| known.as_deref() != Some(&rows)) {
            self.bought_rows.set(Some(Arc::new(rows)));
        }
    }

    /// What was bought before, in the rows of the list that is here now.
    pub(super) fn mark_kept_bought(self) {
        let (asked, reader) = (ASKED.get(), reader());
        spawn_local(async move {
            if let Some(bought) = kept::bought(&reader).await
                && latest(asked)
            {
                self.mark_bought(&bought.codes);
            }
        });
    }
}

/// Whom this tab shows prices of. What the browser keeps may be another tab's reader's by now.
pub fn reader() -> String {
    house().session.with_untracked(|session| memory::reader(session.as_ref()))
}

/// The same rows at the same prices.
fn same(one: &PriceListInfo, other: &PriceListInfo) -> bool {
    same_rows(one, other) && one.discount == other.discount
}

/// The same rows before any discount. A version's number may come again after the server was restored: the checksum tells,
/// and where what is kept is from before there was one, the time of publishing.
fn same_rows(one: &PriceListInfo, other: &PriceListInfo) -> bool {
    let base = |info: &PriceListInfo| discount::parts(&info.overlay).0.to_string();
    let unnamed = one.checksum.is_empty() || other.checksum.is_empty();
    one.version == other.version && base(one) == base(other) && if unnamed { one.published_at == other.published_at } else { one.checksum == other.checksum }
}

/// Whether the server itself says that this reader has no list (any more).
fn gone(error: &ApiError) -> bool {
    matches!(error.status, 401 | 403 | 404) && !error.foreign()
}

/// The rows of a version, with the bytes they came in.
async fn rows(reader: &str, info: &PriceListInfo) -> api::Result<(Uint8Array, Columns)> {
    if let Some(bytes) = from_kept(reader, info).await
        && let Some(list) = kept::decode(info, &bytes)
    {
        return Ok((bytes, list));
    }
    let bytes = api::get_bytes(&info.snapshot_url).await?;
    if let Some(list) = kept::decode(info, &bytes) {
        return Ok((bytes, list));
    }
    // What the browser holds under the address for ever is damaged: once more, past it.
    let bytes = api::get_bytes_anew(&info.snapshot_url).await?;
    let list = kept::decode(info, &bytes).ok_or_else(|| ApiError::unreadable(200, "the price list is damaged".into()))?;
    Ok((bytes, list))
}

/// The version's bytes by way of what is kept: the same where only the discount is another one, or what changed since.
async fn from_kept(reader: &str, info: &PriceListInfo) -> Option<Uint8Array> {
    let kept = kept::list(reader).await?;
    if same_rows(&kept.info, info) {
        return Some(kept.bytes);
    }
    let way = info.delta.as_ref()?;
    let starts_here = kept.info.version == way.since && discount::parts(&kept.info.overlay).0 == discount::parts(&info.overlay).0;
    if !starts_here {
        return None;
    }
    let told = api::get_bytes(&way.url).await.ok()?;
    delta::apply(&kept.bytes.to_vec(), &told.to_vec()).ok().map(|bytes| Uint8Array::from(bytes.as_slice()))
}

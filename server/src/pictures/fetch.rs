//! Pictures from addresses that imports name: which are to be fetched, each by a try at a time, and what became of it.
//! Runs beside the jobs and not among them: ten thousand pictures of a slow server must hold nobody's PDF up.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use kontor_shared::audit::{Action, Actor};
use tokio::task::{self, JoinSet};
use url::Url;

use super::get::{self, Miss};
use super::{Origin, store};
use crate::AppState;
use crate::error::AppError;

pub mod queue;

use queue::Claimed;

/// Fetched beside each other; making their sizes goes by the child's own places.
const AT_ONCE: usize = 4;
/// Of these, from one host: a slow one leaves places to others.
const AT_ONCE_OF_HOST: usize = 2;
/// Spellings of busy hosts that are passed over, at most, before a place stays free for a moment.
const MOST_SPELLINGS: usize = 16;
/// How often a free place looks for work while others are under way.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Longer than a picture's fetching and making can take.
const LEASE_MS: i64 = 5 * 60_000;
const MOST_ATTEMPTS: i64 = 5;
/// Rows looked at or written by one transaction.
const CHUNK: usize = 200;

/// Minutes until the next try, after the first, second … failure.
const DELAYS: [i64; 4] = [1, 10, 60, 360];

/// Takes up new addresses and fetches what is due, one beginning as another ends, until nothing is due or under way.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<()> {
    let mut under_way = UnderWay::default();
    loop {
        if !stopped() {
            take_up(state).await?;
            release(state).await?;
        }
        while under_way.tasks.len() < AT_ONCE && !stopped() {
            let Some(claimed) = claim(state, &under_way).await? else { break };
            under_way.begin(state, claimed);
        }
        if under_way.tasks.is_empty() {
            return Ok(());
        }
        // What an import names meanwhile does not wait for the slowest.
        tokio::time::timeout(LOOK_AGAIN, under_way.end_one()).await.unwrap_or(Ok(()))?;
    }
}

/// The tries that go on, each with the host it asks.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<anyhow::Result<()>>,
    hosts: HashMap<task::Id, String>,
}

impl UnderWay {
    fn begin(&mut self, state: &AppState, one: Claimed) {
        let (state, host) = (state.clone(), host(&one.address));
        let begun = self.tasks.spawn(async move { fetch(&state, &one).await });
        self.hosts.insert(begun.id(), host);
    }

    fn is_busy(&self, host: &str) -> bool {
        self.hosts.values().filter(|busy| *busy == host).count() >= AT_ONCE_OF_HOST
    }

    /// Waits until one has ended.
    async fn end_one(&mut self) -> anyhow::Result<()> {
        let Some(ended) = self.tasks.join_next_with_id().await else { return Ok(()) };
        let id = ended.as_ref().map_or_else(|error| error.id(), |(id, _)| *id);
        self.hosts.remove(&id);
        ended.context("fetching a picture stopped")?.1
    }
}

/// The host an address names; what names none is asked for nowhere.
fn host(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_string)).unwrap_or_default()
}

/// How an address begins, its host included, as it is written.
fn beginning(address: &str) -> &str {
    address.match_indices('/').nth(2).map_or(address, |(at, slash)| &address[..at + slash.len()])
}

/// Takes the next try of a host that is not busy.
async fn claim(state: &AppState, under_way: &UnderWay) -> anyhow::Result<Option<Claimed>> {
    let mut passed_over: Vec<String> = Vec::new();
    while passed_over.len() < MOST_SPELLINGS {
        let now = state.clock.now_ms();
        let next = queue::next(&mut *state.db.read().await?, now, &passed_over).await?;
        let Some((product, address)) = next else { break };
        if under_way.is_busy(&host(&address)) {
            passed_over.push(beginning(&address).to_string());
            continue;
        }
        let mut tx = state.db.write_tx().await?;
        let claimed = queue::claim(&mut tx, &product, now, now + LEASE_MS).await?;
        tx.commit().await?;
        if claimed.is_some() {
            return Ok(claimed);
        }
    }
    Ok(None)
}

async fn release(state: &AppState) -> anyhow::Result<()> {
    let now = state.clock.now_ms();
    if queue::any_to_release(&mut *state.db.read().await?, now).await? {
        let mut tx = state.db.write_tx().await?;
        queue::release(&mut tx, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Looks through what changed in the catalogue since the last look: addresses that are new or another are to be fetched, and
/// a picture whose address was taken away goes with it. Stopped half-way it begins again.
async fn take_up(state: &AppState) -> anyhow::Result<()> {
    let (seen, changed) = {
        let mut connection = state.db.read().await?;
        let (visible, seen) = queue::looked_at(&mut connection).await?;
        if visible <= seen {
            return Ok(());
        }
        (visible, queue::changed(&mut connection, seen, visible).await?)
    };
    let now = state.clock.now_ms();
    let (named, gone): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, address)| !address.is_empty());
    for some in named.chunks(CHUNK) {
        let mut tx = state.db.write_tx().await?;
        queue::ask_for(&mut tx, some, now).await?;
        tx.commit().await?;
    }
    for some in gone.chunks(CHUNK) {
        let mut tx = state.db.write_tx().await?;
        for (product, _) in some {
            let Some(address) = queue::forget(&mut tx, product).await? else { continue };
            let Some(product) = store::product_by_id(&mut tx, product).await? else { continue };
            store::lock(&mut tx, &product.id, state.db.for_update()).await?;
            let number = store::chosen_of(&mut tx, &product.id).await?;
            // What a person chose since stays.
            if number > 0 && store::source_of(&mut tx, &product.id, number).await?.is_some_and(|source| source == address) {
                let origin = Origin { source: "", actor: Actor::Program.code(), fetch: None };
                super::choose(&mut tx, state, &product, number, 0, Action::PictureChoose, origin).await.map_err(AppError::into_internal)?;
            }
        }
        tx.commit().await?;
    }
    let mut tx = state.db.write_tx().await?;
    queue::set_looked_at(&mut tx, seen).await?;
    tx.commit().await?;
    Ok(())
}

/// One try.
async fn fetch(state: &AppState, one: &Claimed) -> anyhow::Result<()> {
    let outcome = if one.attempts > MOST_ATTEMPTS {
        // Its lease ran out each time: whoever took it did not live to say why.
        Err(Miss::forever("picture_time", "the program ended each time"))
    } else {
        had(state, one).await
    };
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    match outcome {
        Ok(()) => queue::done(&mut tx, one).await?,
        Err(miss) => {
            tracing::info!(product = %one.product_id, one.attempts, code = miss.code, "a picture was not had");
            let delay = DELAYS.get(one.attempts.max(1) as usize - 1).filter(|_| miss.again && one.attempts < MOST_ATTEMPTS);
            let detail: String = miss.detail.chars().filter(|c| !c.is_control()).take(300).collect();
            queue::missed(&mut tx, one, delay.map(|minutes| now + minutes * 60_000), miss.code, &detail).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn had(state: &AppState, one: &Claimed) -> Result<(), Miss> {
    let bytes = get::get(&state.config.picture_hosts, &one.address).await?;
    let failed = |error: AppError| match error {
        AppError::Invalid { code, detail, .. } => Miss::forever(code, detail),
        AppError::Internal(error) => {
            tracing::error!(error = format!("{error:#}"), "a picture could not be kept");
            Miss::for_now("internal", "it could not be kept; the log says why")
        }
        other => Miss::for_now("busy", format!("{other:?}")),
    };
    let product = {
        let mut connection = state.db.read().await.map_err(|error| failed(error.into()))?;
        store::product_by_id(&mut connection, &one.product_id).await.map_err(|error| failed(error.into()))?
    };
    let product = product.ok_or_else(|| Miss::forever("picture_no_product", "the product is gone"))?;
    let origin = Origin { source: &one.address, actor: Actor::Program.code(), fetch: Some(one) };
    super::take(state, &product, &bytes, origin).await.map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_how_it_is_written() {
        for (address, named, begins) in [
            ("https://Img.example/a/b.jpg", "img.example", "https://Img.example/"),
            ("https://img.example:8443/a.jpg", "img.example", "https://img.example:8443/"),
            ("http://img.example", "img.example", "http://img.example"),
            ("no address", "", "no address"),
        ] {
            assert_eq!((host(address).as_str(), beginning(address)), (named, begins), "{address}");
        }
    }
}

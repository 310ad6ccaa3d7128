//! Pictures from addresses that imports name: which are to be fetched, each by a try at a time, and what became of it.
//! Runs beside the jobs and not among them: ten thousand pictures of a slow server must hold nobody's PDF up.

use anyhow::Context;
use kontor_shared::audit::{Action, Actor};
use tokio::task::JoinSet;

use super::get::{self, Miss};
use super::{Origin, store};
use crate::AppState;
use crate::error::AppError;

pub mod queue;

use queue::Claimed;

/// Fetched beside each other; making their sizes goes by the child's own places.
const AT_ONCE: i64 = 4;
/// Longer than a picture's fetching and making can take.
const LEASE_MS: i64 = 5 * 60_000;
const MOST_ATTEMPTS: i64 = 5;
/// Rows looked at or written by one transaction.
const CHUNK: usize = 200;

/// Minutes until the next try, after the first, second … failure.
const DELAYS: [i64; 4] = [1, 10, 60, 360];

/// Takes up new addresses and fetches what is due.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<()> {
    take_up(state).await?;
    while !stopped() {
        let now = state.clock.now_ms();
        if !queue::any_due(&mut *state.db.read().await?, now).await? {
            break;
        }
        let mut tx = state.db.write_tx().await?;
        let claimed = queue::claim(&mut tx, state.db.skip_locked(), now, now + LEASE_MS, AT_ONCE).await?;
        tx.commit().await?;
        if claimed.is_empty() {
            break;
        }
        let mut under_way = JoinSet::new();
        for one in claimed {
            let state = state.clone();
            under_way.spawn(async move { fetch(&state, &one).await });
        }
        while let Some(done) = under_way.join_next().await {
            done.context("fetching a picture stopped")??;
        }
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
                super::choose(&mut tx, state, &product, number, 0, Action::PictureChoose, origin).await.map_err(internal)?;
            }
        }
        tx.commit().await?;
    }
    let mut tx = state.db.write_tx().await?;
    queue::set_looked_at(&mut tx, seen).await?;
    tx.commit().await?;
    Ok(())
}

fn internal(error: AppError) -> anyhow::Error {
    match error {
        AppError::Internal(error) => error,
        other => anyhow::anyhow!("{other:?}"),
    }
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

//! The work that no request waits for: jobs and mail, run by every server on the same database; leases keep them apart.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{AppState, jobs, outbox, pictures, segments};

/// How often a server looks for work. An order's mail waits at most this long, and an idle look costs one read.
const EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database itself.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// Runs background work until `stop` turns true; what is under way is finished first.
pub fn spawn(state: AppState, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    let mailing = {
        let (state, stop) = (state.clone(), stop.clone());
        async move {
            let mut until = stop.clone();
            loop {
                let result = outbox::run_due(&state, || *stop.borrow()).await.map(drop);
                if rest("mail", result, &mut until).await {
                    break;
                }
            }
        }
    };
    let judging = {
        let (state, stop) = (state.clone(), stop.clone());
        async move {
            let mut until = stop.clone();
            loop {
                let result = segments::live::run_due(&state, || *stop.borrow()).await;
                if rest("segments", result, &mut until).await {
                    break;
                }
            }
        }
    };
    let fetching = {
        let (state, stop) = (state.clone(), stop.clone());
        async move {
            let mut until = stop.clone();
            loop {
                let result = pictures::fetch::run_due(&state, || *stop.borrow()).await;
                if rest("pictures", result, &mut until).await {
                    break;
                }
            }
        }
    };
    // No document waits until lists are packed.
    let working = work(state.clone(), jobs::Lane::Usual, stop.clone());
    let packing = work(state, jobs::Lane::Packing, stop);
    tokio::spawn(async {
        // A mail server that hangs holds no PDF up, nor does a server of pictures.
        tokio::join!(mailing, judging, fetching, working, packing);
    })
}

async fn work(state: AppState, lane: jobs::Lane, stop: watch::Receiver<bool>) {
    let mut until = stop.clone();
    loop {
        let result = jobs::run_lane(&state, lane, || *stop.borrow()).await.map(drop);
        if rest("jobs", result, &mut until).await {
            break;
        }
    }
}

/// Waits for the next look; true when it is time to stop.
async fn rest(what: &'static str, result: anyhow::Result<()>, stop: &mut watch::Receiver<bool>) -> bool {
    let pause = match result {
        Ok(()) => EVERY,
        Err(error) => {
            tracing::error!(what, error = format!("{error:#}"), "background work stands still");
            AFTER_TROUBLE
        }
    };
    // A sender that is gone means the server is, too.
    tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_ok()
}

/// Runs everything that is due now, once; for tests and for commands that end. Pictures are fetched by servers only.
pub async fn run_due(state: &AppState) -> anyhow::Result<()> {
    jobs::run_due(state, || false).await?;
    outbox::run_due(state, || false).await?;
    segments::live::run_due(state, || false).await?;
    Ok(())
}

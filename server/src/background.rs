//! The work that no request waits for: jobs and mail, run by every server on the same database; leases keep them apart.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{AppState, intake, jobs, outbox, pictures, segments};

/// How often a server looks for work. An order's mail waits at most this long, and an idle look costs one read.
const EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database itself.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// Runs background work until `stop` turns true; what is under way is finished first.
pub fn spawn(state: AppState, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stopped = || *stop.borrow();
        // A mail server that hangs holds no PDF up, nor does a server of pictures; and no document waits until lists are packed.
        tokio::join!(
            keep_at("mail", &stop, || async { outbox::run_due(&state, stopped).await.map(drop) }),
            keep_at("incoming", &stop, || async { intake::folder::run_due(&state, stopped).await.map(drop) }),
            keep_at("incoming bodies", &stop, || intake::store::gone::run_due(&state, stopped)),
            intake::read_mailbox(&state, stop.clone()),
            keep_at("segments", &stop, || segments::live::run_due(&state, stopped)),
            keep_at("pictures", &stop, || async {
                pictures::fetch::run_due(&state, stopped).await?;
                pictures::gone::run_due(&state, stopped).await
            }),
            keep_at("jobs", &stop, || async { jobs::run_lane(&state, jobs::Lane::Usual, stopped).await.map(drop) }),
            keep_at("jobs", &stop, || async { jobs::run_lane(&state, jobs::Lane::Packing, stopped).await.map(drop) }),
        );
    })
}

/// Looks for one kind of work again and again, until it is time to stop.
async fn keep_at<F: Future<Output = anyhow::Result<()>>>(what: &'static str, stop: &watch::Receiver<bool>, look: impl Fn() -> F) {
    let mut until = stop.clone();
    while !rest(what, look().await, &mut until).await {}
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

//! Stories played in a real Chromium against the real program, on the demo firm's data: with both databases, but for what is
//! the page's matter alone.

/// A story of what the page does by itself, told on SQLite alone: the routes it calls are told on both databases by stories
/// without a browser, which is slow.
macro_rules! of_the_page {
    ($name:ident, |$app:ident| $story:expr) => {
        #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let $app = kontor_tests::TestApp::start(kontor_tests::Engine::Sqlite).await;
            $story.await;
            $app.finish().await;
        }
    };
    ($name:ident, $story:path) => {
        #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            $story(kontor_tests::Engine::Sqlite).await;
        }
    };
}

mod axe;
mod devices;
mod editions;
mod entry;
mod exports;
mod first_rows;
mod from_file;
mod house;
mod in_browser;
mod offline;
mod pictures;
mod queue;
mod queue_shared;
mod readers;
mod widths;

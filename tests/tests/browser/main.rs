//! Stories played in a real Chromium against the real program, on the demo firm's data, with both databases.

mod editions;
mod in_browser;
mod offline;
mod pictures;
mod queue;

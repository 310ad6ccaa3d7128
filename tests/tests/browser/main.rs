//! Stories played in a real Chromium against the real program, on the demo firm's data, with both databases.

mod devices;
mod editions;
mod in_browser;
mod offline;
mod queue;

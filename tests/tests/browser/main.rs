//! Stories played in a real Chromium against the real program, on the demo firm's data, with both databases.

mod in_browser;
mod queue;

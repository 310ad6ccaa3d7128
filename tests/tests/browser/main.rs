//! Stories played in a real Chromium against the real program, on the demo firm's data, with both databases.

mod axe;
mod devices;
mod editions;
mod entry;
mod exports;
mod first_rows;
mod house;
mod in_browser;
mod offline;
mod pictures;
mod queue;
mod queue_shared;
mod readers;

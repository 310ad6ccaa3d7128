//! Mailings: whom they are meant for, in which words, and what each reader gets.
//!
//! [`audience`] finds the recipients, also those who are skipped, and why; [`render`] writes one reader's copy from a
//! template ([`templates`]) whose places are filled by a small engine ([`engine`]) and whose HTML is cleaned ([`html`]).
//! [`freeze`] writes a message for each, [`moves`] moves a mailing on; sending them is the outbox's.

use crate::AppState;

pub mod audience;
pub mod blocks;
pub mod check;
pub mod desk;
pub mod engine;
pub mod freeze;
pub mod html;
pub mod lifecycle;
pub mod message;
pub mod moves;
pub mod nesting;
pub mod preview;
pub mod render;
pub mod results;
pub mod starting;
pub mod store;
pub mod templates;
pub mod test_send;
mod thaw;
pub mod values;
pub mod waiting;
pub mod warnings;

/// The links of a copy nobody gets: previews and tests. They lead to the pages, for no reader.
pub fn sample_links(state: &AppState) -> (String, String) {
    let url = state.config.public_url.as_deref().unwrap_or("https://price-list.example").trim_end_matches('/');
    (format!("{url}/u/sample"), format!("{url}/preferences/sample"))
}

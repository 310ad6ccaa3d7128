//! Kontor's domain: types and decisions, pure.
//!
//! Nothing here opens a file, asks the clock or draws a random number: the caller hands in data, the
//! as-of date and ids. The same code runs in the browser and on the server, so a price, a total, a
//! segment or a legal order transition is decided in one place only.
#![forbid(unsafe_code)]

#[macro_use]
mod stable;

pub mod api;
pub mod audit;
pub mod catalog;
pub mod consents;
pub mod customers;
pub mod documents;
pub mod drafts;
#[cfg(feature = "sheet")]
pub mod form;
pub mod ids;
pub mod import;
pub mod inert;
pub mod mailings;
pub mod money;
pub mod numbers;
pub mod orders;
pub mod passwords;
pub mod pictures;
pub mod presets;
pub mod segments;
pub mod sending;
pub mod series;
pub mod settings;
#[cfg(feature = "sheet")]
pub mod sheet;
pub mod vat;
pub mod words;

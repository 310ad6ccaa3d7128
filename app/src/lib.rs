//! The app in the browser: what buyer and staff pages share, and the pages of each.
//!
//! Three entry points use it (`bin/list.rs`, `bin/buyer.rs`, `bin/staff.rs`); what one of them never names is not in its module.

pub mod about;
pub mod account;
pub mod admin;
pub mod api;
pub mod browser;
pub mod buyer;
pub mod catalogue;
pub mod draft;
pub mod edition;
pub mod export;
pub mod forms;
pub mod handed;
pub mod house;
pub mod keys;
pub mod lang;
pub mod list;
pub mod network;
pub mod news;
pub mod orders;
pub mod people;
pub mod persistence;
pub mod preferences;
pub mod price_list;
pub mod profile;
pub mod queue;
pub mod session;
pub mod shell;
pub mod theme;
pub mod times;
pub mod ui;
pub mod visit;
pub mod workers;

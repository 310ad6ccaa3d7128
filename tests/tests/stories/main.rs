//! Stories told to the real router, each on both databases. One module per feature.

mod child;
mod customers;
mod history;
mod house;
mod imports;
mod jobs;
mod kill;
mod orders;
mod outbox;
mod pdf;
mod price_list;
mod segments;
mod sheet;

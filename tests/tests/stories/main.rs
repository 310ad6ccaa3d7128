//! Stories told to the real router, each on both databases. One module per feature.

mod child;
mod house;
mod imports;
mod jobs;
mod kill;
mod orders;
mod outbox;
mod pdf;
mod price_list;
mod sheet;

//! Stories told to the real router, each on both databases. One module per feature.

mod access;
mod child;
mod customers;
mod discount;
mod erase;
mod history;
mod house;
mod http;
mod imports;
mod jobs;
mod kill;
mod orders;
mod outbox;
mod pdf;
mod people;
mod price_list;
mod profile;
mod segments;
mod serving;
mod sheet;
mod sign_in;

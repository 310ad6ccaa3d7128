//! Stories told to the real router, each on both databases. One module per feature.

mod access;
mod accounts;
mod child;
mod customers;
mod history;
mod house;
mod http;
mod imports;
mod jobs;
mod kill;
mod orders;
mod outbox;
mod pdf;
mod price_list;
mod segments;
mod serving;
mod sheet;
mod sign_in;
mod sign_up;

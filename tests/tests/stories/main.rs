//! Stories told to the real router, each on both databases. One module per feature.

mod access;
mod attachments;
mod audiences;
mod child;
mod customers;
mod firm;
mod history;
mod house;
mod http;
mod imports;
mod jobs;
mod kill;
mod kill_mailing;
mod mailings;
mod orders;
mod outbox;
mod pdf;
mod price_list;
mod segments;
mod sending;
mod serving;
mod set_up;
mod sheet;
mod sign_in;
mod templates;
mod unsubscribe;

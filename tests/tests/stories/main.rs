//! Stories told to the real router, each on both databases. One module per feature.

mod access;
mod backup;
mod child;
mod customers;
mod fsck;
mod history;
mod house;
mod http;
mod imports;
mod jobs;
mod kill;
mod migrations;
mod orders;
mod outbox;
mod pdf;
mod powerloss;
mod price_list;
mod restore_drill;
mod segments;
mod serving;
mod sheet;
mod sign_in;
mod two_servers;
mod watching;

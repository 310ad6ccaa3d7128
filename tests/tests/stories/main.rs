//! Stories told to the real router, each on both databases. One module per feature.

mod house;
mod imports;
mod kill;
mod orders;
mod price_list;

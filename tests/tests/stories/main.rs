//! Stories told to the real router, each on both databases. One module per feature.

mod house;
mod kill;
mod orders;

//! Published price list versions: which one is in force, and what a reader sees of it.

pub mod store;

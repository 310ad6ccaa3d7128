//! Words of the buyer's pages.

crate::words! {}

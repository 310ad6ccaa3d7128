//! Words of the staff's pages under /admin; nothing here may reach the buyer's module.

crate::words! {}

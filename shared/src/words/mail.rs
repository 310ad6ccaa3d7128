//! Words of the mails the server writes.

crate::words! {}

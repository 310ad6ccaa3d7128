//! Words for errors: what happened, what is safe, what to do. Keyed by the stable `code` of a problem document.

crate::words! {}

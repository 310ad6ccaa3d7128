//! Words of printed documents: proforma invoice.

crate::words! {}

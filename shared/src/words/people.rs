//! Customers' master data, contacts, addresses, profiles and consents.

use crate::words;

words! {}

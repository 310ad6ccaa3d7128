//! Bodies of customers' master data, contacts, addresses and consents.

//! Accounts: signing up, invitations, passwords, second factors, sessions, and who may do what.

pub mod passwords;

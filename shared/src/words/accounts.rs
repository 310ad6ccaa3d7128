//! Signing up, invitations, passwords, second factors and sessions.

use crate::words;

words! {}

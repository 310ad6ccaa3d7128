//! Bodies of accounts: signing up, invitations, passwords, second factors, sessions.

//! Accounts: signing up, invitations, passwords, second factors, sessions, and who may do what. How a session is proven is
//! in [`crate::auth`].

use crate::error::{AppError, Result};
use crate::extract::bounded_text;

pub mod applications;
pub mod by_link;
pub mod mail;
pub mod own;
pub mod own_address;
pub mod passwords;
pub mod people;
pub mod requests;
pub mod second_factor;
pub mod sign_up;
pub mod store;
pub mod totp;

/// An address as it is stored and looked for: one that mail can be sent to, in lower case.
pub fn email(field: &str, text: &str) -> Result<String> {
    bounded_text(field, text, 200, false)?;
    let email = crate::auth::normal(text);
    match crate::mail::recipient(&email) {
        Ok(_) => Ok(email),
        Err(_) => Err(AppError::invalid_field("invalid_email", field, "not an e-mail address")),
    }
}

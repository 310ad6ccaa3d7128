//! What one reader gets.

use kontor_shared::ids::{ContactId, CustomerId};

/// Whose copy is written, and the links that are only this reader's.
#[derive(Clone, Debug)]
pub struct Reader {
    pub customer: CustomerId,
    pub contact: Option<ContactId>,
    /// Absolute addresses, made and signed by who sends.
    pub unsubscribe_url: String,
    pub preferences_url: String,
}

/// A reader's copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

//! Who is in an audience.

use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::mailings::SkipReason;
use kontor_shared::words::Lang;

/// Somebody in the audience: a contact of a customer who fulfils the conditions, or a customer without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub customer: CustomerId,
    pub code: String,
    pub customer_name: String,
    pub contact: Option<ContactId>,
    pub name: String,
    /// In lower case; empty where there is none.
    pub address: String,
    /// The contact's language, else the customer's.
    pub lang: Lang,
    pub price_type: String,
    /// Basis points.
    pub discount: i64,
    /// Why nothing is sent; such recipients are written down like the others.
    pub skip: Option<SkipReason>,
}

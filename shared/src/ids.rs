//! Ids: UUIDv7 newtypes. Whoever creates a thing makes its id; clock and randomness are handed in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUIDv7 of `unix_ms` and ten random bytes (RFC 9562 §5.7).
pub fn uuid_v7(unix_ms: u64, random: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_ms, random).into_uuid()
}

/// The id of an issued order form, which people read out and type in: `7K2Q9-M3T4V`, without I, L, O and U.
pub fn form_id(random: [u8; 10]) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let text: String = random.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect();
    format!("{}-{}", &text[..5], &text[5..])
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new(unix_ms: u64, random: &[u8; 10]) -> Self { Self(uuid_v7(unix_ms, random)) }
            /// When it was made, in Unix milliseconds: the first 48 bits say so.
            pub const fn made_at(self) -> u64 { (self.0.as_u128() >> 80) as u64 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> { Uuid::try_parse(text).map(Self) }
        }
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }
    )*};
}

id!(
    /// An order. Made by the client, before the first save.
    OrderId,
    /// A product; people and files use its code.
    ProductId,
    /// A customer; people and files use its code.
    CustomerId,
    /// A person at a customer.
    ContactId,
    /// Someone who can log in.
    UserId,
    /// A posted document (proforma, later invoice and credit note).
    DocumentId,
    /// One run of an import.
    ImportId,
    /// One recipient's copy of something sent.
    MessageId,
    /// Something written to many.
    MailingId,
    /// A change a customer asked for.
    RequestId,
    /// The words of a mailing, in versions.
    TemplateId,
);

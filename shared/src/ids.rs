//! Ids: UUIDv7 newtypes. Whoever creates a thing makes its id; clock and randomness are handed in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalog::search::latin_twin;

/// A UUIDv7 of `unix_ms` and ten random bytes (RFC 9562 §5.7).
pub fn uuid_v7(unix_ms: u64, random: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_ms, random).into_uuid()
}

/// What ids of forms are written in: digits and letters without I, L, O and U (Crockford's base 32).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of a form's id; the last is the check.
const FORM_SIGNS: usize = 10;

/// The id of an issued order form, which people read out and type in: `7K2Q9-M3T4V`. Nine signs are random; the tenth
/// tells a sign that was misread, and two that changed places. (Of the tenth byte nothing is used.)
pub fn form_id(random: [u8; FORM_SIGNS]) -> String {
    let mut values = random.map(|byte| byte % 32);
    values[FORM_SIGNS - 1] = by_alpha(remainder(&values[..FORM_SIGNS - 1]));
    written(&values)
}

fn written(values: &[u8]) -> String {
    let text: String = values.iter().map(|value| char::from(SIGNS[usize::from(*value)])).collect();
    format!("{}-{}", &text[..5], &text[5..])
}

/// Twice a sign in the field of 32 (x^5 + x^2 + 1). Sums modulo 32 would miss pairs of signs that lie 16 apart, modulo
/// 31 they would take Z for 0; in the field every weight is different from every other and none is zero.
const fn by_alpha(value: u8) -> u8 {
    let twice = value << 1;
    if twice >= 32 { twice ^ 0b10_0101 } else { twice }
}

fn remainder(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, value| by_alpha(sum) ^ value)
}

/// A form's id as it is issued, of what somebody typed, read out or scanned: small letters, spaces, any or no hyphen, O for
/// 0, I and L for 1, Cyrillic letters that look the same. Nothing where it cannot be one. Whether its check is right says
/// [`form_id_is_right`]; forms issued before there was a check have none.
pub fn normal_form_id(text: &str) -> Option<String> {
    let mut values = Vec::with_capacity(FORM_SIGNS);
    for char in text.trim().chars().flat_map(char::to_lowercase).map(latin_twin) {
        let sign = match char {
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' => continue,
            _ if char.is_whitespace() => continue,
            'o' => '0',
            'i' | 'l' => '1',
            'з' => '3',
            other => other.to_ascii_uppercase(),
        };
        let value = SIGNS.iter().position(|known| char::from(*known) == sign)?;
        if values.len() == FORM_SIGNS {
            return None;
        }
        values.push(value as u8);
    }
    (values.len() == FORM_SIGNS).then(|| written(&values))
}

/// Whether a text is a form's id with the right check sign.
pub fn form_id_is_right(text: &str) -> bool {
    normal_form_id(text).is_some_and(|id| {
        let values: Vec<u8> = id.bytes().filter_map(|byte| SIGNS.iter().position(|sign| *sign == byte)).map(|value| value as u8).collect();
        remainder(&values) == 0
    })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_make_of_a_forms_id_is_still_the_id() {
        let id = form_id([7, 51, 2, 56, 9, 20, 3, 26, 4, 0]);
        assert_eq!((id.len(), &id[5..6]), (11, "-"));
        assert!(form_id_is_right(&id), "{id}");
        for typed in [id.to_lowercase(), id.replace('-', ""), id.replace('-', " – "), format!("  {id}\n"), id.replace('0', "O").replace('1', "l")] {
            assert_eq!(normal_form_id(&typed).as_deref(), Some(&*id), "{typed}");
        }
        // Cyrillic letters that look the same, large and small.
        assert_eq!(normal_form_id("авсен-кмртх").as_deref(), Some("ABCEH-KMPTX"));
        assert_eq!(normal_form_id("ОІЗУ0 11111").as_deref(), Some("013Y0-11111"));
        for wrong in ["", "7K2Q9-M3T4", "7K2Q9-M3T4VV", "7K2Q9-M3T4U", "7K2Q9/M3T4V", "Бланк 7K2Q9"] {
            assert_eq!(normal_form_id(wrong), None, "{wrong}");
            assert!(!form_id_is_right(wrong));
        }
    }

    proptest! {
        #[test]
        fn a_wrong_sign_and_two_that_changed_places_are_found(random in prop::array::uniform10(any::<u8>())) {
            let id = form_id(random);
            prop_assert!(form_id_is_right(&id));
            let signs: Vec<u8> = id.bytes().filter(|byte| *byte != b'-').collect();
            let right = |signs: &[u8]| form_id_is_right(std::str::from_utf8(signs).unwrap());
            for at in 0..signs.len() {
                for other in SIGNS {
                    let mut wrong = signs.clone();
                    wrong[at] = *other;
                    prop_assert_eq!(right(&wrong), *other == signs[at], "{} at {}", other, at);
                }
                for with in at + 1..signs.len() {
                    let mut wrong = signs.clone();
                    wrong.swap(at, with);
                    prop_assert_eq!(right(&wrong), signs[at] == signs[with], "{} and {}", at, with);
                }
            }
        }
    }
}

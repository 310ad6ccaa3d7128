//! Customers and the people there: the words their rows are written in, and what can be stored of them.
//!
//! Whether a person may be written to is decided where a message is sent; here is only what a consent is.

use serde::{Deserialize, Serialize};

use crate::catalog::discount;
use crate::money::Percent;

mod mask;

pub use mask::{ERASED, mask};

/// The purpose of a consent to mailings. A mailing's topic is a purpose of its own, `topic:<word>`.
pub const MARKETING: &str = "marketing";

words_of! {
    /// How the firm stands to a customer.
    CustomerState {
        /// Signed up by a visitor; staff have not decided.
        Applied = "applied",
        Active = "active",
        /// Orders nothing and is sent no mailing.
        Blocked = "blocked",
    }
    /// How someone wants to be written to.
    Channel {
        Email = "email",
        Fax = "fax",
        Post = "post",
    }
    ConsentState {
        Granted = "granted",
        Withdrawn = "withdrawn",
    }
    /// What became of a change a customer asked for.
    RequestState {
        Open = "open",
        Done = "done",
        Declined = "declined",
    }
    /// What a contact is sent.
    ContactRole {
        Orders = "orders",
        /// Proformas, invoices, reminders.
        Accounts = "accounts",
        /// Mailings, where the contact agreed to them.
        Mail = "mail",
    }
}

/// Whether a customer can have this discount.
pub fn discount_is_possible(percent: Percent) -> bool {
    (0..=discount::MOST.raw()).contains(&percent.raw())
}

/// Catches slips, not every wrong address: one @, something on both sides, a dot after it, no white space.
pub fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let clean = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;:\"()[]\\".contains(c));
    clean(local) && clean(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

/// Whether a text can be a telephone or fax number: digits, the signs people group them by, an extension.
pub fn looks_like_phone(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_alphanumeric() || " +-()./,;#*".contains(c))
}

/// What is known of a contact to find out whether it is the person who is signed in.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub email: &'a str,
    /// The id of its log-in, where there is one.
    pub user: Option<&'a str>,
    pub erased: bool,
}

/// Which of a customer's contacts is the person signed in: the one the log-in was made for; else the one whose address is
/// the log-in; else the only person there, unless that is somebody with a log-in of their own.
pub fn own_contact(contacts: &[Known<'_>], user: &str, login: &str) -> Option<usize> {
    let find = |is: &dyn Fn(&Known<'_>) -> bool| contacts.iter().position(|one| !one.erased && is(one));
    if let Some(own) = find(&|one| one.user == Some(user)) {
        return Some(own);
    }
    let free = |one: &Known<'_>| one.user.is_none();
    if let Some(own) = find(&|one| free(one) && !one.email.is_empty() && one.email.eq_ignore_ascii_case(login)) {
        return Some(own);
    }
    let mut there = contacts.iter().enumerate().filter(|(_, one)| !one.erased);
    match (there.next(), there.next()) {
        (Some((at, only)), None) if free(only) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_checked_for_slips() {
        for (text, expected) in [("a@b.c", true), ("a@b", false), ("a b@c.d", false), ("a@b@c.d", false), ("", false), ("a@b.", false)] {
            assert_eq!(looks_like_email(text), expected, "{text}");
        }
        for (text, expected) in [("+359 2 123-45-67", true), ("(495) 123.45, доб. 6", true), ("ring me", false), ("<1>", false), ("1\n2", false)] {
            assert_eq!(looks_like_phone(text), expected, "{text}");
        }
    }

    #[test]
    fn the_person_signed_in_is_found_among_the_contacts() {
        let at = |email, user| Known { email, user, erased: false };
        let check = |contacts: &[Known<'_>], expected| assert_eq!(own_contact(contacts, "u1", "ann@x.org"), expected, "{contacts:?}");
        check(&[at("b@x.org", None), at("a@x.org", Some("u1"))], Some(1));
        check(&[at("b@x.org", None), at("Ann@x.org", None)], Some(1));
        check(&[at("b@x.org", None)], Some(0));
        // Somebody else's.
        check(&[at("b@x.org", Some("u2"))], None);
        check(&[at("ann@x.org", Some("u2")), at("b@x.org", None)], None);
        check(&[at("", None), at("", None)], None);
        check(&[Known { email: "ann@x.org", user: Some("u1"), erased: true }], None);
        check(&[], None);
    }
}

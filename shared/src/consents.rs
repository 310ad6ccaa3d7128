//! Which word about consent counts. A consent is given for an address and does not follow the person to another one, where
//! somebody else may read; a "no" is the person's, whatever the address.

use crate::customers::Channel;

/// Whether a word counts for the address a contact has now. Of those that do, the newest of a purpose and channel holds.
/// What was agreed to when the contact had no address counts for none that comes: it may be a successor's.
pub fn counts(channel: Channel, granted: bool, given_for: &str, now: &str) -> bool {
    !granted || (!normal(channel, given_for).is_empty() && same_address(channel, given_for, now))
}

/// Whether two texts are one address, however they are spelled.
pub fn same_address(channel: Channel, one: &str, other: &str) -> bool {
    normal(channel, one) == normal(channel, other)
}

fn normal(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Email => address.trim().to_lowercase(),
        // People group the digits of a number as they like.
        Channel::Fax => address.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
        Channel::Post => address.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_stays_with_its_address_and_a_no_with_the_person() {
        let check = |channel, granted, given_for, now, expected| assert_eq!(counts(channel, granted, given_for, now), expected, "{given_for} → {now}");
        check(Channel::Email, true, "Ann@x.org", " ann@X.org", true);
        check(Channel::Email, true, "ann@x.org", "bob@x.org", false);
        check(Channel::Email, true, "ann@x.org", "", false);
        check(Channel::Email, true, "", "bob@x.org", false);
        check(Channel::Email, true, "", "", false);
        check(Channel::Email, false, "ann@x.org", "bob@x.org", true);
        check(Channel::Fax, true, "+44 7700 900-456", "(+44) 7700900456", true);
        check(Channel::Fax, true, "+44 7700 900456", "+44 7700 900457", false);
        check(Channel::Post, true, "1 High Street\nYork", "1 High street, York", true);
        check(Channel::Post, true, "1 High Street, York", "2 High Street, York", false);
    }
}

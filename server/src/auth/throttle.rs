//! Tries that are counted: log-ins per account and per address, codes per account, requests per address. Who goes on
//! waits longer each time and is never locked out for good (kanidm's soft lock, reliability.md §1). The counts are in the
//! database, under hashed keys, so every server on it counts together and no address is kept.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use sqlx::AnyConnection;

use super::{store, token_hash};
use crate::error::{AppError, Result};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Passwords tried for one account.
    Account,
    /// Passwords tried from one address.
    Address,
    /// Codes tried for one account: three a minute.
    Factor,
    /// Requests that write a mail, from one address …
    Asking,
    /// … and to one address.
    AskingFor,
}

const HOUR_MS: i64 = 3600 * 1000;

impl Rule {
    const fn label(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Address => "address",
            Self::Factor => "factor",
            Self::Asking => "asking",
            Self::AskingFor => "asking for",
        }
    }
    /// Tries without a wait.
    const fn free(self) -> i64 {
        match self {
            Self::Account => 5,
            Self::Address => 30,
            Self::Factor | Self::AskingFor => 3,
            Self::Asking => 10,
        }
    }
    /// Counts are forgotten after this long without another.
    const fn forget_ms(self) -> i64 {
        if matches!(self, Self::Factor) { 60_000 } else { HOUR_MS }
    }
    fn wait(self, failures: i64) -> Duration {
        match self {
            _ if failures < self.free() => Duration::ZERO,
            Self::Factor => Duration::from_secs(60),
            Self::Asking | Self::AskingFor => Duration::from_secs(60 << (failures - self.free()).min(4)),
            Self::Account | Self::Address => Duration::from_secs(1 << (failures - self.free()).min(8)),
        }
    }
    /// The hashed key of what is counted.
    pub fn key(self, of: &str) -> String {
        token_hash(&format!("{} {of}", self.label()))
    }
}

/// What counts as one address: of IPv6 the first half, for a household has the whole other half to choose from.
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => match long.to_ipv4_mapped() {
            Some(short) => IpAddr::V4(short),
            None => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

/// Counts a try, before its outcome is known: a thousand at once are a thousand. Refuses it while it has to wait.
pub async fn count(connection: &mut AnyConnection, rule: Rule, of: &str, now: i64) -> Result<()> {
    let key = rule.key(of);
    let (failures, last_at) = match store::lock_failures(connection, &key).await? {
        (_, last_at) if now - last_at >= rule.forget_ms() => (0, 0),
        counted => counted,
    };
    let ready_at = last_at + rule.wait(failures).as_millis() as i64;
    if now < ready_at {
        return Err(AppError::TooMany { retry_after: ((ready_at - now + 999) / 1000) as u64 });
    }
    store::set_failures(connection, &key, failures + 1, now).await?;
    Ok(())
}

/// Counts that hold no more, of any rule.
pub async fn clean(connection: &mut AnyConnection, now: i64) -> sqlx::Result<()> {
    store::delete_forgotten_failures(connection, now - HOUR_MS).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_address() {
        let same = |one: &str, other: &str| household(one.parse().unwrap()) == household(other.parse().unwrap());
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9") && !same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.7", "192.0.2.7") && !same("192.0.2.7", "192.0.2.8"));
    }

    #[test]
    fn waiting_grows_and_stays_bounded() {
        for (rule, failures, seconds) in [
            (Rule::Account, 4, 0),
            (Rule::Account, 5, 1),
            (Rule::Account, 8, 8),
            (Rule::Account, 1_000_000, 256),
            (Rule::Factor, 2, 0),
            (Rule::Factor, 3, 60),
            (Rule::Asking, 9, 0),
            (Rule::Asking, 10, 60),
            (Rule::AskingFor, 1_000_000, 960),
        ] {
            assert_eq!(rule.wait(failures), Duration::from_secs(seconds), "{rule:?} {failures}");
        }
    }
}

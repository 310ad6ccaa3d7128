//! What the firm sets of its mail: how fast it goes, who signs it, how large it may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many messages go out. Nothing set is no limit: the mail server's own answers then set the pace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailLimits {
    /// Messages an hour through the firm's mail server. What tells of orders counts, and is never held back.
    pub per_hour: Option<u32>,
    /// Messages an hour to one recipient's domain, where `overrides` names no other number.
    pub per_domain_per_hour: Option<u32>,
    /// By domain in lower case.
    pub overrides: BTreeMap<String, u32>,
}

impl MailLimits {
    /// The limit of a recipient's domain.
    pub fn of_domain(&self, domain: &str) -> Option<u32> {
        self.overrides.get(domain).copied().or(self.per_domain_per_hour)
    }

    /// What is wrong with them, if anything.
    pub fn check(&self) -> anyhow::Result<()> {
        let all = self.per_hour.iter().chain(&self.per_domain_per_hour).chain(self.overrides.values());
        anyhow::ensure!(all.into_iter().all(|limit| (1..=10_000_000).contains(limit)), "mail_limits: from 1 to 10 000 000 messages an hour");
        anyhow::ensure!(self.overrides.len() <= 1_000, "mail_limits: at most 1 000 domains");
        let lower = |domain: &String| !domain.is_empty() && domain.len() <= 253 && *domain == domain.to_lowercase();
        anyhow::ensure!(self.overrides.keys().all(lower), "mail_limits: domains stand in lower case");
        Ok(())
    }
}

/// The key the firm's mails are signed with. The private half is sealed ([`crate::secrets::Purpose::Mail`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    /// PKCS#8, sealed for `dkim <domain>`, in base64.
    pub sealed_key: String,
}

/// Largest message as it goes over the wire, where the firm sets no other (reference: many mail servers stop at 10 MB).
pub const USUAL_SIZE_LIMIT: u64 = 10 * 1024 * 1024;

//! What a firm sets: the choices of its settings that more than one part knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::words::Lang;

words_of! {
    /// A part of the settings that is saved, and taken back, by itself.
    SettingsSection {
        Firm = "firm",
        Money = "money",
        Numbers = "numbers",
        Mail = "mail",
        Segments = "segments",
        Prices = "prices",
        SignUp = "sign_up",
        Logo = "logo",
    }
}

/// How a connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// Plain at first, encrypted before anything is said that matters; refused where the server cannot.
    #[default]
    StartTls,
    /// From the first byte.
    Tls,
    /// Not at all. A password is taken to this machine only.
    None,
}

impl Encryption {
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];
    pub const fn word(self) -> &'static str {
        match self {
            Self::StartTls => "start_tls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// How much mail of mailings may go in an hour; absent: no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MailLimits {
    /// Over the firm's mail server as a whole.
    pub per_hour: Option<u32>,
    /// To one domain, where `overrides` names no other number.
    pub per_domain_per_hour: Option<u32>,
    /// By domain in lower case.
    pub overrides: BTreeMap<String, u32>,
}

impl MailLimits {
    /// No limit at all: the mail server's own answers set the pace.
    pub fn none() -> Self {
        Self { per_hour: None, per_domain_per_hour: None, overrides: BTreeMap::new() }
    }

    /// The limit of a recipient's domain.
    pub fn of_domain(&self, domain: &str) -> Option<u32> {
        self.overrides.get(domain).copied().or(self.per_domain_per_hour)
    }

    /// Whether they are limits at all: nothing an hour would be a pause that nobody sees.
    pub fn fits(&self) -> bool {
        let mut all = self.per_hour.iter().chain(&self.per_domain_per_hour).chain(self.overrides.values());
        let lower = |domain: &String| !domain.is_empty() && domain.len() <= 253 && *domain == domain.to_lowercase();
        all.all(|limit| (1..=10_000_000).contains(limit)) && self.overrides.len() <= 1_000 && self.overrides.keys().all(lower)
    }
}

impl Default for MailLimits {
    fn default() -> Self {
        // What a small firm's provider takes without asking; large mail houses slow down who sends more at once.
        Self { per_hour: Some(3_000), per_domain_per_hour: Some(600), overrides: BTreeMap::new() }
    }
}

/// What becomes of a mailing's messages of which nobody knows whether they arrived, unless the mailing says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UncertainPolicy {
    /// A person decides.
    #[default]
    Hold,
    /// Sent again under the same Message-ID; a few people may get it twice.
    Resend,
}

impl UncertainPolicy {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Resend => "resend",
        }
    }
}

/// The firm's own privacy text, in each language it wrote one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Privacy {
    /// Names the wording people agreed to; changes with the texts. Empty: the firm wrote none.
    pub version: String,
    pub en: String,
    pub ru: String,
    pub bg: String,
}

impl Privacy {
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ru => &self.ru,
            Lang::Bg => &self.bg,
        }
    }
}

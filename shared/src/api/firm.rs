//! Bodies of set-up and settings.

use serde::{Deserialize, Serialize};

use super::PriceTypeInfo;
use crate::documents::NumberFormat;
use crate::money::{Currency, VatMethod, VatMode};
use crate::segments::{Mode, Period};
use crate::series::Series;
use crate::settings::{Encryption, SettingsSection, UncertainPolicy};
use crate::vat::VatRate;
use crate::words::Lang;

request! {
    /// Who the firm is: what documents, mails and pages say of it.
    pub struct FirmSection {
        pub name: String,
        pub address: Vec<String>,
        /// Label and number.
        pub tax_ids: Vec<(String, String)>,
        /// Label and value, in the order documents show them.
        pub bank: Vec<(String, String)>,
        pub email: String,
        pub phone: String,
        /// IANA name.
        pub zone: String,
        pub lang: Lang,
        pub langs: Vec<Lang>,
    }

    pub struct MoneySection {
        pub currency: Currency,
        pub vat_mode: VatMode,
        pub vat_method: VatMethod,
        pub vat_rates: Vec<VatRate>,
        /// Code of the rate goods get whose file names none.
        pub default_vat: String,
    }

    pub struct NumbersSection {
        pub proforma: NumberFormat,
        pub order: NumberFormat,
        /// Begin with this number; only while the series has given none. Absent: as it stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub proforma_next: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order_next: Option<i64>,
    }

    pub struct MailSection {
        /// Empty: no mail server; mails are written as files into the spool.
        pub host: String,
        /// 0: the usual one of the encryption.
        pub port: u16,
        pub encryption: Encryption,
        pub user: String,
        /// Never given back. Absent: the one that is kept; empty: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
        /// Empty: the firm's own address.
        pub mail_from: String,
        pub reply_to: String,
        /// Mails of mailings; absent: no limit.
        pub per_hour: Option<u32>,
        pub per_domain_per_hour: Option<u32>,
        pub uncertain_policy: UncertainPolicy,
    }

    pub struct SegmentsSection {
        pub period: Period,
        pub mode: Mode,
        /// Absent: what is usual for the period.
        pub regular_from: Option<u32>,
        /// Absent: the period itself.
        pub lapse: Option<Period>,
        /// Why the rule changes; it stays beside it. Never given back.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub reason: String,
    }

    pub struct PricesSection {
        /// The price type visitors see; absent: visitors see no prices.
        pub public_price_type: Option<String>,
        /// Of a customer whose import names none.
        pub customer_price_type: String,
        pub terms: String,
        pub pay_days: u16,
        pub new_days: u16,
        /// The least amount of an order, as its list shows prices, in the firm's currency; empty: any order is taken.
        #[serde(default)]
        pub minimum_order: String,
    }

    pub struct SignUpSection {
        pub open: bool,
        /// What people agree to; a language left empty has the program's own text.
        pub privacy_en: String,
        pub privacy_ru: String,
        pub privacy_bg: String,
    }

    /// `PUT /api/settings`: the sections to change, whole; the others stay.
    pub struct SaveSettings {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub firm: Option<FirmSection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub money: Option<MoneySection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub numbers: Option<NumbersSection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mail: Option<MailSection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub segments: Option<SegmentsSection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prices: Option<PricesSection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sign_up: Option<SignUpSection>,
    }

    /// `POST /api/set-up/link`: whether a one-time link still works. Asking changes nothing.
    pub struct SetUpLink { pub token: String }

    /// `POST /api/set-up`: the first administrator and the firm, at once.
    pub struct SetUp {
        pub token: String,
        /// An e-mail address.
        pub login: String,
        pub password: String,
        pub settings: SaveSettings,
    }

    /// `POST /api/settings/test-mail`
    pub struct TestMail { pub to: String }
}

impl SaveSettings {
    /// Nothing to change.
    pub const fn none() -> Self {
        Self { firm: None, money: None, numbers: None, mail: None, segments: None, prices: None, sign_up: None }
    }
}

body! {
    /// `GET /api/settings`
    pub struct Settings {
        /// Grows with each change; give it in `If-Match`.
        pub revision: i64,
        pub firm: FirmSection,
        pub money: MoneySection,
        pub numbers: NumbersSection,
        pub mail: MailSection,
        pub segments: SegmentsSection,
        pub prices: PricesSection,
        pub sign_up: SignUpSection,
        pub logo: Option<FirmLogo>,
        /// Today in the firm's zone.
        pub today: String,
        /// What each series gives next, for each way of restarting.
        pub counters: Vec<Counter>,
        /// A password is kept for the mail server.
        pub password_set: bool,
        /// The mail server of the environment, which wins over the one set here: `host:port`.
        pub mail_environment: Option<String>,
        pub price_types: Vec<PriceTypeInfo>,
        /// Whether the newest change can be undone.
        pub undo: bool,
        /// The sections it touched.
        pub changed: Vec<SettingsSection>,
    }

    /// The firm's logo, ready to place.
    pub struct FirmLogo { pub url: String, pub width: u32, pub height: u32 }

    pub struct Counter {
        pub series: Series,
        /// The year, the month, or nothing.
        pub span: String,
        pub next: i64,
        /// It has given numbers, so it cannot be told to begin elsewhere.
        pub begun: bool,
    }

    /// Whether a set-up link works.
    pub struct SetUpReady { pub expires_at: String }

    /// What became of a test message, step by step as the mail server answered.
    pub struct TestMailReport {
        /// `host:port`, or the spool.
        pub server: String,
        pub from: String,
        pub sent: bool,
        pub steps: Vec<MailStep>,
    }

    pub struct MailStep {
        /// `connect`, `encrypt`, `sign_in`, `sender`, `recipient`, `content`, `spool`
        pub step: String,
        pub ok: bool,
        /// What the server said, or why there is no answer.
        pub said: String,
        pub ms: u64,
    }
}

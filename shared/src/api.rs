//! What browser and server say to each other: paths, bodies, and the error document.
//!
//! Quantities, prices and amounts are decimal strings, dates `YYYY-MM-DD`, instants RFC 3339 UTC (CONTRACT.md).

use serde::{Deserialize, Serialize};

use crate::customers::{Channel, CustomerState};
use crate::ids::{CustomerId, DocumentId, ImportId, MessageId, OrderId, UserId};
use crate::money::{Currency, Percent, Price, Quantity, VatMethod, VatMode};
use crate::orders::{LineReason, OrderState, Verdict};
use crate::segments::{Mode, Period, Segment};
use crate::words::Lang;
use crate::words::imports::Args;

/// Header every unsafe request carries; a foreign page cannot set it without a preflight.
pub const CSRF_HEADER: &str = "x-kontor";

macro_rules! body {
    ($($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $($fields)* }
    )*};
}
/// A body clients send: unknown fields are refused, so nothing is mistaken for a setting.
macro_rules! request {
    ($($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)* }
    )*};
}

pub mod accounts;
pub mod draft;
pub mod entry;
pub mod firm;
pub mod forms;
pub mod incoming;
pub mod mailings;
pub mod operations;
pub mod people;
pub mod pictures;
pub mod preferences;
pub mod segments;

/// What a signed-in person may do; one table of role × route says it (server/src/access.rs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Orders for one customer.
    Buyer,
    Sales,
    Accountant,
    Marketer,
    Admin,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Buyer, Self::Sales, Self::Accountant, Self::Marketer, Self::Admin];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Sales => "sales",
            Self::Accountant => "accountant",
            Self::Marketer => "marketer",
            Self::Admin => "admin",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Buyer)
    }
}

body! {
    /// RFC 9457 problem document. `code` is stable; the page chooses the words by it.
    pub struct Problem {
        pub r#type: String,
        pub title: String,
        pub status: u16,
        pub code: String,
        /// What exactly, in English, for logs and scripts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub detail: Option<String>,
        /// JSON pointer or query field the problem lies in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// Seconds to wait, where waiting helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub retry_after: Option<u64>,
        /// Where one value has to be chosen: the column of the file they stand in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub column: Option<String>,
        /// The values to choose from.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub values: Vec<String>,
    }

    /// `GET /healthz`
    pub struct Health { pub ok: bool, pub version: String }

    /// `GET /api/firm`: what every page shows of the seller.
    pub struct Firm {
        pub name: String,
        pub currency: Currency,
        pub vat_mode: VatMode,
        /// Language of a reader who has chosen none.
        pub lang: Lang,
        pub email: String,
        pub phone: String,
        pub address: Vec<String>,
        /// The data is a demonstration; the page says so.
        pub demo: bool,
        /// Pages that look back open as of this day (the demo); absent: today.
        pub as_of: Option<String>,
        /// Today in the firm's time zone.
        pub today: String,
        /// Attribution of the data shown, e.g. a CC BY licence.
        pub attribution: Option<String>,
        /// Whether a visitor who is not signed in sees prices.
        pub public_prices: bool,
        /// Demo log-ins, present in demo data only.
        #[serde(default)]
        pub demo_logins: Vec<DemoLogin>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub logo: Option<firm::FirmLogo>,
        /// Languages offered; the firm's own is among them.
        #[serde(default)]
        pub langs: Vec<Lang>,
        /// Whether a visitor may ask to become a customer.
        #[serde(default)]
        pub sign_up: bool,
    }

    pub struct DemoLogin { pub login: String, pub password: String, pub role: Role }

    /// Who is signed in.
    pub struct Session {
        pub role: Role,
        pub login: String,
        /// Whose the session is, whatever the log-in is called. Absent where an older app remembered it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user: Option<UserId>,
        /// A buyer's customer.
        pub customer: Option<SessionCustomer>,
        pub lang: Lang,
        /// Nothing is open before a second factor is set up.
        #[serde(default)]
        pub enrol: bool,
    }

    pub struct SessionCustomer { pub id: CustomerId, pub code: String, pub name: String, pub delivery_address: String }

    /// `GET /api/price-list`: the version in force for whoever asks.
    pub struct PriceListInfo {
        pub version: u32,
        /// The prices shown: the price type, and the reader's own discount where it has one (`wholesale-5%`).
        pub overlay: String,
        /// Comes off every price of the snapshot, which is that of the price type ([`crate::catalog::Snapshot::less`]).
        #[serde(default)]
        pub discount: Percent,
        pub published_at: String,
        pub valid_from: String,
        pub valid_until: Option<String>,
        pub currency: Currency,
        pub vat_mode: VatMode,
        /// Where an order made from the list has its VAT rounded.
        #[serde(default)]
        pub vat_method: VatMethod,
        /// The least amount of an order, as the list shows prices; absent: any order is taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub minimum_order: Option<String>,
        pub products: u32,
        /// Immutable; see [`crate::catalog::columns`].
        pub snapshot_url: String,
        /// SHA-256 of the snapshot: a version's number may be given again after a restore, and these are other rows then.
        #[serde(default)]
        pub checksum: String,
        /// What leads here from the version before, where that is much shorter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub delta: Option<PriceListDelta>,
    }

    /// The way from one version's list to the next one's.
    pub struct PriceListDelta {
        /// The version it starts from, of the same price type.
        pub since: u32,
        /// Immutable; see [`crate::catalog::columns::delta`].
        pub url: String,
        /// On the wire.
        pub bytes: u64,
    }
}

request! {
    /// `POST /api/session`
    pub struct LogIn {
        pub login: String,
        pub password: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub totp: Option<String>,
    }

    /// `PUT /api/orders/{uuid}`
    pub struct SubmitOrder {
        /// Price list version the prices were shown from.
        pub version: u32,
        pub overlay: String,
        /// Code of the customer the page showed. Where somebody else has signed in meanwhile, in another tab, the order is
        /// refused (409, `other_customer`) instead of stored for the wrong one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<String>,
        #[serde(default)]
        pub po_number: String,
        /// Day the buyer wants the goods, `YYYY-MM-DD`.
        #[serde(default)]
        pub wanted_on: Option<String>,
        #[serde(default)]
        pub delivery_address: String,
        #[serde(default)]
        pub comment: String,
        pub lines: Vec<SubmitLine>,
    }

    pub struct SubmitLine {
        pub code: String,
        pub quantity: Quantity,
        /// The price the buyer saw; never becomes the price.
        pub shown_price: Price,
    }

    /// `POST /api/orders/{uuid}/prices`: the buyer's answer to raised prices. Every raised line is named once.
    pub struct AnswerPrices {
        #[serde(default)]
        pub accept: Vec<String>,
        #[serde(default)]
        pub drop: Vec<String>,
    }

    /// `POST /api/orders/{uuid}/refuse`
    pub struct RefuseOrder { pub reason: String }

    /// `POST /api/price-lists`
    pub struct Publish {
        #[serde(default)]
        pub valid_from: Option<String>,
        #[serde(default)]
        pub note: String,
    }
}

body! {
    pub struct PriceTypeInfo { pub code: String, pub name: String }

    /// A stored order in full: the answer to PUT and to GET.
    pub struct Order {
        pub id: OrderId,
        /// The firm's number for it.
        pub number: String,
        pub state: OrderState,
        /// Grows with every change; for two devices.
        pub revision: i64,
        /// `page` or `import` (later mail, fax, post).
        pub source: String,
        /// `sale`, or an imported document of another kind.
        pub kind: String,
        /// Absent only in imported documents that name no customer.
        pub customer: Option<OrderCustomer>,
        pub ordered_at: String,
        /// Price list version; absent in imported orders.
        pub price_list: Option<u32>,
        pub overlay: Option<String>,
        pub po_number: String,
        pub wanted_on: Option<String>,
        pub delivery_address: String,
        pub comment: String,
        pub currency: Currency,
        pub vat_mode: VatMode,
        pub net: String,
        pub vat: String,
        pub gross: String,
        /// What it is below the firm's least amount, where prices, goods or that amount changed after the buyer saw the list:
        /// the firm confirms or refuses it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lacking: Option<String>,
        /// read = accepted + changed + refused
        pub read: u32,
        pub accepted: u32,
        pub changed: u32,
        pub refused: u32,
        pub lines: Vec<OrderLine>,
        pub events: Vec<OrderEvent>,
        pub documents: Vec<DocumentInfo>,
        /// What whoever asks may do now: `answer`, `cancel`, `confirm`, `refuse`.
        pub actions: Vec<String>,
    }

    pub struct OrderCustomer { pub id: CustomerId, pub code: String, pub name: String }

    pub struct OrderLine {
        pub code: String,
        pub name: String,
        /// Names of the product's groups in the order's price list, the outermost first; empty for a refused line.
        pub group: Vec<String>,
        pub unit: String,
        pub quantity: Quantity,
        pub shown_price: Option<Price>,
        /// The server's price; absent where the product has none.
        pub price: Option<Price>,
        pub vat_rate: Percent,
        /// In the order's VAT mode; zero for a refused line.
        pub amount: String,
        pub verdict: Verdict,
        pub reason: Option<LineReason>,
    }

    /// A transition of the order.
    pub struct OrderEvent {
        pub at: String,
        pub state: OrderState,
        /// `buyer`, `staff` or `import`.
        pub by: String,
        pub note: String,
    }

    pub struct DocumentInfo {
        pub id: DocumentId,
        /// `proforma`
        pub kind: String,
        pub number: String,
        pub date: String,
        pub gross: String,
        pub currency: Currency,
        /// The PDF is rendered by a job; until then the URL answers 503 with Retry-After.
        pub ready: bool,
        pub pdf_url: String,
    }

    /// `POST /api/orders/{uuid}/confirm`
    pub struct Confirmed { pub order: Order, pub proforma: DocumentInfo }

    /// One row of a list of orders.
    pub struct OrderSummary {
        pub id: OrderId,
        pub number: String,
        pub state: OrderState,
        /// For `If-Match`.
        pub revision: i64,
        pub kind: String,
        pub source: String,
        pub customer: Option<OrderCustomer>,
        pub ordered_at: String,
        pub po_number: String,
        pub lines: u32,
        pub gross: String,
        pub currency: Currency,
        /// Seconds since the order came; for open orders.
        pub age_seconds: Option<i64>,
    }

    /// `GET /api/orders?state=&customer=&open=&q=&after=`; `q` finds by order number, own order number, customer's code or name.
    pub struct OrderPage {
        pub orders: Vec<OrderSummary>,
        /// Give it as `after` for the next page; absent on the last.
        pub next: Option<String>,
        /// Orders by state, over everything the asker may see; imported ones under `closed`.
        pub counts: Vec<StateCount>,
    }

    pub struct StateCount { pub state: OrderState, pub count: u64 }

    /// `GET /api/bought`: codes the buyer's customer bought before, for the filter.
    pub struct Bought { pub codes: Vec<String> }

    pub struct CustomerSummary {
        pub id: CustomerId,
        pub code: String,
        pub name: String,
        pub country: String,
        pub orders: u32,
        pub last_order: Option<String>,
        pub segment: Option<Segment>,
        pub state: CustomerState,
        pub region: String,
        pub manager: Option<String>,
        /// It asked for a change nobody has answered.
        pub asks: bool,
    }

    /// `GET /api/customers?q=&state=&manager=&price_type=&region=&segment=&asks=&after=`
    pub struct CustomerPage { pub customers: Vec<CustomerSummary>, pub total: u64, pub next: Option<String> }

    /// `GET /api/customers/{id}`: everything on one page.
    pub struct Customer {
        pub id: CustomerId,
        pub code: String,
        pub name: String,
        pub country: String,
        pub other_countries: String,
        pub lang: Lang,
        pub price_type: String,
        /// What that price type is called.
        pub price_type_name: String,
        pub delivery_address: String,
        /// For `If-Match`; people, places and consents count.
        pub revision: i64,
        pub state: CustomerState,
        /// Why it is blocked.
        pub state_reason: String,
        pub region: String,
        /// The legal address.
        pub address: String,
        /// The first is `delivery_address`, offered first.
        pub places: Vec<people::Place>,
        pub tax_id: String,
        /// Off every price of the price type.
        pub discount: Percent,
        pub channel: Channel,
        pub manager: Option<people::Manager>,
        /// For staff only.
        pub note: String,
        /// Changes the customer asked for, the newest first; fifty at most.
        pub requests: Vec<people::ChangeRequest>,
        pub contacts: Vec<people::Contact>,
        /// Judged by the firm's rule as of its look-back day.
        pub verdict: SegmentRow,
        /// The rule it was judged by, for the sentence of explanation.
        pub rule: SegmentRule,
        /// What the firm decided about this customer beside the rule.
        #[serde(default)]
        pub terms: Option<segments::SegmentTerms>,
        /// The day it came into its segment; absent where it has not moved since it was first judged.
        #[serde(default)]
        pub segment_since: Option<String>,
        pub orders: u64,
        /// Sum of closed and confirmed sales.
        pub turnover: String,
        pub currency: Currency,
        /// Newest first.
        pub timeline: Vec<TimelineItem>,
        pub next: Option<String>,
    }

    /// One thing that happened with a customer.
    pub struct TimelineItem {
        pub at: String,
        /// `order`, `document`, `message` or `segment` (a move: `text` is the segment left, `state` the one entered).
        /// `change` (of the customer's data), `document`, `message`, `order` or `request` (by the customer).
        pub kind: String,
        pub id: String,
        pub number: String,
        /// Order state, document kind, message state, state of a request, or what was changed.
        pub state: String,
        /// Decimal amount where there is one.
        pub amount: Option<String>,
        pub text: String,
        pub url: Option<String>,
    }

    /// By what a verdict was made.
    pub struct SegmentRule {
        pub as_of: String,
        pub period: Period,
        pub mode: Mode,
        pub regular_from: u32,
        pub lapse: Period,
        /// `[from, to)`
        pub period_from: String,
        pub period_to: String,
        pub lapse_from: String,
    }

    /// A customer's verdict; the page makes the sentence from it.
    pub struct SegmentRow {
        pub id: CustomerId,
        pub customer: String,
        pub name: String,
        pub segment: Segment,
        pub orders_in_period: u32,
        pub orders_ever: u32,
        pub last_order: Option<String>,
        pub new: bool,
        /// The customer orders nothing and is written to by nobody.
        #[serde(default)]
        pub blocked: bool,
        /// Somebody looks after this customer by hand.
        #[serde(default)]
        pub by_hand: bool,
        /// The threshold it was judged by, where that is its own and not the firm's.
        #[serde(default)]
        pub own_threshold: Option<u32>,
    }

    pub struct SegmentCount { pub segment: Segment, pub count: u64 }

    /// `GET /api/segments?as_of=&period=&mode=&regular_from=&lapse=&segment=&q=&after=`
    pub struct SegmentPage {
        pub as_of: String,
        pub period: Period,
        pub mode: Mode,
        pub regular_from: u32,
        pub lapse: Period,
        /// `[from, to)`
        pub period_from: String,
        pub period_to: String,
        pub lapse_from: String,
        /// It is the rule the firm judges by, whatever the day.
        #[serde(default)]
        pub firms_rule: bool,
        pub counts: Vec<SegmentCount>,
        /// Of the chosen segment, or of all.
        pub rows: Vec<SegmentRow>,
        pub next: Option<String>,
    }

    /// One refused row of an import.
    pub struct Refusal {
        pub file: String,
        pub row: u64,
        pub value: String,
        /// In English.
        pub reason: String,
        /// Stable; with `args` it says the reason in another language. Empty in runs from before there were codes.
        #[serde(default)]
        pub code: String,
        #[serde(default)]
        pub args: Args,
    }

    /// A note of an import by its stable code.
    pub struct Told { pub code: String, pub args: Args }

    /// A run of an import, also of a dry one: read = created + changed + unchanged + refused.
    pub struct ImportReport {
        /// Absent for a dry run, which leaves no record.
        pub id: Option<ImportId>,
        pub kind: String,
        pub files: Vec<String>,
        pub dry_run: bool,
        pub started_at: String,
        /// `running`, `done`, `failed`
        pub state: String,
        pub read: u64,
        pub created: u64,
        pub changed: u64,
        pub unchanged: u64,
        pub refused: u64,
        /// Product groups created on the way.
        pub groups_created: u64,
        /// A thousand at most; the count above is complete.
        pub refusals: Vec<Refusal>,
        /// Gives the next refusals as `after` of `GET /api/imports/{id}`; absent after the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
        /// How the file was understood: encoding, separator, decimal mark, and column → field.
        pub notes: Vec<String>,
        /// The same by their codes, for another language.
        #[serde(default)]
        pub told: Vec<Told>,
        /// Why the run failed as a whole. Of goods and groups nothing is visible then; of customers and orders what was
        /// taken before stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<String>,
    }

    /// `GET /api/imports`
    pub struct ImportList { pub imports: Vec<ImportReport> }

    /// A published version and what was left out of it.
    pub struct PublishReport {
        pub version: u32,
        pub published_at: String,
        pub valid_from: String,
        pub valid_until: Option<String>,
        pub note: String,
        pub products: u64,
        pub left_out: u64,
        /// The first thousand; the count above is complete.
        pub reasons: Vec<LeftOut>,
    }

    pub struct LeftOut { pub code: String, pub reason: String }

    /// `GET /api/price-lists`
    pub struct PriceListVersions { pub versions: Vec<PublishReport>, pub price_types: Vec<PriceTypeInfo> }

    /// `GET /api/messages?state=&after=`: the outbox as staff see it.
    pub struct MessagePage { pub messages: Vec<Message>, pub next: Option<String> }

    pub struct Message {
        pub id: MessageId,
        /// `email`
        pub channel: String,
        pub subject: String,
        pub customer: Option<OrderCustomer>,
        /// queued, claimed, sending, sent, failed, uncertain
        pub state: String,
        pub attempts: u32,
        pub created_at: String,
        pub last_error: Option<String>,
    }

    /// `GET /api/jobs?state=`: work that waits, runs or failed.
    pub struct JobList { pub jobs: Vec<Job> }

    pub struct Job {
        pub id: String,
        pub kind: String,
        pub subject: String,
        /// queued, running, done, failed
        pub state: String,
        pub attempts: u32,
        pub created_at: String,
        pub last_error: Option<String>,
    }

    /// `GET /api/audit?after=`
    pub struct AuditPage { pub rows: Vec<AuditRow>, pub next: Option<String> }

    /// Who changed what, when, from what to what.
    pub struct AuditRow {
        pub at: String,
        pub actor: String,
        pub action: String,
        pub subject: String,
        pub before: Option<String>,
        pub after: Option<String>,
    }
}

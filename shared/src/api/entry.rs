//! Orders that staff enter, and what they see beside an order before they accept it.

use serde::{Deserialize, Serialize};

use super::forms::FormAccount;
use super::{OrderCustomer, SubmitOrder};
use crate::money::{Currency, Percent, Price, Quantity, VatMethod, VatMode};
use crate::orders::odd::OddKind;
use crate::orders::{MOST_LINES, Source};

/// Largest account that is kept with an order, as JSON: that of an order with all the lines it may have.
pub const LARGEST_ACCOUNT: usize = 2_000_000;

/// Whether an account can be kept with the order its file became.
pub fn can_be_kept(account: &FormAccount) -> bool {
    account.lines.len() <= MOST_LINES && serde_json::to_string(account).is_ok_and(|text| text.len() <= LARGEST_ACCOUNT)
}

request! {
    /// `PUT /api/entry/{uuid}`: an order from paper, the telephone or a sheet, under an id of the client's own.
    pub struct EnterOrder {
        /// The customer's code.
        pub customer: String,
        /// `fax`, `post`, `phone` or `sheet`.
        pub source: Source,
        /// The number of the form it was written on.
        #[serde(default)]
        pub form_id: Option<String>,
        /// The day it came in, `YYYY-MM-DD`; absent: today.
        #[serde(default)]
        pub received_on: Option<String>,
        pub order: SubmitOrder,
        /// What was read of the file the lines are from, kept as that: prices and verdicts are the server's own.
        #[serde(default)]
        pub account: Option<FormAccount>,
    }

    /// `POST /api/orders/{uuid}/oddities/dismiss` and `…/recall`
    pub struct NameOddity {
        pub kind: OddKind,
        #[serde(default)]
        pub subject: String,
    }
}

body! {
    /// Whose order is being entered, and at which list's prices.
    pub struct EntryDesk {
        /// As it is written properly, where a form was named.
        pub form_id: Option<String>,
        pub customer: OrderCustomer,
        /// The list the form was made from, else the one in force.
        pub version: u32,
        pub overlay: String,
        /// Comes off every price of the snapshot.
        pub discount: Percent,
        pub snapshot_url: String,
        pub checksum: String,
        pub currency: Currency,
        pub vat_mode: VatMode,
        pub vat_method: VatMethod,
        /// Where the list is no longer in force: prices are judged by the one that is.
        pub ended: bool,
        pub delivery_address: String,
        /// The firm's today, `YYYY-MM-DD`: nothing can have come in after it.
        pub today: String,
        /// The same form's orders so far, the newest first.
        pub orders: Vec<OrderRef>,
    }

    pub struct OrderRef { pub id: String, pub number: String, pub ordered_at: String }

    /// What staff see beside an order.
    pub struct OrderBackground {
        /// Absent for orders from the page.
        pub origin: Option<OrderOrigin>,
        pub papers: Vec<OrderPaper>,
        /// Of an order that waits for the firm.
        pub oddities: Vec<OddityView>,
    }

    pub struct OrderOrigin {
        pub form_id: Option<String>,
        /// The mailing that carried the form.
        pub mailing: Option<MailingRef>,
        pub received_on: Option<String>,
        /// What was read of the file.
        pub account: Option<FormAccount>,
        /// The message it came by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mail: Option<OriginMail>,
    }

    pub struct OriginMail {
        pub id: String,
        /// What the customer wrote; empty where that is nothing, or was erased.
        pub text: String,
    }

    pub struct MailingRef { pub id: String, pub name: String }

    /// A scan or photo of the paper.
    pub struct OrderPaper {
        pub no: u32,
        pub name: String,
        pub media_type: String,
        pub bytes: u64,
        pub added_at: String,
        pub added_by: String,
        pub url: String,
    }

    /// Something odd, as [`crate::orders::odd::Oddity`], with its names.
    pub struct OddityView {
        pub kind: OddKind,
        /// What tells it from the others of its kind: a product's or group's code, another order's id.
        pub subject: String,
        /// The product's or group's name, the other order's number.
        pub name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quantity: Option<Quantity>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub beside: Option<Quantity>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub shown: Option<Price>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<Price>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub dismissed: Option<Dismissed>,
    }

    pub struct Dismissed { pub at: String, pub by: String }
}

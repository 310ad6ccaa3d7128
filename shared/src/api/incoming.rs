//! Orders that come by e-mail, as staff see them.

use serde::{Deserialize, Serialize};

use super::OrderCustomer;
use super::forms::FormAccount;
use crate::money::Quantity;

body! {
    /// `GET /api/incoming`
    pub struct IncomingPage {
        pub mails: Vec<IncomingMail>,
        pub next: Option<String>,
        /// Messages that wait for a person.
        pub waiting: u64,
        /// How reading each mailbox goes.
        pub boxes: Vec<IncomingBox>,
    }

    pub struct IncomingBox {
        pub name: String,
        /// When it was last read to its end; absent: never yet.
        pub looked_at: Option<String>,
        /// What stands in the way; empty: nothing.
        pub trouble: String,
    }

    pub struct IncomingMail {
        pub id: String,
        pub sender: String,
        pub subject: String,
        pub received_at: String,
        /// accepted, refused, needs_person or ignored.
        pub state: String,
        /// A stable code.
        pub reason: String,
        pub detail: String,
        pub customer: Option<OrderCustomer>,
    }

    /// `GET /api/incoming/{id}`
    pub struct IncomingView {
        pub mail: IncomingMail,
        pub revision: i64,
        /// letter, auto_reply, bounce, list, own, report or unread.
        pub kind: String,
        /// token, signed; empty: nothing proves who sent it.
        pub evidence: String,
        pub text: String,
        /// The folder or file it came from.
        pub place: String,
        /// Whether it is kept to the byte.
        pub kept: bool,
        /// Whether its sender may be told why it is refused.
        pub answerable: bool,
        pub decided_by: String,
        pub files: Vec<IncomingFile>,
    }

    pub struct IncomingFile {
        pub no: u32,
        pub name: String,
        pub size: u64,
        /// Whether it can be opened still.
        pub kept: bool,
        /// accepted, refused, needs_person or ignored.
        pub verdict: String,
        pub reason: String,
        pub detail: String,
        /// What it is known by when it comes again.
        pub content: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub account: Option<FormAccount>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<OrderCustomer>,
        /// The order of the same form that is not confirmed yet and says something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub other: Option<OtherOrder>,
    }

    pub struct OtherOrder {
        pub id: String,
        pub number: String,
        /// As they were accepted.
        pub lines: Vec<OtherLine>,
    }

    pub struct OtherLine { pub code: String, pub name: String, pub quantity: Quantity }

    /// What a message became.
    pub struct ConfirmedOrder {
        pub number: String,
        /// Its id.
        pub order: String,
    }
}

request! {
    /// `POST /api/incoming/{id}/read`: what a file would be for a customer. Nothing is stored.
    pub struct ReadIncoming {
        pub file: u32,
        /// The customer's code.
        pub customer: String,
    }

    /// `POST /api/incoming/{id}/take`
    pub struct TakeIncoming {
        pub file: u32,
        /// The customer's code.
        pub customer: String,
        /// The content that was seen; where the file reads otherwise by now it is not taken.
        pub content: String,
    }

    /// `POST /api/incoming/{id}/decide`
    pub struct DecideIncoming {
        /// refused, ignored, or needs_person to take a decision back. Ignored beside an order is what else waits.
        pub state: String,
        #[serde(default)]
        pub reason: String,
        /// Whether the sender is told the reason.
        #[serde(default)]
        pub tell: bool,
    }
}

body! {
    /// What a file would be for a customer.
    pub struct ReadAgain {
        pub account: FormAccount,
        pub content: String,
    }
}

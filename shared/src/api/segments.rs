//! Bodies of segments over time, of a customer's own terms, and of the firm's rule.

use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;
use crate::money::Currency;
use crate::segments::{Flow, Mode, Period, Segment};

body! {
    /// What the firm decided about one customer beside the rule.
    pub struct SegmentTerms {
        /// The threshold counts under this reporting period only.
        pub period: Period,
        pub regular_from: Option<u32>,
        /// Somebody looks after this customer by hand.
        pub by_hand: bool,
        pub reason: String,
        pub author: String,
        pub set_at: String,
    }

    /// Everybody's verdict as of a day, as it was found when it was taken.
    pub struct SegmentSnapshot {
        pub id: String,
        pub as_of: String,
        pub period: Period,
        pub mode: Mode,
        pub regular_from: u32,
        pub lapse: Period,
        pub taken_at: String,
        pub taken_by: String,
        pub reason: String,
        /// From the snapshot before in the list, those who stayed included; for the first, everybody came from nowhere.
        pub flows: Vec<Flow>,
    }

    /// `GET /api/segments/history`: the newest snapshots of the firm's period and mode, oldest first.
    pub struct SegmentHistory {
        pub snapshots: Vec<SegmentSnapshot>,
        /// Rules the firm judged by, newest first.
        pub rules: Vec<SegmentRuleChange>,
    }

    pub struct SegmentRuleChange {
        pub period: Period,
        pub mode: Mode,
        pub regular_from: u32,
        pub lapse: Period,
        pub reason: String,
        pub author: String,
        pub set_at: String,
    }

    /// One customer that went from one segment to another.
    pub struct SegmentMove {
        pub id: CustomerId,
        pub customer: String,
        pub name: String,
        /// Absent: the customer was not there yet.
        pub before: Option<Segment>,
        pub after: Segment,
        pub orders_before: u32,
        pub orders_after: u32,
        pub orders_ever: u32,
        pub last_order: Option<String>,
        /// Without VAT, in the firm's currency, in the year before the later day.
        pub amount: String,
        /// What most of it was spent on, the largest first.
        pub bought: Vec<Bought>,
    }

    /// Goods of one code a customer bought in the year before.
    pub struct Bought {
        pub code: String,
        pub name: String,
        pub quantity: String,
        pub amount: String,
        pub last: String,
    }

    /// `GET /api/segments/moves?from=&to=&out_of=&into=&after=`: by amount, the largest first.
    pub struct SegmentMoves {
        pub from: SegmentDay,
        pub to: SegmentDay,
        pub currency: Currency,
        pub total: u64,
        pub moves: Vec<SegmentMove>,
        pub next: Option<String>,
    }

    pub struct SegmentDay { pub snapshot: String, pub as_of: String, pub period_from: String, pub period_to: String, pub regular_from: u32 }
}

request! {
    /// `POST /api/segments/snapshots`: keep everybody's verdict as of today, or, with `since`, of every period's end since then.
    pub struct TakeSnapshot {
        #[serde(default)]
        pub since: Option<String>,
        #[serde(default)]
        pub reason: String,
    }

    /// `PUT /api/segments/rule`
    pub struct SaveSegmentRule {
        pub period: Period,
        pub mode: Mode,
        pub regular_from: u32,
        pub lapse: Period,
        pub reason: String,
    }

    /// `PUT /api/customers/{id}/segment`
    pub struct SaveSegmentTerms {
        /// Absent: the firm's threshold.
        #[serde(default)]
        pub regular_from: Option<u32>,
        #[serde(default)]
        pub by_hand: bool,
        pub reason: String,
    }
}

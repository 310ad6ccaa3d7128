//! The buyer's draft as devices save it. What the server keeps is [`crate::drafts::device::KeptDraft`].

use serde::{Deserialize, Serialize};

use crate::drafts::{Draft, DraftLine};
use crate::ids::OrderId;
use crate::money::Price;
use crate::words::Lang;

request! {
    /// `PUT /api/draft`: the whole draft, in the place of the revision that `If-Match` names.
    pub struct SaveDraft {
        /// The id the order will have; made by the device.
        #[serde(default)]
        pub id: Option<OrderId>,
        pub lines: Vec<SaveDraftLine>,
        #[serde(default)]
        pub po_number: String,
        /// `YYYY-MM-DD`, or empty.
        #[serde(default)]
        pub wanted_on: String,
        /// Absent: the customer's own.
        #[serde(default)]
        pub delivery_address: Option<String>,
        #[serde(default)]
        pub comment: String,
    }

    pub struct SaveDraftLine {
        pub code: String,
        #[serde(default)]
        pub name: String,
        /// The quantity exactly as typed.
        pub typed: String,
        /// The price the buyer saw when typing.
        pub seen: Price,
        /// The language it was typed in.
        #[serde(default)]
        pub lang: Option<Lang>,
    }
}

impl From<SaveDraft> for Draft {
    fn from(saved: SaveDraft) -> Self {
        let SaveDraft { id, lines, po_number, wanted_on, delivery_address, comment } = saved;
        let line = |SaveDraftLine { code, name, typed, seen, lang }| DraftLine { code, name, typed, seen, lang };
        Self { id, lines: lines.into_iter().map(line).collect(), po_number, wanted_on, delivery_address, comment }
    }
}

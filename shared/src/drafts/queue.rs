//! Orders that wait on a device until the server has them, one by one: a bad one stands in nobody's way.
//!
//! Decides what an answer means, when to ask again, whose order may go out under whose name, and how a refused one becomes
//! a draft again. An order is asked for under its own id with its own body however often: a lost answer orders once.

use serde::{Deserialize, Serialize};

use super::Draft;
use super::merge::Merged;
use super::shelf::{Shelf, kept};
use crate::api::SubmitOrder;
use crate::ids::OrderId;

const KEY: &str = "kontor.queue.";
const SECOND: u64 = 1_000;
const DAY: u64 = 24 * 60 * 60 * SECOND;
const FIRST_WAIT: u64 = 5 * SECOND;
const LONGEST_WAIT: u64 = 10 * 60 * SECOND;

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    /// Under way. Found so by a tab that starts, the one that sent it is gone, and it is asked for again.
    Sending,
    Sent {
        number: String,
        /// Unix milliseconds.
        at: u64,
    },
    Refused(Refusal),
}

/// Why the server does not take an order as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code of its answer.
    pub code: String,
    /// What exactly, in English.
    #[serde(default)]
    pub detail: Option<String>,
    /// The number of another order that has this id.
    #[serde(default)]
    pub number: Option<String>,
}

/// An order that waits. Fields may be added with `serde(default)`: one kept by an older app still goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// The order's own; sent again under it, the order is stored once.
    pub id: OrderId,
    /// The code of the customer it is for.
    pub owner: String,
    /// The log-in that queued it.
    pub by: String,
    /// Unix milliseconds.
    pub queued_at: u64,
    /// The draft as it was, to mend.
    pub draft: Draft,
    /// What goes to the server, the same each time.
    pub order: SubmitOrder,
    pub stage: Stage,
    #[serde(default)]
    pub attempts: u32,
    /// Not before this, in Unix milliseconds.
    #[serde(default)]
    pub next_try: u64,
    /// Why it still waits: the code of the last answer, or `network`.
    #[serde(default)]
    pub because: Option<String>,
    /// Its reader wants it no more, but it went out once and may have arrived: it stays until the firm has said which.
    #[serde(default)]
    pub withdrawn: bool,
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Stored {
        number: String,
    },
    /// It may be stored or not: to be asked again, after so many seconds at least.
    Again {
        code: String,
        after: Option<u64>,
    },
    /// Not under this name: it waits until its owner has signed in.
    NotSignedIn {
        code: String,
    },
    Refused(Refusal),
}

/// What a failed answer means for an order. Only a clear word of the server itself refuses one: whatever stands between,
/// such as a hotel's sign-in page, says nothing about it.
pub fn judge(status: u16, code: &str, detail: Option<String>, retry_after: Option<u64>) -> Answer {
    let code = code.to_string();
    match (status, code.as_str()) {
        (_, "network" | "unreadable") | (408 | 425 | 429 | 500.., _) => Answer::Again { code, after: retry_after },
        // Another customer's order is not there for whoever has signed in by now.
        (401 | 403 | 404, _) | (409, "other_customer") => Answer::NotSignedIn { code },
        _ => Answer::Refused(Refusal { code, detail, number: None }),
    }
}

impl Queued {
    pub fn new(id: OrderId, owner: String, by: String, draft: Draft, order: SubmitOrder, now: u64) -> Self {
        Self { id, owner, by, queued_at: now, draft, order, stage: Stage::Waiting, attempts: 0, next_try: now, because: None, withdrawn: false }
    }

    /// Its reader wants it no more. Says whether it can simply go: it never went out, or was refused.
    pub fn withdraw(&mut self, now: u64) -> bool {
        self.withdrawn = true;
        self.hurry(now);
        self.attempts == 0 || self.refused().is_some()
    }

    /// Whether it still has to go out.
    pub fn unsent(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sending)
    }

    pub fn refused(&self) -> Option<&Refusal> {
        match &self.stage {
            Stage::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether it may go out now, for the customer who is signed in.
    pub fn due(&self, customer: Option<&str>, now: u64) -> bool {
        self.unsent() && customer == Some(self.owner.as_str()) && !self.rests(now)
    }

    /// Whether its next try is still to come; one in a day's time or more was set by a clock that has been set back since.
    fn rests(&self, now: u64) -> bool {
        (now.saturating_add(1)..now.saturating_add(DAY)).contains(&self.next_try)
    }

    /// Older than a day and not with the firm yet.
    pub fn overdue(&self, now: u64) -> bool {
        !matches!(self.stage, Stage::Sent { .. }) && now.saturating_sub(self.queued_at) > DAY
    }

    pub fn begin(&mut self) {
        self.stage = Stage::Sending;
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Takes in what came of sending.
    pub fn answered(&mut self, answer: Answer, now: u64) {
        match answer {
            Answer::Stored { number } => {
                self.stage = Stage::Sent { number, at: now };
                self.because = None;
            }
            Answer::Again { code, after } => {
                let growing = FIRST_WAIT.saturating_mul(1 << self.attempts.saturating_sub(1).min(10)).min(LONGEST_WAIT);
                self.wait(code, now + growing.max(after.unwrap_or(0).saturating_mul(SECOND)));
            }
            // Nothing to wait for but a sign-in, which asks at once.
            Answer::NotSignedIn { code } => self.wait(code, now + LONGEST_WAIT),
            Answer::Refused(refusal) => {
                self.stage = Stage::Refused(refusal);
                self.because = None;
            }
        }
    }

    /// Takes the answer of a round that only asked whether the order had arrived, or sent it. One that was wanted again while
    /// it was asked about is not refused because the firm has not got it: it goes out.
    pub fn answered_to(&mut self, asked: bool, answer: Answer, now: u64) {
        if asked && !self.withdrawn && matches!(answer, Answer::Refused(_)) {
            (self.stage, self.because, self.next_try) = (Stage::Waiting, None, now);
        } else {
            self.answered(answer, now);
        }
    }

    fn wait(&mut self, code: String, until: u64) {
        self.stage = Stage::Waiting;
        self.because = Some(code);
        self.next_try = until;
    }

    /// Something changed for the better: the network is back, its owner has signed in, the reader asked for it.
    pub fn hurry(&mut self, now: u64) {
        self.next_try = self.next_try.min(now);
    }

    /// The order as a draft again, in the one there is now. What both have is kept aside, in the order's quantity.
    pub fn mend(self, draft: Draft) -> Merged {
        // An id that another order has is of no more use.
        let taken = self.refused().is_some_and(|refusal| refusal.number.is_some() || refusal.code == "order_differs");
        let id = (!taken && draft.is_empty()).then_some(self.id);
        let back = Draft { id: None, ..self.draft };
        let mut merged = draft.merge(&Draft::default(), back);
        // A draft that the browser had no room to queue has it still.
        merged.draft.id = id.or(merged.draft.id).filter(|id| !(taken && *id == self.id));
        merged
    }
}

/// The queue of one browser.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// First come, first out.
    pub orders: Vec<Queued>,
    /// Those that this app cannot read; they stay where they are.
    pub unread: usize,
}

/// All orders that a browser keeps, whoever queued them. Each has a key of its own, so that two tabs never write over each other's.
pub fn all(shelf: &impl Shelf) -> Queue {
    let (mut orders, unread) = kept::<Queued>(shelf, KEY);
    orders.sort_by_key(|order| (order.queued_at, order.id));
    Queue { orders, unread }
}

pub fn get(shelf: &impl Shelf, id: OrderId) -> Option<Queued> {
    serde_json::from_str(&shelf.get(&format!("{KEY}{id}"))?).ok()
}

/// Says whether it is kept.
pub fn put(shelf: &mut impl Shelf, order: &Queued) -> bool {
    serde_json::to_string(order).is_ok_and(|text| shelf.put(&format!("{KEY}{}", order.id), &text))
}

/// Whether an order waits where it outlives the page.
pub fn lasts(shelf: &impl Shelf, id: OrderId) -> bool {
    shelf.lasting(&format!("{KEY}{id}")).is_some()
}

pub fn remove(shelf: &mut impl Shelf, id: OrderId) {
    shelf.remove(&format!("{KEY}{id}"));
}

/// Whether a key of the shelf is one of the queue's.
pub fn is_key(key: &str) -> bool {
    key.starts_with(KEY)
}

/// Lets go of what was sent more than a day ago.
pub fn tidy(shelf: &mut impl Shelf, now: u64) {
    for order in all(shelf).orders {
        if matches!(order.stage, Stage::Sent { at, .. } if now.saturating_sub(at) > DAY) {
            remove(shelf, order.id);
        }
    }
}

/// A tab was killed between queueing a draft and emptying it: what is queued leaves the draft now. What was refused may
/// be on its way back into it; what the page alone keeps leaves it when the firm has it. Says whether there was something to settle.
pub fn settle(shelf: &impl Shelf, draft: &mut Draft) -> bool {
    let safe = |order: &Queued| matches!(order.stage, Stage::Sent { .. }) || lasts(shelf, order.id);
    let queued = draft.id.and_then(|id| get(shelf, id)).filter(|queued| queued.refused().is_none() && safe(queued));
    if let Some(queued) = &queued {
        draft.after_sending(&queued.draft);
    }
    queued.is_some()
}

/// A refused order that a kept draft has under its id is back in it, whoever was killed before saying so.
pub fn let_go(shelf: &mut impl Shelf, draft: &Draft) {
    if let Some(id) = draft.id
        && get(shelf, id).is_some_and(|order| order.refused().is_some())
    {
        remove(shelf, id);
    }
}

/// Whether a draft was begun more than a day ago; its id says when.
pub fn overdue_draft(draft: &Draft, now: u64) -> bool {
    !draft.is_empty() && draft.id.is_some_and(|id| now.saturating_sub(id.made_at()) > DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued() -> Queued {
        let order = SubmitOrder {
            version: 41,
            overlay: "wholesale".into(),
            customer: Some("12347".into()),
            po_number: "7".into(),
            wanted_on: None,
            delivery_address: "Here".into(),
            comment: String::new(),
            lines: Vec::new(),
        };
        Queued::new(OrderId::new(1_000, &[1; 10]), "12347".into(), "buyer@demo.example".into(), Draft::default(), order, 1_000)
    }

    #[test]
    fn what_went_out_once_is_not_simply_thrown_away() {
        let mut order = queued();
        assert!(order.clone().withdraw(5), "it never went out");
        order.begin();
        assert!(!order.withdraw(5), "it is under way");
        order.answered(Answer::Again { code: "network".into(), after: None }, 5);
        assert!(order.withdrawn && order.unsent(), "whether it arrived is still to be asked");
        order.answered(Answer::Refused(Refusal { code: "not_found".into(), detail: None, number: None }), 6);
        assert!(order.withdraw(7));
    }

    #[test]
    fn an_answer_refuses_only_where_the_server_says_so() {
        let again = |code: &str, after| Answer::Again { code: code.into(), after };
        let held = |code: &str| Answer::NotSignedIn { code: code.into() };
        let refused = |code: &str| Answer::Refused(Refusal { code: code.into(), detail: None, number: None });
        for (status, code, after, expected) in [
            (0, "network", None, again("network", None)),
            // A hotel's page in the place of the server.
            (200, "unreadable", None, again("unreadable", None)),
            (404, "unreadable", None, again("unreadable", None)),
            (503, "busy", Some(2), again("busy", Some(2))),
            (429, "too_many_attempts", Some(60), again("too_many_attempts", Some(60))),
            (500, "internal", None, again("internal", None)),
            (401, "not_signed_in", None, held("not_signed_in")),
            (404, "not_found", None, held("not_found")),
            (409, "other_customer", None, held("other_customer")),
            (409, "customer_blocked", None, refused("customer_blocked")),
            (409, "order_differs", None, refused("order_differs")),
            (422, "not_a_date", None, refused("not_a_date")),
        ] {
            assert_eq!(judge(status, code, None, after), expected, "{status} {code}");
        }
    }

    #[test]
    fn it_asks_again_later_and_later_and_at_once_when_told() {
        let mut order = queued();
        let mut waits = Vec::new();
        for _ in 0..9 {
            order.begin();
            order.answered(Answer::Again { code: "network".into(), after: None }, 0);
            waits.push(order.next_try / SECOND);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
        order.answered(Answer::Again { code: "busy".into(), after: Some(3_600) }, 0);
        assert_eq!(order.next_try, 3_600 * SECOND, "the server's own word counts");
        assert!(!order.due(Some("12347"), 10));
        order.hurry(10);
        assert!(order.due(Some("12347"), 10));
        // Later than anything waits: the clock was ahead when that was written.
        order.next_try = 40 * DAY;
        assert!(order.due(Some("12347"), 10));
    }

    #[test]
    fn one_wanted_again_while_it_was_asked_about_goes_out() {
        let not_there = || Answer::Refused(Refusal { code: "not_found".into(), detail: None, number: None });
        let mut order = queued();
        order.begin();
        order.answered(Answer::Again { code: "network".into(), after: None }, 0);
        assert!(!order.withdraw(10));
        order.begin();
        order.withdrawn = false;
        order.answered_to(true, not_there(), 20);
        assert!(order.unsent() && order.due(Some("12347"), 20));
        // Sent, it is refused like any other, and one that nobody wants is gone when the firm has not got it.
        order.answered_to(false, not_there(), 30);
        assert!(order.refused().is_some());
        let mut order = Queued { withdrawn: true, ..queued() };
        order.answered_to(true, not_there(), 30);
        assert!(order.refused().is_some());
    }

    #[test]
    fn nothing_goes_out_under_another_name() {
        let order = queued();
        assert_eq!([Some("12347"), Some("99999"), None].map(|customer| order.due(customer, 2_000)), [true, false, false]);
    }

    #[test]
    fn one_found_under_way_is_asked_for_again() {
        let mut order = queued();
        order.begin();
        assert!(order.due(Some("12347"), 2_000));
    }

    #[test]
    fn a_day_is_long_for_an_order() {
        let mut order = queued();
        let id = order.id;
        assert_eq!([DAY, DAY + 2_000].map(|now| order.overdue(now)), [false, true]);
        order.answered(Answer::Stored { number: "1".into() }, 2_000);
        assert!(!order.overdue(9 * DAY));
        let mut draft = Draft { id: Some(id), ..Draft::default() };
        assert!(!overdue_draft(&draft, 9 * DAY), "there is nothing in it");
        draft.write(&crate::catalog::ProductRow::default(), "1", crate::words::Lang::En, || id);
        assert_eq!([DAY, DAY + 2_000].map(|now| overdue_draft(&draft, now)), [false, true]);
    }

    #[test]
    fn a_kept_order_of_each_released_app_goes_out() {
        // The first; fields that came later have their defaults.
        let text = r#"{"id":"00000000-03e8-7101-8101-010101010101","owner":"12347","by":"buyer","queued_at":1000,
            "draft":{"id":null,"lines":[],"po_number":"","wanted_on":"","delivery_address":null,"comment":""},
            "order":{"version":41,"overlay":"","customer":"12347","po_number":"","wanted_on":null,"delivery_address":"","comment":"",
                     "lines":[{"code":"85123A","quantity":"12","shown_price":"2.55"}]},
            "stage":"sending","attempts":1,"next_try":1000,"because":"network","unknown":1}"#;
        let order: Queued = serde_json::from_str(text).unwrap();
        assert!(order.due(Some("12347"), 1_000));
        assert_eq!(order.order.lines[0].quantity, crate::money::Quantity::whole(12));
        for stage in [r#"{"sent":{"number":"1","at":5}}"#, r#"{"refused":{"code":"x"}}"#] {
            assert!(serde_json::from_str::<Queued>(&text.replace(r#""sending""#, stage)).is_ok_and(|order| !order.unsent()), "{stage}");
        }
    }

    #[test]
    fn an_id_that_another_order_has_is_not_used_again() {
        let mut order = queued();
        order.answered(Answer::Refused(Refusal { code: "order_differs".into(), detail: None, number: Some("1".into()) }), 1);
        assert_eq!(order.clone().mend(Draft::default()).draft.id, None);
        order.answered(Answer::Refused(Refusal { code: "customer_blocked".into(), detail: None, number: None }), 1);
        assert_eq!(order.clone().mend(Draft::default()).draft.id, Some(order.id));
    }
}

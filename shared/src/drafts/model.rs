//! The draft and the queue against a plain map: however tabs are killed, answers lost and orders refused, every quantity
//! typed is in exactly one place, and no order is stored twice or not at all (reference/reliability.md, E1).

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::hold::{Hold, Now};
use super::queue::{self, Answer, Queued, Refusal, Stage};
use super::shelf::{self, Reader, Shelf};
use super::{Draft, Typed};
use crate::api::{SubmitLine, SubmitOrder};
use crate::catalog::ProductRow;
use crate::ids::OrderId;
use crate::words::Lang;

/// A browser's storage.
#[derive(Default)]
pub struct Memory {
    pub texts: BTreeMap<String, String>,
    /// It keeps nothing more.
    pub full: bool,
}

impl Shelf for Memory {
    fn get(&self, key: &str) -> Option<String> {
        self.texts.get(key).cloned()
    }
    fn put(&mut self, key: &str, text: &str) -> bool {
        if !self.full {
            self.texts.insert(key.into(), text.into());
        }
        !self.full
    }
    fn remove(&mut self, key: &str) {
        self.texts.remove(key);
    }
    fn keys(&self) -> Vec<String> {
        self.texts.keys().cloned().collect()
    }
}

const CODES: [&str; 4] = ["1", "2", "3", "4"];
const OWNER: &str = "12347";

pub fn owner() -> Reader {
    Reader { customer: OWNER.into(), user: None }
}
const TABS: usize = 2;

#[derive(Clone, Debug)]
enum Act {
    /// A quantity that nobody typed before.
    Type {
        tab: usize,
        code: usize,
    },
    /// The tab hears what the other one wrote.
    Hear {
        tab: usize,
    },
    Reload {
        tab: usize,
    },
    /// Sends the draft; `killed` before it is out of the draft.
    QueueUp {
        tab: usize,
        killed: bool,
    },
    /// One order of the queue is sent, whichever tab leads.
    Send {
        which: usize,
        how: Way,
    },
    BringBack {
        tab: usize,
        which: usize,
    },
    TakeOver {
        tab: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Answered,
    Refused,
    RequestLost,
    ReplyLost,
    /// The tab is killed under way; the server has the order or not.
    Killed {
        arrived: bool,
    },
}

fn acts() -> impl Strategy<Value = Act> {
    let tab = 0..TABS;
    let way = prop_oneof![
        3 => Just(Way::Answered), 2 => Just(Way::Refused), 1 => Just(Way::RequestLost), 2 => Just(Way::ReplyLost),
        2 => any::<bool>().prop_map(|arrived| Way::Killed { arrived }),
    ];
    prop_oneof![
        8 => (tab.clone(), 0..CODES.len()).prop_map(|(tab, code)| Act::Type { tab, code }),
        2 => tab.clone().prop_map(|tab| Act::Hear { tab }),
        1 => tab.clone().prop_map(|tab| Act::Reload { tab }),
        3 => (tab.clone(), prop::bool::weighted(0.3)).prop_map(|(tab, killed)| Act::QueueUp { tab, killed }),
        5 => (0..3_usize, way).prop_map(|(which, how)| Act::Send { which, how }),
        2 => (tab.clone(), 0..3_usize).prop_map(|(tab, which)| Act::BringBack { tab, which }),
        1 => tab.prop_map(|tab| Act::TakeOver { tab }),
    ]
}

#[derive(Default)]
struct World {
    shelf: Memory,
    tabs: Vec<Hold>,
    /// What the server has stored, and how often it was asked to store it anew.
    server: BTreeMap<OrderId, SubmitOrder>,
    clock: u64,
    ids: u8,
    typed: u32,
    /// Quantities written over by whoever saw them.
    given_up: BTreeSet<u32>,
}

fn product(code: &str) -> ProductRow {
    ProductRow { code: code.into(), name: code.into(), price: 10_000, ..ProductRow::default() }
}

fn quantities(draft: &Draft) -> Vec<u32> {
    draft.lines.iter().filter_map(|line| line.typed.parse().ok()).collect()
}

fn body(draft: &Draft) -> SubmitOrder {
    let line = |line: &super::DraftLine| match line.read(Lang::En) {
        Typed::Quantity(quantity) => Some(SubmitLine { code: line.code.clone(), quantity, shown_price: line.seen }),
        _ => None,
    };
    SubmitOrder {
        version: 1,
        overlay: String::new(),
        customer: Some(OWNER.into()),
        po_number: String::new(),
        wanted_on: None,
        delivery_address: String::new(),
        comment: String::new(),
        lines: draft.lines.iter().filter_map(line).collect(),
    }
}

impl World {
    fn start() -> Self {
        let mut world = Self::default();
        for _ in 0..TABS {
            let tab = Hold::open(&mut world.shelf, Some(&owner()), 0);
            world.tabs.push(tab);
        }
        world
    }

    fn new_id(&mut self) -> OrderId {
        self.ids += 1;
        OrderId::new(self.clock, &[self.ids; 10])
    }

    /// A tab with the shelf and a clock.
    fn with<T>(&mut self, tab: usize, act: impl FnOnce(&mut Hold, &mut Memory, &mut Now) -> T) -> T {
        let mut ids = self.ids;
        let clock = self.clock;
        let mut new_id = || {
            ids += 1;
            OrderId::new(clock, &[ids; 10])
        };
        let mut now = Now { ms: clock, new_id: &mut new_id };
        let result = act(&mut self.tabs[tab], &mut self.shelf, &mut now);
        self.ids = ids;
        result
    }

    fn open(&mut self, tab: usize) {
        self.tabs[tab] = Hold::open(&mut self.shelf, Some(&owner()), self.clock);
    }

    fn put(&mut self, order: &Queued) -> Result<(), Refusal> {
        match self.server.get(&order.id) {
            Some(stored) if *stored != order.order => Err(Refusal { code: "order_differs".into(), detail: None, number: Some("1".into()) }),
            Some(_) => Ok(()),
            None => {
                self.server.insert(order.id, order.order.clone());
                Ok(())
            }
        }
    }

    fn play(&mut self, act: &Act) {
        self.clock += 1_000;
        match *act {
            Act::Type { tab, code } => {
                self.typed += 1;
                let typed = self.typed;
                let id = self.new_id();
                // What this tab shows there is given up, if it is still the draft's.
                let code = CODES[code];
                let before: Option<u32> = self.tabs[tab].draft.line(code).and_then(|line| line.typed.parse().ok());
                let kept = shelf::read(&mut self.shelf, &shelf::draft_key(Some(&owner())), 0).draft;
                if let Some(before) = before
                    && kept.line(code).is_some_and(|line| line.typed.parse() == Ok(before))
                {
                    self.given_up.insert(before);
                }
                self.with(tab, |hold, shelf, now| hold.change(shelf, now, |draft| draft.write(&product(code), &typed.to_string(), Lang::En, || id)));
            }
            Act::Hear { tab } | Act::Reload { tab } => self.open(tab),
            Act::QueueUp { tab, killed } => {
                // As the page does: first what the other tab wrote, then what is seen goes out.
                self.with(tab, |hold, shelf, now| hold.change(shelf, now, |_| {}));
                let new = self.new_id();
                self.with(tab, |hold, shelf, now| {
                    hold.change(shelf, now, |draft| {
                        draft.id.get_or_insert(new);
                    })
                });
                let draft = self.tabs[tab].draft.clone();
                let order = body(&draft);
                if order.lines.is_empty() {
                    return;
                }
                let Some(id) = draft.id else { return };
                let order = Queued::new(id, OWNER.into(), "buyer".into(), draft, order, self.clock);
                if killed {
                    queue::put(&mut self.shelf, &order);
                    self.open(tab);
                } else {
                    self.with(tab, |hold, shelf, now| hold.queue_up(shelf, now, &order));
                }
            }
            Act::Send { which, how } => {
                let due: Vec<Queued> = queue::all(&self.shelf).orders.into_iter().filter(|order| order.unsent()).collect();
                let Some(mut order) = due.get(which % due.len().max(1)).cloned() else { return };
                order.begin();
                queue::put(&mut self.shelf, &order);
                let stored_already = self.server.contains_key(&order.id);
                let lost = Answer::Again { code: "network".into(), after: None };
                let answer = match how {
                    Way::RequestLost => lost,
                    Way::Killed { arrived: false } => return,
                    Way::Refused if !stored_already => Answer::Refused(Refusal { code: "customer_blocked".into(), detail: None, number: None }),
                    _ => {
                        let stored = self.put(&order);
                        match (how, stored) {
                            (Way::Killed { .. }, _) => return,
                            (Way::ReplyLost, _) => lost,
                            (_, Ok(())) => Answer::Stored { number: "1".into() },
                            (_, Err(refusal)) => Answer::Refused(refusal),
                        }
                    }
                };
                order.answered(answer, self.clock);
                queue::put(&mut self.shelf, &order);
            }
            Act::BringBack { tab, which } => {
                let refused: Vec<OrderId> = queue::all(&self.shelf).orders.iter().filter(|order| order.refused().is_some()).map(|order| order.id).collect();
                if let Some(id) = refused.get(which % refused.len().max(1)) {
                    self.with(tab, |hold, shelf, now| hold.bring_back(shelf, now, *id));
                }
            }
            Act::TakeOver { tab } => {
                let Some(aside) = shelf::asides(&self.shelf, Some(&owner())).into_iter().next() else { return };
                self.with(tab, |hold, shelf, now| hold.change(shelf, now, |_| {}));
                for line in &aside.draft.lines {
                    let before: Option<u32> = self.tabs[tab].draft.line(&line.code).and_then(|line| line.typed.parse().ok());
                    self.given_up.extend(before);
                }
                self.with(tab, |hold, shelf, now| hold.take_over(shelf, now, aside));
            }
        }
    }

    /// Every quantity that was not given up is in exactly one place, and none is in two.
    fn check(&mut self) -> Result<(), TestCaseError> {
        let mut places: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let mut put = |what: &str, quantities: Vec<u32>| quantities.into_iter().for_each(|one| places.entry(one).or_default().push(what.to_string()));
        // What the next tab to open would have.
        put("draft", quantities(&Hold::open(&mut self.shelf, Some(&owner()), self.clock).draft));
        for aside in shelf::asides(&self.shelf, Some(&owner())) {
            put("aside", quantities(&aside.draft));
        }
        let queue = queue::all(&self.shelf);
        prop_assert_eq!(queue.unread, 0);
        for order in &queue.orders {
            // What went out is the server's, whether its answer came or not.
            if !self.server.contains_key(&order.id) || order.refused().is_some() {
                put("queue", quantities(&order.draft));
            }
            if let Stage::Sent { .. } = order.stage {
                prop_assert!(self.server.contains_key(&order.id), "sent and not stored: {order:?}");
            }
        }
        for order in self.server.values() {
            put("server", order.lines.iter().map(|line| (line.quantity.raw() / 1000) as u32).collect());
        }
        for one in 1..=self.typed {
            let found = places.get(&one).map_or(&[][..], Vec::as_slice);
            if found.is_empty() {
                prop_assert!(self.given_up.contains(&one), "{one} is lost");
            }
            prop_assert!(found.len() < 2, "{one} is in {found:?}");
        }
        Ok(())
    }

    /// The network is back: everything goes out.
    fn finish(&mut self) -> Result<(), TestCaseError> {
        while let Some(which) = queue::all(&self.shelf).orders.iter().find(|order| order.unsent()).map(|order| order.id) {
            let at = queue::all(&self.shelf).orders.iter().filter(|order| order.unsent()).position(|order| order.id == which).unwrap_or(0);
            self.play(&Act::Send { which: at, how: Way::Answered });
        }
        self.check()?;
        for order in queue::all(&self.shelf).orders {
            match &order.stage {
                Stage::Sent { .. } => prop_assert_eq!(self.server.get(&order.id), Some(&order.order)),
                other => prop_assert!(matches!(other, Stage::Refused(_)), "{other:?}"),
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]
    #[test]
    fn every_quantity_typed_is_in_exactly_one_place(acts in prop::collection::vec(acts(), 1..30)) {
        let mut world = World::start();
        for act in &acts {
            world.play(act);
            world.check()?;
        }
        world.finish()?;
    }
}

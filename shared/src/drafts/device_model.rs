//! Devices and the server against a plain map: however edits, syncs, lost answers and orders follow each other, every quantity
//! typed is in a draft, in a copy or in an order, none is ordered twice, and in the end all devices show the same (E4).

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::device::{self, Common, KeptDraft, SentDraft};
use super::hold::{Hold, Now};
use super::model::{Memory, owner};
use super::shelf;
use super::{Draft, Typed};
use crate::catalog::ProductRow;
use crate::ids::OrderId;
use crate::words::Lang;

const CODES: [&str; 3] = ["1", "2", "3"];
const DEVICES: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Type {
        device: usize,
        code: usize,
    },
    TakeOut {
        device: usize,
        code: usize,
    },
    /// Asks, and saves what it has; the answer to saving may be lost.
    Sync {
        device: usize,
        lost: bool,
    },
    /// Asks and is killed before it has saved.
    Hear {
        device: usize,
    },
    /// Sends its draft as an order. `heard`: the server has it at once.
    Order {
        device: usize,
        heard: bool,
    },
    /// What waited goes out.
    Deliver {
        device: usize,
    },
    TakeOver {
        device: usize,
    },
    /// The tab is opened anew.
    Reload {
        device: usize,
    },
    /// The firm backs its database up.
    Backup,
    /// The firm restores it from the last backup.
    Restore,
}

fn acts() -> impl Strategy<Value = Act> {
    let device = 0..DEVICES;
    let code = 0..CODES.len();
    prop_oneof![
        8 => (device.clone(), code.clone()).prop_map(|(device, code)| Act::Type { device, code }),
        2 => (device.clone(), code).prop_map(|(device, code)| Act::TakeOut { device, code }),
        8 => (device.clone(), prop::bool::weighted(0.2)).prop_map(|(device, lost)| Act::Sync { device, lost }),
        2 => device.clone().prop_map(|device| Act::Hear { device }),
        2 => (device.clone(), prop::bool::weighted(0.7)).prop_map(|(device, heard)| Act::Order { device, heard }),
        1 => device.clone().prop_map(|device| Act::Deliver { device }),
        1 => device.clone().prop_map(|device| Act::TakeOver { device }),
        1 => device.prop_map(|device| Act::Reload { device }),
        1 => Just(Act::Backup),
        1 => Just(Act::Restore),
    ]
}

struct Device {
    shelf: Memory,
    hold: Hold,
    /// Orders on their way, as they were.
    waiting: Vec<Draft>,
    back: Vec<Draft>,
    heard_at: u64,
}

/// What the server keeps.
#[derive(Clone, Default)]
struct Stored {
    generation: i64,
    revision: i64,
    draft: Draft,
    /// With when each arrived.
    orders: BTreeMap<OrderId, (u64, Draft)>,
}

#[derive(Default)]
struct World {
    devices: Vec<Device>,
    server: Stored,
    backup: Stored,
    /// Sent by two devices before either could hear of the other: no server can help that, and none may be lost for it.
    unheard: BTreeSet<u32>,
    /// Taken over from a copy, which is the buyer's own word that it is wanted, ordered or not.
    wanted: BTreeSet<u32>,
    /// Sent by a device that had heard that it was ordered.
    again: BTreeSet<u32>,
    typed: u32,
    ids: u8,
    clock: u64,
    /// Quantities written over or taken out by whoever saw them.
    given_up: BTreeSet<u32>,
}

fn quantities(draft: &Draft) -> Vec<u32> {
    draft.lines.iter().filter_map(|line| line.typed.parse().ok()).collect()
}

fn quantity(draft: &Draft, code: &str) -> Option<u32> {
    draft.line(code).and_then(|line| line.typed.parse().ok())
}

impl World {
    fn start() -> Self {
        let mut world = Self::default();
        for _ in 0..DEVICES {
            let mut shelf = Memory::default();
            let hold = Hold::open(&mut shelf, Some(&owner()), 0);
            world.devices.push(Device { shelf, hold, waiting: Vec::new(), back: Vec::new(), heard_at: 0 });
        }
        world
    }

    fn with<T>(&mut self, device: usize, act: impl FnOnce(&mut Hold, &mut Memory, &mut Now) -> T) -> T {
        let (mut ids, clock) = (self.ids, self.clock);
        let mut new_id = || {
            ids = ids.wrapping_add(1);
            OrderId::new(clock, &[ids; 10])
        };
        let own = &mut self.devices[device];
        let result = act(&mut own.hold, &mut own.shelf, &mut Now { ms: clock, new_id: &mut new_id });
        self.ids = ids;
        result
    }

    fn new_id(&mut self) -> OrderId {
        self.ids = self.ids.wrapping_add(1);
        OrderId::new(self.clock, &[self.ids; 10])
    }

    /// As the server answers.
    fn answer(&self, of: Option<OrderId>) -> KeptDraft {
        let asked: BTreeSet<OrderId> = [of, self.server.draft.id].into_iter().flatten().collect();
        let sent =
            asked.into_iter().filter_map(|id| self.server.orders.get(&id)).map(|(_, draft)| SentDraft { number: "1".into(), draft: draft.clone() }).collect();
        KeptDraft { generation: self.server.generation, revision: self.server.revision, draft: self.server.draft.clone(), sent }
    }

    /// As the server saves: what it kept since, and what was sent, is refused.
    fn save(&mut self, seen: i64, draft: &Draft) -> bool {
        let right = seen == self.server.revision && !draft.id.is_some_and(|id| self.server.orders.contains_key(&id));
        if right {
            self.server.draft = draft.clone();
            self.server.revision += 1;
        }
        right
    }

    /// As the server takes an order.
    fn order(&mut self, draft: &Draft) -> bool {
        let Some(id) = draft.id else { return false };
        if let Some((_, stored)) = self.server.orders.get(&id) {
            return stored.agrees(draft);
        }
        self.server.orders.insert(id, (self.clock, draft.clone()));
        let rest = self.new_id();
        if self.server.draft.id == Some(id) && device::ordered(&mut self.server.draft, draft, || rest) {
            self.server.revision += 1;
        }
        true
    }

    /// As the server comes back: without what came in since. Orders are the firm's to ask for again; what was ordered or taken
    /// out since may come back with the draft of then, and whoever sees it there may order it.
    fn restore(&mut self) {
        let generation = self.server.generation.max(self.backup.generation) + 1_000;
        let lost = std::mem::replace(&mut self.server, Stored { generation, revision: self.backup.revision + generation, ..self.backup.clone() });
        for (id, (_, order)) in &lost.orders {
            if !self.server.orders.contains_key(id) {
                self.given_up.extend(quantities(order));
            }
        }
        self.wanted.extend(1..=self.typed);
    }

    /// An order of the draft both had is on its way: as the app does, the device asks once it has arrived.
    fn under_way(&self, device: usize) -> bool {
        let own = &self.devices[device];
        let Some(common) = device::common(&own.shelf, &owner()) else { return false };
        own.waiting.iter().filter_map(|order| order.id).any(|id| common.knows(id))
    }

    fn hear(&mut self, device: usize) {
        if self.under_way(device) {
            return;
        }
        self.devices[device].heard_at = self.clock;
        let theirs = self.answer(self.devices[device].hold.draft.id);
        self.with(device, |hold, shelf, now| hold.take_in(shelf, now, theirs));
    }

    /// As the app does: what the server does not take is asked for again.
    fn sync(&mut self, device: usize, lost: bool) {
        for _ in 0..4 {
            if self.under_way(device) {
                return;
            }
            self.hear(device);
            let own = &self.devices[device];
            let Some(common) = device::common(&own.shelf, &owner()) else { return };
            let mine = own.hold.draft.clone();
            if mine.agrees(&common.draft) {
                return;
            }
            let seen = common.revision;
            device::keep_common(&mut self.devices[device].shelf, &owner(), &Common { tried: Some(mine.clone()), ..common.clone() });
            let saved = self.save(seen, &mine);
            if lost {
                return;
            }
            let own = &mut self.devices[device];
            if saved {
                let revision = self.server.revision;
                return device::keep_common(&mut own.shelf, &owner(), &Common { revision, draft: mine, tried: None, ..common });
            }
            // It said that it did not take it.
            device::keep_common(&mut own.shelf, &owner(), &common);
        }
    }

    fn deliver(&mut self, device: usize) {
        for order in std::mem::take(&mut self.devices[device].waiting) {
            if !self.order(&order) {
                // Another device sent an order under this id: it comes back, and the buyer is told which is there.
                self.devices[device].back.push(order);
            }
        }
    }

    fn play(&mut self, act: &Act) {
        self.clock += 1_000;
        match *act {
            Act::Type { device, code } => {
                self.typed += 1;
                let (typed, id, code) = (self.typed.to_string(), self.new_id(), CODES[code]);
                self.given_up.extend(quantity(&self.devices[device].hold.draft, code));
                let product = ProductRow { code: code.into(), name: code.into(), price: 10_000, ..ProductRow::default() };
                self.with(device, |hold, shelf, now| hold.change(shelf, now, |draft| draft.write(&product, &typed, Lang::En, || id)));
            }
            Act::TakeOut { device, code } => {
                self.given_up.extend(quantity(&self.devices[device].hold.draft, CODES[code]));
                self.with(device, |hold, shelf, now| hold.change(shelf, now, |draft| drop(draft.take_out(CODES[code]))));
            }
            Act::Sync { device, lost } => self.sync(device, lost),
            Act::Hear { device } => self.hear(device),
            Act::Order { device, heard } => {
                let new = self.new_id();
                let order = self.with(device, |hold, shelf, now| {
                    hold.change(shelf, now, |draft| {
                        draft.id.get_or_insert(new);
                    });
                    hold.draft.clone()
                });
                for one in quantities(&order) {
                    let heard_at = self.devices[device].heard_at;
                    let has = |order: &Draft| quantities(order).contains(&one);
                    if !self.wanted.contains(&one) && self.server.orders.values().any(|(at, order)| *at < heard_at && has(order)) {
                        self.again.insert(one);
                    }
                    if self.server.orders.values().map(|(_, order)| order).chain(self.devices.iter().flat_map(|own| &own.waiting)).any(has) {
                        self.unheard.insert(one);
                    }
                }
                if order.lines.iter().any(|line| matches!(line.read(Lang::En), Typed::Quantity(_))) {
                    self.with(device, |hold, shelf, now| {
                        hold.change(shelf, now, |draft| {
                            draft.after_sending(&order);
                        })
                    });
                    self.devices[device].waiting.push(order);
                    if heard {
                        self.deliver(device);
                    }
                }
            }
            Act::Deliver { device } => self.deliver(device),
            Act::TakeOver { device } => {
                let Some(aside) = shelf::asides(&self.devices[device].shelf, Some(&owner())).into_iter().next() else { return };
                for line in &aside.draft.lines {
                    self.given_up.extend(quantity(&self.devices[device].hold.draft, &line.code));
                }
                self.wanted.extend(quantities(&aside.draft));
                self.with(device, |hold, shelf, now| hold.take_over(shelf, now, aside));
            }
            Act::Backup => self.backup = self.server.clone(),
            Act::Restore => self.restore(),
            Act::Reload { device } => {
                let own = &mut self.devices[device];
                own.hold = Hold::open(&mut own.shelf, Some(&owner()), self.clock);
            }
        }
    }

    /// Where each quantity is.
    fn places(&self) -> BTreeMap<u32, Vec<&'static str>> {
        let mut places: BTreeMap<u32, Vec<&'static str>> = BTreeMap::new();
        let mut put = |what, draft: &Draft| quantities(draft).into_iter().for_each(|one| places.entry(one).or_default().push(what));
        put("server", &self.server.draft);
        for own in &self.devices {
            put("draft", &own.hold.draft);
            shelf::asides(&own.shelf, Some(&owner())).iter().for_each(|aside| put("aside", &aside.draft));
            own.waiting.iter().chain(&own.back).for_each(|order| put("waiting", order));
        }
        self.server.orders.values().for_each(|(_, order)| put("order", order));
        places
    }

    fn nothing_is_lost(&self) -> Result<(), TestCaseError> {
        let places = self.places();
        for one in (1..=self.typed).filter(|one| !self.given_up.contains(one)) {
            prop_assert!(places.contains_key(&one), "{one} is lost");
        }
        Ok(())
    }

    /// Everybody is online again.
    fn finish(&mut self) -> Result<(), TestCaseError> {
        for device in 0..DEVICES {
            self.deliver(device);
        }
        let mut rounds = 0;
        loop {
            let before = self.server.revision;
            (0..DEVICES).for_each(|device| self.sync(device, false));
            rounds += 1;
            if self.server.revision == before {
                break;
            }
            prop_assert!(rounds < 6, "the devices do not come to rest");
        }
        for own in &self.devices {
            prop_assert!(own.hold.draft.agrees(&self.server.draft), "{:?} here, {:?} there", own.hold.draft, self.server.draft);
        }
        prop_assert!(!self.server.draft.id.is_some_and(|id| self.server.orders.contains_key(&id)), "an order's id is used again");
        prop_assert!(self.again.is_empty(), "{:?} was sent by a device that knew better", self.again);
        for (one, places) in self.places().into_iter().filter(|(one, _)| !self.wanted.contains(one)) {
            let orders = places.iter().filter(|place| **place == "order").count();
            prop_assert!(orders < 2 || self.unheard.contains(&one), "{one} was ordered twice");
            prop_assert!(orders == 0 || !places.contains(&"server"), "{one} was ordered and would be again");
        }
        self.nothing_is_lost()
    }
}

fn plays(acts: &[Act]) -> Result<(), TestCaseError> {
    let mut world = World::start();
    for act in acts {
        world.play(act);
        world.nothing_is_lost()?;
    }
    world.finish()
}

/// What an order left of the kept draft had no id; a device gave it one that nobody knew, sent it, and was not heard of again.
#[test]
fn what_an_order_leaves_is_sent_once_too() {
    let sync = |device| Act::Sync { device, lost: false };
    let acts = [
        Act::Type { device: 1, code: 1 },
        Act::Type { device: 0, code: 0 },
        sync(0),
        sync(1),
        Act::Order { device: 0, heard: true },
        Act::Hear { device: 0 },
        Act::Order { device: 0, heard: true },
        sync(2),
        Act::Order { device: 2, heard: false },
    ];
    plays(&acts).unwrap();
}

/// Goods of an order stood in the kept draft in another quantity, so that its rest stayed under the order's id; each device gave
/// it an id of its own making, and two of them sent it.
#[test]
fn what_an_order_of_other_quantities_leaves_is_sent_once_too() {
    let sync = |device| Act::Sync { device, lost: false };
    let acts = [
        Act::Type { device: 1, code: 0 },
        sync(1),
        Act::Type { device: 0, code: 1 },
        Act::Type { device: 0, code: 0 },
        sync(0),
        Act::Order { device: 1, heard: true },
        Act::Hear { device: 2 },
        Act::Order { device: 2, heard: true },
        sync(0),
        Act::Order { device: 0, heard: false },
    ];
    plays(&acts).unwrap();
}

/// A draft was saved without an answer, and its order did not go out: the device wrote another id over what others ordered by then.
#[test]
fn a_draft_saved_without_an_answer_is_waited_for_too() {
    let sync = |device, lost| Act::Sync { device, lost };
    let acts = [
        Act::Type { device: 0, code: 0 },
        sync(0, true),
        Act::Order { device: 0, heard: false },
        Act::Type { device: 2, code: 0 },
        sync(2, false),
        sync(0, false),
        Act::Order { device: 2, heard: true },
        sync(1, false),
        Act::Order { device: 1, heard: false },
    ];
    plays(&acts).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30_000, ..ProptestConfig::default() })]
    #[test]
    fn nothing_typed_on_any_device_is_lost_or_ordered_twice(acts in prop::collection::vec(acts(), 1..30)) {
        plays(&acts)?;
    }
}

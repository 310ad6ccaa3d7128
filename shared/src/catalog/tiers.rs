//! Prices from a quantity on: which price a quantity has, and what more would bring.

use super::{ProductRow, Tier};
use crate::money::{Price, Quantity};
use crate::orders::QuantityRule;

/// Prices from a quantity on that a product has in one price type at most.
pub const MOST: usize = 32;

/// The price of a quantity: the lowest of the list price and of the steps it reaches. A step that is not lower than what
/// came before it changes nothing, so more is never dearer by the piece; and a step of nothing is none, as a price of
/// nothing is none: goods are not given away.
pub fn price_at(list: Price, tiers: &[Tier], quantity: Quantity) -> Price {
    tiers.iter().filter(|tier| tier.price > 0 && tier.from <= quantity.raw()).map(|tier| Price::from_raw(tier.price)).fold(list, Price::min)
}

/// The steps that make the price lower than the one before them: what there is to tell of.
pub fn lowering(list: Price, tiers: &[Tier]) -> impl Iterator<Item = Tier> {
    let mut before = list.raw();
    tiers.iter().copied().filter(move |tier| {
        let lower = tier.price > 0 && tier.price < before;
        if lower {
            before = tier.price;
        }
        lower
    })
}

/// The first quantity above this one that can be ordered at a lower price, and that price.
pub fn next_step(list: Price, tiers: &[Tier], rule: &QuantityRule, quantity: Quantity) -> Option<Tier> {
    let now = price_at(list, tiers, quantity);
    let above = tiers.iter().filter(|tier| tier.from > quantity.raw() && tier.price > 0 && tier.price < now.raw());
    // A step between two packs is reached with the pack after it, and one above the maximum by nobody.
    let from = above.filter_map(|tier| rule.at_or_above(tier.from)).min()?;
    Some(Tier { from: from.raw(), price: price_at(list, tiers, from).raw() })
}

impl ProductRow {
    /// As [`price_at`].
    pub fn price_at(&self, quantity: Quantity) -> Price {
        price_at(self.price(), &self.tiers, quantity)
    }
    /// As [`next_step`].
    pub fn next_step(&self, quantity: Quantity) -> Option<Tier> {
        next_step(self.price(), &self.tiers, &self.rule(), quantity)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiers(steps: &[(i64, i64)]) -> Vec<Tier> {
        steps.iter().map(|(from, price)| Tier { from: *from, price: *price }).collect()
    }

    #[test]
    fn a_step_holds_from_its_quantity_on() {
        let (list, steps) = (Price::from_raw(100), tiers(&[(10_000, 95), (50_000, 90), (60_000, 93)]));
        let next = |quantity| next_step(list, &steps, &QuantityRule::default(), quantity).map(|tier| tier.from);
        let at = |quantity| (price_at(list, &steps, Quantity::whole(quantity)).raw(), next(Quantity::whole(quantity)));
        assert_eq!(at(9), (100, Some(10_000)));
        assert_eq!(at(10), (95, Some(50_000)));
        assert_eq!(at(50), (90, None));
        assert_eq!(at(60), (90, None), "a dearer step changes nothing");
        assert_eq!(lowering(list, &steps).map(|tier| tier.from).collect::<Vec<_>>(), [10_000, 50_000]);
    }

    #[test]
    fn a_step_of_nothing_is_none() {
        let (list, steps) = (Price::from_raw(100), tiers(&[(5_000, -1), (10_000, 0), (50_000, 90)]));
        assert_eq!(price_at(list, &steps, Quantity::whole(20)), list);
        assert_eq!(next_step(list, &steps, &QuantityRule::default(), Quantity::whole(1)).map(|tier| tier.from), Some(50_000));
        assert_eq!(lowering(list, &steps).collect::<Vec<_>>(), tiers(&[(50_000, 90)]));
    }

    #[test]
    fn the_next_step_names_a_quantity_that_can_be_ordered() {
        let (list, steps) = (Price::from_raw(100), tiers(&[(10_000, 95), (50_000, 90)]));
        let twelves = QuantityRule { increment: Some(Quantity::whole(12)), ..QuantityRule::default() };
        let next = |rule: &QuantityRule, quantity| next_step(list, &steps, rule, Quantity::whole(quantity));
        assert_eq!(next(&twelves, 1), Some(Tier { from: 12_000, price: 95 }));
        assert_eq!(next(&twelves, 12), Some(Tier { from: 60_000, price: 90 }));
        // One pack is beyond both steps at once.
        assert_eq!(next(&QuantityRule { increment: Some(Quantity::whole(60)), ..twelves }, 1), Some(Tier { from: 60_000, price: 90 }));
        assert_eq!(next(&QuantityRule { max: Some(Quantity::whole(48)), ..twelves }, 12), None);
    }

    proptest! {
        #[test]
        fn more_is_never_dearer_and_a_next_step_is_worth_taking(
            list in 1_i64..1000,
            steps in prop::collection::vec((1_i64..100_000, -5_i64..1000), 0..5),
            quantity in 1_i64..120_000, more in 0_i64..100_000,
            min in prop::option::of(1_i64..50), max in prop::option::of(50_i64..150), increment in prop::option::of(1_i64..30), precision in 0_u8..4,
        ) {
            let (list, steps) = (Price::from_raw(list), tiers(&steps));
            let (one, other) = (Quantity::from_raw(quantity), Quantity::from_raw(quantity + more));
            let rule = QuantityRule { min: min.map(Quantity::whole), max: max.map(Quantity::whole), increment: increment.map(Quantity::whole), precision };
            prop_assert!(price_at(list, &steps, one) > Price::ZERO);
            prop_assert!(price_at(list, &steps, other) <= price_at(list, &steps, one));
            if let Some(step) = next_step(list, &steps, &rule, one) {
                prop_assert!(step.from > quantity);
                prop_assert_eq!(rule.check(Quantity::from_raw(step.from)), Ok(()));
                prop_assert_eq!(price_at(list, &steps, Quantity::from_raw(step.from)).raw(), step.price);
                prop_assert!(step.price < price_at(list, &steps, one).raw());
            }
        }
    }
}

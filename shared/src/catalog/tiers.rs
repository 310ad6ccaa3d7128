//! Prices from a quantity on: which price a quantity has, and what more would bring.

use super::{ProductRow, Tier};
use crate::money::{Price, Quantity};

/// The price of a quantity: the lowest of the list price and of the steps it reaches. A step that is not lower than what
/// came before it changes nothing, so more is never dearer by the piece.
pub fn price_at(list: Price, tiers: &[Tier], quantity: Quantity) -> Price {
    tiers.iter().filter(|tier| tier.from <= quantity.raw()).map(|tier| Price::from_raw(tier.price)).fold(list, Price::min)
}

/// The first step above a quantity that makes the price lower.
pub fn next_step(list: Price, tiers: &[Tier], quantity: Quantity) -> Option<Tier> {
    let now = price_at(list, tiers, quantity);
    tiers.iter().filter(|tier| tier.from > quantity.raw() && tier.price < now.raw()).min_by_key(|tier| tier.from).copied()
}

impl ProductRow {
    /// As [`price_at`].
    pub fn price_at(&self, quantity: Quantity) -> Price {
        price_at(self.price(), &self.tiers, quantity)
    }
    /// As [`next_step`].
    pub fn next_step(&self, quantity: Quantity) -> Option<Tier> {
        next_step(self.price(), &self.tiers, quantity)
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
        let at = |quantity| (price_at(list, &steps, Quantity::whole(quantity)).raw(), next_step(list, &steps, Quantity::whole(quantity)).map(|tier| tier.from));
        assert_eq!(at(9), (100, Some(10_000)));
        assert_eq!(at(10), (95, Some(50_000)));
        assert_eq!(at(50), (90, None));
        assert_eq!(at(60), (90, None), "a dearer step changes nothing");
    }

    proptest! {
        #[test]
        fn more_is_never_dearer_and_a_next_step_is_worth_taking(
            list in 1_i64..1000,
            steps in prop::collection::vec((1_i64..100, 1_i64..1000), 0..5),
            quantity in 1_i64..120, more in 0_i64..100,
        ) {
            let (list, steps) = (Price::from_raw(list), tiers(&steps));
            let (one, other) = (Quantity::from_raw(quantity), Quantity::from_raw(quantity + more));
            prop_assert!(price_at(list, &steps, other) <= price_at(list, &steps, one));
            if let Some(step) = next_step(list, &steps, one) {
                prop_assert!(step.from > quantity);
                prop_assert!(price_at(list, &steps, Quantity::from_raw(step.from)) < price_at(list, &steps, one));
            }
        }
    }
}

//! What a new list price leaves of a product's prices from a quantity on: a file that names the one and not the others
//! leaves those as they are, and whoever brings it should know.

use std::collections::HashMap;

use kontor_shared::catalog::{Tier, tiers};
use kontor_shared::import::RowProblem;
use kontor_shared::money::Price;
use kontor_shared::words::imports::{self as words, Said};

use super::{At, Judge, Pending};
use crate::catalog::Known;

impl Judge {
    /// Refuses more steps than a product can have, of its price type: those of the row and those stored that it leaves.
    pub(super) fn check_steps(&self, code: &str, prices: &[(At, Option<Price>)]) -> Result<(), RowProblem> {
        let stored = self.catalogue.products.get(code).map_or(&[][..], |known| known.tiers.as_slice());
        let left = stored.iter().map(|(of, tier)| (*of, tier.from)).filter(|at| prices.iter().all(|(known, _)| known != at));
        let set = prices.iter().filter(|((_, from), price)| *from > 0 && price.is_some()).map(|(at, _)| *at);
        let mut counts: HashMap<usize, usize> = HashMap::new();
        left.chain(set).for_each(|(of, _)| *counts.entry(of).or_default() += 1);
        match counts.values().max() {
            Some(most) if *most > tiers::MOST => Err(RowProblem::new(code, Said::with(words::TOO_MANY_STEPS, &[("most", &tiers::MOST)]))),
            _ => Ok(()),
        }
    }

    /// Notes how many goods keep steps their file says nothing of, and how many have a step that lowers nothing any more.
    pub(super) fn note_steps(&mut self) {
        let (mut kept, mut idle) = (0_u64, 0_u64);
        for product in &self.pending {
            let Some(known) = self.catalogue.products.get(&product.input.code).filter(|known| !known.tiers.is_empty()) else { continue };
            let (keeps, idles) = left(known, product);
            kept += u64::from(keeps);
            idle += u64::from(idles);
        }
        for (goods, word) in [(kept, words::NOTE_STEPS_KEPT), (idle, words::NOTE_STEPS_IDLE)] {
            if goods > 0 {
                self.tally.note(Said::with(word, &[("goods", &goods)]));
            }
        }
    }
}

/// Whether a new list price meets stored steps the file says nothing of, and whether a step is not lower than it now.
fn left(known: &Known, product: &Pending) -> (bool, bool) {
    let set: HashMap<(usize, i64), _> = product.prices.iter().copied().collect();
    let (mut keeps, mut idles) = (false, false);
    for ((price_type, from), price) in &product.changed_prices {
        let (0, Some(price)) = (*from, price) else { continue };
        let stored: Vec<Tier> = known.tiers.iter().filter(|(of, _)| of == price_type).map(|(_, tier)| *tier).collect();
        let silent: Vec<Tier> = stored.iter().copied().filter(|tier| !set.contains_key(&(*price_type, tier.from))).collect();
        keeps |= !silent.is_empty();
        idles |= tiers::lowering(*price, &silent).count() < silent.len();
    }
    (keeps, idles)
}

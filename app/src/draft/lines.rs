//! Many lines at once, as a file or a pasted text has them, with undo.

use std::collections::HashSet;

use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::{Typed, write_quantity};
use kontor_shared::money::Quantity;
use kontor_shared::words::from_file as words;
use leptos::prelude::*;

use super::{DraftStore, new_id};
use crate::lang::{lang, say};

impl DraftStore {
    /// Puts lines into the draft: in place of what stands there, or beside it, where quantities of the same product add up.
    pub fn take_lines(self, lines: &[(ProductRow, Quantity)], replace: bool) {
        let before = self.draft.get_untracked();
        let here = lang();
        self.change(|draft| {
            if replace {
                draft.lines.clear();
            }
            for (product, quantity) in lines {
                let had = match draft.line(&product.code).map(|line| line.read(here)) {
                    Some(Typed::Quantity(had)) => had.raw(),
                    _ => 0,
                };
                let sum = Quantity::from_raw(had.saturating_add(quantity.raw()));
                draft.write(product, &write_quantity(sum, here), here, new_id);
            }
        });
        let touched: HashSet<String> = lines.iter().map(|(product, _)| product.code.clone()).chain(before.lines.iter().map(|line| line.code.clone())).collect();
        self.offer_undo(say(words::PUT_IN).into(), move |draft| {
            // What was typed since stays.
            let since = draft.lines.extract_if(.., |line| !touched.contains(&line.code)).collect::<Vec<_>>();
            draft.lines.clone_from(&before.lines);
            draft.lines.extend(since);
        });
    }
}

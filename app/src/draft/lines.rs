//! Many lines at once, as a file or a pasted text has them, with undo.

use std::collections::HashSet;

use kontor_shared::api::forms::FormAccount;
use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::{Typed, write_quantity};
use kontor_shared::money::Quantity;
use kontor_shared::words::from_file as words;
use leptos::prelude::*;

use super::{DraftStore, new_id};
use crate::lang::{lang, say};

impl DraftStore {
    /// Puts lines into the draft: in place of what stands there, or beside it, where quantities of the same product add up. What
    /// the form says of the whole order comes with them, where the draft says nothing else.
    pub fn take_lines(self, lines: &[(ProductRow, Quantity)], form: &FormAccount, replace: bool) {
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
            let wanted_on = form.wanted_on.as_deref().unwrap_or_default();
            for (field, said) in [(&mut draft.po_number, form.po_number.as_str()), (&mut draft.wanted_on, wanted_on), (&mut draft.comment, &form.comment)] {
                if !said.is_empty() && (replace || field.trim().is_empty()) {
                    *field = said.to_string();
                }
            }
        });
        let put = self.draft.get_untracked();
        let touched: HashSet<String> = lines.iter().map(|(product, _)| product.code.clone()).chain(before.lines.iter().map(|line| line.code.clone())).collect();
        self.offer_undo(say(words::PUT_IN).into(), move |draft| {
            // What was typed since stays.
            let since = draft.lines.extract_if(.., |line| !touched.contains(&line.code)).collect::<Vec<_>>();
            draft.lines.clone_from(&before.lines);
            draft.lines.extend(since);
            for (field, put, before) in [
                (&mut draft.po_number, &put.po_number, &before.po_number),
                (&mut draft.wanted_on, &put.wanted_on, &before.wanted_on),
                (&mut draft.comment, &put.comment, &before.comment),
            ] {
                if field == put {
                    field.clone_from(before);
                }
            }
        });
    }
}

//! What a filled-in sheet orders, put into the order being entered, and the way back.

use std::collections::HashSet;

use kontor_shared::api::forms::FormAccount;
use kontor_shared::drafts::write_quantity;
use kontor_shared::orders::{Source, Verdict};
use kontor_shared::words::entry as words;
use leptos::prelude::*;

use super::lines::{Goods, Line, rows};
use crate::lang::{lang, say};
use crate::ui::toast;

/// What is said of the whole order.
#[derive(Clone, Copy)]
pub struct Facts {
    pub source: RwSignal<String>,
    pub received_on: RwSignal<String>,
    pub po_number: RwSignal<String>,
    pub wanted_on: RwSignal<String>,
    pub delivery_address: RwSignal<String>,
    pub comment: RwSignal<String>,
}

/// The order being entered, as far as a file changes it.
#[derive(Clone, Copy)]
pub struct Entered {
    pub facts: Facts,
    pub lines: RwSignal<Vec<Line>>,
    /// What was read of the file the lines are from.
    pub account: RwSignal<Option<FormAccount>>,
}

impl Entered {
    /// Puts the lines that were taken in place of those that stand here, and offers the way back. What was refused is told in the
    /// account and nowhere else: whoever reads the file types what was meant.
    pub fn take(self, account: FormAccount, goods: Goods) {
        let taken = account.lines.iter().filter(|line| line.verdict != Verdict::Refused);
        let (codes, typed): (Vec<&str>, Vec<String>) = taken.filter_map(|line| Some((line.code.as_str(), write_quantity(line.quantity?, lang())))).unzip();
        let mut found: Vec<Line> = Vec::with_capacity(codes.len());
        let (mut known, mut gone) = (HashSet::new(), Vec::new());
        for ((code, row), typed) in codes.iter().zip(rows(goods, &codes)).zip(typed) {
            match row {
                Some(row) if known.insert(row) => found.push(Line { row, typed: RwSignal::new(typed) }),
                Some(_) => {}
                None => gone.push(format!("{code} × {typed}")),
            }
        }
        tell_gone(&gone);
        let Facts { source, po_number, wanted_on, comment, .. } = self.facts;
        let fields = [source, po_number, wanted_on, comment];
        let texts = move || fields.map(|field| field.get_untracked());
        let (lines_before, account_before, texts_before) = (self.lines.get_untracked(), self.account.get_untracked(), texts());
        source.set(Source::Sheet.word().into());
        let day = account.wanted_on.clone().unwrap_or_default();
        for (field, said) in [(po_number, &account.po_number), (wanted_on, &day), (comment, &account.comment)] {
            if field.with_untracked(String::is_empty) && !said.is_empty() {
                field.set(said.clone());
            }
        }
        self.account.set(Some(account));
        self.lines.set(found);
        if lines_before.is_empty() {
            return;
        }
        known.extend(lines_before.iter().map(|line| line.row));
        let texts_put = texts();
        toast::offer_undo(say(words::REPLACED), say(words::UNDO), move || {
            // The page may have gone meanwhile; what it held has gone with it.
            let Some(now) = self.lines.try_get_untracked() else { return };
            // What was typed since stays.
            let since = now.into_iter().filter(|line| !known.contains(&line.row));
            self.lines.set(lines_before.iter().copied().chain(since).collect());
            self.account.set(account_before.clone());
            for (field, (put, before)) in fields.into_iter().zip(texts_put.iter().zip(&texts_before)) {
                if field.with_untracked(|now| now == put) {
                    field.set(before.clone());
                }
            }
        });
    }
}

/// Says which lines could not be taken over.
pub fn tell_gone(lines: &[String]) {
    if !lines.is_empty() {
        toast::fail(words::GONE.with(lang(), &[("lines", &lines.join(", "))]));
    }
}

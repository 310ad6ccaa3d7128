//! The account of what a file or a text orders: how each row was read, and what became of it by prices and rules.

use super::{Goods, Line, Reading, Warning};
use crate::api::forms::{FormAccount, FormLine, FormWarning};
use crate::money::{Currency, MoneyError, Percent, Price, Totals, VatMethod, VatMode, line_amount, totals};
use crate::orders::{LineReason, PriceFacts, Verdict, judge_line};
use crate::words::{Lang, common};

/// What became of a line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    pub verdict: Verdict,
    pub reason: Option<LineReason>,
    pub price: Option<Price>,
}

/// What stands above the lines.
pub struct Head {
    pub form_id: Option<String>,
    /// The customer's code.
    pub customer: String,
    pub version: u32,
    pub format: String,
    pub totals: Totals,
}

/// What an order of the lines read would get by the list itself, as long as it is in force.
pub fn by_list(reading: &Reading, goods: &Goods, currency: Currency, (mode, method): (VatMode, VatMethod)) -> Result<(Vec<Judged>, Totals), MoneyError> {
    let mut judged = Vec::new();
    let mut taken = Vec::new();
    for line in reading.taken() {
        let (Some(item), Some(quantity)) = (line.item.and_then(|item| goods.items.get(item as usize)), line.quantity) else { continue };
        let price = item.price_at(quantity);
        let facts = PriceFacts { ordered_version: Some(price), version_valid: true, current: Some(price) };
        let mut verdict = judge_line(quantity, price, &item.rule, facts);
        if verdict.verdict != Verdict::Refused {
            match line_amount(quantity, price, Percent::ZERO, currency) {
                Ok(amount) => taken.push((amount, item.vat_rate)),
                Err(_) => (verdict.verdict, verdict.reason) = (Verdict::Refused, Some(LineReason::TooLarge)),
            }
        }
        judged.push(Judged { verdict: verdict.verdict, reason: verdict.reason, price: verdict.price });
    }
    Ok((judged, totals(&taken, currency, mode, method)?))
}

/// Puts the account together; `judged` are the verdicts on the lines taken, in their order.
pub fn account(head: Head, reading: &Reading, goods: &Goods, judged: impl IntoIterator<Item = Judged>, warnings: Vec<Warning>, lang: Lang) -> FormAccount {
    let mut judged = judged.into_iter();
    let lines: Vec<FormLine> = reading.lines.iter().map(|line| told(line, goods, &mut judged, lang)).collect();
    let count = |verdict: Verdict| lines.iter().filter(|line| line.verdict == verdict).count() as u64;
    let warning = |warning: Warning| FormWarning {
        code: warning.note.code().into(),
        message: warning.note.say(lang, &warning.detail),
        sheet: warning.sheet,
        row: warning.row,
    };
    FormAccount {
        form_id: head.form_id,
        customer: head.customer,
        version: head.version,
        found_by: reading.found_by().map(|by| by.word().into()),
        format: head.format,
        read: lines.len() as u64,
        accepted: count(Verdict::Accepted),
        changed: count(Verdict::Changed),
        refused: count(Verdict::Refused),
        lines,
        warnings: warnings.into_iter().map(warning).collect(),
        currency: head.totals.gross.currency,
        net: head.totals.net.decimal(),
        vat: head.totals.vat.decimal(),
        gross: head.totals.gross.decimal(),
        po_number: reading.fields.po_number.clone(),
        wanted_on: reading.fields.wanted_on.clone(),
        comment: reading.fields.comment.clone(),
        tables: reading.tables.clone(),
    }
}

/// A line with its verdict.
fn told(line: &Line, goods: &Goods, judged: &mut impl Iterator<Item = Judged>, lang: Lang) -> FormLine {
    let item = line.item.and_then(|item| goods.items.get(item as usize));
    let mut told = FormLine {
        sheet: line.sheet.clone(),
        row: line.row,
        code: line.code.clone(),
        name: item.map(|item| item.name.clone()).unwrap_or_default(),
        quantity: line.quantity,
        raw: line.raw.clone(),
        verdict: Verdict::Refused,
        reason: None,
        message: None,
        offers: Vec::new(),
        price: None,
    };
    if let Some((reason, detail)) = &line.refused {
        (told.reason, told.message) = (Some(reason.code().into()), Some(reason.say(lang, detail)));
        return told;
    }
    let Some(judged) = judged.next() else { return told };
    told.verdict = judged.verdict;
    told.reason = judged.reason.map(|reason| reason.word().into());
    told.message = judged.reason.map(|reason| common::line_reason(reason).say(lang).into());
    told.price = judged.price;
    if let (Verdict::Refused, Some(item), Some(quantity)) = (judged.verdict, item, line.quantity)
        && let Err(problem) = item.rule.check(quantity)
    {
        told.offers = [problem.lower, problem.upper].into_iter().flatten().collect();
    }
    told
}

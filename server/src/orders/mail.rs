//! What the mails about an order say. Plain text, in the customer's language.

use kontor_shared::documents::Proforma;
use kontor_shared::money::{Currency, Money, Price, Quantity};
use kontor_shared::orders::{LineReason, OrderState, short_only};
use kontor_shared::words::{Lang, common, format, mail as words};

use super::price::{is_taken, judged};
use super::store::{LineRow, OrderRow};
use super::view;
use crate::firm::FirmSettings;
use crate::mail::text::Text;

/// Subject and text of the mail that acknowledges an order.
pub fn received(lang: Lang, firm: &FirmSettings, public_url: Option<&str>, row: &OrderRow, lines: &[LineRow]) -> anyhow::Result<(String, String)> {
    let currency = view::currency(&row.currency)?;
    let review = view::state(&row.state)? == OrderState::NeedsReview;
    let taken = lines.iter().filter(|line| is_taken(line)).count();
    let lacking = row.lacking.map(|minor| format::money(lang, Money::new(minor, currency)));
    let short = short_only(row.lacking.is_some(), lines.iter().filter_map(judged));
    let (subject, intro) = match (review, taken) {
        (true, 0) => (words::REVIEW_SUBJECT, words::NOTHING_TAKEN),
        // Only the firm has something to decide.
        (true, _) if short => (words::RECEIVED_SUBJECT, words::ARRIVED),
        (true, _) => (words::REVIEW_SUBJECT, words::REVIEW),
        (false, _) => (words::RECEIVED_SUBJECT, words::RECEIVED),
    };
    let mut text = Text::new(lang);
    text.line(&intro.with(lang, &[("firm", &firm.party.name), ("number", &row.number)]));
    if let Some(amount) = lacking {
        text.line(&words::BELOW_LEAST.with(lang, &[("amount", &amount)]));
    }
    text.blank();
    text.details(row);
    for line in lines {
        text.order_line(line, currency);
    }
    text.blank();
    let changed = lines.iter().filter(|line| is_taken(line) && line.reason.is_some()).count();
    let (read, refused) = (lines.len(), lines.len() - taken);
    text.line(&words::ACCOUNT.with(lang, &[("read", &read), ("accepted", &(taken - changed)), ("changed", &changed), ("refused", &refused)]));
    for (word, minor) in [(common::NET, row.net), (common::VAT, row.vat), (common::TOTAL, row.gross)] {
        text.line(&format!("{}: {}", word.say(lang), format::money(lang, Money::new(minor, currency))));
    }
    text.ending(firm, public_url, row);
    Ok((subject.with(lang, &[("number", &row.number)]), text.done()))
}

/// Subject and text of the mail that tells of a confirmation and its proforma invoice. It leads to the order's page, which
/// asks whoever is not signed in to sign in; the document's own address could only refuse.
pub fn confirmed(lang: Lang, firm: &FirmSettings, public_url: Option<&str>, row: &OrderRow, proforma: &Proforma) -> anyhow::Result<(String, String)> {
    let currency = view::currency(&row.currency)?;
    let mut text = Text::new(lang);
    let date = format::date(lang, &proforma.date);
    let amount = format::amount(lang, &proforma.gross, currency);
    text.line(
        &words::CONFIRMED
            .with(lang, &[("firm", &firm.party.name), ("number", &row.number), ("proforma", &proforma.number), ("date", &date), ("amount", &amount)]),
    );
    if let Some(day) = &proforma.pay_until {
        text.line(&words::PAY_UNTIL.with(lang, &[("date", &format::date(lang, day))]));
    }
    text.ending(firm, public_url, row);
    Ok((words::CONFIRMED_SUBJECT.with(lang, &[("number", &row.number), ("proforma", &proforma.number)]), text.done()))
}

/// Subject and text of the mail that tells of a refusal.
pub fn refused(lang: Lang, firm: &FirmSettings, public_url: Option<&str>, row: &OrderRow, reason: &str) -> (String, String) {
    let mut text = Text::new(lang);
    text.line(&words::REFUSED.with(lang, &[("firm", &firm.party.name), ("number", &row.number)]));
    text.line(&words::REFUSED_REASON.with(lang, &[("reason", &reason)]));
    text.ending(firm, public_url, row);
    (words::REFUSED_SUBJECT.with(lang, &[("number", &row.number)]), text.done())
}

impl Text {
    fn details(&mut self, row: &OrderRow) {
        let lang = self.lang;
        let before = self.size();
        if !row.po_number.is_empty() {
            self.line(&words::YOUR_NUMBER.with(lang, &[("number", &row.po_number)]));
        }
        if let Some(day) = &row.wanted_on {
            self.line(&words::WANTED_ON.with(lang, &[("date", &format::date(lang, day))]));
        }
        for (label, value) in [(words::DELIVERY, &row.delivery_address), (words::COMMENT, &row.comment)] {
            if !value.trim().is_empty() {
                self.line(label.say(lang));
                self.line(value.trim());
            }
        }
        if self.size() > before {
            self.blank();
        }
    }

    fn order_line(&mut self, line: &LineRow, currency: Currency) {
        let lang = self.lang;
        let quantity = format::quantity(lang, Quantity::from_raw(line.quantity));
        let price = line.price.map(|raw| format::price(lang, Price::from_raw(raw)));
        self.line(format!("{}  {}", line.product_code, line.name).trim_end());
        let reason = line.reason.as_deref().and_then(LineReason::parse).map(|reason| common::line_reason(reason).say(lang));
        match price {
            Some(price) if is_taken(line) => {
                let amount = format::money(lang, Money::new(line.amount, currency));
                self.line(&format!("    {quantity} {} × {price} = {amount}", line.unit));
                if let (Some(reason), Some(shown)) = (reason, line.shown_price) {
                    let shown = format::price(lang, Price::from_raw(shown));
                    self.line(&format!("    {}", words::LINE_SHOWN.with(lang, &[("reason", &reason), ("shown", &shown), ("price", &price)])));
                }
            }
            _ => {
                self.line(format!("    {quantity} {}", line.unit).trim_end());
                self.line(&format!("    {}", words::LINE_REFUSED.with(lang, &[("reason", &reason.unwrap_or(common::VERDICT_REFUSED.say(lang)))])));
            }
        }
    }

    fn ending(&mut self, firm: &FirmSettings, public_url: Option<&str>, row: &OrderRow) {
        self.order_link(public_url, &row.id);
        self.sign(firm);
    }
}

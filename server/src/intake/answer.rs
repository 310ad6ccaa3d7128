//! What is answered to a message: what became of each line, in the customer's language, with a sheet of the lines that were not
//! taken. Only people we know are answered: the customer's own contacts, at the addresses the firm has of them.

use std::collections::BTreeSet;

use anyhow::Context;
use kontor_shared::api::forms::{FormAccount, FormLine};
use kontor_shared::catalog::columns::Columns;
use kontor_shared::ids::{CustomerId, form_id};
use kontor_shared::money::Money;
use kontor_shared::orders::Verdict;
use kontor_shared::sheet::{self, OrderedLine};
use kontor_shared::words::{Lang, common, format, incoming as words, mail as mail_words};
use sqlx::AnyConnection;

use super::store::MailRow;
use super::take::{Found, Ordered, lang_of};
use super::{State, sender};
use crate::error::Result;
use crate::firm::FirmSettings;
use crate::mail::text::Text;
use crate::orders::store::{self as orders, CustomerRow};
use crate::outbox::{NewMail, attachment::Attached};
use crate::secrets::Purpose;
use crate::segments::workbook::XLSX;
use crate::time::{day_in, random};
use crate::{AppState, bodies, forms, outbox, price_list};

/// Answers that tell of nothing taken, to one address.
const MOST_IN_AN_HOUR: i64 = 1;
const MOST_IN_A_DAY: i64 = 20;
const HOUR_MS: i64 = 3_600_000;

/// A sheet that goes along.
struct Corrected {
    name: String,
    bytes: Vec<u8>,
    form: String,
    customer: CustomerId,
    version: i64,
    overlay: String,
}

/// An answer, ready to be put into the outbox.
pub struct Answer {
    /// The number of the file it is about; 0: about the whole message.
    pub file: i64,
    cause: String,
    customer: CustomerId,
    recipients: Vec<String>,
    lang: Lang,
    subject: String,
    text: String,
    thread: String,
    sheet: Option<Corrected>,
}

/// The answers to a message; what is slow is done here, before the write lock is taken.
pub async fn prepare(state: &AppState, mail: &MailRow, found: &[Found]) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for file in found {
        // Whoever proved nothing is told nothing.
        let proved = file.evidence.is_some() || file.order.is_some();
        let (Some(customer), true) = (&file.row.customer_id, proved) else { continue };
        let taken = file.row.verdict == State::Accepted.word();
        if !(taken || (file.row.verdict == State::Refused.word() && mail.answerable == 1)) {
            continue;
        }
        answers.extend(of_file(state, mail, file, customer).await?);
    }
    Ok(answers)
}

/// The answer about one file.
pub async fn of_file(state: &AppState, mail: &MailRow, file: &Found, customer: &str) -> Result<Option<Answer>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let Some(buyer) = orders::customer(&mut connection, customer).await? else { return Ok(None) };
    let lang = lang_of(&mut connection, customer, &firm).await?;
    let known = super::store::customers_of_address(&mut connection, &mail.sender).await?.contains(&buyer.id);
    let contacts = orders::order_mail_addresses(&mut connection, &buyer.id, false).await?;
    let sender = (known && mail.answerable == 1).then(|| mail.sender.clone());
    let order = file.order.as_ref().filter(|order| !order.double);
    let to: Vec<String> = match (order, sender) {
        (Some(_), sender) => contacts.into_iter().chain(sender).collect(),
        (None, Some(sender)) => vec![sender],
        (None, None) => contacts,
    };
    let recipients: BTreeSet<String> = to.into_iter().map(|address| address.to_lowercase()).collect();
    let mut allowed = Vec::new();
    for address in recipients {
        if order.is_some() || may_write(&mut connection, &address, state.clock.now_ms()).await? {
            allowed.push(address);
        }
    }
    if allowed.is_empty() && order.is_none() {
        return Ok(None);
    }
    let sheet = match &file.account {
        Some(account) if account.refused > 0 && !file.order.as_ref().is_some_and(|order| order.double) => {
            corrected(&mut connection, state, &firm, &buyer, account, lang).await?
        }
        _ => None,
    };
    drop(connection);
    let (subject, text) = texts(state, &firm, mail, file, lang, sheet.is_some())?;
    Ok(Some(Answer {
        file: file.row.no,
        cause: cause(&mail.id, file.row.no, file.order.as_ref()),
        customer: buyer.id.parse().context("stored customer id")?,
        recipients: allowed,
        lang,
        subject,
        text,
        thread: mail.thread.clone(),
        sheet,
    }))
}

/// What an answer tells of. A file that was refused may become an order later, and that is another thing to tell.
fn cause(mail: &str, no: i64, order: Option<&Ordered>) -> String {
    match order {
        Some(order) => format!("incoming {mail} {no} {}", order.id),
        None => format!("incoming {mail} {no}"),
    }
}

/// A message of the firm's own to whoever sent one, without an account: why it is refused.
pub fn by_hand(mail: &MailRow, firm: &FirmSettings, customer: CustomerId, lang: Lang, reason: &str) -> Answer {
    let mut text = Text::new(lang);
    text.line(&words::REFUSED.with(lang, &[("firm", &firm.party.name), ("subject", &mail.subject), ("file", &"")]));
    text.line(&words::BECAUSE.with(lang, &[("reason", &reason)]));
    text.sign(firm);
    Answer {
        file: 0,
        cause: format!("incoming {} refused", mail.id),
        customer,
        recipients: vec![mail.sender.clone()],
        lang,
        subject: words::REFUSED_SUBJECT.say(lang).into(),
        text: text.done(),
        thread: mail.thread.clone(),
        sheet: None,
    }
}

/// Whether an address was not written to too often of what came from it. Answers go to addresses in lower case.
pub async fn may_write(connection: &mut AnyConnection, address: &str, now: i64) -> sqlx::Result<bool> {
    let address = address.to_lowercase();
    for (most, since) in [(MOST_IN_AN_HOUR, HOUR_MS), (MOST_IN_A_DAY, 24 * HOUR_MS)] {
        let written: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE recipient = $1 AND thread <> '' AND created_at > $2")
            .bind(&address)
            .bind(now - since)
            .fetch_one(&mut *connection)
            .await?;
        if written >= most {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts answers into the outbox, in the transaction that stores the message.
pub async fn send(connection: &mut AnyConnection, state: &AppState, answers: Vec<Answer>) -> Result<()> {
    let now = state.clock.now_ms();
    for answer in answers {
        let mut attachments = String::new();
        if let Some(sheet) = &answer.sheet {
            let sha256 = bodies::put(connection, XLSX, &sheet.bytes, now).await?;
            let attached = Attached { name: sheet.name.clone(), media_type: XLSX.into(), base: String::new(), values: Vec::new(), sha256 };
            attachments = serde_json::to_string(&[attached]).context("an attachment")?;
            price_list::store::insert_form(connection, &sheet.form, sheet.customer, sheet.version, &sheet.overlay, now).await?;
        }
        let mails: Vec<NewMail<'_>> = if answer.recipients.is_empty() { vec![""] } else { answer.recipients.iter().map(String::as_str).collect() }
            .into_iter()
            .map(|recipient| NewMail {
                cause: &answer.cause,
                customer: Some(answer.customer),
                recipient,
                lang: answer.lang,
                subject: &answer.subject,
                text: &answer.text,
                thread: &answer.thread,
                attachments: &attachments,
            })
            .collect();
        outbox::enqueue(connection, &state.clock, &mails).await?;
    }
    Ok(())
}

/// A form of the lines that were not taken, filled in where a quantity could be read; none where the list holds none of them.
async fn corrected(
    connection: &mut AnyConnection,
    state: &AppState,
    firm: &FirmSettings,
    customer: &CustomerRow,
    account: &FormAccount,
    lang: Lang,
) -> Result<Option<Corrected>> {
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let Ok(list) = forms::in_force(connection, customer, &today).await else { return Ok(None) };
    let refused: Vec<_> = account.lines.iter().filter(|line| line.verdict == Verdict::Refused && !line.code.is_empty()).collect();
    let codes: BTreeSet<&str> = refused.iter().map(|line| line.code.as_str()).collect();
    let rows: Vec<u32> = list.products.iter().zip(0..).filter(|(product, _)| codes.contains(product.code.as_str())).map(|(_, at)| at).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    // A product that stands twice with two quantities is left open: only the buyer knows which is meant.
    let quantity = |code: &str| {
        let mut said = refused.iter().filter(|line| line.code == code).map(|line| line.quantity);
        said.next().flatten().filter(|first| said.all(|other| other == Some(*first)) && first.raw() > 0)
    };
    let order: Vec<OrderedLine> = codes
        .iter()
        .filter(|code| list.products.iter().any(|product| product.code == **code))
        .filter_map(|code| Some(OrderedLine { code: (*code).into(), quantity: quantity(code)? }))
        .collect();
    let id = form_id(random());
    let token = sender::token(&state.key(Purpose::Forms).await?, &id);
    let form = firm.form(&id, &customer.code, &customer.name, token, state.clock.now_ms());
    let name = sheet::file_name(&firm.party.name, Some(&customer.code), &list.valid_from, lang);
    let (version, overlay) = (i64::from(list.version), list.overlay.clone());
    let made = tokio::task::spawn_blocking(move || {
        let book = sheet::price_list(Columns::from_snapshot(&list), Some(&rows), &order, form, lang)?;
        sheet::write(book)
    });
    match made.await.context("a sheet")? {
        Ok(bytes) => Ok(Some(Corrected { name, bytes, form: id, customer: customer.id.parse().context("stored customer id")?, version, overlay })),
        Err(error) => {
            // The answer without a sheet is better than none.
            tracing::warn!(%error, "a corrected sheet could not be made");
            Ok(None)
        }
    }
}

fn texts(state: &AppState, firm: &FirmSettings, mail: &MailRow, file: &Found, lang: Lang, with_sheet: bool) -> Result<(String, String)> {
    let mut text = Text::new(lang);
    let firm_name = &firm.party.name;
    let subject = match &file.order {
        Some(Ordered { number, double: true, .. }) => {
            text.line(&words::DOUBLE.with(lang, &[("firm", firm_name), ("number", number)]));
            words::DOUBLE_SUBJECT.with(lang, &[("number", number)])
        }
        Some(Ordered { number, .. }) => {
            let review = file.account.as_ref().is_some_and(|account| account.lines.iter().any(|line| line.reason.as_deref() == Some("price_rose")));
            let (subject, intro) = if review { (mail_words::REVIEW_SUBJECT, mail_words::REVIEW) } else { (mail_words::RECEIVED_SUBJECT, mail_words::RECEIVED) };
            text.line(&intro.with(lang, &[("firm", firm_name), ("number", number)]));
            subject.with(lang, &[("number", number)])
        }
        None => {
            text.line(&words::REFUSED.with(lang, &[("firm", firm_name), ("subject", &mail.subject), ("file", &file.row.name)]));
            let reason = words::reason(&file.row.reason).map(|word| word.with(lang, &[("detail", &file.row.detail)]));
            text.line(&words::BECAUSE.with(lang, &[("reason", &reason.unwrap_or_else(|| file.row.detail.clone()))]));
            words::REFUSED_SUBJECT.say(lang).into()
        }
    };
    if let Some(account) = file.account.as_ref().filter(|_| !file.order.as_ref().is_some_and(|order| order.double)) {
        text.account(account)?;
    }
    if with_sheet {
        text.blank();
        text.line(words::CORRECTED.say(lang));
    }
    if let Some(order) = &file.order {
        text.order_link(state.config.public_url.as_deref(), &order.id);
    }
    text.sign(firm);
    Ok((subject, text.done()))
}

impl Text {
    /// A line that was taken: the product, how much of it and at which price.
    pub fn ordered(&mut self, line: &FormLine) {
        self.line(format!("{}  {}", line.code, line.name).trim_start());
        self.quantity(line);
    }

    fn quantity(&mut self, line: &FormLine) {
        let lang = self.lang;
        let quantity = line.quantity.map_or_else(|| line.raw.clone(), |quantity| format::quantity(lang, quantity));
        match line.price {
            Some(price) if line.verdict != Verdict::Refused => self.line(&format!("    {quantity} × {}", format::price(lang, price))),
            _ => self.line(&format!("    {quantity}")),
        }
    }

    /// Every line with what became of it, what is odd, and the totals.
    fn account(&mut self, account: &FormAccount) -> Result<()> {
        let lang = self.lang;
        self.blank();
        for line in &account.lines {
            let row = words::ROW.with(lang, &[("row", &line.row)]);
            self.line(format!("{}  {} ({row})", line.code, line.name).trim_start());
            self.quantity(line);
            let reason = line.message.as_deref().unwrap_or_default();
            match line.verdict {
                Verdict::Refused => self.line(&format!("    {}", mail_words::LINE_REFUSED.with(lang, &[("reason", &reason)]))),
                _ if !reason.is_empty() => self.line(&format!("    {reason}")),
                _ => {}
            }
        }
        self.blank();
        self.line(
            &mail_words::ACCOUNT
                .with(lang, &[("read", &account.read), ("accepted", &account.accepted), ("changed", &account.changed), ("refused", &account.refused)]),
        );
        for (word, amount) in [(common::NET, &account.net), (common::VAT, &account.vat), (common::TOTAL, &account.gross)] {
            let amount = Money::parse(amount, account.currency).ok().context("an account's total")?;
            self.line(&format!("{}: {}", word.say(lang), format::money(lang, amount)));
        }
        if !account.warnings.is_empty() {
            self.blank();
            self.line(words::ODD.say(lang));
            for warning in account.warnings.iter().take(20) {
                self.line(&format!("- {}", warning.message));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_refused_and_becomes_an_order_is_told_of_twice() {
        let order = Ordered { id: "0199".into(), number: "7".into(), double: false };
        assert_ne!(cause("mail", 1, None), cause("mail", 1, Some(&order)));
        assert_eq!(cause("mail", 1, Some(&order)), cause("mail", 1, Some(&order.clone())));
    }
}

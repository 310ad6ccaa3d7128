//! An order nobody's identity is proved for becomes one when the customer says so, by a link sent to the address the firm has.

use anyhow::Context;
use axum::extract::State as Shared;
use kontor_shared::api::accounts::UseLink;
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::incoming::ConfirmedOrder;
use kontor_shared::ids::CustomerId;
use kontor_shared::orders::Verdict;
use kontor_shared::words::{Lang, format, incoming as words};
use sqlx::AnyConnection;

use super::desk;
use super::store::{self, FileRow, MailRow};
use super::take::{Found, NOT_PROVED, OTHER_OPEN, Putting, lang_of};
use super::{State, answer};
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::firm::FirmSettings;
use crate::links::{self, Purpose};
use crate::mail::text::Text;
use crate::orders::entry::By;
use crate::orders::store as orders;
use crate::outbox::NewMail;
use crate::{AppState, outbox};

/// Why a message waits whose customer was asked.
pub const ASKED: &str = "asked";

/// Why a message waits that its customer has confirmed, while another order of its form is open.
pub const CONFIRMED_BESIDE: &str = "confirmed_beside";

/// Asks the customers of forms that nothing proves, at their stored addresses; gives the files they were asked about. What is
/// asked is written in the transaction that stores the message. Without a public address nobody can be asked.
pub async fn ask(connection: &mut AnyConnection, state: &AppState, mail: &MailRow, found: &[Found]) -> Result<Vec<String>> {
    let mut asked = Vec::new();
    let Some(public_url) = state.config.public_url.as_deref() else { return Ok(asked) };
    if mail.answerable == 0 {
        return Ok(asked);
    }
    let firm = state.firm().await?;
    for file in found.iter().filter(|file| file.row.reason == NOT_PROVED) {
        let (Some(customer_id), Some(account)) = (&file.row.customer_id, &file.account) else { continue };
        let Some(customer) = orders::customer(connection, customer_id).await? else { continue };
        let lang = lang_of(connection, customer_id, &firm).await?;
        // One link: whoever opens it first decides for the customer.
        let Some(address) = whom(connection, customer_id, state.clock.now_ms()).await? else { continue };
        let token = links::new_token();
        let id = customer.id.parse::<CustomerId>().context("stored customer id")?;
        links::store(connection, &state.clock, Purpose::MailOrder, &file.row.id, "", &customer.code, &token).await?;
        let url = links::address(public_url, Purpose::MailOrder, Some(lang), &token);
        let text = text(&firm, &customer.name, mail, account, lang, &url);
        let cause = format!("{CAUSE}{}", file.row.id);
        let letter = NewMail {
            cause: &cause,
            customer: Some(id),
            recipient: &address,
            lang,
            subject: words::CONFIRM_SUBJECT.say(lang),
            text: &text,
            thread: &mail.thread,
            attachments: "",
        };
        outbox::enqueue(connection, &state.clock, &[letter]).await?;
        asked.push(file.row.id.clone());
    }
    Ok(asked)
}

/// The first of a customer's addresses that may be written to: whoever forges mails must not make the firm write them.
async fn whom(connection: &mut AnyConnection, customer: &str, now: i64) -> Result<Option<String>> {
    for address in orders::order_mail_addresses(connection, customer, false).await? {
        if answer::may_write(connection, &address, now).await? {
            return Ok(Some(address.to_lowercase()));
        }
    }
    Ok(None)
}

/// How causes of mails with such a link begin.
pub const CAUSE: &str = "mail order ";
/// Lines of the order that such a mail names: enough to know it by.
const MOST_LINES: usize = 100;

fn text(firm: &FirmSettings, customer: &str, mail: &MailRow, account: &FormAccount, lang: Lang, url: &str) -> String {
    let amount = format::amount(lang, &account.gross, account.currency);
    let mut text = Text::new(lang);
    text.line(&words::CONFIRM.with(lang, &[("firm", &firm.party.name), ("customer", &customer), ("sender", &mail.sender)]));
    text.line(&words::CONFIRM_LINES.with(lang, account.accepted + account.changed, &[("amount", &amount)]));
    text.blank();
    // Of what was not taken nothing is said: those would be words of whoever sent this, over the firm's name.
    let mut taken = account.lines.iter().filter(|line| line.verdict != Verdict::Refused);
    taken.by_ref().take(MOST_LINES).for_each(|line| text.ordered(line));
    let more = taken.count();
    if more > 0 {
        text.line(&words::CONFIRM_MORE.say(lang, more as u64));
    }
    text.blank();
    text.line(words::CONFIRM_LINK.say(lang));
    text.line(url);
    text.blank();
    text.line(words::CONFIRM_ELSE.say(lang));
    text.sign(firm);
    text.done()
}

/// What a link is about, while it can still be confirmed: the message, the file, the customer's name.
pub async fn about(connection: &mut AnyConnection, file: &str) -> Result<Option<(MailRow, FileRow, String)>> {
    let Some((mail, file)) = desk::file(connection, file).await? else { return Ok(None) };
    let Some(customer) = file.customer_id.as_deref().filter(|_| mail.state == State::NeedsPerson.word() && file.order_id.is_none()) else { return Ok(None) };
    let Some(customer) = orders::customer(connection, customer).await? else { return Ok(None) };
    Ok(Some((mail, file, customer.name)))
}

/// `POST /api/mail-order/confirm`: the order is taken as if its sender had been known.
pub async fn confirm(Shared(state): Shared<AppState>, Json(sent): Json<UseLink>) -> Result<Json<ConfirmedOrder>> {
    let ended = || AppError::Missing { code: "link_ended" };
    let now = state.clock.now_ms();
    let mut tries = 0;
    let (mail, customer, taken) = loop {
        tries += 1;
        let link = links::look(&mut *state.db.read().await?, Purpose::MailOrder, &sent.token, now).await?.ok_or_else(ended)?;
        let (mail, file, _) = about(&mut *state.db.read().await?, &link.subject).await?.ok_or_else(ended)?;
        let customer = file.customer_id.clone().ok_or_else(ended)?;
        let form = file.form_id.as_deref().unwrap_or_default();
        if let Some((_, number)) = store::open_order_of_form(&mut *state.db.read().await?, form, &file.content).await? {
            return Err(beside_another(&state, &sent.token, &mail, file, number).await?);
        }
        let putting = Putting { by: By::Buyer, actor: super::take::ACTOR.into(), user_id: None, message: Some(desk::as_seen(&mail)) };
        match desk::enter(&state, &mail, file, &customer, None, putting).await {
            Ok(taken) => break (mail, customer, taken),
            // Perhaps only another file of the message was decided about; if this one was, the link has ended.
            Err(AppError::Conflict { code: "decided", .. }) if tries < 3 => {}
            Err(error) => return Err(error),
        }
    };
    let answers = answer::of_file(&state, &mail, &taken.found, &customer).await?;
    let mut tx = state.db.write_tx().await?;
    let mail = store::mail(&mut tx, state.db.for_update(), &mail.id).await?.ok_or_else(ended)?;
    // Of two at once, one gets it.
    if store::files(&mut tx, &mail.id).await?.iter().any(|file| file.id == taken.found.row.id && file.order_id.is_some()) {
        return Err(ended());
    }
    // Where somebody has decided about the message meanwhile, the link has ended; but the order is stored by now, and that counts.
    links::take(&mut tx, Purpose::MailOrder, &sent.token, now).await?;
    store::set_customer(&mut tx, &mail.id, &customer).await?;
    desk::settle(&mut tx, &state, &mail, &taken, "").await?;
    answer::send(&mut tx, &state, answers.into_iter().collect()).await?;
    tx.commit().await?;
    Ok(Json(ConfirmedOrder { number: taken.order.number, order: taken.order.id }))
}

/// The customer has confirmed what may be the same order anew: that is written down, and a person says which of the two it is.
async fn beside_another(state: &AppState, token: &str, mail: &MailRow, file: FileRow, number: String) -> Result<AppError> {
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let current = store::mail(&mut tx, state.db.for_update(), &mail.id).await?.ok_or(AppError::NotFound)?;
    // Somebody has decided about the message meanwhile, or the same link was opened twice at once.
    if current.revision != mail.revision || links::take(&mut tx, Purpose::MailOrder, token, now).await?.is_none() {
        return Ok(AppError::Missing { code: "link_ended" });
    }
    let file = FileRow { reason: CONFIRMED_BESIDE.into(), detail: number.clone(), ..file };
    store::decide_file(&mut tx, &file).await?;
    store::decide(&mut tx, &current.id, &current.state, CONFIRMED_BESIDE, &number, "", now).await?;
    tx.commit().await?;
    Ok(AppError::conflict(OTHER_OPEN, number))
}

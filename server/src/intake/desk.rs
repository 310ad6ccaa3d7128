//! What staff do about messages: look, take a file as an order, refuse, put aside, and take that back.

use anyhow::Context;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::OrderCustomer;
use kontor_shared::api::incoming::{
    ConfirmedOrder, DecideIncoming, IncomingBox, IncomingFile, IncomingMail, IncomingPage, IncomingView, OtherLine, OtherOrder, ReadAgain, ReadIncoming,
    TakeIncoming,
};
use kontor_shared::audit::Action;
use kontor_shared::form::Note;
use kontor_shared::ids::OrderId;
use kontor_shared::money::Quantity;
use kontor_shared::orders::Verdict;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::store::{self, FileRow, MailRow};
use super::take::{self, Found, NOT_PROVED, Ordered, Putting};
use super::{State, answer, confirm, folder, sender::Evidence};
use crate::auth::{Staff, hex};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, seen_revision, with_revision};
use crate::forms::{self, AsOrder, Asking, Incoming};
use crate::links::{self, Purpose};
use crate::orders::entry::By;
use crate::orders::origins::{Message, decided_meanwhile};
use crate::orders::store as orders;
use crate::time::rfc3339;
use crate::{AppState, audit, auth, bodies, child};

/// Why a file is ignored beside which there is an order.
const PUT_ASIDE: &str = "put_aside";

#[derive(Deserialize)]
pub struct Filter {
    state: Option<String>,
    after: Option<String>,
}

/// `GET /api/incoming`
pub async fn list(Shared(state): Shared<AppState>, Query(filter): Query<Filter>) -> Result<Json<IncomingPage>> {
    const PAGE: usize = 100;
    let wanted = filter.state.unwrap_or_default();
    if !wanted.is_empty() && State::parse(&wanted).is_err() {
        return Err(AppError::invalid_field("unknown_state", "state", "accepted, refused, needs_person or ignored"));
    }
    let after = match filter.after.as_deref() {
        Some(text) => {
            let read = text.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id)));
            read.ok_or_else(|| AppError::invalid_field("invalid_query", "after", "the next of a page before"))?
        }
        None => (i64::MAX, ""),
    };
    let mut connection = state.db.read().await?;
    let mut rows = store::list(&mut connection, &wanted, after, PAGE as i64 + 1).await?;
    let next = (rows.len() > PAGE).then(|| format!("{}.{}", rows[PAGE - 1].received_at, rows[PAGE - 1].id));
    rows.truncate(PAGE);
    let mut mails = Vec::with_capacity(rows.len());
    for row in rows {
        mails.push(shown(&mut connection, row).await?);
    }
    let waiting = store::count(&mut connection, State::NeedsPerson.word()).await?.max(0) as u64;
    let boxes = store::boxes(&mut connection).await?;
    // The drop directory is looked into all the time; it is told of where something stands in the way.
    let boxes: Vec<store::BoxRow> = boxes.into_iter().filter(|row| row.name != folder::NAME || !row.trouble.is_empty()).collect();
    let told = |row: store::BoxRow| IncomingBox { name: row.name, looked_at: (row.looked_at > 0).then(|| rfc3339(row.looked_at)), trouble: row.trouble };
    Ok(Json(IncomingPage { mails, next, waiting, boxes: boxes.into_iter().map(told).collect() }))
}

async fn shown(connection: &mut AnyConnection, row: MailRow) -> Result<IncomingMail> {
    let customer = customer(connection, row.customer_id.as_deref()).await?;
    Ok(IncomingMail {
        id: row.id,
        sender: row.sender,
        subject: row.subject,
        received_at: rfc3339(row.received_at),
        state: row.state,
        reason: row.reason,
        detail: row.detail,
        customer,
    })
}

async fn customer(connection: &mut AnyConnection, id: Option<&str>) -> Result<Option<OrderCustomer>> {
    let Some(id) = id else { return Ok(None) };
    let Some(row) = orders::customer(connection, id).await? else { return Ok(None) };
    Ok(Some(OrderCustomer { id: row.id.parse().context("stored customer id")?, code: row.code, name: row.name }))
}

async fn view(connection: &mut AnyConnection, id: &str) -> Result<IncomingView> {
    let row = store::mail(connection, "", id).await?.ok_or(AppError::NotFound)?;
    let mut files = Vec::new();
    for file in store::files(connection, id).await? {
        // What a person is to take as an order may be another one of a form that has made one already.
        let other = match file.verdict == State::NeedsPerson.word() && file.form_id.is_some() {
            true => other(connection, &file).await?,
            false => None,
        };
        let shown = shown_as(&file);
        files.push(IncomingFile {
            other,
            no: u32::try_from(file.no).context("stored number")?,
            size: file.size.max(0) as u64,
            kept: file.hash.is_some() || row.raw_hash.is_some(),
            customer: customer(connection, file.customer_id.as_deref()).await?,
            account: if file.account.is_empty() { None } else { Some(serde_json::from_str(&file.account).context("stored account")?) },
            name: file.name,
            verdict: file.verdict,
            reason: file.reason,
            detail: file.detail,
            content: shown,
            order: file.order_id,
        });
    }
    let answerable = may_be_told(connection, &row).await?.is_some();
    Ok(IncomingView {
        revision: row.revision,
        kind: row.kind.clone(),
        evidence: row.evidence.clone(),
        text: row.text.clone(),
        place: row.place.clone(),
        kept: row.raw_hash.is_some(),
        answerable,
        decided_by: row.decided_by.clone(),
        files,
        mail: shown(connection, row).await?,
    })
}

/// The customer as whose person the sender may be told something. A stranger is not written to: the address may be anybody's.
async fn may_be_told(connection: &mut AnyConnection, row: &MailRow) -> Result<Option<String>> {
    let Some(customer) = row.customer_id.as_ref().filter(|_| row.answerable == 1) else { return Ok(None) };
    let known = store::customers_of_address(connection, &row.sender).await?.contains(customer);
    Ok(known.then(|| customer.clone()))
}

/// The order that a file would be another of, while it still is one.
async fn other(connection: &mut AnyConnection, file: &FileRow) -> Result<Option<OtherOrder>> {
    let form = file.form_id.as_deref().unwrap_or_default();
    let Some((id, number)) = store::open_order_of_form(connection, form, &file.content).await? else { return Ok(None) };
    let rows = orders::lines(connection, &id).await?;
    let taken = rows.into_iter().filter(|row| row.verdict != Verdict::Refused.word());
    let lines = taken.map(|row| OtherLine { code: row.product_code, name: row.name, quantity: Quantity::from_raw(row.quantity) }).collect();
    Ok(Some(OtherOrder { id, number, lines }))
}

fn answered(view: IncomingView) -> Response {
    with_revision(view.revision, Json(view))
}

/// `GET /api/incoming/{id}`
pub async fn show(Shared(state): Shared<AppState>, Path(id): Path<String>) -> Result<Response> {
    Ok(answered(view(&mut *state.db.read().await?, &id).await?))
}

/// `GET /api/incoming/{id}/raw`: the message to the byte, as a mail program opens it.
pub async fn raw(Shared(state): Shared<AppState>, Path(id): Path<String>) -> Result<Response> {
    let mut connection = state.db.read().await?;
    let row = store::mail(&mut connection, "", &id).await?.ok_or(AppError::NotFound)?;
    let body = match row.raw_hash {
        Some(hash) => bodies::get(&mut connection, &hash).await?,
        None => None,
    };
    let body = body.ok_or_else(|| AppError::conflict("gone", "the message is kept no longer"))?;
    Ok(file_response("message.eml", body.bytes))
}

/// `GET /api/incoming/{id}/files/{no}`: a file as it came. Never opened by the browser: it is a stranger's.
pub async fn download(Shared(state): Shared<AppState>, Path((id, no)): Path<(String, u32)>) -> Result<Response> {
    let mut connection = state.db.read().await?;
    let mail = store::mail(&mut connection, "", &id).await?.ok_or(AppError::NotFound)?;
    let row = numbered(&mut connection, &id, no).await?;
    let body = match row.hash.as_ref().or(mail.raw_hash.as_ref()) {
        Some(hash) => bodies::get(&mut connection, hash).await?.map(|body| body.bytes),
        None => None,
    };
    drop(connection);
    let bytes = match body {
        Some(raw) if row.hash.is_none() => within(&raw, &row).await?,
        body => body,
    };
    let bytes = bytes.ok_or_else(|| AppError::conflict("gone", "the file is kept no longer"))?;
    Ok(file_response(&row.name, bytes))
}

/// A file that is kept within its message only.
async fn within(raw: &[u8], row: &FileRow) -> Result<Option<Vec<u8>>> {
    let letter = match child::read_mail(raw).await {
        Ok(letter) => letter,
        Err(child::ChildError::Refused { .. }) => return Ok(None),
        Err(child::ChildError::Failed(error)) => return Err(AppError::Internal(error)),
    };
    // A later version of the program may count the files of a message otherwise.
    let numbered = letter.files.into_iter().zip(1..).find(|(file, no)| *no == row.no && file.name == row.name);
    Ok(numbered.map(|(file, _)| file.bytes))
}

fn file_response(name: &str, bytes: Vec<u8>) -> Response {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    ([(header::CONTENT_TYPE, "application/octet-stream".to_string()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

async fn numbered(connection: &mut AnyConnection, mail: &str, no: u32) -> Result<FileRow> {
    store::files(connection, mail).await?.into_iter().find(|file| file.no == i64::from(no)).ok_or(AppError::NotFound)
}

/// A file and its message, by the file's id.
pub async fn file(connection: &mut AnyConnection, id: &str) -> Result<Option<(MailRow, FileRow)>> {
    let mail: Option<String> = sqlx::query_scalar("SELECT mail_id FROM incoming_files WHERE id = $1").bind(id).fetch_optional(&mut *connection).await?;
    let Some(mail) = mail else { return Ok(None) };
    let Some(row) = store::mail(connection, "", &mail).await? else { return Ok(None) };
    Ok(store::files(connection, &mail).await?.into_iter().find(|file| file.id == id).map(|file| (row, file)))
}

/// Reads a stored file for a customer, by id or code.
async fn read_for(state: &AppState, mail: &MailRow, file: &FileRow, customer: &str) -> Result<AsOrder> {
    let no_order = || AppError::conflict("no_order", "this file cannot be read as an order");
    let hash = file.hash.as_deref().ok_or_else(no_order)?;
    let body = bodies::get(&mut *state.db.read().await?, hash).await?.ok_or_else(no_order)?;
    let book = match child::read_book(&body.bytes).await {
        Ok(book) => book,
        Err(child::ChildError::Refused { .. }) => return Err(no_order()),
        Err(child::ChildError::Failed(error)) => return Err(AppError::Internal(error)),
    };
    let incoming = Incoming { book: &book, file_name: &file.name, beside: &mail.subject };
    let lang = {
        let mut connection = state.db.read().await?;
        let firm = crate::firm::stored(&mut connection).await?;
        match auth::store::customer_by_key(&mut connection, customer).await? {
            Some(id) => take::lang_of(&mut connection, &id, &firm).await?,
            None => firm.lang,
        }
    };
    forms::judge_order(state, &incoming, Asking::For(Some(customer.to_string())), lang).await
}

/// A file that became an order.
pub struct Taken {
    pub found: Found,
    pub order: Ordered,
}

/// Enters the order of a waiting file. `seen` is what a person saw of it ([`shown_as`]).
pub async fn enter(state: &AppState, mail: &MailRow, file: FileRow, customer: &str, seen: Option<&str>, putting: Putting) -> Result<Taken> {
    let judged = read_for(state, mail, &file, customer).await?;
    if judged.account.warnings.iter().any(|warning| warning.code == Note::OtherCustomer.code()) {
        return Err(AppError::conflict("form_of_another", "the form was made for another customer"));
    }
    let before = shown_as(&file);
    let mut row = take::with_account(file, &judged)?;
    if seen.unwrap_or(&before) != shown_as(&row) {
        return Err(AppError::conflict("account_changed", "the file reads otherwise now than it was shown"));
    }
    if judged.wanted.lines.is_empty() || judged.account.accepted + judged.account.changed == 0 {
        return Err(AppError::conflict("no_order", "no line of the file can be taken"));
    }
    let id: OrderId = take::order_of(&row.id)?;
    let ordered = take::enter(state, &mut row, &judged, id, putting).await?;
    let Some(order) = ordered else { return Err(refusal(&row)) };
    // Who the customer is was decided, by a person or by the customer.
    let found = Found { row, account: Some(judged.account), evidence: Some(Evidence::Signed), order: Some(order.clone()) };
    Ok(Taken { found, order })
}

fn refusal(row: &FileRow) -> AppError {
    let code = ["customer_blocked", "no_price_list", "decided"].into_iter().find(|code| *code == row.reason).unwrap_or("no_order");
    AppError::conflict(code, row.detail.clone())
}

/// Writes down what a file became, answers, and sees what the whole message is now. `by` is empty where the customer decided.
pub async fn settle(tx: &mut AnyConnection, state: &AppState, mail: &MailRow, taken: &Taken, by: &str) -> Result<()> {
    store::decide_file(tx, &taken.found.row).await?;
    let files = store::files(tx, &mail.id).await?;
    // What else waits in the message goes on waiting.
    let waits = files.iter().find(|file| take::waits_beside(file));
    let (next, reason, detail) = match waits {
        Some(file) => (State::NeedsPerson, file.reason.as_str(), file.detail.as_str()),
        None => (State::Accepted, taken.found.row.reason.as_str(), taken.found.row.detail.as_str()),
    };
    store::decide(tx, &mail.id, next.word(), reason, detail, by, state.clock.now_ms()).await?;
    Ok(())
}

/// `POST /api/incoming/{id}/read`
pub async fn read(Shared(state): Shared<AppState>, Path(id): Path<String>, Json(wanted): Json<ReadIncoming>) -> Result<Json<ReadAgain>> {
    bounded_text("/customer", &wanted.customer, 64, false)?;
    let (mail, file) = {
        let mut connection = state.db.read().await?;
        let mail = store::mail(&mut connection, "", &id).await?.ok_or(AppError::NotFound)?;
        (mail, numbered(&mut connection, &id, wanted.file).await?)
    };
    let judged = read_for(&state, &mail, &file, &wanted.customer).await?;
    let content = shown_as(&take::with_account(file, &judged)?);
    Ok(Json(ReadAgain { account: judged.account, content }))
}

/// `POST /api/incoming/{id}/take`
pub async fn take(
    Shared(state): Shared<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<TakeIncoming>,
) -> Result<Json<ConfirmedOrder>> {
    bounded_text("/customer", &wanted.customer, 64, false)?;
    bounded_text("/content", &wanted.content, 64, false)?;
    let seen = seen_revision(&headers)?;
    let (mail, file) = {
        let mut connection = state.db.read().await?;
        let mail = store::mail(&mut connection, "", &id).await?.ok_or(AppError::NotFound)?;
        (mail, numbered(&mut connection, &id, wanted.file).await?)
    };
    if seen.is_some_and(|seen| seen != mail.revision) || file.order_id.is_some() {
        return Err(decided_meanwhile());
    }
    let putting = Putting { by: By::Staff, actor: who.actor(), user_id: None, message: Some(as_seen(&mail)) };
    let taken = enter(&state, &mail, file, &wanted.customer, Some(&wanted.content), putting).await?;
    let customer = taken.found.row.customer_id.clone().unwrap_or_default();
    let answers = answer::of_file(&state, &mail, &taken.found, &customer).await?;
    let mut tx = state.db.write_tx().await?;
    let current = store::mail(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    // The order is stored by now; whoever takes the file again finds it.
    if current.revision != mail.revision {
        return Err(decided_meanwhile());
    }
    let before = (current.state.clone(), current.reason.clone());
    store::set_customer(&mut tx, &id, &customer).await?;
    settle(&mut tx, &state, &current, &taken, &who.actor()).await?;
    answer::send(&mut tx, &state, answers.into_iter().collect()).await?;
    let after = (State::Accepted.word().to_string(), taken.order.number.clone());
    audit::record(&mut tx, &state.clock, &who.actor(), Action::IncomingTake, &id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(ConfirmedOrder { number: taken.order.number, order: taken.order.id }))
}

/// The message as it is now, for an order that is stored only while it is so.
pub fn as_seen(mail: &MailRow) -> Message {
    Message { id: mail.id.clone(), revision: mail.revision }
}

/// What a person saw of a file: which lines, and of whose order.
fn shown_as(file: &FileRow) -> String {
    if file.content.is_empty() {
        return String::new();
    }
    hex(&Sha256::digest(format!("{}\n{}", file.content, file.customer_id.as_deref().unwrap_or_default())))
}

/// `POST /api/incoming/{id}/decide`
pub async fn decide(
    Shared(state): Shared<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<DecideIncoming>,
) -> Result<Response> {
    let next = State::parse(&wanted.state).ok().filter(|state| *state != State::Accepted);
    let next = next.ok_or_else(|| AppError::invalid_field("unknown_state", "/state", "refused, ignored or needs_person"))?;
    bounded_text("/reason", &wanted.reason, 500, true)?;
    if next == State::Refused && wanted.reason.trim().is_empty() {
        return Err(AppError::invalid_field("no_reason", "/reason", "say why"));
    }
    let firm = state.firm().await?;
    let seen = seen_revision(&headers)?;
    let mut tx = state.db.write_tx().await?;
    let mail = store::mail(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    if seen.is_some_and(|seen| seen != mail.revision) {
        return Err(decided_meanwhile());
    }
    let mut files = store::files(&mut tx, &id).await?;
    let written: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE cause = $1").bind(format!("incoming {id} refused")).fetch_one(&mut *tx).await?;
    let ordered = files.iter().find(|file| file.order_id.is_some()).cloned();
    // An order that is stored and not written down here yet is one, too; who takes its file again finds it.
    let under_way = store::has_order_under_way(&mut tx, &id).await?;
    let may = match (next, &ordered) {
        (State::NeedsPerson, ordered) => ordered.is_none() && written == 0,
        _ if under_way => false,
        // What waits beside an order may turn out to be none.
        (State::Ignored, Some(_)) => mail.state == State::NeedsPerson.word(),
        (_, ordered) => ordered.is_none(),
    };
    if !may {
        return Err(AppError::conflict("answered", "it became an order or was answered"));
    }
    if next != State::NeedsPerson {
        end_links(&mut tx, &mut files).await?;
    }
    let by = if next == State::NeedsPerson { String::new() } else { who.actor() };
    if ordered.is_some() {
        for file in files.iter_mut().filter(|file| file.verdict == State::NeedsPerson.word()) {
            (file.verdict, file.reason, file.detail) = (State::Ignored.word().into(), PUT_ASIDE.into(), String::new());
            store::decide_file(&mut tx, file).await?;
        }
    }
    // Taken back, the files say again why it waits.
    let with = |verdict: State| files.iter().find(|file| file.verdict == verdict.word());
    let waits = with(State::NeedsPerson).or_else(|| with(State::Refused));
    let (state_after, reason, detail) = match (next, &ordered) {
        (State::NeedsPerson, _) => waits.map_or((next, "no_file", ""), |file| (next, file.reason.as_str(), file.detail.as_str())),
        (_, Some(order)) => (State::Accepted, order.reason.as_str(), order.detail.as_str()),
        _ => (next, "by_hand", wanted.reason.trim()),
    };
    store::decide(&mut tx, &id, state_after.word(), reason, detail, &by, state.clock.now_ms()).await?;
    if next == State::Refused && wanted.tell {
        let Some(customer) = may_be_told(&mut tx, &mail).await? else {
            return Err(AppError::conflict("not_answerable", "the sender is nobody's contact, or a program"));
        };
        let lang = take::lang_of(&mut tx, &customer, &firm).await?;
        let letter = answer::by_hand(&mail, &firm, customer.parse().context("stored customer id")?, lang, wanted.reason.trim());
        answer::send(&mut tx, &state, vec![letter]).await?;
    }
    let (before, after) = ((&mail.state, &mail.reason), (&wanted.state, &wanted.reason));
    audit::record(&mut tx, &state.clock, &who.actor(), Action::IncomingDecide, &id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(answered(view(&mut *state.db.read().await?, &id).await?))
}

/// Who was asked by link is not asked any more.
async fn end_links(tx: &mut AnyConnection, files: &mut [FileRow]) -> Result<()> {
    for file in files.iter_mut().filter(|file| file.reason == confirm::ASKED) {
        links::end(tx, Purpose::MailOrder, &file.id).await?;
        file.reason = NOT_PROVED.into();
        store::decide_file(tx, file).await?;
    }
    Ok(())
}

//! What goes along with a mailing's message: the reader's own price list.
//!
//! The row keeps what the workbook is made from ([`super::workbook`]), its values and its hash; the stored message has a
//! mark where the workbook stood. Put together again they are, to the byte, what went over the wire.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use kontor_shared::catalog::Snapshot;
use kontor_shared::ids::{CustomerId, form_id};
use kontor_shared::money::Percent;
use kontor_shared::sheet;
use kontor_shared::words::Lang;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::Claimed;
use super::workbook::{Base, CHECKSUM, CODE, FORM, MARKS, NAME, TOKEN};
use crate::auth::hex;
use crate::db::placeholders;
use crate::firm::FirmSettings;
use crate::intake::sender;
use crate::mail::{Attachment, compose::base64_lines};
use crate::secrets::{Key, Purpose};
use crate::segments::workbook::XLSX;
use crate::time::random;
use crate::{AppState, bodies, price_list};

pub const BASE: &str = "application/vnd.kontor.workbook-base";
/// Bytes of a workbook that go with a message. Many a mailbox takes 10 MB, and a third is added on the way.
const MOST_BYTES: usize = 7_000_000;

/// An attachment as its message's row keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub name: String,
    pub media_type: String,
    /// Hash of the [`Base`], a stored body; empty: the file is stored whole.
    #[serde(default)]
    pub base: String,
    /// The personal strings, in the order of [`MARKS`].
    #[serde(default)]
    pub values: Vec<String>,
    /// Of the whole file.
    pub sha256: String,
}

/// An attachment made for one message.
pub struct Made {
    pub attached: Attached,
    pub bytes: Vec<u8>,
    /// The form it is, where it has to be written down.
    form: Option<Form>,
}

/// A form that is handed out.
struct Form {
    customer: CustomerId,
    version: i64,
    overlay: String,
    issued_at: i64,
}

/// What one kind of customer's workbook is made from.
pub struct List {
    base: Base,
    base_hash: String,
    snapshot: Snapshot,
    issued_at: i64,
    file_name: String,
    tokens: Key,
}

/// The mailing that attaches a list: its version, and the instant the forms were issued, the same for all.
pub struct Issue {
    version: i64,
    issued_at: i64,
}

/// What a mailing attaches, if anything.
pub async fn issue(connection: &mut AnyConnection, state: &AppState, mailing: &str) -> anyhow::Result<Option<Issue>> {
    let row: Option<(i64, Option<i64>, Option<i64>)> =
        sqlx::query_as("SELECT attach_price_list, price_list, frozen_at FROM mailings WHERE id = $1").bind(mailing).fetch_optional(connection).await?;
    let Some((attach, version, frozen_at)) = row else { return Ok(None) };
    if attach == 0 {
        return Ok(None);
    }
    let version = version.context("the mailing attaches a price list and has none")?;
    Ok(Some(Issue { version, issued_at: frozen_at.unwrap_or_else(|| state.clock.now_ms()) }))
}

crate::row! {
    #[derive(Clone)]
    /// Whose list it is.
    pub struct Buyer {
        pub id: String,
        pub code: String,
        pub name: String,
        pub price_type: String,
        /// Basis points off every price.
        pub discount: i64,
    }
}

pub async fn buyers(connection: &mut AnyConnection, messages: &[&Claimed]) -> sqlx::Result<HashMap<String, Buyer>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, code, name, price_type, discount FROM customers WHERE id IN ({})", placeholders(1, messages.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for message in messages {
        query = query.bind(message.customer_id.clone().unwrap_or_default());
    }
    let rows: Vec<Buyer> = query.fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// What the workbook is called, in the mail and in every preview of it. Who it is for stands in it, not in its name.
pub fn file_name(firm: &FirmSettings, valid_from: &str, lang: Lang) -> String {
    sheet::file_name(&firm.party.name, None, valid_from, lang)
}

/// The list of a price type in a language, made once and kept as a body. An inner error is each message's own.
pub async fn list(
    connection: &mut AnyConnection,
    state: &AppState,
    firm: &FirmSettings,
    issue: &Issue,
    buyer: &Buyer,
    lang: Lang,
) -> anyhow::Result<Result<Arc<List>, String>> {
    let Some(mut snapshot) = snapshot(connection, issue.version, buyer).await? else {
        return Ok(Err(format!("price list {} has no prices of type {}", issue.version, buyer.price_type)));
    };
    snapshot.valid_until = price_list::store::valid_until(connection, issue.version).await?;
    let form = firm.form(MARKS[FORM], MARKS[CODE], MARKS[NAME], MARKS[TOKEN].into(), issue.issued_at);
    let tokens = state.key(Purpose::Forms).await?;
    let file_name = file_name(firm, &snapshot.valid_from, lang);
    let issued_at = issue.issued_at;
    let task = tokio::task::spawn_blocking(move || -> anyhow::Result<(Base, Vec<u8>, Snapshot)> {
        let workbook = sheet::write_price_list(&snapshot, &[], &form, lang)?;
        ensure!(
            workbook.len() <= MOST_BYTES,
            "the price list of {} goods is a file of {:.1} MB, more than goes with a message ({} MB); send a link to it",
            snapshot.products.len(),
            workbook.len() as f64 / 1e6,
            MOST_BYTES / 1_000_000
        );
        let base = Base::read(&workbook, &sheet::form_checksum(&snapshot, &form.form_id))?;
        let bytes = postcard::to_allocvec(&base)?;
        Ok((base, bytes, snapshot))
    });
    let (base, bytes, snapshot) = match task.await? {
        Ok(made) => made,
        Err(error) => return Ok(Err(format!("{error:#}"))),
    };
    let mut tx = state.db.write_tx().await?;
    let base_hash = bodies::put(&mut tx, BASE, &bytes, state.clock.now_ms()).await?;
    tx.commit().await?;
    Ok(Ok(Arc::new(List { base, base_hash, snapshot, issued_at, file_name, tokens })))
}

/// The goods and prices a customer sees in a version.
async fn snapshot(connection: &mut AnyConnection, version: i64, buyer: &Buyer) -> anyhow::Result<Option<Snapshot>> {
    let Some(found) = price_list::store::snapshot(connection, version, &buyer.price_type).await? else { return Ok(None) };
    let loaded = price_list::load(connection, version, &found.overlay).await;
    let loaded = loaded.map_err(|error| anyhow::anyhow!("price list {version} cannot be read: {error:?}"))?;
    Ok(loaded.map(|snapshot| snapshot.less(Percent::from_raw(buyer.discount))))
}

impl List {
    /// One customer's copy.
    pub fn made_for(&self, buyer: &Buyer) -> anyhow::Result<Made> {
        let form = form_id(random());
        let mut values = vec![String::new(); MARKS.len()];
        values[CHECKSUM] = sheet::form_checksum(&self.snapshot, &form);
        values[TOKEN] = sender::token(&self.tokens, &form);
        values[CODE] = sheet::cell_text(&buyer.code);
        values[NAME] = sheet::cell_text(&buyer.name);
        values[FORM] = form;
        let bytes = self.base.copy(&values)?;
        let attached =
            Attached { name: self.file_name.clone(), media_type: XLSX.into(), base: self.base_hash.clone(), values, sha256: hex(&Sha256::digest(&bytes)) };
        let customer = buyer.id.parse().context("stored customer id")?;
        let form = Form { customer, version: i64::from(self.snapshot.version), overlay: self.snapshot.overlay.clone(), issued_at: self.issued_at };
        Ok(Made { attached, bytes, form: Some(form) })
    }
}

impl Made {
    /// A file that is stored whole, by its own hash.
    pub fn stored(attached: Attached, bytes: Vec<u8>) -> Self {
        Self { attached, bytes, form: None }
    }

    pub fn file(&self) -> Attachment {
        Attachment { name: self.attached.name.clone(), media_type: self.attached.media_type.clone(), bytes: self.bytes.clone() }
    }

    /// Writes down that the form was handed out, so that it is known when it comes back.
    pub async fn register(&self, connection: &mut AnyConnection, mailing: Option<&str>) -> sqlx::Result<()> {
        let Some(form) = &self.form else { return Ok(()) };
        let id = &self.attached.values[FORM];
        price_list::store::insert_mailed_form(connection, id, form.customer, form.version, &form.overlay, form.issued_at, mailing).await
    }
}

/// What stands in the stored message in place of an attachment. No text can hold it: its hash is not known before.
fn mark(attached: &Attached) -> String {
    format!("@@kontor attachment {}@@\r\n", attached.sha256)
}

/// The message without its attachments, as it is stored.
pub fn taken_out(message: &[u8], made: &[Made]) -> anyhow::Result<Vec<u8>> {
    made.iter().try_fold(message.to_vec(), |message, one| exchange(&message, base64_lines(&one.bytes).as_bytes(), mark(&one.attached).as_bytes()))
}

/// The stored message with its attachments, as it went over the wire. `attachments` is what its row says.
pub async fn put_back(connection: &mut AnyConnection, message: Vec<u8>, attachments: &str) -> anyhow::Result<Vec<u8>> {
    if attachments.is_empty() {
        return Ok(message);
    }
    let attached: Vec<Attached> = serde_json::from_str(attachments).context("stored attachments")?;
    let mut message = message;
    for one in &attached {
        let bytes = file(connection, one).await?;
        message = exchange(&message, mark(one).as_bytes(), base64_lines(&bytes).as_bytes())?;
    }
    Ok(message)
}

/// An attachment as it was sent.
pub async fn file(connection: &mut AnyConnection, attached: &Attached) -> anyhow::Result<Vec<u8>> {
    if attached.base.is_empty() {
        return Ok(bodies::get(connection, &attached.sha256).await?.context("an attachment is missing")?.bytes);
    }
    let base = bodies::get(connection, &attached.base).await?.context("what an attachment is made from is missing")?;
    let base: Base = postcard::from_bytes(&base.bytes).context("what an attachment is made from cannot be read")?;
    let bytes = base.copy(&attached.values)?;
    ensure!(hex(&Sha256::digest(&bytes)) == attached.sha256, "an attachment does not come out as it was sent");
    Ok(bytes)
}

fn exchange(message: &[u8], from: &[u8], to: &[u8]) -> anyhow::Result<Vec<u8>> {
    let at = memchr::memmem::find(message, from).context("an attachment is not where it was")?;
    Ok([&message[..at], to, &message[at + from.len()..]].concat())
}

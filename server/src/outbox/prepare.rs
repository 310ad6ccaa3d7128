//! Messages as they are sent: rendered, composed and signed at the first try, kept, and the same at every further one.
//! Those that cannot be are settled here, and hold up no other.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use kontor_shared::ids::CustomerId;
use kontor_shared::words::Lang;
use lettre::Address;
use lettre::message::Mailbox;
use sqlx::AnyConnection;

use super::attachment::{self, Attached, Buyer, Issue, List, Made};
use super::settle::{self, Outcome};
use super::store::{self, Claimed, Kept};
use crate::firm::FirmSettings;
use crate::mail::dkim::Signer;
use crate::mail::settings::{Dkim, USUAL_SIZE_LIMIT};
use crate::mail::{self, Attachment, Draft, ListHeaders, Thread};
use crate::mailings::audience::Recipient;
use crate::mailings::render::{self, Letter, Reader, Rendered};
use crate::preferences::token;
use crate::secrets::{self, Key, Purpose};
use crate::{AppState, bodies};

/// What messages are written with. The settings are read anew for each batch, one row once: another server may have
/// changed them. Keys do not change, and are read once by each sender.
pub struct Desk {
    pub firm: Arc<FirmSettings>,
    from: anyhow::Result<Mailbox>,
    reply_to: Option<Mailbox>,
    /// A key that cannot be opened holds the mail: unsigned it would be refused, and its domain's name harmed.
    signer: anyhow::Result<Option<Arc<Signer>>>,
    links: Key,
}

/// Which workbook: by mailing, price type, discount and language.
type Kind = (String, String, i64, Lang);

/// What a sender keeps from one batch to the next: reading an RSA key takes as long as signing with it, and a mailing's
/// letter is fixed when it is frozen.
#[derive(Default)]
pub struct Press {
    links: Option<Key>,
    signer: Option<(Dkim, Arc<Signer>)>,
    letters: HashMap<String, Result<Arc<Letter>, String>>,
    /// By mailing: what it attaches.
    issues: HashMap<String, Option<Issue>>,
    lists: HashMap<Kind, Result<Arc<List>, String>>,
}

/// A message ready to go.
pub struct Prepared {
    pub message: Claimed,
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Everything a message is composed from.
struct Parts {
    message: Claimed,
    from: Mailbox,
    to: Address,
    message_id: String,
    words: Rendered,
    is_mailing: bool,
    /// Whose price list goes along.
    list: Option<(Arc<List>, Buyer)>,
    /// Files stored whole that go along.
    files: Vec<(Attached, Vec<u8>)>,
    /// What it answers.
    thread: Option<Thread>,
    headers: Option<ListHeaders>,
}

/// A message on the wire, and what went into it.
struct Composed {
    parts: Parts,
    bytes: Vec<u8>,
    /// The same without its attachments.
    stored: Vec<u8>,
    made: Vec<Made>,
}

impl Desk {
    pub async fn open(state: &AppState, press: &mut Press) -> anyhow::Result<Self> {
        let mut connection = state.db.read().await?;
        let firm = crate::firm::stored(&mut connection).await?;
        let secret = state.config.secret.as_deref();
        let from = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name);
        let reply_to = firm.reply_to.as_deref().filter(|text| !text.is_empty()).map(|text| mail::sender(text, "")).transpose()?;
        let signer = match &firm.dkim {
            None => Ok(None),
            Some(dkim) => match &press.signer {
                Some((known, signer)) if known == dkim => Ok(Some(signer.clone())),
                _ => Signer::open(&secrets::key(&mut connection, secret, Purpose::Mail).await?, dkim).map(|signer| {
                    let signer = Arc::new(signer);
                    press.signer = Some((dkim.clone(), signer.clone()));
                    Some(signer)
                }),
            },
        };
        let links = match &press.links {
            Some(links) => links.clone(),
            None => press.links.insert(secrets::key(&mut connection, secret, Purpose::Links).await?).clone(),
        };
        Ok(Self { firm, from, reply_to, signer, links })
    }

    fn list_headers(&self, public_url: &str, message: &Claimed, from: &Mailbox) -> anyhow::Result<ListHeaders> {
        let domain = from.email.domain();
        let id = message.id.parse().context("stored message id")?;
        let mailing = message.mailing_id.as_deref().unwrap_or_default().replace('-', "");
        // Google wants the right-most field to name the sender, in 5 to 15 signs, the same in every mailing.
        let firm: String = domain.chars().filter(char::is_ascii_alphanumeric).chain("kontor".chars()).take(15).collect();
        Ok(ListHeaders {
            unsubscribe_url: token::address(public_url, token::Page::Unsubscribe, &self.links, id),
            unsubscribe_mailbox: self.firm.unsubscribe_mailbox.clone(),
            list_id: format!("<mailings.{domain}>"),
            feedback_id: format!("m{mailing}:{}:mailing:{firm}", message.topic),
        })
    }

    fn reader(&self, public_url: &str, message: &Claimed) -> anyhow::Result<Reader> {
        let id = message.id.parse().context("stored message id")?;
        let customer: CustomerId = message.customer_id.as_deref().context("a mailing's message names no customer")?.parse().context("stored customer id")?;
        Ok(Reader {
            customer,
            contact: message.contact_id.as_deref().map(str::parse).transpose().context("stored contact id")?,
            lang: Lang::parse(&message.lang).with_context(|| format!("stored language {}", message.lang))?,
            unsubscribe_url: token::address(public_url, token::Page::Unsubscribe, &self.links, id),
            preferences_url: token::address(public_url, token::Page::Preferences, &self.links, id),
        })
    }

    /// The words of mailings' messages by id, or why a message has none. Each mailing's are written together.
    async fn words(
        &self,
        connection: &mut AnyConnection,
        state: &AppState,
        press: &mut Press,
        messages: &[&Claimed],
    ) -> anyhow::Result<HashMap<String, Result<Rendered, String>>> {
        let mut written = HashMap::new();
        let Some(public_url) = state.config.public_url.as_deref() else { return Ok(written) };
        let mut by_mailing: HashMap<&str, Vec<&Claimed>> = HashMap::new();
        for message in messages {
            by_mailing.entry(message.mailing_id.as_deref().unwrap_or_default()).or_default().push(message);
        }
        for (mailing, messages) in by_mailing {
            if !press.letters.contains_key(mailing) {
                let letter = letter(connection, mailing).await?;
                press.letters.insert(mailing.to_string(), letter);
            }
            match &press.letters[mailing] {
                Ok(letter) => {
                    let readers = messages.iter().map(|message| self.reader(public_url, message)).collect::<anyhow::Result<Vec<_>>>()?;
                    let all = render::batch(state, connection, &self.firm, letter, &readers).await?;
                    let all = all.into_iter().map(|one| one.map_err(|unwritten| unwritten.to_string()));
                    written.extend(messages.iter().map(|message| message.id.clone()).zip(all));
                }
                Err(reason) => written.extend(messages.iter().map(|message| (message.id.clone(), Err(reason.clone())))),
            }
        }
        Ok(written)
    }

    /// Whose price list goes along with which message, or why it cannot.
    async fn lists(
        &self,
        connection: &mut AnyConnection,
        state: &AppState,
        press: &mut Press,
        messages: &[&Claimed],
    ) -> anyhow::Result<HashMap<String, Result<(Arc<List>, Buyer), String>>> {
        let mut wanted = Vec::new();
        for &message in messages {
            let mailing = message.mailing_id.clone().unwrap_or_default();
            if !press.issues.contains_key(&mailing) {
                let issue = attachment::issue(connection, state, &mailing).await?;
                press.issues.insert(mailing.clone(), issue);
            }
            if press.issues[&mailing].is_some() {
                wanted.push(message);
            }
        }
        let buyers = attachment::buyers(connection, &wanted).await?;
        let mut lists = HashMap::new();
        for message in wanted {
            let mailing = message.mailing_id.clone().unwrap_or_default();
            let Some(buyer) = message.customer_id.as_ref().and_then(|customer| buyers.get(customer)).cloned() else {
                lists.insert(message.id.clone(), Err("the customer is gone".to_string()));
                continue;
            };
            let lang = Lang::parse(&message.lang).with_context(|| format!("stored language {}", message.lang))?;
            let key = (mailing.clone(), buyer.price_type.clone(), buyer.discount, lang);
            if let (false, Some(issue)) = (press.lists.contains_key(&key), &press.issues[&mailing]) {
                let list = attachment::list(connection, state, &self.firm, issue, &buyer, lang).await?;
                press.lists.insert(key.clone(), list);
            }
            lists.insert(message.id.clone(), press.lists[&key].clone().map(|list| (list, buyer)));
        }
        Ok(lists)
    }

    /// What the message is composed from, or what becomes of it instead. `words` and `list` are a mailing's.
    async fn parts(
        &self,
        connection: &mut AnyConnection,
        state: &AppState,
        message: &Claimed,
        words: Option<Result<Rendered, String>>,
        list: Option<Result<(Arc<List>, Buyer), String>>,
    ) -> anyhow::Result<Result<Parts, Outcome>> {
        let from = match &self.from {
            Ok(from) => from.clone(),
            Err(error) => return Ok(Err(Outcome::Again(error.to_string()))),
        };
        if let Err(error) = &self.signer {
            return Ok(Err(Outcome::Again(format!("{error:#}"))));
        }
        let to = match mail::recipient(&message.recipient) {
            Ok(to) => to,
            Err(error) => return Ok(Err(Outcome::Failed(error.to_string()))),
        };
        let message_id = format!("{}@{}", message.id, from.email.domain());
        let mut parts = Parts {
            message: message.clone(),
            from,
            to,
            message_id,
            words: Rendered { subject: message.subject.clone(), text: String::new(), html: String::new() },
            is_mailing: message.mailing_id.is_some(),
            list: None,
            files: Vec::new(),
            thread: None,
            headers: None,
        };
        if !parts.is_mailing {
            let body = bodies::get(connection, &message.body_hash).await?.context("a message's body is missing")?.bytes;
            parts.words.text = String::from_utf8_lossy(&body).into_owned();
            parts.thread = (!message.thread.is_empty()).then(|| serde_json::from_str(&message.thread)).transpose().context("a stored thread")?;
            if !message.attachments.is_empty() {
                let attached: Vec<Attached> = serde_json::from_str(&message.attachments).context("stored attachments")?;
                for one in attached {
                    let bytes = attachment::file(connection, &one).await?;
                    parts.files.push((one, bytes));
                }
            }
            return Ok(Ok(parts));
        }
        let Some(public_url) = state.config.public_url.as_deref() else {
            return Ok(Err(Outcome::Again("no public address is set (KONTOR_PUBLIC_URL): the reader could not unsubscribe".into())));
        };
        parts.words = match words.context("a mailing's message has no words")? {
            Ok(words) => words,
            Err(reason) => return Ok(Err(Outcome::Failed(reason))),
        };
        parts.list = match list.transpose() {
            Ok(list) => list,
            Err(reason) => return Ok(Err(Outcome::Failed(reason))),
        };
        parts.headers = Some(self.list_headers(public_url, message, &parts.from)?);
        Ok(Ok(parts))
    }
}

/// A mailing's letter as it was fixed when it was frozen, or why there is none.
async fn letter(connection: &mut AnyConnection, mailing: &str) -> anyhow::Result<Result<Arc<Letter>, String>> {
    let fixed: Option<(Option<String>, Option<i64>, Option<i64>)> =
        sqlx::query_as("SELECT template_id, template_version, price_list FROM mailings WHERE id = $1").bind(mailing).fetch_optional(&mut *connection).await?;
    let Some((Some(template), Some(version), price_list)) = fixed else { return Ok(Err("the mailing has no template".into())) };
    Ok(Letter::stored(connection, &template, version, price_list).await.map(Arc::new).map_err(|error| format!("{error:#}")))
}

/// Writes a recipient's message without keeping it: what could not be sent to the first of them is said before any is
/// frozen. Gives its bytes on the wire, or the reason there are none.
pub async fn try_out(state: &AppState, mailing: &str, topic: &str, to: &Recipient) -> Result<usize, String> {
    let said = |error: anyhow::Error| format!("{error:#}");
    let mut press = Press::default();
    let desk = Desk::open(state, &mut press).await.map_err(said)?;
    let message = Claimed {
        id: state.clock.new_id().to_string(),
        recipient: to.address.clone(),
        lang: to.lang.tag().into(),
        subject: String::new(),
        body_hash: String::new(),
        rendered_hash: None,
        attempts: 0,
        customer_id: Some(to.customer.to_string()),
        contact_id: to.contact.map(|contact| contact.to_string()),
        mailing_id: Some(mailing.into()),
        topic: topic.into(),
        domain: mail::compose::domain(&to.address),
        attachments: String::new(),
        thread: String::new(),
    };
    let mut connection = state.db.read().await.map_err(|error| said(error.into()))?;
    let words = desk.words(&mut connection, state, &mut press, &[&message]).await.map_err(said)?.remove(&message.id);
    let list = desk.lists(&mut connection, state, &mut press, &[&message]).await.map_err(said)?.remove(&message.id);
    let parts = desk.parts(&mut connection, state, &message, words, list).await.map_err(said)?;
    drop(connection);
    let parts = match parts {
        Ok(parts) => parts,
        Err(Outcome::Again(reason) | Outcome::Failed(reason)) => return Err(reason),
        Err(_) => return Err("the message cannot be written".into()),
    };
    let (composed, refused) = compose_all(&desk, vec![parts], state.clock.now_ms()).await.map_err(said)?;
    match (composed.first(), refused.into_iter().next()) {
        (Some(composed), _) => Ok(composed.bytes.len()),
        (None, Some((_, Outcome::Failed(reason)))) => Err(reason),
        (None, _) => Err("the message cannot be written".into()),
    }
}

impl Parts {
    fn compose(self, reply_to: Option<Mailbox>, signer: Option<&Signer>, limit: u64, now: i64) -> Result<Composed, Box<(Claimed, String)>> {
        match self.bytes(reply_to, signer, limit, now) {
            Ok((bytes, stored, made)) => Ok(Composed { bytes, stored, made, parts: self }),
            Err(error) => Err(Box::new((self.message, format!("{error:#}")))),
        }
    }

    fn bytes(&self, reply_to: Option<Mailbox>, signer: Option<&Signer>, limit: u64, now: i64) -> anyhow::Result<(Vec<u8>, Vec<u8>, Vec<Made>)> {
        let mut made: Vec<Made> = self.list.iter().map(|(list, buyer)| list.made_for(buyer)).collect::<anyhow::Result<_>>()?;
        made.extend(self.files.iter().map(|(attached, bytes)| Made::stored(attached.clone(), bytes.clone())));
        let files: Vec<Attachment> = made.iter().map(Made::file).collect();
        let bytes = mail::compose(Draft {
            message_id: &self.message_id,
            from: self.from.clone(),
            reply_to,
            to: &self.message.recipient,
            subject: &self.words.subject,
            text: &self.words.text,
            html: self.is_mailing.then_some(self.words.html.as_str()),
            attachments: &files,
            list: self.headers.as_ref(),
            thread: self.thread.as_ref(),
            at_ms: now,
        })?;
        let bytes = match signer {
            Some(signer) => signer.sign(&bytes, now.div_euclid(1000))?,
            None => bytes,
        };
        anyhow::ensure!(bytes.len() as u64 <= limit, "the message has {} bytes, and {limit} is the most", bytes.len());
        let stored = attachment::taken_out(&bytes, &made)?;
        Ok((bytes, stored, made))
    }
}

/// The messages as they go over the wire; what they are rendered to is stored first.
pub async fn all(state: &AppState, desk: &Desk, press: &mut Press, claimed: Vec<Claimed>) -> anyhow::Result<Vec<Prepared>> {
    let now = state.clock.now_ms();
    let (mut ready, mut fresh, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    let mut connection = state.db.read().await?;
    let unwritten: Vec<&Claimed> = claimed.iter().filter(|message| message.mailing_id.is_some() && message.rendered_hash.is_none()).collect();
    let mut words = desk.words(&mut connection, state, press, &unwritten).await?;
    let mut lists = desk.lists(&mut connection, state, press, &unwritten).await?;
    for message in claimed {
        match (&message.rendered_hash, &desk.from) {
            (Some(hash), Ok(from)) => {
                let stored = bodies::get(&mut connection, hash).await?.context("a message's rendered form is missing")?.bytes;
                let bytes = attachment::put_back(&mut connection, stored, &message.attachments).await?;
                match mail::recipient(&message.recipient) {
                    Ok(to) => ready.push(Prepared { message, from: from.email.clone(), to, bytes }),
                    Err(error) => settled.push((message, Outcome::Failed(error.to_string()))),
                }
            }
            _ => match desk.parts(&mut connection, state, &message, words.remove(&message.id), lists.remove(&message.id)).await? {
                Ok(parts) => fresh.push(parts),
                Err(outcome) => settled.push((message, outcome)),
            },
        }
    }
    drop(connection);
    let (composed, refused) = compose_all(desk, fresh, now).await?;
    settled.extend(refused);
    if !composed.is_empty() || !settled.is_empty() {
        let mut tx = state.db.write_tx().await?;
        for one in &composed {
            keep(&mut tx, one, now).await?;
        }
        for (message, outcome) in settled {
            settle::one(&mut tx, state, &message, outcome).await?;
        }
        tx.commit().await?;
    }
    ready.extend(composed.into_iter().map(|Composed { parts, bytes, .. }| Prepared { from: parts.from.email, to: parts.to, message: parts.message, bytes }));
    Ok(ready)
}

/// Composes and signs, away from the threads that wait for the network: RSA takes a millisecond a message.
async fn compose_all(desk: &Desk, fresh: Vec<Parts>, now: i64) -> anyhow::Result<(Vec<Composed>, Vec<(Claimed, Outcome)>)> {
    if fresh.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let limit = desk.firm.mail_size_limit.unwrap_or(USUAL_SIZE_LIMIT);
    let (reply_to, signer) = (desk.reply_to.clone(), desk.signer.as_ref().ok().and_then(Clone::clone));
    let task = tokio::task::spawn_blocking(move || {
        let (mut composed, mut refused) = (Vec::new(), Vec::new());
        for parts in fresh {
            match parts.compose(reply_to.clone(), signer.as_deref(), limit, now) {
                Ok(one) => composed.push(one),
                Err(refusal) => {
                    let (message, reason) = *refusal;
                    refused.push((message, Outcome::Failed(reason)));
                }
            }
        }
        (composed, refused)
    });
    Ok(task.await?)
}

async fn keep(connection: &mut AnyConnection, composed: &Composed, now: i64) -> anyhow::Result<()> {
    let parts = &composed.parts;
    let rendered_hash = bodies::put(connection, "message/rfc822", &composed.stored, now).await?;
    let (mut body_hash, mut html_hash) = (parts.message.body_hash.clone(), None);
    if parts.is_mailing {
        body_hash = bodies::put(connection, "text/plain; charset=utf-8", parts.words.text.as_bytes(), now).await?;
        html_hash = Some(bodies::put(connection, "text/html; charset=utf-8", parts.words.html.as_bytes(), now).await?);
    }
    let attached: Vec<_> = composed.made.iter().map(|made| &made.attached).collect();
    let attachments = if attached.is_empty() { String::new() } else { serde_json::to_string(&attached)? };
    for made in &composed.made {
        made.register(connection, parts.message.mailing_id.as_deref()).await?;
    }
    let kept = Kept {
        rendered_hash: &rendered_hash,
        message_id: &parts.message_id,
        subject: &parts.words.subject,
        body_hash: &body_hash,
        html_hash: html_hash.as_deref(),
        attachments: &attachments,
    };
    Ok(store::keep_rendered(connection, &parts.message, &kept).await?)
}

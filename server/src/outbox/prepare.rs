//! Messages as they are sent: rendered, composed and signed at the first try, kept, and the same at every further one.
//! Those that cannot be are settled here, and hold up no other.

use std::sync::Arc;

use anyhow::Context;
use kontor_shared::ids::CustomerId;
use kontor_shared::words::Lang;
use lettre::Address;
use lettre::message::Mailbox;
use sqlx::AnyConnection;

use super::settle::{self, Outcome};
use super::store::{self, Claimed, Kept};
use super::words;
use crate::firm::FirmSettings;
use crate::mail::dkim::Signer;
use crate::mail::settings::{Dkim, USUAL_SIZE_LIMIT};
use crate::mail::{self, Attachment, Draft, ListHeaders};
use crate::mailings::audience::Recipient;
use crate::mailings::render::{Reader, Rendered};
use crate::preferences::token;
use crate::secrets::{Key, Purpose};
use crate::{AppState, bodies};

/// What messages are written with, read anew for each batch: another server may have changed it.
pub struct Desk {
    pub firm: Arc<FirmSettings>,
    from: anyhow::Result<Mailbox>,
    reply_to: Option<Mailbox>,
    /// A key that cannot be opened holds the mail: unsigned it would be refused, and its domain's name harmed.
    signer: anyhow::Result<Option<Arc<Signer>>>,
    links: Key,
}

/// A signer kept while its settings stay: reading an RSA key takes as long as signing with it.
#[derive(Default)]
pub struct Signers(Option<(Dkim, Arc<Signer>)>);

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
    attachments: Vec<Attachment>,
    list: Option<ListHeaders>,
}

impl Desk {
    pub async fn open(state: &AppState, signers: &mut Signers) -> anyhow::Result<Self> {
        let firm = crate::firm::stored(&mut *state.db.read().await?).await?;
        let from = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name);
        let reply_to = firm.reply_to.as_deref().filter(|text| !text.is_empty()).map(|text| mail::sender(text, "")).transpose()?;
        let signer = match &firm.dkim {
            None => Ok(None),
            Some(dkim) => match &signers.0 {
                Some((known, signer)) if known == dkim => Ok(Some(signer.clone())),
                _ => Signer::open(&state.key(Purpose::Mail).await?, dkim).map(|signer| {
                    let signer = Arc::new(signer);
                    signers.0 = Some((dkim.clone(), signer.clone()));
                    Some(signer)
                }),
            },
        };
        let links = state.key(Purpose::Links).await?;
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
            lang: Lang::parse(&message.lang).context("stored language")?,
            unsubscribe_url: token::address(public_url, token::Page::Unsubscribe, &self.links, id),
            preferences_url: token::address(public_url, token::Page::Preferences, &self.links, id),
        })
    }

    /// What the message is composed from, or what becomes of it instead.
    async fn parts(&self, connection: &mut AnyConnection, state: &AppState, message: &Claimed) -> anyhow::Result<Result<Parts, Outcome>> {
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
            attachments: Vec::new(),
            list: None,
        };
        if !parts.is_mailing {
            let body = bodies::get(connection, &message.body_hash).await?.context("a message's body is missing")?.bytes;
            parts.words.text = String::from_utf8_lossy(&body).into_owned();
            return Ok(Ok(parts));
        }
        let Some(public_url) = state.config.public_url.as_deref() else {
            return Ok(Err(Outcome::Again("no public address is set (KONTOR_PUBLIC_URL): the reader could not unsubscribe".into())));
        };
        let reader = self.reader(public_url, message)?;
        parts.words = match words::write(connection, state, message, &reader).await? {
            Ok(words) => words,
            Err(error) => return Ok(Err(Outcome::Failed(format!("{error:#}")))),
        };
        parts.list = Some(self.list_headers(public_url, message, &parts.from)?);
        Ok(Ok(parts))
    }
}

/// Writes a recipient's message without keeping it: what could not be sent to the first of them is said before any is
/// frozen. Gives its bytes on the wire, or the reason there are none.
pub async fn try_out(state: &AppState, mailing: &str, topic: &str, to: &Recipient) -> Result<usize, String> {
    let said = |error: anyhow::Error| format!("{error:#}");
    let desk = Desk::open(state, &mut Signers::default()).await.map_err(said)?;
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
    };
    let mut connection = state.db.read().await.map_err(|error| said(error.into()))?;
    let parts = desk.parts(&mut connection, state, &message).await.map_err(said)?;
    drop(connection);
    let parts = match parts {
        Ok(parts) => parts,
        Err(Outcome::Again(reason) | Outcome::Failed(reason)) => return Err(reason),
        Err(_) => return Err("the message cannot be written".into()),
    };
    let (composed, refused) = compose_all(&desk, vec![parts], state.clock.now_ms()).await.map_err(said)?;
    match (composed.first(), refused.into_iter().next()) {
        (Some((_, bytes)), _) => Ok(bytes.len()),
        (None, Some((_, Outcome::Failed(reason)))) => Err(reason),
        (None, _) => Err("the message cannot be written".into()),
    }
}

impl Parts {
    fn compose(&self, reply_to: Option<Mailbox>, signer: Option<&Signer>, limit: u64, now: i64) -> anyhow::Result<Vec<u8>> {
        let bytes = mail::compose(Draft {
            message_id: &self.message_id,
            from: self.from.clone(),
            reply_to,
            to: &self.message.recipient,
            subject: &self.words.subject,
            text: &self.words.text,
            html: self.is_mailing.then_some(self.words.html.as_str()),
            attachments: &self.attachments,
            list: self.list.as_ref(),
            at_ms: now,
        })?;
        let bytes = match signer {
            Some(signer) => signer.sign(&bytes, now.div_euclid(1000))?,
            None => bytes,
        };
        anyhow::ensure!(bytes.len() as u64 <= limit, "the message has {} bytes, and {limit} is the most", bytes.len());
        Ok(bytes)
    }
}

/// The messages as they go over the wire; what they are rendered to is stored first.
pub async fn all(state: &AppState, desk: &Desk, claimed: Vec<Claimed>) -> anyhow::Result<Vec<Prepared>> {
    let now = state.clock.now_ms();
    let (mut ready, mut fresh, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    let mut connection = state.db.read().await?;
    for message in claimed {
        match (&message.rendered_hash, &desk.from) {
            (Some(hash), Ok(from)) => {
                let bytes = bodies::get(&mut connection, hash).await?.context("a message's rendered form is missing")?.bytes;
                match mail::recipient(&message.recipient) {
                    Ok(to) => ready.push(Prepared { message, from: from.email.clone(), to, bytes }),
                    Err(error) => settled.push((message, Outcome::Failed(error.to_string()))),
                }
            }
            _ => match desk.parts(&mut connection, state, &message).await? {
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
        for (parts, bytes) in &composed {
            keep(&mut tx, parts, bytes, now).await?;
        }
        for (message, outcome) in settled {
            settle::one(&mut tx, state, &message, outcome).await?;
        }
        tx.commit().await?;
    }
    ready.extend(composed.into_iter().map(|(parts, bytes)| Prepared { from: parts.from.email, to: parts.to, message: parts.message, bytes }));
    Ok(ready)
}

type Composed = (Vec<(Parts, Vec<u8>)>, Vec<(Claimed, Outcome)>);

/// Composes and signs, away from the threads that wait for the network: RSA takes a millisecond a message.
async fn compose_all(desk: &Desk, fresh: Vec<Parts>, now: i64) -> anyhow::Result<Composed> {
    if fresh.is_empty() {
        return Ok(Composed::default());
    }
    let limit = desk.firm.mail_size_limit.unwrap_or(USUAL_SIZE_LIMIT);
    let (reply_to, signer) = (desk.reply_to.clone(), desk.signer.as_ref().ok().and_then(Clone::clone));
    let task = tokio::task::spawn_blocking(move || {
        let (mut composed, mut refused) = Composed::default();
        for parts in fresh {
            match parts.compose(reply_to.clone(), signer.as_deref(), limit, now) {
                Ok(bytes) => composed.push((parts, bytes)),
                Err(error) => refused.push((parts.message, Outcome::Failed(format!("{error:#}")))),
            }
        }
        (composed, refused)
    });
    Ok(task.await?)
}

async fn keep(connection: &mut AnyConnection, parts: &Parts, bytes: &[u8], now: i64) -> anyhow::Result<()> {
    let rendered_hash = bodies::put(connection, "message/rfc822", bytes, now).await?;
    let (mut body_hash, mut html_hash) = (parts.message.body_hash.clone(), None);
    if parts.is_mailing {
        body_hash = bodies::put(connection, "text/plain; charset=utf-8", parts.words.text.as_bytes(), now).await?;
        html_hash = Some(bodies::put(connection, "text/html; charset=utf-8", parts.words.html.as_bytes(), now).await?);
    }
    let kept = Kept {
        rendered_hash: &rendered_hash,
        message_id: &parts.message_id,
        subject: &parts.words.subject,
        body_hash: &body_hash,
        html_hash: html_hash.as_deref(),
        attachments: "",
    };
    Ok(store::keep_rendered(connection, &parts.message, &kept).await?)
}

//! A reader's own choices, by a signed link and without log-in: unsubscribing by one click (RFC 8058), channels and topics,
//! and why the mail came. Looking changes nothing: scanners open every link.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use kontor_shared::api::preferences::{ChannelChoice, ChoosePreferences, ConsentProof, Preferences, TopicChoice, Why};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::customers::MARKETING;
use kontor_shared::ids::{CustomerId, MessageId};
use kontor_shared::mailings::{Audience, Channel, Topic};
use kontor_shared::words::{Lang, audience as sentence};
use serde::Deserialize;
use serde_json::json;
use sqlx::AnyConnection;

use crate::customers::consents::{MAILINGS, holds};
use crate::customers::store::contacts::{self, Consent, NewConsent};
use crate::customers::store::master;
use crate::customers::suppressed::{self, NewSuppression, Suppressions};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::secrets::Purpose;
use crate::time::rfc3339;
use crate::{AppState, assets, audit};

mod store;
pub mod token;

/// Who acts here, in the audit trail.
const READER: &str = Actor::Reader.code();
/// The wording a reader agrees to on the preference page (shared/src/words/preferences.rs); changes with it.
const TEXT_VERSION: &str = "preferences-1";

/// The message a token names and its reader. A wrong token is looked up all the same, so that it takes as long.
async fn find(state: &AppState, connection: &mut AnyConnection, token: &str) -> Result<(MessageId, store::Reader)> {
    // No link was ever made before its key was.
    let key = crate::secrets::key(connection, state.config.secret.as_deref(), Purpose::Links).await?;
    let (message, right) = token::read(&key, token);
    let reader = store::reader(connection, &message.to_string()).await?;
    match reader {
        Some(reader) if right && reader.erased_at.is_none() => Ok((message, reader)),
        _ => Err(AppError::NotFound),
    }
}

/// As [`find`], with the customer locked until the transaction ends: of two choices, or a choice and an erasure, at once one
/// comes after the other.
async fn find_locked(state: &AppState, connection: &mut AnyConnection, token: &str) -> Result<(MessageId, store::Reader)> {
    let (_, reader) = find(state, connection, token).await?;
    let customer: CustomerId = reader.customer_id.parse().map_err(anyhow::Error::from)?;
    master::locked(connection, customer, state.db.for_update()).await?;
    // Read again: whoever held the lock may have erased the person.
    find(state, connection, token).await
}

/// `GET /u/{token}` and `GET /preferences/{token}`: the buyer's page, which asks before it does anything, and says of a
/// link that was cut off in the mail what to do.
pub async fn page(State(state): State<AppState>, Path(token): Path<String>, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let found = find(&state, &mut *state.db.read().await?, &token).await;
    let mut page = assets::buyer_page(State(state.clone()), uri, headers).await?;
    match found {
        Ok(_) => {}
        Err(AppError::NotFound) if page.status().is_success() => *page.status_mut() = StatusCode::NOT_FOUND,
        Err(error) => return Err(error),
    }
    Ok(page)
}

/// `POST /u/{token}`: a mail program's own button. It carries no cookie and no header of ours, so the signature in the
/// address is all that is asked for; a second click changes nothing.
pub async fn one_click(State(state): State<AppState>, Path(token): Path<String>, body: Bytes) -> Result<StatusCode> {
    let mut tx = state.db.write_tx().await?;
    let (message, reader) = find_locked(&state, &mut tx, &token).await?;
    if !is_one_click(&String::from_utf8_lossy(&body)) {
        return Err(AppError::invalid("not_one_click", "the body is to be List-Unsubscribe=One-Click"));
    }
    let now = Now::load(&mut tx, &reader, state.clock.now_ms()).await?;
    let channels = now.channels.iter().filter(|one| one.wanted && one.channel != Channel::Email).map(|one| one.channel).collect();
    let topics = now.topics.iter().filter(|one| one.wanted).map(|one| one.topic).collect();
    apply(&state, &mut tx, message, &reader, &ChoosePreferences { channels, topics }, "one-click").await?;
    tx.commit().await?;
    Ok(StatusCode::OK)
}

/// Both encodings RFC 8058 §3.2 names. The pair is fixed and the address is what is proven, so no form has to be taken apart.
fn is_one_click(body: &str) -> bool {
    let pair = |text: &str| text.trim() == "List-Unsubscribe=One-Click";
    let in_form = || body.contains("name=\"List-Unsubscribe\"") && body.lines().any(|line| line.trim() == "One-Click");
    body.split('&').any(pair) || in_form()
}

#[derive(Deserialize)]
pub struct In {
    lang: Option<String>,
}

/// `GET /api/preferences/{token}`
pub async fn show(State(state): State<AppState>, Path(token): Path<String>, Query(asked): Query<In>) -> Result<Json<Preferences>> {
    let mut connection = state.db.read().await?;
    let (_, reader) = find(&state, &mut connection, &token).await?;
    Ok(Json(shown(&mut connection, &state, &reader, asked.lang.as_deref()).await?))
}

/// `POST /api/preferences/{token}`
pub async fn choose(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<In>,
    Json(wanted): Json<ChoosePreferences>,
) -> Result<Json<Preferences>> {
    let mut tx = state.db.write_tx().await?;
    let (message, reader) = find_locked(&state, &mut tx, &token).await?;
    apply(&state, &mut tx, message, &reader, &wanted, "page").await?;
    let after = shown(&mut tx, &state, &reader, asked.lang.as_deref()).await?;
    tx.commit().await?;
    Ok(Json(after))
}

/// What is wanted now.
struct Now {
    channels: Vec<ChannelChoice>,
    topics: Vec<TopicChoice>,
    consents: Vec<Consent>,
    /// Topics taken off by the reader at the address the mail came to; the empty one is everything.
    unsubscribed: Vec<String>,
    /// The newest word about mailings by e-mail, for whichever address, is a no.
    said_no: bool,
}

impl Now {
    async fn load(connection: &mut AnyConnection, reader: &store::Reader, at: i64) -> Result<Self> {
        let consents = contacts::consents(connection, &reader.contact_id).await?;
        let addresses = [reader.recipient.clone(), reader.email.clone()];
        let stopped = Suppressions::load(connection, Channel::Email.word(), Some(&addresses), at).await?;
        let off = |address: &str| stopped.of(address).into_iter().filter(|one| one.reason == "unsubscribed").map(|one| one.topic).collect::<Vec<_>>();
        let (unsubscribed, elsewhere) = (off(&reader.recipient), off(&reader.email));
        let by_email = |one: &&Consent| MAILINGS.contains(&one.purpose.as_str()) && one.channel == Channel::Email.word();
        let said_no = consents.iter().find(by_email).is_some_and(|one| !one.is_granted());
        let reachable = |channel: &Channel| match channel {
            Channel::Email => true,
            Channel::Fax => !reader.fax.is_empty(),
            Channel::Post => !reader.postal.is_empty(),
        };
        let mut now = Self { channels: Vec::new(), topics: Vec::new(), consents, unsubscribed, said_no };
        for channel in Channel::ALL.iter().copied().filter(reachable) {
            let wanted = match channel {
                // The mails may go to another address by now: whoever gets them there gets them.
                Channel::Email => {
                    (!now.is_off("") && now.agreed_at(&reader.recipient)) || (!elsewhere.iter().any(String::is_empty) && now.agreed_at(&reader.email))
                }
                other => now.newest(&MAILINGS, other, reader).is_some_and(Consent::is_granted),
            };
            now.channels.push(ChannelChoice { channel, wanted });
        }
        for topic in Topic::ALL.iter().copied() {
            let withdrawn = now.newest(&[&topic.purpose()], Channel::Email, reader).is_some_and(|one| !one.is_granted());
            now.topics.push(TopicChoice { topic, wanted: !withdrawn && !now.is_off(topic.word()) });
        }
        Ok(now)
    }

    /// Whether mailings may go to an address, as the gate decides it: a word about all of them, or without one about a topic.
    fn agreed_at(&self, address: &str) -> bool {
        match holds(&self.consents, &MAILINGS, Channel::Email, address) {
            Some(word) => word.is_granted(),
            None => Topic::ALL.iter().any(|topic| holds(&self.consents, &[&topic.purpose()], Channel::Email, address).is_some_and(Consent::is_granted)),
        }
    }

    fn is_off(&self, topic: &str) -> bool {
        self.unsubscribed.iter().any(|one| one == topic)
    }

    fn newest(&self, purposes: &[&str], channel: Channel, reader: &store::Reader) -> Option<&Consent> {
        holds(&self.consents, purposes, channel, address_on(channel, reader))
    }

    fn wants_topic(&self, topic: Topic) -> bool {
        self.topics.iter().any(|one| one.topic == topic && one.wanted)
    }
}

/// What the reader agrees to be written to at. By e-mail it is the address this mail came to, whatever the contact has now.
fn address_on(channel: Channel, reader: &store::Reader) -> &str {
    match channel {
        Channel::Email => &reader.recipient,
        Channel::Fax => &reader.fax,
        Channel::Post => &reader.postal,
    }
}

/// Writes what changes, and nothing where nothing does: consents as they are said, suppressions of the address, one audit
/// row without personal data.
async fn apply(
    state: &AppState,
    connection: &mut AnyConnection,
    message: MessageId,
    reader: &store::Reader,
    wanted: &ChoosePreferences,
    how: &str,
) -> Result<()> {
    let at = state.clock.now_ms();
    let now = Now::load(connection, reader, at).await?;
    let evidence = format!("{how}, message {message}");
    // Purpose, channel, wanted from now on, wanted before.
    let mut said: Vec<(String, Channel, bool, bool)> = Vec::new();
    for one in &now.channels {
        let wants = wanted.channels.contains(&one.channel);
        // A no by e-mail is written down whatever the page thinks of the address: the mails go where the contact is now.
        let no_again = one.channel == Channel::Email && !wants && !(now.said_no && now.is_off(""));
        if wants != one.wanted || no_again {
            said.push((MARKETING.into(), one.channel, wants, one.wanted));
        }
    }
    for topic in Topic::ALL.iter().copied() {
        let wants = wanted.topics.contains(&topic);
        if wants != now.wants_topic(topic) {
            said.push((topic.purpose(), Channel::Email, wants, !wants));
        }
    }
    for (purpose, channel, granted, _) in &said {
        let said = NewConsent {
            id: state.clock.new_id().to_string(),
            contact: &reader.contact_id,
            purpose,
            channel: channel.word(),
            address: address_on(*channel, reader),
            state: if *granted { "granted" } else { "withdrawn" },
            text_version: if *granted { TEXT_VERSION } else { "" },
            source: "preferences",
            evidence: &evidence,
            actor: READER,
            at,
        };
        contacts::add_consent(connection, &said).await?;
        if *channel == Channel::Email {
            let topic = purpose.strip_prefix("topic:").unwrap_or("");
            let (channel, address) = (channel.word(), reader.recipient.as_str());
            if *granted {
                suppressed::lift(connection, channel, address, topic).await?;
            } else {
                let off = NewSuppression { address, channel, reason: "unsubscribed", topic, source: &evidence, actor: READER, now: at };
                suppressed::add(connection, &off).await?;
            }
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    let told = |purpose: &str, channel: Channel, granted: bool| json!({"purpose": purpose, "channel": channel, "granted": granted});
    let after: Vec<_> = said.iter().map(|(purpose, channel, granted, _)| told(purpose, *channel, *granted)).collect();
    let before: Vec<_> = said.iter().map(|(purpose, channel, _, before)| told(purpose, *channel, *before)).collect();
    audit::record(connection, &state.clock, READER, Action::PreferencesChoose, &reader.contact_id, Some(&before), Some(&after)).await?;
    Ok(())
}

async fn shown(connection: &mut AnyConnection, state: &AppState, reader: &store::Reader, lang: Option<&str>) -> Result<Preferences> {
    let firm = crate::firm::stored(connection).await?;
    let lang = lang.and_then(Lang::parse).or_else(|| Lang::parse(&reader.lang)).unwrap_or(firm.lang);
    let now = Now::load(connection, reader, state.clock.now_ms()).await?;
    let audience: Audience = serde_json::from_str(&reader.audience).map_err(|error| AppError::Internal(error.into()))?;
    let names = crate::mailings::audience::names(connection, &audience).await?;
    let consent = now.newest(&MAILINGS, Channel::Email, reader).filter(|one| one.is_granted()).map(|one| ConsentProof {
        at: rfc3339(one.at),
        source: one.source.clone(),
        text_version: one.text_version.clone(),
    });
    let why = Why { audience: sentence::sentence(lang, &audience, &names), sent_at: reader.sent_at.map(rfc3339), consent };
    Ok(Preferences { firm: firm.party.name.clone(), address: masked(&reader.recipient), channels: now.channels, topics: now.topics, why })
}

/// `i•••n@customer.example`: enough for its owner to know it.
fn masked(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return String::new() };
    let first = local.chars().next().map(String::from).unwrap_or_default();
    let last = local.chars().skip(3).last().map(String::from).unwrap_or_default();
    format!("{first}•••{last}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_is_shown_to_who_knows_it() {
        assert_eq!(masked("ivan@b.example"), "i•••n@b.example");
        assert_eq!(masked("iv@b.example"), "i•••@b.example");
        assert_eq!(masked(""), "");
    }
}

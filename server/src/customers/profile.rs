//! A customer's own profile: it changes where goods go, who of its people gets what, and how it is written to. Its name,
//! tax number and prices are staff's; a wish to change those becomes a row that staff see and answer.

use std::collections::HashMap;

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::people::{AskForChange, ConsentText, GiveConsent, NewOwnContact, OwnConsent, OwnContact, Profile, SaveContact, SaveProfile};
use kontor_shared::audit::Action;
use kontor_shared::customers::{Channel, ConsentState, Known, MARKETING, own_contact};
use kontor_shared::ids::ContactId;
use kontor_shared::money::Percent;
use kontor_shared::words::{Lang, profile as words};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::consents::{MAILINGS, address_on, holds};
use super::contacts::{Said, add, change, form as contact_form, write_down};
use super::edit::{applied, check_revision, form, places, shown_request, store};
use super::store::contacts::{self, Contact};
use super::store::master::{self, Master};
use super::store::requests;
use super::{check, edit};
use crate::auth::{Buyer, hex};
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path, seen_revision};
use crate::time::rfc3339;
use crate::{AppState, audit, firm};

/// Requests of one customer that wait for an answer.
const MOST_OPEN_REQUESTS: i64 = 20;

/// What is agreed to with a consent to mailings. Its version is made from the text, so that no text changes under a version.
async fn marketing_text(connection: &mut AnyConnection, lang: Lang) -> anyhow::Result<ConsentText> {
    let firm = firm::stored(connection).await?;
    let text = words::MARKETING_TEXT.with(lang, &[("firm", &firm.party.name)]);
    Ok(ConsentText { version: hex(&Sha256::digest(&text)[..6]), text })
}

/// Which contact is signed in.
fn own<'a>(rows: &'a [Contact], buyer: &Buyer) -> Option<&'a Contact> {
    let known: Vec<Known<'_>> = rows.iter().map(|row| Known { email: &row.email, user: row.user_id.as_deref(), erased: row.erased_at.is_some() }).collect();
    own_contact(&known, &buyer.identity.user.to_string(), &buyer.identity.login).map(|at| &rows[at])
}

async fn whole(state: &AppState, buyer: &Buyer) -> Result<Profile> {
    let mut connection = state.db.read().await?;
    let row = master::get(&mut connection, buyer.customer).await?.ok_or(AppError::NotFound)?;
    let mut consents: HashMap<String, Vec<OwnConsent>> = HashMap::new();
    let said = contacts::consents_of_customer(&mut connection, buyer.customer).await?;
    let rows = contacts::of_customer(&mut connection, buyer.customer).await?;
    for contact in &rows {
        for channel in Channel::ALL.iter().copied() {
            let own = said.iter().filter(|consent| consent.contact_id == contact.id);
            if let Some(consent) = holds(own, &MAILINGS, channel, address_on(channel, contact, &row.delivery_address)) {
                let state = ConsentState::parse(&consent.state).context("stored state of a consent")?;
                consents.entry(contact.id.clone()).or_default().push(OwnConsent { channel, state, at: rfc3339(consent.at) });
            }
        }
    }
    let own = own(&rows, buyer).map(|own| own.id.clone());
    let mut people = Vec::new();
    for row in rows.iter().filter(|row| row.erased_at.is_none()) {
        let form = contact_form(row);
        people.push(OwnContact {
            id: row.id.parse().context("stored contact id")?,
            name: form.name,
            email: form.email,
            phone: form.phone,
            fax: form.fax,
            position: form.position,
            lang: form.lang,
            receives_orders: form.receives_orders,
            receives_accounts: form.receives_accounts,
            receives_mail: form.receives_mail,
            own: own.as_ref() == Some(&row.id),
            consents: consents.remove(&row.id).unwrap_or_default(),
        });
    }
    let requests = requests::of_customer(&mut connection, buyer.customer, 50).await?;
    let form = form(&mut connection, &row).await?;
    Ok(Profile {
        code: row.code,
        name: form.name,
        country: form.country,
        tax_id: form.tax_id,
        discount: Percent::from_raw(row.discount),
        address: form.address,
        places: form.places,
        lang: form.lang,
        channel: form.channel,
        revision: row.revision,
        contacts: people,
        requests: requests.into_iter().map(|row| shown_request(row).map(for_the_customer)).collect::<anyhow::Result<_>>()?,
        marketing: marketing_text(&mut connection, buyer.identity.lang).await?,
    })
}

/// Who of the staff answered is the firm's own business.
fn for_the_customer(request: kontor_shared::api::people::ChangeRequest) -> kontor_shared::api::people::ChangeRequest {
    kontor_shared::api::people::ChangeRequest { answered_by: String::new(), ..request }
}

/// `GET /api/profile`
pub async fn show(State(state): State<AppState>, buyer: Buyer) -> Result<Json<Profile>> {
    Ok(Json(whole(&state, &buyer).await?))
}

async fn locked(tx: &mut AnyConnection, state: &AppState, buyer: &Buyer) -> Result<Master> {
    master::locked(tx, buyer.customer, state.db.for_update()).await?.ok_or(AppError::NotFound)
}

/// `PUT /api/profile`
pub async fn save(State(state): State<AppState>, buyer: Buyer, headers: HeaderMap, Json(wanted): Json<SaveProfile>) -> Result<Json<Profile>> {
    let seen = seen_revision(&headers)?;
    let (address, wanted_places) = (check::address(&wanted.address)?, check::places(&wanted.places)?);
    let mut tx = state.db.write_tx().await?;
    let row = locked(&mut tx, &state, &buyer).await?;
    let told = |address: &str, places: &[_], lang: Lang, channel: Channel| SaveProfile { address: address.into(), places: places.to_vec(), lang, channel };
    let before = {
        let form = form(&mut tx, &row).await?;
        told(&form.address, &places(&mut tx, &row).await?, form.lang, form.channel)
    };
    let after = told(&address, &wanted_places, wanted.lang, wanted.channel);
    if before != after {
        check_revision(&row, seen)?;
        let form = kontor_shared::api::people::SaveCustomer {
            address,
            places: wanted_places,
            lang: wanted.lang,
            channel: wanted.channel,
            ..edit::form(&mut tx, &row).await?
        };
        let changed = Master { revision: row.revision + 1, ..applied(&row, &form) };
        store(&mut tx, &state, &changed, &form.places).await?;
        audit::record(&mut tx, &state.clock, &buyer.identity.actor(), Action::ProfileSave, &row.id, Some(&before), Some(&after)).await?;
    }
    tx.commit().await?;
    Ok(Json(whole(&state, &buyer).await?))
}

/// `POST /api/profile/contacts`
pub async fn add_contact(State(state): State<AppState>, buyer: Buyer, Json(wanted): Json<NewOwnContact>) -> Result<Response> {
    let mut tx = state.db.write_tx().await?;
    let customer = locked(&mut tx, &state, &buyer).await?;
    let new = add(&mut tx, &state.clock, &buyer.identity.actor(), &customer, wanted.id, &wanted.contact).await?;
    tx.commit().await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(whole(&state, &buyer).await?)).into_response())
}

/// A contact of the buyer's own customer; an erased one is not there.
async fn own_row(tx: &mut AnyConnection, buyer: &Buyer, id: ContactId) -> Result<Contact> {
    let row = contacts::get(tx, id).await?.filter(|row| row.customer_id == buyer.customer.to_string() && row.erased_at.is_none());
    row.ok_or(AppError::NotFound)
}

/// `PUT /api/profile/contacts/{id}`
pub async fn save_contact(
    State(state): State<AppState>,
    buyer: Buyer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SaveContact>,
) -> Result<Json<Profile>> {
    let (id, seen) = (id_in_path(&id)?, seen_revision(&headers)?);
    let mut tx = state.db.write_tx().await?;
    let customer = locked(&mut tx, &state, &buyer).await?;
    let row = own_row(&mut tx, &buyer, id).await?;
    change(&mut tx, &state.clock, &buyer.identity.actor(), &customer, seen, &row, &wanted).await?;
    tx.commit().await?;
    Ok(Json(whole(&state, &buyer).await?))
}

/// `POST /api/profile/contacts/{id}/consents`. Nobody agrees for somebody else; a "no" is taken from any of the customer's.
pub async fn consent(State(state): State<AppState>, buyer: Buyer, Path(id): Path<String>, Json(wanted): Json<GiveConsent>) -> Result<Json<Profile>> {
    let id: ContactId = id_in_path(&id)?;
    let mut tx = state.db.write_tx().await?;
    let customer = locked(&mut tx, &state, &buyer).await?;
    let row = own_row(&mut tx, &buyer, id).await?;
    let shown = marketing_text(&mut tx, buyer.identity.lang).await?;
    let mut version = "";
    if wanted.state == ConsentState::Granted {
        let rows = contacts::of_customer(&mut tx, buyer.customer).await?;
        if own(&rows, &buyer).is_none_or(|own| own.id != row.id) {
            return Err(AppError::Forbidden { code: "not_your_consent" });
        }
        if wanted.text_version != shown.version {
            return Err(AppError::conflict("text_changed", "the text has changed since it was shown"));
        }
        contacts::keep_text(&mut tx, MARKETING, &shown.version, buyer.identity.lang.tag(), &shown.text, state.clock.now_ms()).await?;
        version = &shown.version;
    }
    let evidence = format!("signed in as {}", buyer.identity.login);
    let said = Said { purpose: MARKETING, channel: wanted.channel, state: wanted.state, text_version: version, source: "profile", evidence: &evidence };
    write_down(&mut tx, &state.clock, &buyer.identity.actor(), &customer, &row, &said).await?;
    tx.commit().await?;
    Ok(Json(whole(&state, &buyer).await?))
}

/// `POST /api/profile/requests`
pub async fn ask(State(state): State<AppState>, buyer: Buyer, Json(wanted): Json<AskForChange>) -> Result<Json<Profile>> {
    let text = wanted.text.trim();
    bounded_text("/text", text, 2_000, true)?;
    if text.is_empty() {
        return Err(AppError::invalid_field("no_text", "/text", "say what should be changed"));
    }
    let mut tx = state.db.write_tx().await?;
    let customer = locked(&mut tx, &state, &buyer).await?;
    // Sent again after a lost answer, it is the same request.
    let asked = requests::of_customer(&mut tx, buyer.customer, MOST_OPEN_REQUESTS).await?;
    if !asked.iter().any(|request| request.state == "open" && request.text == text) {
        if requests::open_of_customer(&mut tx, buyer.customer).await? >= MOST_OPEN_REQUESTS {
            return Err(AppError::conflict("too_many_open", "earlier requests wait for an answer"));
        }
        let id = state.clock.new_id().to_string();
        let actor = buyer.identity.actor();
        requests::insert(&mut tx, &id, buyer.customer, text, &actor, state.clock.now_ms()).await?;
        audit::record(&mut tx, &state.clock, &actor, Action::RequestAsk, &customer.id, None, Some(&serde_json::json!({"request": id, "text": text}))).await?;
    }
    tx.commit().await?;
    Ok(Json(whole(&state, &buyer).await?))
}

//! A visitor signs up. Nothing about the company is stored before the address has confirmed: nobody signs up another's.
//! What is agreed to is kept in the words that were shown, with the time and a keyed mark of where it came from.

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use kontor_shared::api::Role;
use kontor_shared::api::accounts::{SignUp, SignUpForm, UseLink};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::{Lang, accounts as words};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{requests, store};
use crate::auth;
use crate::customers::store::contacts::{self, NewConsent};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text};
use crate::firm::FirmSettings;
use crate::http::ClientAddress;
use crate::links::{self, Purpose};
use crate::secrets;
use crate::{AppState, audit, catalog, customers, numbering};

/// Series of the codes customers get who sign up.
const SERIES: &str = "sign-up";

/// The privacy text in a language, as it is shown and agreed to, and what names it: the firm's own, or ours where it wrote
/// none, which its content names.
fn privacy(firm: &FirmSettings, lang: Lang) -> (String, String) {
    let own = firm.privacy.text(lang);
    if !own.trim().is_empty() {
        return (firm.privacy.version.clone(), own.to_string());
    }
    let reach = if firm.party.email.is_empty() { firm.party.phone.clone() } else { firm.party.email.clone() };
    let address = firm.party.address.join(", ");
    let text = words::PRIVACY_TEXT.with(lang, &[("firm", &firm.party.name), ("address", &address), ("reach", &reach)]);
    (auth::hex(&Sha256::digest(text.as_bytes()))[..12].to_string(), text)
}

/// What waits for the address to confirm.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    pub form: SignUp,
    pub evidence: String,
}

impl Pending {
    pub fn read(data: &str) -> anyhow::Result<Self> {
        serde_json::from_str(data).context("a stored sign-up")
    }
}

#[derive(Deserialize)]
pub struct Asked {
    lang: Option<String>,
}

/// `GET /api/sign-up`
pub async fn form(State(state): State<AppState>, Query(asked): Query<Asked>) -> Result<Json<SignUpForm>> {
    let firm = state.firm().await?;
    let lang = asked.lang.as_deref().and_then(Lang::parse).unwrap_or(firm.lang);
    let (privacy_version, privacy_text) = privacy(&firm, lang);
    Ok(Json(SignUpForm { open: firm.sign_up, privacy_version, privacy_text }))
}

/// `POST /api/sign-up`. The same answer whether the address is known or not.
pub async fn submit(State(state): State<AppState>, from: ClientAddress, Json(mut form): Json<SignUp>) -> Result<StatusCode> {
    let firm = state.firm().await?;
    if !firm.sign_up {
        return Err(AppError::Forbidden { code: "sign_up_closed" });
    }
    form.email = super::email("/email", &form.email)?;
    for (field, text, most, lines, needed) in [
        ("/company", &mut form.company, 200, false, true),
        ("/name", &mut form.name, 200, false, true),
        ("/country", &mut form.country, 100, false, true),
        ("/tax_id", &mut form.tax_id, 50, false, false),
        ("/message", &mut form.message, 2_000, true, false),
    ] {
        bounded_text(field, text, most, lines)?;
        *text = text.trim().to_string();
        if needed && text.is_empty() {
            return Err(AppError::invalid_field("required", field, "this is needed"));
        }
    }
    let (version, text) = privacy(&firm, form.lang);
    if form.privacy_version != version {
        return Err(AppError::conflict("privacy_changed", "the privacy text has changed; show the new one"));
    }
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    requests::count(&mut tx, &from, &form.email, now).await?;
    // As it was shown, before the firm may change it.
    crate::firm::store::keep_privacy_text(&mut tx, &version, form.lang.tag(), &text, now).await?;
    // A keyed mark: whoever is asked to prove a consent can compare an address with it, and nobody can read one from it.
    let key = secrets::key(&mut tx, state.config.secret.as_deref(), secrets::Purpose::Other).await?;
    let mark = auth::hex(&key.sign(format!("consent from {}", from.0).as_bytes())[..16]);
    let evidence = format!("form in {} at {}; address mark {mark}", form.lang.tag(), crate::time::rfc3339(now));
    requests::enqueue(&mut tx, &state.clock, &requests::Request::SignUp { form, evidence }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/sign-up/confirm`: the address is the visitor's; now a customer waits for the staff's decision.
pub async fn confirm(State(state): State<AppState>, Json(sent): Json<UseLink>) -> Result<StatusCode> {
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let link = links::take(&mut tx, Purpose::SignUp, &sent.token, now).await?.ok_or(AppError::Missing { code: "link_ended" })?;
    let Pending { form, evidence } = Pending::read(&link.data)?;
    if auth::store::user_by_login(&mut tx, &form.email).await?.is_some() {
        // Invited meanwhile, or confirmed in another tab.
        return Err(AppError::Missing { code: "link_ended" });
    }
    let firm = crate::firm::stored(&mut tx).await?;
    let (customer, contact, user) = (CustomerId(state.clock.new_id()), state.clock.new_id().to_string(), UserId(state.clock.new_id()));
    let code = insert_customer(&mut tx, &firm, customer, &form, now).await?;
    store::insert_contact(&mut tx, &contact, &customer.to_string(), &form.name, &form.email, form.lang.tag(), now).await?;
    auth::store::insert_user(&mut tx, user, &form.email, "", Role::Buyer, Some(customer), false, now).await?;
    store::describe(&mut tx, &user.to_string(), &form.name, form.lang.tag()).await?;
    store::tie_contact(&mut tx, &contact, Some(&user.to_string())).await?;
    keep_consent(&mut tx, &state, &form, &contact, &format!("{evidence}; confirmed by link at {}", crate::time::rfc3339(now))).await?;
    sqlx::query("INSERT INTO applications (customer_id, contact_id, user_id, message, applied_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(customer.to_string())
        .bind(&contact)
        .bind(user.to_string())
        .bind(&form.message)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let after = serde_json::json!({"code": code, "state": "applied"});
    audit::record(&mut tx, &state.clock, Actor::Visitor.code(), Action::SignUpConfirm, &customer.to_string(), None, Some(&after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stores the company as a customer in state `applied`; gives its code.
async fn insert_customer(connection: &mut AnyConnection, firm: &FirmSettings, id: CustomerId, form: &SignUp, now: i64) -> Result<String> {
    catalog::store::insert_price_type(connection, &firm.customer_price_type, &firm.customer_price_type, firm.currency.code(), 0).await?;
    let code = loop {
        let code = format!("N{:05}", numbering::take(connection, SERIES, "").await?);
        // The firm may have used such a code before.
        if auth::store::customer_by_key(connection, &code).await?.is_none() {
            break code;
        }
    };
    sqlx::query(
        "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, state, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, '', $6, $7, '', '', $8, 'applied', $9, $9)",
    )
    .bind(id.to_string())
    .bind(&code)
    .bind(&form.company)
    .bind(customers::fold(&form.company))
    .bind(&form.country)
    .bind(form.lang.tag())
    .bind(&firm.customer_price_type)
    .bind(&form.tax_id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(code)
}

/// The consent, by the version of the text that was kept when the form was sent.
async fn keep_consent(connection: &mut AnyConnection, state: &AppState, form: &SignUp, contact: &str, evidence: &str) -> Result<()> {
    let consent = NewConsent {
        id: state.clock.new_id().to_string(),
        contact,
        purpose: "privacy",
        channel: "",
        address: "",
        state: "granted",
        text_version: &form.privacy_version,
        source: "sign-up",
        evidence,
        actor: "visitor",
        at: state.clock.now_ms(),
    };
    Ok(contacts::add_consent(connection, &consent).await?)
}

//! Who can sign in: invited, changed, disabled, helped. Administrators look after everybody, sales after buyers. What is
//! changed here holds with the next request of whoever it is about.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use kontor_shared::api::accounts::{ChangePerson, Invite, PeoplePage, Person, ResetFactor};
use kontor_shared::api::{OrderCustomer, Role};
use kontor_shared::audit::Action;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::{Lang, accounts as words};
use serde::Deserialize;
use sqlx::AnyConnection;

use super::applications::{self, reachable};
use super::{mail, own, store};
use crate::auth::store::UserRow;
use crate::auth::{self, IDLE_MS, Staff};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, id_in_path, seen_revision};
use crate::links::{self, Purpose};
use crate::time::rfc3339;
use crate::{AppState, audit, customers};

const STATES: [&str; 3] = ["invited", "active", "disabled"];

#[derive(Deserialize)]
pub struct Asked {
    state: Option<String>,
    #[serde(default)]
    q: String,
    /// The last log-in of the page before.
    after: Option<String>,
}

/// `GET /api/people`
pub async fn list(State(state): State<AppState>, who: Staff, Query(asked): Query<Asked>) -> Result<Json<PeoplePage>> {
    const PAGE: usize = 100;
    let wanted = asked.state.filter(|state| !state.is_empty());
    if wanted.as_ref().is_some_and(|state| !STATES.contains(&state.as_str())) {
        return Err(AppError::invalid_field("unknown_state", "state", format!("one of {}", STATES.join(", "))));
    }
    let query = customers::fold(&asked.q);
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let rows = store::people(&mut connection, "", now, now - IDLE_MS).await?;
    let mut people = rows.into_iter().map(|row| shown(row, &who, now)).collect::<anyhow::Result<Vec<Person>>>()?;
    people.retain(|person| may(&who, person.role) && wanted.as_ref().is_none_or(|state| person.state == *state) && matches(person, &query));
    people.sort_by(|one, other| one.login.cmp(&other.login));
    if let Some(after) = &asked.after {
        people.retain(|person| person.login > *after);
    }
    let next = (people.len() > PAGE).then(|| people[PAGE - 1].login.clone());
    people.truncate(PAGE);
    let applications = applications::waiting(&mut connection).await?;
    Ok(Json(PeoplePage { people, applications, next }))
}

fn matches(person: &Person, query: &str) -> bool {
    let customer = person.customer.as_ref().map(|customer| format!("{} {}", customer.code, customer.name)).unwrap_or_default();
    let text = customers::fold(&format!("{} {} {customer}", person.login, person.name));
    query.split(' ').all(|word| text.contains(word))
}

/// Whether `who` looks after people of a role.
fn may(who: &Staff, role: Role) -> bool {
    who.0.role == Role::Admin || (who.0.role == Role::Sales && role == Role::Buyer)
}

fn shown(row: store::Person, who: &Staff, now: i64) -> anyhow::Result<Person> {
    let state = row.state();
    let customer = match (row.customer_id, row.customer_code, row.customer_name) {
        (Some(id), Some(code), Some(name)) => Some(OrderCustomer { id: id.parse().context("stored customer id")?, code, name }),
        _ => None,
    };
    let id: UserId = row.id.parse().context("stored user id")?;
    Ok(Person {
        id,
        login: row.login,
        name: row.name,
        role: Role::parse(&row.role).context("stored role")?,
        customer,
        state: state.into(),
        factor: row.factor_at.is_some(),
        sessions: u32::try_from(row.sessions).unwrap_or(u32::MAX),
        seen_at: row.seen_at.map(rfc3339),
        invited_until: row.invited_until.filter(|until| *until > now).map(rfc3339),
        revision: row.revision,
        you: id == who.0.user,
    })
}

async fn person(connection: &mut AnyConnection, state: &AppState, who: &Staff, id: &str) -> Result<Person> {
    let now = state.clock.now_ms();
    let row = store::people(connection, id, now, now - IDLE_MS).await?.pop().ok_or(AppError::NotFound)?;
    Ok(shown(row, who, now)?)
}

/// The user with this id, locked, if it is one the caller looks after; any other is as if it did not exist.
async fn user(connection: &mut AnyConnection, state: &AppState, who: &Staff, id: &str) -> Result<UserRow> {
    let id: UserId = id_in_path(id)?;
    // Visitors nobody has decided on are no people yet.
    person(connection, state, who, &id.to_string()).await?;
    let row = auth::store::user_by_id(connection, state.db.for_update(), &id.to_string()).await?.ok_or(AppError::NotFound)?;
    let role = Role::parse(&row.role).context("stored role")?;
    if may(who, role) { Ok(row) } else { Err(AppError::NotFound) }
}

/// `POST /api/people`
pub async fn invite(State(state): State<AppState>, who: Staff, Json(sent): Json<Invite>) -> Result<Json<Person>> {
    if !may(&who, sent.role) {
        return Err(AppError::Forbidden { code: "role" });
    }
    reachable(&state)?;
    let email = super::email("/email", &sent.email)?;
    bounded_text("/name", &sent.name, 200, false)?;
    let now = state.clock.now_ms();
    let id = UserId(state.clock.new_id());
    let mut tx = state.db.write_tx().await?;
    let customer = match (sent.role, sent.customer.as_deref().map(str::trim).filter(|key| !key.is_empty())) {
        (Role::Buyer, Some(key)) => Some(active_customer(&mut tx, key).await?),
        (Role::Buyer, None) => return Err(AppError::invalid_field("required", "/customer", "a buyer belongs to a customer")),
        (_, Some(_)) => return Err(AppError::invalid_field("staff_have_no_customer", "/customer", "only a buyer belongs to a customer")),
        (_, None) => None,
    };
    let inserted = auth::store::insert_user(&mut tx, id, &email, "", sent.role, customer, false, now).await;
    if let Err(error) = &inserted
        && crate::db::is_unique_violation(error)
    {
        return Err(AppError::conflict_field("login_exists", "/email", "somebody signs in with this address"));
    }
    inserted?;
    store::describe(&mut tx, &id.to_string(), sent.name.trim(), sent.lang.tag()).await?;
    if let Some(customer) = customer {
        let contacts = store::contacts(&mut tx, &customer.to_string()).await?;
        let found = match sent.contact {
            Some(wanted) => Some(contacts.into_iter().find(|contact| contact.id == wanted.to_string()).ok_or(AppError::NotFound)?),
            None => contacts.into_iter().find(|contact| auth::normal(&contact.email) == email && contact.user_id.is_none()),
        };
        let contact = match found {
            Some(contact) if contact.user_id.is_some() => return Err(AppError::conflict_field("login_exists", "/email", "this contact has a log-in")),
            Some(contact) => contact.id,
            None => {
                let contact = state.clock.new_id().to_string();
                store::insert_contact(&mut tx, &contact, &customer.to_string(), sent.name.trim(), &email, sent.lang.tag(), now).await?;
                contact
            }
        };
        store::tie_contact(&mut tx, &contact, Some(&id.to_string())).await?;
    }
    let row = auth::store::user_by_id(&mut tx, "", &id.to_string()).await?.ok_or(AppError::NotFound)?;
    send_invitation(&mut tx, &state, &who, &row).await?;
    let after = serde_json::json!({"login": email, "role": sent.role, "customer": customer});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::UserInvite, &id.to_string(), None, Some(&after)).await?;
    let person = person(&mut tx, &state, &who, &id.to_string()).await?;
    tx.commit().await?;
    Ok(Json(person))
}

async fn active_customer(connection: &mut AnyConnection, key: &str) -> Result<CustomerId> {
    let unknown = || AppError::invalid_field("unknown_customer", "/customer", "no active customer has this code");
    let id = auth::store::customer_by_key(connection, key).await?.ok_or_else(unknown)?;
    if store::customer_state(connection, &id).await?.as_deref() != Some("active") {
        return Err(unknown());
    }
    Ok(id.parse().context("stored customer id")?)
}

/// Writes the mail with a new link; an older one ends.
async fn send_invitation(connection: &mut AnyConnection, state: &AppState, who: &Staff, row: &UserRow) -> Result<()> {
    let cause = format!("{}invite {}", mail::CAUSE, state.clock.new_id());
    let customer = row.customer_id.as_deref().map(str::parse).transpose().ok().flatten();
    let lang = Lang::parse(&row.lang).context("stored language")?;
    let letter = mail::Letter { cause: &cause, to: &row.login, customer, lang, subject: words::INVITE_SUBJECT, text: words::INVITE_TEXT };
    mail::with_link(connection, state, letter, Purpose::Invite, &row.id, "{}", &who.actor()).await?;
    Ok(())
}

fn still_invited(row: &UserRow) -> Result<()> {
    if row.password_hash.is_empty() && row.disabled == 0 { Ok(()) } else { Err(AppError::conflict("not_invited", "this log-in is in use or disabled")) }
}

/// `POST /api/people/{id}/invite`: the invitation once more, with a new link.
pub async fn invite_again(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<Person>> {
    let mut tx = state.db.write_tx().await?;
    let row = user(&mut tx, &state, &who, &id).await?;
    still_invited(&row)?;
    reachable(&state)?;
    send_invitation(&mut tx, &state, &who, &row).await?;
    audit::record::<()>(&mut tx, &state.clock, &who.actor(), Action::UserInviteAgain, &row.id, None, None).await?;
    let person = person(&mut tx, &state, &who, &row.id).await?;
    tx.commit().await?;
    Ok(Json(person))
}

/// `DELETE /api/people/{id}/invite`: nobody has used the log-in, so it goes.
pub async fn withdraw(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = state.db.write_tx().await?;
    let row = user(&mut tx, &state, &who, &id).await?;
    still_invited(&row)?;
    store::delete_user(&mut tx, &row.id).await?;
    let before = serde_json::json!({"login": row.login, "role": row.role});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::UserWithdraw, &row.id, Some(&before), None).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /api/people/{id}`: another role, disabled or enabled again. Disabling ends the sessions and links at once.
pub async fn change(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<ChangePerson>,
) -> Result<Json<Person>> {
    let seen = seen_revision(&headers)?;
    let mut tx = state.db.write_tx().await?;
    let row = user(&mut tx, &state, &who, &id).await?;
    let before = Role::parse(&row.role).context("stored role")?;
    let role = wanted.role.unwrap_or(before);
    let disabled = wanted.disabled.unwrap_or(row.disabled != 0);
    if role != before || disabled != (row.disabled != 0) {
        if seen.is_some_and(|seen| seen != row.revision) {
            return Err(AppError::conflict("changed_elsewhere", "somebody changed this log-in meanwhile"));
        }
        if role.is_staff() != before.is_staff() {
            return Err(AppError::invalid_field("role_of_another_kind", "/role", "a buyer stays a buyer; invite the person to the firm anew"));
        }
        apply(&mut tx, &state, &who.actor(), &row, role, disabled).await?;
    }
    let person = person(&mut tx, &state, &who, &row.id).await?;
    tx.commit().await?;
    Ok(Json(person))
}

/// Changes role and state of a log-in, with what follows from it and the audit row. One administrator stays.
pub async fn apply(connection: &mut AnyConnection, state: &AppState, actor: &str, row: &UserRow, role: Role, disabled: bool) -> Result<()> {
    if row.role == Role::Admin.word() && (role != Role::Admin || disabled) {
        let administrators = store::lock_administrators(connection, state.db.for_update()).await?;
        if administrators.iter().all(|id| *id == row.id) && !administrators.is_empty() {
            return Err(AppError::conflict("last_administrator", "make somebody else administrator first"));
        }
    }
    store::set_role(connection, &row.id, role.word(), disabled).await?;
    if disabled {
        auth::store::end_sessions(connection, &row.id, "").await?;
        links::end(connection, Purpose::Invite, &row.id).await?;
        own::end_links(connection, &row.id).await?;
    }
    let told = |role: &str, disabled: bool| serde_json::json!({"role": role, "disabled": disabled});
    let (before, after) = (told(&row.role, row.disabled != 0), told(role.word(), disabled));
    audit::record(connection, &state.clock, actor, Action::UserChange, &row.id, Some(&before), Some(&after)).await?;
    Ok(())
}

/// `POST /api/people/{id}/end-sessions`
pub async fn end_sessions(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<Person>> {
    let mut tx = state.db.write_tx().await?;
    let row = user(&mut tx, &state, &who, &id).await?;
    let ended = auth::store::end_sessions(&mut tx, &row.id, if row.id == who.0.user.to_string() { &who.0.session } else { "" }).await?;
    own::end_links(&mut tx, &row.id).await?;
    let after = serde_json::json!({"ended": ended});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::UserEndSessions, &row.id, None, Some(&after)).await?;
    let person = person(&mut tx, &state, &who, &row.id).await?;
    tx.commit().await?;
    Ok(Json(person))
}

/// `POST /api/people/{id}/reset-factor`: for whoever lost telephone and recovery codes. The administrator gives the own
/// password, and writes down how the person proved to be the one (ASVS 5.0, 6.4.4); the owner is told, all sessions end.
pub async fn reset_factor(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(sent): Json<ResetFactor>) -> Result<Json<Person>> {
    let mut tx = state.db.write_tx().await?;
    let row = user(&mut tx, &state, &who, &id).await?;
    own::fresh(&state, &who.0)?;
    bounded_text("/proof", &sent.proof, 500, true)?;
    if sent.proof.trim().is_empty() {
        return Err(AppError::invalid_field("required", "/proof", "write down how the person proved to be the one"));
    }
    if row.factor_at.is_none() {
        return Err(AppError::conflict("no_factor", "there is no second factor"));
    }
    store::remove_factor(&mut tx, &row.id).await?;
    auth::store::end_sessions(&mut tx, &row.id, "").await?;
    own::end_links(&mut tx, &row.id).await?;
    let after = serde_json::json!({"proof": sent.proof.trim()});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::FactorReset, &row.id, None, Some(&after)).await?;
    mail::changed(&mut tx, &state, &row.login, Lang::parse(&row.lang).context("stored language")?, Action::FactorReset).await?;
    let person = person(&mut tx, &state, &who, &row.id).await?;
    tx.commit().await?;
    Ok(Json(person))
}

//! Visitors who wait: staff look, and approve or refuse.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kontor_shared::api::OrderCustomer;
use kontor_shared::api::accounts::{Application, ApplicationList, Approve, RefuseApplication};
use kontor_shared::audit::Action;
use kontor_shared::ids::CustomerId;
use kontor_shared::words::{Lang, accounts as words};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{mail, store};
use crate::auth::{self, Staff};
use crate::customers::store::master;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path};
use crate::links::Purpose;
use crate::time::rfc3339;
use crate::{AppState, audit};

crate::row! {
    struct Row {
        id: String,
        code: String,
        company: String,
        country: String,
        tax_id: String,
        lang: String,
        name: String,
        email: String,
        message: String,
        applied_at: i64,
        contact_id: String,
        user_id: String,
        decided_at: Option<i64>,
    }
}

async fn rows(connection: &mut AnyConnection, id: &str, for_update: &'static str) -> sqlx::Result<Vec<Row>> {
    // PostgreSQL locks only rows of the table named.
    let lock = if for_update.is_empty() { "" } else { " FOR UPDATE OF a" };
    let sql = format!(
        "SELECT c.id, c.code, c.name AS company, c.country, c.tax_id, c.lang, p.name, p.email, a.message, a.applied_at, a.contact_id, a.user_id, a.decided_at \
         FROM applications a JOIN customers c ON c.id = a.customer_id JOIN contacts p ON p.id = a.contact_id \
         WHERE ($1 = '' AND a.decided_at IS NULL) OR a.customer_id = $1 ORDER BY a.applied_at, c.id LIMIT 200{lock}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_all(connection).await
}

/// How many wait.
pub async fn waiting(connection: &mut AnyConnection) -> sqlx::Result<u64> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM applications WHERE decided_at IS NULL").fetch_one(connection).await?;
    Ok(count as u64)
}

/// Other customers with this address or tax id.
async fn known(connection: &mut AnyConnection, row: &Row) -> Result<Vec<OrderCustomer>> {
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT DISTINCT c.id, c.code, c.name FROM customers c LEFT JOIN contacts p ON p.customer_id = c.id \
         WHERE c.id <> $1 AND c.state <> 'applied' AND (p.email = $2 OR ($3 <> '' AND c.tax_id = $3)) ORDER BY c.id LIMIT 5",
    )
    .bind(&row.id)
    .bind(&row.email)
    .bind(&row.tax_id)
    .fetch_all(connection)
    .await?;
    found.into_iter().map(|(id, code, name)| Ok(OrderCustomer { id: id.parse().context("stored customer id")?, code, name })).collect()
}

/// `GET /api/applications`
pub async fn list(State(state): State<AppState>) -> Result<Json<ApplicationList>> {
    let mut connection = state.db.read().await?;
    let mut applications = Vec::new();
    for row in rows(&mut connection, "", "").await? {
        let known = known(&mut connection, &row).await?;
        applications.push(Application {
            id: row.id.parse().context("stored customer id")?,
            code: row.code,
            company: row.company,
            country: row.country,
            tax_id: row.tax_id,
            name: row.name,
            email: row.email,
            message: row.message,
            lang: Lang::parse(&row.lang).context("stored language")?,
            applied_at: rfc3339(row.applied_at),
            known,
        });
    }
    Ok(Json(ApplicationList { applications }))
}

/// The application, locked with its customer, if nobody has decided on it yet.
async fn undecided(connection: &mut AnyConnection, state: &AppState, id: CustomerId) -> Result<Row> {
    master::locked(connection, id, state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    let row = rows(connection, &id.to_string(), state.db.for_update()).await?.pop().ok_or(AppError::NotFound)?;
    if row.decided_at.is_some() {
        return Err(AppError::conflict("already_decided", "somebody has decided on this sign-up"));
    }
    Ok(row)
}

/// Whether the applicant is more than that by now: a customer, or somebody who can sign in or has ordered.
async fn in_use(connection: &mut AnyConnection, row: &Row) -> Result<bool> {
    if store::customer_state(connection, &row.id).await?.as_deref() != Some("applied") {
        return Ok(true);
    }
    let user = auth::store::user_by_id(connection, "", &row.user_id).await?;
    let orders: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM orders WHERE customer_id = $1 OR user_id = $2").bind(&row.id).bind(&row.user_id).fetch_one(connection).await?;
    Ok(orders > 0 || user.is_some_and(|user| !user.password_hash.is_empty()))
}

async fn decide(connection: &mut AnyConnection, row: &Row, actor: &str, decision: &str, reason: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE applications SET decided_at = $2, decided_by = $3, decision = $4, reason = $5 WHERE customer_id = $1")
        .bind(&row.id)
        .bind(now)
        .bind(actor)
        .bind(decision)
        .bind(reason)
        .execute(connection)
        .await?;
    Ok(())
}

/// `POST /api/applications/{id}/approve`: the company is a customer, and its first person is invited. Who is a customer
/// by now, or was blocked, stays that.
pub async fn approve(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(sent): Json<Approve>) -> Result<StatusCode> {
    let id: CustomerId = id_in_path(&id)?;
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let row = undecided(&mut tx, &state, id).await?;
    let before = store::customer_state(&mut tx, &row.id).await?.unwrap_or_default();
    let code = sent.code.map_or_else(|| row.code.clone(), |code| code.trim().to_string());
    bounded_text("/code", &code, 50, false)?;
    if code.is_empty() {
        return Err(AppError::invalid_field("required", "/code", "a customer has a code"));
    }
    let changed = sqlx::query("UPDATE customers SET state = CASE WHEN state = 'applied' THEN 'active' ELSE state END, code = $2, updated_at = $3, revision = revision + 1 WHERE id = $1")
        .bind(&row.id)
        .bind(&code)
        .bind(now)
        .execute(&mut *tx)
        .await;
    if let Err(error) = &changed
        && crate::db::is_unique_violation(error)
    {
        return Err(AppError::conflict_field("code_taken", "/code", format!("another customer has the code {code}")));
    }
    changed?;
    decide(&mut tx, &row, &who.actor(), "approved", "", now).await?;
    let lang = Lang::parse(&row.lang).context("stored language")?;
    let cause = format!("{}approved {}", mail::CAUSE, row.id);
    let letter = mail::Letter { cause: &cause, to: &row.email, customer: Some(id), lang, subject: words::APPROVED_SUBJECT, text: words::APPROVED_TEXT };
    reachable(&state)?;
    mail::with_link(&mut tx, &state, letter, Purpose::Invite, &row.user_id, "{}", &who.actor()).await?;
    let told = |code: &str, state: &str| serde_json::json!({"code": code, "state": state});
    let after = store::customer_state(&mut tx, &row.id).await?.unwrap_or_default();
    let (before, after) = (told(&row.code, &before), told(&code, &after));
    audit::record(&mut tx, &state.clock, &who.actor(), Action::ApplicationApprove, &row.id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/applications/{id}/refuse`: a polite mail, with the reason where one is given. The log-in goes; the company
/// stays as a blocked customer, so that whoever is asked why can answer, until the person is erased. Who is a customer already
/// is not refused any more.
pub async fn refuse(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(sent): Json<RefuseApplication>) -> Result<StatusCode> {
    let id: CustomerId = id_in_path(&id)?;
    bounded_text("/reason", &sent.reason, 500, true)?;
    let reason = sent.reason.trim();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let row = undecided(&mut tx, &state, id).await?;
    if in_use(&mut tx, &row).await? {
        return Err(AppError::conflict("customer_in_use", "there is a log-in in use, an order, or a customer already; block the customer instead"));
    }
    sqlx::query("UPDATE customers SET state = 'blocked', note = $2, updated_at = $3, revision = revision + 1 WHERE id = $1")
        .bind(&row.id)
        .bind(reason)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    decide(&mut tx, &row, &who.actor(), "refused", reason, now).await?;
    store::tie_contact(&mut tx, &row.contact_id, None).await?;
    store::delete_user(&mut tx, &row.user_id).await?;
    let lang = Lang::parse(&row.lang).context("stored language")?;
    let cause = format!("{}refused {}", mail::CAUSE, row.id);
    let text = if reason.is_empty() { words::SIGN_UP_REFUSED_TEXT } else { words::SIGN_UP_REFUSED_WHY_TEXT };
    let letter = mail::Letter { cause: &cause, to: &row.email, customer: Some(id), lang, subject: words::SIGN_UP_REFUSED_SUBJECT, text };
    mail::write(&mut tx, &state, letter, "", &[("reason", reason)]).await?;
    let told = |state: &str| serde_json::json!({"state": state, "reason": reason});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::ApplicationRefuse, &row.id, Some(&told("applied")), Some(&told("blocked"))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses, in words, to write a link that would lead nowhere.
pub fn reachable(state: &AppState) -> Result<()> {
    mail::base(state).map(drop).map_err(|error| AppError::conflict("no_public_url", error.to_string()))
}

//! SQL of users, sessions and failed log-ins.

use anyhow::Context;
use kontor_shared::api::Role;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use super::Identity;

crate::row! {
    pub struct UserRow {
        pub id: String,
        pub login: String,
        pub password_hash: String,
        pub role: String,
        pub customer_id: Option<String>,
        pub lang: String,
        pub disabled: i64,
    }
}

crate::row! {
    pub struct SessionRow {
        pub id: String,
        pub login: String,
        pub role: String,
        pub customer_id: Option<String>,
        pub lang: String,
        pub disabled: i64,
        pub seen_at: i64,
        pub expires_at: i64,
    }
}

fn identity(id: &str, login: &str, role: &str, customer: Option<&str>, lang: &str) -> anyhow::Result<Identity> {
    Ok(Identity {
        user: id.parse().context("stored user id")?,
        login: login.to_string(),
        role: Role::parse(role).context("stored role")?,
        customer: customer.map(str::parse).transpose().context("stored customer id")?,
        lang: Lang::parse(lang).context("stored language")?,
    })
}

impl UserRow {
    pub fn identity(&self) -> anyhow::Result<Identity> {
        identity(&self.id, &self.login, &self.role, self.customer_id.as_deref(), &self.lang)
    }
}
impl SessionRow {
    pub fn identity(&self) -> anyhow::Result<Identity> {
        identity(&self.id, &self.login, &self.role, self.customer_id.as_deref(), &self.lang)
    }
}

pub async fn user_by_login(connection: &mut AnyConnection, login: &str) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as("SELECT id, login, password_hash, role, customer_id, lang, disabled FROM users WHERE login = $1")
        .bind(login)
        .fetch_optional(connection)
        .await
}

#[allow(clippy::too_many_arguments)]
pub async fn insert_user(
    connection: &mut AnyConnection,
    id: UserId,
    login: &str,
    hash: &str,
    role: Role,
    customer: Option<CustomerId>,
    demo: bool,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO users (id, login, password_hash, role, customer_id, lang, disabled, demo, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)",
    )
    .bind(id.to_string())
    .bind(login)
    .bind(hash)
    .bind(role.word())
    .bind(customer.map(|customer| customer.to_string()))
    .bind(Lang::En.tag())
    .bind(i64::from(demo))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_lang(connection: &mut AnyConnection, id: UserId, lang: Lang) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET lang = $2 WHERE id = $1").bind(id.to_string()).bind(lang.tag()).execute(connection).await?;
    Ok(())
}

pub async fn session(connection: &mut AnyConnection, key: &str) -> sqlx::Result<Option<SessionRow>> {
    sqlx::query_as(
        "SELECT u.id, u.login, u.role, u.customer_id, u.lang, u.disabled, s.seen_at, s.expires_at \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1",
    )
    .bind(key)
    .fetch_optional(connection)
    .await
}

pub async fn start_session(connection: &mut AnyConnection, key: &str, user: UserId, now: i64, expires_at: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)")
        .bind(key)
        .bind(user.to_string())
        .bind(now)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn touch(connection: &mut AnyConnection, key: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1").bind(key).bind(now).execute(connection).await?;
    Ok(())
}

pub async fn end_session(connection: &mut AnyConnection, key: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(key).execute(connection).await?;
    Ok(())
}

pub async fn delete_expired(connection: &mut AnyConnection, now: i64, idle_before: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at < $2").bind(now).bind(idle_before).execute(connection).await?;
    Ok(())
}

/// Code, name and delivery address.
pub async fn customer(connection: &mut AnyConnection, id: CustomerId) -> sqlx::Result<Option<(String, String, String)>> {
    sqlx::query_as("SELECT code, name, delivery_address FROM customers WHERE id = $1").bind(id.to_string()).fetch_optional(connection).await
}

/// Failures counted under a key and when the last happened; holds the row until the transaction ends, so parallel
/// guesses are counted one after the other on PostgreSQL too.
pub async fn lock_failures(connection: &mut AnyConnection, key: &str) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "INSERT INTO login_failures (key, failures, last_at) VALUES ($1, 0, 0) \
         ON CONFLICT (key) DO UPDATE SET failures = login_failures.failures RETURNING failures, last_at",
    )
    .bind(key)
    .fetch_one(connection)
    .await
}

pub async fn set_failures(connection: &mut AnyConnection, key: &str, failures: i64, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO login_failures (key, failures, last_at) VALUES ($1, $2, $3) \
         ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
    )
    .bind(key)
    .bind(failures)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn take_back_failure(connection: &mut AnyConnection, key: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE login_failures SET failures = failures - 1 WHERE key = $1 AND failures > 0").bind(key).execute(connection).await?;
    Ok(())
}

pub async fn forget_failures(connection: &mut AnyConnection, key: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE key = $1").bind(key).execute(connection).await?;
    Ok(())
}

/// Failures that count no more.
pub async fn delete_forgotten_failures(connection: &mut AnyConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE last_at < $1").bind(before).execute(connection).await?;
    Ok(())
}

/// The id of the customer with this code or id.
pub async fn customer_by_key(connection: &mut AnyConnection, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT id FROM customers WHERE code = $1 OR id = $1 ORDER BY CASE WHEN code = $1 THEN 0 ELSE 1 END LIMIT 1")
        .bind(key)
        .fetch_optional(connection)
        .await
}

//! SQL of users, sessions and failed log-ins.

use anyhow::Context;
use kontor_shared::api::Role;
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::words::Lang;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::Identity;

crate::row! {
    pub struct UserRow {
        pub id: String,
        pub login: String,
        pub name: String,
        pub password_hash: String,
        pub role: String,
        pub customer_id: Option<String>,
        pub lang: String,
        pub disabled: i64,
        pub demo: i64,
        pub revision: i64,
        pub factor_at: Option<i64>,
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
        pub demo: i64,
        pub seen_at: i64,
        pub expires_at: i64,
        pub proved_at: i64,
        pub factor: i64,
    }
}

fn identity(id: &str, login: &str, role: &str, customer: Option<&str>, lang: &str) -> anyhow::Result<Identity> {
    Ok(Identity {
        user: id.parse().context("stored user id")?,
        login: login.to_string(),
        role: Role::parse(role).context("stored role")?,
        customer: customer.map(str::parse).transpose().context("stored customer id")?,
        lang: Lang::parse(lang).context("stored language")?,
        session: String::new(),
        proved_at: 0,
        limited: false,
    })
}

impl UserRow {
    /// Who it is, outside of any session.
    pub fn identity(&self) -> anyhow::Result<Identity> {
        identity(&self.id, &self.login, &self.role, self.customer_id.as_deref(), &self.lang)
    }
}
impl SessionRow {
    /// Who has the session with this key.
    pub fn identity(&self, key: &str) -> anyhow::Result<Identity> {
        let identity = identity(&self.id, &self.login, &self.role, self.customer_id.as_deref(), &self.lang)?;
        let limited = identity.role.is_staff() && self.demo == 0 && self.factor == 0;
        Ok(Identity { session: key.into(), proved_at: self.proved_at, limited, ..identity })
    }
}

const USER: &str = "SELECT id, login, name, password_hash, role, customer_id, lang, disabled, demo, revision, factor_at FROM users";

pub async fn user_by_login(connection: &mut AnyConnection, login: &str) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as(AssertSqlSafe(format!("{USER} WHERE login = $1"))).bind(login).fetch_optional(connection).await
}

/// A user, who stays so until the transaction ends where `for_update` says so.
pub async fn user_by_id(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as(AssertSqlSafe(format!("{USER} WHERE id = $1{for_update}"))).bind(id).fetch_optional(connection).await
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
        "SELECT u.id, u.login, u.role, u.customer_id, u.lang, u.disabled, u.demo, s.seen_at, s.expires_at, s.proved_at, s.factor \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1",
    )
    .bind(key)
    .fetch_optional(connection)
    .await
}

/// Starts a session that has proven nothing yet; see [`describe_session`].
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

/// What a session was begun with: the browser, when the password was given, whether a second factor was passed.
pub async fn describe_session(connection: &mut AnyConnection, key: &str, device: &str, proved_at: i64, factor: bool) -> sqlx::Result<()> {
    sqlx::query("UPDATE sessions SET device = $2, proved_at = $3, factor = $4 WHERE token_hash = $1")
        .bind(key)
        .bind(device)
        .bind(proved_at)
        .bind(i64::from(factor))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a session another token; false when it is gone. A second factor once passed stays passed.
pub async fn rotate(connection: &mut AnyConnection, key: &str, new_key: &str, proved_at: i64, factor: bool) -> sqlx::Result<bool> {
    let sql = "UPDATE sessions SET token_hash = $2, proved_at = $3, factor = CASE WHEN $4 = 1 THEN 1 ELSE factor END WHERE token_hash = $1";
    let rotated = sqlx::query(sql).bind(key).bind(new_key).bind(proved_at).bind(i64::from(factor)).execute(connection).await?;
    Ok(rotated.rows_affected() == 1)
}

/// Notes that a user is at work.
pub async fn seen(connection: &mut AnyConnection, user: UserId, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET seen_at = $2 WHERE id = $1").bind(user.to_string()).bind(now).execute(connection).await?;
    Ok(())
}

/// Notes that a session is used: the log-in before the session, as everybody locks them.
pub async fn touch(connection: &mut AnyConnection, key: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET seen_at = $2 WHERE id = (SELECT user_id FROM sessions WHERE token_hash = $1)")
        .bind(key)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1").bind(key).bind(now).execute(connection).await?;
    Ok(())
}

pub async fn end_session(connection: &mut AnyConnection, key: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(key).execute(connection).await?;
    Ok(())
}

/// Ends all sessions of a user, but for the one with the key `but`.
pub async fn end_sessions(connection: &mut AnyConnection, user: &str, but: &str) -> sqlx::Result<u64> {
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2").bind(user).bind(but).execute(connection).await?;
    Ok(ended.rows_affected())
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

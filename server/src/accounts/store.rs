//! SQL of accounts: people, second factors, recovery codes, requests, sign-ups.

use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    /// What a second factor is checked by.
    pub struct Factor {
        pub factor_at: Option<i64>,
        pub factor_secret: String,
        pub factor_step: i64,
        pub factor_offered: String,
    }
}

/// The second factor of a user, locked until the transaction ends.
pub async fn factor(connection: &mut AnyConnection, for_update: &'static str, user: &str) -> sqlx::Result<Option<Factor>> {
    let sql = format!("SELECT factor_at, factor_secret, factor_step, factor_offered FROM users WHERE id = $1{for_update}");
    sqlx::query_as(AssertSqlSafe(sql)).bind(user).fetch_optional(connection).await
}

/// Notes the step of the code just taken.
pub async fn take_step(connection: &mut AnyConnection, user: &str, step: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET factor_step = $2 WHERE id = $1").bind(user).bind(step).execute(connection).await?;
    Ok(())
}

pub async fn offer_factor(connection: &mut AnyConnection, user: &str, sealed: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET factor_offered = $2 WHERE id = $1").bind(user).bind(sealed).execute(connection).await?;
    Ok(())
}

/// The offered secret counts from now on.
pub async fn set_factor(connection: &mut AnyConnection, user: &str, step: i64, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE users SET factor_secret = factor_offered, factor_offered = '', factor_step = $2, factor_at = $3, revision = revision + 1 WHERE id = $1",
    )
    .bind(user)
    .bind(step)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a second factor away, its recovery codes with it.
pub async fn remove_factor(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET factor_secret = '', factor_offered = '', factor_step = 0, factor_at = NULL, revision = revision + 1 WHERE id = $1")
        .bind(user)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user).execute(connection).await?;
    Ok(())
}

/// New recovery codes in place of all older ones.
pub async fn put_recovery_codes(connection: &mut AnyConnection, user: &str, hashes: &[String]) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user).execute(&mut *connection).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)").bind(user).bind(hash).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Uses a recovery code up; of two at once, one gets it.
pub async fn take_recovery_code(connection: &mut AnyConnection, user: &str, hash: &str, now: i64) -> sqlx::Result<bool> {
    let taken = sqlx::query("UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL")
        .bind(user)
        .bind(hash)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(taken.rows_affected() == 1)
}

pub async fn recovery_left(connection: &mut AnyConnection, user: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL").bind(user).fetch_one(connection).await
}

crate::row! {
    pub struct OwnSession {
        pub token_hash: String,
        pub device: String,
        pub created_at: i64,
        pub seen_at: i64,
    }
}

/// Sessions of a user that live, the last used first.
pub async fn sessions(connection: &mut AnyConnection, user: &str, now: i64, idle_before: i64) -> sqlx::Result<Vec<OwnSession>> {
    sqlx::query_as(
        "SELECT token_hash, device, created_at, seen_at FROM sessions WHERE user_id = $1 AND expires_at > $2 AND seen_at >= $3 ORDER BY seen_at DESC, created_at DESC",
    )
    .bind(user)
    .bind(now)
    .bind(idle_before)
    .fetch_all(connection)
    .await
}

pub async fn set_password(connection: &mut AnyConnection, user: &str, hash: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET password_hash = $2, revision = revision + 1 WHERE id = $1").bind(user).bind(hash).execute(connection).await?;
    Ok(())
}

pub async fn set_login(connection: &mut AnyConnection, user: &str, login: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET login = $2, revision = revision + 1 WHERE id = $1").bind(user).bind(login).execute(connection).await?;
    Ok(())
}

/// Holds the row of a log-in until the transaction ends, on either database.
pub async fn hold(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET id = id WHERE id = $1").bind(user).execute(connection).await?;
    Ok(())
}

pub async fn describe(connection: &mut AnyConnection, user: &str, name: &str, lang: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET name = $2, lang = $3, revision = revision + 1 WHERE id = $1").bind(user).bind(name).bind(lang).execute(connection).await?;
    Ok(())
}

pub async fn set_role(connection: &mut AnyConnection, user: &str, role: &str, disabled: bool) -> sqlx::Result<()> {
    sqlx::query("UPDATE users SET role = $2, disabled = $3, revision = revision + 1 WHERE id = $1")
        .bind(user)
        .bind(role)
        .bind(i64::from(disabled))
        .execute(connection)
        .await?;
    Ok(())
}

/// Those who can administer the firm, locked until the transaction ends, so that of two who leave at once one stays.
pub async fn lock_administrators(connection: &mut AnyConnection, for_update: &'static str) -> sqlx::Result<Vec<String>> {
    let sql = format!("SELECT id FROM users WHERE role = 'admin' AND disabled = 0 AND password_hash <> '' ORDER BY id{for_update}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await
}

crate::row! {
    pub struct Person {
        pub id: String,
        pub login: String,
        pub name: String,
        pub role: String,
        pub customer_id: Option<String>,
        pub customer_code: Option<String>,
        pub customer_name: Option<String>,
        pub has_password: i64,
        pub disabled: i64,
        pub factor_at: Option<i64>,
        pub seen_at: Option<i64>,
        pub sessions: i64,
        pub invited_until: Option<i64>,
        pub revision: i64,
    }
}

impl Person {
    /// `invited`, `active` or `disabled`
    pub const fn state(&self) -> &'static str {
        match (self.disabled, self.has_password) {
            (0, 0) => "invited",
            (0, _) => "active",
            _ => "disabled",
        }
    }
}

/// Everybody with a log-in, but for visitors nobody has decided on; or the one with this id.
pub async fn people(connection: &mut AnyConnection, id: &str, now: i64, idle_before: i64) -> sqlx::Result<Vec<Person>> {
    sqlx::query_as(
        "SELECT u.id, u.login, u.name, u.role, u.customer_id, c.code AS customer_code, c.name AS customer_name, \
         CAST(CASE WHEN u.password_hash = '' THEN 0 ELSE 1 END AS BIGINT) AS has_password, u.disabled, u.factor_at, u.seen_at, \
         COALESCE(s.sessions, 0) AS sessions, l.until AS invited_until, u.revision \
         FROM users u LEFT JOIN customers c ON c.id = u.customer_id \
         LEFT JOIN (SELECT user_id, COUNT(*) AS sessions FROM sessions WHERE expires_at > $2 AND seen_at >= $3 GROUP BY user_id) s ON s.user_id = u.id \
         LEFT JOIN (SELECT subject, MAX(expires_at) AS until FROM links WHERE purpose = 'invite' AND used_at IS NULL GROUP BY subject) l ON l.subject = u.id \
         WHERE ($1 = '' OR u.id = $1) AND NOT EXISTS (SELECT 1 FROM applications a WHERE a.user_id = u.id AND a.decided_at IS NULL)",
    )
    .bind(id)
    .bind(now)
    .bind(idle_before)
    .fetch_all(connection)
    .await
}

/// Removes a log-in nobody has ever used.
pub async fn delete_user(connection: &mut AnyConnection, user: &str) -> sqlx::Result<()> {
    for sql in [
        "UPDATE contacts SET user_id = NULL WHERE user_id = $1",
        "DELETE FROM links WHERE subject = $1",
        "DELETE FROM recovery_codes WHERE user_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1",
    ] {
        sqlx::query(sql).bind(user).execute(&mut *connection).await?;
    }
    Ok(())
}

crate::row! {
    pub struct ContactRow {
        pub id: String,
        pub email: String,
        pub user_id: Option<String>,
    }
}

pub async fn contacts(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<ContactRow>> {
    sqlx::query_as("SELECT id, email, user_id FROM contacts WHERE customer_id = $1 AND erased_at IS NULL ORDER BY created_at, id")
        .bind(customer)
        .fetch_all(connection)
        .await
}

pub async fn insert_contact(connection: &mut AnyConnection, id: &str, customer: &str, name: &str, email: &str, lang: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, lang, created_at) VALUES ($1, $2, $3, $4, '', 1, $5, $6)")
        .bind(id)
        .bind(customer)
        .bind(name)
        .bind(email)
        .bind(lang)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn tie_contact(connection: &mut AnyConnection, contact: &str, user: Option<&str>) -> sqlx::Result<()> {
    sqlx::query("UPDATE contacts SET user_id = $2 WHERE id = $1").bind(contact).bind(user).execute(connection).await?;
    Ok(())
}

pub async fn customer_state(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT state FROM customers WHERE id = $1").bind(customer).fetch_optional(connection).await
}

/// Keeps what somebody asked for until a job has answered it.
pub async fn insert_request(connection: &mut AnyConnection, id: &str, kind: &str, data: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO account_requests (id, kind, data, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(kind)
        .bind(data)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The request, as it waits.
pub async fn request(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT data FROM account_requests WHERE id = $1").bind(id).fetch_optional(connection).await
}

/// All requests that wait, with their ids.
pub async fn requests(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT id, data FROM account_requests ORDER BY id").fetch_all(connection).await
}

/// Takes a request out, for the transaction that answers it.
pub async fn take_request(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("DELETE FROM account_requests WHERE id = $1 RETURNING data").bind(id).fetch_optional(connection).await
}

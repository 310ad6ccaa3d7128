//! One-time links: set-up, invitation, password reset, change of address. A link works once, until it expires, and only
//! for its purpose; a newer one for the same subject ends the older. The database holds no token, only its hash.

use kontor_shared::words::Lang;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::auth::hex;
use crate::time::{Clock, random};

crate::row! {
    /// A link that still works.
    pub struct Link {
        pub subject: String,
        pub data: String,
        pub created_by: String,
        pub expires_at: i64,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Making the first administrator.
    Setup,
    /// Choosing the first password; subject is the user's id.
    Invite,
    /// Choosing another password; subject is the user's id.
    Reset,
    /// Confirming a new e-mail address; subject is the user's id.
    Email,
    /// Confirming the address of a visitor who signs up; subject is the address's hash.
    SignUp,
    /// Saying that an order that came by e-mail is one's own; subject is the file's id.
    MailOrder,
}

impl Purpose {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
            Self::Reset => "reset",
            Self::Email => "email",
            Self::SignUp => "sign-up",
            Self::MailOrder => "mail-order",
        }
    }

    /// The page that takes the link. The token stands behind `#`, which browsers keep from servers and from `Referer`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Setup => "/admin/set-up",
            Self::Invite => "/welcome",
            Self::Reset => "/reset",
            Self::Email => "/confirm-email",
            Self::SignUp => "/confirm-sign-up",
            Self::MailOrder => "/confirm-order",
        }
    }

    /// How long it works. ASVS 5.0, 6.4.1: initial secrets expire soon; what stands on the firm's own console may last a day.
    const fn lasts_ms(self) -> i64 {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Setup | Self::SignUp => 24 * HOUR,
            Self::Invite | Self::MailOrder => 7 * 24 * HOUR,
            Self::Reset | Self::Email => HOUR,
        }
    }
}

/// A new link's token: 256 bits in hex.
pub fn new_token() -> String {
    hex(&random::<32>())
}

fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// The whole address of a link.
pub fn address(public_url: &str, purpose: Purpose, lang: Option<Lang>, token: &str) -> String {
    let lang = lang.map(|lang| format!("?lang={}", lang.tag())).unwrap_or_default();
    format!("{}{}{lang}#{token}", public_url.trim_end_matches('/'), purpose.path())
}

/// Stores a link and ends older ones of the same purpose and subject. `data` is JSON of the purpose's own.
pub async fn store(
    connection: &mut AnyConnection,
    clock: &Clock,
    purpose: Purpose,
    subject: &str,
    data: &str,
    created_by: &str,
    token: &str,
) -> sqlx::Result<()> {
    let now = clock.now_ms();
    sqlx::query("DELETE FROM links WHERE (purpose = $1 AND subject = $2) OR expires_at < $3")
        .bind(purpose.word())
        .bind(subject)
        .bind(now - 30 * 24 * 3_600_000)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO links (token_hash, purpose, subject, data, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(hash(token))
        .bind(purpose.word())
        .bind(subject)
        .bind(data)
        .bind(now)
        .bind(created_by)
        .bind(now + purpose.lasts_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// What a token leads to, if it still works. Looking changes nothing: scanners open links too.
pub async fn look(connection: &mut AnyConnection, purpose: Purpose, token: &str, now: i64) -> sqlx::Result<Option<Link>> {
    sqlx::query_as("SELECT subject, data, created_by, expires_at FROM links WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3")
        .bind(hash(token))
        .bind(purpose.word())
        .bind(now)
        .fetch_optional(connection)
        .await
}

/// Uses the token up, in the transaction of what it does; nothing where it does not work any more. Of two at once, one gets it.
pub async fn take(connection: &mut AnyConnection, purpose: Purpose, token: &str, now: i64) -> sqlx::Result<Option<Link>> {
    sqlx::query_as(
        "UPDATE links SET used_at = $3 WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 \
         RETURNING subject, data, created_by, expires_at",
    )
    .bind(hash(token))
    .bind(purpose.word())
    .bind(now)
    .fetch_optional(connection)
    .await
}

/// Ends all links of a purpose and subject.
pub async fn end(connection: &mut AnyConnection, purpose: Purpose, subject: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM links WHERE purpose = $1 AND subject = $2").bind(purpose.word()).bind(subject).execute(connection).await?;
    Ok(())
}

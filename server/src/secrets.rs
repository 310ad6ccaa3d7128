//! Keys of the firm's own: one master secret, and a key per purpose derived from it, so that a signature for one purpose
//! is worth nothing for another.
//!
//! The master is `KONTOR_SECRET` where the firm keeps it apart from the database (then a stolen database alone opens no
//! second factor and signs no link); otherwise it is made once and kept in the database, where every server finds it.

use anyhow::Context;
use ring::{aead, hmac};
use sqlx::AnyConnection;

use crate::AppState;
use crate::auth::hex;
use crate::time::random;

/// What a key is for. The words are part of the derivation and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Links in mails: unsubscribing and preferences.
    Links,
    /// Second factors at rest.
    SecondFactor,
    /// The DKIM key and the mail server's password at rest.
    Mail,
    /// What a sheet that went to a customer is known by.
    Forms,
    /// What only has to be the same on every server, such as the audience's split.
    Other,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Links => "kontor links v1",
            Self::SecondFactor => "kontor second factor v1",
            Self::Mail => "kontor mail v1",
            Self::Forms => "kontor forms v1",
            Self::Other => "kontor other v1",
        }
    }
}

/// A key of one purpose.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// The key of a purpose. The first call on a new database makes the master secret, so it is given a connection that may write.
pub async fn key(connection: &mut AnyConnection, configured: Option<&str>, purpose: Purpose) -> anyhow::Result<Key> {
    let master = match configured {
        Some(text) => text.to_string(),
        None => stored(connection).await?,
    };
    derived(&master, purpose)
}

fn derived(master: &str, purpose: Purpose) -> anyhow::Result<Key> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, master.as_bytes()), purpose.label().as_bytes());
    Ok(Key(tag.as_ref().try_into().context("a key has 32 bytes")?))
}

const MASTER: &str = "SELECT value FROM secrets WHERE name = 'master'";

async fn stored(connection: &mut AnyConnection) -> anyhow::Result<String> {
    if let Some(value) = sqlx::query_scalar(MASTER).fetch_optional(&mut *connection).await? {
        return Ok(value);
    }
    sqlx::query("INSERT INTO secrets (name, value) VALUES ('master', $1) ON CONFLICT (name) DO NOTHING")
        .bind(hex(&random::<32>()))
        .execute(&mut *connection)
        .await?;
    Ok(sqlx::query_scalar(MASTER).fetch_one(connection).await?)
}

impl AppState {
    /// The key of a purpose. Takes the write lock only on a database that has no secret yet.
    pub async fn key(&self, purpose: Purpose) -> anyhow::Result<Key> {
        let kept: Option<String> = match &self.config.secret {
            Some(_) => None,
            None => sqlx::query_scalar(MASTER).fetch_optional(&mut *self.db.read().await?).await?,
        };
        match self.config.secret.as_deref().or(kept.as_deref()) {
            Some(master) => derived(master, purpose),
            None => {
                let mut tx = self.db.write_tx().await?;
                let key = key(&mut tx, None, purpose).await?;
                tx.commit().await?;
                Ok(key)
            }
        }
    }
}

impl Key {
    #[cfg(test)]
    pub fn for_tests() -> Self {
        Self([7; 32])
    }

    /// A signature of `message`, 32 bytes; shorten it, never below 16.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), message);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    /// Whether `signature` begins what [`Key::sign`] gives; compared in constant time. At least 16 bytes are wanted.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let own = self.sign(message);
        (16..=32).contains(&signature.len()) && own[..signature.len()].iter().zip(signature).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }

    /// Encrypts with ChaCha20-Poly1305; `context` (whose it is) has to be the same when it is opened.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = random::<12>();
        let mut bytes = plain.to_vec();
        self.aead()?
            .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::from(context), &mut bytes)
            .ok()
            .context("cannot encrypt")?;
        Ok([&nonce[..], &bytes].concat())
    }

    /// What [`Key::seal`] was given; an error under another secret, for another context, or when it was altered.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(12).context("too short to be encrypted")?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).ok().context("a nonce has 12 bytes")?;
        let mut bytes = rest.to_vec();
        let plain = self.aead()?.open_in_place(nonce, aead::Aad::from(context), &mut bytes).ok().context("cannot be decrypted: was KONTOR_SECRET changed?")?;
        Ok(plain.to_vec())
    }

    fn aead(&self) -> anyhow::Result<aead::LessSafeKey> {
        Ok(aead::LessSafeKey::new(aead::UnboundKey::new(&aead::CHACHA20_POLY1305, &self.0).ok().context("a key has 32 bytes")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_owner() {
        let key = Key([7; 32]);
        let sealed = key.seal(b"secret", b"user 1").unwrap();
        assert_eq!(key.open(&sealed, b"user 1").unwrap(), b"secret");
        assert!(key.open(&sealed, b"user 2").is_err());
        assert!(Key([8; 32]).open(&sealed, b"user 1").is_err());
        assert!(key.open(b"short", b"user 1").is_err());
    }

    #[test]
    fn a_signature_is_for_one_message() {
        let key = Key([7; 32]);
        let signature = key.sign(b"message");
        assert!(key.verifies(b"message", &signature) && key.verifies(b"message", &signature[..16]));
        assert!(!key.verifies(b"massage", &signature) && !key.verifies(b"message", &signature[..8]));
    }
}

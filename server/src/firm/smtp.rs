//! The firm's mail server as its settings name it. Its password is sealed at rest and never given back; `KONTOR_SMTP_URL`
//! wins over all of it.

use kontor_shared::settings::Encryption;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::hex;
use crate::mail::Server;
use crate::secrets::{self, Purpose};
use crate::{AppState, firm};

/// Whose the sealed password is; part of what it is sealed for.
const CONTEXT: &[u8] = b"smtp password";

/// A mail server in the settings; without a host there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Smtp {
    pub host: String,
    /// 0: the usual one of the encryption.
    pub port: u16,
    pub encryption: Encryption,
    pub user: String,
    /// ChaCha20-Poly1305 in hex; empty: none.
    pub sealed_password: String,
}

impl Smtp {
    /// `host:port`, as people write it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, if self.port == 0 { self.encryption.usual_port() } else { self.port })
    }
}

/// The password as it is stored; empty for none.
pub fn seal(key: &secrets::Key, password: &str) -> anyhow::Result<String> {
    if password.is_empty() { Ok(String::new()) } else { Ok(hex(&key.seal(password.as_bytes(), CONTEXT)?)) }
}

/// The mail server of a settings file: a password in it is sealed.
pub(super) fn with_password(key: Option<&secrets::Key>, value: Value) -> anyhow::Result<Value> {
    let Value::Object(mut wanted) = value else { anyhow::bail!("smtp: an object is wanted") };
    let password = wanted.remove("password");
    for name in wanted.keys() {
        anyhow::ensure!(["host", "port", "encryption", "user", "password_set"].contains(&name.as_str()), "smtp: there is no setting {name}");
    }
    match (password, key) {
        (Some(Value::String(password)), Some(key)) => drop(wanted.insert("sealed_password".into(), seal(key, &password)?.into())),
        (Some(_), _) => anyhow::bail!("smtp: the password is a text"),
        (None, _) => {}
    }
    Ok(Value::Object(wanted))
}

fn open(key: &secrets::Key, sealed: &str) -> anyhow::Result<String> {
    let bytes = (0..sealed.len() / 2).map(|at| u8::from_str_radix(sealed.get(at * 2..at * 2 + 2).unwrap_or_default(), 16)).collect::<Result<Vec<_>, _>>()?;
    Ok(String::from_utf8(key.open(&bytes, CONTEXT)?)?)
}

/// The mail server now: the environment's, else the settings', else none. Read each time: another server on the same
/// database may have changed the settings.
pub async fn mail_server(state: &AppState) -> anyhow::Result<Option<Server>> {
    if let Some(server) = Server::of(&state.config)? {
        return Ok(Some(server));
    }
    let mut connection = state.db.read().await?;
    let firm = firm::stored(&mut connection).await?;
    let smtp = &firm.smtp;
    if smtp.host.is_empty() {
        return Ok(None);
    }
    let password = match smtp.sealed_password.as_str() {
        "" => None,
        // Where one is sealed the master secret exists, so reading is enough.
        sealed => Some(open(&secrets::key(&mut connection, state.config.secret.as_deref(), Purpose::Mail).await?, sealed)?),
    };
    Server::named(&state.config, smtp, password).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_its_usual_port() {
        let smtp = |port, encryption| Smtp { host: "mail.example".into(), port, encryption, ..Smtp::default() }.place();
        assert_eq!(smtp(0, Encryption::Tls), "mail.example:465");
        assert_eq!(smtp(0, Encryption::StartTls), "mail.example:587");
        assert_eq!(smtp(2525, Encryption::None), "mail.example:2525");
    }
}

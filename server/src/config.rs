//! Configuration: one struct, read once from the command line and the environment (CONTRACT.md).

use std::path::PathBuf;

use anyhow::Context;

#[derive(Clone, Debug, Default)]
pub struct Config {
    /// SQLite, caches and the mail spool.
    pub data: PathBuf,
    pub database_url: Option<String>,
    /// Address people reach the server at, for links in mails; also the only `Origin` taken behind a proxy.
    pub public_url: Option<String>,
    /// lettre's form, e.g. `smtp://user:pass@host:587?tls=required`. Absent: .eml files under `data/spool`.
    pub smtp_url: Option<String>,
    /// PEM file of authorities trusted to name the mail server, beside the public ones: a firm's own server has its own.
    pub smtp_ca: Option<PathBuf>,
    /// The master secret links are signed and second factors are encrypted with, kept apart from the database; absent: one
    /// that the database holds.
    pub secret: Option<String>,
    /// Take the client address from `X-Forwarded-For`.
    pub trust_proxy: bool,
}

impl Config {
    pub fn from_env(data: PathBuf) -> anyhow::Result<Self> {
        Ok(Self {
            data,
            database_url: setting("DATABASE_URL")?,
            public_url: setting("KONTOR_PUBLIC_URL")?,
            smtp_url: setting("KONTOR_SMTP_URL")?,
            smtp_ca: std::env::var_os("KONTOR_SMTP_CA").filter(|path| !path.is_empty()).map(PathBuf::from),
            secret: secret(setting("KONTOR_SECRET")?)?,
            trust_proxy: false,
        })
    }
}

/// A secret somebody made up in a hurry is guessed in as much of one.
fn secret(value: Option<String>) -> anyhow::Result<Option<String>> {
    if let Some(value) = &value {
        anyhow::ensure!(value.chars().count() >= 32, "KONTOR_SECRET is shorter than 32 characters; make one with: openssl rand -hex 32");
    }
    Ok(value)
}

/// `NAME`, or the content of the file `NAME_FILE` names.
pub fn setting(name: &str) -> anyhow::Result<Option<String>> {
    if let Some(value) = std::env::var(name).ok().filter(|value| !value.is_empty()) {
        return Ok(Some(value));
    }
    match std::env::var(format!("{name}_FILE")) {
        Ok(path) if !path.is_empty() => {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{name}_FILE: cannot read {path}"))?;
            Ok(Some(text.trim_end().to_string()))
        }
        _ => Ok(None),
    }
}

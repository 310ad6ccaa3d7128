//! Configuration: one struct, read once from the command line and the environment (CONTRACT.md).

use std::path::PathBuf;

use anyhow::{Context, ensure};
use url::Url;

use crate::assets::File;

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
    /// The mailbox orders come to, e.g. `imaps://user:pass@host/INBOX`. Absent: none is read.
    pub imap_url: Option<String>,
    /// The name under which the firm's receiving server says what it checked of a message (RFC 8601); absent: nobody's word is
    /// taken for a signature.
    pub mail_authserv: Option<String>,
    /// The master secret links are signed and second factors are encrypted with, kept apart from the database; absent: one
    /// that the database holds.
    pub secret: Option<String>,
    /// Hosts pictures are fetched from although they lie in an inner network.
    pub picture_hosts: Vec<String>,
    /// Take the client address from `X-Forwarded-For`.
    pub trust_proxy: bool,
    /// The app's files, sorted by name; none where no pages are served.
    pub pages: &'static [File],
}

impl Config {
    pub fn from_env(data: PathBuf) -> anyhow::Result<Self> {
        Ok(Self {
            data,
            database_url: setting("DATABASE_URL")?,
            public_url: setting("KONTOR_PUBLIC_URL")?.map(|text| public_url("KONTOR_PUBLIC_URL", &text)).transpose()?,
            smtp_url: setting("KONTOR_SMTP_URL")?,
            smtp_ca: std::env::var_os("KONTOR_SMTP_CA").filter(|path| !path.is_empty()).map(PathBuf::from),
            imap_url: setting("KONTOR_IMAP_URL")?,
            mail_authserv: setting("KONTOR_MAIL_AUTHSERV")?,
            secret: secret(setting("KONTOR_SECRET")?)?,
            picture_hosts: hosts(setting("KONTOR_PICTURE_HOSTS")?.as_deref().unwrap_or_default()),
            trust_proxy: false,
            pages: &[],
        })
    }
}

/// The address people reach the server at, as browsers write an origin: every link begins with it, and cookies and service
/// workers want the whole host. `named` is where it stands.
pub fn public_url(named: &str, text: &str) -> anyhow::Result<String> {
    let such = "write it like https://shop.example.com";
    let url = Url::parse(text.trim()).with_context(|| format!("{named}: {text} is no address; {such}"))?;
    ensure!(matches!(url.scheme(), "https" | "http"), "{named}: {text} begins neither with https:// nor with http://; {such}");
    ensure!(url.username().is_empty() && url.password().is_none(), "{named}: {} names a user; {such}", url.host_str().unwrap_or_default());
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    ensure!(bare, "{named}: {text} goes on after the host; pages are served from the root: {}", url.origin().ascii_serialization());
    Ok(url.origin().ascii_serialization())
}

/// Hosts between commas, as an address names them.
fn hosts(text: &str) -> Vec<String> {
    text.split(',').map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty()).collect()
}

/// A secret somebody made up in a hurry is guessed in as much of one.
fn secret(value: Option<String>) -> anyhow::Result<Option<String>> {
    if let Some(value) = &value {
        ensure!(value.chars().count() >= 32, "KONTOR_SECRET is shorter than 32 characters; make one with: openssl rand -hex 32");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_scheme_and_host() {
        let check = |text: &str| public_url("--public-url", text).ok();
        for (text, origin) in [
            ("https://shop.example.com", "https://shop.example.com"),
            ("https://shop.example.com/", "https://shop.example.com"),
            ("HTTPS://Shop.Example.com:443", "https://shop.example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://магазин.example", "https://xn--80aairftm.example"),
        ] {
            assert_eq!(check(text).as_deref(), Some(origin), "{text}");
        }
        for text in [
            "shop.example.com",
            "ftp://shop.example.com",
            "https://",
            "https:///path/more",
            "https://shop.example.com/shop",
            "https://shop.example.com/?a=1",
            "https://shop.example.com/#a",
            "https://user:secret@shop.example.com",
            "",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
        let said = public_url("--public-url", "https://user:secret@shop.example.com").unwrap_err().to_string();
        assert!(!said.contains("secret") && said.starts_with("--public-url"), "{said}");
    }
}

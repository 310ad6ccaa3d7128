//! The mailbox of `KONTOR_IMAP_URL`: where it is, who reads it, and where messages go when they are read.

use std::sync::Arc;

use anyhow::{Context, ensure};
use percent_encoding::percent_decode_str;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::wire::{Stream, Wire};
use crate::config::Config;

/// How what is said to the server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (RFC 8314).
    Tls,
    /// Asked for in the clear, before anything else is said (RFC 9051 §6.2.1).
    StartTls,
    /// Not at all.
    None,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub user: String,
    pub password: String,
    pub folder: String,
    pub processed: String,
    pub failed: String,
}

impl Address {
    /// Reads `imaps://user:password@host/INBOX?processed=Processed&failed=Failed`, or `imap://…?tls=required`, which begins
    /// encryption by STARTTLS. `imap://` without it is taken on this machine only, for the password would go in the clear.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let url = Url::parse(text).ok().context("KONTOR_IMAP_URL is no address; write it like imaps://orders%40firm.example:password@mail.example/INBOX")?;
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let encryption = match (url.scheme(), asked.as_deref()) {
            ("imaps", None) => Encryption::Tls,
            ("imap", Some("required")) => Encryption::StartTls,
            ("imap", None) => Encryption::None,
            ("imaps" | "imap", Some(other)) => anyhow::bail!("KONTOR_IMAP_URL: tls={other} is not known; write imaps://… or imap://…?tls=required"),
            _ => anyhow::bail!("KONTOR_IMAP_URL begins neither with imaps:// nor with imap://"),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).context("KONTOR_IMAP_URL names no host")?.trim_matches(['[', ']']).to_string();
        let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let clear = encryption == Encryption::None;
        ensure!(!clear || local, "KONTOR_IMAP_URL would send the password in the clear; write imaps://… or imap://…?tls=required");
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).context("KONTOR_IMAP_URL is not UTF-8");
        let user = decoded(url.username())?;
        ensure!(!user.is_empty(), "KONTOR_IMAP_URL names no user");
        let password = decoded(url.password().context("KONTOR_IMAP_URL has no password")?)?;
        let folder = decoded(url.path().trim_matches('/'))?;
        let query = |name: &str, usual: &str| url.query_pairs().find(|(key, _)| key == name).map_or_else(|| usual.to_string(), |(_, value)| value.into_owned());
        let address = Self {
            port: url.port().unwrap_or(if encryption == Encryption::Tls { 993 } else { 143 }),
            host,
            encryption,
            user,
            password,
            folder: if folder.is_empty() { "INBOX".into() } else { folder },
            processed: query("processed", "Processed"),
            failed: query("failed", "Failed"),
        };
        let names = [&address.folder, &address.processed, &address.failed];
        ensure!(
            names.iter().all(|name| name.is_ascii() && !name.is_empty() && !name.chars().any(char::is_control)),
            "KONTOR_IMAP_URL: folders are named in ASCII"
        );
        // Moved into the folder it is read from, a message would be read for ever.
        let same = |one: &str, other: &str| one == other || (one.eq_ignore_ascii_case("INBOX") && other.eq_ignore_ascii_case("INBOX"));
        ensure!(
            !same(&address.processed, &address.folder) && !same(&address.failed, &address.folder),
            "KONTOR_IMAP_URL: messages that are read go to another folder than they are read from"
        );
        Ok(address)
    }

    /// For people and as the key of what is known of the mailbox; without the password.
    pub fn name(&self) -> String {
        format!("{}@{}/{}", self.user, self.host, self.folder)
    }

    /// Opens a connection, encrypted as the address says, up to where the server is ready for a log-in.
    pub async fn connect(&self, config: &Config) -> anyhow::Result<Wire<Box<dyn Stream>>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.with_context(|| format!("no connection to {}:{}", self.host, self.port))?;
        let _ = stream.set_nodelay(true);
        let stream: Box<dyn Stream> = match self.encryption {
            Encryption::None => Box::new(stream),
            Encryption::Tls => Box::new(self.encrypt(stream, config).await?),
            Encryption::StartTls => {
                let mut wire = Wire::new(stream);
                wire.greeting().await?;
                wire.command("STARTTLS").await.context("the mail server does not encrypt")?;
                // Encrypted, the server does not greet again.
                return Ok(Wire::new(Box::new(self.encrypt(wire.into_stream()?, config).await?)));
            }
        };
        let mut wire = Wire::new(stream);
        wire.greeting().await?;
        Ok(wire)
    }

    async fn encrypt(&self, stream: TcpStream, config: &Config) -> anyhow::Result<TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = &config.smtp_ca {
            let pem = std::fs::read(file).with_context(|| format!("KONTOR_SMTP_CA: cannot read {}", file.display()))?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                roots.add(certificate.context("KONTOR_SMTP_CA holds no PEM certificate")?)?;
            }
        }
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(self.host.clone()).context("KONTOR_IMAP_URL: the host's name")?;
        TlsConnector::from(Arc::new(tls)).connect(name, stream).await.context("the mail server's encryption")
    }
}

/// The mailbox the environment names, if any.
pub fn of(config: &Config) -> anyhow::Result<Option<Address>> {
    config.imap_url.as_deref().map(Address::parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_named_by_an_address() {
        let address = Address::parse("imaps://orders%40firm.example:s%3Acret@mail.example/Orders?failed=Waiting").ok().unwrap();
        assert_eq!((address.host.as_str(), address.port, address.encryption), ("mail.example", 993, Encryption::Tls));
        assert_eq!((address.user.as_str(), address.password.as_str(), address.folder.as_str()), ("orders@firm.example", "s:cret", "Orders"));
        assert_eq!((address.processed.as_str(), address.failed.as_str()), ("Processed", "Waiting"));
        assert_eq!(address.name(), "orders@firm.example@mail.example/Orders");
        assert!(Address::parse("imap://u:p@127.0.0.1:1143").is_ok_and(|address| address.folder == "INBOX" && address.port == 1143));
        let address = Address::parse("imap://u:p@mail.example/INBOX?tls=required").ok().unwrap();
        assert_eq!((address.port, address.encryption), (143, Encryption::StartTls));
        for wrong in [
            "imap://u:p@mail.example",
            "imap://u:p@mail.example?tls=opportunistic",
            "imaps://u:p@mail.example?tls=none",
            "imaps://mail.example",
            "imaps://u@mail.example",
            "smtp://u:p@mail.example",
            "mail.example",
            "imaps://u:p@mail.example/%D0%AF",
            "imaps://u:p@mail.example?processed=inbox",
            "imaps://u:p@mail.example/Orders?failed=Orders",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}

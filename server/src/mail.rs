//! Mail on the wire: speaking SMTP command by command, or writing `.eml` files; [`compose`] makes the messages and
//! [`dkim`] signs them.
//!
//! lettre's `send` would hide the one fact that matters after a fault: whether the message may have been accepted
//! (reliability.md §5.C). So every command here has its own time limit, and [`outbox`](crate::outbox) decides by phase.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::config::Config;
use crate::firm::smtp::Smtp;

pub mod compose;
pub mod dkim;
pub mod probe;
pub mod settings;
pub mod text;

pub use compose::{Attachment, Draft, ListHeaders, Thread, compose, recipient, sender};

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub connect: Duration,
    pub command: Duration,
    /// For the answer to the final dot: RFC 5321 §4.5.3.2.6 asks for ten minutes, for giving up early doubles mail.
    pub accept: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(30), command: Duration::from_secs(60), accept: Duration::from_secs(600) }
    }
}

/// What went wrong, as far as it decides what happens to the message.
#[derive(Debug)]
pub enum Trouble {
    /// The server said "later" (4xx).
    Later(String),
    /// The server said "never" (5xx).
    Never(String),
    /// No answer: silence, a cut connection, nonsense.
    Lost(String),
}

impl From<lettre::transport::smtp::Error> for Trouble {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        if error.is_permanent() {
            Self::Never(text)
        } else if error.is_transient() {
            Self::Later(text)
        } else {
            Self::Lost(text)
        }
    }
}

impl Trouble {
    pub fn text(&self) -> &str {
        match self {
            Self::Later(text) | Self::Never(text) | Self::Lost(text) => text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    None,
    /// STARTTLS, or nothing is sent.
    Upgrade,
    FromTheStart,
}

/// The firm's mail server, from `KONTOR_SMTP_URL` or the settings ([`crate::firm::smtp::mail_server`]).
#[derive(Clone)]
pub struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello: ClientId,
    authorities: Vec<Certificate>,
}

impl Server {
    /// The server of the environment, if it names one.
    pub fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(url) = &config.smtp_url else { return Ok(None) };
        let mut server = Self::parse(url)?;
        server.authorities = authorities(config)?;
        Ok(Some(server))
    }

    /// The server the firm's settings name.
    pub fn named(config: &Config, smtp: &Smtp, password: Option<String>) -> anyhow::Result<Self> {
        let encryption = match smtp.encryption {
            kontor_shared::settings::Encryption::None => Encryption::None,
            kontor_shared::settings::Encryption::StartTls => Encryption::Upgrade,
            kontor_shared::settings::Encryption::Tls => Encryption::FromTheStart,
        };
        let port = if smtp.port == 0 { smtp.encryption.usual_port() } else { smtp.port };
        let credentials = password.map(|password| Credentials::new(smtp.user.clone(), password));
        let local = smtp.host == "localhost" || smtp.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        ensure!(credentials.is_none() || encryption != Encryption::None || local, "the mail server's password would go in the clear; choose an encryption");
        Ok(Self { host: smtp.host.clone(), port, encryption, credentials, hello: ClientId::default(), authorities: authorities(config)? })
    }

    /// `host:port`, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn tls(&self) -> Result<TlsParameters, lettre::transport::smtp::Error> {
        self.authorities.iter().cloned().fold(TlsParameters::builder(self.host.clone()), |builder, one| builder.add_root_certificate(one)).build()
    }

    /// Reads lettre's form: `smtps://user:password@host`, `smtp://…?tls=required`, and plain `smtp://host:25`. A password
    /// over a plain connection is taken only on this machine; `tls=opportunistic` would fall back to it and is refused.
    pub fn parse(address: &str) -> anyhow::Result<Self> {
        let url = Url::parse(address).context("KONTOR_SMTP_URL cannot be read")?;
        let host = url.host().context("KONTOR_SMTP_URL names no host")?;
        let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (encryption, usual_port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", _) => (Encryption::FromTheStart, 465),
            ("smtp", Some("required")) => (Encryption::Upgrade, 587),
            ("smtp", None) => (Encryption::None, 25),
            _ => bail!("KONTOR_SMTP_URL must begin with smtps:// or smtp:// and may end in ?tls=required"),
        };
        // The url crate leaves the host of a scheme it does not know as text, an address included.
        let local = match &host {
            Host::Domain(name) => *name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        ensure!(
            credentials.is_none() || encryption != Encryption::None || local,
            "KONTOR_SMTP_URL would send the password in the clear; use smtps:// or ?tls=required"
        );
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_string()) };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_string();
        Ok(Self { host, port: url.port().unwrap_or(usual_port), encryption, credentials, hello, authorities: Vec::new() })
    }
}

/// Refuses what the environment says of the mail server where no mail could be sent by it.
pub fn check(config: &Config) -> anyhow::Result<()> {
    Server::of(config)?;
    crate::intake::imap::of(config)?;
    let Some(file) = &config.smtp_ca else { return Ok(()) };
    let trusted = authorities(config)?.into_iter().fold(TlsParameters::builder("localhost".into()), |builder, one| builder.add_root_certificate(one));
    trusted.build().map(drop).with_context(|| format!("KONTOR_SMTP_CA: {} holds no certificate that can be trusted", file.display()))
}

/// The authorities `KONTOR_SMTP_CA` names.
fn authorities(config: &Config) -> anyhow::Result<Vec<Certificate>> {
    let Some(file) = &config.smtp_ca else { return Ok(Vec::new()) };
    let pem = std::fs::read(file).with_context(|| format!("KONTOR_SMTP_CA: cannot read {}", file.display()))?;
    certificates(&pem).with_context(|| format!("KONTOR_SMTP_CA: {} holds no PEM certificate", file.display()))
}

/// The certificates of a PEM file, at least one.
fn certificates(pem: &[u8]) -> Option<Vec<Certificate>> {
    let found: Vec<Certificate> = CertificateDer::pem_slice_iter(pem).map(|one| Certificate::from_der(one.ok()?.to_vec()).ok()).collect::<Option<_>>()?;
    (!found.is_empty()).then_some(found)
}

/// A connection to the mail server, greeted, encrypted and authenticated as configured.
pub struct Conversation {
    connection: AsyncSmtpConnection,
    patience: Patience,
}

/// Runs one step within its time.
async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Trouble::Lost(format!("no answer within {} s", limit.as_secs_f32()))),
    }
}

impl Conversation {
    /// Trouble here is the server's, not the message's.
    pub async fn open(server: &Server, patience: Patience) -> Result<Self, Trouble> {
        let connection = match server.encryption {
            Encryption::FromTheStart => {
                let connect =
                    AsyncSmtpConnection::connect_tokio1((server.host.as_str(), server.port), Some(patience.connect), &server.hello, Some(server.tls()?), None);
                within(patience.connect + patience.command, connect).await?
            }
            Encryption::None | Encryption::Upgrade => {
                // Our own socket: lettre 0.11.23 leaves Nagle's algorithm on, which holds it at 22 messages a second.
                let stream = match tokio::time::timeout(patience.connect, TcpStream::connect((server.host.as_str(), server.port))).await {
                    Ok(Ok(stream)) => stream,
                    Ok(Err(error)) => return Err(Trouble::Lost(error.to_string())),
                    Err(_) => return Err(Trouble::Lost("no connection in time".into())),
                };
                let _ = stream.set_nodelay(true);
                within(patience.command, AsyncSmtpConnection::connect_with_transport(Box::new(stream), &server.hello)).await?
            }
        };
        let mut conversation = Self { connection, patience };
        if server.encryption == Encryption::Upgrade {
            within(patience.command, conversation.connection.starttls(server.tls()?, &server.hello)).await?;
        }
        if let Some(credentials) = &server.credentials {
            within(patience.command, conversation.connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials)).await?;
        }
        Ok(conversation)
    }

    /// Names sender and recipient. After trouble here nothing has been accepted.
    pub async fn envelope(&mut self, from: &Address, to: &Address) -> Result<(), Trouble> {
        let mut parameters = Vec::new();
        if !from.is_ascii() || !to.is_ascii() {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Trouble::Never("the mail server takes no addresses beyond ASCII".into()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        within(self.patience.command, self.connection.command(Mail::new(Some(from.clone()), parameters))).await?;
        within(self.patience.command, self.connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        Ok(())
    }

    /// Asks to send the content. After trouble here nothing has been accepted.
    pub async fn announce(&mut self) -> Result<(), Trouble> {
        within(self.patience.command, self.connection.command(Data)).await.map(drop)
    }

    /// Sends the content. After [`Trouble::Lost`] nobody knows whether it was accepted.
    pub async fn content(&mut self, message: &[u8]) -> Result<(), Trouble> {
        // lettre ends the content with a line break of its own.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        within(self.patience.accept, self.connection.message(message)).await.map(drop)
    }

    /// Takes leave, politely and briefly.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2).min(self.patience.command), self.connection.quit()).await;
    }
}

trait AsciiAddress {
    fn is_ascii(&self) -> bool;
}
impl AsciiAddress for Address {
    fn is_ascii(&self) -> bool {
        AsRef::<str>::as_ref(self).is_ascii()
    }
}

/// Writes messages into the spool, each as `<name>.eml`, whole or not at all; the same name again replaces it.
pub fn write_spool(spool: &Path, messages: &[(String, Vec<u8>)]) -> anyhow::Result<()> {
    std::fs::create_dir_all(spool).with_context(|| format!("cannot create {}", spool.display()))?;
    for (name, message) in messages {
        let temporary = spool.join(format!(".{name}.tmp"));
        let mut file = std::fs::File::create(&temporary).context("cannot write into the spool")?;
        file.write_all(message).and_then(|()| file.sync_all()).context("cannot write into the spool")?;
        std::fs::rename(&temporary, spool.join(format!("{name}.eml"))).context("cannot write into the spool")?;
    }
    // The names are in the directory, so the directory has to reach the disk as well.
    std::fs::File::open(spool).and_then(|directory| directory.sync_all()).context("cannot write into the spool")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_over_encrypted_connections_only() {
        assert!(Server::parse("smtp://user:secret@mail.example").is_err());
        assert!(Server::parse("smtp://user:secret@mail.example?tls=opportunistic").is_err());
        assert!(Server::parse("http://mail.example").is_err());
        assert!(Server::parse("smtp://mail.example").is_ok());
        assert!(Server::parse("smtp://user:secret@127.0.0.1:2525").is_ok());
        let server = Server::parse("smtp://user:s%40cret@mail.example?tls=required").unwrap();
        assert_eq!((server.encryption, server.port), (Encryption::Upgrade, 587));
        let server = Server::parse("smtps://user:secret@mail.example/kontor.example").unwrap();
        assert_eq!((server.encryption, server.port), (Encryption::FromTheStart, 465));
    }
}

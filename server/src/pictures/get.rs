//! Asking another server for a picture: over HTTP/1.1, within limits of time and size, and only servers that
//! [`super::reach`] permits. Names are resolved here and the connection goes to the very address that was looked at, so no
//! second answer of a name server leads elsewhere.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::Url;

use super::LARGEST;
use super::reach::{self, Place};

/// For a picture as a whole.
const PATIENCE: Duration = Duration::from_secs(30);
/// For being let in.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
const MOST_REDIRECTS: usize = 4;
/// Addresses of a name that are tried.
const MOST_ADDRESSES: usize = 3;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// Stable.
    pub code: &'static str,
    pub detail: String,
    /// It may be there another time.
    pub again: bool,
}

impl Miss {
    pub fn forever(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), again: false }
    }
    pub fn for_now(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), again: true }
    }
    fn not_reached(detail: impl std::fmt::Display) -> Self {
        Self::for_now("address_not_reached", detail.to_string())
    }
}

enum Answer {
    Picture(Vec<u8>),
    Elsewhere(String),
}

/// The bytes at an address. `hosts` are asked wherever they lie.
pub async fn get(hosts: &[String], address: &str) -> Result<Vec<u8>, Miss> {
    let late = |_| Miss::not_reached(format!("no answer within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, follow(hosts, address)).await.map_err(late)?
}

async fn follow(hosts: &[String], address: &str) -> Result<Vec<u8>, Miss> {
    let mut url = Url::parse(address).map_err(bad)?;
    for _ in 0..=MOST_REDIRECTS {
        match ask(hosts, &url).await? {
            Answer::Picture(bytes) => return Ok(bytes),
            Answer::Elsewhere(there) => url = onward(&url, &there)?,
        }
    }
    Err(Miss::forever("address_redirects", format!("it leads on more than {MOST_REDIRECTS} times")))
}

fn bad(error: url::ParseError) -> Miss {
    Miss::forever("address_bad", error.to_string())
}

/// Where an answer leads. What was asked for in secret is not asked for in the open.
fn onward(from: &Url, there: &str) -> Result<Url, Miss> {
    let next = from.join(there).map_err(bad)?;
    if from.scheme() == "https" && next.scheme() != "https" {
        return Err(Miss::forever("address_plain", format!("it leads to {}://", next.scheme())));
    }
    Ok(next)
}

async fn ask(hosts: &[String], url: &Url) -> Result<Answer, Miss> {
    let place = reach::place(url, hosts)?;
    let stream = connect(&place).await?;
    if !place.encrypted {
        return send(stream, url).await;
    }
    let name = ServerName::try_from(place.host.clone()).map_err(|_| Miss::forever("address_bad", "no certificate can be for that host"))?;
    let stream = tokio::time::timeout(CONNECT_PATIENCE, TlsConnector::from(trust()).connect(name, stream)).await;
    send(stream.map_err(Miss::not_reached)?.map_err(Miss::not_reached)?, url).await
}

/// A connection to an address that was looked at.
async fn connect(place: &Place) -> Result<TcpStream, Miss> {
    let found: Vec<SocketAddr> = match place.host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, place.port)],
        Err(_) => {
            let asked = tokio::time::timeout(CONNECT_PATIENCE, tokio::net::lookup_host((place.host.as_str(), place.port))).await;
            asked.map_err(Miss::not_reached)?.map_err(Miss::not_reached)?.collect()
        }
    };
    // One inner address among outer ones is a trick, not a server of pictures.
    if !place.permitted && found.iter().any(|address| !reach::is_public(address.ip())) {
        return Err(Miss::forever("address_refused", format!("{} lies in an inner network", place.host)));
    }
    let mut last = Miss::not_reached(format!("{} has no address", place.host));
    for address in found.into_iter().take(MOST_ADDRESSES) {
        match tokio::time::timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Miss::not_reached(error),
            Err(late) => last = Miss::not_reached(late),
        }
    }
    Err(last)
}

/// The public authorities, as for the mail server.
fn trust() -> Arc<ClientConfig> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let make = || {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_protocol_versions(rustls::DEFAULT_VERSIONS).expect("ring knows the usual versions");
        Arc::new(versions.with_root_certificates(roots).with_no_client_auth())
    };
    TRUST.get_or_init(make).clone()
}

async fn send<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, url: &Url) -> Result<Answer, Miss> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(Miss::not_reached)?;
    // Ends with the set, whatever comes first.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("Kontor/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "image/jpeg, image/png, image/webp, image/gif")
        .body(Empty::<Bytes>::new())
        .map_err(|error| Miss::forever("address_bad", error.to_string()))?;
    let response = sender.send_request(request).await.map_err(Miss::not_reached)?;
    let status = response.status();
    if status.is_redirection() {
        let there = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(String::from);
        return there.map(Answer::Elsewhere).ok_or_else(|| said(status));
    }
    if status != StatusCode::OK {
        return Err(said(status));
    }
    match Limited::new(response.into_body(), LARGEST).collect().await {
        Ok(whole) => Ok(Answer::Picture(whole.to_bytes().to_vec())),
        Err(error) if error.is::<LengthLimitError>() => Err(Miss::forever("picture_too_large", format!("more than {} MB", LARGEST >> 20))),
        Err(error) => Err(Miss::not_reached(error)),
    }
}

/// What an answer without a picture means for the next try.
fn said(status: StatusCode) -> Miss {
    let again = status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    Miss { code: "address_answer", detail: format!("the server answers {status}"), again }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_leads_on_but_not_from_an_encrypted_address_to_a_plain_one() {
        let onward = |from: &str, there: &str| super::onward(&Url::parse(from).unwrap(), there).map(String::from).map_err(|miss| miss.code);
        assert_eq!(onward("https://img.example/a", "/b.jpg"), Ok("https://img.example/b.jpg".into()));
        assert_eq!(onward("http://img.example/a", "https://img.example/a"), Ok("https://img.example/a".into()));
        assert_eq!(onward("https://img.example/a", "http://img.example/a"), Err("address_plain"));
        assert_eq!(onward("https://img.example/a", "https://["), Err("address_bad"));
    }
}

//! Requests to the real program over a socket, each on a connection of its own; nothing where no whole answer came.

use std::time::Duration;

use kontor_server::time::random;
use kontor_server::{AppState, auth};
use kontor_shared::ids::UserId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Signs a stored user in, without a password: the session's token.
pub async fn session_of(state: &AppState, user: UserId) -> String {
    let (token, now) = (auth::hex(&random::<32>()), state.clock.now_ms());
    let mut tx = state.db.write_tx().await.expect("the database takes a transaction");
    let key = auth::hex(&Sha256::digest(token.as_bytes()));
    auth::store::start_session(&mut tx, &key, user, now, now + 14 * 24 * 3_600_000).await.expect("a session is stored");
    // As after password and second factor.
    auth::store::describe_session(&mut tx, &key, "", now, true).await.expect("a session is described");
    tx.commit().await.expect("the session is committed");
    token
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
    /// The session a log-in gave.
    pub fn session(&self) -> Option<String> {
        let cookie = self.head.lines().find_map(|line| line.strip_prefix("set-cookie: "))?;
        let (name, rest) = cookie.split_once('=')?;
        (name == auth::COOKIE).then(|| rest.split(';').next().unwrap_or_default().to_string())
    }
}

/// Asks `address` (`http://host:port`), in JSON where there is a body.
pub async fn ask(address: &str, method: &str, path: &str, session: Option<&str>, body: Option<&Value>) -> Option<Reply> {
    let authority = address.strip_prefix("http://")?;
    let cookie = session.map(|session| format!("Cookie: {}={session}\r\n", auth::COOKIE)).unwrap_or_default();
    let text = body.map(Value::to_string).unwrap_or_default();
    let kind = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\n{cookie}X-Kontor: 1\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    let exchange = async {
        let mut stream = TcpStream::connect(authority).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_string(), body: body.to_string() })
    };
    tokio::time::timeout(Duration::from_secs(20), exchange).await.ok().flatten()
}

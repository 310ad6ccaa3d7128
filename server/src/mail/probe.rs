//! One message sent while somebody watches: what the mail server said at each step, word for word.

use std::time::{Duration, Instant};

use kontor_shared::api::firm::MailStep;
use lettre::Address;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use super::{Encryption, Server, Trouble, within};

/// Nobody watches a page for longer.
const CONNECT: Duration = Duration::from_secs(8);
const COMMAND: Duration = Duration::from_secs(8);
const ACCEPT: Duration = Duration::from_secs(20);
/// Longest answer that is shown.
const MOST_SAID: usize = 500;

/// The steps so far; the last one failed, if any did.
pub struct Steps {
    pub steps: Vec<MailStep>,
    begun: Instant,
}

impl Steps {
    fn note(&mut self, step: &str, outcome: Result<String, Trouble>) -> bool {
        let (ok, said) = match outcome {
            Ok(said) => (true, said),
            Err(trouble) => (false, trouble.text().to_string()),
        };
        let said = said.chars().filter(|c| !c.is_control() || *c == '\n').take(MOST_SAID).collect();
        self.steps.push(MailStep { step: step.into(), ok, said, ms: self.begun.elapsed().as_millis() as u64 });
        self.begun = Instant::now();
        ok
    }
}

fn said(response: Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join("\n"))
}

/// Sends `message`, whatever comes of it told step by step. It was taken when all steps are good.
pub async fn send(server: &Server, from: &Address, to: &Address, message: &[u8]) -> Vec<MailStep> {
    let mut steps = Steps { steps: Vec::new(), begun: Instant::now() };
    converse(server, from, to, message, &mut steps).await;
    steps.steps
}

/// Goes as far as the server lets it; each step is noted.
async fn converse(server: &Server, from: &Address, to: &Address, message: &[u8], steps: &mut Steps) -> Option<()> {
    let mut connection = match connect(server).await {
        Ok(connection) => connection,
        Err(trouble) => return steps.note("connect", Err(trouble)).then_some(()),
    };
    steps.note("connect", Ok(connection.server_info().to_string()));
    if server.encryption == Encryption::Upgrade {
        let encrypted = match server.tls() {
            Ok(tls) => within(COMMAND, connection.starttls(tls, &server.hello)).await.map(|()| connection.server_info().to_string()),
            Err(error) => Err(error.into()),
        };
        steps.note("encrypt", encrypted).then_some(())?;
    }
    if let Some(credentials) = &server.credentials {
        let answer = within(COMMAND, connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials)).await;
        steps.note("sign_in", answer.map(said)).then_some(())?;
    }
    let answer = within(COMMAND, connection.command(Mail::new(Some(from.clone()), Vec::new()))).await;
    steps.note("sender", answer.map(said)).then_some(())?;
    let answer = within(COMMAND, connection.command(Rcpt::new(to.clone(), Vec::new()))).await;
    steps.note("recipient", answer.map(said)).then_some(())?;
    let answer = match within(COMMAND, connection.command(Data)).await {
        // lettre ends the content with a line break of its own.
        Ok(_) => within(ACCEPT, connection.message(message.strip_suffix(b"\r\n").unwrap_or(message))).await,
        Err(trouble) => Err(trouble),
    };
    steps.note("content", answer.map(said)).then_some(())?;
    let _ = tokio::time::timeout(Duration::from_secs(2), connection.quit()).await;
    Some(())
}

async fn connect(server: &Server) -> Result<AsyncSmtpConnection, Trouble> {
    let place = (server.host.as_str(), server.port);
    if server.encryption == Encryption::FromTheStart {
        return within(CONNECT, AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &server.hello, Some(server.tls()?), None)).await;
    }
    let stream = match tokio::time::timeout(CONNECT, TcpStream::connect(place)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(Trouble::Lost(error.to_string())),
        Err(_) => return Err(Trouble::Lost(format!("no connection within {} s", CONNECT.as_secs()))),
    };
    within(COMMAND, AsyncSmtpConnection::connect_with_transport(Box::new(stream), &server.hello)).await
}

//! A mail server that misbehaves on demand and remembers what it accepted.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// At which step, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Says this instead of its usual answer to `GREETING`, `MAIL`, `RCPT`, `DATA` or `CONTENT`.
    Say(&'static str, &'static str),
    /// Closes the connection there.
    Drop(&'static str),
    /// Says nothing any more.
    Hang(&'static str),
    /// Takes the message and closes before it says so.
    AcceptAndDrop,
    /// Takes the message and says nothing.
    AcceptAndHang,
}

struct Shared {
    fault: Mutex<Fault>,
    accepted: Mutex<Vec<String>>,
}

/// Running until dropped.
pub struct FaultyServer {
    shared: Arc<Shared>,
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl FaultyServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared { fault: Mutex::new(Fault::None), accepted: Mutex::new(Vec::new()) });
        let own = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = own.clone();
                tokio::spawn(async move {
                    let _ = converse(stream, &shared).await;
                });
            }
        });
        Self { shared, port, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
    pub fn set(&self, fault: Fault) {
        *self.shared.fault.lock().expect("unpoisoned") = fault;
    }
    /// Message-IDs of what was accepted, also where nobody was told.
    pub fn accepted(&self) -> Vec<String> {
        self.shared.accepted.lock().expect("unpoisoned").clone()
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers at a step; false when the conversation is over.
async fn answer(stream: &mut BufReader<TcpStream>, shared: &Shared, step: &'static str, usual: &str) -> std::io::Result<bool> {
    let fault = *shared.fault.lock().expect("unpoisoned");
    let text = match fault {
        Fault::Say(at, text) if at == step => text,
        Fault::Drop(at) if at == step => return Ok(false),
        Fault::Hang(at) if at == step => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return Ok(false);
        }
        _ => usual,
    };
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    Ok(true)
}

async fn converse(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if !answer(&mut stream, shared, "GREETING", "220 faulty").await? {
        return Ok(());
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let on = match line.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
            "EHLO" => answer(&mut stream, shared, "EHLO", "250-faulty\r\n250 8BITMIME").await?,
            "MAIL" => answer(&mut stream, shared, "MAIL", "250 ok").await?,
            "RCPT" => answer(&mut stream, shared, "RCPT", "250 ok").await?,
            "DATA" => {
                let fault = *shared.fault.lock().expect("unpoisoned");
                if !answer(&mut stream, shared, "DATA", "354 go on").await? {
                    return Ok(());
                }
                if matches!(fault, Fault::Say("DATA", _)) {
                    continue;
                }
                let mut id = String::new();
                loop {
                    line.clear();
                    if stream.read_line(&mut line).await? == 0 {
                        return Ok(());
                    }
                    if let Some(value) = line.strip_prefix("Message-ID: ") {
                        id = value.trim().to_string();
                    }
                    if line == ".\r\n" {
                        break;
                    }
                }
                if !matches!(fault, Fault::Say("CONTENT", _) | Fault::Drop("CONTENT") | Fault::Hang("CONTENT")) {
                    shared.accepted.lock().expect("unpoisoned").push(id);
                }
                match fault {
                    Fault::AcceptAndDrop => false,
                    Fault::AcceptAndHang => {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                        false
                    }
                    _ => answer(&mut stream, shared, "CONTENT", "250 accepted").await?,
                }
            }
            "QUIT" => {
                stream.get_mut().write_all(b"221 bye\r\n").await?;
                false
            }
            _ => answer(&mut stream, shared, "OTHER", "250 ok").await?,
        };
        if !on {
            return Ok(());
        }
    }
}

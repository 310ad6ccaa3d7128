//! A mail server that misbehaves on demand and remembers what it accepted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
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
    /// Answers there, after a while.
    Slow(&'static str, Duration),
    /// Says this to `RCPT` of an address that holds the text.
    SayTo(&'static str, &'static str),
    /// Any of the above now and then, by chance.
    Mixed,
}

struct Shared {
    fault: Mutex<Fault>,
    accepted: Mutex<Vec<String>>,
    /// Of the latest hundred messages, as they were before the dots were doubled.
    contents: Mutex<VecDeque<Vec<u8>>>,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
    dice: AtomicU64,
}

impl Shared {
    /// Under [`Fault::Mixed`] what happens to the next message, mostly nothing; otherwise what was set.
    fn drawn(&self) -> Fault {
        let fault = *self.fault.lock().expect("unpoisoned");
        if fault != Fault::Mixed {
            return fault;
        }
        // splitmix64
        let mut dice = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        dice = (dice ^ (dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        dice = (dice ^ (dice >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        match (dice ^ (dice >> 31)) % 400 {
            0 => Fault::Say("MAIL", "451 not now"),
            1 => Fault::Say("RCPT", "451 greylisted"),
            2 => Fault::Say("CONTENT", "452 full"),
            3 => Fault::Drop("MAIL"),
            4 => Fault::Drop("DATA"),
            5 => Fault::Drop("CONTENT"),
            6 => Fault::AcceptAndDrop,
            7 => Fault::AcceptAndHang,
            8 => Fault::Hang("RCPT"),
            9..=14 => Fault::Slow("CONTENT", Duration::from_millis(40)),
            _ => Fault::None,
        }
    }
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
        let shared = Arc::new(Shared {
            fault: Mutex::new(Fault::None),
            accepted: Mutex::new(Vec::new()),
            contents: Mutex::default(),
            refused: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            dice: AtomicU64::new(1),
        });
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
    /// Where [`Fault::Mixed`] begins.
    pub fn seed(&self, seed: u64) {
        self.shared.dice.store(seed, Ordering::Relaxed);
    }
    /// What was accepted latest, to the byte.
    pub fn contents(&self) -> Vec<Vec<u8>> {
        self.shared.contents.lock().expect("unpoisoned").iter().cloned().collect()
    }
    /// How often something was refused.
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::Relaxed)
    }
    /// How often content came and the sender was not told what became of it, by a fault of this server.
    pub fn unanswered(&self) -> usize {
        self.shared.unanswered.load(Ordering::Relaxed)
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

/// How long a hanging step hangs.
const HANGS: Duration = Duration::from_secs(5);

/// Answers at a step; false when the conversation is over.
async fn answer(stream: &mut BufReader<TcpStream>, shared: &Shared, fault: Fault, step: &'static str, usual: &str) -> std::io::Result<bool> {
    let text = match fault {
        Fault::Say(at, text) if at == step => {
            shared.refused.fetch_add(1, Ordering::Relaxed);
            text
        }
        Fault::Drop(at) if at == step => return Ok(false),
        Fault::Hang(at) if at == step => {
            tokio::time::sleep(HANGS).await;
            return Ok(false);
        }
        Fault::Slow(at, time) if at == step => {
            tokio::time::sleep(time).await;
            usual
        }
        _ => usual,
    };
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    Ok(true)
}

async fn converse(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let fault = *shared.fault.lock().expect("unpoisoned");
    if !answer(&mut stream, shared, fault, "GREETING", "220 faulty").await? {
        return Ok(());
    }
    let mut line = String::new();
    let mut fault = fault;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let on = match line.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
            "EHLO" => answer(&mut stream, shared, fault, "EHLO", "250-faulty\r\n250 8BITMIME").await?,
            "MAIL" => {
                // One fate for each message.
                fault = shared.drawn();
                answer(&mut stream, shared, fault, "MAIL", "250 ok").await?
            }
            "RCPT" => match fault {
                Fault::SayTo(part, text) if line.contains(part) => answer(&mut stream, shared, Fault::Say("RCPT", text), "RCPT", "").await?,
                _ => answer(&mut stream, shared, fault, "RCPT", "250 ok").await?,
            },
            "DATA" => {
                if !answer(&mut stream, shared, fault, "DATA", "354 go on").await? {
                    return Ok(());
                }
                if matches!(fault, Fault::Say("DATA", _)) {
                    continue;
                }
                let (mut id, mut content) = (String::new(), Vec::new());
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
                    content.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
                }
                if !matches!(fault, Fault::Say("CONTENT", _) | Fault::Drop("CONTENT") | Fault::Hang("CONTENT")) {
                    shared.accepted.lock().expect("unpoisoned").push(id);
                    let mut contents = shared.contents.lock().expect("unpoisoned");
                    contents.push_back(content);
                    if contents.len() > 100 {
                        contents.pop_front();
                    }
                }
                if matches!(fault, Fault::Drop("CONTENT") | Fault::Hang("CONTENT") | Fault::AcceptAndDrop | Fault::AcceptAndHang) {
                    shared.unanswered.fetch_add(1, Ordering::Relaxed);
                }
                match fault {
                    Fault::AcceptAndDrop => false,
                    Fault::AcceptAndHang => {
                        tokio::time::sleep(HANGS).await;
                        false
                    }
                    _ => answer(&mut stream, shared, fault, "CONTENT", "250 accepted").await?,
                }
            }
            "QUIT" => {
                stream.get_mut().write_all(b"221 bye\r\n").await?;
                false
            }
            _ => answer(&mut stream, shared, fault, "OTHER", "250 ok").await?,
        };
        if !on {
            return Ok(());
        }
    }
}

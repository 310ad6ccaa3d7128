//! A mailbox that behaves as told: in order, or as a hostile or broken server does (reliability.md §5.D, D3).

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

/// What it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Nothing,
    /// Announces four gigabytes.
    HugeLiteral,
    /// Never ends a line.
    EndlessLine,
    /// Never ends an answer.
    EndlessAnswer,
    /// Ends the connection within a message.
    CutMidFetch,
    /// Answers a command of before once more.
    StaleNo,
    /// The message went between search and fetch.
    Expunged,
    /// Never answers the command that moves a message.
    HangsOnMove,
    /// Has no MOVE.
    NoMove,
    /// Does not encrypt.
    NoEncryption,
    /// Encrypts, and somebody on the way says something in its name before that.
    SaysMoreBeforeEncryption,
}

struct Inner {
    wrong: Wrong,
    uidvalidity: u32,
    /// Id, folder, message, and whether it is marked as deleted.
    messages: Vec<(u32, String, Vec<u8>, bool)>,
    /// What was said that holds the password.
    log_ins: usize,
}

/// Running until dropped.
#[derive(Clone)]
pub struct Mailbox {
    inner: Arc<Mutex<Inner>>,
    port: u16,
}

impl Mailbox {
    pub async fn start(wrong: Wrong) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mailbox = Self { inner: Arc::new(Mutex::new(Inner { wrong, uidvalidity: 7, messages: Vec::new(), log_ins: 0 })), port };
        let serving = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { drop(serving.serve(stream).await) });
            }
        });
        mailbox
    }

    pub fn url(&self) -> String {
        format!("imap://orders:secret@127.0.0.1:{}/INBOX", self.port)
    }

    pub fn put(&self, uid: u32, message: Vec<u8>) {
        self.inner.lock().expect("the mailbox").messages.push((uid, "INBOX".into(), message, false));
    }

    pub fn set(&self, wrong: Wrong) {
        self.inner.lock().expect("the mailbox").wrong = wrong;
    }

    /// Gives all messages new ids, as after a repair of the mailbox.
    pub fn renumber(&self) {
        let mut inner = self.inner.lock().expect("the mailbox");
        inner.uidvalidity += 1;
        for (at, message) in inner.messages.iter_mut().enumerate() {
            message.0 = at as u32 + 1;
            message.1 = "INBOX".into();
        }
    }

    /// Messages in a folder that are not marked as deleted.
    pub fn count(&self, folder: &str) -> usize {
        self.inner.lock().expect("the mailbox").messages.iter().filter(|message| message.1 == folder && !message.3).count()
    }

    /// How often somebody said the password in the clear.
    pub fn log_ins(&self) -> usize {
        self.inner.lock().expect("the mailbox").log_ins
    }

    async fn serve(self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"* OK ready\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
            if !self.answer(&mut write, tag, command).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Answers a command; false where the connection ends.
    async fn answer(&self, write: &mut OwnedWriteHalf, tag: &str, command: &str) -> std::io::Result<bool> {
        let wrong = self.inner.lock().expect("the mailbox").wrong;
        let words: Vec<&str> = command.split(' ').collect();
        let uid = words.get(2).and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
        let folder = words.get(3).map(|word| word.trim_matches('"').to_string()).unwrap_or_default();
        let mut said: Vec<u8> = Vec::new();
        match (words[0], words.get(1).copied().unwrap_or_default()) {
            ("LOGIN", _) => self.inner.lock().expect("the mailbox").log_ins += 1,
            ("STARTTLS", _) if wrong == Wrong::NoEncryption => {
                write.write_all(format!("{tag} BAD unknown command\r\n").as_bytes()).await?;
                return Ok(true);
            }
            ("STARTTLS", _) if wrong == Wrong::SaysMoreBeforeEncryption => {
                write.write_all(format!("{tag} OK begin\r\n* CAPABILITY IMAP4rev1\r\n").as_bytes()).await?;
                return Ok(true);
            }
            ("CAPABILITY", _) => {
                let more = if wrong == Wrong::NoMove { "UIDPLUS" } else { "MOVE UIDPLUS" };
                said.extend(format!("* CAPABILITY IMAP4rev1 {more}\r\n").into_bytes());
            }
            ("SELECT", _) => {
                let uidvalidity = self.inner.lock().expect("the mailbox").uidvalidity;
                said.extend(format!("* 1 EXISTS\r\n* OK [UIDVALIDITY {uidvalidity}] good\r\n").into_bytes());
            }
            ("UID", "SEARCH") => match wrong {
                Wrong::EndlessLine => loop {
                    write.write_all(&[b'1'; 1 << 16]).await?;
                },
                Wrong::EndlessAnswer => loop {
                    write.write_all("* 1 EXISTS\r\n".repeat(1_000).as_bytes()).await?;
                },
                _ => {
                    let mut uids: Vec<u32> = Vec::new();
                    let inner = self.inner.lock().expect("the mailbox");
                    uids.extend(inner.messages.iter().filter(|message| message.1 == "INBOX" && !message.3).map(|message| message.0));
                    let uids: Vec<String> = uids.iter().map(u32::to_string).collect();
                    // All of them, as the answer to n:* may hold lower ones.
                    said.extend(format!("* SEARCH {}\r\n", uids.join(" ")).into_bytes());
                }
            },
            ("UID", "FETCH") if wrong == Wrong::Expunged => {}
            ("UID", "FETCH") => {
                let message = self.inner.lock().expect("the mailbox").messages.iter().find(|message| message.0 == uid).map(|message| message.2.clone());
                let message = message.unwrap_or_default();
                if command.contains("SIZE") {
                    said.extend(format!("* 1 FETCH (UID {uid} RFC822.SIZE {})\r\n", message.len()).into_bytes());
                } else if wrong == Wrong::HugeLiteral {
                    write.write_all(format!("* 1 FETCH (UID {uid} BODY[] {{4294967295}}\r\n").as_bytes()).await?;
                    loop {
                        write.write_all(&[b'x'; 1 << 16]).await?;
                    }
                } else if wrong == Wrong::CutMidFetch {
                    write.write_all(format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n", message.len()).as_bytes()).await?;
                    write.write_all(&message[..message.len() / 2]).await?;
                    return Ok(false);
                } else {
                    said.extend(format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n", message.len()).into_bytes());
                    said.extend(&message);
                    said.extend(b")\r\n");
                }
            }
            ("UID", "MOVE") if wrong == Wrong::HangsOnMove => std::future::pending::<()>().await,
            ("UID", "MOVE" | "COPY") => {
                let mut inner = self.inner.lock().expect("the mailbox");
                let copies: Vec<_> = inner.messages.iter().filter(|message| message.0 == uid && message.1 == "INBOX").cloned().collect();
                if words[1] == "MOVE" {
                    inner.messages.retain(|message| !(message.0 == uid && message.1 == "INBOX"));
                }
                inner.messages.extend(copies.into_iter().map(|message| (message.0, folder.clone(), message.2, false)));
            }
            ("UID", "STORE") => {
                let mut inner = self.inner.lock().expect("the mailbox");
                inner.messages.iter_mut().filter(|message| message.0 == uid && message.1 == "INBOX").for_each(|message| message.3 = true);
            }
            ("LOGOUT", _) => {
                write.write_all(format!("* BYE\r\n{tag} OK\r\n").as_bytes()).await?;
                return Ok(false);
            }
            _ => {}
        }
        if wrong == Wrong::StaleNo {
            said.splice(..0, b"k0 NO late\r\n".iter().copied());
        }
        said.extend(format!("{tag} OK done\r\n").into_bytes());
        write.write_all(&said).await?;
        Ok(true)
    }
}

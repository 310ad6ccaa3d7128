//! The few commands of IMAP (RFC 3501, 2177, 6851) that reading a mailbox takes, over a stream whose every answer is bounded.
//!
//! Own code, for the libraries trust their server: async-imap lets its buffer grow to 512 MiB on the server's word, and brings
//! a second parser library and a calendar with it. Here a line, a literal and an answer have a size each, and so has patience.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A search in a mailbox of a hundred thousand messages is a line of 700 kB.
const LONGEST_LINE: usize = 1 << 20;
/// Lines of one answer.
const MOST_LINES: usize = 2_000;
/// Silence within an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line of an answer. A literal stands apart from the text round it.
#[derive(Debug, Default)]
pub struct Line {
    pub text: String,
    pub literals: Vec<Vec<u8>>,
}

impl Line {
    /// The number behind a word, such as `UID`.
    pub fn number(&self, word: &str) -> Option<u64> {
        let mut words = self.text.split([' ', '(', ')', '[', ']']).filter(|word| !word.is_empty());
        words.find(|found| found.eq_ignore_ascii_case(word))?;
        words.next()?.parse().ok()
    }

    /// Whether it is `* <n> WORD`.
    pub fn is(&self, word: &str) -> bool {
        let mut words = self.text.split(' ');
        words.next() == Some("*")
            && words.next().is_some_and(|number| number.parse::<u32>().is_ok())
            && words.next().is_some_and(|found| found.eq_ignore_ascii_case(word))
    }
}

pub struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    tag: u32,
    /// Largest literal taken now.
    largest: usize,
}

/// Anything bytes go over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The server said no, in its own words.
#[derive(Debug)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the mail server refuses: {}", self.0)
    }
}
impl std::error::Error for Refused {}

/// A text in quotes; line breaks in one would be commands.
pub fn quoted(text: &str) -> anyhow::Result<String> {
    ensure!(!text.chars().any(char::is_control), "a control character stands in the mailbox's address");
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

impl<S: Stream> Wire<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), tag: 0, largest: 64 << 10 }
    }

    /// The stream, between two answers. What came in the clear behind the answer that begins encryption was put there by
    /// somebody on the way (RFC 9051 §6.2.1), and would be read as the server's.
    pub fn into_stream(self) -> anyhow::Result<S> {
        ensure!(self.buffer.is_empty(), "the mail server says more before encryption than it was asked");
        Ok(self.stream)
    }

    async fn fill(&mut self, patience: Duration) -> anyhow::Result<()> {
        let mut piece = [0; 16 << 10];
        let read = tokio::time::timeout(patience, self.stream.read(&mut piece)).await;
        let read = read.context("the mail server keeps silent")?.context("the connection to the mail server is lost")?;
        ensure!(read > 0, "the mail server ended the connection");
        self.buffer.extend_from_slice(&piece[..read]);
        Ok(())
    }

    /// Bytes up to a line break, without it.
    async fn text(&mut self, patience: Duration) -> anyhow::Result<Vec<u8>> {
        let mut looked = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[looked..]) {
                let mut line: Vec<u8> = self.buffer.drain(..=looked + at).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            looked = self.buffer.len();
            ensure!(looked <= LONGEST_LINE, "the mail server sends a line without an end");
            self.fill(patience).await?;
        }
    }

    /// A line with its literals.
    async fn line(&mut self, patience: Duration) -> anyhow::Result<Line> {
        let mut line = Line::default();
        loop {
            let text = String::from_utf8_lossy(&self.text(patience).await?).into_owned();
            let Some((before, size)) = literal(&text) else {
                line.text.push_str(&text);
                return Ok(line);
            };
            line.text.push_str(before);
            ensure!(size <= self.largest as u64 && line.literals.len() < 8, "the mail server sends {size} bytes where at most {} are taken", self.largest);
            let size = usize::try_from(size)?;
            while self.buffer.len() < size {
                self.fill(PATIENCE).await?;
            }
            line.literals.push(self.buffer.drain(..size).collect());
        }
    }

    /// What the server says first.
    pub async fn greeting(&mut self) -> anyhow::Result<()> {
        let line = self.line(PATIENCE).await?;
        ensure!(line.text.starts_with("* OK") || line.text.starts_with("* PREAUTH"), "the mail server does not take connections now");
        Ok(())
    }

    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        let write = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        tokio::time::timeout(PATIENCE, write).await.context("the mail server takes nothing")?.context("the connection to the mail server is lost")
    }

    /// Says a command and gives the lines of its answer.
    pub async fn command(&mut self, command: &str) -> anyhow::Result<Vec<Line>> {
        self.tag += 1;
        let tag = format!("k{}", self.tag);
        self.send(&format!("{tag} {command}\r\n")).await?;
        self.answer(&tag).await
    }

    /// As [`Wire::command`], with room for a message.
    pub async fn fetch(&mut self, command: &str, largest: usize) -> anyhow::Result<Vec<Line>> {
        self.largest = largest;
        let answer = self.command(command).await;
        self.largest = 64 << 10;
        answer
    }

    async fn answer(&mut self, tag: &str) -> anyhow::Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        for _ in 0..MOST_LINES {
            let line = self.line(PATIENCE).await?;
            // The tagged answer to a command of before is late, and says nothing of this one.
            if let Some(said) = line.text.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                if said.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("OK")) {
                    return Ok(lines);
                }
                return Err(Refused(said.chars().take(200).collect()).into());
            }
            ensure!(!line.text.starts_with("* BYE"), "the mail server says good-bye");
            bytes += line.text.len() + line.literals.iter().map(Vec::len).sum::<usize>();
            ensure!(bytes <= self.largest.max(LONGEST_LINE) + LONGEST_LINE, "the mail server's answer has no end");
            lines.push(line);
        }
        bail!("the mail server's answer has no end")
    }

    /// Waits until the server says that something changed (RFC 2177), or for so long. `stop` ends the wait.
    pub async fn idle(&mut self, wait: Duration, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        self.tag += 1;
        let tag = format!("k{}", self.tag);
        self.send(&format!("{tag} IDLE\r\n")).await?;
        tokio::pin!(stop);
        let waiting = async {
            for _ in 0..MOST_LINES {
                let line = self.line(wait + PATIENCE).await?;
                if let Some(said) = line.text.strip_prefix(&tag) {
                    return Err(Refused(said.chars().take(200).collect()).into());
                }
                if line.is("EXISTS") {
                    return Ok(());
                }
            }
            bail!("the mail server's answer has no end")
        };
        tokio::select! {
            said = waiting => said?,
            () = tokio::time::sleep(wait) => {}
            () = &mut stop => {}
        }
        self.send("DONE\r\n").await?;
        self.answer(&tag).await.map(drop)
    }

    /// Takes leave.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.command("LOGOUT")).await;
    }
}

/// The text before a literal that begins after this line, and its size.
fn literal(text: &str) -> Option<(&str, u64)> {
    let (before, size) = text.strip_suffix('}')?.rsplit_once('{')?;
    let size = size.strip_suffix('+').unwrap_or(size);
    let digits = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (before, size.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(server: &'static [u8], command: &str) -> anyhow::Result<Vec<Line>> {
        let (client, mut other) = tokio::io::duplex(64 << 10);
        let task = tokio::spawn(async move {
            let _ = other.write_all(server).await;
            let mut rest = Vec::new();
            let _ = other.read_to_end(&mut rest).await;
        });
        let answer = Wire::new(client).command(command).await;
        task.abort();
        answer
    }

    #[tokio::test]
    async fn an_answer_is_its_lines_and_literals() {
        let lines = told(b"* 3 FETCH (UID 7 BODY[] {5}\r\nHe\r\nl RFC822.SIZE 12)\r\nk0 NO late\r\nk1 OK done\r\n", "UID FETCH 7 BODY.PEEK[]").await.unwrap();
        assert_eq!((lines[0].literals[0].as_slice(), lines[0].number("UID"), lines[0].number("RFC822.SIZE")), (&b"He\r\nl"[..], Some(7), Some(12)));
        assert!(lines[0].is("FETCH") && lines.len() == 2);
        let refused = told(b"k1 NO [TRYCREATE] no such folder\r\n", "UID MOVE 7 x").await.unwrap_err();
        assert!(refused.downcast_ref::<Refused>().is_some_and(|refused| refused.0.contains("TRYCREATE")));
        assert!(told(b"* 1 FETCH (BODY[] {4294967295}\r\n", "UID FETCH 1 BODY.PEEK[]").await.is_err());
        assert!(told(b"* 1 FETCH (BODY[] {99999999999999999999}\r\n", "UID FETCH 1 BODY.PEEK[]").await.is_err());
        assert_eq!(quoted("a\"b\\c").unwrap(), "\"a\\\"b\\\\c\"");
        assert!(quoted("a\r\nk2 DELETE INBOX").is_err());
    }
}

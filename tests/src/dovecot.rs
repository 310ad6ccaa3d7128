//! A real mailbox: Debian's Dovecot on this machine only, with a Maildir of its own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::databases::fresh_directory;
use crate::program::free_port;
use crate::smtp::self_signed;

/// Running until dropped.
pub struct Dovecot {
    directory: PathBuf,
    port: u16,
    /// Of the listener that encrypts from the first byte; 0 where there is none.
    tls_port: u16,
}

impl Dovecot {
    pub async fn start() -> Self {
        Self::running(false).await
    }

    /// One that encrypts, from the first byte or when asked, with a certificate of its own ([`Dovecot::authority`]).
    pub async fn encrypted() -> Self {
        Self::running(true).await
    }

    async fn running(encrypted: bool) -> Self {
        let directory = fresh_directory();
        let (port, tls_port) = (free_port(), if encrypted { free_port() } else { 0 });
        let base = directory.display();
        let ssl = if encrypted {
            let (certificate, key) = self_signed(&directory);
            format!("ssl = yes\nssl_cert = <{}\nssl_key = <{}\n", certificate.display(), key.display())
        } else {
            "ssl = no\n".into()
        };
        let configuration = format!(
            "protocols = imap\nlisten = 127.0.0.1\n{ssl}disable_plaintext_auth = no\nbase_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/log\n\
             mail_location = maildir:{base}/mail/%n/Maildir\nfirst_valid_uid = 0\n\
             passdb {{\n driver = static\n args = password=secret\n}}\nuserdb {{\n driver = static\n args = uid=65534 gid=65534 home={base}/mail/%n\n}}\n\
             service imap-login {{\n inet_listener imap {{\n  port = {port}\n }}\n inet_listener imaps {{\n  port = {tls_port}\n  ssl = {}\n }}\n}}\n",
            if encrypted { "yes" } else { "no" }
        );
        let file = directory.join("dovecot.conf");
        std::fs::write(&file, configuration).expect("the configuration is written");
        std::fs::create_dir_all(directory.join("mail")).expect("a directory");
        // The mail's user is nobody, who has to reach it.
        let opened = std::process::Command::new("chmod").args(["-R", "a+rwx"]).arg(&directory).status().expect("chmod runs");
        assert!(opened.success());
        let started = std::process::Command::new("/usr/sbin/dovecot").arg("-c").arg(&file).status().expect("Dovecot starts (apt-get install dovecot-imapd)");
        assert!(started.success());
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < until, "Dovecot does not answer: {}", std::fs::read_to_string(directory.join("log")).unwrap_or_default());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { directory, port, tls_port }
    }

    /// For `KONTOR_IMAP_URL`.
    pub fn url(&self) -> String {
        format!("imap://orders:secret@127.0.0.1:{}/INBOX", self.port)
    }

    /// For `KONTOR_IMAP_URL`, encrypted from the first byte, and when asked.
    pub fn encrypted_urls(&self) -> [String; 2] {
        [format!("imaps://orders:secret@127.0.0.1:{}/INBOX", self.tls_port), format!("{}?tls=required", self.url())]
    }

    /// For `KONTOR_SMTP_CA`.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }

    /// Log-ins by encrypted connections so far.
    pub fn encrypted_log_ins(&self) -> usize {
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        log.lines().filter(|line| line.contains("Login: user=<orders>") && line.contains(", TLS")).count()
    }

    /// Says commands one after another, each with a literal where it has one; gives what was answered.
    pub async fn say(&self, commands: &[(&str, &[u8])]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("Dovecot answers");
        let mut said = String::new();
        let login = ("LOGIN orders secret", &b""[..]);
        for (at, (command, literal)) in std::iter::once(&login).chain(commands).enumerate() {
            stream.write_all(format!("t{at} {command}\r\n").as_bytes()).await.expect("a command");
            if !literal.is_empty() {
                stream.write_all(literal).await.expect("a literal");
                stream.write_all(b"\r\n").await.expect("its end");
            }
            let end = format!("t{at} ");
            let from = said.len();
            while !said[from..].lines().any(|line| line.starts_with(&end)) {
                let mut piece = [0; 4096];
                let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut piece)).await.expect("an answer in time").expect("an answer");
                assert!(read > 0, "Dovecot ended the connection: {said}");
                said.push_str(&String::from_utf8_lossy(&piece[..read]));
            }
        }
        said
    }

    /// Puts a message into a folder.
    pub async fn append(&self, message: &[u8]) {
        let said = self.say(&[(&format!("APPEND INBOX {{{}+}}", message.len()), message)]).await;
        assert!(said.contains("APPENDUID"), "{said}");
    }

    /// How many messages are in a folder.
    pub async fn count(&self, folder: &str) -> u32 {
        let said = self.say(&[(&format!("STATUS {folder} (MESSAGES)"), b"")]).await;
        said.split("MESSAGES ").nth(1).and_then(|rest| rest.split(')').next()).and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if let Ok(process) = std::fs::read_to_string(self.directory.join("run/master.pid")) {
            let _ = std::process::Command::new("kill").arg(process.trim()).status();
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

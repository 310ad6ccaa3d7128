//! A real mail server: Debian's aiosmtpd, storing what it accepts in a Maildir.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::databases::fresh_directory;
use crate::program::free_port;

/// Debian's own interpreter: it has the packages that `cargo xtask test` installs.
pub const PYTHON: &str = "/usr/bin/python3";

/// Running until dropped.
pub struct MailServer {
    _child: Child,
    directory: PathBuf,
    port: u16,
}

/// A mail as the server stored it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Headers and body as they came over the wire.
    pub raw: String,
    /// Of the first text part, decoded.
    pub text: String,
    pub subject: String,
    pub to: String,
    pub message_id: String,
}

impl MailServer {
    pub async fn start() -> Self {
        Self::running(|port, directory| {
            let mut command = Command::new(PYTHON);
            command.args(["-m", "aiosmtpd", "-n", "-u", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"]).arg(directory.join("mail"));
            command
        })
        .await
    }

    /// One that takes mail only over TLS and after log-in: `how` is `smtps` or `starttls`.
    pub async fn encrypted(how: &str) -> Self {
        Self::running(|port, directory| {
            let (certificate, key) = self_signed(directory);
            let mut command = Command::new(PYTHON);
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tools/smtp.py")).args([how, &port.to_string()]);
            command.args([certificate, key, directory.join("mail")]);
            command
        })
        .await
    }

    async fn running(command: impl FnOnce(u16, &Path) -> Command) -> Self {
        let directory = fresh_directory();
        let port = free_port();
        let child = command(port, &directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("aiosmtpd starts (apt-get install python3-aiosmtpd)");
        let server = Self { _child: child, directory, port };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < until, "aiosmtpd does not answer: is python3-aiosmtpd installed?");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    /// For `KONTOR_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Of an [`encrypted`](Self::encrypted) server: what says that it is the one meant, a PEM file.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }

    /// What arrived so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        // Python's own parser decodes the transfer encodings.
        const READ: &str = "import sys,mailbox,email,json\nfrom email import policy\nout=[]\nbox=mailbox.Maildir(sys.argv[1],create=True)\n\
            for key in sorted(box.keys()):\n m=email.message_from_bytes(box.get_bytes(key),policy=policy.default)\n b=m.get_body(('plain',))\n \
            out.append({'raw':box.get_bytes(key).decode('utf-8','replace'),'text':b.get_content() if b else '','subject':str(m['subject'] or ''),\
            'to':str(m['to'] or ''),'message_id':str(m['message-id'] or '')})\nprint(json.dumps(out))";
        let output = std::process::Command::new(PYTHON).args(["-c", READ]).arg(self.directory.join("mail")).output().expect("python3 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let field = |mail: &serde_json::Value, name: &str| mail[name].as_str().unwrap_or_default().to_string();
        list.as_array()
            .expect("a list")
            .iter()
            .map(|mail| Mail {
                raw: field(mail, "raw"),
                text: field(mail, "text"),
                subject: field(mail, "subject"),
                to: field(mail, "to"),
                message_id: field(mail, "message_id"),
            })
            .collect()
    }

    /// Waits until `count` mails have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(Instant::now() < until, "{} of {count} mails came within 30 s", mails.len());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Makes a certificate for 127.0.0.1 and its key, as `cert.pem` and `key.pem` in `directory`.
pub fn self_signed(directory: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (directory.join("cert.pem"), directory.join("key.pem"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl runs (apt-get install openssl)");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

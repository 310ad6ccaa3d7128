//! Messages as people and programs write them, for the mailbox of orders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A message to write.
#[derive(Clone)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub id: String,
    /// Whole header lines.
    pub headers: Vec<String>,
    pub text: String,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Letter {
    /// A plain message of a customer's person.
    pub fn new(from: &str, id: &str) -> Self {
        Self {
            from: from.into(),
            to: "orders@firm.example".into(),
            subject: "Our order".into(),
            id: format!("{id}@customer.example"),
            headers: vec![format!("Return-Path: <{from}>")],
            text: "Please find our order attached.".into(),
            files: Vec::new(),
        }
    }

    pub fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), bytes.into()));
        self
    }

    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.into());
        self
    }

    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = subject.into();
        self
    }

    /// As it goes over the wire.
    pub fn raw(&self) -> Vec<u8> {
        let mut lines = self.headers.clone();
        lines.push(format!("From: {}", self.from));
        lines.push(format!("To: {}", self.to));
        lines.push(format!("Subject: {}", self.subject));
        lines.push(format!("Message-ID: <{}>", self.id));
        lines.push("Date: Thu, 15 Jan 2026 09:00:00 +0000".into());
        lines.push("MIME-Version: 1.0".into());
        lines.push("Content-Type: multipart/mixed; boundary=\"b0\"".into());
        lines.push(String::new());
        lines.push("--b0".into());
        lines.push("Content-Type: text/plain; charset=utf-8".into());
        lines.push("Content-Transfer-Encoding: 8bit".into());
        lines.push(String::new());
        lines.push(self.text.clone());
        for (name, bytes) in &self.files {
            lines.push("--b0".into());
            lines.push("Content-Type: application/octet-stream".into());
            lines.push(format!("Content-Disposition: attachment; filename=\"{name}\""));
            lines.push("Content-Transfer-Encoding: base64".into());
            lines.push(String::new());
            let encoded = STANDARD.encode(bytes);
            lines.extend(encoded.as_bytes().chunks(76).map(|chunk| String::from_utf8_lossy(chunk).into_owned()));
        }
        lines.push("--b0--".into());
        lines.push(String::new());
        lines.join("\r\n").into_bytes()
    }
}

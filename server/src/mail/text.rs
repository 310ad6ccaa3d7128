//! The text of a letter, line by line, with the ending every letter about orders has.

use kontor_shared::words::{Lang, common, mail as words};

use crate::firm::FirmSettings;

/// A text in the making.
pub struct Text {
    pub lang: Lang,
    text: String,
}

impl Text {
    pub fn new(lang: Lang) -> Self {
        Self { lang, text: String::new() }
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Bytes so far.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Where the order is seen, if the firm has a public address.
    pub fn order_link(&mut self, public_url: Option<&str>, order: &str) {
        let Some(url) = public_url else { return };
        self.blank();
        let url = format!("{}/orders/{order}", url.trim_end_matches('/'));
        self.line(&words::OPEN_ORDER.with(self.lang, &[("url", &url)]));
    }

    /// Who writes.
    pub fn sign(&mut self, firm: &FirmSettings) {
        self.blank();
        self.line("-- ");
        self.line(&firm.party.name);
        for contact in [&firm.party.email, &firm.party.phone] {
            if !contact.is_empty() {
                self.line(contact);
            }
        }
        if firm.demo {
            self.line(common::DEMO_DATA.say(self.lang));
        }
    }

    pub fn done(self) -> String {
        self.text
    }
}

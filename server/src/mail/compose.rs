//! One message as it goes over the wire: headers, a text part, for mailings an HTML part beside it and the headers of a
//! list, and attachments.

use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};

/// A message to write. Everything in it is fixed before the first try.
pub struct Draft<'a> {
    pub message_id: &'a str,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: Option<&'a str>,
    pub attachments: &'a [Attachment],
    /// Present in mailings only: what is sent because of an order is no list.
    pub list: Option<&'a ListHeaders>,
    /// Present in answers.
    pub thread: Option<&'a Thread>,
    pub at_ms: i64,
}

/// What a message answers, by ids without their brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub in_reply_to: String,
    /// The oldest first.
    pub references: Vec<String>,
}

impl Thread {
    /// References on the wire: a line takes so many.
    const MOST: usize = 8;

    /// The ids as a header has them; one that could not stand in it is left out.
    fn header(ids: &[String]) -> String {
        let fits = |id: &&String| {
            id.is_ascii() && id.len() <= 100 && !id.contains(|sign: char| sign.is_whitespace() || sign.is_control() || matches!(sign, '<' | '>'))
        };
        let ids: Vec<String> = ids.iter().filter(fits).map(|id| format!("<{id}>")).collect();
        ids[ids.len().saturating_sub(Self::MOST)..].join(" ")
    }
}

/// A file that goes along.
pub struct Attachment {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// What lets a reader's mail program leave a mailing (RFC 2369, 2919, 8058).
pub struct ListHeaders {
    /// The address of the one-click POST.
    pub unsubscribe_url: String,
    /// Announced only where the firm reads the mailbox.
    pub unsubscribe_mailbox: Option<String>,
    /// `<topic.domain>`, the same for every mailing of a topic.
    pub list_id: String,
    /// At most four fields, none of them personal; Google counts complaints by them.
    pub feedback_id: String,
}

/// Reads the firm's sender: an address, or `Name <address>`.
pub fn sender(text: &str, firm_name: &str) -> anyhow::Result<Mailbox> {
    refuse_control(text)?;
    let mailbox: Mailbox = text.trim().parse().ok().context("the firm's sender address is not set or not an address")?;
    let name = firm_name.trim();
    let named = mailbox.name.is_none() && !name.is_empty() && !name.chars().any(char::is_control);
    Ok(if named { Mailbox::new(Some(name.to_string()), mailbox.email) } else { mailbox })
}

/// Reads a recipient's address.
pub fn recipient(text: &str) -> anyhow::Result<Address> {
    refuse_control(text)?;
    text.trim().parse().ok().context("the recipient's address is not one")
}

/// The domain of an address in lower case, for throttling; empty where there is none.
pub fn domain(address: &str) -> String {
    address.rsplit_once('@').map(|(_, domain)| domain.trim().to_lowercase()).unwrap_or_default()
}

/// Line breaks in an address or a subject are how headers are smuggled in.
fn refuse_control(text: &str) -> anyhow::Result<()> {
    ensure!(!text.chars().any(char::is_control), "a control character stands in an address or the subject");
    Ok(())
}

fn header(name: &str, value: String) -> anyhow::Result<HeaderValue> {
    ensure!(value.is_ascii() && value.len() < 900, "{name} would not go over the wire as it is");
    refuse_control(&value)?;
    let name = HeaderName::new_from_ascii(name.to_string()).context("a header's name")?;
    // As it stands, in one line: lettre would fold within an address, and some mail servers break signatures of folded
    // List-Unsubscribe (outreach.md §3.1).
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value))
}

/// Bytes as they stand in a message: base64 in lines of 76.
pub fn base64_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / 38 + 2);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(76));
        lines.push_str(line);
        lines.push_str("\r\n");
        rest = after;
    }
    lines
}

impl Attachment {
    fn part(&self) -> anyhow::Result<SinglePart> {
        let body = Body::dangerous_pre_encoded(base64_lines(&self.bytes).into_bytes(), ContentTransferEncoding::Base64);
        Ok(SinglePart::builder()
            .header(ContentDisposition::attachment(&self.name))
            .header(ContentType::parse(&self.media_type).context("an attachment's media type")?)
            .body(body))
    }
}

/// The whole message, headers and all, as it goes over the wire.
pub fn compose(draft: Draft<'_>) -> anyhow::Result<Vec<u8>> {
    refuse_control(draft.subject)?;
    refuse_control(draft.message_id)?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(draft.at_ms.max(0) as u64);
    let mut builder = Message::builder()
        .from(draft.from)
        .to(Mailbox::new(None, recipient(draft.to)?))
        .subject(draft.subject)
        .date(at)
        .message_id(Some(format!("<{}>", draft.message_id)));
    if let Some(reply_to) = draft.reply_to {
        builder = builder.reply_to(reply_to);
    }
    if let Some(thread) = draft.thread {
        let answered = Thread::header(std::slice::from_ref(&thread.in_reply_to));
        if !answered.is_empty() {
            builder = builder.raw_header(header("In-Reply-To", answered)?).raw_header(header("References", Thread::header(&thread.references))?);
        }
    }
    match draft.list {
        // The same for what answers a message.
        None if draft.thread.is_some() => builder = builder.raw_header(header("Auto-Submitted", "auto-replied".into())?),
        // RFC 3834: keeps absence notes and other robots from answering.
        None => builder = builder.raw_header(header("Auto-Submitted", "auto-generated".into())?),
        Some(list) => {
            let mailbox = list.unsubscribe_mailbox.as_ref().map(|mailbox| format!(", <mailto:{mailbox}?subject=unsubscribe>")).unwrap_or_default();
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{}>{mailbox}", list.unsubscribe_url))?)
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into())?)
                .raw_header(header("List-Id", list.list_id.clone())?)
                .raw_header(header("Feedback-ID", list.feedback_id.clone())?);
        }
    }
    let plain = SinglePart::plain(draft.text.to_string());
    let files = draft.attachments.iter().map(Attachment::part).collect::<anyhow::Result<Vec<_>>>()?;
    let both = draft.html.map(|html| MultiPart::alternative_plain_html(draft.text.to_string(), html.to_string()));
    let message = match (both, files.is_empty()) {
        (None, true) => builder.singlepart(plain),
        (Some(both), true) => builder.multipart(both),
        (both, false) => {
            let mixed = MultiPart::mixed();
            let first = match both {
                Some(both) => mixed.multipart(both),
                None => mixed.singlepart(plain),
            };
            builder.multipart(files.into_iter().fold(first, MultiPart::singlepart))
        }
    };
    Ok(message.context("the message cannot be composed")?.formatted())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft<'a>(to: &'a str, subject: &'a str) -> Draft<'a> {
        Draft {
            message_id: "0193@firm.example",
            from: sender("sales@firm.example", "Фирма").unwrap(),
            reply_to: None,
            to,
            subject,
            text: "Добрый день!\r\n",
            html: None,
            attachments: &[],
            list: None,
            thread: None,
            at_ms: 1_768_467_600_000,
        }
    }

    #[test]
    fn a_message_has_each_header_once() {
        let text = String::from_utf8(compose(draft("buyer@customer.example", "Заказ 12")).unwrap()).unwrap();
        for header in ["From:", "To:", "Subject:", "Date:", "Message-ID:", "MIME-Version:", "Content-Type:", "Auto-Submitted:"] {
            assert_eq!(text.lines().filter(|line| line.starts_with(header)).count(), 1, "{header}\n{text}");
        }
        assert!(text.contains("Message-ID: <0193@firm.example>"), "{text}");
        assert!(text.contains("Date: Thu, 15 Jan 2026 09:00:00 +0000"), "{text}");
        assert!(text.to_lowercase().contains("content-type: text/plain; charset=utf-8"), "{text}");
        assert!(text.is_ascii() && text.lines().all(|line| line.len() < 998));
    }

    #[test]
    fn an_answer_says_what_it_answers() {
        let thread = Thread {
            in_reply_to: "a@customer.example".into(),
            references: vec!["0@customer.example".into(), "a\r\nBcc: x".into(), "a@customer.example".into()],
        };
        let text = String::from_utf8(compose(Draft { thread: Some(&thread), ..draft("buyer@customer.example", "Re: 12") }).unwrap()).unwrap();
        for line in ["In-Reply-To: <a@customer.example>", "References: <0@customer.example> <a@customer.example>", "Auto-Submitted: auto-replied"] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("Bcc"));
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(compose(draft("buyer@customer.example", "Order\r\nBcc: all@example.com")).is_err());
        assert!(compose(draft("buyer@customer.example\r\nRCPT TO:<x@example.com>", "Order")).is_err());
        assert!(compose(draft("nobody", "Order")).is_err());
        assert!(sender("sales@firm.example\nBcc: x@example.com", "").is_err());
    }
}

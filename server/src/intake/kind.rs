//! What a message is, by what it says of itself, and whether a program may answer it (RFC 3834).

use super::mime::Letter;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody wrote it.
    Letter,
    AutoReply,
    /// A mail of ours did not arrive, or says something of how it did.
    Bounce,
    /// It came by a list or was sent to many.
    List,
    /// Our own.
    Own,
    /// A complaint or a receipt for reading.
    Report,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::AutoReply => "auto_reply",
            Self::Bounce => "bounce",
            Self::List => "list",
            Self::Own => "own",
            Self::Report => "report",
        }
    }
}

/// Subjects of absence notes whose programs say so nowhere else.
const ABSENCE: [&str; 12] = [
    "out of office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "автоответ",
    "автоматический ответ",
    "автоматичен отговор",
    "отговор при отсъствие",
    "вне офиса",
    "abwesenheitsnotiz",
    "automatische antwort",
];
/// Subjects of bounces without the structure of one.
const UNDELIVERED: [&str; 10] = [
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "mail delivery failed",
    "failure notice",
    "returned mail",
    "недоставленное",
    "не доставлено",
    "не удалось доставить",
    "недоставено",
];

/// The part before the `@`.
fn local(address: &str) -> &str {
    address.split('@').next().unwrap_or_default()
}

fn is_system(address: &str) -> bool {
    matches!(local(address), "mailer-daemon" | "postmaster" | "mail-daemon" | "mailerdaemon")
}

/// Addresses nobody reads.
fn is_unread(address: &str) -> bool {
    let local = local(address);
    is_system(address)
        || ["noreply", "no-reply", "donotreply", "do-not-reply", "no_reply", "nobody"].iter().any(|word| local.starts_with(word))
        || local.ends_with("-request")
        || local.starts_with("owner-")
        || local.contains("bounce")
}

/// What a message is. `own` are the firm's addresses, in lower case.
pub fn kind(letter: &Letter, own: &[String]) -> Kind {
    let subject = letter.subject.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| subject.starts_with(word));
    let undelivered = UNDELIVERED.iter().any(|word| subject.contains(word));
    let nobody = letter.return_path.as_deref() == Some("");
    let automatic = !matches!(letter.auto_submitted.split(';').next().unwrap_or_default().trim(), "" | "no");
    match letter.report.as_str() {
        "delivery-status" => return Kind::Bounce,
        "" => {}
        _ => return Kind::Report,
    }
    if is_system(&letter.from) || (undelivered && (nobody || letter.from.is_empty())) {
        return Kind::Bounce;
    }
    // Before absence notes: our own mails say that a program wrote them.
    if own.contains(&letter.from) {
        return Kind::Own;
    }
    if automatic || letter.robot || letter.precedence == "auto_reply" || begins(&ABSENCE) {
        return Kind::AutoReply;
    }
    if nobody {
        return if undelivered { Kind::Bounce } else { Kind::AutoReply };
    }
    if letter.list || matches!(letter.precedence.as_str(), "bulk" | "list" | "junk") {
        return Kind::List;
    }
    Kind::Letter
}

/// Whether a program may write an answer: to people only, who wrote to us, and never to ourselves.
pub fn may_be_answered(letter: &Letter, own: &[String]) -> bool {
    let suppressed = letter.suppress.split(',').map(str::trim).any(|word| matches!(word, "all" | "autoreply" | "oof"));
    let unread = [Some(&letter.from), letter.return_path.as_ref()].into_iter().flatten().any(|address| is_unread(address));
    kind(letter, own) == Kind::Letter && !letter.from.is_empty() && !suppressed && !unread
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter { from: "buyer@customer.example".into(), return_path: Some("buyer@customer.example".into()), subject: "Заказ".into(), ..Letter::default() }
    }

    #[test]
    fn only_people_are_answered() {
        let own = ["orders@firm.example".to_string()];
        assert!(may_be_answered(&letter(), &own));
        let cases = [
            (Letter { auto_submitted: "auto-replied; owner-email=x".into(), ..letter() }, Kind::AutoReply),
            (Letter { auto_submitted: "no".into(), ..letter() }, Kind::Letter),
            (Letter { robot: true, ..letter() }, Kind::AutoReply),
            (Letter { precedence: "auto_reply".into(), ..letter() }, Kind::AutoReply),
            (Letter { subject: "Автоответ: отпуск".into(), ..letter() }, Kind::AutoReply),
            (Letter { return_path: Some(String::new()), ..letter() }, Kind::AutoReply),
            (Letter { return_path: Some(String::new()), subject: "Undeliverable: order".into(), ..letter() }, Kind::Bounce),
            (Letter { from: "mailer-daemon@mx.example".into(), ..letter() }, Kind::Bounce),
            (Letter { report: "delivery-status".into(), ..letter() }, Kind::Bounce),
            (Letter { report: "feedback-report".into(), ..letter() }, Kind::Report),
            (Letter { report: "disposition-notification".into(), ..letter() }, Kind::Report),
            (Letter { list: true, ..letter() }, Kind::List),
            (Letter { precedence: "bulk".into(), ..letter() }, Kind::List),
            (Letter { from: "orders@firm.example".into(), auto_submitted: "auto-generated".into(), ..letter() }, Kind::Own),
        ];
        for (letter, expected) in cases {
            assert_eq!(kind(&letter, &own), expected, "{letter:?}");
            assert!(expected == Kind::Letter || !may_be_answered(&letter, &own), "{letter:?}");
        }
        for letter in [
            Letter { from: "no-reply@customer.example".into(), ..letter() },
            Letter { return_path: Some("list-request@customer.example".into()), ..letter() },
            Letter { from: String::new(), ..letter() },
            Letter { suppress: "dr, oof".into(), ..letter() },
        ] {
            assert!(!may_be_answered(&letter, &own), "{letter:?}");
        }
    }
}

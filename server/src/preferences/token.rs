//! The links by which a reader unsubscribes and chooses, without log-in: the message's id and a signature over it and the
//! link's purpose. Nothing is stored; a link works as long as its message is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kontor_shared::ids::MessageId;
use uuid::Uuid;

use crate::secrets::Key;

/// Bytes of the signature: 128 bits.
const MAC: usize = 16;

/// The page a link opens; both know the same message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// One click, also by a mail program's own button.
    Unsubscribe,
    Preferences,
}

impl Page {
    const fn path(self) -> &'static str {
        match self {
            Self::Unsubscribe => "/u",
            Self::Preferences => "/preferences",
        }
    }
}

fn signed(message: MessageId) -> Vec<u8> {
    [b"mailing message ".as_slice(), message.0.as_bytes()].concat()
}

/// The token of a message: 43 signs.
pub fn token(key: &Key, message: MessageId) -> String {
    let signature = key.sign(&signed(message));
    URL_SAFE_NO_PAD.encode([message.0.as_bytes().as_slice(), &signature[..MAC]].concat())
}

/// The whole address of a link. The path stays below 60 signs: some mail servers fold longer headers and break their
/// signature (outreach.md §3.1).
pub fn address(public_url: &str, page: Page, key: &Key, message: MessageId) -> String {
    format!("{}{}/{}", public_url.trim_end_matches('/'), page.path(), token(key, message))
}

/// The message a token names, and whether its signature is ours. What is no token names no message, but names one all the
/// same: looking it up takes as long.
pub fn read(key: &Key, token: &str) -> (MessageId, bool) {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let id = bytes.get(..16).and_then(|id| Uuid::from_slice(id).ok()).unwrap_or_default();
    let message = MessageId(id);
    let whole = bytes.len() == 16 + MAC;
    let right = key.verifies(&signed(message), bytes.get(16..).unwrap_or(&[0; MAC]));
    (message, whole && right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_short_and_names_one_message() {
        let key = Key::for_tests();
        let message = MessageId::new(1_768_467_600_000, &[3; 10]);
        let text = token(&key, message);
        assert_eq!(read(&key, &text), (message, true));
        let address = address("https://firm.example/", Page::Preferences, &key, message);
        assert!(address.strip_prefix("https://firm.example").is_some_and(|path| path.len() < 60), "{address}");
        for at in 0..text.len() {
            let mut signs: Vec<char> = text.chars().collect();
            signs[at] = if signs[at] == 'A' { 'B' } else { 'A' };
            let altered: String = signs.into_iter().collect();
            assert!(altered == text || !read(&key, &altered).1, "{altered}");
        }
        for wrong in ["", "x", &text[..42], &format!("{text}A"), "ы"] {
            assert!(!read(&key, wrong).1, "{wrong}");
        }
    }
}

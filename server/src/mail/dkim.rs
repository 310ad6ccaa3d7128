//! DKIM signatures (RFC 6376, RFC 8463), relaxed in header and body, over ring's RSA or Ed25519.
//!
//! lettre's own signer hashes a header that it folds otherwise afterwards, and signs with RSA in 10 ms (outreach.md §3.2);
//! mail-auth signs with the same slow RSA or builds a second C library. What is signed here is what `compose` wrote, byte
//! by byte, so nothing is folded in between. Content-Type is left out: gateways rewrite it.

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use sha2::{Digest, Sha256};

use super::settings::Dkim;
use crate::secrets::Key;

/// Signed where they stand; `from` once more than it stands, so that nobody adds a second one.
const SIGNED: [&str; 12] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-id",
    "feedback-id",
    "auto-submitted",
];

/// The two kinds of keys receivers know. Every receiver verifies RSA; few verify Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rsa,
    Ed25519,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Signs for one domain.
pub struct Signer {
    domain: String,
    selector: String,
    pair: Pair,
}

/// A new private key, PKCS#8.
pub fn new_key(kind: Kind) -> anyhow::Result<Vec<u8>> {
    match kind {
        Kind::Ed25519 => Ok(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("cannot make a key")?.as_ref().to_vec()),
        // ring signs with RSA and makes no RSA keys.
        Kind::Rsa => {
            let key = rsa::PrivateKey::new(&mut SystemSource, 2048).context("cannot make a key")?;
            Ok(key.to_pkcs8_der().context("cannot write the key")?.as_bytes().to_vec())
        }
    }
}

/// The text of the DNS record that lets receivers verify.
pub fn dns_record(pkcs8: &[u8]) -> anyhow::Result<String> {
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8) {
        return Ok(format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key().as_ref())));
    }
    let key = rsa::PrivateKey::from_pkcs8_der(pkcs8).context("the DKIM key cannot be read")?;
    let public = key.to_public_key().to_public_key_der().context("the DKIM key cannot be written")?;
    Ok(format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_bytes())))
}

/// Seals a private key as the settings keep it.
pub fn seal(key: &Key, domain: &str, selector: &str, pkcs8: &[u8]) -> anyhow::Result<Dkim> {
    ensure!(is_name(domain) && domain.contains('.'), "{domain} is no domain");
    ensure!(is_name(selector), "{selector} is no selector");
    let sealed_key = STANDARD.encode(key.seal(pkcs8, format!("dkim {domain}").as_bytes())?);
    Ok(Dkim { domain: domain.into(), selector: selector.into(), sealed_key })
}

/// Letters, digits, hyphens and points in lower case: what stands in a DNS name and breaks no header.
fn is_name(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
}

impl Signer {
    pub fn open(key: &Key, settings: &Dkim) -> anyhow::Result<Self> {
        let sealed = STANDARD.decode(&settings.sealed_key).context("the DKIM key is no base64")?;
        let pkcs8 = key.open(&sealed, format!("dkim {}", settings.domain).as_bytes()).context("the DKIM key")?;
        Self::new(&settings.domain, &settings.selector, &pkcs8)
    }

    pub fn new(domain: &str, selector: &str, pkcs8: &[u8]) -> anyhow::Result<Self> {
        let pair = match Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8) {
            Ok(pair) => Pair::Ed25519(pair),
            Err(_) => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).ok().context("the DKIM key cannot be read")?)),
        };
        Ok(Self { domain: domain.into(), selector: selector.into(), pair })
    }

    /// The message with its signature before the other headers. `at` is in Unix seconds.
    pub fn sign(&self, message: &[u8], at: i64) -> anyhow::Result<Vec<u8>> {
        let (head, body) = split(message).context("the message has no headers")?;
        let headers = unfolded(head)?;
        let mut names = vec!["from"];
        names.extend(SIGNED.iter().filter(|name| headers.iter().any(|(known, _)| known == *name)));
        let algorithm = match &self.pair {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        };
        let unsigned = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n t={at}; h={};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            names.join(":\r\n "),
            STANDARD.encode(Sha256::digest(relaxed_body(body)))
        );
        let mut signed = String::new();
        for name in SIGNED {
            // A name that is listed once more than it stands adds nothing to what is signed (RFC 6376 §5.4.2).
            for (_, value) in headers.iter().rev().filter(|(known, _)| known == name) {
                signed.push_str(&format!("{name}:{value}\r\n"));
            }
        }
        signed.push_str(&format!("dkim-signature:{}", relaxed(&unsigned.replace("\r\n", ""))));
        let signature = self.signature(signed.as_bytes())?;
        let folded = signature.as_bytes().chunks(70).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("\r\n ");
        Ok([b"DKIM-Signature: ", unsigned.as_bytes(), folded.as_bytes(), b"\r\n", message].concat())
    }

    fn signature(&self, signed: &[u8]) -> anyhow::Result<String> {
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let mut bytes = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut bytes).ok().context("cannot sign")?;
                STANDARD.encode(bytes)
            }
            // RFC 8463 signs the hash.
            Pair::Ed25519(pair) => STANDARD.encode(pair.sign(&Sha256::digest(signed)).as_ref()),
        })
    }
}

fn split(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = message.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((&message[..at + 2], &message[at + 4..]))
}

/// Headers in their order: the name in lower case, the value in relaxed form.
fn unfolded(head: &[u8]) -> anyhow::Result<Vec<(String, String)>> {
    let text = std::str::from_utf8(head).context("a header is not UTF-8")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in text.split_terminator("\r\n") {
        if line.starts_with([' ', '\t']) {
            headers.last_mut().context("the first header is folded")?.1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').context("a header has no colon")?;
            headers.push((name.trim_end().to_ascii_lowercase(), value.to_string()));
        }
    }
    for (_, value) in &mut headers {
        *value = relaxed(value);
    }
    Ok(headers)
}

/// Runs of spaces and tabs as one space, none at either end.
fn relaxed(text: &str) -> String {
    text.split([' ', '\t']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// RFC 6376 §3.4.4: runs of white space in a line become one space, none at its end, no empty lines at the body's end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(body.len() + 2);
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut space = false;
        for byte in line {
            if matches!(byte, b' ' | b'\t') {
                space = true;
                continue;
            }
            if space {
                relaxed.push(b' ');
                space = false;
            }
            relaxed.push(*byte);
        }
        relaxed.extend_from_slice(b"\r\n");
    }
    while relaxed.ends_with(b"\r\n\r\n") {
        relaxed.truncate(relaxed.len() - 2);
    }
    if relaxed == b"\r\n" { Vec::new() } else { relaxed }
}

/// The operating system's randomness, as `rsa` asks for it.
struct SystemSource;

impl rsa::rand_core::TryRng for SystemSource {
    type Error = getrandom::Error;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        getrandom::u32()
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        getrandom::u64()
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        getrandom::fill(bytes)
    }
}
impl rsa::rand_core::TryCryptoRng for SystemSource {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_headers_are_relaxed_as_the_rfc_shows() {
        // RFC 6376 §3.4.5.
        let head = unfolded(b"A: X\r\nB : Y\t\r\n\tZ  \r\n").unwrap();
        assert_eq!(head, [("a".into(), "X".into()), ("b".into(), "Y Z".into())]);
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"no line end"), b"no line end\r\n");
    }

    #[test]
    fn names_that_would_break_a_header_are_refused() {
        let key = crate::secrets::Key::for_tests();
        assert!(seal(&key, "firm.example", "k1", b"x").is_ok());
        for domain in ["", "firm", "firm.example; x=y", "Firm.example", "фирма.рф", "firm..example"] {
            assert!(seal(&key, domain, "k1", b"x").is_err(), "{domain}");
        }
    }
}

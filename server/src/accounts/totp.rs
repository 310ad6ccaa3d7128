//! Codes that change every thirty seconds (RFC 6238 over RFC 4226, SHA-1, six digits: what every authenticator reads),
//! the picture that carries a secret to a telephone, and the recovery codes for whoever lost it.

use anyhow::Context;
use qrcodegen::{QrCode, QrCodeEcc};
use ring::hmac;

use crate::time::random;

/// Bytes of a secret (RFC 4226 §4, R6: 160 bits are recommended).
pub const SECRET_BYTES: usize = 20;
const STEP_MS: i64 = 30_000;
const RECOVERY_CODES: usize = 10;

/// The six digits of a time step.
fn digits(secret: &[u8], step: i64) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 0xf);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// The step a code belongs to, if it is of now or one step away: clocks differ, and typing takes time. All three are
/// compared, each in constant time.
pub fn step_of(secret: &[u8], code: &str, now_ms: i64) -> Option<i64> {
    let now = now_ms / STEP_MS;
    let mut found = None;
    for step in now - 1..=now + 1 {
        let right = digits(secret, step);
        let differs = right.bytes().zip(code.bytes()).fold((right.len() ^ code.len()) as u8, |differs, (one, other)| differs | (one ^ other));
        if differs == 0 {
            found = Some(step);
        }
    }
    found
}

/// The code of an instant; for tests and the command line's own check.
pub fn code_at(secret: &[u8], now_ms: i64) -> String {
    digits(secret, now_ms / STEP_MS)
}

/// A code as people type it, without blanks and hyphens.
pub fn plain(code: &str) -> String {
    code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect::<String>().to_uppercase()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 base32 without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(BASE32[(bits >> held) as usize & 31]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(BASE32[(bits << (5 - held)) as usize & 31]));
    }
    text
}

/// In groups of `size`, parted by `with`.
pub fn grouped(text: &str, size: usize, with: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(size).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(with)
}

/// The address an authenticator reads (the Key Uri Format all of them follow).
pub fn uri(issuer: &str, login: &str, secret: &[u8]) -> String {
    let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    // A colon parts issuer and account.
    let issuer = issuer.replace(':', " ");
    let issuer = if issuer.trim().is_empty() { "Kontor" } else { issuer.trim() };
    format!("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits=6&period=30", encoded(issuer), encoded(login), base32(secret))
}

/// The QR code of a text, black on white whatever the page's colours are: a camera reads no dark mode.
pub fn svg(text: &str) -> anyhow::Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok().context("too long for a QR code")?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + 4, y + 4));
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0,0h{0}v{0}H0z\"/><path d=\"{path}\"/></svg>",
        size + 8
    ))
}

/// Ten new recovery codes of 120 bits: `K7Q2MA-…`, four groups of six.
pub fn recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| grouped(&base32(&random::<15>()), 6, "-")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_4226_and_6238_hold() {
        // RFC 4226, appendix D.
        let expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (count, code) in expected.iter().enumerate() {
            assert_eq!(digits(SECRET, count as i64), *code, "{count}");
        }
        // RFC 6238, appendix B, SHA-1, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, seconds * 1000), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_around_now() {
        let code = code_at(SECRET, 1_234_567_890_000);
        let step = 1_234_567_890_000 / STEP_MS;
        for (later, expected) in [(-60_000, None), (-30_000, Some(step)), (0, Some(step)), (30_000, Some(step)), (60_000, None)] {
            assert_eq!(step_of(SECRET, &code, 1_234_567_890_000 + later), expected, "{later}");
        }
        for wrong in ["", "00592", "0059244", "005925", "Ⅽ05924"] {
            assert_eq!(step_of(SECRET, wrong, 1_234_567_890_000), None, "{wrong:?}");
        }
        assert_eq!(plain(" 005 924 "), "005924");
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(recovery_codes()[0].len(), 27);
    }

    #[test]
    fn the_address_names_firm_and_log_in() {
        let uri = uri("Roses: Ltd", "anna@roses.example", b"foobar");
        assert_eq!(uri, "otpauth://totp/Roses%20%20Ltd:anna%40roses%2Eexample?secret=MZXW6YTBOI&issuer=Roses%20%20Ltd&algorithm=SHA1&digits=6&period=30");
        let svg = svg(&uri).unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("script") && svg.len() < 40_000, "{}", svg.len());
    }
}

//! Who sent it. `From:` proves nothing. A form's own secret does, which only the sheet that went to the customer has; and so
//! does a signature of the sender's domain that the firm's own receiving server checked, where the sender is one of the
//! customer's people.

use kontor_shared::form::{Workbook, identity};

use super::mime::Letter;
use super::text;
use crate::auth::hex;
use crate::daily::DAY_MS;
use crate::secrets::Key;

/// What proves who sent a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The secret in the form's hidden sheet.
    Token,
    /// A signature of the domain of a person of the customer's.
    Signed,
}

impl Evidence {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Signed => "signed",
        }
    }
}

/// The key of the hidden sheet that holds the secret.
pub const TOKEN: &str = "token";
/// Bytes of a form's secret.
const TOKEN_BYTES: usize = 16;
/// So long after a form was issued its secret speaks for the customer, half a year: people leave a firm, and files are passed
/// on. Of an older one the customer says by a link that the order is its own. Forms of a mailing are issued when its
/// recipients are fixed, whenever it goes out.
const TOKEN_LASTS_MS: i64 = 183 * DAY_MS;

/// The secret of a form; nobody without the firm's master secret can make it, and it need not be stored.
pub fn token(key: &Key, form: &str) -> String {
    hex(&key.sign(form.as_bytes())[..TOKEN_BYTES])
}

/// Whether a sheet that came back proves by its form's secret who sent it; the form was issued at `issued` (Unix milliseconds).
pub fn is_proved(key: &Key, book: &Workbook, form: &str, issued: i64, now: i64) -> bool {
    now - issued <= TOKEN_LASTS_MS && holds_token(key, book, form)
}

/// Whether a sheet that came back holds its form's secret.
fn holds_token(key: &Key, book: &Workbook, form: &str) -> bool {
    let Some(said) = identity::meta(book, TOKEN) else { return false };
    let said = said.trim();
    let bytes: Option<Vec<u8>> = (said.len() == TOKEN_BYTES * 2 && said.is_ascii())
        .then(|| (0..TOKEN_BYTES).map(|at| u8::from_str_radix(&said[at * 2..at * 2 + 2], 16).ok()).collect())
        .flatten();
    bytes.is_some_and(|bytes| key.verifies(form.as_bytes(), &bytes))
}

/// Whether the firm's own server says that the domain of the sender signed the message (RFC 8601). `server` is the name it
/// writes; only the topmost header of that name counts, for the sender can have written others below it.
pub fn is_signed(letter: &Letter, server: &str) -> bool {
    let Some((_, domain)) = letter.from.split_once('@') else { return false };
    let read: Vec<Vec<String>> = letter.authentication.iter().filter_map(|header| results(header)).collect();
    let Some(topmost) = read.iter().find(|parts| named(parts).eq_ignore_ascii_case(server)) else { return false };
    topmost.iter().skip(1).any(|result| {
        let mut words = result.split_whitespace();
        let passed = words.next().is_some_and(|word| word.eq_ignore_ascii_case("dkim=pass"));
        let signer = words.find_map(|word| word.strip_prefix("header.d=")).map(str::to_ascii_lowercase);
        passed && signer.is_some_and(|signer| aligned(domain, &signer))
    })
}

/// The name of the server that wrote the results: the first word, a version may follow.
fn named(results: &[String]) -> &str {
    results.first().and_then(|first| first.split_whitespace().next()).unwrap_or_default()
}

/// Whether a signature of `signer` speaks for an address at `domain`: its own, or the domain above it.
fn aligned(domain: &str, signer: &str) -> bool {
    signer.contains('.') && (domain == signer || domain.strip_suffix(signer).is_some_and(|above| above.ends_with('.')))
}

/// The parts of a header of results, without comments. What stands in quotes is one value and holds no part, no blank and no
/// property: servers repeat there what the sender wrote. None where a quote or a comment does not end, or one ends that did not begin.
fn results(header: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    for (sign, quoted) in text::signs(header)? {
        let part = parts.last_mut()?;
        match sign {
            // Of a domain in quotes the letters count.
            sign if quoted => part.push(if sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-') { sign } else { '_' }),
            ')' => return None,
            ';' => parts.push(String::new()),
            sign => part.push(sign),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_servers_word_about_the_senders_domain_counts() {
        let check = |from: &str, headers: &[&str]| {
            let letter = Letter { from: from.into(), authentication: headers.iter().map(ToString::to_string).collect(), ..Letter::default() };
            is_signed(&letter, "mx.firm.example")
        };
        let from = "buyer@customer.example";
        assert!(check(from, &["mx.firm.example; spf=pass smtp.mailfrom=x; dkim=pass (2048-bit key) header.d=customer.example header.s=k1"]));
        assert!(check(from, &["mx.firm.example; dkim=pass (2048-bit key; secure) header.d=customer.example header.i=@customer.example header.b=\"Fq3y+K;P\""]));
        assert!(check("buyer@shop.customer.example", &["MX.firm.example 1; dkim=pass header.d=Customer.example"]));
        for headers in [
            &["mx.firm.example; dkim=fail header.d=customer.example"][..],
            &["mx.firm.example; dkim=pass header.d=other.example"],
            &["mx.firm.example; dkim=pass header.d=omer.example"],
            &["mx.firm.example; dkim=pass header.d=example"],
            &["mx.other.example; dkim=pass header.d=customer.example"],
            &["mx.firm.example; none (dkim=pass header.d=customer.example)"],
            // What the sender called itself, repeated by the server.
            &["mx.firm.example; spf=pass smtp.mailfrom=\"x; dkim=pass header.d=customer.example;\"@other.example"],
            &["mx.firm.example; spf=pass smtp.mailfrom=\"x\\\"; dkim=pass header.d=customer.example;\"@other.example"],
            &["mx.firm.example; spf=pass (sender is x\\); dkim=pass header.d=customer.example) smtp.mailfrom=other.example"],
            &["mx.firm.example; spf=pass smtp.mailfrom==?a?Q?=3Bdkim=pass_header.d=customer.example=3B?=@other.example"],
            &["mx.firm.example; spf=pass smtp.mailfrom=\"x; dkim=pass header.d=customer.example"],
            // What the sender wrote stands below what the server wrote.
            &["mx.firm.example; dkim=none", "mx.firm.example; dkim=pass header.d=customer.example"],
            &[],
        ] {
            assert!(!check(from, headers), "{headers:?}");
        }
        assert!(!check("", &["mx.firm.example; dkim=pass header.d=customer.example"]));
    }

    #[test]
    fn a_token_is_of_one_form() {
        use kontor_shared::form::{Cell, Row, Sheet};
        let key = Key::for_tests();
        let book = |token: &str| {
            let row = |number: u32, key: &str, value: &str| Row { number, cells: vec![Cell::Text(key.into()), Cell::Text(value.into())], formulas: 0 };
            Workbook {
                sheets: vec![Sheet { name: "_meta".into(), visible: false, rows: vec![row(1, "form_id", "7K2Q9-M3T4V"), row(2, TOKEN, token)] }],
                ..Workbook::default()
            }
        };
        assert!(holds_token(&key, &book(&token(&key, "7K2Q9-M3T4V")), "7K2Q9-M3T4V"));
        assert!(!holds_token(&key, &book(&token(&key, "AAAAA-BBBB1")), "7K2Q9-M3T4V"));
        for wrong in ["", "00", "zz", &"é".repeat(16)] {
            assert!(!holds_token(&key, &book(wrong), "7K2Q9-M3T4V"));
        }
    }
}

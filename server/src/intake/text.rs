//! Text of a message as its sender meant it: charsets under the names people give them, encoded words, raw eight-bit headers.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{Encoding, KOI8_R, UTF_8, WINDOWS_1251};

const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A charset by its name, the ways people misspell it included.
pub fn charset(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let known = match label.as_str() {
        "cp-1251" | "win-1251" | "win1251" | "windows1251" | "windows-cp1251" | "cp1251-windows" => "windows-1251",
        "koi8r" | "koi-8-r" | "koi8_r" => "koi8-r",
        "koi8u" => "koi8-u",
        "utf" | "utf_8" | "utf8mb4" | "unicode-1-1-utf-8" => "utf-8",
        "cp-866" | "dos-866" => "ibm866",
        "latin-1" => "iso-8859-1",
        other => other,
    };
    Encoding::for_label(known.as_bytes())
}

/// Bytes in the charset that was named, or in whichever they seem to be.
pub fn decode(bytes: &[u8], label: Option<&str>) -> String {
    // What says it is ASCII and is not was written by a program that says so of everything.
    let named = label.filter(|label| !label.eq_ignore_ascii_case("us-ascii")).and_then(charset);
    let encoding = match named {
        Some(encoding) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => guess(bytes),
    };
    encoding.decode_without_bom_handling(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).0.into_owned()
}

/// Which of the two Cyrillic charsets eight-bit text is in. In both a word is mostly small letters, which lie in each other's
/// place: the right reading is the one with fewer capitals inside words.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let score = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling(bytes).0;
        let mut before = ' ';
        let mut bad = 0_i64;
        for sign in text.chars() {
            let odd = !sign.is_alphabetic() && !sign.is_ascii() && !matches!(sign, '№' | '«' | '»' | '—' | '–' | '“' | '”' | '„' | '\u{a0}');
            bad += i64::from(odd) * 2 + i64::from(before.is_lowercase() && sign.is_uppercase()) - i64::from(before.is_alphabetic() && sign.is_lowercase());
            before = sign;
        }
        bad
    };
    if score(KOI8_R) < score(WINDOWS_1251) { KOI8_R } else { WINDOWS_1251 }
}

/// base64 with whatever else stands among it.
pub fn base64(text: &[u8]) -> Vec<u8> {
    let mut clean: Vec<u8> = text.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    // A single sign at the end carries no byte.
    if clean.len() % 4 == 1 {
        clean.pop();
    }
    LENIENT.decode(&clean).unwrap_or_default()
}

/// The Q of RFC 2047.
fn q(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'_' => bytes.push(b' '),
            b'=' => match text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    at += 2;
                }
                None => bytes.push(b'='),
            },
            other => bytes.push(other),
        }
        at += 1;
    }
    bytes
}

/// An encoded word at the start of a text: its charset, its bytes, and what follows.
fn encoded_word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let rest = text.strip_prefix("=?")?;
    let (charset, rest) = rest.split_once('?')?;
    let (how, rest) = rest.split_once('?')?;
    let (content, after) = rest.split_once("?=")?;
    if charset.is_empty() || charset.len() > 40 || charset.contains(char::is_whitespace) {
        return None;
    }
    let bytes = match how {
        "B" | "b" => base64(content.as_bytes()),
        "Q" | "q" => q(content.as_bytes()),
        _ => return None,
    };
    // RFC 2231 puts a language behind the charset.
    Some((charset.split('*').next().unwrap_or(charset), bytes, after))
}

/// A header as its sender meant it. Words of one charset that stand together are put together first: some programs cut a letter
/// in two between them.
pub fn header(raw: &[u8]) -> String {
    let text = decode(raw, None).replace(['\r', '\n'], "");
    let mut said = String::with_capacity(text.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = text.as_str();
    loop {
        let start = rest.find("=?");
        let between = &rest[..start.unwrap_or(rest.len())];
        let word = start.and_then(|at| encoded_word(&rest[at..]));
        // Blanks between two encoded words are not part of the text.
        if !(word.is_some() && pending.is_some() && between.chars().all(char::is_whitespace)) {
            if let Some((charset, bytes)) = pending.take() {
                said.push_str(&decode(&bytes, Some(&charset)));
            }
            said.push_str(between);
        }
        match (start, word) {
            (_, Some((charset, bytes, after))) => {
                match &mut pending {
                    Some((known, together)) if known.eq_ignore_ascii_case(charset) => together.extend(bytes),
                    _ => {
                        if let Some((known, together)) = pending.replace((charset.to_string(), bytes)) {
                            said.push_str(&decode(&together, Some(&known)));
                        }
                    }
                }
                rest = after;
            }
            (Some(at), None) => {
                if let Some((charset, bytes)) = pending.take() {
                    said.push_str(&decode(&bytes, Some(&charset)));
                }
                said.push_str("=?");
                rest = &rest[at + 2..];
            }
            (None, None) => break,
        }
    }
    if let Some((charset, bytes)) = pending {
        said.push_str(&decode(&bytes, Some(&charset)));
    }
    said.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect::<String>().trim().to_string()
}

/// The addresses of a header, in lower case. Those in angle brackets count where there are any: a name may look like an address.
pub fn addresses(header: &str) -> Vec<String> {
    const MOST: usize = 50;
    let bracketed: Vec<String> = header.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(inner, _)| inner.trim().to_lowercase()).collect();
    let found: Vec<String> = match bracketed.iter().any(|text| is_address(text)) {
        true => bracketed,
        false => header.split([',', ';', ' ', '\t', '(', ')', '<', '>', '"']).map(|word| word.trim().to_lowercase()).collect(),
    };
    let mut taken: Vec<String> = Vec::new();
    for address in found.into_iter().filter(|text| is_address(text)) {
        if !taken.contains(&address) && taken.len() < MOST {
            taken.push(address);
        }
    }
    taken
}

/// A header to the byte, on one line: what is encoded in it stays so, for decoded it may say what its grammar does not.
pub fn raw(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|sign| !sign.is_control()).collect()
}

/// The one address of a raw `From`, in lower case (RFC 5322 §3.4); none where it names none, several, or another one beside it:
/// whoever reads it could take either. Names in quotes and comments are no part of the address.
pub fn sender(raw: &str) -> Option<String> {
    let bare: String = signs(raw)?.into_iter().filter(|(sign, quoted)| !quoted && *sign != ')').map(|(sign, _)| sign).collect();
    let words = bare.split(|sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | ',' | ';' | ':'));
    let mut found: Vec<String> = words.filter(|word| is_address(word)).map(str::to_lowercase).collect();
    found.dedup();
    <[String; 1]>::try_from(found).ok().map(|[one]| one)
}

/// The signs of a structured header outside its comments, each with whether it stands in quotes (RFC 5322 §3.2). What is escaped
/// there is left out, and a bracket that ends no comment stays. None where a quote or a comment does not end: it hides the rest.
pub fn signs(header: &str) -> Option<Vec<(char, bool)>> {
    let mut found = Vec::with_capacity(header.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for sign in header.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            sign => found.push((sign, quoted)),
        }
    }
    (depth == 0 && !quoted).then_some(found)
}

fn is_address(text: &str) -> bool {
    let inner = text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    inner && text.len() <= 254 && !text.contains(|sign: char| sign.is_whitespace() || sign.is_control() || "<>,;\"()\\".contains(sign))
}

/// The ids of a header such as `References`, without their brackets.
pub fn message_ids(header: &str) -> Vec<String> {
    let inside = header.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(inner, _)| inner.trim());
    inside.filter(|id| !id.is_empty() && id.len() <= 500 && !id.contains(|sign: char| sign.is_whitespace() || sign.is_control())).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_however_they_are_encoded() {
        let cases: [(&[u8], &str); 10] = [
            ("Заказ".as_bytes(), "Заказ"),
            (b"=?utf-8?B?0JfQsNC60LDQtw==?=", "Заказ"),
            (b"=?cp-1251?Q?=C7=E0=EA=E0=E7?= 12", "Заказ 12"),
            (b"=?koi8r?b?+sHLwdo=?=", "Заказ"),
            // A letter cut in two between words.
            (b"=?utf-8?Q?=D0=97=D0=B0=D0?=\r\n =?utf-8?Q?=BA=D0=B0=D0=B7?=", "Заказ"),
            (b"\xc7\xe0\xea\xe0\xe7 \xee\xf2 \xee\xef\xf2\xee\xe2\xe8\xea\xe0", "Заказ от оптовика"),
            (b"\xfa\xc1\xcb\xc1\xda \xcf\xd4 \xcf\xd0\xd4\xcf\xd7\xc9\xcb\xc1", "Заказ от оптовика"),
            (b"=?broken", "=?broken"),
            (b"a =?utf-8?Q?b?= c", "a b c"),
            (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ];
        for (raw, expected) in cases {
            assert_eq!(header(raw), expected);
        }
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_a_name() {
        assert_eq!(addresses("\"boss@firm.example\" <Evil@Other.example>"), ["evil@other.example"]);
        assert_eq!(addresses("a@b.example, c@d.example"), ["a@b.example", "c@d.example"]);
        assert_eq!(addresses("undisclosed-recipients:;"), Vec::<String>::new());
        assert_eq!(addresses("<>"), Vec::<String>::new());
    }

    #[test]
    fn a_sender_is_one_address_whatever_stands_round_it() {
        for (raw, expected) in [
            ("Buyer <buyer@Customer.example>", Some("buyer@customer.example")),
            ("buyer@customer.example", Some("buyer@customer.example")),
            ("\"Buyer, Ltd. <x@y.example>\" <buyer@customer.example>", Some("buyer@customer.example")),
            ("buyer@customer.example <buyer@customer.example>", Some("buyer@customer.example")),
            ("=?utf-8?Q?=3Cbuyer=40customer.example=3E?= <evil@other.example>", Some("evil@other.example")),
            ("evil@other.example (<buyer@customer.example>)", Some("evil@other.example")),
            // Two readings, or two senders.
            ("<buyer@customer.example> evil@other.example", None),
            ("buyer@customer.example <evil@other.example>", None),
            ("a@x.example, b@y.example", None),
            ("\"buyer@customer.example <evil@other.example>", None),
            ("\"a\\\" <x@y.example>\" <evil@other.example>", Some("evil@other.example")),
            ("(a (b) c\\) <x@y.example>) <evil@other.example>", Some("evil@other.example")),
            ("undisclosed-recipients:;", None),
            ("", None),
        ] {
            assert_eq!(sender(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn rubbish_in_base64_is_passed_over() {
        assert_eq!(base64(b"SGVs\r\n!!*bG8=\r\n-- \r\n"), b"Hello");
        assert_eq!(base64(b"SGVsbG8"), b"Hello");
    }
}

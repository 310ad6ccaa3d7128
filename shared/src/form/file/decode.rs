//! Bytes as text: what is none is named, the encoding is found, and broken text is refused with its place, never guessed.

use encoding_rs::{Encoding, IBM866, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::Refusal;

/// A whole file as text, with the encoding's name. What is no table by its first bytes is refused by what it is.
pub fn table(bytes: &[u8]) -> Result<(String, &'static str), Refusal> {
    if let Some(what) = foreign_type(bytes) {
        return Err(("wrong_type", format!("this is {what}, not a table: CSV or XLSX is read here")));
    }
    let (text, encoding) = decode(bytes)?;
    if let Some(at) = text.bytes().position(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a)) {
        return Err(("wrong_type", format!("not text: a control character at byte {at}")));
    }
    Ok((text, encoding))
}

fn foreign_type(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 9] = [
        (b"%PDF", "a PDF"),
        (&[0xd0, 0xcf, 0x11, 0xe0], "an old Excel or Word file (save it as .xlsx)"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"<?xml", "an XML file"),
        (b"{\\rtf", "an RTF document"),
    ];
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    known.into_iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| what)
}

/// The text and the encoding's name.
pub fn decode(bytes: &[u8]) -> Result<(String, &'static str), Refusal> {
    let utf16: Option<&'static Encoding> = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken { Err(("bad_encoding", "broken UTF-16".into())) } else { Ok((text.into_owned(), "UTF-16")) };
    }
    if bytes.contains(&0) {
        let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
        return Err(("wrong_type", format!("not text: a zero byte at byte {at}")));
    }
    let (with_mark, body) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    let broken = match std::str::from_utf8(body) {
        Ok(text) => return Ok((text.to_string(), if with_mark { "UTF-8 with byte order mark" } else { "UTF-8" })),
        Err(error) => error.valid_up_to(),
    };
    if !with_mark
        && !mostly_utf8(body)
        && let Some(found) = guess_cyrillic(body)
    {
        return Ok(found);
    }
    let row = body[..broken].iter().filter(|byte| **byte == b'\n').count() + 1;
    let at = broken + if with_mark { 3 } else { 0 };
    Err(("bad_encoding", format!("broken UTF-8 in row {row}, byte {at}; save the file as UTF-8 or windows-1251")))
}

/// Whether most bytes above ASCII stand in whole UTF-8 sequences: then the file is broken UTF-8, not another encoding.
/// In windows-1251 and CP866 text such sequences are chance.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let mut whole = 0;
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().bytes().filter(|byte| *byte >= 0x80).count();
    }
    whole * 10 >= high * 6
}

/// windows-1251 or CP866 by what the letters look like; nothing where neither reads as Cyrillic text.
fn guess_cyrillic(bytes: &[u8]) -> Option<(String, &'static str)> {
    // A megabyte of letters decides as well as a hundred.
    let sample = &bytes[..bytes.len().min(1 << 20)];
    let score = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(sample);
        plausibility(&text)
    };
    let (windows, dos) = (score(WINDOWS_1251), score(IBM866));
    let (encoding, label, best) = if windows >= dos { (WINDOWS_1251, "windows-1251", windows) } else { (IBM866, "CP866", dos) };
    if best <= 0.5 {
        return None;
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (!broken).then(|| (text.into_owned(), label))
}

/// How much a text reads like Russian or Bulgarian: per character above ASCII, from −2 to about 2.
fn plausibility(text: &str) -> f64 {
    let mut score = 0.0;
    let mut high = 0_u32;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if !c.is_ascii() {
            high += 1;
            let beside_latin = before.is_ascii_alphabetic() || letters.peek().is_some_and(char::is_ascii_alphabetic);
            score += match c {
                // No word mixes alphabets: "café" in Latin-1 reads as "cafй" here, "Äpfel" as "Дpfel".
                'А'..='я' | 'Ё' | 'ё' if beside_latin => -2.0,
                'о' | 'е' | 'а' | 'и' | 'н' | 'т' | 'с' | 'р' | 'в' | 'л' => 2.0,
                'а'..='я' | 'ё' => 1.0,
                // An upper-case letter stands at the start of a word or among its like.
                'А'..='Я' | 'Ё' if before.is_lowercase() => -2.0,
                'А'..='Я' | 'Ё' => 1.0,
                '№' | '«' | '»' | '–' | '—' | '°' | '\u{a0}' | '²' | '±' | '…' | '“' | '”' | '„' | '€' | '®' | '™' | '·' => 0.0,
                _ => -2.0,
            };
        }
        before = c;
    }
    if high == 0 { 0.0 } else { score / f64::from(high) }
}

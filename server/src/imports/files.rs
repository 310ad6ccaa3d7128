//! Foreign files as text: unpacking within bounds, telling what a file is by its first bytes, and finding the
//! encoding. Broken text is refused with its place, never guessed.

use std::io::Read;

use encoding_rs::{Encoding, IBM866, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::ImportError;

/// Largest file taken as it comes; larger ones come packed.
pub const LARGEST_FILE: usize = 32 << 20;
/// Most bytes a packed file may unpack to.
const LARGEST_UNPACKED: u64 = 256 << 20;
/// A file that unpacks to more than this many times its size is a bomb, beyond the first megabytes.
const LARGEST_RATIO: u64 = 500;

/// A file as it came: its name and bytes.
pub struct SourceFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a file holds.
pub enum Content {
    Text {
        text: String,
        encoding: &'static str,
    },
    /// A workbook, to be opened in the limited child process.
    Workbook(Vec<u8>),
}

fn refused(code: &'static str, name: &str, detail: impl std::fmt::Display) -> ImportError {
    ImportError::Refused { code, detail: format!("{name}: {detail}") }
}

/// Unpacks and decodes a file.
pub fn read(file: SourceFile) -> Result<Content, ImportError> {
    let SourceFile { name, bytes } = file;
    if bytes.len() > LARGEST_FILE {
        return Err(refused("too_large", &name, format_args!("larger than {} MiB; pack it with gzip or zstd, or split it", LARGEST_FILE >> 20)));
    }
    let bytes = unpack(&name, bytes)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(refused("empty_file", &name, "the file is empty"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Content::Workbook(bytes));
    }
    if let Some(what) = foreign_type(&bytes) {
        return Err(refused("wrong_type", &name, format_args!("this is {what}, not a table: CSV or XLSX is read here")));
    }
    let (text, encoding) = decode(&name, &bytes)?;
    if let Some(at) = text.bytes().position(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a)) {
        return Err(refused("wrong_type", &name, format_args!("not text: a control character at byte {at}")));
    }
    Ok(Content::Text { text, encoding })
}

fn unpack(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, ImportError> {
    let packed = bytes.len() as u64;
    let reader: Box<dyn Read> = if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(
            zstd::Decoder::new(&bytes[..])
                .and_then(|mut decoder| decoder.window_log_max(27).map(|()| decoder))
                .map_err(|error| refused("broken_archive", name, error))?,
        )
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(&bytes[..]))
    } else {
        return Ok(bytes);
    };
    let most = LARGEST_UNPACKED.min((packed * LARGEST_RATIO).max(16 << 20));
    let mut unpacked = Vec::new();
    reader.take(most + 1).read_to_end(&mut unpacked).map_err(|error| refused("broken_archive", name, format_args!("it cannot be unpacked: {error}")))?;
    if unpacked.len() as u64 > most {
        return Err(refused("too_large", name, format_args!("it unpacks to more than {} MiB", most >> 20)));
    }
    Ok(unpacked)
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
pub(crate) fn decode(name: &str, bytes: &[u8]) -> Result<(String, &'static str), ImportError> {
    let utf16: Option<&'static Encoding> = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken { Err(refused("bad_encoding", name, "broken UTF-16")) } else { Ok((text.into_owned(), "UTF-16")) };
    }
    if bytes.contains(&0) {
        let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
        return Err(refused("wrong_type", name, format_args!("not text: a zero byte at byte {at}")));
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
    Err(refused("bad_encoding", name, format_args!("broken UTF-8 in row {row}, byte {at}; save the file as UTF-8 or windows-1251")))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<(String, &'static str), String> {
        match read(SourceFile { name: "f".into(), bytes: bytes.to_vec() }) {
            Ok(Content::Text { text, encoding }) => Ok((text, encoding)),
            Ok(Content::Workbook(_)) => Err("workbook".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn encodings_are_told_apart() {
        let russian = "Код;Наименование\n1;Бульдозеры-рыхлители на тракторе № 5\n2;КРАНЫ БАШЕННЫЕ";
        let bulgarian = "Код;Име\n1;Препарат за съдове с лимон\n2;ЖЪЛТО СИРЕНЕ";
        for text in [russian, bulgarian] {
            assert_eq!(read_bytes(text.as_bytes()).unwrap(), (text.to_string(), "UTF-8"));
            assert_eq!(read_bytes(format!("\u{feff}{text}").as_bytes()).unwrap(), (text.to_string(), "UTF-8 with byte order mark"));
            assert_eq!(read_bytes(&WINDOWS_1251.encode(text).0).unwrap(), (text.to_string(), "windows-1251"));
            assert_eq!(read_bytes(&IBM866.encode(text).0).unwrap(), (text.to_string(), "CP866"));
        }
    }

    #[test]
    fn broken_utf8_is_refused_with_its_place() {
        let mut bytes = "code,name\n1,Чай\n2,Кофе\n".as_bytes().to_vec();
        let at = "code,name\n1,Чай\n2,".len();
        bytes[at] = 0xff;
        let error = read_bytes(&bytes).unwrap_err();
        assert!(error.contains("row 3") && error.contains(&format!("byte {at}")), "{error}");
        assert!(read_bytes(b"code,name\n1,caf\xe9 \xfe\xa0\n").is_err());
        // Latin-1, not Cyrillic: Äpfel, Öl.
        assert!(read_bytes(b"code;name\n1;\xc4pfel\n2;\xd6l\n").is_err());
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (bytes, word) in [(&b"%PDF-1.7 x"[..], "PDF"), (b"\xd0\xcf\x11\xe0....", "Excel"), (b"", "empty"), (b" \r\n", "empty"), (b"a\0b", "zero byte")] {
            let error = read_bytes(bytes).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(read_bytes(b"PK\x03\x04rest").unwrap_err(), "workbook");
    }

    #[test]
    fn packed_files_are_read_and_bombs_are_not() {
        let text = "code,name\n1,Tea\n";
        let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
        assert_eq!(read_bytes(&packed).unwrap().0, text);
        let bomb = zstd::encode_all(std::io::repeat(b'a').take(40 << 20), 19).unwrap();
        assert!(bomb.len() < 100_000);
        let error = read_bytes(&bomb).unwrap_err();
        assert!(error.contains("unpacks to more"), "{error}");
        let mut broken = packed.clone();
        broken.truncate(packed.len() - 4);
        assert!(read_bytes(&broken).is_err());
    }
}

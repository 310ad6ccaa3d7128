//! Foreign files as text: unpacking within bounds, and telling a workbook from a text, which
//! `kontor_shared::form::file::decode` reads.

use std::io::Read;

use kontor_shared::form::file::decode;

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
    let (text, encoding) = decode::table(&bytes).map_err(|(code, detail)| refused(code, &name, detail))?;
    Ok(Content::Text { text, encoding })
}

/// The bytes of a file that may be packed with gzip or zstd.
pub(crate) fn unpack(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, ImportError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{IBM866, WINDOWS_1251};

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

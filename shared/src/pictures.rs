//! Pictures of products: where each is found, and which product a file's name means.
//!
//! A picture is told by its product's code and a number that counts the product's pictures and is never given twice. So
//! the address of one never shows another, and a list says "the first picture" of most goods, which packs to nothing.

use std::fmt::Write;

/// The two sizes kept of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// In a row of the list.
    Small,
    /// Beside the list.
    Large,
}

impl Size {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Small, Self::Large].into_iter().find(|size| size.word() == word)
    }
    /// The longest side in pixels: twice what is shown, for screens with small pixels.
    pub const fn longest_side(self) -> u32 {
        match self {
            Self::Small => 96,
            Self::Large => 960,
        }
    }
}

/// Where a product's picture is found.
pub fn path(code: &str, number: u32, size: Size) -> String {
    let mut path = String::from("/api/pictures/");
    for byte in code.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path.push(char::from(byte)),
            byte => {
                let _ = write!(path, "%{byte:02X}");
            }
        }
    }
    let _ = write!(path, "/{number}/{}", size.word());
    path
}

/// Ends of the names of files that may hold a picture.
const ENDS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "gif"];

/// The codes of the product a file may show, the likelier first: its name without folder and end, as it stands; and with what is
/// percent-encoded, as in an address, read as that: `A%2F7.jpg` for a code with signs no file name can have.
pub fn codes_of(file_name: &str) -> Vec<String> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name).trim();
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)) => stem,
        _ => name,
    };
    let decoded = percent_decoded(stem).filter(|code| code != stem);
    std::iter::once(stem.to_string()).chain(decoded).collect()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push((digit()? << 4 | digit()?) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_product() {
        for (name, codes) in [
            ("85123A.jpg", &["85123A"][..]),
            ("photos/00123.PNG", &["00123"]),
            (r"C:\photos\KV-7.5.webp", &["KV-7.5"]),
            ("A%2F7.jpeg", &["A%2F7", "A/7"]),
            ("RUM40%70CL.jpg", &["RUM40%70CL", "RUM40pCL"]),
            ("7.5", &["7.5"]),
            ("100%.jpg", &["100%"]),
            ("%FF.gif", &["%FF"]),
            ("Кружка 7.jpg", &["Кружка 7"]),
        ] {
            assert_eq!(codes_of(name), codes, "{name}");
        }
    }

    #[test]
    fn an_address_holds_any_code() {
        assert_eq!(path("A/7 ю?", 1, Size::Small), "/api/pictures/A%2F7%20%D1%8E%3F/1/small");
        for code in ["85123A", "A/7", "100%", "К-7"] {
            let path = path(code, 3, Size::Large);
            let name = path.trim_start_matches("/api/pictures/").trim_end_matches("/3/large");
            assert_eq!(codes_of(&format!("{name}.jpg")).last().map(String::as_str), Some(code));
        }
    }
}

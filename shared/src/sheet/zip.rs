//! The container of a workbook: what stands before, between and after its files in a ZIP archive. Whoever packs the files
//! knows how long they became only afterwards; here that is soon enough, for each header is made when its file is whole.

/// 1 January 1980, the first day there is: the bytes depend on no clock.
const DAY: u16 = 0x21;

/// A file of the archive.
struct Entry {
    name: String,
    /// What header and directory say alike: version, flags, method, time, checksum, lengths.
    facts: [u8; 22],
    at: u32,
}

/// An archive in the making.
#[derive(Default)]
pub struct Zip {
    entries: Vec<Entry>,
    length: u32,
}

/// A file as it goes into the archive.
pub struct Packed<'a> {
    pub name: &'a str,
    /// Of the file before packing.
    pub crc: u32,
    pub length: u32,
    pub packed: u32,
    pub deflated: bool,
}

impl Zip {
    /// What stands before the packed bytes of a file.
    pub fn file(&mut self, file: &Packed) -> Vec<u8> {
        let mut facts = Vec::with_capacity(22);
        // Version 2.0; names in UTF-8.
        for value in [20, 0x0800, if file.deflated { 8 } else { 0 }, 0, DAY] {
            facts.extend_from_slice(&u16::to_le_bytes(value));
        }
        for value in [file.crc, file.packed, file.length] {
            facts.extend_from_slice(&value.to_le_bytes());
        }
        let facts: [u8; 22] = facts.try_into().unwrap_or_default();
        let mut header = b"PK\x03\x04".to_vec();
        header.extend_from_slice(&facts);
        header.extend_from_slice(&(file.name.len() as u16).to_le_bytes());
        header.extend_from_slice(&[0, 0]);
        header.extend_from_slice(file.name.as_bytes());
        self.entries.push(Entry { name: file.name.to_string(), facts, at: self.length });
        self.length += header.len() as u32 + file.packed;
        header
    }

    /// What stands after the last file.
    pub fn end(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for entry in &self.entries {
            out.extend_from_slice(b"PK\x01\x02\x14\x00");
            out.extend_from_slice(&entry.facts);
            out.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
            // No extra field, no comment, first disk, no attributes.
            out.extend_from_slice(&[0; 12]);
            out.extend_from_slice(&entry.at.to_le_bytes());
            out.extend_from_slice(entry.name.as_bytes());
        }
        let (count, length) = ((self.entries.len() as u16).to_le_bytes(), (out.len() as u32).to_le_bytes());
        out.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
        out.extend_from_slice(&[count, count].concat());
        out.extend_from_slice(&length);
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&[0, 0]);
        out
    }
}

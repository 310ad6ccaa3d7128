//! What is told of a packed file by its directory, before anything of it is unpacked.

use std::io::Cursor;

use zip::ZipArchive;

use super::Refusal;

const MOST_ENTRIES: usize = 1_000;
/// 100 000 goods of twelve columns unpack to about 80 MiB.
const MOST_UNPACKED: u64 = 256 << 20;

/// How files of before 2007 begin, and encrypted ones of today.
pub const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Whether a compound file is an encrypted workbook: it has a stream of this name, in UTF-16.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &name).is_some()
}

/// The archive's directory. In a limited place, for a directory of a million entries costs memory as well. Sizes may be
/// trusted afterwards: `zip` stops where an entry exceeds its declared size (reliability.md §3).
pub fn check_directory(bytes: &[u8]) -> Result<Package, Refusal> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ("not_a_sheet", "the file is damaged: its directory cannot be read".to_string()))?;
    if archive.has_duplicate_names() {
        return Err(("sheet_archive", "two entries of the file have the same name".into()));
    }
    if archive.len() > MOST_ENTRIES {
        return Err(("sheet_archive", format!("the file has {} entries; at most {MOST_ENTRIES} are taken", archive.len())));
    }
    let mut unpacked: u64 = 0;
    let (mut xlsx, mut xlsb, mut ods) = (false, false, [false; 2]);
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|_| ("sheet_archive", "an entry of the file cannot be read".to_string()))?;
        let name = entry.name().map_err(|_| ("sheet_archive", "an entry's name cannot be read".to_string()))?;
        let name = name.replace('\\', "/");
        if name.starts_with('/') || name.contains('\0') || name.split('/').any(|part| part == "..") || name.contains(':') {
            return Err(("sheet_archive", "an entry's name leads out of the file".into()));
        }
        if entry.is_symlink() {
            return Err(("sheet_archive", "an entry is a link".into()));
        }
        if entry.encrypted() {
            return Err(("sheet_encrypted", "the file is encrypted".into()));
        }
        let folded = name.to_ascii_lowercase();
        if folded.ends_with("vbaproject.bin") {
            return Err(("sheet_macros", "the workbook contains macros; save it as XLSX without them".into()));
        }
        if folded.contains("externallinks/") {
            return Err(("sheet_external_links", "the workbook refers to other files; break the links and save it again".into()));
        }
        xlsb |= folded == "xl/workbook.bin";
        xlsx |= folded == "xl/workbook.xml" || folded == "[content_types].xml";
        ods = [ods[0] | (folded == "content.xml"), ods[1] | (folded == "mimetype")];
        unpacked = unpacked.saturating_add(entry.size());
    }
    if unpacked > MOST_UNPACKED {
        return Err(("sheet_unpacked", format!("unpacked it is larger than {} MiB", MOST_UNPACKED >> 20)));
    }
    match () {
        () if xlsb => Ok(Package::Xlsb),
        () if ods == [true; 2] => Ok(Package::Ods),
        () if xlsx => Ok(Package::Xlsx),
        () => Err(("not_a_sheet", "this archive holds no XLSX workbook".into())),
    }
}

/// What an archive holds, by its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    Xlsx,
    Xlsb,
    Ods,
}

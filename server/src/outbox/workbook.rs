//! One price list workbook for many customers. Only a few strings in it are personal (who it is for, the form's number and
//! its checksum), and making 4 000 rows anew for each recipient takes 100 ms. So it is made once, with marks where those
//! strings stand; the parts between the marks are kept compressed, and a customer's copy is put together from them.
//!
//! What was sent has to come out the same to the byte years later, when the compressor may be another version: a copy is
//! therefore copied and counted, never compressed. Each fixed piece is a run of whole DEFLATE blocks that refers to nothing
//! before it, each personal string a stored block (RFC 1951 §3.2.4), and the ZIP directory around them is APPNOTE 6.3's
//! plainest form. The `zip` crate reads the workbook that was made; it can write no entry that is compressed already.

use std::io::{Cursor, Read as _};

use anyhow::{Context, ensure};
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};
use kontor_shared::sheet::form_picture;
use serde::{Deserialize, Serialize};

/// What stands in a marked workbook in place of a personal string. Letters and digits, so that no writer escapes them, and
/// nothing that a firm would write.
pub const MARKS: [&str; 5] = ["KTRM0X9Q4-0F0RM", "KTRM1X9Q4C0DE", "KTRM2X9Q4NAME", "", "KTRM4X9Q4T0KEN"];

/// The index of each personal string in [`MARKS`] and in the values of a copy.
pub const FORM: usize = 0;
pub const CODE: usize = 1;
pub const NAME: usize = 2;
/// Its mark is computed: the checksum of the marked form.
pub const CHECKSUM: usize = 3;
/// What tells that the sheet is the one that was sent.
pub const TOKEN: usize = 4;

/// The place of the picture of the form's number, which is made from the number. Stored workbooks have it in the place that
/// was free before there were tokens, so those come one later.
const PICTURE: usize = 4;
const PLACES: usize = MARKS.len() + 1;

/// A workbook with places for personal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    name: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Piece {
    /// Compressed, with what it comes to: length and CRC-32.
    Fixed { deflated: Vec<u8>, length: u64, crc: u32 },
    /// A personal string.
    Place(u8),
}

/// Compresses one piece by itself; `last` ends the entry.
fn deflate(bytes: &[u8], last: bool) -> anyhow::Result<Vec<u8>> {
    let mut compressor = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(bytes.len() / 4 + 64);
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        out.reserve(32 * 1024);
        let at = usize::try_from(compressor.total_in())?;
        let before = out.len();
        match compressor.compress_vec(&bytes[at..], &mut out, flush)? {
            Status::StreamEnd => return Ok(out),
            // All is taken and nothing more comes, with room left to come into.
            Status::Ok | Status::BufError if !last && usize::try_from(compressor.total_in())? == bytes.len() && out.len() < out.capacity() => return Ok(out),
            Status::Ok | Status::BufError => ensure!(out.len() > before || at < bytes.len(), "the compressor stands still"),
        }
    }
}

impl Base {
    /// Reads a workbook made with [`MARKS`] and this checksum.
    pub fn read(workbook: &[u8], checksum: &str) -> anyhow::Result<Self> {
        let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).context("the workbook made is no ZIP file")?;
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            entries.push(Entry { name: file.name()?.into_owned(), pieces: pieces(&bytes, checksum)? });
        }
        let places = entries.iter().flat_map(|entry| &entry.pieces).filter_map(|piece| match piece {
            Piece::Place(which) => Some(usize::from(*which)),
            Piece::Fixed { .. } => None,
        });
        let found: Vec<usize> = places.collect();
        ensure!((0..PLACES).all(|which| found.contains(&which)), "a mark is missing in the workbook made");
        Ok(Self { entries })
    }

    /// The copy with these strings, in the order of [`MARKS`]. Workbooks stored before there were tokens have none.
    pub fn copy(&self, values: &[String]) -> anyhow::Result<Vec<u8>> {
        let mut places: Vec<Vec<u8>> = values.iter().map(|value| escaped(value).into_bytes()).collect();
        ensure!(places.len() >= PICTURE, "a personal string is missing");
        places.insert(PICTURE, picture(&values[FORM])?);
        let mut zip = Vec::new();
        let mut directory = Vec::new();
        for entry in &self.entries {
            entry.write(&places, &mut zip, &mut directory)?;
        }
        let (start, count) = (u32::try_from(zip.len())?, u16::try_from(self.entries.len())?);
        let length = u32::try_from(directory.len())?;
        zip.append(&mut directory);
        zip.extend(0x0605_4b50_u32.to_le_bytes());
        zip.extend([0; 4]);
        zip.extend(count.to_le_bytes());
        zip.extend(count.to_le_bytes());
        zip.extend(length.to_le_bytes());
        zip.extend(start.to_le_bytes());
        zip.extend([0; 2]);
        Ok(zip)
    }
}

impl Entry {
    fn write(&self, places: &[Vec<u8>], zip: &mut Vec<u8>, directory: &mut Vec<u8>) -> anyhow::Result<()> {
        let (mut body, mut length, mut crc) = (Vec::new(), 0_u64, Hasher::new());
        for piece in &self.pieces {
            match piece {
                Piece::Fixed { deflated, length: own, crc: sum } => {
                    body.extend_from_slice(deflated);
                    crc.combine(&Hasher::new_with_initial_len(*sum, *own));
                    length += own;
                }
                Piece::Place(which) => {
                    let value = places.get(usize::from(*which)).context("a place for something unknown")?.as_slice();
                    let size = u16::try_from(value.len()).context("a name is too long for a sheet")?;
                    body.push(0);
                    body.extend(size.to_le_bytes());
                    body.extend((!size).to_le_bytes());
                    body.extend_from_slice(value);
                    crc.update(value);
                    length += u64::from(size);
                }
            }
        }
        let at = u32::try_from(zip.len())?;
        let mut facts = Vec::new();
        // Version 2.0, UTF-8 names, DEFLATE, 1 January 1980: the sheet itself says when it was issued.
        for word in [20_u16, 1 << 11, 8, 0, 33] {
            facts.extend(word.to_le_bytes());
        }
        for word in [crc.finalize(), u32::try_from(body.len())?, u32::try_from(length)?] {
            facts.extend(word.to_le_bytes());
        }
        facts.extend(u16::try_from(self.name.len())?.to_le_bytes());
        facts.extend([0; 2]);
        zip.extend(0x0403_4b50_u32.to_le_bytes());
        zip.extend_from_slice(&facts);
        zip.extend_from_slice(self.name.as_bytes());
        zip.append(&mut body);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(20_u16.to_le_bytes());
        directory.extend_from_slice(&facts);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend_from_slice(self.name.as_bytes());
        Ok(())
    }
}

/// The picture of a form's number, as a file.
fn picture(form: &str) -> anyhow::Result<Vec<u8>> {
    Ok(form_picture(form).context("a form's number is too long for a picture")?.png)
}

/// A text as XML has it.
fn escaped(text: &str) -> String {
    text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Cuts an entry at its marks.
fn pieces(bytes: &[u8], checksum: &str) -> anyhow::Result<Vec<Piece>> {
    let picture = picture(MARKS[FORM])?;
    let mut marks: Vec<&[u8]> = MARKS.iter().map(|mark| if mark.is_empty() { checksum.as_bytes() } else { mark.as_bytes() }).collect();
    marks.insert(PICTURE, &picture);
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (which, mark) in marks.iter().enumerate() {
        places.extend(memchr::memmem::find_iter(bytes, mark).map(|at| (at, which)));
    }
    places.sort_unstable();
    let (mut cut, mut from) = (Vec::new(), 0);
    for (at, which) in places {
        let fixed = &bytes[from..at];
        cut.push(Piece::Fixed { deflated: deflate(fixed, false)?, length: fixed.len() as u64, crc: crc32fast::hash(fixed) });
        cut.push(Piece::Place(u8::try_from(which)?));
        from = at + marks[which].len();
    }
    let fixed = &bytes[from..];
    cut.push(Piece::Fixed { deflated: deflate(fixed, true)?, length: fixed.len() as u64, crc: crc32fast::hash(fixed) });
    Ok(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn marked() -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file("xl/sharedStrings.xml", options).unwrap();
        let text =
            format!("<sst>{}<t>{} {}</t><t>{}</t><t>sum</t><t>{}</t></sst>", "<t>Болт</t>".repeat(20_000), MARKS[CODE], MARKS[NAME], MARKS[FORM], MARKS[TOKEN]);
        writer.write_all(text.as_bytes()).unwrap();
        writer.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        writer.write_all(format!("<f>&amp;L{}&amp;C</f>", MARKS[FORM]).as_bytes()).unwrap();
        writer.start_file("xl/media/image1.png", options).unwrap();
        writer.write_all(&picture(MARKS[FORM]).unwrap()).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_copy_holds_its_own_strings_and_everything_else_unchanged() {
        let base = Base::read(&marked(), "sum").unwrap();
        let stored = postcard::to_allocvec(&base).unwrap();
        let base: Base = postcard::from_bytes(&stored).unwrap();
        let values: [String; MARKS.len()] = ["7K2Q9-M3T4V", "K&1", "ООО «Ромашка» <b>", "0123456789abcdef", "secret"].map(String::from);
        let copy = base.copy(&values).unwrap();
        assert_eq!(copy, base.copy(&values).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(copy)).unwrap();
        let mut text = String::new();
        archive.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(
            text.ends_with("<t>K&amp;1 ООО «Ромашка» &lt;b&gt;</t><t>7K2Q9-M3T4V</t><t>0123456789abcdef</t><t>secret</t></sst>"),
            "{}",
            &text[text.len() - 200..]
        );
        assert_eq!(text.matches("<t>Болт</t>").count(), 20_000);
        text.clear();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "<f>&amp;L7K2Q9-M3T4V&amp;C</f>");
        let mut image = Vec::new();
        archive.by_name("xl/media/image1.png").unwrap().read_to_end(&mut image).unwrap();
        assert_eq!(image, picture("7K2Q9-M3T4V").unwrap());
    }

    #[test]
    fn a_workbook_without_its_marks_is_refused() {
        assert!(Base::read(&marked(), "another sum").is_err());
        assert!(Base::read(b"no zip", "sum").is_err());
    }
}

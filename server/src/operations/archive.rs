//! The backup's file: the same for both engines, read and written as a stream.
//!
//! A line that says what it is, then one zstd frame of records, each a letter, a length and that many bytes: `H` what
//! was copied and when, then for each table `T` its columns, `R` its rows, `E` their number and checksum; last `Z` with
//! the SHA-256 of every record before it. A file that ends early, or was altered, is found out before anything is restored.

use std::io::{BufRead, Read, Write};

use anyhow::{Context, bail, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rows::Tally;
use crate::auth::hex;
use crate::db::schema::Table;

const FIRST_LINE: &[u8] = b"kontor backup 1\n";
/// PostgreSQL's own limit of a value.
const LONGEST: u32 = 1 << 30;

/// What a backup is of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    pub program: String,
    pub engine: String,
    /// The newest migration that was in.
    pub schema: i64,
    /// RFC 3339.
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEnd {
    pub rows: u64,
    pub checksum: String,
}

impl TableEnd {
    pub fn of(tally: &Tally) -> Self {
        Self { rows: tally.rows, checksum: tally.checksum() }
    }
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    tables: u64,
    rows: u64,
    sha256: String,
}

pub struct Writer<W: Write> {
    out: zstd::Encoder<'static, W>,
    hash: Sha256,
    tables: u64,
    rows: u64,
}

impl<W: Write> Writer<W> {
    pub fn new(mut out: W, header: &Header) -> anyhow::Result<Self> {
        out.write_all(FIRST_LINE)?;
        let mut out = zstd::Encoder::new(out, 3)?;
        out.include_checksum(true)?;
        let mut writer = Self { out, hash: Sha256::new(), tables: 0, rows: 0 };
        writer.record(b'H', &serde_json::to_vec(header)?)?;
        Ok(writer)
    }

    fn record(&mut self, letter: u8, bytes: &[u8]) -> anyhow::Result<()> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST).context("a row is longer than a backup takes")?;
        for part in [&[letter][..], &length.to_le_bytes(), bytes] {
            self.hash.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }

    pub fn table(&mut self, table: &Table) -> anyhow::Result<()> {
        self.tables += 1;
        self.record(b'T', &serde_json::to_vec(table)?)
    }
    pub fn row(&mut self, row: &[u8]) -> anyhow::Result<()> {
        self.rows += 1;
        self.record(b'R', row)
    }
    pub fn end(&mut self, tally: &Tally) -> anyhow::Result<()> {
        self.record(b'E', &serde_json::to_vec(&TableEnd::of(tally))?)
    }
    /// Ends the file and gives what it was written to.
    pub fn finish(mut self) -> anyhow::Result<W> {
        let trailer = Trailer { tables: self.tables, rows: self.rows, sha256: hex(&self.hash.clone().finalize()) };
        self.record(b'Z', &serde_json::to_vec(&trailer)?)?;
        Ok(self.out.finish()?)
    }
}

/// What comes next in an archive.
#[derive(Debug)]
pub enum Next {
    Table(Table),
    Row(Vec<u8>),
    End(TableEnd),
    /// The whole file was read, and is what was written.
    Over,
}

pub struct Reader<R: BufRead> {
    input: zstd::Decoder<'static, R>,
    pub header: Header,
    hash: Sha256,
    open: Option<Tally>,
    tables: u64,
    rows: u64,
}

impl<R: BufRead> Reader<R> {
    pub fn new(mut input: R) -> anyhow::Result<Self> {
        let mut first = vec![0; FIRST_LINE.len()];
        input.read_exact(&mut first).context("it is too short to be a backup")?;
        ensure!(first == FIRST_LINE, "it is no backup of Kontor, or of a version this one does not know");
        let input = zstd::Decoder::with_buffer(input).context("it cannot be unpacked")?;
        let empty = Header { program: String::new(), engine: String::new(), schema: 0, created_at: String::new() };
        let mut reader = Self { input, header: empty, hash: Sha256::new(), open: None, tables: 0, rows: 0 };
        let (letter, bytes) = reader.record()?;
        ensure!(letter == b'H', "it does not begin with what it is of");
        reader.header = parsed(&bytes)?;
        Ok(reader)
    }

    fn record(&mut self) -> anyhow::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.input.read_exact(&mut head).context("it ends early, or is damaged")?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        ensure!(length <= LONGEST, "it is damaged: a record says to be {length} bytes long");
        // Grows as it is read: a damaged length asks for no memory.
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(u64::from(length)).read_to_end(&mut bytes).context("it ends early, or is damaged")?;
        ensure!(read == length as usize, "it ends early");
        if head[0] != b'Z' {
            self.hash.update(head);
            self.hash.update(&bytes);
        }
        Ok((head[0], bytes))
    }

    /// The next record, held against what the file says of itself.
    pub fn advance(&mut self) -> anyhow::Result<Next> {
        let (letter, bytes) = self.record()?;
        Ok(match (letter, &mut self.open) {
            (b'T', None) => {
                self.tables += 1;
                self.open = Some(Tally::default());
                Next::Table(parsed(&bytes)?)
            }
            (b'R', Some(tally)) => {
                self.rows += 1;
                tally.add(&bytes);
                Next::Row(bytes)
            }
            (b'E', Some(tally)) => {
                let end: TableEnd = parsed(&bytes)?;
                ensure!(end == TableEnd::of(tally), "it is damaged: the rows of a table are not those it counted");
                self.open = None;
                Next::End(end)
            }
            (b'Z', None) => {
                let trailer: Trailer = parsed(&bytes)?;
                let found = (self.tables, self.rows, hex(&self.hash.clone().finalize()));
                ensure!((trailer.tables, trailer.rows, trailer.sha256) == found, "it is damaged: its checksum is another");
                ensure!(self.input.read(&mut [0]).context("it is damaged at its end")? == 0, "something stands behind its end");
                Next::Over
            }
            _ => bail!("it is damaged: its records are out of order"),
        })
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> anyhow::Result<T> {
    serde_json::from_slice(bytes).context("it is damaged: a record cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let header = Header { program: "0".into(), engine: "sqlite".into(), schema: 7, created_at: "now".into() };
        let mut writer = Writer::new(Vec::new(), &header).unwrap();
        let table = Table { name: "t".into(), columns: Vec::new(), key: vec!["id".into()], refers: Vec::new() };
        writer.table(&table).unwrap();
        let mut tally = Tally::default();
        for row in 0..200_u32 {
            let row = Sha256::digest(row.to_le_bytes());
            tally.add(&row);
            writer.row(&row).unwrap();
        }
        writer.end(&tally).unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> anyhow::Result<u64> {
        let mut reader = Reader::new(bytes)?;
        while !matches!(reader.advance()?, Next::Over) {}
        Ok(reader.rows)
    }

    #[test]
    fn whatever_byte_is_changed_or_missing_the_file_is_refused() {
        let whole = written();
        assert_eq!(read(&whole).unwrap(), 200);
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "cut to {length} of {} bytes", whole.len());
        }
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 0x20;
            // zstd has a few bits that say nothing; then the content is what was written.
            assert!(read(&altered).is_err() || read(&altered).is_ok_and(|rows| rows == 200), "byte {at}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert!(read(&longer).is_err());
    }
}

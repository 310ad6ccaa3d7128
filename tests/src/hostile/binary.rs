//! The binary formats by hand: a compound file with one stream, records of XLS (BIFF8) and of XLSB.

use super::Parts;

const FREE: u32 = 0xffff_ffff;
const END: u32 = 0xffff_fffe;
const FAT: u32 = 0xffff_fffd;
const SECTOR: usize = 512;

/// A compound file of one stream. `next` may change the chain of sectors, of which the stream's begin with the third.
pub fn compound_file(stream: &str, mut content: Vec<u8>, next: impl FnOnce(&mut [u32])) -> Vec<u8> {
    // Shorter streams live elsewhere.
    content.resize(content.len().max(4096).next_multiple_of(SECTOR), 0);
    let count = content.len() / SECTOR;
    assert!(count + 2 <= SECTOR / 4, "one sector of the chain is enough");
    let mut header = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    header.resize(24, 0);
    for word in [0x3e_u16, 3, 0xfffe, 9, 6] {
        header.extend(word.to_le_bytes());
    }
    header.resize(44, 0);
    // One sector of the chain, the directory in the second, streams from 4 096 bytes on, no small ones.
    for word in [1, 1, 0, 4096, END, 0, END, 0, 0_u32] {
        header.extend(word.to_le_bytes());
    }
    header.resize(SECTOR, 0xff);
    let mut chain = vec![FREE; SECTOR / 4];
    (chain[0], chain[1]) = (FAT, END);
    for at in 0..count {
        chain[2 + at] = if at + 1 == count { END } else { 3 + at as u32 };
    }
    next(&mut chain);
    let mut directory = Vec::new();
    for (name, kind, child, first, size) in [("Root Entry", 5_u8, 1_u32, END, 0_u64), (stream, 2, FREE, 2, content.len() as u64)] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(64, 0);
        entry.extend(((name.len() as u16 + 1) * 2).to_le_bytes());
        entry.extend([kind, 1]);
        for word in [FREE, FREE, child] {
            entry.extend(word.to_le_bytes());
        }
        entry.resize(116, 0);
        entry.extend(first.to_le_bytes());
        entry.extend(size.to_le_bytes());
        directory.extend(entry);
    }
    directory.resize(SECTOR, 0);
    [header, chain.into_iter().flat_map(u32::to_le_bytes).collect(), directory, content].concat()
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &(body.len() as u16).to_le_bytes(), body].concat()
}

fn beginning(of: u16) -> Vec<u8> {
    record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &of.to_le_bytes(), &[0; 12]].concat())
}

/// A number in a cell of an XLS.
pub fn number(row: u16, column: u16, value: f64) -> Vec<u8> {
    record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 2], &value.to_le_bytes()].concat())
}

/// A text in a cell of an XLS.
pub fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    record(0x0204, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 2], &((units.len() / 2) as u16).to_le_bytes(), &[1], &units].concat())
}

/// The stream of an XLS of one sheet; `more` stands among the records of the workbook.
pub fn xls_stream(more: &[u8], cells: &[u8]) -> Vec<u8> {
    let name = "Goods";
    let first = [beginning(5), more.to_vec()].concat();
    let sheet_at = first.len() + 4 + 8 + name.len() + 4;
    let bound = record(0x0085, &[&(sheet_at as u32).to_le_bytes()[..], &[0, 0, name.len() as u8, 0], name.as_bytes()].concat());
    [first, bound, record(0x000a, &[]), beginning(16), cells.to_vec(), record(0x000a, &[])].concat()
}

/// An XLS of one sheet.
pub fn xls(more: &[u8], cells: &[u8]) -> Vec<u8> {
    compound_file("Workbook", xls_stream(more, cells), |_| {})
}

/// Any record of an XLS.
pub fn xls_record(kind: u16, body: &[u8]) -> Vec<u8> {
    record(kind, body)
}

/// A record of an XLSB: kind and length are numbers of seven bits a byte.
pub fn part(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut out = if kind < 128 { vec![kind as u8] } else { vec![(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8] };
    let mut length = body.len();
    loop {
        let byte = (length & 0x7f) as u8;
        length >>= 7;
        out.push(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            break;
        }
    }
    [out, body.to_vec()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&((units.len() / 2) as u32).to_le_bytes()[..], &units].concat()
}

/// A row of an XLSB and its cells: texts and numbers.
pub fn row(number: u32, cells: &[(u32, Result<f64, &str>)]) -> Vec<u8> {
    let mut out = part(0, &[&number.to_le_bytes()[..], &[0; 13]].concat());
    for (column, value) in cells {
        let head = [&column.to_le_bytes()[..], &[0; 4]].concat();
        out.extend(match value {
            Ok(value) => part(5, &[&head[..], &value.to_le_bytes()].concat()),
            Err(text) => part(6, &[head, wide(text)].concat()),
        });
    }
    out
}

/// An XLSB of one sheet of these rows; `strings` is its table of texts.
pub fn xlsb(rows: &[u8], strings: Option<Vec<u8>>) -> Vec<u8> {
    let bundle = part(156, &[&[0; 4][..], &1_u32.to_le_bytes(), &wide("rId1"), &wide("Goods")].concat());
    let workbook = [part(131, &[]), part(143, &[]), bundle, part(144, &[]), part(132, &[])].concat();
    let sheet = [part(129, &[]), part(148, &[0; 16]), part(145, &[]), rows.to_vec(), part(146, &[]), part(130, &[])].concat();
    Parts::binary(workbook, sheet, strings)
}

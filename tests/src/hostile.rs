//! Workbooks that do harm, made on the spot: what each must be answered with (reliability.md §5.D).

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

mod binary;
mod forms;

pub use binary::{compound_file, xls, xlsb};
pub use forms::{Sent, forms};

/// A file and the codes it may be refused with. `ok` among them: it may also be read.
pub struct Hostile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub codes: &'static [&'static str],
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Goods" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const STRINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>code</t></si></sst>"#;

/// A worksheet of these rows.
pub fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

struct Parts {
    workbook: String,
    relations: String,
    sheet: Vec<u8>,
    strings: Vec<u8>,
    more: Vec<(String, Vec<u8>)>,
}

impl Parts {
    fn new(rows: &str) -> Self {
        Self { workbook: WORKBOOK.into(), relations: WORKBOOK_RELS.into(), sheet: sheet(rows).into_bytes(), strings: STRINGS.into(), more: Vec::new() }
    }
    fn raw_sheet(xml: impl Into<Vec<u8>>) -> Self {
        Self { sheet: xml.into(), ..Self::new("") }
    }
    fn strings(xml: impl Into<Vec<u8>>) -> Self {
        Self { strings: xml.into(), ..Self::new(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#) }
    }
    fn with(mut self, name: &str, bytes: &[u8]) -> Self {
        self.more.push((name.into(), bytes.to_vec()));
        self
    }
    /// The same in Excel's binary parts.
    fn binary(workbook: Vec<u8>, sheet: Vec<u8>, strings: Option<Vec<u8>>) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        let relations = WORKBOOK_RELS.replace("sheet1.xml", "sheet1.bin").replace("sharedStrings.xml", "sharedStrings.bin");
        let types = CONTENT_TYPES.replace("/xl/workbook.xml", "/xl/workbook.bin");
        let mut parts = vec![
            ("[Content_Types].xml", types.into_bytes()),
            ("_rels/.rels", RELS.replace("workbook.xml", "workbook.bin").into_bytes()),
            ("xl/workbook.bin", workbook),
            ("xl/_rels/workbook.bin.rels", relations.into_bytes()),
            ("xl/worksheets/sheet1.bin", sheet),
        ];
        parts.extend(strings.map(|strings| ("xl/sharedStrings.bin", strings)));
        for (name, bytes) in parts {
            archive.start_file(name, options).expect("an entry begins");
            archive.write_all(&bytes).expect("an entry is written");
        }
        archive.finish().expect("the archive is finished").into_inner()
    }
    fn zip(self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut add = |name: &str, bytes: &[u8]| {
            archive.start_file(name, options).expect("an entry begins");
            archive.write_all(bytes).expect("an entry is written");
        };
        add("[Content_Types].xml", CONTENT_TYPES.as_bytes());
        add("_rels/.rels", RELS.as_bytes());
        add("xl/workbook.xml", self.workbook.as_bytes());
        add("xl/_rels/workbook.xml.rels", self.relations.as_bytes());
        add("xl/worksheets/sheet1.xml", &self.sheet);
        add("xl/sharedStrings.xml", &self.strings);
        for (name, bytes) in &self.more {
            add(name, bytes);
        }
        archive.finish().expect("the archive is finished").into_inner()
    }
}

/// A workbook of one visible sheet, `Goods`, with these `<row>`s.
pub fn workbook(rows: &str) -> Vec<u8> {
    Parts::new(rows).zip()
}

/// The same with a second visible sheet, `Terms`.
pub fn workbook_of_two(rows: &str, terms: &str) -> Vec<u8> {
    let mut parts = Parts::new(rows).with("xl/worksheets/sheet2.xml", sheet(terms).as_bytes());
    parts.workbook = parts.workbook.replace("</sheets>", r#"<sheet name="Terms" sheetId="2" r:id="rId3"/></sheets>"#);
    let second = r#"<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
    parts.relations = parts.relations.replace("</Relationships>", second);
    parts.zip()
}

/// Overwrites every `from` by `to` of the same length: for what a well-behaved writer refuses to write.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut at = 0;
    let mut done = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + to.len()].copy_from_slice(to);
        at += found + to.len();
        done += 1;
    }
    assert!(done > 0, "nothing to overwrite");
    bytes
}

/// Changes fields of the sheet's entry: the flags in both headers, the unpacked size in the directory.
fn entry(mut bytes: Vec<u8>, flags: Option<u16>, unpacked: Option<u32>) -> Vec<u8> {
    let name = b"xl/worksheets/sheet1.xml";
    for at in 0..bytes.len() - 46 {
        if bytes[at..].starts_with(b"PK\x03\x04") && bytes[at + 30..].starts_with(name) {
            if let Some(flags) = flags {
                bytes[at + 6..at + 8].copy_from_slice(&flags.to_le_bytes());
            }
            if let Some(size) = unpacked {
                bytes[at + 22..at + 26].copy_from_slice(&size.to_le_bytes());
            }
        }
        if bytes[at..].starts_with(b"PK\x01\x02") && bytes[at + 46..].starts_with(name) {
            if let Some(flags) = flags {
                bytes[at + 8..at + 10].copy_from_slice(&flags.to_le_bytes());
            }
            if let Some(size) = unpacked {
                bytes[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
            }
        }
    }
    bytes
}

fn sst(head: &str, body: &str) -> String {
    format!(r#"<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" {head}>{body}</sst>"#)
}

/// A compound file's beginning, with a stream name in it.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.resize(1024, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(4096, 0);
    bytes
}

/// The corpus, made once: some of its files take a gigabyte to make.
pub fn corpus() -> &'static [Hostile] {
    static CORPUS: OnceLock<Vec<Hostile>> = OnceLock::new();
    CORPUS.get_or_init(make)
}

fn make() -> Vec<Hostile> {
    let plain = || Parts::new(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#);
    let cell = |reference: &str| format!(r#"<c r="{reference}"><v>1</v></c>"#);
    let mut many_entries = plain();
    many_entries.more = (0..1_100).map(|number| (format!("xl/media/{number}.bin"), Vec::new())).collect();
    let mut hidden = plain();
    hidden.workbook = hidden.workbook.replace(r#"sheetId="1""#, r#"sheetId="1" state="hidden""#);
    let mut truncated = plain().zip();
    truncated.truncate(truncated.len() / 2);
    let mut bomb = String::from(r#"<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">"#);
    for (this, last) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        bomb.push_str(&format!(r#"<!ENTITY {this} "{}">"#, format!("&{last};").repeat(10)));
    }
    bomb.push_str(r#"]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&i;</t></si></sst>"#);
    let attributes: String = (0..400_000).map(|number| format!(r#" a{number}="1""#)).collect();
    let too_wide: String = (0..65).map(|_| "<c><v>1</v></c>").collect();
    let too_many: String = (0..40_000).map(|_| format!("<row>{}</row>", "<c><v>1</v></c>".repeat(60))).collect();

    let file = |name: &'static str, bytes: Vec<u8>, codes: &'static [&'static str]| Hostile { name, bytes, codes };
    vec![
        file("four billion strings", Parts::strings(sst(r#"count="1" uniqueCount="4000000000""#, "<si><t>code</t></si>")).zip(), &["sheet_memory"]),
        file(
            "10^18 strings",
            Parts::strings(sst(r#"count="1" uniqueCount="1000000000000000000""#, "<si><t>code</t></si>")).zip(),
            &["sheet_memory", "sheet_unreadable"],
        ),
        file("the last cell of all", Parts::new(&format!(r#"<row r="1">{}</row><row r="1048576">{}</row>"#, cell("A1"), cell("XFD1048576"))).zip(), &["sheet_rows"]),
        file("a gigabyte of blanks", Parts::raw_sheet(vec![b' '; 1 << 30]).zip(), &["sheet_unpacked"]),
        file(
            "one string of 200 MiB",
            Parts::strings(sst(r#"count="1""#, &format!("<si><t>{}</t></si>", "x".repeat(200 << 20)))).zip(),
            &["sheet_memory", "ok"],
        ),
        file("eighteen million strings", Parts::strings(sst(r#"count="1""#, &"<si><t/></si>".repeat(18_000_000))).zip(), &["sheet_memory", "sheet_time"]),
        file("1 100 entries", many_entries.zip(), &["sheet_archive"]),
        file("the same name twice", patched(plain().with("xl/aaa.xml", b"a").with("xl/bbb.xml", b"b").zip(), b"xl/bbb.xml", b"xl/aaa.xml"), &["sheet_archive"]),
        file("a name that climbs", patched(plain().with("aa/aa/evil.xml", b"a").zip(), b"aa/aa/evil.xml", b"../../evil.xml"), &["sheet_archive"]),
        file("an absolute name", patched(plain().with("aetc/passwd", b"a").zip(), b"aetc/passwd", b"/etc/passwd"), &["sheet_archive"]),
        file("a drive's name", patched(plain().with("CD/evil.xml", b"a").zip(), b"CD/evil.xml", b"C:/evil.xml"), &["sheet_archive"]),
        file("macros", plain().with("xl/vbaProject.bin", b"macro").zip(), &["sheet_macros"]),
        file("links to other files", plain().with("xl/externalLinks/externalLink1.xml", b"<a/>").zip(), &["sheet_external_links"]),
        file("an encrypted entry", entry(plain().zip(), Some(1), None), &["sheet_encrypted"]),
        file("a password", compound("EncryptedPackage"), &["sheet_encrypted"]),
        file("the format of before 2007", compound("Workbook"), &["sheet_old_format"]),
        file("an entry that declares 4 GiB", entry(plain().zip(), None, Some(u32::MAX - 1)), &["sheet_unpacked"]),
        file("an entry that declares too little", entry(plain().zip(), None, Some(10)), &["sheet_unreadable", "not_a_sheet"]),
        file("nothing", Vec::new(), &["not_a_sheet"]),
        file("text", b"code;name;price\n1;a;2\n".to_vec(), &["not_a_sheet"]),
        file("a web page", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), &["not_a_sheet"]),
        file("half a file", truncated, &["not_a_sheet"]),
        file("an archive of something else", patched(plain().zip(), b"xl/", b"zz/").into_iter().collect(), &["not_a_sheet", "sheet_unreadable"]),
        file("noise behind the magic", [b"PK\x03\x04".to_vec(), vec![0x5a; 100_000]].concat(), &["not_a_sheet"]),
        file("row zero", Parts::new(&format!(r#"<row r="0">{}</row>"#, cell("A0"))).zip(), &["sheet_unreadable"]),
        file("a reference beyond all columns", Parts::new(&format!(r#"<row r="1">{}</row>"#, cell("ZZZZZZZZZZ1"))).zip(), &["sheet_unreadable"]),
        file("a row number beyond all rows", Parts::new(&format!(r#"<row r="1">{}</row>"#, cell("A99999999999999999999"))).zip(), &["sheet_unreadable", "sheet_rows"]),
        file("a string that is not there", Parts::new(r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row>"#).zip(), &["sheet_unreadable"]),
        file("a thousand million laughs", Parts::strings(bomb).zip(), &["sheet_unreadable"]),
        file(
            "a file of the server's",
            Parts::strings(r#"<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&x;</t></si></sst>"#).zip(),
            &["sheet_unreadable"],
        ),
        file("a million nested tags", Parts::raw_sheet(format!("<worksheet><sheetData>{}", "<a>".repeat(1_000_000))).zip(), &["sheet_unreadable", "sheet_memory"]),
        file(
            "400 000 attributes",
            Parts::raw_sheet(format!(r#"<worksheet><sheetData><row r="1"{attributes}><c r="A1"><v>1</v></c></row></sheetData></worksheet>"#)).zip(),
            &["sheet_time", "sheet_memory", "sheet_unreadable", "ok"],
        ),
        file("a sheet that ends too early", Parts::raw_sheet("<worksheet><sheetData><row><c><v>1").zip(), &["sheet_unreadable"]),
        file("a sheet that is not XML", Parts::raw_sheet(vec![0xff; 10_000]).zip(), &["sheet_unreadable"]),
        file("65 columns", Parts::new(&format!("<row>{too_wide}</row>")).zip(), &["sheet_columns"]),
        file("200 001 rows", Parts::new(&"<row><c><v>1</v></c></row>".repeat(200_001)).zip(), &["sheet_rows"]),
        file("two million cells and more", Parts::new(&too_many).zip(), &["sheet_cells"]),
        file(
            "a cell of 1 001 characters",
            Parts::new(&format!(r#"<row><c t="inlineStr"><is><t>{}</t></is></c></row>"#, "ж".repeat(1001))).zip(),
            &["ok"],
        ),
        file("the same cell twice", Parts::new(&format!(r#"<row r="1">{}{}</row>"#, cell("A1"), cell("A1"))).zip(), &["sheet_unreadable"]),
        file("rows out of order", Parts::new(&format!(r#"<row r="2">{}</row><row r="1">{}</row>"#, cell("A2"), cell("A1"))).zip(), &["sheet_unreadable"]),
        file("hidden sheets only", hidden.zip(), &["sheet_missing"]),
        file("33 MiB", [b"PK\x03\x04".to_vec(), vec![0; 33 << 20]].concat(), &["sheet_too_large"]),
    ]
}

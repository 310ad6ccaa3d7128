//! typst's world, in the child: one template, one data file, two fonts, and the firm's logo where there is one. No clock, no network, no other file.

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

const PROFORMA: &str = include_str!("proforma.typ");
const MAILING: &str = include_str!("mailing.typ");
/// A logo alone, for finding out whether it can be printed.
const LOGO: &str = r#"#let d = json("data.json")
#image("logo", format: d.logo.format, width: d.logo.width * 1mm, height: d.logo.height * 1mm)"#;
const FONTS: [&[u8]; 2] = [include_bytes!("../../fonts/KontorSans-Regular.ttf"), include_bytes!("../../fonts/KontorSans-SemiBold.ttf")];

struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    data: (FileId, Bytes),
    picture: Option<(FileId, Bytes)>,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }
    fn main(&self) -> FileId {
        self.main.id()
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let known = [Some(&self.data), self.picture.as_ref()];
        known.into_iter().flatten().find(|(known, _)| *known == id).map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }
    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Renders, in the child. `order` is the template's name and, where a picture follows the data, the data's length.
pub(crate) fn work(order: &str, mut data: Vec<u8>) -> Result<Vec<u8>, (&'static str, String)> {
    let (template, length) = order.split_once(' ').unwrap_or((order, ""));
    let picture = match length.parse::<usize>() {
        Ok(length) if length <= data.len() => Some(data.split_off(length)),
        _ => None,
    };
    let text = match template {
        "proforma" => PROFORMA,
        "mailing" => MAILING,
        "logo" => LOGO,
        other => return Err(failed(format!("no template {other}"))),
    };
    let id = |name: &str| VirtualPath::new(name).map(|path| RootedPath::new(VirtualRoot::Project, path).intern()).map_err(|error| failed(error.to_string()));
    let fonts: Vec<Font> = FONTS.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
    let desk = Desk {
        library: LazyHash::new(Library::builder().build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        main: Source::new(id("main.typ")?, text.into()),
        data: (id("data.json")?, Bytes::new(data)),
        picture: match picture {
            Some(bytes) => Some((id("logo")?, Bytes::new(bytes))),
            None => None,
        },
    };
    let document = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| failed(first(&errors)))?;
    // No time stamp and no random identifier: the document's own date and title make both.
    let options = PdfOptions { creator: Smart::Custom(Some("Kontor".into())), ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(|errors| failed(first(&errors)))
}

fn first(errors: &[SourceDiagnostic]) -> String {
    errors.first().map(|error| error.message.to_string()).unwrap_or_default()
}

fn failed(detail: String) -> (&'static str, String) {
    ("pdf_failed", detail.chars().take(300).collect())
}

//! PDFs of posted documents: typst renders a template from the document's data and nothing else, in the child.

pub(crate) fn work(_template: &str, _data: Vec<u8>) -> Result<Vec<u8>, (&'static str, String)> {
    Err(("pdf_failed", "no template".into()))
}

//! Files for imports in stories.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kontor_server::imports::{self, ImportError, Kind, Options, Request, SourceFile};
use kontor_shared::api::ImportReport;

use crate::TestApp;

/// Imports files given as (name, content).
pub async fn import(app: &TestApp, kind: Kind, files: &[(&str, &str)]) -> ImportReport {
    try_import(app, kind, files, Options::default()).await.expect("the files are taken")
}

/// The same with options, or why the files are not taken.
pub async fn try_import(app: &TestApp, kind: Kind, files: &[(&str, &str)], options: Options) -> Result<ImportReport, ImportError> {
    let files = files.iter().map(|(name, content)| SourceFile { name: (*name).into(), bytes: content.as_bytes().to_vec() }).collect();
    imports::run(app.state(), Request { kind, files, options, progress: None }, "a story").await
}

/// Read, created, changed, unchanged, refused.
pub fn counts(report: &ImportReport) -> [u64; 5] {
    assert_eq!(report.read, report.created + report.changed + report.unchanged + report.refused, "{report:?}");
    [report.read, report.created, report.changed, report.unchanged, report.refused]
}

/// File, row, value and reason of each refusal, in the order of rows.
pub fn refusals(report: &ImportReport) -> Vec<(String, u64, String, String)> {
    let mut rows: Vec<_> = report.refusals.iter().map(|one| (one.file.clone(), one.row, one.value.clone(), one.reason.clone())).collect();
    rows.sort();
    rows
}

fn workbook(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook of our own opens")
}

/// The cells of one sheet as text, row by row.
pub fn workbook_rows(bytes: &[u8], sheet: usize) -> Vec<Vec<String>> {
    let range = workbook(bytes).worksheet_range_at(sheet).expect("the sheet is there").expect("the sheet can be read");
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// How many cells of the whole workbook hold a formula.
pub fn formulas(bytes: &[u8]) -> usize {
    let mut workbook = workbook(bytes);
    let names = workbook.sheet_names();
    names.iter().map(|name| workbook.worksheet_formula(name).expect("formulas can be read").used_cells().count()).sum()
}

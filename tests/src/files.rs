//! Files for imports in stories.

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

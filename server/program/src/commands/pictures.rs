//! `kontor pictures`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use kontor_server::error::AppError;
use kontor_server::pictures::{self, LARGEST, Origin};
use kontor_shared::audit::Actor;
use serde::Serialize;

use super::Data;

#[derive(Args)]
pub struct Pictures {
    /// Files named after their products' codes, such as 85123A.jpg, or folders of such files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// read = taken + unchanged + refused.
#[derive(Default, Serialize)]
struct Report {
    read: u64,
    taken: u64,
    unchanged: u64,
    refused: u64,
    refusals: Vec<Refusal>,
}

#[derive(Serialize)]
struct Refusal {
    file: String,
    /// Stable code, and what exactly.
    code: String,
    reason: String,
}

impl Pictures {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let files = files(&self.files)?;
        let state = self.data.open().await?;
        let mut report = Report::default();
        for (at, file) in files.iter().enumerate() {
            if at % 100 == 0 {
                eprintln!("kontor: {at} of {} pictures", files.len());
            }
            report.read += 1;
            match take(&state, file).await {
                Ok(false) => report.taken += 1,
                Ok(true) => report.unchanged += 1,
                Err(AppError::Invalid { code, detail, .. }) => {
                    report.refused += 1;
                    report.refusals.push(Refusal { file: file.display().to_string(), code: code.into(), reason: detail });
                }
                Err(AppError::Internal(error)) => return Err(error.context(file.display().to_string())),
                Err(other) => anyhow::bail!("{}: {other:?}", file.display()),
            }
        }
        state.db.close().await;
        let text = if self.json { serde_json::to_string_pretty(&report)? + "\n" } else { summary(&report) };
        super::print(text.as_bytes())?;
        Ok(ExitCode::from(u8::from(report.refused > 0)))
    }
}

/// Whether the product had this very picture.
async fn take(state: &kontor_server::AppState, file: &Path) -> Result<bool, AppError> {
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    if size > LARGEST as u64 {
        return Err(AppError::Invalid { code: "picture_too_large", detail: format!("at most {} MB", LARGEST >> 20), field: None });
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let product = pictures::named(&mut *state.db.read().await?, &name).await?;
    let taken = pictures::take(state, &product, &bytes, Origin { source: &name, actor: Actor::CommandLine.code(), fetch: None }).await?;
    Ok(taken.before == taken.number)
}

/// The files named, and those in the folders named, by name.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            let entry = entry?.path();
            if entry.is_file() {
                inside.push(entry);
            }
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

fn summary(report: &Report) -> String {
    let mut text = format!("pictures: {} read = {} taken + {} unchanged + {} refused\n", report.read, report.taken, report.unchanged, report.refused);
    for refusal in &report.refusals {
        text += &format!("{}: {} [{}]\n", refusal.file, refusal.reason, refusal.code);
    }
    text
}

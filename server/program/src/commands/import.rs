//! `kontor import`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use kontor_server::imports::{self, Kind, Options, Request, SourceFile};
use kontor_shared::api::ImportReport;
use kontor_shared::audit::Actor;
use kontor_shared::import::Map;

use super::Data;

#[derive(Args)]
pub struct Import {
    /// products, groups, customers or orders
    kind: String,
    /// CSV or XLSX, also packed with zstd or gzip.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// A map that ships with the program, or a file of `field = column` lines.
    #[arg(long)]
    map: Option<String>,
    /// Judge and report everything, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Currency of prices that name none, e.g. EUR.
    #[arg(long)]
    currency: Option<String>,
    /// Take only rows whose COLUMN has VALUE.
    #[arg(long, value_name = "COLUMN=VALUE")]
    r#where: Option<String>,
    /// Column whose values are the price types, e.g. the shop.
    #[arg(long, value_name = "COLUMN")]
    price_type_from: Option<String>,
    /// What to do with a group that does not exist.
    #[arg(long, value_enum, default_value = "create")]
    groups: Groups,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Groups {
    /// Create it and count it.
    Create,
    /// Refuse the row.
    Strict,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let kinds = || Kind::ALL.map(Kind::word).join(", ");
        let kind = Kind::parse(&self.kind).ok_or_else(|| anyhow!("{} cannot be imported: {}", self.kind, kinds()))?;
        let options = Options {
            map: self.map.as_deref().map_or(Ok(Map::default()), read_map)?,
            dry_run: self.dry_run,
            currency: self.currency.as_deref().map(imports::parse_currency).transpose()?,
            only: self.r#where.as_deref().map(imports::parse_where).transpose()?,
            price_type_from: self.price_type_from,
            strict_groups: self.groups == Groups::Strict,
        };
        let files = self.files.iter().map(|path| read_file(path)).collect::<anyhow::Result<Vec<_>>>()?;
        let state = self.data.open().await?;
        let request = Request { kind, files, options, progress: Some(|text| eprintln!("kontor: {text}")) };
        let report = imports::run(&state, request, Actor::CommandLine.code()).await;
        state.db.close().await;
        let report = report?;
        let text = if self.json { serde_json::to_string_pretty(&report)? + "\n" } else { summary(&report) };
        super::print(text.as_bytes())?;
        Ok(ExitCode::from(u8::from(report.refused > 0)))
    }
}

fn read_file(path: &Path) -> anyhow::Result<SourceFile> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > imports::files::LARGEST_FILE as u64 {
        bail!("{name}: larger than {} MiB; pack it with gzip or zstd, or split it", imports::files::LARGEST_FILE >> 20);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(SourceFile { name, bytes })
}

fn read_map(text: &str) -> anyhow::Result<Map> {
    if let Some(map) = Map::named(text) {
        return Ok(map);
    }
    let content = std::fs::read_to_string(text).with_context(|| format!("{text} is neither a map that ships with the program nor a file that can be read"))?;
    Ok(Map::parse(&content).map_err(imports::ImportError::from)?)
}

fn summary(report: &ImportReport) -> String {
    let mut text = String::new();
    for note in &report.notes {
        text += &format!("{note}\n");
    }
    text += &format!(
        "{}{}: {} read = {} created + {} changed + {} unchanged + {} refused; {} groups created\n",
        report.kind,
        if report.dry_run { " (dry run, nothing written)" } else { "" },
        report.read,
        report.created,
        report.changed,
        report.unchanged,
        report.refused,
        report.groups_created
    );
    for refusal in &report.refusals {
        text += &format!("{}, row {}: {} [{}]\n", refusal.file, refusal.row, refusal.reason, refusal.value);
    }
    if (report.refusals.len() as u64) < report.refused {
        let more = report.refused - report.refusals.len() as u64;
        text += &match report.id {
            Some(id) => format!("… and {more} more refused rows; the page /admin/import/{id} has them all\n"),
            None => format!("… and {more} more refused rows; only a run that is no dry one keeps them\n"),
        };
    }
    text
}

//! `kontor read-form`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use kontor_server::child::{self, LARGEST_FILE};
use kontor_server::error::AppError;
use kontor_server::forms::{self, Incoming};
use kontor_shared::api::forms::FormAccount;
use kontor_shared::words::Lang;

use super::Data;

#[derive(Args)]
pub struct ReadForm {
    /// The filled-in sheet: XLSX, XLSB, XLS, ODS, CSV or a web page, told by its content.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The customer, by code or id; needed where the file is no form of ours.
    #[arg(long, value_name = "KEY")]
    customer: Option<String>,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl ReadForm {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let size = std::fs::metadata(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?.len();
        if size > LARGEST_FILE as u64 {
            bail!("{name}: larger than {} MiB", LARGEST_FILE >> 20);
        }
        let bytes = std::fs::read(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        let book = child::read_book(&bytes).await.map_err(|error| anyhow!("{name}: {error}"))?;
        let state = self.data.open().await?;
        let incoming = Incoming { book: &book, file_name: &name, beside: "" };
        let judged = forms::judge(&state, &incoming, self.customer.as_deref(), Lang::En).await;
        state.db.close().await;
        let account = judged.map_err(|error| match error {
            AppError::Internal(error) => error,
            AppError::Invalid { detail, .. } => anyhow!("{name}: {detail}"),
            other => anyhow!("{name}: {other:?}"),
        })?;
        let text = if self.json { serde_json::to_string_pretty(&account)? + "\n" } else { summary(&account) };
        super::print(text.as_bytes())?;
        Ok(ExitCode::from(u8::from(account.refused > 0)))
    }
}

fn summary(account: &FormAccount) -> String {
    let form = account.form_id.as_deref().unwrap_or("none");
    let mut text = format!(
        "form {form}, customer {}, price list {}: {} read = {} accepted + {} changed + {} refused; total {} {}\n",
        account.customer, account.version, account.read, account.accepted, account.changed, account.refused, account.gross, account.currency
    );
    let wanted_on = account.wanted_on.as_deref().unwrap_or_default();
    for (label, said) in [("order number", account.po_number.as_str()), ("wanted on", wanted_on), ("comment", &account.comment)] {
        if !said.is_empty() {
            let _ = writeln!(text, "{label}: {}", said.replace('\n', " "));
        }
    }
    for line in account.lines.iter().filter(|line| line.reason.is_some()) {
        let _ = writeln!(
            text,
            "{}row {}: {} × {} {}: {}",
            of_sheet(Some(&line.sheet)),
            line.row,
            line.code,
            line.raw,
            line.verdict.word(),
            line.message.as_deref().unwrap_or_default()
        );
    }
    for warning in &account.warnings {
        let row = warning.row.map(|row| format!("row {row}: ")).unwrap_or_default();
        let _ = writeln!(text, "{}{row}{}", of_sheet(warning.sheet.as_deref()), warning.message);
    }
    text
}

fn of_sheet(sheet: Option<&str>) -> String {
    sheet.filter(|name| !name.is_empty()).map(|name| format!("{name}, ")).unwrap_or_default()
}

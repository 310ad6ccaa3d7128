//! `kontor publish`

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use kontor_server::error::AppError;
use kontor_server::price_list;
use kontor_shared::audit::Actor;

use super::Data;

#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    data: Data,
    /// First day its prices hold; today where absent.
    #[arg(long, value_name = "DATE")]
    valid_from: Option<String>,
    /// A note readers see.
    #[arg(long, default_value = "")]
    note: String,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Publish {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let state = self.data.open().await?;
        let report = price_list::publish(&state, Actor::CommandLine.code(), self.valid_from.as_deref(), &self.note).await;
        state.db.close().await;
        let report = report.map_err(|error| match error {
            AppError::Invalid { detail, .. } | AppError::Conflict { detail, .. } => anyhow!(detail),
            AppError::Internal(error) => error,
            other => anyhow!("{other:?}"),
        })?;
        let mut text = String::new();
        if self.json {
            text = serde_json::to_string_pretty(&report)? + "\n";
        } else {
            text += &format!("version {}, valid from {}: {} products, {} left out\n", report.version, report.valid_from, report.products, report.left_out);
            for left in &report.reasons {
                text += &format!("{}: {}\n", left.code, left.reason);
            }
            let untold = (report.left_out as usize).saturating_sub(report.reasons.len());
            if untold > 0 {
                text += &format!("and {untold} more\n");
            }
        }
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

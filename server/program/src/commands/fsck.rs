//! `kontor fsck`

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use kontor_server::config::Config;
use kontor_server::db::Db;
use kontor_server::operations::fsck;

use super::Data;

#[derive(Args)]
pub struct Fsck {
    #[command(flatten)]
    data: Data,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Fsck {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::from_env(self.data.data)?;
        let db = Db::existing(&config.data, config.database_url.as_deref()).await?;
        let report = fsck::run(&db).await?;
        db.close().await;
        let text = if self.json {
            serde_json::to_string(&report)? + "\n"
        } else {
            let mut text = String::new();
            for check in &report.checks {
                let _ = writeln!(text, "{}  {}: {}", if check.ok { "ok    " } else { "BROKEN" }, check.id, check.says);
                if !check.ok {
                    let _ = writeln!(text, "        {} of {}: {}", check.rows, check.looked_at, check.examples.join(", "));
                }
            }
            let _ = writeln!(text, "{} checks, {} broken", report.checks.len(), report.broken);
            text
        };
        super::print(text.as_bytes())?;
        Ok(if report.broken == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

//! `kontor restore`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kontor_server::config::Config;
use kontor_server::operations::restore;
use kontor_server::time::Clock;

use super::Data;

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    data: Data,
    /// What `kontor backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::from_env(self.data.data)?;
        let filled = restore::from_file(&config.data, config.database_url.as_deref(), &Clock::system(), &self.file).await?;
        let report = if self.json {
            serde_json::to_string(&filled)? + "\n"
        } else {
            format!(
                "{} rows of {} tables as of {}; counts and checksums agree.\n\
                 Nothing is sent from this database until sending is released, on the page /admin or with kontor mail release.\n\
                 Everybody has to sign in again, and links sent before the backup work no more.\n",
                filled.rows,
                filled.tables.len(),
                filled.created_at
            )
        };
        super::print(report.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

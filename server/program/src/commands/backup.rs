//! `kontor backup`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kontor_server::config::Config;
use kontor_server::db::Db;
use kontor_server::operations::backup;
use kontor_server::time::Clock;

use super::Data;

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    data: Data,
    /// A new file, readable by its owner alone, or `-`.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Report as JSON, on standard error where the backup goes to standard output.
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::from_env(self.data.data)?;
        let db = Db::existing(&config.data, config.database_url.as_deref()).await?;
        let clock = Clock::system();
        let stdout = self.file.as_os_str() == "-";
        let copied = if stdout {
            let (copied, mut out) = backup::write(&db, &clock, std::io::stdout()).await?;
            std::io::Write::flush(&mut out)?;
            copied
        } else {
            backup::to_file(&db, &clock, &self.file).await?
        };
        db.close().await;
        let report = if self.json {
            serde_json::to_string(&copied)? + "\n"
        } else {
            format!("{} rows of {} tables as of {}\n", copied.rows, copied.tables.len(), copied.created_at)
        };
        if stdout {
            eprint!("{report}")
        } else {
            super::print(report.as_bytes())?
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `kontor move`

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use kontor_server::config::Config;
use kontor_server::db;
use kontor_server::operations::restore;
use kontor_server::time::Clock;

use super::Data;

#[derive(Args)]
pub struct Move {
    #[command(flatten)]
    data: Data,
    /// postgres://… of an empty database.
    #[arg(long, value_name = "DATABASE_URL")]
    to: String,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Move {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        ensure!(db::is_postgres(&self.to), "--to is not a postgres:// address");
        let config = Config::from_env(self.data.data)?;
        ensure!(
            config.database_url.is_none(),
            "DATABASE_URL is set, and move goes from SQLite to PostgreSQL; from PostgreSQL, use backup and restore: the file is the same for both"
        );
        let filled = restore::to_postgres(&config.data, &self.to, &Clock::system()).await?;
        let report = if self.json {
            serde_json::to_string(&filled)? + "\n"
        } else {
            let mut text = String::new();
            for table in &filled.tables {
                let _ = writeln!(text, "{:>10}  {}  {}", table.end.rows, &table.end.checksum[..16], table.name);
            }
            let _ = writeln!(
                text,
                "{} rows of {} tables; counts and checksums agree.\n\
                 From now on start the server with DATABASE_URL naming the new database. The old one in {} is as it was; keep it until you have a backup of the new one.",
                filled.rows,
                filled.tables.len(),
                config.data.display()
            );
            text
        };
        super::print(report.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

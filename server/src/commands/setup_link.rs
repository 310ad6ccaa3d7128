//! `kontor setup-link`

use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use kontor_server::setup;

use super::Data;

#[derive(Args)]
pub struct SetupLink {
    #[command(flatten)]
    data: Data,
    /// Address people reach the server at; http://127.0.0.1:8080 where nothing names one.
    #[arg(long)]
    public_url: Option<String>,
}

impl SetupLink {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let state = self.data.open().await?;
        let base = self.public_url.or_else(|| state.config.public_url.clone()).unwrap_or_else(|| "http://127.0.0.1:8080".into());
        ensure!(base.starts_with("https://") || base.starts_with("http://"), "--public-url must begin with https://");
        let link = setup::link(&state, &base).await;
        state.db.close().await;
        match link? {
            Some(link) => super::print(format!("{link}\n").as_bytes())?,
            None => anyhow::bail!("there is an administrator already; nothing is left to set up"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

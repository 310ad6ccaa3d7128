//! `kontor setup-link`

use std::process::ExitCode;

use clap::Args;
use kontor_server::config::public_url;
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
        let wanted = self.public_url.map(|text| public_url("--public-url", &text)).transpose()?;
        let state = self.data.open().await?;
        let base = wanted.or_else(|| state.config.public_url.clone()).unwrap_or_else(|| "http://127.0.0.1:8080".into());
        let link = setup::link(&state, &base).await;
        state.db.close().await;
        match link? {
            Some(link) => super::print(format!("{link}\n").as_bytes())?,
            None => anyhow::bail!("there is an administrator already; nothing is left to set up"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

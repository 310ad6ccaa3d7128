//! `kontor firm`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kontor_server::firm;
use kontor_shared::audit::Actor;

use super::Data;

#[derive(Args)]
pub struct Firm {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print the settings as JSON.
    Show {
        #[command(flatten)]
        data: Data,
    },
    /// Change the settings that FILE, a JSON object as `show` prints it, names; the others stay.
    Set {
        #[command(flatten)]
        data: Data,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Firm {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let (data, file) = match self.action {
            Action::Show { data } => (data, None),
            Action::Set { data, file } => (data, Some(file)),
        };
        let changes = match &file {
            Some(file) => {
                let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
                match serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))? {
                    serde_json::Value::Object(changes) => changes,
                    _ => bail!("{} is not a JSON object", file.display()),
                }
            }
            None => serde_json::Map::new(),
        };
        let state = data.open().await?;
        let settings = firm::change(&state, Actor::CommandLine.code(), changes).await;
        state.db.close().await;
        super::print((serde_json::to_string_pretty(&settings?.shown()?)? + "\n").as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

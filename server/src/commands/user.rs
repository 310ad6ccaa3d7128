//! `kontor user`

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use kontor_server::auth;
use kontor_shared::api::Role;

use super::Data;

#[derive(Args)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add a log-in. The password is read from standard input, one line.
    Add {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        login: String,
        /// buyer, sales, accountant, marketer or admin
        #[arg(long)]
        role: String,
        /// A buyer's customer: its code or id.
        #[arg(long)]
        customer: Option<String>,
    },
}

impl User {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Action::Add { data, login, role, customer } = self.action;
        let role = Role::parse(&role).ok_or_else(|| anyhow!("no role {role}: buyer, sales, accountant, marketer or admin"))?;
        let state = data.open().await?;
        let customer = match customer {
            Some(key) => {
                let mut connection = state.db.read().await?;
                let found = auth::store::customer_by_key(&mut connection, &key).await?;
                Some(found.ok_or_else(|| anyhow!("no customer {key}"))?.parse().context("stored customer id")?)
            }
            None => None,
        };
        let mut password = String::new();
        std::io::stdin().lock().read_line(&mut password).context("cannot read the password from standard input")?;
        let password = password.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            bail!("give the password on standard input, one line");
        }
        let id = auth::add_user(&state, &login, password, role, customer, false).await?;
        println!("{id}");
        Ok(ExitCode::SUCCESS)
    }
}

//! `kontor user`

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use kontor_server::auth::store::UserRow;
use kontor_server::db::WriteTx;
use kontor_server::error::AppError;
use kontor_server::{AppState, accounts, audit, auth};
use kontor_shared::api::Role;
use kontor_shared::audit::{Action as Told, Actor};

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
    /// List who can log in: log-in, role, state, second factor, customer.
    List {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Keep someone out; the sessions end at once.
    Disable {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        login: String,
    },
    /// Let someone in again.
    Enable {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        login: String,
    },
    /// Take a lost second factor away, when no administrator can sign in to do it; the next log-in asks staff to set up another.
    ResetTotp {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        login: String,
    },
}

/// How the audit trail names whoever sits at the machine.
const ACTOR: &str = Actor::CommandLine.code();

impl User {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Add { data, login, role, customer } => add(data, &login, &role, customer).await?,
            Action::List { data, json } => list(data, json).await?,
            Action::Disable { data, login } => set_disabled(data, &login, true).await?,
            Action::Enable { data, login } => set_disabled(data, &login, false).await?,
            Action::ResetTotp { data, login } => reset_totp(data, &login).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn add(data: Data, login: &str, role: &str, customer: Option<String>) -> anyhow::Result<()> {
    let role = Role::parse(role).ok_or_else(|| anyhow!("no role {role}: buyer, sales, accountant, marketer or admin"))?;
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
    let id = auth::add_user(&state, login, password, role, customer, false).await?;
    println!("{id}");
    Ok(())
}

async fn list(data: Data, json: bool) -> anyhow::Result<()> {
    let state = data.open().await?;
    let now = state.clock.now_ms();
    let mut rows = accounts::store::people(&mut *state.db.read().await?, "", now, now - auth::IDLE_MS).await?;
    rows.sort_by(|one, other| one.login.cmp(&other.login));
    let mut text = String::new();
    for row in rows {
        let (customer, factor, state) = (row.customer_code.clone().unwrap_or_default(), row.factor_at.is_some(), row.state());
        if json {
            let line = serde_json::json!({"id": row.id, "login": row.login, "name": row.name, "role": row.role, "state": state, "totp": factor, "customer": row.customer_code});
            text.push_str(&format!("{line}\n"));
        } else {
            text.push_str(&format!("{:40} {:10} {state:8} {:7} {customer}\n", row.login, row.role, if factor { "totp" } else { "no totp" }));
        }
    }
    super::print(text.as_bytes())
}

/// The user with this log-in, locked in a transaction.
async fn find(state: &AppState, login: &str) -> anyhow::Result<(WriteTx, UserRow)> {
    let mut tx = state.db.write_tx().await?;
    let found = auth::store::user_by_login(&mut tx, &auth::normal(login)).await?;
    let row = found.ok_or_else(|| anyhow!("no log-in {login}"))?;
    Ok((tx, row))
}

async fn set_disabled(data: Data, login: &str, disabled: bool) -> anyhow::Result<()> {
    let state = data.open().await?;
    let (mut tx, row) = find(&state, login).await?;
    let role = Role::parse(&row.role).context("stored role")?;
    match accounts::people::apply(&mut tx, &state, ACTOR, &row, role, disabled).await {
        Ok(()) => tx.commit().await.context("cannot store it"),
        Err(AppError::Conflict { detail, .. }) => bail!("{detail}"),
        Err(other) => bail!("{other:?}"),
    }
}

async fn reset_totp(data: Data, login: &str) -> anyhow::Result<()> {
    let state = data.open().await?;
    let (mut tx, row) = find(&state, login).await?;
    if row.factor_at.is_none() {
        bail!("{login} has no second factor");
    }
    accounts::store::remove_factor(&mut tx, &row.id).await?;
    auth::store::end_sessions(&mut tx, &row.id, "").await?;
    audit::record::<()>(&mut tx, &state.clock, ACTOR, Told::FactorReset, &row.id, None, None).await?;
    tx.commit().await.context("cannot store it")
}

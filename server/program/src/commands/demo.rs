//! `kontor demo`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kontor_server::config::Config;
use kontor_server::operations::alone::Alone;
use kontor_server::time::Clock;
use kontor_server::{AppState, demo};

#[derive(Args)]
pub struct Demo {
    /// Directory of the demo's SQLite database, caches and mail spool; created if missing.
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Load the data and stop.
    #[arg(long)]
    load_only: bool,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        super::start_logging()?;
        let mut config = Config { pages: kontor_program::PAGES, ..Config::from_env(self.data)? };
        config.public_url = config.public_url.or_else(|| super::serve::own_address(self.listen, false));
        // Data can be loaded beside a server; a second server is one too many.
        let _alone = if self.load_only { None } else { Alone::of(&config)? };
        let state = AppState::open(config, Clock::system()).await?;
        let loaded = demo::load(&state, |text| eprintln!("kontor: loading the demo firm: {text}")).await?;
        println!("{}", if loaded { "The demo firm is loaded." } else { "The demo firm is there already; its data is kept." });
        if self.load_only {
            state.db.close().await;
            return Ok(ExitCode::SUCCESS);
        }
        println!("\nOpen http://{}/ as a buyer and http://{}/admin as staff. Log-ins of the demo:\n", self.listen, self.listen);
        for login in demo::logins() {
            println!("    {:<24} {:<18} {}", login.login, login.password, login.role.word());
        }
        println!("\nCtrl-C stops it.");
        super::serve::listen_until_stopped(state, self.listen, None, None).await?;
        Ok(ExitCode::SUCCESS)
    }
}

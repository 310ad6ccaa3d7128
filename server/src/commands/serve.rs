//! `kontor serve`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use kontor_server::config::Config;
use kontor_server::serve::{self, TlsFiles};
use kontor_server::time::Clock;
use kontor_server::{AppState, app, background, setup};

use super::Data;

/// What is under way when the server stops gets this long.
const FINISH: Duration = Duration::from_secs(30);

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Certificate chain, PEM.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy that speaks HTTPS stands in front; take the client's address from it.
    #[arg(long, conflicts_with = "tls_cert")]
    trust_proxy: bool,
    /// Address people reach this server at.
    #[arg(long)]
    public_url: Option<String>,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        super::start_logging();
        let mut config = Config::from_env(self.data.data)?;
        config.trust_proxy = self.trust_proxy;
        config.public_url = self.public_url.or(config.public_url);
        if let Some(url) = &config.public_url {
            ensure!(url.starts_with("https://") || url.starts_with("http://"), "--public-url must begin with https://");
        }
        config.public_url = config.public_url.or_else(|| own_address(self.listen, self.tls_cert.is_some()));
        let tls = self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        let state = AppState::open(config, Clock::system()).await?;
        listen_until_stopped(state, self.listen, tls.as_ref()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Where a server that only this machine reaches is reached: links in its mails lead there, unless told otherwise.
pub fn own_address(listen: SocketAddr, tls: bool) -> Option<String> {
    let scheme = if tls { "https" } else { "http" };
    (listen.ip().is_loopback() && listen.port() != 0).then(|| format!("{scheme}://{listen}"))
}

/// Where a link leads: to the public address, else to the one listened on, as this machine reaches it.
fn base(state: &AppState, scheme: &str, local: SocketAddr) -> String {
    let here = match local.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", local.port()),
        _ => local.to_string(),
    };
    state.config.public_url.clone().unwrap_or_else(|| format!("{scheme}://{here}"))
}

/// Serves `state` until a signal, with its background work.
pub async fn listen_until_stopped(state: AppState, address: SocketAddr, tls: Option<&TlsFiles>) -> anyhow::Result<()> {
    let listener = serve::listen(address, tls, state.config.trust_proxy).await?;
    let local = listener.local_addr().context("the listening socket has no address")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    if let Some(link) = setup::link(&state, &base(&state, scheme, local)).await? {
        eprintln!("kontor: nobody administers this installation yet. Set it up with this link; it works once, within 24 hours:");
        eprintln!("kontor: {link}");
    }
    eprintln!("kontor: listening on {scheme}://{local}");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = background::spawn(state.clone(), stopped);
    let served = serve::run(listener, tls, app(state.clone()), serve::stop_signal()).await;
    let _ = stop.send(true);
    // A mail server may keep a message waiting for ten minutes; its row says that it was under way.
    if tokio::time::timeout(FINISH, work).await.is_err() {
        tracing::warn!("background work did not end in time; its leases run out and another server takes over");
    }
    state.db.close().await;
    served?;
    Ok(())
}

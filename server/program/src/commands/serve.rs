//! `kontor serve`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use kontor_server::config::{Config, public_url};
use kontor_server::operations::alone::Alone;
use kontor_server::operations::metrics;
use kontor_server::serve::{self, TlsFiles};
use kontor_server::time::Clock;
use kontor_server::{AppState, app, background, setup};
use tokio::net::TcpListener;

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
    /// Address and port of a listener for Prometheus, GET /metrics.
    #[arg(long, value_name = "ADDR")]
    metrics: Option<SocketAddr>,
    /// The metrics' address may be reached from other machines.
    #[arg(long, requires = "metrics")]
    metrics_beyond_loopback: bool,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        super::start_logging()?;
        let mut config = Config { pages: kontor_program::PAGES, ..Config::from_env(self.data.data)? };
        config.trust_proxy = self.trust_proxy;
        if let Some(text) = &self.public_url {
            config.public_url = Some(public_url("--public-url", text)?);
        }
        config.public_url = config.public_url.or_else(|| own_address(self.listen, self.tls_cert.is_some()));
        let tls = self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        let metrics = match self.metrics {
            Some(address) => Some(metrics::listen(address, self.metrics_beyond_loopback).await?),
            None => None,
        };
        // Before the schema is brought up to date: another server may be working with it.
        let _alone = Alone::of(&config)?;
        let state = AppState::open(config, Clock::system()).await?;
        listen_until_stopped(state, self.listen, tls.as_ref(), metrics).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Where a link leads: to the public address, else to the one listened on, as this machine reaches it.
fn base(state: &AppState, scheme: &str, local: SocketAddr) -> String {
    let here = match local.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", local.port()),
        _ => local.to_string(),
    };
    state.config.public_url.clone().unwrap_or_else(|| format!("{scheme}://{here}"))
}

/// Where a server that only this machine reaches is reached: links in its mails lead there, unless told otherwise.
pub fn own_address(listen: SocketAddr, tls: bool) -> Option<String> {
    let scheme = if tls { "https" } else { "http" };
    (listen.ip().is_loopback() && listen.port() != 0).then(|| format!("{scheme}://{listen}"))
}

/// Serves `state` until a signal, with its background work.
pub async fn listen_until_stopped(state: AppState, address: SocketAddr, tls: Option<&TlsFiles>, metrics: Option<TcpListener>) -> anyhow::Result<()> {
    let listener = serve::listen(address, tls, state.config.trust_proxy).await?;
    let local = listener.socket.local_addr().context("the listening socket has no address")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    if let Some(link) = setup::link(&state, &base(&state, scheme, local)).await? {
        eprintln!("kontor: nobody administers this installation yet. Set it up with this link; it works once, within 24 hours:");
        eprintln!("kontor: {link}");
    }
    let stop_signal = serve::stop_signal();
    eprintln!("kontor: listening on {scheme}://{local}");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = background::spawn(state.clone(), stopped);
    if let Some(metrics) = metrics {
        eprintln!("kontor: metrics on http://{}/metrics", metrics.local_addr().context("the metrics' socket has no address")?);
        // It ends with the process: whoever watches may watch it end.
        tokio::spawn(serve::run(metrics.into(), metrics::router(state.clone()), std::future::pending()));
    }
    let served = serve::run(listener, app(state.clone()), stop_signal).await;
    let _ = stop.send(true);
    // A mail server may keep a message waiting for ten minutes; its row says that it was under way.
    if tokio::time::timeout(FINISH, work).await.is_err() {
        tracing::warn!("background work did not end in time; its leases run out and another server takes over");
    }
    state.db.close().await;
    served?;
    Ok(())
}

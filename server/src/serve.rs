//! Accepting connections: plain HTTP on loopback or behind a proxy, HTTPS with the firm's certificate, time limits
//! on idle and slow clients, and a graceful end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Connections held at once; more wait in the kernel's queue.
const MOST_CONNECTIONS: usize = 4096;
/// A client that has not finished its request's head by then is cut off (slow-header attacks).
const HEAD_LIMIT: Duration = Duration::from_secs(15);
/// Requests under way get this long after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Certificate chain and key, PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// A socket, and what connections to it are encrypted with.
pub struct Listener {
    pub socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self { socket, tls: None }
    }
}

/// Opens the listening socket, with the certificate read: a wrong one is said before anybody is told to come. Plain HTTP beyond loopback is refused unless a proxy stands in front: cookies and
/// service workers want HTTPS.
pub async fn listen(address: SocketAddr, tls: Option<&TlsFiles>, trust_proxy: bool) -> anyhow::Result<Listener> {
    if tls.is_none() && !trust_proxy && !address.ip().is_loopback() {
        bail!("{address} would serve plain HTTP to the network: give --tls-cert and --tls-key, or --trust-proxy behind a proxy that speaks HTTPS");
    }
    let tls = tls.map(acceptor).transpose()?;
    let socket = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    Ok(Listener { socket, tls })
}

fn acceptor(files: &TlsFiles) -> anyhow::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .with_context(|| format!("cannot read {}", files.certificate.display()))?
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("{} is not a PEM certificate", files.certificate.display()))?;
    ensure!(!chain.is_empty(), "{} holds no PEM certificate", files.certificate.display());
    let key = PrivateKeyDer::from_pem_file(&files.key).with_context(|| format!("cannot read the key {}", files.key.display()))?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .with_context(|| format!("the certificate {} and the key {} do not fit", files.certificate.display(), files.key.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop` resolves, then lets requests under way finish.
pub async fn run(listener: Listener, app: Router, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let Listener { socket, tls } = listener;
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let accept = async {
            let place = places.clone().acquire_owned().await.map_err(std::io::Error::other)?;
            socket.accept().await.map(|(stream, peer)| (stream, peer, place))
        };
        let (stream, peer, place) = tokio::select! {
            accepted = accept => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: wait for some connections to end.
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let (tls, app, watcher) = (tls.clone(), app.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => connection(stream, peer, app, watcher).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_LIMIT, tls.accept(stream)).await {
                        connection(stream, peer, app, watcher).await
                    }
                }
            }
        });
    }
    drop(socket);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, peer: SocketAddr, app: Router, watcher: Watcher) {
    let asked = Arc::new(AtomicBool::new(false));
    let has_asked = asked.clone();
    let service = app.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30))).max_concurrent_streams(64);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    // hyper's limit begins once it knows which HTTP is spoken: whoever says nothing at all would hold its place for ever.
    let silent = async {
        tokio::time::sleep(HEAD_LIMIT).await;
        if has_asked.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        // A client that went away is its own business.
        _ = watcher.watch(connection.into_owned()) => {}
        () = silent => {}
    }
}

/// Resolves on SIGTERM or Ctrl-C. They are heard from the call on: whoever is told to stop while starting ends in order.
pub fn stop_signal() -> impl Future<Output = ()> {
    let heard = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async {
        let [Ok(mut terminate), Ok(mut interrupt)] = heard else { return std::future::pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

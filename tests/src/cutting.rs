//! A line between browser and server that can lose an answer: the request has gone through, and nobody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The line. It forwards everything as it is until it is told to cut.
pub struct Line {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// Answers to orders are lost.
    cut: AtomicBool,
    /// Answers to orders are kept back.
    hold: AtomicBool,
    orders: AtomicUsize,
}

impl Line {
    /// Begins to listen, before `address`, a server's.
    pub async fn before(address: &str) -> Self {
        let upstream = address.trim_start_matches("http://").to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (state, upstream) = (shared.clone(), upstream.clone());
                tokio::spawn(async move {
                    if let Ok(far) = TcpStream::connect(&upstream).await {
                        carry(near, far, &state).await;
                    }
                });
            }
        });
        Self { address, state, task }
    }

    /// From now on the answers to orders are lost, or come again.
    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
    }

    /// From now on the answers to orders do not come, or are asked for in vain no longer.
    pub fn hold(&self, hold: bool) {
        self.state.hold.store(hold, Ordering::SeqCst);
    }

    /// How often an order went through.
    pub fn orders(&self) -> usize {
        self.state.orders.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, far: TcpStream, state: &State) {
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let ordering = AtomicBool::new(false);
    let there = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = near_in.read(&mut bytes).await {
            if bytes[..read].windows(16).any(|part| part == b"PUT /api/orders/") {
                ordering.store(true, Ordering::SeqCst);
                state.orders.fetch_add(1, Ordering::SeqCst);
            }
            if far_out.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = far_in.read(&mut bytes).await {
            // The server has answered: what it was asked to store is stored.
            if ordering.swap(false, Ordering::SeqCst) {
                if state.cut.load(Ordering::SeqCst) {
                    return;
                }
                while state.hold.load(Ordering::SeqCst) {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
            if near_out.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! { () = there => {} () = back => {} }
}

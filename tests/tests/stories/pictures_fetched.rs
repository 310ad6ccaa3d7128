//! Pictures beside other work: a slow server of pictures holds nobody else's up, and many pictures no document.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use image::ImageFormat;
use kontor_server::config::Config;
use kontor_server::{child, pictures};
use kontor_shared::api::Role;
use kontor_tests::pictures::{PNG, plain};
use kontor_tests::{Engine, TestApp, both};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::pictures::{import, page};

const SOON: Duration = Duration::from_secs(20);

/// A server whose `/slow` pictures come when they are let go, and which of them were asked for.
struct Slow {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    go: Arc<Semaphore>,
}

impl Slow {
    fn asked(&self) -> usize {
        self.asked.lock().expect("the list").len()
    }
}

async fn slow() -> Slow {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("an address");
    let (asked, go) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
    let (list, wait) = (asked.clone(), go.clone());
    let late = get(move |Path(which): Path<String>| async move {
        list.lock().expect("the list").push(which);
        wait.acquire().await.expect("it is let go").forget();
        PNG
    });
    let router = Router::new().route("/slow/{which}", late).route("/quick.png", get(|| async { PNG }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Slow { at, asked, go }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap_or_else(|_| panic!("{what}"));
}

async fn slow_ones_and_quick_ones(engine: Engine) {
    let server = slow().await;
    let app = TestApp::start_with(engine, |config: &mut Config| config.picture_hosts = vec!["127.0.0.1".into(), "localhost".into()]).await;
    let sales = app.staff(Role::Sales).await;
    let port = server.at.port();
    let rows: String = (0..9).map(|at| format!("S{at},Slow {at},Goods,1,http://127.0.0.1:{port}/slow/{at}\n")).collect();
    import(&sales, &format!("code,name,group,price,picture\n{rows}")).await;
    let state = app.state().clone();
    let running = tokio::spawn(async move { pictures::fetch::run_due(&state, || false).await });
    let asked = || server.asked();
    until("the slow server is asked", async || asked() > 0).await;

    // Named later, and of another host: had while all of the others wait.
    import(&sales, &format!("code,name,group,price,picture\nQ,Quick,Goods,1,http://localhost:{port}/quick.png\n")).await;
    until("the quick picture is there", async || page(&sales, "?q=Q").await.pictures.len() == 1).await;
    until("the slow server is asked twice", async || asked() == 2).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(asked(), 2, "two places are left to others");
    // As one comes the next is asked for, whatever the other does.
    server.go.add_permits(1);
    until("the next is asked for", async || asked() == 3).await;
    server.go.add_permits(8);
    tokio::time::timeout(SOON, running).await.expect("all are had").expect("no panic").expect("pictures are fetched");
    assert_eq!((page(&sales, "").await.with_picture, asked()), (10, 9));
    app.finish().await;
}
both!(a_slow_server_of_pictures_holds_up_only_its_own, slow_ones_and_quick_ones);

async fn tried_and_new(engine: Engine) {
    let server = slow().await;
    let app = TestApp::start_with(engine, |config: &mut Config| config.picture_hosts = vec!["127.0.0.1".into()]).await;
    let sales = app.staff(Role::Sales).await;
    let port = server.at.port();
    let named = |prefix: &str| -> String {
        let rows = (0..3).map(|at| format!("{prefix}{at},Good,Goods,1,http://127.0.0.1:{port}/slow/{prefix}{at}\n"));
        format!("code,name,group,price,picture\n{}", rows.collect::<String>())
    };
    import(&sales, &named("A")).await;
    // Their tries are cut short: the server ends, and their lease with it.
    let state = app.state().clone();
    let running = tokio::spawn(async move { pictures::fetch::run_due(&state, || false).await });
    until("two are asked for", async || server.asked() == 2).await;
    running.abort();
    let tried: BTreeSet<String> = std::mem::take(&mut *server.asked.lock().expect("the list")).into_iter().collect();
    app.pass(3600);
    let sales = app.staff(Role::Sales).await;
    import(&sales, &named("N")).await;
    server.go.add_permits(20);
    pictures::fetch::run_due(app.state(), || false).await.expect("pictures are fetched");
    let order = server.asked.lock().expect("the list").clone();
    assert_eq!((order.len(), page(&sales, "").await.with_picture), (6, 6));
    assert_eq!(order[4..].iter().cloned().collect::<BTreeSet<_>>(), tried, "those that were tried come after those that were not: {order:?}");
    app.finish().await;
}
both!(what_was_tried_waits_behind_what_is_new, tried_and_new);

/// Kinds of the children this process has now.
fn children() -> Vec<String> {
    let mut kinds = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
        let parent = std::fs::read_to_string(entry.path().join("stat")).ok().and_then(|stat| stat.rsplit(") ").next()?.split(' ').nth(1)?.parse::<u32>().ok());
        if parent == Some(std::process::id())
            && let Ok(line) = std::fs::read_to_string(entry.path().join("cmdline"))
            && let [_, "__child", kind, ..] = line.split('\0').collect::<Vec<_>>()[..]
        {
            kinds.push(kind.to_string());
        }
    }
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pictures_leave_a_place_to_documents() {
    child::use_executable(kontor_tests::program::kontor());
    let photo = Arc::new(plain(5000, 4000, [200, 40, 40], ImageFormat::Png));
    let mut making = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let photo = photo.clone();
        making.spawn(async move { child::make_picture(&photo).await.expect("a picture") });
    }
    let mut most = BTreeSet::new();
    while !making.is_empty() {
        most.insert(children().iter().filter(|kind| *kind == "picture").count());
        if let Ok(Some(made)) = tokio::time::timeout(Duration::from_millis(5), making.join_next()).await {
            made.expect("no panic");
        }
    }
    assert_eq!(most.last(), Some(&1), "never two at once: {most:?}");
}

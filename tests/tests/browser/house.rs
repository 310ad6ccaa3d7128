//! A server in this process that can turn into one of another edition, lose files, and keep some waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use kontor_server::assets::inline_sources;
use kontor_shared::api::{PublishReport, Role};
use kontor_tests::TestApp;
use serde_json::json;
use tokio::net::TcpListener;

/// The server's address and what is done to its answers.
pub struct House {
    pub address: String,
    manner: Arc<Manner>,
}

struct Manner {
    edition: AtomicUsize,
    /// Addresses with one of these in them are not found.
    lost: Mutex<Vec<&'static str>>,
    /// Addresses with one of these in them are not answered yet.
    held: Mutex<Vec<&'static str>>,
}

impl House {
    pub async fn open(app: &TestApp) -> Self {
        let manner = Arc::new(Manner { edition: AtomicUsize::new(1), lost: Mutex::default(), held: Mutex::default() });
        // Around the whole of it: within, a route would have been found by the address as it came.
        let router = Router::new().fallback_service(app.router()).layer(middleware::from_fn_with_state(manner.clone(), answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, manner }
    }

    /// From now on it is the server after so many updates.
    pub fn becomes(&self, edition: usize) {
        self.manner.edition.store(edition, Ordering::SeqCst);
    }

    pub fn loses(&self, parts: &[&'static str]) {
        *self.manner.lost.lock().expect("no panic before") = parts.to_vec();
    }

    pub fn holds(&self, parts: &[&'static str]) {
        *self.manner.held.lock().expect("no panic before") = parts.to_vec();
    }
}

impl Manner {
    fn loses(&self, path: &str) -> bool {
        self.lost.lock().expect("no panic before").iter().any(|part| path.contains(part))
    }

    fn holds(&self, path: &str) -> bool {
        self.held.lock().expect("no panic before").iter().any(|part| path.contains(part))
    }
}

/// A later edition has every file under another name, as after a build from other sources, and none under an old one.
async fn answer(State(manner): State<Arc<Manner>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_string();
    while manner.holds(&path) {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    if manner.loses(&path) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let edition = manner.edition.load(Ordering::SeqCst);
    if edition == 1 {
        return next.run(request).await;
    }
    if let Some(name) = path.strip_prefix("/assets/") {
        let Some(name) = name.strip_prefix(&format!("{edition}-")) else { return StatusCode::NOT_FOUND.into_response() };
        *request.uri_mut() = format!("/assets/{name}").parse::<Uri>().expect("an address");
    }
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let (mut parts, body) = next.run(request).await.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if path.starts_with("/api/") || !(kind.starts_with("text/html") || kind.starts_with("text/javascript") || kind.starts_with("text/css")) {
        return Response::from_parts(parts, body);
    }
    let bytes = axum::body::to_bytes(body, 8 << 20).await.expect("a page's text");
    let text = String::from_utf8(bytes.into()).expect("UTF-8");
    let before = inline_sources(&text);
    let text = text.replace("/assets/", &format!("/assets/{edition}-")).replace(" from './", &format!(" from './{edition}-"));
    let text = text.replace("PREFIX + '", &format!("PREFIX + '{edition}-"));
    parts.headers.remove(header::CONTENT_LENGTH);
    // What stands in the page names files too; its policy knows it by its hash.
    let (was, is) = (before.0.into_iter().chain(before.1), inline_sources(&text));
    let mut policy = parts.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_string();
    was.zip(is.0.into_iter().chain(is.1)).for_each(|(was, is)| policy = policy.replace(&was, &is));
    parts.headers.insert(header::CONTENT_SECURITY_POLICY, policy.parse().expect("a header"));
    Response::from_parts(parts, Body::from(text))
}

/// Goods, of which the first cost more from the second publication on.
fn goods(dearer: usize) -> String {
    let mut file = "code,name,group,price,brand\n".to_string();
    for at in 0..400 {
        let price = if at < dearer { 900 + at } else { 100 + at };
        file.push_str(&format!("A-{at:04},Drill number {at} of the house,Tools {},{price}.50,{}\n", at / 100, ["Bosch", "Makita"][at % 2]));
    }
    file
}

pub async fn publish(app: &TestApp, dearer: usize) -> u32 {
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", goods(dearer)).await.ok();
    let version = sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version;
    kontor_server::jobs::run_due(app.state(), || false).await.expect("the lists are packed");
    version
}

/// A firm that shows everybody its prices, with its first list.
pub async fn firm(app: &TestApp) {
    publish(app, 0).await;
    let prices = json!({"public_price_type": "wholesale", "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60});
    app.staff(Role::Admin).await.put("/api/settings", &json!({"prices": prices})).await.ok();
}

//! What changes under an open page: a newer price list, and a newer edition of the page itself. Both are announced, and
//! nothing is swapped before the reader says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::{PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::{TestApp, on_both_databases};
use serde_json::json;
use thirtyfour::prelude::*;
use tokio::net::TcpListener;

use super::offline::kept;

/// A server in this process that can turn into one of another edition.
pub struct House {
    pub address: String,
    second: Arc<AtomicBool>,
}

impl House {
    pub async fn open(app: &TestApp) -> Self {
        let second = Arc::new(AtomicBool::new(false));
        // Around the whole of it: within, a route would have been found by the address as it came.
        let router = Router::new().fallback_service(app.router()).layer(middleware::from_fn_with_state(second.clone(), edition));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, second }
    }
}

/// The second edition has every file under another name, as after a build from other sources, and none under its old one.
async fn edition(State(second): State<Arc<AtomicBool>>, mut request: Request, next: Next) -> Response {
    if !second.load(Ordering::SeqCst) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_string();
    if let Some(name) = path.strip_prefix("/assets/") {
        let Some(name) = name.strip_prefix("2-") else { return StatusCode::NOT_FOUND.into_response() };
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
    let text = text.replace("/assets/", "/assets/2-").replace(" from './", " from './2-").replace("PREFIX + '", "PREFIX + '2-");
    parts.headers.remove(header::CONTENT_LENGTH);
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

async fn publish(app: &TestApp, dearer: usize) -> u32 {
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", goods(dearer)).await.ok();
    let version = sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version;
    kontor_server::jobs::run_due(app.state(), || false).await.expect("the lists are packed");
    version
}

/// A firm that shows everybody its prices, with its first list.
async fn firm(app: &TestApp) {
    publish(app, 0).await;
    let prices = json!({"public_price_type": "wholesale", "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60});
    app.staff(Role::Admin).await.put("/api/settings", &json!({"prices": prices})).await.ok();
}

const FIRST_PRICE: &str = "return document.querySelector('.list .item:not([hidden])').innerText.match(/\\d+\\.\\d{2}/)[0]";

async fn order_the_first(browser: &Browser) {
    browser.fill("#search", "A-0001").await;
    let found = "const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === 'A-0001'";
    browser.until("A-0001 is the first hit", async || browser.script::<bool>(found).await).await;
    browser.keys(Key::Enter).await;
    browser.until("a quantity has the focus", async || browser.script::<bool>("return document.activeElement.classList.contains('qty')").await).await;
    browser.keys("5").await;
    browser.keys(Key::Enter).await;
    browser.see(".shop-order .order-lines li").await;
}

async fn reload(browser: &Browser) {
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".list .item").await;
}

on_both_databases!(a_newer_list_is_announced_and_taken_when_the_reader_says_so, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    kept(&browser, "\"").await;
    assert_eq!(publish(&app, 9).await, 2);

    // What is kept opens; what is newer comes after it, as what changed, and only says that it is there.
    reload(&browser).await;
    browser.read("List 2 is here.").await;
    browser.read("list 1").await;
    order_the_first(&browser).await;
    assert_eq!(browser.script::<String>(FIRST_PRICE).await, "101.50");
    let fetched = browser.script::<Vec<String>>("return performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)").await;
    assert!(fetched.iter().any(|path| path == "/api/price-list/2/wholesale/since/1"), "{fetched:?}");
    assert!(!fetched.iter().any(|path| path == "/api/price-list/2/wholesale"), "the whole list was fetched: {fetched:?}");
    browser.fill("#search", "Drill").await;
    browser.script::<f64>("return document.querySelector('[role=grid]').scrollTop = 3000").await;
    let far = "return [...document.querySelectorAll('.list .item .code')].some(code => code.innerText.trim() === 'A-0105')";
    browser.until("rows far down", async || browser.script::<bool>(far).await).await;
    browser.press("Take list 2").await;
    browser.read("This is list 2 now.").await;
    browser.read("Prices as of 15 Jan 2026 · list 2").await;
    assert_eq!(browser.script::<String>("return document.querySelector('#search').value").await, "Drill", "the query stays");
    browser.until("the place stays", async || browser.script::<f64>("return document.querySelector('[role=grid]').scrollTop").await == 3000.0).await;
    browser.fill("#search", "A-0001").await;
    browser.until("the new price", async || browser.script::<String>(FIRST_PRICE).await == "901.50").await;
    assert_eq!(browser.script::<String>("return document.querySelector('.order-lines .pen').innerText").await, "5", "quantities stay");
    assert!(!browser.text().await.contains("List 2 is here."), "what is taken is not offered again");

    // A torn entry is not shown, and does not stay.
    let tear = "return (async () => { const cache = await caches.open('kontor-kept'); const entry = await cache.match('/kept/list'); \
         const bytes = new Uint8Array(await entry.arrayBuffer()); bytes[bytes.length - 1] ^= 1; await cache.put('/kept/list', new Response(bytes)); return true; })()";
    let version = "return (async () => { const cache = await caches.open('kontor-kept'); const entry = await cache.match('/kept/list'); \
         return entry ? new Uint8Array(await entry.arrayBuffer()).at(-1) : -1; })()";
    browser.until("list 2 is kept", async || browser.script::<String>(KEPT_VERSION).await == "2").await;
    let whole = browser.script::<i64>(version).await;
    browser.script::<bool>(tear).await;
    reload(&browser).await;
    browser.until("a whole list is kept again", async || browser.script::<i64>(version).await == whole).await;
    browser.close().await;
});

const KEPT_VERSION: &str = "return (async () => { const cache = await caches.open('kontor-kept'); const entry = await cache.match('/kept/list'); \
     return entry ? (await entry.text()).match(/\"version\":(\\d+)/)[1] : ''; })()";

on_both_databases!(an_open_page_keeps_its_edition_until_it_is_opened_anew, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    kept(&browser, "\"").await;
    order_the_first(&browser).await;
    let script = "return document.querySelector('script[type=module]').src";
    let editions = "return caches.keys().then(names => names.filter(name => name.startsWith('kontor-app-')))";
    assert_eq!(browser.script::<Vec<String>>(editions).await.len(), 1);

    // The server is another one now, and has none of this page's files.
    house.second.store(true, Ordering::SeqCst);
    browser.script::<bool>("return navigator.serviceWorker.getRegistration().then(known => known.update()).then(() => true)").await;
    browser.read("A new edition of this page is ready.").await;
    let old = browser.script::<String>(script).await;
    assert!(!old.contains("/assets/2-"), "{old}");
    // Its own script, and the part that is only fetched when somebody asks for a workbook.
    let part = browser.script::<String>("return document.querySelector('meta[name=kontor-worker]').content").await;
    for address in [&old, &part] {
        let is_kept = format!("return caches.match({address:?}).then(answer => !!answer)");
        assert!(browser.script::<bool>(&is_kept).await, "{address} is not kept");
    }

    // Closed and opened another time, it is the new one, with the order as it was.
    let browser = browser.closed_and_opened().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    browser.until("the new edition", async || browser.script::<String>(script).await.contains("/assets/2-")).await;
    browser.see(".shop-order .order-lines li").await;
    let left = browser.script::<Vec<String>>(editions).await;
    assert!(left.len() == 1 && left[0].starts_with("kontor-app-2-"), "{left:?}");
    browser.close().await;
});

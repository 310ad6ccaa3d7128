//! Pictures in the page: beside the details, in the rows where the reader wants them, never one of another product, and
//! those seen also without a network; and the office, where they are sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use image::ImageFormat;
use kontor_shared::api::{PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::pictures::plain;
use kontor_tests::{TestApp, on_both_databases};
use serde_json::json;
use tokio::net::TcpListener;

use super::offline::kept;

/// Goods of which every third has a picture of its own colour.
const GOODS: u32 = 300;

async fn furnish(app: &TestApp) {
    let rows: String = (0..GOODS).map(|at| format!("P-{at:03},Product {at:03},Goods,{at}.50\n")).collect();
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", format!("code,name,group,price\n{rows}")).await.ok();
    for at in (0..GOODS).step_by(3) {
        let picture = plain(120, 120, [(at % 250) as u8, 40, 90], ImageFormat::Png);
        sales.upload(&format!("/api/pictures?name=P-{at:03}.png"), picture).await.ok();
    }
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    let prices = json!({"public_price_type": "wholesale", "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60});
    app.staff(Role::Admin).await.put("/api/settings", &json!({"prices": prices})).await.ok();
}

/// A server in this process that can go silent.
async fn serve(app: &TestApp) -> (String, Arc<AtomicBool>) {
    let gone = Arc::new(AtomicBool::new(false));
    let router = Router::new().fallback_service(app.router()).layer(middleware::from_fn_with_state(gone.clone(), silence));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, gone)
}

async fn silence(State(gone): State<Arc<AtomicBool>>, request: Request, next: Next) -> Response {
    if gone.load(Ordering::SeqCst) { StatusCode::BAD_GATEWAY.into_response() } else { next.run(request).await }
}

/// Whether each row in the page that shows a picture shows its own, how many do, and whether all of them that have one do.
const ROWS: &str = "const rows = [...document.querySelectorAll('.list .item:not([hidden])')].map(row => ({ \
    code: row.querySelector('.code').innerText.trim(), source: row.querySelector('.pic img').getAttribute('src'), shown: !row.querySelector('.pic img').hidden })); \
    const wrong = rows.filter(row => row.shown && row.source !== `/api/pictures/${row.code}/1/small`); \
    const due = rows.filter(row => Number(row.code.slice(2)) % 3 === 0); \
    return [wrong.length, rows.filter(row => row.shown).length, due.filter(row => !row.shown).length, rows.filter(row => row.shown && Number(row.code.slice(2)) % 3 !== 0).length]";

async fn rests(browser: &Browser) {
    browser
        .until("every row that has a picture shows it, and no other does", async || {
            let [wrong, shown, missing, foreign] = browser.script::<[u32; 4]>(ROWS).await;
            assert_eq!((wrong, foreign), (0, 0), "a row shows another product's picture");
            shown > 3 && missing == 0
        })
        .await;
}

const DETAILS: &str = "const img = document.querySelector('.shop-details .picture img'); \
    return img ? [img.getAttribute('src'), img.alt, String(img.complete && img.naturalWidth), img.getAttribute('loading')] : []";

on_both_databases!(a_product_is_seen_in_its_row_and_beside_it_and_without_a_network, |app| async {
    furnish(&app).await;
    let (address, gone) = serve(&app).await;
    let browser = Browser::start().await;
    browser.open(&address).await;
    browser.see(".list .item").await;
    assert!(!browser.script::<bool>("return !!document.querySelector('.pic')").await, "no column until it is wanted");
    // The service worker keeps what is seen from now on.
    kept(&browser, "\"").await;

    browser.click(".view-menu summary").await;
    const WANT: &str = "[...document.querySelectorAll('.view-menu .pick')].find(label => label.innerText.trim() === 'Picture').querySelector('input').click(); \
        document.querySelector('.view-menu').open = false; return true";
    assert!(browser.script::<bool>(WANT).await);
    browser.see(".list .pic img").await;
    rests(&browser).await;
    // While rows fly by none is asked for, and a row written anew shows nothing of the one before.
    for at in 1..30 {
        browser.script::<f64>(&format!("return document.querySelector('.list').scrollTop = {}", at * 290)).await;
        let [wrong, .., foreign] = browser.script::<[u32; 4]>(ROWS).await;
        assert_eq!((wrong, foreign), (0, 0));
    }
    rests(&browser).await;
    browser.script::<f64>("return document.querySelector('.list').scrollTop = 0").await;
    rests(&browser).await;

    let details = async |code: &str| {
        browser.fill("#search", code).await;
        let first = format!("const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === {code:?}");
        browser.until(&format!("{code} is the first hit"), async || browser.script::<bool>(&first).await).await;
        browser.click(".list .item:not([hidden]) .title").await;
        let named = format!("return document.querySelector('.shop-details').innerText.includes({code:?})");
        browser.until("its details", async || browser.script::<bool>(&named).await).await;
    };
    details("P-003").await;
    browser.until("the picture is there", async || browser.script::<Vec<String>>(DETAILS).await.get(2).is_some_and(|width| width == "120")).await;
    assert_eq!(browser.script::<Vec<String>>(DETAILS).await, ["/api/pictures/P-003/1/large", "Product 003", "120", "lazy"]);
    details("P-004").await;
    assert!(browser.script::<Vec<String>>(DETAILS).await.is_empty(), "it has none");
    browser.assert_quiet().await;

    gone.store(true, Ordering::SeqCst);
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".list .item").await;
    details("P-003").await;
    browser.until("a picture seen before is there", async || browser.script::<Vec<String>>(DETAILS).await.get(2).is_some_and(|width| width == "120")).await;
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("502")), "{noted:?}");
    browser.close().await;
});

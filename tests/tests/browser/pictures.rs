//! Pictures in the page: beside the details, in the rows where the reader wants them, never one of another product, and
//! those seen also without a network; one that was withdrawn goes; and the office, where that is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use image::ImageFormat;
use kontor_shared::api::{PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::pictures::plain;
use kontor_tests::program::Server;
use kontor_tests::{Engine, TestApp, both};
use serde_json::json;
use thirtyfour::prelude::*;
use tokio::net::TcpListener;

use super::in_browser::sign_in;
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

/// A server in this process that can go silent, and counts the pictures it is asked for.
#[derive(Clone, Default)]
struct Line {
    gone: Arc<AtomicBool>,
    pictures: Arc<AtomicUsize>,
}

async fn serve(app: &TestApp) -> (String, Line) {
    let line = Line::default();
    let router = Router::new().fallback_service(app.router()).layer(middleware::from_fn_with_state(line.clone(), pass));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, line)
}

async fn pass(State(line): State<Line>, request: Request, next: Next) -> Response {
    line.pictures.fetch_add(usize::from(request.uri().path().starts_with("/api/pictures/")), Ordering::SeqCst);
    if line.gone.load(Ordering::SeqCst) { StatusCode::BAD_GATEWAY.into_response() } else { next.run(request).await }
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

/// Has the worker's pictures been kept a day ago.
const A_DAY_LATER: &str = "return (async () => { const cache = await caches.open('kontor-pictures'); const keys = await cache.keys(); \
    for (const key of keys) { const kept = await cache.match(key, { ignoreVary: true }); \
        const date = new Date(Date.now() - 25 * 3600 * 1000).toUTCString(); \
        await cache.put(key, new Response(await kept.blob(), { headers: { date, 'content-type': 'image/jpeg' } })); } \
    return keys.length > 3; })()";

const KEPT_OF_THOSE: &str = "return (async () => (await (await caches.open('kontor-pictures')).keys()).filter(key => /P-00[36]\\//.test(key.url)).length)()";

const DETAILS: &str = "const img = document.querySelector('.shop-details .picture img'); \
    return img ? [img.getAttribute('src'), img.alt, String(img.complete && img.naturalWidth), img.getAttribute('loading')] : []";

of_the_page!(a_product_is_seen_in_its_row_and_beside_it_and_without_a_network, |app| async {
    furnish(&app).await;
    let (address, line) = serve(&app).await;
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

    // What was seen is shown without asking.
    browser.open(&address).await;
    browser.see(".list .pic img").await;
    rests(&browser).await;
    let asked = line.pictures.load(Ordering::SeqCst);
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".list .pic img").await;
    rests(&browser).await;
    assert_eq!(line.pictures.load(Ordering::SeqCst), asked);
    // What is withdrawn goes from here as well, once the server was asked again after a day; without the sign of a broken picture.
    let sales = app.staff(Role::Sales).await;
    for code in ["P-003", "P-006"] {
        sales.delete(&format!("/api/pictures/{code}/1")).await.ok();
    }
    assert!(browser.script::<bool>(A_DAY_LATER).await);
    browser.open(&address).await;
    browser.see(".list .pic img").await;
    details("P-003").await;
    browser.until("the worker has dropped them", async || browser.script::<f64>(KEPT_OF_THOSE).await == 0.0).await;
    browser.open(&address).await;
    browser.see(".list .pic img").await;
    const BROKEN: &str = "const rows = [...document.querySelectorAll('.list .item:not([hidden])')]; \
        const of = code => rows.find(row => row.querySelector('.code').innerText.trim() === code)?.querySelector('.pic img'); \
        return [of('P-003'), of('P-006'), of('P-009')].map(img => !!img && img.hasAttribute('src') && !img.hidden)";
    browser.until("rows without a picture", async || browser.script::<Vec<bool>>(BROKEN).await == [false, false, true]).await;
    details("P-003").await;
    const NONE: &str = "const picture = document.querySelector('.shop-details .picture'); return !!picture && getComputedStyle(picture).display === 'none'";
    browser.until("details without a picture", async || browser.script::<bool>(NONE).await).await;
    details("P-009").await;
    browser.until("the next one's is there", async || browser.script::<Vec<String>>(DETAILS).await.get(2).is_some_and(|width| width == "120")).await;

    line.gone.store(true, Ordering::SeqCst);
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".list .item").await;
    details("P-009").await;
    browser.until("a picture seen before is there", async || browser.script::<Vec<String>>(DETAILS).await.get(2).is_some_and(|width| width == "120")).await;
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("502") || entry.contains("404")), "{noted:?}");
    browser.close().await;
});

/// What the page shows: rows, whether it asks in the first, and what has the focus.
const OFFICE: &str = "const focused = document.activeElement; \
    return [String(document.querySelectorAll('.acts').length), document.querySelector('.acts .sub')?.innerText ?? '', focused.tagName, focused.innerText]";

async fn withdrawn_in_the_office(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let browser = Browser::sized(400, 900).await;
    browser.open(&format!("{}/admin/pictures", server.address)).await;
    browser.see("#login").await;
    sign_in(&browser, "sales@demo.example", "demo-sales").await;
    browser.see(".acts").await;
    browser.read("Whoever may read a price list may see every published picture").await;
    let page = async || browser.script::<[String; 4]>(OFFICE).await;
    let rows: usize = page().await[0].parse().unwrap();
    let code: String = browser.script("return document.querySelector('tbody .code').innerText").await;

    // It asks in the row, and the focus stays; Esc takes the question away.
    let first = "document.querySelector('.acts .withdraw > .link')";
    browser.script::<bool>(&format!("{first}.focus(); return true")).await;
    browser.keys(Key::Enter).await;
    browser.until("it asks", async || page().await[1].contains("cannot be undone")).await;
    assert_eq!(page().await[2..], ["BUTTON", "Withdraw"]);
    browser.keys(Key::Tab).await;
    assert_eq!(page().await[3], "Withdraw for good");
    browser.keys(Key::Escape).await;
    browser.until("it asks no more", async || page().await[1].is_empty()).await;
    assert_eq!(page().await[2..], ["BUTTON", "Withdraw"]);
    browser.assert_quiet().await;

    browser.keys(Key::Enter).await;
    browser.keys(Key::Tab).await;
    browser.keys(Key::Enter).await;
    browser.read(&format!("The picture of {code} was withdrawn.")).await;
    browser.until("its row is gone", async || browser.script::<String>("return document.querySelector('tbody .code').innerText").await != code).await;
    assert_eq!(page().await[2..], ["H1", "Pictures"]);
    // A page shows the first sixty.
    assert!(page().await[0].parse::<usize>().unwrap() >= rows - 1);
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}
both!(a_picture_is_withdrawn_in_its_row_by_two_steps, withdrawn_in_the_office);

//! What changes under an open page: a newer price list, and a newer edition of the page itself. Both are announced, and
//! nothing is swapped before the reader says so.

use std::time::{Duration, Instant};

use kontor_shared::api::Role;
use kontor_tests::browser::Browser;
use kontor_tests::on_both_databases;
use serde_json::json;
use thirtyfour::prelude::*;

use super::house::{House, firm, publish};
use super::offline::kept;

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

    // A proxy that finds nothing takes no list away.
    house.loses(&["/api/price-list"]);
    reload(&browser).await;
    browser.until("the proxy has answered", async || browser.script::<bool>(ASKED).await).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    browser.see(".list .item").await;
    assert_eq!(browser.script::<String>(KEPT_VERSION).await, "2");
    house.loses(&[]);
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("/api/price-list")), "{noted:?}");

    // The least order is the firm's of today, also where the list is the one that is kept.
    let prices =
        json!({"public_price_type": "wholesale", "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60, "minimum_order": "99999"});
    app.staff(Role::Admin).await.put("/api/settings", &json!({"prices": prices})).await.ok();
    reload(&browser).await;
    browser.read("to the least order of €99,999.00").await;
    browser.close().await;
});

const ASKED: &str = "return performance.getEntriesByType('resource').some(entry => entry.name.endsWith('/api/price-list') && entry.responseEnd > 0)";

const KEPT_VERSION: &str = "return (async () => { const cache = await caches.open('kontor-kept'); const entry = await cache.match('/kept/list'); \
     return entry ? (await entry.text()).match(/\"version\":(\\d+)/)[1] : ''; })()";

const SCRIPT: &str = "return document.querySelector('script[type=module]')?.src";

/// The editions that are kept, by their names.
async fn editions(browser: &Browser) -> Vec<String> {
    browser.script("return caches.keys().then(names => names.filter(name => name.startsWith('kontor-app-')))").await
}

/// Has the browser ask for another edition; it answers when it knows, not when that one is whole.
async fn look_for_another(browser: &Browser) {
    browser.script::<bool>("return navigator.serviceWorker.getRegistration().then(known => known.update()).then(() => true)").await;
}

/// Saves the whole list, which takes the part of the page that is not there before somebody asks for it.
async fn save_the_list(browser: &Browser) {
    browser.keys(Key::Control + "s").await;
    let sheet = browser.download("xlsx").await;
    std::fs::remove_file(&sheet).expect("the download can be put away");
}

/// The page is of this edition, and the order is what was typed before.
async fn opens_with_the_order(browser: &Browser, edition: usize) {
    let of_it = format!("/assets/{edition}-");
    browser.until(&format!("edition {edition}"), async || browser.script::<Option<String>>(SCRIPT).await.is_some_and(|script| script.contains(&of_it))).await;
    browser.see(".list .item").await;
    has_the_order(browser).await;
}

async fn has_the_order(browser: &Browser) {
    browser.see(".shop-order .order-lines li").await;
    assert_eq!(browser.script::<String>("return document.querySelector('.order-lines .pen').innerText").await, "5", "quantities stay");
}

of_the_page!(an_open_page_keeps_its_edition_until_the_reader_takes_the_next, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    kept(&browser, "\"").await;
    order_the_first(&browser).await;
    let first = editions(&browser).await;
    assert_eq!(first.len(), 1);

    // The server is another one now, and has none of this page's files. An edition that does not arrive whole is not
    // installed, leaves nothing, and takes nothing from a worker that has the same one already.
    house.becomes(2);
    house.loses(&["/shell/"]);
    let second = first[0].replace("kontor-app-", "kontor-app-2-");
    const FAILS: &str = "return navigator.serviceWorker.getRegistration().then(known => known.update().then(() => known)).then(async known => { \
        const worker = known.installing; while (worker && worker.state === 'installing') await new Promise(done => setTimeout(done, 30)); \
        return !worker || worker.state === 'redundant' })";
    assert!(browser.script::<bool>(FAILS).await, "an edition without its pages is not installed");
    assert_eq!(editions(&browser).await, first);
    let open = format!("return caches.open('{second}').then(cache => cache.put('/mark', new Response(''))).then(() => true)");
    browser.script::<bool>(&open).await;
    assert!(browser.script::<bool>(FAILS).await, "an edition without its pages is not installed");
    assert!(editions(&browser).await.contains(&second), "what another worker has is gone");
    house.loses(&[]);

    look_for_another(&browser).await;
    browser.read("A new edition of this page is ready.").await;
    assert!(!browser.script::<String>(SCRIPT).await.contains("/assets/2-"), "nothing is swapped under the reader");
    save_the_list(&browser).await;
    has_the_order(&browser).await;
    browser.press("Reload").await;
    opens_with_the_order(&browser, 2).await;
    save_the_list(&browser).await;

    // One that is still being fetched when the page opens is announced as well.
    house.becomes(3);
    house.holds(&["/assets/3-worker-"]);
    look_for_another(&browser).await;
    reload(&browser).await;
    // Long enough for the page to have looked; it looks once it is in use.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(browser.script::<bool>("return navigator.serviceWorker.getRegistration().then(known => !!known.installing)").await);
    house.holds(&[]);
    browser.read("A new edition of this page is ready.").await;
    opens_with_the_order(&browser, 2).await;

    // Closed and opened another time, it is the new one.
    let browser = browser.closed_and_opened().await;
    browser.open(&house.address).await;
    opens_with_the_order(&browser, 3).await;
    let left = editions(&browser).await;
    assert!(left.len() == 1 && left[0].starts_with("kontor-app-3-"), "{left:?}");
    browser.close().await;
});

/// Who keeps what, for whoever has to find out why.
const WORKERS: &str = "return navigator.serviceWorker.getRegistration().then(async known => ({ installing: known?.installing?.state, \
     waiting: known?.waiting?.state, active: known?.active?.state, controlled: !!navigator.serviceWorker.controller, \
     page: document.querySelector('script[type=module]')?.src, kept: await caches.keys(), session: {...sessionStorage} }))";

/// Takes the edition that waits, once it is whole. Chromium looks for another edition when it has nothing better to do, for which
/// a browser that was started a moment ago takes a minute and more (`ServiceWorkerRegisterJob::Start`, `BEST_EFFORT`).
async fn takes_the_next(browser: &Browser) {
    let until = Instant::now() + Duration::from_secs(180);
    while !browser.text().await.contains("A new edition of this page is ready.") {
        if Instant::now() > until {
            panic!("the next edition is not announced: {}", browser.script::<serde_json::Value>(WORKERS).await);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    browser.press("Reload").await;
}

/// Waits until one edition is kept, whole, and the page is under it.
async fn settled(browser: &Browser, edition: usize) {
    const SETTLED: &str = "return navigator.serviceWorker.getRegistration().then(known => !!known && !known.installing && !known.waiting \
        && !!known.active && known.active.state === 'activated' && navigator.serviceWorker.controller === known.active)";
    browser.until(&format!("edition {edition} is at work alone"), async || browser.script::<bool>(SETTLED).await).await;
}

/// What is kept of the list's page does not start any more.
pub async fn break_what_is_kept(browser: &Browser) {
    const BREAK: &str = "return (async () => { let broken = 0; for (const name of await caches.keys()) { if (!name.startsWith('kontor-app-')) continue; \
        const cache = await caches.open(name); for (const { url } of await cache.keys()) if (/\\/([0-9]-)?list-[^/]*wasm$/.test(url)) { \
        await cache.put(url, new Response('broken', { headers: { 'content-type': 'application/wasm' } })); broken++; } } return broken })()";
    assert!(browser.script::<usize>(BREAK).await > 0, "no module is kept");
}

of_the_page!(an_edition_that_does_not_start_is_left_with_nothing_lost, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    settled(&browser, 1).await;
    order_the_first(&browser).await;

    // The server has another by now: its page is taken, and its worker when the reader says so.
    house.becomes(2);
    break_what_is_kept(&browser).await;
    browser.driver.refresh().await.expect("the page reloads");
    opens_with_the_order(&browser, 2).await;
    takes_the_next(&browser).await;
    settled(&browser, 2).await;
    opens_with_the_order(&browser, 2).await;

    // Another waits already, unnoticed by a page that does not start.
    house.becomes(3);
    break_what_is_kept(&browser).await;
    look_for_another(&browser).await;
    browser.read("A new edition of this page is ready.").await;
    browser.driver.refresh().await.expect("the page reloads");
    opens_with_the_order(&browser, 3).await;
    takes_the_next(&browser).await;
    settled(&browser, 3).await;
    opens_with_the_order(&browser, 3).await;

    // The server has no other: the same one is fetched anew, and kept again.
    break_what_is_kept(&browser).await;
    browser.driver.refresh().await.expect("the page reloads");
    opens_with_the_order(&browser, 3).await;
    settled(&browser, 3).await;
    reload(&browser).await;
    opens_with_the_order(&browser, 3).await;

    // Nor does the server's start: a sentence, a button, and nothing reloads for ever.
    house.loses(&["/assets/3-list-"]);
    browser.forget_files().await;
    break_what_is_kept(&browser).await;
    browser.driver.refresh().await.expect("the page reloads");
    browser.read("This page does not start.").await;
    browser.read("Страница не открывается.").await;
    browser.read("Страницата не се отваря.").await;
    let draft = "return Object.keys(localStorage).filter(key => key.startsWith('kontor.draft')).length";
    assert_eq!(browser.script::<usize>(draft).await, 1, "the order is on the device");
    house.loses(&[]);
    browser.click("#broken button").await;
    opens_with_the_order(&browser, 3).await;
    assert!(browser.script::<bool>("return sessionStorage.getItem('kontor.rescue') === null").await);

    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("/assets/")), "{noted:?}");
    browser.close().await;
});

//! The price list with the server really stopped: it opens, is searched, ordered from and saved; it is there after the browser
//! was closed; it finds the server again by itself; and whoever signs out leaves nothing of it.

use std::time::{Duration, Instant};

use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::program::Server;
use thirtyfour::prelude::*;

use super::editions::break_what_is_kept;

/// Where the buyer of the demo firm sees its own name.
const NAME: &str = "return document.querySelector('.menu-name').innerText";

async fn sign_in(browser: &Browser, server: &str) {
    browser.open(&format!("{server}/sign-in")).await;
    browser.fill("#login", "buyer@demo.example").await;
    browser.fill("#password", "demo-buyer").await;
    browser.keys(Key::Enter).await;
    browser.see(".list .item").await;
}

/// Waits until this browser keeps the pages and a list for a reader whose name begins so.
pub async fn kept(browser: &Browser, reader: &str) {
    let label = "return (async () => { if (!navigator.serviceWorker.controller) return ''; const cache = await caches.open('kontor-kept'); \
         const entry = await cache.match('/kept/list'); return entry ? (await entry.text()).slice(4, 200) : ''; })()";
    let begins = format!("{{\"reader\":\"{reader}");
    browser.until(&format!("a list kept for {reader:?}"), async || browser.script::<String>(label).await.starts_with(&begins)).await;
}

async fn find(browser: &Browser, code: &str) {
    browser.fill("#search", code).await;
    let first = format!("const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === {code:?}");
    browser.until(&format!("{code} is the first hit"), async || browser.script::<bool>(&first).await).await;
}

/// The price beside a code, as the page shows it.
async fn price(browser: &Browser, code: &str) -> String {
    find(browser, code).await;
    browser.script("return document.querySelector('.list .item:not([hidden])').innerText.match(/\\d+[.,]\\d{2}/)[0]").await
}

async fn without_a_server(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let address = server.address.clone();
    let browser = Browser::start().await;
    browser.open(&address).await;
    browser.see(".list .item").await;
    let public = price(&browser, "85123A").await;
    sign_in(&browser, &address).await;
    kept(&browser, "buyer@demo.example").await;
    let own = price(&browser, "85123A").await;
    let name = browser.script::<String>(NAME).await;
    assert_ne!(own, public, "the customer has prices of its own");
    browser.assert_quiet().await;

    // The server is gone; the page is not.
    assert_eq!(server.stop().await, Some(0));
    let refused = "return fetch('/api/firm').then(() => false, () => true)";
    assert!(browser.script::<bool>(refused).await, "nobody answers");
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".list .item").await;
    browser.read("No network: prices as of").await;
    assert_eq!((price(&browser, "85123A").await, browser.script::<String>(NAME).await), (own.clone(), name.clone()));
    browser.keys(Key::Enter).await;
    browser.until("a quantity has the focus", async || browser.script::<bool>("return document.activeElement.classList.contains('qty')").await).await;
    browser.keys("12").await;
    browser.keys(Key::Enter).await;
    browser.see(".shop-order .order-lines li").await;
    browser.keys(Key::Control + "s").await;
    let sheet = browser.download("xlsx").await;
    assert!(sheet.metadata().is_ok_and(|meta| meta.len() > 10_000), "the whole list is saved without a server");
    browser.open(&format!("{address}/review")).await;
    browser.read("85123A").await;

    // Another day, another start, still no server.
    let browser = browser.closed_and_opened().await;
    browser.open(&address).await;
    browser.see(".list .item").await;
    browser.see(".shop-order .order-lines li").await;
    assert_eq!((price(&browser, "85123A").await, browser.script::<String>(NAME).await), (own, name));
    browser.read("No network: prices as of").await;

    // It is back; nobody has to say so.
    let server = Server::start_at(&place, address.trim_start_matches("http://"), &[], &[]).await;
    // It asks less and less often: this takes longer than the harness waits for a page.
    let until = Instant::now() + Duration::from_secs(60);
    while browser.text().await.contains("No network") {
        assert!(Instant::now() < until, "the page did not find the server");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    // Whoever signs out on a shared device leaves neither name nor prices, and the server hears of it when it can.
    assert_eq!(server.stop().await, Some(0));
    browser.click(".menu summary").await;
    browser.press("Sign out").await;
    browser.press("Leave it here until I sign in again").await;
    browser.see("a[href='/sign-in']").await;
    assert_eq!(browser.script::<String>(NAME).await, "Menu");
    browser.driver.refresh().await.expect("the page reloads");
    browser.press("Try again").await;
    let left = "return caches.open('kontor-kept').then(cache => cache.keys()).then(keys => keys.length)";
    assert_eq!(browser.script::<usize>(left).await, 0, "the list is gone");
    let server = Server::start_at(&place, address.trim_start_matches("http://"), &[], &[]).await;
    browser.script::<bool>("return window.dispatchEvent(new Event('online'))").await;
    browser.see(".list .item").await;
    assert_eq!((price(&browser, "85123A").await, browser.script::<String>(NAME).await), (public, "Menu".to_string()));
    kept(&browser, "\"").await;
    assert!(browser.script::<bool>("return fetch('/api/session').then(answer => answer.json()).then(session => session === null)").await);

    // In another tab, at once here too.
    sign_in(&browser, &address).await;
    kept(&browser, "buyer@demo.example").await;
    let here = browser.driver.window().await.expect("a window");
    let other = browser.driver.new_tab().await.expect("another tab");
    browser.driver.switch_to_window(other).await.expect("the other tab");
    browser.open(&format!("{address}/orders")).await;
    browser.click(".menu summary").await;
    browser.press("Sign out").await;
    browser.press("Leave it here until I sign in again").await;
    browser.see("a[href='/sign-in']").await;
    browser.driver.switch_to_window(here).await.expect("the first tab");
    browser.until("signed out here too", async || browser.script::<String>(NAME).await == "Menu").await;
    kept(&browser, "\"").await;
    const FIRST: &str = "return (async () => { const entry = await (await caches.open('kontor-kept')).match('/kept/first'); \
         return entry ? (await entry.text()).slice(4, 30) : ''; })()";
    let servers = "return fetch('/').then(answer => answer.text()).then(page => new DOMParser().parseFromString(page, 'text/html') \
         .querySelector('#first .list .item .unit-price').textContent)";
    let servers = browser.script::<String>(servers).await;
    browser.until("the first rows are kept", async || browser.script::<String>(FIRST).await.starts_with("{\"reader\":\"\",")).await;
    assert_eq!(server.stop().await, Some(0));
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("ERR_CONNECTION_REFUSED")), "{noted:?}");

    // What does not start is not thrown away where nothing else can be had.
    break_what_is_kept(&browser).await;
    browser.driver.refresh().await.expect("the page reloads");
    browser.read("This page does not start.").await;
    // Meanwhile the first rows of the last visit are there to read, at this reader's prices.
    browser.see("#first .list .item").await;
    let first = "return document.querySelector('#first .list .item .unit-price').innerText";
    assert_eq!(browser.script::<String>(first).await, servers);
    assert_eq!(browser.script::<usize>("return navigator.serviceWorker.getRegistrations().then(known => known.length)").await, 1);
    browser.console_errors().await;
    browser.close().await;
    place.remove().await;
}

of_the_page!(a_price_list_works_with_the_server_stopped, without_a_server);

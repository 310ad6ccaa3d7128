//! Orders that wait on the buyer's device: with the server really stopped, with answers lost, with the tab closed under way,
//! and with two tabs. Each time the firm has one order in the end, with the quantities that were typed.

use std::time::{Duration, Instant};

use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::cutting::Line;
use kontor_tests::databases::Place;
use kontor_tests::program::Server;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::in_browser::{api, order_by_keyboard, sign_in};

/// Signed in, with 12 of one product and 8 of another in the order.
pub async fn with_an_order(address: &str) -> Browser {
    let browser = Browser::start().await;
    browser.open(&format!("{address}/sign-in")).await;
    sign_in(&browser, "buyer@demo.example", "demo-buyer").await;
    browser.see(".list .item").await;
    order_by_keyboard(&browser, "85123A", "12").await;
    order_by_keyboard(&browser, "22423", "8").await;
    browser.read("2 lines").await;
    browser
}

pub async fn review(browser: &Browser) {
    browser.keys(Key::Control + Key::Enter).await;
    browser.see(".send button.btn-main").await;
}

/// How many orders of the buyer are open, and the newest one's quantities by code.
pub async fn newest(browser: &Browser) -> (usize, Value) {
    let page = api(browser, "/api/orders?open=true").await;
    let orders = page["orders"].as_array().expect("orders").clone();
    let Some(id) = orders.first().map(|order| order["id"].as_str().expect("an id").to_string()) else { return (0, Value::Null) };
    let order = api(browser, &format!("/api/orders/{id}")).await;
    let line = |line: &Value| (line["code"].as_str().expect("a code").to_string(), line["quantity"].clone());
    let lines: serde_json::Map<String, Value> = order["lines"].as_array().expect("lines").iter().map(line).collect();
    (orders.len(), Value::Object(lines))
}

/// Waits longer than a page may take: an order asks again after five seconds, then ten, then twenty.
pub async fn sent_by_itself(browser: &Browser) {
    let until = Instant::now() + Duration::from_secs(60);
    while browser.driver.find(By::Css(".queued .state[data-s=full]")).await.is_err() {
        assert!(Instant::now() < until, "the order does not go out; the page says:\n{}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub async fn sign_out(browser: &Browser) {
    browser.click(".menu summary").await;
    browser.press("Sign out").await;
}

/// What the device keeps of the draft and the queue.
pub async fn kept(browser: &Browser) -> Vec<String> {
    browser.script("return Object.keys(localStorage).filter(key => /^kontor\\.(draft|queue|aside)/.test(key))").await
}

/// The same with what the device knows of the server's draft.
async fn everything(browser: &Browser) -> Vec<String> {
    browser.script("return Object.keys(localStorage).filter(key => /^kontor\\.(draft|queue|aside|common)/.test(key))").await
}

/// What is asked of the draft is never answered.
const UNANSWERED: &str = "const outside = window.fetch; \
     window.fetch = (request, ...more) => (request.url ?? request).includes('/api/draft') ? new Promise(() => {}) : outside(request, ...more); return true";

/// A line more in the kept draft, and the event by which a browser tells of another tab's writing.
const ANOTHER_TAB: &str = "const key = Object.keys(localStorage).find((key) => key.startsWith('kontor.draft.12347.')); \
     const draft = JSON.parse(localStorage.getItem(key)); draft.lines.push({...draft.lines[0], code: '84879', typed: '16'}); \
     localStorage.setItem(key, JSON.stringify(draft)); window.dispatchEvent(new StorageEvent('storage', {key})); return true";

/// Whatever the page wrote to the console was about the server that was not there.
pub async fn only_the_network_failed(browser: &Browser) {
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("net::ERR_")), "{noted:?}");
}

/// The demo firm behind a line that can be cut, and a buyer there with an order.
pub async fn over_a_line(engine: Engine) -> (Place, Server, Line, Browser) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let line = Line::before(&server.address).await;
    let browser = with_an_order(&line.address).await;
    (place, server, line, browser)
}

const RIGHT: &str = r#"{"22423":"8","85123A":"12"}"#;

async fn without_a_server(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let address = server.address.clone();
    let browser = with_an_order(&address).await;
    let (before, _) = newest(&browser).await;
    review(&browser).await;
    assert_eq!(server.stop().await, Some(0));

    // Sent into nothing: it waits, and says so wherever orders are shown.
    browser.click(".send button.btn-main").await;
    browser.read("The firm's server cannot be reached").await;
    browser.press("See what waits").await;
    browser.read("Waiting on this device").await;
    browser.see(".queued .state[data-s=wait]").await;
    let keys = kept(&browser).await;
    assert!(keys.len() == 1 && keys[0].starts_with("kontor.queue."), "{keys:?}");

    // On a telephone too, at the list's foot.
    browser.driver.set_window_rect(0, 0, 600, 900).await.expect("the window becomes narrow");
    browser.open(&address).await;
    browser.read("1 order waits on this device").await;
    browser.see(".foot-order a[href='/orders']").await;
    browser.open(&format!("{address}/orders")).await;
    browser.driver.set_window_rect(0, 0, 1280, 900).await.expect("the window becomes wide");

    // The server is back; nobody presses anything.
    let server = Server::start_at(&place, address.trim_start_matches("http://"), &[], &[]).await;
    sent_by_itself(&browser).await;
    let (after, lines) = newest(&browser).await;
    assert_eq!((after, lines), (before + 1, serde_json::from_str(RIGHT).expect("JSON")));
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

async fn with_an_answer_lost(engine: Engine) {
    let (place, server, line, browser) = over_a_line(engine).await;
    let (before, _) = newest(&browser).await;
    review(&browser).await;
    line.cut(true);
    browser.click(".send button.btn-main").await;
    browser.read("The firm's server cannot be reached").await;
    let (stored, _) = newest(&browser).await;
    assert_eq!(stored, before + 1, "the order had arrived");
    line.cut(false);
    browser.press("Send now").await;
    browser.until("the stored order's page", async || browser.driver.current_url().await.is_ok_and(|url| url.query() == Some("sent=1"))).await;
    assert!(line.orders() > 1, "it was asked for again");
    assert_eq!(newest(&browser).await, (before + 1, serde_json::from_str(RIGHT).expect("JSON")));
    assert_eq!(kept(&browser).await, Vec::<String>::new(), "nothing is left on the device");
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

async fn with_its_tab_closed(engine: Engine) {
    let (place, server, line, browser) = over_a_line(engine).await;
    let (before, _) = newest(&browser).await;
    review(&browser).await;
    line.hold(true);
    browser.click(".send button.btn-main").await;
    browser.until("the order is under way", async || line.orders() > 0).await;
    let gone = browser.driver.window().await.expect("a tab");
    let fresh = browser.driver.new_tab().await.expect("another tab");
    browser.driver.switch_to_window(gone).await.expect("the first tab");
    browser.driver.close_window().await.expect("it closes");
    browser.driver.switch_to_window(fresh).await.expect("the other tab");
    line.hold(false);
    // The next tab finds it under way, and asks again for the same order.
    browser.open(&format!("{}/orders", line.address)).await;
    browser.see(".queued .state[data-s=full]").await;
    assert!(line.orders() > 1, "it was asked for again");
    assert_eq!(newest(&browser).await, (before + 1, serde_json::from_str(RIGHT).expect("JSON")));
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

async fn from_two_tabs(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let browser = with_an_order(&server.address).await;
    let (before, _) = newest(&browser).await;
    let one = browser.driver.window().await.expect("a tab");
    let other = browser.driver.new_tab().await.expect("another tab");
    browser.driver.switch_to_window(other.clone()).await.expect("the other tab");
    browser.open(&server.address).await;
    browser.read("2 lines").await;
    order_by_keyboard(&browser, "84879", "16").await;
    browser.driver.switch_to_window(one.clone()).await.expect("the first tab");
    browser.read("3 lines").await;

    // A tab that has not heard what the other wrote changes the same product: neither quantity is lost.
    let behind = "const key = Object.keys(localStorage).find(key => key.startsWith('kontor.draft.12347.')); \
                  const draft = JSON.parse(localStorage.getItem(key)); \
                  draft.lines.find(line => line.code === '22423').typed = '16'; \
                  localStorage.setItem(key, JSON.stringify(draft)); return true";
    assert!(browser.script::<bool>(behind).await);
    order_by_keyboard(&browser, "22423", "24").await;
    browser.read("A copy from another tab").await;
    browser.press("Take over").await;
    browser.until("the copy is in the order", async || browser.text().await.contains("The copy is in your order now.")).await;
    browser.until("no copy is left", async || !browser.text().await.contains("A copy from another tab")).await;

    // Sent from one, it leaves the other.
    review(&browser).await;
    browser.click(".send button.btn-main").await;
    browser.until("the stored order's page", async || browser.driver.current_url().await.is_ok_and(|url| url.query() == Some("sent=1"))).await;
    assert_eq!(newest(&browser).await, (before + 1, json!({"85123A": "12", "22423": "16", "84879": "16"})));
    browser.driver.switch_to_window(other).await.expect("the other tab");
    browser.until("the other tab's order is empty", async || !browser.text().await.contains("3 lines")).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

async fn before_signing_out(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let browser = with_an_order(&server.address).await;
    sign_out(&browser).await;
    browser.read("An order of 2 lines has not been sent.").await;
    browser.click("#leave-here").await;
    browser.until("nobody is signed in", async || api(&browser, "/api/session").await.is_null()).await;
    browser.until("the order is out of sight", async || !browser.text().await.contains("2 lines")).await;
    let keys = kept(&browser).await;
    assert!(keys.len() == 1 && keys[0].starts_with("kontor.draft.12347."), "{keys:?}");
    // Whoever it belongs to finds it again, and leaves it to the firm: nothing stays here.
    let come_back = async || {
        browser.open(&format!("{}/sign-in", server.address)).await;
        sign_in(&browser, "buyer@demo.example", "demo-buyer").await;
        browser.see(".list .item").await;
    };
    let out = async || browser.until("nobody is signed in", async || api(&browser, "/api/session").await.is_null()).await;
    come_back().await;
    browser.read("2 lines").await;
    sign_out(&browser).await;
    browser.click("#firm-keeps").await;
    out().await;
    assert_eq!(everything(&browser).await, Vec::<String>::new());
    come_back().await;
    browser.read("2 lines").await;

    // A server that does not answer keeps nobody: the draft is thrown away here, and the server has its own still.
    assert!(browser.script::<bool>(UNANSWERED).await);
    // What another tab typed meanwhile the firm has not: it is not offered to keep it.
    assert!(browser.script::<bool>(ANOTHER_TAB).await);
    browser.read("3 lines").await;
    sign_out(&browser).await;
    browser.read("An order of 3 lines has not been sent.").await;
    assert!(!browser.script::<bool>("return !!document.querySelector('#firm-keeps')").await);
    browser.keys(Key::Escape).await;
    browser.until("the dialog is gone", async || !browser.text().await.contains("Before you sign out")).await;
    sign_out(&browser).await;
    let begun = Instant::now();
    browser.click("#throw-away").await;
    browser.read("Telling the firm's server").await;
    browser.until("the dialog is gone", async || !browser.text().await.contains("Before you sign out")).await;
    out().await;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(everything(&browser).await, Vec::<String>::new());
    come_back().await;
    browser.read("2 lines").await;
    sign_out(&browser).await;
    browser.click("#throw-away").await;
    out().await;
    assert_eq!(everything(&browser).await, Vec::<String>::new());

    // With nothing in it nothing is asked, and nothing stays either.
    come_back().await;
    browser.until("the device has asked", async || !everything(&browser).await.is_empty()).await;
    assert!(!browser.text().await.contains("2 lines"));
    sign_out(&browser).await;
    out().await;
    assert_eq!(everything(&browser).await, Vec::<String>::new());
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

kontor_tests::both!(an_order_sent_without_a_server_goes_out_by_itself_when_it_is_back, without_a_server);
kontor_tests::both!(an_order_whose_answer_was_lost_is_stored_once, with_an_answer_lost);
kontor_tests::both!(an_order_whose_tab_was_closed_under_way_is_stored_once, with_its_tab_closed);
kontor_tests::both!(two_tabs_on_one_order_lose_nothing, from_two_tabs);
kontor_tests::both!(signing_out_deals_with_what_is_unsent_first, before_signing_out);

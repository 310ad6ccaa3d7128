//! One buyer's order on two devices, each a browser of its own: what is typed on one comes to the other, what both wrote is kept
//! in a copy, and what one has sent is not sent again by the other.

use std::time::Duration;

use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::program::Server;
use serde_json::{Value, json};

use super::in_browser::{api, order_by_keyboard, sign_in};
use super::queue::{newest, review, with_an_order};

/// What the server keeps, by code.
async fn kept(browser: &Browser) -> Value {
    let lines = api(browser, "/api/draft").await["draft"]["lines"].as_array().cloned().unwrap_or_default();
    let line = |line: &Value| (line["code"].as_str().expect("a code").to_string(), line["typed"].clone());
    Value::Object(lines.iter().map(line).collect())
}

async fn until_kept(browser: &Browser, expected: Value) {
    browser.until(&format!("the server has {expected}"), async || kept(browser).await == expected).await;
}

/// The reader comes back to the window.
async fn come_back(browser: &Browser) {
    assert!(browser.script::<bool>("window.dispatchEvent(new Event('focus')); return true").await);
}

/// The device goes into a tunnel, or comes out of it.
async fn tunnel(browser: &Browser, inside: bool) {
    let script = if inside {
        "window.outside = window.fetch; window.fetch = () => Promise.reject(new TypeError('no network')); return true"
    } else {
        "window.fetch = window.outside; window.dispatchEvent(new Event('online')); return true"
    };
    assert!(browser.script::<bool>(script).await);
}

/// What the order beside the list has, by code.
async fn here(browser: &Browser) -> Value {
    let script = "const key = Object.keys(localStorage).find(key => key.startsWith('kontor.draft.12347.')); \
                  const draft = key ? JSON.parse(localStorage.getItem(key)) : { lines: [] }; \
                  return Object.fromEntries(draft.lines.map(line => [line.code, line.typed]))";
    browser.script(script).await
}

async fn until_here(browser: &Browser, expected: Value) {
    browser.until(&format!("the device has {expected}"), async || here(browser).await == expected).await;
}

async fn on_two_devices(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let desk = with_an_order(&server.address).await;
    until_kept(&desk, json!({"85123A": "12", "22423": "8"})).await;

    // A second device has the order as soon as its owner has signed in there, and what is typed there comes back.
    let telephone = Browser::start().await;
    telephone.open(&format!("{}/sign-in", server.address)).await;
    sign_in(&telephone, "buyer@demo.example", "demo-buyer").await;
    telephone.read("2 lines were changed on another device.").await;
    telephone.read("2 lines").await;
    order_by_keyboard(&telephone, "84879", "16").await;
    until_kept(&telephone, json!({"85123A": "12", "22423": "8", "84879": "16"})).await;
    come_back(&desk).await;
    desk.read("3 lines").await;

    // Both write the same product, one of them in a tunnel: one quantity is in the order, the other in a copy.
    tunnel(&telephone, true).await;
    order_by_keyboard(&telephone, "22423", "16").await;
    order_by_keyboard(&desk, "22423", "24").await;
    until_kept(&desk, json!({"85123A": "12", "22423": "24", "84879": "16"})).await;
    tunnel(&telephone, false).await;
    telephone.read("A copy from another device").await;
    telephone.read("· 24").await;
    until_kept(&telephone, json!({"85123A": "12", "22423": "16", "84879": "16"})).await;
    come_back(&desk).await;
    desk.read("1 line was changed on another device.").await;
    until_here(&desk, json!({"85123A": "12", "22423": "16", "84879": "16"})).await;
    telephone.press("Throw away").await;
    telephone.until("no copy is left", async || !telephone.text().await.contains("A copy from another device")).await;

    // One sends while the other, in a tunnel again, changes what is sent and adds to it.
    tunnel(&telephone, true).await;
    order_by_keyboard(&telephone, "22423", "8").await;
    order_by_keyboard(&telephone, "21212", "24").await;
    let (before, _) = newest(&desk).await;
    review(&desk).await;
    desk.click(".send button.btn-main").await;
    desk.until("the stored order's page", async || desk.driver.current_url().await.is_ok_and(|url| url.query() == Some("sent=1"))).await;
    assert_eq!(newest(&desk).await, (before + 1, json!({"85123A": "12", "22423": "16", "84879": "16"})));
    until_kept(&desk, json!({})).await;
    tunnel(&telephone, false).await;
    telephone.read("Sent from another device as order").await;
    telephone.read("Not in the order that was sent").await;
    until_here(&telephone, json!({"21212": "24"})).await;
    until_kept(&telephone, json!({"21212": "24"})).await;
    telephone.press("Take over").await;
    until_kept(&telephone, json!({"21212": "24", "22423": "8"})).await;
    let (after, _) = newest(&desk).await;
    assert_eq!(after, before + 1, "nothing was ordered twice");

    // Thrown away on one, it is gone on both.
    telephone.click(".menu summary").await;
    telephone.press("Sign out").await;
    telephone.click("#throw-away").await;
    telephone.until("nobody is signed in", async || api(&telephone, "/api/session").await.is_null()).await;
    let left: Vec<String> = telephone.script("return Object.keys(localStorage).filter(key => /^kontor\\.(draft|queue|aside|common)/.test(key))").await;
    assert_eq!(left, Vec::<String>::new());
    desk.open(&server.address).await;
    until_kept(&desk, json!({})).await;
    until_here(&desk, json!({})).await;
    telephone.close().await;
    desk.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

/// How often this page has sent the draft to be saved.
async fn saved(browser: &Browser) -> u32 {
    let script = "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/draft?') && !name.includes('of=')).length";
    browser.script(script).await
}

/// The draft here with so many more lines, or without them, as another tab leaves it.
async fn with_more(browser: &Browser, lines: usize) {
    let script = format!(
        "const key = Object.keys(localStorage).find(key => key.startsWith('kontor.draft.12347.')); const draft = JSON.parse(localStorage.getItem(key)); \
         draft.lines = draft.lines.slice(0, 2); \
         for (let at = 0; at < {lines}; at++) draft.lines.push({{ code: `X-${{at}}`, name: 'Of an old list', typed: '1', seen: '1', lang: 'en' }}); \
         localStorage.setItem(key, JSON.stringify(draft)); return true"
    );
    assert!(browser.script::<bool>(&script).await);
}

async fn too_long_for_the_others(engine: Engine) {
    const SAID: &str = "This draft is too long for your other devices: it stays on this one.";
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let browser = with_an_order(&server.address).await;
    until_kept(&browser, json!({"85123A": "12", "22423": "8"})).await;

    // Said beside the order for as long as it is so, and not sent again.
    with_more(&browser, 4_999).await;
    browser.driver.refresh().await.expect("the page reloads");
    browser.read(SAID).await;
    browser.read("The order has too many lines.").await;
    assert_eq!(saved(&browser).await, 1);
    for _ in 0..3 {
        come_back(&browser).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    assert_eq!(saved(&browser).await, 1);
    browser.driver.refresh().await.expect("the page reloads");
    browser.read(SAID).await;
    assert_eq!(saved(&browser).await, 0, "it is known from before");
    assert_eq!(kept(&browser).await, json!({"85123A": "12", "22423": "8"}), "the server keeps what it has");

    // Nor can it be ordered; what to do is said before it is tried.
    browser.open(&format!("{}/review", server.address)).await;
    browser.read("An order has at most 5,000 lines.").await;
    assert!(browser.script::<bool>("return document.querySelector('.send button.btn-main').disabled").await);
    browser.read(SAID).await;

    // Shorter, it goes to the others, and nothing is said any more.
    with_more(&browser, 1).await;
    browser.open(&server.address).await;
    until_kept(&browser, json!({"85123A": "12", "22423": "8", "X-0": "1"})).await;
    browser.until("nothing is said", async || !browser.text().await.contains(SAID)).await;
    until_here(&browser, json!({"85123A": "12", "22423": "8", "X-0": "1"})).await;
    let noted = browser.console_errors().await;
    assert!(noted.len() == 1 && noted[0].contains("/api/draft"), "{noted:?}");
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

of_the_page!(a_draft_the_server_does_not_take_is_said_to_be_on_this_device_alone, too_long_for_the_others);
kontor_tests::both!(one_order_on_two_devices_loses_nothing_and_is_sent_once, on_two_devices);

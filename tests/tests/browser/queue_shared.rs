//! Orders that wait on a device, when a part of them has arrived already, and when somebody else signs in there.

use std::time::{Duration, Instant};

use kontor_server::db::Engine;
use kontor_tests::program::Server;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::in_browser::{api, order_by_keyboard, sign_in};
use super::offline;
use super::queue::{kept, newest, only_the_network_failed, over_a_line, review, sent_by_itself, sign_out};

async fn with_a_part_arrived(engine: Engine) {
    let (place, server, line, browser) = over_a_line(engine).await;
    let upstream = server.address.trim_start_matches("http://").to_string();
    offline::kept(&browser, "buyer@demo.example").await;
    let (before, _) = newest(&browser).await;

    // The first arrives, and nobody is told; the second does not arrive.
    review(&browser).await;
    line.cut(true);
    browser.click(".send button.btn-main").await;
    browser.read("The firm's server cannot be reached").await;
    assert_eq!(newest(&browser).await.0, before + 1, "the first had arrived");
    assert_eq!(server.stop().await, Some(0));
    browser.open(&line.address).await;
    browser.see(".list .item").await;
    order_by_keyboard(&browser, "84879", "16").await;
    browser.read("1 line").await;
    review(&browser).await;
    browser.click(".send button.btn-main").await;
    browser.read("The firm's server cannot be reached").await;
    browser.press("See what waits").await;
    browser.read("Waiting on this device").await;
    let waiting = kept(&browser).await;
    assert!(waiting.len() == 2 && waiting.iter().all(|key| key.starts_with("kontor.queue.")), "{waiting:?}");

    // Both go out, and the firm has each once.
    line.cut(false);
    let server = Server::start_at(&place, &upstream, &[], &[]).await;
    let until = Instant::now() + Duration::from_secs(60);
    while browser.driver.find_all(By::Css(".queued .state[data-s=full]")).await.map_or(0, |sent| sent.len()) < 2 {
        assert!(Instant::now() < until, "the orders do not go out; the page says:\n{}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(line.orders() >= 3, "the first was asked for again");
    assert_eq!(newest(&browser).await, (before + 2, json!({"84879": "16"})));
    let orders = api(&browser, "/api/orders?open=true").await;
    let numbers: Vec<&Value> = orders["orders"].as_array().expect("orders").iter().map(|order| &order["number"]).collect();
    assert!(numbers[0] != numbers[1], "{numbers:?}");
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

async fn of_another_customer(engine: Engine) {
    let (place, server, line, browser) = over_a_line(engine).await;
    let upstream = server.address.trim_start_matches("http://").to_string();
    offline::kept(&browser, "buyer@demo.example").await;
    let (before, _) = newest(&browser).await;
    review(&browser).await;
    assert_eq!(server.stop().await, Some(0));
    browser.click(".send button.btn-main").await;
    browser.read("The firm's server cannot be reached").await;
    sign_out(&browser).await;
    browser.click("#leave-here").await;
    browser.see("a[href='/sign-in']").await;

    // Somebody else signs in: told that something waits, not what, and nothing is sent.
    let server = Server::start_at(&place, &upstream, &[], &[]).await;
    browser.script::<bool>("return window.dispatchEvent(new Event('online'))").await;
    browser.until("nobody is signed in", async || api(&browser, "/api/session").await.is_null()).await;
    let asked = line.orders();
    browser.open(&format!("{}/sign-in", line.address)).await;
    sign_in(&browser, "second@demo.example", "demo-second").await;
    browser.see(".list .item").await;
    assert!(!browser.text().await.contains("2 lines"), "another's order is shown");
    browser.open(&format!("{}/orders", line.address)).await;
    browser.read("1 order of another customer waits on this device.").await;
    browser.script::<bool>("return window.dispatchEvent(new Event('focus'))").await;
    // Longer than it takes until an order is asked for again.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let text = browser.text().await;
    assert!(!text.contains("Waiting on this device") && !text.contains("buyer@demo.example"), "{text}");
    assert_eq!(line.orders(), asked, "another's order was sent");
    let kept_now = kept(&browser).await;
    assert!(kept_now.len() == 1 && kept_now[0].starts_with("kontor.queue."), "{kept_now:?}");

    // Whose it is signs in again, and it goes out under the right name.
    sign_out(&browser).await;
    browser.until("nobody is signed in", async || api(&browser, "/api/session").await.is_null()).await;
    browser.open(&format!("{}/sign-in", line.address)).await;
    sign_in(&browser, "buyer@demo.example", "demo-buyer").await;
    browser.see(".list .item").await;
    browser.open(&format!("{}/orders", line.address)).await;
    sent_by_itself(&browser).await;
    assert_eq!(newest(&browser).await, (before + 1, json!({"85123A": "12", "22423": "8"})));
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

kontor_tests::both!(of_two_orders_one_had_arrived_and_both_are_stored_once, with_a_part_arrived);
kontor_tests::both!(an_order_that_waits_is_neither_shown_to_nor_sent_by_another_customer, of_another_customer);

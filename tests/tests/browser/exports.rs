//! Excel files that take their time: stopped, made after all, and made of a part.

use std::time::Duration;

use calamine::{Data, Reader, Xlsx};
use kontor_server::db::Engine;
use kontor_shared::api::forms::FormAccount;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::program::{self, Server};
use thirtyfour::prelude::*;

use super::house::{House, firm};
use super::in_browser::order_by_keyboard;
use super::queue::{only_the_network_failed, with_an_order};

/// The codes in the first sheet of a downloaded workbook, which is put away.
async fn saved_codes(browser: &Browser) -> Vec<String> {
    let file = browser.download("xlsx").await;
    let bytes = std::fs::read(&file).expect("the download can be read");
    std::fs::remove_file(&file).expect("the download can be put away");
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("rows");
    let code = |cell: &Data| matches!(cell, Data::String(text) if text.starts_with("A-")).then(|| cell.to_string());
    sheet.rows().filter_map(|row| row.first().and_then(code)).collect()
}

async fn downloads(browser: &Browser) -> usize {
    std::fs::read_dir(&browser.downloads).map_or(0, |entries| entries.flatten().count())
}

of_the_page!(a_file_that_is_stopped_is_not_made_and_the_page_goes_on, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    // Nothing is kept, so that what makes the file has to come from the server; and there it waits.
    house.loses(&["/sw.js"]);
    house.holds(&["/assets/worker-"]);
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see(".list .item").await;
    order_by_keyboard(&browser, "A-0105", "3").await;
    browser.keys(Key::Control + "s").await;
    browser.press("Stop").await;
    browser.read("The Excel file was not made.").await;
    assert!(!browser.text().await.contains("Saving as Excel"), "it goes on");

    // What it waited for arrives: too late.
    house.holds(&[]);
    order_by_keyboard(&browser, "A-0001", "5").await;
    browser.read("2 lines").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(downloads(&browser).await, 0, "nothing is downloaded");

    // Asked for again, it is made; of what was found too, with what is ordered beside it.
    browser.keys(Key::Control + "s").await;
    assert_eq!(saved_codes(&browser).await.len(), 400);
    browser.fill("#search", "A-000").await;
    let found = "return document.querySelector('.list').getAttribute('aria-rowcount') < 20";
    browser.until("few hits", async || browser.script::<bool>(found).await).await;
    browser.press("Save these as Excel").await;
    let codes = saved_codes(&browser).await;
    assert!(codes.len() < 20 && ["A-0001", "A-0009", "A-0105"].iter().all(|code| codes.iter().any(|found| found == code)), "{codes:?}");

    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("sw.js") || entry.contains("404")), "{noted:?}");
    browser.close().await;
});

async fn saved_from_the_page(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let browser = with_an_order(&server.address).await;
    browser.keys(Key::Control + "s").await;
    let file = browser.download("xlsx").await;
    // Nobody says whose it is: the firm has heard of its number.
    let output = program::run_with_input(&place, &["read-form", file.to_str().expect("a UTF-8 path"), "--json"], "");
    let account: FormAccount = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!((account.customer.as_str(), account.accepted, account.read), ("12347", 2, 2), "{account:?}");
    assert!(account.warnings.is_empty(), "{:?}", account.warnings);
    let waiting = "return Object.keys(localStorage).filter((key) => key.startsWith('kontor.forms.'))";
    assert_eq!(browser.script::<Vec<String>>(waiting).await, Vec::<String>::new(), "nothing is left to be told");

    // Saved without a network, the firm hears of it when there is one.
    let address = server.address.clone();
    assert_eq!(server.stop().await, Some(0));
    std::fs::remove_file(&file).expect("the download can be put away");
    browser.keys(Key::Control + "s").await;
    let file = browser.download("xlsx").await;
    assert_eq!(browser.script::<Vec<String>>(waiting).await.len(), 1);
    let server = Server::start_at(&place, address.trim_start_matches("http://"), &[], &[]).await;
    browser.until("the firm has heard of it", async || browser.script::<Vec<String>>(waiting).await.is_empty()).await;
    let output = program::run_with_input(&place, &["read-form", file.to_str().expect("a UTF-8 path"), "--json"], "");
    let account: FormAccount = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!((account.customer.as_str(), account.accepted), ("12347", 2), "{account:?}");
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

// What the server makes of it is told on both databases by the stories of forms.
of_the_page!(a_sheet_saved_from_the_page_is_known_to_the_firm, saved_from_the_page);

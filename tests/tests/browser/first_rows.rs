//! The rows in the server's page, while the program that makes them is on its way: what is done on them is not lost.

use kontor_tests::browser::Browser;
use kontor_tests::on_both_databases;
use thirtyfour::prelude::*;

use super::house::{House, firm};

/// The search that has the focus: whether it is the first rows', and what stands in it.
async fn searching(browser: &Browser) -> (bool, String) {
    let script = "const input = document.activeElement; return input.matches('.search input') ? [!!input.closest('#first'), input.value] : [false, '-']";
    browser.script(script).await
}

on_both_databases!(a_slash_goes_to_the_search_before_the_program_is_there_and_once_after, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    house.holds(&[".wasm"]);
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see("#first .search input").await;
    browser.keys("/").await;
    assert_eq!(searching(&browser).await, (true, String::new()));
    // In the field it is a sign like any other.
    browser.keys("A-00/").await;
    assert_eq!(searching(&browser).await, (true, "A-00/".into()));
    browser.keys(Key::Backspace).await;
    // Turned off, it is nobody's.
    let set = async |script: &str| assert!(browser.script::<bool>(script).await);
    set("document.activeElement.blur(); localStorage.setItem('kontor.letter-keys', 'off'); return true").await;
    browser.keys("/").await;
    assert_eq!(searching(&browser).await, (false, "-".into()));
    set("localStorage.removeItem('kontor.letter-keys'); document.querySelector('#first .qty').focus(); return true").await;
    // From a quantity as from the page; what is typed goes over what stands there.
    browser.keys("/").await;
    browser.keys("A-0042").await;
    house.holds(&[]);
    browser.until("the page has taken over", async || browser.script::<bool>("return document.getElementById('first') === null").await).await;
    browser.until("the search has the focus", async || searching(&browser).await == (false, "A-0042".into())).await;
    let found = "const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === 'A-0042'";
    browser.until("A-0042 is the first hit", async || browser.script::<bool>(found).await).await;

    // From here on it is the program's key alone.
    browser.keys(Key::Enter).await;
    browser.until("a quantity has the focus", async || browser.script::<bool>("return document.activeElement.classList.contains('qty')").await).await;
    browser.keys("/").await;
    browser.until("the search has the focus again", async || searching(&browser).await == (false, "A-0042".into())).await;
    browser.keys("A-0007").await;
    assert_eq!(searching(&browser).await, (false, "A-0007".into()));
    browser.assert_quiet().await;
    browser.close().await;
});

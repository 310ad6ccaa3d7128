//! The rows in the server's page, while the program that makes them is on its way: what is done on them is not lost.

use kontor_tests::TestApp;
use kontor_tests::browser::Browser;
use thirtyfour::prelude::*;

use super::house::{House, firm};

/// The search that has the focus: whether it is the first rows', and what stands in it.
async fn searching(browser: &Browser) -> (bool, String) {
    let script = "const input = document.activeElement; return input.matches('.search input') ? [!!input.closest('#first'), input.value] : [false, '-']";
    browser.script(script).await
}

of_the_page!(a_slash_goes_to_the_search_before_the_program_is_there_and_once_after, |app| async {
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

/// The firm's first rows in a browser to which the program does not come yet, with the cursor in their first quantity.
async fn in_the_first_quantity(app: &TestApp) -> (House, Browser) {
    firm(app).await;
    let house = House::open(app).await;
    house.holds(&[".wasm"]);
    let browser = Browser::start().await;
    browser.open(&house.address).await;
    browser.see("#first .qty").await;
    assert!(browser.script::<bool>("document.querySelector('#first .qty').focus(); return true").await);
    (house, browser)
}

/// The quantity that has the focus: what stands in it, and where its cursor is, when it is one of the program's own rows.
const QUANTITY: &str = "const input = document.activeElement; \
    return input.matches('.list .qty') && !input.closest('#first') ? [input.value, input.selectionStart, input.selectionEnd] : ['-', 0, 0]";

of_the_page!(a_quantity_goes_on_where_it_was_when_the_program_takes_over, |app| async {
    let (house, browser) = in_the_first_quantity(&app).await;
    browser.keys("1").await;
    house.holds(&[]);
    let here = async || browser.script::<(String, u32, u32)>(QUANTITY).await;
    browser.until("the quantity has the focus", async || here().await == ("1".into(), 1, 1)).await;
    browser.keys("2").await;
    assert_eq!(here().await.0, "12");
    browser.read("1 line").await;
    browser.assert_quiet().await;
    browser.close().await;
});

/// From here on no answer comes that has to do with price lists.
const NO_LIST: &str = "window.outside = window.fetch; window.fetch = (request, ...more) => (request.url ?? String(request)).includes('price-list') \
    ? Promise.reject(new TypeError('no network')) : window.outside(request, ...more); return true";

of_the_page!(what_was_typed_on_the_first_rows_waits_for_a_list_that_fails_to_come, |app| async {
    let (house, browser) = in_the_first_quantity(&app).await;
    browser.keys("12").await;
    assert!(browser.script::<bool>(NO_LIST).await);
    house.holds(&[]);
    browser.until("the page says that it has no list", async || browser.text().await.contains("Try again")).await;
    assert!(browser.script::<bool>("window.fetch = window.outside; return true").await);
    browser.press("Try again").await;
    browser.see(".list .item").await;
    browser.read("1 line").await;
    let typed = "return Array.from(document.querySelectorAll('.list .qty')).some((input) => input.value === '12')";
    assert!(browser.script::<bool>(typed).await && browser.script::<bool>("return !document.getElementById('first')").await);
    browser.close().await;
});

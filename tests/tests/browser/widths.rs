//! The price list at the widths between desk and telephone: what is typed stays in view, keys begin where the reader looks,
//! and what was looked for instead is said.

use kontor_tests::browser::Browser;
use thirtyfour::prelude::*;

use super::house::{House, firm};

async fn opened(address: &str, width: u32, height: u32) -> Browser {
    let browser = Browser::sized(width, height).await;
    browser.open(address).await;
    browser.until("the page has taken over", async || browser.script::<bool>("return document.getElementById('first') === null").await).await;
    browser.see(".list .item:not([hidden]) .qty").await;
    browser
}

/// Whether the element with the focus is a quantity that nothing lies on and no edge cuts off.
const IN_VIEW: &str = "const field = document.activeElement; if (!field.matches('.qty')) return false; const box = field.getBoundingClientRect(); \
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2); return at === field && box.right <= innerWidth && box.left >= 0";

async fn in_view(browser: &Browser) {
    browser.until("the quantity is in view", async || browser.script::<bool>(IN_VIEW).await).await;
}

of_the_page!(a_quantity_stays_in_view_at_every_width, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    // Between telephone and desk, down in the list: the first digit goes to a row the reader sees.
    let browser = opened(&house.address, 700, 900).await;
    let far = "const list = document.querySelector('.list'); list.scrollTop = 4000; return list.scrollTop";
    let scrolled: f64 = browser.script(far).await;
    browser
        .until("the rows are drawn there", async || {
            browser.script::<bool>("return !document.querySelector('.window > [aria-rowindex=\"2\"]:not([hidden])')").await
        })
        .await;
    browser.keys("5").await;
    in_view(&browser).await;
    let now: f64 = browser.script("return document.querySelector('.list').scrollTop").await;
    assert!((now - scrolled).abs() < 40.0, "from {scrolled} to {now}");
    let foot = browser.see(".foot-order").await;
    assert!(foot.is_displayed().await.expect("it is there"), "the order is in sight");
    // With the details, too.
    browser.keys(Key::Right).await;
    browser.see(".shop-details").await;
    in_view(&browser).await;
    browser.close().await;

    let browser = opened(&house.address, 1100, 800).await;
    browser.keys("5").await;
    browser.keys(Key::Right).await;
    browser.see(".shop-details").await;
    in_view(&browser).await;
    browser.close().await;

    // On a telephone the quantities offered for a wrong one can be reached.
    let browser = opened(&house.address, 360, 740).await;
    browser.click(".list .item:not([hidden]) .qty").await;
    browser.keys("1.5").await;
    let offers = "const all = [...document.querySelectorAll('.hint button')].map(button => button.getBoundingClientRect()); \
        return all.length === 2 && all.every(box => box.left >= 0 && box.right <= innerWidth)";
    browser.until("both quantities are in view", async || browser.script::<bool>(offers).await).await;
    browser.assert_quiet().await;
    browser.close().await;
});

of_the_page!(a_repair_is_said_and_filters_count_in_the_group_chosen, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = opened(&house.address, 1400, 900).await;
    browser.fill("#search", "вкшдд 7").await;
    let said = "const status = document.querySelector('.found [role=status]').innerText; return status.includes('drill 7') && status.includes('вкшдд 7')";
    browser.until("what was looked for instead is said", async || browser.script::<bool>(said).await).await;
    // What matched is marked, in the code too.
    browser.fill("#search", "a0042").await;
    let marked = "const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.querySelector('mark')?.innerText === 'A-0042'";
    browser.until("the code is marked", async || browser.script::<bool>(marked).await).await;
    // A quarter of the house is in a group: each maker has a half of that.
    browser.click(".search .x").await;
    let numbers = "return [...document.querySelectorAll('.values .n')].map(number => number.innerText)";
    browser.until("makers of all goods", async || browser.script::<Vec<String>>(numbers).await == ["200", "200"]).await;
    browser.script::<bool>("[...document.querySelectorAll('.tree-node')].find(node => node.innerText.includes('Tools 2')).click(); return true").await;
    browser.until("makers of the group", async || browser.script::<Vec<String>>(numbers).await == ["50", "50"]).await;
    browser
        .until("other groups keep their number", async || {
            browser
                .script::<bool>("return [...document.querySelectorAll('.tree-node .n')].map(number => number.innerText).join() === '400,100,100,100,100'")
                .await
        })
        .await;
    browser.assert_quiet().await;
    browser.close().await;
});

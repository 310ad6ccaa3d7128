//! What one reader or one list leaves behind is never taken for another's: pages that slept, answers that come late, a list
//! taken over, rows that left the list under the reader's hands.

use kontor_shared::api::{PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::client::Client;
use kontor_tests::{TestApp, on_both_databases};
use serde_json::json;
use thirtyfour::Cookie;
use thirtyfour::prelude::*;

use super::house::House;

/// What comes with each list after the first, in a group and of a brand before those that were there.
const ADDED: [(&str, &str, &str); 2] = [("LD", "Ladders", "Ajax"), ("AN", "Anvils", "Aab")];

/// Goods with long codes.
fn goods(list: usize) -> String {
    let mut file = "code,name,group1,group2,price,brand\n".to_string();
    for (code, group, brand) in &ADDED[..list - 1] {
        for at in 0..20 {
            file.push_str(&format!("{code}-2026-{at:04}-XL,Number {at} of {group},Tools 0,{group},9.50,{brand}\n"));
        }
    }
    for at in 0..400 {
        file.push_str(&format!("HW-2026-{at:04}-XL,Drill number {at} of the house,Tools {},,{}.50,{}\n", at / 100, 100 + at, ["Bosch", "Makita"][at % 2]));
    }
    file
}

async fn publish(app: &TestApp, list: usize) {
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", goods(list)).await.ok();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    kontor_server::jobs::run_due(app.state(), || false).await.expect("the lists are packed");
}

/// A firm that shows everybody its prices, with its first list.
async fn firm(app: &TestApp) {
    publish(app, 1).await;
    let prices = json!({"public_price_type": "wholesale", "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60});
    app.staff(Role::Admin).await.put("/api/settings", &json!({"prices": prices})).await.ok();
}

/// Whoever this client is, the browser is signed in as.
pub async fn as_client(browser: &Browser, client: &Client) {
    let (name, token) = client.cookie().expect("a session");
    let mut cookie = Cookie::new(name, token);
    cookie.set_path("/");
    cookie.set_secure(true);
    browser.driver.add_cookie(cookie).await.expect("the browser takes the cookie");
}

async fn open_list(browser: &Browser, address: &str) {
    browser.open(address).await;
    browser.see("body > .shop .list .item").await;
}

/// Clicks what stands in the tree under this name.
async fn choose_group(browser: &Browser, name: &str) {
    let click =
        format!("const node = [...document.querySelectorAll('.tree-node')].find(node => node.innerText.includes({name:?})); node?.click(); return !!node");
    browser.until(&format!("the group {name}"), async || browser.script::<bool>(&click).await).await;
}

/// Nothing is to happen; it gets the time to.
async fn a_moment() {
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
}

/// Group, filter, row chosen, and the code of the row at the top, as the page shows them.
const PLACE: &str = "const list = document.querySelector('[role=grid]'), rows = [...list.querySelectorAll('.window > .item:not([hidden])')]; \
     const over = list.querySelector('.space').getBoundingClientRect().top + list.scrollTop; \
     const at = row => row.getBoundingClientRect().top; const code = row => row ? row.querySelector('.code').innerText.trim() : ''; \
     const top = rows.filter(row => at(row) + row.offsetHeight > over + 1).sort((one, other) => at(one) - at(other))[0]; \
     return [document.querySelector('.tree-node[aria-current] span').innerText, document.querySelector('.values input:checked')?.closest('label').innerText.split('\\n')[0].trim() ?? '', \
     code(rows.find(row => row.getAttribute('aria-selected') === 'true')), code(top)]";

/// The reader the kept list is labelled with.
const LABEL: &str = "return (async () => { const cache = await caches.open('kontor-kept'); const entry = await cache.match('/kept/list'); \
     return entry ? (await entry.text()).match(/\"reader\":\"([^\"]*)\"/)[1] : 'none'; })()";

on_both_databases!(a_list_taken_over_keeps_the_readers_place_and_is_labelled_by_whom_it_was_shown, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    open_list(&browser, &house.address).await;
    browser.until("the list is kept", async || browser.script::<String>(LABEL).await.is_empty()).await;
    publish(&app, 2).await;
    open_list(&browser, &house.address).await;
    browser.read("List 2 is here.").await;
    // The server has another list in force: these prices are over, and an order is warned.
    browser.read("These prices were valid until 15 Jan 2026.").await;
    browser.read("An order goes by the list in force now").await;

    // A place in the first list.
    choose_group(&browser, "Tools 2").await;
    browser
        .script::<bool>(
            "return [...document.querySelectorAll('.values label')].find(label => label.innerText.includes('Makita')).querySelector('input').click() ?? true",
        )
        .await;
    browser.read("50 of 400").await;
    browser.script::<f64>("return document.querySelector('[role=grid]').scrollTop = 400").await;
    let drawn = "const cell = [...document.querySelectorAll('.list .item:not([hidden]) .code')].find(code => code.innerText.trim() === 'HW-2026-0235-XL'); cell?.click(); return !!cell";
    browser.until("a row further down is chosen", async || browser.script::<bool>(drawn).await).await;
    let place = browser.script::<Vec<String>>(PLACE).await;
    assert_eq!((place[0].as_str(), place[1].as_str(), place[2].as_str()), ("Tools 2", "Makita", "HW-2026-0235-XL"), "{place:?}");

    // Whoever signs in gets the list in force, with other numbers for the same groups and brands, at the same place.
    let other = app.buyer("OTHER").await;
    as_client(&browser, &other).await;
    browser.script::<bool>("return window.dispatchEvent(new StorageEvent('storage', {key: 'kontor.session', newValue: 'in'}))").await;
    browser.until("signed in", async || browser.script::<String>(NAME).await == "Customer OTHER").await;
    browser.read("50 of 420 goods").await;
    browser.until("the same place for whoever signed in", async || browser.script::<Vec<String>>(PLACE).await == place).await;
    assert!(!browser.text().await.contains("These prices were valid"), "the list in force is not over");
    browser.until("the list is kept", async || browser.script::<String>(LABEL).await.ends_with("OTHER")).await;

    // A file of what is found is under way while the next list is taken over: it stays one of the list it was found in.
    publish(&app, 3).await;
    browser
        .script::<bool>(
            "const now = Date.now; Date.now = () => now() + 120000; \
             window.asked = []; window.Worker = class { constructor() { window.worker = this; } terminate() {} \
             postMessage(message) { window.asked.push(`${message.url} ${message.only?.length}`); } }; return window.dispatchEvent(new Event('focus'))",
        )
        .await;
    browser.read("List 3 is here.").await;
    browser.press("Save these as Excel").await;
    // Meanwhile another tab has signed somebody else in, of which this one has not heard yet.
    let session = async |client: &Client| client.get("/api/session").await.json::<serde_json::Value>().to_string();
    let who = |session: &str| format!("localStorage.setItem('kontor.who', {session:?}); return true");
    browser.script::<bool>(&who(&session(&app.buyer("THIRD").await).await)).await;
    browser.press("Take list 3").await;
    browser.read("This is list 3 now.").await;
    a_moment().await;
    // What was on its way into the cache meanwhile may have emptied it.
    assert!(!browser.script::<String>(LABEL).await.ends_with("THIRD"), "one reader's prices are not kept as another's");
    browser.script::<bool>(&who(&session(&other).await)).await;
    browser.script::<bool>("window.worker.onerror(); return true").await;
    browser.press("Try again").await;
    browser.until("asked once more", async || browser.script::<usize>("return window.asked.length").await > 1).await;
    let asked = browser.script::<Vec<String>>("return window.asked").await;
    assert!(asked.len() == 2 && asked[0] == asked[1] && asked[0].contains("/2/") && asked[0].ends_with(" 50"), "{asked:?}");
    browser.read("50 of 440 goods").await;
    browser.until("the same place in the new list", async || browser.script::<Vec<String>>(PLACE).await == place).await;

    // With every column there is room for names beside long codes.
    open_list(&browser, &format!("{}/?columns=brand,stock,vat,pack,amount", house.address)).await;
    let name = browser.script::<i64>("return document.querySelector('.list .item:not([hidden]) .name').offsetWidth").await;
    assert!(name >= 150, "{name} px are left for the name");
    browser.close().await;
});

/// Where a buyer sees its own name.
const NAME: &str = "return document.querySelector('.menu-name').innerText";

/// What the page says, in its fields too.
const TEXTS: &str = "return document.body.innerText + [...document.querySelectorAll('input, textarea')].map(field => field.value).join()";

/// Ends the session on the server and in what this browser knows, unheard by the page, as another tab does while this one sleeps.
const LEFT_ELSEWHERE: &str =
    "return fetch('/api/session', {method: 'DELETE', headers: {'x-kontor': '1'}}).then(answer => { localStorage.removeItem('kontor.who'); return answer.ok })";

of_the_page!(a_page_shows_nobody_who_has_left, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    open_list(&browser, &house.address).await;

    // Gone back to from memory: no event of another tab has reached the page.
    as_client(&browser, &app.buyer("FIRST").await).await;
    open_list(&browser, &house.address).await;
    browser.until("signed in", async || browser.script::<String>(NAME).await == "Customer FIRST").await;
    assert!(browser.script::<bool>(LEFT_ELSEWHERE).await);
    browser.script::<bool>("return window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))").await;
    browser.until("nobody is shown", async || browser.script::<String>(NAME).await == "Menu").await;

    // An answer asked for before signing out comes after it.
    as_client(&browser, &app.buyer("SECOND").await).await;
    open_list(&browser, &house.address).await;
    browser.until("signed in", async || browser.script::<String>(NAME).await == "Customer SECOND").await;
    browser
        .script::<bool>(
            "const fetch = window.fetch; window.fetch = async (request, ...rest) => { const answer = await fetch.call(window, request, ...rest); \
             const held = (request.url ?? request).endsWith('/api/session') && (request.method ?? 'GET') === 'GET'; \
             if (held) await new Promise(go => { window.go = go; }); return answer; }; \
             return window.dispatchEvent(new StorageEvent('storage', {key: 'kontor.session', newValue: 'in'}))",
        )
        .await;
    browser.until("the question is under way", async || browser.script::<bool>("return !!window.go").await).await;
    browser.click(".menu summary").await;
    browser.press("Sign out").await;
    browser.until("signed out", async || browser.script::<String>(NAME).await == "Menu").await;
    browser.script::<bool>("window.go(); return true").await;
    a_moment().await;
    assert_eq!(browser.script::<String>(NAME).await, "Menu", "a late answer signs nobody in");

    // What belongs to a reader goes with them from the other pages too.
    as_client(&browser, &app.buyer("THIRD").await).await;
    browser.open(&format!("{}/profile", house.address)).await;
    browser.until("the profile", async || browser.script::<String>(TEXTS).await.contains("1 Test Street")).await;
    assert!(browser.script::<bool>(LEFT_ELSEWHERE).await);
    browser.script::<bool>("return window.dispatchEvent(new StorageEvent('storage', {key: 'kontor.session', newValue: 'out'}))").await;
    browser.see("main a[href='/sign-in?next=/profile']").await;
    assert!(!browser.script::<String>(TEXTS).await.contains("1 Test Street"));
    // Nobody is signed in: that answer is an error to the browser.
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("/api/") && entry.contains("401")), "{noted:?}");

    // A sign-out the server has not heard of: the rows it makes for whoever left are not shown before the app has started.
    let first = "const first = document.createElement('div'); first.id = 'first'; document.body.append(first); \
         const shown = getComputedStyle(first).display; first.remove(); return shown";
    open_list(&browser, &house.address).await;
    assert_eq!(browser.script::<String>(first).await, "grid");
    as_client(&browser, &app.buyer("FOURTH").await).await;
    browser.script::<bool>("localStorage.setItem('kontor.leaves', 'out'); return true").await;
    open_list(&browser, &house.address).await;
    assert_eq!(browser.script::<String>(first).await, "none");
    browser.until("the server hears of it", async || browser.script::<bool>("return localStorage.getItem('kontor.leaves') === null").await).await;
    assert_eq!(browser.script::<String>(NAME).await, "Menu");
    browser.close().await;
});

of_the_page!(keys_reach_only_rows_that_are_shown_and_links_work_in_another_language, |app| async {
    firm(&app).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    open_list(&browser, &house.address).await;

    // The row with the focus leaves the list: what is typed after that goes to no other.
    choose_group(&browser, "Tools 1").await;
    browser.read("100 of 400").await;
    choose_group(&browser, "All groups").await;
    browser.read("400 goods").await;
    browser.click(".list .item:not([hidden]) .qty").await;
    browser.keys("7").await;
    browser.see(".shop-order .order-lines li").await;
    browser.script::<bool>("history.back(); return true").await;
    browser.read("100 of 400").await;
    browser.keys("5").await;
    for key in ["+", "-", "f"] {
        browser.keys(key).await;
    }
    browser.keys(Key::Delete).await;
    a_moment().await;
    let lines = "return [...document.querySelectorAll('.order-lines .pen')].map(line => line.innerText)";
    assert_eq!(browser.script::<Vec<String>>(lines).await, ["7"]);
    assert_eq!(browser.script::<usize>("return document.querySelectorAll('.list .star[aria-pressed=true]').length").await, 0);
    // The list goes on from its own rows.
    browser.keys(Key::Down).await;
    let in_list = "return document.activeElement.closest('.item')?.querySelector('.code').innerText.trim() ?? ''";
    browser.until("a row of the group", async || browser.script::<String>(in_list).await == "HW-2026-0100-XL").await;

    // Another language, and on by a link: the pages are mounted anew, once.
    browser.open(&format!("{}/orders", house.address)).await;
    browser.see("main a[href='/sign-in?next=/orders']").await;
    browser.click(".menu summary").await;
    browser.press("Русский").await;
    browser.read("Заказы").await;
    browser.click("header a[href='/about']").await;
    browser
        .until("the other page", async || {
            browser.script::<bool>("return location.pathname === '/about' && document.querySelectorAll('main').length === 1").await
        })
        .await;
    browser.click("header a[href='/orders']").await;
    browser.see("main a[href='/sign-in?next=/orders']").await;
    browser.click(".menu summary").await;
    browser.press("Български").await;
    browser.read("Поръчки").await;
    browser.script::<bool>("history.back(); return true").await;
    browser
        .until("back", async || {
            browser.script::<bool>("return location.pathname === '/about' && document.querySelector('header a[href=\"/about\"]').ariaCurrent === 'page'").await
        })
        .await;
    browser.close().await;
});

/// The tree as it is open: depth, name and count of each group, and which one is chosen.
const TREE: &str = "return [...document.querySelectorAll('.tree .tree-node')].map(node => { let depth = -1; for (let at = node; at && !at.matches('.tree'); at = at.parentElement) \
     if (at.tagName === 'UL' || at.tagName === 'LI' && at.parentElement.matches('.tree')) depth += 1; \
     return depth + ' ' + node.querySelector('span').innerText + ' ' + node.querySelector('.n').innerText + (node.hasAttribute('aria-current') ? ' *' : ''); })";

of_the_page!(groups_are_reached_however_deep_they_lie, |app| async {
    firm(&app).await;
    let sales = app.staff(Role::Sales).await;
    let goods = "code,name,group1,group2,group3,price\nS-1,Saw,Garden,Hand tools,Saws,5.00\nS-2,Rake,Garden,Hand tools,,7.00\n";
    sales.upload("/api/imports?kind=products&name=goods.csv", goods).await.ok();
    sales.post("/api/price-lists", &json!({})).await.ok();
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    open_list(&browser, &house.address).await;
    for name in ["Garden", "Hand tools"] {
        let unfold = format!(
            "const fold = [...document.querySelectorAll('.branch')].find(branch => branch.querySelector('.tree-node span').innerText === {name:?})?.querySelector('.fold'); fold?.click(); return !!fold"
        );
        browser.until(&format!("{name} unfolds"), async || browser.script::<bool>(&unfold).await).await;
    }
    choose_group(&browser, "Saws").await;
    let expected = ["0 Garden 2", "1 Hand tools 2", "2 Saws 1 *"].map(String::from).to_vec();
    let open = async || {
        let all: Vec<String> = browser.script(TREE).await;
        all.into_iter().filter(|node| ["Garden", "Hand", "Saws"].iter().any(|name| node.contains(name))).collect::<Vec<_>>()
    };
    browser.until("the group is chosen", async || open().await == expected).await;
    // By its address it is found again, with all that lies over it unfolded.
    browser.driver.refresh().await.expect("the page loads again");
    browser.until("the group is chosen again", async || open().await == expected).await;
    let alone = "return [...document.querySelectorAll('body > .shop .list .item:not([hidden]) .code')].map(code => code.innerText.trim()).join() === 'S-1'";
    browser.until("its goods", async || browser.script::<bool>(alone).await).await;
    browser.assert_quiet().await;
    browser.close().await;
});

//! No page stands in anybody's way: axe-core finds no serious fault on any of them, wide and on a telephone, light and dark.

use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::pages::{self, Page, wear};
use kontor_tests::program::Server;
use serde_json::{Value, json};

/// Deque's engine as it comes; see tests/assets/axe/README.md.
const AXE: &str = include_str!("../../assets/axe/axe.min.js");

const LOOK: &str = "return axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })\
    .then(found => found.violations.filter(fault => ['serious', 'critical'].includes(fault.impact)).map(fault => \
    `${fault.id}: ` + fault.nodes.slice(0, 3).map(node => `${node.target.join(' ')} ${node.any.concat(node.all, node.none).map(check => check.message).slice(0, 1)}`).join(' | ')))";

const WIDE: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (360, 740);

/// Each page is opened by one of the engines' runs, in both sizes, which are in both themes: what stands where depends on the
/// size, and how it contrasts on the theme.
fn ways(engine: Engine) -> [((u32, u32), &'static str); 2] {
    match engine {
        Engine::Sqlite => [(WIDE, "light"), (PHONE, "dark")],
        Engine::Postgres => [(WIDE, "dark"), (PHONE, "light")],
    }
}

/// Opens the pages one after the other; gives what is wrong.
async fn look_at(browser: &Browser, server: &str, pages: &[Page], engine: Engine) -> Vec<String> {
    let mut wrong = Vec::new();
    let turn = usize::from(engine == Engine::Postgres);
    for page in pages.iter().skip(turn).step_by(2) {
        for (at, ((width, height), theme)) in ways(engine).into_iter().enumerate() {
            let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("another size");
            if at == 0 {
                browser.open(&page.address(server, "en")).await;
                let _: Value = browser.script(&format!("{AXE}; return null")).await;
            }
            assert!(page.comes_to_rest(browser, "en").await, "{}: no {}; the page says:\n{}", page.name, page.ready, browser.text().await);
            wear(browser, theme).await;
            wrong.extend(browser.script::<Vec<String>>(LOOK).await.into_iter().map(|fault| format!("{} {width} {theme}: {fault}", page.name)));
        }
    }
    wrong
}

async fn everybodys_pages(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let address = server.address.as_str();
    let (visitor, buyer, office) = tokio::join!(Browser::start(), Browser::start(), Browser::start());
    let (orders, buyers) = pages::buyers(&buyer, address).await;
    let staffs = pages::staffs(&office, address, &orders).await;
    let (mut wrong, more) = tokio::join!(
        async {
            let mut wrong = look_at(&visitor, address, &pages::visitors(), engine).await;
            wrong.extend(look_at(&buyer, address, &buyers, engine).await);
            wrong
        },
        look_at(&office, address, &staffs, engine)
    );
    wrong.extend(more);
    assert!(wrong.is_empty(), "{} faults:\n  {}", wrong.len(), wrong.join("\n  "));
    for browser in [visitor, buyer, office] {
        browser.close().await;
    }
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

kontor_tests::both!(no_page_has_a_serious_fault, everybodys_pages);

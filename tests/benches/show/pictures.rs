//! Every page, at two widths, in three languages, light and dark. A page wider than its window and an error in the
//! console fail the run; all of them are listed at its end.

use std::path::Path;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::pages::{self, PATIENCE, Page, wear};
use kontor_tests::program::{self, Server};
use serde_json::{Value, json};

const SIZES: [(u32, u32); 2] = [(1440, 900), (390, 844)];
const LANGS: [&str; 3] = ["en", "ru", "bg"];
const THEMES: [&str; 2] = ["light", "dark"];
/// Longer pages are cut here.
const TALLEST: u64 = 3_000;

/// One browser that goes through pages and notes what is wrong.
struct Photographer<'a> {
    browser: Browser,
    address: &'a str,
    folder: &'a Path,
    wrong: Vec<String>,
    taken: u32,
}

/// Takes all pictures.
pub async fn take(folder: &Path) -> ExitCode {
    let place = tokio::task::spawn_blocking(|| {
        eprintln!("pictures: loading the demo firm");
        let place = tokio::runtime::Handle::current().block_on(Place::new(Engine::Sqlite));
        program::run(&place, &["demo", "--load-only"]);
        place
    })
    .await
    .expect("the demo firm loads");
    let server = Server::start(&place, &[], &[]).await;
    let address = server.address.clone();

    let mut visitor = Photographer::new(&address, folder).await;
    visitor.all(&pages::visitors()).await;
    let mut buyer = Photographer::new(&address, folder).await;
    let (orders, buyers_pages) = pages::buyers(&buyer.browser, &address).await;
    let mut office = Photographer::new(&address, folder).await;
    let staffs_pages = pages::staffs(&office.browser, &address, &orders).await;
    tokio::join!(buyer.all(&buyers_pages), office.all(&staffs_pages));

    let (mut taken, mut wrong) = (0, Vec::new());
    for photographer in [visitor, buyer, office] {
        taken += photographer.taken;
        wrong.extend(photographer.wrong);
    }
    server.stop().await;
    place.remove().await;
    println!("{taken} pictures in {}", folder.display());
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("{} things are wrong:", wrong.len());
    for one in &wrong {
        eprintln!("  {one}");
    }
    ExitCode::FAILURE
}

impl<'a> Photographer<'a> {
    async fn new(address: &'a str, folder: &'a Path) -> Self {
        let photographer = Self { browser: Browser::start().await, address, folder, wrong: Vec::new(), taken: 0 };
        // As on a telephone: a bar that takes room would make the narrow width another one.
        photographer.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
        photographer
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.browser.driver.cdp().send_raw(command, parameters).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn all(&mut self, pages: &[Page]) {
        for (width, height) in SIZES {
            self.devtools("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})).await;
            for page in pages {
                for lang in LANGS {
                    self.one(page, lang, width).await;
                }
                eprintln!("pictures: {} at {width}", page.name);
            }
        }
    }

    /// One page in one language and size, in both themes.
    async fn one(&mut self, page: &Page, lang: &str, width: u32) {
        self.browser.open(&page.address(self.address, lang)).await;
        if !page.comes_to_rest(&self.browser, lang).await {
            let text: String = self.browser.text().await.chars().take(200).collect();
            self.wrong.push(format!("{}-{width}-{lang}: no {} within {PATIENCE:?}; the page says: {}", page.name, page.ready, text.replace('\n', " / ")));
        }
        for theme in THEMES {
            let name = format!("{}-{width}-{lang}-{theme}", page.name);
            wear(&self.browser, theme).await;
            if let Some(wide) = self.overflow().await {
                self.wrong.push(format!("{name}: {wide}"));
            }
            self.picture(&name).await;
        }
        for message in self.browser.console_errors().await {
            self.wrong.push(format!("{}-{width}-{lang}: console: {message}", page.name));
        }
    }

    /// What sticks out to the right, if the page is wider than its window.
    async fn overflow(&self) -> Option<String> {
        const LOOK: &str = "const root = document.documentElement, wide = document.scrollingElement.scrollWidth; \
            if (wide <= root.clientWidth) return null; \
            const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.classList.length ? '.' + [...e.classList].join('.') : ''); \
            const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5); \
            return 'wider than its window: ' + wide + ' > ' + root.clientWidth + ', by ' + out.slice(0, 4).map(name).join(', ')";
        self.browser.script(LOOK).await
    }

    async fn picture(&mut self, name: &str) {
        let (width, height): (u64, u64) = self.browser.script("return [document.documentElement.clientWidth, document.scrollingElement.scrollHeight]").await;
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height.min(TALLEST), "scale": 1});
        let shot = self.devtools("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true, "clip": clip})).await;
        let bytes = STANDARD.decode(shot["data"].as_str().unwrap_or_default()).expect("a picture");
        std::fs::write(self.folder.join(format!("{name}.png")), bytes).expect("a picture is written");
        self.taken += 1;
    }
}

//! Every page, at two widths, in three languages, light and dark. A page wider than its window and an error in the
//! console fail the run; all of them are listed at its end.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kontor_server::db::Engine;
use kontor_server::time::Clock;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::program::{self, Server};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

const SIZES: [(u32, u32); 2] = [(1440, 900), (390, 844)];
const LANGS: [&str; 3] = ["en", "ru", "bg"];
const THEMES: [&str; 2] = ["light", "dark"];
/// How long a page may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer pages are cut here.
const TALLEST: u64 = 3_000;

/// A page and what must be seen before its picture is taken.
struct Page {
    name: &'static str,
    path: String,
    ready: &'static str,
}

fn page(name: &'static str, path: impl Into<String>, ready: &'static str) -> Page {
    Page { name, path: path.into(), ready }
}

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

    let mut buyer = Photographer::new(&address, folder).await;
    buyer.all(&[page("price-list-signed-out", "/", ".list .item"), page("sign-in", "/sign-in", "#login"), page("about", "/about", ".prose h2")]).await;
    let orders = buyer.sign_in_and_order().await;

    let mut office = Photographer::new(&address, folder).await;
    office.all(&[page("staff-sign-in", "/admin", "#login")]).await;
    let (customer, import) = office.sign_in_and_confirm(&orders.confirmed).await;

    let buyers_pages = [
        page("price-list", "/", ".list .item"),
        page("review", "/review", ".send button"),
        page("orders", "/orders", "main tbody tr"),
        page("order", format!("/orders/{}", orders.confirmed), "main tbody tr"),
        page("order-raised-prices", format!("/orders/{}", orders.raised), "main tbody tr"),
        page("profile", "/profile", ".people li"),
    ];
    let staffs_pages = [
        page("staff-orders", "/admin", "main tbody tr"),
        page("staff-order", format!("/admin/orders/{}", orders.submitted), "main tbody tr"),
        page("staff-order-confirmed", format!("/admin/orders/{}", orders.confirmed), "main tbody tr"),
        page("staff-customers", "/admin/customers", "main tbody tr"),
        page("staff-customer", format!("/admin/customers/{customer}"), ".time li"),
        page("staff-customer-edit", format!("/admin/customers/{customer}/edit"), "#customer-name"),
        page("staff-customer-new", "/admin/customers/new", "#customer-code"),
        page("staff-segments", "/admin/segments", "main tbody tr"),
        page("staff-import", "/admin/import", "main tbody tr"),
        page("staff-import-one", format!("/admin/import/{import}"), "main h1"),
        page("staff-price-lists", "/admin/price-lists", "main tbody tr"),
        page("staff-settings", "/admin/settings", "main h1"),
        page("staff-messages", "/admin/messages", "main tbody tr"),
        page("staff-jobs", "/admin/jobs", "main h1"),
        page("staff-audit", "/admin/audit", "main tbody tr"),
    ];
    tokio::join!(buyer.all(&buyers_pages), office.all(&staffs_pages));

    let (taken, mut wrong) = (buyer.taken + office.taken, buyer.wrong);
    wrong.extend(office.wrong);
    drop((buyer.browser, office.browser));
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

/// Orders of the demo's buyer, by what became of them.
struct Orders {
    confirmed: String,
    submitted: String,
    raised: String,
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
        self.browser.open(&format!("{}{}?lang={lang}", self.address, page.path)).await;
        if !self.comes_to_rest(page, lang).await {
            let text: String = self.browser.text().await.chars().take(200).collect();
            self.wrong.push(format!("{}-{width}-{lang}: no {} within {PATIENCE:?}; the page says: {}", page.name, page.ready, text.replace('\n', " / ")));
        }
        for theme in THEMES {
            let name = format!("{}-{width}-{lang}-{theme}", page.name);
            // What app/src/theme.rs does when it is chosen in the menu.
            let _: Value = self
                .browser
                .script(&format!(
                    "document.documentElement.setAttribute('data-theme', '{theme}'); \
                     return new Promise(done => requestAnimationFrame(() => setTimeout(() => done(null), 0)))"
                ))
                .await;
            if let Some(wide) = self.overflow().await {
                self.wrong.push(format!("{name}: {wide}"));
            }
            self.picture(&name).await;
        }
        for message in self.browser.console_errors().await {
            self.wrong.push(format!("{}-{width}-{lang}: console: {message}", page.name));
        }
    }

    /// Waits until the language, the content and the fonts are there, nothing is loading, and nothing moved since the last look.
    async fn comes_to_rest(&self, page: &Page, lang: &str) -> bool {
        let look = format!(
            "const e = document.querySelector({:?}); \
             if (document.documentElement.lang !== '{lang}' || !e || !e.checkVisibility() || document.fonts.status !== 'loaded' \
                 || document.querySelector('.loading, [aria-busy=true]')) return ''; \
             return document.body.innerText.length + ' ' + document.scrollingElement.scrollHeight + ' ' + document.querySelectorAll('*').length",
            page.ready
        );
        let until = Instant::now() + PATIENCE;
        let mut before = String::new();
        while Instant::now() < until {
            let now: String = self.browser.script(&look).await;
            if !now.is_empty() && now == before {
                return true;
            }
            before = now;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        false
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

    async fn sign_in(&self, path: &str, login: &str, password: &str) {
        self.browser.open(&format!("{}{path}?lang=en", self.address)).await;
        self.browser.fill("#login", login).await;
        self.browser.fill("#password", password).await;
        self.browser.keys(Key::Enter).await;
    }

    /// A call as the page makes it; the answer must be a success.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let mut options = format!("{{method: '{method}', headers: {{'X-Kontor': '1', 'Content-Type': 'application/json'}}");
        if let Some(body) = body {
            let _ = write!(options, ", body: JSON.stringify({body})");
        }
        options.push('}');
        let script = format!("return fetch({path:?}, {options}).then(answer => answer.json().then(body => [answer.status, body]))");
        let (status, body): (u16, Value) = self.browser.script(&script).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
        body
    }

    /// Three orders: two at prices not above those shown, one that shows prices far below; and a draft with a mistake in it.
    async fn sign_in_and_order(&mut self) -> Orders {
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.sign_in("/sign-in", "buyer@demo.example", "demo-buyer").await;
        self.browser.see(".shop-order").await;
        self.browser.see(".list .item").await;
        let list = self.call("GET", "/api/price-list", None).await;
        let clock = Clock::system();
        let mut ids = Vec::new();
        for (shown, comment) in [("999", "Please ring the bell at the side door."), ("999", ""), ("0.01", "")] {
            let id = clock.new_id().to_string();
            let lines: Vec<Value> =
                ["85123A", "22423", "47566", "84879"].iter().map(|code| json!({"code": code, "quantity": "96", "shown_price": shown})).collect();
            let version = list["version"].as_u64().or_else(|| list["version"].as_str().and_then(|text| text.parse().ok())).unwrap_or(1);
            let body = json!({"version": version, "overlay": "wholesale", "po_number": "PO-2011-117", "comment": comment, "lines": lines});
            self.call("PUT", &format!("/api/orders/{id}"), Some(body)).await;
            ids.push(id);
        }
        for (code, quantity) in [("85123A", "12"), ("22423", "8"), ("47566", "100"), ("84879", "5"), ("22720", "48")] {
            self.type_quantity(code, quantity).await;
        }
        let [confirmed, submitted, raised] = ids.try_into().expect("three orders");
        Orders { confirmed, submitted, raised }
    }

    /// Finds a product by its code and types a quantity, on the keyboard alone.
    async fn type_quantity(&self, code: &str, quantity: &str) {
        self.browser.keys(Key::Escape).await;
        self.browser.fill("#search", code).await;
        let first = format!("const row = document.querySelector('.list .item .code'); return !!row && row.innerText.trim() === {code:?}");
        self.browser.until(&format!("{code} is the first hit"), async || self.browser.script::<bool>(&first).await).await;
        self.browser.keys(Key::Enter).await;
        let focused = "return document.activeElement.classList.contains('qty')";
        self.browser.until("a quantity has the focus", async || self.browser.script::<bool>(focused).await).await;
        self.browser.keys(quantity).await;
        self.browser.keys(Key::Enter).await;
    }

    /// Confirms the order; gives its customer and the newest import.
    async fn sign_in_and_confirm(&mut self, order: &str) -> (String, String) {
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.sign_in("/admin", "admin@demo.example", "demo-admin").await;
        self.browser.see("nav.side a").await;
        self.call("POST", &format!("/api/orders/{order}/confirm"), None).await;
        let order = self.call("GET", &format!("/api/orders/{order}"), None).await;
        let imports = self.call("GET", "/api/imports", None).await;
        let list = imports.as_array().or_else(|| imports.as_object().and_then(|fields| fields.values().find_map(Value::as_array)));
        let import = list.and_then(|list| list.first()).and_then(|first| first["id"].as_str());
        (order["customer"]["id"].as_str().unwrap_or_default().to_string(), import.unwrap_or_default().to_string())
    }
}

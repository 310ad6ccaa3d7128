//! Every page a person opens, with the demo firm's data in it: for pictures of them, and to find what is in somebody's way.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use kontor_server::time::Clock;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;

/// How long a page may take to come to rest.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A page and what must be seen before it is looked at.
pub struct Page {
    pub name: &'static str,
    path: String,
    pub ready: &'static str,
}

fn page(name: &'static str, path: impl Into<String>, ready: &'static str) -> Page {
    Page { name, path: path.into(), ready }
}

impl Page {
    /// Its address in a language.
    pub fn address(&self, server: &str, lang: &str) -> String {
        format!("{server}{}{}lang={lang}", self.path, if self.path.contains('?') { '&' } else { '?' })
    }

    /// Waits until the language, the content and the fonts are there, nothing is loading, and nothing moved since the last look.
    pub async fn comes_to_rest(&self, browser: &Browser, lang: &str) -> bool {
        let look = format!(
            "const e = document.querySelector({:?}); \
             if (document.documentElement.lang !== '{lang}' || !e || !e.checkVisibility() || document.fonts.status !== 'loaded' \
                 || document.querySelector('.loading, [aria-busy=true]')) return ''; \
             return document.body.innerText.length + ' ' + document.scrollingElement.scrollHeight + ' ' + document.querySelectorAll('*').length",
            self.ready
        );
        let until = Instant::now() + PATIENCE;
        let mut before = String::new();
        while Instant::now() < until {
            let now: String = browser.script(&look).await;
            if !now.is_empty() && now == before {
                return true;
            }
            before = now;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        false
    }
}

/// What the menu of app/src/theme.rs does when a theme is chosen; waits until colours have come to rest.
pub async fn wear(browser: &Browser, theme: &str) {
    let script = format!(
        "document.documentElement.setAttribute('data-theme', '{theme}'); \
         return new Promise(done => requestAnimationFrame(() => setTimeout(done, 0))) \
             .then(() => Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))).then(() => null)"
    );
    browser.script::<Value>(&script).await;
}

/// Before anybody has signed in.
pub fn visitors() -> Vec<Page> {
    vec![
        page("price-list-signed-out", "/", ".list .item"),
        page("sign-in", "/sign-in", "#login"),
        page("sign-up", "/sign-up", "main form"),
        page("forgot", "/forgot", "main form"),
        page("about", "/about", ".prose h2"),
        page("staff-sign-in", "/admin", "#login"),
    ]
}

/// Orders of the demo's buyer, by what became of them.
pub struct Orders {
    pub confirmed: String,
    submitted: String,
}

/// Signs the demo's buyer in and orders: twice at prices not above those shown, once at prices far below, and a draft with a
/// mistake in it. What of it shows where comes with it.
pub async fn buyers(browser: &Browser, server: &str) -> (Orders, Vec<Page>) {
    sign_in(browser, server, "/sign-in", "buyer@demo.example", "demo-buyer").await;
    browser.see(".shop-order").await;
    browser.see(".list .item").await;
    let list = call(browser, "GET", "/api/price-list", None).await;
    let clock = Clock::system();
    let mut ids = Vec::new();
    for (shown, comment) in [("999", "Please ring the bell at the side door."), ("999", ""), ("0.01", "")] {
        let id = clock.new_id().to_string();
        let lines: Vec<Value> =
            ["85123A", "22423", "47566", "84879"].iter().map(|code| json!({"code": code, "quantity": "96", "shown_price": shown})).collect();
        let version = list["version"].as_u64().or_else(|| list["version"].as_str().and_then(|text| text.parse().ok())).unwrap_or(1);
        let body = json!({"version": version, "overlay": "wholesale", "po_number": "PO-2011-117", "comment": comment, "lines": lines});
        call(browser, "PUT", &format!("/api/orders/{id}"), Some(body)).await;
        ids.push(id);
    }
    for (code, quantity) in [("85123A", "12"), ("22423", "8"), ("47566", "100"), ("84879", "5"), ("22720", "48")] {
        type_quantity(browser, code, quantity).await;
    }
    let [confirmed, submitted, raised] = ids.try_into().expect("three orders");
    let pages = vec![
        page("price-list", "/", ".list .item"),
        page("review", "/review", ".send button"),
        page("order-from-file", "/order-from-file", ".ask-order .file"),
        page("orders", "/orders", "main tbody tr"),
        page("order", format!("/orders/{confirmed}"), "main tbody tr"),
        page("order-raised-prices", format!("/orders/{raised}"), "main tbody tr"),
        page("profile", "/profile", ".people li"),
        page("account", "/account", "main h1"),
    ];
    (Orders { confirmed, submitted }, pages)
}

/// Signs the demo's administrator in, confirms an order and begins a mailing.
pub async fn staffs(browser: &Browser, server: &str, orders: &Orders) -> Vec<Page> {
    sign_in(browser, server, "/admin", "admin@demo.example", "demo-admin").await;
    browser.see("nav.side a").await;
    call(browser, "POST", &format!("/api/orders/{}/confirm", orders.confirmed), None).await;
    let order = call(browser, "GET", &format!("/api/orders/{}", orders.confirmed), None).await;
    let customer = order["customer"]["id"].as_str().unwrap_or_default();
    let import = first_of(browser, "/api/imports").await;
    let message = first_of(browser, "/api/messages").await;
    let template = first_of(browser, "/api/templates").await;
    let mailing = Clock::system().new_id().to_string();
    let body = json!({
        "name": "Spring prices", "topic": "offers", "audience": {"segments": ["regular"]}, "template": template, "uncertain_policy": "hold"
    });
    call(browser, "PUT", &format!("/api/mailings/{mailing}"), Some(body)).await;
    vec![
        page("staff-orders", "/admin", "main tbody tr"),
        page("staff-order", format!("/admin/orders/{}", orders.submitted), "main tbody tr"),
        page("staff-order-confirmed", format!("/admin/orders/{}", orders.confirmed), "main tbody tr"),
        page("staff-order-entry", "/admin/orders/new", "#entry-ask"),
        page("staff-order-entry-lines", "/admin/orders/new?customer=12347", "#entry-code"),
        page("staff-mail-orders", "/admin/incoming", "main .panel"),
        page("staff-customers", "/admin/customers", "main tbody tr"),
        page("staff-customer", format!("/admin/customers/{customer}"), ".time li"),
        page("staff-customer-edit", format!("/admin/customers/{customer}/edit"), "#customer-name"),
        page("staff-customer-new", "/admin/customers/new", "#customer-code"),
        page("staff-segments", "/admin/segments", "main tbody tr"),
        page("staff-segments-over-time", "/admin/segments/over-time", "main h1"),
        page("staff-import", "/admin/import", "main tbody tr"),
        page("staff-import-one", format!("/admin/import/{import}"), "main h1"),
        page("staff-price-lists", "/admin/price-lists", "main tbody tr"),
        page("staff-mailings", "/admin/mailings", "main tbody tr"),
        page("staff-mailing", format!("/admin/mailings/{mailing}"), "#mailing-next"),
        page("staff-mailing-who", format!("/admin/mailings/{mailing}?step=who"), "#mailing-next"),
        page("staff-mailing-look", format!("/admin/mailings/{mailing}?step=look"), ".steps"),
        page("staff-mailing-send", format!("/admin/mailings/{mailing}?step=send"), ".steps"),
        page("staff-templates", "/admin/templates", "main tbody tr"),
        page("staff-template", format!("/admin/templates/{template}"), "#template-html"),
        page("staff-messages", "/admin/messages", "main tbody tr"),
        page("staff-message", format!("/admin/messages/{message}"), "main h1"),
        page("staff-sending", "/admin/sending", "main h1"),
        page("staff-settings", "/admin/settings", "main h1"),
        page("staff-people", "/admin/people", "main tbody tr"),
        page("staff-account", "/admin/account", "main h1"),
        page("staff-jobs", "/admin/jobs", "main h1"),
        page("staff-audit", "/admin/audit", "main tbody tr"),
    ]
}

async fn sign_in(browser: &Browser, server: &str, path: &str, login: &str, password: &str) {
    browser.open(&format!("{server}{path}?lang=en")).await;
    browser.fill("#login", login).await;
    browser.fill("#password", password).await;
    browser.keys(Key::Enter).await;
}

/// A call as the page makes it; the answer must be a success.
async fn call(browser: &Browser, method: &str, path: &str, body: Option<Value>) -> Value {
    let mut options = format!("{{method: '{method}', headers: {{'X-Kontor': '1', 'Content-Type': 'application/json'}}");
    if let Some(body) = body {
        let _ = write!(options, ", body: JSON.stringify({body})");
    }
    options.push('}');
    let script = format!("return fetch({path:?}, {options}).then(answer => answer.json().then(body => [answer.status, body]))");
    let (status, body): (u16, Value) = browser.script(&script).await;
    assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
    body
}

/// The id of the first entry of a list.
async fn first_of(browser: &Browser, path: &str) -> String {
    let answer = call(browser, "GET", path, None).await;
    let list = answer.as_array().or_else(|| answer.as_object().and_then(|fields| fields.values().find_map(Value::as_array)));
    list.and_then(|list| list.first()).and_then(|first| first["id"].as_str()).unwrap_or_else(|| panic!("nothing at {path}: {answer}")).to_string()
}

/// Finds a product by its code and types a quantity, on the keyboard alone.
async fn type_quantity(browser: &Browser, code: &str, quantity: &str) {
    browser.keys(Key::Escape).await;
    browser.fill("#search", code).await;
    let first = format!("const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === {code:?}");
    browser.until(&format!("{code} is the first hit"), async || browser.script::<bool>(&first).await).await;
    browser.keys(Key::Enter).await;
    let focused = "return document.activeElement.classList.contains('qty')";
    browser.until("a quantity has the focus", async || browser.script::<bool>(focused).await).await;
    browser.keys(quantity).await;
    browser.keys(Key::Enter).await;
}

//! One thread through the whole house: a buyer finds goods, orders and saves the sheet; the mail arrives; staff confirm;
//! the proforma's text is the document's.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::{Place, fresh_directory};
use kontor_tests::program::Server;
use kontor_tests::smtp::{MailServer, PYTHON};
use serde_json::Value;
use thirtyfour::prelude::*;

/// What the running story holds.
struct House {
    place: Place,
    mail: MailServer,
    server: Server,
}

async fn house(engine: Engine) -> House {
    let place = Place::demo(engine).await;
    let mail = MailServer::start().await;
    let server = Server::start(&place, &[], &[("KONTOR_SMTP_URL", mail.url().as_str())]).await;
    House { place, mail, server }
}

impl House {
    async fn end(self) {
        assert_eq!(self.server.stop().await, Some(0), "the server ends cleanly");
        self.place.remove().await;
    }
}

pub async fn sign_in(browser: &Browser, login: &str, password: &str) {
    browser.fill("#login", login).await;
    browser.fill("#password", password).await;
    browser.keys(Key::Enter).await;
}

/// Finds a product by its code and types a quantity, on the keyboard alone.
pub async fn order_by_keyboard(browser: &Browser, code: &str, quantity: &str) {
    // The first rows are there before anything listens for keys.
    browser.until("the page has taken over", async || browser.script::<bool>("return document.getElementById('first') === null").await).await;
    browser.keys(Key::Escape).await;
    browser.keys("/").await;
    let focused = "return document.activeElement && document.activeElement.getAttribute('inputmode') === 'search'";
    browser.until("the search has the focus", async || browser.script::<bool>(focused).await).await;
    browser.keys(Key::Control + "a").await;
    browser.keys(code).await;
    let first = format!("const row = document.querySelector('.list .item:not([hidden]) .code'); return !!row && row.innerText.trim() === {code:?}");
    browser.until(&format!("{code} is the first hit"), async || browser.script::<bool>(&first).await).await;
    browser.keys(Key::Enter).await;
    browser.until("a quantity has the focus", async || browser.script::<bool>("return document.activeElement.classList.contains('qty')").await).await;
    browser.keys(quantity).await;
    browser.keys(Key::Enter).await;
}

/// The whole list passes through a few dozen elements, and its last row is reached.
async fn scroll_to_the_end_and_back(browser: &Browser) {
    const LAST: &str = "const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight; const all = [...list.querySelectorAll('.window > :not([hidden])')]; \
        return all.length < 100 && all.some(row => row.getAttribute('aria-rowindex') === list.getAttribute('aria-rowcount') && row.querySelector('.title').innerText !== '')";
    browser.until("the last row is drawn in a few elements", async || browser.script::<bool>(LAST).await).await;
    const FIRST: &str =
        "const list = document.querySelector('.list'); list.scrollTop = 0; return !!list.querySelector('.window > [aria-rowindex=\"2\"]:not([hidden])')";
    browser.until("the first row is drawn again", async || browser.script::<bool>(FIRST).await).await;
}

pub async fn api(browser: &Browser, path: &str) -> Value {
    let script = format!("return fetch({path:?}).then(answer => answer.json())");
    browser.script(&script).await
}

/// The bytes a signed-in page gets from a path.
async fn bytes(browser: &Browser, path: &str) -> Vec<u8> {
    let script =
        format!("return fetch({path:?}).then(answer => answer.ok ? answer.arrayBuffer() : new ArrayBuffer(0)).then(buffer => [...new Uint8Array(buffer)])");
    browser.script(&script).await
}

/// Every value of every cell, after LibreOffice computed all formulas anew: openpyxl, which has to open the file for that,
/// drops the results it came with.
fn recalculated(sheet: &Path) -> Vec<Value> {
    const STRIP: &str = "import sys,openpyxl\nopenpyxl.load_workbook(sys.argv[1]).save(sys.argv[2])";
    const READ: &str = "import sys,json,openpyxl\nbook=openpyxl.load_workbook(sys.argv[1],data_only=True)\n\
        print(json.dumps([c.value for s in book for r in s.iter_rows() for c in r if isinstance(c.value,(int,float,str))]))";
    let directory = fresh_directory();
    let stripped = directory.join("stripped.xlsx");
    said(Command::new(PYTHON).args(["-c", STRIP]).args([sheet, &stripped]));
    said(
        Command::new("soffice")
            .arg(format!("-env:UserInstallation=file://{}/profile", directory.display()))
            .args(["--headless", "--convert-to", "xlsx", "--outdir"])
            .args([&directory.join("computed"), &stripped]),
    );
    let values = said(Command::new(PYTHON).args(["-c", READ]).arg(directory.join("computed/stripped.xlsx")));
    let _ = std::fs::remove_dir_all(&directory);
    serde_json::from_slice(&values).expect("JSON")
}

/// What a program writes to its standard output; it has to succeed.
fn said(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; cargo xtask test installs what is needed"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Whether a cell holds this amount.
fn holds(values: &[Value], amount: &str) -> bool {
    values.iter().any(|value| value.as_f64().is_some_and(|found| (found - plain(amount)).abs() < 0.005))
}

fn pdf_text(pdf: &[u8]) -> String {
    let directory = fresh_directory();
    let file = directory.join("document.pdf");
    std::fs::write(&file, pdf).expect("a file is written");
    let text = said(Command::new("pdftotext").arg("-layout").arg(&file).arg("-"));
    let _ = std::fs::remove_dir_all(&directory);
    String::from_utf8(text).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `1234.5` from `1,234.50`.
fn plain(amount: &str) -> f64 {
    amount.replace([',', ' '], "").parse().unwrap_or(f64::NAN)
}

async fn the_thread(engine: Engine) {
    let house = house(engine).await;
    let browser = Browser::start().await;

    // A visitor sees the public prices, begins an order, and keeps it over a reload and signing in.
    browser.open(&house.server.address).await;
    browser.see(".list .item").await;
    scroll_to_the_end_and_back(&browser).await;
    order_by_keyboard(&browser, "85123A", "12").await;
    browser.until("the search stands in the address", async || browser.script::<bool>("return location.search.includes('q=85123A')").await).await;
    browser.read("12").await;
    browser.driver.refresh().await.expect("the page reloads");
    browser.see(".shop-order .order-lines li").await;
    browser.open(&format!("{}/sign-in", house.server.address)).await;
    sign_in(&browser, "buyer@demo.example", "demo-buyer").await;
    browser.see(".shop-order .order-lines li").await;
    order_by_keyboard(&browser, "22423", "8").await;
    browser
        .until("two lines in the order", async || browser.driver.find_all(By::Css(".shop-order .order-lines li")).await.is_ok_and(|lines| lines.len() == 2))
        .await;

    // The whole price list as a workbook, with what is ordered filled in.
    browser.keys(Key::Control + "s").await;
    let list = browser.download("xlsx").await;
    let price_list = recalculated(&list);
    std::fs::remove_file(&list).expect("the download can be put away");

    // Review, by the keyboard, and send.
    browser.keys(Key::Control + Key::Enter).await;
    browser.see(".send .btn-main").await;
    browser.click(".send button.btn-main").await;
    browser.until("the stored order's page", async || browser.driver.current_url().await.is_ok_and(|url| url.path().starts_with("/orders/"))).await;
    let address = browser.driver.current_url().await.expect("an address");
    let id = address.path().trim_start_matches("/orders/").to_string();
    let order = api(&browser, &format!("/api/orders/{id}")).await;
    // What was begun as a visitor was seen at the public price; the customer's own is lower.
    assert_eq!((order["state"].as_str(), order["read"].as_u64(), order["refused"].as_u64()), (Some("submitted"), Some(2), Some(0)), "{order}");
    // What was typed after signing in was seen at the customer's own price.
    assert!(order["lines"].as_array().is_some_and(|lines| lines.iter().any(|line| line["code"] == "22423" && line["verdict"] == "accepted")), "{order}");
    let number = order["number"].as_str().expect("a number").to_string();
    let gross = order["gross"].as_str().expect("an amount").to_string();
    browser.read(&number).await;

    // The sheet's totals, computed by another program, are the order's.
    browser.press("Excel").await;
    let sheet = browser.download("xlsx").await;
    let values = recalculated(&sheet);
    assert!(holds(&values, &gross), "no cell holds the order's total {gross}: {values:?}");
    assert!(values.iter().any(|value| value == "85123A"), "the code is text in the sheet");
    assert!(holds(&price_list, &gross), "the price list, filled in, does not come to {gross}");
    let goods = price_list.iter().filter(|value| value.as_str().is_some_and(|text| text == "85123A" || text == "22423")).count();
    assert!(price_list.len() > 20_000 && goods >= 2, "the whole list is in the workbook: {} cells", price_list.len());

    // The mail.
    let mails = house.mail.wait_for(1).await;
    assert!(mails[0].to.contains("12347@customer.example"), "{}", mails[0].to);
    assert!(mails[0].subject.contains(&number) || mails[0].text.contains(&number), "{:?}", mails[0]);

    // Staff confirm.
    let office = Browser::start().await;
    office.open(&format!("{}/admin", house.server.address)).await;
    sign_in(&office, "sales@demo.example", "demo-sales").await;
    office.read(&number).await;
    office.open(&format!("{}/admin/orders/{id}", house.server.address)).await;
    office.press("Confirm").await;
    office.click("#answer-go").await;
    office.until("the order is confirmed", async || api(&office, &format!("/api/orders/{id}")).await["state"] == "confirmed").await;
    let order = api(&office, &format!("/api/orders/{id}")).await;
    let document = order["documents"][0].clone();
    let proforma = document["number"].as_str().expect("a number").to_string();

    // The PDF opens for the buyer, and says what the document says.
    browser.assert_quiet().await;
    let pdf_url = document["pdf_url"].as_str().expect("an address").to_string();
    let mut pdf = Vec::new();
    for _ in 0..60 {
        pdf = bytes(&browser, &pdf_url).await;
        if !pdf.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let text = pdf_text(&pdf);
    for needed in [proforma.as_str(), number.as_str(), "85123A", "22423", "Demo Gift Wholesale (not a real company)"] {
        assert!(text.contains(needed), "the PDF does not say {needed:?}: {text}");
    }
    for line in order["lines"].as_array().expect("lines") {
        for field in ["code", "name", "amount"] {
            let wanted = line[field].as_str().expect("text").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.replace(',', "").contains(&wanted.replace(',', "")), "the PDF does not say {wanted:?}: {text}");
        }
    }
    for field in ["net", "vat", "gross"] {
        let wanted = order[field].as_str().expect("an amount");
        assert!(text.replace(',', "").contains(wanted), "the PDF does not say {field} {wanted}: {text}");
    }
    assert_eq!(bytes(&office, &pdf_url).await, pdf, "staff get the same document");

    // Asking for a PDF that was not rendered yet is answered 503, and the browser notes that as an error.
    let noted = browser.console_errors().await;
    assert!(noted.iter().all(|entry| entry.contains("/pdf") && entry.contains("503")), "{noted:?}");

    // The buyer sees it.
    browser.driver.refresh().await.expect("the page reloads");
    browser.read("Confirmed").await;
    browser.read(&proforma).await;
    office.close().await;
    browser.close().await;
    house.end().await;
}

mod a_real_price_list_becomes_an_order_a_sheet_a_confirmed_sale_and_a_proforma {
    use super::*;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        the_thread(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        the_thread(Engine::Postgres).await;
    }
}

//! The filled-in sheet back in the buyer's page, without a server: dropped on the price list, told line by line, put into the
//! order, sent when the server is back; files that do harm, and lines that are pasted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use kontor_server::db::Engine;
use kontor_tests::browser::Browser;
use kontor_tests::databases::Place;
use kontor_tests::hostile;
use kontor_tests::program::Server;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::in_browser::sign_in;
use super::offline;
use super::queue::{newest, only_the_network_failed, review};

/// Writes quantities into the column the form names, by code.
const FILL: &str = r#"
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
name, place = book.defined_names["OF_QTY"].attr_text.rsplit("!", 1)
sheet = book[name.strip("'").replace("''", "'")]
column = place.split("$")[1]
wanted = json.loads(sys.argv[3])
for row in sheet.iter_rows():
    if row[0].value in wanted:
        sheet[f"{column}{row[0].row}"] = wanted[row[0].value]
book.save(sys.argv[2])
"#;

fn filled(form: &Path, wanted: &Value) -> PathBuf {
    let out = form.with_file_name("filled.xlsx");
    // Debian's Python, which has Debian's openpyxl.
    let status = Command::new("/usr/bin/python3").args(["-c", FILL]).args([form, &out]).arg(wanted.to_string()).status().expect("Python starts");
    assert!(status.success());
    out
}

/// Drops a file on the page, as from a file manager.
async fn drop_file(browser: &Browser, file: &Path) {
    let bytes = base64::engine::general_purpose::STANDARD.encode(std::fs::read(file).expect("the file can be read"));
    let script = format!(
        "const bytes = Uint8Array.from(atob('{bytes}'), sign => sign.charCodeAt(0)); const data = new DataTransfer(); \
         data.items.add(new File([bytes], 'order.xlsx')); \
         document.body.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})); return true"
    );
    assert!(browser.script::<bool>(&script).await);
}

/// What the draft orders, as this browser keeps it.
async fn draft(browser: &Browser) -> Value {
    let script = "const key = Object.keys(localStorage).find(key => key.startsWith('kontor.draft')); if (!key) return {}; \
         const kept = JSON.parse(localStorage.getItem(key)); const lines = (kept.draft ?? kept).lines ?? []; \
         return Object.fromEntries(lines.map(line => [line.code, line.typed]))";
    browser.script(script).await
}

async fn a_sheet_comes_back(engine: Engine) {
    let place = Place::demo(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let address = server.address.clone();
    let browser = Browser::start().await;
    browser.open(&format!("{address}/sign-in")).await;
    sign_in(&browser, "buyer@demo.example", "demo-buyer").await;
    browser.see(".list .item").await;
    offline::kept(&browser, "buyer@demo.example").await;
    let reader = "return caches.keys().then(async names => { for (const name of names) for (const kept of await (await caches.open(name)).keys()) \
         if (/reader-.*_bg\\.wasm$/.test(kept.url)) return true; return false })";
    browser.until("the reader is kept", async || browser.script::<bool>(reader).await).await;
    browser.keys(Key::Control + "s").await;
    let form = browser.download("xlsx").await;
    let (before, _) = newest(&browser).await;
    let file = filled(&form, &json!({"85123A": 12, "22423": 8, "22720": "viel"}));

    assert_eq!(server.stop().await, Some(0));
    drop_file(&browser, &file).await;
    browser.see(".from-file").await;
    browser.read("Put 2 lines into the order").await;
    browser.read("This is no quantity.").await;
    assert_eq!(draft(&browser).await, json!({}), "nothing enters the order unasked");
    // The third is mended in place.
    browser.fill(".from-file .qty", "6").await;
    browser.press("Put 3 lines into the order").await;
    browser.see(".send").await;
    assert_eq!(draft(&browser).await, json!({"22423": "8", "22720": "6", "85123A": "12"}));
    browser.press("Undo").await;
    browser.until("the order is empty again", async || draft(&browser).await == json!({})).await;

    // Files that do harm end their worker; the page goes on and keeps the order.
    browser.open(&format!("{address}/order-from-file")).await;
    browser.fill("#order-lines", "85123A 12\n8 x 22423\nNO-SUCH 3\nThank you").await;
    browser.press("Read the lines").await;
    browser.read("There is no product of this code").await;
    browser.press("Put 2 lines into the order").await;
    browser.see(".send").await;
    browser.open(&format!("{address}/order-from-file")).await;
    let told = "return !document.querySelector('main progress') && (document.querySelector('.equation') ? 'read' : document.querySelector('main .note-bad:not([data-seen])')?.innerText ?? '') || ''";
    for (at, harmful) in hostile::corpus().iter().enumerate() {
        let path = place.directory.join(format!("hostile-{at}.xlsx"));
        std::fs::write(&path, &harmful.bytes).expect("a file can be written");
        browser.script::<bool>("document.querySelector('main .note-bad')?.setAttribute('data-seen', ''); return true").await;
        browser.choose("#order-file", &path).await;
        if harmful.bytes.len() > 32 << 20 {
            browser.read("The file is larger than 32 MB.").await;
            continue;
        }
        let until = std::time::Instant::now() + Duration::from_secs(90);
        while browser.script::<String>(told).await.is_empty() {
            assert!(std::time::Instant::now() < until, "{}: nothing is said", harmful.name);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if browser.script::<String>(told).await == "read" {
            browser.press("Leave the order as it is").await;
        }
    }
    assert_eq!(draft(&browser).await, json!({"22423": "8", "85123A": "12"}));

    // What stands in the order is added to or replaced, as one says.
    browser.fill("#order-lines", "85123A 6").await;
    browser.press("Read the lines").await;
    browser.press("Add 1 line to the order").await;
    browser.see(".send").await;
    assert_eq!(draft(&browser).await, json!({"22423": "8", "85123A": "18"}));
    browser.open(&format!("{address}/order-from-file")).await;
    browser.choose("#order-file", &file).await;
    browser.press("Replace the order by 2 lines").await;
    browser.see(".send").await;

    let server = Server::start_at(&place, address.trim_start_matches("http://"), &[], &[]).await;
    browser.open(&address).await;
    browser.see(".list .item").await;
    review(&browser).await;
    browser.click(".send button.btn-main").await;
    browser.until("the order is there", async || newest(&browser).await.0 == before + 1).await;
    assert_eq!(newest(&browser).await.1, json!({"22423": "8", "85123A": "12"}));
    only_the_network_failed(&browser).await;
    browser.close().await;
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

kontor_tests::both!(a_filled_in_sheet_is_dropped_and_becomes_an_order, a_sheet_comes_back);

//! An order from paper, entered by somebody who reads the sheet and looks at nothing but it: the keyboard alone, from the form's
//! number to the stored order; what was typed outlives the page. And an order from a filled-in sheet beside what was typed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kontor_shared::api::entry::OrderBackground;
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{Order, OrderPage, PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::{Client, TestApp, on_both_databases, program};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::house::House;
use super::readers::as_client;

const GOODS: &str =
    "code,name,group,price.wholesale EUR,increment\nT-1,Tea glass,Glass,2.50,\nT-2,Tea pot,Glass,12.00,\nSP,Spoon,Cutlery,0.40,10\nCU,Cup,Cutlery,1.00,\n";
/// The quantities of the lines, as they stand in their fields.
const LINES: &str = "return [...document.querySelectorAll('table .qty')].map(field => field.value)";

async fn publish(sales: &Client, goods: &'static str) -> u32 {
    sales.upload("/api/imports?kind=products&name=goods.csv", goods.as_bytes().to_vec()).await.ok();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version
}

/// A browser with the office's pages open.
async fn office(house: &House, sales: &Client) -> Browser {
    let browser = Browser::start().await;
    browser.open(&format!("{}/admin", house.address)).await;
    as_client(&browser, sales).await;
    browser
}

async fn lines_are(browser: &Browser, expected: &[&str]) {
    browser.until(&format!("the lines {expected:?}"), async || browser.script::<Vec<String>>(LINES).await == expected).await;
}

async fn focus_is(browser: &Browser, id: &str) {
    let script = format!("return document.activeElement.id === '{id}'");
    browser.until(&format!("the focus at {id}"), async || browser.script::<bool>(&script).await).await;
}

/// Types a line, by the keyboard alone.
async fn type_line(browser: &Browser, code: &str, quantity: &str) {
    focus_is(browser, "entry-code").await;
    browser.keys(code + Key::Enter).await;
    focus_is(browser, "entry-quantity").await;
    browser.keys(quantity + Key::Enter).await;
}

/// The form of a customer, filled in.
fn filled(app: &TestApp, customer: &str, quantities: &Value) -> PathBuf {
    let form = app.place().directory.join(format!("{customer}.xlsx"));
    program::run(app.place(), &["pricelist", "--customer", customer, "--out", form.to_str().unwrap()]);
    let out = form.with_file_name(format!("{customer}-filled.xlsx"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/form.py");
    // Debian's Python, which has Debian's openpyxl.
    let mut python = Command::new("/usr/bin/python3").arg(script).args([&form, &out]).stdin(Stdio::piped()).spawn().expect("Python starts");
    python.stdin.take().unwrap().write_all(json!([["type", quantities]]).to_string().as_bytes()).unwrap();
    assert!(python.wait().unwrap().success(), "{customer}");
    out
}

/// A form handed out to customer C1, as a mailing or the command line hands one out.
async fn form(app: &TestApp, version: u32) -> String {
    let form = kontor_shared::ids::form_id([3; 10]);
    let customer = app.customer("C1").await.to_string();
    let mut tx = app.state().db.write_tx().await.unwrap();
    let sql = "INSERT INTO forms (id, customer_id, version, overlay, created_at) VALUES ($1, $2, $3, 'wholesale', 0)";
    sqlx::query(sql).bind(&form).bind(customer).bind(i64::from(version)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    form
}

on_both_databases!(an_order_on_paper_is_entered_without_a_mouse, |app| async {
    let sales = app.staff(Role::Sales).await;
    let version = publish(&sales, GOODS).await;
    let form = form(&app, version).await;
    let house = House::open(&app).await;
    let browser = office(&house, &sales).await;
    browser.open(&format!("{}/admin", house.address)).await;
    browser.see(".key-hints").await;
    browser.keys("p").await;
    browser.see("#entry-ask").await;
    focus_is(&browser, "entry-ask").await;
    // A sign read wrongly is told; the right number opens the customer's own list.
    let wrong = format!("{}{}", &form[..form.len() - 1], if form.ends_with('7') { '8' } else { '7' });
    browser.keys(wrong + Key::Enter).await;
    browser.until("the number is refused", async || browser.script::<bool>("return document.getElementById('entry-ask-error').innerText !== ''").await).await;
    browser.fill("#entry-ask", &form.to_lowercase()).await;
    browser.keys(Key::Enter + "").await;
    browser.see("#entry-code").await;
    for (code, quantity) in [("t-1", "12"), ("pot", "2,5"), ("SP", "15")] {
        type_line(&browser, code, quantity).await;
    }
    lines_are(&browser, &["12", "2,5", "15"]).await;
    // The page is closed by mistake: nothing typed is gone.
    browser.open(&format!("{}/admin/orders/new", house.address)).await;
    lines_are(&browser, &["12", "2,5", "15"]).await;
    // The story's firm lives earlier than the browser, whose today has not come there.
    let day = "const day = document.getElementById('entry-received_on'); day.value = '2026-01-10'; \
         day.dispatchEvent(new Event('input', {bubbles: true})); return true";
    browser.script::<bool>(day).await;
    browser.press("20 instead").await;
    // What is only near to a product is taken by nobody who looks at the paper.
    browser.fill("#entry-code", "spoom").await;
    browser.keys(Key::Enter + "").await;
    browser.read("Choose one with the arrows and Enter.").await;
    browser.keys(Key::Escape + "").await;
    // A line typed and not entered is stored with the others; without its quantity it is asked for.
    browser.keys("CU" + Key::Enter).await;
    focus_is(&browser, "entry-quantity").await;
    browser.keys(Key::Control + Key::Enter).await;
    browser.read("CU: how much?").await;
    browser.keys("4").await;
    browser.keys(Key::Control + Key::Enter).await;
    browser.until("the order's page", async || browser.script::<bool>("return /orders\\/[0-9a-f]{8}-/.test(location.pathname)").await).await;
    let orders: OrderPage = sales.get("/api/orders").await.json();
    let order: Order = sales.get(&format!("/api/orders/{}", orders.orders[0].id)).await.json();
    let stored: Vec<(&str, String, bool)> = order.lines.iter().map(|line| (line.code.as_str(), line.quantity.to_string(), line.reason.is_none())).collect();
    // Half a pot is stored as it was written, and refused in the account, never rounded.
    assert_eq!(stored, [("T-1", "12".into(), true), ("T-2", "2.5".into(), false), ("SP", "20".into(), true), ("CU", "4".into(), true)]);
    assert_eq!((order.source.as_str(), order.customer.as_ref().map(|customer| customer.code.as_str())), ("fax", Some("C1")));
    browser.read(&form).await;
    browser.open(&format!("{}/admin/orders/new", house.address)).await;
    browser.see("#entry-ask").await;
    browser.console_errors().await;
    browser.close().await;
});

on_both_databases!(a_form_given_to_a_desk_brings_its_number_and_its_list, |app| async {
    let sales = app.staff(Role::Sales).await;
    publish(&sales, GOODS).await;
    app.customer("C1").await;
    app.customer("C2").await;
    // Spoons go by ten.
    let own = filled(&app, "C1", &json!({"T-1": 12, "T-2": 2, "SP": 15}));
    let theirs = filled(&app, "C2", &json!({"T-1": 7}));
    let read: FormAccount = sales.upload("/api/forms", std::fs::read(&own).unwrap()).await.json();
    let form = read.form_id.expect("the form's number");
    // Since it went out there is another list.
    publish(&sales, "code,price.wholesale EUR\nT-1,3.00\n").await;
    let house = House::open(&app).await;
    let browser = office(&house, &sales).await;
    browser.open(&format!("{}/admin/orders/new?customer=C1", house.address)).await;
    browser.see("#entry-code").await;
    type_line(&browser, "CU", "4").await;
    let give = async |file: &Path| browser.choose("#entry-fill", file).await;
    give(&theirs).await;
    browser.read("That form was made for another customer.").await;
    lines_are(&browser, &["4"]).await;
    give(&own).await;
    // What was refused is told, and nobody ordered it.
    lines_are(&browser, &["12", "2"]).await;
    browser.read(&format!("form {form}")).await;
    browser.read("Not a whole number of packs").await;
    browser.press("Undo").await;
    lines_are(&browser, &["4"]).await;
    give(&own).await;
    lines_are(&browser, &["12", "2"]).await;
    browser.press("Store the order").await;
    browser.until("the order's page", async || browser.script::<bool>("return /orders\\/[0-9a-f]{8}-/.test(location.pathname)").await).await;
    let orders: OrderPage = sales.get("/api/orders").await.json();
    let order: Order = sales.get(&format!("/api/orders/{}", orders.orders[0].id)).await.json();
    let stored: Vec<(&str, String)> = order.lines.iter().map(|line| (line.code.as_str(), line.quantity.to_string())).collect();
    assert_eq!((order.source.as_str(), stored), ("sheet", vec![("T-1", "12".into()), ("T-2", "2".into())]));
    let beside: OrderBackground = sales.get(&format!("/api/orders/{}/background", order.id)).await.json();
    let origin = beside.origin.expect("an order from a sheet has an origin");
    assert_eq!((origin.form_id, origin.account.map(|account| (account.read, account.refused))), (Some(form), Some((3, 1))));
    browser.close().await;
});

on_both_databases!(unfinished_orders_wait_beside_each_other, |app| async {
    let sales = app.staff(Role::Sales).await;
    publish(&sales, GOODS).await;
    let house = House::open(&app).await;
    let browser = office(&house, &sales).await;
    for (customer, quantity) in [("C1", "1,200"), ("C2", "7")] {
        app.customer(customer).await;
        browser.open(&format!("{}/admin/orders/new?customer={customer}", house.address)).await;
        browser.see("#entry-code").await;
        type_line(&browser, "T-1", quantity).await;
        lines_are(&browser, &[quantity]).await;
    }
    // Begun, and not entered.
    browser.keys("T-2").await;
    browser.open(&format!("{}/admin/orders/new", house.address)).await;
    lines_are(&browser, &["7"]).await;
    browser.until("the code is back", async || browser.script::<String>("return document.getElementById('entry-code').value").await == "T-2").await;
    browser.press("Another form or customer").await;
    browser.read("Unfinished orders").await;
    browser.press("Customer C1").await;
    lines_are(&browser, &["1,200"]).await;
    // In another language it is twelve hundred all the same.
    browser.open(&format!("{}/admin/orders/new?lang=bg", house.address)).await;
    lines_are(&browser, &["1200"]).await;
    browser.close().await;
});

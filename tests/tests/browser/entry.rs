//! An order from paper, entered by somebody who reads the sheet and looks at nothing but it: the keyboard alone, from the form's
//! number to the stored order; what was typed outlives the page.

use kontor_shared::api::{Order, OrderPage, PublishReport, Role};
use kontor_tests::browser::Browser;
use kontor_tests::{TestApp, on_both_databases};
use serde_json::json;
use thirtyfour::Key;

use super::house::House;
use super::readers::as_client;

const GOODS: &str = "code,name,group,price.wholesale EUR,increment\nT-1,Tea glass,Glass,2.50,\nT-2,Tea pot,Glass,12.00,\nSP,Spoon,Cutlery,0.40,10\n";

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
    sales.upload("/api/imports?kind=products&name=goods.csv", GOODS.as_bytes().to_vec()).await.ok();
    let version = sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version;
    let form = form(&app, version).await;
    let house = House::open(&app).await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/admin", house.address)).await;
    as_client(&browser, &sales).await;
    browser.open(&format!("{}/admin", house.address)).await;
    browser.see(".key-hints").await;
    browser.keys("p").await;
    browser.see("#entry-ask").await;
    browser.until("the field has the focus", async || browser.script::<bool>("return document.activeElement.id === 'entry-ask'").await).await;
    // A sign read wrongly is told; the right number opens the customer's own list.
    let wrong = format!("{}{}", &form[..form.len() - 1], if form.ends_with('7') { '8' } else { '7' });
    browser.keys(wrong + Key::Enter).await;
    browser.until("the number is refused", async || browser.script::<bool>("return document.getElementById('entry-ask-error').innerText !== ''").await).await;
    browser.fill("#entry-ask", &form.to_lowercase()).await;
    browser.keys(Key::Enter + "").await;
    browser.see("#entry-code").await;
    for (code, quantity) in [("t-1", "12"), ("pot", "2,5"), ("SP", "15")] {
        browser.until("the code is next", async || browser.script::<bool>("return document.activeElement.id === 'entry-code'").await).await;
        browser.keys(code + Key::Enter).await;
        browser.until("the quantity is next", async || browser.script::<bool>("return document.activeElement.id === 'entry-quantity'").await).await;
        browser.keys(quantity + Key::Enter).await;
    }
    let lines = "return [...document.querySelectorAll('table .qty')].map(field => field.value)";
    browser.until("three lines", async || browser.script::<Vec<String>>(lines).await == ["12", "2,5", "15"]).await;
    // The page is closed by mistake: nothing typed is gone.
    browser.open(&format!("{}/admin/orders/new", house.address)).await;
    browser.until("the lines are back", async || browser.script::<Vec<String>>(lines).await == ["12", "2,5", "15"]).await;
    // The story's firm lives earlier than the browser, whose today has not come there.
    let day = "const day = document.getElementById('entry-received_on'); day.value = '2026-01-10'; \
         day.dispatchEvent(new Event('input', {bubbles: true})); return true";
    browser.script::<bool>(day).await;
    browser.press("20 instead").await;
    browser.keys(Key::Control + Key::Enter).await;
    browser.until("the order's page", async || browser.script::<bool>("return /orders\\/[0-9a-f]{8}-/.test(location.pathname)").await).await;
    let orders: OrderPage = sales.get("/api/orders").await.json();
    let order: Order = sales.get(&format!("/api/orders/{}", orders.orders[0].id)).await.json();
    let stored: Vec<(&str, String, bool)> = order.lines.iter().map(|line| (line.code.as_str(), line.quantity.to_string(), line.reason.is_none())).collect();
    // Half a pot is stored as it was written, and refused in the account, never rounded.
    assert_eq!(stored, [("T-1", "12".into(), true), ("T-2", "2.5".into(), false), ("SP", "20".into(), true)]);
    assert_eq!((order.source.as_str(), order.customer.as_ref().map(|customer| customer.code.as_str())), ("fax", Some("C1")));
    browser.read(&form).await;
    browser.open(&format!("{}/admin/orders/new", house.address)).await;
    browser.see("#entry-ask").await;
    browser.console_errors().await;
    browser.close().await;
});

//! A customer's own discount: the page, the sheet and the order come to the same prices, and a discount that changes under
//! an open page is a price that changes.

use kontor_shared::api::people::SaveCustomer;
use kontor_shared::api::{Customer, Order, PriceListInfo, PublishReport, Role};
use kontor_shared::catalog::{Snapshot, discount};
use kontor_shared::ids::CustomerId;
use kontor_shared::money::Percent;
use kontor_shared::orders::{LineReason, OrderState, Verdict};
use kontor_tests::goods::{Good, good, publish};
use kontor_tests::{Client, TestApp, on_both_databases, program};
use serde_json::{Value, json};

/// Goods at prices that do not divide evenly, published with the snapshots pages read.
async fn sell(app: &TestApp, goods: &[Good<'_>]) -> u32 {
    publish(app.state(), "2026-01-01", goods).await;
    app.staff(Role::Sales).await.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version
}

/// The customer's form with another discount.
async fn grant(sales: &Client, id: CustomerId, percent: &str) {
    let now: Customer = sales.get(&format!("/api/customers/{id}")).await.json();
    let form = SaveCustomer {
        name: now.name,
        country: now.country,
        region: now.region,
        address: now.address,
        places: now.places,
        tax_id: now.tax_id,
        price_type: now.price_type,
        discount: percent.parse().unwrap(),
        lang: now.lang,
        channel: now.channel,
        manager: now.manager.map(|manager| manager.id),
        note: now.note,
    };
    let after: Customer = sales.put_seen(&format!("/api/customers/{id}"), now.revision, &form).await.json();
    assert_eq!(after.discount.to_string(), percent);
}

/// The list as the app makes it of what the server answers.
async fn page(reader: &Client) -> (PriceListInfo, Snapshot) {
    let info: PriceListInfo = reader.get("/api/price-list").await.json();
    let bytes = reader.get(&info.snapshot_url).await.ok().body;
    let snapshot = Snapshot::decode(&bytes).expect("a snapshot").less(info.discount);
    (info, snapshot)
}

fn order(info: &PriceListInfo, lines: &[(&str, String)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(code, shown)| json!({"code": code, "quantity": "3", "shown_price": shown})).collect();
    json!({"version": info.version, "overlay": info.overlay, "lines": lines})
}

async fn put(app: &TestApp, buyer: &Client, body: &Value) -> Order {
    buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), body).await.expect(201).json()
}

on_both_databases!(what_the_page_shows_is_what_the_order_costs, |app| async {
    let prices = ["0.0001", "0.0003", "0.07", "1.99", "2.95", "9.9999", "19.99", "333.3333", "1234.5678", "99999.99"];
    let codes: Vec<String> = (0..prices.len()).map(|at| format!("P{at}")).collect();
    let goods: Vec<Good<'_>> = codes.iter().zip(prices).map(|(code, price)| good(code, price)).collect();
    sell(&app, &goods).await;
    let id = app.customer("C1").await;
    let (buyer, other, sales) = (app.buyer("C1").await, app.buyer("C2").await, app.staff(Role::Sales).await);
    for percent in ["0.01", "3", "5", "12.5", "33.33", "90"] {
        grant(&sales, id, percent).await;
        let (info, list) = page(&buyer).await;
        assert_eq!((info.overlay.as_str(), info.discount.to_string().as_str()), (format!("wholesale-{percent}%").as_str(), percent));
        assert_eq!(info.overlay, list.overlay);
        let lines: Vec<(&str, String)> = list.products.iter().map(|row| (row.code.as_str(), row.price().to_string())).collect();
        let stored = put(&app, &buyer, &order(&info, &lines)).await;
        assert_eq!((stored.state, stored.accepted as usize), (OrderState::Submitted, prices.len()), "{percent}: {:?}", stored.lines);
        assert_eq!(stored.overlay.as_deref(), Some(info.overlay.as_str()));
        assert_eq!(discount::parts(&info.overlay), ("wholesale", info.discount));
    }
    // The snapshot is that of the price type: the neighbour reads the same bytes, in full.
    let (mine, theirs) = (page(&buyer).await.0, page(&other).await.0);
    assert_eq!((mine.snapshot_url.as_str(), theirs.overlay.as_str()), (theirs.snapshot_url.as_str(), "wholesale"));
    assert_eq!(theirs.discount, Percent::ZERO);
    assert_eq!(buyer.get(&mine.snapshot_url).await.headers["etag"], other.get(&theirs.snapshot_url).await.headers["etag"]);
    // Staff look at the price type itself.
    assert_eq!(page(&sales).await.0.overlay, "wholesale");
});

on_both_databases!(a_discount_that_changes_under_an_open_page_is_a_price_that_changes, |app| async {
    sell(&app, &[good("A", "10")]).await;
    let id = app.customer("C1").await;
    let (buyer, sales) = (app.buyer("C1").await, app.staff(Role::Sales).await);
    grant(&sales, id, "10").await;
    let (open, list) = page(&buyer).await;
    assert_eq!(list.products[0].price().to_string(), "9");
    let body = order(&open, &[("A", "9".into())]);

    // Less discount: the price rose, and the buyer is asked.
    grant(&sales, id, "5").await;
    let risen = put(&app, &buyer, &body).await;
    assert_eq!((risen.state, risen.net.as_str(), risen.lines[0].reason), (OrderState::NeedsReview, "28.50", Some(LineReason::PriceRose)));
    assert_eq!((risen.overlay.as_deref(), risen.lines[0].price.map(|price| price.to_string()).as_deref()), (Some("wholesale-5%"), Some("9.5")));
    // The price it was asked about holds, whatever becomes of the discount meanwhile.
    grant(&sales, id, "0").await;
    let answered: Order = buyer.post(&format!("/api/orders/{}/prices", risen.id), &json!({"accept": ["A"]})).await.json();
    assert_eq!((answered.state, answered.net.as_str()), (OrderState::Submitted, "28.50"));

    // More discount: the price fell, the order passes with a note.
    grant(&sales, id, "20").await;
    let fallen = put(&app, &buyer, &body).await;
    assert_eq!((fallen.state, fallen.net.as_str(), fallen.lines[0].reason), (OrderState::Submitted, "24.00", Some(LineReason::PriceFell)));
    assert_eq!(fallen.lines[0].verdict, Verdict::Changed);

    // An order of before there were discounts names the price type alone.
    let mut old = order(&open, &[("A", "8".into())]);
    old["overlay"] = json!("wholesale");
    assert_eq!(put(&app, &buyer, &old).await.accepted, 1);
});

on_both_databases!(the_sheet_has_the_customers_own_prices, |app| async {
    use calamine::Reader;
    sell(&app, &[good("A", "2.95")]).await;
    let id = app.customer("C1").await;
    let sales = app.staff(Role::Sales).await;
    grant(&sales, id, "5").await;
    let file = app.place().directory.join("list.xlsx");
    program::run(app.place(), &["pricelist", "--customer", "C1", "--out", file.to_str().unwrap()]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&file).expect("a workbook");
    let mut found = (false, false);
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).expect("a sheet");
        for cell in range.cells() {
            match cell.2 {
                calamine::Data::Float(value) if (*value - 2.8025).abs() < 1e-9 => found.0 = true,
                calamine::Data::Float(value) => assert!((*value - 2.95).abs() > 1e-9, "the price without the discount in {name}"),
                calamine::Data::String(text) if text == "wholesale-5%" => found.1 = true,
                _ => {}
            }
        }
    }
    assert_eq!(found, (true, true), "the price and what it is made from");
    let mut connection = app.state().db.read().await.expect("a connection");
    let overlay: String = sqlx::query_scalar("SELECT overlay FROM forms").fetch_one(&mut *connection).await.expect("the form");
    assert_eq!(overlay, "wholesale-5%");
});

//! Prices from a quantity on: imported, published, ordered at, exported and imported again.

use kontor_server::exports;
use kontor_shared::api::{ImportReport, Order, PriceListInfo, PublishReport, Role};
use kontor_shared::catalog::Snapshot;
use kontor_shared::money::Quantity;
use kontor_shared::orders::{LineReason, OrderState};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::json;

async fn import(sales: &Client, text: &str) -> ImportReport {
    sales.upload("/api/imports?kind=products&name=goods.csv", text.as_bytes().to_vec()).await.json()
}

async fn publish(sales: &Client) -> PublishReport {
    sales.post("/api/price-lists", &json!({})).await.json()
}

async fn list(reader: &Client) -> (PriceListInfo, Snapshot) {
    let info: PriceListInfo = reader.get("/api/price-list").await.json();
    let list = Snapshot::decode(&reader.get(&info.snapshot_url).await.ok().body).expect("a snapshot").less(info.discount);
    (info, list)
}

async fn order(app: &TestApp, buyer: &Client, info: &PriceListInfo, quantity: &str, shown: &str) -> Order {
    let body = json!({"version": info.version, "overlay": info.overlay, "lines": [{"code": "A", "quantity": quantity, "shown_price": shown}]});
    buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), &body).await.expect(201).json()
}

on_both_databases!(more_of_it_is_cheaper_by_the_piece, |app| async {
    let sales = app.staff(Role::Sales).await;
    // One column names its field, the other says it in words.
    let file = "code;name;group;price.wholesale EUR;price.wholesale@10 EUR;Wholesale price from 100 pcs\nA;Tea;G;2.00;1.80;1.50\nB;Pot;G;5.00;;\n";
    let report = import(&sales, file).await;
    assert_eq!((report.created, report.refused), (2, 0), "{report:?}");
    assert_eq!(import(&sales, file).await.unchanged, 2);
    publish(&sales).await;
    app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    let (info, goods) = list(&buyer).await;
    let tea = goods.products.iter().find(|row| row.code == "A").expect("tea");
    assert_eq!(tea.tiers.iter().map(|tier| tier.from).collect::<Vec<_>>(), [10_000, 100_000]);
    for (quantity, price, net) in [("9", "2", "18.00"), ("10", "1.8", "18.00"), ("99", "1.8", "178.20"), ("100", "1.5", "150.00")] {
        let shown = tea.price_at(quantity.parse::<Quantity>().expect("a quantity")).to_string();
        assert_eq!(shown, price, "the page's price of {quantity}");
        let stored = order(&app, &buyer, &info, quantity, &shown).await;
        assert_eq!((stored.state, stored.net.as_str(), stored.lines[0].reason), (OrderState::Submitted, net, None), "{quantity}");
    }
    // Whoever was shown the price of one piece is told that it is less.
    let fell = order(&app, &buyer, &info, "10", "2").await;
    assert_eq!((fell.lines[0].reason, fell.net.as_str()), (Some(LineReason::PriceFell), "18.00"));
    // A step asked for below its quantity is a price that rose.
    assert_eq!(order(&app, &buyer, &info, "9", "1.8").await.state, OrderState::NeedsReview);

    // What is exported can be imported: nothing changes.
    let csv = exports::products_csv(&exports::products(app.state()).await.expect("the goods")).expect("a CSV");
    let text = String::from_utf8(csv).expect("UTF-8");
    assert!(text.starts_with("code,name,group") && text.contains("price.wholesale EUR,price.wholesale@10 EUR,price.wholesale@100 EUR"), "{text}");
    assert_eq!(import(&sales, &text).await.unchanged, 2);

    // An emptied step is gone from the next version; orders by the earlier one keep it while it holds.
    import(&sales, "code;price.wholesale EUR;price.wholesale@100 EUR\nA;2.00;\n").await;
    publish(&sales).await;
    let (next, goods) = list(&buyer).await;
    assert_eq!(goods.products.iter().find(|row| row.code == "A").map(|row| row.tiers.len()), Some(1));
    assert_eq!(order(&app, &buyer, &next, "100", "1.8").await.net, "180.00");
});

on_both_databases!(a_step_that_is_not_lower_is_refused, |app| async {
    let sales = app.staff(Role::Sales).await;
    let report = import(&sales, "code;name;group;price.wholesale;price.wholesale@10\nA;Tea;G;2.00;2.00\nB;Pot;G;5.00;4.00\n").await;
    assert_eq!((report.created, report.refused), (1, 1), "{report:?}");
    assert!(report.refusals[0].reason.contains("not lower"), "{:?}", report.refusals[0]);
});

//! The least amount of an order: the reader knows it beforehand, and a smaller order is not taken. What became too small
//! after the reader saw the list is taken in, and the firm decides.

use kontor_shared::api::{Confirmed, Order, PriceListInfo, Role};
use kontor_shared::orders::{LineReason, OrderState};
use kontor_tests::goods::{good, publish};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};

on_both_databases!(an_order_below_the_least_amount_is_not_taken, |app| async {
    publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let admin = app.staff(Role::Admin).await;
    admin.post("/api/price-lists", &json!({})).await.ok();
    app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    let info: PriceListInfo = buyer.get("/api/price-list").await.json();
    assert_eq!(info.minimum_order, None);
    let prices = |least: &str| json!({"prices": {"public_price_type": null, "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60, "minimum_order": least}});
    for wrong in ["-1", "0", "many", "1.234"] {
        assert_eq!(admin.put("/api/settings", &prices(wrong)).await.problem(422, "bad_amount").field.as_deref(), Some("/prices/minimum_order"), "{wrong}");
    }
    admin.put("/api/settings", &prices("25.50")).await.ok();
    let info: PriceListInfo = buyer.get("/api/price-list").await.json();
    assert_eq!(info.minimum_order.as_deref(), Some("25.50"));

    let body = |quantity: &str| json!({"version": info.version, "overlay": info.overlay, "lines": [{"code": "A", "quantity": quantity, "shown_price": "10"}]});
    let path = format!("/api/orders/{}", app.state().clock.new_id());
    let refused = buyer.put(&path, &body("2")).await.problem(409, "below_minimum_order");
    assert!(refused.detail.as_deref().unwrap_or("").contains("5.50"), "{:?}", refused.detail);
    buyer.get(&path).await.problem(404, "not_found");
    // With more in it the same order goes out, under the same id.
    let taken: Order = buyer.put(&path, &body("3")).await.expect(201).json();
    assert_eq!(taken.net, "30.00");
    // What was taken stays taken, and is answered again, after the amount was raised.
    admin.put("/api/settings", &prices("100")).await.ok();
    assert_eq!(buyer.put(&path, &body("3")).await.json::<Order>().number, taken.number);
});

/// The settings of prices with a least amount, a moment after what was done before.
async fn least(app: &TestApp, admin: &Client, amount: &str) {
    later(app);
    let prices = json!({"public_price_type": null, "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60, "minimum_order": amount});
    admin.put("/api/settings", &json!({"prices": prices})).await.ok();
}

fn later(app: &TestApp) {
    let clock = &app.state().clock;
    clock.set(clock.now_ms() + 1_000);
}

/// An order of goods, each with the quantity and the price shown.
fn order(version: i64, lines: &[(&str, &str, &str)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(code, quantity, shown)| json!({"code": code, "quantity": quantity, "shown_price": shown})).collect();
    json!({"version": version, "overlay": "wholesale", "lines": lines})
}

on_both_databases!(an_order_that_became_too_small_meanwhile_is_stored_and_the_firm_decides, |app| async {
    let admin = app.staff(Role::Admin).await;
    let sales = app.staff(Role::Sales).await;
    least(&app, &admin, "100").await;
    later(&app);
    let shown = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "10"), good("C", "10")]).await;
    later(&app);
    publish(app.state(), "2026-01-15", &[good("A", "9.8"), good("C", "12")]).await;
    app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    let put = async |lines: &[(&str, &str, &str)]| {
        let path = format!("/api/orders/{}", app.state().clock.new_id());
        buyer.put(&path, &order(shown, lines)).await.expect(201).json::<Order>()
    };

    // The price fell, and so did the amount.
    let fell = put(&[("A", "10", "10")]).await;
    assert_eq!((fell.state, fell.net.as_str(), fell.lacking.as_deref()), (OrderState::NeedsReview, "98.00", Some("2.00")));
    assert_eq!((fell.lines[0].reason, fell.actions.as_slice()), (Some(LineReason::PriceFell), ["cancel".to_string()].as_slice()));
    // One product is withdrawn.
    let withdrawn = put(&[("A", "8", "10"), ("B", "2", "10")]).await;
    assert_eq!((withdrawn.state, withdrawn.lacking.as_deref(), withdrawn.refused), (OrderState::NeedsReview, Some("21.60"), 1));
    // Nothing of it can be taken: each line says why, and the amount adds nothing.
    let none = put(&[("B", "1", "10")]).await;
    assert_eq!((none.state, none.lacking.as_deref(), none.lines[0].reason), (OrderState::NeedsReview, None, Some(LineReason::NotInPriceList)));
    // A raised price is the buyer's to answer first.
    let both = put(&[("A", "8", "10"), ("B", "1", "10"), ("C", "1", "10")]).await;
    assert_eq!(
        (both.state, both.lacking.as_deref(), both.actions.as_slice()),
        (OrderState::NeedsReview, Some("9.60"), ["answer".into(), "cancel".into()].as_slice())
    );
    // What was too small when it was made is not taken.
    let path = format!("/api/orders/{}", app.state().clock.new_id());
    buyer.put(&path, &order(shown, &[("A", "9", "10")])).await.problem(409, "below_minimum_order");
    // But it is where a lower amount held when the list was published.
    least(&app, &admin, "120").await;
    let raised = put(&[("A", "11", "10")]).await;
    assert_eq!((raised.state, raised.lacking.as_deref()), (OrderState::NeedsReview, Some("12.20")));

    // The firm takes it as it is, or does not.
    let seen: Order = sales.get(&format!("/api/orders/{}", fell.id)).await.json();
    assert_eq!((seen.lacking.as_deref(), seen.actions.as_slice()), (Some("2.00"), ["confirm".to_string(), "refuse".into()].as_slice()));
    let confirmed: Confirmed = sales.post(&format!("/api/orders/{}/confirm", fell.id), &json!({})).await.ok().json();
    assert_eq!((confirmed.order.state, confirmed.order.lacking, confirmed.proforma.gross.as_str()), (OrderState::Confirmed, None, "117.60"));
    for waits in [&none, &both] {
        sales.post(&format!("/api/orders/{}/confirm", waits.id), &json!({})).await.problem(409, "wrong_state");
    }
    sales.post(&format!("/api/orders/{}/refuse", withdrawn.id), &json!({"reason": "too little"})).await.ok();
    assert_eq!(kontor_server::operations::fsck::run(&app.state().db).await.expect("fsck runs").broken, 0);
});

//! The least amount of an order: the reader knows it beforehand, and a smaller order is not taken.

use kontor_shared::api::{Order, PriceListInfo, Role};
use kontor_tests::goods::{good, publish};
use kontor_tests::on_both_databases;
use serde_json::json;

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

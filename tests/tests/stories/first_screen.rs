//! The price list's page has its first rows in it: those its reader may see, and nobody else's.

use kontor_shared::api::people::SaveCustomer;
use kontor_shared::api::{Customer, Role};
use kontor_tests::goods::{good, publish};
use kontor_tests::{Client, on_both_databases};
use serde_json::json;

async fn page(reader: &Client) -> (String, axum::http::HeaderMap) {
    let answer = reader.get("/").await.ok();
    (String::from_utf8(answer.body.to_vec()).expect("UTF-8"), answer.headers)
}

on_both_databases!(a_reader_sees_its_own_prices_before_any_script_runs, |app| async {
    publish(app.state(), "2026-01-01", &[good("<b>&\"A", "10"), good("B", "2.5")]).await;
    let sales = app.staff(Role::Sales).await;
    sales.post("/api/price-lists", &json!({})).await.ok();
    let id = app.customer("C1").await;
    let (visitor, buyer) = (app.anonymous(), app.buyer("C1").await);

    // The firm shows visitors no prices: the page has none, not even for a moment.
    let (html, headers) = page(&visitor).await;
    assert!(!html.contains("id=\"first\"") && !html.contains("10.00") && html.contains("</html>"), "{html}");
    assert_eq!(headers["cache-control"], "no-store");

    let (html, headers) = page(&buyer).await;
    assert_eq!(headers["cache-control"], "no-store");
    assert!(html.contains("id=\"first\"") && html.contains(">10.00<") && html.contains(">2.50<"), "{html}");
    assert!(html.contains("&lt;b&gt;&amp;&quot;A") && !html.contains("<b>&"), "what comes from data is escaped");
    assert!(!html.contains(" style="), "the policy would drop it");

    // A discount is the customer's own.
    let now: Customer = sales.get(&format!("/api/customers/{id}")).await.json();
    let form = SaveCustomer {
        name: now.name,
        country: now.country,
        region: now.region,
        address: now.address,
        places: now.places,
        tax_id: now.tax_id,
        price_type: now.price_type,
        discount: "10".parse().expect("a percentage"),
        lang: now.lang,
        channel: now.channel,
        manager: now.manager.map(|manager| manager.id),
        note: now.note,
    };
    sales.put_seen(&format!("/api/customers/{id}"), now.revision, &form).await.ok();
    let (html, _) = page(&buyer).await;
    assert!(html.contains(">9.00<") && !html.contains(">10.00<"), "{html}");
    let other = app.buyer("C2").await;
    assert!(page(&other).await.0.contains(">10.00<"));

    // A version that comes into force shows at once.
    publish(app.state(), "2026-01-01", &[good("B", "4")]).await;
    sales.post("/api/price-lists", &json!({})).await.ok();
    let (html, _) = page(&buyer).await;
    assert!(html.contains(">3.60<") && !html.contains(">2.25<"), "{html}");

    // Pages beside it are the same for everybody, and have no rows.
    let review = String::from_utf8(buyer.get("/review").await.ok().body.to_vec()).expect("UTF-8");
    assert!(!review.contains("id=\"first\""));
});

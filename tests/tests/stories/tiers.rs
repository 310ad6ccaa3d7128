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

on_both_databases!(a_step_of_nothing_gives_nothing_away, |app| async {
    let sales = app.staff(Role::Sales).await;
    let report = import(&sales, "code;name;group;price.wholesale;price.wholesale@10;price.wholesale@100\nA;Tea;G;2.00;0;1.50\n").await;
    assert_eq!((report.created, report.refused), (1, 0), "{report:?}");
    // As an import of an earlier version stored it.
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query(
        "INSERT INTO tier_revisions (product_id, price_type, from_quantity, seq, price) SELECT id, 'wholesale', 20000,          (SELECT visible_seq FROM catalog_state), 0 FROM products",
    )
    .execute(&mut *tx)
    .await
    .expect("a step of nothing");
    tx.commit().await.expect("a commit");
    publish(&sales).await;
    app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    let (info, goods) = list(&buyer).await;
    assert_eq!(goods.products[0].tiers.iter().map(|tier| tier.from).collect::<Vec<_>>(), [100_000]);
    let stored = order(&app, &buyer, &info, "20", "2").await;
    assert_eq!((stored.state, stored.net.as_str(), stored.lines[0].reason), (OrderState::Submitted, "40.00", None));
});

on_both_databases!(a_new_list_price_tells_of_the_steps_it_leaves, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, "code;name;group;price.wholesale;price.wholesale@10\nA;Tea;G;2.00;1.80\nB;Pot;G;5.00;4.00\nC;Cup;G;3.00;\n").await;
    let report = import(&sales, "code;price.wholesale\nA;1.70\nB;4.50\nC;2.50\n").await;
    assert_eq!(report.changed, 3, "{report:?}");
    let told = |report: &ImportReport, code: &str| report.told.iter().find(|told| told.code == code).map(|told| told.args["goods"].clone());
    assert_eq!((told(&report, "note_steps_kept").as_deref(), told(&report, "note_steps_idle").as_deref()), (Some("2"), Some("1")), "{report:?}");
    // What the file says itself needs no note.
    let report = import(&sales, "code;price.wholesale;price.wholesale@10\nA;2.00;1.90\nB;5.00;\nC;3.00;\n").await;
    assert_eq!((report.changed, told(&report, "note_steps_kept"), told(&report, "note_steps_idle")), (3, None, None), "{report:?}");
});

on_both_databases!(the_longest_code_that_can_be_imported_can_be_ordered, |app| async {
    let sales = app.staff(Role::Sales).await;
    let code = "Ж".repeat(100);
    let report = import(&sales, &format!("code;name;group;price.wholesale\n{code};Tea;G;2.00\n{code}Ж;Pot;G;2.00\n")).await;
    assert_eq!((report.created, report.refused), (1, 1), "{report:?}");
    publish(&sales).await;
    app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    let (info, _) = list(&buyer).await;
    let body = |code: &str| json!({"version": info.version, "overlay": info.overlay, "lines": [{"code": code, "quantity": "1", "shown_price": "2"}]});
    let path = || format!("/api/orders/{}", app.state().clock.new_id());
    assert_eq!(buyer.put(&path(), &body(&code)).await.expect(201).json::<Order>().net, "2.00");
    buyer.put(&path(), &body(&format!("{code}Ж"))).await.problem(422, "too_long");
});

on_both_databases!(a_product_has_a_bounded_number_of_steps, |app| async {
    let sales = app.staff(Role::Sales).await;
    let file = |steps: std::ops::Range<usize>| {
        let header: String = steps.clone().map(|step| format!(";price.wholesale@{}", step + 2)).collect();
        let cells: String = steps.map(|step| format!(";{}.00", 90 - step)).collect();
        format!("code;name;group;price.wholesale{header}\nA;Tea;G;100.00{cells}\n")
    };
    assert_eq!(import(&sales, &file(0..32)).await.created, 1);
    // One more, whether in the file or beside what is stored.
    for steps in [0..33, 32..33] {
        let report = import(&sales, &file(steps)).await;
        assert_eq!((report.refused, report.refusals[0].reason.contains("32")), (1, true), "{report:?}");
    }
});

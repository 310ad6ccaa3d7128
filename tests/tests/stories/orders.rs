//! Orders over HTTP: taken in once, priced by the server, answered, cancelled, confirmed, refused; and whose they are.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::Request;
use kontor_server::bodies;
use kontor_shared::api::{self, CSRF_HEADER, Confirmed, Order, OrderPage, Role};
use kontor_shared::orders::{LineReason, OrderState, Verdict};
use kontor_tests::goods::{Good, good, number, publish};
use kontor_tests::{Answer, Client, TestApp, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

fn new_id(app: &TestApp) -> Uuid {
    app.state().clock.new_id()
}

/// An order of lines given as (code, quantity, shown price).
fn body(version: i64, lines: &[(&str, &str, &str)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(code, quantity, shown)| json!({"code": code, "quantity": quantity, "shown_price": shown})).collect();
    json!({"version": version, "overlay": "wholesale", "po_number": "PO-7", "wanted_on": "2026-02-01", "delivery_address": "1 Test Street", "comment": "", "lines": lines})
}

async fn put(buyer: &Client, id: Uuid, body: &Value) -> Answer {
    buyer.put(&format!("/api/orders/{id}"), body).await
}

/// A stored order of one line of `A`.
async fn order(app: &TestApp, buyer: &Client, version: i64) -> Order {
    put(buyer, new_id(app), &body(version, &[("A", "1", "10")])).await.expect(201).json()
}

async fn act(client: &Client, id: impl std::fmt::Display, action: &str) -> Answer {
    client.call("POST", &format!("/api/orders/{id}/{action}")).await
}

on_both_databases!(an_order_is_stored_once_and_a_repeat_gives_the_same_answer, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let buyer = app.buyer("C1").await;
    let id = new_id(&app);
    let wanted = body(version, &[("A", "3", "10"), ("B", "4", "2.5")]);
    let first: Order = put(&buyer, id, &wanted).await.expect(201).json();
    assert_eq!((first.state, first.revision), (OrderState::Submitted, 1));
    assert_eq!((first.net.as_str(), first.vat.as_str(), first.gross.as_str()), ("40.00", "8.00", "48.00"));
    assert_eq!((first.read, first.accepted, first.changed, first.refused), (2, 2, 0, 0));
    assert_eq!(first.actions, ["cancel"]);
    // The same said with other spelling is the same.
    let mut again = wanted.clone();
    again["lines"][0]["quantity"] = json!("3.0");
    assert_eq!(put(&buyer, id, &again).await.expect(200).json::<Order>(), first);
    assert_eq!(buyer.get(&format!("/api/orders/{id}")).await.json::<Order>(), first);
    let mut other = wanted.clone();
    other["comment"] = json!("more");
    put(&buyer, id, &other).await.problem(409, "order_differs");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders").await, 1);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 1);
});

on_both_databases!(many_copies_sent_at_once_are_one_order, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    for _ in 0..5 {
        let id = new_id(&app);
        let tasks: Vec<_> = (0..8)
            .map(|copy| {
                let (buyer, wanted) = (buyer.clone(), body(version, &[("A", if copy == 7 { "2" } else { "1" }, "10")]));
                tokio::spawn(async move { put(&buyer, id, &wanted).await.status.as_u16() })
            })
            .collect();
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.expect("a request"));
        }
        let count = |status: u16| statuses.iter().filter(|found| **found == status).count();
        assert_eq!((count(201), count(200) + count(409)), (1, 7), "{statuses:?}");
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders").await, 5);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM order_lines").await, 5);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 5);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'order.submit'").await, 5);
});

on_both_databases!(a_price_the_client_invents_changes_nothing, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let cheap: Order = put(&buyer, new_id(&app), &body(version, &[("A", "1", "0.01")])).await.expect(201).json();
    assert_eq!((cheap.state, cheap.net.as_str()), (OrderState::NeedsReview, "10.00"));
    assert_eq!(cheap.lines[0].reason, Some(LineReason::PriceRose));
    for field in ["price", "discount", "paid", "customer_id", "state", "currency", "net"] {
        let mut wanted = body(version, &[("A", "1", "10")]);
        wanted[field] = json!("0");
        put(&buyer, new_id(&app), &wanted).await.problem(422, "invalid_body");
        let mut wanted = body(version, &[("A", "1", "10")]);
        wanted["lines"][0][field] = json!("0");
        put(&buyer, new_id(&app), &wanted).await.problem(422, "invalid_body");
    }
});

on_both_databases!(after_a_version_ends_a_fall_passes_and_a_rise_asks_the_buyer, |app| async {
    let old = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "10"), good("C", "10"), good("GONE", "10")]).await;
    publish(app.state(), "2026-01-15", &[good("A", "9"), good("B", "11"), good("C", "12")]).await;
    let buyer = app.buyer("C1").await;
    let id = new_id(&app);
    let order: Order = put(&buyer, id, &body(old, &[("A", "1", "10"), ("B", "1", "10"), ("C", "1", "10"), ("GONE", "1", "10")])).await.expect(201).json();
    assert_eq!(order.state, OrderState::NeedsReview);
    assert_eq!(order.actions, ["answer", "cancel"]);
    let reasons: Vec<_> = order.lines.iter().map(|line| line.reason).collect();
    assert_eq!(reasons, [Some(LineReason::PriceFell), Some(LineReason::PriceRose), Some(LineReason::PriceRose), Some(LineReason::NotInPriceList)]);
    assert_eq!(order.lines[3].name, "Product GONE");
    assert_eq!((order.read, order.accepted, order.changed, order.refused), (4, 0, 3, 1));
    assert_eq!(order.net, "32.00");

    let sales = app.staff(Role::Sales).await;
    act(&sales, id, "confirm").await.problem(409, "wrong_state");
    // Prices move again before the buyer answers: the price it was asked about holds.
    publish(app.state(), "2026-01-15", &[good("A", "90"), good("B", "90"), good("C", "90")]).await;
    let prices = format!("/api/orders/{id}/prices");
    let problem = buyer.post(&prices, &json!({"accept": ["B"]})).await.problem(422, "not_all_answered");
    assert!(problem.detail.is_some_and(|detail| detail.contains('C')));
    buyer.post(&prices, &json!({"accept": ["B", "A"], "drop": ["C"]})).await.problem(422, "not_raised");
    buyer.post(&prices, &json!({"accept": ["B"], "drop": ["C", "B"]})).await.problem(422, "named_twice");
    let answer = json!({"accept": ["B"], "drop": ["C"]});
    let answered: Order = buyer.post(&prices, &answer).await.expect(200).json();
    assert_eq!((answered.state, answered.net.as_str(), answered.gross.as_str()), (OrderState::Submitted, "20.00", "24.00"));
    assert_eq!((answered.lines[1].reason, answered.lines[1].verdict), (Some(LineReason::RiseAccepted), Verdict::Changed));
    assert_eq!((answered.lines[2].reason, answered.lines[2].verdict), (Some(LineReason::RiseDropped), Verdict::Refused));
    assert_eq!(answered.read, answered.accepted + answered.changed + answered.refused);
    assert_eq!(buyer.post(&prices, &answer).await.expect(200).json::<Order>(), answered);
    buyer.post(&prices, &json!({"accept": ["B", "C"]})).await.problem(409, "wrong_state");
    let confirmed: Confirmed = act(&sales, id, "confirm").await.json();
    assert_eq!(confirmed.proforma.gross, "24.00");
});

on_both_databases!(a_version_not_yet_ended_holds_its_prices, |app| async {
    let old = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let next = publish(app.state(), "2026-01-16", &[good("A", "12")]).await;
    let buyer = app.buyer("C1").await;
    let held: Order = put(&buyer, new_id(&app), &body(old, &[("A", "1", "10")])).await.json();
    assert_eq!((held.state, held.net.as_str()), (OrderState::Submitted, "10.00"));
    // The version to come sells nothing yet.
    let early: Order = put(&buyer, new_id(&app), &body(next, &[("A", "1", "12")])).await.json();
    assert_eq!((early.lines[0].reason, early.net.as_str()), (Some(LineReason::PriceFell), "10.00"));
    app.pass(24 * 3600);
    // The night ended the session as well.
    let buyer = app.buyer("C1").await;
    let late: Order = put(&buyer, new_id(&app), &body(old, &[("A", "1", "10")])).await.json();
    assert_eq!((late.state, late.net.as_str()), (OrderState::NeedsReview, "12.00"));
});

on_both_databases!(an_order_nothing_is_left_of_is_cancelled, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let raised: Order = put(&buyer, new_id(&app), &body(version, &[("A", "1", "9")])).await.json();
    let dropped: Order = buyer.post(&format!("/api/orders/{}/prices", raised.id), &json!({"drop": ["A"]})).await.json();
    assert_eq!((dropped.state, dropped.gross.as_str()), (OrderState::Cancelled, "0.00"));
    assert!(dropped.events.last().is_some_and(|event| !event.note.is_empty()));
    let empty: Order = put(&buyer, new_id(&app), &body(version, &[("X", "1", "9")])).await.expect(201).json();
    assert_eq!((empty.state, empty.refused), (OrderState::NeedsReview, 1));
    assert_eq!(act(&buyer, empty.id, "cancel").await.json::<Order>().state, OrderState::Cancelled);
});

on_both_databases!(quantities_keep_the_products_rule_and_nothing_is_rounded, |app| async {
    let tens = Good { increment: Some("10"), ..good("T", "1") };
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), tens]).await;
    let buyer = app.buyer("C1").await;
    let lines = [("A", "1", "10"), ("T", "15", "1"), ("T", "20", "1"), ("A", "1.5", "10"), ("A", "0", "10"), ("A", "-1", "10"), ("A", "1000000000", "10")];
    let order: Order = put(&buyer, new_id(&app), &body(version, &lines)).await.json();
    let reasons: Vec<_> = order.lines.iter().map(|line| line.reason).collect();
    use LineReason::{NotMultiple, NotPositive, TooPrecise};
    assert_eq!(reasons, [None, Some(NotMultiple), None, Some(TooPrecise), Some(NotPositive), Some(NotPositive), None]);
    assert_eq!(order.lines.iter().map(|line| line.quantity.to_string()).collect::<Vec<_>>(), ["1", "15", "20", "1.5", "0", "-1", "1000000000"]);
    assert_eq!(order.read, order.accepted + order.changed + order.refused);
});

on_both_databases!(cancelling_ends_at_confirmation_and_repeats_harmlessly, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let sales = app.staff(Role::Sales).await;
    let first = order(&app, &buyer, version).await;
    let cancelled: Order = act(&buyer, first.id, "cancel").await.json();
    assert_eq!((cancelled.state, cancelled.revision), (OrderState::Cancelled, 2));
    assert_eq!(act(&buyer, first.id, "cancel").await.json::<Order>(), cancelled);
    act(&sales, first.id, "confirm").await.problem(409, "wrong_state");
    let second = order(&app, &buyer, version).await;
    act(&sales, second.id, "confirm").await.ok();
    act(&buyer, second.id, "cancel").await.problem(409, "wrong_state");
});

on_both_databases!(a_refusal_tells_the_buyer_why, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let sales = app.staff(Role::Sales).await;
    let stored = order(&app, &buyer, version).await;
    let refuse = format!("/api/orders/{}/refuse", stored.id);
    sales.post(&refuse, &json!({"reason": "  "})).await.problem(422, "no_reason");
    sales.post(&refuse, &json!({"reason": "x".repeat(501)})).await.problem(422, "too_long");
    let refused: Order = sales.post(&refuse, &json!({"reason": "No stock before May"})).await.json();
    assert_eq!(refused.state, OrderState::Refused);
    sales.post(&refuse, &json!({"reason": "No stock before May"})).await.expect(200);
    let seen: Order = buyer.get(&format!("/api/orders/{}", stored.id)).await.json();
    assert_eq!(seen.events.last().map(|event| event.note.as_str()), Some("No stock before May"));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 2);
});

on_both_databases!(confirming_from_many_places_at_once_posts_one_proforma, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let sales = app.staff(Role::Sales).await;
    let stored = order(&app, &buyer, version).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (sales, id) = (sales.clone(), stored.id);
            tokio::spawn(async move { act(&sales, id, "confirm").await.json::<Confirmed>().proforma })
        })
        .collect();
    let mut found = HashSet::new();
    for task in tasks {
        let proforma = task.await.expect("a request");
        found.insert((proforma.id, proforma.number));
    }
    assert_eq!(found.len(), 1);
    let db = &app.state().db;
    assert_eq!(number(db, "SELECT COUNT(*) FROM documents").await, 1);
    assert_eq!(number(db, "SELECT COUNT(*) FROM jobs WHERE kind = 'render_document'").await, 1);
    assert_eq!(number(db, "SELECT COUNT(*) FROM messages").await, 2);
    let mut connection = db.read().await.expect("a connection");
    let (data, gross): (String, i64) = sqlx::query_as("SELECT data, gross FROM documents").fetch_one(&mut *connection).await.expect("the document");
    let data: kontor_shared::documents::Proforma = serde_json::from_str(&data).expect("a proforma");
    assert_eq!((data.number.as_str(), data.date.as_str(), data.pay_until.as_deref(), gross), ("P000001", "2026-01-15", Some("2026-01-29"), 1200));
    assert_eq!((data.net.as_str(), data.vat.as_str(), data.gross.as_str(), data.lines.len()), ("10.00", "2.00", "12.00", 1));
});

on_both_databases!(numbers_are_unbroken_under_parallel_confirmation, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let sales = app.staff(Role::Sales).await;
    let mut orders = Vec::new();
    for _ in 0..32 {
        orders.push(order(&app, &buyer, version).await.id);
    }
    let tasks: Vec<_> = orders
        .chunks(2)
        .enumerate()
        .map(|(at, pair)| {
            let (sales, buyer, pair) = (sales.clone(), buyer.clone(), pair.to_vec());
            tokio::spawn(async move {
                for id in pair {
                    // Some are cancelled at the same moment: what fails takes no number.
                    if at % 4 == 0 {
                        tokio::join!(act(&buyer, id, "cancel"), act(&sales, id, "confirm"));
                    } else {
                        act(&sales, id, "confirm").await.ok();
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("confirmations");
    }
    let db = &app.state().db;
    let posted = number(db, "SELECT COUNT(*) FROM documents").await;
    assert_eq!(posted, number(db, "SELECT COUNT(*) FROM orders WHERE state = 'confirmed'").await);
    assert!(posted >= 24);
    let mut connection = db.read().await.expect("a connection");
    let mut numbers: Vec<i64> = sqlx::query_scalar("SELECT number FROM documents").fetch_all(&mut *connection).await.expect("numbers");
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=posted).collect::<Vec<_>>());
});

on_both_databases!(another_customers_orders_are_not_there, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let (owner, other) = (app.buyer("C1").await, app.buyer("C2").await);
    let sales = app.staff(Role::Sales).await;
    let stored: Order = put(&owner, new_id(&app), &body(version, &[("A", "1", "9")])).await.json();
    let confirmed = order(&app, &owner, version).await;
    let proforma = act(&sales, confirmed.id, "confirm").await.json::<Confirmed>().proforma;
    let missing = new_id(&app);
    for id in [stored.id.to_string(), missing.to_string(), "nonsense".into()] {
        other.get(&format!("/api/orders/{id}")).await.problem(404, "not_found");
        act(&other, &id, "cancel").await.problem(404, "not_found");
        other.post(&format!("/api/orders/{id}/prices"), &json!({"accept": ["A"]})).await.problem(404, "not_found");
    }
    put(&other, stored.id.0, &body(version, &[("A", "1", "9")])).await.problem(404, "not_found");
    for id in [proforma.id.to_string(), missing.to_string(), "nonsense".into()] {
        other.get(&format!("/api/documents/{id}/pdf")).await.problem(404, "not_found");
    }
    assert!(other.get("/api/orders").await.json::<OrderPage>().orders.is_empty());
    assert!(other.get("/api/orders").await.json::<OrderPage>().counts.is_empty());
    assert!(other.get("/api/orders?customer=C1").await.json::<OrderPage>().orders.is_empty());
    assert!(other.get("/api/bought").await.json::<api::Bought>().codes.is_empty());
    assert_eq!(owner.get("/api/bought").await.json::<api::Bought>().codes, ["A"]);
});

on_both_databases!(a_proforma_downloads_once_it_is_rendered, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let sales = app.staff(Role::Sales).await;
    let stored = order(&app, &buyer, version).await;
    let proforma = act(&sales, stored.id, "confirm").await.json::<Confirmed>().proforma;
    assert!(!proforma.ready);
    let waiting = buyer.get(&proforma.pdf_url).await;
    assert_eq!(waiting.headers["retry-after"], "1");
    waiting.problem(503, "pdf_not_ready");
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    let hash = bodies::put(&mut tx, "application/pdf", b"%PDF-1.7 test", 0).await.expect("a body");
    sqlx::query("UPDATE documents SET pdf_hash = $1").bind(hash).execute(&mut *tx).await.expect("the hash");
    tx.commit().await.expect("committed");
    for reader in [&buyer, &sales] {
        let pdf = reader.get(&proforma.pdf_url).await.expect(200);
        assert_eq!(pdf.text(), "%PDF-1.7 test");
        assert_eq!(pdf.headers["content-disposition"], "attachment; filename=\"proforma-P000001.pdf\"; filename*=UTF-8''proforma-P000001.pdf");
        assert_eq!(pdf.headers["cache-control"], "private, max-age=31536000, immutable");
    }
    let seen: Order = buyer.get(&format!("/api/orders/{}", stored.id)).await.json();
    assert!(seen.documents[0].ready);
});

on_both_databases!(a_change_on_an_old_view_is_refused, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let stored: Order = put(&buyer, new_id(&app), &body(version, &[("A", "1", "9")])).await.json();
    buyer.post(&format!("/api/orders/{}/prices", stored.id), &json!({"accept": ["A"]})).await.ok();
    let cancel = |tag: &'static str| {
        let request = Request::post(format!("/api/orders/{}/cancel", stored.id)).header(CSRF_HEADER, "1").header("if-match", tag);
        buyer.send(request.body(Body::empty()).expect("a request"))
    };
    cancel("\"1\"").await.problem(409, "changed_elsewhere");
    cancel("two").await.problem(422, "invalid_if_match");
    assert_eq!(cancel("\"2\"").await.json::<Order>().state, OrderState::Cancelled);
});

on_both_databases!(orders_of_many_customers_at_once_are_each_whole, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let mut tasks = Vec::new();
    for customer in 0..12 {
        let buyer = app.buyer(&format!("C{customer}")).await;
        for _ in 0..5 {
            let (buyer, id, wanted) = (buyer.clone(), new_id(&app), body(version, &[("A", "3", "10"), ("B", "4", "2.5"), ("X", "1", "1")]));
            tasks.push(tokio::spawn(async move { put(&buyer, id, &wanted).await.expect(201).json::<Order>() }));
        }
    }
    let mut numbers = HashSet::new();
    let staff = app.staff(Role::Sales).await;
    for task in tasks {
        let order = task.await.expect("a request");
        assert_eq!((order.read, order.accepted, order.refused, order.gross.as_str()), (3, 2, 1, "48.00"));
        let stored: Order = staff.get(&format!("/api/orders/{}", order.id)).await.json();
        assert_eq!((&stored.lines, &stored.number, stored.customer.is_some()), (&order.lines, &order.number, true));
        numbers.insert(order.number);
    }
    // Unbroken too: nothing failed on the way.
    assert_eq!(numbers, (1..=60).map(|number| format!("{number:06}")).collect());
    for (table, rows) in [("order_lines", 180), ("order_events", 60), ("messages", 60)] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}")))
            .fetch_one(&mut *app.state().db.read().await.expect("a connection"))
            .await
            .expect("a count");
        assert_eq!(count, rows, "{table}");
    }
});

on_both_databases!(an_order_for_another_customer_than_the_page_showed_is_refused, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let (buyer, id) = (app.buyer("C1").await, new_id(&app));
    let mut wanted = body(version, &[("A", "1", "10")]);
    wanted["customer"] = json!("C2");
    put(&buyer, id, &wanted).await.problem(409, "other_customer");
    wanted["customer"] = json!("C1");
    put(&buyer, id, &wanted).await.expect(201);
    // Who does not say it says nothing else.
    put(&buyer, id, &body(version, &[("A", "1", "10")])).await.expect(200);
});

on_both_databases!(where_nobody_is_to_be_told_a_message_says_so, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE contacts SET receives_orders = 0").execute(&mut *tx).await.expect("a change");
    tx.commit().await.expect("committed");
    let stored = order(&app, &buyer, version).await;
    let sales = app.staff(Role::Sales).await;
    sales.post(&format!("/api/orders/{}/confirm", stored.id), &json!({})).await.ok();
    kontor_server::background::run_due(app.state()).await.expect("work is done");
    let skipped: api::MessagePage = sales.get("/api/messages?state=skipped").await.json();
    assert_eq!(skipped.messages.len(), 2, "received and confirmed");
    assert!(skipped.messages.iter().all(|message| message.attempts == 0 && message.last_error.is_some()));
    sales.post(&format!("/api/messages/{}/retry", skipped.messages[0].id), &json!({})).await.problem(409, "not_failed");
});

on_both_databases!(a_firm_without_a_name_posts_no_document, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let stored = order(&app, &app.buyer("C1").await, version).await;
    let nobody = json!({"party": {"name": "", "address": [], "tax_ids": [], "bank": [], "email": "", "phone": ""}});
    kontor_server::firm::change(app.state(), "test", nobody.as_object().cloned().unwrap_or_default()).await.expect("a change");
    let sales = app.staff(Role::Sales).await;
    act(&sales, stored.id, "confirm").await.problem(409, "no_seller");
    assert_eq!(sales.get(&format!("/api/orders/{}", stored.id)).await.json::<Order>().state, OrderState::Submitted);
});

on_both_databases!(lists_are_paged_counted_and_found_by_number_and_name, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let (first, second) = (app.buyer("C1").await, app.buyer("C2").await);
    let sales = app.staff(Role::Sales).await;
    for at in 0..60 {
        let buyer = if at % 2 == 0 { &first } else { &second };
        let stored = order(&app, buyer, version).await;
        if at % 10 == 0 {
            act(buyer, stored.id, "cancel").await.ok();
        }
        app.pass(1);
    }
    let page: OrderPage = sales.get("/api/orders").await.json();
    assert_eq!(page.orders.len(), 50);
    let rest: OrderPage = sales.get(&format!("/api/orders?after={}", page.next.expect("a next page"))).await.json();
    assert_eq!((rest.orders.len(), rest.next), (10, None));
    let mut numbers: Vec<_> = page.orders.iter().chain(&rest.orders).map(|order| order.number.clone()).collect();
    assert!(numbers.is_sorted_by(|a, b| a > b));
    numbers.dedup();
    assert_eq!(numbers.len(), 60);
    let count = |state: OrderState| page.counts.iter().find(|found| found.state == state).map(|found| found.count);
    assert_eq!((count(OrderState::Submitted), count(OrderState::Cancelled)), (Some(54), Some(6)));
    assert!(page.orders[0].age_seconds.is_some_and(|age| age == 1));

    let own: OrderPage = first.get("/api/orders").await.json();
    assert!(own.orders.iter().all(|order| order.customer.as_ref().is_some_and(|customer| customer.code == "C1")));
    assert_eq!((own.orders.len(), own.counts.iter().map(|found| found.count).sum::<u64>()), (30, 30));
    let found = async |query: &str| sales.get(&format!("/api/orders?{query}")).await.json::<OrderPage>().orders.len();
    assert_eq!(found("state=cancelled").await, 6);
    assert_eq!(found("customer=C2").await, 30);
    assert_eq!(found("customer=C1&open=true").await, 24);
    assert_eq!(found("q=000007").await, 1);
    assert_eq!(found("q=CUSTOMER%20C1").await, 30);
    assert_eq!(found("q=PO-7").await, 50);
    assert_eq!(found("q=%25").await, 0);
    sales.get("/api/orders?state=lost").await.problem(422, "unknown_state");
    sales.get("/api/orders?after=x").await.problem(422, "bad_cursor");
});

on_both_databases!(what_no_order_can_be_is_refused_with_its_field, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let refused = async |change: &dyn Fn(&mut Value), code: &str, field: &str| {
        let mut wanted = body(version, &[("A", "1", "10")]);
        change(&mut wanted);
        let problem = put(&buyer, new_id(&app), &wanted).await.problem(422, code);
        assert_eq!(problem.field.unwrap_or_default(), field, "{code}");
    };
    refused(&|order| order["lines"] = json!([]), "no_lines", "/lines").await;
    refused(&|order| order["lines"] = Value::Array(vec![order["lines"][0].clone(); 5_001]), "too_many_lines", "/lines").await;
    refused(&|order| order["lines"][0]["code"] = json!("x".repeat(101)), "too_long", "/lines/0/code").await;
    refused(&|order| order["lines"][0]["code"] = json!(""), "no_code", "/lines/0/code").await;
    refused(&|order| order["lines"][0]["code"] = json!("A\u{0}"), "control_character", "/lines/0/code").await;
    refused(&|order| order["lines"][0]["quantity"] = json!("1000000001"), "out_of_range", "/lines/0/quantity").await;
    refused(&|order| order["lines"][0]["quantity"] = json!(1.5), "invalid_body", "/lines/0/quantity").await;
    refused(&|order| order["lines"][0]["quantity"] = json!("many"), "invalid_body", "/lines/0/quantity").await;
    refused(&|order| order["wanted_on"] = json!("2026-02-30"), "not_a_date", "/wanted_on").await;
    refused(&|order| order["wanted_on"] = json!("1.2.2026"), "not_a_date", "/wanted_on").await;
    refused(&|order| order["comment"] = json!("x".repeat(2_001)), "too_long", "/comment").await;
    refused(&|order| order["po_number"] = json!("a\nBcc: b@example.com"), "control_character", "/po_number").await;
    refused(&|order| order["version"] = json!(99), "unknown_price_list", "/version").await;
    buyer.put("/api/orders/7", &body(version, &[("A", "1", "10")])).await.problem(422, "not_a_uuid");
    let text = Request::put(format!("/api/orders/{}", new_id(&app))).header(CSRF_HEADER, "1").header("content-type", "application/json");
    buyer.send(text.body(Body::from("{\"version\": ")).expect("a request")).await.problem(422, "malformed_json");
    let plain = Request::put(format!("/api/orders/{}", new_id(&app))).header(CSRF_HEADER, "1");
    buyer.send(plain.body(Body::from("{}")).expect("a request")).await.problem(415, "unsupported_type");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders").await, 0);
    // The most that is taken.
    let many = Value::Array(vec![json!({"code": "A", "quantity": "1", "shown_price": "10"}); 5_000]);
    let mut wanted = body(version, &[]);
    wanted["lines"] = many;
    let stored: Order = put(&buyer, new_id(&app), &wanted).await.expect(201).json();
    assert_eq!((stored.read, stored.net.as_str()), (5_000, "50000.00"));
});

on_both_databases!(an_imported_order_keeps_its_number_and_ours_step_over_it, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let first = order(&app, &buyer, version).await;
    assert_eq!(first.number, "000001");
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE orders SET number = '000002'").execute(&mut *tx).await.expect("a number");
    tx.commit().await.expect("committed");
    assert_eq!(order(&app, &buyer, version).await.number, "000003");
    // A long imported history.
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    for number in 4..1_500 {
        sqlx::query(
            "INSERT INTO orders (id, number, source, kind, state, revision, body_hash, ordered_at, ordered_day, po_number, delivery_address, comment, \
             currency, vat_mode, vat_method, net, vat, gross, line_count, counted) \
             VALUES ($1, $2, 'import', 'sale', 'closed', 1, '', 0, '2020-01-01', '', '', '', 'EUR', 'net', 'per_rate', 0, 0, 0, 0, 0)",
        )
        .bind(new_id(&app).to_string())
        .bind(format!("{number:06}"))
        .execute(&mut *tx)
        .await
        .expect("an imported order");
    }
    tx.commit().await.expect("committed");
    assert_eq!(order(&app, &buyer, version).await.number, "001500");
    assert_eq!(order(&app, &buyer, version).await.number, "001501");
});

on_both_databases!(the_mail_says_what_was_ordered_in_the_customers_language, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "1234.5")]).await;
    let buyer = app.buyer("C1").await;
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE customers SET lang = 'ru'").execute(&mut *tx).await.expect("a language");
    tx.commit().await.expect("committed");
    put(&buyer, new_id(&app), &body(version, &[("A", "2", "1234.5"), ("X", "1", "1")])).await.expect(201);
    let mut connection = app.state().db.read().await.expect("a connection");
    let (subject, recipient, state, bytes): (String, String, String, Vec<u8>) =
        sqlx::query_as("SELECT m.subject, m.recipient, m.state, b.bytes FROM messages m JOIN bodies b ON b.hash = m.body_hash")
            .fetch_one(&mut *connection)
            .await
            .expect("the message");
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!((subject.as_str(), recipient.as_str(), state.as_str()), ("Заказ 000001 получен", "c1@customer.example", "queued"));
    assert!(text.contains("2 pc × 1\u{a0}234,50 = 2\u{a0}469,00\u{a0}€"), "{text}");
    assert!(text.contains("Не принято: Нет в прайс-листе"), "{text}");
    assert!(text.contains("Итого: 2\u{a0}962,80\u{a0}€"), "{text}");
    assert!(text.contains("Ваш номер заказа: PO-7") && text.contains("1 февр. 2026 г."), "{text}");
});

on_both_databases!(another_list_under_the_number_of_before_is_not_taken_for_it, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let put = async || {
        let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
        buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), &body).await.expect(201).json::<Order>()
    };
    assert_eq!((put().await.net, put().await.net), ("10.00".into(), "10.00".into()));
    // As a restore beneath the running server leaves it: a backup of before the publication, and another list published since.
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    for statement in ["UPDATE price_revisions SET price = 90000", "UPDATE price_list_versions SET published_at = published_at + 60000"] {
        sqlx::query(statement).execute(&mut *tx).await.expect("the other list");
    }
    tx.commit().await.expect("committed");
    assert_eq!(put().await.net, "9.00");
});

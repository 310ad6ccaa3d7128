//! Orders that staff enter: by a form's number or for a customer, with scans; and what is odd about an order.

use kontor_server::orders::entry::{self, By, Entered, Origin};
use kontor_shared::api::entry::{EntryDesk, OddityView, OrderBackground};
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{Order, PublishReport, Role, SubmitOrder};
use kontor_shared::ids::CustomerId;
use kontor_shared::money::Quantity;
use kontor_shared::orders::odd::OddKind;
use kontor_shared::orders::{MOST_LINES, OrderState, Source};
use kontor_tests::goods::{good, number, publish};
use kontor_tests::pictures::PNG;
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};

fn lines(lines: &[(&str, &str)]) -> Value {
    lines.iter().map(|(code, quantity)| json!({"code": code, "quantity": quantity, "shown_price": if *code == "A" { "10" } else { "2.5" }})).collect()
}

fn entered(customer: &str, source: &str, version: i64, ordered: &[(&str, &str)]) -> Value {
    json!({"customer": customer, "source": source, "order": {"version": version, "overlay": "wholesale", "lines": lines(ordered)}})
}

fn by_form(form: &str) -> String {
    format!("/api/entry?form={}", form.replace(' ', "%20"))
}

/// A form handed out to a customer.
async fn hand_out(app: &TestApp, customer: CustomerId, version: i64) -> String {
    let form = kontor_shared::ids::form_id([7; 10]);
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("INSERT INTO forms (id, customer_id, version, overlay, created_at) VALUES ($1, $2, $3, 'wholesale', 0)")
        .bind(&form)
        .bind(customer.to_string())
        .bind(version)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    form
}

async fn background(staff: &Client, order: &Order) -> OrderBackground {
    staff.get(&format!("/api/orders/{}/background", order.id)).await.json()
}

on_both_databases!(an_order_from_paper_is_entered_by_its_forms_number, |app| async {
    publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let sales = app.staff(Role::Sales).await;
    let version = i64::from(sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version);
    let buyer = app.buyer("C1").await;
    app.buyer("C2").await;
    let form = hand_out(&app, app.customer("C1").await, version).await;
    // Typed as people type: small letters, spaces, no hyphen.
    let typed = form.to_lowercase().replace('-', " ");
    let desk: EntryDesk = sales.get(&by_form(&typed)).await.json();
    assert_eq!((desk.form_id.as_deref(), desk.customer.code.as_str(), desk.version, desk.ended), (Some(form.as_str()), "C1", version as u32, false));
    sales.get(&desk.snapshot_url).await.ok();
    assert_eq!(desk.today, "2026-01-15");
    let last = form.chars().last().unwrap();
    let wrong = format!("{}{}", &form[..form.len() - 1], if last == '7' { '8' } else { '7' });
    sales.get(&by_form(&wrong)).await.problem(422, "form_mistyped");
    let unknown = kontor_shared::ids::form_id([9; 10]);
    sales.get(&by_form(&unknown)).await.problem(404, "form_unknown");
    sales.get(&format!("/api/entry?form={form}&customer=C2")).await.problem(409, "form_of_another");
    sales.get("/api/entry").await.problem(422, "customer_needed");

    let id = app.state().clock.new_id();
    let path = format!("/api/entry/{id}");
    let mut body = entered("C1", "fax", version, &[("A", "3"), ("GONE", "1")]);
    body["form_id"] = json!(typed);
    body["received_on"] = json!("2025-12-30");
    body["order"]["po_number"] = json!("PO 8");
    let order: Order = sales.put(&path, &body).await.expect(201).json();
    assert_eq!((order.source.as_str(), order.state, order.read, order.accepted, order.refused), ("fax", OrderState::Submitted, 2, 1, 1));
    assert_eq!((order.events[0].by.as_str(), order.po_number.as_str(), order.gross.as_str()), ("staff", "PO 8", "36.00"));
    // A lost reply is answered by asking again; something else under the id is not taken for it.
    assert_eq!(sales.put(&path, &body).await.expect(200).json::<Order>().number, order.number);
    let mut other = body.clone();
    other["order"]["comment"] = json!("x");
    sales.put(&path, &other).await.problem(409, "order_differs");
    let beside = background(&sales, &order).await;
    let origin = beside.origin.expect("an order from paper has an origin");
    assert_eq!(
        (origin.form_id.as_deref(), origin.received_on.as_deref(), origin.mailing, origin.account),
        (Some(form.as_str()), Some("2025-12-30"), None, None)
    );
    let desk: EntryDesk = sales.get(&by_form(&form)).await.json();
    assert_eq!(desk.orders.iter().map(|order| order.number.as_str()).collect::<Vec<_>>(), [order.number.as_str()]);
    // The buyer sees the order as its own, and is told by mail like of any other.
    assert_eq!(buyer.get(&format!("/api/orders/{id}")).await.json::<Order>().source, "fax");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 1);

    let refused = async |field: &str, value: Value, status: u16, code: &str| {
        let mut body = entered("C1", "post", version, &[("A", "1")]);
        body[field] = value;
        sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &body).await.problem(status, code);
    };
    refused("source", json!("page"), 422, "not_entered").await;
    refused("source", json!("pigeon"), 422, "invalid_body").await;
    refused("customer", json!("C9"), 422, "unknown_customer").await;
    refused("received_on", json!("2026-02-30"), 422, "not_a_date").await;
    refused("received_on", json!("2999-01-01"), 422, "after_today").await;
    refused("form_id", json!(wrong), 422, "form_mistyped").await;
    sales.put("/api/entry/7", &entered("C1", "post", version, &[("A", "1")])).await.problem(422, "not_a_uuid");
});

on_both_databases!(what_was_read_of_a_file_is_kept_with_the_order_and_decides_nothing, |app| async {
    publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let sales = app.staff(Role::Sales).await;
    let version = i64::from(sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version);
    app.customer("C1").await;
    let list = "code;quantity\nA;3\nB;2,5\n";
    let mut account: FormAccount = sales.upload("/api/forms?name=order.csv&customer=C1", list).await.json();
    assert_eq!((account.read, account.accepted, account.refused), (2, 1, 1), "{account:?}");
    // What a client makes of it changes no price.
    account.gross = "0.01".into();
    account.lines[0].price = "0.01".parse().ok();
    let enter = async |account: &FormAccount| {
        let mut body = entered("C1", "sheet", version, &[("A", "3")]);
        body["account"] = serde_json::to_value(account).unwrap();
        sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &body).await
    };
    let order: Order = enter(&account).await.expect(201).json();
    assert_eq!((order.read, order.gross.as_str()), (1, "36.00"));
    let kept = async |order: &Order| background(&sales, order).await.origin.and_then(|origin| origin.account);
    assert_eq!(kept(&order).await.as_ref(), Some(&account));
    // As long as an order may be, and no longer.
    let mut line = account.lines[0].clone();
    line.sheet = "S".repeat(200);
    account.lines = vec![line.clone(); MOST_LINES];
    let text = serde_json::to_string(&account).unwrap().len();
    assert!(text > 1 << 20, "{text}");
    let order: Order = enter(&account).await.expect(201).json();
    assert_eq!(kept(&order).await.map(|account| account.lines.len()), Some(MOST_LINES));
    account.lines.push(line);
    assert_eq!(enter(&account).await.problem(422, "too_large").field.as_deref(), Some("/account"));
});

on_both_databases!(scans_are_kept_with_the_order, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let sales = app.staff(Role::Sales).await;
    app.customer("C1").await;
    let order: Order =
        sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &entered("C1", "post", version, &[("A", "1")])).await.expect(201).json();
    let path = format!("/api/orders/{}/papers?name=", order.id);
    let pdf = b"%PDF-1.4 a letter".to_vec();
    for (name, bytes) in [("scan.png", PNG.to_vec()), ("%D0%BF%D0%B8%D1%81%D1%8C%D0%BC%D0%BE.pdf", pdf.clone()), ("again.pdf", pdf.clone())] {
        sales.upload(&format!("{path}{name}"), bytes).await.ok();
    }
    let kept = background(&sales, &order).await.papers;
    let said: Vec<(u32, &str, &str, u64)> = kept.iter().map(|paper| (paper.no, paper.name.as_str(), paper.media_type.as_str(), paper.bytes)).collect();
    // The same bytes once more are the same scan.
    assert_eq!(said, [(1, "scan.png", "image/png", PNG.len() as u64), (2, "письмо.pdf", "application/pdf", pdf.len() as u64)]);
    let answer = app.staff(Role::Accountant).await.get(&kept[1].url).await.ok();
    assert_eq!(answer.headers["content-disposition"].to_str().unwrap().split(';').next(), Some("attachment"));
    assert_eq!(answer.body, pdf);
    sales.upload(&format!("{path}page.html"), b"<html><script>alert(1)</script>".to_vec()).await.problem(422, "paper_type");
    sales.upload(&format!("{path}big.pdf"), [b"%PDF-".as_slice(), &vec![0; 10 << 20]].concat()).await.problem(413, "too_large");
});

on_both_databases!(what_is_odd_about_an_order_is_told_and_dismissed_with_a_trace, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    app.customer("C1").await;
    let place = async |ordered: &[(&str, &str)]| -> Order {
        // Nobody stays signed in for a month.
        let sales = app.staff(Role::Sales).await;
        let order = sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &entered("C1", "phone", version, ordered)).await.expect(201).json();
        app.pass(30 * 24 * 3600);
        order
    };
    for quantity in ["10", "12", "11"] {
        let usual = place(&[("A", quantity), ("B", "4")]).await;
        assert_eq!(background(&app.staff(Role::Sales).await, &usual).await.oddities, []);
    }
    let odd = place(&[("A", "120")]).await;
    let sales = app.staff(Role::Sales).await;
    let told = background(&sales, &odd).await.oddities;
    let said = |told: &[OddityView]| told.iter().map(|one| (one.kind, one.subject.clone(), one.dismissed.is_some())).collect::<Vec<_>>();
    assert_eq!(said(&told), [(OddKind::QuantityHigh, "A".into(), false), (OddKind::UsualMissing, "B".into(), false)]);
    assert_eq!((told[0].quantity, told[0].beside), ("120".parse::<Quantity>().ok(), "11".parse().ok()));
    let ask = async |what: &str, kind: &str, subject: &str| {
        sales.post(&format!("/api/orders/{}/oddities/{what}", odd.id), &json!({"kind": kind, "subject": subject})).await
    };
    for _ in 0..2 {
        let after: OrderBackground = ask("dismiss", "quantity_high", "A").await.json();
        assert_eq!(said(&after.oddities), [(OddKind::QuantityHigh, "A".into(), true), (OddKind::UsualMissing, "B".into(), false)]);
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'order.oddity.dismiss'").await, 1, "once, however often it is asked");
    let after: OrderBackground = ask("recall", "quantity_high", "A").await.json();
    assert!(after.oddities.iter().all(|one| one.dismissed.is_none()));
    ask("dismiss", "quantity_low", "A").await.problem(409, "not_odd");
    // It warns and changes nothing; an answered order warns of nothing.
    let unchanged: Order = sales.get(&format!("/api/orders/{}", odd.id)).await.json();
    assert_eq!((unchanged.revision, &unchanged.lines), (odd.revision, &odd.lines));
    sales.call("POST", &format!("/api/orders/{}/confirm", odd.id)).await.ok();
    assert_eq!(background(&sales, &odd).await.oddities, []);
    // Two orders of the same lines within a week.
    let first = place(&[("A", "7"), ("B", "3")]).await;
    let sales = app.staff(Role::Sales).await;
    let now = app.state().clock.new_id();
    let again: Order = sales.put(&format!("/api/entry/{now}"), &entered("C1", "phone", version, &[("A", "7"), ("B", "3")])).await.expect(201).json();
    let twin: Order =
        sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &entered("C1", "fax", version, &[("B", "3"), ("A", "7")])).await.expect(201).json();
    let double = |background: OrderBackground| background.oddities.into_iter().find(|one| one.kind == OddKind::PossibleDouble).map(|one| one.name);
    assert_eq!(double(background(&sales, &first).await), None);
    assert_eq!(double(background(&sales, &twin).await), Some(again.number));
});

on_both_databases!(an_order_is_compared_with_what_came_before_it_however_long_ago_and_whatever_came_since, |app| async {
    let sales = app.staff(Role::Sales).await;
    let goods = "code;name;group;unit;price.wholesale EUR\nA;Tea;Drinks;pc;10\nB;Pot;Kitchen;pc;2.50\nC;Cup;Table;pc;2.50\n";
    sales.upload("/api/imports?kind=products&name=goods.csv", goods).await.ok();
    let version = i64::from(sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version);
    app.customer("C1").await;
    let place = async |ordered: &[(&str, &str)]| -> Order {
        app.pass(60);
        sales.put(&format!("/api/entry/{}", app.state().clock.new_id()), &entered("C1", "phone", version, ordered)).await.expect(201).json()
    };
    place(&[("B", "1")]).await;
    for _ in 0..31 {
        place(&[("A", "10")]).await;
    }
    let waiting = place(&[("A", "500"), ("B", "1"), ("C", "1")]).await;
    let told = async || {
        let oddities = background(&sales, &waiting).await.oddities;
        oddities.into_iter().map(|one| (one.kind, one.name, one.beside.map(|beside| beside.to_string()))).collect::<Vec<_>>()
    };
    // Kitchen was ordered once, long before the orders that are looked at one by one.
    let expected = [(OddKind::QuantityHigh, "Tea".to_string(), Some("10".to_string())), (OddKind::NewGroup, "Table".to_string(), None)];
    assert_eq!(told().await, expected);
    for _ in 0..31 {
        place(&[("C", "9")]).await;
    }
    assert_eq!(told().await, expected, "newer orders hide none of those before");
});

on_both_databases!(the_same_content_is_one_order, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let customer = app.customer("C1").await;
    let wanted: SubmitOrder = serde_json::from_value(json!({"version": version, "overlay": "wholesale", "lines": lines(&[("A", "1"), ("B", "2")])})).unwrap();
    let one = |code: &str, quantity: &str| (code.to_string(), quantity.parse::<Quantity>().unwrap());
    let content = entry::content(Some("FORM"), &[one("A", "1"), one("B", "2")]);
    assert_eq!(content, entry::content(Some("FORM"), &[one("B", "2"), one("A", "1")]));
    let origin = Origin {
        source: Source::Mail,
        by: By::Buyer,
        actor: "mail".into(),
        user_id: None,
        form_id: None,
        received_on: None,
        content: Some(content),
        account: None,
        message: None,
    };
    let put = async || entry::enter(app.state(), customer, kontor_shared::ids::OrderId(app.state().clock.new_id()), &wanted, &origin).await.unwrap();
    // At once, in one transaction: one of them is the order.
    let both = tokio::join!(put(), put());
    let stored: Vec<&str> = [&both.0, &both.1]
        .into_iter()
        .map(|one| match one {
            Entered::Stored { order, .. } => order.number.as_str(),
            Entered::Double { number, .. } => number,
        })
        .collect();
    assert_eq!(stored[0], stored[1]);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders").await, 1);
    // What came by mail is answered by whoever read the mail.
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 0);
    app.pass(31 * 24 * 3600);
    assert!(matches!(put().await, Entered::Stored { is_new: true, .. }), "a form is used again");
});

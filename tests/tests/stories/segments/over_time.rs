//! Segments over time: moves as they happen, kept days, who moved and what they had bought, terms with author and reason.

use kontor_server::background::run_due;
use kontor_server::imports::Kind;
use kontor_server::segments::{self, history};
use kontor_shared::api::segments::{SegmentHistory, SegmentMoves, SegmentTerms};
use kontor_shared::api::{Customer, Order, Role, SegmentPage};
use kontor_shared::segments::{Flow, Mode, Period, Rule, Segment};
use kontor_tests::files::import;
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::json;

async fn customer(client: &Client, app: &TestApp, code: &str) -> Customer {
    client.get(&format!("/api/customers/{}", app.customer(code).await)).await.json()
}

async fn order(buyer: &Client, app: &TestApp, version: i64) -> Order {
    let lines = json!([{"code": "A", "quantity": "3", "shown_price": "10"}]);
    let id = app.state().clock.new_id();
    buyer.put(&format!("/api/orders/{id}"), &json!({"version": version, "overlay": "wholesale", "lines": lines})).await.expect(201).json()
}

on_both_databases!(an_order_has_its_customer_judged_again, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    run_due(app.state()).await.expect("due work runs");
    let marketer = app.staff(Role::Marketer).await;
    let first = customer(&marketer, &app, "C1").await;
    assert_eq!((first.verdict.segment, first.segment_since.as_deref()), (Segment::Potential, None));

    let placed = order(&buyer, &app, version).await;
    run_due(app.state()).await.expect("due work runs");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_due").await, 0);
    // Orders of the day itself count from the next day on.
    app.pass(24 * 3600);
    run_due(app.state()).await.expect("due work runs");
    // A night ends sessions.
    let (marketer, buyer) = (app.staff(Role::Marketer).await, app.buyer("C1").await);
    let second = customer(&marketer, &app, "C1").await;
    assert_eq!((second.verdict.segment, second.verdict.new, second.segment_since.as_deref()), (Segment::Irregular, true, Some("2026-01-16")));
    let moved = second.timeline.iter().find(|item| item.kind == "segment").expect("the move stands on the timeline");
    assert_eq!((moved.text.as_str(), moved.state.as_str(), moved.number.as_str()), ("potential", "irregular", "2026-01-16"));

    // Called off, it counts no more, at once.
    buyer.call("POST", &format!("/api/orders/{}/cancel", placed.id)).await.ok();
    run_due(app.state()).await.expect("due work runs");
    let third = customer(&marketer, &app, "C1").await;
    assert_eq!((third.verdict.segment, third.timeline.iter().filter(|item| item.kind == "segment").count()), (Segment::Potential, 2));
    let causes = number(&app.state().db, "SELECT COUNT(*) FROM segment_changes WHERE cause = 'order'").await;
    assert_eq!(causes, 1);
    // Nothing moved, nothing is written.
    run_due(app.state()).await.expect("due work runs");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_changes").await, 3);
});

/// C1 ordered in both quarters, C2 only in the earlier, C3 only in the later, C4 never; C5 did once, long ago.
async fn history_of_five(app: &TestApp) {
    let orders = "number,date,customer,code,name,quantity,price\n\
        1,2025-08-03,C1,TEA,Tea,2,1.50\n2,2025-11-03,C1,TEA,Tea,2,1.50\n\
        3,2025-09-01,C2,TEA,Tea,10,1.50\n4,2025-09-02,C2,COF,Coffee,1,100\n4,2025-09-02,C2,=1+1,Trick,1,0.5\n\
        5,2025-12-01,C3,TEA,Tea,1,1.50\n6,2024-01-01,C5,TEA,Tea,1,1.50\n";
    import(app, Kind::Products, &[("p.csv", "code,name,price\nTEA,Tea,1.50\nCOF,Coffee,100\n=1+1,Trick,0.5\n")]).await;
    import(app, Kind::Customers, &[("c.csv", "code,name\nC1,One\nC2,=HYPERLINK(\"x\")\nC3,Three\nC4,Four\nC5,Five\n")]).await;
    import(app, Kind::Orders, &[("o.csv", orders)]).await;
    run_due(app.state()).await.expect("due work runs");
}

on_both_databases!(who_became_former_and_what_they_had_bought_is_a_list, |app| async {
    history_of_five(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    // The program kept the first of this month by itself, once.
    let kept: SegmentHistory = marketer.get("/api/segments/history").await.json();
    assert_eq!(kept.snapshots.iter().map(|one| (one.as_of.as_str(), one.taken_by.as_str())).collect::<Vec<_>>(), [("2026-01-01", "kontor")]);
    run_due(app.state()).await.expect("due work runs");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_snapshots").await, 1);
    marketer.get("/api/segments/moves").await.problem(404, "no_segment_history");

    let kept: SegmentHistory = marketer.post("/api/segments/snapshots", &json!({"since": "2025-06-15", "reason": "first look"})).await.json();
    let days: Vec<&str> = kept.snapshots.iter().map(|one| one.as_of.as_str()).collect();
    assert_eq!(days, ["2025-07-01", "2025-08-01", "2025-09-01", "2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01"]);
    for snapshot in &kept.snapshots {
        assert_eq!(snapshot.flows.iter().map(|flow| flow.count).sum::<u64>(), 5, "{}: everybody is in one segment", snapshot.as_of);
    }

    let moves: SegmentMoves = marketer.get("/api/segments/moves?from=2025-10-01&to=2026-01-01&into=former").await.json();
    assert_eq!((moves.total, moves.moves.len(), moves.next.as_deref()), (1, 1, None));
    let gone = &moves.moves[0];
    assert_eq!((gone.customer.as_str(), gone.before, gone.after), ("C2", Some(Segment::Irregular), Segment::Former));
    assert_eq!((gone.orders_before, gone.orders_after, gone.last_order.as_deref(), gone.amount.as_str()), (2, 0, Some("2025-09-02"), "115.50"));
    let bought: Vec<(&str, &str, &str)> = gone.bought.iter().map(|one| (one.code.as_str(), one.quantity.as_str(), one.amount.as_str())).collect();
    assert_eq!(bought, [("COF", "1", "100.00"), ("TEA", "10", "15.00"), ("=1+1", "1", "0.50")]);
    let all: SegmentMoves = marketer.get("/api/segments/moves?from=2025-10-01&to=2026-01-01").await.json();
    assert_eq!(all.moves.iter().map(|one| one.customer.as_str()).collect::<Vec<_>>(), ["C2", "C3"]);

    // What was kept stays as it was found: an order called off later changes a new look, not the old one.
    sqlx::query("UPDATE orders SET state = 'cancelled' WHERE number = '5'").execute(&mut *app.state().db.write_tx().await.unwrap()).await.unwrap();
    let still: SegmentMoves = marketer.get("/api/segments/moves?from=2025-10-01&to=2026-01-01").await.json();
    assert_eq!(still.total, 2);

    for wrong in ["from=2026-01-01&to=2025-10-01", "out_of=gone", "into=x", "after=x"] {
        marketer.get(&format!("/api/segments/moves?{wrong}")).await.problem(422, "invalid_value");
    }
    marketer.get("/api/segments/moves?from=2025-10-02&to=2026-01-01").await.problem(404, "no_segment_history");

    // Days that are kept were counted when they were looked at first, and are not again; a new look at a day is.
    let flows = async || -> Vec<Vec<Flow>> {
        let history: SegmentHistory = marketer.get("/api/segments/history").await.json();
        history.snapshots.into_iter().map(|one| one.flows).collect()
    };
    let counted = flows().await;
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("UPDATE segment_verdicts SET segment = 'regular'").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(flows().await, counted);
    marketer.post("/api/segments/snapshots", &json!({"since": "2025-12-15"})).await.ok();
    let anew = flows().await;
    assert_eq!(anew[..6], counted[..6]);
    assert_ne!(anew[6], counted[6]);
});

on_both_databases!(segments_and_moves_are_workbooks_without_formulas, |app| async {
    history_of_five(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    marketer.post("/api/segments/snapshots", &json!({"since": "2025-06-15"})).await.ok();
    let list = marketer.get("/api/segments/workbook?lang=ru").await.ok();
    assert!(list.headers["content-disposition"].to_str().unwrap().contains("segments-2026-01-15.xlsx"));
    let rows = kontor_tests::files::workbook_rows(&list.body, 0);
    let row = rows.iter().find(|row| row.first().is_some_and(|cell| cell == "C2")).expect("a row of C2");
    assert_eq!(row[1..4], ["=HYPERLINK(\"x\")".to_string(), "Бывший".into(), "0".into()]);
    assert!(row[7].starts_with("Бывший: с"), "{row:?}");
    assert!(rows.iter().any(|row| row.first().is_some_and(|cell| cell.starts_with("По состоянию на"))), "{rows:?}");

    let moves = marketer.get("/api/segments/moves/workbook?from=2025-10-01&to=2026-01-01&into=former").await.ok();
    let goods = kontor_tests::files::workbook_rows(&moves.body, 1);
    assert!(goods.iter().any(|row| row.len() > 5 && row[0] == "C2" && row[2] == "=1+1" && row[5] == "0.5"), "{goods:?}");
    for workbook in [&list.body, &moves.body] {
        assert_eq!(kontor_tests::files::formulas(workbook), 0);
    }
    app.staff(Role::Accountant).await.get("/api/segments/workbook").await.problem(403, "role");
});

on_both_databases!(a_threshold_of_ones_own_has_author_and_reason, |app| async {
    history_of_five(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    let path = format!("/api/customers/{}/segment", app.customer("C1").await);
    marketer.put(&path, &json!({"regular_from": 1, "reason": " "})).await.problem(422, "no_reason");
    marketer.put(&path, &json!({"regular_from": 0, "reason": "x"})).await.problem(422, "invalid_value");
    marketer.put("/api/customers/019b0000-0000-7000-8000-000000000000/segment", &json!({"reason": "x"})).await.problem(404, "not_found");
    let terms: Option<SegmentTerms> =
        marketer.put(&path, &json!({"regular_from": 1, "by_hand": true, "reason": "orders once a quarter by contract"})).await.json();
    assert!(terms.is_some_and(|terms| terms.author.starts_with("marketer-") && terms.regular_from == Some(1)));
    run_due(app.state()).await.expect("due work runs");
    let one = customer(&marketer, &app, "C1").await;
    assert_eq!((one.verdict.segment, one.verdict.by_hand, one.verdict.own_threshold), (Segment::Regular, true, Some(1)));
    assert_eq!(one.terms.as_ref().map(|terms| terms.reason.as_str()), Some("orders once a quarter by contract"));
    // The list agrees with the page, and another period knows nothing of a threshold that is not meant for it.
    let find = async |query: &str| marketer.get(&format!("/api/segments?q=C1{query}")).await.json::<SegmentPage>().rows[0].clone();
    assert_eq!((find("").await.segment, find("").await.own_threshold), (Segment::Regular, Some(1)));
    assert_eq!((find("&period=year").await.segment, find("&period=year").await.own_threshold), (Segment::Irregular, None));

    let none: Option<SegmentTerms> = marketer.put(&path, &json!({"reason": "the contract ended"})).await.json();
    assert_eq!(none, None);
    run_due(app.state()).await.expect("due work runs");
    assert_eq!(customer(&marketer, &app, "C1").await.verdict.segment, Segment::Irregular);
    let kept = number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'customer.segment_terms' AND after_data LIKE '%the contract ended%'").await;
    assert_eq!(kept, 1);
});

on_both_databases!(the_firms_rule_changes_with_a_reason_and_everybody_is_judged_by_it, |app| async {
    history_of_five(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    let rule = json!({"period": "quarter", "mode": "rolling", "regular_from": 1, "lapse": "year", "reason": "a small town orders seldom"});
    app.staff(Role::Sales).await.put("/api/segments/rule", &rule).await.problem(403, "role");
    let mut silent = rule.clone();
    silent["reason"] = json!("");
    marketer.put("/api/segments/rule", &silent).await.problem(422, "no_reason");
    marketer.put("/api/segments/rule", &rule).await.ok();
    // The settings page is another door to the same rule, and asks the same question.
    let admin = app.staff(Role::Admin).await;
    let section = json!({"segments": {"period": "quarter", "mode": "rolling", "regular_from": 2, "lapse": "year"}});
    admin.put("/api/settings", &section).await.problem(422, "no_reason");
    run_due(app.state()).await.expect("due work runs");
    let page: SegmentPage = marketer.get("/api/segments").await.json();
    let count = |segment: Segment| page.counts.iter().find(|one| one.segment == segment).map(|one| one.count);
    assert_eq!(Segment::ALL.map(count), [Some(2), Some(1), Some(1), Some(1)]);
    let stored = number(&app.state().db, "SELECT COUNT(*) FROM customer_segments WHERE segment = 'regular'").await;
    assert_eq!(stored, 2);
    let kept: SegmentHistory = marketer.get("/api/segments/history").await.json();
    assert_eq!(kept.rules.iter().map(|rule| rule.reason.as_str()).collect::<Vec<_>>(), ["a small town orders seldom"]);
    // The checkpoint is kept anew under the new rule; the older stays in the table.
    assert_eq!((kept.snapshots.len(), kept.snapshots[0].regular_from), (1, 1));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_snapshots").await, 2);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_changes WHERE cause = 'rule' AND before_segment <> ''").await, 3);
});

on_both_databases!(two_servers_judge_the_same_day_once, |app| async {
    history_of_five(&app).await;
    let before = number(&app.state().db, "SELECT COUNT(*) FROM segment_changes").await;
    app.pass(20 * 24 * 3600);
    let (one, other) = (app.state().clone(), app.state().clone());
    let (left, right) = tokio::join!(run_due(&one), run_due(&other));
    left.and(right).expect("both run");
    let mut connection = app.state().db.read().await.unwrap();
    let newest = history::newest(&mut connection, Period::Quarter, Mode::Rolling, 9).await.unwrap();
    drop(connection);
    let days: Vec<String> = newest.into_iter().map(|one| one.as_of).collect();
    assert_eq!(days, ["2026-01-01", "2026-02-01"]);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM segment_snapshots").await, 2);
    // C1's order of November left the quarter's window neither twice nor never.
    let moved = number(&app.state().db, "SELECT COUNT(*) FROM segment_changes").await - before;
    assert_eq!(moved, number(&app.state().db, "SELECT COUNT(DISTINCT customer_id) FROM segment_changes WHERE cause = 'time'").await);
});

on_both_databases!(the_database_counts_as_the_rule_does, |app| async {
    let (mut customers, mut orders) = (String::from("code,name\n"), String::from("number,date,customer,code,quantity,price\n"));
    (0..40).for_each(|at| customers += &format!("K{at:02},Name\n"));
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for number in 0..400 {
        let (year, month, day) = (2023 + next(4), 1 + next(12), 1 + next(28));
        orders += &format!("N{number},{year}-{month:02}-{day:02},K{:02},TEA,1,1.50\n", next(38));
    }
    import(&app, Kind::Products, &[("p.csv", "code,name,price\nTEA,Tea,1.50\n")]).await;
    import(&app, Kind::Customers, &[("c.csv", &customers)]).await;
    import(&app, Kind::Orders, &[("o.csv", &orders)]).await;
    let mut connection = app.state().db.read().await.unwrap();
    let mut segments = std::collections::HashSet::new();
    for as_of in ["2023-01-01", "2024-03-31", "2025-10-01", "2026-01-15", "2027-02-28"] {
        for (period, mode) in [(Period::Month, Mode::Rolling), (Period::Quarter, Mode::Calendar), (Period::Year, Mode::Rolling)] {
            let rule = Rule { lapse: Period::Year, ..Rule::new(kontor_server::time::parse_day(as_of).unwrap(), period, mode) };
            let counted = segments::judge_all(&mut connection, &rule).await.unwrap();
            let days = segments::OrderDays::load(&mut connection, "2100-01-01").await.unwrap();
            let by_days = segments::Register::load(&mut connection).await.unwrap().judge_by_days(&rule, &days).unwrap();
            assert_eq!(counted.iter().map(|one| one.verdict).collect::<Vec<_>>(), by_days.iter().map(|one| one.verdict).collect::<Vec<_>>());
            segments.extend(counted.iter().map(|one| one.verdict.segment));
        }
    }
    assert_eq!(segments.len(), 4);
});

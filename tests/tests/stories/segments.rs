//! Segments over HTTP: defaults, the list behind a count, pages, and what is refused.

mod over_time;

use kontor_server::imports::Kind;
use kontor_shared::api::{Customer, Role, SegmentPage};
use kontor_shared::segments::{Mode, Period, Segment};
use kontor_tests::files::{counts, import};
use kontor_tests::on_both_databases;
use serde_json::json;

on_both_databases!(the_list_behind_a_count_is_paged_and_searched, |app| async {
    let mut customers = String::from("code,name\n");
    let mut orders = String::from("number,date,customer,code,quantity,price\n");
    for at in 0..250 {
        customers += &format!("K{at:03},Name {at}\n");
    }
    // K000 … K009 ordered three times in the last quarter, K010 … K029 once, K030 … K039 long ago.
    let mut number = 0;
    let mut order = |customer: usize, day: &str, price: &str| {
        number += 1;
        orders += &format!("N{number},{day},K{customer:03},TEA,2,{price}\n");
    };
    for customer in 0..10 {
        for day in ["2025-10-15", "2025-12-31 23:59", "2026-01-14"] {
            order(customer, day, "1.50");
        }
    }
    (10..30).for_each(|customer| order(customer, "2025-11-30", "1.50"));
    (30..40).for_each(|customer| order(customer, "2025-10-14", "1.50"));
    // Today does not count yet, and a gift is no order.
    order(40, "2026-01-15", "1.50");
    order(41, "2026-01-10", "0");
    import(&app, Kind::Products, &[("p.csv", "code,name,price\nTEA,Tea,1.50\n")]).await;
    assert_eq!(counts(&import(&app, Kind::Customers, &[("c.csv", &customers)]).await)[1], 250);
    assert_eq!(counts(&import(&app, Kind::Orders, &[("o.csv", &orders)]).await), [62, 62, 0, 0, 0]);

    let marketer = app.staff(Role::Marketer).await;
    let page: SegmentPage = marketer.get("/api/segments").await.json();
    assert_eq!(
        (page.as_of.as_str(), page.period, page.mode, page.regular_from, page.lapse),
        ("2026-01-15", Period::Quarter, Mode::Rolling, 3, Period::Quarter)
    );
    assert_eq!((page.period_from.as_str(), page.period_to.as_str(), page.lapse_from.as_str()), ("2025-10-15", "2026-01-15", "2025-10-15"));
    let count = |page: &SegmentPage, segment: Segment| page.counts.iter().find(|one| one.segment == segment).unwrap().count;
    assert_eq!(Segment::ALL.map(|segment| count(&page, segment)), [10, 20, 10, 210]);
    assert_eq!((page.rows.len(), page.rows[0].customer.as_str(), page.rows[0].orders_in_period), (100, "K000", 3));

    let mut codes = Vec::new();
    let mut after = String::new();
    loop {
        let page: SegmentPage = marketer.get(&format!("/api/segments?segment=potential&after={after}")).await.json();
        codes.extend(page.rows.iter().map(|row| row.customer.clone()));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!((codes.len(), codes[0].as_str(), codes[209].as_str()), (210, "K040", "K249"));
    let one: SegmentPage = marketer.get("/api/segments?q=name%2037&segment=former").await.json();
    assert_eq!((one.rows.len(), one.rows[0].customer.as_str(), one.rows[0].last_order.as_deref()), (1, "K037", Some("2025-10-14")));

    // Calendar: the last completed quarter; a lapse of its own; a threshold of one.
    let page: SegmentPage = marketer.get("/api/segments?mode=calendar&regular_from=1&lapse=year").await.json();
    assert_eq!((page.period_from.as_str(), page.period_to.as_str(), page.lapse_from.as_str()), ("2025-10-01", "2026-01-01", "2025-01-01"));
    assert_eq!(Segment::ALL.map(|segment| count(&page, segment)), [40, 0, 0, 210]);
    let page: SegmentPage = marketer.get("/api/segments?as_of=2026-01-16&period=month").await.json();
    assert_eq!((page.regular_from, page.lapse), (2, Period::Month));
    assert_eq!(Segment::ALL.map(|segment| count(&page, segment)), [10, 1, 30, 209]);

    for wrong in ["as_of=yesterday", "as_of=2026-1-5", "period=week", "mode=x", "regular_from=0", "regular_from=x", "lapse=day", "segment=gone"] {
        marketer.get(&format!("/api/segments?{wrong}")).await.problem(422, "invalid_value");
    }
    app.buyer("K000").await.get("/api/segments").await.problem(403, "role");
    app.staff(Role::Accountant).await.get("/api/segments").await.problem(403, "role");
});

on_both_databases!(a_customers_own_terms_are_put_back_unless_somebody_changed_them_meanwhile, |app| async {
    let marketer = app.staff(Role::Marketer).await;
    let path = format!("/api/customers/{}", app.customer("C1").await);
    let read = async || marketer.get(&path).await.json::<Customer>();
    let save = async |revision: i64, terms: serde_json::Value| marketer.put_seen(&format!("{path}/segment"), revision, &terms).await;
    let first = read().await;
    save(first.revision, json!({"regular_from": 9, "by_hand": false, "reason": "buys by the season"})).await.ok();
    let second = read().await;
    // The page counts on this for its undo.
    assert_eq!(second.revision, first.revision + 1);
    assert_eq!(second.terms.map(|terms| (terms.regular_from, terms.reason)), Some((Some(9), "buys by the season".into())));
    let taken_back = json!({"regular_from": null, "by_hand": false, "reason": "taken back"});
    save(first.revision, taken_back.clone()).await.problem(409, "changed_elsewhere");
    save(second.revision, taken_back).await.ok();
    assert!(read().await.terms.is_none());
    let told: Vec<String> = sqlx::query_scalar("SELECT after_data FROM audit WHERE action = 'customer.segment_terms' ORDER BY id")
        .fetch_all(&mut *app.state().db.read().await.expect("a connection"))
        .await
        .expect("audit rows");
    assert!(told.len() == 2 && told[0].contains("buys by the season") && told[1].contains("taken back"), "{told:?}");
});

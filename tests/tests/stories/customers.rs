//! Customers: the register an import keeps, the list staff look through, and the page of one customer.

use kontor_server::imports::{Kind, Options};
use kontor_shared::api::{Customer, CustomerPage, Role};
use kontor_shared::segments::Segment;
use kontor_shared::words::Lang;
use kontor_tests::files::{counts, import, refusals, try_import};
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{Client, on_both_databases};
use serde_json::json;

const REGISTER: &str = "code,name,country,language,contact,email,consent,consent source,delivery address\n\
     00123,ООО «Ёлка»,Russia,ru,Иван,ivan@example.org,yes,signed form 7,Москва\n\
     B2,Blue Ltd,Malta,,Ann,ann@example.org,no,telephone,Valletta\n\
     B2,Blue Ltd,Malta,,Bob,bob@example.org,,,Valletta\n\
     C3,,Malta,,,,,,\n";

async fn page(client: &Client, path: &str) -> CustomerPage {
    client.get(path).await.json()
}

async fn one(client: &Client, code: &str) -> Customer {
    let found = page(client, &format!("/api/customers?q={code}")).await;
    client.get(&format!("/api/customers/{}", found.customers[0].id)).await.json()
}

on_both_databases!(an_import_keeps_the_register, |app| async {
    let first = import(&app, Kind::Customers, &[("a.csv", REGISTER)]).await;
    assert_eq!(counts(&first), [4, 3, 1, 0, 0]);
    let again = import(&app, Kind::Customers, &[("a.csv", REGISTER)]).await;
    assert_eq!(counts(&again), [4, 0, 0, 4, 0]);
    let rows = number(&app.state().db, "SELECT COUNT(*) FROM consents").await;
    assert_eq!(rows, 2);

    let marketer = app.staff(Role::Marketer).await;
    let found = page(&marketer, "/api/customers?q=%D0%B5%D0%BB%D0%BA%D0%B0").await;
    assert_eq!((found.total, found.customers[0].code.as_str(), found.customers[0].segment), (1, "00123", Some(Segment::Potential)));
    let blue = one(&marketer, "b2").await;
    assert_eq!((blue.name.as_str(), blue.lang, blue.contacts.len()), ("Blue Ltd", Lang::En, 2));
    assert_eq!((blue.contacts[0].name.as_str(), blue.contacts[0].consent.as_deref()), ("Ann", Some("withdrawn")));
    assert_eq!(blue.contacts[1].consent, None);
    assert_eq!(one(&marketer, "c3").await.name, "C3");

    // A file without a column leaves that field as it is; a consent that changes is a new row, the old one stays.
    let changed = import(&app, Kind::Customers, &[("b.csv", "code,email,consent\n00123,Ivan@example.org,no\nC3,,\n")]).await;
    assert_eq!(counts(&changed), [2, 0, 1, 1, 0]);
    let ivan = one(&marketer, "00123").await;
    assert_eq!((ivan.name.as_str(), ivan.contacts[0].consent.as_deref(), ivan.contacts.len()), ("ООО «Ёлка»", Some("withdrawn"), 1));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM consents").await, 3);

    // The file of before says yes again, and does not know of the withdrawal.
    let again = import(&app, Kind::Customers, &[("a.csv", REGISTER)]).await;
    assert_eq!(counts(&again), [4, 0, 0, 4, 0]);
    assert!(again.told.iter().any(|note| note.code == "note_stays_withdrawn" && note.args["contacts"] == "1"), "{:?}", again.notes);
    assert_eq!(one(&marketer, "00123").await.contacts[0].consent.as_deref(), Some("withdrawn"));
});

on_both_databases!(rows_of_one_customer_may_not_contradict_each_other, |app| async {
    let file = "code,name,price type,contact,email,phone,consent\nC1,One,,Ann,ann@x.org,1,yes\nC1,One,,Ann,ANN@x.org,2,yes\nC1,One,,Ann,ann@x.org,1,\n\
                C2,Two,dealer,,,,\nC2,Two,dealer,,,,\n";
    let report = import(&app, Kind::Customers, &[("c.csv", file)]).await;
    assert_eq!(counts(&report), [5, 1, 0, 1, 3]);
    let reasons: Vec<_> = report.refusals.iter().map(|one| (one.row, one.code.as_str())).collect();
    assert_eq!(reasons, [(3, "contact_twice"), (5, "no_such_price_type"), (6, "no_such_price_type")]);
    assert_eq!(counts(&import(&app, Kind::Customers, &[("c.csv", file)]).await), [5, 0, 0, 2, 3]);
    // A file that is not taken keeps the others out as well.
    let files = [("a.csv", "code,name\nC9,Nine\n"), ("b.csv", "nothing\nknown\n")];
    assert!(try_import(&app, Kind::Customers, &files, Options::default()).await.is_err());
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM customers").await, 1);
});

on_both_databases!(refused_customers_are_told_and_a_dry_run_writes_nothing, |app| async {
    let file = "code,name,language,price type,email\n1,One,en,,\n,Nobody,en,,\n2,Two,fr,,\n3,Three,en,dealer,\n4,Four,en,,four\n1,Uno,en,,\n1,One,en,,\n";
    let dry = try_import(&app, Kind::Customers, &[("c.csv", file)], Options { dry_run: true, ..Options::default() }).await.unwrap();
    assert_eq!((counts(&dry), dry.id), ([7, 1, 0, 1, 5], None));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM customers").await, 0);
    let report = import(&app, Kind::Customers, &[("c.csv", file)]).await;
    assert_eq!(counts(&report), counts(&dry));
    let expected = [
        (3, " | Nobody | en |  | ", "the code is missing"),
        (4, "fr", "not a language of this program (en, ru, bg)"),
        (5, "dealer", "no such price type"),
        (6, "four", "not an e-mail address"),
        (7, "1", "row 2 says something else of this customer"),
    ];
    let expected: Vec<_> = expected.iter().map(|(row, value, reason)| ("c.csv".to_string(), *row, value.to_string(), reason.to_string())).collect();
    assert_eq!(refusals(&report), expected);
});

on_both_databases!(a_customers_page_holds_what_happened_newest_first, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let staff = app.staff(Role::Sales).await;
    for _ in 0..60 {
        app.pass(60);
        let id = app.state().clock.new_id();
        let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
        buyer.put(&format!("/api/orders/{id}"), &body).await.expect(201);
    }
    let first = one(&staff, "c1").await;
    assert_eq!((first.orders, first.turnover.as_str(), first.verdict.segment), (60, "0.00", Segment::Potential));
    assert_eq!(first.timeline.len(), 50);
    let mut seen = first.timeline;
    let mut next = first.next;
    while let Some(after) = next {
        let more: Customer = staff.get(&format!("/api/customers/{}?after={after}", first.id)).await.json();
        seen.extend(more.timeline);
        next = more.next;
    }
    // Each order and the mail about it, once.
    assert_eq!(seen.iter().filter(|item| item.kind == "order").count(), 60);
    assert_eq!(seen.iter().filter(|item| item.kind == "message").count(), 60);
    assert!(seen.windows(2).all(|pair| pair[0].at >= pair[1].at));
    let ids: std::collections::HashSet<&str> = seen.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids.len(), seen.len());
    staff.get(&format!("/api/customers/{}?after=nonsense", first.id)).await.problem(422, "invalid_value");

    // A confirmed order counts in the turnover, and its proforma stands on the page.
    let order = seen.iter().find(|item| item.kind == "order").map(|item| item.id.clone()).unwrap();
    staff.call("POST", &format!("/api/orders/{order}/confirm")).await.ok();
    let page: Customer = staff.get(&format!("/api/customers/{}", first.id)).await.json();
    assert_eq!(page.turnover, "10.00");
    assert!(page.timeline.iter().any(|item| item.kind == "document" && item.state == "proforma" && item.amount.as_deref() == Some("12.00")));
});

on_both_databases!(customers_are_for_staff, |app| async {
    let id = app.customer("C1").await;
    let buyer = app.buyer("C1").await;
    buyer.get("/api/customers").await.problem(403, "role");
    buyer.get(&format!("/api/customers/{id}")).await.problem(403, "role");
    let staff = app.staff(Role::Accountant).await;
    staff.get(&format!("/api/customers/{}", app.state().clock.new_id())).await.problem(404, "not_found");
    staff.get("/api/customers/none").await.problem(404, "not_found");
});

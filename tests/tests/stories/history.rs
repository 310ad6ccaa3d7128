//! The order history: what an import of it takes, refuses and changes; and the demo firm, whole.

use kontor_server::imports::{ImportError, Kind, Options};
use kontor_server::time::day_in;
use kontor_server::{demo, price_list};
use kontor_shared::api::{Customer, CustomerPage, Order, Role, SegmentPage};
use kontor_shared::orders::OrderState;
use kontor_shared::segments::Segment;
use kontor_tests::files::{counts, import, refusals, try_import};
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{TestApp, on_both_databases};
use serde_json::json;

const HEADERS: &str = "invoice_no,kind,invoice_date,customer_id,lines,total\n\
     100,sale,2011-07-01T08:26:00,C1,2,30.45\n\
     C101,cancellation,2011-07-02T09:00:00,C1,1,-10.2\n\
     102,stock_adjustment,2011-07-03T09:00:00,,1,0\n\
     A103,bad_debt,2011-07-04T09:00:00,,1,-11062.06\n";
const LINES: &str = "invoice_no,line_no,stock_code,quantity,unit_price\n\
     100,1,TEA,6,2.55\n\
     C101,1,TEA,-4,2.55\n\
     100,2,post,1,15.15\n\
     102,1,TEA,-30,0\n\
     A103,1,POST,1,-11062.06\n";

async fn register(app: &TestApp) {
    import(app, Kind::Products, &[("p.csv", "code,name,price,kind\nTEA,Tea,2.55,product\nPOST,Postage,1,service\n")]).await;
    import(app, Kind::Customers, &[("c.csv", "code,name\nC1,One\nC2,Two\n")]).await;
}

async fn history(app: &TestApp, headers: &str, lines: &str) -> kontor_shared::api::ImportReport {
    // The order of the files says nothing.
    import(app, Kind::Orders, &[("lines.csv", lines), ("headers.csv", headers)]).await
}

async fn order(app: &TestApp, number: &str) -> Order {
    let mut connection = app.state().db.read().await.unwrap();
    let id: String = sqlx::query_scalar("SELECT id FROM orders WHERE number = $1").bind(number).fetch_one(&mut *connection).await.unwrap();
    drop(connection);
    app.staff(Role::Sales).await.get(&format!("/api/orders/{id}")).await.json()
}

on_both_databases!(every_kind_of_document_is_taken_once, |app| async {
    register(&app).await;
    assert_eq!(counts(&history(&app, HEADERS, LINES).await), [9, 9, 0, 0, 0]);
    assert_eq!(counts(&history(&app, HEADERS, LINES).await), [9, 0, 0, 9, 0]);
    let sale = order(&app, "100").await;
    assert_eq!((sale.state, sale.source.as_str(), sale.kind.as_str()), (OrderState::Closed, "import", "sale"));
    assert_eq!((sale.net.as_str(), sale.vat.as_str(), sale.gross.as_str(), sale.lines.len()), ("30.45", "6.09", "36.54", 2));
    // A code in another case is the product it means.
    assert_eq!((sale.lines[1].code.as_str(), sale.lines[1].name.as_str()), ("POST", "Postage"));
    assert_eq!((sale.events.len(), sale.events[0].by.as_str(), sale.actions.len()), (1, "import", 0));
    assert_eq!(order(&app, "C101").await.net, "-10.20");
    assert_eq!(order(&app, "A103").await.net, "-11062.06");
    assert!(order(&app, "102").await.customer.is_none());
    // History starts nothing.
    for query in ["SELECT COUNT(*) FROM jobs", "SELECT COUNT(*) FROM messages", "SELECT COUNT(*) FROM documents"] {
        assert_eq!(number(&app.state().db, query).await, 0, "{query}");
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders WHERE counted = 1 AND kind = 'sale'").await, 1);
});

on_both_databases!(a_flat_file_is_the_same_history, |app| async {
    register(&app).await;
    let flat = "InvoiceNo;StockCode;Quantity;InvoiceDate;UnitPrice;CustomerID\n\
         100;TEA;6;01.07.2011 08:26;2,55;C1\n100;POST;1;01.07.2011 08:27;15,15;C1\nC101;TEA;-4;02.07.2011 09:00;2,55;C1\n\
         102;TEA;-30;03.07.2011 09:00;0;\nA103;POST;1;04.07.2011 09:00;-11062,06;\n";
    assert_eq!(counts(&import(&app, Kind::Orders, &[("flat.csv", flat)]).await), [5, 5, 0, 0, 0]);
    assert_eq!(counts(&history(&app, HEADERS, LINES).await), [9, 0, 0, 9, 0]);
    // Exact repeats are lines of their own where nothing numbers them.
    let twice = "number,date,customer,code,quantity,price\n200,2011-07-01,C2,TEA,1,2.55\n200,2011-07-01,C2,TEA,1,2.55\n";
    assert_eq!(counts(&import(&app, Kind::Orders, &[("twice.csv", twice)]).await), [2, 2, 0, 0, 0]);
    assert_eq!(order(&app, "200").await.lines.len(), 2);
});

on_both_databases!(what_cannot_be_taken_is_refused_row_by_row, |app| async {
    register(&app).await;
    let headers = "number,kind,date,customer,lines,total\n\
         1,sale,2011-07-01,C9,,\n2,sale,2011-07-01,C1,,\n3,sale,2011-07-01,C1,3,\n4,sale,2011-07-01,C1,,9\n5,sale,never,C1,,\n6,sale,2011-07-01,C1,,\n\
         7,sale,2011-07-01,C1,,\n7,sale,2011-07-01,C1,,\n7,sale,2011-07-01,C2,,\n";
    let lines = "number,line no,code,quantity,price\n\
         1,1,TEA,1,1\n2,1,NONE,1,1\n2,2,TEA,1,1\n3,1,TEA,1,1\n4,1,TEA,1,1\n5,1,TEA,1,1\n6,1,TEA,-1,1\n8,1,TEA,1,1\n7,1,TEA,1,1\n7,1,TEA,1,1\n7,1,TEA,2,1\n7,2,TEA,0,1\n7,3,TEA,1,1.00001\n";
    let report = history(&app, headers, lines).await;
    let refused: Vec<(String, u64, String)> = refusals(&report).into_iter().map(|(file, row, _, reason)| (file, row, reason)).collect();
    let expected = [
        ("headers.csv", 2, "no such customer"),
        ("headers.csv", 4, "the header counts 3 lines, the files have 1"),
        ("headers.csv", 5, "the header's total is not the sum of its lines"),
        ("headers.csv", 6, "not a date such as 2011-12-09 12:50 or 09.12.2011"),
        ("headers.csv", 7, "none of its lines can be taken: the quantity is negative; a cancellation is a document of its own"),
        ("headers.csv", 10, "row 8 has this number already, with other content"),
        ("lines.csv", 2, "its order was refused, row 2"),
        ("lines.csv", 3, "no such product"),
        ("lines.csv", 5, "its order was refused, row 4"),
        ("lines.csv", 6, "its order was refused, row 5"),
        ("lines.csv", 7, "the header of its order was refused, row 6"),
        ("lines.csv", 8, "its order was refused, row 7"),
        ("lines.csv", 9, "no header has this number"),
        ("lines.csv", 12, "row 10 has this line of the order already"),
        ("lines.csv", 13, "the quantity is zero"),
        ("lines.csv", 14, "the price cannot be stored: too many decimals"),
    ];
    assert_eq!(refused, expected.map(|(file, row, reason)| (file.to_string(), row, reason.to_string())));
    // Orders 2 and 7 with a line each; the header and the line that repeat another are unchanged.
    assert_eq!(counts(&report), [22, 4, 0, 2, 16]);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM order_lines").await, 2);

    // Once the product is known, its line joins the order.
    import(&app, Kind::Products, &[("p.csv", "code,name,price\nNONE,None,1\n")]).await;
    assert_eq!(counts(&history(&app, headers, lines).await), [22, 1, 0, 6, 15]);
    assert_eq!(order(&app, "2").await.lines.len(), 2);

    for (files, word) in [
        (&[("h.csv", headers)][..], "give the file of their lines"),
        (&[("l.csv", lines)][..], "give the file of their headers"),
        (&[("x.csv", "kind,date\nsale,2011-01-01\n")][..], "no column holds the order's number"),
    ] {
        let refused = try_import(&app, Kind::Orders, files, Options::default()).await;
        assert!(matches!(&refused, Err(ImportError::Refused { detail, .. }) if detail.contains(word)), "{refused:?}");
    }
});

on_both_databases!(a_history_told_otherwise_changes_and_never_touches_orders_placed_here, |app| async {
    register(&app).await;
    history(&app, HEADERS, LINES).await;
    let dry = Options { dry_run: true, ..Options::default() };
    let (headers, lines) = (
        HEADERS.replace("100,sale,2011-07-01T08:26:00,C1,2,30.45", "100,sale,2011-07-01T08:26:00,C2,3,36"),
        LINES.replace("100,1,TEA,6,2.55", "100,1,TEA,7,2.55\n100,3,TEA,1,3"),
    );
    let files = [("h.csv", headers.as_str()), ("l.csv", lines.as_str())];
    let told = try_import(&app, Kind::Orders, &files, dry).await.unwrap();
    assert_eq!(counts(&told), [10, 1, 2, 7, 0]);
    assert_eq!(order(&app, "100").await.customer.unwrap().code, "C1");
    assert_eq!(counts(&import(&app, Kind::Orders, &files).await), counts(&told));
    let after = order(&app, "100").await;
    assert_eq!((after.customer.unwrap().code.as_str(), after.lines.len(), after.net.as_str(), after.revision), ("C2", 3, "36.00", 2));
    assert_eq!(counts(&import(&app, Kind::Orders, &files).await), [10, 0, 0, 10, 0]);

    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let buyer = app.buyer("C1").await;
    let id = app.state().clock.new_id();
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    let placed: Order = buyer.put(&format!("/api/orders/{id}"), &body).await.expect(201).json();
    let flat = format!("number,date,customer,code,quantity,price\n{},2011-07-01,C2,TEA,1,2.55\n", placed.number);
    let report = import(&app, Kind::Orders, &[("flat.csv", &flat)]).await;
    assert_eq!((counts(&report), report.refusals[0].reason.as_str()), ([1, 0, 0, 0, 1], "an order placed here has this number"));
    assert_eq!(buyer.get(&format!("/api/orders/{id}")).await.json::<Order>(), placed);
});

on_both_databases!(what_an_export_says_was_not_sold_does_not_come_back_as_sold, |app| async {
    register(&app).await;
    let file = "number,date,customer,state,currency,line_no,code,quantity,price,verdict\n\
        W1,2011-07-01,C1,confirmed,EUR,1,TEA,6,2.55,accepted\n\
        W1,2011-07-01,C1,confirmed,EUR,2,POST,1,15,refused\n\
        W2,2011-07-02,C1,cancelled,EUR,1,TEA,1,2.55,accepted\n\
        W3,2011-07-03,C1,closed,GBP,1,TEA,1,2.55,accepted\n\
        W4,2011-07-04,C2,Paid,EUR,1,TEA,1,2.55,\n";
    let report = import(&app, Kind::Orders, &[("export.csv", file)]).await;
    assert_eq!(counts(&report), [5, 2, 0, 0, 3]);
    let codes: Vec<(u64, &str)> = report.refusals.iter().map(|refusal| (refusal.row, refusal.code.as_str())).collect();
    assert_eq!(codes, [(3, "line_not_taken"), (4, "not_sold"), (5, "history_currency")]);
    assert_eq!(order(&app, "W1").await.net, "15.30");
    let options = Options { currency: Some("GBP".parse().unwrap()), ..Options::default() };
    let report = try_import(&app, Kind::Orders, &[("export.csv", &file.replace("EUR", "USD"))], options).await.unwrap();
    assert_eq!((report.created, order(&app, "W3").await.currency.code()), (1, "GBP"));
});

on_both_databases!(the_demo_firm_is_whole, |app| async {
    assert!(demo::load(app.state(), |_| ()).await.unwrap());
    let db = &app.state().db;
    // The counts its source names (server/demo/README.md).
    for (query, expected) in [
        ("SELECT COUNT(*) FROM customers", 4372),
        ("SELECT COUNT(*) FROM contacts", 4372),
        ("SELECT COUNT(*) FROM product_groups", 78),
        ("SELECT COUNT(*) FROM products", 3958),
        ("SELECT COUNT(*) FROM order_lines", 541_909),
        ("SELECT COUNT(*) FROM orders WHERE kind = 'sale'", 19_963),
        ("SELECT COUNT(*) FROM orders WHERE kind = 'cancellation'", 3_836),
        ("SELECT COUNT(*) FROM orders WHERE kind = 'stock_adjustment'", 2_098),
        ("SELECT COUNT(*) FROM orders WHERE kind = 'bad_debt'", 3),
        ("SELECT COUNT(*) FROM orders WHERE state = 'closed' AND source = 'import'", 25_900),
        ("SELECT COUNT(*) FROM orders WHERE counted = 1 AND kind = 'sale' AND customer_id IS NOT NULL", 18_402),
        ("SELECT COUNT(DISTINCT customer_id) FROM orders WHERE counted = 1 AND kind = 'sale'", 4_334),
        ("SELECT products FROM price_list_versions WHERE version = 1", 3_791),
        ("SELECT COUNT(*) FROM jobs WHERE kind <> 'pack_price_list'", 0),
        ("SELECT COUNT(*) FROM messages", 0),
        ("SELECT COUNT(*) FROM documents", 0),
    ] {
        assert_eq!(number(db, query).await, expected, "{query}");
    }
    assert!(!demo::load(app.state(), |_| ()).await.unwrap(), "the second load finds it");

    // Counted by a program of its own over the raw file.
    let staff = app.log_in("marketer@demo.example", "demo-marketer").await;
    for (query, expected) in [
        ("", [742, 2143, 1449, 38]),
        ("mode=calendar", [431, 1724, 1458, 759]),
        ("period=month", [531, 1096, 2707, 38]),
        ("period=month&mode=calendar", [534, 1126, 2633, 79]),
        ("period=year", [822, 3439, 73, 38]),
        ("period=year&mode=calendar", [12, 872, 0, 3488]),
        ("period=month&lapse=year", [531, 3730, 73, 38]),
        ("as_of=2011-03-31&period=month&regular_from=1", [968, 0, 1145, 2259]),
        ("as_of=2011-07-01&mode=calendar&regular_from=2&lapse=month", [826, 404, 1728, 1414]),
        ("as_of=2010-12-01&period=month", [0, 0, 0, 4372]),
    ] {
        let page: SegmentPage = staff.get(&format!("/api/segments?{query}")).await.json();
        let counted = Segment::ALL.map(|segment| page.counts.iter().find(|one| one.segment == segment).unwrap().count);
        assert_eq!(counted, expected, "{query}");
    }

    let found: CustomerPage = staff.get("/api/customers?q=12347").await.json();
    let page: Customer = staff.get(&format!("/api/customers/{}", found.customers[0].id)).await.json();
    assert_eq!((page.country.as_str(), page.orders, page.turnover.as_str(), page.rule.as_of.as_str()), ("Iceland", 7, "4310.00", "2011-12-10"));
    assert_eq!((page.contacts[0].email.as_str(), page.contacts[0].consent.as_deref()), ("12347@customer.example", Some("granted")));
    let zone = app.state().firm().await.unwrap().time_zone().unwrap();
    let mut connection = db.read().await.unwrap();
    let summer: i64 = sqlx::query_scalar("SELECT MIN(ordered_at) FROM orders WHERE ordered_day = '2011-07-01'").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(day_in(&zone, summer), "2011-07-01");
    assert!(price_list::store::in_force(&mut connection, "2026-01-15").await.unwrap().is_some());
});

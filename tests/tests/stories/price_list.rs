//! Publishing, and who sees which price list.

use axum::body::Body;
use axum::http::{Request, header};
use kontor_shared::api::{PriceListInfo, PriceListVersions, PublishReport, Role};
use kontor_shared::catalog::{Snapshot, columns};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::json;

const GOODS: &str = "code,name,group,price,price retail,kind,active\n\
    10,Zebra,Toys,1.50,2.40,,\n11,apple tree,Garden,2,3.20,,\n12,Ёлка,Toys,3,4.80,,\n13,Елка,Toys,3,4.80,,\n\
    14,Postage,Toys,5,8,service,\n15,Gone,Toys,1,1,,no\n16,Free,Toys,0,0,,\n17,Homeless,,1,1,,\n18,Never,Garden,,,unsold,\n";

async fn stock(app: &TestApp) -> Client {
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", GOODS).await.ok();
    sales
}

async fn publish(staff: &Client) -> PublishReport {
    staff.post("/api/price-lists", &json!({"note": "Spring"})).await.json()
}

async fn snapshot(client: &Client, url: &str) -> Snapshot {
    Snapshot::decode(&client.get(url).await.ok().body).unwrap()
}

on_both_databases!(publishing_says_what_it_left_out_and_why, |app| async {
    let sales = stock(&app).await;
    let report = publish(&sales).await;
    assert_eq!((report.version, report.products, report.left_out), (1, 4, 5));
    let reasons: Vec<(&str, &str)> = report.reasons.iter().map(|one| (one.code.as_str(), one.reason.as_str())).collect();
    assert_eq!(reasons, [("14", "not_goods"), ("15", "inactive"), ("16", "zero_price"), ("17", "no_group"), ("18", "no_price")]);
    let info: PriceListInfo = sales.get("/api/price-list").await.json();
    assert_eq!((info.version, info.overlay.as_str(), info.products), (1, "wholesale", 4));
    let list = snapshot(&sales, &info.snapshot_url).await;
    assert_eq!(list.products.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["10", "12", "13", "11"]);
    assert_eq!(list.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Toys", "Garden"]);
    assert_eq!((list.note.as_str(), list.products.iter().any(|row| row.new)), ("Spring", false));
    let versions: PriceListVersions = sales.get("/api/price-lists").await.json();
    assert_eq!((versions.versions.len(), versions.versions[0].reasons.len(), versions.price_types.len()), (1, 5, 2));
});

on_both_databases!(a_published_version_never_moves, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let before = snapshot(&sales, "/api/price-list/1/wholesale").await;
    sales.upload("/api/imports?kind=products&name=dearer.csv", "code,name,group,price\n10,Zebra,Toys,9.99\n20,Fresh,Toys,1\n").await.ok();
    assert_eq!(snapshot(&sales, "/api/price-list/1/wholesale").await, before);
    app.pass(60);
    assert_eq!(publish(&sales).await.version, 2);
    let after = snapshot(&sales, "/api/price-list/2/wholesale").await;
    let zebra = after.products.iter().find(|row| row.code == "10").unwrap();
    assert_eq!((zebra.price, zebra.new), (99_900, false));
    assert!(after.products.iter().any(|row| row.code == "20" && row.new), "what came after the first version is new");
    assert_eq!(snapshot(&sales, "/api/price-list/1/wholesale").await, before);
});

on_both_databases!(each_reader_sees_its_own_price_type_only, |app| async {
    let sales = stock(&app).await;
    let buyer = app.buyer("C1").await;
    buyer.get("/api/price-list").await.problem(404, "no_price_list");
    publish(&sales).await;
    let anonymous = app.anonymous();
    anonymous.get("/api/price-list").await.problem(404, "prices_hidden");
    anonymous.get("/api/price-list/1/wholesale").await.problem(404, "not_found");
    let info: PriceListInfo = buyer.get("/api/price-list?overlay=retail").await.json();
    assert_eq!(info.overlay, "wholesale", "a buyer does not choose its prices");
    buyer.get("/api/price-list/1/retail").await.problem(404, "not_found");
    buyer.get("/api/price-list/9/wholesale").await.problem(404, "not_found");
    let retail: PriceListInfo = sales.get("/api/price-list?overlay=retail").await.json();
    assert_eq!(retail.overlay, "retail");

    let admin = app.staff(Role::Admin).await;
    let prices = json!({"public_price_type": "retail", "customer_price_type": "wholesale", "terms": "Net 14 days", "pay_days": 14, "new_days": 60});
    admin.put("/api/settings", &json!({"prices": prices})).await.ok();
    let info: PriceListInfo = anonymous.get("/api/price-list").await.json();
    assert_eq!(snapshot(&anonymous, &info.snapshot_url).await.overlay, "retail");
    anonymous.get("/api/price-list/1/wholesale").await.problem(404, "not_found");
});

on_both_databases!(a_version_of_tomorrow_is_not_seen_today, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let report: PublishReport = sales.post("/api/price-lists", &json!({"valid_from": "2026-02-01"})).await.json();
    assert_eq!((report.version, report.valid_from.as_str()), (2, "2026-02-01"));
    let buyer = app.buyer("C1").await;
    let info: PriceListInfo = buyer.get("/api/price-list").await.json();
    assert_eq!((info.version, info.valid_until.as_deref()), (1, Some("2026-02-01")));
    buyer.get("/api/price-list/2/wholesale").await.problem(404, "not_found");
    app.pass(20 * 86_400);
    // The session has run out meanwhile.
    let info: PriceListInfo = app.buyer("C1").await.get("/api/price-list").await.json();
    assert_eq!(info.version, 2);
    sales.post("/api/price-lists", &json!({})).await.problem(401, "sign_in");
    let sales = app.staff(Role::Sales).await;
    sales.post("/api/price-lists", &json!({"valid_from": "2026-01-01"})).await.problem(422, "valid_from_past");
    sales.post("/api/price-lists", &json!({"valid_from": "1 May"})).await.problem(422, "bad_date");
});

on_both_databases!(a_correction_does_not_annul_the_list_of_next_month, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let report: PublishReport = sales.post("/api/price-lists", &json!({"valid_from": "2026-02-01"})).await.json();
    assert_eq!((report.version, report.valid_until), (2, None));
    let report = publish(&sales).await;
    assert_eq!((report.version, report.valid_until.as_deref()), (3, Some("2026-02-01")));
    let info: PriceListInfo = app.buyer("C1").await.get("/api/price-list").await.json();
    assert_eq!((info.version, info.valid_until.as_deref()), (3, Some("2026-02-01")));
    app.pass(20 * 86_400);
    let info: PriceListInfo = app.buyer("C1").await.get("/api/price-list").await.json();
    assert_eq!((info.version, info.valid_until), (2, None));
});

on_both_databases!(a_snapshot_travels_packed_and_is_kept_for_good, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let info: PriceListInfo = sales.get("/api/price-list").await.json();
    let packed = Request::get(&info.snapshot_url).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
    let packed = sales.send(packed).await.ok();
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "br");
    assert_eq!(packed.headers[header::CACHE_CONTROL], "private, max-age=31536000, immutable");
    let plain = sales.get("/api/price-list/1/wholesale").await.ok();
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    assert_eq!(plain.headers[header::ETAG], packed.headers[header::ETAG]);
    assert_eq!(plain.headers[header::CACHE_CONTROL], "private, no-cache", "a number may be given again after a restore");
    assert!(Snapshot::decode(&plain.body).is_ok());
});

on_both_databases!(another_list_of_the_same_number_is_another_list, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let before: PriceListInfo = sales.get("/api/price-list").await.json();
    assert_eq!(before.checksum.len(), 64);
    sales.get(&before.snapshot_url).await.ok();
    // As after a restore of a backup from before the publishing, and publishing something else.
    let mut tx = app.state().db.write_tx().await.unwrap();
    for statement in [
        "DELETE FROM price_list_snapshots",
        "DELETE FROM price_list_versions",
        "DELETE FROM jobs WHERE kind = 'pack_price_list'",
        "UPDATE catalog_state SET last_version = 0",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    sales.upload("/api/imports?kind=products&name=dearer.csv", "code,name,group,price\n10,Zebra,Toys,9.99\n").await.ok();
    app.pass(60);
    assert_eq!(publish(&sales).await.version, before.version);
    let after: PriceListInfo = sales.get("/api/price-list").await.json();
    assert!(after.snapshot_url != before.snapshot_url && after.checksum != before.checksum, "{after:?}");
    sales.get(&before.snapshot_url).await.problem(404, "not_found");
    assert!(snapshot(&sales, &after.snapshot_url).await.products.iter().any(|row| row.price == 99_900));
});

on_both_databases!(a_price_types_code_stands_in_addresses_and_headers, |app| async {
    let sales = app.staff(Role::Sales).await;
    let file = "code,name,group,one,two\nA,Tea,G,2.00,1.00\n";
    let import = async |map: &str| sales.upload(&format!("/api/imports?kind=products&name=goods.csv&map={map}"), file).await;
    // vip less 5 % is named so, and # ends an address.
    for code in ["vip-5%25", "a/b", "a%3Fb", "a%23b", "a%20b", "a.b"] {
        import(&format!("price.{code}%20%3D%20one")).await.problem(422, "bad_map");
    }
    import("price.wholesale%20%3D%20one%0Aprice.%D0%BE%D0%BF%D1%82_2-%D1%8F%20%3D%20two").await.ok();
    publish(&sales).await;
    let info: PriceListInfo = sales.get("/api/price-list?overlay=%D0%BE%D0%BF%D1%82_2-%D1%8F").await.json();
    assert_eq!(info.overlay, "опт_2-я");
    assert!(info.snapshot_url.is_ascii(), "{}", info.snapshot_url);
    assert_eq!(snapshot(&sales, &info.snapshot_url).await.products[0].price, 10_000);
});

on_both_databases!(the_page_knows_where_vat_is_rounded, |app| async {
    let sales = stock(&app).await;
    publish(&sales).await;
    let admin = app.staff(Role::Admin).await;
    for method in ["per_line", "per_rate"] {
        let mut money = admin.get("/api/settings").await.value()["money"].clone();
        money["vat_method"] = json!(method);
        admin.put("/api/settings", &json!({"money": money})).await.ok();
        let info: PriceListInfo = sales.get("/api/price-list").await.json();
        assert_eq!(info.vat_method.word(), method);
    }
});

on_both_databases!(lists_are_packed_one_by_one_and_only_once, |app| async {
    use kontor_server::jobs::{self, Lane};
    let sales = stock(&app).await;
    publish(&sales).await;
    let subjects = async || {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT subject, state FROM jobs ORDER BY subject").fetch_all(&mut *app.state().db.read().await.unwrap()).await.unwrap();
        rows
    };
    let both = |state: &str| [("1 retail".to_string(), state.to_string()), ("1 wholesale".to_string(), state.to_string())];
    assert_eq!(subjects().await, both("queued"));
    // Whoever renders documents does not meet them.
    assert_eq!(jobs::run_lane(app.state(), Lane::Usual, || false).await.unwrap(), 0);
    // A server that works on one for longer than a lease keeps it.
    let state = app.state();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await.unwrap();
    let job = jobs::store::claim(&mut tx, Lane::Packing, state.db.skip_locked(), "one", now, now + 300_000).await.unwrap().expect("a job");
    tx.commit().await.unwrap();
    app.pass(299);
    assert!(jobs::renew(state, &job).await.unwrap());
    app.pass(299);
    assert_eq!(jobs::run_lane(state, Lane::Packing, || false).await.unwrap(), 1, "the other one");
    // One that stood still for too long has lost it.
    app.pass(2);
    assert_eq!(jobs::run_lane(state, Lane::Packing, || false).await.unwrap(), 1);
    assert!(!jobs::renew(state, &job).await.unwrap());
    assert_eq!(subjects().await, both("done"));
    // What is tight is not packed again, whoever asks: a body of other bytes stays as it is.
    let stored = async || {
        let hash: String = sqlx::query_scalar("SELECT body_hash FROM price_list_snapshots WHERE overlay = 'retail'")
            .fetch_one(&mut *app.state().db.read().await.unwrap())
            .await
            .unwrap();
        hash
    };
    let mut tx = state.db.write_tx().await.unwrap();
    let loose = kontor_server::price_list::snapshot::compress(b"loosely packed, loosely packed, loosely packed, loosely packed", 0).unwrap();
    let hash = kontor_server::bodies::put(&mut tx, "application/vnd.kontor.price-list", &loose, now).await.unwrap();
    sqlx::query("UPDATE price_list_snapshots SET body_hash = $1 WHERE overlay = 'retail'").bind(&hash).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    kontor_server::price_list::pack::pack(state, "1 retail").await.unwrap();
    assert_eq!(stored().await, hash);
});

/// A file of many goods; `dearer` of them cost more than at first.
fn many(goods: usize, dearer: usize) -> String {
    let mut file = "code,name,group,price,brand,colour,promotion\n".to_string();
    for at in 0..goods {
        let (price, brand) = (if at < dearer { 900 + at } else { 100 + at }, ["Bosch", "Makita", ""][at % 3]);
        file.push_str(&format!("A-{at:04},Drill number {at} of the house,Tools,{price}.50,{brand},red,{}\n", if at % 10 == 0 { "yes" } else { "" }));
    }
    file
}

on_both_databases!(what_changed_since_the_version_before_leads_to_the_same_list, |app| async {
    let sales = app.staff(Role::Sales).await;
    let import = async |file: String| sales.upload("/api/imports?kind=products&name=goods.csv", file).await.ok();
    import(many(400, 0)).await;
    publish(&sales).await;
    import(many(400, 5)).await;
    publish(&sales).await;
    let whole = async |version: u32| sales.get(&format!("/api/price-list/{version}/wholesale")).await.ok().body;
    let tag = async || sales.get("/api/price-list/2/wholesale").await.ok().headers[header::ETAG].clone();
    let before = (tag().await, whole(1).await, whole(2).await);
    let info: PriceListInfo = sales.get("/api/price-list").await.json();
    assert!(info.delta.is_none(), "made after publishing, not in the publisher's time");
    kontor_server::jobs::run_due(app.state(), || false).await.unwrap();
    assert_eq!(before, (tag().await, whole(1).await, whole(2).await), "packed tighter, the same list");
    let info: PriceListInfo = sales.get("/api/price-list").await.json();
    let delta = info.delta.expect("a delta");
    assert_eq!(delta.since, 1);
    let told = sales.get(&delta.url).await.ok();
    assert_eq!(told.headers[header::CACHE_CONTROL], "private, max-age=31536000, immutable");
    assert_eq!(columns::delta::apply(&before.1, &told.body).unwrap(), before.2);
    // Doing it again changes nothing.
    kontor_server::price_list::pack::pack(app.state(), "2").await.unwrap();
    assert_eq!(sales.get(&delta.url).await.ok().body, told.body);

    let buyer = app.buyer("C1").await;
    assert_eq!(buyer.get("/api/price-list").await.json::<PriceListInfo>().delta.map(|delta| delta.since), Some(1));
    buyer.get("/api/price-list/2/retail/since/1").await.problem(404, "not_found");
    app.anonymous().get(&delta.url).await.problem(404, "not_found");
    // A list for next month, and this month's correction after it: the correction follows what is in force.
    sales.post("/api/price-lists", &json!({"valid_from": "2026-02-01"})).await.ok();
    import(many(400, 9)).await;
    assert_eq!(publish(&sales).await.version, 4);
    kontor_server::jobs::run_due(app.state(), || false).await.unwrap();
    assert_eq!(sales.get("/api/price-list").await.json::<PriceListInfo>().delta.map(|delta| delta.since), Some(2));
});

on_both_databases!(brands_promotions_and_other_attributes_are_published, |app| async {
    let sales = app.staff(Role::Sales).await;
    let report = sales.upload("/api/imports?kind=products&name=goods.csv&map=attribute.Colour%20%3D%20colour", many(30, 0)).await.ok();
    assert_eq!(report.value()["created"], 30);
    publish(&sales).await;
    let list = snapshot(&sales, "/api/price-list/1/wholesale").await;
    assert_eq!(list.attributes, ["brand", "Colour"]);
    let drill = list.products.iter().find(|row| row.code == "A-0000").unwrap();
    assert_eq!((drill.attributes.as_slice(), drill.promotion), (["Bosch".to_string(), "red".to_string()].as_slice(), true));
    assert_eq!(list.products.iter().filter(|row| row.promotion).count(), 3);
    // An empty cell takes a value away, a file without the column leaves it.
    sales.upload("/api/imports?kind=products&name=less.csv", "code,brand\nA-0000,\nA-0001,Metabo\n").await.ok();
    publish(&sales).await;
    let list = snapshot(&sales, "/api/price-list/2/wholesale").await;
    let of = |code: &str| list.products.iter().find(|row| row.code == code).map(|row| row.attributes[0].clone()).unwrap();
    assert_eq!((of("A-0000"), of("A-0001")), (String::new(), "Metabo".to_string()));
    let refused =
        sales.upload("/api/imports?kind=products&name=bad.csv", "code,picture,promotion\nA-0002,not an address,\nA-0003,,perhaps\n").await.ok().value();
    assert_eq!(refused["refused"], 2);
});

on_both_databases!(an_empty_catalogue_is_not_published, |app| async {
    app.staff(Role::Sales).await.post("/api/price-lists", &json!({})).await.problem(422, "nothing_to_publish");
});

on_both_databases!(a_list_is_read_while_it_is_packed, |app| async {
    use kontor_server::{bodies, price_list};
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/imports?kind=products&name=goods.csv", many(400, 0)).await.ok();
    publish(&sales).await;
    let state = app.state();
    let plain = sales.get("/api/price-list/1/wholesale").await.ok().body;
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (sales, done, plain) = (sales.clone(), done.clone(), plain.clone());
            tokio::spawn(async move {
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    assert_eq!(sales.get("/api/price-list/1/wholesale").await.ok().body, plain);
                    sales.get("/").await.ok();
                }
            })
        })
        .collect();
    for quality in (0..5).cycle().take(20) {
        // Loosely packed again, as it was just published: packing takes that body away.
        let loose = price_list::snapshot::compress(&plain, quality).unwrap();
        let mut tx = state.db.write_tx().await.unwrap();
        let hash = bodies::put(&mut tx, "application/vnd.kontor.price-list", &loose, state.clock.now_ms()).await.unwrap();
        sqlx::query("UPDATE price_list_snapshots SET body_hash = $1, tight = 0").bind(&hash).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        price_list::pack::pack(state, "1 wholesale").await.unwrap();
        assert!(bodies::get(&mut state.db.read().await.unwrap(), &hash).await.unwrap().is_none());
    }
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    for reader in readers {
        reader.await.expect("every answer is the list");
    }
});

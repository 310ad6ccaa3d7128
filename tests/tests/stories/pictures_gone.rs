//! Pictures that go: withdrawn by somebody, cleared away because nothing names them; and those that are not there yet.

use image::ImageFormat;
use kontor_server::AppState;
use kontor_server::pictures::gone;
use kontor_shared::api::pictures::{PictureTaken, ProductPicture};
use kontor_shared::api::{AuditPage, PublishReport, Role};
use kontor_tests::goods::number;
use kontor_tests::pictures::{JPEG, PNG, plain};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::json;

use super::pictures::{GOODS, import, listed, page, publish};

const A_DAY: i64 = 24 * 3600;

async fn send(sales: &Client, name: &str, bytes: &[u8]) -> PictureTaken {
    sales.upload(&format!("/api/pictures?name={name}"), bytes.to_vec()).await.json()
}

/// JPEGs in the database, whoever they are of.
async fn bodies(state: &AppState) -> i64 {
    number(&state.db, "SELECT COUNT(*) FROM bodies WHERE media_type = 'image/jpeg'").await
}

async fn told(app: &TestApp, action: &str) -> usize {
    let trail: AuditPage = app.staff(Role::Admin).await.get("/api/audit").await.json();
    trail.rows.iter().filter(|row| row.action == action).count()
}

on_both_databases!(a_picture_is_withdrawn_for_good_and_for_everybody, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    let photo = plain(1200, 300, [200, 40, 40], ImageFormat::Png);
    for name in ["B.png", "C.png"] {
        assert_eq!(send(&sales, name, &photo).await.number, 1);
    }
    publish(&sales).await;
    let buyer = app.buyer("C1").await;
    let small = buyer.get("/api/pictures/B/1/small").await.ok().body;
    assert_eq!(bodies(app.state()).await, 2, "the same picture of two products is kept once");

    buyer.delete("/api/pictures/B/1").await.expect(403);
    sales.delete("/api/pictures/B/2").await.expect(404);
    sales.delete("/api/pictures/B/0").await.expect(404);
    sales.delete("/api/pictures/Z/1").await.expect(404);
    let left: ProductPicture = sales.delete("/api/pictures/B/1").await.json();
    assert_eq!((left.code.as_str(), left.number, left.small_url), ("B", 0, None));
    // The list that names it is as it was; there is no such picture any more, for nobody.
    assert_eq!(listed(&buyer).await[1], ("B".into(), 1));
    for client in [&buyer, &sales] {
        client.get("/api/pictures/B/1/small").await.expect(404);
        client.get("/api/pictures/B/1/large").await.expect(404);
    }
    sales.put("/api/pictures/B", &json!({"number": 1, "seen": 0})).await.problem(422, "picture_missing");
    // Another product's is its own.
    assert_eq!(buyer.get("/api/pictures/C/1/small").await.ok().body, small);
    assert_eq!((bodies(app.state()).await, told(&app, "picture.withdraw").await), (2, 1));
    // Once more changes nothing.
    sales.delete("/api/pictures/B/1").await.ok();
    assert_eq!(told(&app, "picture.withdraw").await, 1);

    // The same file again is another picture, and is seen with the next list.
    let again = send(&sales, "B.png", &photo).await;
    assert_eq!((again.number, again.before, again.unchanged), (2, 0, false));
    buyer.get("/api/pictures/B/2/small").await.expect(404);
    publish(&sales).await;
    buyer.get("/api/pictures/B/2/small").await.ok();
    // One that another took the place of goes, and the other stays.
    assert_eq!(send(&sales, "B.jpg", JPEG).await.number, 3);
    let earlier = page(&sales, "?state=earlier").await;
    assert_eq!((earlier.earlier, earlier.pictures[0].number, earlier.pictures[0].source.as_str()), (1, 2, "B.png"));
    let left: ProductPicture = sales.delete("/api/pictures/B/2").await.json();
    assert_eq!((left.number, left.source.as_str()), (3, "B.jpg"));
    assert!(page(&sales, "?state=earlier").await.pictures.is_empty());
    buyer.get("/api/pictures/B/2/small").await.expect(404);

    // With the last product's goes what it consists of, unless it is the firm's logo as well.
    app.staff(Role::Admin).await.upload("/api/settings/logo", small.clone()).await.ok();
    sales.delete("/api/pictures/C/1").await.ok();
    assert_eq!(bodies(app.state()).await, 2, "the logo, and the other picture in its only size");
    let firm: kontor_shared::api::Firm = app.anonymous().get("/api/firm").await.json();
    assert_eq!(app.anonymous().get(&firm.logo.expect("a logo").url).await.ok().body, small);
    sales.delete("/api/pictures/B/3").await.ok();
    assert_eq!((bodies(app.state()).await, page(&sales, "").await.with_picture), (1, 0));
});

on_both_databases!(what_nothing_names_is_cleared_away_after_two_months, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    let choose = async |sales: &Client, code: &str, number: u32, seen: u32| {
        sales.put(&format!("/api/pictures/{code}"), &json!({"number": number, "seen": seen})).await.ok();
    };
    let clear = async || gone::run_due(app.state(), || false).await.expect("pictures are cleared away");
    // One that never was in a list, in whose place came another; one that was in a list and is taken away; one only taken away.
    send(&sales, "B.png", PNG).await;
    send(&sales, "B.jpg", JPEG).await;
    send(&sales, "C.png", &plain(30, 30, [1, 2, 3], ImageFormat::Png)).await;
    publish(&sales).await;
    choose(&sales, "C", 0, 1).await;
    send(&sales, "A%252F7.png", &plain(30, 30, [9, 9, 9], ImageFormat::Png)).await;
    choose(&sales, "A%2F7", 0, 1).await;
    clear().await;
    assert_eq!((page(&sales, "").await.earlier, bodies(app.state()).await), (3, 4));

    app.pass(59 * A_DAY);
    let sales = app.staff(Role::Sales).await;
    clear().await;
    assert_eq!(page(&sales, "").await.earlier, 3);
    // Chosen and taken away again it may be wanted once more.
    choose(&sales, "A%2F7", 1, 0).await;
    choose(&sales, "A%2F7", 0, 1).await;
    app.pass(2 * A_DAY);
    let sales = app.staff(Role::Sales).await;
    clear().await;
    let earlier = page(&sales, "?state=earlier").await;
    assert_eq!(earlier.pictures.iter().map(|one| one.code.as_str()).collect::<std::collections::BTreeSet<_>>(), ["A/7", "C"].into());
    assert_eq!((bodies(app.state()).await, told(&app, "picture.clear").await), (3, 1));
    // Its number is not given again, and the file is taken as a new one.
    assert_eq!(send(&sales, "B.png", PNG).await.number, 3);
    // Once a day is enough.
    app.pass(60 * A_DAY);
    clear().await;
    assert_eq!((bodies(app.state()).await, told(&app, "picture.clear").await), (3, 2));
    app.pass(A_DAY / 2);
    clear().await;
    assert_eq!(told(&app, "picture.clear").await, 2);
    let sales = app.staff(Role::Sales).await;
    send(&sales, "A%252F7.png", PNG).await;
    app.buyer("C1").await.get("/api/pictures/C/1/small").await.ok();
    assert_eq!(page(&sales, "?q=A/7").await.pictures[0].number, 2);
});

on_both_databases!(a_picture_of_a_list_to_come_is_seen_when_it_comes_into_force, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    publish(&sales).await;
    let buyer = app.buyer("C1").await;
    for name in ["B.png", "C.png"] {
        send(&sales, name, PNG).await;
    }
    sales.post("/api/price-lists", &json!({"valid_from": "2026-02-01"})).await.json::<PublishReport>();
    for code in ["B", "C"] {
        let place = format!("/api/pictures/{code}/1/small");
        buyer.get(&place).await.expect(404);
        sales.get(&place).await.ok();
    }
    // One that a list of today shows as well is seen today.
    sales.put("/api/pictures/C", &json!({"number": 0, "seen": 1})).await.ok();
    publish(&sales).await;
    assert_eq!(listed(&buyer).await[1..], [("B".to_string(), 1), ("C".into(), 0)]);
    buyer.get("/api/pictures/B/1/small").await.ok();
    buyer.get("/api/pictures/C/1/small").await.expect(404);
    app.pass(17 * A_DAY);
    let buyer = app.buyer("C1").await;
    assert_eq!(listed(&buyer).await[1..], [("B".to_string(), 1), ("C".into(), 1)]);
    buyer.get("/api/pictures/C/1/small").await.ok();
});

on_both_databases!(the_office_is_told_what_the_next_list_changes_and_what_no_list_shows, |app| async {
    let sales = app.staff(Role::Sales).await;
    // What has no group is not sold.
    import(&sales, GOODS).await;
    import(&sales, "code,name,group,price\nD,Rack,,4\n").await;
    let counts = async || {
        let page = page(&sales, "").await;
        (page.with_picture, page.changed, page.unlisted)
    };
    for name in ["B.png", "C.png", "D.png"] {
        send(&sales, name, PNG).await;
    }
    assert_eq!(counts().await, (3, 3, 0));
    app.pass(60);
    publish(&sales).await;
    assert_eq!(counts().await, (3, 0, 1), "no list will show the picture of what is not sold");
    app.pass(60);
    // Back to a picture that lists have shown, and none in the place of one: both change something.
    send(&sales, "B.jpg", JPEG).await;
    sales.put("/api/pictures/C", &json!({"number": 0, "seen": 1})).await.ok();
    sales.put("/api/pictures/D", &json!({"number": 0, "seen": 1})).await.ok();
    assert_eq!(counts().await, (1, 2, 0));
    app.pass(60);
    publish(&sales).await;
    assert_eq!(counts().await, (1, 0, 0));
    app.pass(60);
    sales.put("/api/pictures/B", &json!({"number": 1, "seen": 2})).await.ok();
    assert_eq!(counts().await, (1, 1, 0));
});

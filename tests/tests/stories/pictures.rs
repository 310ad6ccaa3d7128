//! Pictures of products: from a file or an address to the list and the page, and what is not taken, not asked for, not shown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::routing::get;
use image::ImageFormat;
use kontor_server::AppState;
use kontor_server::config::Config;
use kontor_server::operations::{backup, restore};
use kontor_server::pictures::{self, Origin, fetch};
use kontor_shared::api::pictures::{FetchQueued, PicturePage, PictureTaken};
use kontor_shared::api::{AuditPage, PriceListInfo, PublishReport, Role};
use kontor_shared::catalog::{MOST_CODE, Snapshot};
use kontor_shared::pictures::{Size, path};
use kontor_tests::databases::Place;
use kontor_tests::goods::number;
use kontor_tests::pictures::{JPEG, PNG, hostile, plain};
use kontor_tests::{Client, Engine, TestApp, both, on_both_databases, program};
use serde_json::json;
use tokio::net::TcpListener;

pub const GOODS: &str = "code,name,group,price\nA/7,Mug,Kitchen,2\nB,Plate,Kitchen,3\nC,Lamp,Light,9\n";

pub async fn import(sales: &Client, file: &str) {
    let report = sales.upload("/api/imports?kind=products&name=goods.csv", file.to_string()).await.value();
    assert_eq!(report["refused"], 0, "{report}");
}

pub async fn publish(sales: &Client) {
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
}

/// The number of each product's picture as the list says it.
pub async fn listed(client: &Client) -> Vec<(String, u32)> {
    let info: PriceListInfo = client.get("/api/price-list").await.json();
    let list = Snapshot::decode(&client.get(&info.snapshot_url).await.ok().body).expect("a snapshot");
    list.products.into_iter().map(|product| (product.code, product.picture)).collect()
}

pub async fn page(sales: &Client, query: &str) -> PicturePage {
    sales.get(&format!("/api/pictures{query}")).await.json()
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).expect("a JPEG");
    (picture.width(), picture.height())
}

on_both_databases!(a_file_named_after_a_product_is_seen_with_the_next_list, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    publish(&sales).await;
    let buyer = app.buyer("C1").await;
    for (name, format) in [("A%252F7.png", ImageFormat::Png), ("B.webp", ImageFormat::WebP), ("C.GIF", ImageFormat::Gif)] {
        let taken: PictureTaken = sales.upload(&format!("/api/pictures?name={name}"), plain(1200, 300, [200, 40, 40], format)).await.json();
        assert_eq!((taken.number, taken.before, taken.unchanged), (1, 0, false), "{name}");
        // Staff see it at once; readers when a list names it.
        assert_eq!(size(&sales.get(&taken.small_url).await.ok().body), (96, 24));
        buyer.get(&taken.small_url).await.expect(404);
    }
    assert!(listed(&buyer).await.iter().all(|(_, picture)| *picture == 0));
    assert_eq!(page(&sales, "").await.changed, 3);
    publish(&sales).await;
    assert_eq!(listed(&buyer).await, [("A/7".to_string(), 1), ("B".into(), 1), ("C".into(), 1)]);
    let large = buyer.get("/api/pictures/A%2F7/1/large").await.ok();
    assert_eq!(size(&large.body), (960, 240));
    for (name, value) in [("content-type", "image/jpeg"), ("cache-control", "private, no-cache"), ("x-content-type-options", "nosniff")] {
        assert_eq!(large.headers[name], value);
    }
    // The browser asks each time, and is sent nothing where it has the picture and its reader may still see it.
    let tag = large.headers["etag"].clone();
    let ask = |tag: &HeaderValue| Request::get("/api/pictures/A%2F7/1/large").header(header::IF_NONE_MATCH, tag).body(Body::empty()).expect("a request");
    let again = buyer.send(ask(&tag)).await.expect(304);
    assert_eq!((&again.headers["etag"], &again.headers["cache-control"]), (&tag, &HeaderValue::from_static("private, no-cache")));
    buyer.send(ask(&HeaderValue::from_static("\"another\""))).await.expect(200);
    app.anonymous().send(ask(&tag)).await.expect(404);
    // A page asks for a screenful at once.
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let buyer = buyer.clone();
        asked.spawn(async move { drop(buyer.get("/api/pictures/B/1/small").await.ok()) });
    }
    tokio::time::timeout(std::time::Duration::from_secs(20), asked.join_all()).await.expect("none waits for another");
    // Visitors are shown no prices here, and so no pictures; a list for everybody shows them.
    app.anonymous().get("/api/pictures/B/1/small").await.expect(404);
    kontor_server::firm::change(app.state(), "test", json!({"public_price_type": "wholesale"}).as_object().cloned().unwrap()).await.unwrap();
    app.anonymous().get("/api/pictures/B/1/small").await.ok();
    for path in ["/api/pictures/B/2/small", "/api/pictures/B/0/small", "/api/pictures/B/-1/small", "/api/pictures/B/1/huge", "/api/pictures/Z/1/small"] {
        buyer.get(path).await.expect(404);
    }
});

on_both_databases!(another_picture_is_another_number_and_a_choice_is_taken_back, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    let send = async |name: &str, bytes: &[u8]| -> PictureTaken { sales.upload(&format!("/api/pictures?name={name}"), bytes.to_vec()).await.json() };
    assert_eq!(send("B.png", PNG).await.number, 1);
    let second = send("B.jpg", JPEG).await;
    assert_eq!((second.number, second.before), (2, 1));
    assert!(send("B.jpg", JPEG).await.unchanged);
    // The first file again is the first picture again; its address shows what it showed.
    assert_eq!((send("B.png", PNG).await.number, number(&app.state().db, "SELECT COUNT(*) FROM product_pictures").await), (1, 2));
    // Undoing it, by somebody whose page is up to date.
    let choose = async |number: u32, seen: u32| sales.put("/api/pictures/B", &json!({"number": number, "seen": seen})).await;
    choose(2, 2).await.problem(409, "picture_changed");
    choose(2, 1).await.ok();
    choose(2, 1).await.ok();
    choose(7, 2).await.problem(422, "picture_missing");
    choose(0, 2).await.ok();
    assert_eq!(page(&sales, "").await.with_picture, 0);
    sales.put("/api/pictures/Z", &json!({"number": 0, "seen": 0})).await.expect(404);
    // A picture that was taken away is in no further list, and in those published before as it was.
    choose(1, 0).await.ok();
    publish(&sales).await;
    choose(0, 1).await.ok();
    publish(&sales).await;
    let buyer = app.buyer("C1").await;
    assert_eq!(listed(&buyer).await[1], ("B".into(), 0));
    buyer.get("/api/pictures/B/1/small").await.ok();
    buyer.get("/api/pictures/B/2/small").await.expect(404);
    let trail: AuditPage = app.staff(Role::Admin).await.get("/api/audit").await.json();
    let told = |action: &str| trail.rows.iter().filter(|row| row.action == action && row.subject == "B").count();
    assert_eq!((told("picture.add"), told("picture.choose")), (3, 4));
});

/// A name as it stands in an address.
fn spelled(name: &str) -> String {
    path(name, 1, Size::Small).trim_start_matches("/api/pictures/").trim_end_matches("/1/small").to_string()
}

on_both_databases!(a_file_may_be_named_after_any_code_there_is, |app| async {
    let sales = app.staff(Role::Sales).await;
    // As long as codes get, in letters of three bytes each; and with signs that mean something in an address.
    let long = "ქ".repeat(MOST_CODE);
    import(&sales, &format!("code,name,group,price\n{long},Long,Goods,1\n50%,Half,Goods,1\nRUM40%70CL,Rum,Goods,1\nA/7,Mug,Goods,1\n")).await;
    publish(&sales).await;
    for (name, code) in
        [(format!("{long}.png"), long.as_str()), ("50%.png".into(), "50%"), ("RUM40%70CL.png".into(), "RUM40%70CL"), ("A%2F7.png".into(), "A/7")]
    {
        // As the page sends it: what means something in an address is spelled once.
        let name = spelled(&name);
        let taken: PictureTaken = sales.upload(&format!("/api/pictures?name={name}"), PNG).await.json();
        assert_eq!(taken.code, code);
        sales.get(&taken.small_url).await.ok();
    }
    publish(&sales).await;
    app.buyer("C1").await.get(&path(&long, 1, Size::Large)).await.ok();
    let name = spelled(&format!("{long}ქ.png"));
    sales.upload(&format!("/api/pictures?name={name}"), PNG).await.problem(422, "picture_no_product");
});

on_both_databases!(what_is_no_picture_is_refused_with_the_reason, |app| async {
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    for one in hostile() {
        let answer = sales.upload("/api/pictures?name=B.jpg", one.bytes).await;
        let code = if answer.status.is_success() { "ok".to_string() } else { answer.value_of("code") };
        assert!(one.codes.contains(&code.as_str()), "{}: {code} {}", one.name, answer.text());
    }
    sales.upload("/api/pictures?name=Nobody.jpg", PNG).await.problem(422, "picture_no_product");
    sales.upload("/api/pictures?name=B.jpg", vec![0; (10 << 20) + 1]).await.problem(413, "too_large");
    // What hides behind a picture ends here.
    let script = b"<script>alert('behind')</script>";
    let taken: PictureTaken = sales.upload("/api/pictures?name=C.jpg", [JPEG, script].concat()).await.json();
    let kept = sales.get(&taken.small_url).await.ok().body;
    assert!(!kept.windows(8).any(|part| part == b"<script>") && kept.starts_with(&[0xff, 0xd8]));
});

/// A server of pictures, good and bad.
async fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let to = move |place: String| get(move || async move { (StatusCode::FOUND, [(header::LOCATION, place)]) });
    let asked = Arc::new(AtomicBool::new(false));
    let late = get(move || async move { if asked.swap(true, Ordering::SeqCst) { Ok(PNG) } else { Err(StatusCode::SERVICE_UNAVAILABLE) } });
    let router = Router::new()
        .route("/mug.png", get(|| async { ([(header::CONTENT_TYPE, "text/html")], PNG) }))
        .route("/other.jpg", get(|| async { JPEG }))
        .route("/moved", to("/mug.png".into()))
        .route("/circle", to("/circle".into()))
        // By another name of the same machine, which nobody permitted.
        .route("/inside", to("http://localhost:8080/mug.png".into()))
        .route("/metadata", to("http://169.254.169.254/latest/meta-data".into()))
        .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/late", late)
        .route("/text", get(|| async { "no picture" }))
        .route("/long", get(|| async { vec![0_u8; (10 << 20) + 1] }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn pictures_are_fetched(engine: Engine) {
    let at = server().await;
    let app = TestApp::start_with(engine, |config: &mut Config| config.picture_hosts = vec!["127.0.0.1".into()]).await;
    let sales = app.staff(Role::Sales).await;
    let place = |path: &str| format!("http://127.0.0.1:{}{path}", at.port());
    let fetched = async || fetch::run_due(app.state(), || false).await.expect("pictures are fetched");
    let cases = [
        ("moved", place("/moved"), ""),
        ("circle", place("/circle"), "address_redirects"),
        ("inside", place("/inside"), "address_refused"),
        ("metadata", place("/metadata"), "address_refused"),
        ("busy", place("/busy"), "address_answer"),
        ("late", place("/late"), "address_answer"),
        ("missing", place("/none"), "address_answer"),
        ("text", place("/text"), "picture_type"),
        ("long", place("/long"), "picture_too_large"),
        ("secret", format!("http://me:secret@127.0.0.1:{}/mug.png", at.port()), "address_bad"),
        ("localhost", "http://localhost/mug.png".into(), "address_refused"),
        ("private", "http://10.0.0.1/mug.png".into(), "address_refused"),
        ("six", "http://[::1]/mug.png".into(), "address_refused"),
        ("mapped", "http://[::ffff:127.0.0.1]:8080/mug.png".into(), "address_refused"),
        ("number", "http://167772161:8080/mug.png".into(), "address_refused"),
        ("port", "http://203.0.113.7:22/".into(), "address_port"),
        ("plain", format!("https://127.0.0.1:{}/mug.png", at.port()), "address_not_reached"),
    ];
    let rows: String = cases.iter().map(|(code, address, _)| format!("{code},Good {code},Goods,1,{address}\n")).collect();
    import(&sales, &format!("code,name,group,price,picture\nB,Plate,Goods,1,\n{rows}")).await;
    fetched().await;
    let (waiting, failed) = (page(&sales, "?state=waiting").await, page(&sales, "?state=failed").await);
    for (code, _, reason) in &cases {
        let found = waiting.fetches.iter().chain(&failed.fetches).find(|one| one.code == *code);
        assert_eq!(found.map_or("", |one| one.reason.as_str()), *reason, "{code}: {found:?}");
        assert!(found.is_none_or(|one| !one.detail.contains("secret")));
    }
    // What may come later is tried again by itself, later each time, and then no more; the rest waits for a person.
    assert_eq!(waiting.fetches.iter().map(|one| one.code.as_str()).collect::<std::collections::BTreeSet<_>>(), ["busy", "late", "plain"].into());
    assert!(waiting.fetches.iter().all(|one| one.again_at.is_some() && one.attempts == 1));
    assert_eq!((page(&sales, "").await.with_picture, failed.failed), (1, cases.len() as u64 - 4));
    fetched().await;
    assert_eq!(page(&sales, "?state=waiting&q=busy").await.fetches[0].attempts, 1, "not before its time");
    // What a person sends settles the matter: what comes late does not take its place.
    sales.upload("/api/pictures?name=late.jpg", JPEG).await.ok();
    for _ in 0..4 {
        app.pass(6 * 3600 + 1);
        fetched().await;
    }
    // Half a day later whoever was signed in is not.
    let sales = app.staff(Role::Sales).await;
    let busy = page(&sales, "?state=failed&q=busy").await.fetches.remove(0);
    assert_eq!((busy.attempts, busy.again_at), (5, None));
    assert_eq!(page(&sales, "?q=late").await.pictures[0].source, "late.jpg");
    // The address mended by the next import, and the old one forgotten.
    import(&sales, &format!("code,name,group,price,picture\nbusy,Good busy,Goods,1,{}\n", place("/other.jpg"))).await;
    fetched().await;
    assert_eq!(page(&sales, "?q=busy").await.pictures[0].source, place("/other.jpg"));
    publish(&sales).await;
    let buyer = app.buyer("C1").await;
    assert_eq!(size(&buyer.get("/api/pictures/busy/1/small").await.ok().body), (8, 8));
    // Withdrawn it does not come back from where it came.
    sales.delete("/api/pictures/busy/1").await.ok();
    import(&sales, &format!("code,name,group,price,picture\nbusy,Good busy indeed,Goods,1,{}\n", place("/other.jpg"))).await;
    fetched().await;
    assert!(page(&sales, "?q=busy").await.pictures.is_empty());
    buyer.get("/api/pictures/busy/1/small").await.expect(404);
    import(&sales, &format!("code,name,group,price,picture\nbusy,Good busy,Goods,1,{}\n", place("/mug.png"))).await;
    fetched().await;
    assert_eq!(page(&sales, "?q=busy").await.pictures[0].number, 2);
    // Taken away by an import it goes; what a person sent stays.
    sales.upload("/api/pictures?name=moved.jpg", JPEG).await.ok();
    import(&sales, "code,name,group,price,picture\nbusy,Good busy,Goods,1,\nmoved,Good moved,Goods,1,\n").await;
    fetched().await;
    assert!(page(&sales, "?q=busy").await.pictures.is_empty());
    assert_eq!(page(&sales, "?q=moved").await.pictures[0].source, "moved.jpg");
    // Once more, by hand: one, or all that failed.
    let again: FetchQueued = sales.post("/api/pictures/fetch", &json!({"codes": ["text"]})).await.json();
    assert_eq!(again.queued, 1);
    let again: FetchQueued = sales.post("/api/pictures/fetch", &json!({})).await.json();
    assert_eq!(again.queued, failed.failed);
    sales.post("/api/pictures/fetch", &json!({"codes": vec!["x"; 201]})).await.problem(422, "too_many");
    app.finish().await;
}
both!(pictures_are_fetched_from_addresses_and_from_nowhere_inside, pictures_are_fetched);

async fn by_command(engine: Engine) {
    let app = TestApp::start(engine).await;
    import(&app.staff(Role::Sales).await, GOODS).await;
    let folder = app.place().directory.join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in [("A%2F7.png", PNG), ("B.jpg", JPEG), ("C.png", b"no picture"), ("D.png", PNG)] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let run = || {
        let output = program::run_with_input(app.place(), &["pictures", "--json", folder.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let report = run();
    assert_eq!([&report["read"], &report["taken"], &report["unchanged"], &report["refused"]], [4, 2, 0, 2]);
    let codes: Vec<&str> = report["refusals"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(codes, ["picture_type", "picture_no_product"]);
    let report = run();
    assert_eq!([&report["read"], &report["taken"], &report["unchanged"], &report["refused"]], [4, 0, 2, 2]);
    app.finish().await;
}
both!(a_folder_of_files_is_taken_by_the_command_with_an_account_of_each, by_command);

async fn numbers_after_a_restore(engine: Engine) {
    let app = TestApp::start(engine).await;
    let sales = app.staff(Role::Sales).await;
    import(&sales, GOODS).await;
    sales.upload("/api/pictures?name=B.png", PNG).await.ok();
    let file = app.place().directory.join("pictures.backup");
    backup::to_file(&app.state().db, &app.state().clock, &file).await.unwrap();
    // Given after the backup was made, and kept by browsers for ever.
    let lost: PictureTaken = sales.upload("/api/pictures?name=B.jpg", JPEG).await.json();
    let place = Place::empty(engine).await;
    restore::from_file(&place.directory, place.url.as_deref(), &app.state().clock, &file).await.unwrap();
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    let state = AppState::open(config, app.state().clock.clone()).await.unwrap();
    let product = pictures::product(&mut state.db.read().await.unwrap(), "B").await.unwrap();
    let origin = Origin { source: "B.webp", actor: "test", fetch: None };
    let other = pictures::take(&state, &product, &plain(9, 9, [1, 2, 3], ImageFormat::WebP), origin).await.unwrap();
    assert_eq!(other.before, 1, "the picture of the backup is there");
    assert!(other.number > i64::from(lost.number), "{} was given before", other.number);
    state.db.close().await;
    place.remove().await;
    app.finish().await;
}
both!(a_number_given_since_the_backup_is_not_given_again, numbers_after_a_restore);

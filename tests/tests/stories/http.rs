//! What every answer has, whatever the route: headers, limits, problems; and the app's own files.

use axum::body::Body;
use axum::http::Request;
use kontor_program::PAGES;
use kontor_server::access::RouteId;
use kontor_shared::api::Role;
use kontor_shared::words;
use kontor_tests::{TestApp, on_both_databases};

on_both_databases!(every_answer_carries_the_security_headers, |app| async {
    let client = app.anonymous();
    for id in RouteId::ALL.iter().copied() {
        let row = id.row();
        let path = row
            .path
            .replace("{page}", "buyer")
            .replace("{file}", "none.js")
            .replace("{*path}", "page")
            .replace("{id}", "x")
            .replace("{version}", "1")
            .replace("{overlay}", "x");
        let answer = if row.method == "GET" { client.get(&path).await } else { client.call(row.method, &path).await };
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_string();
        let policy = header("content-security-policy");
        // The price list's page has its looks in it, and what runs before the first paint: each named by its hash.
        let hashed = policy.split(' ').filter(|source| source.starts_with("'sha256-")).count();
        assert_eq!(hashed, if matches!(row.path, "/") { 2 } else { 0 }, "{path}: {policy}");
        let named = |directive: &str| directive.split(' ').filter(|source| !source.starts_with("'sha256-")).collect::<Vec<_>>().join(" ");
        let policy = policy.split("; ").map(named).collect::<Vec<_>>().join("; ");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"), "{path}: {policy}");
        // The office shows letters in a frame, whose looks stand in their elements; nowhere may anything inline run.
        let policy = if path.starts_with("/admin") { policy.replace("; style-src-attr 'unsafe-inline'", "") } else { policy };
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
        if row.path.starts_with("/api/") && !answer.status.is_success() {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
    }
});

on_both_databases!(what_is_not_there_says_so, |app| async {
    let client = app.anonymous();
    client.get("/api/nothing").await.problem(404, "not_found");
    client.get("/assets/nothing.js").await.problem(404, "not_found");
    client.get("/assets/..%2fbuyer.html").await.problem(404, "not_found");
    client.get("/assets/buyer.html").await.problem(404, "not_found");
    for (method, path) in [("POST", "/healthz"), ("DELETE", "/api/orders"), ("PATCH", "/api/session"), ("POST", "/")] {
        let status = client.call(method, path).await.status.as_u16();
        assert!(matches!(status, 404 | 405), "{method} {path}: {status}");
    }
});

on_both_databases!(bodies_are_bounded, |app| async {
    let admin = app.staff(Role::Admin).await;
    let terms = "x".repeat(2 << 20);
    admin.put("/api/settings", &serde_json::json!({"prices": {"terms": terms}})).await.problem(413, "too_large");
    admin.upload("/api/imports?kind=products&name=a.csv", vec![b'x'; 33 << 20]).await.problem(413, "too_large");
    let request = |media_type: &'static str, text: &'static str| {
        Request::put("/api/settings").header("x-kontor", "1").header("content-type", media_type).body(Body::from(text)).expect("a request")
    };
    admin.send(request("text/plain", "{}")).await.problem(415, "unsupported_type");
    admin.send(request("application/json", "{")).await.problem(422, "malformed_json");
});

on_both_databases!(pages_have_nothing_inline_but_what_their_policy_names, |app| async {
    let client = app.anonymous();
    for path in ["/", "/orders/any", "/admin", "/admin/orders"] {
        let answer = client.get(path).await.expect(200);
        let policy = answer.headers["content-security-policy"].to_str().expect("text").to_string();
        let mut html = answer.text();
        assert!(html.contains("<script type=\"module\" src=\"/assets/boot-"), "{path}: built without its pages? cargo xtask build");
        let (styles, scripts) = kontor_server::assets::inline_sources(&html);
        assert_eq!((styles.len(), scripts.len()), if path == "/" { (1, 1) } else { (0, 0) }, "{path}");
        for (directive, sources) in [("style-src ", styles), ("script-src ", scripts)] {
            let directive = policy.split("; ").find(|part| part.starts_with(directive)).expect("the directive").to_string();
            assert!(sources.iter().all(|source| directive.contains(source)), "{path}: {directive}");
        }
        for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
            if let Some((before, rest)) = html.split_once(open) {
                html = format!("{before}{}", rest.split_once(close).expect("an end").1);
            }
        }
        assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick=") && !html.contains("javascript:"), "{path}");
        for script in html.split("<script").skip(1) {
            assert!(script.split('>').next().is_some_and(|tag| tag.contains(" src=")), "{path}: an inline script");
        }
        // Whatever the page names is there.
        for name in html.split("\"/assets/").skip(1).filter_map(|rest| rest.split(['"', ' ']).next()) {
            let answer = client.get(&format!("/assets/{name}")).await.expect(200);
            assert!(answer.headers["cache-control"].to_str().is_ok_and(|value| value.contains("immutable")), "{name}");
        }
    }
    assert!(client.get("/admin").await.text().contains("boot-staff-"));
    assert!(client.get("/").await.text().contains("boot-list-"));
    assert!(client.get("/orders").await.text().contains("boot-buyer-"));
});

on_both_databases!(a_whole_edition_can_be_kept_by_the_browser, |app| async {
    let client = app.anonymous();
    let worker = client.get("/sw.js").await.expect(200);
    assert_eq!(worker.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(worker.headers["cache-control"], "no-cache", "a newer edition is found at once");
    let worker = worker.text();
    let named: Vec<&str> = worker.split('\'').filter(|text| text.starts_with('/') && text.contains('.')).collect();
    for name in &named {
        client.get(name).await.expect(200);
    }
    // Whatever a buyer's page asks for by itself is among what is kept, and so is what is fetched later.
    for page in ["list", "buyer"] {
        let shell = client.get(&format!("/shell/{page}")).await.expect(200).text();
        for wanted in shell.split(['"', ' ']).filter(|text| text.starts_with('/') && text.contains('.')) {
            assert!(named.contains(&wanted), "{page} wants {wanted}, which is not kept");
        }
    }
    for needed in ["list-", "buyer-", "worker-", "worker-boot-", "source-sans-3-cyrillic-"] {
        assert!(named.iter().any(|name| name.starts_with(&format!("/assets/{needed}"))), "{needed} is not kept");
    }
    assert!(!named.iter().any(|name| name.contains("staff")), "the office is not kept");
    client.get("/shell/staff").await.problem(404, "not_found");
    let manifest = client.get("/manifest.webmanifest").await.expect(200).value();
    for icon in manifest["icons"].as_array().expect("icons") {
        assert!(named.contains(&icon["src"].as_str().expect("an address")), "{icon}");
    }
});

/// The words of the office are in the staff's module and not in the buyer's.
#[test]
fn a_buyer_does_not_download_the_office() {
    let module =
        |prefix: &str| PAGES.iter().find(|file| file.name.starts_with(prefix) && file.name.ends_with("_bg.wasm")).expect("the app is built: cargo xtask build");
    let (buyer, list, staff) = (module("buyer-").bytes, module("list-").bytes, module("staff-").bytes);
    let holds = |bytes: &[u8], text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let (office, others): (Vec<_>, Vec<_>) = words::TABLES
        .iter()
        .partition(|(name, _, _)| ["staff", "imports", "firm", "people", "mailings", "segments", "operations", "log_ins", "audit", "actors"].contains(name));
    let of = |tables: Vec<&words::Table>| tables.into_iter().flat_map(|(_, plain, counted)| texts(plain, counted)).collect::<Vec<&str>>();
    let (office, others) = (of(office), of(others));
    let mut own = 0;
    let mut leaked = Vec::new();
    for text in office {
        // Short ones, single English words (names in the code hold those too), and what the buyer's words happen to
        // contain prove nothing.
        if text.chars().count() < 8 || (text.is_ascii() && !text.contains(' ')) || others.iter().any(|other| other.contains(text)) {
            continue;
        }
        own += usize::from(holds(staff, text));
        if holds(buyer, text) || holds(list, text) {
            leaked.push(text);
        }
    }
    assert!(leaked.is_empty(), "the buyer's module holds words of the office: {leaked:?}");
    assert!(own > 50, "only {own} words of the office were found in the staff's module: the test looks in the wrong place");
    // What goes wrong only in the office is said only there, in all three languages.
    for text in texts(&[words::staff::NOT_FAILED, words::staff::NOT_A_SHEET, words::staff::SHEET_DAMAGED, words::imports::NO_SUCH_PRODUCT], &[]) {
        assert!(holds(staff, text) && !holds(buyer, text), "{text}");
    }
}

fn texts<'a>(plain: &'a [words::Word], counted: &'a [words::Plural]) -> Vec<&'a str> {
    plain
        .iter()
        .flat_map(|word| [word.en, word.ru, word.bg])
        .chain(counted.iter().flat_map(|word| word.en.iter().chain(&word.ru).chain(&word.bg).copied()))
        .collect()
}

#[tokio::test]
async fn files_come_compressed_to_those_who_take_it() {
    let app = TestApp::start(kontor_tests::Engine::Sqlite).await;
    let file = PAGES.iter().find(|file| file.brotli.is_some() && file.name.ends_with(".wasm")).expect("the app is built: cargo xtask build");
    let get = async |encoding: &'static str| {
        let request = Request::get(format!("/assets/{}", file.name)).header("accept-encoding", encoding).body(Body::empty()).expect("a request");
        app.anonymous().send(request).await
    };
    let plain = get("gzip").await.expect(200);
    assert_eq!(plain.body, file.bytes);
    assert_eq!(plain.headers["content-type"], "application/wasm");
    let short = get("gzip, deflate, br").await.expect(200);
    assert_eq!(short.headers["content-encoding"], "br");
    assert!(short.body.len() < plain.body.len());
    app.finish().await;
}

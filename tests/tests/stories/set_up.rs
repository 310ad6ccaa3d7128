//! First start: the link on the console, the one page, the race for it; and the firm it makes can do business.

use kontor_server::{auth, setup};
use kontor_shared::api::{Confirmed, Order, Role, Session};
use kontor_shared::presets::Country;
use kontor_shared::series::Series;
use kontor_tests::databases::Place;
use kontor_tests::goods::{good, number, publish};
use kontor_tests::program::{self, Server};
use kontor_tests::{Engine, TestApp, on_both_databases};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PASSWORD: &str = "quiet harbour 47";

/// What the page sends for a country, without changing any preset.
fn wanted(country: Country, token: &str, login: &str) -> Value {
    let preset = country.preset();
    json!({
        "token": token, "login": login, "password": PASSWORD,
        "settings": {
            "firm": {
                "name": "Щука и ко.", "address": ["1 Quay"], "tax_ids": preset.tax_ids.iter().map(|label| [*label, ""]).collect::<Vec<_>>(),
                "bank": [["IBAN", "BG80BNBG96611020345678"]], "email": "sales@firm.example", "phone": "",
                "zone": preset.zone, "lang": preset.lang, "langs": preset.langs,
            },
            "money": {
                "currency": preset.currency, "vat_mode": preset.vat_mode, "vat_method": preset.vat_method, "vat_rates": preset.vat_rates,
                "default_vat": preset.default_vat,
            },
            "numbers": {"proforma": preset.format(Series::Proforma), "order": preset.format(Series::Order)},
            "prices": {"public_price_type": null, "customer_price_type": "wholesale", "terms": "", "pay_days": 14, "new_days": 60},
            "mail": {
                "host": "", "port": 0, "encryption": "start_tls", "user": "", "mail_from": "", "reply_to": "",
                "per_hour": 3000, "per_domain_per_hour": 600, "uncertain_policy": "hold",
            },
        },
    })
}

async fn token(app: &TestApp) -> String {
    let link = setup::link(app.state(), "https://kontor.example/").await.unwrap().expect("nobody administers this yet");
    let token = link.strip_prefix("https://kontor.example/admin/set-up#").expect("the page of the link").to_string();
    assert_eq!(token.len(), 64);
    token
}

on_both_databases!(a_link_makes_the_firm_and_its_administrator_once, |app| async {
    let old = token(&app).await;
    let token = token(&app).await;
    let client = app.anonymous();
    let look = |token: &str| json!({"token": token});
    client.post("/api/set-up/link", &look(&old)).await.problem(409, "link_ended");
    client.post("/api/set-up/link", &look("")).await.problem(409, "link_ended");
    for _ in 0..3 {
        client.post("/api/set-up/link", &look(&token)).await.ok();
    }
    // What is refused leaves the link as it was.
    let with = |path: &str, value: Value| {
        let mut body = wanted(Country::Bulgaria, &token, "Boss@Firm.example");
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let refused = [
        ("/password", json!("short"), "password_too_short", "/password"),
        ("/login", json!("boss"), "not_an_address", "/login"),
        ("/settings/firm/name", json!("  "), "no_name", "/settings/firm/name"),
        ("/settings/firm/zone", json!("Moon/Sea"), "unknown_zone", "/settings/firm/zone"),
        ("/settings/money/default_vat", json!("other"), "vat_default", "/settings/money/default_vat"),
        ("/settings/numbers/order/reset", json!("yearly"), "series_repeats", "/settings/numbers/order/prefix"),
    ];
    for (path, value, code, field) in refused {
        assert_eq!(client.post("/api/set-up", &with(path, value)).await.problem(422, code).field.as_deref(), Some(field));
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM users").await, 0);
    let session: Session = client.post("/api/set-up", &wanted(Country::Bulgaria, &token, "Boss@Firm.example")).await.json();
    assert_eq!((session.role, session.login.as_str(), session.lang.tag()), (Role::Admin, "boss@firm.example", "bg"));
    // Signed in at once, up to the second factor every one of the staff has; and the log-in is good for later.
    assert!(session.enrol);
    client.get("/api/settings").await.problem(403, "enrol_first");
    let later = app.log_in("boss@firm.example", PASSWORD).await;
    app.place().pass_second_factors().await;
    let settings = client.get("/api/settings").await.value();
    assert_eq!((&settings["firm"]["name"], &settings["money"]["currency"], &settings["revision"]), (&json!("Щука и ко."), &json!("EUR"), &json!(1)));
    assert_eq!(settings["firm"]["tax_ids"], json!([]), "labels nobody filled in are no registration numbers");
    later.get("/api/settings").await.ok();
    // The same link again, and any new one: nothing is left to set up.
    app.anonymous().post("/api/set-up", &wanted(Country::Russia, &token, "thief@evil.example")).await.problem(409, "already_set_up");
    assert_eq!(setup::link(app.state(), "https://kontor.example").await.unwrap(), None);
    let audit = client.get("/api/audit").await.text();
    assert!(audit.contains("settings.set_up") && audit.contains("user.add") && !audit.contains(PASSWORD) && !audit.contains(&token), "{audit}");
});

on_both_databases!(a_link_expires, |app| async {
    let token = token(&app).await;
    app.pass(24 * 3600 - 1);
    app.anonymous().post("/api/set-up/link", &json!({"token": token})).await.ok();
    app.pass(2);
    app.anonymous().post("/api/set-up/link", &json!({"token": token})).await.problem(409, "link_ended");
    app.anonymous().post("/api/set-up", &wanted(Country::Eu, &token, "boss@firm.example")).await.problem(409, "link_ended");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM users").await, 0);
});

on_both_databases!(of_two_people_one_wins_and_the_other_is_told, |app| async {
    let token = token(&app).await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let (first, second) = (wanted(Country::Russia, &token, "one@firm.example"), wanted(Country::Bulgaria, &token, "other@firm.example"));
    let (a, b) = tokio::join!(one.post("/api/set-up", &first), other.post("/api/set-up", &second));
    let (winner, loser, currency) = if a.status == 200 { (one, b, "RUB") } else { (other, a, "EUR") };
    let code = loser.expect(409).value_of("code");
    assert!(["link_ended", "already_set_up"].contains(&code.as_str()), "{code}");
    app.place().pass_second_factors().await;
    assert_eq!(winner.get("/api/settings").await.value()["money"]["currency"], currency);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'settings.set_up'").await, 1);
});

async fn business(engine: Engine) {
    let expected = [
        (Country::Russia, "26-00001", "1"),
        (Country::Bulgaria, "000001", "0000000001"),
        (Country::Eu, "2026-00001", "PF2026-00001"),
        (Country::Other, "000001", "P000001"),
    ];
    for (country, order_number, proforma_number) in expected {
        let app = TestApp::start(engine).await;
        let token = token(&app).await;
        let boss = app.anonymous();
        boss.post("/api/set-up", &wanted(country, &token, "boss@firm.example")).await.ok();
        app.place().pass_second_factors().await;
        let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
        let buyer = app.buyer("C1").await;
        let id = app.state().clock.new_id();
        let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "2", "shown_price": "10"}]});
        let order: Order = buyer.put(&format!("/api/orders/{id}"), &body).await.json();
        assert_eq!(order.number, order_number, "{country:?}");
        let confirmed: Confirmed = boss.call("POST", &format!("/api/orders/{id}/confirm")).await.json();
        assert_eq!(confirmed.proforma.number, proforma_number, "{country:?}");
        app.finish().await;
    }
}

mod every_preset_makes_a_firm_that_sells {
    use super::*;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        business(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        business(Engine::Postgres).await;
    }
}

async fn post(server: &Server, path: &str, body: &Value) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).await.expect("the server takes connections");
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nx-kontor: 1\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("the request is taken");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    (text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), text)
}

/// The link a starting server printed.
fn printed(server: &Server) -> Option<String> {
    server.said.iter().find_map(|line| line.find("http://").map(|at| line[at..].to_string())).filter(|link| link.contains("/admin/set-up#"))
}

async fn on_the_console(engine: Engine) {
    let place = Place::new(engine).await;
    let server = Server::start(&place, &[], &[]).await;
    let first = printed(&server).expect("an empty installation prints a link");
    assert!(first.starts_with(&server.address), "{first} leads to {}", server.address);
    let token = |link: &str| link.split_once('#').expect("a token").1.to_string();
    assert_eq!(post(&server, "/api/set-up/link", &json!({"token": token(&first)})).await.0, 200);
    assert_eq!(server.stop().await, Some(0));
    // A new one at each start; the one before has ended.
    let server = Server::start(&place, &[], &[]).await;
    let second = printed(&server).expect("and again, as long as nobody administers it");
    let (status, text) = post(&server, "/api/set-up", &wanted(Country::Russia, &token(&first), "boss@firm.example")).await;
    assert!(status == 409 && text.contains("link_ended"), "{text}");
    // As does one from the command line, which ends that of the start.
    let printed_by_command = program::run(&place, &["setup-link", "--public-url", "https://kontor.example"]);
    assert!(printed_by_command.starts_with("https://kontor.example/admin/set-up#") && printed_by_command.lines().count() == 1, "{printed_by_command}");
    let (status, _) = post(&server, "/api/set-up/link", &json!({"token": token(&second)})).await;
    assert_eq!(status, 409);
    let body = wanted(Country::Russia, &token(printed_by_command.trim()), "boss@firm.example");
    let (status, text) = post(&server, "/api/set-up", &body).await;
    assert!(status == 200 && text.contains(auth::COOKIE), "{text}");
    let (status, text) = post(&server, "/api/set-up", &body).await;
    assert!(status == 409 && text.contains("already_set_up"), "{text}");
    assert_eq!(server.stop().await, Some(0));
    let server = Server::start(&place, &[], &[]).await;
    assert_eq!(printed(&server), None, "there is an administrator");
    assert_eq!(post(&server, "/api/set-up/link", &json!({"token": token(&second)})).await.0, 409);
    assert_eq!(server.stop().await, Some(0));
    let said = program::run_with_input(&place, &["setup-link"], "");
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("already"));
    place.remove().await;
}

mod the_console_prints_a_link_until_somebody_administers {
    use super::*;
    #[tokio::test]
    async fn sqlite() {
        on_the_console(Engine::Sqlite).await;
    }
    #[tokio::test]
    async fn postgres() {
        on_the_console(Engine::Postgres).await;
    }
}

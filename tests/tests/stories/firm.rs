//! The firm's settings: saved by section, never over another's, undone, told in the audit trail; its series, rates, logo and
//! mail server.

use axum::body::Body;
use axum::http::{Request, header};
use kontor_server::{AppState, firm};
use kontor_shared::api::firm::{Settings, TestMailReport};
use kontor_shared::api::{AuditPage, CSRF_HEADER, Confirmed, Order, Role};
use kontor_shared::settings::SettingsSection;
use kontor_tests::faulty_smtp::{Fault, FaultyServer};
use kontor_tests::goods::{good, publish};
use kontor_tests::smtp::MailServer;
use kontor_tests::{Answer, Client, Engine, TestApp, on_both_databases, pictures};
use serde_json::{Value, json};

/// Saves sections as they were seen at a revision.
async fn save(client: &Client, revision: i64, sections: Value) -> Answer {
    let request = Request::put("/api/settings").header(CSRF_HEADER, "1").header("if-match", format!("\"{revision}\""));
    client.send(request.header(header::CONTENT_TYPE, "application/json").body(Body::from(sections.to_string())).expect("a request")).await
}

async fn undo(client: &Client, revision: i64) -> Answer {
    let request = Request::post("/api/settings/undo").header(CSRF_HEADER, "1").header("if-match", format!("\"{revision}\""));
    client.send(request.body(Body::empty()).expect("a request")).await
}

async fn settings(client: &Client) -> Settings {
    client.get("/api/settings").await.json()
}

/// The newest row of an action.
async fn audited(client: &Client, action: &str) -> (Value, Value) {
    let page: AuditPage = client.get("/api/audit").await.json();
    let row = page.rows.into_iter().find(|row| row.action == action).expect("an audit row");
    let read = |text: Option<String>| serde_json::from_str(&text.unwrap_or_default()).unwrap_or(Value::Null);
    (read(row.before), read(row.after))
}

fn segments(regular_from: u32) -> Value {
    json!({"segments": {"period": "year", "mode": "calendar", "regular_from": regular_from, "lapse": "quarter", "reason": "for the story"}})
}

on_both_databases!(a_section_is_saved_told_and_undone, |app| async {
    let admin = app.staff(Role::Admin).await;
    let before = settings(&admin).await;
    assert_eq!((before.revision, before.undo), (0, false));
    undo(&admin, 0).await.problem(409, "nothing_to_undo");
    let after: Settings = save(&admin, 0, segments(4)).await.json();
    assert_eq!((after.revision, after.segments.regular_from, &after.firm, &after.prices), (1, Some(4), &before.firm, &before.prices));
    // Somebody else saw the settings before that.
    save(&admin, 0, segments(5)).await.problem(409, "changed_elsewhere");
    undo(&admin, 0).await.problem(409, "changed_elsewhere");
    let again: Settings = save(&admin, 1, segments(4)).await.json();
    assert_eq!(again.revision, 1, "what changes nothing is no change");
    save(&admin, 1, segments(6)).await.ok();
    let (old, new) = audited(&admin, "settings.save").await;
    assert_eq!((old, new), (json!({"regular_from": 4}), json!({"regular_from": 6})), "only what changed is told");
    let undone: Settings = undo(&admin, 2).await.json();
    assert_eq!((undone.revision, undone.segments.regular_from), (3, Some(4)));
    let (old, new) = audited(&admin, "settings.undo").await;
    assert_eq!((old, new), (json!({"regular_from": 6}), json!({"regular_from": 4})));
    // Undoing the undoing is doing it again.
    assert_eq!(undo(&admin, 3).await.json::<Settings>().segments.regular_from, Some(6));
    for (body, field) in [
        (json!({"segments": {"period": "week", "mode": "calendar", "regular_from": 1, "lapse": null}}), "/segments/period"),
        (segments(0), "/segments/regular_from"),
        (
            json!({"prices": {"public_price_type": "none of ours", "customer_price_type": "", "terms": "", "pay_days": 1, "new_days": 1}}),
            "/prices/customer_price_type",
        ),
        (
            json!({"prices": {"public_price_type": null, "customer_price_type": "wholesale", "terms": "x".repeat(2001), "pay_days": 1, "new_days": 1}}),
            "/prices/terms",
        ),
        (json!({"prices": {"public_price_type": null, "customer_price_type": "wholesale", "terms": "", "pay_days": 366, "new_days": 1}}), "/prices/pay_days"),
    ] {
        assert_eq!(save(&admin, 4, body).await.expect(422).problem_field().as_deref(), Some(field));
    }
    save(&admin, 4, json!({"no_such_section": {}})).await.expect(422);
    assert_eq!(settings(&admin).await.revision, 4);
});

on_both_databases!(undoing_one_section_leaves_the_others, |app| async {
    let admin = app.staff(Role::Admin).await;
    let prices = |days: u16| json!({"prices": {"public_price_type": null, "customer_price_type": "wholesale", "terms": "", "pay_days": days, "new_days": 1}});
    let undo_section = async |revision: i64, section: &str| {
        let request = Request::post(format!("/api/settings/undo?section={section}")).header(CSRF_HEADER, "1").header("if-match", format!("\"{revision}\""));
        admin.send(request.body(Body::empty()).expect("a request")).await
    };
    save(&admin, 0, segments(4)).await.ok();
    save(&admin, 1, prices(10)).await.ok();
    save(&admin, 2, segments(6)).await.ok();
    let told: Settings = save(&admin, 3, prices(20)).await.json();
    assert_eq!(told.changed, [SettingsSection::Prices]);
    // The change of segments was revision 3; the prices saved since stay.
    let undone: Settings = undo_section(3, "segments").await.json();
    assert_eq!((undone.revision, undone.segments.regular_from, undone.prices.pay_days), (5, Some(4), 20));
    assert_eq!(undone.changed, [SettingsSection::Segments]);
    assert_eq!(audited(&admin, "settings.undo").await, (json!({"regular_from": 6}), json!({"regular_from": 4})));
    // What was changed again since is not taken back with it.
    undo_section(2, "prices").await.problem(409, "changed_elsewhere");
    undo_section(3, "segments").await.problem(409, "changed_elsewhere");
    undo_section(4, "money").await.problem(409, "nothing_to_undo");
    undo_section(9, "prices").await.problem(409, "nothing_to_undo");
    undo_section(4, "no-such-section").await.problem(422, "invalid_query");
    assert_eq!(undo_section(4, "prices").await.json::<Settings>().prices.pay_days, 10);
});

on_both_databases!(showing_settings_writes_none, |app| async {
    firm::change(app.state(), "test", serde_json::Map::new()).await.unwrap();
    assert_eq!(kontor_tests::goods::number(&app.state().db, "SELECT COUNT(*) FROM firm").await, 0);
});

on_both_databases!(of_two_who_save_at_once_one_is_told, |app| async {
    let (one, other) = (app.staff(Role::Admin).await, app.staff(Role::Admin).await);
    let (a, b) = tokio::join!(save(&one, 0, segments(4)), save(&other, 0, segments(5)));
    let mut said = [a.status.as_u16(), b.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [200, 409]);
    assert_eq!(settings(&one).await.revision, 1);
});

on_both_databases!(settings_of_before_are_read, |app| async {
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("INSERT INTO firm (id, data, updated_at) VALUES (1, $1, 0)")
        .bind(r#"{"party":{"name":"Old","address":[],"tax_ids":[["VAT","1"]],"bank":[],"email":"","phone":""},"currency":"GBP","default_vat_rate":"17.5"}"#)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let admin = app.staff(Role::Admin).await;
    let old = settings(&admin).await;
    assert_eq!((old.firm.name.as_str(), old.money.currency.code(), old.money.vat_rates.len()), ("Old", "GBP", 0));
    assert_eq!(app.state().firm().await.unwrap().vat_rate_on("2026-01-15").to_string(), "17.5");
    save(&admin, 0, segments(4)).await.ok();
    assert_eq!(app.state().firm().await.unwrap().party.tax_ids, [("VAT".to_string(), "1".to_string())]);
});

/// A confirmed order: its number and its proforma's.
async fn numbers(app: &TestApp, version: i64) -> (String, String, String) {
    let id = app.state().clock.new_id();
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "2", "shown_price": "10"}]});
    let order: Order = app.buyer("C1").await.put(&format!("/api/orders/{id}"), &body).await.json();
    let confirmed: Confirmed = app.staff(Role::Sales).await.call("POST", &format!("/api/orders/{id}/confirm")).await.json();
    (order.number, confirmed.proforma.number, confirmed.proforma.id.to_string())
}

fn series(proforma: Value, order: Value) -> Value {
    json!({"numbers": {"proforma": proforma, "order": order}})
}

fn format(prefix: &str, width: u8, reset: &str) -> Value {
    json!({"prefix": prefix, "width": width, "reset": reset})
}

on_both_databases!(a_series_never_repeats_or_goes_back, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let admin = app.staff(Role::Admin).await;
    let orders = || format("", 6, "never");
    // A firm that moves in goes on where its old program stopped.
    let mut wanted = series(format("", 10, "never"), orders());
    wanted["numbers"]["proforma_next"] = json!(1234);
    save(&admin, 1, wanted.clone()).await.ok();
    assert_eq!(numbers(&app, version).await.1, "0000001234");
    wanted["numbers"]["proforma_next"] = json!(2000);
    assert_eq!(save(&admin, 2, wanted).await.problem(422, "series_begun").field.as_deref(), Some("/numbers/proforma_next"));
    // More or fewer digits go on.
    save(&admin, 2, series(format("", 4, "never"), orders())).await.ok();
    assert_eq!(numbers(&app, version).await.1, "1235");
    // A restart would begin at 1 again, under the same look.
    save(&admin, 3, series(format("", 4, "yearly"), orders())).await.problem(422, "series_goes_back");
    let mut wanted = series(format("", 4, "yearly"), orders());
    wanted["numbers"]["proforma_next"] = json!(1235);
    save(&admin, 3, wanted.clone()).await.problem(422, "series_goes_back");
    wanted["numbers"]["proforma_next"] = json!(1236);
    save(&admin, 3, wanted).await.ok();
    assert_eq!(numbers(&app, version).await.1, "1236");
    // And back: the old counter was overtaken meanwhile, and goes on right above.
    save(&admin, 4, series(format("", 4, "never"), orders())).await.problem(422, "series_goes_back");
    let mut wanted = series(format("", 4, "never"), orders());
    wanted["numbers"]["proforma_next"] = json!(1300);
    save(&admin, 4, wanted.clone()).await.problem(422, "series_begun");
    wanted["numbers"]["proforma_next"] = json!(1237);
    save(&admin, 4, wanted).await.ok();
    assert_eq!(numbers(&app, version).await.1, "1237");
    // Orders are found by their number for ever.
    save(&admin, 5, series(format("", 4, "never"), format("", 6, "yearly"))).await.problem(422, "series_repeats");
    save(&admin, 5, series(format("{day}", 4, "never"), orders())).await.problem(422, "series_place");
    // Another look begins anew, and undoing it goes on where it was.
    let (first, ..) = numbers(&app, version).await;
    save(&admin, 5, series(format("", 4, "never"), format("{yyyy}-", 4, "yearly"))).await.ok();
    assert_eq!(numbers(&app, version).await.0, "2026-0001");
    undo(&admin, 6).await.ok();
    let next: i64 = first.parse::<i64>().unwrap() + 1;
    assert_eq!(numbers(&app, version).await.0, format!("{next:06}"));
});

on_both_databases!(where_a_series_begins_is_undone_with_it, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let admin = app.staff(Role::Admin).await;
    let mut wanted = series(format("P", 6, "never"), format("", 6, "never"));
    wanted["numbers"]["order_next"] = json!(5000);
    let told: Settings = save(&admin, 1, wanted).await.json();
    let counter =
        |settings: &Settings| settings.counters.iter().find(|one| one.series.word() == "order" && one.span.is_empty()).map(|one| (one.next, one.begun));
    assert_eq!(counter(&told), Some((5000, false)));
    let undone: Settings = undo(&admin, 2).await.json();
    assert_eq!(counter(&undone), Some((1, false)));
    assert_eq!(numbers(&app, version).await.0, "000001");
    assert_eq!(counter(&settings(&admin).await), Some((2, true)));
});

on_both_databases!(the_day_of_an_import_decides_the_vat_rate, |app| async {
    let admin = app.staff(Role::Admin).await;
    let rate = |code: &str, percent: &str, from: &str| json!({"code": code, "name": code, "percent": percent, "valid_from": from});
    let money = |rates: Value, default: &str| json!({"money": {"currency": "EUR", "vat_mode": "net", "vat_method": "per_rate", "vat_rates": rates, "default_vat": default}});
    let rates = json!([rate("standard", "20", "2019-01-01"), rate("standard", "22", "2026-02-01"), rate("reduced", "10", "2004-01-01")]);
    save(&admin, 0, money(rates.clone(), "none")).await.problem(422, "vat_default");
    let twice = json!([rate("standard", "20", "2019-01-01"), rate("standard", "22", "2019-01-01")]);
    assert_eq!(save(&admin, 0, money(twice, "standard")).await.problem(422, "vat_twice").field.as_deref(), Some("/money/vat_rates/1/valid_from"));
    save(&admin, 0, money(rates, "standard")).await.ok();
    let import = async |csv: &str| app.staff(Role::Sales).await.upload("/api/imports?kind=products&name=a.csv", csv.to_string()).await.ok();
    import(
        "code,name,price
A,Cup,10
",
    )
    .await;
    app.pass(17 * 24 * 3600);
    import(
        "code,name,price,vat
B,Plate,10,
C,Book,10,10
",
    )
    .await;
    let mut connection = app.state().db.read().await.unwrap();
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT p.code, r.vat_rate FROM products p JOIN product_revisions r ON r.product_id = p.id ORDER BY p.code")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    assert_eq!(rows, [("A".to_string(), 2000), ("B".to_string(), 2200), ("C".to_string(), 1000)]);
});

/// The PDF of a document, once it is rendered.
async fn pdf(app: &TestApp, document: &str) -> Vec<u8> {
    kontor_server::background::run_due(app.state()).await.unwrap();
    app.staff(Role::Sales).await.get(&format!("/api/documents/{document}/pdf")).await.ok().body.to_vec()
}

/// How many pictures a PDF holds.
fn pictures_in(app: &TestApp, bytes: &[u8]) -> usize {
    let file = app.place().directory.join("look.pdf");
    std::fs::write(&file, bytes).unwrap();
    let output = std::process::Command::new("pdfimages").arg("-list").arg(&file).output().expect("pdfimages runs (apt-get install poppler-utils)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Two lines of heading.
    String::from_utf8_lossy(&output.stdout).lines().skip(2).filter(|line| line.contains("image")).count()
}

on_both_databases!(the_logo_is_shown_and_printed, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let admin = app.staff(Role::Admin).await;
    let (_, _, plain) = numbers(&app, version).await;
    let mut shown = Vec::new();
    for (bytes, media_type, size) in [(pictures::PNG, "image/png", (40, 20)), (pictures::JPEG, "image/jpeg", (8, 8))] {
        let settings: Settings = admin.upload("/api/settings/logo", bytes).await.json();
        let logo = settings.logo.expect("a logo");
        assert_eq!((logo.width, logo.height), size);
        let picture = app.anonymous().get(&logo.url).await.ok();
        assert_eq!((picture.headers["content-type"].to_str().unwrap(), picture.body.as_ref()), (media_type, bytes));
        assert_eq!(app.anonymous().get("/api/firm").await.value()["logo"]["url"], logo.url);
        let (_, _, document) = numbers(&app, version).await;
        shown.push((document, logo.url));
    }
    // Each document has the logo of its day, also when it is rendered after the logo is gone.
    let request = Request::delete("/api/settings/logo").header(CSRF_HEADER, "1").body(Body::empty()).unwrap();
    assert_eq!(admin.send(request).await.json::<Settings>().logo, None);
    assert_eq!(app.anonymous().get("/api/firm").await.value().get("logo"), None);
    assert_eq!(pictures_in(&app, &pdf(&app, &plain).await), 0);
    for (document, url) in shown {
        assert_eq!(pictures_in(&app, &pdf(&app, &document).await), 1);
        app.anonymous().get(&url).await.ok();
    }
    let (_, _, after) = numbers(&app, version).await;
    assert_eq!(pictures_in(&app, &pdf(&app, &after).await), 0);
    // Nothing else that is kept under a hash is handed out this way.
    let mut connection = app.state().db.read().await.unwrap();
    let hashes: Vec<String> = sqlx::query_scalar("SELECT hash FROM bodies WHERE media_type NOT LIKE 'image/%'").fetch_all(&mut *connection).await.unwrap();
    assert!(!hashes.is_empty());
    for hash in hashes {
        app.anonymous().get(&format!("/api/logo/{hash}")).await.problem(404, "not_found");
    }
});

on_both_databases!(a_hostile_logo_is_refused, |app| async {
    let admin = app.staff(Role::Admin).await;
    let mut damaged = pictures::PNG.to_vec();
    damaged[60] ^= 0xff;
    let mut page = pictures::PNG[..8].to_vec();
    page.extend_from_slice(b"<html><script>alert(1)</script>");
    let mut large = pictures::PNG.to_vec();
    large.resize(600 << 10, 0);
    let cases: [(&[u8], &str); 10] = [
        (b"", "logo_not_a_picture"),
        (pictures::SVG, "logo_not_a_picture"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "logo_not_a_picture"),
        (b"%PDF-1.7", "logo_not_a_picture"),
        (&page, "logo_dimensions"),
        (&damaged, "logo_not_a_picture"),
        (&pictures::PNG[..50], "logo_not_a_picture"),
        (&pictures::JPEG[..180], "logo_not_a_picture"),
        (&pictures::claiming(60_000), "logo_dimensions"),
        (&large, "logo_too_large"),
    ];
    for (at, (bytes, code)) in cases.into_iter().enumerate() {
        let problem = admin.upload("/api/settings/logo", bytes.to_vec()).await.expect(422).value_of("code");
        assert_eq!(problem, code, "case {at}");
    }
    assert_eq!(settings(&admin).await.logo, None);
    app.staff(Role::Sales).await.upload("/api/settings/logo", pictures::PNG).await.problem(403, "role");
});

fn mail(server: &str, port: u16, encryption: &str, password: Option<&str>) -> Value {
    let mut section = json!({
        "host": server, "port": port, "encryption": encryption, "user": "kontor", "mail_from": "sales@firm.example", "reply_to": "",
        "per_hour": null, "per_domain_per_hour": 100, "uncertain_policy": "hold",
    });
    if let Some(password) = password {
        section["password"] = json!(password);
    }
    json!({"mail": section})
}

/// Everything the database keeps of settings and their changes.
async fn kept(state: &AppState) -> String {
    let mut connection = state.db.read().await.unwrap();
    let mut all = String::new();
    for sql in ["SELECT data FROM firm", "SELECT data FROM firm_versions", "SELECT COALESCE(before_data, '') || COALESCE(after_data, '') FROM audit"] {
        all += &sqlx::query_scalar::<_, String>(sql).fetch_all(&mut *connection).await.unwrap().join(
            "
",
        );
    }
    all
}

async fn passwords(engine: Engine) {
    const SECRET: &str = "s@cret";
    for how in ["tls", "start_tls"] {
        let server = MailServer::encrypted(if how == "tls" { "smtps" } else { "starttls" }).await;
        let ca = server.certificate();
        let app = TestApp::start_with(engine, |config| config.smtp_ca = Some(ca)).await;
        let admin = app.staff(Role::Admin).await;
        let answer = save(&admin, 0, mail("127.0.0.1", server.port(), how, Some(SECRET))).await.ok().text();
        assert!(answer.contains(r#""password_set":true"#) && !answer.contains(SECRET), "{answer}");
        // Kept where the page sends none, also over a file of settings.
        save(&admin, 1, mail("127.0.0.1", server.port(), how, None)).await.ok();
        let shown = app.state().firm().await.unwrap().shown().unwrap();
        assert!(!serde_json::to_string(&shown).unwrap().contains("sealed") && shown["smtp"]["password_set"] == true, "{shown:?}");
        firm::change(app.state(), "test", shown).await.expect("what is shown can be set");
        let report: TestMailReport = admin.post("/api/settings/test-mail", &json!({"to": "boss@firm.example"})).await.json();
        assert!(report.sent && report.steps.iter().any(|step| step.step == "sign_in"), "{report:?}");
        assert_eq!(report.steps.iter().any(|step| step.step == "encrypt"), how == "start_tls");
        assert_eq!(server.wait_for(1).await[0].to, "boss@firm.example");
        // Over a settings file in the clear, and another one is another.
        firm::change(
            app.state(),
            "test",
            json!({"smtp": {"host": "127.0.0.1", "port": server.port(), "encryption": how, "user": "kontor", "password": "wr0ng"}})
                .as_object()
                .cloned()
                .unwrap(),
        )
        .await
        .expect("a password is taken");
        let report: TestMailReport = admin.post("/api/settings/test-mail", &json!({"to": "boss@firm.example"})).await.json();
        let last = report.steps.last().expect("a step");
        assert!(!report.sent && last.step == "sign_in" && !last.ok && last.said.contains("535"), "{report:?}");
        let everything = [kept(app.state()).await, admin.get("/api/audit").await.text(), admin.get("/api/settings").await.text()].concat();
        assert!(!everything.contains(SECRET) && !everything.contains("wr0ng"), "{everything}");
        let (_, after) = audited(&admin, "settings.save").await;
        assert_eq!(after["smtp"]["password"], "changed", "{after}");
        assert!(!admin.get("/api/audit").await.text().contains("sealed"));
        // Taken away again; and never over a plain connection to another machine.
        save(&admin, 2, mail("mail.example", 25, "none", None)).await.problem(422, "mail_in_the_clear");
        let without: Settings = save(&admin, 2, mail("127.0.0.1", server.port(), how, Some(""))).await.json();
        assert!(!without.password_set);
        assert!(undo(&admin, 3).await.json::<Settings>().password_set, "undoing brings it back");
        // The authority's file went away since the start: the test message says so.
        std::fs::remove_file(server.certificate()).unwrap();
        let report: TestMailReport = admin.post("/api/settings/test-mail", &json!({"to": "boss@firm.example"})).await.json();
        assert!(!report.sent && report.steps[0].said.contains("KONTOR_SMTP_CA: cannot read"), "{report:?}");
        app.finish().await;
    }
}

mod the_mail_password_is_used_and_never_read {
    use super::*;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        passwords(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        passwords(Engine::Postgres).await;
    }
}

on_both_databases!(a_test_message_tells_what_the_server_said, |app| async {
    let admin = app.staff(Role::Admin).await;
    let send = async || admin.post("/api/settings/test-mail", &json!({"to": "boss@firm.example"})).await;
    send().await.problem(409, "no_sender");
    // Without a server it is a file.
    let mut nowhere = mail("", 0, "start_tls", None);
    nowhere["mail"]["user"] = json!("");
    save(&admin, 0, nowhere).await.ok();
    let report: TestMailReport = send().await.json();
    assert!(report.sent && report.steps[0].step == "spool");
    let server = MailServer::start().await;
    save(&admin, 1, mail("127.0.0.1", server.port(), "none", None)).await.ok();
    let report: TestMailReport = send().await.json();
    let steps: Vec<&str> = report.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["connect", "sender", "recipient", "content"]);
    assert!(report.sent && report.steps[3].said.starts_with("250") && report.server == format!("127.0.0.1:{}", server.port()), "{report:?}");
    assert!(server.wait_for(1).await[0].subject.contains("Test message"));
    let faulty = FaultyServer::start().await;
    let port: u16 = faulty.url().rsplit(':').next().unwrap().parse().unwrap();
    save(&admin, 2, mail("127.0.0.1", port, "none", None)).await.ok();
    for (fault, step, said) in [
        (Fault::Say("RCPT", "550 5.1.1 nobody here"), "recipient", "nobody here"),
        (Fault::Say("GREETING", "554 go away"), "connect", "go away"),
        (Fault::Say("CONTENT", "552 too much"), "content", "too much"),
        (Fault::Drop("MAIL"), "sender", ""),
    ] {
        faulty.set(fault);
        let report: TestMailReport = send().await.json();
        let last = report.steps.last().expect("a step");
        assert!(!report.sent && last.step == step && !last.ok && last.said.contains(said), "{fault:?}: {report:?}");
    }
    let (_, after) = audited(&admin, "mail.test").await;
    assert_eq!(after["sent"], false);
    admin
        .post(
            "/api/settings/test-mail",
            &json!({"to": "boss@firm.example
Bcc: x@y.example"}),
        )
        .await
        .problem(422, "not_an_address");
    // Ten an hour.
    for _ in 0..4 {
        send().await.ok();
    }
    assert!(send().await.problem(429, "too_many_attempts").retry_after.is_some());
    app.pass(3600);
    send().await.ok();
});

async fn environment(engine: Engine) {
    let server = MailServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    let admin = app.staff(Role::Admin).await;
    let shown: Settings = save(&admin, 0, mail("mail.nowhere.example", 25, "none", None)).await.json();
    assert_eq!((shown.mail_environment, shown.mail.host.as_str()), (Some(format!("127.0.0.1:{}", server.port())), "mail.nowhere.example"));
    let report: TestMailReport = admin.post("/api/settings/test-mail", &json!({"to": "boss@firm.example"})).await.json();
    assert!(report.sent, "{report:?}");
    app.finish().await;
}

mod the_environment_names_the_mail_server_first {
    use super::*;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        environment(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        environment(Engine::Postgres).await;
    }
}

on_both_databases!(a_privacy_text_is_kept_by_its_version, |app| async {
    let admin = app.staff(Role::Admin).await;
    let section = |open: bool, text: &str| json!({"sign_up": {"open": open, "privacy_en": text, "privacy_ru": "", "privacy_bg": ""}});
    save(&admin, 0, section(true, "We keep your address to answer you.")).await.ok();
    let first = app.state().firm().await.unwrap().privacy.version.clone();
    assert_eq!(first, "2026-01-15.1");
    save(&admin, 1, section(false, "We keep your address to answer you.")).await.ok();
    assert_eq!(app.state().firm().await.unwrap().privacy.version, first, "the same words are the same version");
    assert_eq!(app.anonymous().get("/api/firm").await.value()["sign_up"], false);
    save(&admin, 2, section(false, "We keep your address to write to you.")).await.ok();
    let mut connection = app.state().db.read().await.unwrap();
    let kept: Vec<(String, String)> =
        sqlx::query_as("SELECT version, text FROM consent_texts WHERE purpose = 'privacy' ORDER BY version").fetch_all(&mut *connection).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0], (first, "We keep your address to answer you.".into()));
    drop(connection);
    save(&admin, 3, section(true, "")).await.ok();
    assert_eq!(app.state().firm().await.unwrap().privacy.version, "", "the program's own text");
});

//! Leaving a mailing: one click without cookie or log-in, choices on a page, and nothing by looking.

use axum::body::Body;
use axum::http::Request;
use kontor_server::outbox;
use kontor_shared::api::preferences::Preferences;
use kontor_shared::mailings::{Channel, MailingAction, Topic};
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use kontor_tests::smtp::MailServer;
use kontor_tests::{Answer, Client, Engine, TestApp, both};
use serde_json::json;

/// Everything that could change, as text.
async fn everything(app: &TestApp) -> String {
    let mut connection = app.state().db.read().await.unwrap();
    let mut all = String::new();
    for table in ["consents", "suppressions", "audit", "messages", "mailings", "contacts", "customers"] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"))).fetch_one(&mut *connection).await.unwrap();
        all.push_str(&format!("{table} {count}\n"));
    }
    let states: Vec<(String, String)> = sqlx::query_as("SELECT id, state FROM messages ORDER BY id").fetch_all(&mut *connection).await.unwrap();
    format!("{all}{states:?}")
}

/// A mail program's button: no cookie, no header of ours, a form.
async fn one_click(client: &Client, path: &str, body: &'static str) -> Answer {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "cross-site");
    client.send(request.body(Body::from(body)).unwrap()).await
}

async fn scanner(engine: Engine) {
    let server = MailServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| {
        config.smtp_url = Some(url);
        config.public_url = Some(PUBLIC_URL.into());
    })
    .await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let people: Vec<(String, String)> = (0..5).map(|at| (at.to_string(), format!("reader{at}@customer.example"))).collect();
    let people: Vec<(&str, &str)> = people.iter().map(|(code, address)| (code.as_str(), address.as_str())).collect();
    let written = Written::new(state, &people).await;
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.unwrap();
    let mails = server.wait_for(5).await;
    let anybody = app.anonymous();
    let before = everything(&app).await;
    let mut links = 0;
    for mail in &mails {
        let header = mail.raw.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <")).unwrap().split('>').next().unwrap();
        let in_text = mail.text.split_whitespace().filter(|word| word.starts_with(PUBLIC_URL));
        for link in in_text.chain([header]) {
            let path = link.strip_prefix(PUBLIC_URL).unwrap();
            assert!(path.len() < 60, "{path}");
            links += 1;
            for _ in 0..3 {
                for method in ["GET", "HEAD"] {
                    let request = Request::builder().method(method).uri(path).header("purpose", "prefetch").header("sec-purpose", "prefetch");
                    anybody.send(request.body(Body::empty()).unwrap()).await.ok();
                }
                let token = path.rsplit('/').next().unwrap();
                anybody.get(&format!("/api/preferences/{token}")).await.ok();
            }
        }
    }
    assert_eq!(links, 15);
    assert_eq!(everything(&app).await, before, "looking changed something");

    // Then the button, twice: one change.
    let path =
        mails[0].raw.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <https://kontor.example")).unwrap().split('>').next().unwrap().to_string();
    one_click(&anybody, &path, "List-Unsubscribe=No").await.problem(422, "not_one_click");
    assert_eq!(everything(&app).await, before);
    one_click(&anybody, &path, "List-Unsubscribe=One-Click").await.ok();
    let after = everything(&app).await;
    assert_ne!(after, before);
    // RFC 8058 names both encodings, and some mail programs end the body with a line break.
    let in_form = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for body in ["List-Unsubscribe=One-Click", "List-Unsubscribe=One-Click\r\n", in_form] {
        one_click(&anybody, &path, body).await.ok();
        assert_eq!(everything(&app).await, after, "a second click changes nothing");
    }
    let address = mails[0].to.clone();
    let (reason, topic): (String, String) = sqlx::query_as("SELECT reason, topic FROM suppressions WHERE address = $1")
        .bind(&address)
        .fetch_one(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!((reason.as_str(), topic.as_str()), ("unsubscribed", ""));
    let (said, evidence): (String, String) = sqlx::query_as(
        "SELECT n.state, n.evidence FROM consents n JOIN contacts p ON p.id = n.contact_id WHERE p.email = $1 AND n.purpose = 'marketing' ORDER BY n.at DESC LIMIT 1",
    )
    .bind(&address)
    .fetch_one(&mut *state.db.read().await.unwrap())
    .await
    .unwrap();
    assert!(said == "withdrawn" && evidence.starts_with("one-click, message "), "{said} {evidence}");

    // A wrong token is nothing, whatever is asked of it.
    let wrong = format!("{}x", &path[..path.len() - 1]);
    anybody.get(&wrong).await.expect(404);
    one_click(&anybody, &wrong, "List-Unsubscribe=One-Click").await.problem(404, "not_found");
    anybody.get("/api/preferences/short").await.problem(404, "not_found");
    // The one exception from the guard is this route alone.
    let token = path.rsplit('/').next().unwrap();
    let request = Request::post(format!("/api/preferences/{token}")).header("content-type", "application/json");
    anybody.send(request.body(Body::from(r#"{"channels":[],"topics":[]}"#)).unwrap()).await.problem(403, "csrf_header_missing");
    app.finish().await;
}
both!(looking_changes_nothing_and_one_click_unsubscribes_once, scanner);

async fn choices(engine: Engine) {
    let app = TestApp::start_with(engine, |config| config.public_url = Some(PUBLIC_URL.into())).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let written = Written::new(state, &[("a", "ivan@customer.example")]).await;
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.unwrap();
    let token = written.token(state, "ivan@customer.example").await;
    let anybody = app.anonymous();
    let path = format!("/api/preferences/{token}?lang=en");
    let first: Preferences = anybody.get(&path).await.json();
    assert_eq!((first.address.as_str(), first.firm.as_str()), ("i•••n@customer.example", "Фирма"));
    assert_eq!(first.why.audience, "Regular customers.");
    assert_eq!(first.why.consent.as_ref().map(|one| one.source.as_str()), Some("выставка"));
    assert!(first.why.sent_at.is_some());
    let wants = |shown: &Preferences, channel: Channel| shown.channels.iter().find(|one| one.channel == channel).map(|one| one.wanted);
    let topic = |shown: &Preferences, topic: Topic| shown.topics.iter().find(|one| one.topic == topic).map(|one| one.wanted);
    assert_eq!((wants(&first, Channel::Email), wants(&first, Channel::Post), wants(&first, Channel::Fax)), (Some(true), Some(false), None));
    assert_eq!(topic(&first, Topic::Offers), Some(true));

    // Novelties only, and by post as well.
    let choose = async |channels: serde_json::Value, topics: serde_json::Value| -> Preferences {
        anybody.post(&path, &json!({"channels": channels, "topics": topics})).await.json()
    };
    let second = choose(json!(["email", "post"]), json!(["novelties"])).await;
    assert_eq!((wants(&second, Channel::Email), wants(&second, Channel::Post)), (Some(true), Some(true)));
    assert_eq!((topic(&second, Topic::Offers), topic(&second, Topic::Novelties), topic(&second, Topic::News)), (Some(false), Some(true), Some(false)));
    let rows = everything(&app).await;
    choose(json!(["email", "post"]), json!(["novelties"])).await;
    assert_eq!(everything(&app).await, rows, "the same again changes nothing");

    // Nothing at all, and then all of it again; what somebody else suppressed stays.
    let none = choose(json!([]), json!([])).await;
    assert!(none.channels.iter().all(|one| !one.wanted) && none.topics.iter().all(|one| !one.wanted) && none.why.consent.is_none());
    let mut tx = state.db.write_tx().await.unwrap();
    sqlx::query("INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('ivan@customer.example', 'email', 'register', '', '', '', 0)")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.pass(1);
    let all = choose(json!(["email"]), json!(["offers", "novelties", "news"])).await;
    assert!(all.topics.iter().all(|one| one.wanted) && all.why.consent.as_ref().map(|one| one.source.as_str()) == Some("preferences"));
    let left: Vec<String> = sqlx::query_scalar("SELECT reason FROM suppressions WHERE address = 'ivan@customer.example'")
        .fetch_all(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(left, ["register"]);
    // The audit trail tells of it without the address.
    let audit: Vec<(String, String, String)> = sqlx::query_as("SELECT actor, before_data, after_data FROM audit WHERE action = 'preferences.choose'")
        .fetch_all(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(audit.len(), 3);
    assert!(audit.iter().all(|(actor, before, after)| actor == "the reader" && !format!("{before}{after}").contains("customer.example")));
    // Unknown fields and words are refused; a person who was erased has no page.
    anybody.post(&path, &json!({"channels": [], "topics": [], "all": true})).await.problem(422, "invalid_body");
    anybody.post(&path, &json!({"channels": ["pigeon"], "topics": []})).await.problem(422, "invalid_body");
    let mut tx = state.db.write_tx().await.unwrap();
    sqlx::query("UPDATE contacts SET erased_at = 1").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    anybody.get(&path).await.problem(404, "not_found");
    app.finish().await;
}
both!(a_reader_chooses_channels_and_topics_by_the_link, choices);

/// Whoever clicks in an old letter is written to no more, also where the person has another address by now and agreed again there.
async fn moved(engine: Engine) {
    let app = TestApp::start_with(engine, |config| config.public_url = Some(PUBLIC_URL.into())).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let written = Written::new(state, &[("a", "ivan@customer.example")]).await;
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.unwrap();
    let token = written.token(state, "ivan@customer.example").await;
    let said = async || -> Vec<(String, String)> {
        let mut connection = state.db.read().await.unwrap();
        sqlx::query_as("SELECT state, address FROM consents WHERE purpose = 'marketing' ORDER BY at DESC, id DESC").fetch_all(&mut *connection).await.unwrap()
    };
    let mut tx = state.db.write_tx().await.unwrap();
    for statement in [
        "UPDATE contacts SET email = 'ivan@new.example'",
        "INSERT INTO consents (id, contact_id, address, purpose, channel, state, text_version, source, at) \
         SELECT 'again', id, 'ivan@new.example', 'marketing', 'email', 'granted', 'v1', 'telephone', 5 FROM contacts",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let anybody = app.anonymous();
    let path = format!("/api/preferences/{token}?lang=en");
    let shown: Preferences = anybody.get(&path).await.json();
    assert_eq!(shown.address, "i•••n@customer.example", "whoever reads the old address does not learn the new one");
    assert!(shown.channels.iter().any(|one| one.channel == Channel::Email && one.wanted));
    app.pass(1);
    one_click(&anybody, &format!("/u/{token}"), "List-Unsubscribe=One-Click").await.ok();
    let after = said().await;
    assert_eq!(after[0], ("withdrawn".to_string(), "ivan@customer.example".to_string()));
    assert!(anybody.get(&path).await.json::<Preferences>().channels.iter().all(|one| !one.wanted));
    one_click(&anybody, &format!("/u/{token}"), "List-Unsubscribe=One-Click").await.ok();
    assert_eq!(said().await, after, "a second click changes nothing");
    app.finish().await;
}
both!(a_click_in_an_old_letter_counts_for_the_person, moved);

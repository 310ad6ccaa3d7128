//! A mailing from draft to report: what is counted is what is frozen, nothing goes before it is let go, and the account can
//! be kept and printed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use kontor_server::imports::Kind;
use kontor_shared::api::mailings::{Mailing, MailingChecks, MailingPreview, MessageView, RecipientPage, TestAddresses, TestSent};
use kontor_shared::api::{MessagePage, Role};
use kontor_shared::mailings::{MailingState, SkipReason};
use kontor_tests::files::import;
use kontor_tests::goods::{good, number, publish};
use kontor_tests::smtp::{MailServer, PYTHON};
use kontor_tests::{Client, Engine, TestApp, both};
use serde_json::{Value, json};

const PUBLIC_URL: &str = "https://shop.example";

async fn start(engine: Engine, smtp: Option<String>) -> TestApp {
    let app = TestApp::start_with(engine, |config| {
        config.public_url = Some(PUBLIC_URL.into());
        config.smtp_url = smtp;
    })
    .await;
    publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let party = json!({"party": {"name": "Фирма", "address": [], "tax_ids": [], "bank": [], "email": "sales@firm.example", "phone": ""}});
    kontor_server::firm::change(app.state(), "test", party.as_object().cloned().unwrap()).await.unwrap();
    app
}

/// Writes a template and a draft to everybody; gives the mailing's address.
async fn draft(app: &TestApp, client: &Client, html: &str) -> String {
    let template = app.state().clock.new_id();
    let text = |lang: &str, subject: &str| {
        json!({"lang": lang, "subject": subject, "text": "{{ customer.name }}: {{ unsubscribe_url }}",
            "html": format!("{html}<a href=\"{{{{ unsubscribe_url }}}}\">x</a>")})
    };
    let texts = [text("en", "Offer for {{ customer.code }}"), text("ru", "Для {{ customer.code }}")];
    let body = json!({"name": format!("Letter {template}"), "topic": "offers", "based_on": 0, "texts": texts});
    client.put(&format!("/api/templates/{template}"), &body).await.ok();
    let at = format!("/api/mailings/{}", app.state().clock.new_id());
    client.put(&at, &mailing("Kitchen range", &template.to_string())).await.ok();
    at
}

fn mailing(name: &str, template: &str) -> Value {
    json!({"name": name, "topic": "offers", "audience": {}, "template": template, "uncertain_policy": "hold"})
}

const CUSTOMERS: &str = "code,name,language,contact,email,consent\n\
    K1,=cmd|' /C calc'!A0,en,@SUM(A1),k1@c.example,yes\nK2,Кафе «Ёж»,ru,,k2@c.example,yes\nK3,Silent,en,,k3@c.example,\nK4,Български,bg,,k4@c.example,yes\n";

async fn from_draft_to_report(engine: Engine) {
    let app = start(engine, None).await;
    import(&app, Kind::Customers, &[("c.csv", CUSTOMERS)]).await;
    let (sales, marketer) = (app.staff(Role::Sales).await, app.staff(Role::Marketer).await);
    let at = draft(&app, &sales, "<p>{{ customer.name }}</p>").await;
    let show = async || -> Mailing { marketer.get(&at).await.json() };

    // Each reader's copy, before anything is written; K4 reads the firm's language for want of its own.
    let preview: MailingPreview = sales.get(&format!("{at}/preview?at=1")).await.json();
    assert_eq!((preview.total, preview.at), (4, 1));
    assert_eq!(preview.message.expect("a copy").subject, "Для K2");
    let found: MailingPreview = sales.get(&format!("{at}/preview?q=silent")).await.json();
    assert_eq!((found.total, found.reader.unwrap().skip), (1, Some(SkipReason::NoConsent)));
    assert_eq!(sales.get(&format!("{at}/preview?q=nobody")).await.json::<MailingPreview>().total, 0);
    let checks: MailingChecks = sales.get(&format!("{at}/checks")).await.json();
    assert!(checks.ready, "{checks:?}");

    // Who writes may stop; who answers for it lets it go.
    assert_eq!(sales.get(&at).await.json::<Mailing>().actions, ["save", "cancel"]);
    sales.call("POST", &format!("{at}/freeze")).await.problem(403, "role");
    marketer.post(&format!("{at}/start"), &json!({})).await.problem(409, "mailing_state");
    let counted: kontor_shared::api::mailings::AudienceCount =
        sales.post("/api/mailings/audience", &json!({"audience": {}, "topic": "offers", "template": show().await.template})).await.json();
    let frozen: Mailing = marketer.call("POST", &format!("{at}/freeze")).await.json();
    assert_eq!(frozen.state, MailingState::Frozen);
    let queued = frozen.counts.iter().find(|one| one.state == "queued").map(|one| one.count);
    assert_eq!((queued, frozen.skipped), (Some(counted.recipients), counted.skipped));
    assert_eq!(counted.recipients, 3);
    // Freezing again adds nothing, and a frozen mailing is not written any more.
    marketer.call("POST", &format!("{at}/freeze")).await.ok();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages WHERE mailing_id IS NOT NULL").await, 4);
    sales.put(&at, &mailing("Other", &frozen.template.unwrap().to_string())).await.problem(409, "mailing_state");
    kontor_server::background::run_due(app.state()).await.unwrap();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages WHERE state = 'sent'").await, 0);

    marketer.post(&format!("{at}/start"), &json!({})).await.ok();
    marketer.post(&format!("{at}/start"), &json!({})).await.ok();
    sales.call("POST", &format!("{at}/pause")).await.ok();
    kontor_server::background::run_due(app.state()).await.unwrap();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages WHERE state = 'sent'").await, 0);
    marketer.call("POST", &format!("{at}/resume")).await.ok();
    kontor_server::background::run_due(app.state()).await.unwrap();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages WHERE state = 'sent'").await, 3);

    let rows: RecipientPage = sales.get(&format!("{at}/messages?q=k2")).await.json();
    let [row] = &rows.recipients[..] else { panic!("{rows:?}") };
    assert_eq!((row.state.as_str(), row.address.as_str()), ("sent", "k2@c.example"));
    let sent: MessageView = sales.get(&format!("/api/messages/{}", row.message)).await.json();
    let content = sent.content.expect("as it was sent");
    assert_eq!((content.subject.as_str(), content.from.as_str(), content.to.as_str()), ("Для K2", "sales@firm.example", "k2@c.example"));
    assert!(content.text.starts_with("Кафе «Ёж»: https://shop.example/u/"), "{}", content.text);
    assert!(content.html.expect("an HTML part").contains("<p>Кафе «Ёж»</p>"));
    let skipped: RecipientPage = sales.get(&format!("{at}/messages?state=skipped&reason=no_consent")).await.json();
    assert_eq!(skipped.recipients.len(), 1);
    let listed: MessagePage = sales.get("/api/messages?state=skipped").await.json();
    assert_eq!(sales.get(&format!("/api/messages/{}", listed.messages[0].id)).await.json::<MessageView>().content, None);

    workbook(&sales.get(&format!("{at}/xlsx?lang=en")).await.ok().body);
    for (lang, words) in [
        ("en", ["Mailing: Kitchen range", "All customers.", "Prepared by"]),
        ("ru", ["Рассылка:", "Все клиенты.", "Составил"]),
        ("bg", ["Разпращане:", "Всички клиенти.", "Съставил"]),
    ] {
        let text = pdf_text(&sales.get(&format!("{at}/pdf?lang={lang}")).await.ok().body);
        for word in words.into_iter().chain(["k1@c.example", "K4"]) {
            assert!(text.contains(word), "{lang} {word}: {text}");
        }
    }
    sales.get(&format!("{at}/pdf?lang=xx")).await.problem(422, "invalid_value");
    marketer.call("POST", &format!("{at}/cancel")).await.problem(409, "mailing_state");
    app.finish().await;
}
both!(a_mailing_goes_from_draft_to_report, from_draft_to_report);

/// Reads the workbook as somebody else's program does: what begins like a formula is a text.
fn workbook(bytes: &[u8]) {
    const READ: &str = "import sys,io,openpyxl,json\nbook=openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()))\nsheet=book.active\n\
        print(json.dumps([[[c.value,c.data_type] for c in row] for row in sheet.iter_rows()],default=str))";
    let mut program = Command::new(PYTHON).args(["-c", READ]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 runs");
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = program.wait_with_output().unwrap();
    let rows: Vec<Vec<(Option<String>, String)>> = serde_json::from_slice(&output.stdout).expect("rows");
    assert!(rows.iter().flatten().all(|(value, kind)| value.is_none() || kind == "s"), "every cell is text");
    let row = rows.iter().find(|row| row[0].0.as_deref() == Some("K1")).expect("K1's row");
    let texts: Vec<&str> = row.iter().map(|(value, _)| value.as_deref().unwrap_or("")).collect();
    assert_eq!(&texts[..6], ["K1", "=cmd|' /C calc'!A0", "@SUM(A1)", "k1@c.example", "e-mail", "sent"]);
    let silent = rows.iter().find(|row| row[0].0.as_deref() == Some("K3")).expect("K3's row");
    assert_eq!(silent[6].0.as_deref(), Some("No consent to mailings"));
}

fn pdf_text(bytes: &[u8]) -> String {
    let mut program = Command::new("pdftotext").args(["-layout", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("pdftotext runs");
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = program.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).replace('\u{200b}', "")
}

async fn drafts(engine: Engine) {
    let app = start(engine, None).await;
    let sales = app.staff(Role::Sales).await;
    let at = draft(&app, &sales, "").await;
    let before: Mailing = sales.get(&at).await.json();
    let template = before.template.unwrap().to_string();
    // The same again changes nothing; a change wants the revision it was made from.
    sales.put(&at, &mailing("Kitchen range", &template)).await.ok();
    assert_eq!(sales.get(&at).await.json::<Mailing>().revision, before.revision);
    sales.put(&at, &mailing("Another name", &template)).await.problem(409, "changed_elsewhere");
    let other = format!("/api/mailings/{}", app.state().clock.new_id());
    sales.put(&other, &mailing(" ", &template)).await.problem(422, "name_missing");
    sales.put(&other, &mailing("x", "019b0000-0000-7000-8000-000000000000")).await.problem(422, "unknown_template");
    // Nobody is there to be written to: the check says so and the freeze is refused.
    let checks: MailingChecks = sales.get(&format!("{at}/checks")).await.json();
    assert_eq!(checks.checks.iter().filter(|one| !one.ok && !one.advice).map(|one| one.code.as_str()).collect::<Vec<_>>(), ["recipients"]);
    let marketer = app.staff(Role::Marketer).await;
    marketer.call("POST", &format!("{at}/freeze")).await.problem(409, "mailing_not_ready");
    assert_eq!(sales.call("POST", &format!("{at}/cancel")).await.json::<Mailing>().state, MailingState::Cancelled);
    sales.call("POST", &format!("{at}/cancel")).await.ok();
    app.finish().await;
}
both!(a_draft_is_changed_by_whoever_saw_its_newest_state, drafts);

async fn look_twice(engine: Engine) {
    let app = start(engine, None).await;
    let mut customers = String::from("code,name,email,consent\n");
    for at in 0..501 {
        customers += &format!("K{at:03},Name {at},k{at}@c.example,yes\n");
    }
    import(&app, Kind::Customers, &[("c.csv", &customers)]).await;
    let marketer = app.staff(Role::Marketer).await;
    let at = draft(&app, &marketer, "").await;
    marketer.call("POST", &format!("{at}/freeze")).await.ok();
    for wrong in [json!({}), json!({"recipients": 500})] {
        marketer.post(&format!("{at}/start"), &wrong).await.problem(422, "count_differs");
    }
    let started: Mailing = marketer.post(&format!("{at}/start"), &json!({"recipients": 501})).await.json();
    assert_eq!(started.state, MailingState::Running);
    let cancelled: Mailing = marketer.call("POST", &format!("{at}/cancel")).await.json();
    assert_eq!(cancelled.state, MailingState::Cancelled);
    let first: RecipientPage = marketer.get(&format!("{at}/messages")).await.json();
    let next: RecipientPage = marketer.get(&format!("{at}/messages?after={}", first.next.expect("more"))).await.json();
    assert_eq!((first.recipients.len(), next.recipients[0].address.as_str()), (100, "k100@c.example"));
    app.finish().await;
}
both!(a_large_mailing_starts_only_for_whoever_says_how_large, look_twice);

async fn test_sends(engine: Engine) {
    let server = MailServer::start().await;
    let app = start(engine, Some(server.url())).await;
    import(&app, Kind::Customers, &[("c.csv", CUSTOMERS)]).await;
    let sales = app.staff(Role::Sales).await;
    let at = draft(&app, &sales, "<p>{{ customer.name }}</p>").await;
    let sent: TestSent = sales.post(&format!("{at}/test"), &json!({"address": "Sales@firm.example", "at": 1})).await.json();
    assert_eq!(sent.address, "sales@firm.example");
    let [mail] = &server.wait_for(1).await[..] else { panic!("one mail") };
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("sales@firm.example", "Для K2"));
    assert!(mail.text.contains("Кафе «Ёж»") && mail.raw.contains("multipart/alternative"));
    // No row of a recipient knows of it; the trail does.
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages").await, 0);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'mailing.test'").await, 1);

    // Addresses the firm itself named, one's own first; a buyer's log-in is none of them, and nobody else's either.
    app.buyer("K9").await;
    let marketer = app.staff(Role::Marketer).await;
    let offered: TestAddresses = marketer.get("/api/mailings/test-addresses").await.json();
    let own = marketer.get("/api/session").await.json::<Value>()["login"].as_str().expect("a log-in").to_string();
    assert_eq!(offered.addresses[..2], [own.clone(), "sales@firm.example".to_string()]);
    assert_eq!(offered.addresses.len(), 3, "{offered:?}");
    let refused = async |address: &str, code: &str| {
        let problem = sales.post(&format!("{at}/test"), &json!({"address": address})).await.problem(422, code);
        assert_eq!(problem.field.as_deref(), Some("/address"), "{address}");
    };
    for address in ["me@firm.example", "K2@c.example", "stranger@elsewhere.example", "sales@firm.example\r\nBcc: x@y.example"] {
        refused(address, if address.contains('\n') { "control_character" } else { "not_own_address" }).await;
    }
    refused("me", "bad_address").await;
    sales.post(&format!("{at}/test"), &json!({"address": "sales@firm.example", "at": 99})).await.problem(422, "no_such_reader");
    // Who wants no mail about this topic gets no test either, staff or not.
    for (topic, suppressed) in [("news", false), ("offers", true)] {
        let mut tx = app.state().db.write_tx().await.unwrap();
        sqlx::query(
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, 'email', 'unsubscribed', $2, '', '', 0)",
        )
        .bind(&own)
        .bind(topic)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        if suppressed {
            refused(&own, "address_suppressed").await;
        } else {
            sales.post(&format!("{at}/test"), &json!({"address": own})).await.ok();
        }
    }
    // So many in an hour by one person, whoever's address it is.
    for _ in 0..18 {
        sales.post(&format!("{at}/test"), &json!({"address": "sales@firm.example"})).await.ok();
    }
    sales.post(&format!("{at}/test"), &json!({"address": "sales@firm.example"})).await.problem(429, "too_many_attempts");
    marketer.post(&format!("{at}/test"), &json!({"address": "sales@firm.example"})).await.ok();
    app.pass(3600);
    sales.post(&format!("{at}/test"), &json!({"address": "sales@firm.example"})).await.ok();
    app.finish().await;
}
both!(a_test_goes_to_the_firm_and_touches_no_recipient, test_sends);

async fn thawing(engine: Engine) {
    let app = start(engine, None).await;
    import(&app, Kind::Customers, &[("c.csv", CUSTOMERS)]).await;
    let (sales, marketer) = (app.staff(Role::Sales).await, app.staff(Role::Marketer).await);
    let at = draft(&app, &sales, "").await;
    let frozen: Mailing = marketer.call("POST", &format!("{at}/freeze")).await.json();
    assert!(frozen.actions.contains(&"thaw".to_string()) && !sales.get(&at).await.json::<Mailing>().actions.contains(&"thaw".to_string()));
    sales.call("POST", &format!("{at}/thaw")).await.problem(403, "role");
    let draft: Mailing = marketer.call("POST", &format!("{at}/thaw")).await.json();
    assert_eq!((draft.state, draft.freezing, draft.frozen_at, draft.price_list, draft.counts.len()), (MailingState::Draft, false, None, None, 0));
    marketer.call("POST", &format!("{at}/thaw")).await.ok();
    // Whom it was frozen for stays in the trail, those who would have been skipped with their reasons.
    let told: String = {
        let mut connection = app.state().db.read().await.unwrap();
        sqlx::query_scalar("SELECT before_data FROM audit WHERE action = 'mailing.thaw'").fetch_one(&mut *connection).await.unwrap()
    };
    let told: Value = serde_json::from_str(&told).unwrap();
    let messages = told["frozen"]["messages"].as_array().expect("an account");
    assert!(messages.iter().any(|one| one["state"] == "queued" && one["count"] == 3) && messages.iter().any(|one| one["reason"] == "no_consent"), "{told}");
    // It is written on, frozen again and sent as ever.
    let mut body = mailing("Another name", &frozen.template.unwrap().to_string());
    body["topic"] = json!("news");
    sales.put_seen(&at, draft.revision, &body).await.ok();
    let again: Mailing = marketer.call("POST", &format!("{at}/freeze")).await.json();
    assert_eq!((again.name.as_str(), again.counts), ("Another name", frozen.counts));
    marketer.post(&format!("{at}/start"), &json!({})).await.ok();
    marketer.call("POST", &format!("{at}/thaw")).await.problem(409, "mailing_state");
    // Started and stopped before anything went: back to a draft. Once something was tried: no more.
    marketer.call("POST", &format!("{at}/pause")).await.ok();
    assert_eq!(marketer.call("POST", &format!("{at}/thaw")).await.json::<Mailing>().state, MailingState::Draft);
    marketer.call("POST", &format!("{at}/freeze")).await.ok();
    marketer.post(&format!("{at}/start"), &json!({})).await.ok();
    kontor_server::background::run_due(app.state()).await.unwrap();
    let paused = "UPDATE mailings SET state = 'paused'";
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query(paused).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!marketer.get(&at).await.json::<Mailing>().actions.contains(&"thaw".to_string()));
    marketer.call("POST", &format!("{at}/thaw")).await.problem(409, "already_sent");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM messages WHERE state = 'sent'").await, 3);
    app.finish().await;
}
both!(a_frozen_mailing_goes_back_to_a_draft_while_nothing_was_sent, thawing);

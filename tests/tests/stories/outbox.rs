//! Mail that is never doubled: what each fault of a mail server leaves behind, and what a crash does.

use std::time::Duration;

use kontor_server::firm::{self, FirmSettings};
use kontor_server::mail::Patience;
use kontor_server::outbox::{self, NewMail};
use kontor_shared::api::{self, Role};
use kontor_shared::documents::Party;
use kontor_shared::words::Lang;
use kontor_tests::faulty_smtp::{Fault, FaultyServer};
use kontor_tests::smtp::MailServer;
use kontor_tests::{Engine, TestApp, both, on_both_databases};

const SHORT: Patience = Patience { connect: Duration::from_secs(3), command: Duration::from_secs(3), accept: Duration::from_secs(3) };

async fn name_sender(app: &TestApp) {
    let state = app.state();
    let mut tx = state.db.write_tx().await.unwrap();
    let party = Party { name: "Фирма".into(), email: "sales@firm.example".into(), ..Party::default() };
    firm::save(&mut tx, state, &FirmSettings { party, ..FirmSettings::default() }).await.unwrap();
    tx.commit().await.unwrap();
}

async fn enqueue(app: &TestApp, subject: &str) {
    let state = app.state();
    let mut tx = state.db.write_tx().await.unwrap();
    let mail = NewMail {
        cause: subject,
        customer: None,
        recipient: "buyer@customer.example",
        lang: Lang::Ru,
        subject,
        text: "Добрый день!\r\n.\r\nЗаказ принят.\r\n",
        thread: "",
        attachments: "",
    };
    outbox::enqueue(&mut tx, &state.clock, &[mail]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn message(app: &TestApp, subject: &str) -> api::Message {
    let page: api::MessagePage = app.staff(Role::Marketer).await.get("/api/messages").await.json();
    page.messages.into_iter().find(|message| message.subject == subject).expect("the message is listed")
}

async fn run(app: &TestApp) {
    outbox::run_due_with(app.state(), || false, SHORT).await.unwrap();
}

async fn execute(app: &TestApp, statement: &'static str) {
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query(statement).bind(app.state().clock.now_ms() - 1).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn faults(engine: Engine) {
    let server = FaultyServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    name_sender(&app).await;
    let cases = [
        (Fault::Say("GREETING", "421 too busy"), "queued", "sent"),
        (Fault::Say("GREETING", "554 go away"), "queued", "sent"),
        (Fault::Drop("GREETING"), "queued", "sent"),
        (Fault::Hang("GREETING"), "queued", "sent"),
        (Fault::Say("MAIL", "421 later"), "queued", "sent"),
        (Fault::Say("MAIL", "550 not you"), "failed", "failed"),
        (Fault::Drop("MAIL"), "queued", "sent"),
        (Fault::Say("RCPT", "451 greylisted"), "queued", "sent"),
        (Fault::Say("RCPT", "550 no such user"), "failed", "failed"),
        (Fault::Drop("RCPT"), "queued", "sent"),
        (Fault::Say("DATA", "451 not now"), "queued", "sent"),
        (Fault::Say("DATA", "554 no"), "failed", "failed"),
        (Fault::Drop("DATA"), "queued", "sent"),
        (Fault::Say("CONTENT", "452 full"), "queued", "sent"),
        (Fault::Say("CONTENT", "554 spam"), "failed", "failed"),
        (Fault::Drop("CONTENT"), "uncertain", "uncertain"),
        (Fault::Hang("CONTENT"), "uncertain", "uncertain"),
        (Fault::AcceptAndDrop, "uncertain", "uncertain"),
        (Fault::AcceptAndHang, "uncertain", "uncertain"),
        (Fault::None, "sent", "sent"),
    ];
    for (number, (fault, first, _)) in cases.iter().enumerate() {
        let subject = format!("Заказ {number}");
        enqueue(&app, &subject).await;
        server.set(*fault);
        run(&app).await;
        let message = message(&app, &subject).await;
        assert_eq!(message.state, *first, "{fault:?}: {:?}", message.last_error);
        assert_eq!(message.attempts, 1, "{fault:?}");
        // Nothing is due again before its delay is over.
        let before = server.accepted().len();
        server.set(Fault::None);
        run(&app).await;
        assert_eq!(server.accepted().len(), before, "{fault:?}: sent again at once");
    }
    app.pass(120);
    run(&app).await;
    app.pass(7 * 3600);
    run(&app).await;
    for (number, (fault, _, last)) in cases.iter().enumerate() {
        let message = message(&app, &format!("Заказ {number}")).await;
        assert_eq!(message.state, *last, "{fault:?}: {:?}", message.last_error);
    }
    let accepted = server.accepted();
    let mut once = accepted.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), accepted.len(), "a message was accepted twice");
    // All but the four that were refused for good and the two that never arrived.
    assert_eq!(accepted.len(), cases.len() - 4 - 2);
    assert!(accepted.iter().all(|id| id.ends_with("@firm.example>")), "{accepted:?}");

    // A person decides, and only sales may.
    let uncertain = message(&app, "Заказ 15").await;
    let path = format!("/api/messages/{}/retry", uncertain.id);
    app.staff(Role::Marketer).await.post(&path, &serde_json::json!({})).await.problem(403, "role");
    let sales = app.staff(Role::Sales).await;
    assert_eq!(sales.post(&path, &serde_json::json!({})).await.json::<api::Message>().state, "queued");
    run(&app).await;
    assert_eq!(message(&app, "Заказ 15").await.state, "sent");
    sales.post(&path, &serde_json::json!({})).await.problem(409, "not_failed");
    sales.post("/api/messages/0193e0a0-0000-7000-8000-000000000000/retry", &serde_json::json!({})).await.problem(404, "not_found");
    let audit: api::AuditPage = app.staff(Role::Admin).await.get("/api/audit").await.json();
    assert!(audit.rows.iter().any(|row| row.action == "message.retry" && row.subject == uncertain.id.to_string()));
    let failed: api::MessagePage = sales.get("/api/messages?state=failed").await.json();
    assert_eq!(failed.messages.len(), 4);
    sales.get("/api/messages?state=lost").await.problem(422, "unknown_state");
    app.finish().await;
}
both!(each_fault_leaves_the_right_state_and_nothing_is_accepted_twice, faults);

async fn crashes(engine: Engine) {
    let server = FaultyServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    name_sender(&app).await;
    enqueue(&app, "claimed").await;
    execute(&app, "UPDATE messages SET state = 'claimed', attempts = 1, lease_until = $1 WHERE subject = 'claimed'").await;
    enqueue(&app, "sending").await;
    execute(&app, "UPDATE messages SET state = 'sending', attempts = 1, lease_until = $1 WHERE subject = 'sending'").await;
    enqueue(&app, "somebody else's").await;
    execute(&app, "UPDATE messages SET state = 'sending', attempts = 1, lease_until = $1 + 600000 WHERE subject = 'somebody else''s'").await;
    run(&app).await;
    assert_eq!(message(&app, "claimed").await.state, "sent");
    assert_eq!(message(&app, "sending").await.state, "uncertain");
    assert_eq!(message(&app, "somebody else's").await.state, "sending");
    assert_eq!(server.accepted().len(), 1);
    app.finish().await;
}
both!(after_a_crash_claimed_is_sent_and_sending_is_uncertain, crashes);

async fn two_senders(engine: Engine) {
    let server = FaultyServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    name_sender(&app).await;
    for number in 0..40 {
        enqueue(&app, &format!("Заказ {number}")).await;
    }
    let (state, stop) = (app.state(), || false);
    let (a, b) = tokio::join!(outbox::run_due(state, stop), outbox::run_due(state, stop));
    assert_eq!(a.unwrap() + b.unwrap(), 40);
    let mut accepted = server.accepted();
    accepted.sort();
    accepted.dedup();
    assert_eq!((accepted.len(), server.accepted().len()), (40, 40));
    app.finish().await;
}
both!(eight_senders_at_once_double_nothing, two_senders);

async fn plaintext(engine: Engine) {
    let server = FaultyServer::start().await;
    let url = format!("{}?tls=required", server.url());
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    name_sender(&app).await;
    enqueue(&app, "secret").await;
    run(&app).await;
    assert_eq!(message(&app, "secret").await.state, "queued");
    assert!(server.accepted().is_empty());
    app.finish().await;
}
both!(without_starttls_nothing_is_sent, plaintext);

async fn real_server(engine: Engine) {
    let server = MailServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| config.smtp_url = Some(url)).await;
    name_sender(&app).await;
    for number in 0..12 {
        enqueue(&app, &format!("Заказ {number} принят")).await;
    }
    outbox::run_due(app.state(), || false).await.unwrap();
    let mails = server.wait_for(12).await;
    assert_eq!(mails.len(), 12);
    for mail in &mails {
        assert_eq!(mail.to, "buyer@customer.example");
        assert_eq!(mail.text.replace("\r\n", "\n").trim_end(), "Добрый день!\n.\nЗаказ принят.");
        assert!(mail.message_id.ends_with("@firm.example>"), "{}", mail.message_id);
        assert_eq!(mail.raw.lines().filter(|line| line.starts_with("From: ")).count(), 1, "{}", mail.raw);
    }
    let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), 12);
    for number in 0..12 {
        assert_eq!(message(&app, &format!("Заказ {number} принят")).await.state, "sent");
    }
    app.finish().await;
}
both!(a_real_mail_server_gets_each_message_once, real_server);

async fn over_tls(engine: Engine) {
    for (how, query) in [("smtps", ""), ("starttls", "?tls=required")] {
        let server = MailServer::encrypted(how).await;
        let scheme = if how == "smtps" { "smtps" } else { "smtp" };
        let address = |password: &str| format!("{scheme}://kontor:{password}@127.0.0.1:{}{query}", server.port());
        // Neither a stranger's certificate nor a wrong password gets a mail out; the message waits.
        for (password, trusted, why) in [("s%40cret", false, "certificate"), ("guess", true, "uthentication"), ("s%40cret", true, "")] {
            let (url, ca) = (address(password), trusted.then(|| server.certificate()));
            let app = TestApp::start_with(engine, |config| (config.smtp_url, config.smtp_ca) = (Some(url), ca)).await;
            name_sender(&app).await;
            enqueue(&app, "Заказ 1").await;
            outbox::run_due(app.state(), || false).await.unwrap();
            let message = message(&app, "Заказ 1").await;
            let error = message.last_error.unwrap_or_default();
            let expected = if why.is_empty() { "sent" } else { "queued" };
            assert!(message.state == expected && error.contains(why), "{how}, {password}: {} {error}", message.state);
            app.finish().await;
        }
        assert_eq!(server.wait_for(1).await.len(), 1);
    }
}
both!(mail_goes_out_encrypted_and_logged_in, over_tls);

on_both_databases!(without_a_mail_server_messages_are_files, |app| async {
    name_sender(&app).await;
    enqueue(&app, "Заказ 1").await;
    run(&app).await;
    run(&app).await;
    let message = message(&app, "Заказ 1").await;
    assert_eq!(message.state, "sent");
    let spool = app.place().directory.join("spool");
    let files: Vec<String> = std::fs::read_dir(&spool).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, [format!("{}.eml", message.id)]);
    let text = std::fs::read_to_string(spool.join(&files[0])).unwrap();
    assert!(text.contains("To: buyer@customer.example") && text.contains("Subject: "), "{text}");
});

on_both_databases!(without_a_sender_nothing_is_sent_and_staff_see_why, |app| async {
    enqueue(&app, "Заказ 1").await;
    run(&app).await;
    let message = message(&app, "Заказ 1").await;
    assert_eq!(message.state, "queued");
    assert!(message.last_error.unwrap_or_default().contains("sender"));
});

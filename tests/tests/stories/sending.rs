//! A mailing on its way: frozen once, sent to whom it may still be sent, at the pace allowed, and signed.

use std::time::Duration;

use kontor_server::AppState;
use kontor_server::config::Config;
use kontor_server::mail::{Patience, dkim};
use kontor_server::outbox::{self, NewMail};
use kontor_server::secrets::Purpose;
use kontor_server::time::Clock;
use kontor_shared::mailings::{MailingAction, SkipReason};
use kontor_shared::settings::MailLimits;
use kontor_shared::words::Lang;
use kontor_tests::faulty_smtp::{Fault, FaultyServer};
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use kontor_tests::smtp::{MailServer, PYTHON};
use kontor_tests::{Engine, TestApp, both};
use sqlx::AssertSqlSafe;

const SHORT: Patience = Patience { connect: Duration::from_secs(3), command: Duration::from_secs(3), accept: Duration::from_secs(3) };

async fn app_with(engine: Engine, url: String) -> TestApp {
    TestApp::start_with(engine, |config| {
        config.smtp_url = Some(url);
        config.public_url = Some(PUBLIC_URL.into());
    })
    .await
}

async fn run(app: &TestApp) {
    outbox::run_due_with(app.state(), || false, SHORT).await.unwrap();
}

async fn execute(app: &TestApp, statement: &str) {
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query(AssertSqlSafe(statement.to_string())).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn enqueue(state: &AppState, recipient: &str, cause: &str) {
    let mut tx = state.db.write_tx().await.unwrap();
    let mail = NewMail { cause, customer: None, recipient, lang: Lang::En, subject: "Order", text: "Thank you.\r\n", thread: "", attachments: "" };
    outbox::enqueue(&mut tx, &state.clock, &[mail]).await.unwrap();
    tx.commit().await.unwrap();
}

fn people(count: usize) -> Vec<(String, String)> {
    (0..count).map(|at| (at.to_string(), format!("reader{at}@d{}.example", at % 5))).collect()
}

fn borrowed(people: &[(String, String)]) -> Vec<(&str, &str)> {
    people.iter().map(|(code, address)| (code.as_str(), address.as_str())).collect()
}

async fn freezing(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let people = people(1203);
    let mut written = Written::draft(state, &borrowed(&people)).await;
    // A freeze that was cut off leaves nothing behind.
    written.write_by_hand(state).await;
    written.skip(0, SkipReason::NoConsent);
    written.skip(1, SkipReason::NoAddress);
    written.recipients[1].address = String::new();
    written.skip(2, SkipReason::DoubledAddress);
    written.recipients[2].address = "reader3@d3.example".into();
    let frozen = written.freeze(state).await;
    assert_eq!((frozen.recipients, frozen.skipped), (1203, 3));
    assert_eq!((written.count(state, "queued").await, written.count(state, "skipped").await), (1200, 3));
    assert_eq!(written.message(state, "reader0@d0.example").await.1, "no_consent");
    // A second freeze adds nothing.
    assert_eq!(written.freeze(state).await, frozen);
    assert_eq!(written.count(state, "queued").await, 1200);
    // Frozen is not started.
    run(&app).await;
    assert!(server.accepted().is_empty());
    written.act(state, MailingAction::Start).await;
    run(&app).await;
    let mut accepted = server.accepted();
    accepted.sort();
    accepted.dedup();
    assert_eq!((accepted.len(), server.accepted().len()), (1200, 1200));
    assert_eq!(written.state(state).await, "done");
    app.finish().await;
}
both!(a_mailing_is_frozen_once_and_sent_once, freezing);

async fn last_moment(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let names = ["gone", "topic", "withdrawn", "blocked", "bounced", "register", "erased", "post", "expired", "willing"];
    let people: Vec<(String, String)> = names.iter().map(|name| (name.to_string(), format!("{name}@customer.example"))).collect();
    let written = Written::new(state, &borrowed(&people)).await;
    let suppress = |address: &str, reason: &str, topic: &str, until: &str| {
        format!(
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at, until) \
             VALUES ('{address}@customer.example', 'email', '{reason}', '{topic}', 'test', 'test', 0, {until})"
        )
    };
    for statement in [
        suppress("gone", "unsubscribed", "", "NULL"),
        suppress("topic", "unsubscribed", "offers", "NULL"),
        suppress("willing", "unsubscribed", "news", "NULL"),
        suppress("bounced", "bounced", "", "NULL"),
        suppress("register", "register", "", "NULL"),
        suppress("expired", "manual", "", "1"),
        "INSERT INTO consents (id, contact_id, purpose, channel, state, text_version, source, at) SELECT 'c-1', id, 'marketing', 'email', 'withdrawn', '', 'letter', 5 \
         FROM contacts WHERE email = 'withdrawn@customer.example'"
            .to_string(),
        "UPDATE customers SET state = 'blocked' WHERE code = 'm-blocked'".to_string(),
        "UPDATE customers SET channel = 'post' WHERE code = 'm-post'".to_string(),
        "UPDATE contacts SET erased_at = 5 WHERE email = 'erased@customer.example'".to_string(),
    ] {
        execute(&app, &statement).await;
    }
    // What tells of an order goes to who unsubscribed, and not where no mail arrives.
    enqueue(state, "gone@customer.example", "order 1").await;
    enqueue(state, "Bounced@customer.example", "order 2").await;
    written.act(state, MailingAction::Start).await;
    run(&app).await;
    for (name, reason) in [
        ("gone", "unsubscribed"),
        ("topic", "topic_unwanted"),
        ("withdrawn", "consent_withdrawn"),
        ("blocked", "blocked"),
        ("bounced", "bounced"),
        ("register", "register"),
        ("erased", "erased"),
        ("post", "other_channel"),
    ] {
        let (state, why, _) = written.message(state, &format!("{name}@customer.example")).await;
        assert_eq!((state.as_str(), why.as_str()), ("skipped", reason), "{name}");
    }
    for name in ["willing", "expired"] {
        assert_eq!(written.message(state, &format!("{name}@customer.example")).await.0, "sent", "{name}");
    }
    assert_eq!(server.accepted().len(), 3);
    assert_eq!(written.state(state).await, "done");
    app.finish().await;
}
both!(who_said_no_after_the_freeze_is_not_written_to, last_moment);

/// Between claim and content: the server hangs at RCPT while the reader unsubscribes.
async fn under_way(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let written = Written::new(state, &[("a", "a@customer.example"), ("b", "b@customer.example")]).await;
    written.act(state, MailingAction::Start).await;
    server.set(Fault::Slow("RCPT", Duration::from_millis(1500)));
    let running = run(&app);
    let meanwhile = async {
        while written.count(state, "claimed").await < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        execute(
            &app,
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('a@customer.example', 'email', 'unsubscribed', '', '', '', 0)",
        )
        .await;
    };
    tokio::join!(running, meanwhile);
    assert_eq!(written.message(state, "a@customer.example").await, ("skipped".into(), "unsubscribed".into(), String::new()));
    assert_eq!(written.message(state, "b@customer.example").await.0, "sent");
    assert_eq!(server.accepted().len(), 1);
    app.finish().await;
}
both!(who_unsubscribes_while_the_message_is_claimed_gets_none, under_way);

async fn paused(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let written = Written::new(state, &[("a", "a@customer.example")]).await;
    written.act(state, MailingAction::Start).await;
    // A restored database sends nothing at all until a person releases it.
    execute(&app, "UPDATE sending SET paused = 1, reason = 'restored'").await;
    enqueue(state, "b@customer.example", "order 1").await;
    run(&app).await;
    assert!(server.accepted().is_empty());
    execute(&app, "UPDATE sending SET paused = 0").await;
    written.act(state, MailingAction::Pause).await;
    run(&app).await;
    assert_eq!(server.accepted().len(), 1, "the order's mail goes");
    written.act(state, MailingAction::Resume).await;
    run(&app).await;
    assert_eq!(server.accepted().len(), 2);
    let other = Written::new(state, &[("c", "c@customer.example")]).await;
    other.act(state, MailingAction::Start).await;
    other.act(state, MailingAction::Cancel).await;
    run(&app).await;
    assert_eq!(server.accepted().len(), 2);
    app.finish().await;
}
both!(nothing_goes_while_paused_and_nothing_of_a_cancelled_mailing, paused);

async fn throttled(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    let overrides = [("slow.example".to_string(), 60)].into();
    name_sender(state, |settings| settings.mail_limits = MailLimits { per_hour: Some(3600), per_domain_per_hour: Some(600), overrides }).await;
    let people: Vec<(String, String)> = (0..60).map(|at| (at.to_string(), format!("reader{at}@{}.example", if at < 30 { "slow" } else { "quick" }))).collect();
    let written = Written::new(state, &borrowed(&people)).await;
    written.act(state, MailingAction::Start).await;
    let sent_to = async |domain: &str| -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE state = 'sent' AND domain = $1")
            .bind(domain)
            .fetch_one(&mut *state.db.read().await.unwrap())
            .await
            .unwrap()
    };
    run(&app).await;
    assert_eq!((sent_to("slow.example").await, sent_to("quick.example").await), (2, 11), "a minute's burst each");
    // The rest is put off, and waits without being looked at.
    run(&app).await;
    assert_eq!(written.count(state, "sent").await, 13);
    let due: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE state = 'queued' AND run_after <= $1")
        .bind(state.clock.now_ms())
        .fetch_one(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(due, 0);
    // Another server, or this one started again, keeps the same pace.
    let config = Config { data: app.place().directory.clone(), database_url: app.place().url.clone(), ..state.config.clone() };
    let second = AppState::open(config, Clock::fixed(state.clock.now_ms())).await.unwrap();
    outbox::run_due_with(&second, || false, SHORT).await.unwrap();
    assert_eq!(written.count(state, "sent").await, 13);
    second.db.close().await;
    // Mails about orders do not wait, and count.
    for number in 0..5 {
        enqueue(state, "reader0@slow.example", &format!("order {number}")).await;
    }
    run(&app).await;
    assert_eq!(sent_to("slow.example").await, 7);
    for _ in 0..40 {
        app.pass(60);
        run(&app).await;
    }
    assert_eq!(sent_to("quick.example").await, 30);
    let slow = sent_to("slow.example").await;
    assert!((30..=35).contains(&slow), "{slow}");
    for _ in 0..10 {
        app.pass(60);
        run(&app).await;
    }
    assert_eq!((written.count(state, "sent").await, written.state(state).await), (60, "done".to_string()));
    app.finish().await;
}
both!(each_domain_is_written_to_at_its_own_pace_over_restarts, throttled);

async fn orders_first(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    let people = people(200);
    let written = Written::new(state, &borrowed(&people)).await;
    written.act(state, MailingAction::Start).await;
    app.pass(1);
    enqueue(state, "buyer@customer.example", "order 1").await;
    run(&app).await;
    let order: String = sqlx::query_scalar("SELECT id FROM messages WHERE cause = 'order 1'").fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
    let place = server.accepted().iter().position(|id| id.contains(&order)).expect("the order's mail went");
    // Four senders hold eight messages each at most.
    assert!(place < 4 * 8, "{place}");
    app.finish().await;
}
both!(an_orders_mail_goes_before_a_mailing, orders_first);

async fn policies(engine: Engine) {
    for (policy, first, last, accepted) in [("hold", "uncertain", "uncertain", 1), ("resend", "queued", "sent", 2)] {
        let server = FaultyServer::start().await;
        let app = app_with(engine, server.url()).await;
        let state = app.state();
        name_sender(state, |_| {}).await;
        let written = Written::new(state, &[("a", "a@customer.example")]).await;
        execute(&app, &format!("UPDATE mailings SET uncertain_policy = '{policy}'")).await;
        written.act(state, MailingAction::Start).await;
        server.set(Fault::AcceptAndDrop);
        run(&app).await;
        server.set(Fault::None);
        run(&app).await;
        assert_eq!(written.message(state, "a@customer.example").await.0, first, "{policy}");
        app.pass(61);
        run(&app).await;
        assert_eq!(written.message(state, "a@customer.example").await.0, last, "{policy}");
        // A person may still decide on what is held: the mailing is done, and does not stand in the way.
        assert_eq!(written.state(state).await, "done", "{policy}");
        let ids = server.accepted();
        assert_eq!(ids.len(), accepted, "{policy}");
        assert!(ids.iter().all(|id| *id == ids[0]), "the same Message-ID: {ids:?}");
        app.finish().await;
    }
}
both!(what_is_uncertain_is_held_or_sent_again_under_the_same_id, policies);

async fn refusals(engine: Engine) {
    let server = FaultyServer::start().await;
    let app = app_with(engine, server.url()).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    // No such mailbox: nothing goes there any more, an order's mail neither.
    let written = Written::new(state, &[("a", "Nobody@customer.example")]).await;
    written.act(state, MailingAction::Start).await;
    server.set(Fault::Say("RCPT", "550 5.1.1 no such user here"));
    run(&app).await;
    assert_eq!(written.message(state, "Nobody@customer.example").await.0, "failed");
    server.set(Fault::None);
    enqueue(state, "nobody@customer.example", "order 1").await;
    run(&app).await;
    assert!(server.accepted().is_empty());
    let source: String = sqlx::query_scalar("SELECT source FROM suppressions WHERE address = 'nobody@customer.example' AND reason = 'bounced'")
        .fetch_one(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert!(source.contains("no such user here"), "{source}");

    // The sender is refused: the mailing pauses and says why; nobody is struck off, and all goes once it is mended.
    let people: Vec<(String, String)> = (0..40).map(|at| (format!("p{at}"), format!("p{at}@other.example"))).collect();
    let mailing = Written::new(state, &borrowed(&people)).await;
    mailing.act(state, MailingAction::Start).await;
    server.set(Fault::Say("CONTENT", "550 5.7.26 this mail is not authenticated"));
    run(&app).await;
    assert_eq!(mailing.state(state).await, "paused");
    let reason: String =
        sqlx::query_scalar("SELECT paused_reason FROM mailings WHERE id = $1").bind(&mailing.id).fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
    assert!(reason.contains("5.7.26"), "{reason}");
    assert!(server.refused() < 40, "{}", server.refused());
    let struck: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM suppressions WHERE address <> 'nobody@customer.example'")
        .fetch_one(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(struck, 0);
    server.set(Fault::None);
    mailing.act(state, MailingAction::Resume).await;
    app.pass(600);
    run(&app).await;
    assert_eq!((mailing.count(state, "sent").await, mailing.state(state).await), (40, "done".to_string()));

    // A domain that is busy is left alone for a while; others are not.
    let people: Vec<(String, String)> = (0..60).map(|at| (format!("q{at}"), format!("q{at}@{}.example", if at % 2 == 0 { "busy" } else { "free" }))).collect();
    let mailing = Written::new(state, &borrowed(&people)).await;
    mailing.act(state, MailingAction::Start).await;
    server.set(Fault::SayTo("@busy.example", "421 4.7.0 try again later"));
    run(&app).await;
    let free = |word: &'static str| async move {
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM messages WHERE domain = 'free.example' AND state = $1")
            .bind(word)
            .fetch_one(&mut *state.db.read().await.unwrap())
            .await
            .unwrap()
    };
    assert_eq!(free("sent").await, 30);
    let tried = server.refused();
    assert!((5..30).contains(&tried), "{tried}");
    server.set(Fault::None);
    app.pass(5 * 60);
    run(&app).await;
    assert_eq!(mailing.count(state, "sent").await, 30, "left alone");
    app.pass(20 * 60);
    run(&app).await;
    assert_eq!(mailing.count(state, "sent").await, 60);
    app.finish().await;
}
both!(refusals_strike_off_pause_or_slow_down_whom_they_concern, refusals);

/// What dkimpy says of a mail, with the key it would find in the DNS.
fn verified(mail: &[u8], record: &str) -> bool {
    const CHECK: &str = "import sys,dkim\nmessage=sys.stdin.buffer.read()\nrecord=sys.argv[1].encode()\n\
        print(dkim.verify(message,dnsfunc=lambda name,timeout=5: record if name==b'k1._domainkey.firm.example.' else None))";
    use std::io::Write as _;
    let mut child = std::process::Command::new(PYTHON)
        .args(["-c", CHECK, record])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 runs");
    child.stdin.take().expect("a pipe").write_all(mail).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "dkimpy is missing: apt-get install python3-dkim python3-nacl");
    String::from_utf8_lossy(&output.stdout).trim() == "True"
}

async fn signed(engine: Engine) {
    for kind in [dkim::Kind::Rsa, dkim::Kind::Ed25519] {
        let server = MailServer::start().await;
        let app = app_with(engine, server.url()).await;
        let state = app.state();
        let pkcs8 = dkim::new_key(kind).unwrap();
        let settings = dkim::seal(&state.key(Purpose::Mail).await.unwrap(), "firm.example", "k1", &pkcs8).unwrap();
        name_sender(state, |firm| {
            firm.dkim = Some(settings);
            firm.unsubscribe_mailbox = Some("leave@firm.example".into());
        })
        .await;
        let written = Written::new(state, &[("a", "a@customer.example")]).await;
        written.act(state, MailingAction::Start).await;
        enqueue(state, "b@customer.example", "order 1").await;
        run(&app).await;
        let mails = server.wait_for(2).await;
        let record = dkim::dns_record(&pkcs8).unwrap();
        for mail in &mails {
            // The server adds its own headers before the signature; line ends come back as the Maildir's.
            let raw = mail.raw.replace("\r\n", "\n").replace('\n', "\r\n");
            assert!(verified(raw.as_bytes(), &record), "{kind:?}: {raw}");
            let mailing = mail.to == "a@customer.example";
            let mut altered = vec![("Subject: ", "Subject: Re: "), ("From: ", "From: Somebody "), ("Message-ID: <", "Message-ID: <x"), ("To: ", "To: x")];
            if mailing {
                altered.extend([
                    ("List-Unsubscribe: <https://kontor.example/u/", "List-Unsubscribe: <https://evil.example/u/"),
                    ("List-Unsubscribe-Post: List-Unsubscribe=One-Click", "List-Unsubscribe-Post: no"),
                    ("List-Id: <", "List-Id: <x"),
                    ("Feedback-ID: m", "Feedback-ID: n"),
                ]);
            } else {
                assert!(!raw.contains("List-Unsubscribe") && raw.contains("Auto-Submitted: auto-generated"), "{raw}");
            }
            for (from, to) in altered {
                let other = raw.replacen(from, to, 1);
                assert_ne!(other, raw, "{from}");
                assert!(!verified(other.as_bytes(), &record), "{kind:?}: altered {from}");
            }
            let body = raw.rfind("\r\n\r\n").unwrap();
            let other = format!("{}\r\n\r\nx{}", &raw[..body], &raw[body + 4..]);
            assert!(!verified(other.as_bytes(), &record), "{kind:?}: altered body");
            assert!(raw.lines().all(|line| line.len() <= 998) && raw.is_ascii(), "{raw}");
            if mailing {
                assert!(raw.contains(", <mailto:leave@firm.example?subject=unsubscribe>\r\n"), "{raw}");
                assert!(!raw.contains("Auto-Submitted") && raw.contains("multipart/alternative"), "{raw}");
                let plain = raw.find("text/plain").unwrap();
                assert!(plain < raw.find("text/html").unwrap() && mail.text.contains(&format!("{PUBLIC_URL}/u/")), "{raw}");
            }
        }
        app.finish().await;
    }
}
both!(a_second_implementation_verifies_the_signature, signed);

async fn command(engine: Engine) {
    let app = TestApp::start(engine).await;
    name_sender(app.state(), |_| {}).await;
    let output = kontor_tests::program::run(app.place(), &["mail", "dkim-key", "--domain", "firm.example", "--selector", "k1", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(made["name"], "k1._domainkey.firm.example");
    assert!(made["record"].as_str().unwrap().starts_with("v=DKIM1; k=rsa; p="), "{output}");
    let stored = app.state().firm().await.unwrap();
    let signer = dkim::Signer::open(&app.state().key(Purpose::Mail).await.unwrap(), stored.dkim.as_ref().unwrap()).unwrap();
    let mail = signer.sign(b"From: a@firm.example\r\nSubject: x\r\n\r\nBody\r\n", 1_768_467_600).unwrap();
    assert!(verified(&mail, made["record"].as_str().unwrap()));
    app.finish().await;
}
both!(the_key_made_by_the_command_line_signs, command);

mod two_servers {
    use super::*;
    use kontor_tests::databases::Place;
    use kontor_tests::program::Server;

    /// Two real servers on one PostgreSQL; on SQLite, whose directory takes one server, it and another program that sends: the
    /// same leases keep them apart.
    async fn each_recipient_once(engine: Engine) {
        let sink = FaultyServer::start().await;
        let place = Place::new(engine).await;
        let config = Config {
            data: place.directory.clone(),
            database_url: place.url.clone(),
            smtp_url: Some(sink.url()),
            public_url: Some(PUBLIC_URL.into()),
            ..Config::default()
        };
        let state = AppState::open(config, Clock::system()).await.unwrap();
        name_sender(&state, |_| {}).await;
        let count = std::env::var("KONTOR_KILL_RECIPIENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000);
        let people = people(count);
        let written = Written::new(&state, &borrowed(&people)).await;
        let url = sink.url();
        let environment = [("KONTOR_SMTP_URL", url.as_str()), ("KONTOR_PUBLIC_URL", PUBLIC_URL)];
        let one = Server::start(&place, &[], &environment).await;
        let two = match engine {
            Engine::Postgres => Some(Server::start(&place, &[], &environment).await),
            Engine::Sqlite => None,
        };
        written.act(&state, MailingAction::Start).await;
        let beside = match two {
            Some(_) => 0,
            None => outbox::run_due(&state, || false).await.unwrap(),
        };
        while written.state(&state).await != "done" {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut accepted = sink.accepted();
        accepted.sort();
        accepted.dedup();
        assert_eq!((accepted.len(), sink.accepted().len(), written.count(&state, "sent").await), (count, count, count as i64));
        assert!(two.is_some() || (beside > 0 && (beside as usize) < count), "both sent: {beside} of {count} beside the server");
        one.kill().await;
        if let Some(two) = two {
            two.kill().await;
        }
        state.db.close().await;
        place.remove().await;
    }
    both!(send_each_recipient_once, each_recipient_once);
}

/// `kontor mail send` makes, freezes and sends a mailing; `status` and `release` tell of it.
async fn from_the_command_line(engine: Engine) {
    use kontor_tests::program::run_with_input;
    let app = TestApp::start(engine).await;
    let state = app.state();
    name_sender(state, |_| {}).await;
    Written::draft(state, &[("a", "a@customer.example"), ("b", "b@customer.example")]).await;
    execute(&app, "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('b@customer.example', 'email', 'register', '', '', '', 0)").await;
    let file = app.place().directory.join("news.txt");
    std::fs::write(&file, "New prices\n\nHello, the new list is out.\n\nLeave: {{ unsubscribe_url }}\n").unwrap();
    let file = file.to_str().unwrap().to_string();
    let arguments = ["mail", "send", "--segment", "potential", "--template", &file, "--wait", "--json"];
    // Without a public address nobody could unsubscribe.
    let refused = run_with_input(app.place(), &arguments, "");
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stdout));
    let data = app.place().directory.to_str().unwrap().to_string();
    let output = kontor_tests::program::command(app.place(), &arguments).args(["--data", &data]).env("KONTOR_PUBLIC_URL", PUBLIC_URL).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (field, count) in [("recipients", 2), ("accepted", 1), ("skipped", 1), ("failed", 0), ("uncertain", 0)] {
        assert_eq!(report[field], count, "{field}: {report}");
    }
    let spool: Vec<_> = std::fs::read_dir(app.place().directory.join("spool")).unwrap().collect();
    assert_eq!(spool.len(), 1);
    execute(&app, "UPDATE sending SET paused = 1, reason = 'restored'").await;
    let status: serde_json::Value = serde_json::from_str(&kontor_tests::program::run(app.place(), &["mail", "status", "--json"])).unwrap();
    assert_eq!(status["paused"], "restored");
    assert!(kontor_tests::program::run(app.place(), &["mail", "status"]).contains("restored"));
    for released in [true, false] {
        let said: serde_json::Value = serde_json::from_str(&kontor_tests::program::run(app.place(), &["mail", "release", "--json"])).unwrap();
        assert_eq!(said["released"], released);
    }
    assert_eq!(kontor_tests::program::run(app.place(), &["mail", "release"]), "mail was not held back\n");
    let said = kontor_tests::program::run(app.place(), &["mail", "status"]);
    assert!(said.starts_with("nothing is under way") && said.lines().count() == 1, "{said}");
    let status: serde_json::Value = serde_json::from_str(&kontor_tests::program::run(app.place(), &["mail", "status", "--json"])).unwrap();
    assert_eq!(status["paused"], serde_json::Value::Null);
    app.finish().await;
}
both!(a_segment_is_written_to_from_the_command_line, from_the_command_line);

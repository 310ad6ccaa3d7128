//! Orders by e-mail over IMAP: a real mailbox, the whole way from the mailing to the invoice, and servers that mean harm.

use std::time::{Duration, Instant};

use kontor_server::intake::imap::{Address, read_once};
use kontor_server::{background, jobs, outbox};
use kontor_shared::api::incoming::IncomingPage;
use kontor_shared::api::{Confirmed, OrderPage, PublishReport, Role};
use kontor_shared::mailings::MailingAction;
use kontor_tests::dovecot::Dovecot;
use kontor_tests::imap::{Mailbox, Wrong};
use kontor_tests::letters::Letter;
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use kontor_tests::smtp::MailServer;
use kontor_tests::{Engine, TestApp, both, on_both_databases};
use serde_json::{Value, json};

use crate::read_form::{edited, issue};

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *app.state().db.read().await.unwrap()).await.unwrap()
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < end, "{what} did not happen within a minute");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The mailing carries the sheet, LibreOffice fills it, it is mailed back, and becomes an order and an invoice: no key is
/// pressed in between but the one that confirms.
async fn the_whole_way(engine: Engine) {
    let (smtp, mailbox) = (MailServer::start().await, Dovecot::start().await);
    let (smtp_url, imap_url) = (smtp.url(), mailbox.url());
    let app = TestApp::start_with(engine, |config| {
        config.smtp_url = Some(smtp_url);
        config.imap_url = Some(imap_url);
        config.public_url = Some(PUBLIC_URL.into());
    })
    .await;
    let state = app.state();
    let sales = app.staff(Role::Sales).await;
    let goods = "code;name;group;unit;price.wholesale EUR\n00123;Tea;G;pc;2.00\nA-1;Fork;H;pc;0.45\n";
    sales.upload("/api/imports?kind=products&name=goods.csv", goods.as_bytes().to_vec()).await.ok();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
    name_sender(state, |_| {}).await;
    let written = Written::draft(state, &[("a", "a@customer.example")]).await;
    crate::run(&app, "UPDATE mailings SET attach_price_list = 1", &[]).await;
    written.freeze(state).await;
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.unwrap();
    let sent = smtp.wait_for(1).await;
    let directory = app.place().directory.clone();
    let mailed = directory.join("mailed.xlsx");
    let carried = kontor_server::intake::mime::read(sent[0].raw.as_bytes()).unwrap();
    std::fs::write(&mailed, &carried.files[0].bytes).unwrap();
    let filled = directory.join("filled.ods");
    fill_with_libreoffice(&mailed, &filled, &[("00123", 12.0), ("A-1", 5.0)]);

    // From here on the server's own background work does everything.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = background::spawn(state.clone(), stopped);
    let answer = Letter::new("a@customer.example", "answer").subject("Re: Новые цены").file("price list.ods", std::fs::read(&filled).unwrap());
    mailbox.append(&answer.raw()).await;
    until("the order", async || count(&app, "SELECT COUNT(*) FROM orders").await == 1).await;
    until("filing", async || mailbox.count("Processed").await == 1 && mailbox.count("INBOX").await == 0).await;
    let page: OrderPage = sales.get("/api/orders").await.json();
    let order: Value = sales.get(&format!("/api/orders/{}", page.orders[0].id)).await.json();
    assert_eq!((order["source"].as_str(), order["state"].as_str(), order["accepted"].as_u64()), (Some("mail"), Some("submitted"), Some(2)), "{order}");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM order_origins g JOIN mailings m ON m.id = g.mailing_id").await, 1, "the order remembers its mailing");
    let confirmed: Confirmed = sales.call("POST", &format!("/api/orders/{}/confirm", page.orders[0].id)).await.json();
    until("the invoice", async || sales.get(&format!("/api/documents/{}/pdf", confirmed.proforma.id)).await.status == 200).await;
    // The mailing, what became of each line, and the confirmation.
    let mails = smtp.wait_for(3).await;
    assert!(mails.iter().any(|mail| mail.raw.contains("In-Reply-To: <answer@customer.example>")), "{mails:?}");
    // A second message, while the server idles.
    mailbox.append(&Letter::new("a@customer.example", "words").raw()).await;
    until("the second message", async || mailbox.count("Failed").await == 1).await;
    let _ = stop.send(true);
    work.await.unwrap();
    let seen: IncomingPage = sales.get("/api/incoming?state=needs_person").await.json();
    assert_eq!((seen.mails.len(), seen.mails[0].reason.as_str(), seen.boxes.len(), seen.boxes[0].trouble.as_str()), (1, "no_file", 1, ""));
    app.finish().await;
}
both!(a_mailing_comes_back_as_an_order_and_becomes_an_invoice, the_whole_way);

/// LibreOffice opens the form, fills quantities, computes anew and saves as ODS.
fn fill_with_libreoffice(form: &std::path::Path, out: &std::path::Path, quantities: &[(&str, f64)]) {
    let profile = form.with_file_name("profile-uno");
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/fill.py");
    let mut command = std::process::Command::new("/usr/bin/python3");
    command.arg(script).args([form, out]).arg(profile);
    for (code, quantity) in quantities {
        command.arg(format!("{code}={quantity}"));
    }
    let output = command.output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

on_both_databases!(a_hostile_mail_server_takes_nothing_and_loses_nothing, |app| async {
    name_sender(app.state(), |_| {}).await;
    let form = issue(&app).await;
    let sheet = std::fs::read(edited(&form, "order", &json!([["type", {"00123": 12}]]))).unwrap();
    let letter = Letter::new("c1@customer.example", "one").file("order.xlsx", sheet);
    let mailbox = Mailbox::start(Wrong::Nothing).await;
    let address = Address::parse(&mailbox.url()).unwrap();
    mailbox.put(3, letter.raw());
    let before = resident();
    for wrong in [Wrong::HugeLiteral, Wrong::EndlessLine, Wrong::EndlessAnswer, Wrong::CutMidFetch] {
        mailbox.set(wrong);
        let begun = Instant::now();
        let read = tokio::time::timeout(Duration::from_secs(10), read_once(app.state(), &address)).await.unwrap_or_else(|_| panic!("{wrong:?} holds on"));
        assert!(read.is_err(), "{wrong:?}");
        assert!(begun.elapsed() < Duration::from_secs(10) && resident() < before + (64 << 20), "{wrong:?}: {} bytes more", resident().saturating_sub(before));
        assert_eq!((mailbox.count("INBOX"), count(&app, "SELECT COUNT(*) FROM orders").await), (1, 0), "{wrong:?}");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM incoming_boxes WHERE trouble <> ''").await, 1, "{wrong:?}");
    }
    // Stored, and then nobody knows: the server hangs, and this one dies.
    mailbox.set(Wrong::HangsOnMove);
    let dying = tokio::spawn({
        let (state, address) = (app.state().clone(), Address::parse(&mailbox.url()).unwrap());
        async move { read_once(&state, &address).await.map_err(|error| format!("{error:#}")) }
    });
    until("storing", async || count(&app, "SELECT COUNT(*) FROM incoming_mails").await == 1).await;
    dying.abort();
    assert_eq!(mailbox.count("INBOX"), 1);
    // Whoever comes after finds it there, knows it, and lets the mailbox go of it.
    app.pass(100);
    mailbox.set(Wrong::StaleNo);
    assert_eq!(read_once(app.state(), &address).await.unwrap(), 1);
    assert_eq!((mailbox.count("INBOX"), mailbox.count("Processed")), (0, 1));
    assert_eq!((count(&app, "SELECT COUNT(*) FROM orders").await, count(&app, "SELECT COUNT(*) FROM incoming_mails").await), (1, 1));
    // The answer to n:* holds lower ids; and a mailbox numbered anew brings nothing back.
    assert_eq!(read_once(app.state(), &address).await.unwrap(), 0);
    mailbox.renumber();
    mailbox.set(Wrong::NoMove);
    assert_eq!(read_once(app.state(), &address).await.unwrap(), 1);
    assert_eq!((mailbox.count("INBOX"), mailbox.count("Processed"), count(&app, "SELECT COUNT(*) FROM orders").await), (0, 1, 1));
    // Gone between search and fetch.
    mailbox.put(9, Letter::new("c1@customer.example", "gone").raw());
    mailbox.set(Wrong::Expunged);
    assert_eq!(read_once(app.state(), &address).await.unwrap(), 0);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM incoming_mails").await, 1);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM incoming_boxes WHERE trouble = '' AND failures = 0").await, 1);
    jobs::run_due(app.state(), || false).await.unwrap();
});

async fn encrypted(engine: Engine) {
    let mailbox = Dovecot::encrypted().await;
    let authority = mailbox.authority();
    let app = TestApp::start_with(engine, |config| config.smtp_ca = Some(authority)).await;
    for (at, url) in mailbox.encrypted_urls().into_iter().enumerate() {
        mailbox.append(&Letter::new("a@customer.example", &format!("words-{at}")).raw()).await;
        let address = Address::parse(&url).unwrap();
        assert_eq!(read_once(app.state(), &address).await.unwrap(), 1, "{url}");
        assert_eq!((mailbox.encrypted_log_ins(), mailbox.count("INBOX").await), (at + 1, 0), "{url}");
    }
    // A certificate nobody vouches for is not talked to.
    let stranger = TestApp::start(engine).await;
    for url in mailbox.encrypted_urls() {
        let error = read_once(stranger.state(), &Address::parse(&url).unwrap()).await.unwrap_err();
        assert!(format!("{error:#}").contains("UnknownIssuer") || format!("{error:#}").contains("certificate"), "{url}: {error:#}");
    }
    // Nobody says the password to a server that does not encrypt, or in whose name another speaks.
    let mailbox = Mailbox::start(Wrong::NoEncryption).await;
    let address = Address::parse(&format!("{}?tls=required", mailbox.url())).unwrap();
    for (wrong, said) in [(Wrong::NoEncryption, "does not encrypt"), (Wrong::SaysMoreBeforeEncryption, "says more before encryption")] {
        mailbox.set(wrong);
        let error = read_once(app.state(), &address).await.unwrap_err();
        assert!(format!("{error:#}").contains(said), "{error:#}");
    }
    assert_eq!(mailbox.log_ins(), 0);
    stranger.finish().await;
    app.finish().await;
}
both!(a_mailbox_is_read_by_encrypted_connections_and_its_password_told_to_nobody_else, encrypted);

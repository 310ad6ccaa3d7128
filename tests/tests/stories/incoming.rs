//! Orders by e-mail through the drop directory: taken once where the sender is proved, waiting where not, answered line by line.

use std::path::{Path, PathBuf};

use kontor_server::intake::folder;
use kontor_server::intake::store::gone;
use kontor_server::outbox;
use kontor_shared::api::accounts::LinkInfo;
use kontor_shared::api::entry::OrderBackground;
use kontor_shared::api::incoming::{ConfirmedOrder, IncomingMail, IncomingPage, IncomingView, ReadAgain};
use kontor_shared::api::{OrderPage, Role};
use kontor_tests::letters::Letter;
use kontor_tests::mailing::{PUBLIC_URL, name_sender};
use kontor_tests::{Client, Engine, TestApp, both, program};
use serde_json::{Value, json};

use crate::read_form::{account, edited, issue, saved_as};

pub(crate) const BUYER: &str = "c1@customer.example";
const SIGNED: &str = "Authentication-Results: mx.firm.example; spf=pass; dkim=pass header.d=customer.example";

/// The firm with its goods out, and the form of customer C1.
pub(crate) async fn firm(engine: Engine) -> (TestApp, PathBuf) {
    let app = TestApp::start_with(engine, |config| {
        config.public_url = Some(PUBLIC_URL.into());
        config.mail_authserv = Some("mx.firm.example".into());
    })
    .await;
    name_sender(app.state(), |_| {}).await;
    let form = issue(&app).await;
    (app, form)
}

pub(crate) fn filled(form: &Path, name: &str, quantities: &Value) -> Vec<u8> {
    std::fs::read(edited(form, name, &json!([["type", quantities]]))).unwrap()
}

/// The same without its hidden sheet: a CSV has none.
pub(crate) fn bare(form: &Path, name: &str, quantities: &Value) -> Vec<u8> {
    let file = edited(form, name, &json!([["type", quantities]]));
    std::fs::read(saved_as(&file, "csv:Text - txt - csv (StarCalc):44,34,76,1")).unwrap()
}

/// Another form of a customer's.
fn another_form(app: &TestApp, customer: &str) -> PathBuf {
    let file = app.place().directory.join(format!("another-{customer}.xlsx"));
    program::run(app.place(), &["pricelist", "--customer", customer, "--out", file.to_str().unwrap()]);
    file
}

/// Drops a message and takes in what lies there.
pub(crate) async fn drop_in(app: &TestApp, name: &str, letter: &Letter) {
    let directory = folder::directory(app.state());
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(name), letter.raw()).unwrap();
    folder::run_due(app.state(), || false).await.unwrap();
    assert!(!directory.join(name).exists(), "{name} was not taken in");
}

pub(crate) async fn mails(staff: &Client, state: &str) -> Vec<IncomingMail> {
    staff.get(&format!("/api/incoming?state={state}")).await.json::<IncomingPage>().mails
}

pub(crate) async fn orders(staff: &Client) -> OrderPage {
    staff.get("/api/orders").await.json()
}

pub(crate) async fn show(staff: &Client, id: &str) -> IncomingView {
    staff.get(&format!("/api/incoming/{id}")).await.json()
}

/// The secret of the link in a mail to this address.
pub(crate) async fn link(app: &TestApp, address: &str) -> String {
    let told = app.mails_to(address).await;
    let found = told.iter().find_map(|(_, text)| text.lines().find_map(|line| line.strip_prefix(PUBLIC_URL)?.split_once('#')));
    found.expect("a mail with a link").1.to_string()
}

async fn the_sheets_own_secret(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    let sheet = filled(&form, "first", &json!({"00123": 12, "0E10": 3}));
    let letter = Letter::new("somebody@elsewhere.example", "one").file("=?utf-8?B?0LfQsNC60LDQty54bHN4?=", sheet.clone());
    drop_in(&app, "one.eml", &letter).await;
    assert!(folder::directory(app.state()).join("done/one.eml").exists());
    let taken = mails(&staff, "accepted").await;
    assert_eq!((taken.len(), taken[0].reason.as_str()), (1, ""), "{taken:?}");
    let page = orders(&staff).await;
    assert_eq!(page.orders.len(), 1);
    let order: Value = staff.get(&format!("/api/orders/{}", page.orders[0].id)).await.json();
    assert_eq!((order["source"].as_str(), order["state"].as_str(), order["read"].as_u64()), (Some("mail"), Some("submitted"), Some(2)), "{order}");
    let seen = show(&staff, &taken[0].id).await;
    assert_eq!((seen.evidence.as_str(), seen.files[0].name.as_str(), seen.files[0].order.is_some()), ("token", "заказ.xlsx", true));
    assert_eq!(staff.get(&format!("/api/incoming/{}/files/1", taken[0].id)).await.ok().body, sheet);
    assert_eq!(staff.get(&format!("/api/incoming/{}/raw", taken[0].id)).await.ok().body, letter.raw());
    // The customer's own address is told, not whoever the message says it is from.
    let told = app.mails_to(BUYER).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let (subject, text) = &told[0];
    assert!(subject.contains(&page.orders[0].number) && text.contains("00123") && text.contains("Accepted: 2, changed: 0, refused: 0."), "{text}");
    assert!(app.mails_to("somebody@elsewhere.example").await.is_empty());

    // The same message once more, by another way: nothing happens, and it is put away.
    drop_in(&app, "again.eml", &letter.clone().header("Received: from a by b")).await;
    assert_eq!((orders(&staff).await.orders.len(), mails(&staff, "").await.len()), (1, 1));
    // The same form with the same quantities in another message: told that it is an order already.
    drop_in(&app, "double.eml", &Letter::new(BUYER, "two").header(SIGNED).file("again.xlsx", sheet)).await;
    assert_eq!(orders(&staff).await.orders.len(), 1);
    let double = mails(&staff, "accepted").await;
    assert_eq!((double.len(), double[0].reason.as_str(), double[0].detail.as_str()), (2, "double", page.orders[0].number.as_str()), "{double:?}");
    // The same form with other quantities while the first waits: a person sees both.
    let other = filled(&form, "other", &json!({"00123": 20}));
    drop_in(&app, "other.eml", &Letter::new(BUYER, "three").file("other.xlsx", other)).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str(), waiting[0].detail.as_str()), (1, "other_order_open", page.orders[0].number.as_str()), "{waiting:?}");
    let seen = show(&staff, &waiting[0].id).await;
    assert_eq!((seen.files[0].account.as_ref().unwrap().accepted, seen.files[0].order.is_none()), (1, true));
    let beside = seen.files[0].other.as_ref().unwrap();
    let said: Vec<(&str, String)> = beside.lines.iter().map(|line| (line.code.as_str(), line.quantity.to_string())).collect();
    assert_eq!((beside.number.as_str(), said), (page.orders[0].number.as_str(), vec![("0E10", "3".to_string()), ("00123", "12".to_string())]));
    // Who reads it twice takes it once; of another content nothing is taken.
    let path = format!("/api/incoming/{}/take", waiting[0].id);
    staff.post(&path, &json!({"file": 1, "customer": "C1", "content": "other"})).await.problem(409, "account_changed");
    let read: ReadAgain = staff.post(&format!("/api/incoming/{}/read", waiting[0].id), &json!({"file": 1, "customer": "C1"})).await.json();
    assert_eq!(read.content, seen.files[0].content);
    let taken: ConfirmedOrder = staff.post(&path, &json!({"file": 1, "customer": "C1", "content": read.content})).await.json();
    assert_ne!(taken.number, page.orders[0].number);
    staff.post(&path, &json!({"file": 1, "customer": "C1", "content": read.content})).await.problem(409, "decided");
    assert_eq!((orders(&staff).await.orders.len(), mails(&staff, "needs_person").await.len()), (2, 0));
    staff.post(&format!("/api/incoming/{}/decide", waiting[0].id), &json!({"state": "ignored"})).await.problem(409, "answered");
    app.finish().await;
}
both!(a_sheet_that_went_to_the_customer_comes_back_as_one_order, the_sheets_own_secret);

async fn an_old_sheet(engine: Engine) {
    const HALF_A_YEAR: i64 = 183 * 24 * 3_600_000;
    let (app, form) = firm(engine).await;
    let issued: i64 = sqlx::query_scalar("SELECT MAX(created_at) FROM forms").fetch_one(&mut *app.state().db.read().await.unwrap()).await.unwrap();
    app.state().clock.set(issued + HALF_A_YEAR + 1);
    let staff = app.staff(Role::Sales).await;
    let old = filled(&form, "old", &json!({"00123": 24}));
    drop_in(&app, "old.eml", &Letter::new("somebody@elsewhere.example", "old").file("a.xlsx", old)).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str(), orders(&staff).await.orders.len()), (1, "asked", 0), "{waiting:?}");
    assert_eq!(show(&staff, &waiting[0].id).await.evidence, "");
    // The customer is asked at the address the firm has, not whoever sent it.
    let token = link(&app, BUYER).await;
    app.anonymous().post("/api/mail-order/confirm", &json!({"token": token})).await.json::<ConfirmedOrder>();
    assert_eq!((mails(&staff, "accepted").await.len(), orders(&staff).await.orders.len()), (1, 1));
    // On the last day it still speaks for itself.
    app.state().clock.set(issued + HALF_A_YEAR);
    let young = filled(&form, "young", &json!({"0E10": 3}));
    drop_in(&app, "young.eml", &Letter::new("somebody@elsewhere.example", "young").file("a.xlsx", young)).await;
    let young = mails(&staff, "needs_person").await;
    assert_eq!((young.len(), young[0].reason.as_str(), show(&staff, &young[0].id).await.evidence.as_str()), (1, "other_order_open", "token"), "{young:?}");
    app.finish().await;
}
both!(a_sheet_older_than_half_a_year_proves_nothing_by_itself, an_old_sheet);

async fn in_the_way(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    let directory = folder::directory(app.state());
    std::fs::create_dir_all(&directory).unwrap();
    // A file where the folder of taken messages should be.
    std::fs::write(directory.join("done"), "").unwrap();
    let order = Letter::new(BUYER, "order").file("order.xlsx", filled(&form, "order", &json!({"00123": 12})));
    std::fs::write(directory.join("a.eml"), order.raw()).unwrap();
    std::fs::write(directory.join("b.eml"), Letter::new(BUYER, "no order").raw()).unwrap();
    let boxes = async || staff.get("/api/incoming").await.json::<IncomingPage>().boxes;
    for _ in 0..2 {
        folder::run_due(app.state(), || false).await.unwrap_err();
        assert!(directory.join("a.eml").exists() && directory.join("failed/b.eml").exists(), "one message held up the other");
        let told = boxes().await;
        assert!(told.len() == 1 && told[0].name == "incoming" && told[0].trouble.contains("done"), "{told:?}");
    }
    std::fs::remove_file(directory.join("done")).unwrap();
    folder::run_due(app.state(), || false).await.unwrap();
    assert!(directory.join("done/a.eml").exists() && boxes().await.is_empty());
    assert_eq!((orders(&staff).await.orders.len(), mails(&staff, "").await.len()), (1, 2));
    app.finish().await;
}
both!(a_message_that_cannot_be_put_away_holds_up_no_other_and_staff_are_told, in_the_way);

/// A report of a mail server's about the message `id`, with its delivery status.
fn report(no: u32, id: &str, status: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: orders@firm.example\r\nSubject: Undelivered {no}\r\nMessage-ID: <{no}@mx.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n\
         --r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n{status}\r\n\
         --r\r\nContent-Type: message/rfc822\r\n\r\nFrom: orders@firm.example\r\nMessage-Id: <{id}>\r\nSubject: x\r\n\r\nText\r\n--r--\r\n"
    )
    .into_bytes()
}

async fn came_back(engine: Engine) {
    const GONE: &str = "Final-Recipient: rfc822; elsewhere@customer.example\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550\r\n 5.1.1 <c1@customer.example>: no such user";
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    drop_in(&app, "order.eml", &Letter::new(BUYER, "order").file("order.xlsx", filled(&form, "order", &json!({"00123": 12})))).await;
    outbox::run_due(app.state(), || false).await.unwrap();
    let sent: String = sqlx::query_scalar("SELECT message_id FROM messages WHERE recipient = $1 AND attempts > 0")
        .bind(BUYER)
        .fetch_one(&mut *app.state().db.read().await.unwrap())
        .await
        .unwrap();
    let customer = app.customer("C1").await;
    let stopped = async || {
        let page: kontor_shared::api::Customer = staff.get(&format!("/api/customers/{customer}")).await.json();
        page.contacts.iter().flat_map(|contact| &contact.stopped).map(|stopped| stopped.reason.clone()).collect::<Vec<String>>()
    };
    let judged = async |no: u32, raw: Vec<u8>| {
        let directory = folder::directory(app.state());
        std::fs::write(directory.join(format!("{no}.eml")), raw).unwrap();
        folder::run_due(app.state(), || false).await.unwrap();
        let mails = mails(&staff, "ignored").await;
        let mail = mails.iter().find(|mail| mail.subject == format!("Undelivered {no}")).unwrap_or_else(|| panic!("{no}: {mails:?}")).clone();
        (mail.reason, mail.detail, mail.customer.map(|customer| customer.code))
    };
    let ours = |reason: &str| (reason.to_string(), BUYER.to_string(), Some("C1".to_string()));
    let (own, _) = sent.split_once('@').unwrap();
    // Who does not know the id of the message knows nothing of it.
    for (no, id) in [(1, format!("{own}@elsewhere.example")), (2, "0199c0de-0000-7000-8000-000000000000@firm.example".into())] {
        assert_eq!(judged(no, report(no, &id, GONE)).await, ("bounce".into(), String::new(), None));
    }
    // It is only late, or the sender is refused: no fault of the address.
    assert_eq!(judged(3, report(3, &sent, "Final-Recipient: rfc822; c1@customer.example\r\nAction: delayed\r\nStatus: 4.4.1")).await, ours("came_back"));
    let refused = "\r\nFinal-Recipient: rfc822; c1@customer.example\r\nAction: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 blocked, see 5.1.1";
    assert_eq!(judged(4, report(4, &sent, refused)).await, ours("came_back"));
    assert!(stopped().await.is_empty());
    assert_eq!(judged(5, report(5, &sent, GONE)).await, ours("struck_off"));
    assert_eq!(stopped().await, ["bounced"]);
    // A person who knows better lifts it; the next report, from a program that knows of no reports, says it again.
    let page: kontor_shared::api::Customer = staff.get(&format!("/api/customers/{customer}")).await.json();
    let lift = json!({"channel": "email", "bounces": false, "reason": "they wrote to us"});
    staff.post(&format!("/api/contacts/{}/bounced", page.contacts[0].id), &lift).await.ok();
    app.pass(60);
    let plain = format!(
        "Return-Path: <>\r\nFrom: mailer-daemon@corp.mail.example\r\nSubject: Undelivered 6\r\nMessage-ID: <6@mx.example>\r\n\r\n\
         c1@customer.example\r\n    550 5.1.1 user not found\r\n\r\nReceived: by mx\r\nMessage-ID: <{sent}>\r\nSubject: x\r\n"
    );
    assert_eq!(judged(6, plain.into_bytes()).await, ours("struck_off"));
    // Nothing more goes there, and the message that does not go says why.
    app.pass(3_700);
    drop_in(&app, "again.eml", &Letter::new(BUYER, "again").file("order.xlsx", filled(&form, "again", &json!({"00123": 12})))).await;
    outbox::run_due(app.state(), || false).await.unwrap();
    let states: Vec<String> = sqlx::query_scalar("SELECT state FROM messages WHERE recipient = $1 ORDER BY id")
        .bind(BUYER)
        .fetch_all(&mut *app.state().db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(states, ["sent", "skipped"]);
    app.finish().await;
}
both!(what_came_back_to_the_mailbox_strikes_an_address_off_where_it_proves_itself, came_back);

async fn lines_not_taken(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    let sheet = filled(&form, "mixed", &json!({"00123": 12, "KG1": "much", "85123A": -3}));
    drop_in(&app, "mixed.eml", &Letter::new(BUYER, "mixed").file("mixed.xlsx", sheet)).await;
    let accepted = mails(&staff, "accepted").await;
    assert_eq!(accepted.len(), 1, "{:?}", mails(&staff, "").await);
    let told = app.mails_to(BUYER).await;
    assert!(told.len() == 1 && told[0].1.contains("refused: 2.") && told[0].1.contains("The attached sheet"), "{told:?}");
    // It goes out as an answer, with a sheet of the two lines that were not taken.
    outbox::run_due(app.state(), || false).await.unwrap();
    let spool = app.place().directory.join("spool");
    let written: Vec<PathBuf> = std::fs::read_dir(&spool).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(written.len(), 1);
    let raw = std::fs::read(&written[0]).unwrap();
    let text = String::from_utf8_lossy(&raw).into_owned();
    for line in ["Auto-Submitted: auto-replied", "In-Reply-To: <mixed@customer.example>", "References: <mixed@customer.example>"] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let corrected = app.place().directory.join("corrected.xlsx");
    let answer = kontor_server::intake::mime::read(&raw).unwrap();
    assert_eq!(answer.files.len(), 1);
    std::fs::write(&corrected, &answer.files[0].bytes).unwrap();
    let (empty, _) = account(app.place(), &corrected, &[]);
    assert_eq!((empty.read, empty.customer.as_str(), empty.form_id.is_some()), (0, "C1", true), "{empty:?}");
    let mended = filled(&corrected, "mended", &json!({"KG1": 2, "85123A": 3}));
    assert_eq!(app.staff(Role::Sales).await.get("/api/messages").await.value()["messages"].as_array().unwrap().len(), 1);
    // What is shown of the answer is what was sent, the sheet included.
    let message = staff.get("/api/messages").await.value()["messages"][0]["id"].as_str().unwrap().to_string();
    assert_eq!(staff.get(&format!("/api/messages/{message}/sent")).await.ok().body, raw);
    drop_in(&app, "mended.eml", &Letter::new(BUYER, "mended").file("mended.xlsx", mended)).await;
    assert_eq!(orders(&staff).await.orders.len(), 2, "{:?}", mails(&staff, "").await);

    // Nothing of it can be taken. The answers to the two orders were of this hour, so nobody is told, and a person has to look.
    for at in 0..3 {
        let sheet = filled(&form, &format!("none{at}"), &json!({"KG1": format!("much {at}")}));
        drop_in(&app, &format!("none{at}.eml"), &Letter::new(BUYER, &format!("none{at}")).header(SIGNED).file("none.xlsx", sheet)).await;
    }
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (3, "nothing_taken"), "{waiting:?}");
    assert_eq!(app.mails_to(BUYER).await.len(), 2);
    // Who takes the decision back reads the same.
    let decide = format!("/api/incoming/{}/decide", waiting[0].id);
    staff.post(&decide, &json!({"state": "ignored"})).await.ok();
    let back: IncomingView = staff.post(&decide, &json!({"state": "needs_person"})).await.json();
    assert_eq!(back.mail.reason, "nothing_taken");
    // An hour later it is refused and answered.
    app.pass(3_700);
    let staff = app.staff(Role::Sales).await;
    let sheet = filled(&form, "none9", &json!({"KG1": "much 9"}));
    drop_in(&app, "none9.eml", &Letter::new(BUYER, "none9").header(SIGNED).file("none.xlsx", sheet)).await;
    let refused = mails(&staff, "refused").await;
    assert_eq!((refused.len(), refused[0].reason.as_str()), (1, "nothing_taken"), "{refused:?}");
    let told = app.mails_to(BUYER).await;
    assert!(told.len() == 3 && told[2].1.contains("no order could be made") && told[2].1.contains("No line of it"), "{told:?}");
    app.finish().await;
}
both!(lines_that_were_not_taken_come_back_in_a_sheet_to_send_again, lines_not_taken);

async fn nothing_proved(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    // The sender's address is right, and anybody can write it.
    drop_in(&app, "forged.eml", &Letter::new(BUYER, "forged").file("order.csv", bare(&form, "forged", &json!({"00123": 5})))).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "asked"), "{waiting:?}");
    assert!(orders(&staff).await.orders.is_empty());
    let told = app.mails_to(BUYER).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let link = told[0].1.lines().find(|line| line.starts_with(PUBLIC_URL)).unwrap_or_else(|| panic!("{told:?}"));
    assert!(link.starts_with(&format!("{PUBLIC_URL}/confirm-order")), "{link}");
    // Whoever is asked sees what is ordered.
    assert!(told[0].1.contains("It orders 1 line for") && told[0].1.contains("00123  ") && told[0].1.contains("    5 × "), "{}", told[0].1);
    let token = link.split_once('#').unwrap().1.to_string();
    // No page shows staff the mail with the link.
    outbox::run_due(app.state(), || false).await.unwrap();
    let message = staff.get("/api/messages").await.value()["messages"][0]["id"].as_str().unwrap().to_string();
    staff.get(&format!("/api/messages/{message}/sent")).await.expect(404);
    // Looking takes nothing; confirming takes it once.
    let anybody = app.anonymous();
    let info: LinkInfo = anybody.post("/api/link", &json!({"token": token})).await.json();
    assert_eq!((info.purpose.as_str(), info.login.as_str(), info.company.as_str()), ("mail-order", BUYER, "Customer C1"));
    assert!(orders(&staff).await.orders.is_empty());
    anybody.post("/api/mail-order/confirm", &json!({"token": "0".repeat(64)})).await.problem(404, "link_ended");
    let order: ConfirmedOrder = anybody.post("/api/mail-order/confirm", &json!({"token": token})).await.json();
    anybody.post("/api/mail-order/confirm", &json!({"token": token})).await.problem(404, "link_ended");
    let page = orders(&staff).await;
    assert_eq!((page.orders.len(), page.orders[0].number.as_str()), (1, order.number.as_str()));
    assert_eq!(mails(&staff, "accepted").await.len(), 1);
    // Asked again within the hour nobody is written to: it waits for a person, who refuses it and thinks better of it.
    drop_in(&app, "more.eml", &Letter::new(BUYER, "more").file("order.csv", bare(&form, "more", &json!({"00123": 6})))).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "not_proved"), "{waiting:?}");
    let decide = format!("/api/incoming/{}/decide", waiting[0].id);
    staff.post(&decide, &json!({"state": "refused"})).await.problem(422, "no_reason");
    let refused: IncomingView = staff.post(&decide, &json!({"state": "refused", "reason": "not theirs"})).await.json();
    assert_eq!((refused.mail.state.as_str(), refused.mail.detail.as_str(), refused.decided_by.is_empty()), ("refused", "not theirs", false));
    let back: IncomingView = staff.post(&decide, &json!({"state": "needs_person"})).await.json();
    assert_eq!((back.mail.state.as_str(), back.mail.reason.as_str()), ("needs_person", "not_proved"));
    let told: IncomingView = staff.post(&decide, &json!({"state": "refused", "reason": "Ring us up, please.", "tell": true})).await.json();
    assert_eq!(told.mail.state, "refused");
    assert!(app.mails_to(BUYER).await.iter().any(|(_, text)| text.contains("Ring us up, please.")));
    staff.post(&decide, &json!({"state": "needs_person"})).await.problem(409, "answered");
    // A signature of its domain, checked by the firm's own server, is proof.
    drop_in(&app, "signed.eml", &Letter::new(BUYER, "signed").header(SIGNED).file("order.csv", bare(&form, "signed", &json!({"A-3": 7})))).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "other_order_open"), "{waiting:?}");
    assert_eq!(show(&staff, &waiting[0].id).await.evidence, "signed");
    // Of somebody else's domain it is none.
    let stranger = Letter::new("evil@other.example", "evil").header("Authentication-Results: mx.firm.example; dkim=pass header.d=other.example");
    drop_in(&app, "evil.eml", &stranger.file("order.csv", bare(&form, "evil", &json!({"A-3": 9})))).await;
    let evil = mails(&staff, "needs_person").await.remove(0);
    assert_eq!(evil.reason, "not_proved");
    // It names the customer, but who wrote it is none of its people.
    assert!(show(&staff, &waiting[0].id).await.answerable && !show(&staff, &evil.id).await.answerable);
    let told = json!({"state": "refused", "reason": "Not you.", "tell": true});
    staff.post(&format!("/api/incoming/{}/decide", evil.id), &told).await.problem(409, "not_answerable");
    // What the customer wrote stands beside the order.
    let wrote = async || {
        let background: OrderBackground = staff.get(&format!("/api/orders/{}/background", page.orders[0].id)).await.json();
        background.origin.and_then(|origin| origin.mail).map(|mail| mail.text)
    };
    assert_eq!(wrote().await.as_deref(), Some("Please find our order attached."));
    // Erased, the person's messages are gone; the orders stay.
    let customer = app.customer("C1").await;
    let master: kontor_shared::api::Customer = staff.get(&format!("/api/customers/{customer}")).await.json();
    let contact = &master.contacts[0];
    app.staff(Role::Admin).await.post(&format!("/api/contacts/{}/erase", contact.id), &json!({"name": contact.name, "reason": "asked for it"})).await.ok();
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM incoming_mails WHERE sender = $1 OR (raw_hash IS NOT NULL AND sender <> 'evil@other.example')")
        .bind(BUYER)
        .fetch_one(&mut *app.state().db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(kept, 0);
    assert_eq!((orders(&staff).await.orders.len(), wrote().await.as_deref()), (1, Some("")));
    app.finish().await;
}
both!(a_message_that_proves_nothing_waits_for_the_customer_or_a_person, nothing_proved);

async fn by_nobody(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    let (order, empty) = (filled(&form, "order", &json!({"00123": 12})), std::fs::read(&form).unwrap());
    let own = |id: &str| Letter::new("sales@firm.example", id);
    // Absence notes and our own answers hold sheets of ours that nobody has filled in.
    drop_in(&app, "absent.eml", &Letter::new(BUYER, "absent").header("Auto-Submitted: auto-replied").file("form.xlsx", empty.clone())).await;
    drop_in(&app, "ours.eml", &own("ours").file("form.xlsx", empty)).await;
    assert_eq!(mails(&staff, "ignored").await.len(), 2);
    for (reason, letter) in [
        ("auto_reply", Letter::new(BUYER, "robot").header("Auto-Submitted: auto-generated").file("order.csv", bare(&form, "robot", &json!({"A-1": 2})))),
        ("list", Letter::new(BUYER, "group").header("List-Id: <orders.customer.example>").header(SIGNED).file("order.xlsx", order.clone())),
        ("own", own("forwarded").file("order.xlsx", order)),
    ] {
        drop_in(&app, &format!("{reason}.eml"), &letter).await;
        let waiting = mails(&staff, "needs_person").await;
        assert!(waiting.iter().any(|mail| mail.reason == reason), "{reason}: {waiting:?}");
    }
    // Nothing is entered by itself, and nobody is asked or answered.
    assert!(orders(&staff).await.orders.is_empty() && app.mails_to(BUYER).await.is_empty());
    let list = mails(&staff, "needs_person").await.into_iter().find(|mail| mail.reason == "list").unwrap();
    let seen = show(&staff, &list.id).await;
    assert_eq!((seen.evidence.as_str(), seen.answerable, seen.files[0].reason.as_str()), ("token", false, "list"));
    let wanted = json!({"file": 1, "customer": "C1", "content": seen.files[0].content});
    let taken: ConfirmedOrder = staff.post(&format!("/api/incoming/{}/take", list.id), &wanted).await.json();
    assert_eq!(orders(&staff).await.orders[0].number, taken.number);
    assert_eq!(app.mails_to(BUYER).await.len(), 1, "the customer is told of what a person took");
    app.finish().await;
}
both!(an_order_that_a_program_or_a_list_brought_waits_for_a_person, by_nobody);

async fn guessed(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    // A column nobody names holds another number; in the second it holds the only one.
    for (name, edits) in [("beside", json!([["type", {"00123": 12}], ["put", 14, {"A-4": 5}]])), ("instead", json!([["put", 14, {"A-4": 5}]]))] {
        let file = std::fs::read(edited(&form, name, &edits)).unwrap();
        drop_in(&app, &format!("{name}.eml"), &Letter::new(BUYER, name).header(SIGNED).file("order.xlsx", file)).await;
        app.pass(60);
    }
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!(waiting.iter().map(|mail| mail.reason.as_str()).collect::<Vec<_>>(), ["doubtful", "doubtful"], "{waiting:?}");
    assert!(orders(&staff).await.orders.is_empty() && app.mails_to(BUYER).await.is_empty());
    // Whoever has looked takes it. The newest message comes first.
    let seen = show(&staff, &waiting[1].id).await;
    let wanted = json!({"file": 1, "customer": "C1", "content": seen.files[0].content});
    let taken: ConfirmedOrder = staff.post(&format!("/api/incoming/{}/take", waiting[1].id), &wanted).await.json();
    assert_eq!(orders(&staff).await.orders[0].number, taken.number);
    app.finish().await;
}
both!(what_was_guessed_becomes_no_order_by_itself, guessed);

async fn several_files(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    app.customer("C2").await;
    let (second, theirs) = (another_form(&app, "C1"), another_form(&app, "C2"));
    let letter = Letter::new(BUYER, "several")
        .file("first.xlsx", filled(&form, "first", &json!({"00123": 12})))
        .file("second.csv", bare(&second, "second", &json!({"A-1": 2})))
        .file("theirs.csv", bare(&theirs, "theirs", &json!({"A-2": 3})))
        .file("note.docx", "nothing of an order");
    drop_in(&app, "several.eml", &letter).await;
    // Who proves to have sent one form sent the customer's other one, too; but not somebody else's.
    assert_eq!(orders(&staff).await.orders.len(), 2);
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "asked"), "{waiting:?}");
    let id = &waiting[0].id;
    let seen = show(&staff, id).await;
    let verdicts: Vec<(&str, &str)> = seen.files.iter().map(|file| (file.verdict.as_str(), file.reason.as_str())).collect();
    assert_eq!(verdicts, [("accepted", ""), ("accepted", ""), ("needs_person", "asked"), ("ignored", "other_file")]);
    // What is nothing of an order is kept within its message only.
    let kept: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM incoming_files WHERE hash IS NOT NULL").fetch_one(&mut *app.state().db.read().await.unwrap()).await.unwrap();
    assert_eq!((kept, seen.files[3].kept), (3, true));
    assert_eq!(staff.get(&format!("/api/incoming/{id}/files/4")).await.ok().body, &b"nothing of an order"[..]);
    // What waits beside an order is put aside, and nothing else can be decided; nobody confirms it any more.
    let token = link(&app, "c2@customer.example").await;
    let decide = format!("/api/incoming/{id}/decide");
    staff.post(&decide, &json!({"state": "refused", "reason": "no"})).await.problem(409, "answered");
    staff.post(&decide, &json!({"state": "needs_person"})).await.problem(409, "answered");
    let closed: IncomingView = staff.post(&decide, &json!({"state": "ignored"})).await.json();
    assert_eq!((closed.mail.state.as_str(), closed.files[2].verdict.as_str(), closed.files[2].reason.as_str()), ("accepted", "ignored", "put_aside"));
    app.anonymous().post("/api/mail-order/confirm", &json!({"token": token})).await.problem(404, "link_ended");
    staff.post(&decide, &json!({"state": "ignored"})).await.problem(409, "answered");
    assert_eq!((orders(&staff).await.orders.len(), mails(&staff, "accepted").await.len()), (2, 1));
    app.finish().await;
}
both!(of_several_files_each_is_decided_and_the_message_can_be_closed, several_files);

async fn ended_in_between(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    drop_in(&app, "order.eml", &Letter::new(BUYER, "order").file("order.csv", bare(&form, "order", &json!({"00123": 5})))).await;
    let mail = mails(&staff, "needs_person").await.remove(0);
    let seen = show(&staff, &mail.id).await;
    let take = format!("/api/incoming/{}/take", mail.id);
    let wanted = json!({"file": 1, "customer": "C1", "content": seen.files[0].content});
    let first: ConfirmedOrder = staff.post(&take, &wanted).await.json();
    // As if the program had ended when the order was stored and the message did not know of it.
    crate::run(&app, "UPDATE incoming_files SET order_id = NULL, verdict = 'needs_person', reason = 'asked'", &[]).await;
    crate::run(&app, "UPDATE incoming_mails SET state = 'needs_person', reason = 'asked'", &[]).await;
    for state in ["refused", "ignored"] {
        let decided = json!({"state": state, "reason": "no"});
        staff.post(&format!("/api/incoming/{}/decide", mail.id), &decided).await.problem(409, "answered");
    }
    let again: ConfirmedOrder = staff.post(&take, &wanted).await.json();
    assert_eq!((again.order, again.number, orders(&staff).await.orders.len()), (first.order, first.number, 1));
    assert_eq!(mails(&staff, "accepted").await.len(), 1);
    // The question, and the answer once.
    assert_eq!(app.mails_to(BUYER).await.len(), 2);
    app.finish().await;
}
both!(an_order_that_is_stored_is_one_whatever_its_message_says, ended_in_between);

async fn one_in_an_hour(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    crate::run(&app, "UPDATE contacts SET email = 'C1@Customer.example'", &[]).await;
    drop_in(&app, "order.eml", &Letter::new(BUYER, "order").file("order.xlsx", filled(&form, "order", &json!({"00123": 12})))).await;
    assert_eq!(app.mails_to(BUYER).await.len(), 1);
    drop_in(&app, "forged.eml", &Letter::new(BUYER, "forged").file("order.csv", bare(&form, "forged", &json!({"00123": 5})))).await;
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "not_proved"), "{waiting:?}");
    app.finish().await;
}
both!(an_address_is_one_however_it_is_written, one_in_an_hour);

async fn kept_no_longer(engine: Engine) {
    const A_MONTH: i64 = 31 * 24 * 3600;
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    let scan = |id: &str| Letter::new(BUYER, id).file("scan.pdf", b"%PDF-1.4".to_vec());
    let bodies = async || {
        let count = async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&mut *app.state().db.read().await.unwrap()).await.unwrap() };
        let messages = count("SELECT COUNT(*) FROM bodies WHERE media_type = 'message/rfc822'").await;
        (messages, count("SELECT COUNT(*) FROM bodies WHERE media_type = 'application/octet-stream'").await)
    };
    let ignore = async |staff: &Client, id: &str| staff.post(&format!("/api/incoming/{id}/decide"), &json!({"state": "ignored"})).await.ok();
    drop_in(&app, "news.eml", &Letter::new("news@other.example", "news").header("List-Id: <news.other.example>").file("news.pdf", "%PDF")).await;
    drop_in(&app, "order.eml", &Letter::new(BUYER, "order").file("order.xlsx", filled(&form, "order", &json!({"00123": 12})))).await;
    drop_in(&app, "scan.eml", &scan("scan")).await;
    let aside = mails(&staff, "needs_person").await.remove(0);
    ignore(&staff, &aside.id).await;
    // The same scan once more, which waits.
    drop_in(&app, "again.eml", &scan("again")).await;
    assert_eq!(bodies().await, (4, 2));
    gone::run_due(app.state(), || false).await.unwrap();
    assert_eq!(bodies().await, (4, 2), "they are new");
    app.pass(A_MONTH);
    gone::run_due(app.state(), || false).await.unwrap();
    assert_eq!(bodies().await, (2, 2), "the news and the scan that was put aside; the file is the other message's as well");
    let staff = app.staff(Role::Sales).await;
    let seen = show(&staff, &aside.id).await;
    assert_eq!((seen.kept, seen.files[0].kept, seen.text.as_str()), (false, false, "Please find our order attached."));
    staff.get(&format!("/api/incoming/{}/raw", aside.id)).await.problem(409, "gone");
    staff.get(&format!("/api/incoming/{}/files/1", aside.id)).await.problem(409, "gone");
    // Whoever puts an old one aside has as long to think better of it.
    ignore(&staff, &mails(&staff, "needs_person").await[0].id).await;
    app.pass(24 * 3600);
    gone::run_due(app.state(), || false).await.unwrap();
    assert_eq!(bodies().await, (2, 2));
    app.pass(A_MONTH);
    gone::run_due(app.state(), || false).await.unwrap();
    assert_eq!(bodies().await, (1, 1), "the order is kept");
    app.finish().await;
}
both!(what_is_no_order_is_kept_for_a_month_to_the_byte, kept_no_longer);

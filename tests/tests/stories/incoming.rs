//! Orders by e-mail through the drop directory: taken once where the sender is proved, waiting where not, answered line by line.

use std::path::{Path, PathBuf};

use kontor_server::intake::folder;
use kontor_server::outbox;
use kontor_shared::api::accounts::LinkInfo;
use kontor_shared::api::incoming::{ConfirmedOrder, IncomingMail, IncomingPage, IncomingView, ReadAgain};
use kontor_shared::api::{OrderPage, Role};
use kontor_tests::letters::Letter;
use kontor_tests::mailing::{PUBLIC_URL, name_sender};
use kontor_tests::{Client, Engine, TestApp, both};
use serde_json::{Value, json};

use crate::read_form::{account, edited, issue, saved_as};

const BUYER: &str = "c1@customer.example";
const SIGNED: &str = "Authentication-Results: mx.firm.example; spf=pass; dkim=pass header.d=customer.example";

/// The firm with its goods out, and the form of customer C1.
async fn firm(engine: Engine) -> (TestApp, PathBuf) {
    let app = TestApp::start_with(engine, |config| {
        config.public_url = Some(PUBLIC_URL.into());
        config.mail_authserv = Some("mx.firm.example".into());
    })
    .await;
    name_sender(app.state(), |_| {}).await;
    let form = issue(&app).await;
    (app, form)
}

fn filled(form: &Path, name: &str, quantities: &Value) -> Vec<u8> {
    std::fs::read(edited(form, name, &json!([["type", quantities]]))).unwrap()
}

/// The same without its hidden sheet: a CSV has none.
fn bare(form: &Path, name: &str, quantities: &Value) -> Vec<u8> {
    let file = edited(form, name, &json!([["type", quantities]]));
    std::fs::read(saved_as(&file, "csv:Text - txt - csv (StarCalc):44,34,76,1")).unwrap()
}

/// Drops a message and takes in what lies there.
async fn drop_in(app: &TestApp, name: &str, letter: &Letter) {
    let directory = folder::directory(app.state());
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(name), letter.raw()).unwrap();
    folder::run_due(app.state(), || false).await.unwrap();
    assert!(!directory.join(name).exists(), "{name} was not taken in");
}

async fn mails(staff: &Client, state: &str) -> Vec<IncomingMail> {
    staff.get(&format!("/api/incoming?state={state}")).await.json::<IncomingPage>().mails
}

async fn orders(staff: &Client) -> OrderPage {
    staff.get("/api/orders").await.json()
}

async fn show(staff: &Client, id: &str) -> IncomingView {
    staff.get(&format!("/api/incoming/{id}")).await.json()
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

    // Nothing of it can be taken: refused and answered, but not every time.
    for at in 0..3 {
        let sheet = filled(&form, &format!("none{at}"), &json!({"KG1": format!("much {at}")}));
        drop_in(&app, &format!("none{at}.eml"), &Letter::new(BUYER, &format!("none{at}")).header(SIGNED).file("none.xlsx", sheet)).await;
    }
    let refused = mails(&staff, "refused").await;
    assert_eq!((refused.len(), refused[0].reason.as_str()), (3, "nothing_taken"), "{refused:?}");
    // The answers to the two orders were of this hour.
    assert_eq!(app.mails_to(BUYER).await.len(), 2);
    app.pass(3_700);
    let sheet = filled(&form, "none9", &json!({"KG1": "much 9"}));
    drop_in(&app, "none9.eml", &Letter::new(BUYER, "none9").header(SIGNED).file("none.xlsx", sheet)).await;
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
    assert_eq!(mails(&staff, "needs_person").await[0].reason, "not_proved");
    // Erased, the person's messages are gone; the orders stay.
    let customer = app.customer("C1").await;
    let page: kontor_shared::api::Customer = staff.get(&format!("/api/customers/{customer}")).await.json();
    let contact = &page.contacts[0];
    app.staff(Role::Admin).await.post(&format!("/api/contacts/{}/erase", contact.id), &json!({"name": contact.name, "reason": "asked for it"})).await.ok();
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM incoming_mails WHERE sender = $1 OR (raw_hash IS NOT NULL AND sender <> 'evil@other.example')")
        .bind(BUYER)
        .fetch_one(&mut *app.state().db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(kept, 0);
    assert_eq!(orders(&staff).await.orders.len(), 1);
    app.finish().await;
}
both!(a_message_that_proves_nothing_waits_for_the_customer_or_a_person, nothing_proved);

//! Whose word a consent is and which address it is for: addresses people share, erasures beside others, addresses that change,
//! and bounces that are over.

use axum::body::Body;
use axum::http::Request;
use kontor_server::imports::Kind;
use kontor_server::operations::fsck;
use kontor_server::outbox;
use kontor_shared::api::mailings::AudienceCount;
use kontor_shared::api::people::{Contact, Erased};
use kontor_shared::api::preferences::Preferences;
use kontor_shared::api::{Customer, ImportReport, Role};
use kontor_shared::customers::ConsentState;
use kontor_shared::mailings::{Channel, MailingAction, SkipReason};
use kontor_tests::beside::beside;
use kontor_tests::files::import;
use kontor_tests::goods::number;
use kontor_tests::mailing::{Written, name_sender};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};

use crate::{at_an_address, run};

async fn texts(app: &TestApp, sql: &'static str, value: &str) -> Vec<String> {
    sqlx::query_scalar(sql).bind(value).fetch_all(&mut *app.state().db.read().await.expect("a connection")).await.expect("texts")
}

fn person(name: &str, email: &str) -> Value {
    json!({"name": name, "email": email, "phone": "", "fax": "", "receives_orders": true, "receives_accounts": false, "receives_mail": true})
}

async fn add(app: &TestApp, sales: &Client, customer: &str, contact: Value) -> String {
    let id = app.state().clock.new_id().to_string();
    sales.post("/api/contacts", &json!({"id": id, "customer": customer, "contact": contact})).await.expect(201);
    id
}

async fn contact(client: &Client, customer: &str, id: &str) -> Contact {
    let page: Customer = client.get(&format!("/api/customers/{customer}")).await.json();
    page.contacts.into_iter().find(|one| one.id.to_string() == id).expect("the contact")
}

async fn erase(admin: &Client, contact: &str, name: &str) -> Erased {
    admin.post(&format!("/api/contacts/{contact}/erase"), &json!({"name": name, "reason": "asked for it"})).await.json()
}

async fn skipped(client: &Client) -> Vec<(SkipReason, u64)> {
    let found: AudienceCount = client.post("/api/mailings/audience", &json!({"audience": {}, "topic": "offers"})).await.json();
    found.skipped.into_iter().map(|one| (one.reason, one.count)).collect()
}

fn say(state: &str) -> Value {
    json!({"purpose": "marketing", "channel": "email", "state": state, "source": "signed form", "evidence": "form 7"})
}

async fn stop(app: &TestApp, address: &str, reason: &str) {
    run(
        app,
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, 'email', $2, '', 'test', 'test', 1)",
        &[address, reason],
    )
    .await;
}

at_an_address!(what_stopped_an_address_two_people_share_goes_on_stopping_it, |app| async {
    let state = app.state();
    name_sender(state, |_| {}).await;
    let reasons = ["unsubscribed", "complaint", "bounced", "register", "nothing"];
    let addresses = reasons.map(|reason| format!("{reason}@shared.example"));
    let people: Vec<(&str, &str)> = reasons.iter().zip(&addresses).map(|(reason, address)| (*reason, address.as_str())).collect();
    let written = Written::new(state, &people).await;
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let customer = app.customer("C1").await.to_string();
    for (reason, address) in reasons.iter().zip(&addresses) {
        if *reason != "nothing" {
            stop(&app, address, reason).await;
        }
        // Ann at another customer reads the same mailbox, in another spelling, and asks to be forgotten.
        let ann = add(&app, &sales, &customer, person(&format!("Ann {reason}"), &address.to_uppercase())).await;
        erase(&admin, &ann, &format!("Ann {reason}")).await;
        let plain = texts(&app, "SELECT reason FROM suppressions WHERE address = $1", address).await;
        assert_eq!(plain, if *reason == "nothing" { vec![] } else { vec![reason.to_string()] }, "what stops the address is its reader's too");
    }
    assert_eq!(number(&state.db, "SELECT COUNT(*) FROM suppressions WHERE address LIKE 'sha256:%' AND reason = 'erased'").await, 5);
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.expect("mail goes out");
    for (reason, address) in reasons.iter().zip(&addresses) {
        let sent = texts(&app, "SELECT skip_reason FROM messages WHERE mailing_id IS NOT NULL AND recipient = $1", address).await;
        // Who had agreed before the other one was erased did not ask for it.
        assert_eq!(sent, [if *reason == "nothing" { "" } else { *reason }], "{address}");
    }
    assert_eq!(written.count(state, "sent").await, 1);
    app.pass(3600);
    assert_eq!(fsck::run(&state.db).await.expect("fsck runs").broken, 0);

    // The messages of the one who stays are theirs, whoever else at the address is erased; and so are those about their orders.
    let body: String = texts(&app, "SELECT body_hash FROM messages WHERE state = $1", "sent").await.remove(0);
    run(
        &app,
        "INSERT INTO messages (id, cause, customer_id, channel, recipient, lang, subject, body_hash, state, run_after, message_id, created_at) \
         SELECT 'o', 'order 1', id, 'email', 'nothing@shared.example', 'en', 'Your order', $1, 'sent', 1, 'm', 1 FROM customers WHERE code = 'm-nothing'",
        &[&body],
    )
    .await;
    let ann = add(&app, &sales, &customer, person("Ann again", "nothing@shared.example")).await;
    assert_eq!(erase(&admin, &ann, "Ann again").await.messages, 0);
    assert_eq!(texts(&app, "SELECT subject FROM messages WHERE recipient = $1", "nothing@shared.example").await.len(), 2);

    // Who comes with the address afterwards is stopped, by whatever door and with whatever consent a file claims; and that it is
    // so is seen before anything is sent.
    let marketer = app.staff(Role::Marketer).await;
    let erased = async || skipped(&marketer).await.into_iter().find_map(|(reason, count)| (reason == SkipReason::Erased).then_some(count));
    let before = erased().await.expect("some were erased");
    import(&app, Kind::Customers, &[("old.csv", "code,contact,email,consent\nC1,Ann,Nothing@shared.example,yes\nC1,Eve,bounced@SHARED.example,yes\n")]).await;
    assert_eq!(erased().await, Some(before + 2));
    // Until the person says so anew.
    let back = texts(&app, "SELECT id FROM contacts WHERE name = $1 AND erased_at IS NULL", "Ann").await.remove(0);
    marketer.post(&format!("/api/contacts/{back}/consents"), &say("granted")).await.ok();
    let found = skipped(&marketer).await;
    assert!(found.contains(&(SkipReason::Erased, before + 1)) && found.contains(&(SkipReason::DoubledAddress, 1)), "{found:?}");
});

on_both_databases!(an_erasure_takes_words_out_of_the_customers_rows_and_addresses_out_of_all, |app| async {
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let (one, two) = (app.customer("C1").await.to_string(), app.customer("C2").await.to_string());
    let note = |code: &str, note: &str| json!({"name": format!("Customer {code}"), "price_type": "wholesale", "lang": "en", "channel": "email", "note": note});
    let said = "Mark sells at the market; Mark@x.example, not hallmark@x.example; +44 7700 900555 or ext. 1234";
    for (customer, code) in [(&one, "C1"), (&two, "C2")] {
        sales.put(&format!("/api/customers/{customer}"), &note(code, said)).await.ok();
        sales.put(&format!("/api/customers/{customer}"), &note(code, "now another")).await.ok();
    }
    let mut mark = person("Note", "mark@x.example");
    mark["phone"] = json!("+44 7700 900555");
    let contact = add(&app, &sales, &one, mark.clone()).await;
    // Once called like a field, once like a log-in of the firm, once like a word many use; once reached at an extension.
    let actor = texts(&app, "SELECT DISTINCT actor FROM audit WHERE action = $1", "contact.add").await.remove(0);
    for (name, phone) in [(actor.as_str(), "1234"), ("Mark", "+44 7700 900555")] {
        mark["name"] = json!(name);
        mark["phone"] = json!(phone);
        sales.put(&format!("/api/contacts/{contact}"), &mark).await.ok();
    }
    // Somebody else has a number of the same house.
    let mut other = person("Zoe", "zoe@x.example");
    other["phone"] = json!("+44 7700 900555");
    let zoe = add(&app, &sales, &two, other.clone()).await;
    other["phone"] = json!("");
    sales.put(&format!("/api/contacts/{zoe}"), &other).await.ok();

    erase(&admin, &contact, "Mark").await;
    let kept = async |customer: &str| {
        let rows = texts(&app, "SELECT after_data FROM audit WHERE action = 'customer.save' AND subject = $1 ORDER BY id", customer).await;
        serde_json::from_str::<Value>(&rows[0]).expect("JSON")["note"].as_str().expect("the field is called as it was").to_string()
    };
    assert_eq!(kept(&one).await, "[erased] sells at the market; [erased], not hallmark@x.example; [erased] or ext. [erased]");
    assert_eq!(kept(&two).await, "Mark sells at the market; [erased], not hallmark@x.example; [erased] or ext. 1234");
    assert_eq!(texts(&app, "SELECT DISTINCT actor FROM audit WHERE action = $1", "contact.save").await, std::slice::from_ref(&actor));
    let zoe = texts(&app, "SELECT before_data FROM audit WHERE action = 'contact.save' AND subject = $1", &two).await.remove(0);
    assert!(zoe.contains("\"phone\":\"[erased]\""), "the number is nobody else's any more: {zoe}");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'contact.erase' AND actor LIKE 'admin%'").await, 1);
});

on_both_databases!(what_two_people_share_stays_with_the_other, |app| async {
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let (one, two) = (app.customer("C1").await.to_string(), app.customer("C2").await.to_string());
    let mut form = person("Ann Smith", "office@shared.example");
    form["phone"] = json!("+44 7700 900555");
    let ann = add(&app, &sales, &one, form.clone()).await;
    form["name"] = json!("Bob Smith");
    add(&app, &sales, &two, form).await;
    let login =
        kontor_server::auth::add_user(app.state(), "office@shared.example", "four herons by the weir", Role::Buyer, Some(two.parse().unwrap()), false).await;
    let bob = login.expect("Bob signs in").to_string();
    // What waits is Bob's where it is about his log-in, and Ann's where she signed up with the address.
    for (id, data) in [
        ("forgot", json!({"kind": "forgot", "email": "office@shared.example"})),
        ("bob", json!({"kind": "email", "user": bob, "email": "office@shared.example"})),
    ] {
        run(&app, "INSERT INTO account_requests (id, kind, data, created_at) VALUES ($1, 'x', $2, 1)", &[id, &data.to_string()]).await;
    }
    let link =
        "INSERT INTO links (token_hash, purpose, subject, data, created_at, created_by, expires_at) VALUES ($1, 'x', $2, $3, 1, 'office@shared.example', 2)";
    run(&app, link, &["bob", &bob, r#"{"email": "office@shared.example"}"#]).await;
    run(&app, link, &["ann", "a hash", r#"{"form": {"email": "Office@shared.example"}}"#]).await;
    erase(&admin, &ann, "Ann Smith").await;
    assert_eq!(texts(&app, "SELECT id FROM account_requests WHERE id <> $1 ORDER BY id", "").await, ["bob", "forgot"]);
    assert_eq!(texts(&app, "SELECT token_hash FROM links WHERE token_hash <> $1", "").await, ["bob"]);
    let told = texts(&app, "SELECT after_data FROM audit WHERE action = 'contact.add' AND subject = $1", &two).await.remove(0);
    for part in ["Bob Smith", "office@shared.example", "+44 7700 900555"] {
        assert!(told.contains(part), "{part} is Bob's: {told}");
    }
    let told = texts(&app, "SELECT after_data FROM audit WHERE action = 'contact.add' AND subject = $1", &one).await.remove(0);
    assert!(!told.contains("Ann") && !told.contains("office@") && !told.contains("900555"), "{told}");
});

on_both_databases!(a_consent_stays_with_the_address_it_was_given_for, |app| async {
    let (sales, marketer) = (app.staff(Role::Sales).await, app.staff(Role::Marketer).await);
    let customer = app.customer("C9").await.to_string();
    run(&app, "UPDATE contacts SET receives_mail = 0 WHERE customer_id = $1", &[&customer]).await;
    let id = add(&app, &sales, &customer, person("Ann", "ann@x.example")).await;
    sales.post(&format!("/api/contacts/{id}/consents"), &say("granted")).await.ok();
    let others = vec![(SkipReason::NotReceiving, 1)];
    assert_eq!(skipped(&marketer).await, others);
    let rename = async |email: &str| sales.put(&format!("/api/contacts/{id}"), &person("Ann", email)).await.ok();

    // Another spelling is the same address; another address has not agreed.
    rename("Ann@X.example").await;
    assert_eq!(contact(&sales, &customer, &id).await.consent.as_deref(), Some("granted"));
    rename("new@x.example").await;
    let ann = contact(&sales, &customer, &id).await;
    assert_eq!((ann.consent, ann.consents.len()), (None, 1));
    // Nor does an export claim it, which some other system would believe.
    let mut exported = Vec::new();
    kontor_server::exports::customers(app.state(), false, &mut exported).await.expect("an export");
    assert!(!String::from_utf8_lossy(&exported).contains("granted"));
    assert!(!ann.consents[0].counts && ann.consents[0].address == "ann@x.example" && ann.consents[0].state == ConsentState::Granted);
    assert_eq!(skipped(&marketer).await, [(SkipReason::NotReceiving, 1), (SkipReason::NoConsent, 1)]);
    // Undone, it is as it was.
    rename("ann@x.example").await;
    assert_eq!(contact(&sales, &customer, &id).await.consent.as_deref(), Some("granted"));
    // A file changes an address too, and may bring the consent for it.
    let file = async |text: &'static str| import(&app, Kind::Customers, &[("c.csv", text)]).await;
    file("code,contact,email\nC9,Ann,file@x.example\n").await;
    let in_file = texts(&app, "SELECT id FROM contacts WHERE email = $1", "file@x.example").await.remove(0);
    assert_eq!(contact(&sales, &customer, &in_file).await.consent, None);
    let _: ImportReport = file("code,contact,email,consent\nC9,Ann,file@x.example,yes\n").await;
    assert_eq!(contact(&sales, &customer, &in_file).await.consent.as_deref(), Some("granted"));
    // What is said while a file is read counts: the customer is locked before it is looked at.
    let hold = ("UPDATE customers SET revision = revision + 1 WHERE id = $1", &[customer.as_str()][..]);
    let withdraw = "INSERT INTO consents (id, contact_id, purpose, channel, state, text_version, source, at) \
         SELECT 'w', id, 'marketing', 'email', 'withdrawn', '', 'telephone', 1 FROM contacts WHERE email = $1";
    file("code,contact,email\nC9,Eve,eve@x.example\n").await;
    beside(&app, &[hold], &[(withdraw, &["eve@x.example"])], file("code,contact,email,consent\nC9,Eve,eve@x.example,yes\n")).await;
    let eve = texts(&app, "SELECT id FROM contacts WHERE email = $1", "eve@x.example").await.remove(0);
    assert_eq!(contact(&sales, &customer, &eve).await.consent.as_deref(), Some("withdrawn"));
    // A "no" is the person's, whatever the address.
    sales.post(&format!("/api/contacts/{id}/consents"), &say("withdrawn")).await.ok();
    rename("third@x.example").await;
    let ann = contact(&sales, &customer, &id).await;
    assert_eq!(ann.consent.as_deref(), Some("withdrawn"));
    assert!(ann.consents[0].counts);
});

on_both_databases!(staff_say_that_an_address_works_again, |app| async {
    let (sales, marketer) = (app.staff(Role::Sales).await, app.staff(Role::Marketer).await);
    let customer = app.customer("C1").await.to_string();
    let id = add(&app, &sales, &customer, person("Ann", "Ann@x.example")).await;
    let path = format!("/api/contacts/{id}/bounced");
    let works = json!({"channel": "email", "bounces": false, "reason": "she answered from it"});
    marketer.post(&path, &works).await.problem(409, "not_bounced");
    sales.post(&format!("/api/contacts/{id}/consents"), &say("granted")).await.ok();
    stop(&app, "ann@x.example", "bounced").await;
    assert!(skipped(&marketer).await.contains(&(SkipReason::Bounced, 1)));
    app.staff(Role::Accountant).await.post(&path, &works).await.problem(403, "role");
    let unsaid = marketer.post(&path, &json!({"channel": "email", "bounces": false})).await;
    unsaid.problem(422, "no_reason");
    let page: Customer = sales.get(&format!("/api/customers/{customer}")).await.json();
    let seen = page.revision;
    marketer.post_seen(&path, seen - 1, &works).await.problem(409, "changed_elsewhere");
    let after: Customer = marketer.post_seen(&path, seen, &works).await.json();
    assert!(!skipped(&marketer).await.contains(&(SkipReason::Bounced, 1)));
    let [stopped] = &contact(&sales, &customer, &id).await.stopped[..] else { panic!("one row stays") };
    assert!(stopped.reason == "bounced" && stopped.until.is_some());
    // Said twice it is said once.
    assert_eq!(marketer.post_seen(&path, seen, &works).await.json::<Customer>().revision, after.revision);
    // Taken back; then mended again, and then another mail comes back.
    marketer.post(&path, &json!({"channel": "email", "bounces": true})).await.ok();
    assert!(skipped(&marketer).await.contains(&(SkipReason::Bounced, 1)));
    marketer.post(&path, &works).await.ok();
    let db = &app.state().db;
    assert_eq!(number(db, "SELECT COUNT(*) FROM audit WHERE action = 'contact.bounced' AND after_data LIKE '%she answered%'").await, 2);
    assert_eq!(number(db, "SELECT COUNT(*) FROM audit WHERE action = 'contact.bounced'").await, 3);
    // What the person said is not lifted so.
    for reason in ["complaint", "unsubscribed", "erased"] {
        stop(&app, "ann@x.example", reason).await;
        marketer.post(&path, &works).await.ok();
        assert_eq!(number(db, "SELECT COUNT(*) FROM suppressions WHERE until IS NULL").await, 1, "{reason}");
        run(&app, "DELETE FROM suppressions WHERE reason = $1", &[reason]).await;
    }
    assert_eq!(fsck::run(db).await.expect("fsck runs").broken, 0);
});

at_an_address!(a_choice_while_a_person_is_erased_leaves_nothing_of_them, |app| async {
    let state = app.state();
    name_sender(state, |_| {}).await;
    let addresses: Vec<(String, String)> = (0..6).map(|at| (format!("r{at}"), format!("reader{at}@gone.example"))).collect();
    let people: Vec<(&str, &str)> = addresses.iter().map(|(code, address)| (code.as_str(), address.as_str())).collect();
    let written = Written::new(state, &people).await;
    written.act(state, MailingAction::Start).await;
    outbox::run_due(state, || false).await.expect("mail goes out");
    let (admin, anybody) = (app.staff(Role::Admin).await, app.anonymous());
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT recipient, contact_id FROM messages WHERE mailing_id IS NOT NULL ORDER BY id")
        .fetch_all(&mut *state.db.read().await.expect("a connection"))
        .await
        .expect("messages");
    for (at, (recipient, contact)) in rows.iter().enumerate() {
        let token = written.token(state, recipient).await;
        let name = texts(&app, "SELECT name FROM contacts WHERE id = $1", contact).await.remove(0);
        let page: Preferences = anybody.get(&format!("/api/preferences/{token}")).await.json();
        assert!(page.channels.iter().any(|one| one.channel == Channel::Email && one.wanted));
        let click = async {
            let request = Request::post(format!("/u/{token}")).header("content-type", "application/x-www-form-urlencoded");
            anybody.send(request.body(Body::from("List-Unsubscribe=One-Click")).expect("a request")).await.status.as_u16()
        };
        let (status, _) = if at % 2 == 0 {
            tokio::join!(click, erase(&admin, contact, &name))
        } else {
            let (erased, status) = tokio::join!(erase(&admin, contact, &name), click);
            (status, erased)
        };
        assert!(status == 200 || status == 404, "{status}");
    }
    let db = &state.db;
    assert_eq!(number(db, "SELECT COUNT(*) FROM suppressions WHERE address LIKE '%gone.example'").await, 0);
    assert_eq!(number(db, "SELECT COUNT(*) FROM consents WHERE address LIKE '%gone.example'").await, 0);
    assert_eq!(number(db, "SELECT COUNT(*) FROM suppressions WHERE reason = 'erased'").await, 6);
});

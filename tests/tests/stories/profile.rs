//! A customer's own profile: what it changes itself, what it asks for, and what it never sees.

use kontor_shared::api::people::{OwnContact, Profile};
use kontor_shared::api::{Customer, CustomerPage, Role};
use kontor_shared::customers::{Channel, ConsentState, RequestState};
use kontor_tests::goods::number;
use kontor_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn person(name: &str, email: &str) -> Value {
    json!({"name": name, "email": email, "receives_orders": true, "receives_accounts": true, "receives_mail": true})
}

fn named<'a>(profile: &'a Profile, name: &str) -> &'a OwnContact {
    profile.contacts.iter().find(|one| one.name == name).expect("a person of this name")
}

on_both_databases!(a_customer_changes_its_own_and_asks_for_the_rest, |app| async {
    let (buyer, sales) = (app.buyer("C1").await, app.staff(Role::Sales).await);
    let id = app.customer("C1").await;
    let kept = json!({"name": "Customer C1", "price_type": "wholesale", "lang": "en", "channel": "email", "note": "owes us a favour",
        "discount": "5", "tax_id": "GB7", "address": "1 Test Street", "places": [{"address": "1 Test Street"}]});
    sales.put(&format!("/api/customers/{id}"), &kept).await.ok();
    let first: Profile = buyer.get("/api/profile").await.json();
    assert_eq!((first.name.as_str(), first.tax_id.as_str(), first.discount.to_string().as_str()), ("Customer C1", "GB7", "5"));
    // What staff note of it, and who they are, is not in what it gets.
    let text = buyer.get("/api/profile").await.text();
    assert!(!text.contains("favour") && !text.contains("\"note\"") && !text.contains("manager") && !text.contains("sales-"), "{text}");

    let mine = json!({"address": "9 New Street", "places": [{"name": "Depot", "address": "10 Dock"}, {"name": "Shop", "address": "11 Row"}], "lang": "bg", "channel": "post"});
    let after: Profile = buyer.put_seen("/api/profile", first.revision, &mine).await.json();
    assert_eq!((after.address.as_str(), after.places.len(), after.channel, after.revision), ("9 New Street", 2, Channel::Post, first.revision + 1));
    buyer
        .put_seen("/api/profile", first.revision, &json!({"address": "x", "places": [], "lang": "bg", "channel": "post"}))
        .await
        .problem(409, "changed_elsewhere");
    for field in ["name", "tax_id", "price_type", "discount", "note", "state", "manager", "revision"] {
        let mut greedy = mine.clone();
        greedy[field] = json!("90");
        buyer.put("/api/profile", &greedy).await.problem(422, "invalid_body");
    }
    let office: Customer = sales.get(&format!("/api/customers/{id}")).await.json();
    assert_eq!((office.discount.to_string().as_str(), office.note.as_str(), office.delivery_address.as_str()), ("5", "owes us a favour", "10 Dock"));
    let row = office.timeline.iter().find(|item| item.state == "profile.save").expect("the change is on the timeline");
    assert!(row.kind == "change" && row.text.starts_with("buyer-"));

    // What it may not change becomes a row that staff see and answer.
    buyer.post("/api/profile/requests", &json!({"text": " "})).await.problem(422, "no_text");
    let asked: Profile = buyer.post("/api/profile/requests", &json!({"text": "We are called Blue Ltd now"})).await.json();
    assert_eq!(buyer.post("/api/profile/requests", &json!({"text": "We are called Blue Ltd now"})).await.json::<Profile>().requests.len(), 1);
    let request = &asked.requests[0];
    let list: CustomerPage = sales.get("/api/customers?asks=1").await.json();
    assert_eq!((list.total, list.customers[0].id, list.customers[0].asks), (1, id, true));
    let office: Customer = sales.get(&format!("/api/customers/{id}")).await.json();
    assert_eq!((office.requests.len(), office.requests[0].text.as_str()), (1, "We are called Blue Ltd now"));
    assert_eq!(office.timeline.iter().filter(|item| item.kind == "request").count(), 1);
    let path = format!("/api/requests/{}", request.id);
    sales.post(&path, &json!({"state": "declined"})).await.problem(422, "no_reason");
    sales.post(&path, &json!({"state": "open"})).await.problem(422, "invalid_value");
    let answer = json!({"state": "declined", "answer": "Send us the extract first"});
    sales.post(&path, &answer).await.ok();
    sales.post(&path, &answer).await.ok();
    sales.post(&path, &json!({"state": "done", "answer": ""})).await.problem(409, "answered_already");
    let told: Profile = buyer.get("/api/profile").await.json();
    assert_eq!(
        (told.requests[0].state, told.requests[0].answer.as_str(), told.requests[0].answered_by.as_str()),
        (RequestState::Declined, "Send us the extract first", "")
    );
    assert_eq!(sales.get("/api/customers?asks=1").await.json::<CustomerPage>().total, 0);
    for at in 0..20 {
        buyer.post("/api/profile/requests", &json!({"text": format!("number {at}")})).await.ok();
    }
    buyer.post("/api/profile/requests", &json!({"text": "one more"})).await.problem(409, "too_many_open");
});

on_both_databases!(a_customer_keeps_its_own_people_and_nobody_elses, |app| async {
    let (owner, other) = (app.buyer("C1").await, app.buyer("C2").await);
    let new = json!({"id": app.state().clock.new_id(), "contact": person("Ann", "ann@c1.example")});
    let profile: Profile = owner.post("/api/profile/contacts", &new).await.expect(201).json();
    owner.post("/api/profile/contacts", &new).await.expect(200);
    let ann = named(&profile, "Ann").id;
    let path = format!("/api/profile/contacts/{ann}");
    let changed: Profile = owner.put_seen(&path, profile.revision, &person("Anna", "ann@c1.example")).await.json();
    assert_eq!(named(&changed, "Anna").id, ann);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action IN ('contact.add', 'contact.save') AND actor LIKE 'buyer-%'").await, 2);

    // Another's contact is as if it were not there, to the letter; and an id of another's cannot be taken over.
    let missing = format!("/api/profile/contacts/{}", app.state().clock.new_id());
    let say = json!({"channel": "email", "state": "withdrawn"});
    let expected = other.put(&missing, &person("Eve", "eve@c2.example")).await.expect(404).text();
    assert_eq!(other.put(&path, &person("Eve", "eve@c2.example")).await.expect(404).text(), expected);
    assert_eq!(other.post(&format!("{path}/consents"), &say).await.expect(404).text(), expected);
    assert_eq!(other.post("/api/profile/contacts", &json!({"id": ann, "contact": person("Eve", "eve@c2.example")})).await.expect(404).text(), expected);
    assert!(!other.get("/api/profile").await.text().contains("c1.example"));
    let office: Customer = app.staff(Role::Sales).await.get(&format!("/api/customers/{}", app.customer("C1").await)).await.json();
    assert!(office.contacts.iter().any(|one| one.id == ann && one.name == "Anna") && office.contacts.len() == 2);
    // A buyer has no business in the office.
    owner.put(&format!("/api/contacts/{ann}"), &person("Eve", "e@e.example")).await.problem(403, "role");
    owner.post(&format!("/api/contacts/{ann}/export"), &json!({})).await.problem(403, "role");
});

/// Gives the contact of a customer the log-in of the only buyer there is.
async fn link(app: &TestApp, email: &str) {
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE contacts SET user_id = (SELECT id FROM users WHERE role = 'buyer') WHERE email = $1")
        .bind(email)
        .execute(&mut *tx)
        .await
        .expect("a link");
    tx.commit().await.expect("committed");
}

on_both_databases!(everyone_agrees_for_themselves_to_the_text_they_saw, |app| async {
    let buyer = app.buyer("C1").await;
    let new = json!({"id": app.state().clock.new_id(), "contact": person("Bob", "bob@c1.example")});
    buyer.post("/api/profile/contacts", &new).await.expect(201);
    link(&app, "c1@customer.example").await;
    let profile: Profile = buyer.get("/api/profile").await.json();
    let (own, bob) = (named(&profile, "Contact of C1"), named(&profile, "Bob"));
    assert!(own.own && !bob.own && own.consents.is_empty());
    let version = &profile.marketing.version;
    assert!(!profile.marketing.text.is_empty() && !profile.marketing.text.contains('{'));
    let path = |id| format!("/api/profile/contacts/{id}/consents");
    let yes = json!({"channel": "email", "state": "granted", "text_version": version});
    buyer.post(&path(bob.id), &yes).await.problem(403, "not_your_consent");
    buyer.post(&path(own.id), &json!({"channel": "email", "state": "granted"})).await.problem(409, "text_changed");
    buyer.post(&path(own.id), &json!({"channel": "email", "state": "granted", "text_version": "of last year"})).await.problem(409, "text_changed");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM consents").await, 0);

    let agreed: Profile = buyer.post(&path(own.id), &yes).await.json();
    assert_eq!(
        named(&agreed, "Contact of C1").consents.iter().map(|one| (one.channel, one.state)).collect::<Vec<_>>(),
        [(Channel::Email, ConsentState::Granted)]
    );
    app.pass(60);
    // A "no" is taken from anybody there, and of either person.
    buyer.post(&path(bob.id), &json!({"channel": "fax", "state": "withdrawn"})).await.ok();
    let no: Profile = buyer.post(&path(own.id), &json!({"channel": "email", "state": "withdrawn"})).await.json();
    assert_eq!(named(&no, "Contact of C1").consents[0].state, ConsentState::Withdrawn);

    // The record: what was shown, when, by whom; nothing was replaced.
    let sales = app.staff(Role::Sales).await;
    let office: Customer = sales.get(&format!("/api/customers/{}", app.customer("C1").await)).await.json();
    let record = &office.contacts.iter().find(|one| one.id == own.id).expect("the contact").consents;
    assert_eq!(record.len(), 2);
    let given = &record[1];
    assert_eq!((given.state, given.text_version.as_str(), given.text.as_ref()), (ConsentState::Granted, version.as_str(), Some(&profile.marketing.text)));
    assert!(given.evidence.contains("buyer-") && given.source == "profile");
});

//! Customers' master data in the office: the form and its revision, people and what each gets, consents, blocking, filters,
//! and the files that carry all of it.

use kontor_server::documents;
use kontor_server::exports;
use kontor_server::imports::Kind;
use kontor_shared::api::people::{Contact, CustomerChoices};
use kontor_shared::api::{Customer, CustomerPage, MessagePage, Order, Role};
use kontor_shared::customers::{ConsentState, CustomerState};
use kontor_tests::files::{counts, import, refusals};
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};

fn form() -> Value {
    json!({
        "name": "Blue Ltd", "country": "Malta", "region": "Gozo", "address": "1 Harbour\nVictoria",
        "places": [{"name": "Shop", "address": "2 Quay"}, {"name": "Store", "address": "3 Mole"}, {"name": "", "address": " "}],
        "tax_id": "MT1", "price_type": "wholesale", "discount": "5", "lang": "en", "channel": "fax", "note": "pays late",
    })
}

/// A new customer under the form.
async fn added(app: &TestApp, sales: &Client, code: &str) -> Customer {
    app.customer("other").await;
    sales.post("/api/customers", &json!({"id": app.state().clock.new_id(), "code": code, "customer": form()})).await.expect(201).json()
}

fn person(name: &str, email: &str) -> Value {
    json!({"name": name, "email": email, "phone": "+356 21 55", "receives_orders": true, "receives_accounts": false, "receives_mail": true})
}

async fn with_person(app: &TestApp, sales: &Client, customer: &Customer, contact: Value) -> Contact {
    let id = app.state().clock.new_id();
    let after: Customer = sales.post("/api/contacts", &json!({"id": id, "customer": customer.id, "contact": contact})).await.expect(201).json();
    after.contacts.into_iter().find(|one| one.id.0 == id).expect("the new contact")
}

async fn read(sales: &Client, customer: &Customer) -> Customer {
    sales.get(&format!("/api/customers/{}", customer.id)).await.json()
}

on_both_databases!(staff_keep_a_customer_and_two_of_them_do_not_overwrite_each_other, |app| async {
    let sales = app.staff(Role::Sales).await;
    app.customer("other").await;
    let id = app.state().clock.new_id();
    let new = json!({"id": id, "code": "B2", "customer": form()});
    let first: Customer = sales.post("/api/customers", &new).await.expect(201).json();
    assert_eq!((first.code.as_str(), first.revision, first.state, first.discount.to_string().as_str()), ("B2", 1, CustomerState::Active, "5"));
    assert_eq!((first.delivery_address.as_str(), first.places.len(), first.places[1].name.as_str()), ("2 Quay", 2, "Store"));
    assert_eq!(sales.post("/api/customers", &new).await.expect(200).json::<Customer>().revision, 1);
    let mut other = new.clone();
    other["customer"]["name"] = json!("Green Ltd");
    sales.post("/api/customers", &other).await.problem(409, "customer_differs");
    other["id"] = json!(app.state().clock.new_id());
    assert_eq!(sales.post("/api/customers", &other).await.problem(409, "code_taken").field.as_deref(), Some("/code"));

    let path = format!("/api/customers/{}", first.id);
    let mut changed = form();
    changed["places"] = json!([{"name": "Store", "address": "3 Mole"}, {"name": "Shop", "address": "2 Quay"}]);
    let second: Customer = sales.put_seen(&path, 1, &changed).await.json();
    assert_eq!((second.revision, second.delivery_address.as_str()), (2, "3 Mole"));
    // A lost reply is answered by saying it again; something else on the old view is refused.
    assert_eq!(sales.put_seen(&path, 1, &changed).await.json::<Customer>().revision, 2);
    sales.put_seen(&path, 1, &form()).await.problem(409, "changed_elsewhere");
    // Undo is the form of before on the view of now.
    let undone: Customer = sales.put_seen(&path, 2, &form()).await.json();
    assert_eq!((undone.revision, undone.places), (3, first.places.clone()));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'customer.save'").await, 2);
    let mut connection = app.state().db.read().await.expect("a connection");
    let (before, after): (String, String) = sqlx::query_as("SELECT before_data, after_data FROM audit WHERE action = 'customer.save' ORDER BY id")
        .fetch_all(&mut *connection)
        .await
        .expect("the audit rows")
        .remove(0);
    assert!(before.contains(r#""address":"2 Quay"},{"#) && after.contains(r#""address":"3 Mole"},{"#), "{before} {after}");
    drop(connection);
    // On the timeline: who did what.
    assert_eq!(undone.timeline.iter().filter(|item| item.kind == "change").count(), 3);
    assert!(undone.timeline.iter().all(|item| item.text.starts_with("sales-")));

    for (field, value, code) in [
        ("name", json!(" "), "no_name"),
        ("name", json!("x".repeat(301)), "too_long"),
        ("price_type", json!("none"), "unknown_price_type"),
        ("discount", json!("90.01"), "discount_range"),
        ("discount", json!("-1"), "discount_range"),
        ("discount", json!("1.234"), "invalid_body"),
        ("manager", json!(app.state().clock.new_id()), "unknown_manager"),
        ("places", json!([{"name": "Shop", "address": ""}]), "no_address"),
        ("note", json!("a\u{1}"), "control_character"),
        ("channel", json!("pigeon"), "invalid_body"),
        ("code", json!("B3"), "invalid_body"),
        ("state", json!("blocked"), "invalid_body"),
    ] {
        let mut wrong = form();
        wrong[field] = value;
        let problem = sales.put(&path, &wrong).await.problem(422, code);
        assert!(code == "invalid_body" || problem.field.is_some_and(|at| at.starts_with(&format!("/{field}"))), "{field}");
    }
    assert_eq!(read(&sales, &first).await.revision, 3);
    // A manager is a member of the firm, not a buyer.
    let choices: CustomerChoices = sales.get("/api/customer-choices").await.json();
    assert!(choices.managers.iter().all(|one| !one.login.starts_with("buyer")) && choices.regions == ["Gozo"]);
    let mut led = form();
    led["manager"] = json!(choices.managers[0].id);
    assert_eq!(sales.put(&path, &led).await.json::<Customer>().manager.map(|one| one.id), Some(choices.managers[0].id));
    // Who only reads may not write.
    app.staff(Role::Accountant).await.put(&path, &form()).await.problem(403, "role");
});

on_both_databases!(of_many_who_save_on_one_view_one_is_taken, |app| async {
    let sales = app.staff(Role::Sales).await;
    let customer = added(&app, &sales, "B2").await;
    let path = format!("/api/customers/{}", customer.id);
    let tasks: Vec<_> = (0..8)
        .map(|at| {
            let (sales, path, mut form) = (sales.clone(), path.clone(), form());
            form["note"] = json!(format!("number {at}"));
            tokio::spawn(async move { sales.put_seen(&path, 1, &form).await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.expect("a request"));
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(read(&sales, &customer).await.revision, 2);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'customer.save'").await, 1);
});

on_both_databases!(old_documents_keep_what_the_customer_was, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let (buyer, sales) = (app.buyer("C1").await, app.staff(Role::Sales).await);
    let id = app.customer("C1").await;
    let order = app.state().clock.new_id();
    let body = json!({"version": version, "overlay": "wholesale", "delivery_address": "1 Test Street", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    buyer.put(&format!("/api/orders/{order}"), &body).await.expect(201);
    sales.call("POST", &format!("/api/orders/{order}/confirm")).await.ok();
    let posted = async || {
        let mut connection = app.state().db.read().await.expect("a connection");
        sqlx::query_scalar::<_, String>("SELECT data FROM documents").fetch_one(&mut *connection).await.expect("the document")
    };
    let before = posted().await;
    assert!(before.contains("Customer C1"));
    sales.put(&format!("/api/customers/{id}"), &form()).await.ok();
    assert_eq!(posted().await, before);
    let kept: Order = buyer.get(&format!("/api/orders/{order}")).await.json();
    assert_eq!((kept.delivery_address.as_str(), kept.documents[0].kind.as_str()), ("1 Test Street", documents::PROFORMA));
});

on_both_databases!(each_person_gets_what_it_was_given_to_get, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let sales = app.staff(Role::Sales).await;
    let id = app.customer("C1").await;
    let customer: Customer = sales.get(&format!("/api/customers/{id}")).await.json();
    let money = json!({"name": "Cash", "email": "cash@customer.example", "receives_orders": false, "receives_accounts": true, "receives_mail": false});
    with_person(&app, &sales, &customer, money).await;
    let nothing = json!({"name": "Quiet", "email": "quiet@customer.example", "receives_orders": false, "receives_accounts": false, "receives_mail": true});
    with_person(&app, &sales, &customer, nothing).await;
    let buyer = app.buyer("C1").await;
    let order = app.state().clock.new_id();
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    buyer.put(&format!("/api/orders/{order}"), &body).await.expect(201);
    sales.call("POST", &format!("/api/orders/{order}/confirm")).await.ok();
    let mut connection = app.state().db.read().await.expect("a connection");
    let mut told: Vec<(String, String)> = sqlx::query_as("SELECT cause, recipient FROM messages").fetch_all(&mut *connection).await.expect("messages");
    for (cause, _) in &mut told {
        *cause = cause.rsplit(' ').next().unwrap_or("").to_string();
    }
    told.sort();
    let expected = [("confirmed", "c1@customer.example"), ("confirmed", "cash@customer.example"), ("received", "c1@customer.example")];
    assert_eq!(told, expected.map(|(cause, to)| (cause.to_string(), to.to_string())));
});

on_both_databases!(people_at_a_customer_are_kept_apart, |app| async {
    let sales = app.staff(Role::Sales).await;
    let customer = added(&app, &sales, "B2").await;
    let ann = with_person(&app, &sales, &customer, person("Ann", "ann@blue.example")).await;
    let bob = with_person(&app, &sales, &customer, person("Bob", "bob@blue.example")).await;
    let path = format!("/api/contacts/{}", bob.id);
    sales.put(&path, &person("Bob", "ANN@blue.example")).await.problem(422, "email_twice");
    sales.put(&path, &person("Bob", "bob")).await.problem(422, "not_an_email");
    sales.put(&path, &person(" ", "")).await.problem(422, "nobody");
    let mut wrong = person("Bob", "bob@blue.example");
    wrong["fax"] = json!("by pigeon");
    assert_eq!(sales.put(&path, &wrong).await.problem(422, "not_a_number").field.as_deref(), Some("/fax"));
    wrong["fax"] = json!("+356 (21) 55-66");
    let seen = read(&sales, &customer).await.revision;
    let changed: Customer = sales.put_seen(&path, seen, &wrong).await.json();
    assert_eq!((changed.contacts[1].fax.as_str(), changed.revision), ("+356 (21) 55-66", seen + 1));
    sales.put_seen(&path, seen, &person("Robert", "bob@blue.example")).await.problem(409, "changed_elsewhere");
    sales.put(&format!("/api/contacts/{}", app.state().clock.new_id()), &person("X", "x@x.example")).await.problem(404, "not_found");
    // The same id again, with the same and with something else.
    let again = json!({"id": ann.id, "customer": customer.id, "contact": person("Ann", "ann@blue.example")});
    sales.post("/api/contacts", &again).await.expect(200);
    let differs = json!({"id": ann.id, "customer": customer.id, "contact": person("Anna", "ann@blue.example")});
    sales.post("/api/contacts", &differs).await.problem(409, "contact_differs");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action IN ('contact.add', 'contact.save')").await, 3);
});

on_both_databases!(a_consent_is_written_down_with_its_proof_and_never_changed, |app| async {
    let sales = app.staff(Role::Marketer).await;
    let keeper = app.staff(Role::Sales).await;
    let customer = added(&app, &keeper, "B2").await;
    let ann = with_person(&app, &keeper, &customer, person("Ann", "Ann@Blue.example")).await;
    assert_eq!((ann.consent.as_deref(), ann.consents.len()), (None, 0));
    let path = format!("/api/contacts/{}/consents", ann.id);
    let say =
        |state: &str, source: &str, evidence: &str| json!({"purpose": "marketing", "channel": "email", "state": state, "source": source, "evidence": evidence});
    sales.post(&path, &say("granted", "telephone", " ")).await.problem(422, "no_evidence");
    sales.post(&path, &say("granted", "", "form 7")).await.problem(422, "no_source");
    let mut strange = say("granted", "telephone", "form 7");
    strange["purpose"] = json!("topic:");
    sales.post(&path, &strange).await.problem(422, "invalid_value");

    // She unsubscribed by a link, and her mail server once refused; then she signs a form.
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    for reason in ["unsubscribed", "bounced"] {
        sqlx::query("INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('ann@blue.example', 'email', $1, '', 'test', 'test', 1)")
            .bind(reason)
            .execute(&mut *tx)
            .await
            .expect("a suppression");
    }
    tx.commit().await.expect("committed");
    sales.post(&path, &say("withdrawn", "telephone", "")).await.ok();
    app.pass(60);
    let after: Customer = sales.post(&path, &say("granted", "signed form", "form 7, folder 3")).await.json();
    let ann = after.contacts.iter().find(|one| one.id == ann.id).expect("Ann");
    assert_eq!(ann.consent.as_deref(), Some("granted"));
    let said: Vec<_> = ann.consents.iter().map(|one| (one.state, one.source.as_str(), one.evidence.as_str())).collect();
    assert_eq!(said, [(ConsentState::Granted, "signed form", "form 7, folder 3"), (ConsentState::Withdrawn, "telephone", "")]);
    assert!(ann.consents.iter().all(|one| one.actor.starts_with("marketer-") && one.purpose == "marketing"));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM suppressions WHERE reason = 'unsubscribed'").await, 0);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM suppressions WHERE reason = 'bounced'").await, 1);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'consent.record'").await, 2);
});

on_both_databases!(a_blocked_customer_cannot_order_and_what_was_ordered_goes_on, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let (buyer, sales) = (app.buyer("C1").await, app.staff(Role::Sales).await);
    let id = app.customer("C1").await;
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
    let before = app.state().clock.new_id();
    buyer.put(&format!("/api/orders/{before}"), &body).await.expect(201);
    let path = format!("/api/customers/{id}/state");
    sales.post(&path, &json!({"state": "blocked"})).await.problem(422, "no_reason");
    sales.post(&path, &json!({"state": "applied"})).await.problem(422, "invalid_value");
    let blocked: Customer = sales.post(&path, &json!({"state": "blocked", "reason": "two invoices unpaid"})).await.json();
    assert_eq!((blocked.state, blocked.state_reason.as_str()), (CustomerState::Blocked, "two invoices unpaid"));
    buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), &body).await.problem(409, "customer_blocked");
    // The one it had sent is answered as before, and can be confirmed.
    buyer.put(&format!("/api/orders/{before}"), &body).await.expect(200);
    sales.call("POST", &format!("/api/orders/{before}/confirm")).await.ok();
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM orders").await, 1);
    // The reason is the firm's own.
    assert!(!buyer.get("/api/profile").await.text().contains("unpaid"));
    sales.post_seen(&path, blocked.revision - 1, &json!({"state": "active"})).await.problem(409, "changed_elsewhere");
    let free: Customer = sales.post_seen(&path, blocked.revision, &json!({"state": "active"})).await.json();
    assert_eq!((free.state, free.state_reason.as_str()), (CustomerState::Active, ""));
    buyer.put(&format!("/api/orders/{}", app.state().clock.new_id()), &body).await.expect(201);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action IN ('customer.block', 'customer.unblock')").await, 2);
});

on_both_databases!(the_list_shows_what_is_asked_for_page_by_page, |app| async {
    let sales = app.staff(Role::Sales).await;
    let mut file = String::from("code,name,region\n");
    for at in 0..250 {
        file.push_str(&format!("K{at:03},Customer {at},{}\n", if at % 2 == 0 { "North" } else { "South" }));
    }
    import(&app, Kind::Customers, &[("c.csv", &file)]).await;
    let choices: CustomerChoices = sales.get("/api/customer-choices").await.json();
    let first: CustomerPage = sales.get("/api/customers?q=K007").await.json();
    let path = format!("/api/customers/{}", first.customers[0].id);
    let mut led = form();
    led["manager"] = json!(choices.managers[0].id);
    led["region"] = json!("West");
    sales.put(&path, &led).await.ok();
    sales.post(&format!("{path}/state"), &json!({"state": "blocked", "reason": "r"})).await.ok();

    let mut seen = Vec::new();
    let mut page: CustomerPage = sales.get("/api/customers?region=South").await.json();
    assert_eq!(page.total, 124);
    loop {
        seen.extend(page.customers.iter().map(|row| row.code.clone()));
        let Some(after) = page.next.take() else { break };
        page = sales.get(&format!("/api/customers?region=South&after={after}")).await.json();
    }
    assert!(seen.len() == 124 && seen.windows(2).all(|pair| pair[0] < pair[1]));
    let manager = choices.managers[0].id;
    for (query, total) in [
        (String::new(), 250),
        ("state=blocked".into(), 1),
        ("state=active".into(), 249),
        (format!("manager={manager}"), 1),
        ("manager=none&region=North".into(), 125),
        ("price_type=wholesale".into(), 250),
        ("segment=potential".into(), 250),
        ("segment=regular".into(), 0),
        ("asks=1".into(), 0),
        ("q=customer%201&region=South&state=active".into(), 73),
    ] {
        assert_eq!(sales.get(&format!("/api/customers?{query}")).await.json::<CustomerPage>().total, total, "{query}");
    }
    let blocked: CustomerPage = sales.get("/api/customers?state=blocked").await.json();
    let row = &blocked.customers[0];
    assert_eq!((row.code.as_str(), row.state, row.region.as_str()), ("K007", CustomerState::Blocked, "West"));
    assert_eq!(row.manager.as_ref(), Some(&choices.managers[0].login));
    for wrong in ["state=gone", "segment=best"] {
        sales.get(&format!("/api/customers?{wrong}")).await.problem(422, "invalid_value");
    }
});

on_both_databases!(files_bring_the_terms_and_give_them_back, |app| async {
    let sales = app.staff(Role::Sales).await;
    let manager = sales.get("/api/customer-choices").await.json::<CustomerChoices>().managers[0].login.clone();
    let file = format!(
        "code,name,region,discount,channel,manager,address,contact,email,fax,position,contact roles,consent\n\
         A1,One,North,\"7,5\",fax,{manager},1 High Street,Ann,ann@x.org,+1 2,buyer,\"accounts, mail\",yes\n\
         A1,One,North,\"7,5\",fax,{manager},1 High Street,Bob,bob@x.org,,,none,\n\
         A2,Two,,,,nobody@x.org,,,,,,,\n\
         A3,Three,,95,,,,,,,,,\n\
         A4,Four,,,,,,Cy,cy@x.org,,,boss,\n"
    );
    let report = import(&app, Kind::Customers, &[("c.csv", &file)]).await;
    assert_eq!(counts(&report), [5, 1, 1, 0, 3]);
    let reasons: Vec<String> = refusals(&report).into_iter().map(|(_, _, _, reason)| reason).collect();
    let expected = [
        "no member of the firm has this log-in",
        "the discount is not a percentage from 0 to 90",
        "not something a contact is sent (orders, accounts, mail, none)",
    ];
    assert_eq!(reasons, expected);
    let found: CustomerPage = sales.get("/api/customers?q=A1").await.json();
    let one: Customer = sales.get(&format!("/api/customers/{}", found.customers[0].id)).await.json();
    assert_eq!((one.region.as_str(), one.discount.to_string().as_str(), one.channel.word()), ("North", "7.5", "fax"));
    assert_eq!(one.manager.as_ref().map(|one| &one.login), Some(&manager));
    let ann = &one.contacts[0];
    assert_eq!((ann.receives_orders, ann.receives_accounts, ann.receives_mail), (false, true, true));
    assert_eq!((ann.fax.as_str(), ann.position.as_str(), ann.consent.as_deref()), ("+1 2", "buyer", Some("granted")));
    assert!(!one.contacts[1].receives_orders && !one.contacts[1].receives_mail);

    // Someone writes the address over two lines: the export has it in one, and importing that changes nothing.
    let mut form = form();
    form["address"] = json!("1 High Street\nVictoria");
    sales.put(&format!("/api/customers/{}", one.id), &form).await.ok();
    let mut bytes = Vec::new();
    exports::customers(app.state(), false, &mut bytes).await.expect("an export");
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.contains("\"1 High Street, Victoria\"") && text.contains("\"accounts, mail\""), "{text}");
    let again = import(&app, Kind::Customers, &[("e.csv", &text)]).await;
    assert_eq!(counts(&again), [2, 0, 0, 2, 0]);
    assert_eq!(sales.get(&format!("/api/customers/{}", one.id)).await.json::<Customer>().address, "1 High Street\nVictoria");
    let messages: MessagePage = sales.get("/api/messages").await.json();
    assert!(messages.messages.is_empty(), "keeping people writes to nobody");
});

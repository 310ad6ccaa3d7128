//! One draft of a buyer's on several devices: revisions, whose it is, and what an order takes out of it.

use kontor_server::AppState;
use kontor_server::config::Config;
use kontor_server::operations::{backup, restore};
use kontor_server::time::Clock;
use kontor_shared::api::people::{Erased, PersonExport};
use kontor_shared::api::{Order, Role, Session};
use kontor_shared::drafts::device::{KeptDraft, SavedDraft};
use kontor_tests::databases::Place;
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A draft of lines given as (code, typed).
fn draft(id: Uuid, lines: &[(&str, &str)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(code, typed)| json!({"code": code, "name": "Mug", "typed": typed, "seen": "10", "lang": "en"})).collect();
    json!({"id": id, "lines": lines, "po_number": "PO-7", "wanted_on": "", "delivery_address": null, "comment": "ring "})
}

async fn kept(buyer: &Client) -> KeptDraft {
    buyer.get("/api/draft").await.json()
}

fn said(kept: &KeptDraft) -> Vec<(&str, &str)> {
    kept.draft.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect()
}

/// Sends an order of lines given as (code, quantity).
async fn order(buyer: &Client, id: Uuid, version: i64, lines: &[(&str, &str)]) -> Order {
    let lines: Vec<Value> = lines.iter().map(|(code, quantity)| json!({"code": code, "quantity": quantity, "shown_price": "10"})).collect();
    let body = json!({"version": version, "overlay": "wholesale", "po_number": "PO-7", "delivery_address": "1 Test Street", "comment": "ring", "lines": lines});
    buyer.put(&format!("/api/orders/{id}"), &body).await.expect(201).json()
}

on_both_databases!(a_draft_is_saved_only_over_the_revision_that_was_read, |app| async {
    let buyer = app.buyer("C1").await;
    let id = app.state().clock.new_id();
    assert_eq!(kept(&buyer).await, KeptDraft { generation: 0, revision: 0, draft: Default::default(), sent: Vec::new() });
    let first: SavedDraft = buyer.put_seen("/api/draft", 0, &draft(id, &[("A", "1,5"), ("B", "a dozen")])).await.json();
    let second: SavedDraft = buyer.put_seen("/api/draft", first.revision, &draft(id, &[("A", "2")])).await.json();
    assert_eq!((first.revision, second.revision), (1, 2));
    // As typed, whatever it means.
    let now = kept(&buyer).await;
    assert_eq!((now.revision, said(&now), now.draft.comment.as_str(), now.draft.po_number.as_str()), (2, vec![("A", "2")], "ring ", "PO-7"));
    assert_eq!(buyer.get("/api/draft").await.ok().headers["etag"], "\"2\"");
    // A device that is behind, one that believes there is none, and one that does not say what it read.
    for behind in [0, 1, 3, i64::MAX] {
        buyer.put_seen("/api/draft", behind, &draft(id, &[("A", "9")])).await.problem(409, "changed_elsewhere");
    }
    buyer.put("/api/draft", &draft(id, &[])).await.problem(422, "no_if_match");
    assert_eq!(kept(&buyer).await, now);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit").await, 0, "typing leaves no trail");

    // Bounds, and nothing unknown.
    let refused = async |field: &str, value: Value, code: &str| {
        let mut body = draft(id, &[("A", "1")]);
        *body.pointer_mut(field).unwrap_or_else(|| panic!("{field}")) = value;
        let answer = buyer.put_seen("/api/draft", 2, &body).await;
        assert_eq!(answer.problem_field().as_deref(), Some(field));
        answer.problem(422, code);
    };
    refused("/comment", json!("x".repeat(2_001)), "too_long").await;
    refused("/po_number", json!("a\u{0}b"), "control_character").await;
    refused("/lines/0/typed", json!("1".repeat(101)), "too_long").await;
    refused("/lines/0/code", json!(""), "no_code").await;
    refused("/lines/0/seen", json!("99999999999"), "out_of_range").await;
    buyer.put_seen("/api/draft", 2, &draft(id, &[("A", "1"), ("A", "2")])).await.problem(422, "no_code");
    let many: Vec<(String, &str)> = (0..5_001).map(|at| (at.to_string(), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(code, typed)| (code.as_str(), *typed)).collect();
    buyer.put_seen("/api/draft", 2, &draft(id, &many)).await.problem(422, "too_many_lines");
    for unknown in ["/customer", "/revision", "/sent"] {
        let mut body = draft(id, &[]);
        body[&unknown[1..]] = json!(1);
        buyer.put_seen("/api/draft", 2, &body).await.problem(422, "invalid_body");
    }
    buyer.get("/api/draft?of=7").await.problem(422, "invalid_query");
    assert_eq!(kept(&buyer).await, now);
    app.anonymous().get("/api/draft").await.problem(401, "sign_in");
    app.staff(Role::Sales).await.get("/api/draft").await.problem(403, "role");
});

on_both_databases!(of_two_saved_at_once_one_is_told, |app| async {
    let buyer = app.buyer("C1").await;
    for round in 0..4 {
        let tasks: Vec<_> = (0..6)
            .map(|device| {
                let (buyer, body) = (buyer.clone(), draft(app.state().clock.new_id(), &[("A", &format!("{device}"))]));
                tokio::spawn(async move { buyer.put_seen("/api/draft", round, &body).await.status.as_u16() })
            })
            .collect();
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.expect("a request"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
        assert_eq!(kept(&buyer).await.revision, round + 1);
    }
});

on_both_databases!(each_of_a_customers_people_has_a_draft_of_their_own, |app| async {
    let (one, colleague, other) = (app.buyer("C1").await, app.buyer("C1").await, app.buyer("C2").await);
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "10")]).await;
    let (own, theirs) = (app.state().clock.new_id(), app.state().clock.new_id());
    let users: Vec<Option<_>> = [one.get("/api/session").await.json::<Session>().user, colleague.get("/api/session").await.json::<Session>().user].into();
    assert!(users[0].is_some() && users[0] != users[1], "devices can tell one from the other");
    one.put_seen("/api/draft", 0, &draft(own, &[("A", "1")])).await.ok();
    colleague.put_seen("/api/draft", 0, &draft(theirs, &[("A", "1"), ("B", "2")])).await.ok();
    order(&one, own, version, &[("A", "1")]).await;
    assert_eq!((said(&kept(&one).await), said(&kept(&colleague).await)), (vec![], vec![("A", "1"), ("B", "2")]));
    // A page that has not noticed who signed in touches nobody's draft.
    let owner = users[0].expect("a user");
    one.get(&format!("/api/draft?owner={owner}")).await.ok();
    colleague.get(&format!("/api/draft?owner={owner}")).await.problem(409, "other_customer");
    colleague.put_seen(&format!("/api/draft?owner={owner}"), 1, &draft(theirs, &[])).await.problem(409, "other_customer");
    // Another customer's order is not there, whatever id is asked about or saved.
    let asked: KeptDraft = other.get(&format!("/api/draft?of={own}")).await.json();
    assert_eq!(asked, KeptDraft { generation: 0, revision: 0, draft: Default::default(), sent: Vec::new() });
    other.put_seen("/api/draft", 0, &draft(own, &[("A", "1")])).await.ok();
    // A colleague who has it as their draft is told, as it is the customer's order.
    let asked: KeptDraft = colleague.get(&format!("/api/draft?of={own}")).await.json();
    assert_eq!(asked.sent.len(), 1);
});

on_both_databases!(an_order_is_out_of_the_draft_in_its_own_transaction, |app| async {
    let version = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "10"), good("C", "10")]).await;
    let buyer = app.buyer("C1").await;
    let new = || app.state().clock.new_id();

    // Sent as it was saved: nothing is left.
    let id = new();
    buyer.put_seen("/api/draft", 0, &draft(id, &[("A", "1,000"), ("B", "2.0")])).await.ok();
    let sent = order(&buyer, id, version, &[("A", "1000"), ("B", "2")]).await;
    let now = kept(&buyer).await;
    assert_eq!((now.revision, now.draft.says_nothing(), now.draft.id), (2, true, None));
    // The device that was offline for a week: its draft is refused under the order's id, and it is told what was ordered.
    let problem = buyer.put_seen("/api/draft", 2, &draft(id, &[("A", "1,000"), ("B", "2.0")])).await.problem(409, "draft_sent");
    assert!(problem.detail.is_some_and(|detail| detail.contains(&sent.number)));
    let told: KeptDraft = buyer.get(&format!("/api/draft?of={id}")).await.json();
    let lines: Vec<_> = told.sent[0].draft.lines.iter().map(|line| (line.code.as_str(), line.typed.as_str())).collect();
    assert_eq!((told.sent[0].number.as_str(), told.sent[0].draft.id.map(|id| id.0), lines), (sent.number.as_str(), Some(id), vec![("A", "1000"), ("B", "2")]));

    // The other device had newer lines: what was not ordered stays, as another order, under an id that all devices learn.
    let id = new();
    buyer.put_seen("/api/draft", 2, &draft(id, &[("A", "1"), ("C", "3")])).await.ok();
    order(&buyer, id, version, &[("A", "1")]).await;
    let now = kept(&buyer).await;
    assert_eq!((now.revision, said(&now), now.draft.po_number.as_str(), now.sent.len()), (4, vec![("C", "3")], "", 0));
    assert!(now.draft.id.is_some_and(|other| other.0 != id));

    // The other device had another quantity of what was ordered: it stays under the order's id until a device has shown it.
    let id = new();
    buyer.put_seen("/api/draft", 4, &draft(id, &[("A", "1"), ("B", "7"), ("C", "3")])).await.ok();
    order(&buyer, id, version, &[("A", "1"), ("B", "5")]).await;
    let now = kept(&buyer).await;
    assert_eq!((said(&now), now.draft.id.map(|id| id.0), now.sent.len()), (vec![("B", "7"), ("C", "3")], Some(id), 1));
    buyer.put_seen("/api/draft", now.revision, &draft(id, &[("C", "3")])).await.problem(409, "draft_sent");
    let next: SavedDraft = buyer.put_seen("/api/draft", now.revision, &draft(new(), &[("C", "3")])).await.json();

    // An order of another draft, and one that is refused, take nothing out.
    order(&buyer, new(), version, &[("C", "3")]).await;
    assert_eq!((kept(&buyer).await.revision, said(&kept(&buyer).await)), (next.revision, vec![("C", "3")]));
    let id = new();
    let last: SavedDraft = buyer.put_seen("/api/draft", next.revision, &draft(id, &[("C", "3")])).await.json();
    app.staff(Role::Sales).await.post(&format!("/api/customers/{}/state", app.customer("C1").await), &json!({"state": "blocked", "reason": "owes"})).await.ok();
    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "C", "quantity": "3", "shown_price": "10"}]});
    buyer.put(&format!("/api/orders/{id}"), &body).await.problem(409, "customer_blocked");
    assert_eq!((kept(&buyer).await.revision, said(&kept(&buyer).await)), (last.revision, vec![("C", "3")]));
});

async fn link(app: &TestApp, email: &str, client: &Client) {
    let user = client.get("/api/session").await.json::<Session>().user.expect("a user");
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE contacts SET user_id = $2 WHERE email = $1").bind(email).bind(user.to_string()).execute(&mut *tx).await.expect("a link");
    tx.commit().await.expect("committed");
}

on_both_databases!(an_erased_person_is_in_no_draft, |app| async {
    let (person, colleague) = (app.buyer("C1").await, app.buyer("C1").await);
    link(&app, "c1@customer.example", &person).await;
    let id = app.state().clock.new_id();
    person.put_seen("/api/draft", 0, &draft(id, &[("A", "1")])).await.ok();
    let mut body = draft(app.state().clock.new_id(), &[("A", "1")]);
    body["comment"] = json!("For Contact of C1, who knows");
    colleague.put_seen("/api/draft", 0, &body).await.ok();
    let admin = app.staff(Role::Admin).await;
    let customer: Value = admin.get(&format!("/api/customers/{}", app.customer("C1").await)).await.value();
    let contact = customer["contacts"][0]["id"].as_str().expect("the contact").to_string();
    let export: PersonExport = admin.post(&format!("/api/contacts/{contact}/export"), &json!({})).await.json();
    assert_eq!(export.draft.as_ref().map(|draft| draft.lines.len()), Some(1));
    assert!(export.text.contains("Order not sent yet") && export.text.contains("A · Mug · 1"), "{}", export.text);
    let done: Erased = admin.post(&format!("/api/contacts/{contact}/erase"), &json!({"name": "Contact of C1", "reason": "asked"})).await.json();
    assert!(done.rows > 0);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM drafts").await, 1);
    let now = kept(&colleague).await;
    assert!(!now.draft.comment.contains("Contact of C1") && now.draft.comment.contains("who knows"), "{}", now.draft.comment);
    assert_eq!(said(&now), [("A", "1")]);
});

on_both_databases!(what_was_saved_before_the_erasure_and_arrives_after_it_is_not_stored, |app| async {
    let person = app.buyer("C1").await;
    link(&app, "c1@customer.example", &person).await;
    let user = person.get("/api/session").await.json::<Session>().user.expect("a user").to_string();
    let admin = app.staff(Role::Admin).await;
    let customer: Value = admin.get(&format!("/api/customers/{}", app.customer("C1").await)).await.value();
    let contact = customer["contacts"][0]["id"].as_str().expect("the contact").to_string();
    // Whoever asks first writes first; both are let in while nobody may write.
    let mut held = app.state().db.write_tx().await.expect("a transaction");
    let lock = format!("SELECT id FROM users WHERE id = $1{}", app.state().db.for_update());
    sqlx::query(sqlx::AssertSqlSafe(lock)).bind(&user).execute(&mut *held).await.expect("a lock");
    let (path, body) = (format!("/api/contacts/{contact}/erase"), json!({"name": "Contact of C1", "reason": "asked"}));
    let erasing = tokio::spawn({
        let admin = admin.clone();
        async move { admin.post(&path, &body).await.status.as_u16() }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let body = draft(app.state().clock.new_id(), &[("A", "1")]);
    let saving = tokio::spawn({
        let person = person.clone();
        async move { person.put_seen("/api/draft", 0, &body).await.status.as_u16() }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!erasing.is_finished() && !saving.is_finished(), "both wait");
    held.rollback().await.expect("let go");
    assert_eq!((erasing.await.expect("erased"), saving.await.expect("answered")), (200, 401));
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM drafts").await, 0);
});

on_both_databases!(a_restored_server_gives_out_no_revision_that_a_device_knows, |app| async {
    let (buyer, colleague) = (app.buyer("C1").await, app.buyer("C1").await);
    let user_of = async |client: &Client| client.get("/api/session").await.json::<Session>().user.expect("a user");
    let (user, other) = (user_of(&buyer).await, user_of(&colleague).await);
    let id = app.state().clock.new_id();
    for revision in 0..3 {
        buyer.put_seen("/api/draft", revision, &draft(id, &[("A", "1")])).await.ok();
    }
    let file = |number: i32| app.place().directory.join(format!("{number}.backup"));
    backup::to_file(&app.state().db, &app.state().clock, &file(0)).await.expect("a backup");
    for revision in 3..9 {
        buyer.put_seen("/api/draft", revision, &draft(id, &[("A", "1"), ("B", "2")])).await.ok();
    }
    colleague.put_seen("/api/draft", 0, &draft(app.state().clock.new_id(), &[("C", "3")])).await.ok();
    assert_eq!((kept(&buyer).await.generation, kept(&buyer).await.revision), (0, 9));

    let mut before = 0;
    for round in 0..2 {
        let place = Place::empty(app.engine()).await;
        restore::from_file(&place.directory, place.url.as_deref(), &Clock::fixed(app.state().clock.now_ms()), &file(round)).await.expect("restored");
        let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
        let there = AppState::open(config, Clock::fixed(app.state().clock.now_ms())).await.expect("the database opens");
        let (buyer, colleague) = (Client::signed_in_as(&there, user).await, Client::signed_in_as(&there, other).await);
        let now = kept(&buyer).await;
        assert!(now.generation > before && now.revision > now.generation, "{now:?}");
        assert_eq!(said(&now), [("A", "1"), ("D", "4")][..=round as usize]);
        // Six saves of another device later nothing is as the first one remembers it.
        let mut revision = now.revision;
        for _ in 0..6 {
            let saved: SavedDraft = buyer.put_seen("/api/draft", revision, &draft(id, &[("A", "1"), ("D", "4")])).await.json();
            assert_eq!(saved.revision, revision + 1);
            revision = saved.revision;
        }
        for known in [3, 9] {
            buyer.put_seen("/api/draft", known, &draft(id, &[("B", "2")])).await.problem(409, "changed_elsewhere");
        }
        // A first draft, too, goes on behind all that were before.
        if round == 0 {
            assert_eq!((kept(&colleague).await.generation, kept(&colleague).await.revision), (now.generation, 0));
            let first: SavedDraft = colleague.put_seen("/api/draft", 0, &draft(app.state().clock.new_id(), &[("C", "3")])).await.json();
            assert_eq!(first.revision, now.generation + 1);
        }
        colleague.put_seen("/api/draft", 1, &draft(id, &[])).await.problem(409, "changed_elsewhere");
        assert_eq!(kontor_server::operations::fsck::run(&there.db).await.expect("fsck runs").broken, 0);
        // The next disaster, from a backup of the restored one, in the same moment.
        backup::to_file(&there.db, &there.clock, &file(round + 1)).await.expect("a backup");
        before = now.generation;
        there.db.close().await;
        place.remove().await;
    }
});

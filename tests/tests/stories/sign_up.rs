//! Visitors who sign up, and the people staff look after.

use kontor_shared::api::accounts::{ApplicationList, PeoplePage, Person, SignUpForm};
use kontor_shared::api::{AuditPage, Role, Session};
use kontor_tests::{Client, TestApp};
use serde_json::{Value, json};

use super::accounts::token;
use crate::at_an_address;

const VISITOR: &str = "ivan@new.example";
const PASSWORD: &str = "four herons by the weir";

async fn form(app: &TestApp, email: &str) -> Value {
    let form: SignUpForm = app.anonymous().get("/api/sign-up?lang=ru").await.json();
    assert!(form.open && form.privacy_text.contains("хранит"), "{}", form.privacy_text);
    json!({"company": "ООО Новый", "name": "Иван", "email": email, "country": "Россия", "tax_id": "7701234567", "message": "хотим гвозди",
        "lang": "ru", "privacy_version": form.privacy_version})
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *app.state().db.read().await.expect("a connection")).await.expect("a count")
}

async fn waiting(sales: &Client) -> ApplicationList {
    sales.get("/api/applications").await.json()
}

async fn person(client: &Client, login: &str) -> Person {
    let page: PeoplePage = client.get(&format!("/api/people?q={login}")).await.json();
    page.people.into_iter().find(|person| person.login == login).unwrap_or_else(|| panic!("{login} is not listed"))
}

at_an_address!(a_visitor_becomes_a_customer, |app| async {
    let sales = app.staff(Role::Sales).await;
    app.anonymous().post("/api/sign-up", &form(&app, VISITOR).await).await.expect(204);
    let link = token(&app, VISITOR).await;
    assert_eq!(count(&app, "SELECT COUNT(*) FROM customers").await, 0, "nothing is stored before the address has confirmed");
    // Looking at the link, as scanners do, confirms nothing.
    let info = app.anonymous().post("/api/link", &json!({"token": link})).await.value();
    assert_eq!((&info["purpose"], &info["company"]), (&json!("sign-up"), &json!("ООО Новый")));
    assert!(waiting(&sales).await.applications.is_empty());
    app.anonymous().post("/api/sign-up/confirm", &json!({"token": link})).await.expect(204);
    app.anonymous().post("/api/sign-up/confirm", &json!({"token": link})).await.problem(404, "link_ended");
    // The consent, with the words it was given to.
    let (version, source, evidence): (String, String, String) =
        sqlx::query_as("SELECT text_version, source, evidence FROM consents WHERE purpose = 'privacy' AND state = 'granted'")
            .fetch_one(&mut *app.state().db.read().await.expect("a connection"))
            .await
            .expect("a consent");
    let text: String = sqlx::query_scalar("SELECT text FROM consent_texts WHERE purpose = 'privacy' AND version = $1 AND lang = 'ru'")
        .bind(&version)
        .fetch_one(&mut *app.state().db.read().await.expect("a connection"))
        .await
        .expect("the text");
    assert!(source == "sign-up" && evidence.contains("confirmed by link at 2026-01-15") && !evidence.contains("127.0.0.1") && text.contains("хранит"));
    // No password before the decision, whatever is asked.
    app.anonymous().post("/api/password/forgot", &json!({"email": VISITOR})).await.expect(204);
    assert_eq!(app.mails_to(VISITOR).await.len(), 1);
    let list = waiting(&sales).await;
    let [one] = list.applications.as_slice() else { panic!("{list:?}") };
    assert_eq!((one.company.as_str(), one.name.as_str(), one.message.as_str(), one.code.as_str()), ("ООО Новый", "Иван", "хотим гвозди", "N00001"));
    assert_eq!(sales.get("/api/people").await.json::<PeoplePage>().applications, 1);
    app.staff(Role::Marketer).await.get("/api/applications").await.problem(403, "role");
    sales.post(&format!("/api/applications/{}/approve", one.id), &json!({"code": "RU-7"})).await.expect(204);
    sales.post(&format!("/api/applications/{}/approve", one.id), &json!({})).await.problem(409, "already_decided");
    let link = token(&app, VISITOR).await;
    app.anonymous().post("/api/password", &json!({"token": link, "password": PASSWORD})).await.expect(204);
    let session: Session = app.log_in(VISITOR, PASSWORD).await.get("/api/session").await.json();
    assert_eq!((session.role, session.lang.tag(), session.customer.map(|customer| customer.code)), (Role::Buyer, "ru", Some("RU-7".into())));
});

at_an_address!(a_sign_up_may_be_refused_and_tried_anew, |app| async {
    let sales = app.staff(Role::Sales).await;
    // Somebody the firm knows by another log-in: staff see it.
    app.customer("C1").await;
    let known = "c1@customer.example";
    app.anonymous().post("/api/sign-up", &form(&app, known).await).await.expect(204);
    app.anonymous().post("/api/sign-up/confirm", &json!({"token": token(&app, known).await})).await.expect(204);
    let list = waiting(&sales).await;
    assert_eq!(list.applications[0].known[0].code, "C1");
    sales.post(&format!("/api/applications/{}/refuse", list.applications[0].id), &json!({"reason": "Вы уже наш клиент"})).await.expect(204);
    let (_, text) = app.mails_to(known).await.pop().expect("a mail");
    assert!(text.contains("Вы уже наш клиент"), "{text}");
    assert!(waiting(&sales).await.applications.is_empty());
    assert_eq!(count(&app, "SELECT COUNT(*) FROM users WHERE login = 'c1@customer.example'").await, 0);
    app.anonymous().post("/api/sign-up", &form(&app, known).await).await.expect(204);
    app.anonymous().post("/api/sign-up/confirm", &json!({"token": token(&app, known).await})).await.expect(204);
    assert_eq!(waiting(&sales).await.applications.len(), 1);
});

at_an_address!(who_is_more_than_an_applicant_is_not_refused, |app| async {
    let sales = app.staff(Role::Sales).await;
    let applied = async |email: &str| {
        app.anonymous().post("/api/sign-up", &form(&app, email).await).await.expect(204);
        app.anonymous().post("/api/sign-up/confirm", &json!({"token": token(&app, email).await})).await.expect(204);
        waiting(&sales).await.applications.into_iter().find(|one| one.email == email).expect("it waits").id
    };
    let execute = async |sql: &'static str, values: [String; 2]| {
        let mut tx = app.state().db.write_tx().await.expect("a transaction");
        sqlx::query(sql).bind(&values[0]).bind(&values[1]).execute(&mut *tx).await.expect("the statement runs");
        tx.commit().await.expect("committed");
    };
    let refuse = async |id| sales.post(&format!("/api/applications/{id}/refuse"), &json!({"reason": ""})).await;
    // Meanwhile somebody made the company a customer, or gave the person a password.
    let id = applied("one@new.example").await;
    execute("UPDATE customers SET state = $2 WHERE id = $1", [id.to_string(), "active".into()]).await;
    refuse(id).await.problem(409, "customer_in_use");
    let id = applied("two@new.example").await;
    execute("UPDATE users SET password_hash = $2 WHERE customer_id = $1", [id.to_string(), "x".into()]).await;
    refuse(id).await.problem(409, "customer_in_use");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM users WHERE login IN ('one@new.example', 'two@new.example')").await, 2);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM applications WHERE decided_at IS NULL").await, 2);
    // Two who decide at once: one of them does.
    for at in 0..3 {
        let id = applied(&format!("at{at}@new.example")).await;
        let (path, nothing) = (format!("/api/applications/{id}/approve"), json!({}));
        let approve = sales.post(&path, &nothing);
        let (approved, refused) = tokio::join!(approve, refuse(id));
        let mut said = [approved.status.as_u16(), refused.status.as_u16()];
        let users = count(&app, "SELECT COUNT(*) FROM users WHERE login LIKE 'at%'").await;
        assert_eq!(users, i64::from(said[0] == 204));
        said.sort_unstable();
        assert_eq!(said, [204, 409]);
        execute("DELETE FROM users WHERE customer_id = $1 AND $2 = ''", [id.to_string(), String::new()]).await;
    }
});

at_an_address!(what_a_visitor_sends_is_bounded, |app| async {
    let good = form(&app, VISITOR).await;
    for (field, value, code) in [
        ("email", json!("not an address"), "invalid_email"),
        ("email", json!("a@b.example\r\nBcc: c@d.example"), "control_character"),
        ("company", json!(""), "required"),
        ("company", json!("x".repeat(201)), "too_long"),
        ("message", json!("x".repeat(2_001)), "too_long"),
        ("name", json!("a\u{0}b"), "control_character"),
        ("price_type", json!("dealer"), "invalid_body"),
    ] {
        let mut sent = good.clone();
        sent[field] = value;
        app.anonymous().post("/api/sign-up", &sent).await.problem(422, code);
    }
    let mut other_text = good.clone();
    other_text["privacy_version"] = json!("000000000000");
    app.anonymous().post("/api/sign-up", &other_text).await.problem(409, "privacy_changed");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM account_requests").await, 0);
});

at_an_address!(somebody_is_invited, |app| async {
    let (admin, sales) = (app.staff(Role::Admin).await, app.staff(Role::Sales).await);
    app.customer("C1").await;
    let invite = |email: &str, role: &str, customer: Option<&str>| json!({"email": email, "name": "Eva", "role": role, "customer": customer, "lang": "bg"});
    sales.post("/api/people", &invite("eva@firm.example", "marketer", None)).await.problem(403, "role");
    app.staff(Role::Accountant).await.post("/api/people", &invite("eva@firm.example", "buyer", Some("C1"))).await.problem(403, "role");
    admin.post("/api/people", &invite("eva@firm.example", "buyer", None)).await.problem(422, "required");
    admin.post("/api/people", &invite("eva@firm.example", "buyer", Some("nobody"))).await.problem(422, "unknown_customer");
    let eva: Person = admin.post("/api/people", &invite("Eva@Firm.example", "marketer", None)).await.json();
    assert_eq!((eva.login.as_str(), eva.state.as_str(), eva.invited_until.is_some()), ("eva@firm.example", "invited", true));
    let known = admin.post("/api/people", &invite("eva@firm.example", "sales", None)).await.problem(409, "login_exists");
    assert_eq!(known.field.as_deref(), Some("/email"));
    // Sales do not see staff.
    sales.call("POST", &format!("/api/people/{}/invite", eva.id)).await.problem(404, "not_found");
    assert!(sales.get("/api/people").await.json::<PeoplePage>().people.is_empty());
    // A second invitation ends the first.
    let first = token(&app, "eva@firm.example").await;
    admin.call("POST", &format!("/api/people/{}/invite", eva.id)).await.ok();
    let second = token(&app, "eva@firm.example").await;
    let accept = async |token: &str| app.anonymous().post("/api/password", &json!({"token": token, "password": PASSWORD})).await;
    accept(&first).await.problem(404, "link_ended");
    accept(&second).await.expect(204);
    accept(&second).await.problem(404, "link_ended");
    let session: Session = app.log_in("eva@firm.example", PASSWORD).await.get("/api/session").await.json();
    assert!(session.role == Role::Marketer && session.enrol && session.lang.tag() == "bg");
    // A contact of a customer becomes its log-in; withdrawn, it is a contact again.
    let buyer: Person = sales.post("/api/people", &invite("c1@customer.example", "buyer", Some("C1"))).await.json();
    assert_eq!(count(&app, "SELECT COUNT(*) FROM contacts WHERE user_id IS NOT NULL").await, 1);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM contacts").await, 1, "no second contact with the same address");
    let link = token(&app, "c1@customer.example").await;
    sales.delete(&format!("/api/people/{}/invite", buyer.id)).await.expect(204);
    accept(&link).await.problem(404, "link_ended");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM contacts WHERE user_id IS NOT NULL").await, 0);
    // Seven days, not longer; the address asks for a new one by itself.
    let late: Person = sales.post("/api/people", &invite("late@c1.example", "buyer", Some("C1"))).await.json();
    let link = token(&app, "late@c1.example").await;
    app.pass(7 * 24 * 3600 + 1);
    accept(&link).await.problem(404, "link_ended");
    assert_eq!(person(&app.staff(Role::Sales).await, "late@c1.example").await.invited_until, None);
    app.anonymous().post("/api/password/forgot", &json!({"email": late.login})).await.expect(204);
    accept(&token(&app, "late@c1.example").await).await.expect(204);
});

at_an_address!(what_is_changed_holds_at_once, |app| async {
    let admin = app.staff(Role::Admin).await;
    let sales = app.staff(Role::Sales).await;
    let login = signed_in_as(&sales).await;
    let one = person(&admin, &login).await;
    let path = format!("/api/people/{}", one.id);
    sales.get("/api/price-lists").await.ok();
    let changed: Person = admin.put(&path, &json!({"role": "accountant"})).await.json();
    assert_eq!((changed.role, changed.sessions), (Role::Accountant, 1));
    sales.get("/api/price-lists").await.problem(403, "role");
    sales.get("/api/orders").await.ok();
    admin.put(&path, &json!({"role": "buyer"})).await.problem(422, "role_of_another_kind");
    // Disabled: the next request of any session is nobody's.
    let off: Person = admin.put(&path, &json!({"disabled": true})).await.json();
    assert_eq!((off.state.as_str(), off.sessions), ("disabled", 0));
    assert_eq!(sales.get("/api/session").await.json::<Option<Session>>(), None);
    sales.get("/api/orders").await.problem(401, "sign_in");
    let on: Person = admin.put(&path, &json!({"disabled": false})).await.json();
    assert_eq!(on.state, "active");
    assert_eq!(sales.get("/api/session").await.json::<Option<Session>>(), None, "what ended stays ended");
    // Somebody who looked at the page before is told.
    let stale = axum::http::Request::put(&path).header("x-kontor", "1").header("content-type", "application/json").header("if-match", "\"1\"");
    admin.send(stale.body(axum::body::Body::from(r#"{"disabled": true}"#)).expect("a request")).await.problem(409, "changed_elsewhere");
    let audit: AuditPage = admin.get("/api/audit").await.json();
    assert_eq!(audit.rows.iter().filter(|row| row.action == "user.change").count(), 3);
});

async fn signed_in_as(client: &Client) -> String {
    client.get("/api/session").await.json::<Session>().login
}

at_an_address!(one_administrator_stays, |app| async {
    let (first, second) = (app.staff(Role::Admin).await, app.staff(Role::Admin).await);
    let ids = [person(&first, &signed_in_as(&first).await).await.id, person(&first, &signed_in_as(&second).await).await.id];
    // Each takes the other's role away at the same moment: one of them stays.
    let tries = [(first.clone(), ids[1]), (second.clone(), ids[0])]
        .map(|(client, id)| tokio::spawn(async move { client.put(&format!("/api/people/{id}"), &json!({"role": "sales"})).await.status.as_u16() }));
    let mut done = 0;
    for one in tries {
        done += u32::from(one.await.expect("a request") == 200);
    }
    assert_eq!(done, 1);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM users WHERE role = 'admin'").await, 1);
    let left = if signed_in_role(&first).await == Role::Admin { (first, ids[0]) } else { (second, ids[1]) };
    for change in [json!({"role": "sales"}), json!({"disabled": true})] {
        left.0.put(&format!("/api/people/{}", left.1), &change).await.problem(409, "last_administrator");
    }
});

async fn signed_in_role(client: &Client) -> Role {
    client.get("/api/session").await.json::<Session>().role
}

at_an_address!(a_lost_second_factor_is_reset_with_proof, |app| async {
    let admin = app.staff(Role::Admin).await;
    let buyer = app.buyer("C1").await;
    let login = signed_in_as(&buyer).await;
    let one = person(&admin, &login).await;
    let path = format!("/api/people/{}/reset-factor", one.id);
    admin.post(&path, &json!({"proof": "called back"})).await.problem(409, "no_factor");
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE users SET factor_at = 1, factor_secret = '00' WHERE id = $1").bind(one.id.to_string()).execute(&mut *tx).await.expect("a factor");
    tx.commit().await.expect("committed");
    admin.post(&path, &json!({})).await.problem(422, "required");
    app.staff(Role::Sales).await.post(&path, &json!({"proof": "called back"})).await.problem(403, "role");
    let reset: Person = admin.post(&path, &json!({"proof": "called back on the known number"})).await.json();
    assert!(!reset.factor && reset.sessions == 0);
    assert!(app.mails_to(&login).await.iter().any(|(_, text)| text.contains("no longer asks for a code")));
    let audit: AuditPage = admin.get("/api/audit").await.json();
    assert!(audit.rows.iter().any(|row| row.action == "factor.reset" && row.after.as_ref().is_some_and(|after| after.contains("known number"))));
    // The administrator's own password must be fresh.
    app.pass(11 * 60);
    admin.post(&path, &json!({"proof": "again"})).await.problem(403, "prove_again");
});

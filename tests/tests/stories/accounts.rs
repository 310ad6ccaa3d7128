//! Log-ins as people keep them: second factors, resets, addresses, sessions; and what a thief of any one of them gets.

use std::sync::atomic::Ordering;

use kontor_server::access::{Access, Names, RouteId};
use kontor_server::accounts::totp;
use kontor_server::auth;
use kontor_shared::api::accounts::{Account, FactorOffer, PeoplePage, RecoveryCodes};
use kontor_shared::api::{Customer, Role, Session};
use kontor_tests::beside::beside;
use kontor_tests::{Answer, Client, TestApp};
use serde_json::json;

/// A story on both databases, of a server that knows its own address.
#[macro_export]
macro_rules! at_an_address {
    ($name:ident, |$app:ident| $story:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn start(engine: kontor_tests::Engine) -> TestApp {
                TestApp::start_with(engine, |config| config.public_url = Some("https://kontor.example".into())).await
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let $app = start(kontor_tests::Engine::Sqlite).await;
                $story.await;
                $app.finish().await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let $app = start(kontor_tests::Engine::Postgres).await;
                $story.await;
                $app.finish().await;
            }
        }
    };
}

const PASSWORD: &str = "four herons by the weir";
const OTHER: &str = "seven lamps on a barge";
pub const STAFF: &str = "boss@firm.example";
const BUYER: &str = "anna@c1.example";

/// The token of the newest link mailed to an address.
pub async fn token(app: &TestApp, address: &str) -> String {
    let (_, text) = app.mails_to(address).await.pop().unwrap_or_else(|| panic!("no mail to {address}"));
    let (_, rest) = text.split_once('#').unwrap_or_else(|| panic!("no link in {text}"));
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn add(app: &TestApp, login: &str, role: Role) {
    let customer = if role == Role::Buyer { Some(app.customer("C1").await) } else { None };
    auth::add_user(app.state(), login, PASSWORD, role, customer, false).await.expect("a user");
}

async fn sign_in(client: &Client, login: &str, password: &str, code: Option<&str>) -> Answer {
    let mut body = json!({"login": login, "password": password});
    if let Some(code) = code {
        body["totp"] = json!(code);
    }
    client.post("/api/session", &body).await
}

async fn signed_in(client: &Client) -> Option<Session> {
    client.get("/api/session").await.json()
}

/// What an authenticator does with the secret a page shows.
fn secret(offer: &FactorOffer) -> Vec<u8> {
    let text: String = offer.secret.chars().filter(|sign| !sign.is_whitespace()).collect();
    let mut bits = String::new();
    for sign in text.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(sign).expect("base32");
        bits.push_str(&format!("{value:05b}"));
    }
    bits.as_bytes().chunks_exact(8).map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("bits"), 2).expect("bits")).collect()
}

fn code(app: &TestApp, secret: &[u8]) -> String {
    totp::code_at(secret, app.state().clock.now_ms())
}

/// Sets a second factor up; gives its secret and the recovery codes.
async fn enrol(app: &TestApp, client: &Client) -> (Vec<u8>, Vec<String>) {
    let offer: FactorOffer = client.call("POST", "/api/account/factor").await.json();
    let secret = secret(&offer);
    assert!(offer.svg.starts_with("<svg") && offer.uri.starts_with("otpauth://totp/"));
    let codes: RecoveryCodes = client.put("/api/account/factor", &json!({"code": code(app, &secret)})).await.json();
    (secret, codes.codes)
}

at_an_address!(staff_do_nothing_before_a_second_factor, |app| async {
    add(&app, STAFF, Role::Admin).await;
    let client = app.anonymous();
    let session: Session = sign_in(&client, STAFF, PASSWORD, None).await.json();
    assert!(session.enrol && session.role == Role::Admin);
    for path in ["/api/settings", "/api/customers", "/api/orders", "/api/people", "/api/audit", "/api/jobs"] {
        client.get(path).await.problem(403, "enrol_first");
    }
    client.post("/api/people", &json!({"email": "a@b.example", "role": "admin", "lang": "en"})).await.problem(403, "enrol_first");
    // A wrong code sets nothing up.
    let before = client.cookie();
    client.call("POST", "/api/account/factor").await.ok();
    client.put("/api/account/factor", &json!({"code": "000000"})).await.problem(422, "wrong_code");
    client.get("/api/settings").await.problem(403, "enrol_first");
    let (_, codes) = enrol(&app, &client).await;
    assert_eq!(codes.len(), 10);
    client.get("/api/settings").await.ok();
    assert!(!signed_in(&client).await.expect("a session").enrol);
    // The session has another token now, and the one from before opens nothing.
    assert_ne!(client.cookie(), before);
    assert!(signed_in(&client.with_cookie(before)).await.is_none());
    // Staff cannot go back.
    client.delete("/api/account/factor").await.problem(409, "factor_compulsory");
    assert!(app.mails_to(STAFF).await.iter().any(|(_, text)| text.contains("asks for a code")), "the owner is told");
});

at_an_address!(the_demos_staff_need_no_second_factor, |app| async {
    auth::add_user(app.state(), "sales@demo.example", "demo-sales", Role::Sales, None, true).await.expect("a user");
    let client = app.log_in("sales@demo.example", "demo-sales").await;
    assert!(!signed_in(&client).await.expect("a session").enrol);
    client.get("/api/customers").await.ok();
});

at_an_address!(a_code_is_asked_for_after_the_password_and_taken_once, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let client = app.log_in(BUYER, PASSWORD).await;
    let (secret, _) = enrol(&app, &client).await;
    let first = code(&app, &secret);
    let fresh = || app.anonymous();
    // The enrolment's own code was used by it.
    sign_in(&fresh(), BUYER, PASSWORD, Some(&first)).await.problem(401, "wrong_code");
    app.pass(60);
    // Without the right password nothing tells that there is a second factor.
    sign_in(&fresh(), BUYER, OTHER, None).await.problem(401, "wrong_credentials");
    sign_in(&fresh(), BUYER, OTHER, Some(&code(&app, &secret))).await.problem(401, "wrong_credentials");
    sign_in(&fresh(), BUYER, PASSWORD, None).await.problem(401, "totp_needed");
    let now = code(&app, &secret);
    sign_in(&fresh(), BUYER, PASSWORD, Some(&format!("{} {}", &now[..3], &now[3..]))).await.ok();
    // Once: not a second time, and not the one before it either.
    sign_in(&fresh(), BUYER, PASSWORD, Some(&now)).await.problem(401, "wrong_code");
    sign_in(&fresh(), BUYER, PASSWORD, Some(&totp::code_at(&secret, app.state().clock.now_ms() - 30_000))).await.problem(401, "wrong_code");
    // A customer may do without again.
    app.pass(60);
    let client = app.anonymous();
    sign_in(&client, BUYER, PASSWORD, Some(&code(&app, &secret))).await.ok();
    client.delete("/api/account/factor").await.expect(204);
    sign_in(&fresh(), BUYER, PASSWORD, None).await.ok();
});

at_an_address!(codes_are_guessed_three_times_a_minute, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let client = app.log_in(BUYER, PASSWORD).await;
    let (secret, _) = enrol(&app, &client).await;
    app.pass(120);
    let mut successes = 0;
    for number in 0..3 {
        let answer = sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&format!("00000{number}"))).await;
        successes += u32::from(answer.status.is_success());
    }
    assert_eq!(successes, 0);
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&code(&app, &secret))).await.problem(429, "too_many_attempts");
    app.pass(61);
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&code(&app, &secret))).await.ok();
});

at_an_address!(codes_at_once_are_taken_once, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let (secret, _) = enrol(&app, &app.log_in(BUYER, PASSWORD).await).await;
    app.pass(60);
    let now = code(&app, &secret);
    let tries: Vec<_> = (0..3)
        .map(|_| {
            let (client, now) = (app.anonymous(), now.clone());
            tokio::spawn(async move { sign_in(&client, BUYER, PASSWORD, Some(&now)).await.status.as_u16() })
        })
        .collect();
    let mut opened = 0;
    for one in tries {
        opened += u32::from(one.await.expect("a request") == 200);
    }
    assert_eq!(opened, 1);
});

at_an_address!(a_recovery_code_signs_in_once, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let client = app.log_in(BUYER, PASSWORD).await;
    let (_, codes) = enrol(&app, &client).await;
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&codes[0].to_lowercase())).await.ok();
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&codes[0])).await.problem(401, "wrong_code");
    assert_eq!(client.get("/api/account").await.json::<Account>().recovery_left, 9);
    // Another's code is worth nothing.
    let other = "other@c1.example";
    add(&app, other, Role::Buyer).await;
    enrol(&app, &app.log_in(other, PASSWORD).await).await;
    sign_in(&app.anonymous(), other, PASSWORD, Some(&codes[1])).await.problem(401, "wrong_code");
    // New ones end the old ones.
    let newer: RecoveryCodes = client.call("POST", "/api/account/recovery-codes").await.json();
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&codes[2])).await.problem(401, "wrong_code");
    sign_in(&app.anonymous(), BUYER, PASSWORD, Some(&newer.codes[0])).await.ok();
});

at_an_address!(a_reset_works_once_for_an_hour_and_skips_no_second_factor, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let client = app.log_in(BUYER, PASSWORD).await;
    let (secret, _) = enrol(&app, &client).await;
    app.anonymous().post("/api/password/forgot", &json!({"email": " Anna@C1.example "})).await.expect(204);
    let first = token(&app, BUYER).await;
    app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
    let token = token(&app, BUYER).await;
    let set = async |token: &str, password: &str| app.anonymous().post("/api/password", &json!({"token": token, "password": password})).await;
    // The newer ended the older; looking uses nothing up; a password that is refused neither.
    set(&first, OTHER).await.problem(404, "link_ended");
    for _ in 0..3 {
        let info = app.anonymous().post("/api/link", &json!({"token": token})).await.value();
        assert_eq!((&info["purpose"], &info["login"]), (&json!("reset"), &json!(BUYER)));
    }
    set(&token, "password1").await.problem(422, "password_common");
    set(&token, "anna1234").await.problem(422, "password_personal");
    set(&token, OTHER).await.expect(204);
    set(&token, PASSWORD).await.problem(404, "link_ended");
    assert!(signed_in(&client).await.is_none(), "all sessions ended");
    app.pass(60);
    sign_in(&app.anonymous(), BUYER, PASSWORD, None).await.problem(401, "wrong_credentials");
    sign_in(&app.anonymous(), BUYER, OTHER, None).await.problem(401, "totp_needed");
    sign_in(&app.anonymous(), BUYER, OTHER, Some(&code(&app, &secret))).await.ok();
    assert!(app.mails_to(BUYER).await.iter().any(|(_, text)| text.contains("password of your log-in was changed")));
    // An hour, not longer.
    app.pass(3600);
    app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
    let late = self::token(&app, BUYER).await;
    app.pass(3601);
    set(&late, PASSWORD).await.problem(404, "link_ended");
    for nonsense in ["", "x", &"f".repeat(64), &"é".repeat(32)] {
        set(nonsense, PASSWORD).await.problem(404, "link_ended");
    }
});

at_an_address!(one_reset_link_used_twice_at_once_works_once, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
    let token = token(&app, BUYER).await;
    let tries: Vec<_> = (0..4)
        .map(|number| {
            let (client, body) = (app.anonymous(), json!({"token": token, "password": format!("{OTHER} {number}")}));
            tokio::spawn(async move { client.post("/api/password", &body).await.status.as_u16() })
        })
        .collect();
    let mut worked = 0;
    for one in tries {
        worked += u32::from(one.await.expect("a request") == 204);
    }
    assert_eq!(worked, 1);
});

at_an_address!(no_answer_tells_whether_there_is_an_account, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    add(&app, "off@c1.example", Role::Buyer).await;
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE users SET disabled = 1 WHERE login = 'off@c1.example'").execute(&mut *tx).await.expect("disabled");
    tx.commit().await.expect("committed");
    app.applicant("A1").await;
    let state = app.state();
    let work = async |request: serde_json::Value, path: &str| {
        let before = state.hashed.load(Ordering::Relaxed);
        let answer = app.anonymous().post(path, &request).await;
        (answer.status, answer.text(), state.hashed.load(Ordering::Relaxed) - before)
    };
    let form: serde_json::Value = app.anonymous().get("/api/sign-up?lang=en").await.value();
    let mut said = Vec::new();
    // Known, unknown, disabled, and one nobody has chosen a password for.
    for login in [BUYER, "nobody@c1.example", "off@c1.example", "a1@customer.example"] {
        let sign_up = json!({"company": "C", "name": "N", "email": login, "country": "UK", "lang": "en", "privacy_version": form["privacy_version"]});
        said.push([
            work(json!({"login": login, "password": "not this one"}), "/api/session").await,
            work(json!({"email": login}), "/api/password/forgot").await,
            work(sign_up, "/api/sign-up").await,
        ]);
    }
    assert!(said.iter().all(|one| *one == said[0]), "{said:#?}");
    assert_eq!(said[0].each_ref().map(|(_, _, hashes)| *hashes), [1, 0, 0], "one hash per log-in, whoever it names");
    // The owner of an address is told, nobody else.
    let subjects = |mails: Vec<(String, String)>| mails.into_iter().map(|(subject, _)| subject).collect::<Vec<_>>();
    assert_eq!(subjects(app.mails_to(BUYER).await), [": choose another password", ": you have a log-in already"]);
    assert_eq!(subjects(app.mails_to("nobody@c1.example").await), [": confirm your address"]);
    assert_eq!(subjects(app.mails_to("off@c1.example").await), [": you have a log-in already"]);
    // No password by a reset before staff have decided.
    assert_eq!(subjects(app.mails_to("a1@customer.example").await), [": you have a log-in already"]);
    let mut connection = state.db.read().await.expect("a connection");
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM account_requests").fetch_one(&mut *connection).await.expect("a count");
    assert_eq!(kept, 0, "what was asked is not kept once it is answered");
});

at_an_address!(spraying_opens_nothing_and_asking_is_bounded, |app| async {
    for number in 0..8 {
        add(&app, &format!("buyer{number}@c1.example"), Role::Buyer).await;
    }
    let (mut tried, mut opened, mut stopped) = (0, 0, 0);
    for guess in ["password1", "Summer2026!", "kontor123", "qwertyuiop", "letmein123", "welcome1"] {
        for number in 0..8 {
            let status = sign_in(&app.anonymous(), &format!("buyer{number}@c1.example"), guess, None).await.status.as_u16();
            tried += 1;
            opened += u32::from(status == 200);
            stopped += u32::from(status == 429);
        }
    }
    assert_eq!(opened, 0);
    assert!(stopped >= tried - 30, "{stopped} of {tried} were stopped: one address may fail thirty times");
    // Mails are not to be had without end either.
    let mut sent = 0;
    for _ in 0..6 {
        sent += u32::from(app.anonymous().post("/api/password/forgot", &json!({"email": "buyer1@c1.example"})).await.status == 204);
    }
    assert_eq!(sent, 3);
});

at_an_address!(an_address_changes_by_its_own_link, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    add(&app, "taken@c1.example", Role::Buyer).await;
    let client = app.log_in(BUYER, PASSWORD).await;
    let new = "anna.new@c1.example";
    // The password must be fresh; giving it once more gives the session another token.
    app.pass(11 * 60);
    client.put("/api/account/email", &json!({"email": new})).await.problem(403, "prove_again");
    client.post("/api/account/proof", &json!({"password": OTHER})).await.problem(422, "wrong_password");
    let before = client.cookie();
    client.post("/api/account/proof", &json!({"password": PASSWORD})).await.expect(204);
    assert_ne!(client.cookie(), before);
    client.put("/api/account/email", &json!({"email": "taken@c1.example"})).await.expect(204);
    assert_eq!(app.mails_to("taken@c1.example").await[0].0, ": you have a log-in already");
    client.put("/api/account/email", &json!({"email": "nonsense"})).await.problem(422, "invalid_email");
    client.put("/api/account/email", &json!({"email": new})).await.expect(204);
    let token = token(&app, new).await;
    assert!(app.mails_to(BUYER).await.iter().any(|(subject, _)| subject.contains("about to change")), "the old address is told");
    assert_eq!(signed_in(&client).await.expect("a session").login, BUYER, "nothing changes before the link");
    app.anonymous().post("/api/email/confirm", &json!({"token": token})).await.expect(204);
    app.anonymous().post("/api/email/confirm", &json!({"token": token})).await.problem(404, "link_ended");
    assert_eq!(signed_in(&client).await.expect("a session").login, new);
    sign_in(&app.anonymous(), new, PASSWORD, None).await.ok();
    sign_in(&app.anonymous(), BUYER, PASSWORD, None).await.problem(401, "wrong_credentials");
});

at_an_address!(what_a_person_agreed_to_goes_with_them_to_an_address_they_confirmed, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let (customer, sales) = (app.customer("C1").await, app.staff(Role::Sales).await);
    let contact = app.state().clock.new_id().to_string();
    let form = json!({"name": "Anna", "email": BUYER, "receives_orders": true, "receives_accounts": false, "receives_mail": true});
    sales.post("/api/contacts", &json!({"id": contact, "customer": customer, "contact": form})).await.expect(201);
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    sqlx::query("UPDATE contacts SET user_id = (SELECT id FROM users WHERE login = $1) WHERE id = $2")
        .bind(BUYER)
        .bind(&contact)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.expect("committed");
    for (purpose, state) in [("marketing", "granted"), ("topic:news", "withdrawn")] {
        let said = json!({"purpose": purpose, "channel": "email", "state": state, "source": "signed form", "evidence": "form 7"});
        sales.post(&format!("/api/contacts/{contact}/consents"), &said).await.ok();
    }
    let client = app.log_in(BUYER, PASSWORD).await;
    let new = "anna.new@c1.example";
    client.put("/api/account/email", &json!({"email": new})).await.expect(204);
    let token = token(&app, new).await;
    let page: Customer = sales.get(&format!("/api/customers/{customer}")).await.json();
    app.anonymous().post("/api/email/confirm", &json!({"token": token})).await.expect(204);
    let after: Customer = sales.get(&format!("/api/customers/{customer}")).await.json();
    assert!(after.revision > page.revision, "a form that is open with the old address is out of date");
    let anna = after.contacts.iter().find(|one| one.id.to_string() == contact).expect("the contact");
    assert_eq!((anna.email.as_str(), anna.consent.as_deref()), (new, Some("granted")));
    let said: Vec<_> = anna.consents.iter().map(|one| (one.purpose.as_str(), one.address.as_str(), one.source.as_str(), one.counts)).collect();
    assert_eq!(said, [("marketing", new, "address changed", true), ("topic:news", BUYER, "signed form", true), ("marketing", BUYER, "signed form", false),]);
    let changes: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE action = 'contact.save' AND actor = $1")
        .bind(BUYER)
        .fetch_one(&mut *app.state().db.read().await.expect("a connection"))
        .await
        .expect("a count");
    assert_eq!(changes, 1);
});

at_an_address!(a_password_changes_with_the_old_one, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let (here, there) = (app.log_in(BUYER, PASSWORD).await, app.log_in(BUYER, PASSWORD).await);
    here.put("/api/account/password", &json!({"old": OTHER, "new": OTHER})).await.problem(422, "wrong_password");
    here.put("/api/account/password", &json!({"old": PASSWORD, "new": "short"})).await.problem(422, "password_too_short");
    here.put("/api/account/password", &json!({"old": PASSWORD, "new": OTHER})).await.expect(204);
    assert!(signed_in(&here).await.is_some() && signed_in(&there).await.is_some(), "others are ended on wish only");
    here.put("/api/account/password", &json!({"old": OTHER, "new": PASSWORD, "end_others": true})).await.expect(204);
    assert!(signed_in(&here).await.is_some() && signed_in(&there).await.is_none());
    assert_eq!(app.mails_to(BUYER).await.len(), 2, "the owner is told each time");
});

at_an_address!(a_pending_address_ends_with_the_password_and_the_sessions, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let evil = "evil@attacker.example";
    // Whoever had the session asked for another address; the owner notices and acts.
    for act in ["password", "sessions"] {
        let (owner, thief) = (app.log_in(BUYER, PASSWORD).await, app.log_in(BUYER, PASSWORD).await);
        thief.put("/api/account/email", &json!({"email": evil})).await.expect(204);
        let token = token(&app, evil).await;
        match act {
            "password" => owner.put("/api/account/password", &json!({"old": PASSWORD, "new": PASSWORD, "end_others": true})).await.expect(204),
            _ => owner.post("/api/account/sessions/end", &json!({})).await.expect(204),
        };
        app.anonymous().post("/api/email/confirm", &json!({"token": token})).await.problem(404, "link_ended");
        sign_in(&app.anonymous(), BUYER, PASSWORD, None).await.ok();
        app.pass(3600);
    }
    // Also where the link is still to be written: by a reset, by ending the sessions, by whoever looks after people.
    let written = app.mails_to(evil).await.len();
    for act in ["reset", "sessions", "admin"] {
        let (owner, thief) = (app.log_in(BUYER, PASSWORD).await, app.log_in(BUYER, PASSWORD).await);
        app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
        let reset = token(&app, BUYER).await;
        thief.put("/api/account/email", &json!({"email": evil})).await.expect(204);
        match act {
            "reset" => app.anonymous().post("/api/password", &json!({"token": reset, "password": PASSWORD})).await.expect(204),
            "sessions" => owner.post("/api/account/sessions/end", &json!({})).await.expect(204),
            _ => {
                let page: PeoplePage = app.staff(Role::Sales).await.get(&format!("/api/people?q={BUYER}")).await.json();
                app.staff(Role::Sales).await.call("POST", &format!("/api/people/{}/end-sessions", page.people[0].id)).await.expect(200)
            }
        };
        assert_eq!(app.mails_to(evil).await.len(), written, "{act}");
        app.pass(3600);
    }
});

at_an_address!(people_see_and_end_their_sessions, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    let with_browser = async |agent: &str| {
        let request = axum::http::Request::post("/api/session").header("x-kontor", "1").header("content-type", "application/json").header("user-agent", agent);
        let client = app.anonymous();
        client.send(request.body(axum::body::Body::from(json!({"login": BUYER, "password": PASSWORD}).to_string())).expect("a request")).await.ok();
        client
    };
    let here = with_browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").await;
    let there = with_browser("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1").await;
    let third = with_browser("curl").await;
    let account: Account = here.get("/api/account").await.json();
    let mut devices: Vec<_> = account.sessions.iter().map(|session| (session.device.as_str(), session.this)).collect();
    devices.sort_unstable();
    assert_eq!(devices, [("", false), ("Firefox, Linux", true), ("Safari, iPhone", false)]);
    let telephone = account.sessions.iter().find(|session| session.device.contains("iPhone")).expect("a telephone");
    // Another's session is no session.
    app.buyer("C2").await.post("/api/account/sessions/end", &json!({"session": telephone.id})).await.problem(404, "not_found");
    here.post("/api/account/sessions/end", &json!({"session": telephone.id})).await.expect(204);
    assert!(signed_in(&there).await.is_none() && signed_in(&third).await.is_some());
    here.post("/api/account/sessions/end", &json!({})).await.expect(204);
    assert!(signed_in(&third).await.is_none() && signed_in(&here).await.is_some());
    let saved: Account = here.put("/api/account", &json!({"lang": "bg", "name": "Анна"})).await.json();
    assert_eq!((saved.lang.tag(), saved.name.as_str()), ("bg", "Анна"));
    assert_eq!(signed_in(&here).await.expect("a session").lang.tag(), "bg");
});

// A mail with a link that opens somebody's account is its recipient's alone, whatever route shows messages to whom.
at_an_address!(no_page_shows_a_link_that_opens_an_account, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
    let token = token(&app, BUYER).await;
    kontor_server::background::run_due(app.state()).await.expect("the mail goes out");
    let message: String = sqlx::query_scalar("SELECT id FROM messages WHERE recipient = $1")
        .bind(BUYER)
        .fetch_one(&mut *app.state().db.read().await.expect("a connection"))
        .await
        .expect("a message");
    let customer = app.customer("C1").await.to_string();
    let mut shown = 0;
    for row in RouteId::ALL.iter().map(|id| id.row()).filter(|row| row.method == "GET" && row.path.starts_with("/api/")) {
        let Access::Roles(roles) = row.access else { continue };
        let id = match row.names {
            Names::Message => &message,
            Names::Customer => &customer,
            Names::Nothing => "",
            _ => continue,
        };
        for role in roles.iter().filter(|role| role.is_staff()) {
            let answer = app.staff(*role).await.get(&row.path.replace("{id}", id)).await;
            shown += u32::from(row.path.starts_with("/api/messages") && answer.text().contains(&message));
            assert!(!answer.text().contains(&token), "{} shows the link to {role:?}", row.path);
        }
    }
    assert!(shown > 0, "the message itself is listed");
});

/// The command line helps where nobody can sign in any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_are_looked_after_on_the_command_line() {
    let app = TestApp::start(kontor_tests::Engine::Sqlite).await;
    add(&app, STAFF, Role::Admin).await;
    let client = app.log_in(STAFF, PASSWORD).await;
    enrol(&app, &client).await;
    let run = |arguments: &[&str]| {
        let output = kontor_tests::program::run_with_input(app.place(), arguments, "");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (_, list) = run(&["user", "list"]);
    assert!(list.contains(STAFF) && list.contains("admin") && list.contains("active") && !list.contains("no totp"), "{list}");
    let (code, said) = run(&["user", "disable", "--login", STAFF]);
    assert!(code == Some(2) && said.contains("administrator"), "the last one stays: {said}");
    assert_eq!(run(&["user", "disable", "--login", "nobody@firm.example"]).0, Some(2));
    assert_eq!(run(&["user", "reset-totp", "--login", "Boss@Firm.example"]).0, Some(0));
    assert_eq!(run(&["user", "reset-totp", "--login", STAFF]).0, Some(2), "there is none any more");
    assert!(signed_in(&client).await.is_none(), "the sessions have ended");
    let session: Session = sign_in(&client, STAFF, PASSWORD, None).await.json();
    assert!(session.enrol);
    add(&app, "second@firm.example", Role::Admin).await;
    assert_eq!(run(&["user", "disable", "--login", STAFF]).0, Some(0));
    assert!(run(&["user", "list", "--json"]).1.lines().any(|line| line.contains(STAFF) && line.contains("\"disabled\"")));
    assert_eq!(run(&["user", "enable", "--login", STAFF]).0, Some(0));
    sign_in(&app.anonymous(), STAFF, PASSWORD, None).await.ok();
    app.finish().await;
}

// A thief with the old password signs in while its owner chooses another: the thief's session is not there afterwards.
at_an_address!(a_reset_and_a_log_in_at_once_leave_no_old_session, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    app.anonymous().post("/api/password/forgot", &json!({"email": BUYER})).await.expect(204);
    let token = token(&app, BUYER).await;
    let thieves: Vec<_> = (0..4).map(|_| app.anonymous()).collect();
    let owner = app.anonymous();
    let reset = tokio::spawn(async move { owner.post("/api/password", &json!({"token": token, "password": OTHER})).await.status.as_u16() });
    let tries: Vec<_> =
        thieves.iter().cloned().map(|thief| tokio::spawn(async move { sign_in(&thief, BUYER, PASSWORD, None).await.status.as_u16() })).collect();
    assert_eq!(reset.await.expect("a request"), 204);
    for one in tries {
        assert!(matches!(one.await.expect("a request"), 200 | 401));
    }
    for thief in thieves {
        assert!(signed_in(&thief).await.is_none());
    }
});

// Whoever has a log-in changed holds its row first and then what hangs on it, or two at once would wait for each other.
at_an_address!(two_who_change_a_log_in_at_once_do_not_block_each_other, |app| async {
    add(&app, BUYER, Role::Buyer).await;
    // What another version left keeps nobody from ending sessions, nor from a new password.
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    let left = "INSERT INTO account_requests (id, kind, data, created_at) VALUES ('left', 'x', '{\"kind\":\"of another version\"}', 1)";
    sqlx::query(left).execute(&mut *tx).await.expect("a request is stored");
    tx.commit().await.expect("committed");
    let hold = ("UPDATE users SET id = id WHERE login = $1", &[BUYER][..]);
    let end = ("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE login = $1)", &[BUYER][..]);

    let client = app.log_in(BUYER, PASSWORD).await;
    app.log_in(BUYER, PASSWORD).await;
    beside(&app, &[hold], &[end], client.post("/api/account/sessions/end", &json!({}))).await.expect(204);
    let client = app.log_in(BUYER, PASSWORD).await;
    client.put("/api/account/password", &json!({"old": PASSWORD, "new": OTHER, "end_others": true})).await.expect(204);

    // At work, which is noted once a minute.
    app.pass(120);
    beside(&app, &[hold], &[end], client.get("/api/profile")).await.ok();

    // Erased.
    app.log_in(BUYER, OTHER).await;
    let (sales, admin) = (app.staff(Role::Sales).await, app.staff(Role::Admin).await);
    let (customer, id) = (app.customer("C1").await, app.state().clock.new_id());
    let person = json!({"name": "Anna", "email": BUYER, "receives_orders": true, "receives_accounts": false, "receives_mail": true});
    sales.post("/api/contacts", &json!({"id": id, "customer": customer, "contact": person})).await.expect(201);
    let asked = json!({"name": "Anna", "reason": "asked for it"});
    let answer = beside(&app, &[hold], &[end], admin.post(&format!("/api/contacts/{id}/erase"), &asked)).await;
    answer.ok();
    sign_in(&app.anonymous(), BUYER, OTHER, None).await.problem(401, "wrong_credentials");
});

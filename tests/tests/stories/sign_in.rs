//! Signing in and out: what a session is worth, how long, and what a guesser learns.

use kontor_server::{auth, config::Config};
use kontor_shared::api::{Role, Session};
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::json;

async fn with_user(app: &TestApp) {
    auth::add_user(app.state(), "Sales@Test.Example", "a good password", Role::Sales, None, false).await.expect("a user");
}

async fn signed_in(client: &Client) -> bool {
    client.get("/api/session").await.json::<Option<Session>>().is_some()
}

async fn guess(client: &Client, login: &str, password: &str) -> kontor_tests::Answer {
    client.post("/api/session", &json!({"login": login, "password": password})).await
}

on_both_databases!(a_session_begins_and_ends, |app| async {
    with_user(&app).await;
    let client = app.log_in(" sales@test.example ", "a good password").await;
    assert!(signed_in(&client).await);
    let kept = client.cookie();
    client.delete("/api/session").await.expect(204);
    assert_eq!(client.cookie(), None);
    // The cookie itself opens nothing any more.
    assert!(!signed_in(&client.with_cookie(kept)).await);
    // Once more: signing out when signed out is no failure.
    client.delete("/api/session").await.expect(204);
});

on_both_databases!(the_cookie_is_bound_to_this_host_and_unreadable_to_scripts, |app| async {
    with_user(&app).await;
    let answer = guess(&app.anonymous(), "sales@test.example", "a good password").await.ok();
    let cookie = answer.headers["set-cookie"].to_str().expect("text").to_string();
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|found| found == part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
});

on_both_databases!(log_in_rotates_the_session, |app| async {
    with_user(&app).await;
    // A cookie planted before becomes nobody's session.
    let planted = Some((auth::COOKIE.to_string(), "f".repeat(64)));
    let client = app.anonymous().with_cookie(planted.clone());
    guess(&client, "sales@test.example", "a good password").await.ok();
    assert!(client.cookie().is_some() && client.cookie() != planted);
    assert!(!signed_in(&client.with_cookie(planted)).await);
    // Signing in again ends the session before.
    let first = client.cookie();
    guess(&client, "sales@test.example", "a good password").await.ok();
    assert_ne!(client.cookie(), first);
    assert!(!signed_in(&client.with_cookie(first)).await);
    assert!(signed_in(&client).await);
});

on_both_databases!(a_session_ends_when_idle_and_at_the_latest_after_two_weeks, |app| async {
    with_user(&app).await;
    let client = app.log_in("sales@test.example", "a good password").await;
    app.pass(11 * 3600);
    assert!(signed_in(&client).await);
    app.pass(13 * 3600);
    assert!(!signed_in(&client).await);
    let client = app.log_in("sales@test.example", "a good password").await;
    for _ in 0..(14 * 24 / 8 - 1) {
        app.pass(8 * 3600);
        assert!(signed_in(&client).await);
    }
    app.pass(8 * 3600 + 1);
    assert!(!signed_in(&client).await, "used all the time, and over all the same");
});

on_both_databases!(a_guesser_learns_nothing_and_waits, |app| async {
    with_user(&app).await;
    // A wrong password and an unknown login: the same answer.
    let wrong = guess(&app.anonymous(), "sales@test.example", "not this one").await.expect(401);
    let unknown = guess(&app.anonymous(), "nobody@test.example", "not this one").await.expect(401);
    assert_eq!(wrong.body, unknown.body);
    let long = guess(&app.anonymous(), "sales@test.example", &"x".repeat(300)).await.expect(401);
    assert_eq!(wrong.body, long.body);
    for login in ["sales@test.example", "nobody@test.example"] {
        for _ in 0..4 {
            guess(&app.anonymous(), login, "not this one").await.problem(401, "wrong_credentials");
        }
        let problem = guess(&app.anonymous(), login, "not this one").await.problem(429, "too_many_attempts");
        assert!(problem.retry_after.is_some_and(|seconds| seconds >= 1), "{problem:?}");
    }
    // The right password waits too, then opens: nobody is locked out for good.
    guess(&app.anonymous(), "sales@test.example", "a good password").await.problem(429, "too_many_attempts");
    app.pass(300);
    guess(&app.anonymous(), "sales@test.example", "a good password").await.ok();
});

on_both_databases!(guesses_at_once_are_counted_one_by_one, |app| async {
    with_user(&app).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let client = app.anonymous();
            tokio::spawn(async move { guess(&client, "sales@test.example", "not this one").await.status.as_u16() })
        })
        .collect();
    let mut looked_at = 0;
    for task in tasks {
        looked_at += u32::from(task.await.expect("a request") == 401);
    }
    assert_eq!(looked_at, 5, "five tries are free, the rest wait");
});

on_both_databases!(what_log_in_takes_is_bounded, |app| async {
    let client = app.anonymous();
    client.post("/api/session", &json!({"login": "a", "password": "b", "more": 1})).await.expect(422);
    client.post("/api/session", &json!({"login": 1, "password": "b"})).await.expect(422);
    // PostgreSQL keeps no such character.
    client.post("/api/session", &json!({"login": "a\u{0}b", "password": "b"})).await.problem(401, "wrong_credentials");
    client.post("/api/session", &json!({"login": "a".repeat(2_000_000), "password": "b"})).await.problem(413, "too_large");
});

/// Behind a proxy, guesses are counted for the address the proxy saw, not for the one the client claims.
#[tokio::test]
async fn the_proxys_word_counts_not_the_clients() {
    let app = TestApp::start_with(kontor_tests::Engine::Sqlite, |config: &mut Config| config.trust_proxy = true).await;
    let try_from = async |forwarded: String, login: String| {
        // Some proxies add to the client's header, others add one of their own after it.
        let mut request = axum::http::Request::post("/api/session").header("x-kontor", "1").header("content-type", "application/json");
        for part in forwarded.split(" + ") {
            request = request.header("x-forwarded-for", part);
        }
        let request = request.body(axum::body::Body::from(json!({"login": login, "password": "not this one"}).to_string())).expect("a request");
        app.anonymous().send(request).await.status.as_u16()
    };
    for number in 0..30 {
        assert_eq!(try_from(format!("10.9.9.{number}, 192.0.2.1"), format!("u{number}")).await, 401);
    }
    assert_eq!(try_from("10.9.9.77, 192.0.2.1".into(), "another".into()).await, 429);
    assert_eq!(try_from("10.9.9.78 + 192.0.2.1".into(), "another".into()).await, 429);
    assert_eq!(try_from("192.0.2.1, 192.0.2.2".into(), "another".into()).await, 401);
    app.finish().await;
}

//! What a running server tells whoever watches it: metrics on a listener of their own, and a log of which each line reads alone.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use kontor_tests::Engine;
use kontor_tests::databases::Place;
use kontor_tests::program::{self, Server};
use kontor_tests::wire::ask;
use serde_json::{Value, json};

async fn figures(engine: Engine) {
    let place = Place::new(engine).await;
    // A free port of the moment.
    let port = program::free_port();
    let metrics = format!("127.0.0.1:{port}");
    let server = Server::start(&place, &["--metrics", &metrics], &[]).await;
    let wrong = json!({"login": "nobody@test.example", "password": "a secret word"});
    assert_eq!(ask(&server.address, "POST", "/api/session", None, Some(&wrong)).await.unwrap().status, 401);
    let public = ask(&server.address, "GET", "/metrics", None, None).await.unwrap();
    assert!(!public.body.contains("kontor_build_info"), "not on the public listener");
    let reply = ask(&format!("http://{metrics}"), "GET", "/metrics", None, None).await.unwrap();
    assert!(reply.status == 200 && reply.head.contains("content-type: text/plain; version=0.0.4"), "{}", reply.head);
    let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    for line in [
        &format!("kontor_build_info{{version=\"{}\",engine=\"{engine}\"}} 1", env!("CARGO_PKG_VERSION")),
        "kontor_http_requests_total{method=\"POST\",route=\"/api/session\",status=\"401\"} 1",
        "kontor_http_request_seconds_count{method=\"POST\",route=\"/api/session\"} 1",
        "kontor_orders_taken_total 0",
        "kontor_queue_age_seconds{queue=\"messages\"} 0",
        "kontor_sending_paused 0",
    ] {
        assert!(reply.body.lines().any(|found| found == line), "{line} is not in\n{}", reply.body);
    }
    for name in ["kontor_db_connections{pool=\"write\",state=\"idle\"} ", "kontor_db_write_wait_seconds_count "] {
        assert!(reply.body.lines().any(|found| found.starts_with(name)), "{name}\n{}", reply.body);
    }
    // Every line is a comment or `name{labels} number`, and every name is explained before its first use.
    let mut known = Vec::new();
    for line in reply.body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            known.push(rest.split(' ').next().unwrap().to_string());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = name.split('{').next().unwrap();
            assert!(known.iter().any(|known| name.starts_with(known.as_str())), "{line}");
        }
    }
    assert!(!reply.body.contains("nobody") && !reply.body.contains('@'));
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

mod metrics_are_shown_on_a_listener_of_their_own {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        figures(Engine::Sqlite).await;
    }
    #[tokio::test]
    async fn postgres() {
        figures(Engine::Postgres).await;
    }
}

#[tokio::test]
async fn metrics_beyond_loopback_are_refused_unless_said_so() {
    let place = Place::new(Engine::Sqlite).await;
    let refused = program::run_with_input(&place, &["serve", "--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--metrics-beyond-loopback"));
    let server = Server::start(&place, &["--metrics", "0.0.0.0:0", "--metrics-beyond-loopback"], &[]).await;
    assert_eq!(ask(&server.address, "GET", "/healthz", None, None).await.unwrap().status, 200);
    assert_eq!(server.stop().await, Some(0));
    let wrong = program::command(&place, &["serve", "--listen", "127.0.0.1:0"]).env("KONTOR_LOG_FORMAT", "xml").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("json or text"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_json_is_an_object_a_line_without_personal_data() {
    let place = Place::new(Engine::Sqlite).await;
    let data = place.directory.to_str().unwrap().to_string();
    let mut command = program::command(&place, &["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    let mut child = command.env("KONTOR_LOG_FORMAT", "json").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().unwrap().unwrap();
        if let Some((_, address)) = line.split_once("listening on ") {
            break address.to_string();
        }
    };
    let wrong = json!({"login": "somebody@test.example", "password": "a secret word"});
    assert_eq!(ask(&address, "POST", "/api/session", None, Some(&wrong)).await.unwrap().status, 401);
    let status = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    let objects: Vec<Value> = rest.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let request = objects.iter().find(|line| line["http.route"] == "/api/session").expect("the request is logged");
    assert_eq!((&request["http.status"], &request["http.method"], &request["level"]), (&json!(401), &json!("POST"), &json!("INFO")));
    assert!(request["request.id"].as_str().is_some_and(|id| id.len() == 36) && request["timestamp"].is_string());
    let whole = rest.join("\n");
    for secret in ["somebody", "secret word", "127.0.0.1"] {
        assert!(!whole.contains(secret), "the log holds {secret}");
    }
}

//! The real program: serving over TLS and plain, ending gracefully, and its command line.

use std::process::Command;
use std::time::Duration;

use kontor_server::db::Engine;
use kontor_tests::assert_snapshot;
use kontor_tests::databases::Place;
use kontor_tests::program::{self, Server};
use kontor_tests::smtp::{PYTHON, self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Tells one story with the real program on each engine.
macro_rules! with_the_program {
    ($name:ident, |$place:ident| $story:expr) => {
        mod $name {
            use super::*;
            #[tokio::test]
            async fn sqlite() {
                let $place = Place::new(Engine::Sqlite).await;
                $story.await;
                $place.remove().await;
            }
            #[tokio::test]
            async fn postgres() {
                let $place = Place::new(Engine::Postgres).await;
                $story.await;
                $place.remove().await;
            }
        }
    };
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address.trim_start_matches("http://")).await.expect("the server takes connections")
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut text)).await.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&text).into_owned()
}

with_the_program!(a_request_under_way_is_finished_after_sigterm, |place| async {
    let server = Server::start(&place, &[], &[]).await;
    let mut idle = connect(&server).await;
    let mut slow = connect(&server).await;
    let body = r#"{"login":"nobody@test.example","password":"not this one"}"#;
    let head = format!(
        "POST /api/session HTTP/1.1\r\nhost: a\r\nx-kontor: 1\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.expect("the head is taken");
    slow.write_all(&body.as_bytes()[..10]).await.expect("a part is taken");
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.ask_to_stop();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(TcpStream::connect(server.address.trim_start_matches("http://")).await.is_err(), "no new connections while ending");
    slow.write_all(&body.as_bytes()[10..]).await.expect("the rest is taken");
    let text = answer(slow).await;
    assert!(text.starts_with("HTTP/1.1 401"), "{text}");
    let mut rest = Vec::new();
    assert_eq!(idle.read_to_end(&mut rest).await.unwrap_or(0), 0, "an idle connection is closed");
    assert_eq!(server.stop_already_asked().await, Some(0));
});

with_the_program!(data_outlives_the_program, |place| async {
    program::run_giving(&place, &["user", "add", "--login", "boss@test.example", "--role", "admin"], "a good password\n");
    let again = program::run_with_input(&place, &["user", "add", "--login", "boss@test.example", "--role", "admin"], "a good password\n");
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
    let server = Server::start(&place, &[], &[]).await;
    let mut stream = connect(&server).await;
    let body = r#"{"login":"boss@test.example","password":"a good password"}"#;
    let request = format!(
        "POST /api/session HTTP/1.1\r\nhost: a\r\nx-kontor: 1\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("the request is taken");
    let text = answer(stream).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("\"admin\""), "{text}");
    assert_eq!(server.stop().await, Some(0));
});

with_the_program!(the_firms_settings_are_shown_and_set, |place| async {
    let file = place.directory.join("firm.json");
    let set = |text: &str| {
        std::fs::write(&file, text).expect("a file");
        program::run_with_input(&place, &["firm", "set", file.to_str().expect("UTF-8")], "")
    };
    let said =
        set(r#"{"party": {"name": "Firm", "address": ["1 Street"], "tax_ids": [], "bank": [], "email": "a@firm.example", "phone": ""}, "currency": "GBP"}"#);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let shown: serde_json::Value = serde_json::from_str(&program::run(&place, &["firm", "show"])).expect("JSON");
    assert_eq!((&shown["party"]["name"], &shown["currency"], &shown["zone"]), (&"Firm".into(), &"GBP".into(), &"Etc/UTC".into()));
    for wrong in [
        r#"{"as_of": "garbage"}"#,
        r#"{"default_vat_rate": "999"}"#,
        r#"{"regular_from": 0}"#,
        r#"{"zone": "Moon/Sea"}"#,
        r#"{"mail_from": "nobody"}"#,
        r#"{"order_series": {"prefix": "\n", "width": 6, "reset": "never"}}"#,
        r#"{"no_such_thing": 1}"#,
        r#"{"demo": true}"#,
        "[]",
    ] {
        let said = set(wrong);
        assert_eq!(said.status.code(), Some(2), "{wrong} was taken");
        assert_eq!(String::from_utf8_lossy(&said.stderr).lines().count(), 1, "one sentence: {}", String::from_utf8_lossy(&said.stderr));
    }
    assert_eq!(serde_json::from_str::<serde_json::Value>(&program::run(&place, &["firm", "show"])).expect("JSON"), shown);
});

#[tokio::test]
async fn who_says_nothing_loses_its_place() {
    let place = Place::new(Engine::Sqlite).await;
    let server = Server::start(&place, &[], &[]).await;
    // Neither silence nor the beginning of the other HTTP's greeting.
    for first_words in ["", "PRI * HT"] {
        let mut stream = connect(&server).await;
        stream.write_all(first_words.as_bytes()).await.expect("the words are taken");
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "a client that said {first_words:?} is still connected");
    }
    assert_eq!(server.stop().await, Some(0));
    place.remove().await;
}

#[tokio::test]
async fn a_certificate_is_served_and_plain_text_is_not() {
    let place = Place::new(Engine::Sqlite).await;
    let (certificate, key) = self_signed(&place.directory);
    let (certificate, key) = (certificate.to_str().expect("UTF-8").to_string(), key.to_str().expect("UTF-8").to_string());
    let server = Server::start(&place, &["--tls-cert", &certificate, "--tls-key", &key], &[]).await;
    assert!(server.address.starts_with("https://127.0.0.1:"), "{}", server.address);
    let script =
        "import ssl,sys,urllib.request as u\nc=ssl.create_default_context(cafile=sys.argv[1])\nprint(u.urlopen(sys.argv[2],context=c).read().decode())";
    let output = Command::new(PYTHON).args(["-c", script, &certificate, &format!("{}/healthz", server.address)]).output().expect("python3 runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"ok\":true"), "{}", String::from_utf8_lossy(&output.stderr));
    // Plain HTTP to the same port gets no answer.
    let mut stream = TcpStream::connect(server.address.trim_start_matches("https://")).await.expect("a connection");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("bytes are taken");
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    assert!(!String::from_utf8_lossy(&text).contains("HTTP/1.1 200"));
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test]
async fn plain_http_beyond_loopback_is_refused() {
    let place = Place::new(Engine::Sqlite).await;
    let output = program::run_with_input(&place, &["serve", "--listen", "0.0.0.0:0"], "");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("kontor: ") && last.contains("--tls-cert") && last.contains("--trust-proxy"), "{said}");
}

#[test]
fn the_command_line_is_as_agreed() {
    let help = |arguments: &[&str]| {
        let output = Command::new(program::kontor()).args(arguments).arg("--help").output().expect("kontor runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let whole = help(&[]);
    let commands: Vec<&str> = whole
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut text = whole.clone();
    for command in &commands {
        text.push_str(&format!("\n--- kontor {command} ---\n{}", help(&[command])));
    }
    assert!(commands.contains(&"serve") && commands.contains(&"import"), "{commands:?}");
    assert_snapshot("help.txt", &text);
    // Wrong use is exit code 2 and says what is wrong.
    let wrong = Command::new(program::kontor()).arg("nonsense").output().expect("kontor runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("nonsense"));
}

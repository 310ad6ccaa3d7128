//! What is wrong is said when the program starts, at once, in one sentence with the way out, before anybody is told to come.

use std::process::Output;
use std::time::{Duration, Instant};

use kontor_server::db::Db;
use kontor_tests::databases::Place;
use kontor_tests::goods::number;
use kontor_tests::program::{self, Server};
use kontor_tests::smtp::self_signed;
use kontor_tests::wire::ask;
use kontor_tests::{Engine, TestApp, both};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Runs a command that has to be refused at once; gives the sentence.
#[track_caller]
fn refused(command: std::process::Command) -> String {
    let begun = Instant::now();
    // One that starts after all would serve for ever.
    let mut limited = std::process::Command::new("timeout");
    limited.arg("20").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let Output { status, stderr, .. } = limited.output().expect("kontor runs");
    let said = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}: {said}", begun.elapsed());
    assert!(said.starts_with("kontor: ") && said.lines().count() == 1, "one sentence: {said}");
    assert!(!said.contains("listening"), "{said}");
    said
}

fn command(place: &Place, arguments: &[&str]) -> std::process::Command {
    let mut command = program::command(place, arguments);
    command.arg("--data").arg(&place.directory);
    command
}

async fn no_database(engine: Engine) {
    let place = Place::new(engine).await;
    match engine {
        Engine::Sqlite => {
            let file = place.directory.join("kontor.db");
            std::fs::write(&file, "This is no database. ".repeat(400)).expect("a file");
            for arguments in [&SERVE[..], &["fsck"], &["publish"]] {
                let said = refused(command(&place, arguments));
                assert!(said.contains("kontor.db") && said.contains("not a database") && said.contains("restore a backup"), "{said}");
            }
            std::fs::remove_file(&file).expect("removed");
            std::fs::create_dir(&file).expect("a directory in the file's place");
            let said = refused(command(&place, &SERVE));
            assert!(said.contains("unable to open database file") && said.contains("whoever runs kontor"), "{said}");
        }
        Engine::Postgres => {
            let url = place.url.clone().expect("an address");
            // Nobody listens there any more.
            let port = program::free_port();
            for arguments in [&SERVE[..], &["fsck"], &["backup", "-"]] {
                let mut deaf = command(&place, arguments);
                deaf.env("DATABASE_URL", format!("postgres://kontor:geheim@127.0.0.1:{port}/firm"));
                let said = refused(deaf);
                assert!(said.contains(&format!("firm at 127.0.0.1:{port}")) && said.contains("does it run"), "{said}");
                assert!(!said.contains("geheim") && said.matches("refused").count() == 1, "{said}");
            }
            let mut missing = command(&place, &SERVE);
            missing.env("DATABASE_URL", format!("{}_not_made", url));
            let said = refused(missing);
            assert!(said.contains("does not exist") && said.contains("createdb"), "{said}");
        }
    }
    place.remove().await;
}
both!(a_database_that_cannot_be_had, no_database);

async fn certificate(engine: Engine) {
    let place = Place::new(engine).await;
    let (certificate, key) = self_signed(&place.directory);
    let other = place.directory.join("other");
    std::fs::create_dir(&other).expect("a directory");
    let (_, others_key) = self_signed(&other);
    let (nothing, missing) = (place.directory.join("empty.pem"), place.directory.join("gone.pem"));
    std::fs::write(&nothing, "").expect("a file");
    for (certificate, key, why) in [
        (&certificate, &others_key, "do not fit"),
        (&nothing, &key, "holds no PEM certificate"),
        (&missing, &key, "cannot read"),
        (&certificate, &missing, "cannot read the key"),
    ] {
        let mut wrong = command(&place, &SERVE);
        wrong.arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key);
        let said = refused(wrong);
        assert!(said.contains(why), "{said}");
    }
    // Nobody was handed a link that leads nowhere.
    let db = Db::existing(&place.directory, place.url.as_deref()).await.expect("the database");
    assert_eq!(number(&db, "SELECT COUNT(*) FROM links").await, 0);
    db.close().await;
    place.remove().await;
}
both!(a_certificate_that_cannot_be_used, certificate);

#[tokio::test]
async fn settings_of_the_environment_that_mean_nothing() {
    let place = Place::new(Engine::Sqlite).await;
    let (garbage, not_one) = (place.directory.join("ca.pem"), place.directory.join("text.pem"));
    std::fs::write(&garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("a file");
    std::fs::write(&not_one, "hello").expect("a file");
    let gone = place.directory.join("gone.pem");
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_string();
    for (name, value, why) in [
        ("KONTOR_SMTP_CA", path(&gone), "cannot read"),
        ("KONTOR_SMTP_CA", path(&not_one), "holds no PEM certificate"),
        ("KONTOR_SMTP_CA", path(&garbage), "no certificate that can be trusted"),
        ("KONTOR_LOG", "verbose".into(), "\"verbose\" is no level"),
        ("KONTOR_LOG", "info,kontor_server=loud".into(), "\"loud\""),
        ("KONTOR_PUBLIC_URL", "shop.example.com".into(), "https://shop.example.com"),
        ("KONTOR_PUBLIC_URL", "https://shop.example.com/shop?a=1".into(), "goes on after the host"),
    ] {
        let mut wrong = command(&place, &SERVE);
        wrong.env(name, &value);
        let said = refused(wrong);
        assert!(said.contains(name) && said.contains(why), "{name}={value}: {said}");
    }
    for wrong in ["https://", "ftp://shop.example.com", "https://shop.example.com/shop", "https://shop.example.com#a"] {
        for arguments in [&SERVE[..], &["setup-link"]] {
            let mut command = command(&place, arguments);
            command.args(["--public-url", wrong]);
            let said = refused(command);
            assert!(said.contains("--public-url") && said.contains("https://shop.example.com"), "{said}");
        }
    }
    let link = program::run(&place, &["setup-link", "--public-url", "https://Shop.example.com/"]);
    assert!(link.starts_with("https://shop.example.com/admin/set-up#"), "{link}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_one_sqlite_directory_is_refused_and_commands_go_on() {
    let place = Place::new(Engine::Sqlite).await;
    let server = Server::start(&place, &[], &[]).await;
    for second in [&SERVE[..], &["demo", "--listen", "127.0.0.1:0"]] {
        let said = refused(command(&place, second));
        let holder = format!("(process {})", server.process());
        assert!(said.contains(&holder) && said.contains("stop it first") && said.contains("--data") && said.contains("PostgreSQL"), "{said}");
    }
    assert_eq!(ask(&server.address, "GET", "/healthz", None, None).await.unwrap().status, 200);
    let file = place.directory.join("beside.backup");
    for beside in [
        &["mail", "status"][..],
        &["fsck"],
        &["backup", file.to_str().unwrap()],
        &["segments", "--as-of", "2026-01-01", "--period", "month", "--mode", "rolling", "--regular-from", "2", "--format", "csv"],
        &["export", "products", "--format", "json"],
    ] {
        program::run(&place, beside);
    }
    // The lock goes with the process, however that ends.
    server.kill().await;
    for _ in 0..3 {
        Server::start(&place, &[], &[]).await.kill().await;
    }
    let server = Server::start(&place, &[], &[]).await;
    assert_eq!(server.stop().await, Some(0));
    // What is left of it is no hindrance to moving away.
    let target = Place::empty(Engine::Postgres).await;
    program::run(&place, &["move", "--to", target.url.as_deref().unwrap()]);
    target.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn move_and_restore_say_what_is_wrong_once_and_by_its_name() {
    let app = TestApp::start(Engine::Sqlite).await;
    app.state().db.close().await;
    let place = app.place();
    for nonsense in ["foo", "sqlite:///tmp/x"] {
        let said = refused(command(place, &["move", "--to", nonsense]));
        assert!(said.contains("--to is not a postgres:// address") && !said.contains("DATABASE_URL"), "{said}");
    }
    let port = program::free_port();
    let said = refused(command(place, &["move", "--to", &format!("postgres://kontor:geheim@127.0.0.1:{port}/firm")]));
    assert!(said.contains("nothing was moved") && !said.contains("geheim") && said.matches("refused").count() == 1, "{said}");
    let target = Place::new(Engine::Postgres).await;
    let said = refused(command(place, &["move", "--to", target.url.as_deref().unwrap()]));
    assert!(said.contains("nothing was moved") && said.contains("not empty") && said.contains("createdb"), "{said}");
    let file = place.directory.join("firm.backup");
    program::run(place, &["backup", file.to_str().unwrap()]);
    let said = refused(command(&target, &["restore", file.to_str().unwrap()]));
    assert!(said.contains("not empty") && said.to_lowercase().matches("nothing was changed").count() == 1, "{said}");
    target.remove().await;
}

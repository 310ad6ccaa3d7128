//! The real program, `kontor`, as its own process.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::databases::Place;

/// A port that nobody listens on, for a program that is told its own.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// The program built by `cargo xtask build`, beside the tests that run.
pub fn kontor() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows where it is");
    let target = own.ancestors().find(|folder| folder.ends_with("release")).expect("the tests run from target/release");
    let program = target.join("kontor");
    assert!(program.exists(), "{} is missing: build it with `cargo xtask build`", program.display());
    program
}

/// A command line on the data of `place`, and nothing of the caller's environment that kontor would read.
pub fn command(place: &Place, arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(kontor());
    command.args(arguments);
    for name in ["DATABASE_URL", "KONTOR_SMTP_URL", "KONTOR_IMAP_URL", "KONTOR_PUBLIC_URL"] {
        command.env_remove(name);
    }
    if let Some(url) = &place.url {
        command.env("DATABASE_URL", url);
    }
    command.env("KONTOR_LOG", "info,sqlx=warn");
    command
}

/// Runs a command with `--data`, with `input` on its standard input.
pub fn run_with_input(place: &Place, arguments: &[&str], input: &str) -> Output {
    let data = place.directory.to_str().expect("a UTF-8 path").to_string();
    let mut child =
        command(place, arguments).args(["--data", &data]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kontor starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("kontor reads its input");
    child.wait_with_output().expect("kontor ends")
}

/// Runs a command with `--data` and asserts exit code 0; gives its standard output.
#[track_caller]
pub fn run(place: &Place, arguments: &[&str]) -> String {
    run_giving(place, arguments, "")
}

/// As [`run`], with standard input.
#[track_caller]
pub fn run_giving(place: &Place, arguments: &[&str], input: &str) -> String {
    let output = run_with_input(place, arguments, input);
    assert!(output.status.success(), "kontor {arguments:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("kontor writes UTF-8")
}

/// A serving `kontor`, killed when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// What it said before it listened, line by line.
    pub said: Vec<String>,
}

impl Server {
    /// Starts `kontor serve` on a free port of the loopback and waits until it listens.
    pub async fn start(place: &Place, more: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_at(place, "127.0.0.1:0", more, environment).await
    }

    pub async fn start_at(place: &Place, listen: &str, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = place.directory.to_str().expect("a UTF-8 path").to_string();
        let mut prepared = command(place, &["serve", "--listen", listen, "--data", &data]);
        prepared.args(more).envs(environment.iter().copied());
        Self::launch(prepared).await
    }

    /// Starts it by another program, such as strace; that one has to end with it.
    pub async fn start_under(place: &Place, other: &[&str], more: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = place.directory.to_str().expect("a UTF-8 path").to_string();
        let plain = command(place, &["serve", "--listen", "127.0.0.1:0", "--data", &data]);
        let mut prepared = std::process::Command::new(other[0]);
        prepared.args(&other[1..]).arg(plain.get_program()).args(plain.get_args()).args(more);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => prepared.env(name, value),
                None => prepared.env_remove(name),
            };
        }
        prepared.envs(environment.iter().copied());
        Self::launch(prepared).await
    }

    async fn launch(prepared: std::process::Command) -> Self {
        let mut child =
            Command::from(prepared).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).spawn().expect("kontor starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        let address = tokio::time::timeout(Duration::from_secs(60), async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, address)) = line.split_once("listening on ") {
                    return Some(address.trim().to_string());
                }
                said.push(line);
            }
            None
        })
        .await
        .ok()
        .flatten();
        let Some(address) = address else { panic!("kontor serve did not start: {}", said.join("\n")) };
        // Its log goes on; an unread pipe would stop it.
        tokio::spawn(async move {
            let show = std::env::var_os("KONTOR_TEST_LOG").is_some();
            while let Ok(Some(line)) = lines.next_line().await {
                if show || line.contains("ERROR") || line.contains("panicked") {
                    eprintln!("kontor: {line}");
                }
            }
        });
        Self { child, address, said }
    }

    pub fn process(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }
    /// SIGKILL, as when the machine loses its power.
    pub async fn kill(mut self) {
        let _ = self.child.kill().await;
    }
    /// SIGTERM; gives the exit code once it ended.
    pub async fn stop(self) -> Option<i32> {
        self.ask_to_stop();
        self.stop_already_asked().await
    }
    /// Waits for its end after [`Server::ask_to_stop`].
    pub async fn stop_already_asked(mut self) -> Option<i32> {
        tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await.expect("kontor ends after SIGTERM").expect("an exit status").code()
    }
    /// Sends SIGTERM and returns.
    pub fn ask_to_stop(&self) {
        let status = std::process::Command::new("kill").args(["-TERM", &self.process().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }
}

//! Whether time tells that there is an account: log-in, forgotten password and sign-up, for addresses with and without
//! one, tried in turn so that what else the machine does falls on both alike.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use kontor_server::auth;
use kontor_server::db::Engine;
use kontor_shared::api::Role;
use kontor_tests::TestApp;
use serde_json::{Value, json};

use crate::figures::median;

/// Log-ins tried per side; a hash each.
const LOG_INS: usize = 300;
/// Tries per side of what takes less than a millisecond.
const REQUESTS: usize = 3_000;

/// How the figures were made.
pub const HOW: &str = "medians of 300 log-ins and 3,000 other requests each, in turn, in memory without a network; the promise is 5 % at most";

/// What one question showed.
pub struct Timing {
    pub what: &'static str,
    pub engine: &'static str,
    /// Medians in milliseconds.
    pub known: f64,
    pub unknown: f64,
}

impl Timing {
    /// How far apart the medians are, in percent of the larger.
    pub fn apart(&self) -> f64 {
        (self.known - self.unknown).abs() / self.known.max(self.unknown) * 100.0
    }
    pub fn said(&self) -> String {
        format!("{:.2} ms with, {:.2} ms without an account: {:.1} % apart", self.known, self.unknown, self.apart())
    }
}

pub async fn show() -> ExitCode {
    match measure().await {
        Ok(timings) => {
            for timing in timings {
                println!("{} on {}: {}", timing.what, timing.engine, timing.said());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every question on both databases.
pub async fn measure() -> Result<Vec<Timing>> {
    let mut timings = Vec::new();
    for (engine, name) in [(Engine::Sqlite, "SQLite"), (Engine::Postgres, "PostgreSQL")] {
        let app = TestApp::start_with(engine, |config| config.public_url = Some("https://kontor.example".into())).await;
        let customer = app.customer("C1").await;
        auth::add_user(app.state(), "known@c1.example", "four herons by the weir", Role::Buyer, Some(customer), false).await?;
        let form: Value = app.anonymous().get("/api/sign-up?lang=en").await.value();
        let sign_up =
            |email: &str| json!({"company": "C", "name": "N", "email": email, "country": "UK", "lang": "en", "privacy_version": form["privacy_version"]});
        timings.push(compare(&app, name, "Log-in", "/api/session", LOG_INS, 401, |login| json!({"login": login, "password": "not this one"})).await?);
        timings.push(compare(&app, name, "Forgotten password", "/api/password/forgot", REQUESTS, 204, |email| json!({"email": email})).await?);
        timings.push(compare(&app, name, "Sign-up", "/api/sign-up", REQUESTS, 204, sign_up).await?);
        app.finish().await;
    }
    Ok(timings)
}

async fn compare(
    app: &TestApp,
    engine: &'static str,
    what: &'static str,
    path: &str,
    tries: usize,
    status: u16,
    body: impl Fn(&str) -> Value,
) -> Result<Timing> {
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..tries {
        // Nobody waits for tries before.
        app.pass(3601);
        // Who comes first changes.
        for side in [number % 2, 1 - number % 2] {
            let login = ["known@c1.example", "nobody@c1.example"][side];
            let sent = body(login);
            let client = app.anonymous();
            let started = Instant::now();
            let answer = client.post(path, &sent).await;
            took[side].push(started.elapsed().as_secs_f64() * 1000.0);
            ensure!(answer.status == status, "{path} answered {}", answer.status);
        }
        // What the requests left is answered between the tries, as a server would.
        kontor_server::jobs::run_due(app.state(), || false).await?;
    }
    let [known, unknown] = &mut took;
    Ok(Timing { what, engine, known: median(known), unknown: median(unknown) })
}

//! Figures for whoever watches, in Prometheus' text format, on a listener of their own: what this process answered and how
//! fast, and what the database says is waiting. No label holds personal data; a route is its pattern.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::IntoResponse;
use axum::routing::get;
use sqlx::AnyConnection;
use tokio::net::TcpListener;

use crate::AppState;
use crate::error::Result;

/// Upper bounds of the classes answers are counted in by how long they took, in milliseconds.
const BOUNDS_MS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

#[derive(Default)]
struct Spread {
    classes: [u64; BOUNDS_MS.len()],
    count: u64,
    micros: u64,
}

/// Method and pattern of a route.
type Route = (&'static str, String);

#[derive(Default)]
struct Counts {
    requests: BTreeMap<(Route, u16), u64>,
    spreads: BTreeMap<Route, Spread>,
}

/// What this process counts.
#[derive(Default)]
pub struct Metrics(Mutex<Counts>);

/// A method nobody has heard of must not make a series of its own.
fn known(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

impl Metrics {
    /// Counts an answer. `route` is the pattern, or `-` where none fits.
    pub fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (known(method), route.to_string());
        *counts.requests.entry((key.clone(), status)).or_default() += 1;
        let spread = counts.spreads.entry(key).or_default();
        spread.count += 1;
        spread.micros += took.as_micros() as u64;
        for (class, bound) in spread.classes.iter_mut().zip(BOUNDS_MS) {
            *class += u64::from(took <= Duration::from_millis(bound));
        }
    }

    fn write(&self, text: &mut Text) {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.about("kontor_http_requests_total", "counter", "Answers by route and status.");
        for (((method, route), status), count) in &counts.requests {
            text.line("kontor_http_requests_total", &[("method", method), ("route", route), ("status", status)], count);
        }
        // A stored order is answered 201, its repetition 200.
        let taken = counts.requests.get(&(("PUT", "/api/orders/{id}".into()), 201)).copied().unwrap_or(0);
        text.about("kontor_orders_taken_total", "counter", "Orders stored.");
        text.line("kontor_orders_taken_total", &[], taken);
        text.about("kontor_http_request_seconds", "histogram", "Time from a request's head to its answer's.");
        for ((method, route), spread) in &counts.spreads {
            let class = |text: &mut Text, bound: &dyn Display, count: u64| {
                text.line("kontor_http_request_seconds_bucket", &[("method", method), ("route", route), ("le", bound)], count);
            };
            for (count, bound) in spread.classes.iter().zip(BOUNDS_MS) {
                class(text, &(bound as f64 / 1000.0), *count);
            }
            class(text, &"+Inf", spread.count);
            text.line("kontor_http_request_seconds_sum", &[("method", method), ("route", route)], spread.micros as f64 / 1e6);
            text.line("kontor_http_request_seconds_count", &[("method", method), ("route", route)], spread.count);
        }
    }
}

/// The format: <https://prometheus.io/docs/instrumenting/exposition_formats/>. Our labels need no escaping: patterns, words
/// and numbers.
#[derive(Default)]
struct Text(String);

impl Text {
    fn about(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
    fn line(&mut self, name: &str, labels: &[(&str, &dyn Display)], value: impl Display) {
        let labels = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect::<Vec<_>>().join(",");
        let _ = if labels.is_empty() { writeln!(self.0, "{name} {value}") } else { writeln!(self.0, "{name}{{{labels}}} {value}") };
    }
}

/// Opens the listener. Figures tell much of a firm's business, so only this machine gets them unless said otherwise.
pub async fn listen(address: SocketAddr, beyond_loopback: bool) -> anyhow::Result<TcpListener> {
    if !address.ip().is_loopback() && !beyond_loopback {
        bail!("{address} would show the firm's figures to the network; add --metrics-beyond-loopback if only those who may see them reach it");
    }
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address} for metrics"))
}

pub fn router(state: AppState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<AppState>) -> Result<impl IntoResponse> {
    let mut text = Text::default();
    text.about("kontor_build_info", "gauge", "The program that runs.");
    text.line("kontor_build_info", &[("version", &env!("CARGO_PKG_VERSION")), ("engine", &format!("{:?}", state.db.engine).to_lowercase())], 1);
    state.metrics.write(&mut text);
    text.about("kontor_db_connections", "gauge", "Connections to the database.");
    for (pool, seen) in state.db.pools() {
        text.line("kontor_db_connections", &[("pool", &pool), ("state", &"idle")], seen.idle);
        text.line("kontor_db_connections", &[("pool", &pool), ("state", &"busy")], seen.open.saturating_sub(seen.idle));
    }
    let (waits, waited) = state.db.write_waits();
    text.about("kontor_db_write_wait_seconds", "summary", "Time transactions waited for the right to write.");
    text.line("kontor_db_write_wait_seconds_sum", &[], waited.as_secs_f64());
    text.line("kontor_db_write_wait_seconds_count", &[], waits);
    queues(&mut *state.db.read().await?, state.clock.now_ms(), &mut text).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0))
}

async fn queues(connection: &mut AnyConnection, now: i64, text: &mut Text) -> Result<()> {
    for (name, help, by_state) in [
        ("kontor_messages", "Messages by state.", "SELECT state, COUNT(*) FROM messages GROUP BY state"),
        ("kontor_jobs", "Background jobs by state.", "SELECT state, COUNT(*) FROM jobs GROUP BY state"),
        ("kontor_incoming_mails", "Messages that came, by state.", "SELECT state, COUNT(*) FROM incoming_mails GROUP BY state"),
    ] {
        text.about(name, "gauge", help);
        let mut rows: Vec<(String, i64)> = sqlx::query_as(by_state).fetch_all(&mut *connection).await?;
        rows.sort();
        for (state, count) in rows {
            text.line(name, &[("state", &state)], count);
        }
    }
    text.about("kontor_queue_age_seconds", "gauge", "How long the oldest thing that is due has been waiting.");
    for (queue, oldest) in
        [("messages", "SELECT MIN(run_after) FROM messages WHERE state = 'queued'"), ("jobs", "SELECT MIN(run_after) FROM jobs WHERE state = 'queued'")]
    {
        let due: Option<i64> = sqlx::query_scalar(oldest).fetch_one(&mut *connection).await?;
        let age = due.map_or(0, |due| (now - due).max(0));
        text.line("kontor_queue_age_seconds", &[("queue", &queue)], age as f64 / 1000.0);
    }
    let failures: i64 = sqlx::query_scalar("SELECT COALESCE(CAST(MAX(failures) AS BIGINT), 0) FROM incoming_boxes").fetch_one(&mut *connection).await?;
    text.about("kontor_mailbox_failures", "gauge", "Failures in a row of reading the mailbox orders come to.");
    text.line("kontor_mailbox_failures", &[], failures);
    let paused: i64 = sqlx::query_scalar("SELECT paused FROM sending WHERE id = 1").fetch_one(connection).await?;
    text.about("kontor_sending_paused", "gauge", "1 while nothing is sent until a person releases it.");
    text.line("kontor_sending_paused", &[], paused);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_by_how_long_they_took() {
        let metrics = Metrics::default();
        metrics.answered(&Method::PUT, "/api/orders/{id}", 201, Duration::from_millis(7));
        metrics.answered(&Method::PUT, "/api/orders/{id}", 200, Duration::from_secs(20));
        metrics.answered(&Method::from_bytes(b"BREW").unwrap(), "-", 404, Duration::ZERO);
        let mut text = Text::default();
        metrics.write(&mut text);
        for line in [
            "kontor_http_requests_total{method=\"PUT\",route=\"/api/orders/{id}\",status=\"201\"} 1",
            "kontor_http_requests_total{method=\"OTHER\",route=\"-\",status=\"404\"} 1",
            "kontor_orders_taken_total 1",
            "kontor_http_request_seconds_bucket{method=\"PUT\",route=\"/api/orders/{id}\",le=\"0.005\"} 0",
            "kontor_http_request_seconds_bucket{method=\"PUT\",route=\"/api/orders/{id}\",le=\"0.01\"} 1",
            "kontor_http_request_seconds_bucket{method=\"PUT\",route=\"/api/orders/{id}\",le=\"+Inf\"} 2",
            "kontor_http_request_seconds_sum{method=\"PUT\",route=\"/api/orders/{id}\"} 20.007",
        ] {
            assert!(text.0.lines().any(|found| found == line), "{line} is not in\n{}", text.0);
        }
    }
}

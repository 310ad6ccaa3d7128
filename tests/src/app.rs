//! The real router in memory, on a fresh database, at a fixed time.

use std::sync::Arc;

use axum::Router;
use kontor_server::config::Config;
use kontor_server::db::Engine;
use kontor_server::time::{Clock, random};
use kontor_server::{AppState, auth};
use kontor_shared::api::Role;
use kontor_shared::ids::{CustomerId, UserId};
use sha2::{Digest, Sha256};

use crate::client::Client;
use crate::databases::Place;

/// 2026-01-15T09:00:00Z, a Thursday.
pub const NOW_MS: i64 = 1_768_467_600_000;

struct Inner {
    place: Place,
    state: AppState,
    router: Router,
}

/// One running application. Cheap to clone.
#[derive(Clone)]
pub struct TestApp(Arc<Inner>);

impl TestApp {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    /// Starts with a changed configuration.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        kontor_server::child::use_executable(crate::program::kontor());
        let place = Place::new(engine).await;
        let mut config = Config { data: place.directory.clone(), database_url: place.url.clone(), pages: kontor_program::PAGES, ..Config::default() };
        change(&mut config);
        let state = AppState::open(config, Clock::fixed(NOW_MS)).await.expect("the application opens its database");
        let router = kontor_server::app(state.clone());
        Self(Arc::new(Inner { place, state, router }))
    }

    pub fn state(&self) -> &AppState {
        &self.0.state
    }
    pub fn place(&self) -> &Place {
        &self.0.place
    }
    pub fn router(&self) -> Router {
        self.0.router.clone()
    }
    pub fn engine(&self) -> Engine {
        self.0.place.engine
    }
    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        let clock = &self.state().clock;
        clock.set(clock.now_ms() + seconds * 1000);
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Client {
        Client::new(self.router(), None)
    }

    /// Signs in over HTTP, as a person would.
    pub async fn log_in(&self, login: &str, password: &str) -> Client {
        let client = self.anonymous();
        client.post("/api/session", &serde_json::json!({"login": login, "password": password})).await.ok();
        client
    }

    /// A signed-in user of a role, made on the spot. Its session is stored directly: hashing a password takes 70 ms,
    /// and the tests of signing in have that to themselves.
    pub async fn user(&self, role: Role, customer: Option<CustomerId>) -> Client {
        let state = self.state();
        let user = UserId(state.clock.new_id());
        let token = auth::hex(&random::<32>());
        let now = state.clock.now_ms();
        let mut tx = state.db.write_tx().await.expect("the database takes a transaction");
        let login = format!("{}-{user}@test.example", role.word());
        auth::store::insert_user(&mut tx, user, &login, "no password", role, customer, false, now).await.expect("a user is stored");
        let key = auth::hex(&Sha256::digest(token.as_bytes()));
        auth::store::start_session(&mut tx, &key, user, now, now + 14 * 24 * 3_600_000).await.expect("a session is stored");
        // As after password and second factor.
        auth::store::describe_session(&mut tx, &key, "", now, true).await.expect("a session is described");
        tx.commit().await.expect("the user is committed");
        Client::new(self.router(), Some((auth::COOKIE.to_string(), token)))
    }

    /// A signed-in member of the firm.
    pub async fn staff(&self, role: Role) -> Client {
        assert!(role.is_staff());
        self.user(role, None).await
    }

    /// A signed-in buyer of the customer with this code, which is created if missing.
    pub async fn buyer(&self, customer_code: &str) -> Client {
        let customer = self.customer(customer_code).await;
        self.user(Role::Buyer, Some(customer)).await
    }

    /// The customer with this code, created if missing, with one contact `<code>@customer.example`.
    pub async fn customer(&self, code: &str) -> CustomerId {
        let state = self.state();
        let mut tx = state.db.write_tx().await.expect("the database takes a transaction");
        if let Some(id) = auth::store::customer_by_key(&mut tx, code).await.expect("customers can be read") {
            return id.parse().expect("a stored id");
        }
        let now = state.clock.now_ms();
        let id = CustomerId(state.clock.new_id());
        sqlx::query("INSERT INTO price_types (code, name, currency, sort) VALUES ('wholesale', 'Wholesale', 'EUR', 0) ON CONFLICT (code) DO NOTHING")
            .execute(&mut *tx)
            .await
            .expect("a price type is stored");
        sqlx::query(
            "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, created_at, \
             updated_at) VALUES ($1, $2, $3, $4, 'United Kingdom', '', 'en', 'wholesale', '1 Test Street', '1 Test Street', '', $5, $5)",
        )
        .bind(id.to_string())
        .bind(code)
        .bind(format!("Customer {code}"))
        .bind(format!("customer {}", code.to_lowercase()))
        .bind(now)
        .execute(&mut *tx)
        .await
        .expect("a customer is stored");
        sqlx::query("INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, created_at) VALUES ($1, $2, $3, $4, '', 1, $5)")
            .bind(state.clock.new_id().to_string())
            .bind(id.to_string())
            .bind(format!("Contact of {code}"))
            .bind(format!("{}@customer.example", code.to_lowercase()))
            .bind(now)
            .execute(&mut *tx)
            .await
            .expect("a contact is stored");
        tx.commit().await.expect("the customer is committed");
        id
    }

    /// The hash of a firm's logo, which is set.
    pub async fn logo(&self) -> String {
        let settings: kontor_shared::api::firm::Settings = self.staff(Role::Admin).await.upload("/api/settings/logo", crate::pictures::PNG).await.json();
        settings.logo.and_then(|logo| logo.url.rsplit('/').next().map(String::from)).expect("a logo is set")
    }

    /// A customer in state `applied` with a contact and a log-in, as a confirmed sign-up leaves it.
    pub async fn applicant(&self, code: &str) -> CustomerId {
        let state = self.state();
        let customer = self.customer(code).await;
        let email = format!("{}@customer.example", code.to_lowercase());
        let user = UserId(state.clock.new_id());
        let mut tx = state.db.write_tx().await.expect("the database takes a transaction");
        auth::store::insert_user(&mut tx, user, &email, "", Role::Buyer, Some(customer), false, state.clock.now_ms()).await.expect("a user is stored");
        for sql in [
            "UPDATE customers SET state = 'applied' WHERE id = $1",
            "INSERT INTO applications (customer_id, contact_id, user_id, message, applied_at) \
             SELECT customer_id, id, (SELECT u.id FROM users u WHERE u.customer_id = $1), '', 0 FROM contacts WHERE customer_id = $1",
        ] {
            sqlx::query(sql).bind(customer.to_string()).execute(&mut *tx).await.expect("an application is stored");
        }
        tx.commit().await.expect("the application is committed");
        customer
    }

    /// Mails to an address that were written so far, subject and text, the oldest first.
    pub async fn mails_to(&self, address: &str) -> Vec<(String, String)> {
        kontor_server::jobs::run_due(self.state(), || false).await.expect("jobs run");
        let mut connection = self.state().db.read().await.expect("the database is read");
        let rows: Vec<(String, Vec<u8>)> =
            sqlx::query_as("SELECT m.subject, b.bytes FROM messages m JOIN bodies b ON b.hash = m.body_hash WHERE m.recipient = $1 ORDER BY m.id")
                .bind(address)
                .fetch_all(&mut *connection)
                .await
                .expect("messages are read");
        rows.into_iter().map(|(subject, text)| (subject, String::from_utf8_lossy(&text).into_owned())).collect()
    }

    /// Closes and removes the database.
    pub async fn finish(self) {
        self.state().db.close().await;
        self.0.place.remove().await;
    }
}

//! A mailing, written and frozen, for stories that are about sending it.

use kontor_server::firm::{self, FirmSettings};
use kontor_server::mailings::audience::Recipient;
use kontor_server::mailings::freeze::{Frozen, freeze};
use kontor_server::mailings::moves::{Moved, act};
use kontor_server::preferences::token;
use kontor_server::secrets::Purpose;
use kontor_server::{AppState, db};
use kontor_shared::documents::Party;
use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::mailings::{MailingAction, SkipReason};
use kontor_shared::settings::MailLimits;
use kontor_shared::words::Lang;
use sqlx::{AnyConnection, AssertSqlSafe};

/// Where the tests' mails say that the firm is.
pub const PUBLIC_URL: &str = "https://kontor.example";

/// Names the firm as the sender, without limits; `change` may set them.
pub async fn name_sender(state: &AppState, change: impl FnOnce(&mut FirmSettings)) {
    let mut tx = state.db.write_tx().await.expect("a transaction");
    let party = Party { name: "Фирма".into(), email: "sales@firm.example".into(), ..Party::default() };
    let mut settings = FirmSettings { party, mail_limits: MailLimits::none(), ..FirmSettings::default() };
    change(&mut settings);
    firm::save(&mut tx, state, &settings).await.expect("settings are saved");
    tx.commit().await.expect("committed");
}

/// A mailing with its recipients.
pub struct Written {
    pub id: String,
    pub recipients: Vec<Recipient>,
}

impl Written {
    /// Customers by code, each with one contact who consented; a mailing to all of them, frozen.
    pub async fn new(state: &AppState, people: &[(&str, &str)]) -> Self {
        let written = Self::draft(state, people).await;
        written.freeze(state).await;
        written
    }

    /// As [`Written::new`], not frozen yet.
    pub async fn draft(state: &AppState, people: &[(&str, &str)]) -> Self {
        let mut recipients = Vec::new();
        let mut tx = state.db.write_tx().await.expect("a transaction");
        execute(&mut tx, "INSERT INTO price_types (code, name, currency, sort) VALUES ('wholesale', 'Wholesale', 'EUR', 0) ON CONFLICT (code) DO NOTHING", &[])
            .await;
        for chunk in people.chunks(500) {
            let made: Vec<(CustomerId, ContactId, String, &str, &str)> = chunk
                .iter()
                .map(|(code, address)| (CustomerId(state.clock.new_id()), ContactId(state.clock.new_id()), state.clock.new_id().to_string(), *code, *address))
                .collect();
            let mut values = Vec::new();
            for (customer, _, _, code, _) in &made {
                values.extend([customer.to_string(), format!("m-{code}")]);
            }
            let rows =
                (0..made.len()).map(|at| format!("(${0}, ${1}, ${1}, ${1}, '', '', 'ru', 'wholesale', 'ул. Мира, 1', '', '', 0, 0)", at * 2 + 1, at * 2 + 2));
            let sql = format!(
                "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, created_at, \
                 updated_at) VALUES {}",
                rows.collect::<Vec<_>>().join(", ")
            );
            execute(&mut tx, &sql, &values).await;
            let mut values = Vec::new();
            for (customer, contact, _, code, address) in &made {
                values.extend([contact.to_string(), customer.to_string(), format!("Contact {code}"), address.to_string()]);
            }
            let sql = format!(
                "INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, created_at) VALUES {}",
                (0..made.len()).map(|at| format!("({}, '', 1, 0)", db::placeholders(at * 4 + 1, 4))).collect::<Vec<_>>().join(", ")
            );
            execute(&mut tx, &sql, &values).await;
            let mut values = Vec::new();
            for (_, contact, consent, _, address) in &made {
                values.extend([consent.clone(), contact.to_string(), address.to_string()]);
            }
            let sql = format!(
                "INSERT INTO consents (id, contact_id, address, purpose, channel, state, text_version, source, at) VALUES {}",
                (0..made.len())
                    .map(|at| format!("({}, 'marketing', 'email', 'granted', 'v1', 'выставка', 0)", db::placeholders(at * 3 + 1, 3)))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            execute(&mut tx, &sql, &values).await;
            recipients.extend(made.into_iter().map(|(customer, contact, _, code, address)| Recipient {
                customer,
                code: format!("m-{code}"),
                customer_name: format!("m-{code}"),
                contact: Some(contact),
                name: format!("Contact {code}"),
                address: address.into(),
                lang: Lang::Ru,
                price_type: "wholesale".into(),
                discount: 0,
                skip: None,
            }));
        }
        let id = state.clock.new_id().to_string();
        execute(&mut tx, "INSERT INTO templates (id, name, segment, topic, newest, created_at) VALUES ($1, $1, '', 'offers', 1, 0)", std::slice::from_ref(&id))
            .await;
        execute(
            &mut tx,
            "INSERT INTO template_versions (template_id, version, note, created_at, created_by) VALUES ($1, 1, '', 0, 'test')",
            std::slice::from_ref(&id),
        )
        .await;
        let (html, text) = (
            "<p>Здравствуйте! Новые цены ждут вас.</p><p><a href=\"{{ unsubscribe_url }}\">Отписаться</a> <a href=\"{{ preferences_url }}\">Настроить</a></p>",
            "Здравствуйте! Новые цены ждут вас.\n\nОтписаться: {{ unsubscribe_url }}\nНастроить: {{ preferences_url }}\n",
        );
        execute(
            &mut tx,
            "INSERT INTO template_texts (template_id, version, lang, subject, html, text) VALUES ($1, 1, 'ru', 'Новые цены', $2, $3)",
            &[id.clone(), html.into(), text.into()],
        )
        .await;
        execute(
            &mut tx,
            "INSERT INTO mailings (id, name, state, revision, topic, audience, template_id, created_at, created_by) \
             VALUES ($1, 'Новые цены', 'draft', 1, 'offers', '{\"segments\":[\"regular\"]}', $1, 0, 'test')",
            std::slice::from_ref(&id),
        )
        .await;
        tx.commit().await.expect("committed");
        Self { id, recipients }
    }

    /// Somebody in the audience who is not to be written to.
    pub fn skip(&mut self, at: usize, reason: SkipReason) {
        self.recipients[at].skip = Some(reason);
    }

    pub async fn freeze(&self, state: &AppState) -> Frozen {
        freeze(state, &self.id, None, &self.recipients, &serde_json::json!({}), "test").await.expect("the mailing is frozen")
    }

    /// Writes its messages past the freeze, which asks for a sender and a public address.
    pub async fn write_by_hand(&self, state: &AppState) {
        let mut tx = state.db.write_tx().await.expect("a transaction");
        let nothing = kontor_server::bodies::put(&mut tx, "text/plain; charset=utf-8", b"", 0).await.expect("a body");
        for one in &self.recipients {
            let values = [
                state.clock.new_id().to_string(),
                format!("mailing {}", self.id),
                one.customer.to_string(),
                one.contact.map(|contact| contact.to_string()).unwrap_or_default(),
                one.address.clone(),
                nothing.clone(),
                self.id.clone(),
            ];
            execute(
                &mut tx,
                "INSERT INTO messages (id, cause, customer_id, contact_id, channel, recipient, lang, subject, body_hash, state, attempts, run_after, \
                 message_id, created_at, mailing_id, topic) VALUES ($1, $2, $3, $4, 'email', $5, 'ru', '', $6, 'queued', 0, 0, $1, 0, $7, 'offers')",
                &values,
            )
            .await;
        }
        tx.commit().await.expect("committed");
    }

    /// Starts, pauses, resumes or cancels it.
    pub async fn act(&self, state: &AppState, action: MailingAction) {
        let mut tx = state.db.write_tx().await.expect("a transaction");
        let moved = act(&mut tx, state, &self.id, action, "test", "").await.expect("the mailing moves on");
        assert!(matches!(moved, Moved::On(..)), "{moved:?}");
        tx.commit().await.expect("committed");
    }

    /// Its state.
    pub async fn state(&self, state: &AppState) -> String {
        sqlx::query_scalar("SELECT state FROM mailings WHERE id = $1")
            .bind(&self.id)
            .fetch_one(&mut *state.db.read().await.expect("a connection"))
            .await
            .expect("a state")
    }

    /// How many of its messages are in a state.
    pub async fn count(&self, state: &AppState, word: &str) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE mailing_id = $1 AND state = $2")
            .bind(&self.id)
            .bind(word)
            .fetch_one(&mut *state.db.read().await.expect("a connection"))
            .await
            .expect("a count")
    }

    /// State, reason for skipping and last error of the message to an address.
    pub async fn message(&self, state: &AppState, address: &str) -> (String, String, String) {
        sqlx::query_as("SELECT state, skip_reason, COALESCE(last_error, '') FROM messages WHERE mailing_id = $1 AND recipient = $2")
            .bind(&self.id)
            .bind(address)
            .fetch_one(&mut *state.db.read().await.expect("a connection"))
            .await
            .expect("a message")
    }

    /// The token in the links of the message to an address.
    pub async fn token(&self, state: &AppState, address: &str) -> String {
        let id: String = sqlx::query_scalar("SELECT id FROM messages WHERE mailing_id = $1 AND recipient = $2")
            .bind(&self.id)
            .bind(address)
            .fetch_one(&mut *state.db.read().await.expect("a connection"))
            .await
            .expect("a message");
        token::token(&state.key(Purpose::Links).await.expect("a key"), id.parse().expect("a stored id"))
    }
}

async fn execute(connection: &mut AnyConnection, sql: &str, values: &[String]) {
    let query = values.iter().fold(sqlx::query(AssertSqlSafe(sql.to_string())), |query, value| query.bind(value));
    query.execute(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

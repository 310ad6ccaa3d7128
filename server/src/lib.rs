//! The server: HTTP, storage, jobs and mail around the rules in `kontor_shared`. A feature per module; each owns
//! its handlers, its SQL (`…/store.rs`) and its jobs.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::http::HeaderValue;
use tokio::sync::Semaphore;

pub mod access;
pub mod accounts;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod background;
pub mod bodies;
pub mod catalog;
pub mod child;
pub mod config;
pub mod customers;
pub mod daily;
pub mod db;
pub mod demo;
pub mod documents;
pub mod drafts;
pub mod error;
pub mod exports;
pub mod extract;
pub mod firm;
pub mod forms;
pub mod http;
pub mod imports;
pub mod intake;
pub mod jobs;
pub mod links;
pub mod mail;
pub mod mailings;
pub mod numbering;
pub mod openapi;
pub mod operations;
pub mod orders;
pub mod outbox;
pub mod pdf;
pub mod pictures;
pub mod preferences;
pub mod price_list;
pub mod routes;
pub mod secrets;
pub mod segments;
pub mod sending;
pub mod serve;
pub mod setup;
pub mod time;

pub use routes::app;

use crate::config::Config;
use crate::db::Db;
use crate::time::Clock;

/// What handlers share. Nothing here is state another server on the same database would need.
pub struct Inner {
    pub db: Db,
    pub config: Config,
    /// What the price list's page may hold inline.
    pub list_policy: HeaderValue,
    pub clock: Clock,
    /// At most two passwords are hashed at once: 19 MiB and 70 ms each (reliability.md §3).
    pub hashing: Arc<Semaphore>,
    pub dummy_hash: Arc<str>,
    /// Passwords hashed since the start.
    pub hashed: AtomicU64,
    /// Names this process as the holder of leases.
    pub boot_id: String,
    /// What published versions said of goods asked for lately.
    pub goods: orders::price::Goods,
    /// The price list's page as it was sent lately.
    pub first_screens: price_list::first_screen::Pages,
    /// What published versions offer in letters.
    pub shelves: mailings::blocks::Shelves,
    /// Who went from segment to segment between days that are kept.
    pub flows: segments::history::Flows,
    pub intake: orders::intake::Intake,
    /// What this process answered; of interest to nobody but whoever watches it.
    pub metrics: operations::metrics::Metrics,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

impl std::ops::Deref for AppState {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl AppState {
    /// Opens the database of `config` and migrates it.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        // What is wrong with it is said at the start, not with the first mail.
        mail::check(&config)?;
        let db = Db::open(&config.data, config.database_url.as_deref()).await?;
        let intake = orders::intake::Intake::start(db.clone(), clock.clone(), config.public_url.clone());
        Ok(Self(Arc::new(Inner {
            db,
            list_policy: http::list_policy(config.pages),
            config,
            goods: orders::price::Goods::default(),
            first_screens: price_list::first_screen::Pages::default(),
            shelves: mailings::blocks::Shelves::default(),
            flows: segments::history::Flows::default(),
            intake,
            metrics: operations::metrics::Metrics::default(),
            boot_id: clock.new_id().to_string(),
            clock,
            hashing: Arc::new(Semaphore::new(2)),
            dummy_hash: auth::dummy_hash()?,
            hashed: AtomicU64::new(0),
        })))
    }
}

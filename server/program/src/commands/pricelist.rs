//! `kontor pricelist`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use kontor_server::error::AppError;
use kontor_server::intake::sender;
use kontor_server::secrets::Purpose;
use kontor_server::time::{day_in, random};
use kontor_server::{AppState, auth, customers, price_list};
use kontor_shared::catalog::Snapshot;
use kontor_shared::catalog::columns::Columns;
use kontor_shared::ids::{CustomerId, form_id};
use kontor_shared::money::Percent;
use kontor_shared::sheet::{self, FormInfo};
use kontor_shared::words::Lang;

use super::Data;

/// Bytes of an attachment that every mailbox takes.
const MAIL_TAKES: usize = 2_000_000;

#[derive(Args)]
pub struct Pricelist {
    #[command(flatten)]
    data: Data,
    /// The customer: its code or id. Its price type and language are used.
    #[arg(long, value_name = "KEY")]
    customer: String,
    /// The workbook to write.
    #[arg(long, value_name = "FILE.xlsx")]
    out: PathBuf,
    /// Another language than the customer's: en, ru or bg.
    #[arg(long)]
    lang: Option<String>,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// The price list in force now, at the prices of one price type; without one, what a visitor sees or else the usual type.
pub async fn in_force(state: &AppState, price_type: Option<&str>) -> anyhow::Result<Snapshot> {
    let plain = |error: AppError| match error {
        AppError::Internal(error) => error,
        other => anyhow!("{other:?}"),
    };
    let firm = state.firm().await.map_err(plain)?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    let version = price_list::store::in_force(&mut connection, &today).await?.context("no price list is in force; publish one")?;
    let wanted = price_type.or(firm.public_price_type.as_deref()).unwrap_or(&firm.customer_price_type);
    let mut found = price_list::store::snapshot(&mut connection, version.version, wanted).await?;
    if found.is_none() && price_type.is_none() {
        found = price_list::store::first_snapshot(&mut connection, version.version).await?;
    }
    let found = found.with_context(|| format!("price list {} has no prices of type {wanted}", version.version))?;
    let mut snapshot = price_list::load(&mut connection, version.version, &found.overlay).await.map_err(plain)?.context("the price list is gone")?;
    // The stored body is immutable; its end is known once the next version is published.
    snapshot.valid_until = price_list::store::valid_until(&mut connection, version.version).await?;
    Ok(snapshot)
}

impl Pricelist {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let lang = self.lang.as_deref().map(|tag| Lang::parse(tag).ok_or_else(|| anyhow!("no language {tag}: en, ru or bg"))).transpose()?;
        let state = self.data.open().await?;
        let made = make(&state, &self.customer, lang).await;
        state.db.close().await;
        let Made { form, snapshot, bytes, links_left_out } = made?;
        std::fs::write(&self.out, &bytes).with_context(|| format!("cannot write {}", self.out.display()))?;
        if bytes.len() > MAIL_TAKES {
            eprintln!(
                "kontor: the file has {:.1} MB, and many a mailbox takes no more than {} MB with a message; send a part of the list, or a link to it",
                bytes.len() as f64 / 1e6,
                MAIL_TAKES / 1_000_000
            );
        }
        if self.json {
            let report = serde_json::json!({
                "form_id": form.form_id, "customer": form.customer_code, "version": snapshot.version, "products": snapshot.products.len(), "bytes": bytes.len(),
                "left_out": { "links": links_left_out },
            });
            println!("{report}");
        } else {
            println!("form {}, price list {}: {} products, {} bytes", form.form_id, snapshot.version, snapshot.products.len(), bytes.len());
            if links_left_out > 0 {
                println!("{links_left_out} groups have no link on the contents sheet");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

struct Made {
    form: FormInfo,
    snapshot: Snapshot,
    bytes: Vec<u8>,
    links_left_out: usize,
}

/// The customer's price list as a workbook, by the generator the browser uses.
async fn make(state: &AppState, key: &str, lang: Option<Lang>) -> anyhow::Result<Made> {
    let (customer_id, customer) = {
        let mut connection = state.db.read().await?;
        let id = auth::store::customer_by_key(&mut connection, key).await?.ok_or_else(|| anyhow!("no customer {key}"))?;
        let id: CustomerId = id.parse().context("stored customer id")?;
        (id, customers::store::master::get(&mut connection, id).await?.ok_or_else(|| anyhow!("no customer {key}"))?)
    };
    let firm = state.firm().await.map_err(|error| anyhow!("{error:?}"))?;
    let snapshot = in_force(state, Some(&customer.price_type)).await?.less(Percent::from_raw(customer.discount));
    let lang = match lang {
        Some(lang) => lang,
        None => Lang::parse(&customer.lang).with_context(|| format!("stored language {}", customer.lang))?,
    };
    let id = form_id(random());
    let token = sender::token(&state.key(Purpose::Forms).await?, &id);
    let form = firm.form(&id, &customer.code, &customer.name, token, state.clock.now_ms());
    let book = sheet::price_list(Columns::from_snapshot(&snapshot), None, &[], form.clone(), lang)?;
    let links_left_out = book.links_left_out;
    let bytes = sheet::write(book)?;
    let mut tx = state.db.write_tx().await?;
    price_list::store::insert_form(&mut tx, &form.form_id, customer_id, i64::from(snapshot.version), &snapshot.overlay, form.issued_at).await?;
    tx.commit().await?;
    Ok(Made { form, snapshot, bytes, links_left_out })
}

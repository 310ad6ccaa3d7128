//! `kontor export`

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use kontor_server::{AppState, exports};
use serde_json::json;

use super::Data;

#[derive(Args)]
pub struct Export {
    /// products, customers, orders or price-list
    what: String,
    #[command(flatten)]
    data: Data,
    #[arg(long, value_enum)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

impl Export {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let state = self.data.open().await?;
        let bytes = self.bytes(&state).await;
        state.db.close().await;
        super::print(&bytes?)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn bytes(&self, state: &AppState) -> anyhow::Result<Vec<u8>> {
        let json = self.format == Format::Json;
        match self.what.as_str() {
            "products" => {
                let products = exports::products(state).await?;
                if json { lines(&json!(products)) } else { exports::products_csv(&products) }
            }
            "price-list" => {
                let snapshot = exports::price_list(state).await?;
                let products = exports::listed(&snapshot);
                if !json {
                    return exports::products_csv(&products);
                }
                lines(&json!({
                    "version": snapshot.version, "overlay": snapshot.overlay, "currency": snapshot.currency, "vat_mode": snapshot.vat_mode,
                    "valid_from": snapshot.valid_from, "terms": snapshot.terms, "note": snapshot.note, "products": products,
                }))
            }
            other => bail!("{other} cannot be exported: products, price-list"),
        }
    }
}

fn lines(value: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

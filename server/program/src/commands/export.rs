//! `kontor export`

use std::io::{ErrorKind, Write};
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
        if matches!(self.what.as_str(), "customers" | "orders") {
            let written = self.stream(&state).await;
            state.db.close().await;
            return match written {
                // Whoever read the beginning has enough.
                Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
                other => other.map(|()| ExitCode::SUCCESS),
            };
        }
        let bytes = self.bytes(&state).await;
        state.db.close().await;
        super::print(&bytes?)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Customers and orders go out as they are read.
    async fn stream(&self, state: &AppState) -> anyhow::Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout());
        let json = self.format == Format::Json;
        match self.what.as_str() {
            "customers" => exports::customers(state, json, &mut out).await?,
            _ => exports::orders(state, json, &mut out).await?,
        }
        Ok(out.flush()?)
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
            other => bail!("{other} cannot be exported: products, customers, orders, price-list"),
        }
    }
}

fn lines(value: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe))
}

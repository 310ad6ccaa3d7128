//! `kontor search`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use std::sync::Arc;

use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::search::{self, Filter, Index};
use serde::Serialize;

use super::{Data, pricelist};

#[derive(Args)]
pub struct Search {
    #[command(flatten)]
    data: Data,
    /// What a buyer would type.
    #[arg(required_unless_present = "queries", conflicts_with = "queries")]
    query: Vec<String>,
    /// A file with one query per line; each is answered by one line of JSON.
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// Hits told of each query; `total` counts all.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    total: usize,
    repaired: Option<String>,
    hits: Vec<Hit<'a>>,
}

#[derive(Serialize)]
struct Hit<'a> {
    code: &'a str,
    name: String,
    reason: &'static str,
}

fn answer<'a>(index: &'a Index, query: &'a str, limit: usize) -> Answer<'a> {
    let found = index.find(query, &Filter::default());
    let list = index.list();
    let hit = |hit: search::Hit| Hit { code: list.code(hit.row as usize), name: list.name(hit.row as usize), reason: hit.reason.word() };
    Answer { query, total: found.len(), repaired: found.repaired.clone(), hits: found.hits().take(limit).map(hit).collect() }
}

impl Search {
    /// Searches the price list in force: what a visitor sees or, where visitors see none, the usual price type's.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let state = self.data.open().await?;
        let snapshot = pricelist::in_force(&state, None).await;
        state.db.close().await;
        let snapshot = snapshot?;
        let index = Index::new(Arc::new(Columns::from_snapshot(&snapshot)));
        let mut out = std::io::stdout().lock();
        if let Some(file) = &self.queries {
            let index = index.settled();
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            for query in text.trim_start_matches('\u{feff}').lines() {
                writeln!(out, "{}", serde_json::to_string(&answer(&index, query, self.limit))?)?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let query = self.query.join(" ");
        let answer = answer(&index, &query, self.limit);
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
        } else {
            if let Some(repaired) = &answer.repaired {
                writeln!(out, "searched for: {repaired}")?;
            }
            writeln!(out, "{} found", answer.total)?;
            for hit in &answer.hits {
                writeln!(out, "{}\t{}\t{}", hit.code, hit.name, hit.reason)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `kontor segments`

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use kontor_server::exports::safe_cell;
use kontor_server::segments::{self, Judged};
use kontor_server::time::parse_day;
use kontor_shared::segments::{Mode, Period, Rule};
use serde_json::json;

use super::Data;

#[derive(Args)]
pub struct Segments {
    #[command(flatten)]
    data: Data,
    /// The day to look back from, YYYY-MM-DD; orders of that day and later do not count.
    #[arg(long, value_parser = day)]
    as_of: Date,
    /// month, quarter or year
    #[arg(long, value_parser = period)]
    period: Period,
    /// calendar: the last completed period before the day; rolling: the months just before it
    #[arg(long, value_parser = mode)]
    mode: Mode,
    /// Orders in the period from which a customer is regular (without it: 2 a month, 3 a quarter, 6 a year).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    regular_from: Option<u32>,
    /// Without an order for this long a customer is former: month, quarter or year (without it: the period).
    #[arg(long, value_parser = period)]
    lapse: Option<Period>,
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Json,
}

fn day(text: &str) -> anyhow::Result<Date> {
    parse_day(text).ok_or_else(|| anyhow!("write the day as YYYY-MM-DD"))
}
fn period(text: &str) -> anyhow::Result<Period> {
    Period::parse(text).ok_or_else(|| anyhow!("one of month, quarter, year"))
}
fn mode(text: &str) -> anyhow::Result<Mode> {
    Mode::parse(text).ok_or_else(|| anyhow!("one of calendar, rolling"))
}

impl Segments {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let rule = Rule::new(self.as_of, self.period, self.mode);
        let rule = Rule { regular_from: self.regular_from.unwrap_or(rule.regular_from), lapse: self.lapse.unwrap_or(rule.lapse), ..rule };
        let state = self.data.open().await?;
        let mut connection = state.db.read().await?;
        let judged = segments::judge_all(&mut connection, &rule).await?;
        drop(connection);
        let mut out = Vec::new();
        match self.format {
            Format::Csv => write_csv(&mut out, &judged),
            Format::Json => write_json(&mut out, &judged),
        }
        .context("cannot write the result")?;
        super::print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write_csv(out: &mut impl Write, judged: &[Judged]) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["customer", "segment", "orders_in_period", "orders_ever", "last_order"])?;
    for one in judged {
        let verdict = &one.verdict;
        let last = verdict.last_order.map(|day| day.to_string()).unwrap_or_default();
        csv.write_record([&*safe_cell(&one.code), verdict.segment.word(), &verdict.orders_in_period.to_string(), &verdict.orders_ever.to_string(), &last])?;
    }
    csv.flush()
}

fn write_json(out: &mut impl Write, judged: &[Judged]) -> std::io::Result<()> {
    for one in judged {
        let verdict = &one.verdict;
        let row = json!({
            "customer": one.code, "segment": verdict.segment, "orders_in_period": verdict.orders_in_period,
            "orders_ever": verdict.orders_ever, "last_order": verdict.last_order.map(|day| day.to_string()),
        });
        writeln!(out, "{row}")?;
    }
    Ok(())
}

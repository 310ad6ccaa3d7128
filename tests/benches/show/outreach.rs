//! What judging a large register costs, beside the same answer by one statement of the database in the same run.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use kontor_server::config::Config;
use kontor_server::db::Engine;
use kontor_server::time::{Clock, parse_day};
use kontor_server::{AppState, segments};
use kontor_shared::segments::{Mode, Period, Rule};
use kontor_tests::databases::Place;
use sqlx::AnyConnection;

use crate::figures::{Figures, median, milliseconds};
use crate::register::{self, AS_OF, CUSTOMERS};

/// Both ways, this often, in turn.
const ROUNDS: usize = 3;

/// Fills a register and measures on it.
pub async fn measure(text: &mut Figures, engine: Engine, name: &str) -> Result<()> {
    let place = Place::new(engine).await;
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    let state = AppState::open(config, Clock::system()).await?;
    let size = register::fill(&state).await?;
    let of = format!("{CUSTOMERS} customers, {} orders, {} lines, {name}", size.orders, size.lines);
    segments(text, &state, &of).await?;
    state.db.close().await;
    place.remove().await;
    Ok(())
}

async fn segments(text: &mut Figures, state: &AppState, of: &str) -> Result<()> {
    let rule = Rule::new(parse_day(AS_OF).context("a day")?, Period::Quarter, Mode::Rolling);
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut connection = state.db.read().await?;
        let started = Instant::now();
        let judged = black_box(segments::judge_all(&mut connection, &rule).await?);
        ours.push(milliseconds(started.elapsed()));
        let started = Instant::now();
        let counted = plain_segments(&mut connection, &rule).await?;
        plain.push(milliseconds(started.elapsed()));
        for one in segments::counts(&judged) {
            ensure!(counted.iter().any(|(word, count)| word == one.segment.word() && *count == one.count as i64), "the two ways disagree: {counted:?}");
        }
    }
    let (ours, plain) = (median(&mut ours), median(&mut plain));
    text.row(
        "Segments of a large register",
        &format!("{ours:.0} ms: {:.2} of one SQL statement ({plain:.0} ms)", ours / plain),
        &format!("{of}; from the database to verdicts with their facts, the statement to four counts; median of {ROUNDS}, in turn"),
    );
    Ok(())
}

/// The four counts by SQL alone.
async fn plain_segments(connection: &mut AnyConnection, rule: &Rule) -> Result<Vec<(String, i64)>> {
    let period = rule.period_days().map_err(|_| anyhow::anyhow!("the period lies outside the calendar"))?;
    let rows = sqlx::query_as(
        "SELECT segment, COUNT(*) FROM (SELECT CASE WHEN COALESCE(e.ever, 0) = 0 THEN 'potential' WHEN e.inside >= $3 THEN 'regular' \
         WHEN e.inside = 0 THEN 'former' ELSE 'irregular' END AS segment FROM customers c LEFT JOIN (\
         SELECT customer_id, COUNT(*) AS ever, SUM(CASE WHEN ordered_day >= $1 THEN 1 ELSE 0 END) AS inside FROM orders \
         WHERE kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused') AND ordered_day < $2 GROUP BY customer_id\
         ) e ON e.customer_id = c.id) s GROUP BY segment",
    )
    .bind(period.from.to_string())
    .bind(period.to.to_string())
    .bind(i64::from(rule.regular_from))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

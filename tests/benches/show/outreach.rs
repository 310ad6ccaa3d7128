//! What judging a large register and counting an audience in it cost, beside the same answers by one statement of the
//! database in the same run.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use kontor_server::config::Config;
use kontor_server::db::Engine;
use kontor_server::firm::FirmSettings;
use kontor_server::mailings::audience::{Wanted, candidates};
use kontor_server::time::{Clock, parse_day};
use kontor_server::{AppState, segments};
use kontor_shared::mailings::{Audience, Condition, Goods, Topic, Window};
use kontor_shared::money::Currency;
use kontor_shared::segments::{Mode, Period, Rule, Segment};
use kontor_tests::databases::Place;
use sqlx::AnyConnection;

use crate::figures::{Figures, median, milliseconds};
use crate::register::{self, AS_OF};

/// Both ways, this often, in turn.
const ROUNDS: usize = 3;

/// Fills a register and measures on it.
pub async fn measure(text: &mut Figures, engine: Engine, name: &str) -> Result<()> {
    let place = Place::new(engine).await;
    let config = Config { data: place.directory.clone(), database_url: place.url.clone(), ..Config::default() };
    let state = AppState::open(config, Clock::system()).await?;
    let size = register::fill(&state).await?;
    let of = format!("{} customers, {} orders, {} lines, {name}", size.customers, size.orders, size.lines);
    segments(text, &state, &of).await?;
    audience(text, &state, &of).await?;
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

/// What the audience has to have bought, and what it has to have spent, in cents, in the months before.
const BOUGHT: &str = "G-1234";
const SPENT: i64 = 50_000;
const MONTHS: u16 = 24;

/// Regular and irregular customers who bought a product and spent an amount: how many there are, and how many of them may be
/// written to.
async fn audience(text: &mut Figures, state: &AppState, of: &str) -> Result<()> {
    let within = || Window::LastMonths { months: MONTHS };
    let spent = Condition::Amount { currency: Currency::EUR, at_least: Some(format!("{}.00", SPENT / 100)), at_most: None, within: within() };
    let bought = Condition::Bought { goods: Goods::Product { code: BOUGHT.into() }, within: within() };
    let wanted = Audience { segments: vec![Segment::Regular, Segment::Irregular], conditions: vec![bought, spent] };
    let firm = FirmSettings { as_of: Some(AS_OF.into()), ..FirmSettings::default() };
    let now = state.clock.now_ms();
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut connection = state.db.read().await?;
        let started = Instant::now();
        let found = black_box(candidates(&mut connection, &firm, now, &Wanted { audience: &wanted, topic: Topic::Offers, texts: &[] }).await?);
        ours.push(milliseconds(started.elapsed()));
        let started = Instant::now();
        let counted = plain_audience(&mut connection, &segments::firm_rule(&firm, now)?).await?;
        plain.push(milliseconds(started.elapsed()));
        let found = (found.len() as i64, found.iter().filter(|one| one.skip.is_none()).count() as i64);
        ensure!(found == counted && found.0 > 0, "the two ways disagree: {found:?} and {counted:?}");
    }
    let (ours, plain) = (median(&mut ours), median(&mut plain));
    text.row(
        "Audience counted in a large register",
        &format!("{ours:.0} ms: {:.2} of one SQL statement ({plain:.0} ms)", ours / plain),
        &format!(
            "{of}; two segments, a product bought and an amount spent in {MONTHS} months; each person with the reason why not, the statement to two counts; \
             median of {ROUNDS}, in turn"
        ),
    );
    Ok(())
}

/// The two counts by SQL alone.
async fn plain_audience(connection: &mut AnyConnection, rule: &Rule) -> Result<(i64, i64)> {
    let period = rule.period_days().map_err(|_| anyhow::anyhow!("the period lies outside the calendar"))?;
    let window = Window::LastMonths { months: MONTHS }.days(rule.as_of).context("the window lies outside the calendar")?;
    let counts = sqlx::query_as(
        "SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN g.state = 'granted' AND x.address IS NULL THEN 1 ELSE 0 END) AS BIGINT), 0) FROM customers c \
         JOIN contacts p ON p.customer_id = c.id \
         JOIN (SELECT customer_id, SUM(CASE WHEN ordered_day >= $1 THEN 1 ELSE 0 END) AS inside FROM orders \
         WHERE kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused') AND ordered_day < $2 GROUP BY customer_id\
         ) e ON e.customer_id = c.id AND e.inside > 0 \
         JOIN (SELECT DISTINCT o.customer_id FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE l.product_code = $3 AND l.quantity > 0 AND l.verdict <> 'refused' AND o.kind = 'sale' AND o.state NOT IN ('draft', 'cancelled', 'refused') \
         AND o.ordered_day >= $4 AND o.ordered_day < $5) b ON b.customer_id = c.id \
         JOIN (SELECT customer_id, SUM(net) AS spent FROM orders WHERE kind = 'sale' AND state NOT IN ('draft', 'cancelled', 'refused') \
         AND currency = 'EUR' AND ordered_day >= $4 AND ordered_day < $5 GROUP BY customer_id) s ON s.customer_id = c.id AND s.spent >= $6 \
         LEFT JOIN consents g ON g.contact_id = p.id AND g.channel = 'email' AND g.purpose = 'marketing' \
         LEFT JOIN suppressions x ON x.address = LOWER(p.email) AND x.channel = 'email'",
    )
    .bind(period.from.to_string())
    .bind(period.to.to_string())
    .bind(BOUGHT)
    .bind(window.from.to_string())
    .bind(window.to.to_string())
    .bind(SPENT)
    .fetch_one(connection)
    .await?;
    Ok(counts)
}

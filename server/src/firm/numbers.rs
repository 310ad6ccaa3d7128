//! Changing number series: what was given stays given, and what comes next is above it.

use kontor_shared::api::firm::Counter;
use kontor_shared::documents::{NumberFormat, Reset};
use kontor_shared::series::{self, Series, SeriesStart};
use sqlx::AnyConnection;

use super::check::{Fault, of_series};
use super::{FirmSettings, store};
use crate::numbering;
use crate::time::day_in;

/// The name of a series' counters.
const fn name(series: Series) -> &'static str {
    match series {
        Series::Proforma => numbering::PROFORMAS,
        Series::Order => numbering::ORDERS,
    }
}

const fn is_orders(series: Series) -> bool {
    matches!(series, Series::Order)
}

/// What a counter gives next, and whether it has given anything since it was made.
async fn stand(connection: &mut AnyConnection, settings: &FirmSettings, series: Series, span: &str) -> sqlx::Result<(i64, bool)> {
    let (began, fresh) = settings.start(series).filter(|start| start.span == span).map_or((1, true), |start| (start.number, start.fresh));
    let next = store::counter(connection, name(series), span).await?.unwrap_or(began);
    Ok((next, next != began || !fresh))
}

/// Tells a series of `settings` to begin at `wanted`, if that neither repeats nor leaves a gap; gives what the settings
/// remember of it.
pub async fn begin(
    connection: &mut AnyConnection,
    settings: &FirmSettings,
    series: Series,
    today: &str,
    wanted: i64,
) -> anyhow::Result<Result<SeriesStart, Fault>> {
    let format = settings.series(series);
    let span = format.span(today);
    // Holds the counter: nothing is numbered meanwhile.
    numbering::peek(connection, name(series), span).await?;
    let (next, begun) = stand(connection, settings, series, span).await?;
    let given = store::highest(connection, is_orders(series), span, &format.prefix_on(today)).await?;
    if let Err(problem) = series::may_begin(wanted, next, begun, given) {
        return Ok(Err(of_series(series, problem)));
    }
    store::set_counter(connection, name(series), span, wanted).await?;
    Ok(Ok(SeriesStart { span: span.to_string(), number: wanted, was: next, fresh: !begun }))
}

/// Takes back where a series was told to begin, unless it has given numbers since.
pub async fn begin_as_before(connection: &mut AnyConnection, now: &FirmSettings, before: &FirmSettings) -> anyhow::Result<()> {
    for series in Series::ALL {
        let Some(start) = now.start(series).filter(|start| before.start(series) != Some(start)) else { continue };
        if numbering::peek(connection, name(series), &start.span).await? == start.number {
            store::set_counter(connection, name(series), &start.span, start.was).await?;
        }
    }
    Ok(())
}

/// Whether series that differ go on above what was given.
pub async fn check_change(connection: &mut AnyConnection, before: &FirmSettings, after: &FirmSettings, now: i64) -> anyhow::Result<Result<(), Fault>> {
    let today = day_in(&after.time_zone()?, now);
    for series in Series::ALL {
        let format = after.series(series);
        if format == before.series(series) {
            continue;
        }
        let span = format.span(&today);
        // Holds the counter: nothing is numbered while it is looked at.
        let next = numbering::peek(connection, name(series), span).await?;
        let given = store::highest(connection, is_orders(series), span, &format.prefix_on(&today)).await?;
        if let Err(problem) = series::goes_on(next, given) {
            return Ok(Err(of_series(series, problem)));
        }
    }
    Ok(Ok(()))
}

/// What each series gives next today, for each way of restarting: the page shows a number as it will look before it is saved.
pub async fn counters(connection: &mut AnyConnection, settings: &FirmSettings, today: &str) -> sqlx::Result<Vec<Counter>> {
    let mut found = Vec::new();
    for series in Series::ALL {
        for reset in [Reset::Never, Reset::Yearly, Reset::Monthly] {
            let format = NumberFormat { prefix: String::new(), width: 1, reset };
            let span = format.span(today).to_string();
            let (next, begun) = stand(connection, settings, series, &span).await?;
            found.push(Counter { series, span, next, begun });
        }
    }
    Ok(found)
}

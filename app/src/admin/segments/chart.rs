//! The flow chart: a column a day, a bar a segment, and between two columns a band for those who stayed or went. The figures
//! stand in a table below it; the chart itself is read out as one sentence.

use kontor_shared::api::segments::SegmentSnapshot;
use kontor_shared::segments::{Flow, Segment};

/// Units of the drawing; the page scales it.
pub const WIDTH: f64 = 900.0;
pub const HEIGHT: f64 = 300.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 8.0;
/// Room for the names beside the last column.
const RIGHT: f64 = 160.0;
const BAR: f64 = 13.0;
const GAP: f64 = 7.0;

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub segment: Segment,
    pub x: f64,
    pub y: f64,
    pub height: f64,
    pub count: u64,
}

/// One band between two columns, as an SVG path.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub from: Segment,
    pub to: Segment,
    pub path: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// By column, in the order of [`Segment::ALL`].
    pub columns: Vec<Vec<Bar>>,
    pub bands: Vec<Band>,
}

/// How many are in a segment on the day of a snapshot.
pub fn count(flows: &[Flow], segment: Segment) -> u64 {
    flows.iter().filter(|flow| flow.to == segment).map(|flow| flow.count).sum()
}

/// Places bars and bands. All columns have one scale, so that a register that grows is seen to grow.
pub fn layout(snapshots: &[SegmentSnapshot]) -> Chart {
    let total = |snapshot: &SegmentSnapshot| snapshot.flows.iter().map(|flow| flow.count).sum::<u64>();
    let most = snapshots.iter().map(total).max().unwrap_or(0).max(1);
    let scale = (HEIGHT - TOP - BOTTOM - 3.0 * GAP) / most as f64;
    let step = if snapshots.len() > 1 { (WIDTH - RIGHT - BAR) / (snapshots.len() - 1) as f64 } else { 0.0 };
    let columns: Vec<Vec<Bar>> = snapshots
        .iter()
        .enumerate()
        .map(|(at, snapshot)| {
            let mut y = TOP;
            Segment::ALL
                .into_iter()
                .map(|segment| {
                    let count = count(&snapshot.flows, segment);
                    let bar = Bar { segment, x: at as f64 * step, y, height: count as f64 * scale, count };
                    y += bar.height + GAP;
                    bar
                })
                .collect()
        })
        .collect();
    let bands = snapshots.iter().skip(1).zip(columns.windows(2)).flat_map(|(snapshot, pair)| bands(&snapshot.flows, &pair[0], &pair[1], scale)).collect();
    Chart { columns, bands }
}

/// The bands between two columns: they leave a bar in the order of where they go and arrive in the order of where they come from,
/// so that they cross as little as can be.
fn bands(flows: &[Flow], left: &[Bar], right: &[Bar], scale: f64) -> Vec<Band> {
    let mut leaving: Vec<f64> = left.iter().map(|bar| bar.y).collect();
    let mut arriving: Vec<f64> = right.iter().map(|bar| bar.y).collect();
    let mut bands = Vec::new();
    for (i, from) in left.iter().enumerate() {
        for (j, to) in right.iter().enumerate() {
            let Some(flow) = flows.iter().find(|flow| flow.from == Some(from.segment) && flow.to == to.segment) else { continue };
            let height = flow.count as f64 * scale;
            let (x0, x1) = (from.x + BAR, to.x);
            let middle = f64::midpoint(x0, x1);
            let (y0, y1) = (leaving[i], arriving[j]);
            leaving[i] += height;
            arriving[j] += height;
            let path = format!(
                "M{x0:.1} {y0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}V{:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {x0:.1} {:.1}Z",
                y1 + height,
                y1 + height,
                y0 + height,
                y0 + height
            );
            bands.push(Band { from: from.segment, to: to.segment, path });
        }
    }
    bands
}

/// The width of a bar.
pub const fn bar_width() -> f64 {
    BAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_shared::segments::{Mode, Period};

    fn snapshot(flows: &[(Option<Segment>, Segment, u64)]) -> SegmentSnapshot {
        SegmentSnapshot {
            id: String::new(),
            as_of: String::new(),
            period: Period::Quarter,
            mode: Mode::Rolling,
            regular_from: 3,
            lapse: Period::Quarter,
            taken_at: String::new(),
            taken_by: String::new(),
            reason: String::new(),
            flows: flows.iter().map(|(from, to, count)| Flow { from: *from, to: *to, count: *count }).collect(),
        }
    }

    #[test]
    fn bars_are_as_high_as_their_customers_are_many_and_bands_fill_them() {
        use Segment::{Former, Regular};
        let chart = layout(&[
            snapshot(&[(None, Regular, 30), (None, Former, 10)]),
            snapshot(&[(Some(Regular), Regular, 20), (Some(Regular), Former, 10), (Some(Former), Former, 10)]),
        ]);
        let heights: Vec<f64> = chart.columns.iter().map(|bars| bars.iter().map(|bar| bar.height).sum::<f64>().round()).collect();
        assert_eq!(heights, [247.0, 247.0]);
        assert_eq!(chart.columns[1].iter().map(|bar| bar.count).collect::<Vec<_>>(), [20, 0, 20, 0]);
        assert_eq!(chart.bands.iter().map(|band| (band.from, band.to)).collect::<Vec<_>>(), [(Regular, Regular), (Regular, Former), (Former, Former)]);
        assert!(chart.bands.iter().all(|band| band.path.ends_with('Z') && !band.path.contains("NaN")));
    }

    #[test]
    fn one_day_and_nobody_are_charts_too() {
        assert_eq!(layout(&[]), Chart::default());
        let chart = layout(&[snapshot(&[])]);
        assert!(chart.columns[0].iter().all(|bar| bar.height == 0.0) && chart.bands.is_empty());
    }
}

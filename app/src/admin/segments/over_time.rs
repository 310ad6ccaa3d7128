//! Segments over time: the flow chart with its table, and who moved between two kept days with what they had bought.

use kontor_shared::api::segments::{SegmentHistory, SegmentMove, SegmentMoves, SegmentSnapshot, TakeSnapshot};
use kontor_shared::segments::{Segment, year_before};
use kontor_shared::words::segments as words;
use kontor_shared::words::{common, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::super::listing::{Listing, More, Shown};
use super::super::{audit, expiry};
use super::chart::{self, count};
use super::{Tabs, swatch};
use crate::api::{self, with_query};
use crate::lang::{count as counted, lang, say};
use crate::times;
use crate::ui::page::{PageHead, words_for};
use crate::ui::toast;

/// Which moves the address asks for; empty days are the last two kept.
#[derive(Clone, Debug, Default, PartialEq)]
struct Look {
    from: String,
    to: String,
    out_of: String,
    into: String,
}

impl Look {
    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("from", &self.from), ("to", &self.to), ("out_of", &self.out_of), ("into", &self.into)]
    }
    fn address(&self) -> String {
        with_query("/admin/segments/over-time", &self.pairs())
    }
}

#[component]
pub fn OverTime() -> impl IntoView {
    let query = use_query_map();
    let look = Memo::new(move |_| {
        query.with(|query| {
            let get = |name: &str| query.get(name).unwrap_or_default();
            Look { from: get("from"), to: get("to"), out_of: get("out_of"), into: get("into") }
        })
    });
    let history: Listing<SegmentHistory> = Listing::new(Signal::stored("/api/segments/history".to_string()));
    view! {
        <PageHead title=say(staff::SEGMENTS)><Keep history=history/></PageHead>
        <Tabs/>
        <Shown of=history show=move |kept: SegmentHistory| {
            if kept.snapshots.is_empty() {
                return view! { <Nothing history=history/> }.into_any();
            }
            let moves = kept.snapshots.len() > 1;
            view! {
                <Flows snapshots=kept.snapshots.clone()/>
                {if moves {
                    view! { <Moves snapshots=kept.snapshots.clone() look=look/> }.into_any()
                } else {
                    view! { <p class="ink-2">{say(words::ONE_DAY_ONLY)}</p> }.into_any()
                }}
                <Rules history=kept/>
            }
            .into_any()
        }/>
    }
}

/// Asks for snapshots and shows the history they make.
fn keep(history: Listing<SegmentHistory>, busy: RwSignal<bool>, content: TakeSnapshot) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let answer = api::post::<SegmentHistory>("/api/segments/snapshots", &content).await;
        let _ = busy.try_set(false);
        match answer {
            Ok(kept) => {
                let _ = history.page.try_set(Some(kept));
                toast::tell(say(words::KEPT));
                crate::browser::focus_heading_if_lost();
            }
            Err(error) => {
                expiry::note(&error);
                toast::fail(words_for(&error));
            }
        }
    });
}

#[component]
fn Keep(history: Listing<SegmentHistory>) -> impl IntoView {
    let busy = RwSignal::new(false);
    view! {
        <button type="button" class="btn" aria-busy=move || busy.get().then_some("true")
            on:click=move |_| keep(history, busy, TakeSnapshot { since: None, reason: String::new() })>{say(words::KEEP_NOW)}</button>
    }
}

#[component]
fn Nothing(history: Listing<SegmentHistory>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let today = crate::house::firm().map(|firm| firm.as_of.clone().unwrap_or_else(|| firm.today.clone())).unwrap_or_default();
    let year_before = year_before(&today);
    view! {
        <div class="note"><p>{say(words::NO_HISTORY)}</p></div>
        <p class="row-x">
            <button type="button" class="btn btn-main" aria-busy=move || busy.get().then_some("true")
                on:click=move |_| keep(history, busy, TakeSnapshot { since: year_before.clone(), reason: String::new() })>{say(words::WORK_OUT_PAST)}</button>
        </p>
    }
}

fn class(segment: Segment) -> &'static str {
    match segment {
        Segment::Regular => "c-r",
        Segment::Irregular => "c-i",
        Segment::Former => "c-f",
        Segment::Potential => "c-p",
    }
}

fn day(snapshot: &SegmentSnapshot) -> String {
    format::date(lang(), &snapshot.as_of)
}

/// What the chart says, in one sentence.
fn sentence(snapshots: &[SegmentSnapshot]) -> String {
    let (Some(first), Some(last)) = (snapshots.first(), snapshots.last()) else { return String::new() };
    let number = |snapshot: &SegmentSnapshot, segment| format::integer(lang(), count(&snapshot.flows, segment) as i64);
    let [r, i, f, p] = Segment::ALL;
    words::CHART_SAYS.with(
        lang(),
        &[
            ("from", &day(first)),
            ("to", &day(last)),
            ("r1", &number(first, r)),
            ("r2", &number(last, r)),
            ("i1", &number(first, i)),
            ("i2", &number(last, i)),
            ("f1", &number(first, f)),
            ("f2", &number(last, f)),
            ("p1", &number(first, p)),
            ("p2", &number(last, p)),
        ],
    )
}

#[component]
fn Flows(snapshots: Vec<SegmentSnapshot>) -> impl IntoView {
    let chart = chart::layout(&snapshots);
    let last = chart.columns.len().saturating_sub(1);
    let bands: Vec<_> = chart
        .bands
        .into_iter()
        .map(|band| {
            let class = format!("flow {}{}", class(band.from), if band.from == band.to { "" } else { " hot" });
            view! { <path class=class d=band.path/> }
        })
        .collect();
    let names: Vec<String> = snapshots.iter().map(day).collect();
    // Names of days that stand too close are left out; the table has them all.
    let every = names.len().div_ceil(8).max(1);
    let columns: Vec<_> = chart.columns.into_iter().enumerate().map(|(at, bars)| {
        let x = bars.first().map_or(0.0, |bar| bar.x);
        let name = (last - at).is_multiple_of(every).then(|| {
            let anchor = if at == 0 { "start" } else { "middle" };
            let x = if at == 0 { 0.0 } else { x + chart::bar_width() / 2.0 };
            view! { <text x=format!("{x:.1}") y="14" text-anchor=anchor>{names[at].clone()}</text> }
        });
        let bars: Vec<_> = bars.into_iter().map(|bar| {
            let label = (at == last && bar.count > 0).then(|| {
                let y = bar.y + (bar.height / 2.0).max(5.0);
                view! {
                    <text x=format!("{:.1}", bar.x + 20.0) y=format!("{:.1}", y + 4.0)>
                        <tspan class="strong">{say(words::segment_name(bar.segment))}</tspan>" "{format::integer(lang(), bar.count as i64)}
                    </text>
                }
            });
            view! {
                <rect class=class(bar.segment) x=format!("{:.1}", bar.x) y=format!("{:.1}", bar.y) width=chart::bar_width().to_string() height=format!("{:.1}", bar.height)/>
                {label}
            }
        }).collect();
        view! { {name}{bars} }
    }).collect();
    let says = sentence(&snapshots);
    view! {
        <section class="panel panel-s">
            <h2>{say(words::COUNTS_OVER_TIME)}</h2>
            <div class="body wrap from-end" role="region" tabindex="0" aria-label=say(words::COUNTS_OVER_TIME)><div class="chart-room">
                <svg class="chart" viewBox=format!("0 0 {} {}", chart::WIDTH, chart::HEIGHT) role="img" aria-label=says>{bands}{columns}</svg>
            </div></div>
            <details class="body"><summary>{say(words::COUNTS_TABLE)}</summary><Counts snapshots=snapshots/></details>
        </section>
    }
}

#[component]
fn Counts(snapshots: Vec<SegmentSnapshot>) -> impl IntoView {
    let rows: Vec<_> = snapshots
        .iter()
        .rev()
        .map(|snapshot| {
            let cells = Segment::ALL.map(|segment| {
                let label = say(words::segment_name(segment));
                view! { <td class="num b" data-l=label>{format::integer(lang(), count(&snapshot.flows, segment) as i64)}</td> }
            });
            let taken_by = audit::actor(&snapshot.taken_by);
            let by = if snapshot.reason.is_empty() { taken_by } else { format!("{taken_by}: {}", snapshot.reason) };
            view! {
                <tr>
                    <th scope="row" class="a nw">{day(snapshot)}</th>
                    {cells.into_iter().collect_view()}
                    <td class="num b" data-l=say(words::THRESHOLD_OF_DAY)>{snapshot.regular_from.to_string()}</td>
                    <td class="c ink-2 s">{times::day(&snapshot.taken_at)}" · "{by}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="wrap"><table class="t t-stack">
            <caption class="vh">{say(words::COUNTS_OVER_TIME)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::AS_OF)}</th>
                {Segment::ALL.map(|segment| view! { <th scope="col" class="num"><i class=swatch(segment)></i>{say(words::segment_name(segment))}</th> }).into_iter().collect_view()}
                <th scope="col" class="num">{say(words::THRESHOLD_OF_DAY)}</th>
                <th scope="col">{say(words::KEPT)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
}

/// Two days and two segments to choose; the list of who went that way.
#[component]
fn Moves(snapshots: Vec<SegmentSnapshot>, look: Memo<Look>) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |to: Look| navigate(&to.address(), NavigateOptions { scroll: false, ..Default::default() }));
    let listing: Listing<SegmentMoves> = Listing::new(Signal::derive(move || with_query("/api/segments/moves", &look.get().pairs())));
    let days: Vec<(String, String)> = snapshots.iter().rev().map(|snapshot| (snapshot.as_of.clone(), day(snapshot))).collect();
    let (earlier, later) = (days.get(1).cloned().unwrap_or_default().0, days.first().cloned().unwrap_or_default().0);
    let pick = move |label: &'static str, options: Vec<(String, String)>, chosen: Box<dyn Fn(&Look) -> String + Send + Sync>, set: fn(&mut Look, String)| {
        let options: Vec<_> = {
            let chosen = look.with_untracked(|look| chosen(look));
            options
                .into_iter()
                .map(|(value, name)| {
                    let selected = value == chosen;
                    view! { <option value=value prop:selected=selected>{name}</option> }
                })
                .collect()
        };
        view! {
            <label class="field"><span>{label}</span>
                <select class="in" on:change=move |event| { let mut to = look.get_untracked(); set(&mut to, event_target_value(&event)); go.run(to); }>{options}</select>
            </label>
        }
    };
    let segments = || {
        let all = std::iter::once((String::new(), say(staff::ALL_OF_THEM).to_string()));
        all.chain(Segment::ALL.map(|segment| (segment.word().to_string(), say(words::segment(segment)).to_string()))).collect::<Vec<_>>()
    };
    let or = |value: &str, default: &str| if value.is_empty() { default.to_string() } else { value.to_string() };
    let workbook = move || with_query("/api/segments/moves/workbook", &[look.get().pairs().as_slice(), &[("lang", lang().tag())]].concat());
    let total = move || listing.page.with(|page| page.as_ref().map(|page| counted(words::MOVED_COUNT, page.total)));
    view! {
        <section class="panel panel-s moves">
            <h2>{say(words::MOVES)}</h2>
            <div class="body">
                <div class="rule-box">
                    {pick(say(words::FROM_DAY), days.clone(), Box::new(move |look| or(&look.from, &earlier)), |look, value| look.from = value)}
                    {pick(say(words::TO_DAY), days, Box::new(move |look| or(&look.to, &later)), |look, value| look.to = value)}
                    {pick(say(words::BEFORE), segments(), Box::new(|look| look.out_of.clone()), |look, value| look.out_of = value)}
                    {pick(say(words::AFTER), segments(), Box::new(|look| look.into.clone()), |look, value| look.into = value)}
                    <span class="ink-2" role="status">{total}</span>
                    <a class="btn push" href=workbook download="" rel="external">{say(words::SAVE_XLSX)}</a>
                </div>
            </div>
            <Shown of=listing show=|page: SegmentMoves| view! { <MoveRows page=page/> }.into_any()/>
            <More of=listing/>
        </section>
    }
}

#[component]
fn MoveRows(page: SegmentMoves) -> impl IntoView {
    if page.moves.is_empty() {
        return view! { <p class="body ink-2">{say(words::NO_MOVES)}</p> }.into_any();
    }
    let currency = page.currency;
    let rows: Vec<_> = page
        .moves
        .into_iter()
        .map(|one: SegmentMove| {
            let before = one.before.map_or(say(words::NOBODY_BEFORE), |segment| say(words::segment(segment)));
            let way = words::MOVED.with(lang(), &[("from", &before), ("to", &say(words::segment(one.after)))]);
            let bought: Vec<_> = one.bought.into_iter().map(|goods| view! { <li>{goods.name}" "<span class="ink-2 nw">{format::amount(lang(), &goods.amount, currency)}</span></li> }).collect();
            view! {
                <tr>
                    <td class="code b">{one.customer}</td>
                    <td class="a"><a href=format!("/admin/customers/{}", one.id)>{one.name}</a></td>
                    <td class="b nw"><i class=one.before.map_or("", swatch)></i>{way}</td>
                    <td class="b nw" data-l=one.last_order.is_some().then(|| say(staff::LAST_ORDER))>{one.last_order.as_deref().map(|day| format::date(lang(), day))}</td>
                    <td class="num z">{format::amount(lang(), &one.amount, currency)}</td>
                    <td class="c"><ul class="plain">{bought}</ul></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="wrap"><table class="t t-stack">
            <caption class="vh">{say(words::MOVES)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(words::MOVES)}</th>
                <th scope="col">{say(staff::LAST_ORDER)}</th>
                <th scope="col" class="num">{say(common::AMOUNT)}</th>
                <th scope="col">{say(words::BOUGHT_MOST)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// Who changed the rule, when and why.
#[component]
fn Rules(history: SegmentHistory) -> impl IntoView {
    if history.rules.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = history
        .rules
        .into_iter()
        .map(|rule| {
            let line = words::RULE_LINE.with(
                lang(),
                &[
                    ("period", &say(words::period(rule.period))),
                    ("mode", &say(words::mode(rule.mode)).to_lowercase()),
                    ("from", &rule.regular_from),
                    ("lapse", &say(words::period(rule.lapse)).to_lowercase()),
                ],
            );
            let by = words::TERMS_BY.with(lang(), &[("author", &audit::actor(&rule.author)), ("day", &times::day(&rule.set_at)), ("reason", &rule.reason)]);
            view! { <li><b>{line}</b><span class="sub">{by}</span></li> }
        })
        .collect();
    view! { <section class="panel panel-s"><h2>{say(words::RULES_BEFORE)}</h2><ul class="body stack">{rows}</ul></section> }.into_any()
}

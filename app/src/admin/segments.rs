//! Segments as of a day: how many customers are in each, who they are, and why. Everything chosen stands in the address.

use kontor_shared::api::{SegmentPage, SegmentRow};
use kontor_shared::segments::{Mode, Period, Segment};
use kontor_shared::words::segments::{self as segment_words, Facts};
use kontor_shared::words::{Word, common, firm as firm_words, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use super::csv;
use super::expiry;
use super::listing::{Listing, More, Shown, Wait, whole};
use super::queue::Search;
use crate::api::with_query;
use crate::browser;
use crate::lang::{count, lang, say};
use crate::ui::page::{PageHead, words_for};
use crate::ui::toast;

mod chart;
mod over_time;
mod terms;

pub use over_time::OverTime;
pub use terms::Terms;

/// The greatest threshold the server takes.
const MOST_ORDERS: u32 = 10_000;

/// What the address says; empty means the firm's own rule.
#[derive(Clone, Debug, Default, PartialEq)]
struct Look {
    as_of: String,
    period: String,
    mode: String,
    regular_from: String,
    lapse: String,
    segment: String,
    q: String,
}

impl Look {
    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("as_of", &self.as_of),
            ("period", &self.period),
            ("mode", &self.mode),
            ("regular_from", &self.regular_from),
            ("lapse", &self.lapse),
            ("segment", &self.segment),
            ("q", &self.q),
        ]
    }
    fn address(&self) -> String {
        with_query("/admin/segments", &self.pairs())
    }
    fn ask(&self) -> String {
        with_query("/api/segments", &self.pairs())
    }
    fn workbook(&self) -> String {
        with_query("/api/segments/workbook", &[self.pairs().as_slice(), &[("lang", lang().tag())]].concat())
    }
}

#[component]
pub fn Segments() -> impl IntoView {
    let query = use_query_map();
    let look = Memo::new(move |_| {
        query.with(|query| {
            let get = |name: &str| query.get(name).unwrap_or_default();
            Look {
                as_of: get("as_of"),
                period: get("period"),
                mode: get("mode"),
                regular_from: get("regular_from"),
                lapse: get("lapse"),
                segment: get("segment"),
                q: get("q"),
            }
        })
    });
    let listing: Listing<SegmentPage> = Listing::new(Signal::derive(move || look.get().ask()));
    let navigate = use_navigate();
    let go = Callback::new(move |to: Look| navigate(&to.address(), NavigateOptions { scroll: false, ..Default::default() }));
    let saving = RwSignal::new(false);
    let save = move |_| {
        if !saving.get_untracked() {
            saving.set(true);
            save_all(look.get_untracked(), saving);
        }
    };
    let aside = move || {
        listing.page.with(|page| {
            page.as_ref().map(|page| {
                let all = page.counts.iter().map(|one| one.count).sum();
                staff::AS_OF_DAY.with(lang(), &[("customers", &count(staff::COUNT_CUSTOMERS, all)), ("day", &format::date(lang(), &page.as_of))])
            })
        })
    };
    // The controls stay, so that a rule the server does not take can be put right.
    let rule = Memo::new(move |old: Option<&Option<SegmentPage>>| listing.page.get().or_else(|| old.cloned().flatten()));
    let known = Memo::new(move |_| rule.with(Option::is_some));
    view! {
        <PageHead title=say(staff::SEGMENTS)><span class="ink-2" role="status">{aside}</span></PageHead>
        <Tabs/>
        // Nothing is drawn before the first answer: the rule and the groups would push down what stands below.
        {move || if known.get() {
            view! {
                {move || rule.get().map(|page| view! { <Rule page=page look=look go=go/> })}
                {move || rule.get().map(|page| {
                    // The firm's own rule is what the address means when it names none.
                    let saved = Callback::new(move |()| {
                        let Look { as_of, segment, q, .. } = look.get_untracked();
                        go.run(Look { as_of, segment, q, ..Look::default() });
                        // The form goes when the answer is here.
                        browser::focus_heading();
                        listing.reload();
                    });
                    view! { <terms::SaveRule page=page on_saved=saved/> }
                })}
                {move || listing.page.get().map(|page| view! { <Groups page=page look=look.get_untracked()/> })}
                <div class="row-x list-head">
                    <Search label=say(staff::CUSTOMER_SEARCH) value=Signal::derive(move || look.get().q) on_search=move |text| go.run(Look { q: text, ..look.get_untracked() })/>
                    <a class="btn push" href=move || look.get().workbook() download="" rel="external">{say(segment_words::SAVE_XLSX)}</a>
                    <button type="button" class="btn" aria-busy=move || saving.get().then_some("true") on:click=save>
                        {move || if saving.get() { say(staff::CSV_WHOLE) } else { say(staff::SAVE_CSV) }}
                    </button>
                </div>
                <Shown of=listing show=move |page: SegmentPage| view! { <Rows page=page look=look.get_untracked()/> }.into_any()/>
                <More of=listing/>
            }.into_any()
        } else {
            view! { <Wait of=listing/> }.into_any()
        }}
    }
}

/// The two looks at segments.
#[component]
fn Tabs() -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |href: &'static str, word: Word| {
        view! { <a href=href aria-current=move || path.with(|path| path.trim_end_matches('/') == href).then_some("page")>{say(word)}</a> }
    };
    view! {
        <nav class="tabs page-tabs" aria-label=say(staff::SEGMENTS)>
            {tab("/admin/segments", segment_words::NOW)}
            {tab("/admin/segments/over-time", segment_words::OVER_TIME)}
        </nav>
    }
}

/// The controls. They show the rule the server judged by, whether the address named it or the firm's settings did.
#[component]
fn Rule(page: SegmentPage, look: Memo<Look>, go: Callback<Look>) -> impl IntoView {
    let change = move |change: &dyn Fn(&mut Look)| {
        let mut to = look.get_untracked();
        change(&mut to);
        go.run(to);
    };
    let (bad_day, bad_least) = (RwSignal::new(false), RwSignal::new(false));
    // What is typed is followed, so that the next answer puts its own values in the place of what was wrong.
    let (day, least) = (RwSignal::new(page.as_of.clone()), RwSignal::new(page.regular_from.to_string()));
    let days = segment_words::days(lang(), &page.period_from, &page.period_to);
    let (period, mode) = (page.period, page.mode);
    view! {
        <div class="rule-box">
            <div class="field"><label for="as-of">{say(staff::AS_OF)}</label>
                <input class="in" type="date" id="as-of" required=true prop:value=move || day.get() on:input=move |event| day.set(event_target_value(&event)) aria-invalid=move || bad_day.get().then_some("true")
                    aria-describedby=move || bad_day.get().then_some("as-of-error")
                    on:change=move |event| {
                        let day = event_target_value(&event);
                        bad_day.set(day.is_empty());
                        if !day.is_empty() {
                            change(&|look| look.as_of = day.clone());
                        }
                    }/>
                {move || bad_day.get().then(|| view! { <span class="err" id="as-of-error" role="alert">{say(staff::BAD_DATE)}</span> })}
            </div>
            <fieldset class="field"><legend>{say(staff::PERIOD)}</legend>
                <div class="seg">{Period::ALL.map(|one| view! {
                    <button type="button" aria-pressed=if one == period { "true" } else { "false" }
                        // Another period has another threshold and lapse of its own.
                        on:click=move |_| change(&|look| { look.period = one.word().into(); look.regular_from.clear(); look.lapse.clear(); })>
                        {say(segment_words::period(one))}
                    </button>
                }).into_iter().collect_view()}</div>
            </fieldset>
            <fieldset class="field"><legend>{say(staff::MODE)}</legend>
                <div class="seg">{[Mode::Calendar, Mode::Rolling].map(|one| view! {
                    <button type="button" aria-pressed=if one == mode { "true" } else { "false" } on:click=move |_| change(&|look| look.mode = one.word().into())>
                        {say(segment_words::mode(one))}
                    </button>
                }).into_iter().collect_view()}</div>
            </fieldset>
            <div class="field"><label for="regular-from">{say(staff::REGULAR_FROM)}</label>
                <input class="in in-short" id="regular-from" inputmode="numeric" autocomplete="off" maxlength="10" prop:value=move || least.get()
                    on:input=move |event| least.set(event_target_value(&event))
                    aria-invalid=move || bad_least.get().then_some("true") aria-describedby=move || bad_least.get().then_some("regular-from-error")
                    on:change=move |event| {
                        let least = event_target_value(&event).trim().parse::<u32>().ok().filter(|least| (1..=MOST_ORDERS).contains(least));
                        bad_least.set(least.is_none());
                        if let Some(least) = least {
                            change(&|look| look.regular_from = least.to_string());
                        }
                    }/>
                {move || bad_least.get().then(|| {
                    let text = firm_words::BAD_NUMBER.with(lang(), &[("least", &1), ("most", &format::integer(lang(), i64::from(MOST_ORDERS)))]);
                    view! { <span class="err" id="regular-from-error" role="alert">{text}</span> }
                })}
            </div>
            <label class="field"><span>{say(staff::LAPSE)}</span>
                <select class="in" on:change=move |event| { let word = event_target_value(&event); change(&|look| look.lapse = word.clone()); }>
                    {Period::ALL.map(|one| {
                        view! { <option value=one.word() prop:selected=one == page.lapse>{say(segment_words::period(one))}</option> }
                    }).into_iter().collect_view()}
                </select>
            </label>
        </div>
        <p class="ink-2 rule-days">{staff::COUNTED_DAYS.with(lang(), &[("days", &days)])}</p>
    }
}

fn swatch(segment: Segment) -> &'static str {
    match segment {
        Segment::Regular => "sw sw-r",
        Segment::Irregular => "sw sw-i",
        Segment::Former => "sw sw-f",
        Segment::Potential => "sw sw-p",
    }
}

/// The four groups and everyone, each with its count, to choose from.
#[component]
fn Groups(page: SegmentPage, look: Look) -> impl IntoView {
    let tab = |segment: Option<Segment>, label: Word, number: u64| {
        let word = segment.map_or("", Segment::word);
        let to = Look { segment: word.to_string(), ..look.clone() };
        view! {
            <a href=to.address() aria-current=(look.segment == word).then_some("page")>
                <span class="group-name">{segment.map(|segment| view! { <i class=swatch(segment)></i> })}{say(label)}</span>
                <b class="big">{format::integer(lang(), number as i64)}</b>
            </a>
        }
    };
    let number = |segment: Segment| page.counts.iter().find(|one| one.segment == segment).map_or(0, |one| one.count);
    let mut tabs: Vec<_> = Segment::ALL.map(|segment| tab(Some(segment), segment_words::segment_name(segment), number(segment))).into_iter().collect();
    tabs.push(tab(None, staff::ALL_OF_THEM, page.counts.iter().map(|one| one.count).sum()));
    view! { <nav class="groups panel-s" aria-label=say(staff::SEGMENT)>{tabs}</nav> }
}

#[component]
fn Rows(page: SegmentPage, look: Look) -> impl IntoView {
    if page.rows.is_empty() {
        let what = if look.q.is_empty() { say(staff::SEGMENT_EMPTY).to_string() } else { staff::NOTHING_FOUND.with(lang(), &[("query", &look.q)]) };
        return view! { <div class="panel panel-s"><div class="body"><p><b>{what}</b></p></div></div> }.into_any();
    }
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| {
            let why = segment_words::sentence(lang(), Facts::of_row(row, &page));
            view! {
                <tr>
                    <td class="code b">{row.customer.clone()}</td>
                    <td class="a"><a href=format!("/admin/customers/{}", row.id)>{row.name.clone()}</a>{marks(row)}</td>
                    <td class="c why">{why}</td>
                    <td class="b nw" data-l=row.last_order.is_some().then(|| say(staff::LAST_ORDER))>{row.last_order.as_deref().map(|day| format::date(lang(), day))}</td>
                    <td class="num z">{format::integer(lang(), i64::from(row.orders_ever))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::SEGMENTS)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(staff::WHY)}</th>
                <th scope="col">{say(staff::LAST_ORDER)}</th>
                <th scope="col" class="num">{say(staff::ORDERS_EVER)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// What stands beside a customer's segment.
fn marks(row: &SegmentRow) -> Vec<impl IntoView + use<>> {
    [
        (row.new, segment_words::MARK_NEW, "mark"),
        (row.blocked, segment_words::MARK_BLOCKED, "mark mark-bad"),
        (row.by_hand, segment_words::MARK_BY_HAND, "mark mark-pen"),
    ]
    .into_iter()
    .filter(|(shown, _, _)| *shown)
    .map(|(_, word, class)| view! { " "<span class=class>{say(word)}</span> })
    .collect()
}

/// The columns `kontor segments --format csv` writes, so that both files can be compared.
fn csv_row(row: &SegmentRow) -> [String; 5] {
    [row.customer.clone(), row.segment.word().into(), row.orders_in_period.to_string(), row.orders_ever.to_string(), row.last_order.clone().unwrap_or_default()]
}

/// Saves the whole list, not only the rows shown.
fn save_all(look: Look, busy: RwSignal<bool>) {
    spawn_local(async move {
        let outcome = whole::<SegmentPage>(&look.ask(), usize::MAX).await;
        let _ = busy.try_set(false);
        match outcome {
            Ok(page) => {
                let head = ["customer", "segment", "orders_in_period", "orders_ever", "last_order"].map(String::from);
                let name = format!("segments-{}{}.csv", page.as_of, if look.segment.is_empty() { String::new() } else { format!("-{}", look.segment) });
                csv::save(&name, std::iter::once(head).chain(page.rows.iter().map(csv_row)));
            }
            Err(error) => {
                expiry::note(&error);
                toast::fail(words_for(&error));
            }
        }
    });
}

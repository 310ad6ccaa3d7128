//! The queue of orders: those that wait for an answer first, the rest by state, all of it searchable.

use std::collections::HashMap;

use kontor_shared::api::{OrderPage, OrderSummary, StateCount};
use kontor_shared::ids::OrderId;
use kontor_shared::money::Currency;
use kontor_shared::orders::OrderState;
use kontor_shared::words::{Word, common, entry as entry_words, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::answer::{Answer, AnswerDialog, Asked};
use super::entry::{self, EntryLink};
use super::keys::{self, KeyHints};
use super::listing::{Listing, More, Wait};
use crate::api::{self, with_query};
use crate::browser;
use crate::lang::{lang, say};
use crate::orders::State;
use crate::times;
use crate::ui::page::PageHead;

/// The states that have a tab of their own, beside "to answer" and "all".
const TABS: [(OrderState, Word); 4] = [
    (OrderState::Confirmed, staff::THOSE_CONFIRMED),
    (OrderState::Closed, staff::THOSE_CLOSED),
    (OrderState::Refused, staff::THOSE_REFUSED),
    (OrderState::Cancelled, staff::THOSE_CANCELLED),
];

/// Most open orders fetched without being asked for.
const MOST_OPEN: usize = 500;

/// Orders on one page of the server's list (server/src/orders/list.rs).
const ONE_PAGE: usize = 50;

/// How often the queue asks whether something new has come.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);

/// What the address says is looked at: `?state=` (absent: to answer) and `?q=`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Look {
    state: String,
    q: String,
}

impl Look {
    fn address(&self) -> String {
        with_query("/admin", &[("state", &self.state), ("q", &self.q)])
    }
    fn ask(&self) -> String {
        let (state, open) = match self.state.as_str() {
            // Who searches means any order.
            "" if self.q.is_empty() => ("", "true"),
            "" | "all" => ("", ""),
            state => (state, ""),
        };
        with_query("/api/orders", &[("state", state), ("open", open), ("q", &self.q)])
    }
}

fn counted(counts: &[StateCount], states: &[OrderState]) -> u64 {
    counts.iter().filter(|one| states.contains(&one.state)).map(|one| one.count).sum()
}

/// Orders in their groups.
type Groups = Vec<(Word, Vec<OrderSummary>)>;

/// The order rows are worked in: what can be confirmed, then what waits for the customer, oldest first; then the rest as it came.
fn grouped(orders: Vec<OrderSummary>) -> Groups {
    let (mut confirm, rest): (Vec<_>, Vec<_>) = orders.into_iter().partition(|order| order.state == OrderState::Submitted);
    let (mut waiting, other): (Vec<_>, Vec<_>) = rest.into_iter().partition(|order| order.state == OrderState::NeedsReview);
    // RFC 3339 in UTC sorts as text.
    confirm.sort_by(|left, right| left.ordered_at.cmp(&right.ordered_at));
    waiting.sort_by(|left, right| left.ordered_at.cmp(&right.ordered_at));
    [(staff::GROUP_CONFIRM, confirm), (staff::GROUP_WAITING, waiting), (staff::GROUP_OTHER, other)].into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The one currency of all rows, which then stands in the column's head and not in every cell.
fn one_currency(orders: &HashMap<OrderId, OrderSummary>) -> Option<Currency> {
    let first = orders.values().next()?.currency;
    orders.values().all(|order| order.currency == first).then_some(first)
}

/// The row before or after the chosen one.
fn neighbour(ids: &[OrderId], chosen: Option<OrderId>, down: bool) -> Option<OrderId> {
    let at = chosen.and_then(|id| ids.iter().position(|one| *one == id));
    match (at, down) {
        (None, _) => ids.first().copied(),
        (Some(at), true) => ids.get(at + 1).or(ids.last()).copied(),
        (Some(at), false) => ids.get(at.saturating_sub(1)).copied(),
    }
}

#[component]
pub fn Queue() -> impl IntoView {
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(|query| Look { state: query.get("state").unwrap_or_default(), q: query.get("q").unwrap_or_default() }));
    let listing: Listing<OrderPage> = Listing::new(Signal::derive(move || look.get().ask()));
    let asked: RwSignal<Option<Asked>> = RwSignal::new(None);
    let chosen: RwSignal<Option<OrderId>> = RwSignal::new(None);
    let fresh = RwSignal::new(0_u64);
    // The oldest come first, and the server gives the newest: what waits for an answer is fetched whole, within reason.
    // After a failure a person asks again; by itself the page would ask without pause.
    Effect::new(move || {
        let all_open = look.with(|look| look.state.is_empty() && look.q.is_empty());
        let quiet = !listing.busy.get() && listing.failed.with(Option::is_none);
        if all_open && quiet && listing.page.with(|page| page.as_ref().is_some_and(|page| page.next.is_some() && page.orders.len() < MOST_OPEN)) {
            listing.more();
        }
    });
    let orders = Memo::new(move |_| listing.page.with(|page| page.as_ref().map(|page| page.orders.clone())));
    let rows = Memo::new(move |_| grouped(orders.get().unwrap_or_default()));
    let shown = move || rows.with_untracked(|groups| groups.iter().flat_map(|(_, rows)| rows.iter().cloned()).collect::<Vec<_>>());
    // Tabs lead on also from an answer that did not come.
    let counts = Memo::new(move |old: Option<&Vec<StateCount>>| {
        listing.page.with(|page| page.as_ref().map(|page| page.counts.clone())).or_else(|| old.cloned()).unwrap_or_default()
    });
    Effect::new(move || {
        look.track();
        fresh.set(0);
    });
    let go = use_navigate();
    let open = go.clone();
    keys::on_key(move |code| {
        let one = || chosen.get_untracked().and_then(|id| shown().into_iter().find(|order| order.id == id));
        match code {
            "KeyJ" | "KeyK" => {
                let ids: Vec<_> = shown().iter().map(|order| order.id).collect();
                if let Some(id) = neighbour(&ids, chosen.get_untracked(), code == "KeyJ") {
                    chosen.set(Some(id));
                    browser::focus(&format!("order-{id}"));
                }
                true
            }
            "Enter" if !keys::on_control() => match one() {
                Some(order) => {
                    open(&format!("/admin/orders/{}", order.id), NavigateOptions::default());
                    true
                }
                None => false,
            },
            "KeyP" if super::customer::may_write() => {
                open(entry::HREF, NavigateOptions::default());
                true
            }
            "KeyA" | "KeyR" => match one() {
                Some(order) => {
                    let answer = if code == "KeyA" { Answer::Confirm } else { Answer::Refuse };
                    if may(&order, answer) {
                        asked.set(Some(Asked::summary(answer, &order)));
                    }
                    true
                }
                None => false,
            },
            _ => false,
        }
    });
    let search = move |text: String| {
        let to = Look { q: text, ..look.get_untracked() };
        go(&to.address(), NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    let again = move || {
        fresh.set(0);
        listing.refresh();
    };
    // Only when nobody is in the middle of something: rows must not move under a hand.
    let look_again = move || {
        if asked.with_untracked(Option::is_some) || browser::typing() || listing.busy.get_untracked() || listing.signed_out() {
            return;
        }
        match orders.with_untracked(|orders| orders.as_ref().map(Vec::len)) {
            Some(0..=ONE_PAGE) => again(),
            Some(_) => offer_new(look.get_untracked(), look, listing, fresh),
            None => {}
        }
    };
    if let Ok(handle) = set_interval_with_handle(look_again, LOOK_AGAIN) {
        on_cleanup(move || handle.clear());
    }
    let there = Memo::new(move |_| orders.with(|orders| orders.as_ref().map(|orders| !orders.is_empty())));
    view! {
        <PageHead title=say(staff::ORDERS)>
            <EntryLink/>
            <Search label=say(staff::ORDER_SEARCH) value=Signal::derive(move || look.get().q) on_search=search/>
        </PageHead>
        {move || view! { <Tabs counts=counts.get() look=look.get()/> }}
        <p class="offer" role="status">
            {move || (fresh.get() > 0).then(|| view! { <button type="button" class="btn" on:click=move |_| again()>{say(staff::NEW_ORDERS)}</button> })}
        </p>
        <Wait of=listing/>
        <div class="shown" aria-busy=move || listing.busy.get().then_some("true")>
            {move || there.get().map(|any| if any { view! { <Rows rows=rows chosen=chosen/> }.into_any() } else { view! { <Nothing look=look.get()/> }.into_any() })}
        </div>
        <More of=listing/>
        <KeyHints keys=vec![
            (&["J", "K"], say(staff::KEY_NEXT)), (&["Enter"], say(staff::KEY_OPEN)), (&["A"], say(staff::KEY_CONFIRM)), (&["R"], say(staff::KEY_REFUSE)),
            (&["P"], say(entry_words::NEW_ORDER)),
        ]/>
        <AnswerDialog asked=asked done=move |()| again()/>
    }
}

/// Looks at the first page beside a longer list: the counts follow at once, new orders are offered.
fn offer_new(asked: Look, look: Memo<Look>, listing: Listing<OrderPage>, fresh: RwSignal<u64>) {
    spawn_local(async move {
        // What does not come now comes with the next look.
        let Ok(first) = api::get::<OrderPage>(&asked.ask()).await else { return };
        if look.try_get_untracked().as_ref() != Some(&asked) {
            return;
        }
        listing.page.update(|page| {
            let Some(page) = page else { return };
            let unknown = first.orders.iter().filter(|order| page.orders.iter().all(|known| known.id != order.id)).count();
            fresh.set(unknown as u64);
            page.counts = first.counts;
        });
    });
}

/// Whether staff can give this answer; the server decides again.
fn may(order: &OrderSummary, answer: Answer) -> bool {
    use kontor_shared::api::Role;
    use kontor_shared::orders::OrderAction;
    let action = match answer {
        Answer::Confirm => OrderAction::Confirm,
        Answer::Refuse => OrderAction::Refuse,
    };
    matches!(super::role(), Some(Role::Sales | Role::Admin)) && order.state.after(action).is_some()
}

#[component]
fn Tabs(counts: Vec<StateCount>, look: Look) -> impl IntoView {
    let tab = move |state: &str, label: &'static str, count: Option<u64>| {
        let current = (look.state == state).then_some("page");
        let to = Look { state: state.to_string(), q: look.q.clone() };
        view! { <a href=to.address() aria-current=current>{label}{count.map(|count| view! { <span class="n">{format::integer(lang(), count as i64)}</span> })}</a> }
    };
    // Before the first answer the tabs stand without numbers.
    let number = |states: &[OrderState]| (!counts.is_empty()).then(|| counted(&counts, states));
    let mut tabs = vec![tab("", say(staff::TO_ANSWER), number(&[OrderState::Submitted, OrderState::NeedsReview]))];
    for (state, name) in TABS {
        tabs.push(tab(state.word(), say(name), number(&[state])));
    }
    tabs.push(tab("all", say(staff::ALL_OF_THEM), number(&OrderState::ALL)));
    view! { <nav class="tabs" aria-label=say(staff::STATE)>{tabs}</nav> }
}

/// A row of the table, which stays the same element while the list around it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Line {
    /// The title of a group, by its word's key.
    Title(&'static str),
    Order(OrderId),
}

/// The lines of the table. A single group of answered orders needs no title.
fn lines(groups: &Groups) -> Vec<Line> {
    let titled = groups.len() > 1 || groups.first().is_some_and(|(word, _)| *word != staff::GROUP_OTHER);
    let of_group = |(word, orders): &(Word, Vec<OrderSummary>)| {
        let title = titled.then_some(Line::Title(word.key));
        title.into_iter().chain(orders.iter().map(|order| Line::Order(order.id))).collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

#[component]
fn Rows(rows: Memo<Groups>, chosen: RwSignal<Option<OrderId>>) -> impl IntoView {
    let lines = Memo::new(move |_| rows.with(lines));
    let by_id = Memo::new(move |_| rows.with(|groups| groups.iter().flat_map(|(_, orders)| orders).map(|order| (order.id, order.clone())).collect()));
    let currency = Memo::new(move |_| by_id.with(one_currency));
    let head = move || currency.get().map_or_else(|| say(common::AMOUNT).to_string(), |currency| format!("{} {}", say(common::TOTAL), currency.sign()));
    view! {
        <div class="panel panel-s under-tabs wrap">
            <table class="t t-stack">
                <caption class="vh">{say(staff::ORDERS)}</caption>
                <thead><tr>
                    <th scope="col">{say(common::CUSTOMER)}</th>
                    <th scope="col">{say(common::ORDER)}</th>
                    <th scope="col">{say(staff::STATE)}</th>
                    <th scope="col">{say(staff::RECEIVED)}</th>
                    <th scope="col">{say(staff::AGE)}</th>
                    <th scope="col">{say(staff::PO_NUMBER)}</th>
                    <th scope="col" class="num">{say(staff::LINES_HEAD)}</th>
                    <th scope="col" class="num">{head}</th>
                </tr></thead>
                <tbody>
                    <For each=move || lines.get() key=|line| *line let:line>
                        {match line {
                            Line::Title(key) => view! { <Title key=key rows=rows/> }.into_any(),
                            Line::Order(id) => view! { <Row id=id orders=by_id currency=currency chosen=chosen/> }.into_any(),
                        }}
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Title(key: &'static str, rows: Memo<Groups>) -> impl IntoView {
    let group = move || rows.with(|groups| groups.iter().find(|(word, _)| word.key == key).map(|(word, orders)| (*word, orders.len() as u64)));
    let text = move || group().map(|(word, count)| view! { {say(word)}" "<span class="s">{staff::COUNT_ORDERS.say(lang(), count)}</span> });
    view! { <tr class="group"><th colspan="8" scope="rowgroup" class="a">{text}</th></tr> }
}

/// One order. The row follows its order, so that whoever stands in it stays there when the list is asked for again.
#[component]
fn Row(id: OrderId, orders: Memo<HashMap<OrderId, OrderSummary>>, currency: Memo<Option<Currency>>, chosen: RwSignal<Option<OrderId>>) -> impl IntoView {
    let order = Memo::new(move |_| orders.with(|orders| orders.get(&id).cloned()));
    let cells = move || order.get().map(|order| view! { <Cells order=order currency=currency.get()/> });
    view! { <tr aria-selected=move || (chosen.get() == Some(id)).then_some("true") on:focusin=move |_| chosen.set(Some(id))>{cells}</tr> }
}

#[component]
fn Cells(order: OrderSummary, currency: Option<Currency>) -> impl IntoView {
    let id = order.id;
    let customer = order.customer.map_or_else(|| say(staff::NO_CUSTOMER).to_string(), |customer| customer.name);
    let amount = match currency {
        Some(_) => format::decimal(lang(), &order.gross),
        None => format::amount(lang(), &order.gross, order.currency),
    };
    view! {
        <td class="a"><b>{customer}</b></td>
        <td class="code b"><a id=format!("order-{id}") href=format!("/admin/orders/{id}")>{order.number}</a></td>
        <td class="b"><State state=order.state/></td>
        <td class="b nw">{times::instant(&order.ordered_at)}</td>
        <td class="b nw">{order.age_seconds.map(|seconds| times::age(lang(), seconds))}</td>
        <td class="b" data-l=(!order.po_number.is_empty()).then(|| say(staff::PO_NUMBER))>{order.po_number.clone()}</td>
        <td class="num b" data-l=say(staff::LINES_HEAD)>{format::integer(lang(), i64::from(order.lines))}</td>
        <td class="num z">{amount}</td>
    }
}

#[component]
fn Nothing(look: Look) -> impl IntoView {
    let (what, hint) = if !look.q.is_empty() {
        (staff::NOTHING_FOUND.with(lang(), &[("query", &look.q)]), None)
    } else if look.state.is_empty() {
        (say(staff::NO_WORK).to_string(), Some(say(staff::NO_WORK_HINT)))
    } else {
        (say(staff::NO_ORDERS).to_string(), None)
    };
    view! {
        <div class="panel panel-s under-tabs"><div class="body">
            <p><b>{what}</b></p>
            {hint.map(|hint| view! { <p class="ink-2">{hint}</p> })}
        </div></div>
    }
}

/// A search field that asks a moment after the last letter, and at once on Enter.
#[component]
pub fn Search(label: &'static str, value: Signal<String>, on_search: impl Fn(String) + Clone + 'static) -> impl IntoView {
    let typed = RwSignal::new(value.get_untracked());
    let turn = StoredValue::new(0_u32);
    // Back and forward change the address; the field follows unless it is being typed in.
    Effect::new(move || {
        let value = value.get();
        if !browser::typing() {
            typed.set(value);
        }
    });
    let later = on_search.clone();
    view! {
        <form class="search-in row-x" role="search" on:submit=move |event| { event.prevent_default(); on_search(typed.get_untracked().trim().to_string()) }>
            <input class="in" type="search" id="search" autocomplete="off" maxlength="100" aria-label=label placeholder=label
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    turn.update_value(|turn| *turn += 1);
                    let (now, later) = (turn.get_value(), later.clone());
                    set_timeout(
                        move || {
                            if turn.try_get_value() == Some(now) && let Some(text) = typed.try_get_untracked() {
                                later(text.trim().to_string());
                            }
                        },
                        std::time::Duration::from_millis(250),
                    );
                }/>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(state: OrderState, at: &str) -> OrderSummary {
        OrderSummary {
            id: OrderId(uuid::Uuid::from_u128(at.bytes().map(u128::from).sum())),
            number: at.into(),
            state,
            revision: 1,
            kind: "sale".into(),
            source: "page".into(),
            customer: None,
            ordered_at: at.into(),
            po_number: String::new(),
            lines: 1,
            gross: "1.00".into(),
            currency: Currency::GBP,
            age_seconds: None,
        }
    }

    #[test]
    fn what_can_be_confirmed_comes_first_and_oldest_first() {
        let groups = grouped(vec![
            order(OrderState::Closed, "2011-12-09"),
            order(OrderState::NeedsReview, "2011-12-08"),
            order(OrderState::Submitted, "2011-12-07"),
            order(OrderState::Submitted, "2011-12-05"),
        ]);
        let numbers: Vec<_> = groups.iter().map(|(word, rows)| (word.key, rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>())).collect();
        assert_eq!(numbers, [("GROUP_CONFIRM", vec!["2011-12-05", "2011-12-07"]), ("GROUP_WAITING", vec!["2011-12-08"]), ("GROUP_OTHER", vec!["2011-12-09"])]);
    }

    #[test]
    fn groups_are_titled_where_there_is_something_to_tell_apart() {
        let shape = |states: &[OrderState]| {
            let orders = states.iter().zip(["a", "b"]).map(|(state, at)| order(*state, at)).collect();
            lines(&grouped(orders)).iter().map(|line| matches!(line, Line::Title(_))).collect::<Vec<_>>()
        };
        assert_eq!(shape(&[OrderState::Submitted, OrderState::Closed]), [true, false, true, false]);
        assert_eq!(shape(&[OrderState::Submitted]), [true, false]);
        assert_eq!(shape(&[OrderState::Closed, OrderState::Refused]), [false, false]);
    }

    #[test]
    fn j_and_k_stop_at_the_ends() {
        let ids: Vec<OrderId> = (1..=3).map(|n| OrderId(uuid::Uuid::from_u128(n))).collect();
        assert_eq!(neighbour(&ids, None, true), Some(ids[0]));
        assert_eq!(neighbour(&ids, Some(ids[0]), true), Some(ids[1]));
        assert_eq!(neighbour(&ids, Some(ids[2]), true), Some(ids[2]));
        assert_eq!(neighbour(&ids, Some(ids[0]), false), Some(ids[0]));
        assert_eq!(neighbour(&[], None, true), None);
    }
}

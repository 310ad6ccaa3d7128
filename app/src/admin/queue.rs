//! The queue of orders: those that wait for an answer first, the rest by state, all of it searchable.

use kontor_shared::api::{OrderPage, OrderSummary, StateCount};
use kontor_shared::ids::OrderId;
use kontor_shared::money::Currency;
use kontor_shared::orders::OrderState;
use kontor_shared::words::{Word, common, format, staff};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::answer::{Answer, AnswerDialog, Asked, State};
use super::keys::{self, KeyHints};
use super::listing::{Listing, More, Shown};
use super::times;
use crate::api::with_query;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::page::PageHead;

/// The states that have a tab of their own, beside "to answer" and "all".
const TABS: [OrderState; 4] = [OrderState::Confirmed, OrderState::Closed, OrderState::Refused, OrderState::Cancelled];

/// Most open orders fetched without being asked for.
const MOST_OPEN: usize = 500;

/// How often the queue asks whether something new has come.
const LOOK_AGAIN_MS: u64 = 30_000;

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

/// The order rows are worked in: what can be confirmed, then what waits for the customer, oldest first; then the rest as it came.
fn grouped(orders: Vec<OrderSummary>) -> Vec<(Word, Vec<OrderSummary>)> {
    let (mut confirm, rest): (Vec<_>, Vec<_>) = orders.into_iter().partition(|order| order.state == OrderState::Submitted);
    let (mut waiting, other): (Vec<_>, Vec<_>) = rest.into_iter().partition(|order| order.state == OrderState::NeedsReview);
    // RFC 3339 in UTC sorts as text.
    confirm.sort_by(|left, right| left.ordered_at.cmp(&right.ordered_at));
    waiting.sort_by(|left, right| left.ordered_at.cmp(&right.ordered_at));
    [(staff::GROUP_CONFIRM, confirm), (staff::GROUP_WAITING, waiting), (staff::GROUP_OTHER, other)].into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The one currency of all rows, which then stands in the column's head and not in every cell.
fn one_currency(orders: &[OrderSummary]) -> Option<Currency> {
    let first = orders.first()?.currency;
    orders.iter().all(|order| order.currency == first).then_some(first)
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
    // The oldest come first, and the server gives the newest: what waits for an answer is fetched whole, within reason.
    Effect::new(move || {
        let all_open = look.with(|look| look.state.is_empty() && look.q.is_empty());
        if all_open && !listing.busy.get() && listing.page.with(|page| page.as_ref().is_some_and(|page| page.next.is_some() && page.orders.len() < MOST_OPEN)) {
            listing.more();
        }
    });
    let rows = Memo::new(move |_| {
        let orders = listing.page.get().map(|page| page.orders).unwrap_or_default();
        grouped(orders)
    });
    let shown = move || rows.with_untracked(|groups| groups.iter().flat_map(|(_, rows)| rows.iter().cloned()).collect::<Vec<_>>());
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
    // Only when nobody is in the middle of something: rows must not move under a hand.
    if let Ok(handle) = set_interval_with_handle(
        move || {
            if asked.with_untracked(Option::is_none)
                && !browser::typing()
                && listing.page.with_untracked(|page| page.as_ref().is_some_and(|page| page.orders.len() <= 50))
            {
                listing.reload();
            }
        },
        std::time::Duration::from_millis(LOOK_AGAIN_MS),
    ) {
        on_cleanup(move || handle.clear());
    }
    view! {
        <PageHead title=say(staff::ORDERS)>
            <Search label=say(staff::ORDER_SEARCH) value=Signal::derive(move || look.get().q) on_search=search/>
        </PageHead>
        {move || listing.page.get().map(|page| view! { <Tabs counts=page.counts look=look.get()/> })}
        <Shown of=listing show=move |page: OrderPage| view! { <Rows page=page look=look.get_untracked() rows=rows chosen=chosen/> }.into_any()/>
        <More of=listing/>
        <KeyHints keys=vec![
            (&["J", "K"], say(staff::KEY_NEXT)), (&["Enter"], say(staff::KEY_OPEN)), (&["A"], say(staff::KEY_CONFIRM)), (&["R"], say(staff::KEY_REFUSE)),
        ]/>
        <AnswerDialog asked=asked done=move |()| listing.reload()/>
    }
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
    let waiting = counted(&counts, &[OrderState::Submitted, OrderState::NeedsReview]);
    let mut tabs = vec![tab("", say(staff::TO_ANSWER), Some(waiting))];
    for state in TABS {
        tabs.push(tab(state.word(), say(common::order_state(state)), Some(counted(&counts, &[state]))));
    }
    tabs.push(tab("all", say(staff::ALL_OF_THEM), Some(counts.iter().map(|one| one.count).sum())));
    view! { <nav class="tabs" aria-label=say(staff::STATE)>{tabs}</nav> }
}

#[component]
fn Rows(page: OrderPage, look: Look, rows: Memo<Vec<(Word, Vec<OrderSummary>)>>, chosen: RwSignal<Option<OrderId>>) -> impl IntoView {
    if page.orders.is_empty() {
        return view! { <Nothing look=look/> }.into_any();
    }
    let currency = one_currency(&page.orders);
    let head = currency.map_or_else(|| say(common::AMOUNT).to_string(), |currency| format!("{} {}", say(common::TOTAL), currency.sign()));
    let groups = rows.get();
    let titled = groups.len() > 1 || groups.first().is_some_and(|(word, _)| *word != staff::GROUP_OTHER);
    let body: Vec<_> = groups
        .into_iter()
        .map(|(word, orders)| {
            let count = staff::COUNT_ORDERS.say(lang(), orders.len() as u64);
            view! {
                {titled.then(|| view! { <tr class="group"><th colspan="8" scope="rowgroup" class="a">{say(word)}" "<span class="s">{count}</span></th></tr> })}
                {orders.into_iter().map(|order| view! { <Row order=order currency=currency chosen=chosen/> }).collect_view()}
            }
        })
        .collect();
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
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(order: OrderSummary, currency: Option<Currency>, chosen: RwSignal<Option<OrderId>>) -> impl IntoView {
    let id = order.id;
    let customer = order.customer.map_or_else(|| say(staff::NO_CUSTOMER).to_string(), |customer| customer.name);
    let amount = match currency {
        Some(_) => format::decimal(lang(), &order.gross),
        None => format::amount(lang(), &order.gross, order.currency),
    };
    view! {
        <tr aria-selected=move || (chosen.get() == Some(id)).then_some("true") on:focusin=move |_| chosen.set(Some(id))>
            <td class="a"><b>{customer}</b></td>
            <td class="code b"><a id=format!("order-{id}") href=format!("/admin/orders/{id}")>{order.number}</a></td>
            <td class="b"><State of=order.state/></td>
            <td class="b nw">{times::instant(&order.ordered_at)}</td>
            <td class="b nw">{order.age_seconds.map(|seconds| times::age(lang(), seconds))}</td>
            <td class="b" data-l=(!order.po_number.is_empty()).then(|| say(staff::PO_NUMBER))>{order.po_number.clone()}</td>
            <td class="num b" data-l=say(staff::LINES_HEAD)>{format::integer(lang(), i64::from(order.lines))}</td>
            <td class="num z">{amount}</td>
        </tr>
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
    fn j_and_k_stop_at_the_ends() {
        let ids: Vec<OrderId> = (1..=3).map(|n| OrderId(uuid::Uuid::from_u128(n))).collect();
        assert_eq!(neighbour(&ids, None, true), Some(ids[0]));
        assert_eq!(neighbour(&ids, Some(ids[0]), true), Some(ids[1]));
        assert_eq!(neighbour(&ids, Some(ids[2]), true), Some(ids[2]));
        assert_eq!(neighbour(&ids, Some(ids[0]), false), Some(ids[0]));
        assert_eq!(neighbour(&[], None, true), None);
    }
}

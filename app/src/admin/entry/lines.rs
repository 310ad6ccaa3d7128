//! The lines of an order being entered: code, Enter, quantity, Enter, and so on; what stands can be changed and taken out.

use std::rc::Rc;

use kontor_shared::catalog::by_code::ByCode;
use kontor_shared::catalog::search::{Filter, Index, Reason};
use kontor_shared::drafts::{Typed, read_quantity, write_quantity};
use kontor_shared::money::{Money, Percent, Quantity, line_amount};
use kontor_shared::orders::QuantityProblem;
use kontor_shared::words::{common, entry as words, format};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::kept::KeptLine;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::toast;

/// Products offered for what is typed.
const MOST_HITS: usize = 8;
const CODE: &str = "entry-code";
const QUANTITY: &str = "entry-quantity";

/// A line: its product's row in the list, and the quantity as typed.
#[derive(Clone, Copy)]
pub struct Line {
    pub row: u32,
    pub typed: RwSignal<String>,
}

/// The goods, where closures of the view can have them.
pub type Goods = StoredValue<Rc<Index>, LocalStorage>;

/// The rows of codes, where the list has them.
pub fn rows(goods: Goods, codes: &[&str]) -> Vec<Option<u32>> {
    goods.with_value(|index| {
        let by_code = ByCode::new(index.list());
        codes.iter().map(|code| by_code.get(index.list(), code)).collect()
    })
}

/// What was typed as a quantity, if it is one.
pub fn read(typed: &str) -> Option<Quantity> {
    match read_quantity(typed, lang()) {
        Typed::Quantity(quantity) => Some(quantity),
        Typed::Nothing | Typed::Unreadable => None,
    }
}

impl Line {
    pub fn code(self, goods: Goods) -> String {
        goods.with_value(|index| index.list().code(self.row as usize).to_string())
    }
    /// The line's amount, where its quantity is one.
    pub fn amount(self, goods: Goods) -> Option<(Money, Percent)> {
        let quantity = self.typed.with(|typed| read(typed))?;
        goods.with_value(|index| {
            let (list, row) = (index.list(), self.row as usize);
            let price = kontor_shared::catalog::tiers::price_at(list.price(row), &list.tiers(row), quantity);
            Some((line_amount(quantity, price, Percent::ZERO, list.head.currency).ok()?, list.vat_rate(row)))
        })
    }
    /// Why the server would not take it as it stands; an inner one says what it is.
    fn wrong(self, goods: Goods) -> Option<Result<QuantityProblem, String>> {
        let typed = self.typed.get();
        match read(&typed) {
            None => Some(Err(typed)),
            Some(quantity) => goods.with_value(|index| index.list().rule(self.row as usize).check(quantity).err().map(Ok)),
        }
    }
}

/// The row that is typed into next.
#[derive(Clone, Copy)]
pub struct Next {
    /// Code or name.
    pub typed: RwSignal<String>,
    pub quantity: RwSignal<String>,
    /// The product chosen.
    row: RwSignal<Option<u32>>,
    hits: RwSignal<Vec<u32>>,
    /// The hit that Enter takes: the one that is surely meant, or the one the arrows are at.
    at: RwSignal<Option<usize>>,
    said: RwSignal<Option<String>>,
}

/// The product a text surely means: it is its code, or the only one found without repairing anything. What Enter takes by itself
/// nobody looks at.
fn surely(index: &Index, text: &str) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some(row) = index.list().codes().iter().position(|code| code == text) {
        return Some(row as u32);
    }
    let found = index.find_literal(text, &Filter::default());
    let mut whole = found.hits().take_while(|hit| hit.reason == Reason::Code).map(|hit| hit.row);
    match (whole.next(), whole.next()) {
        (Some(row), None) => Some(row),
        (None, _) if found.len() == 1 => found.rows().first().copied(),
        _ => None,
    }
}

impl Next {
    /// As it was when the page was left.
    pub fn of(kept: &KeptLine, goods: Goods) -> Self {
        let next = Self {
            typed: RwSignal::new(String::new()),
            quantity: RwSignal::new(kept.typed.clone()),
            row: RwSignal::new(None),
            hits: RwSignal::new(Vec::new()),
            at: RwSignal::new(None),
            said: RwSignal::new(None),
        };
        next.look(goods, kept.code.clone());
        next
    }

    /// Whether something is typed that is not among the lines yet.
    pub fn is_begun(self) -> bool {
        [self.typed, self.quantity].into_iter().any(|text| text.with_untracked(|text| !text.trim().is_empty()))
    }

    fn look(self, goods: Goods, text: String) {
        let (surely, found) = goods.with_value(|index| {
            let surely = surely(index, &text);
            let mut rows: Vec<u32> = surely.into_iter().collect();
            if !text.trim().is_empty() {
                rows.extend(index.find(&text, &Filter::default()).rows().iter().filter(|row| Some(**row) != surely).take(MOST_HITS));
            }
            rows.truncate(MOST_HITS);
            (surely, rows)
        });
        self.row.set(None);
        self.at.set(surely.map(|_| 0));
        self.said.set(None);
        self.hits.set(found);
        self.typed.set(text);
    }

    /// Moves along the hits, and round.
    fn step(self, down: bool) {
        let count = self.hits.with_untracked(Vec::len);
        self.at.update(|at| {
            *at = Some(match (*at, down) {
                (None, true) => 0,
                (None, false) => count - 1,
                (Some(at), true) => (at + 1) % count,
                (Some(at), false) => (at + count - 1) % count,
            });
        });
    }

    /// Takes the hit that is meant; says what is missing where none is.
    fn choose(self, goods: Goods) -> bool {
        let row = self.at.get_untracked().and_then(|at| self.hits.with_untracked(|hits| hits.get(at).copied()));
        let Some(row) = row else {
            let word = match self.typed.with_untracked(|typed| typed.trim().is_empty()) {
                true => self.quantity.with_untracked(|quantity| !quantity.trim().is_empty()).then_some(words::NO_PRODUCT_YET),
                false if self.hits.with_untracked(Vec::is_empty) => Some(words::NOT_IN_LIST),
                false => Some(words::CHOOSE_ONE),
            };
            self.said.set(word.map(|word| say(word).to_string()));
            return false;
        };
        self.row.set(Some(row));
        self.at.set(None);
        self.hits.set(Vec::new());
        self.said.set(None);
        self.typed.set(goods.with_value(|index| index.list().code(row as usize).to_string()));
        true
    }

    /// From the code on to the quantity, where it is clear what is meant.
    fn go_on(self, goods: Goods) {
        if self.row.with_untracked(Option::is_some) || self.choose(goods) {
            browser::focus_now(QUANTITY);
        }
    }

    fn clear(self) {
        self.row.set(None);
        self.at.set(None);
        self.typed.set(String::new());
        self.quantity.set(String::new());
        self.hits.set(Vec::new());
        self.said.set(None);
        browser::focus_now(CODE);
    }

    /// Adds what was typed to the lines. Where it cannot be added it says why, and the focus goes to what is to be mended; a product
    /// that stands already is shown instead.
    pub fn add(self, lines: RwSignal<Vec<Line>>, goods: Goods) -> bool {
        if self.row.with_untracked(Option::is_none) && !self.choose(goods) {
            browser::focus_now(CODE);
            return false;
        }
        let Some(row) = self.row.get_untracked() else { return false };
        let typed = self.quantity.get_untracked();
        if read(&typed).is_none() {
            let said = match typed.trim().is_empty() {
                true => words::HOW_MUCH.with(lang(), &[("code", &self.typed.get_untracked())]),
                false => words::NOT_A_QUANTITY.with(lang(), &[("typed", &typed)]),
            };
            self.said.set(Some(said));
            browser::focus_now(QUANTITY);
            return false;
        }
        if let Some(line) = lines.with_untracked(|lines| lines.iter().find(|line| line.row == row).copied()) {
            let code = line.code(goods);
            self.clear();
            self.said.set(Some(words::STANDS_ALREADY.with(lang(), &[("code", &code)])));
            browser::focus(&format!("entry-line-{row}"));
            return false;
        }
        lines.update(|lines| lines.push(Line { row, typed: RwSignal::new(typed) }));
        self.clear();
        true
    }
}

#[component]
pub fn Lines(lines: RwSignal<Vec<Line>>, next: Next, goods: Goods) -> impl IntoView {
    browser::focus(CODE);
    let on_code = move |event: KeyboardEvent| {
        let any = next.hits.with_untracked(|hits| !hits.is_empty());
        match event.key().as_str() {
            "ArrowDown" if any => next.step(true),
            "ArrowUp" if any => next.step(false),
            "Enter" if !event.ctrl_key() => next.go_on(goods),
            "Escape" => next.clear(),
            _ => return,
        }
        event.prevent_default();
    };
    let on_quantity = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" if !event.ctrl_key() => {
                next.add(lines, goods);
            }
            "Escape" => next.clear(),
            _ => return,
        }
        event.prevent_default();
    };
    let name = move || next.row.get().map(|row| goods.with_value(|index| index.list().name(row as usize)));
    view! {
        <section class="panel panel-s">
            <h2>{say(words::LINES)}</h2>
            <div class="body stack">
                <div class="entry-next">
                    <div class="field">
                        <label for=CODE>{say(words::CODE_OR_NAME)}</label>
                        <input class="in" id=CODE type="text" autocomplete="off" spellcheck="false" maxlength="200" role="combobox" aria-controls="entry-hits" aria-autocomplete="list"
                            aria-expanded=move || if next.hits.with(Vec::is_empty) { "false" } else { "true" }
                            aria-activedescendant=move || next.at.get().map(|at| format!("entry-hit-{at}"))
                            prop:value=move || next.typed.get() on:input=move |event| next.look(goods, event_target_value(&event)) on:keydown=on_code/>
                    </div>
                    <div class="field">
                        <label for=QUANTITY>{say(common::QUANTITY)}</label>
                        <input class="in num" id=QUANTITY type="text" inputmode="decimal" autocomplete="off" maxlength="20"
                            prop:value=move || next.quantity.get() on:input=move |event| next.quantity.set(event_target_value(&event)) on:keydown=on_quantity/>
                    </div>
                    <button type="button" class="btn" on:click=move |_| { next.add(lines, goods); }>{say(words::ADD)}</button>
                </div>
                <Hits next=next goods=goods/>
                <p class="ink-2" role="status">{move || next.said.get().or_else(name).unwrap_or_else(|| say(words::LINE_KEYS).to_string())}</p>
            </div>
            <Table lines=lines goods=goods/>
        </section>
    }
}

#[component]
fn Hits(next: Next, goods: Goods) -> impl IntoView {
    let rows = move || {
        let hits = next.hits.get();
        let one = |(at, row): (usize, u32)| {
            let (code, name) = goods.with_value(|index| (index.list().code(row as usize).to_string(), index.list().name(row as usize)));
            let pick = move |_| {
                next.at.set(Some(at));
                next.go_on(goods);
            };
            view! {
                <li role="option" id=format!("entry-hit-{at}") aria-selected=move || if next.at.get() == Some(at) { "true" } else { "false" } on:click=pick>
                    <span class="code">{code}</span>" "{name}
                </li>
            }
        };
        hits.into_iter().enumerate().map(one).collect_view()
    };
    view! { <ul class="entry-hits" id="entry-hits" role="listbox" aria-label=say(common::PRODUCT) hidden=move || next.hits.with(Vec::is_empty)>{rows}</ul> }
}

#[component]
fn Table(lines: RwSignal<Vec<Line>>, goods: Goods) -> impl IntoView {
    let price_head = goods.with_value(|index| format!("{} {}", say(common::PRICE), index.list().head.currency.sign()));
    let take_out = move |row: u32| {
        let Some(at) = lines.with_untracked(|lines| lines.iter().position(|line| line.row == row)) else { return };
        let Some(line) = lines.try_update(|lines| lines.remove(at)) else { return };
        let put_back = move || {
            // The page may have gone meanwhile; what it held has gone with it. What was typed again since stays.
            let _ = lines.try_update(|lines| {
                if lines.iter().all(|other| other.row != line.row) {
                    lines.insert(at.min(lines.len()), line);
                }
            });
        };
        toast::offer_undo(words::REMOVED.with(lang(), &[("code", &line.code(goods))]), say(words::UNDO), put_back);
        browser::focus(CODE);
    };
    // Rows are known by the line and not by its product: a file may bring a product that stood there with another quantity.
    view! {
        {move || lines.with(Vec::is_empty).then(|| view! { <div class="body"><p class="ink-2">{say(words::NO_LINES)}</p></div> })}
        <div class="wrap" hidden=move || lines.with(Vec::is_empty)><table class="t t-stack">
            <caption class="vh">{say(words::LINES)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(common::PRODUCT)}</th>
                <th scope="col" class="num">{say(common::QUANTITY)}</th>
                <th scope="col" class="num">{price_head}</th>
                <th scope="col" class="num">{say(common::AMOUNT)}</th>
                <th scope="col"><span class="vh">{say(words::REMOVE_HEAD)}</span></th>
            </tr></thead>
            <tbody>
                <For each=move || lines.get() key=|line| line.typed let:line>
                    <OneLine line=line goods=goods take_out=take_out/>
                </For>
            </tbody>
        </table></div>
    }
}

#[component]
fn OneLine(line: Line, goods: Goods, take_out: impl Fn(u32) + Copy + Send + Sync + 'static) -> impl IntoView {
    let (code, name, unit) = goods.with_value(|index| {
        let (list, row) = (index.list(), line.row as usize);
        (list.code(row).to_string(), list.name(row), common::unit(lang(), list.unit(row)).to_string())
    });
    let id = format!("entry-line-{}", line.row);
    let said = format!("{id}-said");
    let price = move || {
        let quantity = line.typed.with(|typed| read(typed)).unwrap_or(Quantity::ZERO);
        goods.with_value(|index| {
            let (list, row) = (index.list(), line.row as usize);
            format::price(lang(), kontor_shared::catalog::tiers::price_at(list.price(row), &list.tiers(row), quantity))
        })
    };
    let amount = move || line.amount(goods).map_or_else(|| "—".to_string(), |(money, _)| format::decimal(lang(), &money.decimal()));
    let hint = move || {
        line.wrong(goods).map(|wrong| match wrong {
            Err(typed) => view! { <span class="err">{words::NOT_A_QUANTITY.with(lang(), &[("typed", &typed)])}</span> }.into_any(),
            Ok(problem) => {
                let near = [problem.lower, problem.upper].into_iter().flatten().map(|quantity| {
                    let take = move |_| line.typed.set(write_quantity(quantity, lang()));
                    view! { <button type="button" class="btn btn-row" on:click=take>{words::TAKE.with(lang(), &[("quantity", &format::quantity(lang(), quantity))])}</button>" " }
                });
                view! { <span class="warn">{say(common::line_reason(problem.reason))}", "{say(words::WILL_BE_REFUSED)}" "</span>{near.collect_view()} }.into_any()
            }
        })
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.ctrl_key() {
            event.prevent_default();
            browser::focus_now(CODE);
        }
    };
    view! {
        <tr>
            <td class="code b">{code.clone()}</td>
            <td class="a">{name}<span class="sub" id=said.clone()>{hint}</span></td>
            <td class="num b nw" data-l=say(common::QUANTITY)>
                <input class="qty" id=id type="text" inputmode="decimal" autocomplete="off" maxlength="20" aria-label=words::QUANTITY_OF.with(lang(), &[("code", &code)]) aria-describedby=said
                    aria-invalid=move || line.wrong(goods).is_some().then_some("true")
                    prop:value=move || line.typed.get() on:input=move |event| line.typed.set(event_target_value(&event)) on:keydown=keys/>
                " "<span class="ink-3">{unit}</span>
            </td>
            <td class="num b" data-l=say(common::PRICE)>{price}</td>
            <td class="num z">{amount}</td>
            <td class="c"><button type="button" class="link" aria-label=words::REMOVE.with(lang(), &[("code", &code)]) on:click=move |_| take_out(line.row)>"×"</button></td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kontor_shared::catalog::columns::Columns;
    use kontor_shared::catalog::{ProductRow, Snapshot};
    use kontor_shared::money::{Currency, VatMode};

    use super::*;

    #[test]
    fn a_repaired_neighbour_is_never_surely_meant() {
        let product = |(code, name): (&str, &str)| ProductRow { code: code.into(), name: name.into(), ..ProductRow::default() };
        let goods = [("AB-12", "Tea glass"), ("AB-123", "Tea pot"), ("AC-12", "Spoon"), ("10-1", "Small bowl"), ("101", "Large bowl")];
        let list = Columns::from_snapshot(&Snapshot {
            version: 1,
            overlay: String::new(),
            currency: Currency::EUR,
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups: Vec::new(),
            attributes: Vec::new(),
            products: goods.map(product).into(),
        });
        let index = Index::new(Arc::new(list));
        let code = |text: &str| surely(&index, text).map(|row| index.list().code(row as usize).to_string());
        for (text, meant) in [
            ("AB-12", Some("AB-12")),
            (" ab 12 ", Some("AB-12")),
            ("ab123", Some("AB-123")),
            ("spoon", Some("AC-12")),
            ("pot", Some("AB-123")),
            // Of codes that differ only in signs the one that is written so.
            ("101", Some("101")),
            ("10-1", Some("10-1")),
            ("10 1", None),
            // Nothing of the list, however near.
            ("AB-13", None),
            ("AD-12", None),
            ("spoom", None),
            ("tea", None),
            ("", None),
        ] {
            assert_eq!(code(text).as_deref(), meant, "{text:?}");
        }
    }
}

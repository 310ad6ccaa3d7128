//! What became of each line, the lines that were not taken to be mended in place, and the step into the draft.

use std::collections::HashMap;
use std::sync::Arc;

use js_sys::Promise;
use kontor_shared::api::forms::{FormAccount, FormLine};
use kontor_shared::catalog::ProductRow;
use kontor_shared::catalog::search::Filter;
use kontor_shared::drafts::{LineState, judge, write_quantity};
use kontor_shared::money::{Quantity, totals};
use kontor_shared::orders::Verdict;
use kontor_shared::words::{common, format, from_file as words, shop};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::columns::Columns;
use super::{Desk, Stage};
use crate::browser;
use crate::catalogue::Catalogue;
use crate::draft;
use crate::lang::{count, lang, say};
use crate::price_list::{Sums, why};
use crate::ui::toast;

/// Lines shown at first, and more with each press.
const SHOWN: usize = 200;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<Promise, JsValue>;
}

/// Code and quantity as mended, by the line's place.
type Mended = HashMap<usize, (String, String)>;

/// What a line that was not taken says for a start.
fn as_read(line: &FormLine) -> (String, String) {
    let typed = line.quantity.map_or_else(String::new, |quantity| write_quantity(quantity, lang()));
    (line.code.clone(), typed)
}

/// The product and quantity a line orders as it stands now.
fn ordered(line: &FormLine, mended: Option<&(String, String)>, catalogue: &Catalogue) -> Option<(ProductRow, Quantity)> {
    match mended {
        None => (line.verdict != Verdict::Refused).then(|| Some((catalogue.by_code(&line.code)?, line.quantity?)))?,
        Some((code, typed)) => {
            let product = catalogue.by_code(code.trim())?;
            match judge(typed, &product, catalogue.info.currency, lang()).0 {
                LineState::Right(quantity) => Some((product, quantity)),
                _ => None,
            }
        }
    }
}

/// What would be taken, as it stands now.
fn taken(account: &FormAccount, mended: &Mended, catalogue: &Catalogue) -> Vec<(ProductRow, Quantity)> {
    account.lines.iter().enumerate().filter_map(|(at, line)| ordered(line, mended.get(&at), catalogue)).collect()
}

#[component]
pub fn Account(account: Arc<FormAccount>, name: String, catalogue: Arc<Catalogue>, desk: Desk) -> impl IntoView {
    let mended: RwSignal<Mended> = RwSignal::new(HashMap::new());
    let shown = RwSignal::new(None::<Verdict>);
    let most = RwSignal::new(SHOWN);
    let (mode, method) = (catalogue.info.vat_mode, catalogue.info.vat_method);
    // How many lines would be taken, and what they come to.
    let sum = {
        let (account, catalogue) = (account.clone(), catalogue.clone());
        Memo::new(move |_| {
            let currency = catalogue.info.currency;
            let taken = mended.with(|mended| taken(&account, mended, &catalogue));
            let amounts: Vec<_> = taken
                .iter()
                .filter_map(|(product, quantity)| Some((judge(&write_quantity(*quantity, lang()), product, currency, lang()).1?, product.vat_rate())))
                .collect();
            (taken.len(), totals(&amounts, currency, mode, method).ok())
        })
    };
    let lines = Memo::new(move |_| sum.with(|(lines, _)| *lines));
    let take = {
        let (account, catalogue) = (account.clone(), catalogue.clone());
        let navigate = use_navigate();
        move |replace: bool| {
            let lines = mended.with_untracked(|mended| taken(&account, mended, &catalogue));
            draft::store().take_lines(&lines, &account, replace);
            navigate("/review", Default::default());
        }
    };
    let mut about = vec![name];
    about.extend(account.form_id.as_ref().map(|form| words::FORM_OF.with(lang(), &[("form", form)])));
    about.push(words::PRICES_OF.with(lang(), &[("list", &account.version)]));
    about.retain(|part| !part.is_empty());
    let part = |number: u64, class: &'static str, word| view! { <span class="part"><b class=class>{number}</b>" "<span>{say(word)}</span></span> };
    let tabs = [
        (None, words::EVERY, account.read),
        (Some(Verdict::Refused), words::REFUSED, account.refused),
        (Some(Verdict::Changed), words::CHANGED, account.changed),
        (Some(Verdict::Accepted), words::ACCEPTED, account.accepted),
    ];
    // What needs somebody comes first.
    let order: Arc<[usize]> = [Verdict::Refused, Verdict::Changed, Verdict::Accepted]
        .into_iter()
        .flat_map(|verdict| account.lines.iter().enumerate().filter(move |(_, line)| line.verdict == verdict).map(|(at, _)| at))
        .collect();
    let mut beside: HashMap<(String, u32), Vec<String>> = HashMap::new();
    let mut general = Vec::new();
    for warning in &account.warnings {
        match warning.row {
            Some(row) => beside.entry((warning.sheet.clone().unwrap_or_default(), row)).or_default().push(warning.message.clone()),
            None => general.push(warning.message.clone()),
        }
    }
    // A note on a row that orders nothing has no line to stand by.
    let rows: std::collections::HashSet<(&str, u32)> = account.lines.iter().map(|line| (line.sheet.as_str(), line.row)).collect();
    let alone = account.warnings.iter().filter(|warning| warning.row.is_some_and(|row| !rows.contains(&(warning.sheet.as_deref().unwrap_or_default(), row))));
    general.extend(alone.take(20).map(|warning| format!("{} {}: {}", say(words::ROW), warning.row.unwrap_or_default(), warning.message)));
    let beside = Arc::new(beside);
    let tables = account.tables.clone();
    let asking = !tables.is_empty();
    let refused = account.refused > 0;
    let copied = account.clone();
    let body = {
        let (account, catalogue) = (account.clone(), catalogue.clone());
        move || {
            let wanted = shown.get();
            let chosen: Vec<usize> = order.iter().copied().filter(|at| wanted.is_none_or(|verdict| account.lines[*at].verdict == verdict)).collect();
            let rest = chosen.len().saturating_sub(most.get());
            view! {
                <tbody>{chosen.iter().take(most.get()).map(|at| {
                    let line = account.lines[*at].clone();
                    let notes = beside.get(&(line.sheet.clone(), line.row)).cloned().unwrap_or_default();
                    view! { <Row at=*at line=line notes=notes catalogue=catalogue.clone() mended=mended/> }
                }).collect_view()}</tbody>
                {(rest > 0).then(|| view! { <tfoot><tr><td colspan="7"><button type="button" class="link" on:click=move |_| most.update(|most| *most += SHOWN)>{count(words::MORE, rest as u64)}</button></td></tr></tfoot> })}
            }
        }
    };
    let nothing = account.read == 0;
    let wanted_on = account.wanted_on.as_deref().map(|day| format::date(lang(), day)).unwrap_or_default();
    let facts: Vec<_> = [(shop::PO_NUMBER, account.po_number.clone()), (shop::WANTED_ON, wanted_on), (shop::COMMENT, account.comment.clone())]
        .into_iter()
        .filter(|(_, said)| !said.is_empty())
        .map(|(label, said)| view! { <dt>{say(label)}</dt><dd class="long">{said}</dd> })
        .collect();
    let add = take.clone();
    let has_draft = move || draft::store().draft.with(|draft| !draft.is_empty());
    view! {
        <div class="stack told">
        <p class="ink-2" role="status">{about.join(", ")}</p>
        <p class="equation" aria-label=say(words::WHAT_WAS_READ)>
            {part(account.read, "", words::READ)}<i>"="</i>{part(account.accepted, "good", words::ACCEPTED)}<i>"+"</i>
            {part(account.changed, "warn", words::CHANGED)}<i>"+"</i>{part(account.refused, "bad", words::REFUSED)}
        </p>
        {(!general.is_empty()).then(|| view! { <div class="note note-warn">{general.into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}</div> })}
        {tables.into_iter().map(|table| view! { <Columns table=table desk=desk/> }).collect_view()}
        {if nothing && asking {
            ().into_any()
        } else if nothing {
            view! { <p>{say(words::NOTHING_READ)}</p> }.into_any()
        } else {
            view! {
                <div class="seg" role="group" aria-label=say(words::SHOW)>
                    {tabs.into_iter().filter(|(verdict, _, number)| verdict.is_none() || *number > 0).map(|(verdict, word, number)| view! {
                        <button type="button" class="btn" aria-pressed=move || (shown.get() == verdict).to_string() on:click=move |_| { shown.set(verdict); most.set(SHOWN); }>{say(word)}" "{number}</button>
                    }).collect_view()}
                </div>
                <div class="panel panel-s"><table class="t t-stack from-file">
                    <caption class="vh">{say(words::WHAT_WAS_READ)}</caption>
                    <thead><tr>
                        <th scope="col" class="num">{say(words::ROW)}</th><th scope="col">{say(common::CODE)}</th><th scope="col">{say(common::PRODUCT)}</th>
                        <th scope="col" class="num">{say(words::IN_CELL)}</th><th scope="col" class="num">{say(common::QUANTITY)}</th>
                        <th scope="col">{say(words::OUTCOME)}</th><th scope="col">{say(words::WHY)}</th>
                    </tr></thead>
                    {body}
                </table></div>
            }.into_any()
        }}
        {(!facts.is_empty()).then(|| view! { <dl class="facts">{facts}</dl> })}
        {move || sum.get().1.filter(|_| lines.get() != 0).map(|totals| view! { <div class="sum-of-lines"><Sums totals=totals mode=mode/></div> })}
        <div class="row-x take-lines">
            <Show when=move || lines.get() != 0>
                {
                    let (add, replace) = (add.clone(), take.clone());
                    move || {
                        let (add, replace) = (add.clone(), replace.clone());
                        let number = lines.get() as u64;
                        if has_draft() {
                            view! {
                                <button type="button" class="btn btn-main" on:click=move |_| add(false)>{count(words::ADD_LINES, number)}</button>
                                <button type="button" class="btn" on:click=move |_| replace(true)>{count(words::REPLACE_BY, number)}</button>
                            }.into_any()
                        } else {
                            view! { <button type="button" class="btn btn-main" on:click=move |_| add(false)>{count(words::PUT_LINES, number)}</button> }.into_any()
                        }
                    }
                }
            </Show>
            {refused.then(|| view! { <button type="button" class="btn" on:click=move |_| copy(&copied)>{say(words::COPY_REFUSED)}</button> })}
            <button type="button" class="btn" on:click=move |_| desk.stage.set(Stage::Nothing)>{say(words::FORGET)}</button>
        </div>
        <Show when=move || has_draft() && lines.get() != 0><p class="s ink-2">{say(words::ADD_UP)}</p></Show>
        </div>
    }
}

/// A line as it was read, with fields where it was not taken.
#[component]
fn Row(at: usize, line: FormLine, notes: Vec<String>, catalogue: Arc<Catalogue>, mended: RwSignal<Mended>) -> impl IntoView {
    let row = line.row;
    let refused = line.verdict == Verdict::Refused;
    let now = {
        let (line, catalogue) = (line.clone(), catalogue.clone());
        Memo::new(move |_| mended.with(|mended| ordered(&line, mended.get(&at), &catalogue).map(|(product, quantity)| (product.name, quantity))))
    };
    // What is still wrong with a line that is being mended, and the nearest right quantities.
    let still = {
        let (line, catalogue) = (line.clone(), catalogue.clone());
        Memo::new(move |_| {
            let (code, typed) = mended.with(|mended| mended.get(&at).cloned())?;
            let Some(product) = catalogue.by_code(code.trim()) else {
                return Some((
                    line.message.clone().filter(|_| code == line.code).unwrap_or_else(|| say(common::REASON_NOT_IN_PRICE_LIST).to_string()),
                    Vec::new(),
                ));
            };
            let state = judge(&typed, &product, catalogue.info.currency, lang()).0;
            let (text, problem) = match state {
                LineState::Right(_) => return Some((String::new(), Vec::new())),
                state => why(&state, &product),
            };
            Some((text, problem.map(|problem| [problem.lower, problem.upper].into_iter().flatten().collect()).unwrap_or_default()))
        })
    };
    let start = StoredValue::new(as_read(&line));
    let write = move |code: Option<String>, typed: Option<String>| {
        mended.update(|mended| {
            let entry = mended.entry(at).or_insert_with(|| start.get_value());
            if let Some(code) = code {
                entry.0 = code;
            }
            if let Some(typed) = typed {
                entry.1 = typed;
            }
        });
    };
    let value = move || mended.with(|mended| mended.get(&at).cloned()).unwrap_or_else(|| start.get_value());
    let unknown = refused && catalogue.by_code(&line.code).is_none();
    let similar: Vec<(String, String)> = if unknown && !line.code.trim().is_empty() {
        let found = catalogue.index.find(&line.code, &Filter::default());
        found.rows().iter().take(3).map(|row| (catalogue.code(*row).to_string(), catalogue.list().name(*row as usize))).collect()
    } else {
        Vec::new()
    };
    let (name, message, offers) = (line.name.clone(), line.message.clone(), line.offers.clone());
    let take = move |quantity: Quantity| {
        view! {
            <button type="button" class="btn btn-row" on:click=move |_| write(None, Some(write_quantity(quantity, lang())))>
                {format!("{} {}", say(shop::TAKE), format::quantity(lang(), quantity))}
            </button>
            " "
        }
    };
    let state = move || match (line.verdict, now.with(Option::is_some)) {
        (Verdict::Refused, true) => (words::MENDED, "", "full"),
        (Verdict::Refused, false) => (words::REFUSED, "bad", "stop"),
        (Verdict::Changed, _) => (words::CHANGED, "warn", "half"),
        (Verdict::Accepted, _) => (words::ACCEPTED, "ink-2", "full"),
    };
    let quantity = line.quantity;
    view! {
        <tr>
            <td class="b num" data-l=say(words::ROW)>{row}</td>
            <td class="code b">{if refused {
                view! { <input class="in" maxlength="100" autocomplete="off" aria-label=words::CODE_OF_ROW.with(lang(), &[("row", &row)]) prop:value=move || value().0 on:input=move |event| write(Some(event_target_value(&event)), None)/> }.into_any()
            } else {
                line.code.clone().into_any()
            }}</td>
            <td class="a">{move || now.with(|now| now.as_ref().map(|(name, _)| name.clone())).unwrap_or_else(|| if name.is_empty() { say(words::NOT_IN_LIST).into() } else { name.clone() })}</td>
            <td class="num b" data-l=say(words::IN_CELL)>{line.raw.clone()}</td>
            <td class="num z">{if refused {
                view! { <input class="qty" inputmode="decimal" maxlength="30" autocomplete="off" aria-label=words::QUANTITY_OF_ROW.with(lang(), &[("row", &row)]) prop:value=move || value().1 on:input=move |event| write(None, Some(event_target_value(&event)))/> }.into_any()
            } else {
                view! { <b class="pen">{quantity.map(|quantity| format::quantity(lang(), quantity))}</b> }.into_any()
            }}</td>
            <td class="b"><span class=move || format!("state {}", state().1) data-s=move || state().2>{move || say(state().0)}</span></td>
            <td class="c">
                {move || match still.get() {
                    Some((text, offers)) => view! { {text}" "{offers.into_iter().map(take).collect_view()} }.into_any(),
                    None => view! { {message.clone()}" "{offers.iter().copied().map(take).collect_view()} }.into_any(),
                }}
                {(!similar.is_empty()).then(|| view! {
                    <span class="sub">{say(words::SIMILAR)}" "{similar.into_iter().map(|(code, name)| {
                        let chosen = code.clone();
                        view! { <button type="button" class="link" title=name on:click=move |_| write(Some(chosen.clone()), None)>{code}</button>" " }
                    }).collect_view()}</span>
                })}
                {notes.into_iter().map(|text| view! { <span class="sub warn">{text}</span> }).collect_view()}
            </td>
        </tr>
    }
}

/// What was not accepted, to be pasted elsewhere.
fn copy(account: &FormAccount) {
    let clean = |text: &str| kontor_shared::inert::safe_cell(&text.replace(['\t', '\n', '\r'], " ")).into_owned();
    let text: String = account
        .lines
        .iter()
        .filter(|line| line.verdict == Verdict::Refused)
        .map(|line| format!("{}\t{}\t{}\t{}\n", line.row, clean(&line.code), clean(&line.raw), clean(line.message.as_deref().unwrap_or_default())))
        .collect();
    spawn_local(async move {
        let copied = match write_text(&text) {
            Ok(promise) => JsFuture::from(promise).await.is_ok(),
            Err(_) => false,
        };
        if copied {
            toast::tell(say(words::COPIED));
        } else {
            browser::download("kontor.tsv", "text/tab-separated-values", text.as_bytes());
            toast::tell(say(words::NOT_COPIED));
        }
    });
}

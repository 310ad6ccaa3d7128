//! Which columns of a customer's own table hold code and quantity, where nothing in it says so.

use kontor_shared::api::forms::{FormColumns, FormTable};
use kontor_shared::words::from_file as words;
use leptos::prelude::*;

use super::Desk;
use crate::lang::{lang, say};

/// `B` of column 1.
fn letter(column: u32) -> String {
    // What is shown ends with Z.
    char::from(b'A' + (column % 26) as u8).to_string()
}

#[component]
pub fn Columns(table: FormTable, desk: Desk) -> impl IntoView {
    let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0) as u32;
    let code = RwSignal::new(table.code);
    let quantity = RwSignal::new(table.quantity);
    let first = RwSignal::new(table.first);
    let title = if table.sheet.is_empty() { say(words::COLUMNS).to_string() } else { words::COLUMNS_OF.with(lang(), &[("sheet", &table.sheet)]) };
    let rows: Vec<u32> = table.rows.iter().map(|row| row.row).collect();
    let number = |event: &web_sys::Event| event_target_value(event).parse::<u32>().ok();
    let pick = move |label: &'static str, at: RwSignal<Option<u32>>| {
        view! {
            <label class="field"><span>{label}</span>
                <select class="in" on:change=move |event| at.set(number(&event))>
                    <option value="" prop:selected=move || at.get().is_none()>{say(words::CHOOSE)}</option>
                    {(0..width).map(|column| view! { <option value=column.to_string() prop:selected=move || at.get() == Some(column)>{letter(column)}</option> }).collect_view()}
                </select>
            </label>
        }
    };
    let ready = move || matches!((code.get(), quantity.get()), (Some(code), Some(quantity)) if code != quantity);
    let fingerprint = table.fingerprint.clone();
    let choose = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let (Some(code), Some(quantity)) = (code.get_untracked(), quantity.get_untracked()) {
            desk.choose(FormColumns { fingerprint: fingerprint.clone(), code, quantity, first: first.get_untracked() });
        }
    };
    view! {
        <section class="panel panel-s"><h2>{title}</h2><form class="body stack" on:submit=choose>
            <div class="scroll-x" tabindex="0"><table class="t">
                <thead><tr><th scope="col" class="num">{say(words::ROW)}</th>{(0..width).map(|column| view! { <th scope="col">{letter(column)}</th> }).collect_view()}</tr></thead>
                <tbody>{table.rows.into_iter().map(|row| view! {
                    <tr class:ink-3=move || row.row < first.get()>
                        <td class="num">{row.row}</td>
                        {(0..width).zip(row.cells.into_iter().chain(std::iter::repeat(String::new()))).map(|(column, text)| view! {
                            <td class:pen=move || [code.get(), quantity.get()].contains(&Some(column))>{text}</td>
                        }).collect_view()}
                    </tr>
                }).collect_view()}</tbody>
            </table></div>
            <div class="row-x choose-columns">
                {pick(say(words::COLUMN_CODE), code)}
                {pick(say(words::COLUMN_QUANTITY), quantity)}
                <label class="field"><span>{say(words::COLUMN_FIRST)}</span>
                    <select class="in" on:change=move |event| if let Some(row) = number(&event) { first.set(row) }>
                        {rows.into_iter().map(|row| view! { <option value=row.to_string() prop:selected=move || first.get() == row>{row}</option> }).collect_view()}
                    </select>
                </label>
                <button type="submit" class="btn btn-main" disabled=move || !ready()>{say(words::READ_AGAIN)}</button>
            </div>
        </form></section>
    }
}

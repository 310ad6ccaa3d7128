//! What an import did or would do: the equation, how the file was understood, and each refused row.

use kontor_shared::api::{ImportReport, Refusal};
use kontor_shared::words::{format, staff};
use leptos::prelude::*;

use crate::admin::csv;
use crate::lang::{count, lang, say};

#[component]
pub fn Report(report: ImportReport) -> impl IntoView {
    let number = |value: u64| format::integer(lang(), value as i64);
    let notes: Vec<_> = report.notes.iter().cloned().map(|note| view! { <li class="long">{note}</li> }).collect();
    view! {
        <div class="stack report">
            <p class="equation">
                <span class="part"><b>{number(report.read)}</b>" "<span>{say(staff::EQ_READ)}</span></span><i>"="</i>
                <span class="part"><b>{number(report.created)}</b>" "<span>{say(staff::EQ_CREATED)}</span></span><i>"+"</i>
                <span class="part"><b>{number(report.changed)}</b>" "<span>{say(staff::EQ_CHANGED)}</span></span><i>"+"</i>
                <span class="part"><b>{number(report.unchanged)}</b>" "<span>{say(staff::EQ_UNCHANGED)}</span></span><i>"+"</i>
                <span class="part"><b class:warn=report.refused != 0>{number(report.refused)}</b>" "<span>{say(staff::EQ_REFUSED)}</span></span>
            </p>
            {(report.groups_created > 0).then(|| view! { <p>{count(staff::GROUPS_CREATED, report.groups_created)}</p> })}
            {(!notes.is_empty()).then(|| view! {
                <section><h3>{say(staff::HOW_READ)}</h3><ul class="ink-2 notes">{notes}</ul></section>
            })}
            {(report.refused > 0).then(|| view! { <Refusals all=report.refused refusals=report.refusals/> })}
        </div>
    }
}

#[component]
fn Refusals(all: u64, refusals: Vec<Refusal>) -> impl IntoView {
    let number = |value: u64| format::integer(lang(), value as i64);
    let shown = refusals.len() as u64;
    let partial = (shown < all).then(|| staff::REFUSALS_FIRST.with(lang(), &[("shown", &number(shown)), ("all", &number(all))]));
    let list = refusals.clone();
    let save = move |_| {
        let head = [staff::FILE, staff::ROW, staff::VALUE, staff::REASON].map(|word| say(word).to_string());
        let rows = list.iter().map(|one| [one.file.clone(), one.row.to_string(), one.value.clone(), one.reason.clone()]);
        csv::save("refused.csv", std::iter::once(head).chain(rows));
    };
    let several = refusals.iter().any(|one| one.file != refusals[0].file);
    let rows: Vec<_> = refusals
        .into_iter()
        .map(|one| {
            view! {
                <tr>
                    {several.then(|| view! { <td class="b long">{one.file}</td> })}
                    <td class="num z">{number(one.row)}</td>
                    <td class="a long">{one.value}</td>
                    <td class="c">{one.reason}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="panel panel-s">
            <div class="head row-x">
                <h3>{say(staff::REFUSALS)}</h3>
                {partial.map(|text| view! { <span class="ink-2">{text}</span> })}
                <button type="button" class="btn btn-row push" on:click=save>{say(staff::SAVE_CSV)}</button>
            </div>
            <div class="long-list"><table class="t t-stack">
                <thead><tr>
                    {several.then(|| view! { <th scope="col">{say(staff::FILE)}</th> })}
                    <th scope="col" class="num">{say(staff::ROW)}</th>
                    <th scope="col">{say(staff::VALUE)}</th>
                    <th scope="col">{say(staff::REASON)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
}

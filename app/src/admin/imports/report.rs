//! What an import did or would do: the equation, how the file was understood, and each refused row.

use kontor_shared::api::{ImportReport, Refusal};
use kontor_shared::words::{format, imports, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::admin::listing::whole;
use crate::admin::{csv, expiry};
use crate::lang::{count, lang, say};
use crate::ui::page::words_for;
use crate::ui::toast;

#[component]
pub fn Report(report: ImportReport) -> impl IntoView {
    let number = |value: u64| format::integer(lang(), value as i64);
    let notes: Vec<_> = notes(&report).into_iter().map(|note| view! { <li class="long">{note}</li> }).collect();
    // A dry run leaves no record to ask for the rest.
    let rest = report.next.as_ref().and(report.id).map(|id| format!("/api/imports/{id}"));
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
            {(report.refused > 0).then(|| view! { <Refusals all=report.refused refusals=report.refusals rest=rest/> })}
        </div>
    }
}

/// The notes in the reader's language; those of runs from before there were codes as they were written.
fn notes(report: &ImportReport) -> Vec<String> {
    let told: Option<Vec<String>> = report.told.iter().map(|one| imports::say(lang(), &one.code, &one.args)).collect();
    told.filter(|told| !told.is_empty()).unwrap_or_else(|| report.notes.clone())
}

/// The reason in the reader's language; one the page does not know as the server says it.
fn reason(one: &Refusal) -> String {
    imports::say(lang(), &one.code, &one.args).unwrap_or_else(|| one.reason.clone())
}

fn save_csv(refusals: &[Refusal]) {
    let head = [staff::FILE, staff::ROW, staff::VALUE, staff::REASON].map(|word| say(word).to_string());
    let rows = refusals.iter().map(|one| [one.file.clone(), one.row.to_string(), one.value.clone(), reason(one)]);
    csv::save("refused.csv", std::iter::once(head).chain(rows));
}

/// Saves what the record at `path` holds, however many pages that takes.
fn save_all(path: String, busy: RwSignal<bool>) {
    spawn_local(async move {
        let outcome = whole::<ImportReport>(&path, usize::MAX).await;
        let _ = busy.try_set(false);
        match outcome {
            Ok(report) => save_csv(&report.refusals),
            Err(error) => {
                expiry::note(&error);
                toast::fail(words_for(&error));
            }
        }
    });
}

/// `rest`: where there are more than those given.
#[component]
fn Refusals(all: u64, refusals: Vec<Refusal>, rest: Option<String>) -> impl IntoView {
    let number = |value: u64| format::integer(lang(), value as i64);
    let shown = refusals.len() as u64;
    let partial = (shown < all).then(|| staff::REFUSALS_FIRST.with(lang(), &[("shown", &number(shown)), ("all", &number(all))]));
    let list = refusals.clone();
    let saving = RwSignal::new(false);
    let save = move |_| match &rest {
        None => save_csv(&list),
        Some(_) if saving.get_untracked() => {}
        Some(path) => {
            saving.set(true);
            save_all(path.clone(), saving);
        }
    };
    let several = refusals.iter().any(|one| one.file != refusals[0].file);
    let rows: Vec<_> = refusals
        .into_iter()
        .map(|one| {
            let reason = reason(&one);
            view! {
                <tr>
                    {several.then(|| view! { <td class="b long">{one.file}</td> })}
                    <td class="num z">{number(one.row)}</td>
                    <td class="a long">{one.value}</td>
                    <td class="c">{reason}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="panel panel-s">
            <div class="head row-x">
                <h3>{say(staff::REFUSALS)}</h3>
                {partial.map(|text| view! { <span class="ink-2">{text}</span> })}
                <button type="button" class="btn btn-row push" aria-busy=move || saving.get().then_some("true") on:click=save>
                    {move || if saving.get() { say(staff::CSV_WHOLE) } else { say(staff::SAVE_CSV) }}
                </button>
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

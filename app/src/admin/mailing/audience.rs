//! Who gets a mailing: segments and conditions, read as one sentence, counted while they are changed.

use kontor_shared::api::mailings::{AudienceChoices, AudienceCount, AudienceWarning, CountAudience};
use kontor_shared::mailings::{AudienceFault, Condition};
use kontor_shared::segments::Segment;
use kontor_shared::words::audience as sentences;
use kontor_shared::words::{format, mailings as words, segments as segment_words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use super::condition::{self, One, Row};
use crate::admin::{expiry, words_for};
use crate::lang::{count, lang, say};
use crate::{api, browser};

/// How long nothing is typed before the audience is counted.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(400);

#[component]
pub fn Who(desk: Desk, choices: AudienceChoices) -> impl IntoView {
    let first = desk.draft.with_untracked(|draft| draft.audience.conditions.clone());
    let next_id = StoredValue::new(first.len() as u32);
    let rows: RwSignal<Vec<Row>> =
        RwSignal::new(first.into_iter().enumerate().map(|(at, condition)| Row { id: at as u32, condition: RwSignal::new(condition) }).collect());
    // The rows are what is edited; the draft follows them.
    Effect::new(move || {
        let conditions: Vec<Condition> = rows.with(|rows| rows.iter().map(|row| row.condition.get()).collect());
        if desk.draft.with_untracked(|draft| draft.audience.conditions != conditions) {
            desk.draft.update(|draft| draft.audience.conditions = conditions);
        }
    });
    let add = move |_| {
        let id = next_id.get_value();
        next_id.set_value(id + 1);
        rows.update(|rows| rows.push(Row { id, condition: RwSignal::new(Condition::New { is: true }) }));
        browser::focus(&condition::kind_id(id));
    };
    // The next condition takes the place of the one that went, and the focus.
    let remove = move |id: u32| {
        let next = rows.with_untracked(|rows| {
            let at = rows.iter().position(|row| row.id == id)?;
            rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?)).map(|row| condition::kind_id(row.id))
        });
        rows.update(|rows| rows.retain(|one| one.id != id));
        browser::focus(&next.unwrap_or_else(|| "add-condition".into()));
    };
    let warnings: RwSignal<Vec<AudienceWarning>> = RwSignal::new(Vec::new());
    let choices = StoredValue::new(choices);
    let segments: Vec<_> = Segment::ALL
        .into_iter()
        .map(|one| {
            let set = move |event: web_sys::Event| {
                let on = event_target_checked(&event);
                desk.draft.update(|draft| {
                    draft.audience.segments.retain(|known| *known != one);
                    if on {
                        draft.audience.segments.push(one);
                        draft.audience.segments.sort();
                    }
                });
            };
            view! {
                <label class="pick"><input type="checkbox" prop:checked=move || desk.draft.with(|draft| draft.audience.segments.contains(&one)) on:change=set/>
                    {say(segment_words::segment_name(one))}</label>
            }
        })
        .collect();
    let fault = Memo::new(move |_| desk.draft.with(|draft| draft.audience.check().err()));
    view! {
        <Count desk=desk fault=fault warnings=warnings/>
        <fieldset class="after"><legend>{say(words::SEGMENTS_LABEL)}</legend><div class="picks">{segments}</div></fieldset>
        <h2 class="section">{say(words::CONDITIONS)}</h2>
        <div class="stack">
            <For each=move || rows.get() key=|row| row.id let:row>
                {
                    let place = move || rows.with(|rows| rows.iter().position(|one| one.id == row.id));
                    let wrong = Signal::derive(move || fault.get().filter(|(at, _)| Some(*at) == place()).map(|(_, fault)| say(words::fault(fault)).to_string()));
                    let doubtful = Signal::derive(move || {
                        let here = |one: &&AudienceWarning| Some(one.at as usize) == place();
                        warnings.with(|warnings| warnings.iter().filter(here).filter_map(said).collect::<Vec<_>>())
                    });
                    view! { <One row=row choices=choices wrong=wrong doubtful=doubtful remove=move |()| remove(row.id)/> }
                }
            </For>
            <button type="button" class="btn" id="add-condition" on:click=add>{say(words::ADD_CONDITION)}</button>
            {move || fault.get().filter(|(_, fault)| *fault == AudienceFault::TooMany).map(|(_, one)| view! { <p class="err" role="alert">{say(words::fault(one))}</p> })}
        </div>
    }
}

/// What a condition names that the firm does not have.
fn said(one: &AudienceWarning) -> Option<String> {
    Some(words::warning(&one.code)?.with(lang(), &[("value", &one.value)]))
}

/// The sentence, and who it means.
#[component]
fn Count(desk: Desk, fault: Memo<Option<(usize, AudienceFault)>>, warnings: RwSignal<Vec<AudienceWarning>>) -> impl IntoView {
    let asked = Memo::new(move |_| desk.draft.with(|draft| CountAudience { audience: draft.audience.clone(), topic: draft.topic, template: draft.template }));
    let counted: RwSignal<Option<AudienceCount>> = RwSignal::new(None);
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        let body = asked.get();
        turn.update_value(|turn| *turn += 1);
        if fault.get_untracked().is_some() {
            // Another sentence's count would be taken for this one's.
            counted.set(None);
            warnings.set(Vec::new());
            busy.set(false);
            return;
        }
        let now = turn.get_value();
        busy.set(true);
        set_timeout(
            move || {
                if turn.try_get_value() != Some(now) {
                    return;
                }
                spawn_local(async move {
                    let answer = api::post::<AudienceCount>("/api/mailings/audience", &body).await;
                    // A later change asks for itself.
                    if turn.try_get_value() != Some(now) {
                        return;
                    }
                    let _ = busy.try_set(false);
                    match answer {
                        Ok(count) => {
                            let _ = failure.try_set(None);
                            let _ = warnings.try_set(count.warnings.clone());
                            let _ = counted.try_set(Some(count));
                        }
                        Err(error) => {
                            expiry::note(&error);
                            let _ = failure.try_set(Some(words_for(&error)));
                        }
                    }
                });
            },
            PAUSE,
        );
    });
    let sentence = move || {
        let names = counted.with(|counted| counted.as_ref().map(|counted| counted.names.clone()).unwrap_or_default());
        asked.with(|asked| sentences::sentence(lang(), &asked.audience, &names))
    };
    view! {
        <section class="panel panel-s after" aria-busy=move || busy.get().then_some("true")>
            <div class="body stack">
                <p class="verdict">{sentence}</p>
                {move || failure.get().map(|text| view! { <p class="err" role="alert">{text}</p> })}
                {move || counted.get().map(|found| {
                    let skipped: u64 = found.skipped.iter().map(|one| one.count).sum();
                    view! {
                        <Equation going=found.recipients skipped=skipped/>
                        <p class="ink-2">{count(words::CUSTOMERS_COUNT, found.customers)}", "{words::COUNTED.with(lang(), &[("day", &format::date(lang(), &found.as_of))])}
                            {move || busy.get().then(|| view! { " · "{say(words::COUNTING)} })}</p>
                        <Skipped skipped=found.skipped/>
                    }
                })}
            </div>
        </section>
    }
}

/// Everybody is written to or skipped.
#[component]
pub fn Equation(going: u64, skipped: u64) -> impl IntoView {
    let part = |value: u64, label: &'static str| {
        let number = format::integer(lang(), value as i64);
        view! { <span class="part"><b>{number}</b>" "<span>{label}</span></span> }
    };
    let all = going + skipped;
    view! {
        <p class="equation" role="status">
            {part(all, words::IN_AUDIENCE.form(lang(), all))}<i>"="</i>{part(going, say(words::WOULD_GO))}<i>"+"</i>{part(skipped, words::WOULD_SKIP.form(lang(), skipped))}
        </p>
    }
}

/// Why some get nothing; most first.
#[component]
pub fn Skipped(skipped: Vec<kontor_shared::api::mailings::SkipCount>) -> impl IntoView {
    if skipped.is_empty() {
        return view! { <p class="ink-2">{say(words::NOBODY_SKIPPED)}</p> }.into_any();
    }
    let rows: Vec<_> = skipped
        .into_iter()
        .map(|one| view! { <dt>{say(sentences::skip_reason(one.reason))}</dt><dd>{format::integer(lang(), one.count as i64)}</dd> })
        .collect();
    view! { <h3>{say(words::SKIPPED_WHY)}</h3><dl class="sums narrow">{rows}</dl> }.into_any()
}

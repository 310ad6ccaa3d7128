//! The upper part of the import page: the form, the sending, the preview, the shops to choose from, the result.

use kontor_shared::api::ImportReport;
use kontor_shared::money::Currency;
use kontor_shared::words::{Word, format, staff};
use leptos::prelude::*;

use super::report::Report;
use super::upload::{self, LARGEST, Options, Stage};
use crate::api::{ApiError, Choice};
use crate::lang::{count, lang, say};
use crate::ui::file::FileInput;
use crate::ui::page::{take_lost_focus, words_for};

/// What can be imported here, by the word in the address.
const KINDS: [&str; 4] = ["products", "groups", "customers", "orders"];

/// A size in megabytes, as people say it.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1 << 20).max(1);
    format!(
        "{}\u{a0}{}",
        format::decimal(lang(), &format!("{}.{}", tenths / 10, tenths % 10)),
        if lang() == kontor_shared::words::Lang::En { "MB" } else { "МБ" }
    )
}

#[component]
pub fn Desk() -> impl IntoView {
    let desk = upload::desk();
    // The form keeps standing while numbers of the same stage change.
    let stage = Memo::new(move |_| desk.stage.get());
    let shape = Memo::new(move |_| std::mem::discriminant(&stage.get()));
    view! {
        // What is said aloud changes with the stage, not with every megabyte.
        <p class="vh" role="status">{move || { let _ = shape.get(); said(&stage.get_untracked()) }}</p>
        <section class="panel panel-s desk">
            {move || {
                // `track` alone would not make the memo look at the stage.
                let _ = shape.get();
                match stage.get_untracked() {
                    Stage::Choose => view! { <Form/> }.into_any(),
                    Stage::Stopped => view! { <div class="note note-warn"><p>{say(staff::STOPPED)}</p></div><Form/> }.into_any(),
                    Stage::Sending { .. } => view! { <Sending/> }.into_any(),
                    Stage::Working { dry_run } => view! { <Working dry_run=dry_run/> }.into_any(),
                    Stage::Refused(error) if error.code == "several_shops" => view! { <Shops error=error/> }.into_any(),
                    Stage::Refused(error) => view! { <Refused error=error/><Form/> }.into_any(),
                    Stage::Reported(report) => view! { <Reported report=report/> }.into_any(),
                }
            }}
        </section>
    }
}

/// The stage for whoever hears the page; a refusal is an alert of its own.
fn said(stage: &Stage) -> String {
    let file = upload::desk().file_name();
    let of_file = |word: Word| word.with(lang(), &[("file", &file)]);
    match stage {
        Stage::Choose | Stage::Refused(_) => String::new(),
        Stage::Stopped => say(staff::STOPPED).to_string(),
        Stage::Sending { .. } => of_file(staff::UPLOAD_BEGUN),
        Stage::Working { dry_run } => of_file(if *dry_run { staff::READING } else { staff::WRITING }),
        Stage::Reported(report) if report.dry_run => of_file(staff::PREVIEW_OF),
        Stage::Reported(_) => say(staff::IMPORT_DONE).to_string(),
    }
}

#[component]
fn Refused(error: ApiError) -> impl IntoView {
    let text = staff::import_problem(&error.code).map_or_else(|| words_for(&error), |word| say(word).to_string());
    view! {
        <div class="note note-bad" role="alert">
            <p><b>{text}</b>{error.detail.filter(|detail| !detail.is_empty()).map(|detail| view! { <span class="sub long">{detail}</span> })}</p>
        </div>
    }
}

#[component]
fn Form() -> impl IntoView {
    let desk = upload::desk();
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let currency_failure: RwSignal<Option<&'static str>> = RwSignal::new(None);
    let set = move |change: &dyn Fn(&mut Options)| desk.options.update(|options| change(options));
    let preview = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let problem = match desk.file.get_untracked() {
            None => Some(say(staff::CHOOSE_FILE).to_string()),
            Some(file) if file.size() == 0.0 => Some(say(staff::FILE_EMPTY).to_string()),
            Some(file) if file.size() as u64 > LARGEST => Some(staff::FILE_LARGE.with(lang(), &[("size", &megabytes(file.size() as u64))])),
            Some(_) => None,
        };
        let currency = desk.options.with_untracked(|options| options.currency.trim().to_uppercase());
        let wrong_currency = (!currency.is_empty() && currency.parse::<Currency>().is_err()).then(|| say(staff::CURRENCY_BAD));
        desk.options.update(|options| options.currency = currency);
        currency_failure.set(wrong_currency);
        failure.set(problem.clone());
        if problem.is_none() && wrong_currency.is_none() {
            desk.start(true);
        }
    };
    let kinds: Vec<_> = KINDS
        .map(|word| {
            view! {
                <label class="pick">
                    <input type="radio" name="kind" prop:checked=move || desk.options.with(|options| options.kind == word) on:change=move |_| set(&|options| options.kind = word.to_string())/>
                    {super::kind(word)}
                </label>
            }
        })
        .into_iter()
        .collect();
    let opened = desk.options.with_untracked(|options| !options.map.is_empty() || !options.currency.is_empty())
        || matches!(desk.stage.get_untracked(), Stage::Refused(ref error) if matches!(error.code.as_str(), "no_columns" | "bad_map" | "bad_option"));
    let hint = move || if desk.options.with(|options| options.kind == "orders") { say(staff::ORDERS_HINT) } else { say(staff::FILE_HINT) };
    view! {
        <form class="body import-form" on:submit=preview>
            <fieldset class="field"><legend>{say(staff::IMPORT_WHAT)}</legend><div class="picks">{kinds}</div></fieldset>
            <div class="field">
                <label for="import-file">{say(staff::FILE)}</label>
                <FileInput id="import-file" accept=".csv,.txt,.tsv,.xlsx,.gz,.zst" described="import-hint import-error"
                    wrong=Signal::derive(move || failure.with(Option::is_some)) before=untrack(|| desk.file_name())
                    take=move |files| { failure.set(None); desk.file.set(files.into_iter().next()); }/>
                <small class="ink-2" id="import-hint">{hint}</small>
                <span class="err" id="import-error" role="alert">{move || failure.get()}</span>
            </div>
            <details open=opened>
                <summary>{say(staff::ADVANCED)}</summary>
                <div class="stack advanced">
                    <label class="field" for="import-map"><span>{say(staff::MAP)}</span>
                        <textarea class="in" id="import-map" rows="3" maxlength="4000" aria-describedby="map-hint"
                            prop:value=move || desk.options.with(|options| options.map.clone())
                            on:input=move |event| { let text = event_target_value(&event); set(&|options| options.map = text.clone()); }></textarea>
                        <small class="ink-2" id="map-hint">{say(staff::MAP_HINT)}</small>
                    </label>
                    <label class="field" for="import-currency"><span>{say(staff::CURRENCY)}</span>
                        <input class="in in-short" id="import-currency" maxlength="3" autocomplete="off"
                            prop:value=move || desk.options.with(|options| options.currency.clone())
                            on:input=move |event| { let text = event_target_value(&event); set(&|options| options.currency = text.clone()); }/>
                        {move || currency_failure.get().map(|text| view! { <span class="err">{text}</span> })}
                    </label>
                </div>
            </details>
            <div class="row-x"><button type="submit" class="btn btn-main">{say(staff::PREVIEW)}</button><span class="ink-2">{say(staff::PREVIEW_SAFE)}</span></div>
        </form>
    }
}

#[component]
fn Sending() -> impl IntoView {
    let desk = upload::desk();
    let amounts = move || match desk.stage.get() {
        Stage::Sending { sent, total } => (sent, total.max(1)),
        _ => (0, 1),
    };
    let text = move || {
        let (sent, total) = amounts();
        staff::UPLOADING.with(lang(), &[("file", &desk.file_name()), ("sent", &megabytes(sent)), ("total", &megabytes(total))])
    };
    view! {
        <div class="body stack">
            <p class="long">{text}</p>
            <progress max="100" aria-label=say(staff::FILE) prop:value=move || { let (sent, total) = amounts(); (sent * 100 / total) as f64 }></progress>
            <div class="row-x"><button type="button" class="btn" on:click=move |_| desk.stop()>{say(staff::STOP)}</button></div>
        </div>
    }
}

#[component]
fn Working(dry_run: bool) -> impl IntoView {
    let desk = upload::desk();
    let word = if dry_run { staff::READING } else { staff::WRITING };
    view! {
        <div class="body stack">
            <p class="long">{word.with(lang(), &[("file", &desk.file_name())])}</p>
            <progress aria-label=say(staff::IMPORTS)></progress>
            // What is being written cannot be taken back from here; a preview can be dropped.
            {dry_run.then(|| view! { <div class="row-x"><button type="button" class="btn" on:click=move |_| desk.stop()>{say(staff::STOP)}</button></div> })}
        </div>
    }
}

#[component]
fn Reported(report: ImportReport) -> impl IntoView {
    let desk = upload::desk();
    let news = report.created + report.changed;
    let files = report.files.join(", ");
    let head = if report.dry_run { staff::PREVIEW_OF.with(lang(), &[("file", &files)]) } else { format!("{} {files}", say(staff::IMPORT_DONE)) };
    let dry_run = report.dry_run;
    let failed = report.state == "failed";
    let only = desk.options.with_untracked(|options| options.only.clone());
    let heading: NodeRef<leptos::html::H2> = NodeRef::new();
    take_lost_focus(heading);
    view! {
        <h2 class="long" tabindex="-1" node_ref=heading>{head}{(!only.is_empty()).then(|| view! { <span class="ink-2">" · "{only}</span> })}</h2>
        <div class="body stack">
            {failed.then(|| view! { <div class="note note-bad"><p>{say(staff::import_failure(&report.kind))}</p></div> })}
            {dry_run.then(|| view! { <p>{if news == 0 { say(staff::NOTHING_NEW) } else { say(staff::PREVIEW_SAFE) }}</p> })}
            <Report report=report/>
            <div class="row-x act">
                {(dry_run && news > 0).then(|| view! { <button type="button" class="btn btn-main" on:click=move |_| desk.start(false)>{count(staff::COUNT_ROWS, news)}</button> })}
                <button type="button" class="btn" on:click=move |_| desk.clear()>{say(staff::OTHER_FILE)}</button>
            </div>
        </div>
    }
}

/// The file holds several shops' prices: one of them, or each as a price type of its own.
#[component]
fn Shops(error: ApiError) -> impl IntoView {
    let desk = upload::desk();
    let Choice { column, values: names } = *error.choice.unwrap_or_default();
    let column = StoredValue::new(column);
    let shop = RwSignal::new(names.first().cloned().unwrap_or_default());
    let take = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        desk.options.update(|options| {
            options.only = format!("{}={}", column.get_value(), shop.get_untracked());
            options.price_type_from.clear();
        });
        desk.start(true);
    };
    let every = move |_| {
        desk.options.update(|options| {
            options.only.clear();
            options.price_type_from = column.get_value();
        });
        desk.start(true);
    };
    let choices: Vec<_> = names
        .into_iter()
        .map(|name| {
            let (value, own) = (name.clone(), name.clone());
            view! {
                <label class="pick">
                    <input type="radio" name="shop" prop:checked=move || shop.with(|chosen| *chosen == own) on:change=move |_| shop.set(value.clone())/>
                    <span class="long">{name}</span>
                </label>
            }
        })
        .collect();
    let heading: NodeRef<leptos::html::H2> = NodeRef::new();
    take_lost_focus(heading);
    view! {
        <h2 tabindex="-1" node_ref=heading>{say(staff::SHOPS_TITLE)}</h2>
        <form class="body stack" on:submit=take>
            <p>{say(staff::SHOPS_HINT)}</p>
            <fieldset class="field"><legend>{say(staff::SHOP)}</legend><div class="long-list">{choices}</div></fieldset>
            <div class="row-x">
                <button type="submit" class="btn btn-main">{say(staff::TAKE_SHOP)}</button>
                <button type="button" class="btn" on:click=every>{say(staff::SHOPS_ALL)}</button>
                <button type="button" class="btn" on:click=move |_| desk.clear()>{say(staff::OTHER_FILE)}</button>
            </div>
        </form>
    }
}

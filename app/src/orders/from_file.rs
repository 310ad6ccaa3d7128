//! An order out of a file or of lines that are pasted or typed: read here, without the server, told line by line, and only
//! then put into the draft.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::api::forms::{FormAccount, FormColumns, FormColumnsList};
use kontor_shared::catalog::search::Filter;
use kontor_shared::words::{common, from_file as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::catalogue::{Catalogue, Fetch, kept, reader, shop};
use crate::handed::{self, DropHere, PAGE};
use crate::house::session;
use crate::lang::say;
use crate::price_list::NoList;
use crate::ui::file::{FileInput, Picked};
use crate::ui::page::{Loading, PageHead};
use crate::ui::toast;
use crate::{api, browser, workers};

mod account;
mod columns;
mod reading;

use account::Account;
use reading::{Outcome, Run, Source};

/// What takes longer than this says that it goes on.
const AT_ONCE: Duration = Duration::from_millis(500);
/// Nobody waits longer for what the firm remembers.
const REMEMBERING: Duration = Duration::from_secs(3);

/// Where the reading stands.
#[derive(Clone)]
enum Stage {
    Nothing,
    Reading,
    Told(Arc<FormAccount>),
    Failed(&'static str),
}

/// The page's state, which outlives what it shows.
#[derive(Clone, Copy)]
struct Desk {
    stage: RwSignal<Stage>,
    slow: RwSignal<bool>,
    /// What the file is called.
    name: RwSignal<String>,
    columns: StoredValue<Vec<FormColumns>>,
    source: StoredValue<Option<Source>, LocalStorage>,
    run: StoredValue<Option<Rc<Run>>, LocalStorage>,
}

impl Desk {
    fn read(self, source: Source) {
        self.stop();
        self.source.set_value(Some(source.clone()));
        self.name.set(match &source {
            Source::File(name, _) => name.clone(),
            Source::Text(_) => String::new(),
        });
        self.stage.set(Stage::Reading);
        self.slow.set(false);
        set_timeout(
            move || {
                let _ = self.slow.try_set(true);
            },
            AT_ONCE,
        );
        let run = reading::read(source, self.columns.get_value(), move |outcome| {
            let stage = match outcome {
                Outcome::Account(account) => Stage::Told(Arc::new(*account)),
                Outcome::Refused(code) => Stage::Failed(say(words::refused(&code))),
                Outcome::Died => Stage::Failed(say(words::READER_DIED)),
                Outcome::TooSlow => Stage::Failed(say(words::TOO_SLOW)),
                Outcome::Stopped => Stage::Failed(say(words::STOPPED)),
            };
            let _ = self.stage.try_set(stage);
            // The button that was pressed is gone.
            browser::focus_heading_if_lost();
        });
        if run.is_none() {
            self.stage.set(Stage::Failed(say(words::READER_DIED)));
        }
        self.run.set_value(run);
    }

    fn stop(self) {
        if let Some(run) = self.run.try_get_value().flatten() {
            run.stop();
        }
    }

    fn take(self, file: Picked) {
        spawn_local(async move {
            if let Some(bytes) = handed::bytes(&file).await {
                self.read(Source::File(file.name(), bytes));
            }
        });
    }

    /// Reads once more by columns that were said, and has the firm remember them.
    fn choose(self, chosen: FormColumns) {
        self.columns.update_value(|columns| {
            columns.retain(|known| known.fingerprint != chosen.fingerprint);
            columns.insert(0, chosen.clone());
        });
        if let Some(source) = self.source.get_value() {
            self.read(source);
        }
        if is_buyer() {
            spawn_local(async move {
                match api::put::<FormColumnsList>("/api/form-columns", &chosen).await {
                    Ok(_) => toast::tell(say(words::REMEMBERED)),
                    Err(_) => toast::fail(say(words::NOT_REMEMBERED)),
                }
            });
        }
    }

    /// What the firm remembers, then what another page handed on.
    async fn begin(self) {
        let handed = kept::handed_file(&reader()).await;
        if is_buyer()
            && let Some(Ok(known)) = browser::within(REMEMBERING, api::get::<FormColumnsList>("/api/form-columns")).await
        {
            let _ = self.columns.try_set_value(known.columns);
        }
        if let (Some((name, bytes)), Some(Stage::Nothing)) = (handed, self.stage.try_get_untracked()) {
            self.read(Source::File(name, bytes));
        }
    }
}

fn is_buyer() -> bool {
    untrack(session).is_some_and(|session| session.customer.is_some())
}

/// `/order-from-file`
#[component]
pub fn FromFilePage() -> impl IntoView {
    let list = shop().list;
    move || match list.get() {
        Fetch::Asking => view! { <Loading/> }.into_any(),
        Fetch::Failed(error) => view! { <NoList error=error title=words::TITLE next=PAGE/> }.into_any(),
        Fetch::Here(catalogue) => view! { <TheDesk catalogue=catalogue/> }.into_any(),
    }
}

#[component]
fn TheDesk(catalogue: Arc<Catalogue>) -> impl IntoView {
    workers::fetch_soon();
    let desk = Desk {
        stage: RwSignal::new(Stage::Nothing),
        slow: RwSignal::new(false),
        name: RwSignal::new(String::new()),
        columns: StoredValue::new(Vec::new()),
        source: StoredValue::new_local(None),
        run: StoredValue::new_local(None),
    };
    spawn_local(desk.begin());
    on_cleanup(move || desk.stop());
    let told = catalogue.clone();
    view! {
        <DropHere taken=Callback::new(move |file| desk.take(file))/>
        <PageHead title=say(words::TITLE)/>
        {move || match desk.stage.get() {
            Stage::Told(account) => view! { <Account account=account name=desk.name.get_untracked() catalogue=told.clone() desk=desk/> }.into_any(),
            stage => {
                let failed = match &stage {
                    Stage::Failed(text) => Some(*text),
                    _ => None,
                };
                let reading = matches!(stage, Stage::Reading);
                view! {
                    {failed.map(|text| view! { <div class="note note-bad" role="alert"><p>{text}</p></div> })}
                    {reading.then(|| view! {
                        <div class="row-x" role="status">
                            <Show when=move || desk.slow.get()>
                                <progress aria-label=say(words::READING)></progress><span>{say(words::READING)}</span>
                                <button type="button" class="btn" on:click=move |_| desk.stop()>{say(words::STOP)}</button>
                            </Show>
                        </div>
                    })}
                    {(!reading).then(|| view! { <Ask catalogue=catalogue.clone() desk=desk/> })}
                }
                .into_any()
            }
        }}
    }
}

/// A file, or lines.
#[component]
fn Ask(catalogue: Arc<Catalogue>, desk: Desk) -> impl IntoView {
    let before = desk.source.with_value(|source| match source {
        Some(Source::Text(text)) => text.clone(),
        _ => String::new(),
    });
    let text = RwSignal::new(before);
    let (code, quantity) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let hits = Memo::new(move |_| {
        let typed = code.get();
        if typed.trim().len() < 2 {
            return Vec::new();
        }
        let found = catalogue.index.find(&typed, &Filter::default());
        found.rows().iter().take(12).map(|row| (catalogue.code(*row).to_string(), catalogue.list().name(*row as usize))).collect::<Vec<_>>()
    });
    let add = move || {
        let (typed, amount) = (code.get_untracked(), quantity.get_untracked());
        if typed.trim().is_empty() || amount.trim().is_empty() {
            return;
        }
        text.update(|text| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&format!("{}\t{}\n", typed.trim(), amount.trim()));
        });
        code.set(String::new());
        quantity.set(String::new());
        browser::focus("line-code");
    };
    view! {
        <div class="ask-order">
            <section class="panel panel-s"><h2>{say(words::A_FILE)}</h2><div class="body stack">
                <div class="field">
                    <label class="vh" for="order-file">{say(words::A_FILE)}</label>
                    <FileInput id="order-file" accept=".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt,.htm,.html,.xml" described="order-file-hint"
                        take=move |files| files.into_iter().for_each(|file| desk.take(file))/>
                </div>
                <p class="s ink-2" id="order-file-hint">{say(words::FILE_HINT)}</p>
            </div></section>
            <section class="panel panel-s"><h2>{say(words::LINES)}</h2><form class="body stack" on:submit=move |event| {
                event.prevent_default();
                desk.read(Source::Text(text.get_untracked()));
            }>
                <div class="row-x add-line" on:keydown=move |event| if event.key() == "Enter" { event.prevent_default(); add(); }>
                    <label class="field"><span>{say(common::CODE)}</span>
                        <input class="in" id="line-code" list="line-codes" autocomplete="off" maxlength="100" prop:value=move || code.get() on:input=move |event| code.set(event_target_value(&event))/>
                    </label>
                    <datalist id="line-codes">{move || hits.get().into_iter().map(|(code, name)| view! { <option value=code>{name}</option> }).collect_view()}</datalist>
                    <label class="field"><span>{say(common::QUANTITY)}</span>
                        <input class="in" id="line-quantity" inputmode="decimal" autocomplete="off" maxlength="30" prop:value=move || quantity.get() on:input=move |event| quantity.set(event_target_value(&event))/>
                    </label>
                    <button type="button" class="btn" on:click=move |_| add()>{say(words::ADD_LINE)}</button>
                </div>
                <label class="field"><span>{say(words::LINES)}</span>
                    <textarea class="in" id="order-lines" rows="8" maxlength="1000000" spellcheck="false" aria-describedby="order-lines-hint"
                        prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))></textarea>
                </label>
                <p class="s ink-2" id="order-lines-hint">{say(words::LINES_HINT)}</p>
                <div class="row-x"><button type="submit" class="btn btn-main" disabled=move || text.with(|text| text.trim().is_empty())>{say(words::READ_LINES)}</button></div>
            </form></section>
        </div>
    }
}

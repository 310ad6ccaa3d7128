//! One template: its text in each language beside how a reader sees it, what is wrong with it, and its versions.

use kontor_shared::api::mailings::{CheckTemplate, SaveTemplate, Template, TemplateChecked, TemplateProblem, TemplateText};
use kontor_shared::mailings::Topic;
use kontor_shared::mailings::placeholders::{self, Kind};
use kontor_shared::segments::Segment;
use kontor_shared::words::{Lang, audience, mailings as words, segments as segment_words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::listing::{Listing, Shown};
use super::mailing::changes::{self, Change};
use super::mailing::letter::{Letter, LetterView};
use super::{expiry, words_for};
use crate::api::{self, encoded};
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::Heading;
use crate::ui::toast;

/// How long nothing is typed before the texts are checked.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

#[component]
pub fn TemplatePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let query = use_query_map();
    let new = query.with_untracked(|query| query.get("new").is_some());
    let version = Memo::new(move |_| query.with(|query| query.get("version").unwrap_or_default()));
    move || {
        let id = id.get();
        if new {
            return view! { <Whole id=id template=None/> }.into_any();
        }
        let path = StoredValue::new(id.clone());
        let listing: Listing<Template> = Listing::new(Signal::derive(move || {
            let path = format!("/api/templates/{}", encoded(&path.get_value()));
            crate::api::with_query(&path, &[("version", &version.get())])
        }));
        let id = StoredValue::new(id);
        view! { <Shown of=listing show=move |template: Template| view! { <Whole id=id.get_value() template=Some(template)/> }.into_any()/> }.into_any()
    }
}

fn text_in(texts: &[TemplateText], lang: Lang) -> TemplateText {
    let empty = || TemplateText { lang, subject: String::new(), html: String::new(), text: String::new() };
    texts.iter().find(|text| text.lang == lang).cloned().unwrap_or_else(empty)
}

fn written(text: &TemplateText) -> bool {
    !(text.subject.trim().is_empty() && text.html.trim().is_empty() && text.text.trim().is_empty())
}

/// The texts as they stand on the page.
#[derive(Clone, Copy)]
struct Editor {
    id: StoredValue<String>,
    stored: RwSignal<Option<Template>>,
    name: RwSignal<String>,
    segment: RwSignal<Option<Segment>>,
    topic: RwSignal<Topic>,
    note: RwSignal<String>,
    texts: RwSignal<Vec<TemplateText>>,
    lang: RwSignal<Lang>,
    checked: RwSignal<Option<TemplateChecked>>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
}

impl Editor {
    fn new(id: String, template: Option<Template>) -> Self {
        let texts = template.as_ref().map(|template| template.texts.clone()).unwrap_or_default();
        Self {
            id: StoredValue::new(id),
            name: RwSignal::new(template.as_ref().map(|template| template.name.clone()).unwrap_or_default()),
            segment: RwSignal::new(template.as_ref().and_then(|template| template.segment)),
            topic: RwSignal::new(template.as_ref().map_or(Topic::Offers, |template| template.topic)),
            note: RwSignal::new(String::new()),
            texts: RwSignal::new(Lang::ALL.map(|lang| text_in(&texts, lang)).to_vec()),
            lang: RwSignal::new(lang()),
            checked: RwSignal::new(None),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            stored: RwSignal::new(template),
        }
    }

    fn written(self) -> Vec<TemplateText> {
        self.texts.with(|texts| texts.iter().filter(|text| written(text)).cloned().collect())
    }

    fn get(self, read: fn(&TemplateText) -> &String) -> String {
        let lang = self.lang.get();
        self.texts.with(|texts| texts.iter().find(|text| text.lang == lang).map(|text| read(text).clone()).unwrap_or_default())
    }

    fn set(self, write: impl FnOnce(&mut TemplateText)) {
        let lang = self.lang.get_untracked();
        self.texts.update(|texts| {
            if let Some(text) = texts.iter_mut().find(|text| text.lang == lang) {
                write(text);
            }
        });
    }

    fn next_version(self) -> u32 {
        self.stored.with(|stored| stored.as_ref().map_or(1, |stored| stored.newest + 1))
    }

    /// Asks the server what is wrong, once nothing is typed for a moment.
    fn check_along(self) {
        let turn = StoredValue::new(0_u32);
        Effect::new(move || {
            let body = CheckTemplate { texts: self.written(), lang: self.lang.get(), customer: None };
            turn.update_value(|turn| *turn += 1);
            let now = turn.get_value();
            set_timeout(
                move || {
                    if turn.try_get_value() != Some(now) {
                        return;
                    }
                    spawn_local(async move {
                        let answer = api::post::<TemplateChecked>("/api/templates/check", &body).await;
                        if turn.try_get_value() != Some(now) {
                            return;
                        }
                        match answer {
                            Ok(checked) => {
                                let _ = self.checked.try_set(Some(checked));
                            }
                            Err(error) => expiry::note(&error),
                        }
                    });
                },
                PAUSE,
            );
        });
    }

    fn save(self, then: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        let body = SaveTemplate {
            name: self.name.get_untracked(),
            segment: self.segment.get_untracked(),
            topic: self.topic.get_untracked(),
            note: self.note.get_untracked(),
            based_on: self.stored.with_untracked(|stored| stored.as_ref().map_or(0, |stored| stored.newest)),
            texts: untrack(|| self.written()),
        };
        let path = self.id.with_value(|id| format!("/api/templates/{}", encoded(id)));
        spawn_local(async move {
            let answer = api::put::<Template>(&path, &body).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(template) => {
                    toast::tell(words::SAVED_VERSION.with(lang(), &[("n", &template.newest)]));
                    let _ = self.note.try_set(String::new());
                    let _ = self.stored.try_set(Some(template));
                    then();
                }
                Err(error) => {
                    expiry::note(&error);
                    let _ = self.failure.try_set(Some(words_for(&error)));
                }
            }
        });
    }
}

#[component]
fn Whole(id: String, template: Option<Template>) -> impl IntoView {
    let title = template.as_ref().map_or_else(|| say(words::NEW_TEMPLATE).to_string(), |template| template.name.clone());
    let old = template.as_ref().filter(|template| template.version != template.newest).map(|template| template.version);
    let editor = Editor::new(id, template);
    editor.check_along();
    let navigate = use_navigate();
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (navigate, path) = (navigate.clone(), editor.id.with_value(|id| format!("/admin/templates/{id}")));
        // What was an old version is now the newest.
        editor.save(move || {
            if old.is_some() {
                navigate(&path, Default::default())
            }
        });
    };
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/templates">{say(words::TEMPLATES)}</a></p>
            <Heading title=title/>
            {move || editor.stored.with(|stored| stored.as_ref().is_some_and(|stored| stored.archived)).then(|| view! { <span class="mark">{say(words::ARCHIVED)}</span> })}
        </div>
        {old.map(|version| view! { <div class="note"><p>{words::OLD_VERSION.with(lang(), &[("n", &version)])}</p></div> })}
        <div class="write">
            <form class="stack" on:submit=save>
                <About editor=editor/>
                <Texts editor=editor/>
                <label class="field" for="template-note"><span>{say(words::NOTE)}</span>
                    <input class="in" id="template-note" maxlength="500" autocomplete="off" prop:value=move || editor.note.get() on:input=move |event| editor.note.set(event_target_value(&event))/>
                </label>
                <p class="err" role="alert">{move || editor.failure.get()}</p>
                <div class="row-x">
                    <button type="submit" class="btn btn-main" aria-busy=move || editor.busy.get().then_some("true")>
                        {move || words::SAVE_VERSION.with(lang(), &[("n", &editor.next_version())])}
                    </button>
                    <Archive editor=editor/>
                </div>
            </form>
            <div class="stack">
                <Problems editor=editor/>
                <Preview editor=editor/>
                <Help/>
                <Versions editor=editor/>
            </div>
        </div>
    }
}

#[component]
fn About(editor: Editor) -> impl IntoView {
    let topics: Vec<_> = Topic::ALL
        .iter()
        .map(|&one| view! { <option value=one.word() prop:selected=move || editor.topic.get() == one>{say(audience::topic(one))}</option> })
        .collect();
    let segments: Vec<_> = Segment::ALL
        .into_iter()
        .map(|one| view! { <option value=one.word() prop:selected=move || editor.segment.get() == Some(one)>{say(segment_words::segment_name(one))}</option> })
        .collect();
    view! {
        <label class="field" for="template-name"><span>{say(words::NAME)}</span>
            <input class="in" id="template-name" maxlength="200" required=true autocomplete="off" prop:value=move || editor.name.get() on:input=move |event| editor.name.set(event_target_value(&event))/>
        </label>
        <div class="row-x">
            <label class="field"><span>{say(words::SEGMENT)}</span>
                <select class="in" on:change=move |event| editor.segment.set(Segment::parse(&event_target_value(&event)))>
                    <option value="" prop:selected=move || editor.segment.get().is_none()>{say(words::ANY_SEGMENT)}</option>
                    {segments}
                </select>
            </label>
            <label class="field"><span>{say(words::TOPIC)}</span>
                <select class="in" on:change=move |event| if let Some(topic) = Topic::parse(&event_target_value(&event)) { editor.topic.set(topic) }>{topics}</select>
            </label>
        </div>
    }
}

/// The texts of one language; a tab each.
#[component]
fn Texts(editor: Editor) -> impl IntoView {
    let tabs: Vec<_> = Lang::ALL
        .into_iter()
        .map(|one| {
            let faulty = move || {
                editor
                    .checked
                    .with(|checked| checked.as_ref().is_some_and(|checked| checked.problems.iter().any(|problem| problem.lang == one && !problem.advice)))
            };
            view! {
                <button type="button" aria-pressed=move || if editor.lang.get() == one { "true" } else { "false" } on:click=move |_| editor.lang.set(one)>
                    {one.own_name()}{move || faulty().then_some(" *")}
                </button>
            }
        })
        .collect();
    let wrong = move |part: &'static str| {
        let lang = editor.lang.get();
        editor.checked.with(|checked| {
            let stops = |one: &&TemplateProblem| one.lang == lang && one.part == part && !one.advice;
            checked.as_ref().is_some_and(|checked| checked.problems.iter().any(|one| stops(&one))).then_some("true")
        })
    };
    view! {
        <div class="seg" role="group" aria-label=say(words::LANGUAGE_TAB)>{tabs}</div>
        <label class="field" for="template-subject"><span>{say(words::SUBJECT)}</span>
            <input class="in" id="template-subject" maxlength="400" autocomplete="off" aria-describedby="template-subject-hint" aria-invalid=move || wrong("subject")
                lang=move || editor.lang.get().tag() prop:value=move || editor.get(|text| &text.subject) on:input=move |event| editor.set(|text| text.subject = event_target_value(&event))/>
            <small class="ink-2" id="template-subject-hint">{say(words::SUBJECT_HINT)}</small>
        </label>
        <label class="field" for="template-html"><span>{say(words::LETTER_HTML)}</span>
            <textarea class="in tpl" id="template-html" rows="16" spellcheck="false" maxlength="100000" aria-invalid=move || wrong("html")
                lang=move || editor.lang.get().tag() prop:value=move || editor.get(|text| &text.html) on:input=move |event| editor.set(|text| text.html = event_target_value(&event))></textarea>
        </label>
        <label class="field" for="template-text"><span>{say(words::LETTER_TEXT)}</span>
            <textarea class="in tpl" id="template-text" rows="12" maxlength="100000" aria-describedby="template-text-hint" aria-invalid=move || wrong("text")
                lang=move || editor.lang.get().tag() prop:value=move || editor.get(|text| &text.text) on:input=move |event| editor.set(|text| text.text = event_target_value(&event))></textarea>
            <small class="ink-2" id="template-text-hint">{say(words::TEXT_HINT)}</small>
        </label>
    }
}

/// What is wrong, of every language: what stops first.
#[component]
fn Problems(editor: Editor) -> impl IntoView {
    let list = move || {
        editor.checked.get().map(|checked| {
            let mut problems = checked.problems;
            problems.sort_by_key(|one| one.advice);
            if problems.is_empty() {
                return view! { <p class="good">{say(words::NO_PROBLEMS)}</p> }.into_any();
            }
            let rows: Vec<_> = problems.into_iter().map(problem).collect();
            view! { <ul class="stack">{rows}</ul> }.into_any()
        })
    };
    view! { <section class="panel panel-s"><h2>{say(words::PROBLEMS)}</h2><div class="body" role="status">{list}</div></section> }
}

/// One problem: what it is in the reader's words, where, and what stands there. The engine's own words are English and
/// stand behind a fold, for whoever looks them up.
pub fn problem(one: TemplateProblem) -> impl IntoView {
    let part = match one.part.as_str() {
        "subject" => Some(words::SUBJECT),
        "html" => Some(words::LETTER_HTML),
        "text" => Some(words::LETTER_TEXT),
        _ => None,
    };
    let part = part.map(|part| format!(", {}", say(part))).unwrap_or_default();
    let line = one.line.map(|line| format!(", {}", words::LINE_N.with(lang(), &[("n", &line)]))).unwrap_or_default();
    let said = words::template_problem(&one.code).map_or(one.code.clone(), |word| say(word).to_string());
    let tone = if one.advice { "warn" } else { "bad" };
    view! {
        <li><span class=tone>{said}</span>{(!one.value.is_empty()).then(|| view! { ": "<span class="long">{one.value}</span> })}
            <span class="sub">{one.lang.own_name()}{part}{line}</span>
            {(!one.detail.is_empty()).then(|| view! { <details class="s"><summary>{say(words::ENGINE_SAYS)}</summary><span class="long" lang="en">{one.detail}</span></details> })}</li>
    }
}

#[component]
fn Preview(editor: Editor) -> impl IntoView {
    view! {
        <h2 class="h3">{say(words::PREVIEW_SAMPLE)}</h2>
        {move || editor.checked.get().and_then(|checked| checked.preview).map(|message| view! {
            <LetterView letter=Letter { from: message.from, to: String::new(), subject: message.subject, text: message.text, html: Some(message.html), attachments: message.attachments }/>
        })}
    }
}

/// Every name there is.
#[component]
fn Help() -> impl IntoView {
    let hint =
        words::PLACEHOLDERS_HINT.with(lang(), &[("example", &"{{ contact.name | default(\"…\") }}"), ("if_example", &"{% if usual %}…{{ usual }}{% endif %}")]);
    let rows: Vec<_> = placeholders::ALL
        .iter()
        .map(|one| {
            let kind = match one.kind {
                Kind::Always => words::PH_ALWAYS,
                Kind::Sometimes => words::PH_SOMETIMES,
                Kind::Goods => words::PH_GOODS,
                Kind::Link => words::PH_LINK,
            };
            view! { <dt><code>{format!("{{{{ {} }}}}", one.name)}</code></dt><dd class="ink-2">{say(kind)}</dd> }
        })
        .collect();
    view! { <details><summary>{say(words::PLACEHOLDERS)}</summary><div class="stack"><p class="ink-2">{hint}</p><dl class="facts">{rows}</dl></div></details> }
}

#[component]
fn Versions(editor: Editor) -> impl IntoView {
    move || {
        editor.stored.get().map(|stored| {
            let id = stored.id;
            let rows: Vec<_> = stored
                .versions
                .into_iter()
                .map(|one| {
                    let href = format!("/admin/templates/{id}?version={}", one.version);
                    let current = (one.version == stored.version).then_some("page");
                    view! {
                        <li><a href=href aria-current=current>{words::VERSION_N.with(lang(), &[("n", &one.version)])}</a>" "{one.note}
                            <span class="sub">{format!("{}, {}", times::instant(&one.created_at), one.created_by)}</span></li>
                    }
                })
                .collect();
            let compared = (stored.version > 1).then(|| view! { <Changes editor=editor version=stored.version/> });
            view! { <section class="panel panel-s"><h2>{say(words::VERSIONS)}</h2><div class="body stack">{compared}<ol class="stack">{rows}</ol></div></section> }
        })
    }
}

/// What the version shown says otherwise than the one before it, in the language that is looked at.
#[component]
fn Changes(editor: Editor, version: u32) -> impl IntoView {
    let before: RwSignal<Option<Template>> = RwSignal::new(None);
    let load = move |_| {
        if before.with_untracked(Option::is_some) {
            return;
        }
        let path = editor.id.with_value(|id| format!("/api/templates/{}?version={}", encoded(id), version - 1));
        spawn_local(async move {
            match api::get::<Template>(&path).await {
                Ok(template) => drop(before.try_set(Some(template))),
                Err(error) => {
                    expiry::tell(&error);
                }
            }
        });
    };
    let told = move || {
        let lang = editor.lang.get();
        let (old, new) = (before.get()?, editor.stored.get()?);
        let (old, new) = (text_in(&old.texts, lang), text_in(&new.texts, lang));
        let parts = [(words::SUBJECT, old.subject, new.subject), (words::LETTER_HTML, old.html, new.html), (words::LETTER_TEXT, old.text, new.text)];
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(word, old, new)| (word, changes::between(&old, &new)))
            .filter(|(_, changes)| !changes.is_empty())
            .map(|(word, changes)| {
                let lines: Vec<_> = changes
                    .into_iter()
                    .map(|change| match change {
                        Change::Gone(line) => view! { <li class="long">"− "<del>{line}</del></li> }.into_any(),
                        Change::New(line) => view! { <li class="long">"+ "<ins>{line}</ins></li> }.into_any(),
                    })
                    .collect();
                view! { <h3>{say(word)}</h3><ul class="changes s">{lines}</ul> }
            })
            .collect();
        Some(parts)
    };
    view! { <details on:toggle=load><summary>{format!("{} ({} → {version})", say(words::NOTE), version - 1)}</summary>{told}</details> }
}

fn set_archived(editor: Editor, archived: bool, undo: bool) {
    let action = if archived { "archive" } else { "restore" };
    let path = editor.id.with_value(|id| format!("/api/templates/{}/{action}", encoded(id)));
    spawn_local(async move {
        match api::post_empty::<Template>(&path).await {
            Ok(template) => {
                let _ = editor.stored.try_update(|stored| {
                    if let Some(stored) = stored {
                        stored.archived = template.archived;
                    }
                });
                let told = say(if archived { words::ARCHIVED_DONE } else { words::RESTORED_DONE });
                if undo {
                    toast::offer_undo(told, say(words::UNDO), move || set_archived(editor, !archived, false));
                } else {
                    toast::tell(told);
                }
            }
            Err(error) => {
                expiry::tell(&error);
            }
        }
    });
}

#[component]
fn Archive(editor: Editor) -> impl IntoView {
    move || {
        editor.stored.with(|stored| stored.as_ref().map(|stored| stored.archived)).map(|archived| {
            let label = if archived { words::RESTORE } else { words::ARCHIVE };
            view! { <button type="button" class="btn" on:click=move |_| set_archived(editor, !archived, true)>{say(label)}</button> }
        })
    }
}

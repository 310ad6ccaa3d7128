//! One mailing: what it says, who gets it, how it looks to each, and letting it go. A draft is written here; once frozen
//! the page tells what becomes of it.

use kontor_shared::api::mailings::{AudienceChoices, Mailing, SaveMailing};
use kontor_shared::mailings::{Audience, MailingState, Policy, Topic};
use kontor_shared::words::{Word, mailings as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::listing::{Listing, Shown};
use super::mailings::mark;
use super::{expiry, words_for};
use crate::api::{self, ApiError, encoded};
use crate::lang::say;
use crate::times;
use crate::ui::page::Heading;
use crate::ui::toast;

mod audience;
pub mod changes;
mod condition;
mod focus;
pub mod letter;
mod look;
mod recipients;
mod send;
mod waiting;
mod write;

/// The steps, by the word in the address.
const STEPS: [(&str, Word); 4] = [("", words::STEP_WRITE), ("who", words::STEP_AUDIENCE), ("look", words::STEP_PREVIEW), ("send", words::STEP_SEND)];

/// The draft as it stands on the page, saved or not.
#[derive(Clone, Copy)]
pub struct Desk {
    pub id: StoredValue<String>,
    pub draft: RwSignal<SaveMailing>,
    /// What the server has; `None` before the first save.
    pub saved: RwSignal<Option<Mailing>>,
    pub busy: RwSignal<bool>,
    pub failure: RwSignal<Option<String>>,
    /// The failure is the name's, and stands beside it.
    pub wrong_name: RwSignal<bool>,
}

fn content(mailing: &Mailing) -> SaveMailing {
    SaveMailing {
        name: mailing.name.clone(),
        topic: mailing.topic,
        audience: mailing.audience.clone(),
        template: mailing.template,
        attach_price_list: mailing.attach_price_list,
        uncertain_policy: mailing.uncertain_policy,
    }
}

impl Desk {
    fn new(id: String, saved: Option<Mailing>) -> Self {
        let draft = saved.as_ref().map_or_else(
            || SaveMailing {
                name: String::new(),
                topic: Topic::Offers,
                audience: Audience::default(),
                template: None,
                attach_price_list: true,
                uncertain_policy: Policy::Hold,
            },
            content,
        );
        Self {
            id: StoredValue::new(id),
            draft: RwSignal::new(draft),
            saved: RwSignal::new(saved),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            wrong_name: RwSignal::new(false),
        }
    }

    pub fn path(self, rest: &str) -> String {
        self.id.with_value(|id| format!("/api/mailings/{}{rest}", encoded(id)))
    }

    /// Something on the page is not on the server.
    pub fn changed(self) -> bool {
        self.saved.with(|saved| saved.as_ref().is_none_or(|saved| self.draft.with(|draft| content(saved) != *draft)))
    }

    pub fn is_draft(self) -> bool {
        self.saved.with(|saved| saved.as_ref().is_none_or(|saved| saved.state == MailingState::Draft && !saved.freezing))
    }

    /// Whether whoever is here may do this now; a button made by it stays the same while only the counts change.
    pub fn may(self, action: &'static str) -> Memo<bool> {
        Memo::new(move |_| self.saved.with(|saved| saved.as_ref().is_some_and(|saved| saved.actions.iter().any(|one| one == action))))
    }

    /// Takes in what the server says the mailing is now.
    pub fn take(self, mailing: Mailing) {
        if self.saved.try_with_untracked(|saved| saved.as_ref() != Some(&mailing)) == Some(true) {
            let _ = self.saved.try_set(Some(mailing));
        }
    }

    fn fail(self, error: &ApiError) {
        expiry::note(error);
        let _ = self.wrong_name.try_set(error.field.as_deref() == Some("/name"));
        let _ = self.failure.try_set(Some(words_for(error)));
    }

    /// Saves the draft, then does what comes after.
    pub fn save(self, then: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        self.wrong_name.set(false);
        let (path, body) = (self.path(""), self.draft.get_untracked());
        let revision = self.saved.with_untracked(|saved| saved.as_ref().map(|saved| saved.revision));
        spawn_local(async move {
            let answer = api::put_seen::<Mailing>(&path, revision, &body).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(mailing) => {
                    self.take(mailing);
                    toast::tell(say(words::SAVED_DRAFT));
                    then();
                    focus::rescue(&["mailing-next"]);
                }
                Err(error) => {
                    self.fail(&error);
                    if error.field.as_deref() == Some("/name") {
                        crate::browser::focus("mailing-name");
                    }
                }
            }
        });
    }
}

#[component]
pub fn MailingPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let query = use_query_map();
    // Read once: the first save makes it an ordinary mailing, without the page starting over.
    let new = query.with_untracked(|query| query.get("new").is_some());
    move || {
        let id = id.get();
        if new {
            return view! { <Whole id=id saved=None/> }.into_any();
        }
        let listing: Listing<Mailing> = Listing::new(Signal::stored(format!("/api/mailings/{}", encoded(&id))));
        let id = StoredValue::new(id);
        view! { <Shown of=listing show=move |mailing: Mailing| view! { <Whole id=id.get_value() saved=Some(mailing)/> }.into_any()/> }.into_any()
    }
}

#[component]
fn Whole(id: String, saved: Option<Mailing>) -> impl IntoView {
    let desk = Desk::new(id, saved);
    let choices: Listing<AudienceChoices> = Listing::new(Signal::stored("/api/mailings/choices".to_string()));
    let query = use_query_map();
    let step = Memo::new(move |_| query.with(|query| query.get("step").unwrap_or_default()));
    let title = desk.saved.with_untracked(|saved| saved.as_ref().map_or_else(|| say(words::NEW_MAILING).to_string(), |saved| saved.name.clone()));
    let drafting = Memo::new(move |_| desk.is_draft());
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/mailings">{say(words::MAILINGS)}</a></p>
            <Heading title=title/>
            {move || desk.saved.get().map(|saved| view! {
                <span class="state" data-s=mark(saved.state)>{say(words::state(saved.state))}</span>
            })}
            {move || (desk.changed() && drafting.get()).then(|| view! { <span class="warn s" role="status">{say(words::UNSAVED)}</span> })}
        </div>
        {move || desk.saved.with(|saved| saved.as_ref().filter(|saved| !saved.paused_reason.is_empty()).map(|saved| saved.paused_reason.clone())).map(|reason| view! {
            <div class="note note-warn"><p>{words::PAUSED_BY_PROGRAM.with(crate::lang::lang(), &[("reason", &reason)])}</p></div>
        })}
        {move || {
            if drafting.get() {
                view! { <Steps desk=desk step=step choices=choices/> }.into_any()
            } else {
                view! { <Released desk=desk step=step/> }.into_any()
            }
        }}
    }
}

/// A draft: four steps, in any order.
#[component]
fn Steps(desk: Desk, step: Memo<String>, choices: Listing<AudienceChoices>) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |to: &'static str| {
        let path = desk.id.with_value(|id| format!("/admin/mailings/{id}"));
        navigate(&if to.is_empty() { path } else { format!("{path}?step={to}") }, Default::default());
        // The button that led here goes with its step.
        focus::rescue(&["mailing-step"]);
    });
    let changed = Memo::new(move |_| desk.changed());
    let may_cancel = desk.may("cancel");
    let tabs = STEPS.map(|(word, label)| {
        let href = move || desk.id.with_value(|id| if word.is_empty() { format!("/admin/mailings/{id}") } else { format!("/admin/mailings/{id}?step={word}") });
        let current = move || step.get() == word;
        view! { <li><a href=href id=move || current().then_some("mailing-step") aria-current=move || current().then_some("step")>{say(label)}</a></li> }
    });
    view! {
        <ol class="steps">{tabs.into_iter().collect_view()}</ol>
        {move || match step.get().as_str() {
            "who" => view! { <Shown of=choices show=move |choices: AudienceChoices| view! { <audience::Who desk=desk choices=choices/> }.into_any()/> }.into_any(),
            "look" => view! { <Saved desk=desk><look::Look desk=desk/></Saved> }.into_any(),
            "send" => view! { <Saved desk=desk><send::Ready desk=desk/></Saved> }.into_any(),
            _ => view! { <Shown of=choices show=move |choices: AudienceChoices| view! { <write::What desk=desk choices=choices/> }.into_any()/> }.into_any(),
        }}
        {move || {
            let elsewhere = desk.wrong_name.get() && !step.get().is_empty();
            let here = !desk.wrong_name.get();
            view! {
                <p class="err" role="alert">{here.then(|| desk.failure.get())}
                    {elsewhere.then(|| view! { <a href=desk.id.with_value(|id| format!("/admin/mailings/{id}"))>{desk.failure.get()}</a> })}</p>
            }
        }}
        <div class="act">
            {move || changed.get().then(|| view! {
                <button type="button" class="btn" aria-busy=move || desk.busy.get().then_some("true") on:click=move |_| desk.save(|| ())>{say(words::SAVE_DRAFT)}</button>
            })}
            {move || {
                let at = STEPS.iter().position(|(word, _)| *word == step.get().as_str()).unwrap_or(0);
                STEPS.get(at + 1).map(|(word, label)| {
                    let (word, label) = (*word, *label);
                    let next = move |_| if untrack(|| desk.changed()) { desk.save(move || go.run(word)) } else { go.run(word) };
                    view! { <button type="button" class="btn btn-main" id="mailing-next" aria-busy=move || desk.busy.get().then_some("true") on:click=next>{say(label)}" →"</button> }
                })
            }}
            {move || may_cancel.get().then(|| view! { <span class="push"><send::Act desk=desk action="cancel"/></span> })}
        </div>
    }
}

/// What is shown of a draft once all of it is on the server.
#[component]
fn Saved(desk: Desk, children: ChildrenFn) -> impl IntoView {
    let changed = Memo::new(move |_| desk.changed());
    move || {
        if changed.get() {
            view! {
                <div class="note note-warn after"><p>{say(words::UNSAVED)}</p>
                    <button type="button" class="btn" on:click=move |_| desk.save(|| ())>{say(words::SAVE_DRAFT)}</button>
                </div>
            }
            .into_any()
        } else {
            children().into_any()
        }
    }
}

/// A mailing that is frozen or further on.
#[component]
fn Released(desk: Desk, step: Memo<String>) -> impl IntoView {
    let path = desk.id.get_value();
    let tab = move |word: &'static str, label: Word| {
        let href = if word.is_empty() { format!("/admin/mailings/{path}") } else { format!("/admin/mailings/{path}?step={word}") };
        // Whoever froze it stands at the last step of writing, which is the first of these.
        let current = move || step.with(|step| step == word || (word.is_empty() && !matches!(step.as_str(), "who" | "look")));
        view! { <a href=href aria-current=move || current().then_some("page")>{say(label)}</a> }
    };
    let tabs = [("", words::STEP_SEND), ("who", words::RECIPIENTS), ("look", words::STEP_PREVIEW)].map(|(word, label)| tab.clone()(word, label));
    view! {
        <nav class="tabs" aria-label=say(words::MAILINGS)>{tabs.into_iter().collect_view()}</nav>
        {move || match step.get().as_str() {
            "who" => view! { <recipients::Recipients desk=desk/> }.into_any(),
            "look" => view! { <look::Look desk=desk/> }.into_any(),
            _ => view! { <send::Progress desk=desk/> }.into_any(),
        }}
    }
}

/// `9 Dec 2011, 11:18, Ivan`.
pub fn when_who(at: &Option<String>, who: &str) -> String {
    let Some(at) = at else { return String::new() };
    format!("{}, {who}", times::instant(at))
}

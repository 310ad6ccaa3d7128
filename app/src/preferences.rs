//! The page behind a mail's links: unsubscribing, channels and topics, and why the mail came. No log-in: the link says
//! whose it is. Opening it changes nothing.

use kontor_shared::api::preferences::{ChoosePreferences, Preferences};
use kontor_shared::mailings::{Channel, Topic};
use kontor_shared::words::{preferences as words, shop};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use web_sys::SubmitEvent;

use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::{Failed, Loading, PageHead, words_for};
use crate::ui::toast;

/// The id of the sentence that says one has left.
const LEFT: &str = "unsubscribed";

/// What is ticked, and what the server last said.
#[derive(Clone, Copy)]
struct Page {
    token: StoredValue<String>,
    shown: RwSignal<Option<Result<Preferences, ApiError>>>,
    channels: RwSignal<Vec<Channel>>,
    topics: RwSignal<Vec<Topic>>,
    busy: RwSignal<bool>,
}

impl Page {
    fn path(self) -> String {
        let token = self.token.try_get_value().unwrap_or_default();
        api::with_query(&format!("/api/preferences/{}", api::encoded(&token)), &[("lang", lang().tag())])
    }

    fn load(self) {
        let path = self.path();
        spawn_local(async move { self.take(api::get(&path).await) });
    }

    fn take(self, answer: Result<Preferences, ApiError>) {
        if let Ok(shown) = &answer {
            let _ = self.channels.try_set(shown.channels.iter().filter(|one| one.wanted).map(|one| one.channel).collect());
            let _ = self.topics.try_set(shown.topics.iter().filter(|one| one.wanted).map(|one| one.topic).collect());
        }
        let _ = self.shown.try_set(Some(answer));
    }

    fn ticked(self) -> ChoosePreferences {
        ChoosePreferences { channels: self.channels.get_untracked(), topics: self.topics.get_untracked() }
    }

    /// As the server has it.
    fn stored(self) -> ChoosePreferences {
        self.shown.with_untracked(|shown| match shown {
            Some(Ok(shown)) => ChoosePreferences {
                channels: shown.channels.iter().filter(|one| one.wanted).map(|one| one.channel).collect(),
                topics: shown.topics.iter().filter(|one| one.wanted).map(|one| one.topic).collect(),
            },
            _ => ChoosePreferences { channels: Vec::new(), topics: Vec::new() },
        })
    }

    /// Sends a choice; `told` is said once it is taken, with the way back.
    fn choose(self, wanted: ChoosePreferences, told: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (path, before) = (self.path(), self.stored());
        spawn_local(async move {
            let answer = api::post::<Preferences>(&path, &wanted).await;
            // The page may have gone meanwhile; its signals with it.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(shown) => {
                    self.take(Ok(shown));
                    // The button that was pressed may have gone.
                    browser::focus_if_lost(LEFT);
                    toast::offer_undo(told, say(shop::UNDO), move || self.put_back(path.clone(), before.clone()));
                }
                // What is ticked stays as it is.
                Err(error) => toast::fail(words_for(&error)),
            }
        });
    }

    /// Also after the page was left.
    fn put_back(self, path: String, before: ChoosePreferences) {
        spawn_local(async move {
            match api::post::<Preferences>(&path, &before).await {
                Ok(shown) => {
                    self.take(Ok(shown));
                    toast::tell(say(words::SAVED));
                }
                Err(error) => toast::fail(words_for(&error)),
            }
        });
    }

    fn unsubscribe(self) {
        let mut wanted = self.stored();
        wanted.channels.clear();
        self.choose(wanted, say(words::UNSUBSCRIBED));
    }
}

/// `/preferences/:token`, and `/u/:token` with the way out first.
#[component]
pub fn PreferencesPage(
    /// The link was the one for leaving.
    leaving: bool,
) -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let page = Page {
        token: StoredValue::new(token),
        shown: RwSignal::new(None),
        channels: RwSignal::new(Vec::new()),
        topics: RwSignal::new(Vec::new()),
        busy: RwSignal::new(false),
    };
    page.load();
    move || match page.shown.get() {
        None => view! { <Loading/> }.into_any(),
        Some(Err(error)) if error.status == 404 => view! {
            <PageHead title=say(words::UNSUBSCRIBE_TITLE)/>
            <p class="note note-bad" role="alert">{say(words::WRONG_LINK)}</p>
        }
        .into_any(),
        Some(Err(error)) => view! { <Failed error=error retry=move |()| page.load()/> }.into_any(),
        Some(Ok(shown)) => view! { <Shown page=page shown=shown leaving=leaving/> }.into_any(),
    }
}

#[component]
fn Shown(page: Page, shown: Preferences, leaving: bool) -> impl IntoView {
    let firm = shown.firm.clone();
    let title = if leaving { say(words::UNSUBSCRIBE_TITLE).to_string() } else { words::TITLE.with(lang(), &[("firm", &firm)]) };
    let gets_any = shown.channels.iter().any(|one| one.wanted);
    let reachable: Vec<Channel> = shown.channels.iter().map(|one| one.channel).collect();
    let ask = words::UNSUBSCRIBE_ASK.with(lang(), &[("firm", &firm), ("address", &shown.address)]);
    let way_out = view! {
        <section class="panel panel-s">
            <div class="body stack">
                {if gets_any {
                    view! {
                        <p>{ask}</p>
                        <div class="row-x">
                            <button type="button" class="btn" class:btn-main=leaving aria-busy=move || page.busy.get().then_some("true")
                                on:click=move |_| page.unsubscribe()>{say(words::UNSUBSCRIBE)}</button>
                        </div>
                    }.into_any()
                } else {
                    view! { <p role="status" id=LEFT tabindex="-1">{say(words::UNSUBSCRIBED)}</p> }.into_any()
                }}
            </div>
        </section>
    };
    let choices = view! {
        <section class="panel panel-s">
            <h2>{say(words::OR_CHOOSE)}</h2>
            <form class="body stack" on:submit=move |event: SubmitEvent| { event.prevent_default(); page.choose(page.ticked(), say(words::SAVED)) }>
                <fieldset class="stack">
                    <legend>{words::CHANNELS.with(lang(), &[("firm", &firm)])}</legend>
                    {reachable.into_iter().map(|channel| view! { <Tick label=say(words::channel(channel)) all=page.channels one=channel/> }).collect_view()}
                </fieldset>
                <fieldset class="stack">
                    <legend>{say(words::TOPICS)}</legend>
                    {Topic::ALL.iter().map(|&topic| view! { <Tick label=say(words::topic(topic)) all=page.topics one=topic/> }).collect_view()}
                </fieldset>
                <p class="ink-2">{say(words::AGREE)}</p>
                <div class="row-x">
                    <button type="submit" class="btn" class:btn-main=!leaving aria-busy=move || page.busy.get().then_some("true")>{say(words::SAVE)}</button>
                </div>
            </form>
        </section>
    };
    view! {
        <PageHead title=title aside=words::FOR_ADDRESS.with(lang(), &[("address", &shown.address)])/>
        <div class="stack">
            {if leaving { (way_out.into_any(), choices.into_any()) } else { (choices.into_any(), way_out.into_any()) }}
            <Why shown=shown/>
        </div>
    }
}

/// One choice among `all`.
#[component]
fn Tick<T: Copy + PartialEq + Send + Sync + 'static>(label: &'static str, all: RwSignal<Vec<T>>, one: T) -> impl IntoView {
    let set = move |on: bool| {
        all.update(|all| {
            all.retain(|other| *other != one);
            if on {
                all.push(one);
            }
        });
    };
    view! {
        <label class="pick">
            <input type="checkbox" prop:checked=move || all.with(|all| all.contains(&one)) on:change=move |event| set(event_target_checked(&event))/>
            {label}
        </label>
    }
}

#[component]
fn Why(shown: Preferences) -> impl IntoView {
    let why = shown.why;
    let audience = words::WHY_AUDIENCE.with(lang(), &[("audience", &why.audience)]);
    let sent = why.sent_at.map(|at| words::WHY_SENT.with(lang(), &[("date", &times::day(&at))]));
    let consent = match why.consent {
        Some(consent) => words::WHY_CONSENT.with(lang(), &[("date", &times::day(&consent.at)), ("source", &consent.source)]),
        None => say(words::WHY_NO_CONSENT).to_string(),
    };
    view! {
        <section class="panel panel-s">
            <h2>{say(words::WHY)}</h2>
            <div class="body stack">
                <p>{audience}</p>
                {sent.map(|text| view! { <p>{text}</p> })}
                <p>{consent}</p>
            </div>
        </section>
    }
}

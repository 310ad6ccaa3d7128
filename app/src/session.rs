//! Signing in and out, the same for buyer and staff, and for every tab of this browser: they share one cookie.

use std::cell::{Cell, RefCell};

use kontor_shared::api::{LogIn, Session};
use kontor_shared::words::{accounts as words, common};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use crate::api::{self, ApiError};
use crate::browser;
use crate::house::{self, firm, house, memory};
use crate::lang::{self, say};
use crate::ui::field::Field;
use crate::ui::page::{set_title, words_for};
use crate::ui::password::PasswordField;
use crate::ui::toast;

mod turns;

use turns::Turns;

/// What the tabs tell each other through the browser's storage: that someone left, or came.
const KEY: &str = "kontor.session";
const IN: &str = "in";
const OUT: &str = "out";
/// Somebody signed out while the server could not be reached.
const LEAVES: &str = "kontor.leaves";

thread_local! {
    static LEFT: Cell<bool> = const { Cell::new(false) };
    static TURNS: RefCell<Turns> = const { RefCell::new(Turns::new()) };
    /// Asks what becomes of unsent work; says whether it did, so that leaving waits for the answer.
    static BEFORE_LEAVING: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
}

/// Whether nobody is signed in because someone signed out, here or in another tab; not because a session ran out.
pub fn left() -> bool {
    LEFT.get()
}

/// What happened last, for [`note_signed_out`].
pub fn turn() -> u32 {
    TURNS.with_borrow(Turns::now)
}

/// A question who is signed in begins.
pub fn asked() -> u32 {
    TURNS.with_borrow_mut(Turns::ask)
}

/// Whether its answer still holds.
pub fn answered(asked: u32) -> bool {
    TURNS.with_borrow_mut(|turns| turns.hold(asked))
}

/// Answers under way are about what was.
fn change() {
    TURNS.with_borrow_mut(Turns::change);
}

/// Whose data a page shows, for pages that fetch it once: with another reader, and with none, it is fetched anew. A session
/// that only ran out leaves the page and what was typed there.
pub fn whose() -> Memo<String> {
    Memo::new(|before: Option<&String>| match house().session.get() {
        None if !left() => before.cloned().unwrap_or_default(),
        session => memory::reader(session.as_ref()),
    })
}

fn set(session: Option<Session>) {
    change();
    LEFT.set(session.is_none());
    house::take_session(session);
}

/// Other tabs hear of what is stored; nothing needs to stay there.
fn announce(what: &str) {
    browser::store(KEY, what);
    browser::forget(KEY);
}

/// Tells the other tabs that somebody signed in another way than by the sign-in page.
pub fn announce_sign_in() {
    announce(IN);
}

/// Has something asked before whoever is signed in leaves. Staff's pages have nothing to ask.
pub fn ask_before_leaving(ask: fn() -> bool) {
    BEFORE_LEAVING.set(Some(ask));
}

/// Signs out, unless there is something to be dealt with first.
pub fn sign_out() {
    if !BEFORE_LEAVING.get().is_some_and(|ask| ask()) {
        end();
    }
}

/// Ends the session here and on the server.
pub fn end() {
    // From here on no answer says that whoever leaves is there.
    change();
    spawn_local(async {
        match api::log_out().await {
            // Without a network this device forgets all the same, and the server is told when it is back.
            Err(error) if error.network => {
                browser::store(LEAVES, OUT);
                announce(OUT);
                set(None);
            }
            Err(error) if !error.signed_out() => toast::fail_with(words_for(&error), say(common::TRY_AGAIN), end),
            // A session that is gone already is as good as ended.
            _ => {
                announce(OUT);
                set(None);
            }
        }
    });
}

/// Tells the server of a sign-out it has not heard of yet; says whether none is left.
pub async fn leave() -> bool {
    if browser::stored(LEAVES).is_none() {
        return true;
    }
    let left = api::log_out().await.map_or_else(|error| error.signed_out(), |()| true);
    if left {
        browser::forget(LEAVES);
    }
    left
}

/// Goes along when another tab signs in or out. Called once, by a page that shows whose data it is.
pub fn follow_other_tabs() {
    let _ = window_event_listener(leptos::ev::storage, |event| {
        if event.key().as_deref() != Some(KEY) {
            return;
        }
        match event.new_value().as_deref() {
            Some(OUT) => set(None),
            Some(_) => {
                change();
                ask_again();
            }
            None => {}
        }
    });
    // A page that slept, or that the browser kept for going back, has heard of nothing meanwhile.
    let _ = window_event_listener_untyped("pageshow", |event| {
        if js_sys::Reflect::get(&event, &"persisted".into()).is_ok_and(|persisted| persisted.is_truthy()) {
            wake();
        }
    });
    let _ = window_event_listener_untyped("visibilitychange", |_| {
        if !document().hidden() {
            wake();
        }
    });
}

/// Goes by what this browser knows, where this page shows somebody else; and asks, since that may be old too.
fn wake() {
    let Some((_, who)) = memory::recall() else { return };
    if house().session.with_untracked(|shown| memory::reader(shown.as_ref()) != memory::reader(who.as_ref())) {
        set(who);
        spawn_local(house::ask());
    }
}

/// Asks who is signed in, where the page may be wrong about it. Without an answer it stays as it is.
pub fn ask_again() {
    let asked = asked();
    spawn_local(async move {
        if let Ok(Some(session)) = api::session().await
            && answered(asked)
        {
            set(Some(session));
        }
    });
}

/// A call answered that nobody is signed in: the page must not go on as if someone were. A call made before somebody signed
/// in says nothing of them.
pub fn note_signed_out(error: &ApiError) {
    if error.signed_out() && TURNS.with_borrow(|turns| turns.holds(error.turn)) && house().session.with_untracked(Option::is_some) {
        house::take_session(None);
    }
}

/// Takes the session a sign-in gave, in this tab and the others.
pub fn signed_in(session: &Session) {
    if !lang::chosen() {
        lang::adopt(session.lang);
    }
    browser::forget(LEAVES);
    set(Some(session.clone()));
    announce(IN);
}

/// What a failed sign-in says; what is about the code or the password in those words.
fn failed(error: &ApiError) -> String {
    match error.code.as_str() {
        "wrong_code" => say(words::WRONG_CODE).into(),
        _ => words_for(error),
    }
}

/// The sign-in page. `note` says why it is asked for and that nothing is lost. Where a second factor is set up, the code is
/// asked for after the password, in the place of both fields.
#[component]
pub fn SignIn(
    /// Which of the demo's log-ins belong here.
    staff: bool,
    #[prop(optional, into)] note: Option<String>,
    #[prop(into)] on_done: Callback<Session>,
) -> impl IntoView {
    set_title(say(common::SIGN_IN));
    browser::focus("login");
    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let second = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let totp = second.get_untracked().then(|| code.get_untracked());
        let content = LogIn { login: login.get_untracked().trim().to_string(), password: password.get_untracked(), totp };
        spawn_local(async move {
            let answer = api::log_in(&content).await;
            // The page may have gone meanwhile; its signals with it.
            let _ = busy.try_set(false);
            match answer {
                Ok(session) => {
                    signed_in(&session);
                    on_done.run(session);
                }
                Err(error) if error.code == "totp_needed" => {
                    let _ = second.try_set(true);
                    browser::focus("totp");
                }
                Err(error) => {
                    if error.code == "wrong_code" {
                        let _ = code.try_set(String::new());
                        browser::focus("totp");
                    }
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let back = move || {
        second.set(false);
        code.set(String::new());
        password.set(String::new());
        failure.set(None);
        browser::focus("login");
    };
    let error = Signal::derive(move || failure.get().map(|error| failed(&error)));
    let demo = firm().map(|firm| firm.demo_logins.clone()).unwrap_or_default();
    let demo: Vec<_> = demo.into_iter().filter(|one| one.role.is_staff() == staff).collect();
    view! {
        <div class="sign">
            <div>
                <h1>{say(common::SIGN_IN)}</h1>
                {note.map(|text| view! { <div class="note sign-note"><p>{text}</p></div> })}
                <form class="stack" on:submit=move |event: SubmitEvent| { event.prevent_default(); submit() }>
                    {move || if second.get() {
                        view! {
                            <p role="status">{say(words::CODE_NEEDED)}</p>
                            <Field label=say(words::CODE) id="totp" value=code autocomplete="one-time-code" hint=say(words::CODE_HINT) max_length=40 required=true error=error/>
                        }.into_any()
                    } else {
                        view! {
                            <Field label=say(common::LOGIN) id="login" value=login autocomplete="username" max_length=200 required=true/>
                            <PasswordField label=say(common::PASSWORD) id="password" value=password error=error/>
                        }.into_any()
                    }}
                    <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(common::SIGN_IN)}</button>
                    {move || second.get().then(|| view! {
                        <p><button type="button" class="link" on:click=move |_| back()>{say(words::OTHER_LOGIN)}</button></p>
                    })}
                </form>
                // The pages for links in mails are the buyers' module's, for staff too.
                <p class="after"><a href="/forgot" rel=staff.then_some("external")>{say(words::FORGOT)}</a></p>
                {(!staff && firm().is_some_and(|firm| firm.sign_up)).then(|| view! { <p><a href="/sign-up">{say(words::NEW_HERE)}</a></p> })}
            </div>
            {(!demo.is_empty()).then(|| view! {
                <section class="panel panel-s">
                    <h2>{say(common::DEMO_LOGINS)}</h2>
                    <div class="body stack">
                        <p class="ink-2">{say(common::DEMO_LOGINS_NOTE)}</p>
                        <ul class="demo-logins">
                            {demo.into_iter().map(|one| {
                                let (name, secret) = (one.login.clone(), one.password.clone());
                                view! {
                                    <li class="row-x">
                                        <span><b>{one.login.clone()}</b>" "<span class="ink-2">{one.password.clone()}</span></span>
                                        <button type="button" class="btn btn-row push" aria-label=format!("{} {}", say(common::SIGN_IN_AS), one.login)
                                            on:click=move |_| { login.set(name.clone()); password.set(secret.clone()); submit() }>
                                            {say(common::SIGN_IN_AS)}
                                        </button>
                                    </li>
                                }
                            }).collect_view()}
                        </ul>
                    </div>
                </section>
            })}
        </div>
    }
}

//! Sending pictures: many files at once, one after the other, with an account of each. It outlives the page: who leaves and
//! comes back finds it as it stands.

use std::cell::OnceCell;

use kontor_shared::api::pictures::{PicturePage, PictureTaken};
use kontor_shared::words::{pictures as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::choose;
use crate::admin::listing::Listing;
use crate::admin::{expiry, words_for};
use crate::api::{self, ApiError, with_query};
use crate::house::lasting;
use crate::lang::{lang, say};
use crate::ui::file::{FileInput, Picked};
use crate::ui::page::take_lost_focus;

/// Largest file the server takes (server/src/pictures.rs).
const LARGEST: f64 = (10_u64 << 20) as f64;

/// What became of a file.
#[derive(Clone, Debug)]
enum Outcome {
    Taken(PictureTaken),
    Refused(ApiError),
    /// The sending was stopped before its turn came.
    NotSent,
    TakenBack,
}

#[derive(Clone, Debug)]
struct Line {
    file: String,
    outcome: Outcome,
}

#[derive(Clone, Copy)]
struct Sending {
    files: RwSignal<Vec<Picked>, LocalStorage>,
    lines: RwSignal<Vec<Line>>,
    /// Files of the run, as long as it goes on.
    running: RwSignal<Option<usize>>,
    /// Somebody pressed Stop.
    stop: RwSignal<bool>,
}

thread_local! {
    static SENDING: OnceCell<Sending> = const { OnceCell::new() };
}

fn sending() -> Sending {
    let make =
        || Sending { files: RwSignal::new_local(Vec::new()), lines: RwSignal::new(Vec::new()), running: RwSignal::new(None), stop: RwSignal::new(false) };
    SENDING.with(|cell| *cell.get_or_init(|| lasting(make)))
}

async fn send(file: &Picked) -> Result<PictureTaken, ApiError> {
    if file.size() > LARGEST {
        return Err(ApiError { code: "picture_too_large".into(), ..ApiError::unreadable(0, String::new()) });
    }
    api::post_file(&with_query("/api/pictures", &[("name", &file.name())]), file).await
}

impl Sending {
    fn start(self, listing: Listing<PicturePage>) {
        let files = self.files.get_untracked();
        if files.is_empty() || self.running.get_untracked().is_some() {
            return;
        }
        self.lines.set(Vec::new());
        self.stop.set(false);
        self.running.set(Some(files.len()));
        spawn_local(async move {
            for file in &files {
                let outcome = if self.stop.get_untracked() {
                    Outcome::NotSent
                } else {
                    match send(file).await {
                        Ok(taken) => Outcome::Taken(taken),
                        Err(error) => {
                            // The next one would fare no better; what is left can be sent again.
                            if error.network || error.signed_out() {
                                expiry::note(&error);
                                self.stop.set(true);
                            }
                            Outcome::Refused(error)
                        }
                    }
                };
                self.lines.update(|lines| lines.push(Line { file: file.name(), outcome }));
            }
            self.running.set(None);
            listing.reload();
        });
    }

    /// Gives each product the picture it had before, the last one first.
    fn undo(self, listing: Listing<PicturePage>) {
        if self.running.get_untracked().is_some() {
            return;
        }
        let lines = self.lines.get_untracked();
        self.running.set(Some(lines.len()));
        spawn_local(async move {
            let mut all = true;
            for (at, line) in lines.iter().enumerate().rev() {
                let Outcome::Taken(taken) = &line.outcome else { continue };
                if taken.unchanged {
                    continue;
                }
                match choose(&taken.code, taken.before, taken.number).await {
                    Ok(_) => self.lines.update(|lines| lines[at].outcome = Outcome::TakenBack),
                    Err(error) => {
                        expiry::note(&error);
                        all = false;
                    }
                }
            }
            self.running.set(None);
            crate::ui::toast::tell(say(if all { words::UNDONE } else { words::UNDONE_NOT_ALL }));
            listing.reload();
        });
    }
}

#[component]
pub fn Desk(listing: Listing<PicturePage>) -> impl IntoView {
    let sending = sending();
    let running = Memo::new(move |_| sending.running.get().is_some());
    let done = move || sending.lines.with(Vec::len);
    let progress = move || {
        let all = sending.running.get().unwrap_or(0);
        words::SENT_OF.with(lang(), &[("done", &done()), ("all", &all)])
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        sending.start(listing);
    };
    view! {
        <section class="panel panel-s desk">
            <h2>{say(words::ADD)}</h2>
            {move || if running.get() {
                view! {
                    <div class="body stack">
                        <p>{progress}</p>
                        <progress aria-label=say(words::ADD) max=move || sending.running.get().unwrap_or(1).to_string() prop:value=move || done() as f64></progress>
                        <div class="row-x"><button type="button" class="btn" on:click=move |_| sending.stop.set(true)>{say(words::STOP)}</button></div>
                    </div>
                }.into_any()
            } else {
                view! {
                    <form class="body import-form" on:submit=submit>
                        <div class="field">
                            <label for="picture-files">{say(words::CHOOSE_FILES)}</label>
                            <FileInput id="picture-files" multiple=true required=true accept=".jpg,.jpeg,.png,.webp,.gif,image/jpeg,image/png,image/webp,image/gif"
                                described="picture-hint" take=move |files| sending.files.set(files)/>
                            <small class="ink-2" id="picture-hint">{say(words::NAMED_BY_CODE)}" "{say(words::SHOWN_WHEN_PUBLISHED)}" "{say(words::SEEN_BY_ALL)}</small>
                        </div>
                        <div class="row-x"><button type="submit" class="btn btn-main">{say(words::START)}</button></div>
                    </form>
                }.into_any()
            }}
            {move || (!running.get() && done() > 0).then(|| view! { <Account sending=sending listing=listing/> })}
        </section>
    }
}

/// What became of each file, those that need somebody first.
#[component]
fn Account(sending: Sending, listing: Listing<PicturePage>) -> impl IntoView {
    let heading: NodeRef<leptos::html::H3> = NodeRef::new();
    take_lost_focus(heading);
    let lines = sending.lines.get_untracked();
    let count = |test: fn(&Outcome) -> bool| lines.iter().filter(|line| test(&line.outcome)).count();
    let taken = count(|outcome| matches!(outcome, Outcome::Taken(taken) if !taken.unchanged) || matches!(outcome, Outcome::TakenBack));
    let unchanged = count(|outcome| matches!(outcome, Outcome::Taken(taken) if taken.unchanged));
    let refused = count(|outcome| matches!(outcome, Outcome::Refused(_)));
    let not_sent = count(|outcome| matches!(outcome, Outcome::NotSent));
    let undoable = count(|outcome| matches!(outcome, Outcome::Taken(taken) if !taken.unchanged)) > 0;
    let read = lines.len() - not_sent;
    let equation = words::READ_IS.with(lang(), &[("read", &read), ("taken", &taken), ("unchanged", &unchanged), ("refused", &refused)]);
    let mut order: Vec<&Line> = lines.iter().collect();
    order.sort_by_key(|line| match line.outcome {
        Outcome::Refused(_) => 0,
        Outcome::NotSent => 1,
        _ => 2,
    });
    let rows: Vec<_> = order.into_iter().map(row).collect();
    view! {
        <div class="body stack report">
            <h3 tabindex="-1" node_ref=heading>{say(words::ACCOUNT)}</h3>
            <p role="status">{equation}</p>
            {(not_sent > 0).then(|| view! { <div class="note note-warn"><p>{say(words::STOPPED)}" "{say(words::NOT_SENT)}": "<b>{not_sent}</b></p></div> })}
            <div class="long-list"><table class="t t-stack">
                <caption class="vh">{say(words::ACCOUNT)}</caption>
                <thead><tr>
                    <th scope="col">{say(words::PICTURE)}</th>
                    <th scope="col">{say(staff::FILE)}</th>
                    <th scope="col">{say(words::OUTCOME)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {undoable.then(|| view! { <div class="row-x"><button type="button" class="btn" on:click=move |_| sending.undo(listing)>{say(words::UNDO_ALL)}</button></div> })}
        </div>
    }
}

fn row(line: &Line) -> impl IntoView + use<> {
    let (picture, tone, outcome, detail) = match &line.outcome {
        Outcome::Taken(taken) => {
            (Some(taken.small_url.clone()), "b", say(if taken.unchanged { words::UNCHANGED } else { words::TAKEN }).to_string(), taken.name.clone())
        }
        Outcome::Refused(error) => {
            let text = words::problem(&error.code).map_or_else(|| words_for(error), |word| say(word).to_string());
            (None, "b warn", text, error.detail.clone().unwrap_or_default())
        }
        Outcome::NotSent => (None, "b warn", say(words::NOT_SENT).to_string(), String::new()),
        Outcome::TakenBack => (None, "b", say(words::TAKEN_BACK).to_string(), String::new()),
    };
    view! {
        <tr>
            <td class="z">{picture.map(|source| view! { <span class="thumb"><img src=source alt="" width="40" height="40" loading="lazy"/></span> })}</td>
            <td class="a long">{line.file.clone()}</td>
            <td class=tone>{outcome}<span class="sub">{detail}</span></td>
        </tr>
    }
}

//! Entering an order that came on paper or by telephone: whose it is by the form's number or by the customer, then its lines,
//! keyboard only, at the prices of that customer's list.

use std::rc::Rc;
use std::sync::Arc;

use kontor_shared::api::CustomerPage;
use kontor_shared::api::entry::EntryDesk;
use kontor_shared::api::forms::FormAccount;
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::search::Index;
use kontor_shared::ids::normal_form_id;
use kontor_shared::words::{common, entry as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{expiry, words_for};
use crate::api::{self, ApiError, with_query};
use crate::browser;
use crate::lang::{count, lang, say};
use crate::ui::file::{FileInput, Picked};
use crate::ui::page::Heading;
use crate::ui::toast;

mod from_file;
mod kept;
mod lines;
mod sheet;

use kept::Kept;
pub use sheet::{SCANS, send_scans};

/// Customers offered to choose from.
const MOST_OFFERED: usize = 8;
const ASK: &str = "entry-ask";
/// What a filled-in sheet may be called; what it is, its content says.
const SHEETS: &str = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.txt,.htm,.html,.xml";

/// Whose order it is, and the goods of the list.
#[derive(Clone)]
pub struct Open {
    desk: EntryDesk,
    index: Rc<Index>,
    /// What was entered before the page was left.
    kept: Kept,
    /// What was read of the file that opened it.
    account: Option<FormAccount>,
}

/// A customer that may be meant: code and name.
type Offer = (String, String);

#[derive(Clone, Copy)]
struct Asking {
    open: RwSignal<Option<Open>, LocalStorage>,
    /// Grows with each desk that is opened, by which the next one is drawn anew: nothing of the one before stays in its fields.
    turn: RwSignal<u32>,
    offers: RwSignal<Vec<Offer>>,
    wrong: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

/// `/admin/orders/new`
#[component]
pub fn EntryPage() -> impl IntoView {
    let asking = Asking {
        open: RwSignal::new_local(None),
        turn: RwSignal::new(0),
        offers: RwSignal::new(Vec::new()),
        wrong: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    // What is unfinished is gone on with first, where it is the customer's that is asked for.
    let customer = browser::query("customer");
    let unfinished = kept::read().into_iter().find(|kept| customer.as_ref().is_none_or(|code| kept.customer == *code));
    match (unfinished, customer) {
        (Some(kept), _) => asking.go(Asked::Kept(kept)),
        (None, Some(code)) => asking.go(Asked::Customer(code)),
        (None, None) => {}
    }
    let reopen = move |kept, account| asking.go(Asked::Form(kept, Box::new(account)));
    let desk = move |_turn: u32| asking.open.get_untracked().map(|open| view! { <sheet::EntrySheet open=open leave=move || asking.leave() reopen=reopen/> });
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin">{say(staff::ORDERS)}</a></p>
            <Heading title=say(words::NEW_ORDER)/>
        </div>
        {move || asking.open.with(Option::is_none).then(|| view! { <Ask asking=asking/> })}
        <For each=move || asking.turns() key=|turn| *turn children=desk/>
    }
}

/// What is opened.
enum Asked {
    /// What somebody typed or scanned.
    Typed(String),
    Customer(String),
    /// A filled-in sheet.
    File(Picked),
    /// A filled-in form that was given to a desk, with what is typed there.
    Form(Kept, Box<FormAccount>),
    /// An order that was being entered.
    Kept(Kept),
}

impl Asking {
    fn go(self, asked: Asked) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.wrong.set(None);
        self.offers.set(Vec::new());
        spawn_local(async move {
            let answer = self.opened(asked).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(Some(open)) => {
                    let _ = self.turn.try_update(|turn| *turn += 1);
                    let _ = self.open.try_set(Some(open));
                }
                Ok(None) => browser::focus("entry-offer-0"),
                // The desk stays as it is.
                Err(error) if self.open.try_with_untracked(Option::is_some) == Some(true) => expiry::tell(&error),
                Err(error) => {
                    expiry::note(&error);
                    let _ = self.wrong.try_set(Some(words_for(&error)));
                    browser::focus(ASK);
                }
            }
        });
    }

    /// Opens what was asked for, or offers the customers that may be meant.
    async fn opened(self, asked: Asked) -> api::Result<Option<Open>> {
        let mut account = None;
        // The customer goes along with its form: not every form was made for one.
        let (form, customer, kept) = match asked {
            Asked::File(file) => {
                let read = read_file(&file, None).await?;
                let (form, customer) = (known_form(&read).unwrap_or_default().to_string(), read.customer.clone());
                account = Some(read);
                (form, customer, Kept::default())
            }
            Asked::Form(kept, read) => {
                let form = read.form_id.clone().unwrap_or_default();
                account = Some(*read);
                (form, kept.customer.clone(), kept)
            }
            Asked::Kept(kept) => (kept.form.clone(), kept.customer.clone(), kept),
            Asked::Customer(code) => (String::new(), code, Kept::default()),
            Asked::Typed(text) if normal_form_id(&text).is_some() => (text, String::new(), Kept::default()),
            Asked::Typed(text) => match self.meant(&text).await? {
                Some(code) => (String::new(), code, Kept::default()),
                None => return Ok(None),
            },
        };
        let desk: EntryDesk = api::get(&with_query("/api/entry", &[("form", &form), ("customer", &customer)])).await?;
        let bytes = api::get_bytes(&desk.snapshot_url).await?;
        let list = Columns::decode(&bytes.to_vec()).map_err(|damage| ApiError::unreadable(0, format!("{damage:?}")))?;
        let index = Rc::new(Index::new(Arc::new(list.less(desk.discount))));
        Ok(Some(Open { desk, index, kept, account }))
    }

    /// The code of the one customer a text means; several are offered.
    async fn meant(self, text: &str) -> api::Result<Option<String>> {
        let found: CustomerPage = api::get(&with_query("/api/customers", &[("q", text)])).await?;
        let same = found.customers.iter().find(|one| one.code == text.trim());
        if let Some(one) = same.or_else(|| found.customers.first().filter(|_| found.customers.len() == 1)) {
            return Ok(Some(one.code.clone()));
        }
        if found.customers.is_empty() {
            return Err(ApiError { code: "unknown_customer".into(), ..ApiError::unreadable(404, String::new()) });
        }
        let offers = found.customers.into_iter().take(MOST_OFFERED).map(|one| (one.code, one.name)).collect();
        let _ = self.offers.try_set(offers);
        Ok(None)
    }

    /// The desk that is open, if one is.
    fn turns(self) -> Option<u32> {
        self.open.with(Option::is_some).then(|| self.turn.get_untracked())
    }

    fn leave(self) {
        self.open.set(None);
        browser::focus(ASK);
    }
}

/// The account of a filled-in sheet, for the customer named or the one its form was made for.
async fn read_file(file: &Picked, customer: Option<&str>) -> api::Result<FormAccount> {
    let name = file.name();
    let mut query = vec![("name", name.as_str()), ("lang", lang().tag())];
    query.extend(customer.map(|customer| ("customer", customer)));
    api::post_file(&with_query("/api/forms", &query), file).await
}

fn warns(account: &FormAccount, code: &str) -> bool {
    account.warnings.iter().any(|warning| warning.code == code)
}

/// The number of the form a file is. What it says of the list holds only where it is known.
fn known_form(account: &FormAccount) -> Option<&str> {
    account.form_id.as_deref().filter(|_| account.found_by.is_some() && !warns(account, "form_unknown"))
}

/// The one question at the beginning.
#[component]
fn Ask(asking: Asking) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked();
        if !text.trim().is_empty() {
            asking.go(Asked::Typed(text));
        }
    };
    let unfinished = RwSignal::new(kept::read());
    let put_away = move |id: &str| {
        let Some(before) = kept::take_out(id) else { return };
        unfinished.set(kept::read());
        browser::focus(ASK);
        toast::offer_undo(say(words::FORGOTTEN), say(words::UNDO), move || {
            kept::write(&before);
            let _ = unfinished.try_set(kept::read());
        });
    };
    browser::focus(ASK);
    view! {
        <form class="panel panel-s" on:submit=submit><div class="body stack">
            <div class="field">
                <label for=ASK>{say(words::FORM_OR_CUSTOMER)}</label>
                <input class="in" id=ASK type="text" autocomplete="off" spellcheck="false" maxlength="100" aria-describedby="entry-ask-hint entry-ask-error"
                    aria-invalid=move || asking.wrong.with(Option::is_some).then_some("true")
                    prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event))/>
                <small class="ink-2" id="entry-ask-hint">{say(words::FORM_OR_CUSTOMER_HINT)}</small>
                <span class="err" id="entry-ask-error" role="alert">{move || asking.wrong.get()}</span>
            </div>
            <div class="row-x"><button type="submit" class="btn btn-main" aria-busy=move || asking.busy.get().then_some("true")>{say(words::OPEN)}</button></div>
            <div class="field">
                <label for="entry-file">{say(words::OR_FILE)}</label>
                <FileInput id="entry-file" accept=SHEETS take=move |files| files.into_iter().for_each(|file| asking.go(Asked::File(file)))/>
            </div>
            {move || asking.offers.with(|offers| (!offers.is_empty()).then(|| {
                let rows = offers.iter().cloned().enumerate().map(|(at, (code, name))| {
                    let own = code.clone();
                    view! { <li><button type="button" class="link" id=format!("entry-offer-{at}") on:click=move |_| asking.go(Asked::Customer(own.clone()))>{name}</button>" "<span class="code ink-2">{code}</span></li> }
                }).collect_view();
                view! { <div><p>{say(words::WHICH_CUSTOMER)}</p><ul>{rows}</ul></div> }
            }))}
            {move || unfinished.with(|unfinished| (!unfinished.is_empty()).then(|| {
                let rows = unfinished.iter().cloned().map(|kept| {
                    let (code, id) = (kept.customer.clone(), kept.id.clone());
                    let name = if kept.name.is_empty() { code.clone() } else { kept.name.clone() };
                    let (lines, away) = (count(common::LINES, kept.lines.len() as u64), format!("{}: {name}", say(words::PUT_AWAY)));
                    view! {
                        <li class="row-x">
                            <span><button type="button" class="link" on:click=move |_| asking.go(Asked::Kept(kept.clone()))>{name}</button>" "<span class="code ink-2">{code}</span>", "{lines}</span>
                            <button type="button" class="link push" aria-label=away on:click=move |_| put_away(&id)>{say(words::PUT_AWAY)}</button>
                        </li>
                    }
                }).collect_view();
                view! { <div><p>{say(words::UNFINISHED)}</p><ul class="stack">{rows}</ul></div> }
            }))}
        </div></form>
    }
}

/// The link that leads here.
#[component]
pub fn EntryLink() -> impl IntoView {
    super::customer::may_write()
        .then(|| view! { <a class="btn" href="/admin/orders/new" title=say(words::NEW_ORDER_HINT)>{say(words::NEW_ORDER)}" "<kbd class="only-l">"P"</kbd></a> })
}

/// The letters of the queue's pages that lead here are told there.
pub const HREF: &str = "/admin/orders/new";

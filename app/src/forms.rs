//! Sheets saved from the page have a number, and the firm is told of it: so they are known when they come back by e-mail or on
//! paper. At once where the server answers; else the number waits in this browser until it does.

use std::cell::Cell;
use std::time::Duration;

use kontor_shared::api::PriceListInfo;
use kontor_shared::api::forms::{FormToken, SavedForm};
use kontor_shared::drafts::shelf::Shelf;
use kontor_shared::ids::form_id;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::house::house;
use crate::queue::local::Local;
use crate::queue::sender::customer;

/// So long a file waits for its secret. Without it the customer confirms by link what comes by e-mail.
const WAIT: Duration = Duration::from_secs(2);
/// Numbers that wait at most; the oldest goes.
const MOST: usize = 50;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// The number of a sheet, and what proves who has it.
#[derive(Clone, Default)]
pub struct Form {
    pub id: String,
    pub token: Option<String>,
}

type Waiting = Vec<(String, SavedForm)>;

fn key(customer: &str) -> String {
    format!("kontor.forms.{customer}")
}

fn waiting(customer: &str) -> Waiting {
    Local.get(&key(customer)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn change(customer: &str, how: impl FnOnce(&mut Waiting)) {
    let mut all = waiting(customer);
    how(&mut all);
    let over = all.len().saturating_sub(MOST);
    all.drain(..over);
    if all.is_empty() {
        Local.remove(&key(customer));
    } else if let Ok(text) = serde_json::to_string(&all) {
        Local.put(&key(customer), &text);
    }
}

/// The number of a sheet that is made now, of which the firm hears.
pub async fn issue(list: &PriceListInfo) -> Form {
    let id = form_id(browser::random());
    let Some(customer) = customer() else { return Form { id, token: None } };
    let form = SavedForm { version: list.version, overlay: list.overlay.clone() };
    // First, so that a page that is closed meanwhile tells of it the next time.
    change(&customer, |all| all.push((id.clone(), form.clone())));
    let mut token = None;
    if !house().away.get_untracked()
        && let Some(answer) = browser::within(WAIT, tell(&id, &form)).await
    {
        settle(&customer, &id, &answer);
        token = answer.ok().map(|answer| answer.token);
    }
    Form { id, token }
}

async fn tell(id: &str, form: &SavedForm) -> Result<FormToken, ApiError> {
    api::put(&format!("/api/forms/{id}"), form).await
}

/// What the firm has, or will never take, waits no longer. Says whether the server answered about it.
fn settle(customer: &str, id: &str, answer: &Result<FormToken, ApiError>) -> bool {
    let done = match answer {
        Ok(_) => true,
        Err(error) => !error.network && !error.foreign() && matches!(error.status, 409 | 422),
    };
    if done {
        change(customer, |all| all.retain(|(other, _)| other != id));
    }
    done
}

/// Tells of the sheets that wait for it.
pub fn go() {
    let Some(of) = customer() else { return };
    if waiting(&of).is_empty() || RUNNING.replace(true) {
        return;
    }
    spawn_local(async move {
        for (id, form) in waiting(&of) {
            // Whoever has signed in meanwhile does not speak for this customer.
            if customer().as_ref() != Some(&of) || !settle(&of, &id, &tell(&id, &form).await) {
                break;
            }
        }
        RUNNING.set(false);
    });
}

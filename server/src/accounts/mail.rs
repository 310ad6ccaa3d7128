//! Mails about log-ins: links, and notices to the owner when something about signing in has changed.

use std::fmt::Display;

use anyhow::Context;
use kontor_shared::audit::Action;
use kontor_shared::ids::CustomerId;
use kontor_shared::words::{Lang, Word, accounts as words, common};
use sqlx::AnyConnection;

use crate::error::Result;
use crate::firm::FirmSettings;
use crate::links::{self, Purpose};
use crate::outbox::{self, NewMail};
use crate::{AppState, firm, mail};

/// Begins the cause of every mail from here. These texts may hold a link that opens somebody's account: no page shows them.
pub const CAUSE: &str = "account ";

/// Whether the text of a message with this cause is its recipient's alone.
pub fn is_private(cause: &str) -> bool {
    cause.starts_with(CAUSE) || cause.starts_with(crate::intake::confirm::CAUSE)
}

pub struct Letter<'a> {
    pub cause: &'a str,
    pub to: &'a str,
    /// Whose timeline it belongs on.
    pub customer: Option<CustomerId>,
    pub lang: Lang,
    pub subject: Word,
    /// Has places `{firm}` and `{url}`.
    pub text: Word,
}

/// Where people reach this server; without it no link can be written.
pub fn base(state: &AppState) -> anyhow::Result<&str> {
    state.config.public_url.as_deref().map(|url| url.trim_end_matches('/')).context("set KONTOR_PUBLIC_URL: without it no link can be written into a mail")
}

/// Writes a letter with a new one-time link; older ones of its purpose and subject end.
pub async fn with_link(
    connection: &mut AnyConnection,
    state: &AppState,
    letter: Letter<'_>,
    purpose: Purpose,
    subject: &str,
    data: &str,
    actor: &str,
) -> anyhow::Result<()> {
    let token = links::new_token();
    let url = links::address(base(state)?, purpose, Some(letter.lang), &token);
    links::store(connection, &state.clock, purpose, subject, data, actor, &token).await?;
    write(connection, state, letter, &url, &[]).await
}

/// Writes a letter that leads to a page.
pub async fn plain(connection: &mut AnyConnection, state: &AppState, letter: Letter<'_>, path: &str) -> anyhow::Result<()> {
    let url = state.config.public_url.as_deref().map(|base| format!("{}{path}", base.trim_end_matches('/'))).unwrap_or_default();
    write(connection, state, letter, &url, &[]).await
}

/// Tells the owner of a log-in that something about signing in has changed. A log-in that is no address has no mail.
pub async fn changed(connection: &mut AnyConnection, state: &AppState, login: &str, lang: Lang, action: Action) -> Result<()> {
    let what = match action {
        Action::PasswordChange | Action::PasswordReset => words::CHANGED_PASSWORD,
        Action::FactorSet => words::CHANGED_FACTOR_SET,
        Action::FactorCodes => words::CHANGED_CODES,
        Action::EmailChange => words::CHANGED_EMAIL,
        _ => words::CHANGED_FACTOR_GONE,
    };
    let cause = format!("{CAUSE}{} {}", action.code(), state.clock.new_id());
    let letter = Letter { cause: &cause, to: login, customer: None, lang, subject: words::CHANGED_SUBJECT, text: words::CHANGED_TEXT };
    let url = state.config.public_url.as_deref().map(|base| format!("{}/forgot", base.trim_end_matches('/'))).unwrap_or_default();
    write(connection, state, letter, &url, &[("what", what.say(lang))]).await?;
    Ok(())
}

/// Writes a letter with `{firm}`, `{url}` and what else is given filled in.
pub async fn write(connection: &mut AnyConnection, state: &AppState, letter: Letter<'_>, url: &str, more: &[(&str, &str)]) -> anyhow::Result<()> {
    if mail::recipient(letter.to).is_err() {
        return Ok(());
    }
    let firm = firm::stored(connection).await?;
    let (subject, text) = said(&firm, &letter, url, more);
    let mail = NewMail {
        cause: letter.cause,
        customer: letter.customer,
        recipient: letter.to,
        lang: letter.lang,
        subject: &subject,
        text: &text,
        thread: "",
        attachments: "",
    };
    outbox::enqueue(connection, &state.clock, &[mail]).await?;
    Ok(())
}

fn said(firm: &FirmSettings, letter: &Letter<'_>, url: &str, more: &[(&str, &str)]) -> (String, String) {
    let mut values: Vec<(&str, &dyn Display)> = vec![("firm", &firm.party.name), ("url", &url)];
    values.extend(more.iter().map(|(name, value)| (*name, value as &dyn Display)));
    let text = format!("{}{}", letter.text.with(letter.lang, &values), ending(firm, letter.lang));
    (letter.subject.with(letter.lang, &values), text)
}

fn ending(firm: &FirmSettings, lang: Lang) -> String {
    let mut text = format!("\n-- \n{}\n", firm.party.name);
    for contact in [&firm.party.email, &firm.party.phone] {
        if !contact.is_empty() {
            text.push_str(&format!("{contact}\n"));
        }
    }
    if firm.demo {
        text.push_str(&format!("{}\n", common::DEMO_DATA.say(lang)));
    }
    text
}

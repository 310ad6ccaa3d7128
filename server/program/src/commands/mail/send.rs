//! `kontor mail send`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use clap::Args;
use kontor_server::error::AppError;
use kontor_server::mailings::{desk, lifecycle, moves, starting, templates};
use kontor_server::outbox::{self, status};
use kontor_server::{AppState, firm};
use kontor_shared::api::mailings::TemplateText;
use kontor_shared::audit::Action;
use kontor_shared::ids::{MailingId, TemplateId};
use kontor_shared::mailings::{Audience, MailingAction, MailingState, Topic};
use kontor_shared::segments::Segment;
use kontor_shared::words::Lang;
use serde_json::json;

use super::{ACTOR, Data, on};

#[derive(Args)]
pub struct Send {
    #[command(flatten)]
    data: Data,
    /// regular, irregular, former or potential
    #[arg(long, value_name = "WORD", value_parser = segment)]
    segment: Segment,
    /// What is written. Text: the subject in the first line, then the text, with {{ unsubscribe_url }} in it; or, after lines
    /// `=== text` and `=== html`, both parts. JSON: a list of {lang, subject, text, html}.
    #[arg(long, value_name = "FILE")]
    template: PathBuf,
    /// What it is about: offers, novelties or news.
    #[arg(long, default_value = "offers", value_parser = topic)]
    topic: Topic,
    /// Attach each customer's own price list.
    #[arg(long)]
    attach_price_list: bool,
    /// Send it now and wait for the end; otherwise a running server sends it.
    #[arg(long)]
    wait: bool,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

fn segment(word: &str) -> anyhow::Result<Segment> {
    Segment::parse(word).ok_or_else(|| anyhow!("one of regular, irregular, former, potential"))
}
fn topic(word: &str) -> anyhow::Result<Topic> {
    Topic::parse(word).ok_or_else(|| anyhow!("one of offers, novelties, news"))
}

impl Send {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let file = std::fs::read_to_string(&self.template).with_context(|| format!("cannot read {}", self.template.display()))?;
        let mut refused = false;
        on(&self.data, async |state| {
            let lang = firm::stored(&mut *state.db.read().await?).await?.lang;
            let mailing = self.write(state, &texts(&file, lang)?).await?;
            lifecycle::freeze_as(state, &mailing, ACTOR).await.map_err(plain)?;
            let mut tx = state.db.write_tx().await?;
            moves::act(&mut tx, state, &mailing, MailingAction::Start, ACTOR, "").await?;
            tx.commit().await?;
            if self.wait {
                wait(state, &mailing).await?;
            }
            refused = self.report(state, &mailing).await?;
            Ok(())
        })
        .await?;
        Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// Makes the template and the mailing; gives its id.
    async fn write(&self, state: &AppState, texts: &[TemplateText]) -> anyhow::Result<String> {
        let (template, mailing) = (TemplateId(state.clock.new_id()).to_string(), MailingId(state.clock.new_id()).to_string());
        let stem = self.template.file_stem().map_or("mailing".into(), |stem| stem.to_string_lossy().into_owned());
        let name: String = format!("{} {}", stem.chars().filter(|c| !c.is_control()).take(60).collect::<String>(), &mailing[..13]);
        let (now, topic) = (state.clock.now_ms(), self.topic.word());
        let mut tx = state.db.write_tx().await?;
        templates::store::insert(&mut tx, &template, &name, self.segment.word(), topic, now).await?;
        templates::store::add_version(&mut tx, &template, (&name, self.segment.word(), topic), 1, "", ACTOR, texts, now).await?;
        let audience = Audience { segments: vec![self.segment], conditions: Vec::new() };
        let row = desk::store::Row {
            id: mailing.clone(),
            name,
            state: MailingState::Draft.word().into(),
            revision: 1,
            topic: topic.into(),
            audience: serde_json::to_string(&audience)?,
            template_id: Some(template),
            attach_price_list: i64::from(self.attach_price_list),
            uncertain_policy: firm::stored(&mut tx).await?.uncertain_policy.word().into(),
            created_at: now,
            created_by: ACTOR.into(),
            ..desk::store::Row::default()
        };
        desk::store::insert(&mut tx, &row).await?;
        let after = json!({"template": row.template_id, "audience": audience});
        kontor_server::audit::record(&mut tx, &state.clock, ACTOR, Action::MailingCreate, &mailing, None, Some(&after)).await?;
        tx.commit().await?;
        Ok(mailing)
    }

    /// Says what became of it; whether something was refused.
    async fn report(&self, state: &AppState, mailing: &str) -> anyhow::Result<bool> {
        let counts = status::counts(&mut *state.db.read().await?, mailing).await?;
        let of = |word: &str| counts.get(word).copied().unwrap_or(0);
        let (accepted, skipped, failed, uncertain) = (of("sent"), of("skipped"), of("failed"), of("uncertain"));
        let recipients: i64 = counts.values().sum();
        if self.json {
            let report = json!({
                "mailing": mailing, "recipients": recipients, "accepted": accepted, "skipped": skipped, "failed": failed, "uncertain": uncertain,
            });
            println!("{report}");
        } else {
            println!("mailing {mailing}: {recipients} recipients, {accepted} accepted, {skipped} skipped, {failed} failed, {uncertain} uncertain");
        }
        Ok(failed > 0 || uncertain > 0)
    }
}

/// A refusal in its own words; the command line has no others.
fn plain(error: AppError) -> anyhow::Error {
    match error {
        AppError::Internal(error) => error,
        AppError::Conflict { detail, .. } | AppError::Invalid { detail, .. } => anyhow!(detail),
        other => anyhow!("{other:?}"),
    }
}

/// Sends until the mailing is over. What a limit or a refusal puts off is waited for.
async fn wait(state: &AppState, mailing: &str) -> anyhow::Result<()> {
    loop {
        outbox::run_due(state, || false).await?;
        let word: String = sqlx::query_scalar("SELECT state FROM mailings WHERE id = $1").bind(mailing).fetch_one(&mut *state.db.read().await?).await?;
        match MailingState::parse(&word) {
            Some(MailingState::Running) => tokio::time::sleep(Duration::from_millis(500)).await,
            Some(MailingState::Paused) => {
                eprintln!("the mailing is paused; kontor mail resume {mailing} goes on");
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
}

/// The texts of a file, by language.
fn texts(file: &str, lang: Lang) -> anyhow::Result<Vec<TemplateText>> {
    if file.trim_start().starts_with('[') {
        return serde_json::from_str(file).context("the template is no list of {lang, subject, text, html}");
    }
    if let Some(text) = starting::read(lang, file) {
        return Ok(vec![text]);
    }
    let (subject, text) = file.trim_start().split_once('\n').context("the template has a subject and no text")?;
    ensure!(!text.trim().is_empty(), "the template has a subject and no text");
    Ok(vec![TemplateText { lang, subject: subject.trim().into(), text: text.trim().into(), html: html_of(text.trim()) }])
}

/// Paragraphs of a plain text as HTML. Places stay places, and the address in the one for leaving becomes a link.
fn html_of(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("\r\n", "\n");
    let paragraphs = escaped.split("\n\n").filter(|part| !part.trim().is_empty()).map(|part| format!("<p>{}</p>", part.trim().replace('\n', "<br>")));
    let linked = |html: String, place: &str| html.replace(place, &format!("<a href=\"{place}\">{place}</a>"));
    let html = paragraphs.collect::<Vec<_>>().join("\n");
    linked(linked(html, "{{ unsubscribe_url }}"), "{{ preferences_url }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_becomes_both_parts() {
        let found = texts("New prices\n\nHello <all>,\nnew & better.\n\n{{ unsubscribe_url }}\n", Lang::En).unwrap();
        assert_eq!((found.len(), found[0].subject.as_str()), (1, "New prices"));
        assert_eq!(found[0].html, "<p>Hello &lt;all&gt;,<br>new &amp; better.</p>\n<p><a href=\"{{ unsubscribe_url }}\">{{ unsubscribe_url }}</a></p>");
        assert!(texts("Only a subject", Lang::En).is_err());
        assert!(texts("[{\"lang\": \"en\"}]", Lang::En).is_err());
    }
}

//! `kontor mail`

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kontor_server::mail::dkim;
use kontor_server::mailings::moves::{Moved, act};
use kontor_server::outbox::status;
use kontor_server::secrets::Purpose;
use kontor_server::sending;
use kontor_server::{AppState, firm};
use kontor_shared::audit::Actor;
use kontor_shared::mailings::MailingAction;
use serde_json::json;

use super::Data;

mod send;

/// Who acts, in the audit trail.
const ACTOR: &str = Actor::CommandLine.code();

#[derive(Args)]
pub struct Mail {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write to the customers of a segment: a mailing is made of the file, frozen and started.
    Send(send::Send),
    /// Make the key the firm's mail is signed with, and print the DNS record that lets receivers verify it.
    DkimKey(DkimKey),
    /// What is under way: mailings, whether anything is sent, and who is left alone for a while.
    Status {
        #[command(flatten)]
        data: Data,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Pause a mailing: nothing of it is sent until it is resumed.
    Pause {
        #[command(flatten)]
        data: Data,
        /// The mailing's id, as `status` prints it.
        mailing: String,
    },
    /// Resume a paused mailing, or write again to a domain or over a mail server that is left alone for a while.
    Resume {
        #[command(flatten)]
        data: Data,
        /// The mailing's id, `domain:NAME` or `smarthost`, as `status` prints it.
        what: String,
    },
    /// Let mail go out again after a restore.
    Release {
        #[command(flatten)]
        data: Data,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct DkimKey {
    #[command(flatten)]
    data: Data,
    /// The domain of the sender's address.
    #[arg(long)]
    domain: String,
    /// Names the key among those of the domain; a new key takes a new one, so that mail under way still verifies.
    #[arg(long, default_value = "kontor")]
    selector: String,
    /// Ed25519 instead of RSA with 2048 bits; many receivers do not verify it yet.
    #[arg(long)]
    ed25519: bool,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Mail {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Send(command) => command.run().await,
            Action::DkimKey(command) => command.run().await,
            Action::Status { data, json } => on(&data, async |state| show(state, json).await).await,
            Action::Pause { data, mailing } => on(&data, async |state| move_on(state, &mailing, MailingAction::Pause).await).await,
            Action::Resume { data, what } => on(&data, async |state| resume(state, &what).await).await,
            Action::Release { data, json } => on(&data, async |state| release(state, json).await).await,
        }
    }
}

async fn on(data: &Data, work: impl AsyncFnOnce(&AppState) -> anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    let state = data.open().await?;
    let done = work(&state).await;
    state.db.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

impl DkimKey {
    async fn run(self) -> anyhow::Result<ExitCode> {
        on(&self.data, async |state| {
            let kind = if self.ed25519 { dkim::Kind::Ed25519 } else { dkim::Kind::Rsa };
            let pkcs8 = dkim::new_key(kind)?;
            let settings = dkim::seal(&state.key(Purpose::Mail).await?, &self.domain, &self.selector, &pkcs8)?;
            let name = format!("{}._domainkey.{}", self.selector, self.domain);
            let record = dkim::dns_record(&pkcs8)?;
            let changes = json!({"dkim": settings});
            let firm = firm::change(state, ACTOR, changes.as_object().cloned().unwrap_or_default()).await?;
            let sender = firm.mail_from.unwrap_or(firm.party.email);
            if !sender.is_empty() && !sender.trim_end_matches('>').ends_with(&format!("@{}", self.domain)) {
                // DMARC wants the signature's domain to be the sender's.
                eprintln!("the firm's sender is {sender}: receivers trust a key of that address's domain");
            }
            if self.json {
                println!("{}", json!({"name": name, "type": "TXT", "record": record}));
            } else {
                println!("{name}. IN TXT (");
                // A string of a TXT record holds 255 bytes.
                for part in record.as_bytes().chunks(250) {
                    println!("    \"{}\"", String::from_utf8_lossy(part));
                }
                println!(")");
            }
            Ok(())
        })
        .await
    }
}

async fn show(state: &AppState, as_json: bool) -> anyhow::Result<()> {
    let status = status::load(&mut *state.db.read().await?, state.clock.now_ms()).await?;
    if as_json {
        println!("{}", serde_json::to_string(&status)?);
        return Ok(());
    }
    if status.paused.is_none() && status.mailings.is_empty() && status.left_alone.is_empty() {
        println!("nothing is under way: no mailing is being sent, and nobody is left alone");
    }
    if let Some(reason) = &status.paused {
        println!("nothing is sent ({reason}); kontor mail release lets it go");
    }
    for one in &status.mailings {
        let counts = one.messages.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
        let why = if one.reason.is_empty() { String::new() } else { format!(" ({})", one.reason) };
        println!("{} {} {:?}{why}: {counts}", one.mailing, one.state, one.name);
    }
    for one in &status.left_alone {
        println!("{} until {}: {}", one.scope, one.until, one.reason);
    }
    Ok(())
}

async fn move_on(state: &AppState, mailing: &str, action: MailingAction) -> anyhow::Result<()> {
    let mut tx = state.db.write_tx().await?;
    match act(&mut tx, state, mailing, action, ACTOR, "").await? {
        Moved::On(..) => Ok(tx.commit().await?),
        Moved::Stays(now) => bail!("the mailing is {}", now.word()),
        Moved::Missing => bail!("there is no mailing {mailing}"),
    }
}

async fn resume(state: &AppState, what: &str) -> anyhow::Result<()> {
    if what != "smarthost" && !what.starts_with("domain:") {
        return move_on(state, what, MailingAction::Resume).await;
    }
    let mut tx = state.db.write_tx().await?;
    let known = status::close_breaker(&mut tx, state, what, ACTOR).await.context("cannot resume")?;
    anyhow::ensure!(known, "{what} is not left alone");
    Ok(tx.commit().await?)
}

async fn release(state: &AppState, as_json: bool) -> anyhow::Result<()> {
    let mut tx = state.db.write_tx().await?;
    let was_paused = sending::release(&mut tx, &state.clock, ACTOR).await?;
    tx.commit().await?;
    if as_json {
        return super::print(format!("{}\n", json!({"released": was_paused})).as_bytes());
    }
    super::print(if was_paused { b"mail goes out again\n" } else { b"mail was not held back\n" })
}

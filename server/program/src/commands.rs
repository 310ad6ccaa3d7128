//! The commands, each a thin layer over what the server does.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use kontor_server::AppState;
use kontor_server::config::Config;
use kontor_server::time::Clock;

mod backup;
mod demo;
mod export;
mod firm;
mod fsck;
mod import;
mod log;
mod mail;
mod pictures;
mod pricelist;
mod publish;
mod read_form;
mod relocate;
mod restore;
mod search;
mod segments;
mod serve;
mod setup_link;
mod user;

const ENVIRONMENT: &str = "\
Environment:
  DATABASE_URL       postgres://… ; absent: SQLite in the data directory
  KONTOR_SMTP_URL    smtps://user:password@host or smtp://…?tls=required ; absent: .eml files in the spool
  KONTOR_SMTP_CA     PEM file of a further authority the mail server's certificate may be signed by
  KONTOR_IMAP_URL    mailbox orders come to, imaps://user:password@host/INBOX or imap://…?tls=required ; absent: files in the data directory
  KONTOR_MAIL_AUTHSERV  name under which the receiving server says whose signature is good; absent: no signature is believed
  KONTOR_PUBLIC_URL  where links in mails lead
  KONTOR_PICTURE_HOSTS  hosts of an inner network that pictures may be fetched from, with commas between; absent: none
  KONTOR_SECRET      what links are signed and second factors encrypted with, 32 characters or more; absent: kept in the database
  KONTOR_LOG         what is logged, e.g. info or kontor_server=debug
  KONTOR_LOG_FORMAT  text (usual) or json, an object a line
DATABASE_URL_FILE, KONTOR_SMTP_URL_FILE, KONTOR_IMAP_URL_FILE, KONTOR_SECRET_FILE and KONTOR_PUBLIC_URL_FILE name files to read them from.";

/// Kontor: price list, order desk and customer office of a wholesale firm.
#[derive(Parser)]
#[command(name = "kontor", version, disable_help_subcommand = true, after_help = ENVIRONMENT)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Where the data is. `DATABASE_URL` may name a PostgreSQL database instead.
#[derive(Args, Clone)]
pub struct Data {
    /// Directory of the SQLite database, caches and the mail spool; created if missing.
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and API.
    Serve(serve::Serve),
    /// Load a demonstration firm with real trade data, and serve it.
    Demo(demo::Demo),
    /// Which customers are regular, irregular, former or potential, as of a day.
    Segments(segments::Segments),
    /// Bring in products, groups, customers or orders from files.
    Import(import::Import),
    /// Give products pictures from files named after their codes.
    Pictures(pictures::Pictures),
    /// Print products, customers, orders or the price list in force.
    Export(export::Export),
    /// Publish the catalogue as the next price list version.
    Publish(publish::Publish),
    /// Search the price list in force, as a buyer does.
    Search(search::Search),
    /// Write the price list as a workbook for one customer.
    Pricelist(pricelist::Pricelist),
    /// Read a filled-in order form and tell what would become of each line; nothing is stored.
    ReadForm(read_form::ReadForm),
    /// Show or change the firm's settings.
    Firm(firm::Firm),
    /// Sign mail, and look after what is being sent.
    Mail(mail::Mail),
    /// Print a new one-time link for setting up the firm and its first administrator.
    SetupLink(setup_link::SetupLink),
    /// Manage who can log in.
    User(user::User),
    /// Copy everything into one file while the server runs; `-` for standard output.
    Backup(backup::Backup),
    /// Fill an empty data directory or database from a backup. Nothing is sent from it until sending is released.
    Restore(restore::Restore),
    /// Copy the SQLite database into an empty PostgreSQL database. Stop the server first.
    Move(relocate::Move),
    /// Check what must always hold, on a running database too.
    Fsck(fsck::Fsck),
    /// Print the OpenAPI document.
    Openapi,
}

/// Runs one command to its exit code.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Serve(command) => block_on(command.run()),
        Command::Demo(command) => block_on(command.run()),
        Command::Segments(command) => block_on(command.run()),
        Command::Import(command) => block_on(command.run()),
        Command::Pictures(command) => block_on(command.run()),
        Command::Export(command) => block_on(command.run()),
        Command::Publish(command) => block_on(command.run()),
        Command::Search(command) => block_on(command.run()),
        Command::Pricelist(command) => block_on(command.run()),
        Command::ReadForm(command) => block_on(command.run()),
        Command::Firm(command) => block_on(command.run()),
        Command::Mail(command) => block_on(command.run()),
        Command::SetupLink(command) => block_on(command.run()),
        Command::User(command) => block_on(command.run()),
        Command::Backup(command) => block_on(command.run()),
        Command::Restore(command) => block_on(command.run()),
        Command::Move(command) => block_on(command.run()),
        Command::Fsck(command) => block_on(command.run()),
        Command::Openapi => {
            print(format!("{}\n", kontor_server::openapi::text()).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn block_on(future: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?.block_on(future)
}

/// Writes a result to stdout. A reader that has read enough, such as `head`, is no error.
pub fn print(bytes: &[u8]) -> anyhow::Result<()> {
    match std::io::Write::write_all(&mut std::io::stdout().lock(), bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Logs to stderr, as text or as a JSON object a line (`KONTOR_LOG_FORMAT`); `KONTOR_LOG` filters (default: info).
pub fn start_logging() -> anyhow::Result<()> {
    let filter = log::filter()?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let format = std::env::var("KONTOR_LOG_FORMAT").unwrap_or_default();
    // A second subscriber is no trouble: the first one stays.
    let _ = match format.as_str() {
        "" | "text" => log.try_init(),
        "json" => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        other => anyhow::bail!("KONTOR_LOG_FORMAT is json or text, not {other}"),
    };
    Ok(())
}

impl Data {
    /// Opens the database; for commands that work on it.
    pub async fn open(&self) -> anyhow::Result<AppState> {
        AppState::open(Config::from_env(self.data.clone())?, Clock::system()).await
    }
}

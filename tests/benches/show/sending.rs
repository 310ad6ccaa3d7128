//! How many messages of a mailing go out in a second: rendered, signed, stored, with and without the reader's own price list,
//! to a mail server on the same machine that takes everything. Beside it the same bytes in the same run, by SMTP alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use kontor_server::config::Config;
use kontor_server::db::Engine;
use kontor_server::mail::{self, Conversation, Patience, Server, dkim};
use kontor_server::secrets::Purpose;
use kontor_server::time::Clock;
use kontor_server::{AppState, outbox, price_list};
use kontor_shared::mailings::MailingAction;
use kontor_tests::databases::Place;
use kontor_tests::goods::{Good, good, publish};
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::figures::{Figures, median, size_of};

/// Both ways, this often, in turn.
const ROUNDS: usize = 3;
/// Messages of a round; with the price list a fifth of them.
const MESSAGES: usize = 5_000;
/// Goods of the price list that goes along.
const GOODS: usize = 1_000;
/// As many connections side by side as the outbox has.
const CONNECTIONS: usize = 4;
/// Different messages the plain loop sends over and over: together they stay in memory.
const DIFFERENT: i64 = 100;

pub async fn measure(text: &mut Figures, engine: Engine, name: &str) -> Result<()> {
    let (sink, place) = (Sink::start().await?, Place::new(engine).await);
    let config = Config {
        data: place.directory.clone(),
        database_url: place.url.clone(),
        smtp_url: Some(sink.url()),
        public_url: Some(PUBLIC_URL.into()),
        ..Config::default()
    };
    let state = AppState::open(config, Clock::system()).await?;
    let codes: Vec<String> = (0..GOODS).map(|at| format!("M-{at:04}")).collect();
    let goods: Vec<Good<'_>> = codes.iter().map(|code| good(code, "12.5")).collect();
    publish(&state, "2020-01-01", &goods).await;
    price_list::publish(&state, "bench", None, "").await.map_err(|error| anyhow!("the price list cannot be published: {error:?}"))?;
    let key = dkim::seal(&state.key(Purpose::Mail).await?, "firm.example", "k1", &dkim::new_key(dkim::Kind::Rsa)?)?;
    name_sender(&state, |firm| firm.dkim = Some(key)).await;

    let many = size_of("KONTOR_BENCH_MESSAGES", MESSAGES);
    for (attach, count) in [(false, many), (true, (many / 5).max(1))] {
        let (mut ours, mut plain, mut bytes) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let mailing = mailing(&state, attach, round, count).await?;
            let (before, started) = (sink.taken(), Instant::now());
            outbox::run_due(&state, || false).await?;
            ours.push(count as f64 / started.elapsed().as_secs_f64());
            let sent = mailing.count(&state, "sent").await;
            ensure!(sent == count as i64 && sink.taken() - before == count, "{sent} of {count} messages were sent");
            let messages = Arc::new(as_sent(&state, &mailing.id).await?);
            bytes = messages.iter().map(Vec::len).sum::<usize>() / messages.len();
            let started = Instant::now();
            by_smtp_alone(&sink.url(), &messages, count).await?;
            plain.push(count as f64 / started.elapsed().as_secs_f64());
        }
        let (ours, plain) = (median(&mut ours), median(&mut plain));
        let what = if attach { format!("with a price list of {GOODS} goods attached") } else { "without attachment".into() };
        text.row(
            &format!("Messages of a mailing, {what}, {name}"),
            &format!("{ours:.0} a second: {:.2} of SMTP alone ({plain:.0} a second)", ours / plain),
            &format!(
                "{count} of {:.1} kB, rendered for each reader, signed with RSA 2048, stored, marked before and after; SMTP alone: the same bytes over as many \
                 connections; mail server on the same machine; median of {ROUNDS}, in turn",
                bytes as f64 / 1000.0
            ),
        );
    }
    state.db.close().await;
    place.remove().await;
    Ok(())
}

/// A mailing to people of its own, started.
async fn mailing(state: &AppState, attach: bool, round: usize, count: usize) -> Result<Written> {
    let people: Vec<(String, String)> = (0..count)
        .map(|at| format!("{}{round}-{at}", if attach { "with" } else { "bare" }))
        .map(|code| (code.clone(), format!("{code}@d{}.example", code.len() % 5)))
        .collect();
    let people: Vec<(&str, &str)> = people.iter().map(|(code, address)| (code.as_str(), address.as_str())).collect();
    let written = Written::draft(state, &people).await;
    let mut tx = state.db.write_tx().await?;
    sqlx::query("UPDATE mailings SET attach_price_list = $1 WHERE id = $2").bind(i64::from(attach)).bind(&written.id).execute(&mut *tx).await?;
    tx.commit().await?;
    written.freeze(state).await;
    written.act(state, MailingAction::Start).await;
    Ok(written)
}

/// Some of a mailing's messages to the byte.
async fn as_sent(state: &AppState, mailing: &str) -> Result<Vec<Vec<u8>>> {
    let mut connection = state.db.read().await?;
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM messages WHERE mailing_id = $1 ORDER BY id LIMIT $2")
        .bind(mailing)
        .bind(DIFFERENT)
        .fetch_all(&mut *connection)
        .await?;
    let mut messages = Vec::new();
    for id in ids {
        messages.push(outbox::as_sent(&mut connection, &id).await?.ok_or_else(|| anyhow!("a message was not kept"))?);
    }
    Ok(messages)
}

/// Sends `count` messages and does nothing else.
async fn by_smtp_alone(url: &str, messages: &Arc<Vec<Vec<u8>>>, count: usize) -> Result<()> {
    let mut connections = Vec::new();
    for first in 0..CONNECTIONS {
        let (server, messages) = (Server::parse(url)?, messages.clone());
        connections.push(tokio::spawn(async move {
            let trouble = |trouble: mail::Trouble| anyhow!("the mail server does not take it: {}", trouble.text());
            let (from, to) = (mail::recipient("sales@firm.example")?, mail::recipient("reader@d1.example")?);
            let mut conversation = Conversation::open(&server, Patience::default()).await.map_err(trouble)?;
            for at in (first..count).step_by(CONNECTIONS) {
                conversation.envelope(&from, &to).await.map_err(trouble)?;
                conversation.announce().await.map_err(trouble)?;
                conversation.content(&messages[at % messages.len()]).await.map_err(trouble)?;
            }
            conversation.close().await;
            anyhow::Ok(())
        }));
    }
    for connection in connections {
        connection.await??;
    }
    Ok(())
}

/// A mail server that takes everything and keeps nothing but the count.
struct Sink {
    port: u16,
    taken: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Sink {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, taken) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)));
        let counted = taken.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = counted.clone();
                tokio::spawn(async move { take(stream, &counted).await });
            }
        });
        Ok(Self { port, taken, task })
    }

    fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(mut stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink\r\n").await?;
    let mut buffer = vec![0; 1 << 17];
    let (mut filled, mut in_content) = (0, false);
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let end: &[u8] = if in_content { b"\r\n.\r\n" } else { b"\r\n" };
        if !buffer[..filled].ends_with(end) {
            if in_content {
                // Only the beginning of its end is of interest.
                let kept = filled.min(end.len() - 1);
                buffer.copy_within(filled - kept..filled, 0);
                filled = kept;
            }
            continue;
        }
        let said = if in_content {
            taken.fetch_add(1, Ordering::Relaxed);
            in_content = false;
            "250 taken\r\n"
        } else {
            match &buffer[..filled.min(4)] {
                b"EHLO" => "250-sink\r\n250 8BITMIME\r\n",
                b"DATA" => {
                    in_content = true;
                    "354 go on\r\n"
                }
                b"QUIT" => return stream.write_all(b"221 bye\r\n").await,
                _ => "250 ok\r\n",
            }
        };
        filled = 0;
        stream.write_all(said.as_bytes()).await?;
    }
}

//! Whether a database can be had at all, found out by one connection before a pool is made. A pool tries again for half a
//! minute whatever is wrong, and then says only that time ran out.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use crate::error::sentence;

/// A server that does not answer in this time is not there.
const ANSWER: Duration = Duration::from_secs(10);
/// A PostgreSQL that is starting, or has no connection free, gets this long.
const STARTING: Duration = Duration::from_secs(30);

/// Opens the SQLite database once and looks into it; `options` say whether it may be created.
pub(super) async fn sqlite(file: &Path, options: &AnyConnectOptions) -> anyhow::Result<()> {
    let asked = async {
        let mut connection = AnyConnection::connect_with(options).await?;
        // Opening alone reads nothing. A lock somebody holds is waited for as ever.
        connection.execute("PRAGMA busy_timeout = 10000").await?;
        connection.execute("PRAGMA journal_mode = WAL").await?;
        connection.execute("SELECT COUNT(*) FROM sqlite_master").await?;
        connection.close().await
    };
    asked.await.map_err(|error| {
        let way_out = match primary_code(&error) {
            Some(26 | 11) => "it is no database, or damaged: restore a backup into an empty directory and name that with --data",
            Some(3 | 8 | 14 | 23) => "the directory and its files have to belong to whoever runs kontor",
            Some(5 | 6) => "another program has it locked: end that first",
            Some(10 | 13) => "look at the disk",
            _ => "look at the directory",
        };
        anyhow!("cannot open {}: {}; {way_out}", file.display(), said(error))
    })
}

/// What the database says, or what was in the way.
fn said(error: sqlx::Error) -> String {
    match error.as_database_error() {
        Some(database) => database.message().to_string(),
        None => sentence(&error.into()),
    }
}

/// SQLite's codes are extended above the first eight bits.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// Connects to PostgreSQL once.
pub(super) async fn postgres(url: &str, options: &AnyConnectOptions) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let error = match tokio::time::timeout(ANSWER, AnyConnection::connect_with(options)).await {
            Ok(Ok(connection)) => return Ok(connection.close().await?),
            Ok(Err(error)) => error,
            Err(_) => {
                return Err(anyhow!("{} does not answer within {} s; is the address right, and may this machine reach it?", place(url), ANSWER.as_secs()));
            }
        };
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        // It is starting or ending, or all its connections are taken.
        if matches!(code.as_str(), "57P03" | "53300") && begun.elapsed() < STARTING {
            tokio::time::sleep(Duration::from_millis(250)).await;
            continue;
        }
        let way_out = match code.as_str() {
            "28P01" | "28000" => "user and password in the address have to be those of PostgreSQL",
            "3D000" => "make it with createdb, or name another",
            "53300" => "it has no connection free: raise max_connections",
            _ => "does it run, and is the address right?",
        };
        return Err(anyhow!("cannot open {}: {}; {way_out}", place(url), said(error)));
    }
}

/// Host, port and name of a database; never the password.
fn place(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => {
            let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("localhost");
            format!("the PostgreSQL database {} at {host}:{}", url.path().trim_start_matches('/'), url.port().unwrap_or(5432))
        }
        Err(_) => "the PostgreSQL database".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_no_password() {
        assert_eq!(place("postgres://kontor:secret@db.example.com/firm"), "the PostgreSQL database firm at db.example.com:5432");
        assert_eq!(place("postgres://kontor:secret@[::1]:6432/firm?sslmode=require"), "the PostgreSQL database firm at [::1]:6432");
        assert_eq!(place("postgres:///firm"), "the PostgreSQL database firm at localhost:5432");
    }
}

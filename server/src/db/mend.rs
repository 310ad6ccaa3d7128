//! Databases made by editions of the schema that stood for less than an hour are brought into the history told since. sqlx
//! knows editions by their SHA-384; every other database is left alone.

use sqlx::{AnyConnection, Connection as _};

use super::{Engine, migrations, schema};

/// 0001_house.sql as it stood for forty minutes: a column had another's name.
const FIRST_EDITION: &str = "bad38f6692e8b8e50b5494608c2fcf3fd01531d8b6ff3ee212f4a4c8742254ae9b940265771f41a297f11fe30a4315e6";
/// 0012_segments.sql was the fourteenth for an hour, while others were written beside it.
const SEGMENTS_WERE: i64 = 14;
const SEGMENTS_ARE: i64 = 12;

/// Before the migrations run.
pub(super) async fn early_editions(connection: &mut AnyConnection, engine: Engine) -> anyhow::Result<()> {
    if schema::version(connection, engine).await?.is_none() {
        return Ok(());
    }
    first_edition(connection).await?;
    segments_number(connection).await
}

fn checksum_now(version: i64) -> Vec<u8> {
    migrations().iter().find(|migration| migration.version == version).map(|migration| migration.checksum.to_vec()).unwrap_or_default()
}

async fn checksum_of(connection: &mut AnyConnection, version: i64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("SELECT checksum FROM _sqlx_migrations WHERE version = $1").bind(version).fetch_optional(connection).await
}

async fn first_edition(connection: &mut AnyConnection) -> anyhow::Result<()> {
    let found = checksum_of(connection, 1).await?;
    if found.is_none_or(|checksum| crate::auth::hex(&checksum) != FIRST_EDITION) {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    sqlx::query("ALTER TABLE messages DROP COLUMN attachment_hash").execute(&mut *tx).await?;
    sqlx::query("ALTER TABLE messages ADD COLUMN rendered_hash TEXT REFERENCES bodies (hash)").execute(&mut *tx).await?;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1").bind(checksum_now(1)).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Migrations between the two numbers that it lacks are made up for: none of them touches what another makes.
async fn segments_number(connection: &mut AnyConnection) -> anyhow::Result<()> {
    if checksum_of(connection, SEGMENTS_WERE).await?.is_none_or(|checksum| checksum != checksum_now(SEGMENTS_ARE)) {
        return Ok(());
    }
    sqlx::query("UPDATE _sqlx_migrations SET version = $1 WHERE version = $2").bind(SEGMENTS_ARE).bind(SEGMENTS_WERE).execute(connection).await?;
    Ok(())
}

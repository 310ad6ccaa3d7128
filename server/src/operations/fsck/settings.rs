//! The firm's settings and the audit trail.

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::Found;
use crate::firm::FirmSettings;

/// Clocks are set now and then; ids never go back.
const CLOCK_SET_MS: i64 = 10 * 60_000;

/// An entry's id holds the time it was made at, so a time that was altered since differs.
pub async fn audit(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, (String, i64)>("SELECT id, at FROM audit").fetch(connection);
    while let Some((id, at)) = rows.try_next().await? {
        let made = id.parse::<Uuid>().ok().filter(|id| id.get_version_num() == 7).and_then(|id| id.get_timestamp());
        let made_ms = made.map(|made| made.to_unix()).map(|(seconds, nanos)| seconds as i64 * 1000 + i64::from(nanos / 1_000_000));
        found.hold(made_ms.is_some_and(|made| (made - at).abs() <= CLOCK_SET_MS), || id.clone());
    }
    Ok(found)
}

pub async fn firm(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT id, data FROM firm").fetch_all(connection).await?;
    for (id, data) in rows {
        let settings = serde_json::from_str::<FirmSettings>(&data);
        found.hold(id == 1 && settings.is_ok_and(|settings| settings.time_zone().is_ok()), || format!("firm {id}"));
    }
    Ok(found)
}

//! Taking what is due and may go. One short transaction: mails about orders first, then mailings under way; who may not be
//! written to is skipped; what would go too fast is put off, in the database, so that nobody sleeps and every server and
//! every restart keeps the same pace.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kontor_shared::sending::{Admission, admit, counted, interval_ms};
use kontor_shared::settings::MailLimits;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::{self, Claimed};
use super::{breaker, gate};
use crate::AppState;
use crate::db::{placeholders, rows_of_placeholders};

/// Longer than greeting, encryption, log-in and envelope may take together.
const CLAIM_MS: i64 = 10 * 60_000;

/// What a claim came to.
#[derive(Default)]
pub struct Taken {
    pub messages: Vec<Claimed>,
    /// Something was skipped or put off: another claim may find what lay behind it.
    pub moved: bool,
}

/// Claims `most` messages at most.
pub async fn claim(state: &AppState, limits: &MailLimits, most: i64) -> anyhow::Result<Taken> {
    let now = state.clock.now_ms();
    let skip_locked = state.db.skip_locked();
    let mut tx = state.db.write_tx().await?;
    if store::is_paused(&mut tx).await? {
        return Ok(Taken::default());
    }
    let mut due = store::due_orders(&mut tx, skip_locked, now, most).await?;
    let running = if (due.len() as i64) < most { store::running(&mut tx).await? } else { Vec::new() };
    if !running.is_empty() && breaker::open_until(&mut tx, breaker::SMARTHOST, now).await?.is_none() {
        for mailing in running {
            let room = most - due.len() as i64;
            if room <= 0 {
                break;
            }
            due.extend(store::due_of(&mut tx, skip_locked, &mailing, now, room).await?);
        }
    }
    if due.is_empty() {
        return Ok(Taken::default());
    }
    let refused = gate::refused(&mut tx, &due.iter().collect::<Vec<_>>(), now).await?;
    let mut taken = Taken { messages: Vec::new(), moved: !refused.is_empty() };
    for (id, reason) in &refused {
        store::skip(&mut tx, id, reason.word()).await?;
    }
    due.retain(|message| !refused.contains_key(&message.id));
    let Paced { go, put_off } = pace(&mut tx, state, limits, due, now).await?;
    taken.moved |= !put_off.is_empty();
    // What goes is taken first, or it would be given a later slot that nobody else gets.
    if !go.is_empty() {
        let ids: Vec<String> = go.iter().map(|message| message.id.clone()).collect();
        store::take(&mut tx, &ids, &state.boot_id, now + CLAIM_MS).await?;
    }
    for ((mailing, domain), (from, step)) in put_off {
        store::put_off(&mut tx, skip_locked, &mailing, &domain, now, from, step).await?;
    }
    tx.commit().await?;
    taken.messages = go.into_iter().map(|message| Claimed { attempts: message.attempts + 1, ..message }).collect();
    Ok(taken)
}

struct Paced {
    go: Vec<Claimed>,
    /// By mailing and domain: the first slot and the step to the next.
    put_off: BTreeMap<(String, String), (i64, i64)>,
}

/// Lets go what the limits and the breakers let go. What tells of orders always goes, and counts.
async fn pace(connection: &mut AnyConnection, state: &AppState, limits: &MailLimits, due: Vec<Claimed>, now: i64) -> sqlx::Result<Paced> {
    let domains: BTreeSet<&str> = due.iter().map(|message| message.domain.as_str()).collect();
    let mut limited: BTreeMap<String, u32> = domains.iter().filter_map(|domain| Some((breaker::domain_scope(domain), limits.of_domain(domain)?))).collect();
    if let Some(limit) = limits.per_hour {
        limited.insert(breaker::SMARTHOST.into(), limit);
    }
    let mut times = arrival_times(connection, state, &limited.keys().cloned().collect::<Vec<_>>()).await?;
    let before = times.clone();
    let open = breaker::open(connection, &domains.iter().map(|domain| breaker::domain_scope(domain)).collect::<Vec<_>>(), now).await?;
    let mut paced = Paced { go: Vec::new(), put_off: BTreeMap::new() };
    for message in due {
        let domain = breaker::domain_scope(&message.domain);
        let scopes = [breaker::SMARTHOST, domain.as_str()];
        let Some(mailing) = message.mailing_id.clone() else {
            for scope in scopes {
                if let Some(limit) = limited.get(scope) {
                    let tat = times.get(scope).copied().unwrap_or(0);
                    times.insert(scope.into(), counted(tat, now, *limit));
                }
            }
            paced.go.push(message);
            continue;
        };
        if let Some(until) = open.get(&domain) {
            paced.put_off.insert((mailing, message.domain), (*until, 0));
            continue;
        }
        let asked = scopes.map(|scope| limited.get(scope).map(|limit| (scope, *limit, admit(times.get(scope).copied().unwrap_or(0), now, *limit))));
        // All of a mailing waits for the mail server: left where it is, without a write for each.
        if let Some((_, _, Admission::At(_))) = asked[0] {
            continue;
        }
        if let Some((_, limit, Admission::At(at))) = asked[1] {
            paced.put_off.entry((mailing, message.domain)).or_insert((at, interval_ms(limit)));
            continue;
        }
        for (scope, _, admission) in asked.into_iter().flatten() {
            if let Admission::Now { tat } = admission {
                times.insert(scope.into(), tat);
            }
        }
        paced.go.push(message);
    }
    times.retain(|scope, tat| before.get(scope) != Some(tat));
    keep(connection, &times).await?;
    Ok(paced)
}

/// The theoretical arrival times of scopes, which stay as they are until the transaction ends.
async fn arrival_times(connection: &mut AnyConnection, state: &AppState, scopes: &[String]) -> sqlx::Result<HashMap<String, i64>> {
    if scopes.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "INSERT INTO throttles (scope, tat) VALUES {} ON CONFLICT (scope) DO NOTHING",
        (1..=scopes.len()).map(|at| format!("(${at}, 0)")).collect::<Vec<_>>().join(", ")
    );
    scopes.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, scope| query.bind(scope)).execute(&mut *connection).await?;
    let sql = format!("SELECT scope, tat FROM throttles WHERE scope IN ({}) ORDER BY scope{}", placeholders(1, scopes.len()), state.db.for_update());
    let rows: Vec<(String, i64)> = scopes.iter().fold(sqlx::query_as(AssertSqlSafe(sql)), |query, scope| query.bind(scope)).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

async fn keep(connection: &mut AnyConnection, times: &HashMap<String, i64>) -> sqlx::Result<()> {
    if times.is_empty() {
        return Ok(());
    }
    let sql =
        format!("INSERT INTO throttles (scope, tat) VALUES {} ON CONFLICT (scope) DO UPDATE SET tat = excluded.tat", rows_of_placeholders(times.len(), 2));
    times.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (scope, tat)| query.bind(scope).bind(*tat)).execute(connection).await?;
    Ok(())
}

//! What of a mailing waits and for what: limits, domains left alone, refusals for now. Nobody should have to guess why
//! eleven of seven hundred letters are out.

use std::collections::HashMap;

use kontor_shared::api::mailings as api;
use kontor_shared::mailings::MailingState;
use kontor_shared::sending::{Admission, Queue, admit, out_by};
use kontor_shared::settings::MailLimits;
use sqlx::AnyConnection;

use crate::outbox::breaker::{SMARTHOST, domain_scope};
use crate::outbox::store::is_paused;
use crate::time::rfc3339;

/// So many domains are told one by one.
const MOST_TOLD: usize = 5;

crate::row! {
    struct Domain {
        domain: String,
        messages: i64,
        /// Put off by a limit or a breaker before the first try …
        put_off: i64,
        put_off_from: i64,
        /// … and after one.
        again: i64,
        again_from: i64,
        last: i64,
    }
}

/// The account of what is not sent yet; nothing where nothing waits, or the mailing is not on its way.
pub async fn of(connection: &mut AnyConnection, mailing: &str, state: MailingState, limits: &MailLimits, now: i64) -> anyhow::Result<Option<api::Waiting>> {
    if !matches!(state, MailingState::Running | MailingState::Paused) {
        return Ok(None);
    }
    let rows: Vec<Domain> = sqlx::query_as(
        "SELECT domain, COUNT(*) AS messages, \
         COALESCE(CAST(SUM(CASE WHEN run_after > $2 AND attempts = 0 THEN 1 ELSE 0 END) AS BIGINT), 0) AS put_off, \
         COALESCE(MIN(CASE WHEN run_after > $2 AND attempts = 0 THEN run_after END), 0) AS put_off_from, \
         COALESCE(CAST(SUM(CASE WHEN run_after > $2 AND attempts > 0 THEN 1 ELSE 0 END) AS BIGINT), 0) AS again, \
         COALESCE(MIN(CASE WHEN run_after > $2 AND attempts > 0 THEN run_after END), 0) AS again_from, MAX(run_after) AS last \
         FROM messages WHERE state = 'queued' AND mailing_id IS NOT NULL AND mailing_id = $1 GROUP BY domain",
    )
    .bind(mailing)
    .bind(now)
    .fetch_all(&mut *connection)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    // Of the others the past has nothing to say.
    let times: Vec<(String, i64)> = sqlx::query_as("SELECT scope, tat FROM throttles WHERE tat > $1").bind(now).fetch_all(&mut *connection).await?;
    let open: Vec<(String, i64)> = sqlx::query_as("SELECT scope, open_until FROM breakers WHERE open_until > $1").bind(now).fetch_all(&mut *connection).await?;
    let (times, open): (HashMap<_, _>, HashMap<_, _>) = (times.into_iter().collect(), open.into_iter().collect());
    let stopped = if is_paused(connection).await? {
        Some("sending_paused")
    } else if state == MailingState::Paused {
        Some("mailing_paused")
    } else if open.contains_key(SMARTHOST) {
        Some("mail_server")
    } else {
        None
    };
    Ok(Some(account(&rows, &times, &open, limits, stopped, now)))
}

fn account(rows: &[Domain], times: &HashMap<String, i64>, open: &HashMap<String, i64>, limits: &MailLimits, stopped: Option<&str>, now: i64) -> api::Waiting {
    let (mut held, mut queues) = (Vec::new(), Vec::new());
    let mut hold = |reason: &str, domain: Option<&str>, count: i64, per_hour: Option<u32>, next: i64| {
        if count > 0 {
            let (reason, domain) = (reason.to_string(), domain.map(String::from));
            held.push(api::Held { reason, domain, count: count.unsigned_abs(), per_hour, next_at: (next > now).then(|| rfc3339(next)) });
        }
    };
    for row in rows {
        let scope = domain_scope(&row.domain);
        let (per_hour, open_until) = (limits.of_domain(&row.domain), open.get(&scope).copied());
        match open_until {
            Some(until) => hold("breaker", Some(&row.domain), row.messages, None, until),
            None => {
                hold("domain_limit", Some(&row.domain), row.put_off, per_hour, row.put_off_from);
                hold("retry", Some(&row.domain), row.again, None, row.again_from);
            }
        }
        let tat = times.get(&scope).copied().unwrap_or(0);
        queues.push(Queue { messages: row.messages.unsigned_abs(), per_hour, tat, open_until, put_off_to: row.last });
    }
    let messages = rows.iter().map(|row| row.messages.unsigned_abs()).sum();
    let tat = times.get(SMARTHOST).copied().unwrap_or(0);
    if let Some(limit) = limits.per_hour
        && let Admission::At(next) = admit(tat, now, limit)
    {
        let due = rows.iter().filter(|row| !open.contains_key(&domain_scope(&row.domain))).map(|row| row.messages - row.put_off - row.again).sum();
        hold("limit", None, due, Some(limit), next);
    }
    let together = Queue { messages, per_hour: limits.per_hour, tat, open_until: open.get(SMARTHOST).copied(), put_off_to: 0 };
    let done_at = out_by(now, &queues, &together).filter(|_| matches!(stopped, None | Some("mail_server"))).map(rfc3339);
    held.sort_by(|one, other| (other.count, &one.domain).cmp(&(one.count, &other.domain)));
    let more = held.split_off(held.len().min(MOST_TOLD));
    api::Waiting {
        messages,
        stopped: stopped.map(String::from),
        held,
        more_domains: more.iter().filter_map(|one| one.domain.as_ref()).collect::<std::collections::HashSet<_>>().len() as u64,
        more_messages: more.iter().map(|one| one.count).sum(),
        done_at,
    }
}

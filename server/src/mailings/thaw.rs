//! Taking a frozen mailing back to a draft. Its messages go, none of which was sent or tried; who they were for, and why
//! some would have been skipped, stays in the audit trail. Freezing it again writes new ones.

use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::desk::store;

/// Removes a mailing's messages and what was fixed for them, and gives the account of both; nothing where one was tried.
/// A sender that claims one at the same moment wins: then it is left, and the caller rolls back.
pub async fn take_back(connection: &mut AnyConnection, mailing: &str) -> anyhow::Result<Option<Value>> {
    let counts: Vec<Value> =
        store::counts(connection, mailing).await?.into_iter().map(|(state, reason, count)| json!({"state": state, "reason": reason, "count": count})).collect();
    let fixed: (Option<i64>, Option<i64>, Option<i64>, String, String) =
        sqlx::query_as("SELECT template_version, price_list, frozen_at, frozen_by, frozen_by_rule FROM mailings WHERE id = $1")
            .bind(mailing)
            .fetch_one(&mut *connection)
            .await?;
    sqlx::query("DELETE FROM messages WHERE mailing_id = $1 AND attempts = 0 AND state IN ('queued', 'skipped')")
        .bind(mailing)
        .execute(&mut *connection)
        .await?;
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages WHERE mailing_id = $1").bind(mailing).fetch_one(&mut *connection).await?;
    if left > 0 {
        return Ok(None);
    }
    sqlx::query(
        "UPDATE mailings SET template_version = NULL, price_list = NULL, frozen_by_rule = '', frozen_at = NULL, frozen_by = '', started_at = NULL, \
         started_by = '' WHERE id = $1",
    )
    .bind(mailing)
    .execute(connection)
    .await?;
    let (version, price_list, at, by, rule) = fixed;
    let rule: Value = serde_json::from_str(&rule).unwrap_or_default();
    Ok(Some(json!({"messages": counts, "template_version": version, "price_list": price_list, "at": at, "by": by, "rule": rule})))
}

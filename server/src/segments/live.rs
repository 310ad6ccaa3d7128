//! Where every customer is now: judged again when an order of theirs changes, when a day goes by, when the rule or the
//! data changes. Each move is kept with the facts it was decided by.

use std::collections::{HashMap, HashSet};

use kontor_shared::ids::CustomerId;
use kontor_shared::segments::{Rule, Verdict};
use sqlx::AnyConnection;

use super::{Marks, firm_rule, history, judge_some, store};
use crate::AppState;
use crate::time::Clock;

/// Customers one transaction writes about: an order placed meanwhile waits milliseconds.
const TOGETHER: usize = 200;

/// Why a customer was judged again, as the `cause` column has it.
mod cause {
    pub const ORDER: &str = "order";
    pub const TIME: &str = "time";
    pub const RULE: &str = "rule";
}

/// Marks customers whose orders changed, in the transaction of the change.
pub async fn mark(connection: &mut AnyConnection, customers: &[&str], now: i64) -> sqlx::Result<()> {
    store::mark(connection, customers, now).await
}

/// Has everybody judged anew, because data came in or terms changed that verdicts rest on.
pub async fn mark_everybody(connection: &mut AnyConnection, clock: &Clock) -> sqlx::Result<()> {
    // Another text each time: whoever is judging everybody at the moment sees that it has to be done again.
    store::set_judged_by(connection, &format!("again {}", clock.new_id()), clock.now_ms()).await
}

/// Judges whoever has to be judged again. Cheap when nobody has.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<()> {
    let mut connection = state.db.read().await?;
    let firm = crate::firm::stored(&mut connection).await?;
    let rule = firm_rule(&firm, state.clock.now_ms())?;
    let wanted = format!("{} {}", rule.as_of, rule.text());
    let judged_by = store::judged_by(&mut connection).await?;
    drop(connection);
    if judged_by != wanted {
        let cause = if judged_by.split_once(' ').is_some_and(|(_, text)| text == rule.text()) { cause::TIME } else { cause::RULE };
        everybody(state, &rule, &judged_by, &wanted, cause, &stopped).await?;
    }
    // Each once: who orders all the time is judged at each look, not all the time.
    let mut looked_at: HashSet<String> = HashSet::new();
    while !stopped() {
        let mut due = store::due(&mut *state.db.read().await?, TOGETHER as i64).await?;
        due.retain(|(customer, _)| looked_at.insert(customer.clone()));
        if due.is_empty() {
            break;
        }
        after_orders(state, &rule, &due).await?;
    }
    Ok(())
}

/// Judges customers whose orders changed. What they ordered is read before the write lock is taken, for that takes longest;
/// who was marked again meanwhile is left for the next look.
async fn after_orders(state: &AppState, rule: &Rule, due: &[(String, i64)]) -> anyhow::Result<()> {
    let customers: Vec<CustomerId> = due.iter().map(|(id, _)| id.parse()).collect::<Result<_, _>>()?;
    let verdicts = judge_some(&mut *state.db.read().await?, rule, &customers).await?;
    let mut tx = state.db.write_tx().await?;
    store::lock(&mut tx, state.db.for_update()).await?;
    let unchanged = store::unmark(&mut tx, due).await?;
    let customers: Vec<CustomerId> = customers.into_iter().filter(|customer| unchanged.contains(&customer.to_string())).collect();
    write(&mut tx, state, rule, &customers, &verdicts, cause::ORDER).await?;
    tx.commit().await?;
    Ok(())
}

/// Judges everyone, then keeps the verdicts of the last checkpoint if nobody has. What nobody moved by costs no write.
async fn everybody(state: &AppState, rule: &Rule, judged_by: &str, wanted: &str, cause: &'static str, stopped: &impl Fn() -> bool) -> anyhow::Result<()> {
    let moved: Vec<CustomerId> = {
        let mut connection = state.db.read().await?;
        let current = store::current(&mut connection).await?;
        let judged = super::judge_all(&mut connection, rule).await?;
        judged.iter().filter(|one| current.get(&one.id.to_string()).is_none_or(|known| known != one.verdict.segment.word())).map(|one| one.id).collect()
    };
    for some in moved.chunks(TOGETHER) {
        if stopped() {
            return Ok(());
        }
        let mut tx = state.db.write_tx().await?;
        store::lock(&mut tx, state.db.for_update()).await?;
        judge(&mut tx, state, rule, some, cause).await?;
        tx.commit().await?;
    }
    let mut tx = state.db.write_tx().await?;
    // Data that came in meanwhile set it back, and everybody is judged once more.
    if store::lock(&mut tx, state.db.for_update()).await? == judged_by {
        store::set_judged_by(&mut tx, wanted, state.clock.now_ms()).await?;
    }
    tx.commit().await?;
    history::keep_checkpoint(state, rule).await
}

/// Judges customers and writes down who moved. The caller holds the lock: days are read here, after it was taken, so a
/// verdict that is written never rests on less than the one it replaces.
async fn judge(connection: &mut AnyConnection, state: &AppState, rule: &Rule, customers: &[CustomerId], cause: &'static str) -> anyhow::Result<()> {
    let verdicts = judge_some(connection, rule, customers).await?;
    write(connection, state, rule, customers, &verdicts, cause).await
}

/// Writes down who of the customers moved. The caller holds the lock.
async fn write(
    connection: &mut AnyConnection,
    state: &AppState,
    rule: &Rule,
    customers: &[CustomerId],
    verdicts: &HashMap<CustomerId, (Verdict, Marks)>,
    cause: &'static str,
) -> anyhow::Result<()> {
    if customers.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = customers.iter().map(CustomerId::to_string).collect();
    let current = store::current_some(connection, &ids).await?;
    let as_of = rule.as_of.to_string();
    let moved = customers.iter().zip(&ids).filter_map(|(customer, id)| {
        let (verdict, _) = verdicts.get(customer)?;
        let before = current.get(id).cloned().unwrap_or_default();
        (before != verdict.segment.word()).then(|| store::Change {
            id: state.clock.new_id().to_string(),
            customer: id.clone(),
            before,
            verdict,
            as_of: as_of.clone(),
            cause,
        })
    });
    let changes: Vec<store::Change<'_>> = moved.collect();
    store::write_changes(connection, &changes, state.clock.now_ms()).await?;
    Ok(())
}

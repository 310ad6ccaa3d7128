//! Something done beside a transaction of somebody else's, for stories about who locks what in which order.

use std::time::Duration;

use sqlx::AssertSqlSafe;

use crate::{Engine, TestApp};

/// A statement and the texts it takes.
pub type Statement<'a> = (&'static str, &'a [&'a str]);

/// Runs `act` beside a transaction that has run `before` when it starts, and runs `after` and commits once `act` waits for it.
pub async fn beside<T>(app: &TestApp, before: &[Statement<'_>], after: &[Statement<'_>], act: impl Future<Output = T>) -> T {
    // Longer than PostgreSQL waits before it looks for a deadlock: whoever closes a circle now is the one who is told.
    let a_while = Duration::from_millis(if app.engine() == Engine::Postgres { 1_300 } else { 300 });
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    run(&mut tx, before).await;
    let other = async {
        tokio::time::sleep(a_while).await;
        run(&mut tx, after).await;
        tx.commit().await.expect("committed");
    };
    tokio::join!(act, other).0
}

async fn run(connection: &mut sqlx::AnyConnection, statements: &[Statement<'_>]) {
    for (sql, values) in statements {
        let query = values.iter().fold(sqlx::query(AssertSqlSafe(*sql)), |query, value| query.bind(*value));
        query.execute(&mut *connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

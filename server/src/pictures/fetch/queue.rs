//! SQL of pictures to be fetched.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::{placeholders, rows_of_placeholders};

crate::row! {
    /// A fetch under a lease. `attempts` fences: who took it later has a higher one.
    pub struct Claimed {
        pub product_id: String,
        pub address: String,
        pub attempts: i64,
    }
}

/// The change that is visible, and the one addresses were looked at up to.
pub async fn looked_at(connection: &mut AnyConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as("SELECT visible_seq, pictures_seq FROM catalog_state WHERE id = 1").fetch_one(connection).await
}

pub async fn set_looked_at(connection: &mut AnyConnection, seq: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE catalog_state SET pictures_seq = $1 WHERE id = 1 AND pictures_seq < $1").bind(seq).execute(connection).await?;
    Ok(())
}

/// Products revised after one change up to another, with the address of their picture now; those without are told only
/// where there was one to be fetched.
pub async fn changed(connection: &mut AnyConnection, after: i64, up_to: i64) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT r.product_id, r.picture_url FROM product_revisions r LEFT JOIN picture_fetches f ON f.product_id = r.product_id \
         WHERE r.seq > $1 AND r.seq <= $2 AND r.picture_url <> COALESCE(f.address, '') \
         AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = r.product_id AND x.seq <= $2)",
    )
    .bind(after)
    .bind(up_to)
    .fetch_all(connection)
    .await
}

/// Puts addresses into the queue: product, address.
pub async fn ask_for(connection: &mut AnyConnection, named: &[(String, String)], now: i64) -> sqlx::Result<()> {
    let statement = format!(
        "INSERT INTO picture_fetches (product_id, address, state, attempts, run_after, lease_until, reason, detail) VALUES {} \
         ON CONFLICT (product_id) DO UPDATE SET address = excluded.address, state = 'waiting', attempts = 0, run_after = excluded.run_after, \
         lease_until = 0, reason = '', detail = '' WHERE picture_fetches.address <> excluded.address",
        rows_of_placeholders(named.len(), 8)
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for (product, address) in named {
        query = query.bind(product).bind(address).bind("waiting").bind(0_i64).bind(now).bind(0_i64).bind("").bind("");
    }
    query.execute(connection).await?;
    Ok(())
}

/// Takes a product's fetch away and gives its address.
pub async fn forget(connection: &mut AnyConnection, product: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("DELETE FROM picture_fetches WHERE product_id = $1 RETURNING address").bind(product).fetch_optional(connection).await
}

/// Fetches whose lease ran out wait again: whoever took them did not live to say what became of them.
pub async fn release(connection: &mut AnyConnection, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE picture_fetches SET state = 'waiting' WHERE state = 'fetching' AND lease_until < $1").bind(now).execute(connection).await?;
    Ok(())
}

pub async fn any_to_release(connection: &mut AnyConnection, now: i64) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT) FROM picture_fetches WHERE state = 'fetching' AND lease_until < $1 LIMIT 1");
    Ok(found.bind(now).fetch_optional(connection).await?.is_some())
}

/// What is to be fetched next: product, address. Those tried least come first, then those that wait longest; none whose address
/// begins as one of `passed_over`.
pub async fn next(connection: &mut AnyConnection, now: i64, passed_over: &[String]) -> sqlx::Result<Option<(String, String)>> {
    let mut statement = "SELECT product_id, address FROM picture_fetches WHERE state = 'waiting' AND run_after <= $1".to_string();
    for (at, beginning) in passed_over.iter().enumerate() {
        statement += &format!(" AND SUBSTR(address, 1, {}) <> ${}", beginning.chars().count(), at + 2);
    }
    statement += " ORDER BY attempts, run_after, product_id LIMIT 1";
    let query = passed_over.iter().fold(sqlx::query_as(AssertSqlSafe(statement)).bind(now), |query, beginning| query.bind(beginning));
    query.fetch_optional(connection).await
}

/// Takes a fetch that waits; none: another server was faster, or the address is another by now.
pub async fn claim(connection: &mut AnyConnection, product: &str, now: i64, lease_until: i64) -> sqlx::Result<Option<Claimed>> {
    sqlx::query_as(
        "UPDATE picture_fetches SET state = 'fetching', attempts = attempts + 1, lease_until = $3 \
         WHERE product_id = $1 AND state = 'waiting' AND run_after <= $2 RETURNING product_id, address, attempts",
    )
    .bind(product)
    .bind(now)
    .bind(lease_until)
    .fetch_optional(connection)
    .await
}

/// A part of a statement: the fetch is still this process's, and about this address.
const MINE: &str = "product_id = $1 AND address = $2 AND attempts = $3 AND state = 'fetching'";

pub async fn still(connection: &mut AnyConnection, one: &Claimed) -> sqlx::Result<bool> {
    let statement = format!("SELECT CAST(1 AS BIGINT) FROM picture_fetches WHERE {MINE}");
    let found = sqlx::query_scalar::<_, i64>(AssertSqlSafe(statement)).bind(&one.product_id).bind(&one.address).bind(one.attempts);
    Ok(found.fetch_optional(connection).await?.is_some())
}

pub async fn done(connection: &mut AnyConnection, one: &Claimed) -> sqlx::Result<()> {
    let statement = format!("UPDATE picture_fetches SET state = 'had', reason = '', detail = '' WHERE {MINE}");
    sqlx::query(AssertSqlSafe(statement)).bind(&one.product_id).bind(&one.address).bind(one.attempts).execute(connection).await?;
    Ok(())
}

/// Nothing is to be had for a product any more.
pub async fn settle(connection: &mut AnyConnection, product: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE picture_fetches SET state = 'had', reason = '', detail = '' WHERE product_id = $1 AND state <> 'had'")
        .bind(product)
        .execute(connection)
        .await?;
    Ok(())
}

/// As [`settle`], where the fetch is of this address.
pub async fn settle_of(connection: &mut AnyConnection, product: &str, address: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE picture_fetches SET state = 'had', reason = '', detail = '' WHERE product_id = $1 AND address = $2 AND state <> 'had'")
        .bind(product)
        .bind(address)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts a fetch back for `again`, or aside.
pub async fn missed(connection: &mut AnyConnection, one: &Claimed, again: Option<i64>, reason: &str, detail: &str) -> sqlx::Result<()> {
    let statement = format!("UPDATE picture_fetches SET state = $4, run_after = $5, reason = $6, detail = $7 WHERE {MINE}");
    sqlx::query(AssertSqlSafe(statement))
        .bind(&one.product_id)
        .bind(&one.address)
        .bind(one.attempts)
        .bind(if again.is_some() { "waiting" } else { "failed" })
        .bind(again.unwrap_or(0))
        .bind(reason)
        .bind(detail)
        .execute(connection)
        .await?;
    Ok(())
}

/// Starts failed fetches over: of products with these codes, or all of them. What merely waits for its next try is tried now.
pub async fn again(connection: &mut AnyConnection, codes: &[String], now: i64) -> sqlx::Result<u64> {
    let of = if codes.is_empty() {
        "state = 'failed'".to_string()
    } else {
        format!("state IN ('failed', 'waiting') AND product_id IN (SELECT id FROM products WHERE code IN ({}))", placeholders(2, codes.len()))
    };
    let statement = format!("UPDATE picture_fetches SET state = 'waiting', attempts = 0, run_after = $1, reason = '', detail = '' WHERE {of}");
    let query = codes.iter().fold(sqlx::query(AssertSqlSafe(statement)).bind(now), |query, code| query.bind(code));
    Ok(query.execute(connection).await?.rows_affected())
}

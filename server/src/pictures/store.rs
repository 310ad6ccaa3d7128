//! SQL of pictures.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

/// 2026-01-01; numbers after a restore count from here in seconds.
const EPOCH_MS: i64 = 1_767_225_600_000;

crate::row! {
    /// A product as the catalogue shows it.
    #[derive(Clone, Debug)]
    pub struct Product {
        pub id: String,
        pub code: String,
        pub name: String,
    }
}

/// A part of a statement: the product's name as it is visible now.
const NAME: &str = "(SELECT r.name FROM product_revisions r WHERE r.product_id = p.id AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x \
     WHERE x.product_id = p.id AND x.seq <= (SELECT visible_seq FROM catalog_state WHERE id = 1)))";

pub async fn product(connection: &mut AnyConnection, code: &str, for_update: &str) -> sqlx::Result<Option<Product>> {
    let statement = format!(
        "SELECT p.id, p.code, COALESCE({NAME}, '') AS name FROM products p WHERE p.code = $1 \
         AND p.first_seq <= (SELECT visible_seq FROM catalog_state WHERE id = 1){for_update}"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(code).fetch_optional(connection).await
}

pub async fn product_by_id(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Product>> {
    let statement = format!("SELECT p.id, p.code, COALESCE({NAME}, '') AS name FROM products p WHERE p.id = $1");
    sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(connection).await
}

/// Whoever changes a product's pictures does it alone.
pub async fn lock(connection: &mut AnyConnection, product: &str, for_update: &str) -> sqlx::Result<()> {
    let statement = format!("SELECT id FROM products WHERE id = $1{for_update}");
    sqlx::query_scalar::<_, String>(AssertSqlSafe(statement)).bind(product).fetch_one(connection).await.map(drop)
}

/// The number of the picture made from a file, where the product has it.
pub async fn by_given(connection: &mut AnyConnection, product: &str, given: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT number FROM product_pictures WHERE product_id = $1 AND given = $2 ORDER BY number DESC LIMIT 1")
        .bind(product)
        .bind(given)
        .fetch_optional(connection)
        .await
}

/// The highest number a product's pictures were given, gone ones included; 0: none was.
pub async fn last_number(connection: &mut AnyConnection, product: &str) -> sqlx::Result<i64> {
    let (here, gone): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COALESCE(MAX(number), 0) FROM product_pictures WHERE product_id = $1), \
         (SELECT COALESCE(MAX(last_number), 0) FROM picture_choices WHERE product_id = $1)",
    )
    .bind(product)
    .fetch_one(connection)
    .await?;
    Ok(here.max(gone))
}

pub async fn next_number(connection: &mut AnyConnection, product: &str) -> sqlx::Result<i64> {
    let last = last_number(connection, product).await?;
    let floor: i64 = sqlx::query_scalar("SELECT picture_floor FROM catalog_state WHERE id = 1").fetch_one(connection).await?;
    Ok(floor.max(last + 1))
}

/// Pictures given numbers after the backup was made are gone, and browsers keep them: new ones get other numbers.
pub async fn restored(connection: &mut AnyConnection, now: i64) -> sqlx::Result<()> {
    let floor = ((now - EPOCH_MS) / 1000).clamp(1, i64::from(u32::MAX) / 2);
    sqlx::query("UPDATE catalog_state SET picture_floor = $1 WHERE id = 1 AND picture_floor < $1").bind(floor).execute(connection).await?;
    Ok(())
}

pub struct NewPicture<'a> {
    pub number: i64,
    pub given: &'a str,
    pub small_hash: &'a str,
    pub large_hash: &'a str,
    pub source: &'a str,
}

pub async fn insert(connection: &mut AnyConnection, product: &str, picture: &NewPicture<'_>, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO product_pictures (product_id, number, given, small_hash, large_hash, source, added_at, published) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
    )
    .bind(product)
    .bind(picture.number)
    .bind(picture.given)
    .bind(picture.small_hash)
    .bind(picture.large_hash)
    .bind(picture.source)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The number of the picture a product has; 0: none.
pub async fn chosen_of(connection: &mut AnyConnection, product: &str) -> sqlx::Result<i64> {
    let found: Option<i64> = sqlx::query_scalar("SELECT number FROM picture_choices WHERE product_id = $1").bind(product).fetch_optional(connection).await?;
    Ok(found.unwrap_or(0))
}

pub async fn choose(connection: &mut AnyConnection, product: &str, number: i64, now: i64, by: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO picture_choices (product_id, number, chosen_at, chosen_by) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (product_id) DO UPDATE SET number = excluded.number, chosen_at = excluded.chosen_at, chosen_by = excluded.chosen_by",
    )
    .bind(product)
    .bind(number)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}

/// The source of one of a product's pictures, where there is such a one.
pub async fn source_of(connection: &mut AnyConnection, product: &str, number: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT source FROM product_pictures WHERE product_id = $1 AND number = $2").bind(product).bind(number).fetch_optional(connection).await
}

/// Every product that has a picture, with its number.
pub async fn chosen(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as("SELECT product_id, number FROM picture_choices WHERE number > 0").fetch_all(connection).await
}

/// Pictures that no list shows which holds on a day: product, number.
pub async fn unseen(connection: &mut AnyConnection, day: &str) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as("SELECT product_id, number FROM product_pictures WHERE published = 0 OR shown_from > $1").bind(day).fetch_all(connection).await
}

/// A list that holds from a day on names, of these products, the pictures of one number.
pub async fn set_published(connection: &mut AnyConnection, number: i64, day: &str, products: &[String]) -> sqlx::Result<()> {
    let statement = format!(
        "UPDATE product_pictures SET published = 1, shown_from = $2 WHERE number = $1 AND (published = 0 OR shown_from > $2) AND product_id IN ({})",
        placeholders(3, products.len())
    );
    let query = products.iter().fold(sqlx::query(AssertSqlSafe(statement)).bind(number).bind(day), |query, product| query.bind(product));
    query.execute(connection).await?;
    Ok(())
}

crate::row! {
    pub struct Picture {
        pub small_hash: String,
        pub large_hash: String,
        pub published: i64,
        /// The day from which readers see it, where a list names it.
        pub shown_from: String,
    }
}

pub async fn picture(connection: &mut AnyConnection, code: &str, number: i64) -> sqlx::Result<Option<Picture>> {
    sqlx::query_as(
        "SELECT q.small_hash, q.large_hash, q.published, q.shown_from FROM product_pictures q JOIN products p ON p.id = q.product_id \
         WHERE p.code = $1 AND q.number = $2",
    )
    .bind(code)
    .bind(number)
    .fetch_optional(connection)
    .await
}

crate::row! {
    pub struct Chosen {
        pub product_id: String,
        pub code: String,
        pub name: String,
        pub number: i64,
        pub source: String,
        pub chosen_at: i64,
        pub chosen_by: String,
    }
}

/// A product's picture as it stands; number 0 where it has none.
pub async fn now(connection: &mut AnyConnection, product: &Product) -> sqlx::Result<Chosen> {
    let found: Option<(i64, String, i64, String)> = sqlx::query_as(
        "SELECT c.number, COALESCE(q.source, ''), c.chosen_at, c.chosen_by FROM picture_choices c \
         LEFT JOIN product_pictures q ON q.product_id = c.product_id AND q.number = c.number WHERE c.product_id = $1",
    )
    .bind(&product.id)
    .fetch_optional(connection)
    .await?;
    let (number, source, chosen_at, chosen_by) = found.unwrap_or_default();
    let Product { id, code, name } = product.clone();
    Ok(Chosen { product_id: id, code, name, number, source, chosen_at, chosen_by })
}

/// Products with a picture, the last chosen first, after one; with a code, only that one.
pub async fn list(connection: &mut AnyConnection, code: &str, after: Option<(i64, String)>, limit: i64) -> sqlx::Result<Vec<Chosen>> {
    let (at, product) = after.unwrap_or((i64::MAX, String::new()));
    let statement = format!(
        "SELECT c.product_id, p.code, COALESCE({NAME}, '') AS name, c.number, q.source, c.chosen_at, c.chosen_by FROM picture_choices c \
         JOIN products p ON p.id = c.product_id JOIN product_pictures q ON q.product_id = c.product_id AND q.number = c.number \
         WHERE ($1 = '' OR p.code = $1) AND (c.chosen_at < $2 OR (c.chosen_at = $2 AND c.product_id < $3)) ORDER BY c.chosen_at DESC, c.product_id DESC LIMIT $4"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(code).bind(at).bind(product).bind(limit).fetch_all(connection).await
}

/// The product's other pictures, the last added first, after one: those another took the place of, and those taken away.
pub async fn earlier(connection: &mut AnyConnection, code: &str, after: Option<(i64, String, i64)>, limit: i64) -> sqlx::Result<Vec<Chosen>> {
    let (at, product, number) = after.unwrap_or((i64::MAX, String::new(), 0));
    let statement = format!(
        "SELECT q.product_id, p.code, COALESCE({NAME}, '') AS name, q.number, q.source, q.added_at AS chosen_at, '' AS chosen_by FROM product_pictures q \
         JOIN products p ON p.id = q.product_id WHERE ($1 = '' OR p.code = $1) AND {NOT_CHOSEN} \
         AND (q.added_at < $2 OR (q.added_at = $2 AND (q.product_id < $3 OR (q.product_id = $3 AND q.number < $4)))) \
         ORDER BY q.added_at DESC, q.product_id DESC, q.number DESC LIMIT $5"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(code).bind(at).bind(product).bind(number).bind(limit).fetch_all(connection).await
}

/// A part of a statement: the product has another picture, or none.
const NOT_CHOSEN: &str = "NOT EXISTS (SELECT 1 FROM picture_choices h WHERE h.product_id = q.product_id AND h.number = q.number)";

crate::row! {
    pub struct Counts {
        /// Products that have a picture.
        pub with_picture: i64,
        /// Products whose picture is another than when the newest list was published, as far as readers could tell.
        pub changed: i64,
        /// Products with a picture that was there then, and that no list ever named.
        pub unlisted: i64,
        pub earlier: i64,
        pub waiting: i64,
        pub failed: i64,
    }
}

/// What was chosen in the very millisecond of a publishing counts by whether a list names it.
pub async fn counts(connection: &mut AnyConnection) -> sqlx::Result<Counts> {
    let chosen = "picture_choices c LEFT JOIN product_pictures q ON q.product_id = c.product_id AND q.number = c.number";
    let last = "(SELECT COALESCE(MAX(published_at), 0) FROM price_list_versions)";
    let shown_before = "EXISTS (SELECT 1 FROM product_pictures x WHERE x.product_id = c.product_id AND x.published = 1)";
    let statement = format!(
        "SELECT (SELECT COUNT(*) FROM picture_choices WHERE number > 0) AS with_picture, \
         (SELECT COUNT(*) FROM {chosen} WHERE (q.published = 0 AND c.chosen_at >= {last}) \
         OR (c.chosen_at > {last} AND (q.published = 1 OR (c.number = 0 AND {shown_before})))) AS changed, \
         (SELECT COUNT(*) FROM {chosen} WHERE q.published = 0 AND c.chosen_at < {last}) AS unlisted, \
         (SELECT COUNT(*) FROM product_pictures q WHERE {NOT_CHOSEN}) AS earlier, \
         (SELECT COUNT(*) FROM picture_fetches WHERE state IN ('waiting', 'fetching')) AS waiting, \
         (SELECT COUNT(*) FROM picture_fetches WHERE state = 'failed') AS failed"
    );
    sqlx::query_as(AssertSqlSafe(statement)).fetch_one(connection).await
}

crate::row! {
    /// What a picture that goes leaves behind.
    pub struct Gone {
        pub small_hash: String,
        pub large_hash: String,
        pub source: String,
    }
}

/// Deletes a picture and sees to it that its number is not given again.
pub async fn delete(connection: &mut AnyConnection, product: &str, number: i64, now: i64) -> sqlx::Result<Option<Gone>> {
    let gone: Option<Gone> = sqlx::query_as("DELETE FROM product_pictures WHERE product_id = $1 AND number = $2 RETURNING small_hash, large_hash, source")
        .bind(product)
        .bind(number)
        .fetch_optional(&mut *connection)
        .await?;
    if gone.is_none() {
        return Ok(None);
    }
    sqlx::query(
        "INSERT INTO picture_choices (product_id, number, chosen_at, chosen_by, last_number) VALUES ($1, 0, $2, '', $3) \
         ON CONFLICT (product_id) DO UPDATE SET last_number = excluded.last_number WHERE picture_choices.last_number < excluded.last_number",
    )
    .bind(product)
    .bind(now)
    .bind(number)
    .execute(connection)
    .await?;
    Ok(gone)
}

/// A part of a statement: no list names the picture, the product has another or none, and both has been so since before an instant.
const NAMED_BY_NOTHING: &str = "q.published = 0 AND q.added_at < $1 \
     AND NOT EXISTS (SELECT 1 FROM picture_choices h WHERE h.product_id = q.product_id AND (h.number = q.number OR h.chosen_at >= $1))";

/// Products with pictures that nothing names, each with one.
pub async fn unnamed(connection: &mut AnyConnection, before: i64, limit: i64) -> sqlx::Result<Vec<(String, i64)>> {
    let statement = format!("SELECT q.product_id, q.number FROM product_pictures q WHERE {NAMED_BY_NOTHING} ORDER BY q.product_id, q.number LIMIT $2");
    sqlx::query_as(AssertSqlSafe(statement)).bind(before).bind(limit).fetch_all(connection).await
}

pub async fn is_unnamed(connection: &mut AnyConnection, before: i64, product: &str, number: i64) -> sqlx::Result<bool> {
    let statement = format!("SELECT CAST(1 AS BIGINT) FROM product_pictures q WHERE {NAMED_BY_NOTHING} AND q.product_id = $2 AND q.number = $3");
    let found = sqlx::query_scalar::<_, i64>(AssertSqlSafe(statement)).bind(before).bind(product).bind(number);
    Ok(found.fetch_optional(connection).await?.is_some())
}

crate::row! {
    pub struct Fetch {
        pub product_id: String,
        pub code: String,
        pub name: String,
        pub address: String,
        pub state: String,
        pub attempts: i64,
        pub run_after: i64,
        pub reason: String,
        pub detail: String,
    }
}

/// Fetches that failed, or that are still to be done, by product after one.
pub async fn fetches(connection: &mut AnyConnection, failed: bool, code: &str, after: &str, limit: i64) -> sqlx::Result<Vec<Fetch>> {
    let states = if failed { "f.state = 'failed'" } else { "f.state IN ('waiting', 'fetching')" };
    let statement = format!(
        "SELECT f.product_id, p.code, COALESCE({NAME}, '') AS name, f.address, f.state, f.attempts, f.run_after, f.reason, f.detail FROM picture_fetches f \
         JOIN products p ON p.id = f.product_id WHERE {states} AND ($1 = '' OR p.code = $1) AND f.product_id > $2 ORDER BY f.product_id LIMIT $3"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(code).bind(after).bind(limit).fetch_all(connection).await
}

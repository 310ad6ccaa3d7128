//! SQL of the catalogue's revisions.

use futures_util::TryStreamExt;
use kontor_shared::import::groups::Group;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::rows_of_placeholders;

crate::row! {
    pub struct ProductRow {
        pub id: String,
        pub code: String,
        pub first_seq: i64,
        pub name: String,
        pub group_code: String,
        pub kind: String,
        pub unit: String,
        pub vat_rate: i64,
        pub min_quantity: Option<i64>,
        pub max_quantity: Option<i64>,
        pub increment: Option<i64>,
        pub unit_precision: i64,
        pub stock: Option<i64>,
        pub active: i64,
        pub attributes: String,
        pub promotion: i64,
        pub picture_url: String,
    }
}

pub async fn visible_seq(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT visible_seq FROM catalog_state WHERE id = 1").fetch_one(connection).await
}

/// Makes everything staged up to `seq` visible.
pub async fn show(connection: &mut AnyConnection, seq: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE catalog_state SET visible_seq = $1 WHERE id = 1").bind(seq).execute(connection).await?;
    Ok(())
}

/// Code, name, currency; in their order.
pub async fn price_types(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String, String)>> {
    sqlx::query_as("SELECT code, name, currency FROM price_types ORDER BY sort, code").fetch_all(connection).await
}

pub async fn insert_price_type(connection: &mut AnyConnection, code: &str, name: &str, currency: &str, sort: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO price_types (code, name, currency, sort) VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO NOTHING")
        .bind(code)
        .bind(name)
        .bind(currency)
        .bind(sort)
        .execute(connection)
        .await?;
    Ok(())
}

/// Groups as of a change, in their own order.
pub async fn groups(connection: &mut AnyConnection, seq: i64) -> sqlx::Result<Vec<(String, Group)>> {
    let rows: Vec<(String, String, Option<String>, i64)> = sqlx::query_as(
        "SELECT g.code, g.name, g.parent_code, g.sort FROM product_groups g \
         WHERE g.seq = (SELECT MAX(x.seq) FROM product_groups x WHERE x.code = g.code AND x.seq <= $1) ORDER BY g.sort, g.code",
    )
    .bind(seq)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(code, name, parent, sort)| (code, Group { name, parent, sort })).collect())
}

/// Every product as of a change, one by one.
pub async fn each_product(connection: &mut AnyConnection, seq: i64, mut take: impl FnMut(ProductRow) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut rows = sqlx::query_as::<_, ProductRow>(
        "SELECT p.id, p.code, p.first_seq, r.name, r.group_code, r.kind, r.unit, r.vat_rate, r.min_quantity, r.max_quantity, r.increment, \
         r.unit_precision, r.stock, r.active, r.attributes, r.promotion, r.picture_url FROM product_revisions r JOIN products p ON p.id = r.product_id \
         WHERE r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = r.product_id AND x.seq <= $1)",
    )
    .bind(seq)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        take(row)?;
    }
    Ok(())
}

/// Every price as of a change: product id, price type, price.
pub async fn each_price(connection: &mut AnyConnection, seq: i64, mut take: impl FnMut(String, String, i64) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut rows = sqlx::query_as::<_, (String, String, i64)>(
        "SELECT r.product_id, r.price_type, r.price FROM price_revisions r WHERE r.price IS NOT NULL AND r.seq = \
         (SELECT MAX(x.seq) FROM price_revisions x WHERE x.product_id = r.product_id AND x.price_type = r.price_type AND x.seq <= $1)",
    )
    .bind(seq)
    .fetch(connection);
    while let Some((product, price_type, price)) = rows.try_next().await? {
        take(product, price_type, price)?;
    }
    Ok(())
}

/// Every price from a quantity on as of a change, by product, price type and quantity: product id, price type, quantity, price.
pub async fn each_tier(connection: &mut AnyConnection, seq: i64, mut take: impl FnMut(String, String, i64, i64) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut rows = sqlx::query_as::<_, (String, String, i64, i64)>(
        "SELECT r.product_id, r.price_type, r.from_quantity, r.price FROM tier_revisions r WHERE r.price IS NOT NULL AND r.seq = \
         (SELECT MAX(x.seq) FROM tier_revisions x WHERE x.product_id = r.product_id AND x.price_type = r.price_type \
         AND x.from_quantity = r.from_quantity AND x.seq <= $1) ORDER BY r.product_id, r.price_type, r.from_quantity",
    )
    .bind(seq)
    .fetch(connection);
    while let Some((product, price_type, from, price)) = rows.try_next().await? {
        take(product, price_type, from, price)?;
    }
    Ok(())
}

pub async fn insert_groups(connection: &mut AnyConnection, seq: i64, groups: &[(String, Group)]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO product_groups (code, seq, name, parent_code, sort) VALUES {}", rows_of_placeholders(groups.len(), 5));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (code, group) in groups {
        query = query.bind(code).bind(seq).bind(&group.name).bind(group.parent.clone()).bind(group.sort);
    }
    query.execute(connection).await?;
    Ok(())
}

/// New products: (id, code).
pub async fn insert_products(connection: &mut AnyConnection, seq: i64, products: &[(&str, &str)]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO products (id, code, first_seq) VALUES {}", rows_of_placeholders(products.len(), 3));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, code) in products {
        query = query.bind(id.to_string()).bind(code.to_string()).bind(seq);
    }
    query.execute(connection).await?;
    Ok(())
}

pub async fn insert_revisions(connection: &mut AnyConnection, seq: i64, revisions: &[(&str, &kontor_shared::import::products::Revision)]) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO product_revisions (product_id, seq, name, group_code, kind, unit, vat_rate, min_quantity, max_quantity, increment, unit_precision, \
         stock, active, attributes, promotion, picture_url) VALUES {}",
        rows_of_placeholders(revisions.len(), 16)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, revision) in revisions {
        query = query
            .bind(id.to_string())
            .bind(seq)
            .bind(&revision.name)
            .bind(&revision.group_code)
            .bind(revision.kind.word())
            .bind(&revision.unit)
            .bind(revision.vat_rate.raw())
            .bind(revision.min.map(|value| value.raw()))
            .bind(revision.max.map(|value| value.raw()))
            .bind(revision.increment.map(|value| value.raw()))
            .bind(i64::from(revision.precision))
            .bind(revision.stock.map(|value| value.raw()))
            .bind(i64::from(revision.active))
            .bind(attributes_text(revision))
            .bind(i64::from(revision.promotion))
            .bind(&revision.picture_url);
    }
    query.execute(connection).await?;
    Ok(())
}

fn attributes_text(revision: &kontor_shared::import::products::Revision) -> String {
    if revision.attributes.is_empty() { String::new() } else { serde_json::json!(revision.attributes).to_string() }
}

/// Prices: (product id, price type, price).
pub async fn insert_prices(connection: &mut AnyConnection, seq: i64, prices: &[(&str, &str, Option<i64>)]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO price_revisions (product_id, price_type, seq, price) VALUES {}", rows_of_placeholders(prices.len(), 4));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, price_type, price) in prices {
        query = query.bind(id.to_string()).bind(price_type.to_string()).bind(seq).bind(*price);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Prices from a quantity on: (product id, price type, quantity, price).
pub async fn insert_tiers(connection: &mut AnyConnection, seq: i64, tiers: &[(&str, &str, i64, Option<i64>)]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO tier_revisions (product_id, price_type, from_quantity, seq, price) VALUES {}", rows_of_placeholders(tiers.len(), 5));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, price_type, from, price) in tiers {
        query = query.bind(id.to_string()).bind(price_type.to_string()).bind(*from).bind(seq).bind(*price);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Deletes at most `most` rows that a crashed run staged: above what is visible and below the seq of the run that
/// cleans up. Gives how many were deleted; call until none is.
pub async fn delete_garbage(connection: &mut AnyConnection, visible: i64, below: i64, most: i64) -> sqlx::Result<u64> {
    // Children first.
    let statements = [
        "DELETE FROM tier_revisions WHERE (product_id, price_type, from_quantity, seq) IN \
         (SELECT product_id, price_type, from_quantity, seq FROM tier_revisions WHERE seq > $1 AND seq < $2 LIMIT $3)",
        "DELETE FROM price_revisions WHERE (product_id, price_type, seq) IN \
         (SELECT product_id, price_type, seq FROM price_revisions WHERE seq > $1 AND seq < $2 LIMIT $3)",
        "DELETE FROM product_revisions WHERE (product_id, seq) IN (SELECT product_id, seq FROM product_revisions WHERE seq > $1 AND seq < $2 LIMIT $3)",
        "DELETE FROM product_groups WHERE (code, seq) IN (SELECT code, seq FROM product_groups WHERE seq > $1 AND seq < $2 LIMIT $3)",
        "DELETE FROM products WHERE id IN (SELECT id FROM products WHERE first_seq > $1 AND first_seq < $2 LIMIT $3)",
    ];
    for statement in statements {
        let done = sqlx::query(statement).bind(visible).bind(below).bind(most).execute(&mut *connection).await?;
        if done.rows_affected() > 0 {
            return Ok(done.rows_affected());
        }
    }
    Ok(0)
}

//! A small catalogue, published, for stories that are not about importing it.

use kontor_server::db::Db;
use kontor_server::{AppState, bodies};
use kontor_shared::ids::ProductId;
use kontor_shared::money::{Price, Quantity};
use sqlx::AnyConnection;

/// One product of a version: its code, the wholesale price, and the increment of its quantity.
#[derive(Clone, Copy, Debug)]
pub struct Good<'a> {
    pub code: &'a str,
    pub price: &'a str,
    pub increment: Option<&'a str>,
}

/// A product sold by the piece.
pub fn good<'a>(code: &'a str, price: &'a str) -> Good<'a> {
    Good { code, price, increment: None }
}

/// Publishes exactly these goods as the next version, with prices without VAT in EUR and 20 % VAT. Goods of versions before
/// that are not named are withdrawn.
pub async fn publish(state: &AppState, valid_from: &str, goods: &[Good<'_>]) -> i64 {
    // Who sells has a name, or no document could be posted.
    let seller = serde_json::json!({"party": {"name": "Test Wholesale", "address": [], "tax_ids": [], "bank": [], "email": "", "phone": ""}});
    kontor_server::firm::change(state, "test", seller.as_object().cloned().unwrap_or_default()).await.expect("the firm is set up");
    let mut tx = state.db.write_tx().await.expect("the database takes a transaction");
    let (last, seq): (i64, i64) =
        sqlx::query_as("SELECT last_version, visible_seq FROM catalog_state WHERE id = 1").fetch_one(&mut *tx).await.expect("the catalogue's state");
    let (version, seq) = (last + 1, seq + 1);
    execute(&mut tx, "INSERT INTO price_types (code, name, currency, sort) VALUES ('wholesale', 'Wholesale', 'EUR', 0) ON CONFLICT (code) DO NOTHING").await;
    execute(&mut tx, "INSERT INTO product_groups (code, seq, name, sort) VALUES ('G', 0, 'Goods', 0) ON CONFLICT (code, seq) DO NOTHING").await;
    let known: Vec<(String, String)> = sqlx::query_as("SELECT id, code FROM products").fetch_all(&mut *tx).await.expect("products");
    for (id, code) in known.iter().filter(|(_, code)| !goods.iter().any(|good| good.code == code)) {
        revision(&mut tx, id, seq, code, None, false).await;
    }
    for good in goods {
        let id = match known.iter().find(|(_, code)| code == good.code) {
            Some((id, _)) => id.clone(),
            None => {
                let id = ProductId(state.clock.new_id()).to_string();
                sqlx::query("INSERT INTO products (id, code, first_seq) VALUES ($1, $2, $3)")
                    .bind(&id)
                    .bind(good.code)
                    .bind(seq)
                    .execute(&mut *tx)
                    .await
                    .expect("a product");
                id
            }
        };
        revision(&mut tx, &id, seq, good.code, good.increment, true).await;
        sqlx::query("INSERT INTO price_revisions (product_id, price_type, seq, price) VALUES ($1, 'wholesale', $2, $3)")
            .bind(&id)
            .bind(seq)
            .bind(good.price.parse::<Price>().expect("a price").raw())
            .execute(&mut *tx)
            .await
            .expect("a price");
    }
    let reasons = bodies::put(&mut tx, "application/json", b"[]", state.clock.now_ms()).await.expect("a body");
    sqlx::query(
        "INSERT INTO price_list_versions (version, seq, published_at, published_by, valid_from, currency, vat_mode, terms, note, products, left_out, reasons_hash) \
         VALUES ($1, $2, $3, 'test', $4, 'EUR', 'net', '', '', $5, 0, $6)",
    )
    .bind(version)
    .bind(seq)
    .bind(state.clock.now_ms())
    .bind(valid_from)
    .bind(goods.len() as i64)
    .bind(reasons)
    .execute(&mut *tx)
    .await
    .expect("a version");
    sqlx::query("UPDATE catalog_state SET last_version = $1, visible_seq = $2 WHERE id = 1")
        .bind(version)
        .bind(seq)
        .execute(&mut *tx)
        .await
        .expect("the state");
    tx.commit().await.expect("the version is committed");
    version
}

async fn revision(connection: &mut AnyConnection, id: &str, seq: i64, code: &str, increment: Option<&str>, active: bool) {
    sqlx::query(
        "INSERT INTO product_revisions (product_id, seq, name, group_code, kind, unit, vat_rate, increment, unit_precision, active) \
         VALUES ($1, $2, $3, 'G', 'product', 'pc', 2000, $4, 0, $5)",
    )
    .bind(id)
    .bind(seq)
    .bind(format!("Product {code}"))
    .bind(increment.map(|text| text.parse::<Quantity>().expect("a quantity").raw()))
    .bind(i64::from(active))
    .execute(connection)
    .await
    .expect("a revision");
}

async fn execute(connection: &mut AnyConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.expect("the statement runs");
}

/// One number from the database.
pub async fn number(db: &Db, sql: &'static str) -> i64 {
    let mut connection = db.read().await.expect("a connection");
    sqlx::query_scalar(sql).fetch_one(&mut *connection).await.expect("a number")
}

//! A large firm's register: 100 000 customers and five million order lines, the same on every run and on both databases.
//! Rows are made by the database itself from numbers and days; sent row by row they would take a quarter of an hour.

use anyhow::Result;
use kontor_server::AppState;
use kontor_server::db::rows_of_placeholders;
use kontor_server::time::rfc3339;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::figures::size_of;

const CUSTOMERS: usize = 100_000;
/// Three years.
const DAYS: i64 = 1_096;
/// 2023-01-01, 12:00 UTC.
const FIRST_DAY_MS: i64 = 1_672_574_400_000;
const LINES: i64 = 21;
pub const GOODS: i64 = 20_000;
/// The day after the last order.
pub const AS_OF: &str = "2026-01-01";

/// What is in it.
pub struct Size {
    pub customers: usize,
    pub orders: i64,
    pub lines: i64,
}

/// Fills an empty database. A tenth never ordered, a fiftieth orders every few weeks, most once or twice.
pub async fn fill(state: &AppState) -> Result<Size> {
    let mut tx = state.db.write_tx().await?;
    sqlx::query("CREATE TABLE bench_numbers (i BIGINT PRIMARY KEY, t TEXT NOT NULL)").execute(&mut *tx).await?;
    sqlx::query("CREATE TABLE bench_days (i BIGINT PRIMARY KEY, day TEXT NOT NULL, at BIGINT NOT NULL)").execute(&mut *tx).await?;
    let numbers: Vec<(i64, String)> = (0..32).map(|i| (i, format!("{i:04x}"))).collect();
    for (i, text) in numbers {
        sqlx::query("INSERT INTO bench_numbers (i, t) VALUES ($1, $2)").bind(i).bind(text).execute(&mut *tx).await?;
    }
    for i in 0..DAYS {
        let at = FIRST_DAY_MS + i * 86_400_000;
        sqlx::query("INSERT INTO bench_days (i, day, at) VALUES ($1, $2, $3)").bind(i).bind(&rfc3339(at)[..10]).bind(at).execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO price_types (code, name, currency, sort) VALUES ('wholesale', 'Wholesale', 'EUR', 0)").execute(&mut *tx).await?;
    let count = size_of("KONTOR_BENCH_CUSTOMERS", CUSTOMERS);
    customers(&mut tx, count).await?;
    sqlx::query(
        "INSERT INTO contacts (id, customer_id, name, email, phone, receives_orders, created_at) \
         SELECT id, id, name, code || '@customer.example', '', 1, created_at FROM customers WHERE 1 = 1",
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO consents (id, contact_id, address, purpose, channel, state, text_version, source, at) \
         SELECT id, id, code || '@customer.example', 'marketing', 'email', CASE WHEN created_at % 20 = 7 THEN 'withdrawn' ELSE 'granted' END, '1', 'bench', created_at \
         FROM customers WHERE created_at % 5 <> 3",
    )
    .execute(&mut *tx)
    .await?;
    orders(&mut tx).await?;
    sqlx::query("DROP TABLE bench_numbers").execute(&mut *tx).await?;
    sqlx::query("DROP TABLE bench_days").execute(&mut *tx).await?;
    let orders: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM orders").fetch_one(&mut *tx).await?;
    let lines: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM order_lines").fetch_one(&mut *tx).await?;
    tx.commit().await?;
    // The planner of either database knows nothing of rows that came in one transaction.
    sqlx::query("ANALYZE").execute(&mut *state.db.read().await?).await?;
    Ok(Size { customers: count, orders, lines })
}

async fn customers(connection: &mut AnyConnection, count: usize) -> Result<()> {
    const COUNTRIES: [&str; 6] = ["Bulgaria", "Russia", "Serbia", "Germany", "France", "Kazakhstan"];
    const LANGS: [&str; 3] = ["en", "ru", "bg"];
    let all: Vec<usize> = (0..count).collect();
    for some in all.chunks(500) {
        let sql = format!(
            "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, \
             created_at, updated_at, region) VALUES {}",
            rows_of_placeholders(some.len(), 14)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for i in some {
            query = query
                .bind(format!("019b0000-{:04x}-7000-8000-{:08x}0000", i & 0xffff, i))
                .bind(format!("K{i:06}"))
                .bind(format!("Customer {i}"))
                .bind(format!("customer {i}"))
                .bind(COUNTRIES[i % COUNTRIES.len()])
                .bind("")
                .bind(LANGS[i % LANGS.len()])
                .bind("wholesale")
                .bind("1 Test Street")
                .bind("1 Test Street")
                .bind("")
                .bind(*i as i64)
                .bind(*i as i64)
                .bind(format!("Region {}", i % 50));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn orders(connection: &mut AnyConnection) -> Result<()> {
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO orders (id, number, customer_id, source, kind, state, revision, body_hash, ordered_at, ordered_day, po_number, delivery_address, \
         comment, currency, vat_mode, vat_method, net, vat, gross, line_count, counted) \
         SELECT SUBSTR(c.id, 1, 32) || n.t, c.code || '-' || n.t, c.id, 'import', 'sale', 'closed', 1, '', d.at, d.day, '', '', '', 'EUR', 'net', 'per_rate', \
         ((c.created_at * 37 + n.i * 101) % 90000) + 1000, 0, ((c.created_at * 37 + n.i * 101) % 90000) + 1000, {LINES}, 1 \
         FROM customers c JOIN bench_numbers n ON n.i < CASE WHEN c.created_at % 10 = 0 THEN 0 WHEN c.created_at % 50 = 1 THEN 25 \
         WHEN c.created_at % 5 = 2 THEN 5 WHEN c.created_at % 3 = 0 THEN 2 ELSE 1 END \
         JOIN bench_days d ON d.i = (c.created_at * 7919 + n.i * 104729) % {DAYS}"
    )))
    .execute(&mut *connection)
    .await?;
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO order_lines (order_id, line_no, product_code, name, unit, quantity, price, vat_rate, amount, verdict) \
         SELECT o.id, n.i, 'G-' || CAST((o.net * 31 + o.ordered_at / 86400000 * 17 + n.i * 7919) % {GOODS} AS TEXT), 'Goods', 'pcs', 1000, 10000, 2000, 100, 'accepted' \
         FROM orders o JOIN bench_numbers n ON n.i < {LINES}"
    )))
    .execute(&mut *connection)
    .await?;
    Ok(())
}

//! SQL of a customer's own row, the places it is delivered to, and who can look after it.

use kontor_shared::api::people::{Manager, Place};
use kontor_shared::ids::CustomerId;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::rows_of_placeholders;

crate::row! {
    /// A row of `customers`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Master {
        pub id: String,
        pub code: String,
        pub name: String,
        pub country: String,
        pub other_countries: String,
        pub region: String,
        pub address: String,
        pub delivery_name: String,
        pub delivery_address: String,
        pub tax_id: String,
        pub price_type: String,
        pub discount: i64,
        pub lang: String,
        pub channel: String,
        pub manager_id: Option<String>,
        pub note: String,
        pub state: String,
        pub state_reason: String,
        pub revision: i64,
    }
}

const MASTER: &str = "SELECT id, code, name, country, other_countries, region, address, delivery_name, delivery_address, tax_id, price_type, discount, lang, \
     channel, manager_id, note, state, state_reason, revision FROM customers WHERE id = $1";

pub async fn get(connection: &mut AnyConnection, id: CustomerId) -> sqlx::Result<Option<Master>> {
    sqlx::query_as(MASTER).bind(id.to_string()).fetch_optional(connection).await
}

/// The customer, locked until the transaction ends. `for_update` is [`crate::db::Db::for_update`].
pub async fn locked(connection: &mut AnyConnection, id: CustomerId, for_update: &str) -> sqlx::Result<Option<Master>> {
    sqlx::query_as(AssertSqlSafe(format!("{MASTER}{for_update}"))).bind(id.to_string()).fetch_optional(connection).await
}

/// Stores a customer, new or changed; id and code stay what they are.
pub async fn put(connection: &mut AnyConnection, row: &Master, name_folded: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO customers (id, code, name, name_folded, country, other_countries, region, address, delivery_name, delivery_address, tax_id, price_type, \
         discount, lang, channel, manager_id, note, state, state_reason, revision, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded, country = excluded.country, region = excluded.region, \
         address = excluded.address, delivery_name = excluded.delivery_name, delivery_address = excluded.delivery_address, tax_id = excluded.tax_id, \
         price_type = excluded.price_type, discount = excluded.discount, lang = excluded.lang, channel = excluded.channel, \
         manager_id = excluded.manager_id, note = excluded.note, state = excluded.state, state_reason = excluded.state_reason, \
         revision = excluded.revision, updated_at = excluded.updated_at",
    )
    .bind(&row.id)
    .bind(&row.code)
    .bind(&row.name)
    .bind(name_folded)
    .bind(&row.country)
    .bind(&row.other_countries)
    .bind(&row.region)
    .bind(&row.address)
    .bind(&row.delivery_name)
    .bind(&row.delivery_address)
    .bind(&row.tax_id)
    .bind(&row.price_type)
    .bind(row.discount)
    .bind(&row.lang)
    .bind(&row.channel)
    .bind(&row.manager_id)
    .bind(&row.note)
    .bind(&row.state)
    .bind(&row.state_reason)
    .bind(row.revision)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Something of the customer's that stands in other rows has changed.
pub async fn touch(connection: &mut AnyConnection, id: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE customers SET revision = revision + 1, updated_at = $2 WHERE id = $1").bind(id).bind(now).execute(connection).await?;
    Ok(())
}

/// Places beside the one offered first.
pub async fn other_places(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Vec<Place>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, address FROM delivery_addresses WHERE customer_id = $1 ORDER BY created_at, id").bind(id).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(name, address)| Place { name, address }).collect())
}

/// Puts these places in the stead of those there were, each under an id of its own that keeps their order.
pub async fn replace_other_places(connection: &mut AnyConnection, customer: &str, places: &[(String, &Place)], now: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM delivery_addresses WHERE customer_id = $1").bind(customer).execute(&mut *connection).await?;
    if places.is_empty() {
        return Ok(());
    }
    let sql = format!("INSERT INTO delivery_addresses (id, customer_id, name, address, created_at) VALUES {}", rows_of_placeholders(places.len(), 5));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, place) in places {
        query = query.bind(id).bind(customer).bind(&place.name).bind(&place.address).bind(now);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Members of the firm who can sign in, in no order.
pub async fn managers(connection: &mut AnyConnection) -> anyhow::Result<Vec<Manager>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT id, login FROM users WHERE role <> 'buyer' AND disabled = 0").fetch_all(connection).await?;
    rows.into_iter().map(|(id, login)| Ok(Manager { id: id.parse()?, login })).collect()
}

/// A member of the firm, also one who left: a customer goes on naming them until somebody else is chosen.
pub async fn manager(connection: &mut AnyConnection, id: &str) -> anyhow::Result<Option<Manager>> {
    let login: Option<String> = sqlx::query_scalar("SELECT login FROM users WHERE id = $1 AND role <> 'buyer'").bind(id).fetch_optional(connection).await?;
    login.map(|login| Ok(Manager { id: id.parse()?, login })).transpose()
}

/// The regions and countries customers are in, in no order.
pub async fn regions_and_countries(connection: &mut AnyConnection) -> sqlx::Result<(Vec<String>, Vec<String>)> {
    let regions = sqlx::query_scalar("SELECT DISTINCT region FROM customers WHERE region <> ''").fetch_all(&mut *connection).await?;
    let countries = sqlx::query_scalar("SELECT DISTINCT country FROM customers WHERE country <> ''").fetch_all(connection).await?;
    Ok((regions, countries))
}

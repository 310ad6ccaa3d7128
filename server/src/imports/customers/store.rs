//! SQL of the customers' import: one customer, its contacts and their consents.

use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    /// A customer as an import may change it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Customer {
        pub id: String,
        pub code: String,
        pub name: String,
        pub country: String,
        pub other_countries: String,
        pub lang: String,
        pub price_type: String,
        pub delivery_address: String,
        pub address: String,
        pub tax_id: String,
        pub region: String,
        pub discount: i64,
        pub channel: String,
        pub manager_id: Option<String>,
    }
}

/// The customer with a code; `for_update` locks it, as everybody does who changes its people.
pub async fn customer(connection: &mut AnyConnection, for_update: &str, code: &str) -> sqlx::Result<Option<Customer>> {
    let sql = format!(
        "SELECT id, code, name, country, other_countries, lang, price_type, delivery_address, address, tax_id, region, discount, channel, manager_id \
         FROM customers WHERE code = $1{for_update}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(code).fetch_optional(connection).await
}

/// Stores a customer, new or changed; code and id stay what they are.
pub async fn put_customer(connection: &mut AnyConnection, customer: &Customer, name_folded: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO customers (id, code, name, name_folded, country, other_countries, lang, price_type, delivery_address, address, tax_id, created_at, updated_at, \
         region, discount, channel, manager_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, $16) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded, country = excluded.country, \
         other_countries = excluded.other_countries, lang = excluded.lang, price_type = excluded.price_type, \
         delivery_address = excluded.delivery_address, address = excluded.address, tax_id = excluded.tax_id, updated_at = excluded.updated_at, \
         region = excluded.region, discount = excluded.discount, channel = excluded.channel, manager_id = excluded.manager_id, \
         revision = customers.revision + 1",
    )
    .bind(&customer.id)
    .bind(&customer.code)
    .bind(&customer.name)
    .bind(name_folded)
    .bind(&customer.country)
    .bind(&customer.other_countries)
    .bind(&customer.lang)
    .bind(&customer.price_type)
    .bind(&customer.delivery_address)
    .bind(&customer.address)
    .bind(&customer.tax_id)
    .bind(now)
    .bind(&customer.region)
    .bind(customer.discount)
    .bind(&customer.channel)
    .bind(&customer.manager_id)
    .execute(connection)
    .await?;
    Ok(())
}

crate::row! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Contact {
        pub id: String,
        pub name: String,
        pub email: String,
        pub phone: String,
        pub fax: String,
        pub position: String,
        pub receives_orders: i64,
        pub receives_accounts: i64,
        pub receives_mail: i64,
    }
}

/// Those who were erased are nobody a file can mean.
pub async fn contacts(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<Contact>> {
    sqlx::query_as(
        "SELECT id, name, email, phone, fax, position, receives_orders, receives_accounts, receives_mail FROM contacts \
         WHERE customer_id = $1 AND erased_at IS NULL ORDER BY created_at, id",
    )
    .bind(customer)
    .fetch_all(connection)
    .await
}

/// Stores a contact, new or changed, of a customer that is locked; a form of the customer that is open somewhere is out of date then.
pub async fn put_contact(connection: &mut AnyConnection, customer: &str, contact: &Contact, now: i64) -> sqlx::Result<()> {
    touch(connection, customer).await?;
    sqlx::query(
        "INSERT INTO contacts (id, customer_id, name, email, phone, fax, position, receives_orders, receives_accounts, receives_mail, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, phone = excluded.phone, fax = excluded.fax, \
         position = excluded.position, receives_orders = excluded.receives_orders, receives_accounts = excluded.receives_accounts, \
         receives_mail = excluded.receives_mail",
    )
    .bind(&contact.id)
    .bind(customer)
    .bind(&contact.name)
    .bind(&contact.email)
    .bind(&contact.phone)
    .bind(&contact.fax)
    .bind(&contact.position)
    .bind(contact.receives_orders)
    .bind(contact.receives_accounts)
    .bind(contact.receives_mail)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Something of the customer's that stands in other rows has changed.
pub async fn touch(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE customers SET revision = revision + 1 WHERE id = $1").bind(customer).execute(connection).await?;
    Ok(())
}

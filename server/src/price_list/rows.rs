//! Snapshots as they were stored before columns: rows in postcard. Versions are immutable, so old ones are read for ever.

use kontor_shared::catalog::{self, GroupRow};
use kontor_shared::money::{Currency, VatMode};
use serde::Deserialize;

#[derive(Deserialize)]
struct ProductRow {
    code: String,
    name: String,
    group: u32,
    unit: String,
    price: i64,
    vat_rate: i64,
    min: Option<i64>,
    max: Option<i64>,
    increment: Option<i64>,
    precision: u8,
    stock: Option<i64>,
    new: bool,
}

#[derive(Deserialize)]
struct Snapshot {
    version: u32,
    overlay: String,
    currency: Currency,
    vat_mode: VatMode,
    published_at: i64,
    valid_from: String,
    valid_until: Option<String>,
    terms: String,
    note: String,
    groups: Vec<GroupRow>,
    products: Vec<ProductRow>,
}

/// Reads one.
pub fn decode(bytes: &[u8]) -> Result<catalog::Snapshot, postcard::Error> {
    let old: Snapshot = postcard::from_bytes(bytes)?;
    let product = |row: ProductRow| catalog::ProductRow {
        code: row.code,
        name: row.name,
        group: row.group,
        unit: row.unit,
        price: row.price,
        vat_rate: row.vat_rate,
        min: row.min,
        max: row.max,
        increment: row.increment,
        precision: row.precision,
        stock: row.stock,
        new: row.new,
        ..catalog::ProductRow::default()
    };
    Ok(catalog::Snapshot {
        version: old.version,
        overlay: old.overlay,
        currency: old.currency,
        vat_mode: old.vat_mode,
        published_at: old.published_at,
        valid_from: old.valid_from,
        valid_until: old.valid_until,
        terms: old.terms,
        note: old.note,
        groups: old.groups,
        attributes: Vec::new(),
        products: old.products.into_iter().map(product).collect(),
    })
}

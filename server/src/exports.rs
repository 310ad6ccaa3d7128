//! Export of the catalogue and the price list in force: JSON in the shapes of CONTRACT.md, and CSV in which no cell is
//! a formula. What is exported as CSV can be imported again.

use anyhow::Context;
use kontor_shared::catalog::Snapshot;
use kontor_shared::import::FROM_SIGN;
use kontor_shared::import::groups::GroupTree;
use kontor_shared::money::{Currency, Percent, Price, Quantity};
use serde::Serialize;

use crate::catalog::{self, Catalogue, Known};
use crate::time::day_in;
use crate::{AppState, price_list};

mod people;

pub use kontor_shared::inert::safe_cell;
pub use people::{customers, orders};

/// A product as JSON (CONTRACT.md).
#[derive(Clone, Debug, Serialize)]
pub struct Product {
    pub code: String,
    pub name: String,
    /// Names from the top of the tree down.
    pub group: Vec<String>,
    pub unit: String,
    pub prices: Vec<ProductPrice>,
    pub vat_rate: Percent,
    pub stock: Option<Quantity>,
    pub kind: &'static str,
    pub active: bool,
    pub min: Option<Quantity>,
    pub max: Option<Quantity>,
    pub increment: Option<Quantity>,
    pub precision: u8,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProductPrice {
    pub r#type: String,
    pub currency: Currency,
    /// The quantity it holds from; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Quantity>,
    pub price: Price,
}

/// Every product as it is visible now, by code.
pub async fn products(state: &AppState) -> anyhow::Result<Vec<Product>> {
    let catalogue = {
        let mut connection = state.db.read().await?;
        let seq = catalog::store::visible_seq(&mut connection).await?;
        catalog::load(&mut connection, seq).await?
    };
    let mut products: Vec<Product> = catalogue.products.iter().map(|(code, known)| product(&catalogue, code, known)).collect();
    products.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(products)
}

fn product(catalogue: &Catalogue, code: &str, known: &Known) -> Product {
    let revision = &known.revision;
    let any = known.prices.iter().map(|(at, price)| (*at, None, *price));
    let from = known.tiers.iter().map(|(at, tier)| (*at, Some(Quantity::from_raw(tier.from)), Price::from_raw(tier.price)));
    let mut prices: Vec<(usize, ProductPrice)> = any
        .chain(from)
        .filter_map(|(at, from, price)| {
            catalogue.price_types.get(at).map(|found| (at, ProductPrice { r#type: found.code.clone(), currency: found.currency, from, price }))
        })
        .collect();
    prices.sort_by_key(|(at, price)| (*at, price.from));
    Product {
        code: code.to_string(),
        name: revision.name.clone(),
        group: path(&catalogue.groups, &revision.group_code),
        unit: revision.unit.clone(),
        prices: prices.into_iter().map(|(_, price)| price).collect(),
        vat_rate: revision.vat_rate,
        stock: revision.stock,
        kind: revision.kind.word(),
        active: revision.active,
        min: revision.min,
        max: revision.max,
        increment: revision.increment,
        precision: revision.precision,
    }
}

fn path(groups: &GroupTree, code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = groups.get(code);
    // Deeper than this is a circle.
    while let Some(group) = at.filter(|_| names.len() < 32) {
        names.push(group.name.clone());
        at = group.parent.as_deref().and_then(|parent| groups.get(parent));
    }
    names.reverse();
    names
}

/// The price list in force of the firm's usual price type, or of the first one there is.
pub async fn price_list(state: &AppState) -> anyhow::Result<Snapshot> {
    let firm = state.firm().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    let version = price_list::store::in_force(&mut connection, &today).await?.context("no price list is in force; publish one first")?;
    let usual = price_list::store::snapshot(&mut connection, version.version, &firm.customer_price_type).await?;
    let found = match usual {
        Some(found) => Some(found),
        None => price_list::store::first_snapshot(&mut connection, version.version).await?,
    };
    let overlay = found.context("the price list in force is empty")?.overlay;
    let loaded = price_list::load(&mut connection, version.version, &overlay).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    loaded.context("the price list in force is empty")
}

/// The price list as products with their one price.
pub fn listed(snapshot: &Snapshot) -> Vec<Product> {
    let path = |group: u32| {
        let mut names = Vec::new();
        let mut at = snapshot.groups.get(group as usize);
        while let Some(group) = at.filter(|_| names.len() < 32) {
            names.push(group.name.clone());
            at = group.parent.and_then(|parent| snapshot.groups.get(parent as usize));
        }
        names.reverse();
        names
    };
    snapshot
        .products
        .iter()
        .map(|row| {
            let rule = row.rule();
            Product {
                code: row.code.clone(),
                name: row.name.clone(),
                group: path(row.group),
                unit: row.unit.clone(),
                prices: std::iter::once((None, row.price()))
                    .chain(row.tiers.iter().map(|tier| (Some(Quantity::from_raw(tier.from)), Price::from_raw(tier.price))))
                    .map(|(from, price)| ProductPrice { r#type: snapshot.overlay.clone(), currency: snapshot.currency, from, price })
                    .collect(),
                vat_rate: row.vat_rate(),
                stock: row.stock.map(Quantity::from_raw),
                kind: "product",
                active: true,
                min: rule.min,
                max: rule.max,
                increment: rule.increment,
                precision: rule.precision,
            }
        })
        .collect()
}

/// Products as CSV: UTF-8, comma, one column per price type and quantity it holds from.
pub fn products_csv(products: &[Product]) -> anyhow::Result<Vec<u8>> {
    let mut types: Vec<(&str, Currency, Option<Quantity>)> = Vec::new();
    for price in products.iter().flat_map(|product| &product.prices) {
        if !types.iter().any(|(code, _, from)| *code == price.r#type && *from == price.from) {
            types.push((&price.r#type, price.currency, price.from));
        }
    }
    types.sort_by_key(|(_, _, from)| *from);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut header: Vec<String> =
        ["code", "name", "group", "unit", "kind", "vat", "stock", "pack", "min", "max", "precision", "active"].map(String::from).into();
    header.extend(types.iter().map(|(code, currency, from)| {
        let from = from.map(|from| format!("{FROM_SIGN}{from}")).unwrap_or_default();
        safe_cell(&format!("price.{code}{from} {currency}")).into_owned()
    }));
    writer.write_record(&header)?;
    let number = |value: Option<Quantity>| value.map_or_else(String::new, |value| value.to_string());
    for product in products {
        let mut record: Vec<String> = vec![
            safe_cell(&product.code).into_owned(),
            safe_cell(&product.name).into_owned(),
            safe_cell(&product.group.join(" > ")).into_owned(),
            safe_cell(&product.unit).into_owned(),
            product.kind.into(),
            product.vat_rate.to_string(),
            number(product.stock),
            number(product.increment),
            number(product.min),
            number(product.max),
            product.precision.to_string(),
            u8::from(product.active).to_string(),
        ];
        record.extend(types.iter().map(|(code, _, from)| {
            let found = product.prices.iter().find(|price| price.r#type == *code && price.from == *from);
            found.map_or_else(String::new, |price| price.price.decimal(2))
        }));
        writer.write_record(&record)?;
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))
}

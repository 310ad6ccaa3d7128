//! The catalogue as stored: products, groups and price types as of a change (`seq`), loaded whole for imports,
//! publishing and export; and staging of revisions that one later update makes visible.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Context;
use kontor_shared::catalog::{ProductKind, Tier};
use kontor_shared::import::groups::{Group, GroupTree};
use kontor_shared::import::products::Revision;
use kontor_shared::money::{Currency, Percent, Price, Quantity};
use sqlx::AnyConnection;

pub mod store;

/// A column of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceType {
    pub code: String,
    pub name: String,
    pub currency: Currency,
}

/// A stored product with its prices, by index into [`Catalogue::price_types`].
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    pub first_seq: i64,
    pub revision: Revision,
    pub prices: Vec<(usize, Price)>,
    /// Prices from a quantity on, likewise, by price type and quantity.
    pub tiers: Vec<(usize, Tier)>,
}

/// Everything as of one change.
#[derive(Default)]
pub struct Catalogue {
    pub seq: i64,
    pub price_types: Vec<PriceType>,
    pub groups: GroupTree,
    pub group_list: Vec<(String, Group)>,
    pub products: HashMap<String, Known>,
}

/// The names of a group and those above it, the outermost first, by the group's code.
pub type GroupPaths = HashMap<String, Arc<[String]>>;

/// Every group's path as of `seq`.
pub async fn group_paths(connection: &mut AnyConnection, seq: i64) -> sqlx::Result<GroupPaths> {
    let groups: HashMap<String, Group> = store::groups(connection, seq).await?.into_iter().collect();
    Ok(groups.keys().map(|code| (code.clone(), path_of(&groups, code))).collect())
}

fn path_of(groups: &HashMap<String, Group>, code: &str) -> Arc<[String]> {
    let mut names = Vec::new();
    let mut next = Some(code);
    // A circle of groups, which no import makes, would have no end.
    while let Some(group) = next.and_then(|code| groups.get(code)).filter(|_| names.len() < 16) {
        names.push(group.name.clone());
        next = group.parent.as_deref();
    }
    names.reverse();
    names.into()
}

/// Loads the catalogue as of `seq`.
pub async fn load(connection: &mut AnyConnection, seq: i64) -> anyhow::Result<Catalogue> {
    let mut catalogue = Catalogue { seq, ..Catalogue::default() };
    for (code, name, currency) in store::price_types(connection).await? {
        catalogue.price_types.push(PriceType { code, name, currency: currency.parse().context("stored currency")? });
    }
    let type_index: HashMap<String, usize> = catalogue.price_types.iter().enumerate().map(|(at, found)| (found.code.clone(), at)).collect();
    catalogue.group_list = store::groups(connection, seq).await?;
    catalogue.groups = GroupTree::new(catalogue.group_list.iter().cloned());
    let mut code_of: HashMap<String, String> = HashMap::new();
    store::each_product(connection, seq, |row| {
        let revision = Revision {
            name: row.name,
            group_code: row.group_code,
            kind: ProductKind::parse(&row.kind).with_context(|| format!("stored kind {}", row.kind))?,
            unit: row.unit,
            vat_rate: Percent::from_raw(row.vat_rate),
            min: row.min_quantity.map(Quantity::from_raw),
            max: row.max_quantity.map(Quantity::from_raw),
            increment: row.increment.map(Quantity::from_raw),
            precision: u8::try_from(row.unit_precision).context("stored precision")?,
            stock: row.stock.map(Quantity::from_raw),
            active: row.active != 0,
            promotion: row.promotion != 0,
            picture_url: row.picture_url,
            attributes: if row.attributes.is_empty() { BTreeMap::new() } else { serde_json::from_str(&row.attributes).context("stored attributes")? },
        };
        code_of.insert(row.id.clone(), row.code.clone());
        catalogue.products.insert(row.code, Known { id: row.id, first_seq: row.first_seq, revision, prices: Vec::new(), tiers: Vec::new() });
        Ok(())
    })
    .await?;
    store::each_price(connection, seq, |product, price_type, price| {
        let at = *type_index.get(&price_type).with_context(|| format!("stored price type {price_type}"))?;
        let known = code_of.get(&product).and_then(|code| catalogue.products.get_mut(code)).context("a price without its product")?;
        known.prices.push((at, Price::from_raw(price)));
        Ok(())
    })
    .await?;
    store::each_tier(connection, seq, |product, price_type, from, price| {
        let at = *type_index.get(&price_type).with_context(|| format!("stored price type {price_type}"))?;
        let known = code_of.get(&product).and_then(|code| catalogue.products.get_mut(code)).context("a price without its product")?;
        known.tiers.push((at, Tier { from, price }));
        Ok(())
    })
    .await?;
    Ok(catalogue)
}

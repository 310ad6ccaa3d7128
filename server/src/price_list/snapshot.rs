//! Making the snapshots of a version from the catalogue: what is in, what is left out and why, and in which order.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};

use anyhow::Context;
use kontor_shared::api::LeftOut;
use kontor_shared::catalog::columns::{Columns, Damage, MOST_ATTRIBUTES};
use kontor_shared::catalog::{GroupRow, NotPublished, ProductRow, Snapshot, Tier, published_price, tiers};
use kontor_shared::import::groups::Group;
use kontor_shared::import::products::BRAND;
use kontor_shared::money::{Currency, Price};
use sha2::{Digest, Sha256};

use crate::auth::hex;
use crate::catalog::{Catalogue, Known};
use crate::error::{AppError, Result};
use crate::firm::FirmSettings;

/// Levels of the group tree; deeper ones are a circle.
const DEEPEST: usize = 32;
/// 100 000 goods are about 9 MB.
const LARGEST_PLAIN: u64 = 256 << 20;

/// What a version says besides its products.
pub struct Terms {
    pub version: i64,
    pub published_at: i64,
    pub valid_from: String,
    pub note: String,
    pub firm: FirmSettings,
    /// Earlier versions, first one first: seq and time.
    pub earlier: Vec<(i64, i64)>,
    /// The number of each product's picture, by the product's id.
    pub pictures: HashMap<String, u32>,
}

pub struct Overlay {
    pub price_type: String,
    pub products: usize,
    /// SHA-256 of the encoded snapshot, before compression.
    pub checksum: String,
    pub compressed: Vec<u8>,
}

pub struct Made {
    pub currency: Currency,
    /// Products in at least one overlay.
    pub products: usize,
    pub left_out: Vec<LeftOut>,
    pub overlays: Vec<Overlay>,
    /// The pictures the lists name, by the product's id.
    pub pictures: HashMap<String, u32>,
}

/// Makes a version. It has one currency, that of the firm's usual price type; types in another wait for a version of
/// their own.
pub fn make(catalogue: &Catalogue, terms: &Terms) -> Result<Made> {
    let usual = catalogue.price_types.iter().find(|known| known.code == terms.firm.customer_price_type);
    let any = || catalogue.price_types.iter().find(|known| known.currency == terms.firm.currency).or(catalogue.price_types.first());
    let currency = usual.or_else(any).map_or(terms.firm.currency, |known| known.currency);
    let published: Vec<usize> = (0..catalogue.price_types.len()).filter(|at| catalogue.price_types[*at].currency == currency).collect();

    let order = reading_order(&catalogue.group_list);
    let place: HashMap<&str, usize> = order.iter().enumerate().map(|(place, (code, ..))| (*code, place)).collect();
    let mut products: Vec<(usize, String, &str, &Known)> = Vec::with_capacity(catalogue.products.len());
    let mut left_out = Vec::new();
    for (code, known) in &catalogue.products {
        let group = place.get(known.revision.group_code.as_str());
        let group_code = if group.is_some() { known.revision.group_code.as_str() } else { "" };
        let judge = |price| published_price(known.revision.kind, known.revision.active, group_code, price);
        let best = published.iter().map(|at| judge(price_of(known, *at))).max_by_key(|verdict| verdict.map_or_else(|why| (0, Some(why)), |_| (1, None)));
        match best.unwrap_or_else(|| judge(None)) {
            Ok(_) => products.push((group.copied().unwrap_or_default(), fold(&known.revision.name), code, known)),
            Err(why) => {
                let elsewhere = why == NotPublished::NoPrice && known.prices.iter().any(|(at, _)| !published.contains(at));
                left_out.push(LeftOut { code: code.clone(), reason: if elsewhere { "other_currency" } else { why.word() }.to_string() });
            }
        }
    }
    left_out.sort_by(|one, other| one.code.cmp(&other.code));
    products.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));

    let mut overlays = Vec::new();
    for at in published {
        let rows: Vec<(usize, &str, &Known, Price)> = products
            .iter()
            .filter_map(|(group, _, code, known)| {
                let price = published_price(known.revision.kind, known.revision.active, &known.revision.group_code, price_of(known, at)).ok()?;
                Some((*group, *code, *known, price))
            })
            .collect();
        if !rows.is_empty() {
            overlays.push(overlay(&catalogue.price_types[at].code, at, currency, &order, &rows, terms)?);
        }
    }
    let named = |known: &Known| Some((known.id.clone(), *terms.pictures.get(&known.id)?));
    let pictures = products.iter().filter_map(|(.., known)| named(known)).collect();
    Ok(Made { currency, products: products.len(), left_out, overlays, pictures })
}

fn price_of(known: &Known, price_type: usize) -> Option<Price> {
    known.prices.iter().find(|(at, _)| *at == price_type).map(|(_, price)| *price)
}

/// Names are ordered as people look for them: without regard to case, ё beside е, leading signs aside.
fn fold(name: &str) -> String {
    name.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('ё', "е")
}

/// Every group after its parent, siblings in their own order: code, name, place of the parent.
fn reading_order(groups: &[(String, Group)]) -> Vec<(&str, &str, Option<usize>)> {
    let known: HashMap<&str, ()> = groups.iter().map(|(code, _)| (code.as_str(), ())).collect();
    let mut children: HashMap<Option<&str>, Vec<&(String, Group)>> = HashMap::new();
    for group in groups {
        // A parent that does not exist leaves its groups on top rather than losing them.
        let parent = group.1.parent.as_deref().filter(|parent| known.contains_key(parent));
        children.entry(parent).or_default().push(group);
    }
    for siblings in children.values_mut() {
        siblings.sort_by(|one, other| (one.1.sort, &one.0).cmp(&(other.1.sort, &other.0)));
    }
    let mut order = Vec::with_capacity(groups.len());
    let mut open: Vec<(Option<usize>, usize, &(String, Group))> = Vec::new();
    open.extend(children.get(&None).into_iter().flatten().rev().map(|group| (None, 0, *group)));
    while let Some((parent, depth, group)) = open.pop() {
        let place = order.len();
        order.push((group.0.as_str(), group.1.name.as_str(), parent));
        if depth < DEEPEST {
            open.extend(children.get(&Some(group.0.as_str())).into_iter().flatten().rev().map(|child| (Some(place), depth + 1, *child)));
        }
    }
    order
}

fn overlay(
    price_type: &str,
    at: usize,
    currency: Currency,
    order: &[(&str, &str, Option<usize>)],
    rows: &[(usize, &str, &Known, Price)],
    terms: &Terms,
) -> Result<Overlay> {
    let mut needed = vec![false; order.len()];
    for (group, ..) in rows {
        let mut at = Some(*group);
        while let Some(place) = at.filter(|place| !needed[*place]) {
            needed[place] = true;
            at = order[place].2;
        }
    }
    let mut index = vec![0_u32; order.len()];
    let mut groups = Vec::new();
    for (place, (code, name, parent)) in order.iter().enumerate() {
        if needed[place] {
            index[place] = groups.len() as u32;
            groups.push(GroupRow { code: code.to_string(), name: name.to_string(), parent: parent.map(|parent| index[parent]) });
        }
    }
    let attributes = attribute_names(rows.iter().map(|(_, _, known, _)| &known.revision.attributes));
    let products = rows
        .iter()
        .map(|(group, code, known, price)| {
            let revision = &known.revision;
            ProductRow {
                code: code.to_string(),
                name: revision.name.clone(),
                group: index[*group],
                unit: revision.unit.clone(),
                price: price.raw(),
                vat_rate: revision.vat_rate.raw(),
                min: revision.min.map(|value| value.raw()),
                max: revision.max.map(|value| value.raw()),
                increment: revision.increment.map(|value| value.raw()),
                precision: revision.precision,
                stock: revision.stock.map(|value| value.raw()),
                new: is_new(known.first_seq, terms),
                promotion: revision.promotion,
                picture: terms.pictures.get(&known.id).copied().unwrap_or_default(),
                attributes: attributes.iter().map(|name| revision.attributes.get(name).cloned().unwrap_or_default()).collect(),
                tiers: steps(known, at, *price),
            }
        })
        .collect();
    let snapshot = Snapshot {
        version: u32::try_from(terms.version).context("version number")?,
        overlay: price_type.to_string(),
        currency,
        vat_mode: terms.firm.vat_mode,
        published_at: terms.published_at,
        valid_from: terms.valid_from.clone(),
        // Known only once a later version is published; the page asks `GET /api/price-list` for it.
        valid_until: None,
        terms: terms.firm.terms.clone(),
        note: terms.note.clone(),
        groups,
        attributes,
        products,
    };
    let encoded = snapshot.encode().map_err(|error| anyhow::anyhow!("the snapshot cannot be encoded: {error}"))?;
    openable(&encoded, LARGEST_PLAIN)?;
    Ok(Overlay {
        price_type: price_type.to_string(),
        products: snapshot.products.len(),
        checksum: hex(&Sha256::digest(&encoded)),
        compressed: compress(&encoded, QUICK)?,
    })
}

/// Refuses a list nobody could open: too long for those who unpack it, or with more in it than they take.
fn openable(encoded: &[u8], most: u64) -> Result<()> {
    if encoded.len() as u64 > most || Columns::decode(encoded).is_err() {
        return Err(AppError::invalid("list_too_large", "the price list has more goods or prices than a page can open"));
    }
    Ok(())
}

/// A product's prices from a quantity on, as far as they lower its price.
fn steps(known: &Known, price_type: usize, price: Price) -> Vec<Tier> {
    let stored: Vec<Tier> = known.tiers.iter().filter(|(of, _)| *of == price_type).map(|(_, tier)| *tier).collect();
    tiers::lowering(price, &stored).collect()
}

/// The attributes the goods have, the brand first: as many as a list can have, the most used ones.
fn attribute_names<'a>(goods: impl Iterator<Item = &'a BTreeMap<String, String>>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    goods.flat_map(BTreeMap::keys).for_each(|name| *counts.entry(name).or_default() += 1);
    let mut names: Vec<(&str, usize)> = counts.into_iter().collect();
    names.sort_by_key(|(name, count)| (*name != BRAND, std::cmp::Reverse(*count)));
    names.truncate(MOST_ATTRIBUTES);
    names.into_iter().map(|(name, _)| name.to_string()).collect()
}

/// Whether a product's first publication lies within the firm's novelty window. What stood in the very first version
/// is the range, not news.
fn is_new(first_seq: i64, terms: &Terms) -> bool {
    let Some(first) = terms.earlier.first() else { return false };
    if first_seq <= first.0 {
        return false;
    }
    let published = terms.earlier.iter().find(|(seq, _)| *seq >= first_seq).map_or(terms.published_at, |(_, at)| *at);
    terms.published_at - published < i64::from(terms.firm.new_days) * 86_400_000
}

/// What whoever publishes waits for; [`super::pack`] does better afterwards.
pub const QUICK: u32 = 5;

pub fn compress(plain: &[u8], quality: u32) -> anyhow::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 1 << 16, quality, 22);
    writer.write_all(plain).and_then(|()| writer.flush()).context("compressing")?;
    drop(writer);
    Ok(compressed)
}

/// The snapshot in a stored body, unpacked; versions published before columns are read too.
pub fn read(plain: &[u8]) -> anyhow::Result<Snapshot> {
    match Snapshot::decode(plain) {
        Err(Damage::Foreign) => super::rows::decode(plain).context("a stored snapshot cannot be read"),
        decoded => decoded.context("a stored snapshot cannot be read"),
    }
}

/// A stored body as the page of this version reads it, unpacked, where it is stored in another form.
pub fn renewed(plain: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    if Columns::is_one(plain) {
        return Ok(None);
    }
    read(plain)?.encode().map(Some).map_err(|error| anyhow::anyhow!("the snapshot cannot be encoded: {error}"))
}

/// The encoded snapshot of a stored body.
pub fn decompress(compressed: &[u8]) -> anyhow::Result<Vec<u8>> {
    decompress_within(compressed, LARGEST_PLAIN)
}

/// As [`decompress`]; what is longer is an error, never a part of itself.
fn decompress_within(compressed: &[u8], most: u64) -> anyhow::Result<Vec<u8>> {
    let mut plain = Vec::new();
    brotli::Decompressor::new(compressed, 1 << 16).take(most + 1).read_to_end(&mut plain).context("a stored snapshot cannot be unpacked")?;
    anyhow::ensure!(plain.len() as u64 <= most, "a stored snapshot is longer than {most} bytes");
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(code: &str, parent: Option<&str>, sort: i64) -> (String, Group) {
        (code.to_string(), Group { name: code.to_uppercase(), parent: parent.map(str::to_string), sort })
    }

    #[test]
    fn what_nobody_could_open_is_neither_stored_nor_cut() {
        let list = Snapshot {
            version: 1,
            overlay: "wholesale".into(),
            currency: Currency::EUR,
            vat_mode: kontor_shared::money::VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups: Vec::new(),
            attributes: vec!["size".into(); MOST_ATTRIBUTES + 1],
            products: Vec::new(),
        };
        let refused = |encoded: &[u8], most| matches!(openable(encoded, most), Err(AppError::Invalid { code: "list_too_large", .. }));
        assert!(refused(&list.encode().expect("bytes"), LARGEST_PLAIN), "more than is taken on opening");
        let right = Snapshot { attributes: Vec::new(), ..list }.encode().expect("bytes");
        let length = right.len() as u64;
        assert!(!refused(&right, length) && refused(&right, length - 1));
        let compressed = compress(&right, QUICK).expect("packed");
        assert_eq!(decompress_within(&compressed, length).expect("unpacked"), right);
        assert!(decompress_within(&compressed, length - 1).is_err());
    }

    #[test]
    fn groups_stand_each_after_its_parent_and_in_their_order() {
        let groups = [group("b", None, 2), group("a1", Some("a"), 5), group("a", None, 1), group("lost", Some("gone"), 9), group("a0", Some("a"), 4)];
        let order: Vec<&str> = reading_order(&groups).into_iter().map(|(code, ..)| code).collect();
        assert_eq!(order, ["a", "a0", "a1", "b", "lost"]);
    }

    #[test]
    fn names_are_ordered_as_people_look_for_them() {
        let mut names = ["ёлка", "Ель", "\"Ежик\"", "apple", "Banana"];
        names.sort_by_key(|name| fold(name));
        assert_eq!(names, ["apple", "Banana", "\"Ежик\"", "ёлка", "Ель"]);
    }
}

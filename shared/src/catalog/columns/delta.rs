//! What changed from one version of a list to the next: mostly prices and stocks, a few goods more or less.
//!
//! A delta names by checksum what it starts from and what it must lead to, so nothing can come of it but the list the
//! server has; whoever has another list, or gets another result, fetches the whole one.

use std::borrow::Cow;
use std::collections::HashMap;

use super::codec::{Bytes, Damage, Result, put_bytes, put_column, put_number, unzigzag, zigzag};
use super::{Columns, MOST_ROWS};
use crate::catalog::{ProductRow, Snapshot};

const MAGIC: &[u8; 8] = b"KontorD2";

/// One run of rows of the new list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// So many rows of the old list, from one on.
    Kept { from: usize, rows: usize },
    /// So many of those that are told in full.
    Told { rows: usize },
}

/// The checksum of an encoded list, as it stands in it.
pub fn checksum(encoded: &[u8]) -> Option<u32> {
    encoded.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
}

/// What leads from `old` to `new`, both encoded.
pub fn between(old: &[u8], new: &[u8]) -> std::result::Result<Vec<u8>, Damage> {
    let (from, to) = (Columns::decode(old)?, Columns::decode(new)?);
    let places: HashMap<&str, usize> = from.codes().iter().enumerate().map(|(row, code)| (code, row)).collect();
    let names = |list: &Columns| list.head.attributes.iter().map(|attribute| attribute.name.clone()).collect::<Vec<_>>();
    let same_head = names(&from) == names(&to);
    let group = |list: &Columns, group: u32| list.head.groups.get(group as usize).map(|group| group.code.clone());
    let mut runs: Vec<Run> = Vec::new();
    let (mut prices, mut stocks, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..to.len() {
        let product = to.product(row);
        // Kept: the same but for price, stock and the group's number.
        let kept = places.get(product.code.as_str()).copied().filter(|old| {
            let like = ProductRow { price: product.price, stock: product.stock, group: product.group, ..from.product(*old) };
            same_head && like == product && group(&from, from.group(*old)) == group(&to, product.group)
        });
        match (kept, runs.last_mut()) {
            (Some(old), Some(Run::Kept { from, rows })) if *from + *rows == old => *rows += 1,
            (Some(old), _) => runs.push(Run::Kept { from: old, rows: 1 }),
            (None, Some(Run::Told { rows })) => *rows += 1,
            (None, _) => runs.push(Run::Told { rows: 1 }),
        }
        match kept {
            Some(old) => {
                if from.prices.get(old) != product.price {
                    prices.push((row, product.price));
                }
                if from.stock(old) != product.stock {
                    stocks.push((row, product.stock));
                }
            }
            None => told.push(product),
        }
    }
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&checksum(old).ok_or(Damage::Content)?.to_le_bytes());
    out.extend_from_slice(&checksum(new).ok_or(Damage::Content)?.to_le_bytes());
    // The goods told in full travel as a small list of their own, which carries the new head.
    let rest = Snapshot { products: told, ..to.without_products() };
    put_bytes(&mut out, &rest.encode().map_err(|_| Damage::Content)?);
    put_number(&mut out, runs.len() as u64);
    let mut expected = 0;
    for run in &runs {
        match *run {
            Run::Kept { from, rows } => {
                put_number(&mut out, (rows as u64) << 1);
                put_number(&mut out, zigzag(from as i64 - expected));
                expected = (from + rows) as i64;
            }
            Run::Told { rows } => put_number(&mut out, (rows as u64) << 1 | 1),
        }
    }
    put_changes(&mut out, &prices, |price| zigzag(*price));
    put_changes(&mut out, &stocks, |stock| stock.map_or(0, |stock| zigzag(stock).saturating_add(super::pack::STOCK_SHIFT)));
    Ok(out)
}

fn put_changes<T>(out: &mut Vec<u8>, changes: &[(usize, T)], number: impl Fn(&T) -> u64) {
    let mut before = 0;
    put_column(out, &changes.iter().map(|(row, _)| (row - std::mem::replace(&mut before, *row)) as u64).collect::<Vec<_>>());
    put_column(out, &changes.iter().map(|(_, value)| number(value)).collect::<Vec<_>>());
}

/// The new list, encoded, from the old one and a delta.
pub fn apply(old: &[u8], delta: &[u8]) -> std::result::Result<Vec<u8>, Damage> {
    let rest = delta.strip_prefix(MAGIC).ok_or(Damage::Foreign)?;
    let mut bytes = Bytes(rest);
    let word = |bytes: &mut Bytes<'_>| -> Result<u32> { Ok(u32::from_le_bytes(bytes.take(4)?.try_into().map_err(|_| Damage::Content)?)) };
    let (from, to) = (word(&mut bytes)?, word(&mut bytes)?);
    if checksum(old) != Some(from) {
        return Err(Damage::Foreign);
    }
    let list = Columns::decode(old)?;
    let mut new = Snapshot::decode(bytes.bytes()?)?;
    let told = std::mem::take(&mut new.products);
    let mut untold = told.len();
    let groups: HashMap<&str, u32> = new.groups.iter().enumerate().map(|(at, group)| (group.code.as_str(), at as u32)).collect();
    // Where a kept row's group has gone; a group that is no more holds no kept row.
    let moved: Vec<Option<u32>> = list.head.groups.iter().map(|group| groups.get(group.code.as_str()).copied()).collect();
    let group_of = |row: usize| moved.get(list.group(row) as usize).copied().flatten();
    // Where each row is from: a row of the old list, or the next of those told in full. The rows themselves are made one by
    // one, for all at a time would take several times the list's memory, which a browser never gives back.
    let mut sources: Vec<Option<u32>> = Vec::new();
    // A row kept twice would be two goods of one code, and a few bytes could ask for any number of them.
    let mut taken = vec![false; list.len()];
    let mut expected = 0_i64;
    for _ in 0..bytes.count(MOST_ROWS)? {
        let number = bytes.number()?;
        let rows = usize::try_from(number >> 1).ok().filter(|rows| *rows <= MOST_ROWS).ok_or(Damage::Content)?;
        if number & 1 == 1 {
            untold = untold.checked_sub(rows).ok_or(Damage::Content)?;
            sources.resize(sources.len() + rows, None);
            continue;
        }
        let first = expected.checked_add(unzigzag(bytes.number()?)).and_then(|first| usize::try_from(first).ok()).ok_or(Damage::Content)?;
        let end = first.checked_add(rows).filter(|end| *end <= list.len()).ok_or(Damage::Content)?;
        let fresh = (first..end).all(|row| !std::mem::replace(&mut taken[row], true) && group_of(row).is_some());
        if sources.len() + rows > MOST_ROWS || !fresh {
            return Err(Damage::Content);
        }
        sources.extend((first..end).map(|row| Some(row as u32)));
        expected = end as i64;
    }
    let (prices, stocks) = (changes(&mut bytes, sources.len())?, changes(&mut bytes, sources.len())?);
    bytes.end()?;
    if untold > 0 {
        return Err(Damage::Content);
    }
    let mut told = told.into_iter();
    let rows = sources.iter().map(|source| match source {
        Some(row) => {
            let row = *row as usize;
            ProductRow { group: group_of(row).unwrap_or_default(), ..list.product(row) }
        }
        None => told.next().unwrap_or_default(),
    });
    let mut columns = Columns::of_rows(&new, rows.map(Cow::Owned));
    drop(list);
    let mut column: Vec<i64> = columns.prices.iter().collect();
    prices.into_iter().for_each(|(row, price)| column[row] = unzigzag(price));
    columns.prices = column.into();
    let mut stock: Vec<Option<i64>> = (0..columns.len()).map(|row| columns.stock(row)).collect();
    for (row, told) in stocks {
        stock[row] = match told {
            0 => None,
            told => Some(told.checked_sub(super::pack::STOCK_SHIFT).map(unzigzag).ok_or(Damage::Content)?),
        };
    }
    columns.set_stock(stock);
    let encoded = columns.encode().map_err(|_| Damage::Content)?;
    if checksum(&encoded) == Some(to) { Ok(encoded) } else { Err(Damage::Checksum) }
}

fn changes(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<(usize, u64)>> {
    let steps = bytes.column(rows, Ok)?;
    let values = bytes.column(rows, Ok)?;
    if steps.len() != values.len() {
        return Err(Damage::Content);
    }
    let mut row = 0_u64;
    let mut changes = Vec::with_capacity(steps.len());
    for (step, value) in steps.into_iter().zip(values) {
        row = row.checked_add(step).filter(|row| *row < rows as u64).ok_or(Damage::Content)?;
        changes.push((row as usize, value));
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::super::codec::{put_bytes, put_column, put_number, zigzag};
    use super::super::tests::snapshot;
    use super::*;

    #[test]
    fn a_row_is_kept_once() {
        let product = |at: u32| ProductRow { code: at.to_string(), name: "Tea".into(), attributes: vec![String::new(); 2], ..ProductRow::default() };
        let old = snapshot((0..3).map(product).collect()).encode().unwrap();
        let list = snapshot(Vec::new());
        // Runs of kept rows: the first, and how many.
        for (runs, expected) in [(&[(0, 3)][..], Ok(())), (&[(1, 2), (0, 1)], Err(Damage::Checksum)), (&[(0, 3), (2, 1)], Err(Damage::Content))] {
            let mut delta = MAGIC.to_vec();
            delta.extend_from_slice(&checksum(&old).unwrap().to_le_bytes());
            delta.extend_from_slice(&checksum(&old).unwrap().to_le_bytes());
            put_bytes(&mut delta, &list.encode().unwrap());
            put_number(&mut delta, runs.len() as u64);
            let mut expected_at = 0;
            for (first, rows) in runs {
                put_number(&mut delta, (*rows as u64) << 1);
                put_number(&mut delta, zigzag(first - expected_at));
                expected_at = first + rows;
            }
            (0..4).for_each(|_| put_column(&mut delta, &[]));
            assert_eq!(apply(&old, &delta).map(|_| ()), expected, "{runs:?}");
        }
    }
}

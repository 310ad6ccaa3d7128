//! Bytes as columns. Whatever is not written by [`Columns::encode`] is refused, never guessed at.

use super::codec::{Bytes, Damage, Result, unzigzag};
use super::numbers::{Numbers, Runs};
use super::pack::{END, MAGIC, ONCE, STOCK_SHIFT};
use super::{Columns, Head, MOST_ATTRIBUTES, MOST_ROWS, MOST_TIERS, Texts};

impl Columns {
    /// Whether bytes begin as a list of this format does.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads a list; a few milliseconds for 100 000 goods, since no text is looked at.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Damage::Foreign)?;
        let (checksum, rest) = rest.split_first_chunk::<4>().ok_or(Damage::Checksum)?;
        if crc32fast::hash(rest) != u32::from_le_bytes(*checksum) {
            return Err(Damage::Checksum);
        }
        let mut bytes = Bytes(rest);
        let head: Head = postcard::from_bytes(bytes.bytes()?).map_err(|_| Damage::Content)?;
        let ordered = head.groups.iter().enumerate().all(|(at, group)| group.parent.is_none_or(|parent| (parent as usize) < at));
        if !ordered || head.attributes.len() > MOST_ATTRIBUTES {
            return Err(Damage::Content);
        }
        // Each row takes a byte at least, where its name ends: no claim makes the reader grow beyond what it was given.
        let rows = bytes.count(MOST_ROWS.min(bytes.0.len()))?;
        let (pieces, name_pieces) = names(&mut bytes, rows)?;
        let codes = codes(&mut bytes, rows)?;
        let groups = groups(&mut bytes, rows, head.groups.len())?;
        let units = indexes(&mut bytes, rows, head.units.len())?;
        let prices = signed(&mut bytes, rows)?.into();
        let vat_rates = indexes(&mut bytes, rows, head.vat_rates.len())?;
        let rules = indexes(&mut bytes, rows, head.rules.len())?;
        let stock = bytes.column(rows, |told| match told {
            0 => Ok(None),
            told => told.checked_sub(STOCK_SHIFT).map(|told| Some(unzigzag(told))).ok_or(Damage::Content),
        })?;
        let flags = bytes.column(rows, |flags| u8::try_from(flags).map_err(|_| Damage::Content))?;
        let pictures = indexes(&mut bytes, rows, u32::MAX as usize)?;
        let attributes = head.attributes.iter().map(|attribute| indexes(&mut bytes, rows, attribute.values.len() + 1)).collect::<Result<Vec<_>>>()?;
        let tiers = tiers(&mut bytes, rows)?;
        bytes.end()?;
        if stock.len() != rows || flags.len() != rows {
            return Err(Damage::Content);
        }
        let mut columns = Self {
            head,
            codes,
            pieces,
            name_pieces,
            groups,
            units,
            prices,
            vat_rates,
            rules,
            stock: Numbers::default(),
            untold: None,
            flags,
            pictures,
            attributes,
            tiers,
        };
        columns.set_stock(stock);
        Ok(columns)
    }
}

fn signed(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<i64>> {
    let column = bytes.column(rows, |number| Ok(unzigzag(number)))?;
    if column.len() == rows { Ok(column) } else { Err(Damage::Content) }
}

/// A column of exactly this many numbers, each below `below`.
fn indexes(bytes: &mut Bytes<'_>, rows: usize, below: usize) -> Result<Numbers> {
    let column = bytes.column(rows, |number| i64::try_from(number).ok().filter(|number| (*number as u64) < below as u64).ok_or(Damage::Content))?;
    if column.len() == rows { Ok(column.into()) } else { Err(Damage::Content) }
}

fn texts(bytes: &mut Bytes<'_>) -> Result<Texts> {
    let lengths = bytes.column(bytes.0.len(), Ok)?;
    let text = bytes.text()?;
    let mut starts = Vec::with_capacity(lengths.len() + 1);
    let mut at = 0_u64;
    starts.push(0);
    for length in lengths {
        at = at.saturating_add(length);
        let place = usize::try_from(at).ok().filter(|place| text.is_char_boundary(*place)).ok_or(Damage::Content)?;
        starts.push(u32::try_from(place).map_err(|_| Damage::Content)?);
    }
    if at != text.len() as u64 {
        return Err(Damage::Content);
    }
    Ok(Texts { text: text.to_string(), starts })
}

fn names(bytes: &mut Bytes<'_>, rows: usize) -> Result<(Texts, Runs)> {
    let mut pieces = texts(bytes)?;
    let once = texts(bytes)?;
    let recurring = pieces.len();
    if u32::try_from(pieces.text.len() + once.text.len()).is_err() {
        return Err(Damage::Content);
    }
    let shift = pieces.text.len() as u32;
    pieces.text.push_str(&once.text);
    pieces.starts.extend(once.starts.iter().skip(1).map(|start| start + shift));
    let mut numbers = Bytes(bytes.bytes()?);
    let mut name_pieces = Runs::default();
    let mut next_once = recurring;
    for _ in 0..rows {
        loop {
            match numbers.number()? {
                END => break,
                ONCE if next_once < pieces.len() => {
                    name_pieces.push(next_once as u32);
                    next_once += 1;
                }
                number => {
                    let piece = number.checked_sub(ONCE + 1).filter(|piece| *piece < recurring as u64).ok_or(Damage::Content)?;
                    name_pieces.push(piece as u32);
                }
            }
        }
        name_pieces.end();
    }
    numbers.end()?;
    if next_once != pieces.len() {
        return Err(Damage::Content);
    }
    name_pieces.shrink();
    Ok((pieces, name_pieces))
}

fn codes(bytes: &mut Bytes<'_>, rows: usize) -> Result<Texts> {
    let lengths = bytes.column(rows, |length| u16::try_from(length).map_err(|_| Damage::Content))?;
    let all = bytes.bytes()?;
    if lengths.len() != rows || lengths.iter().map(|length| u64::from(*length)).sum::<u64>() != all.len() as u64 {
        return Err(Damage::Content);
    }
    let mut starts = Vec::with_capacity(rows + 1);
    starts.push(0_u32);
    let mut classes: Vec<u16> = Vec::new();
    let mut known = vec![false; usize::from(u16::MAX) + 1];
    for length in &lengths {
        starts.push(starts.last().copied().unwrap_or(0) + u32::from(*length));
        if !std::mem::replace(&mut known[usize::from(*length)], true) {
            classes.push(*length);
        }
    }
    classes.sort_unstable();
    let mut text = vec![0_u8; all.len()];
    let mut from = 0;
    for class in classes {
        let same: Vec<usize> = (0..rows).filter(|row| lengths[*row] == class).collect();
        for place in 0..usize::from(class) {
            for row in &same {
                text[starts[*row] as usize + place] = all[from];
                from += 1;
            }
        }
    }
    let text = String::from_utf8(text).map_err(|_| Damage::Content)?;
    if starts.iter().any(|start| !text.is_char_boundary(*start as usize)) {
        return Err(Damage::Content);
    }
    Ok(Texts { text, starts })
}

fn groups(bytes: &mut Bytes<'_>, rows: usize, groups: usize) -> Result<Numbers> {
    let mut at = 0_i64;
    let mut column = Vec::with_capacity(rows);
    for step in signed(bytes, rows)? {
        at = at.saturating_add(step);
        column.push(Some(at).filter(|group| (0..groups as i64).contains(group)).ok_or(Damage::Content)?);
    }
    Ok(column.into())
}

fn tiers(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<(u32, i64, i64)>> {
    let steps = bytes.column(MOST_TIERS, |step| u32::try_from(step).map_err(|_| Damage::Content))?;
    let (from, prices) = (signed(bytes, steps.len())?, signed(bytes, steps.len())?);
    let mut row = 0_u32;
    let mut tiers = Vec::with_capacity(steps.len());
    for (step, (from, price)) in steps.into_iter().zip(from.into_iter().zip(prices)) {
        row = row.checked_add(step).filter(|row| (*row as usize) < rows).ok_or(Damage::Content)?;
        tiers.push((row, from, price));
    }
    Ok(tiers)
}

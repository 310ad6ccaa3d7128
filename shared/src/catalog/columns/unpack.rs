//! Bytes as columns. Whatever is not written by [`Columns::encode`] is refused, never guessed at.

use super::codec::{Bytes, Column, Damage, Result, unzigzag};
use super::numbers::{Numbers, Runs};
use super::pack::{END, MAGIC, ONCE, STOCK_SHIFT};
use super::{Columns, Head, MOST_ATTRIBUTES, MOST_ROWS, MOST_TIERS, Texts, WHOLE};
use crate::catalog::parts::{in_parts, try_in_parts};

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
        let (pieces, recurring, name_pieces) = names(&mut bytes, rows)?;
        let codes = codes(&mut bytes, rows)?;
        let groups = groups(&mut bytes, rows, head.groups.len())?;
        let units = indexes(&mut bytes, rows, head.units.len())?;
        let prices = signed(&mut bytes, rows)?;
        let vat_rates = indexes(&mut bytes, rows, head.vat_rates.len())?;
        let rules = indexes(&mut bytes, rows, head.rules.len())?;
        let stock = column(&mut bytes, rows)?;
        let flags = bytes.column(rows, |flags| u8::try_from(flags).map_err(|_| Damage::Content))?;
        let pictures = indexes(&mut bytes, rows, u32::MAX as usize)?;
        let attributes = head.attributes.iter().map(|attribute| indexes(&mut bytes, rows, attribute.values.len() + 1)).collect::<Result<Vec<_>>>()?;
        let tiers = tiers(&mut bytes, rows)?;
        bytes.end()?;
        if flags.len() != rows {
            return Err(Damage::Content);
        }
        let mut columns = Self {
            head,
            codes,
            pieces,
            recurring,
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
        columns.unpack_stock(&stock)?;
        Ok(columns)
    }

    fn unpack_stock(&mut self, told: &Column<'_>) -> Result<()> {
        // Whole pieces, where nothing is sold that is not there: they stay as they are. What is not told lies one step of a
        // whole below nothing, as `set_stock` has it.
        if let Some((least, step)) = halves(told) {
            let mut sound = true;
            in_parts(told.len, |row| sound &= told.number(row) == 0 || told.number(row) >= STOCK_SHIFT);
            if sound {
                let told_of_all = told.least > 0;
                self.untold = (!told_of_all).then_some(-WHOLE);
                self.stock = Numbers::of(told, least - WHOLE, step);
                return Ok(());
            }
        }
        let stock = (0..told.len).map(|row| match told.number(row) {
            0 => Ok(None),
            told => told.checked_sub(STOCK_SHIFT).map(|told| Some(unzigzag(told))).ok_or(Damage::Content),
        });
        let stock = stock.collect::<Result<_>>()?;
        self.set_stock(stock);
        Ok(())
    }
}

/// A column of exactly this many numbers.
fn column<'a>(bytes: &mut Bytes<'a>, rows: usize) -> Result<Column<'a>> {
    let column = bytes.planes(rows)?;
    if column.len == rows { Ok(column) } else { Err(Damage::Content) }
}

/// The least number and the step of a column of signed numbers none of which is below nothing: those are twice the number.
fn halves(column: &Column<'_>) -> Option<(i64, u64)> {
    let step = if column.planes.is_empty() { 2 } else { column.step };
    (column.len > 0 && column.least.is_multiple_of(2) && step.is_multiple_of(2)).then_some(((column.least / 2) as i64, step / 2))
}

fn signed(bytes: &mut Bytes<'_>, rows: usize) -> Result<Numbers> {
    let column = column(bytes, rows)?;
    Ok(match halves(&column) {
        Some((least, step)) => Numbers::of(&column, least, step),
        None => (0..rows).map(|row| unzigzag(column.number(row))).collect::<Vec<_>>().into(),
    })
}

/// A column of exactly this many numbers, each below `below`.
fn indexes(bytes: &mut Bytes<'_>, rows: usize, below: usize) -> Result<Numbers> {
    let column = column(bytes, rows)?;
    if rows > 0 && (column.most >= below as u64 || i64::try_from(column.most).is_err()) {
        return Err(Damage::Content);
    }
    Ok(Numbers::of(&column, column.least as i64, if column.planes.is_empty() { 1 } else { column.step }))
}

fn texts(bytes: &mut Bytes<'_>) -> Result<Texts> {
    let lengths = bytes.planes(bytes.0.len())?;
    let text = bytes.text()?;
    let mut starts = Vec::with_capacity(lengths.len + 1);
    let mut at = 0_u64;
    starts.push(0);
    try_in_parts(lengths.len, |row| {
        at = at.saturating_add(lengths.number(row));
        let place = usize::try_from(at).ok().filter(|place| text.is_char_boundary(*place)).ok_or(Damage::Content)?;
        starts.push(u32::try_from(place).map_err(|_| Damage::Content)?);
        Ok(())
    })?;
    if at != text.len() as u64 {
        return Err(Damage::Content);
    }
    Ok(Texts { text: text.to_string(), starts })
}

fn names(bytes: &mut Bytes<'_>, rows: usize) -> Result<(Texts, usize, Runs)> {
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
    let mut name_pieces = Runs::with_capacity(rows, numbers.0.len());
    let mut next_once = recurring;
    try_in_parts(rows, |_| {
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
        Ok(())
    })?;
    numbers.end()?;
    if next_once != pieces.len() {
        return Err(Damage::Content);
    }
    name_pieces.shrink();
    Ok((pieces, recurring, name_pieces))
}

fn codes(bytes: &mut Bytes<'_>, rows: usize) -> Result<Texts> {
    let lengths = bytes.column(rows, |length| u16::try_from(length).map_err(|_| Damage::Content))?;
    let all = bytes.bytes()?;
    if lengths.len() != rows || lengths.iter().map(|length| u64::from(*length)).sum::<u64>() != all.len() as u64 {
        return Err(Damage::Content);
    }
    let mut starts = Vec::with_capacity(rows + 1);
    starts.push(0_u32);
    // How many codes have each length, then where the next of them begins among the bytes.
    let mut same = vec![0_usize; usize::from(u16::MAX) + 1];
    in_parts(rows, |row| {
        starts.push(starts[row] + u32::from(lengths[row]));
        same[usize::from(lengths[row])] += 1;
    });
    let mut nexts = vec![0_usize; same.len()];
    for length in 1..same.len() {
        nexts[length] = nexts[length - 1] + (length - 1) * same[length - 1];
    }
    let mut text = Vec::with_capacity(all.len());
    in_parts(rows, |row| {
        let length = usize::from(lengths[row]);
        let first = nexts[length];
        nexts[length] += 1;
        text.extend((0..length).map(|place| all[first + place * same[length]]));
    });
    let text = String::from_utf8(text).map_err(|_| Damage::Content)?;
    if !text.is_ascii() && starts.iter().any(|start| !text.is_char_boundary(*start as usize)) {
        return Err(Damage::Content);
    }
    Ok(Texts { text, starts })
}

fn groups(bytes: &mut Bytes<'_>, rows: usize, groups: usize) -> Result<Numbers> {
    let mut at = 0_i64;
    let mut numbers = Vec::with_capacity(rows);
    let steps = column(bytes, rows)?;
    try_in_parts(rows, |row| {
        at = at.saturating_add(unzigzag(steps.number(row)));
        numbers.push(Some(at).filter(|group| (0..groups as i64).contains(group)).ok_or(Damage::Content)?);
        Ok(())
    })?;
    Ok(numbers.into())
}

fn tiers(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<(u32, i64, i64)>> {
    let steps = bytes.column(MOST_TIERS, |step| u32::try_from(step).map_err(|_| Damage::Content))?;
    let (from, prices) = (signed(bytes, steps.len())?, signed(bytes, steps.len())?);
    let mut row = 0_u32;
    let mut tiers = Vec::with_capacity(steps.len());
    for (step, (from, price)) in steps.into_iter().zip(from.iter().zip(prices.iter())) {
        row = row.checked_add(step).filter(|row| (*row as usize) < rows).ok_or(Damage::Content)?;
        tiers.push((row, from, price));
    }
    Ok(tiers)
}

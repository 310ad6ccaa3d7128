//! Columns as bytes.

use super::codec::{put_bytes, put_column, put_number, zigzag};
use super::numbers::Numbers;
use super::{Columns, Texts, WHOLE};

/// "Kontor price list", and the number of the format.
pub(super) const MAGIC: &[u8; 8] = b"KontorL2";
/// The end of a name among piece numbers.
pub(super) const END: u64 = 0;
/// The next of the pieces that stand once.
pub(super) const ONCE: u64 = 1;

impl Columns {
    /// The canonical bytes, without compression: magic, CRC-32 of the rest, the rest.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        let mut out = Vec::with_capacity(64 + self.len() * 32);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 4]);
        put_bytes(&mut out, &postcard::to_allocvec(&self.head)?);
        put_number(&mut out, self.len() as u64);
        self.put_names(&mut out);
        put_codes(&mut out, &self.codes);
        let column = |values: &Numbers| values.iter().map(|value| value as u64).collect::<Vec<_>>();
        let mut group = 0;
        let steps: Vec<u64> = self.groups.iter().map(|next| zigzag(next - std::mem::replace(&mut group, next))).collect();
        put_column(&mut out, &steps);
        put_column(&mut out, &column(&self.units));
        put_column(&mut out, &self.prices.iter().map(zigzag).collect::<Vec<_>>());
        put_column(&mut out, &column(&self.vat_rates));
        put_column(&mut out, &column(&self.rules));
        // What is told is shifted by one step of a whole, so that "not told" neither widens the column nor breaks its step.
        let told: Vec<u64> = (0..self.len()).map(|row| self.stock(row).map_or(0, |stock| zigzag(stock).saturating_add(STOCK_SHIFT))).collect();
        put_column(&mut out, &told);
        put_column(&mut out, &self.flags.iter().map(|flags| u64::from(*flags)).collect::<Vec<_>>());
        put_column(&mut out, &column(&self.pictures));
        for attribute in &self.attributes {
            put_column(&mut out, &column(attribute));
        }
        let mut row = 0;
        put_column(&mut out, &self.tiers.iter().map(|tier| u64::from(tier.0 - std::mem::replace(&mut row, tier.0))).collect::<Vec<_>>());
        put_column(&mut out, &self.tiers.iter().map(|tier| zigzag(tier.1)).collect::<Vec<_>>());
        put_column(&mut out, &self.tiers.iter().map(|tier| zigzag(tier.2)).collect::<Vec<_>>());
        let checksum = crc32fast::hash(&out[12..]).to_le_bytes();
        out[8..12].copy_from_slice(&checksum);
        Ok(out)
    }

    fn put_names(&self, out: &mut Vec<u8>) {
        let recurring = self.recurring;
        put_texts(out, (0..recurring).map(|at| self.pieces.get(at)));
        put_texts(out, (recurring..self.pieces.len()).map(|at| self.pieces.get(at)));
        let mut numbers = Vec::with_capacity(self.len() * 16);
        for row in 0..self.len() {
            for piece in self.name_pieces(row) {
                let piece = piece as usize;
                put_number(&mut numbers, if piece < recurring { piece as u64 + ONCE + 1 } else { ONCE });
            }
            put_number(&mut numbers, END);
        }
        put_bytes(out, &numbers);
    }
}

/// Twice a whole quantity, for [`zigzag`] doubles.
pub(super) const STOCK_SHIFT: u64 = 2 * WHOLE as u64;

fn put_texts<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str> + Clone) {
    put_column(out, &texts.clone().map(|text| text.len() as u64).collect::<Vec<_>>());
    let mut all = Vec::new();
    texts.for_each(|text| all.extend_from_slice(text.as_bytes()));
    put_bytes(out, &all);
}

/// Codes of one length stand as the first byte of all, the second of all, and so on: `AB-100-00012` and its neighbours
/// differ in few places (measured: 288 kB instead of 462 kB for 100 000 codes, after brotli).
fn put_codes(out: &mut Vec<u8>, codes: &Texts) {
    put_column(out, &codes.iter().map(|code| code.len() as u64).collect::<Vec<_>>());
    let mut lengths: Vec<usize> = codes.iter().map(str::len).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut all = Vec::with_capacity(codes.text.len());
    for length in lengths {
        let same: Vec<&[u8]> = codes.iter().filter(|code| code.len() == length).map(str::as_bytes).collect();
        for place in 0..length {
            all.extend(same.iter().map(|code| code[place]));
        }
    }
    put_bytes(out, &all);
}

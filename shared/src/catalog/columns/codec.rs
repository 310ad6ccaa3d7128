//! The primitives columns are written with: numbers in few bytes, and whole columns as planes of bytes, which brotli
//! packs better than varints (low bytes are noise, high bytes repeat).

use crate::catalog::parts::{in_parts, try_in_parts};

/// Why bytes are not a price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Another kind of file, or another version of the format.
    Foreign,
    /// Torn or altered: the checksum does not fit.
    Checksum,
    /// Written by something else: the checksum fits, the content does not.
    Content,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Foreign => "this is not a price list of this version of Kontor",
            Self::Checksum => "the price list is torn or was altered",
            Self::Content => "the price list says what cannot be",
        })
    }
}

impl std::error::Error for Damage {}

pub(super) type Result<T> = std::result::Result<T, Damage>;

pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        out.push(number as u8 & 127 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Signed numbers of small size as small unsigned ones.
pub(super) const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub(super) const fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

pub(super) const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A column: what all numbers have in common, then plane by plane of bytes, the lowest first.
pub(super) fn put_column(out: &mut Vec<u8>, numbers: &[u64]) {
    let least = numbers.iter().copied().min().unwrap_or(0);
    let step = numbers.iter().fold(0, |step, number| if step == 1 { 1 } else { gcd(step, number - least) }).max(1);
    let most = numbers.iter().map(|number| (number - least) / step).max().unwrap_or(0);
    let width = (64 - most.leading_zeros()).div_ceil(8);
    put_number(out, numbers.len() as u64);
    put_number(out, least);
    put_number(out, step);
    out.push(width as u8);
    for plane in 0..width {
        out.extend(numbers.iter().map(|number| (((number - least) / step) >> (8 * plane)) as u8));
    }
}

/// A column as it stands among the bytes.
pub(super) struct Column<'a> {
    pub len: usize,
    pub least: u64,
    pub step: u64,
    /// The largest number; nothing overflows on the way to it.
    pub most: u64,
    /// The bytes of how many steps each number lies above the least, lowest first.
    pub planes: Vec<&'a [u8]>,
}

impl Column<'_> {
    pub fn number(&self, row: usize) -> u64 {
        self.least + self.steps(row) * self.step
    }

    /// How many steps it lies above the least.
    fn steps(&self, row: usize) -> u64 {
        match self.planes[..] {
            [] => 0,
            [plane] => u64::from(plane[row]),
            [low, high] => u64::from(u16::from_le_bytes([low[row], high[row]])),
            ref planes => planes.iter().rev().fold(0, |steps, plane| steps << 8 | u64::from(plane[row])),
        }
    }
}

/// Reads what the functions above write; never reads past the end, never allocates more than the bytes can hold.
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Damage::Content)?;
        self.0 = rest;
        Ok(taken)
    }
    #[inline]
    pub fn number(&mut self) -> Result<u64> {
        // Most are small.
        if let [byte @ 0..128, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(u64::from(*byte));
        }
        self.long_number()
    }
    fn long_number(&mut self) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(Damage::Content)
    }
    /// A number that says how many of something follow or exist.
    pub fn count(&mut self, most: usize) -> Result<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= most).ok_or(Damage::Content)
    }
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let count = self.count(self.0.len())?;
        self.take(count)
    }
    pub fn text(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Damage::Content)
    }
    /// A column of at most `most` numbers, as it was written.
    pub fn planes(&mut self, most: usize) -> Result<Column<'a>> {
        let len = self.count(most)?;
        let (least, step) = (self.number()?, self.number()?);
        let width = usize::from(self.take(1)?[0]);
        if width > 8 {
            return Err(Damage::Content);
        }
        let mut planes = Vec::with_capacity(width);
        for _ in 0..width {
            planes.push(self.take(len)?);
        }
        let column = Column { len, least, step, planes, most: 0 };
        let mut most = 0;
        in_parts(len, |row| most = most.max(column.steps(row)));
        let most = most.checked_mul(step).and_then(|above| above.checked_add(least)).ok_or(Damage::Content)?;
        Ok(Column { most, ..column })
    }
    /// A column of at most `most` numbers, each made by `each` from what was written.
    pub fn column<T>(&mut self, most: usize, each: impl Fn(u64) -> Result<T>) -> Result<Vec<T>> {
        let column = self.planes(most)?;
        let mut made = Vec::with_capacity(column.len);
        try_in_parts(column.len, |row| {
            made.push(each(column.number(row))?);
            Ok(())
        })?;
        Ok(made)
    }
    pub fn end(&self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Damage::Content) }
    }
}

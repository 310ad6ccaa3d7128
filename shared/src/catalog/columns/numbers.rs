//! Columns in memory: each number in as few bytes as the largest takes. A page holds the list for as long as it is open, and
//! WebAssembly gives no memory back.

use super::codec::{Column, gcd};
use crate::catalog::parts::in_parts;

/// Numbers of one column: how many steps each lies above the least. The step is what all have in common: prices are whole
/// cents mostly, stocks whole pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    least: i64,
    step: u64,
    /// Bytes of each, from 0 to 8.
    width: usize,
    len: usize,
    bytes: Vec<u8>,
}

impl Numbers {
    pub fn get(&self, at: usize) -> i64 {
        let from = at * self.width;
        let above = match self.width {
            0 => 0,
            1 => u64::from(self.bytes[at]),
            2 => u64::from(u16::from_le_bytes([self.bytes[from], self.bytes[from + 1]])),
            width => self.bytes[from..from + width].iter().rev().fold(0, |above, byte| above << 8 | u64::from(*byte)),
        };
        self.least.wrapping_add_unsigned(above.wrapping_mul(self.step))
    }

    /// A column as it was written, where number `least + n * step` stands for `n`.
    pub fn of(column: &Column<'_>, least: i64, step: u64) -> Self {
        let (width, len) = (column.planes.len(), column.len);
        let mut bytes = Vec::with_capacity(len * width);
        match column.planes[..] {
            [plane] => bytes.extend_from_slice(plane),
            [low, high] => in_parts(len, |row| bytes.extend_from_slice(&[low[row], high[row]])),
            ref planes => in_parts(len, |row| bytes.extend(planes.iter().map(|plane| plane[row]))),
        }
        Self { least, step, width, len, bytes }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len).map(|at| self.get(at))
    }
}

impl From<Vec<i64>> for Numbers {
    fn from(numbers: Vec<i64>) -> Self {
        let least = numbers.iter().copied().min().unwrap_or(0);
        let above = |number: i64| number.wrapping_sub(least) as u64;
        let (mut step, mut most) = (0, 0);
        in_parts(numbers.len(), |at| {
            most = most.max(above(numbers[at]));
            if step != 1 {
                step = gcd(step, above(numbers[at]));
            }
        });
        let step = step.max(1);
        let width = (64 - (most / step).leading_zeros()).div_ceil(8) as usize;
        let mut bytes = Vec::with_capacity(numbers.len() * width);
        in_parts(numbers.len(), |at| {
            let steps = if step == 1 { above(numbers[at]) } else { above(numbers[at]) / step };
            bytes.extend_from_slice(&steps.to_le_bytes()[..width]);
        });
        Self { least, step, width, len: numbers.len(), bytes }
    }
}

/// Rows of small numbers, each with an end of its own: seven bits to a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Runs {
    bytes: Vec<u8>,
    /// Where each row begins, and the end.
    starts: Vec<u32>,
}

impl Default for Runs {
    fn default() -> Self {
        Self { bytes: Vec::new(), starts: vec![0] }
    }
}

impl Runs {
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        Self { bytes: Vec::with_capacity(bytes), starts }
    }

    /// Adds to the row that is being written.
    #[inline]
    pub fn push(&mut self, number: u32) {
        if number < 128 { self.bytes.push(number as u8) } else { super::codec::put_number(&mut self.bytes, number.into()) }
    }

    /// Ends it.
    pub fn end(&mut self) {
        self.starts.push(self.bytes.len() as u32);
    }

    pub fn row(&self, at: usize) -> Run<'_> {
        let range = self.starts.get(at).zip(self.starts.get(at + 1)).map_or(0..0, |(from, to)| *from as usize..*to as usize);
        Run(self.bytes.get(range).unwrap_or(&[]))
    }

    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.starts.shrink_to_fit();
    }
}

/// The numbers of a row.
#[derive(Clone, Debug, Default)]
pub struct Run<'a>(&'a [u8]);

impl<'a> Run<'a> {
    /// From bytes as [`Runs`] has them.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes are left: about how many numbers.
    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }
}

impl Iterator for Run<'_> {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in proptest::collection::vec(prop_oneof![any::<i64>(), 0..3_i64, 5_000..70_000_i64], 0..40)) {
            prop_assert_eq!(Numbers::from(numbers.clone()).iter().collect::<Vec<_>>(), numbers);
        }

        #[test]
        fn runs_come_back(rows in proptest::collection::vec(proptest::collection::vec(prop_oneof![any::<u32>(), 0..300_u32], 0..9), 0..9)) {
            let mut runs = Runs::default();
            for row in &rows {
                row.iter().for_each(|number| runs.push(*number));
                runs.end();
            }
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(&runs.row(at).collect::<Vec<_>>(), row);
            }
            prop_assert_eq!(runs.row(rows.len()).count(), 0);
        }
    }
}

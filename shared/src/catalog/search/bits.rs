//! A set of rows: one bit each.

use crate::catalog::parts::in_parts;

/// A set of row numbers below a fixed length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No row of `len`.
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// Every row of `len`.
    pub fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![!0; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The rows of `len` that pass.
    pub fn of(len: usize, test: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::none(len);
        in_parts(len, |row| {
            if test(row) {
                bits.put(row);
            }
        });
        bits
    }

    /// The bits behind the last row are always 0, so that counting needs no care.
    fn trim(&mut self) {
        if let Some(last) = self.words.last_mut().filter(|_| !self.len.is_multiple_of(64)) {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    /// How many rows there could be.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn has(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    #[inline]
    pub fn put(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    pub fn take(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word &= !(1 << (row % 64));
        }
    }

    /// Puts in all rows of `from..to`.
    pub fn put_range(&mut self, from: usize, to: usize) {
        let to = to.min(self.len);
        if from >= to {
            return;
        }
        let (first, last) = (from / 64, (to - 1) / 64);
        let head = !0_u64 << (from % 64);
        let tail = !0_u64 >> (63 - (to - 1) % 64);
        if first == last {
            self.words[first] |= head & tail;
            return;
        }
        self.words[first] |= head;
        self.words[first + 1..last].fill(!0);
        self.words[last] |= tail;
    }

    pub fn and(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub fn or(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Takes out what `other` has.
    pub fn and_not(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| Ones(*word).map(move |bit| at as u32 * 64 + bit))
    }

    /// Appends the rows, ascending; faster than [`iter`](Self::iter) where there are many.
    pub fn push_to(&self, rows: &mut Vec<u32>) {
        for (at, word) in self.words.iter().enumerate() {
            let base = at as u32 * 64;
            if *word == !0 {
                rows.extend(base..base + 64);
            } else {
                rows.extend(Ones(*word).map(|bit| base + bit));
            }
        }
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(rows: I) -> Self {
        let mut bits = Self::default();
        for row in rows {
            let row = row as usize;
            if row >= bits.len {
                bits.len = row + 1;
                bits.words.resize(bits.len.div_ceil(64), 0);
            }
            bits.put(row);
        }
        bits
    }
}

/// The places of the ones in a word.
struct Ones(u64);

impl Iterator for Ones {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_a_set(len in 1_usize..300, rows in proptest::collection::vec(0_usize..300, 0..60), from in 0_usize..320, to in 0_usize..320) {
            let mut bits = Bits::none(len);
            let mut set = BTreeSet::new();
            for row in rows.into_iter().filter(|row| *row < len) {
                bits.put(row);
                set.insert(row as u32);
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            bits.put_range(from, to);
            set.extend((from..to.min(len)).map(|row| row as u32));
            let mut rows = Vec::new();
            bits.push_to(&mut rows);
            prop_assert_eq!(&rows, &set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.count(), set.len());
            let mut rest = Bits::all(len);
            rest.and_not(&bits);
            prop_assert_eq!(rest.count(), len - set.len());
            rest.and(&bits);
            prop_assert!(rest.is_empty());
        }
    }
}

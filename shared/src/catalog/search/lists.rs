//! Ascending numbers by key, packed: each as the distance from the one before, seven bits to a byte. A quarter to a half of
//! what four bytes each would take, and read as fast as they are used.

use crate::catalog::columns::Run;
use crate::catalog::parts::in_parts;

/// Numbers by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Lists {
    /// From the keys of each number below `numbers`; what comes twice is kept once. They are gone through twice: once for
    /// how much room each key takes, once to fill it.
    pub fn of<I: Iterator<Item = usize>>(keys: usize, numbers: usize, keys_of: impl Fn(usize) -> I) -> Self {
        let mut starts = vec![0_u32; keys + 1];
        let mut last = vec![0_u32; keys];
        each_distance(numbers, &keys_of, &mut last, |key, distance| starts[key + 1] += (32 - distance.leading_zeros()).div_ceil(7));
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut bytes = vec![0; starts.last().copied().unwrap_or(0) as usize];
        last.fill(0);
        // Each start moves to its end as the key is filled, and back when all are.
        each_distance(numbers, &keys_of, &mut last, |key, mut distance| {
            let at = &mut starts[key];
            while distance >= 0x80 {
                bytes[*at as usize] = distance as u8 | 0x80;
                distance >>= 7;
                *at += 1;
            }
            bytes[*at as usize] = distance as u8;
            *at += 1;
        });
        starts.copy_within(..keys, 1);
        starts[0] = 0;
        Self { starts, bytes }
    }

    pub fn get(&self, key: usize) -> Ascending<'_> {
        let range = self.starts.get(key).zip(self.starts.get(key + 1)).map_or(0..0, |(from, to)| *from as usize..*to as usize);
        Ascending { distances: Run::of(self.bytes.get(range).unwrap_or(&[])), next: 0 }
    }
}

fn each_distance<I: Iterator<Item = usize>>(numbers: usize, keys_of: &impl Fn(usize) -> I, last: &mut [u32], mut each: impl FnMut(usize, u32)) {
    in_parts(numbers, |at| {
        let number = at as u32;
        keys_of(at).for_each(|key| {
            // Counted from one, so that the first number is one away at least.
            let before = std::mem::replace(&mut last[key], number + 1);
            if before <= number {
                each(key, number + 1 - before);
            }
        });
    });
}

/// The numbers of a key.
#[derive(Clone, Debug, Default)]
pub(super) struct Ascending<'a> {
    distances: Run<'a>,
    /// One more than the last number given.
    next: u32,
}

impl Ascending<'_> {
    /// About how many there are.
    pub fn room(&self) -> usize {
        self.distances.bytes()
    }
}

impl Iterator for Ascending<'_> {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.next += self.distances.next()?;
        Some(self.next - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_far_apart_come_out() {
        let far = [0, 3_000_000];
        let lists = Lists::of(2, 3_000_001, |number| far.contains(&number).then_some(1).into_iter());
        assert_eq!(lists.get(1).collect::<Vec<_>>(), [0, 3_000_000]);
        assert_eq!(lists.get(0).next(), None);
    }

    proptest! {
        #[test]
        fn what_was_put_in_comes_out(entries in proptest::collection::vec((0_usize..6, prop_oneof![0_u32..300, 0_u32..40_000]), 0..200)) {
            let mut plain: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
            let mut keys: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (key, number) in entries {
                plain.entry(key).or_default().insert(number);
                keys.entry(number as usize).or_default().push(key);
            }
            let lists = Lists::of(6, 40_000, |number| keys.get(&number).into_iter().flatten().copied());
            for key in 0..7 {
                prop_assert_eq!(lists.get(key).collect::<Vec<_>>(), plain.get(&key).into_iter().flatten().copied().collect::<Vec<_>>());
            }
        }
    }
}

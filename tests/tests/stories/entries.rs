//! The entry points that `cargo xtask fuzz` tries for minutes, here with a few thousand inputs that are the same in every run.

use crate::sheet::Dice;

#[path = "../../../fuzz/entries.rs"]
mod points;

/// A seed, changed as a fuzzer changes it.
fn changed(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(8) {
        let at = |bytes: &Vec<u8>, dice: &mut Dice| dice.below(bytes.len() as u64 + 1) as usize;
        match dice.below(5) {
            0 => bytes.insert(at(&bytes, dice), dice.below(256) as u8),
            1 if !bytes.is_empty() => {
                bytes.remove(dice.below(bytes.len() as u64) as usize);
            }
            2 if !bytes.is_empty() => {
                let place = dice.below(bytes.len() as u64) as usize;
                bytes[place] = bytes[place].wrapping_add(dice.below(256) as u8);
            }
            3 => {
                let (from, to) = (at(&bytes, dice), at(&bytes, dice));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                let place = at(&bytes, dice);
                bytes.splice(place..place, piece);
            }
            _ => {
                let place = at(&bytes, dice);
                bytes.splice(place..place, other.iter().copied());
            }
        }
        bytes.truncate(4_000);
    }
    bytes
}

#[test]
fn no_bytes_break_what_has_to_hold() {
    for entry in points::ENTRIES {
        let mut dice = Dice(7);
        let mut seeds: Vec<Vec<u8>> = entry.seeds.iter().map(|seed| seed.to_vec()).collect();
        for round in 0..3_000 {
            let one = seeds[dice.below(seeds.len() as u64) as usize].clone();
            let other = seeds[dice.below(seeds.len() as u64) as usize].clone();
            let bytes = changed(&one, &other, &mut dice);
            let done = std::panic::catch_unwind(|| (entry.call)(&bytes));
            assert!(done.is_ok(), "{}, round {round}: {:?}", entry.name, String::from_utf8_lossy(&bytes));
            // What was made goes on being changed.
            let place = entry.seeds.len() + round % 50;
            if place < seeds.len() { seeds[place] = bytes } else { seeds.push(bytes) }
        }
    }
}

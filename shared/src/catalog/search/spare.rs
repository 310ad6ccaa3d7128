//! What only repairs look at, each part made when the first repair needs it, or before, in an idle moment.

use std::sync::OnceLock;

use super::section::Section;
use super::{Index, fold, scripts};
use crate::catalog::parts::in_parts;

/// See the functions of [`Index`] below.
#[derive(Debug, Default)]
pub(super) struct Spare {
    loose: OnceLock<Section>,
    units: OnceLock<Section>,
    zeros: OnceLock<Vec<u32>>,
    cyrillic: OnceLock<Section>,
    latin: OnceLock<Section>,
}

impl Index {
    /// Pieces without a digit as [`loose`], owned by the piece.
    pub(super) fn loose(&self) -> &Section {
        self.spare.loose.get_or_init(|| {
            let mut section = Section::default();
            in_parts(self.plain.len(), |at| section.push(&format!(" {}", loose(self.plain.get(at))), self.plain.owner(at)));
            section.finished()
        })
    }

    /// Pieces with a digit, Cyrillic letters as Latin ones.
    pub(super) fn units(&self) -> &Section {
        self.spare.units.get_or_init(|| {
            let (mut section, mut folded) = (Section::default(), String::new());
            in_parts(self.coded.len(), |at| {
                let piece = self.coded.owner(at);
                // As written: look-alikes are already Latin in the section, and в is b there.
                folded.clear();
                fold::words_into(self.list.pieces().get(piece as usize), &mut folded);
                if !folded.is_ascii() {
                    section.push(&scripts::unit_in_latin(&folded), piece);
                }
            });
            section.finished()
        })
    }

    /// Checksums of the rows' codes without leading zeros.
    pub(super) fn zeros(&self) -> &[u32] {
        self.spare.zeros.get_or_init(|| {
            let mut sums = Vec::with_capacity(self.len());
            in_parts(self.len(), |row| sums.push(crc32fast::hash(without_zeros(self.list.code(row)).as_bytes())));
            sums
        })
    }

    /// Cyrillic words by their sound, owned by the piece.
    pub(super) fn cyrillic(&self) -> &Section {
        self.spare.cyrillic.get_or_init(|| self.by_sound(scripts::is_cyrillic, scripts::sounds_of_cyrillic))
    }

    /// Latin words by their sound, owned by the piece.
    pub(super) fn latin(&self) -> &Section {
        self.spare.latin.get_or_init(|| self.by_sound(scripts::is_latin, scripts::sounds_of_latin))
    }

    fn by_sound(&self, is_one: fn(&str) -> bool, sounds: fn(&str) -> Vec<String>) -> Section {
        let mut section = Section::default();
        in_parts(self.plain.len(), |at| {
            let words = self.plain.get(at).split_whitespace().filter(|word| is_one(word));
            words.flat_map(sounds).for_each(|sound| section.push(&format!(" {sound}"), self.plain.owner(at)));
        });
        section.finished()
    }

    /// Makes one part that is not there yet, as [`Index::settle`].
    pub(super) fn settle_spare(&self) -> bool {
        let spare = &self.spare;
        if self.settle_one(&spare.loose, Self::loose)
            || self.settle_one(&spare.units, Self::units)
            || self.settle_one(&spare.cyrillic, Self::cyrillic)
            || self.settle_one(&spare.latin, Self::latin)
        {
            return true;
        }
        let open = spare.zeros.get().is_none();
        self.zeros();
        open
    }

    fn settle_one(&self, there: &OnceLock<Section>, section: fn(&Self) -> &Section) -> bool {
        let new = there.get().is_none();
        let section = section(self);
        new || section.settle()
    }
}

/// A word with look-alike letters made one, й as и, without hard and soft signs and the spaces between words.
pub(super) fn loose(folded: &str) -> String {
    folded
        .chars()
        .filter_map(|char| match char {
            ' ' | 'ъ' | 'ь' => None,
            'й' => Some('и'),
            other => Some(fold::latin_twin(other)),
        })
        .collect()
}

/// A code with the zeros gone that stand before the digits of each of its parts.
pub(super) fn without_zeros(code: &str) -> String {
    let mut folded = String::with_capacity(code.len());
    let mut in_number = false;
    for char in code.chars() {
        if char.is_ascii_digit() {
            if char != '0' || in_number {
                folded.push(char);
                in_number = true;
            }
        } else {
            in_number = false;
            fold::fold_code_into(char.encode_utf8(&mut [0; 4]), &mut folded);
        }
    }
    folded
}

//! In which rows the pieces of names stand.

use super::bits::Bits;
use super::lists::Lists;
use crate::catalog::columns::Columns;

/// Rows by piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    lists: Lists,
    /// The first pieces, which are the most frequent ones, as sets: joined 64 rows at a time.
    dense: Vec<Bits>,
}

impl Postings {
    pub fn new(list: &Columns) -> Self {
        let rows = list.len();
        let entries = (0..rows).flat_map(|row| list.name_pieces(row).map(move |piece| (piece as usize, row)));
        let mut counts = vec![0_u32; list.pieces().len()];
        entries.clone().for_each(|(piece, _)| counts[piece] += 1);
        let frequent = counts.iter().take_while(|count| **count as usize > rows / 16 && rows > 2048).count();
        drop(counts);
        let mut dense = vec![Bits::none(rows); frequent];
        entries.clone().filter(|(piece, _)| *piece < frequent).for_each(|(piece, row)| dense[piece].put(row));
        let rest = entries.filter(|(piece, _)| *piece >= frequent).map(|(piece, row)| (piece, row as u32));
        Self { lists: Lists::of(list.pieces().len(), rest), dense }
    }

    /// Puts in the rows in which a piece stands.
    #[inline]
    pub fn add(&self, piece: u32, to: &mut Bits) {
        match self.dense.get(piece as usize) {
            Some(rows) => to.or(rows),
            None => self.lists.get(piece as usize).for_each(|row| to.put(row as usize)),
        }
    }
}

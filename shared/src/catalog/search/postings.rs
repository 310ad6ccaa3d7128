//! In which rows the pieces of names stand.

use super::bits::Bits;
use super::lists::Lists;
use crate::catalog::columns::Columns;
use crate::catalog::parts::in_parts;

/// Rows by piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    /// Of the pieces that recur.
    lists: Lists,
    /// The first pieces, which are the most frequent ones, as sets: joined 64 rows at a time.
    dense: Vec<Bits>,
    recurring: usize,
    /// Of the others, which stand once each.
    once: Vec<u32>,
}

impl Postings {
    pub fn new(list: &Columns) -> Self {
        let (rows, recurring) = (list.len(), list.recurring());
        let lists = Lists::of(recurring, rows, |row| list.name_pieces(row).map(|piece| piece as usize).filter(move |piece| *piece < recurring));
        let mut once = Vec::with_capacity(list.pieces().len() - recurring);
        in_parts(rows, |row| {
            for piece in list.name_pieces(row) {
                if piece as usize >= recurring {
                    once.push(row as u32);
                }
            }
        });
        // Neighbours in so long a list are a byte each.
        let frequent = (0..recurring).take_while(|piece| rows > 2048 && lists.get(*piece).room() > rows / 16);
        let dense = frequent.map(|piece| {
            lists.get(piece).fold(Bits::none(rows), |mut set, row| {
                set.put(row as usize);
                set
            })
        });
        Self { dense: dense.collect(), lists, recurring, once }
    }

    /// Puts in the rows in which a piece stands.
    #[inline]
    pub fn add(&self, piece: u32, to: &mut Bits) {
        let piece = piece as usize;
        if let Some(rows) = self.dense.get(piece) {
            to.or(rows);
        } else if let Some(row) = piece.checked_sub(self.recurring) {
            self.once.get(row).into_iter().for_each(|row| to.put(*row as usize));
        } else {
            self.lists.get(piece).for_each(|row| to.put(row as usize));
        }
    }
}

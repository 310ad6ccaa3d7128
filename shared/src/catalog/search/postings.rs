//! In which rows the pieces of names stand.

use super::bits::Bits;
use crate::catalog::columns::Columns;

/// Rows by piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    starts: Vec<u32>,
    rows: Vec<u32>,
    /// The first pieces, which are the most frequent ones, as sets: no larger than their rows would be, and joined 64
    /// rows at a time.
    dense: Vec<Bits>,
}

impl Postings {
    /// A counting sort: two passes over the names' piece numbers.
    pub fn new(list: &Columns) -> Self {
        let rows = list.len();
        let mut starts = vec![0_u32; list.pieces().len() + 1];
        for row in 0..rows {
            for piece in list.name_pieces(row) {
                starts[*piece as usize + 1] += 1;
            }
        }
        let frequent = starts.iter().skip(1).take_while(|count| **count as usize > rows / 32 && rows > 2048).count();
        let mut dense = vec![Bits::none(rows); frequent];
        starts[1..=frequent].fill(0);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut by_piece = vec![0_u32; starts.last().copied().unwrap_or(0) as usize];
        for row in 0..rows {
            for piece in list.name_pieces(row) {
                let piece = *piece as usize;
                if piece < frequent {
                    dense[piece].put(row);
                } else {
                    by_piece[next[piece] as usize] = row as u32;
                    next[piece] += 1;
                }
            }
        }
        Self { starts, rows: by_piece, dense }
    }

    /// Puts in the rows in which a piece stands.
    #[inline]
    pub fn add(&self, piece: u32, to: &mut Bits) {
        let piece = piece as usize;
        match self.dense.get(piece) {
            Some(rows) => to.or(rows),
            None => self.rows[self.starts[piece] as usize..self.starts[piece + 1] as usize].iter().for_each(|row| to.put(*row as usize)),
        }
    }
}

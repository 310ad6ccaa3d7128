//! Groups of rows that fold, each under a row with its name.

/// Excel's outline has eight levels, one of them the top.
pub const MAX_LEVEL: usize = 7;

/// How deep a row below so many open groups stands.
pub fn level(open: usize) -> u8 {
    open.min(MAX_LEVEL) as u8
}

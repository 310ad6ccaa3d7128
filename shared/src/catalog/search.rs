//! Search over a price list held in memory.

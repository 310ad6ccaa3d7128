//! Which row has a code: a table of row numbers beside the list, an eighth of what a map with codes of its own takes.

use super::columns::Columns;

/// Rows by code.
#[derive(Debug)]
pub struct ByCode {
    /// A row's number plus one at the place its code's checksum gives, or at the next free one; at least half are empty.
    slots: Vec<u32>,
}

impl ByCode {
    /// Of equal codes, which no list has, the first counts.
    pub fn new(list: &Columns) -> Self {
        let mut table = Self { slots: vec![0; (list.len() * 2).next_power_of_two()] };
        for row in 0..list.len() {
            let place = table.place(list, list.code(row));
            if table.slots[place] == 0 {
                table.slots[place] = row as u32 + 1;
            }
        }
        table
    }

    pub fn get(&self, list: &Columns, code: &str) -> Option<u32> {
        self.slots[self.place(list, code)].checked_sub(1)
    }

    /// Where a code stands, or would.
    fn place(&self, list: &Columns, code: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = crc32fast::hash(code.as_bytes()) as usize & mask;
        while self.slots[place].checked_sub(1).is_some_and(|row| list.code(row as usize) != code) {
            place = (place + 1) & mask;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{ProductRow, Snapshot};

    proptest! {
        #[test]
        fn each_code_leads_to_its_row(codes in proptest::collection::btree_set("[a-c]{0,3}", 0..40), other in "[a-c]{0,4}") {
            let products: Vec<ProductRow> = codes.iter().map(|code| ProductRow { code: code.clone(), ..ProductRow::default() }).collect();
            let list = Columns::from_snapshot(&Snapshot::of(Vec::new(), products));
            let table = ByCode::new(&list);
            for (row, code) in codes.iter().enumerate() {
                prop_assert_eq!(table.get(&list, code), Some(row as u32));
            }
            prop_assert_eq!(table.get(&list, &other).is_some(), codes.contains(&other));
        }
    }
}

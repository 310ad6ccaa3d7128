//! Brands, which are a column beside the name: looked for as the names of groups are.

use super::bits::Bits;
use super::fold;
use super::lists::Lists;
use super::section::Section;
use crate::catalog::columns::Columns;
use crate::import::products::BRAND;

/// Where each brand stands.
#[derive(Debug)]
pub(super) struct Brands {
    /// Names folded as pieces are, owned by the value's number.
    names: Section,
    rows: Lists,
}

impl Brands {
    /// Nothing where the list says no brands.
    pub fn of(list: &Columns) -> Option<Self> {
        let attribute = list.head.attributes.iter().position(|attribute| attribute.name == BRAND)?;
        let values = &list.head.attributes[attribute].values;
        let mut names = Section::default();
        let mut folded = String::new();
        // The first value of all is none.
        for (name, value) in values.iter().zip(1..) {
            folded.clear();
            name.split_whitespace().for_each(|piece| fold::words_into(piece, &mut folded));
            names.push(&folded, value);
        }
        let rows = Lists::of(values.len() + 1, list.len(), |row| std::iter::once(list.attribute(attribute, row) as usize));
        Some(Self { names: names.finished(), rows })
    }

    pub fn names(&self) -> &Section {
        &self.names
    }

    /// Puts in the rows of the brands in whose name a word stands.
    pub fn add(&self, word: &str, to: &mut Bits) {
        self.names.scan(word, |at, _| self.rows.get(self.names.owner(at) as usize).for_each(|row| to.put(row as usize)));
    }
}

//! How many of the rows shown have each value of each attribute: the live counts beside filters.

use super::bits::Bits;
use crate::catalog::columns::Columns;

/// Counts beside the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// For each group, with the groups below it.
    pub groups: Vec<u32>,
    /// For each attribute and each of its values, counted from 1; the first is "none".
    pub attributes: Vec<Vec<u32>>,
    pub in_stock: u32,
    pub new: u32,
    pub promotion: u32,
}

/// Counts the rows shown.
pub fn facets(list: &Columns, rows: &Bits) -> Facets {
    let head = &list.head;
    let mut facets = Facets {
        groups: vec![0; head.groups.len()],
        attributes: head.attributes.iter().map(|attribute| vec![0; attribute.values.len() + 1]).collect(),
        ..Facets::default()
    };
    for row in rows.iter() {
        let row = row as usize;
        facets.groups[list.group(row) as usize] += 1;
        for (attribute, counts) in facets.attributes.iter_mut().enumerate() {
            counts[list.attribute(attribute, row) as usize] += 1;
        }
        facets.in_stock += u32::from(list.in_stock(row));
        facets.new += u32::from(list.is_new(row));
        facets.promotion += u32::from(list.in_promotion(row));
    }
    // Each group stands after its parent.
    for at in (0..head.groups.len()).rev() {
        if let Some(parent) = head.groups[at].parent {
            facets.groups[parent as usize] += facets.groups[at];
        }
    }
    facets
}

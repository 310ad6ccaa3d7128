//! How many of the rows shown have each value of each attribute: the live counts beside filters.

use super::bits::Bits;
use crate::catalog::columns::Columns;

/// Counts beside the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// For each group, with the groups below it. The group chosen does not narrow these, and everything else.
    pub groups: Vec<u32>,
    /// For each attribute and each of its values, counted from 1; the first is "none". What is chosen of the attribute
    /// itself does not narrow its own counts, or nobody could choose another value beside it.
    pub attributes: Vec<Vec<u32>>,
    pub in_stock: u32,
    pub new: u32,
    pub promotion: u32,
}

/// Values chosen of attributes, by number: a row must have one of each.
pub type Chosen = Vec<(usize, Vec<u32>)>;

/// Counts rows that pass everything else, and gives those that have the chosen values too, in whatever group; `inside` are
/// the rows of the group chosen.
pub fn facets(list: &Columns, rows: &Bits, chosen: &Chosen, inside: Option<&Bits>) -> (Facets, Bits) {
    let head = &list.head;
    let mut facets = Facets {
        groups: vec![0; head.groups.len()],
        attributes: head.attributes.iter().map(|attribute| vec![0; attribute.values.len() + 1]).collect(),
        ..Facets::default()
    };
    let mut shown = Bits::none(rows.len());
    for row in rows.iter().map(|row| row as usize) {
        let mut missing = chosen
            .iter()
            .filter(|(attribute, values)| *attribute < head.attributes.len() && !values.is_empty() && !values.contains(&list.attribute(*attribute, row)));
        let inside = inside.is_none_or(|inside| inside.has(row));
        match (missing.next(), missing.next()) {
            (None, _) => {
                shown.put(row);
                facets.groups[list.group(row) as usize] += 1;
                if !inside {
                    continue;
                }
                for (attribute, counts) in facets.attributes.iter_mut().enumerate() {
                    counts[list.attribute(attribute, row) as usize] += 1;
                }
                facets.in_stock += u32::from(list.in_stock(row));
                facets.new += u32::from(list.is_new(row));
                facets.promotion += u32::from(list.in_promotion(row));
            }
            // Only this attribute stands in the way: another of its values would show the row.
            (Some((attribute, _)), None) if inside => facets.attributes[*attribute][list.attribute(*attribute, row) as usize] += 1,
            _ => {}
        }
    }
    // Each group stands after its parent.
    for at in (0..head.groups.len()).rev() {
        if let Some(parent) = head.groups[at].parent {
            facets.groups[parent as usize] += facets.groups[at];
        }
    }
    (facets, shown)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::search::{Filter, Index};
    use crate::catalog::{GroupRow, ProductRow, Snapshot};

    fn list() -> Columns {
        let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
        let product = |at: usize, brand: &str, colour: &str| ProductRow {
            code: at.to_string(),
            name: format!("Drill {at}"),
            group: if at == 3 { 2 } else { 1 },
            attributes: vec![brand.into(), colour.into()],
            promotion: at == 0,
            ..ProductRow::default()
        };
        let products = [("Bosch", "red"), ("Bosch", "blue"), ("Makita", "red"), ("", "red")];
        Columns::from_snapshot(&Snapshot {
            attributes: vec!["brand".into(), "colour".into()],
            ..Snapshot::of(
                vec![group("Tools", None), group("Drills", Some(0)), group("Bits", Some(0))],
                products.iter().enumerate().map(|(at, (brand, colour))| product(at, brand, colour)).collect(),
            )
        })
    }

    #[test]
    fn a_chosen_value_narrows_everything_but_its_own_attribute() {
        let list = list();
        let all = Bits::all(list.len());
        let (counts, shown) = facets(&list, &all, &vec![(0, vec![1]), (1, vec![1])], None);
        assert_eq!(shown.iter().collect::<Vec<_>>(), [0]);
        assert_eq!(counts.groups, [1, 1, 0]);
        assert_eq!(counts.attributes, [vec![1, 1, 1], vec![0, 1, 1]], "red: none, Bosch, Makita; Bosch: none, red, blue");
        assert_eq!((counts.in_stock, counts.promotion), (1, 1));
        // A group narrows everything but the groups.
        let inside = Bits::of(list.len(), |row| list.group(row) == 2);
        let (counts, shown) = facets(&list, &all, &vec![], Some(&inside));
        assert_eq!((shown.count(), counts.groups, counts.in_stock, counts.promotion), (4, vec![4, 3, 1], 1, 0));
        assert_eq!(counts.attributes, [vec![1, 0, 0], vec![0, 1, 0]]);
        // The filter of the search says the same.
        let index = Index::new(Arc::new(list));
        let filter = Filter { attributes: vec![(0, vec![1]), (1, vec![1])], ..Filter::default() };
        assert_eq!(index.find("drill", &filter).rows(), [0]);
    }
}

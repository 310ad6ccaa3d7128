//! A file with the prices of several shops: what the server's refusal says about them.

/// The column that tells the shops apart and the shops, as the refusal of a `several_shops` file names them:
/// `… choose one (Shop=…) … The shops: A; B` (server/src/imports/products.rs).
pub fn listed(detail: &str) -> Option<(String, Vec<String>)> {
    let (_, rest) = detail.split_once("choose one (")?;
    let (column, _) = rest.split_once("=…)")?;
    let (_, list) = rest.split_once("The shops: ")?;
    let shops: Vec<String> = list.split("; ").map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect();
    (!shops.is_empty()).then(|| (column.to_string(), shops))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_are_read_from_the_refusal() {
        let detail = "bg.csv: the file holds the prices of 2 shops; choose one (Търговски обект=…) or take one price type per shop from Търговски обект. \
                      The shops: 10 Метро София 1 - 1784, бул. Цариградско шосе; 11 Метро Варна";
        let (column, shops) = listed(detail).unwrap();
        assert_eq!(column, "Търговски обект");
        assert_eq!(shops, ["10 Метро София 1 - 1784, бул. Цариградско шосе", "11 Метро Варна"]);
    }

    #[test]
    fn a_refusal_that_lists_nothing_gives_nothing() {
        for detail in ["", "several shops", "choose one (Shop=…)", "The shops: A; B", "choose one (Shop=…). The shops: "] {
            assert_eq!(listed(detail), None, "{detail}");
        }
    }
}

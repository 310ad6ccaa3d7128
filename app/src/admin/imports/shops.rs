//! A file with the prices of several shops: what the server's refusal says about them.

/// The column that tells the shops apart and the shops, as the refusal of a `several_shops` file lists them:
/// `… column "Shop": "A", "B"`. Each name is in double quotes, a quote inside one is doubled.
pub fn listed(detail: &str) -> Option<(String, Vec<String>)> {
    let mut names = quoted(detail).into_iter();
    let column = names.next()?;
    let shops: Vec<String> = names.collect();
    (!shops.is_empty()).then_some((column, shops))
}

fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(sign) = chars.next() {
        if sign != '"' {
            continue;
        }
        let mut name = String::new();
        let mut closed = false;
        while let Some(sign) = chars.next() {
            match sign {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    name.push('"');
                }
                '"' => {
                    closed = true;
                    break;
                }
                other => name.push(other),
            }
        }
        if closed {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_are_read_from_the_refusal() {
        let (column, shops) = listed(r#"bg.csv holds prices of 2 shops in the column "Търговски обект": "Метро, София 1", "Метро ""Изток""""#).unwrap();
        assert_eq!(column, "Търговски обект");
        assert_eq!(shops, ["Метро, София 1", "Метро \"Изток\""]);
    }

    #[test]
    fn a_refusal_that_lists_nothing_gives_nothing() {
        for detail in ["", "several shops", r#"column "Shop""#, r#""a" "open"#] {
            assert_eq!(listed(detail), None, "{detail}");
        }
    }
}

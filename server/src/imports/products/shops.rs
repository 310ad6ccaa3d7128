//! Files of several shops, and the price types that shops and files make.

use std::collections::{BTreeSet, HashMap};

use kontor_shared::import::products::{FileFacts, PROMOTION, PriceInput, read_prices};
use kontor_shared::import::shorten;
use kontor_shared::money::Currency;
use kontor_shared::words::{Lang, common};
use sha2::{Digest, Sha256};

use super::shown;
use crate::imports::{ImportError, Table};

/// Refuses a file in which shops have their own prices for the same code, naming them. Several shops with the same
/// prices are one price list.
pub fn refuse_several_shops(table: &Table, facts: &FileFacts, only: Option<&(usize, String)>) -> Result<(), ImportError> {
    let (Some(shop), Some(code)) = (facts.columns.find("shop"), facts.columns.find("code")) else { return Ok(()) };
    let mut shops: BTreeSet<String> = BTreeSet::new();
    let mut seen: HashMap<String, (String, Vec<PriceInput>)> = HashMap::new();
    let mut differ = false;
    for row in table.rows().flatten() {
        let cells = row.cells();
        let cell = |at: usize| shown(&cells, at);
        if only.is_some_and(|(at, value)| cell(*at) != value) {
            continue;
        }
        shops.insert(cell(shop).to_string());
        // A row whose prices cannot be read is refused by itself.
        let Ok(prices) = read_prices(facts, &cells, None, None) else { continue };
        match seen.get(cell(code)) {
            Some((other, known)) => differ |= other != cell(shop) && *known != prices,
            None => {
                seen.insert(cell(code).to_string(), (cell(shop).to_string(), prices));
            }
        }
    }
    if !differ {
        return Ok(());
    }
    let column = facts.columns.header("shop").to_string();
    let list = shops.iter().cloned().collect::<Vec<_>>().join("; ");
    Err(ImportError::SeveralShops {
        detail: format!(
            "{}: the file holds the prices of {} shops; choose one (where) or take one price type per shop (price type from the column). \
             Column {column}: {list}",
            table.name,
            shops.len(),
        ),
        column,
        shops: shops.into_iter().collect(),
    })
}

/// `10 Метро София 1 - 1784, …` → `10-metro-sofiya-1-1784-…-3fa2c1`. A value that is a code already is that price type:
/// so a column may hold the types themselves.
pub fn shop_code(value: &str) -> String {
    let mut code = String::new();
    for c in value.to_lowercase().chars() {
        let latin = match c {
            'а' => "a",
            'б' => "b",
            'в' => "v",
            'г' => "g",
            'д' => "d",
            'е' | 'ё' | 'э' => "e",
            'ж' => "zh",
            'з' => "z",
            'и' => "i",
            'й' => "y",
            'к' => "k",
            'л' => "l",
            'м' => "m",
            'н' => "n",
            'о' => "o",
            'п' => "p",
            'р' => "r",
            'с' => "s",
            'т' => "t",
            'у' => "u",
            'ф' => "f",
            'х' => "h",
            'ц' => "ts",
            'ч' => "ch",
            'ш' => "sh",
            'щ' => "sht",
            'ъ' => "a",
            'ы' => "y",
            'ь' => "",
            'ю' => "yu",
            'я' => "ya",
            c if c.is_ascii_alphanumeric() => {
                code.push(c);
                continue;
            }
            _ => {
                if !code.ends_with('-') && !code.is_empty() {
                    code.push('-');
                }
                continue;
            }
        };
        code.push_str(latin);
    }
    let short: String = code.chars().take(24).collect();
    let short = short.trim_end_matches('-');
    if short == value {
        return value.to_string();
    }
    // Two shops never become one price type, however alike their names; nor a shop called Wholesale the firm's own.
    let hash = crate::auth::hex(&Sha256::digest(value.as_bytes()));
    format!("{short}-{}", &hash[..6])
}

/// A price type's name for people.
pub fn type_name(code: &str, currency: Currency, lang: Lang, shops: &HashMap<String, String>) -> String {
    let (base, suffix) = match code.strip_suffix(&format!("-{}", currency.code().to_lowercase())) {
        Some(base) => (base, format!(" ({currency})")),
        None => (code, String::new()),
    };
    let promotion = common::PROMOTION_PRICE.say(lang);
    let shop = |code: &str| shops.iter().find(|(_, known)| *known == code).map(|(name, _)| shorten(name));
    if let Some(name) = shop(base) {
        return format!("{name}{suffix}");
    }
    if let Some(name) = base.strip_suffix(&format!("-{PROMOTION}")).and_then(shop) {
        return format!("{name}: {}{suffix}", promotion.to_lowercase());
    }
    let name = match base {
        "wholesale" => common::WHOLESALE_PRICE.say(lang),
        "retail" => common::RETAIL_PRICE.say(lang),
        "dealer" => common::DEALER_PRICE.say(lang),
        PROMOTION => promotion,
        other => other,
    };
    format!("{name}{suffix}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_shop_becomes_a_price_type_of_its_own() {
        let one = shop_code("10 Метро София 1 - 1784, гр. София");
        let two = shop_code("10 Метро София 1 - 1785, гр. София");
        assert!(one.starts_with("10-metro-sofiya-1-1784") && one != two, "{one} {two}");
        let alike: HashSet<String> = ["Shop 1", "shop-1", "SHOP 1", "shop 1"].into_iter().map(shop_code).collect();
        assert_eq!(alike.len(), 4, "{alike:?}");
        assert_ne!(shop_code("Wholesale"), "wholesale");
        assert_eq!(shop_code("wholesale"), "wholesale");
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    }
}

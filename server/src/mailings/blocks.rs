//! Goods inside a letter: what is new, what became cheaper, and what this reader usually buys; each with today's price
//! for this reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use kontor_shared::catalog::{ProductRow, Snapshot};
use kontor_shared::money::{Currency, Percent, Price};
use kontor_shared::words::{Lang, common, format, letters as words};
use sqlx::AnyConnection;

use super::html::escaped;
use crate::AppState;
use crate::price_list::{self, store::Version};

/// Goods of one list in a letter.
pub const MOST: usize = 8;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub code: String,
    pub name: String,
    pub unit: String,
    pub price: Price,
    /// What it cost in the version before, where it fell.
    pub before: Option<Price>,
}

/// What a version offers every reader of a price type.
#[derive(Debug, Default)]
pub struct Shelf {
    pub novelties: Vec<Item>,
    pub offers: Vec<Item>,
}

/// Shelves made lately. Versions are immutable, so nothing in it can be out of date.
#[derive(Default)]
pub struct Shelves(Mutex<HashMap<(i64, String), Arc<Shelf>>>);

const MOST_SHELVES: usize = 32;

impl Shelves {
    /// What is new in a version, and what is cheaper than in the one before, at the prices of a type.
    pub async fn of(&self, connection: &mut AnyConnection, version: &Version, price_type: &str) -> anyhow::Result<Arc<Shelf>> {
        let key = (version.version, price_type.to_string());
        let known = |kept: &Self| kept.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned();
        if let Some(shelf) = known(self) {
            return Ok(shelf);
        }
        let now = load(connection, version.version, price_type).await?;
        let before = match version.version {
            ..=1 => None,
            number => load(connection, number - 1, price_type).await?,
        };
        let shelf = Arc::new(now.map(|now| shelf(&now, before.as_ref())).unwrap_or_default());
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.len() >= MOST_SHELVES {
            kept.clear();
        }
        kept.insert(key, shelf.clone());
        Ok(shelf)
    }
}

async fn load(connection: &mut AnyConnection, version: i64, price_type: &str) -> anyhow::Result<Option<Snapshot>> {
    price_list::load(connection, version, price_type).await.map_err(|error| anyhow::anyhow!("{error:?}"))
}

fn shelf(now: &Snapshot, before: Option<&Snapshot>) -> Shelf {
    let item = |row: &ProductRow, before| Item { code: row.code.clone(), name: row.name.clone(), unit: row.unit.clone(), price: row.price(), before };
    let novelties = now.products.iter().filter(|row| row.new && row.in_stock()).take(MOST).map(|row| item(row, None)).collect();
    let old: HashMap<&str, Price> = before
        .filter(|before| before.currency == now.currency)
        .map(|before| before.products.iter().map(|row| (row.code.as_str(), row.price())).collect())
        .unwrap_or_default();
    let mut offers: Vec<Item> = now
        .products
        .iter()
        .filter(|row| row.in_stock())
        .filter_map(|row| old.get(row.code.as_str()).filter(|old| **old > row.price()).map(|old| item(row, Some(*old))))
        .collect();
    // The deepest fall first; a product of the two sides compares shares without dividing.
    let share = |one: &Item, of: &Item| i128::from(one.price.raw()) * i128::from(of.before.unwrap_or(of.price).raw());
    offers.sort_by(|one, other| share(one, other).cmp(&share(other, one)).then_with(|| one.code.cmp(&other.code)));
    offers.truncate(MOST);
    Shelf { novelties, offers }
}

/// The list at one customer's prices.
pub fn own(items: &[Item], discount: Percent) -> Vec<Item> {
    items.iter().map(|item| Item { price: item.price.less(discount), before: item.before.map(|before| before.less(discount)), ..item.clone() }).collect()
}

/// What each of these customers buys most often and can buy now; by customer id.
pub async fn usual(
    connection: &mut AnyConnection,
    state: &AppState,
    version: &Version,
    customers: &[(String, String)],
) -> anyhow::Result<HashMap<String, Vec<Item>>> {
    let ids: Vec<&str> = customers.iter().map(|(id, _)| id.as_str()).collect();
    let mut bought: HashMap<String, Vec<super::store::Bought>> = HashMap::new();
    for row in super::store::bought(connection, &ids).await? {
        bought.entry(row.customer_id.clone()).or_default().push(row);
    }
    let mut usual = HashMap::new();
    for (customer, price_type) in customers {
        let Some(mut rows) = bought.remove(customer) else { continue };
        rows.sort_by(|one, other| (other.times, &other.last_day, &one.product_code).cmp(&(one.times, &one.last_day, &other.product_code)));
        // Some are no longer sold; more than four times as many need not be looked up.
        rows.truncate(4 * MOST);
        let codes: Vec<&str> = rows.iter().map(|row| row.product_code.as_str()).collect();
        let sold = state.goods.lookup(connection, version, price_type, &codes).await?;
        let items = codes.iter().filter_map(|code| {
            sold.get(*code).map(|product| Item {
                code: (*code).to_string(),
                name: product.name.clone(),
                unit: product.unit.clone(),
                price: product.price,
                before: None,
            })
        });
        usual.insert(customer.clone(), items.take(MOST).collect());
    }
    Ok(usual)
}

/// The list as a table whose every style stands in the element: mail programs know no style sheets.
pub fn as_html(lang: Lang, currency: Currency, items: &[Item]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let cell = "padding:6px 10px 6px 0;border-bottom:1px solid #d5d5d0;vertical-align:top";
    let right = "padding:6px 0;border-bottom:1px solid #d5d5d0;text-align:right;white-space:nowrap;vertical-align:top";
    let head = "padding:4px 10px 4px 0;border-bottom:1px solid #1a1a1a;text-align:left;font-size:13px;font-weight:normal;color:#555550";
    let head_right = "padding:4px 0;border-bottom:1px solid #1a1a1a;text-align:right;font-size:13px;font-weight:normal;color:#555550";
    let price = words::PRICE_IN.with(lang, &[("currency", &currency.sign())]);
    let mut html = format!(
        "<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;width:100%;margin:12px 0\"><thead><tr>\
         <th scope=\"col\" style=\"{head}\">{}</th><th scope=\"col\" style=\"{head}\">{}</th><th scope=\"col\" style=\"{head}\">{}</th>\
         <th scope=\"col\" style=\"{head_right}\">{}</th></tr></thead><tbody>",
        common::CODE.say(lang),
        common::PRODUCT.say(lang),
        common::UNIT.say(lang),
        escaped(&price),
    );
    for item in items {
        let before = item.before.map(|before| format!("<br><span style=\"font-size:13px;color:#555550\">{}</span>", escaped(&was(lang, before))));
        html.push_str(&format!(
            "<tr><td style=\"{cell};white-space:nowrap\">{}</td><td style=\"{cell}\">{}</td><td style=\"{cell}\">{}</td><td style=\"{right}\"><b>{}</b>{}</td></tr>",
            escaped(&item.code),
            escaped(&item.name),
            escaped(common::unit(lang, &item.unit)),
            escaped(&format::price(lang, item.price)),
            before.unwrap_or_default(),
        ));
    }
    html.push_str("</tbody></table>");
    html
}

fn was(lang: Lang, before: Price) -> String {
    words::WAS.with(lang, &[("price", &format::price(lang, before))])
}

/// Characters of a line of text mail.
const WIDTH: usize = 72;

/// The list as lines of text: the price at the right edge, or on a line of its own where the name is long.
pub fn as_text(lang: Lang, currency: Currency, items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        let unit = common::unit(lang, &item.unit);
        let before = item.before.map(|before| format!(" ({})", was(lang, before))).unwrap_or_default();
        let price = format!("{} {} / {unit}{before}", format::price(lang, item.price), currency.sign());
        let name = one_line(&format!("{}  {}", item.code, item.name));
        let gap = WIDTH.checked_sub(name.chars().count() + price.chars().count()).filter(|gap| *gap >= 2);
        match gap {
            Some(gap) => text.push_str(&format!("{name}{}{price}\n", " ".repeat(gap))),
            None => text.push_str(&format!("{name}\n{price:>WIDTH$}\n")),
        }
    }
    text.pop();
    text
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_stand_at_the_right_edge_and_names_are_only_text() {
        let item =
            |name: &str| Item { code: "A1".into(), name: name.into(), unit: "шт".into(), price: "2.5".parse().unwrap(), before: Some("3".parse().unwrap()) };
        let text = as_text(Lang::En, Currency::GBP, &[item("Cup"), item(&"long ".repeat(12))]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("A1  Cup  ") && lines[0].ends_with("  2.50 £ / pcs (was 3.00)") && lines[0].chars().count() == WIDTH, "{text}");
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(as_html(Lang::Ru, Currency::RUB, &[item("<b>&")]).contains("&lt;b&gt;&amp;"));
        assert_eq!(as_html(Lang::Ru, Currency::RUB, &[]), "");
    }
}

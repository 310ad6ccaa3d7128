//! What the data lacks, made by rules from what it has. Everything made here is listed in server/demo/README.md.

use anyhow::Context;
use kontor_shared::money::Price;
use sha2::{Digest, Sha256};

/// Customers that read another language than English.
const LANGUAGES: &[(&str, &str)] = &[("17850", "ru")];
/// Domains of the customers' addresses, none of which can exist: a mailing to one domain goes at one domain's pace.
const DOMAINS: [&str; 8] =
    ["market.example", "gifts.example", "shop.example", "customer.example", "store.example", "bazaar.example", "trade.example", "kiosk.example"];
/// Goods below this wholesale price come by the dozen.
const PACK_BELOW: Price = Price::from_raw(10_000);

fn column(headers: &csv::StringRecord, name: &str) -> anyhow::Result<usize> {
    headers.iter().position(|header| header == name).with_context(|| format!("the demo's data has no column {name}"))
}

/// The products with a retail price, packs and a stock.
pub fn products(csv: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers()?.clone();
    let (code, name, price) = (column(&headers, "stock_code")?, column(&headers, "description")?, column(&headers, "typical_price")?);
    let (group, kind) = (column(&headers, "group_code")?, column(&headers, "kind")?);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "code",
        "name",
        "group code",
        "kind",
        "wholesale price",
        "price.wholesale@144",
        "price.wholesale@576",
        "retail price",
        "pack",
        "stock",
    ])?;
    for row in reader.records() {
        let row = row?;
        let (code, wholesale) = (&row[code], &row[price]);
        let (retail, pack, steps) = match wholesale {
            "" => (String::new(), "", Default::default()),
            text => {
                let price: Price = text.parse().map_err(|error| anyhow::anyhow!("price of {code}: {error}"))?;
                let small = price < PACK_BELOW && &row[kind] == "product";
                (retail(price).decimal(2), if small { "12" } else { "" }, if small { steps(code, price) } else { Default::default() })
            }
        };
        writer.write_record([code, &row[name], &row[group], &row[kind], wholesale, &steps[0], &steps[1], &retail, pack, &stock(code).to_string()])?;
    }
    Ok(writer.into_inner()?)
}

/// Half as much again, to the nearest five pence, at least five.
fn retail(wholesale: Price) -> Price {
    let pence_by_five = (wholesale.raw() * 3 / 2 + 250) / 500;
    Price::from_raw(pence_by_five.max(1) * 500)
}

/// What one of four small goods costs from a gross and from four gross on: a twentieth and a tenth less, in whole pence.
fn steps(code: &str, price: Price) -> [String; 2] {
    let part = |of: i64| Price::from_raw(price.raw() * of / 2_000 * 100);
    let (gross, four) = (part(19), part(18));
    if !Sha256::digest(format!("demo steps of {code}"))[0].is_multiple_of(4) || four.raw() <= 0 || four >= gross || gross >= price {
        return Default::default();
    }
    [gross, four].map(|step| step.decimal(2))
}

/// A stock that is the same on every load: one product in eight has none.
fn stock(code: &str) -> u64 {
    let digest = Sha256::digest(format!("demo stock of {code}"));
    if digest[0].is_multiple_of(8) { 0 } else { 12 * (1 + u64::from(digest[1] % 50)) }
}

/// The customers with names, addresses, contacts and consents.
pub fn customers(csv: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers()?.clone();
    let (code, country, others) = (column(&headers, "customer_id")?, column(&headers, "country")?, column(&headers, "other_countries")?);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["code", "name", "country", "other countries", "language", "delivery address", "contact", "email", "consent", "consent source"])?;
    for row in reader.records() {
        let row = row?;
        let code = &row[code];
        let language = LANGUAGES.iter().find(|(known, _)| *known == code).map_or("en", |(_, language)| language);
        writer.write_record([
            code,
            &format!("Customer {code}"),
            &row[country],
            &row[others],
            language,
            &format!("Demo address of customer {code}, {}", &row[country]),
            &format!("Demo contact of {code}"),
            &format!("{code}@{}", domain(code)),
            "yes",
            "demonstration data: nobody gave this consent",
        ])?;
    }
    Ok(writer.into_inner()?)
}

/// The same on every load; neighbours in the register are at different ones.
fn domain(code: &str) -> &'static str {
    let number = code.bytes().fold(0_usize, |number, byte| (number * 10 + usize::from(byte & 15)) % DOMAINS.len());
    DOMAINS[number]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_spread_over_the_domains() {
        let at = |wanted: &str| (12_346..16_718).filter(|code| domain(&code.to_string()) == wanted).count();
        assert!(DOMAINS.into_iter().all(|one| (500..600).contains(&at(one)) && one.ends_with(".example")));
        assert_eq!(domain("12347"), "customer.example");
    }

    #[test]
    fn retail_is_half_as_much_again_to_five_pence() {
        for (wholesale, expected) in [("0.85", "1.30"), ("2.55", "3.85"), ("0.001", "0.05"), ("10", "15.00")] {
            assert_eq!(retail(wholesale.parse().unwrap()).decimal(2), expected, "{wholesale}");
        }
    }

    #[test]
    fn some_small_goods_are_cheaper_by_the_gross() {
        let with =
            |price: &str| (10_000..14_000).map(|code: i32| steps(&code.to_string(), price.parse().unwrap())).filter(|steps| !steps[0].is_empty()).count();
        assert!((800..1_200).contains(&with("0.85")));
        assert_eq!((with("0.05"), with("0.001")), (0, 0), "where a penny is too much to take off");
        let found = (10_000..14_000).map(|code: i32| steps(&code.to_string(), "0.85".parse().unwrap())).find(|steps| !steps[0].is_empty());
        assert_eq!(found, Some(["0.80".into(), "0.76".into()]));
    }

    #[test]
    fn some_goods_are_out_of_stock_and_always_the_same() {
        let out = (10_000..14_000).filter(|code: &i32| stock(&code.to_string()) == 0).count();
        assert!((300..700).contains(&out), "{out}");
        assert_eq!(stock("85123A"), stock("85123A"));
    }
}

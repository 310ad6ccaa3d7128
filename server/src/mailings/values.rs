//! The values a letter can name, for one reader in one language; the names are `kontor_shared::mailings::placeholders`.

use kontor_shared::money::Currency;
use kontor_shared::words::{Lang, format, letters as words};
use minijinja::Value;

use super::blocks::{self, Item};

/// What stands in the places of a letter. Empty texts count as missing: a fall-back takes their place.
#[derive(Clone, Debug, Default)]
pub struct Values {
    pub contact_name: String,
    pub contact_position: String,
    pub customer_name: String,
    pub customer_code: String,
    pub customer_country: String,
    /// `YYYY-MM-DD`, as are the other days.
    pub last_order: String,
    pub firm_name: String,
    pub firm_email: String,
    pub firm_phone: String,
    pub firm_address: String,
    pub valid_from: String,
    pub valid_until: String,
    pub today: String,
    pub shop_url: String,
    pub unsubscribe_url: String,
    pub preferences_url: String,
    /// When the reader agreed to be written to; empty: not known.
    pub agreed_on: String,
    pub usual: Vec<Item>,
    pub novelties: Vec<Item>,
    pub offers: Vec<Item>,
    pub currency: Option<Currency>,
}

impl Values {
    /// As the engine takes them; without the one named `but`, to see what happens to a reader who has none.
    pub fn as_value(&self, lang: Lang, html: bool, but: Option<&str>) -> Value {
        let date = |iso: &str| if iso.is_empty() { String::new() } else { format::date(lang, iso) };
        let goods = |items: &[Item]| {
            let Some(currency) = self.currency else { return String::new() };
            if html { blocks::as_html(lang, currency, items) } else { blocks::as_text(lang, currency, items) }
        };
        let why = match self.agreed_on.as_str() {
            "" => words::WHY_CUSTOMER.with(lang, &[("firm", &self.firm_name)]),
            day => {
                let text = words::WHY_CONSENT.with(lang, &[("date", &format::date(lang, day))]);
                // A Russian or Bulgarian date ends with „г.“, which also ends the sentence.
                text.strip_suffix("г..").map(|start| format!("{start}г.")).unwrap_or(text)
            }
        };
        let texts: [(&str, String); 17] = [
            ("contact.name", self.contact_name.trim().into()),
            ("contact.position", self.contact_position.trim().into()),
            ("customer.name", self.customer_name.clone()),
            ("customer.code", self.customer_code.clone()),
            ("customer.country", self.customer_country.clone()),
            ("customer.last_order", date(&self.last_order)),
            ("firm.name", self.firm_name.clone()),
            ("firm.email", self.firm_email.clone()),
            ("firm.phone", self.firm_phone.clone()),
            ("firm.address", self.firm_address.clone()),
            ("price_list.valid_from", date(&self.valid_from)),
            ("price_list.valid_until", date(&self.valid_until)),
            ("today", date(&self.today)),
            ("shop_url", self.shop_url.clone()),
            ("unsubscribe_url", self.unsubscribe_url.clone()),
            ("preferences_url", self.preferences_url.clone()),
            ("why", why),
        ];
        let mut flat: Vec<(&str, Value)> = Vec::new();
        let mut nested: Vec<(&str, Vec<(&str, Value)>)> = vec![("contact", vec![]), ("customer", vec![]), ("firm", vec![]), ("price_list", vec![])];
        for (name, text) in texts.iter().filter(|(name, text)| !text.is_empty() && Some(*name) != but) {
            let value = Value::from(text.clone());
            match name.split_once('.') {
                Some((group, field)) => nested.iter_mut().filter(|(known, _)| *known == group).for_each(|(_, fields)| fields.push((field, value.clone()))),
                None => flat.push((name, value)),
            }
        }
        flat.extend(nested.into_iter().map(|(group, fields)| (group, Value::from_pairs(fields))));
        for (name, items) in [("usual", &self.usual), ("novelties", &self.novelties), ("offers", &self.offers)] {
            let text = if Some(name) == but { String::new() } else { goods(items) };
            // Written by our own partial, which escapes what it puts in.
            flat.push((name, Value::from_safe_string(text)));
        }
        Value::from_pairs(flat)
    }
}

/// An invented reader, for looking at a template nobody is written to with yet.
pub fn sample(lang: Lang, firm: &crate::firm::FirmSettings, today: &str, public_url: Option<&str>) -> Values {
    let url = public_url.unwrap_or("https://price-list.example").trim_end_matches('/');
    let item = |code: &str, price: i64, before: Option<i64>| Item {
        code: code.into(),
        name: words::SAMPLE_PRODUCT.say(lang).into(),
        unit: kontor_shared::words::common::PIECES.say(lang).into(),
        price: kontor_shared::money::Price::from_raw(price),
        before: before.map(kontor_shared::money::Price::from_raw),
    };
    let (first, second) = (item("10001", 24_500, None), item("10002", 120_000, Some(135_000)));
    Values {
        contact_name: words::SAMPLE_CONTACT.say(lang).into(),
        contact_position: words::SAMPLE_POSITION.say(lang).into(),
        customer_name: words::SAMPLE_CUSTOMER.say(lang).into(),
        customer_code: "10000".into(),
        customer_country: words::SAMPLE_COUNTRY.say(lang).into(),
        last_order: today.into(),
        firm_name: firm.party.name.clone(),
        firm_email: firm.party.email.clone(),
        firm_phone: firm.party.phone.clone(),
        firm_address: firm.party.address.join(", "),
        valid_from: today.into(),
        valid_until: today.into(),
        today: today.into(),
        shop_url: format!("{url}/"),
        unsubscribe_url: format!("{url}/u/sample"),
        preferences_url: format!("{url}/preferences/sample"),
        agreed_on: today.into(),
        usual: vec![first.clone(), second.clone()],
        novelties: vec![first],
        offers: vec![second],
        currency: Some(firm.currency),
    }
}

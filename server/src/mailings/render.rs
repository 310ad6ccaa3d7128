//! What one reader gets: the template's text in their language, with what is theirs in its places.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use kontor_shared::api::mailings::{TemplateProblem, TemplateText};
use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::money::Percent;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use super::engine::{Fault, FaultKind, Part};
use super::values::Values;
use super::{blocks, check, html, nesting, store};
use crate::AppState;
use crate::firm::FirmSettings;
use crate::price_list::store::{self as price_lists, Version};
use crate::time::day_in;

/// Whose copy is written, and the links that are only this reader's.
#[derive(Clone, Debug)]
pub struct Reader {
    pub customer: CustomerId,
    pub contact: Option<ContactId>,
    pub lang: Lang,
    /// Absolute addresses, made and signed by who sends.
    pub unsubscribe_url: String,
    pub preferences_url: String,
}

/// A reader's copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    /// A whole document.
    pub html: String,
}

/// Why one reader gets no copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritten {
    pub lang: Lang,
    /// `subject`, `text` or `html`; empty: none of them.
    pub part: &'static str,
    pub fault: Fault,
}

impl Unwritten {
    /// Before there is anything to write.
    pub fn without(kind: FaultKind, lang: Lang, detail: String) -> Self {
        Self { lang, part: "", fault: Fault { line: None, kind, there: String::new(), detail } }
    }

    /// As pages tell it.
    pub fn problem(self) -> TemplateProblem {
        check::problem(self.lang, self.part, self.fault)
    }
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

/// A template's version and the price list it speaks of, ready to render.
pub struct Letter {
    parts: HashMap<Lang, Parts>,
    /// Names the texts use, so that nothing else is looked up.
    names: HashSet<String>,
    price_list: Option<Version>,
    valid_until: String,
}

struct Parts {
    subject: Part,
    text: Part,
    html: Part,
}

impl Letter {
    /// Of texts; `version` is the price list whose goods and prices they show.
    pub async fn new(connection: &mut AnyConnection, texts: &[TemplateText], version: Option<i64>) -> anyhow::Result<Result<Self, Fault>> {
        let price_list = match version {
            Some(version) => price_lists::by_number(connection, version).await?,
            None => None,
        };
        let valid_until = match version {
            Some(version) => price_lists::valid_until(connection, version).await?.unwrap_or_default(),
            None => String::new(),
        };
        let parse = || -> Result<Self, Fault> {
            let (mut parts, mut names) = (HashMap::new(), HashSet::new());
            for text in texts {
                let one = Parts { subject: Part::parse(&text.subject, false)?, text: Part::parse(&text.text, false)?, html: Part::parse(&text.html, true)? };
                names.extend([&one.subject, &one.text, &one.html].into_iter().flat_map(Part::names));
                parts.insert(text.lang, one);
            }
            Ok(Self { parts, names, price_list, valid_until })
        };
        Ok(parse())
    }

    /// Of a stored template's version.
    pub async fn stored(connection: &mut AnyConnection, template: &str, version: i64, price_list: Option<i64>) -> anyhow::Result<Self> {
        let texts = super::templates::store::texts(connection, template, version).await?;
        anyhow::ensure!(!texts.is_empty(), "version {version} of the template has no text");
        let letter = Self::new(connection, &texts, price_list).await?;
        letter.map_err(|fault| anyhow::anyhow!("the template cannot be read: {}", fault.detail))
    }

    pub fn languages(&self) -> Vec<Lang> {
        Lang::ALL.into_iter().filter(|lang| self.parts.contains_key(lang)).collect()
    }

    fn render(&self, lang: Lang, values: &Values) -> Result<Rendered, Unwritten> {
        let missing = || Unwritten::without(FaultKind::NoText, lang, format!("the template has no text in {}", lang.own_name()));
        let parts = self.parts.get(&lang).ok_or_else(missing)?;
        let at = |part: &'static str| move |fault: Fault| Unwritten { lang, part, fault };
        let plain = values.as_value(lang, false, None);
        let subject = one_line(&parts.subject.render(&plain).map_err(at("subject"))?);
        let text = parts.text.render(&plain).map_err(at("text"))?.trim().to_string() + "\n";
        let body = parts.html.render(&values.as_value(lang, true, None)).map_err(at("html"))?;
        nesting::check(&body).map_err(at("html"))?;
        let body = html::clean(&body);
        Ok(Rendered { html: html::document(lang, &subject, body.trim()), subject, text })
    }
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The number of the price list in force today, whose goods and prices a letter written now shows.
pub async fn price_list_now(connection: &mut AnyConnection, firm: &FirmSettings, now_ms: i64) -> anyhow::Result<Option<i64>> {
    let today = day_in(&firm.time_zone()?, now_ms);
    Ok(price_lists::in_force(connection, &today).await?.map(|version| version.version))
}

/// Each reader's copy, or why there is none. A fault of one reader's copy leaves the others alone. Keep batches to a few
/// dozen: what is looked up is looked up for all of them by one statement each. Writing and cleaning them takes a while,
/// away from the threads that wait for the network.
pub async fn batch(
    state: &AppState,
    connection: &mut AnyConnection,
    firm: &FirmSettings,
    letter: &Arc<Letter>,
    readers: &[Reader],
) -> anyhow::Result<Vec<Result<Rendered, Unwritten>>> {
    let values = values_of(state, connection, firm, letter, readers).await?;
    let (letter, langs) = (letter.clone(), readers.iter().map(|reader| reader.lang).collect::<Vec<_>>());
    let render = move || langs.into_iter().zip(&values).map(|(lang, values)| letter.render(lang, values)).collect();
    Ok(tokio::task::spawn_blocking(render).await?)
}

async fn values_of(state: &AppState, connection: &mut AnyConnection, firm: &FirmSettings, letter: &Letter, readers: &[Reader]) -> anyhow::Result<Vec<Values>> {
    let zone = firm.time_zone()?;
    let today = day_in(&zone, state.clock.now_ms());
    let unique = |ids: Vec<String>| ids.into_iter().collect::<HashSet<_>>().into_iter().collect::<Vec<_>>();
    let ids = unique(readers.iter().map(|reader| reader.customer.to_string()).collect());
    let customers: HashMap<String, store::Customer> = store::customers(connection, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let ids = unique(readers.iter().filter_map(|reader| reader.contact.map(|contact| contact.to_string())).collect());
    let contacts: HashMap<String, store::Contact> = store::contacts(connection, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let wants = |name: &str| letter.names.contains(name);
    let mut usual = HashMap::new();
    if let Some(version) = letter.price_list.as_ref().filter(|_| wants("usual")) {
        let of: Vec<(String, String)> = customers.values().map(|customer| (customer.id.clone(), customer.price_type.clone())).collect();
        usual = blocks::usual(connection, state, version, &of).await?;
    }
    let currency = letter.price_list.as_ref().map(|version| version.currency.parse()).transpose().ok().context("stored currency")?;
    let url = state.config.public_url.as_deref().unwrap_or("").trim_end_matches('/');
    let mut all = Vec::with_capacity(readers.len());
    for reader in readers {
        let customer = customers.get(&reader.customer.to_string()).with_context(|| format!("no customer {}", reader.customer))?;
        let contact = reader.contact.and_then(|contact| contacts.get(&contact.to_string()));
        let shelf = match letter.price_list.as_ref().filter(|_| wants("novelties") || wants("offers")) {
            Some(version) => state.shelves.of(connection, version, &customer.price_type).await?,
            None => Default::default(),
        };
        all.push(Values {
            contact_name: contact.map(|contact| contact.name.clone()).unwrap_or_default(),
            contact_position: contact.map(|contact| contact.position.clone()).unwrap_or_default(),
            customer_name: customer.name.clone(),
            customer_code: customer.code.clone(),
            customer_country: customer.country.clone(),
            last_order: customer.last_order.clone().unwrap_or_default(),
            firm_name: firm.party.name.clone(),
            firm_email: firm.party.email.clone(),
            firm_phone: firm.party.phone.clone(),
            firm_address: firm.party.address.join(", "),
            valid_from: letter.price_list.as_ref().map(|version| version.valid_from.clone()).unwrap_or_default(),
            valid_until: letter.valid_until.clone(),
            today: today.clone(),
            shop_url: format!("{url}/"),
            unsubscribe_url: reader.unsubscribe_url.clone(),
            preferences_url: reader.preferences_url.clone(),
            agreed_on: contact.and_then(|contact| contact.agreed_at).map(|at| day_in(&zone, at)).unwrap_or_default(),
            usual: usual.get(&customer.id).map(|items| blocks::own(items, Percent::from_raw(customer.discount))).unwrap_or_default(),
            novelties: blocks::own(&shelf.novelties, Percent::from_raw(customer.discount)),
            offers: blocks::own(&shelf.offers, Percent::from_raw(customer.discount)),
            currency,
        });
    }
    Ok(all)
}

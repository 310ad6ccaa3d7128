//! Who is in an audience: every customer judged by the segment rule and the conditions, each condition by one statement
//! for all of them, and for each contact whether anything may be sent, or why not.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::mailings::{Audience, Channel, Condition, Goods, SkipReason, Standing, Topic};
use kontor_shared::segments::{Rule, Verdict};
use kontor_shared::words::Lang;
use kontor_shared::words::audience::{Names, goods_key};
use sqlx::AnyConnection;

use crate::customers::consents::Said;
use crate::customers::fold;
use crate::customers::suppressed::Suppressions;
use crate::firm::FirmSettings;
use crate::segments;

pub mod store;

/// What people said of being written to, for all of them at once.
struct Facts {
    said: Said,
    suppressions: Suppressions,
}

/// Somebody in the audience: a contact of a customer who fulfils the conditions, or a customer without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub customer: CustomerId,
    pub code: String,
    pub customer_name: String,
    pub contact: Option<ContactId>,
    pub name: String,
    /// In lower case; empty where there is none.
    pub address: String,
    /// The contact's language, else the customer's; of those the template has, see [`Wanted::texts`].
    pub lang: Lang,
    pub price_type: String,
    /// Basis points.
    pub discount: i64,
    /// Why nothing is sent; such recipients are written down like the others.
    pub skip: Option<SkipReason>,
}

/// Whom somebody wants to write to.
pub struct Wanted<'a> {
    pub audience: &'a Audience,
    pub topic: Topic,
    /// The languages the template has; empty where none is chosen yet. Who reads another one gets the firm's language.
    pub texts: &'a [Lang],
}

/// Everybody in the audience, by the customers' codes and then the age of the contacts; those who are skipped included.
pub async fn candidates(connection: &mut AnyConnection, firm: &FirmSettings, now_ms: i64, wanted: &Wanted<'_>) -> anyhow::Result<Vec<Recipient>> {
    let rule = segments::firm_rule(firm, now_ms)?;
    let customers = customers(connection, &rule, wanted.audience).await?;
    let facts = Facts {
        said: Said::load(connection, Channel::Email, None).await?,
        suppressions: Suppressions::load(connection, Channel::Email.word(), None, now_ms).await?,
    };
    let mut contacts: HashMap<String, Vec<store::Contact>> = HashMap::new();
    let chosen: HashSet<&str> = customers.iter().map(|customer| customer.id.as_str()).collect();
    store::contacts(connection, |contact| {
        if chosen.contains(contact.customer_id.as_str()) {
            contacts.entry(contact.customer_id.clone()).or_default().push(contact);
        }
    })
    .await?;
    let mut taken = HashSet::new();
    let mut recipients = Vec::with_capacity(customers.len());
    for customer in &customers {
        let mut people = contacts.remove(&customer.id).unwrap_or_default();
        people.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        if people.is_empty() {
            recipients.push(recipient(customer, None, firm.lang, wanted, &facts, &mut taken)?);
        }
        for person in &people {
            recipients.push(recipient(customer, Some(person), firm.lang, wanted, &facts, &mut taken)?);
        }
    }
    Ok(recipients)
}

fn recipient(
    customer: &store::Customer,
    contact: Option<&store::Contact>,
    firm_lang: Lang,
    wanted: &Wanted<'_>,
    facts: &Facts,
    taken: &mut HashSet<String>,
) -> anyhow::Result<Recipient> {
    let own = Lang::parse(&customer.lang).with_context(|| format!("stored language {}", customer.lang))?;
    let reads = contact.and_then(|contact| Lang::parse(&contact.lang)).unwrap_or(own);
    let text = [reads, firm_lang].into_iter().find(|lang| wanted.texts.is_empty() || wanted.texts.contains(lang));
    let address = contact.map(|contact| contact.email.trim().to_lowercase()).unwrap_or_default();
    let mut skip = match contact {
        None if customer.state == "blocked" => Some(SkipReason::Blocked),
        None => Some(SkipReason::NoContact),
        Some(contact) => Standing {
            customer_state: &customer.state,
            prefers: Channel::parse(&customer.channel).unwrap_or(Channel::Email),
            receives_mail: contact.receives_mail != 0,
            erased: contact.erased_at.is_some(),
            address: &address,
            consents: &facts.said.facts(&contact.id, &address),
            suppressions: &facts.suppressions.of(&address),
        }
        .skip(Channel::Email, wanted.topic),
    };
    if skip.is_none() && text.is_none() {
        skip = Some(SkipReason::NoText);
    }
    if skip.is_none() && !taken.insert(address.clone()) {
        skip = Some(SkipReason::DoubledAddress);
    }
    Ok(Recipient {
        customer: customer.id.parse().context("stored customer id")?,
        code: customer.code.clone(),
        customer_name: customer.name.clone(),
        contact: contact.map(|contact| contact.id.parse()).transpose().context("stored contact id")?,
        name: contact.map(|contact| contact.name.clone()).unwrap_or_default(),
        address,
        lang: text.unwrap_or(reads),
        price_type: customer.price_type.clone(),
        discount: customer.discount,
        skip,
    })
}

/// The customers who fulfil everything, in the order of their codes.
async fn customers(connection: &mut AnyConnection, rule: &Rule, audience: &Audience) -> anyhow::Result<Vec<store::Customer>> {
    let mut customers = store::customers(connection).await?;
    let judges = |one: &Condition| matches!(one, Condition::New { .. });
    if !audience.segments.is_empty() || audience.conditions.iter().any(judges) {
        let judged = segments::judge_all(connection, rule).await?;
        let verdicts: HashMap<String, Verdict> = judged.into_iter().map(|one| (one.id.to_string(), one.verdict)).collect();
        customers.retain(|customer| {
            verdicts.get(&customer.id).is_some_and(|verdict| {
                let new = |one: &Condition| !matches!(one, Condition::New { is } if *is != verdict.new);
                (audience.segments.is_empty() || audience.segments.contains(&verdict.segment)) && audience.conditions.iter().all(new)
            })
        });
    }
    for condition in &audience.conditions {
        if customers.is_empty() {
            break;
        }
        fulfil(connection, rule, condition, &mut customers).await?;
    }
    customers.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(customers)
}

/// Keeps the customers who fulfil one condition.
async fn fulfil(connection: &mut AnyConnection, rule: &Rule, condition: &Condition, customers: &mut Vec<store::Customer>) -> anyhow::Result<()> {
    let days = match condition.within() {
        Some(window) => {
            let days = window.days(rule.as_of).context("a window lies outside the calendar")?;
            // The database compares days as texts; one before our era would not sort among them.
            let from = if days.from.year() < 0 { "0000-01-01".to_string() } else { days.from.to_string() };
            Some((from, days.to.to_string()))
        }
        None => None,
    };
    let window = days.as_ref().map_or(("", ""), |(from, to)| (from.as_str(), to.as_str()));
    let folded = |values: &[String]| values.iter().map(|value| fold(value)).collect::<HashSet<_>>();
    match condition {
        Condition::Bought { goods, .. } => {
            let buyers = buyers(connection, goods, window).await?;
            customers.retain(|customer| buyers.contains(&customer.id));
        }
        Condition::NotBought { goods, .. } => {
            let buyers = buyers(connection, goods, window).await?;
            customers.retain(|customer| !buyers.contains(&customer.id));
        }
        Condition::Amount { currency, .. } => {
            let (least, most) = condition.amounts().context("an amount of the audience cannot be read")?;
            let sums = store::amounts(connection, currency.code(), window).await?;
            customers.retain(|customer| {
                let sum = sums.get(&customer.id).copied().unwrap_or(0);
                least.is_none_or(|least| sum >= least.minor) && most.is_none_or(|most| sum <= most.minor)
            });
        }
        Condition::Orders { at_least, at_most, .. } => {
            let counts = store::order_counts(connection, window).await?;
            customers.retain(|customer| {
                let count = counts.get(&customer.id).copied().unwrap_or(0);
                at_least.is_none_or(|least| count >= i64::from(least)) && at_most.is_none_or(|most| count <= i64::from(most))
            });
        }
        Condition::Region { any_of } => {
            let wanted = folded(any_of);
            customers.retain(|customer| wanted.contains(&fold(&customer.region)));
        }
        Condition::Country { any_of } => {
            let wanted = folded(any_of);
            customers.retain(|customer| wanted.contains(&fold(&customer.country)));
        }
        Condition::Language { any_of } => customers.retain(|customer| Lang::parse(&customer.lang).is_some_and(|lang| any_of.contains(&lang))),
        Condition::Manager { user } => customers.retain(|customer| customer.manager_id.as_ref() == Some(user)),
        Condition::PriceType { any_of } => customers.retain(|customer| any_of.contains(&customer.price_type)),
        Condition::ByHand { is } => {
            let by_hand = store::by_hand(connection).await?;
            customers.retain(|customer| by_hand.contains(&customer.id) == *is);
        }
        // Judged with the segments.
        Condition::New { .. } => {}
    }
    Ok(())
}

async fn buyers(connection: &mut AnyConnection, goods: &Goods, window: (&str, &str)) -> anyhow::Result<HashSet<String>> {
    Ok(match goods {
        Goods::Product { code } => store::buyers_of(connection, code, window).await?,
        Goods::Group { code } => {
            let groups = groups_within(connection, code).await?;
            store::buyers_of_groups(connection, &groups, window).await?
        }
    })
}

/// A group and every group below it, by code.
async fn groups_within(connection: &mut AnyConnection, code: &str) -> anyhow::Result<Vec<String>> {
    let seq = crate::catalog::store::visible_seq(connection).await?;
    let groups = crate::catalog::store::groups(connection, seq).await?;
    let mut within = vec![code.to_string()];
    let mut at = 0;
    while at < within.len() {
        let below = groups.iter().filter(|(known, group)| group.parent.as_ref() == Some(&within[at]) && !within.contains(known));
        let below: Vec<String> = below.map(|(known, _)| known.clone()).collect();
        within.extend(below);
        at += 1;
    }
    Ok(within)
}

/// What the codes and ids of an audience are called, for its sentence.
pub async fn names(connection: &mut AnyConnection, audience: &Audience) -> anyhow::Result<Names> {
    let mut names = Names::new();
    let seq = crate::catalog::store::visible_seq(connection).await?;
    for condition in &audience.conditions {
        match condition {
            Condition::Bought { goods, .. } | Condition::NotBought { goods, .. } => {
                let name = match goods {
                    Goods::Product { code } => store::product_name(connection, code, seq).await?,
                    Goods::Group { code } => {
                        let groups = crate::catalog::store::groups(connection, seq).await?;
                        groups.into_iter().find(|(known, _)| known == code).map(|(_, group)| group.name)
                    }
                };
                names.extend(name.map(|name| (goods_key(goods), name)));
            }
            Condition::Manager { user } => names.extend(store::login(connection, user).await?.map(|login| (user.clone(), login))),
            Condition::PriceType { .. } => {
                names.extend(crate::catalog::store::price_types(connection).await?.into_iter().map(|(code, name, _)| (code, name)));
            }
            _ => {}
        }
    }
    Ok(names)
}

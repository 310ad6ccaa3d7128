//! Import of customers with their contacts: what a row changes in the register. A customer may stand in several rows,
//! one contact each.

use kontor_shared::customers::{Channel, ContactRole, MARKETING};
use kontor_shared::import::RowProblem;
use kontor_shared::import::customers::{ContactInput, CustomerInput};
use kontor_shared::words::Lang;
use kontor_shared::words::imports::{self as words, Said};
use sqlx::AnyConnection;

use std::collections::HashMap;

use kontor_shared::import::customers::{FIELDS, read_row};

use self::store::{Contact, Customer};
use super::table::Row;
use super::{ImportError, Outcome, Run, SourceFile, Table, blocking, open_all};
use crate::customers::consents::{MAILINGS, holds};
use crate::customers::store::contacts::{self, NewConsent};
use crate::customers::{fold, one_line};
use crate::time::Clock;
use crate::{catalog, customers, firm};

mod store;

/// Rows of one transaction.
const ROWS_A_TRANSACTION: usize = 100;

/// What a new customer gets where its row says nothing, and which price types there are.
struct Terms {
    lang: Lang,
    price_type: String,
    price_types: Vec<String>,
    /// Members of the firm by log-in.
    managers: HashMap<String, String>,
}

/// Reads the files row by row and brings the register up to them, some rows a transaction.
pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    super::products_only(&run.options)?;
    let tables = open_all(run, files, FIELDS, &["code"]).await?;
    let terms = terms(run).await?;
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let mut withdrawn = 0;
    for table in tables {
        let (name, price_types, managers) = (table.name.clone(), terms.price_types.clone(), terms.managers.clone());
        let (rows, met) = blocking(move || {
            let rows = read(&table, &price_types, &managers, &mut seen);
            Ok((rows, seen))
        })
        .await?;
        seen = met;
        let mut batch = Vec::with_capacity(ROWS_A_TRANSACTION);
        for row in rows {
            match row {
                Ok((_, _, Before::Same)) => run.count(Outcome::Unchanged),
                Ok(row) => batch.push(row),
                Err((number, problem)) => run.refuse(&name, number, problem),
            }
            if batch.len() == ROWS_A_TRANSACTION {
                withdrawn += write(run, &terms, std::mem::take(&mut batch)).await?;
            }
        }
        withdrawn += write(run, &terms, batch).await?;
    }
    if withdrawn > 0 {
        run.note(Said::with(words::NOTE_STAYS_WITHDRAWN, &[("contacts", &withdrawn)]));
    }
    run.complete(async |_| Ok(())).await
}

async fn terms(run: &Run) -> Result<Terms, ImportError> {
    let settings = run.state.firm().await?;
    let mut connection = run.state.db.read().await?;
    let price_types: Vec<String> = firm::store::price_types(&mut connection).await?.into_iter().map(|known| known.code).collect();
    let managers = customers::store::master::managers(&mut connection).await?.into_iter().map(|one| (one.login, one.id.to_string())).collect();
    drop(connection);
    let mut terms = Terms { lang: settings.lang, price_type: settings.customer_price_type.clone(), price_types, managers };
    if !terms.price_types.contains(&terms.price_type) {
        // A firm that has imported no prices yet; its customers' price type exists from now on.
        terms.price_types.push(terms.price_type.clone());
        if !run.is_dry() {
            let mut tx = run.write().await?;
            catalog::store::insert_price_type(&mut tx, &terms.price_type, &terms.price_type, settings.currency.code(), 0).await?;
            tx.commit().await?;
        }
    }
    Ok(terms)
}

/// A row's number, what it says, and what an earlier row of the run said.
type Read = (u64, CustomerInput, Before);

/// All rows of a file. What is refused here was not said: a later row is not held against it.
fn read(table: &Table, price_types: &[String], managers: &HashMap<String, String>, seen: &mut HashMap<String, Seen>) -> Vec<Result<Read, (u64, RowProblem)>> {
    let mut one = |row: &Row| {
        let input = read_row(&table.columns, &row.cells())?;
        if let Some(code) = input.price_type.as_ref().filter(|code| !price_types.contains(code)) {
            return Err(RowProblem::new(code, words::NO_SUCH_PRICE_TYPE));
        }
        if let Some(login) = input.manager.as_ref().filter(|login| !login.is_empty() && !managers.contains_key(*login)) {
            return Err(RowProblem::new(login, words::NO_SUCH_MANAGER));
        }
        let before = look_back(seen, row.number, &input)?;
        Ok((row.number, input, before))
    };
    table.rows().map(|row| row.and_then(|row| one(&row).map_err(|problem| (row.number, problem)))).collect()
}

/// A customer met earlier in the same run.
struct Seen {
    row: u64,
    customer: CustomerInput,
    /// With the rows that name them.
    contacts: Vec<(u64, ContactInput)>,
}

/// What an earlier row of the run said of the same customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    /// The same, with another contact.
    Customer,
    /// The very same.
    Same,
}

fn look_back(seen: &mut HashMap<String, Seen>, row: u64, input: &CustomerInput) -> Result<Before, RowProblem> {
    let customer = CustomerInput { contact: None, ..input.clone() };
    let Some(known) = seen.get_mut(&input.code) else {
        seen.insert(input.code.clone(), Seen { row, customer, contacts: input.contact.clone().map(|contact| (row, contact)).into_iter().collect() });
        return Ok(Before::Nothing);
    };
    if known.customer != customer {
        return Err(RowProblem::new(&input.code, Said::with(words::CUSTOMER_TWICE, &[("row", &known.row)])));
    }
    let Some(contact) = input.contact.as_ref().filter(|contact| known.contacts.iter().all(|(_, other)| other != *contact)) else {
        return Ok(Before::Same);
    };
    // Taken both, they would take turns with every later run.
    if let Some((first, _)) = known.contacts.iter().find(|(_, other)| other.contradicts(contact)) {
        return Err(RowProblem::new(&input.code, Said::with(words::CONTACT_TWICE, &[("row", first)])));
    }
    known.contacts.push((row, contact.clone()));
    Ok(Before::Customer)
}

/// Writes rows in a transaction of their own, or only tells what that would do. Gives how many withdrawn consents the
/// rows would have granted again.
async fn write(run: &mut Run, terms: &Terms, rows: Vec<Read>) -> Result<u64, ImportError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let clock = run.state.clock.clone();
    let mut done = Vec::with_capacity(rows.len());
    if run.is_dry() {
        let mut connection = run.state.db.read().await?;
        for (_, input, before) in &rows {
            // Nothing was written, so the register does not know the customer an earlier row brought.
            let (outcome, withdrawn) = take(&mut connection, &clock, input, terms, None).await?;
            done.push((if *before == Before::Customer { Outcome::Changed } else { outcome }, withdrawn));
        }
    } else {
        let mut tx = run.write().await?;
        for (_, input, _) in &rows {
            done.push(take(&mut tx, &clock, input, terms, Some(run.state.db.for_update())).await?);
        }
        tx.commit().await?;
    }
    done.iter().for_each(|(outcome, _)| run.count(*outcome));
    Ok(done.iter().map(|(_, withdrawn)| u64::from(*withdrawn)).sum())
}

/// The customer after the row.
fn applied(before: Option<&Customer>, input: &CustomerInput, terms: &Terms, new_id: impl FnOnce() -> String) -> Customer {
    let mut after = before.cloned().unwrap_or_else(|| Customer {
        id: new_id(),
        code: input.code.clone(),
        name: input.code.clone(),
        country: String::new(),
        other_countries: String::new(),
        lang: terms.lang.tag().into(),
        price_type: terms.price_type.clone(),
        delivery_address: String::new(),
        address: String::new(),
        tax_id: String::new(),
        region: String::new(),
        discount: 0,
        channel: Channel::Email.word().into(),
        manager_id: None,
    });
    // A cell holds no line breaks: an address that differs in them only is the same one.
    let set = |field: &mut String, value: &Option<String>| {
        if let Some(value) = value.as_ref().filter(|value| one_line(field) != **value) {
            field.clone_from(value);
        }
    };
    set(&mut after.name, &input.name);
    set(&mut after.country, &input.country);
    set(&mut after.other_countries, &input.other_countries);
    set(&mut after.price_type, &input.price_type);
    set(&mut after.delivery_address, &input.delivery_address);
    set(&mut after.address, &input.address);
    set(&mut after.tax_id, &input.tax_id);
    set(&mut after.region, &input.region);
    if let Some(discount) = input.discount {
        after.discount = discount.raw();
    }
    if let Some(channel) = input.channel {
        after.channel = channel.word().into();
    }
    if let Some(login) = &input.manager {
        after.manager_id = terms.managers.get(login).cloned();
    }
    if let Some(lang) = input.lang {
        after.lang = lang.tag().into();
    }
    after
}

/// The contact a row means among those known: by its address; else by its name, where one of the two has no address.
fn find<'a>(contacts: &'a [Contact], input: &ContactInput) -> Option<&'a Contact> {
    let by_email = contacts.iter().find(|contact| !input.email.is_empty() && contact.email.eq_ignore_ascii_case(&input.email));
    by_email.or_else(|| contacts.iter().find(|contact| contact.name == input.name() && (contact.email.is_empty() || input.email.is_empty())))
}

/// Stores what one row says, or only tells what it would do; and whether it would have overridden a withdrawn consent. `lock` is
/// [`crate::db::Db::for_update`], none in a dry run: what people said, and whether they were erased, is read once nobody else can
/// change it.
async fn take(connection: &mut AnyConnection, clock: &Clock, input: &CustomerInput, terms: &Terms, lock: Option<&str>) -> anyhow::Result<(Outcome, bool)> {
    let (now, dry_run) = (clock.now_ms(), lock.is_none());
    let before = store::customer(connection, lock.unwrap_or(""), &input.code).await?;
    let after = applied(before.as_ref(), input, terms, || clock.new_id().to_string());
    let mut changed = before.as_ref() != Some(&after);
    if changed && !dry_run {
        store::put_customer(connection, &after, &fold(&after.name), now).await?;
    }
    let mut withdrawn = false;
    if let Some(contact) = &input.contact {
        let (person, contact_changed) = take_contact(connection, clock, &after.id, contact, dry_run).await?;
        let consent = take_consent(connection, clock, &after.id, &person, contact, dry_run).await?;
        changed |= contact_changed || consent == Consent::Changed;
        withdrawn = consent == Consent::StaysWithdrawn;
    }
    let outcome = match (before, changed) {
        (None, _) => Outcome::Created,
        (Some(_), true) => Outcome::Changed,
        (Some(_), false) => Outcome::Unchanged,
    };
    Ok((outcome, withdrawn))
}

/// The contact, and whether it is new or another one than before.
async fn take_contact(connection: &mut AnyConnection, clock: &Clock, customer: &str, input: &ContactInput, dry_run: bool) -> anyhow::Result<(Contact, bool)> {
    let now = clock.now_ms();
    let contacts = store::contacts(connection, customer).await?;
    let before = find(&contacts, input);
    // A new one gets the customer's mails about orders, and mailings once it agrees to them.
    let mut after = before.cloned().unwrap_or_else(|| Contact {
        id: clock.new_id().to_string(),
        name: String::new(),
        email: String::new(),
        phone: String::new(),
        fax: String::new(),
        position: String::new(),
        receives_orders: 1,
        receives_accounts: 0,
        receives_mail: 1,
    });
    if !input.email.is_empty() && !after.email.eq_ignore_ascii_case(&input.email) {
        after.email.clone_from(&input.email);
    }
    if let Some(name) = input.name.as_ref().filter(|name| !name.is_empty()) {
        after.name.clone_from(name);
    }
    if let Some(phone) = &input.phone {
        after.phone.clone_from(phone);
    }
    if let Some(fax) = &input.fax {
        after.fax.clone_from(fax);
    }
    if let Some(position) = &input.position {
        after.position.clone_from(position);
    }
    if let Some(roles) = &input.roles {
        let gets = |role| i64::from(roles.contains(&role));
        after.receives_orders = gets(ContactRole::Orders);
        after.receives_accounts = gets(ContactRole::Accounts);
        after.receives_mail = gets(ContactRole::Mail);
    }
    let changed = before != Some(&after);
    if changed && !dry_run {
        store::put_contact(connection, customer, &after, now).await?;
    }
    Ok((after, changed))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Consent {
    Same,
    Changed,
    StaysWithdrawn,
}

async fn take_consent(
    connection: &mut AnyConnection,
    clock: &Clock,
    customer: &str,
    person: &Contact,
    input: &ContactInput,
    dry_run: bool,
) -> anyhow::Result<Consent> {
    let Some(wanted) = input.consent else { return Ok(Consent::Same) };
    let said = contacts::consents(connection, &person.id).await?;
    match holds(&said, &MAILINGS, Channel::Email, &person.email) {
        Some(known) if known.is_granted() == wanted => return Ok(Consent::Same),
        // A file does not say when a consent was given: it may be older than the withdrawal, which the law lets stand
        // (GDPR, art. 7 (3)).
        Some(known) if !known.is_granted() => return Ok(Consent::StaysWithdrawn),
        _ => {}
    }
    if !dry_run {
        store::touch(connection, customer).await?;
        let new = NewConsent {
            id: clock.new_id().to_string(),
            contact: &person.id,
            purpose: MARKETING,
            channel: Channel::Email.word(),
            address: &person.email,
            state: if wanted { "granted" } else { "withdrawn" },
            text_version: "import",
            source: if input.consent_source.is_empty() { "import" } else { &input.consent_source },
            evidence: "",
            actor: "",
            at: clock.now_ms(),
        };
        contacts::add_consent(connection, &new).await?;
    }
    Ok(Consent::Changed)
}

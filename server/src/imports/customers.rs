//! Import of customers with their contacts: what a row changes in the register. A customer may stand in several rows,
//! one contact each.

use kontor_shared::import::RowProblem;
use kontor_shared::import::customers::{ContactInput, CustomerInput};
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use std::collections::HashMap;

use kontor_shared::import::customers::{FIELDS, read_row};

use self::store::{Contact, Customer};
use super::table::Row;
use super::{ImportError, Outcome, Run, SourceFile, Table, blocking, open};
use crate::customers::fold;
use crate::time::Clock;
use crate::{catalog, firm};

mod store;

/// Rows of one transaction.
const ROWS_A_TRANSACTION: usize = 100;

/// What a new customer gets where its row says nothing, and which price types there are.
struct Terms {
    lang: Lang,
    price_type: String,
    price_types: Vec<String>,
}

/// Reads the files row by row and brings the register up to them, some rows a transaction.
pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    super::products_only(&run.options)?;
    let settings = run.state.firm().await?;
    let mut connection = run.state.db.read().await?;
    let price_types: Vec<String> = firm::store::price_types(&mut connection).await?.into_iter().map(|known| known.code).collect();
    drop(connection);
    let mut terms = Terms { lang: settings.lang, price_type: settings.customer_price_type.clone(), price_types };
    if !terms.price_types.contains(&terms.price_type) {
        // A firm that has imported no prices yet; its customers' price type exists from now on.
        terms.price_types.push(terms.price_type.clone());
        if !run.is_dry() {
            let mut tx = run.write().await?;
            catalog::store::insert_price_type(&mut tx, &terms.price_type, &terms.price_type, settings.currency.code(), 0).await?;
            tx.commit().await?;
        }
    }
    let mut seen: HashMap<String, Seen> = HashMap::new();
    for file in files {
        let table = open(file, FIELDS, &run.options.map).await?;
        table.require("code")?;
        for note in &table.notes {
            run.note(note);
        }
        let name = table.name.clone();
        let (rows, met) = blocking(move || {
            let rows = read(&table, &mut seen);
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
                write(run, &name, &terms, std::mem::take(&mut batch)).await?;
            }
        }
        write(run, &name, &terms, batch).await?;
    }
    run.complete(async |_| Ok(())).await
}

/// A row's number, what it says, and what an earlier row of the run said.
type Read = (u64, CustomerInput, Before);

/// All rows of a file.
fn read(table: &Table, seen: &mut HashMap<String, Seen>) -> Vec<Result<Read, (u64, RowProblem)>> {
    let mut one = |row: Row| {
        let input = read_row(&table.columns, &row.cells()).map_err(|problem| (row.number, problem))?;
        let before = look_back(seen, row.number, &input).map_err(|problem| (row.number, problem))?;
        Ok((row.number, input, before))
    };
    table.rows().map(|row| one(row?)).collect()
}

/// A customer met earlier in the same run.
struct Seen {
    row: u64,
    customer: CustomerInput,
    contacts: Vec<ContactInput>,
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
        seen.insert(input.code.clone(), Seen { row, customer, contacts: input.contact.clone().into_iter().collect() });
        return Ok(Before::Nothing);
    };
    if known.customer != customer {
        return Err(RowProblem::new(&input.code, format!("row {} says something else of this customer", known.row)));
    }
    match &input.contact {
        Some(contact) if !known.contacts.contains(contact) => {
            known.contacts.push(contact.clone());
            Ok(Before::Customer)
        }
        _ => Ok(Before::Same),
    }
}

async fn write(run: &mut Run, file: &str, terms: &Terms, rows: Vec<Read>) -> Result<(), ImportError> {
    if rows.is_empty() {
        return Ok(());
    }
    let clock = run.state.clock.clone();
    let mut done = Vec::with_capacity(rows.len());
    if run.is_dry() {
        let mut connection = run.state.db.read().await?;
        for (number, input, before) in &rows {
            // Nothing was written, so the register does not know the customer an earlier row brought.
            let outcome = take(&mut connection, &clock, input, terms, true).await?;
            done.push((*number, if *before == Before::Customer { outcome.map(|_| Outcome::Changed) } else { outcome }));
        }
    } else {
        let mut tx = run.write().await?;
        for (number, input, _) in &rows {
            done.push((*number, take(&mut tx, &clock, input, terms, false).await?));
        }
        tx.commit().await?;
    }
    for (number, outcome) in done {
        match outcome {
            Ok(outcome) => run.count(outcome),
            Err(problem) => run.refuse(file, number, problem),
        }
    }
    Ok(())
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
    });
    let set = |field: &mut String, value: &Option<String>| {
        if let Some(value) = value {
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

/// Stores what one row says, or only tells what it would do.
async fn take(
    connection: &mut AnyConnection,
    clock: &Clock,
    input: &CustomerInput,
    terms: &Terms,
    dry_run: bool,
) -> anyhow::Result<Result<Outcome, RowProblem>> {
    if let Some(code) = &input.price_type
        && !terms.price_types.contains(code)
    {
        return Ok(Err(RowProblem::new(code, "no such price type")));
    }
    let now = clock.now_ms();
    let before = store::customer(connection, &input.code).await?;
    let after = applied(before.as_ref(), input, terms, || clock.new_id().to_string());
    let mut changed = before.as_ref() != Some(&after);
    if changed && !dry_run {
        store::put_customer(connection, &after, &fold(&after.name), now).await?;
    }
    if let Some(contact) = &input.contact {
        changed |= take_contact(connection, clock, &after.id, contact, dry_run).await?;
    }
    Ok(Ok(match (before, changed) {
        (None, _) => Outcome::Created,
        (Some(_), true) => Outcome::Changed,
        (Some(_), false) => Outcome::Unchanged,
    }))
}

async fn take_contact(connection: &mut AnyConnection, clock: &Clock, customer: &str, input: &ContactInput, dry_run: bool) -> anyhow::Result<bool> {
    let now = clock.now_ms();
    let contacts = store::contacts(connection, customer).await?;
    let before = find(&contacts, input);
    let mut after =
        before.cloned().unwrap_or_else(|| Contact { id: clock.new_id().to_string(), name: String::new(), email: String::new(), phone: String::new() });
    if !input.email.is_empty() && !after.email.eq_ignore_ascii_case(&input.email) {
        after.email.clone_from(&input.email);
    }
    if let Some(name) = input.name.as_ref().filter(|name| !name.is_empty()) {
        after.name.clone_from(name);
    }
    if let Some(phone) = &input.phone {
        after.phone.clone_from(phone);
    }
    let mut changed = before != Some(&after);
    if changed && !dry_run {
        store::put_contact(connection, customer, &after, now).await?;
    }
    if let Some(consent) = input.consent {
        let state = if consent { "granted" } else { "withdrawn" };
        let known = store::consent(connection, &after.id).await?;
        if known.as_deref() != Some(state) {
            changed = true;
            if !dry_run {
                let source = if input.consent_source.is_empty() { "import" } else { &input.consent_source };
                store::add_consent(connection, &clock.new_id().to_string(), &after.id, state, source, now).await?;
            }
        }
    }
    Ok(changed)
}

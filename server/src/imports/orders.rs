//! Import of the order history: headers and lines together, or flat lines. Whole documents go in, some hundred lines a
//! transaction, so that orders placed meanwhile do not wait; a document of the history starts no mail, no posting and
//! no job. The history's prices are read in the firm's VAT mode, each line at its product's rate.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use kontor_shared::catalog::ProductKind;
use kontor_shared::import::RowProblem;
use kontor_shared::import::orders::{FIELDS, Shape, check_terms, read_header, read_line};
use kontor_shared::money::{Currency, Percent};
use kontor_shared::words::imports as words;
use sqlx::AnyConnection;

use self::gather::{Gathered, Known, MOST_ROWS, Place, Product, Ready, Taken};
use self::store::{Statements, Stored, Terms};
use super::run::Tally;
use super::{ImportError, Run, SourceFile, Table, blocking, open};
use crate::firm::FirmSettings;

mod gather;
mod store;

/// Lines, and documents, of one transaction: it holds SQLite's writer, and orders placed meanwhile wait for it.
const LINES_A_TRANSACTION: usize = 500;
const DOCUMENTS_A_TRANSACTION: usize = 100;

/// Reads all files, judges document by document and writes what can be taken.
pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    super::products_only(&run.options)?;
    let mut tables = Vec::new();
    for file in files {
        let table = open(file, FIELDS, &run.options.map).await?;
        let shape = Shape::of(&table.columns).map_err(|missing| refused(format!("{}: {missing}", table.name)))?;
        for note in &table.notes {
            run.note(note.clone());
        }
        tables.push((shape, table));
    }
    check_shapes(&tables)?;
    // Headers first: the order files are given in says nothing.
    tables.sort_by_key(|(shape, _)| *shape != Shape::Headers);
    let names: Vec<String> = tables.iter().map(|(_, table)| table.name.clone()).collect();
    let mut tally = std::mem::take(&mut run.tally);
    let firm = run.state.firm().await?;
    let currency = run.options.currency.unwrap_or(firm.currency);
    let (mut gathered, tally) = blocking(move || {
        let gathered = gather(&tables, currency, &mut tally)?;
        Ok((gathered, tally))
    })
    .await?;
    run.tally = tally;

    let mut connection = run.state.db.read().await?;
    let known = known(&mut connection, &firm, currency).await?;
    drop(connection);
    let writer = Writer { statements: Statements::new(), terms: Terms { currency, vat_mode: firm.vat_mode, vat_method: firm.vat_method } };
    let mut batch = Batch::default();
    let documents = gathered.documents();
    for index in 0..documents {
        let judged = gathered.judge(index, &known);
        run.tally.unchanged += judged.repeats;
        for (place, problem) in judged.refused {
            run.refuse(&names[usize::from(place.file)], u64::from(place.row), problem);
        }
        if let Some(ready) = judged.ready {
            batch.push(ready);
        }
        if batch.is_full() || index + 1 == documents {
            writer.write(run, std::mem::take(&mut batch), &names).await?;
        }
        if index % 2500 == 2499 {
            run.progress(&format!("orders: {} of {documents}", index + 1));
        }
    }
    run.complete(async |_| Ok(())).await
}

fn refused(detail: String) -> ImportError {
    ImportError::Refused { code: "no_columns", detail }
}

/// Lines need their headers, and flat files need neither.
fn check_shapes(tables: &[(Shape, Table)]) -> Result<(), ImportError> {
    let has = |wanted: Shape| tables.iter().any(|(shape, _)| *shape == wanted);
    match (has(Shape::Headers), has(Shape::Lines), has(Shape::Flat)) {
        (true, true, false) | (false, false, true) => Ok(()),
        (true, false, false) => Err(refused("these are the headers of orders; give the file of their lines with it".into())),
        (false, true, false) => Err(refused("these are the lines of orders; give the file of their headers with it".into())),
        _ => Err(refused("give either headers with their lines, or flat lines that repeat their header".into())),
    }
}

fn gather(tables: &[(Shape, Table)], currency: Currency, tally: &mut Tally) -> Result<Gathered, ImportError> {
    let mut gathered = Gathered::default();
    for (file, (shape, table)) in tables.iter().enumerate() {
        let columns = &table.columns;
        let numeric: Vec<usize> = ["quantity", "price", "total"].iter().filter_map(|field| columns.find(field)).collect();
        let marks = table.decimal_marks(&numeric);
        for row in table.rows() {
            if gathered.rows() >= MOST_ROWS {
                return Err(ImportError::Refused { code: "too_large", detail: format!("more than {MOST_ROWS} rows; import the history in parts") });
            }
            let row = match row {
                Ok(row) => row,
                Err((number, problem)) => {
                    tally.refuse(&table.name, number, problem);
                    continue;
                }
            };
            let place = Place { file: file as u16, row: u32::try_from(row.number).unwrap_or(u32::MAX) };
            let cells = row.cells();
            let fits = check_terms(columns, &cells, currency);
            let taken = match shape {
                Shape::Headers => fits.and_then(|()| read_header(columns, &marks, &cells)).map(|header| gathered.header(place, header)),
                Shape::Lines => fits.and_then(|()| read_line(columns, &marks, &cells)).map(|line| gathered.line(place, line)),
                Shape::Flat => fits
                    .and_then(|()| read_header(columns, &marks, &cells))
                    .and_then(|header| Ok((header, read_line(columns, &marks, &cells)?)))
                    .map(|(header, line)| gathered.flat(place, header, line)),
            };
            let problem = match taken {
                Ok(Taken::Held) => continue,
                Ok(Taken::Repeat) => {
                    tally.unchanged += 1;
                    continue;
                }
                Ok(Taken::Refused(problem)) => problem,
                Err(problem) => {
                    let number = columns.shown("number", &cells).unwrap_or("");
                    match shape {
                        Shape::Headers => gathered.refused_header(place, number),
                        Shape::Lines | Shape::Flat => gathered.refused_line(number),
                    }
                    problem
                }
            };
            tally.refuse(&table.name, row.number, problem);
        }
    }
    Ok(gathered)
}

async fn known(connection: &mut AnyConnection, firm: &FirmSettings, currency: Currency) -> anyhow::Result<Known> {
    let customers = store::customers(connection).await?.into_iter().map(|(code, id)| (code, Arc::from(id))).collect();
    let mut products = HashMap::new();
    for (code, name, unit, vat_rate, kind) in store::products(connection).await? {
        let goods = ProductKind::parse(&kind).with_context(|| format!("stored kind of product {kind:?}"))?.is_goods();
        let product = Product { code: code.as_str().into(), name: name.into(), unit: unit.into(), vat_rate: Percent::from_raw(vat_rate), goods };
        products.insert(code, Arc::new(product));
    }
    Ok(Known { customers, products, zone: firm.time_zone()?, currency, vat_mode: firm.vat_mode, vat_method: firm.vat_method })
}

/// Documents to be written in one transaction.
#[derive(Default)]
struct Batch {
    ready: Vec<Ready>,
    lines: usize,
}

impl Batch {
    fn push(&mut self, ready: Ready) {
        self.lines += ready.lines.len();
        self.ready.push(ready);
    }
    fn is_full(&self) -> bool {
        self.lines >= LINES_A_TRANSACTION || self.ready.len() >= DOCUMENTS_A_TRANSACTION
    }
}

struct Writer {
    statements: Statements,
    terms: Terms,
}

impl Writer {
    /// Writes a batch in a transaction of its own; a dry run only compares.
    async fn write(&self, run: &mut Run, batch: Batch, names: &[String]) -> Result<(), ImportError> {
        if batch.ready.is_empty() {
            return Ok(());
        }
        let mut tally = std::mem::take(&mut run.tally);
        if run.is_dry() {
            let mut connection = run.state.db.read().await?;
            self.write_in(&mut connection, true, batch, names, &mut tally).await?;
        } else {
            let mut tx = run.write().await?;
            self.write_in(&mut tx, false, batch, names, &mut tally).await?;
            tx.commit().await?;
        }
        run.tally = tally;
        Ok(())
    }

    async fn write_in(&self, connection: &mut AnyConnection, dry: bool, batch: Batch, names: &[String], tally: &mut Tally) -> anyhow::Result<()> {
        let numbers: Vec<Arc<str>> = batch.ready.iter().map(|ready| ready.number.clone()).collect();
        let mut stored: HashMap<String, Stored> = store::stored(connection, &numbers).await?.into_iter().map(|row| (row.number.clone(), row)).collect();
        let mut new: Vec<(Arc<str>, Ready)> = Vec::new();
        for ready in batch.ready {
            match stored.remove(&*ready.number) {
                None => {
                    tally.created += ready.rows();
                    new.push((ready.id().to_string().into(), ready));
                }
                Some(row) if row.source != "import" => {
                    for place in ready.places() {
                        let problem = RowProblem::new(&*ready.number, words::NUMBER_TAKEN);
                        tally.refuse(&names[usize::from(place.file)], u64::from(place.row), problem);
                    }
                }
                Some(row) if row.body_hash == ready.hash => tally.unchanged += ready.rows(),
                Some(row) => {
                    compare(connection, &row, &ready, tally).await?;
                    if !dry {
                        store::replace(connection, &self.statements, self.terms, &row.id.into(), &ready).await?;
                    }
                }
            }
        }
        if !dry {
            store::insert(connection, &self.statements, self.terms, &new).await?;
        }
        Ok(())
    }
}

/// Counts the rows of a document that the files now tell otherwise.
async fn compare(connection: &mut AnyConnection, row: &Stored, ready: &Ready, tally: &mut Tally) -> anyhow::Result<()> {
    let mut lines: HashMap<i64, (String, i64, Option<i64>)> =
        store::lines(connection, &row.id).await?.into_iter().map(|(no, code, quantity, price)| (no, (code, quantity, price))).collect();
    let mut differs = (row.customer_id.as_deref(), row.kind.as_str(), row.ordered_at) != (ready.customer.as_deref(), ready.kind.word(), ready.at_ms);
    let (mut created, mut changed, mut unchanged) = (0, 0, 0);
    for line in &ready.lines {
        match lines.remove(&line.no) {
            None => created += 1,
            Some((code, quantity, price)) if (code.as_str(), quantity, price) == (&*line.product.code, line.quantity.raw(), Some(line.price.raw())) => {
                unchanged += 1
            }
            Some(_) => changed += 1,
        }
    }
    // Lines that are gone, or what only the whole document shows (its currency, whether it counts), change the header.
    differs |= !lines.is_empty() || created + changed == 0;
    tally.created += created;
    match (ready.header.is_some(), differs) {
        (true, true) => changed += 1,
        (true, false) => unchanged += 1,
        // Flat lines all repeat the header that changed.
        (false, true) => (changed, unchanged) = (changed + unchanged, 0),
        (false, false) => {}
    }
    tally.changed += changed;
    tally.unchanged += unchanged;
    Ok(())
}

impl Ready {
    fn rows(&self) -> u64 {
        self.lines.len() as u64 + u64::from(self.header.is_some())
    }
    fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.header.into_iter().chain(self.lines.iter().map(|line| line.place))
    }
}

//! `import products`: judges every row against the catalogue as it is visible, then stages what is new or changed.

use std::collections::{HashMap, HashSet};

use kontor_shared::import::products::{Defaults, FIELDS, FileFacts, PROMOTION, PriceInput, ProductInput, Revision, apply, read_row};
use kontor_shared::import::{Cell, RowProblem};
use kontor_shared::money::{Currency, Price};
use kontor_shared::words::imports::{self as words, Said};

use super::run::Tally;
use super::{ImportError, Options, Outcome, Run, SourceFile, Table, blocking, open_all};
use crate::catalog::{self, Catalogue, PriceType};
use crate::firm::FirmSettings;
use crate::time::day_in;

mod shops;
mod stage;
mod steps;

use shops::{refuse_several_shops, shop_code};
pub(super) use stage::{clear_crashed, stage_groups};

pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    let firm = run.state.firm().await?;
    let tables = open_all(run, files, FIELDS, &["code"]).await?;
    let visible = clear_crashed(run).await?;
    let catalogue = {
        let mut connection = run.state.db.read().await?;
        catalog::load(&mut connection, visible).await?
    };
    run.progress("judging rows");
    let tally = std::mem::take(&mut run.tally);
    let options = run.options.clone();
    let settings = (*firm).clone();
    let today = day_in(&firm.time_zone()?, run.state.clock.now_ms());
    let mut judged = blocking(move || Judge::new(catalogue, options, &settings, &today, tally).all(&tables)).await?;
    run.tally = std::mem::take(&mut judged.tally);
    stage::stage(run, &judged, firm.lang).await?;
    let (seq, changed) = (run.seq, judged.changes_anything());
    run.complete(async move |connection| {
        if changed {
            catalog::store::show(connection, seq).await?;
        }
        Ok(())
    })
    .await
}

/// The index of a price type, and the quantity its price holds from: zero for any.
type At = (usize, i64);

/// What rows of a run made of one product.
struct Pending {
    id: Option<String>,
    /// The new revision, where the row made one.
    after: Option<Revision>,
    /// Prices this run sets.
    prices: Vec<(At, Option<Price>)>,
    /// Of these, the ones that differ from what is stored.
    changed_prices: Vec<(At, Option<Price>)>,
    input: ProductInput,
    file: usize,
    row: u64,
}

impl Pending {
    /// Whether there is anything to write.
    fn is_touched(&self) -> bool {
        self.after.is_some() || !self.changed_prices.is_empty()
    }
}

struct Judge {
    catalogue: Catalogue,
    options: Options,
    defaults: Defaults,
    default_type: String,
    firm_currency: Currency,
    /// Index of price types that this run adds begins here.
    stored_types: usize,
    tally: Tally,
    pending: Vec<Pending>,
    by_code: HashMap<String, usize>,
    names: Vec<String>,
    /// Shop values and what they are called as price types.
    shop_types: HashMap<String, String>,
}

impl Judge {
    fn new(catalogue: Catalogue, options: Options, firm: &FirmSettings, today: &str, tally: Tally) -> Self {
        Self {
            stored_types: catalogue.price_types.len(),
            catalogue,
            options,
            defaults: Defaults::new(firm.vat_rate_on(today), firm.lang),
            default_type: firm.customer_price_type.clone(),
            firm_currency: firm.currency,
            tally,
            pending: Vec::new(),
            by_code: HashMap::new(),
            names: Vec::new(),
            shop_types: HashMap::new(),
        }
    }

    fn all(mut self, tables: &[Table]) -> Result<Self, ImportError> {
        for table in tables {
            self.names.push(table.name.clone());
            self.table(table)?;
        }
        self.note_steps();
        self.tally.groups_created = self.catalogue.groups.created();
        Ok(self)
    }

    fn table(&mut self, table: &Table) -> Result<(), ImportError> {
        let facts = facts(table, &self.default_type);
        let column = |name: &str| named_column(table, name);
        let only = self.options.only.clone().map(|(name, value)| column(&name).map(|at| (at, value))).transpose()?;
        let type_column = self.options.price_type_from.clone().map(|name| column(&name)).transpose()?;
        if type_column.is_none() && !facts.price_columns.is_empty() {
            refuse_several_shops(table, &facts, only.as_ref())?;
        }
        self.refuse_other_currency(table, &facts)?;
        let file_currency = self.file_currency(table, &facts);
        let mut left_aside = 0_u64;
        for row in table.rows() {
            let row = match row {
                Ok(row) => row,
                Err((number, problem)) => {
                    self.tally.refuse(&table.name, number, problem);
                    continue;
                }
            };
            let cells = row.cells();
            if let Some((at, value)) = &only
                && shown(&cells, *at) != value
            {
                left_aside += 1;
                continue;
            }
            let price_type = type_column.map(|at| shown(&cells, at));
            match self.row(&facts, &cells, price_type, file_currency, row.number) {
                Ok(outcome) => self.tally.count(outcome),
                Err(problem) => self.tally.refuse(&table.name, row.number, problem),
            }
        }
        if let Some((at, value)) = &only {
            let header = table.columns.headers.get(*at).map_or("", String::as_str);
            self.tally.note(Said::with(words::NOTE_ROWS_LEFT, &[("file", &table.name), ("rows", &left_aside), ("column", &header), ("value", value)]));
            if self.tally.read() == 0 {
                return Err(ImportError::Refused { code: "no_rows", detail: format!("{}: no row where {header} is {value}", table.name) });
            }
        }
        Ok(())
    }

    /// Refuses a file whose headers name another currency than the one asked for.
    fn refuse_other_currency(&self, table: &Table, facts: &FileFacts) -> Result<(), ImportError> {
        let Some(asked) = self.options.currency else { return Ok(()) };
        let other = facts.price_columns.iter().find_map(|from| from.currency.filter(|named| *named != asked).map(|named| (from.column, named)));
        let Some((column, named)) = other else { return Ok(()) };
        let header = table.columns.headers.get(column).map_or("", String::as_str);
        Err(ImportError::Refused {
            code: "bad_option",
            detail: format!("{}: the prices of the column \"{header}\" are in {named}, not in {asked}, the currency asked for", table.name),
        })
    }

    /// The currency of prices that neither their column nor their row names one for.
    fn file_currency(&mut self, table: &Table, facts: &FileFacts) -> Option<Currency> {
        let named: HashSet<Currency> = facts.price_columns.iter().filter_map(|from| from.currency).collect();
        // One currency in all headers that name any is the file's; of two, neither is the other columns'.
        let from_headers = named.iter().next().copied().filter(|_| named.len() == 1);
        if let Some(currency) = self.options.currency.or(from_headers) {
            return Some(currency);
        }
        // Of several currencies in one file, the commonest is the one a new price type takes.
        let column = table.columns.find("currency")?;
        let mut counts: HashMap<Currency, u64> = HashMap::new();
        for row in table.rows().flatten() {
            if let Some(currency) = kontor_shared::import::read_currency(shown(&row.cells(), column)) {
                *counts.entry(currency).or_default() += 1;
            }
        }
        counts.into_iter().max_by_key(|(currency, count)| (*count, std::cmp::Reverse(*currency))).map(|(currency, _)| currency)
    }

    fn row(
        &mut self,
        facts: &FileFacts,
        cells: &[Cell],
        price_type: Option<&str>,
        file_currency: Option<Currency>,
        number: u64,
    ) -> Result<Outcome, RowProblem> {
        let mut input = read_row(facts, cells)?;
        if let Some(value) = price_type {
            if value.is_empty() {
                return Err(RowProblem::new(input.code, words::NO_PRICE_TYPE_NAMED));
            }
            let code = self.shop_type(value);
            for price in &mut input.prices {
                price.price_type = if price.price_type == PROMOTION { format!("{code}-{PROMOTION}") } else { code.clone() };
            }
        }
        if let (Some(asked), Some(named)) = (self.options.currency, input.currency)
            && asked != named
        {
            return Err(RowProblem::new(named.code(), Said::with(words::OTHER_CURRENCY, &[("currency", &asked)])));
        }
        if let Some(at) = self.by_code.get(&input.code).copied() {
            return self.again(at, input, file_currency);
        }
        let known = self.catalogue.products.get(&input.code);
        let (id, before) = (known.map(|known| known.id.clone()), known.map(|known| known.revision.clone()));
        // Judged without its group first: a refused row makes no group.
        apply(before.as_ref(), &input, None, &self.defaults)?;
        let prices = self.typed_prices(&input, file_currency)?;
        let group = match &input.group {
            Some(path) if path.iter().any(|part| !part.is_empty()) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                Some(self.catalogue.groups.resolve(&path, self.options.strict_groups)?)
            }
            _ => None,
        };
        let after = apply(before.as_ref(), &input, group, &self.defaults)?;
        let is_new = before.is_none();
        let after = (before.as_ref() != Some(&after)).then_some(after);
        let changed_prices = self.changed_prices(&input.code, &prices);
        let outcome = match &after {
            _ if is_new => Outcome::Created,
            None if changed_prices.is_empty() => Outcome::Unchanged,
            _ => Outcome::Changed,
        };
        self.by_code.insert(input.code.clone(), self.pending.len());
        let file = self.names.len() - 1;
        self.pending.push(Pending { id, after, prices, changed_prices, input, file, row: number });
        Ok(outcome)
    }

    /// A code that stood in an earlier row: the same again is unchanged, another shop's prices are added, anything
    /// else contradicts the first row, which stands.
    fn again(&mut self, at: usize, input: ProductInput, file_currency: Option<Currency>) -> Result<Outcome, RowProblem> {
        let first = &self.pending[at];
        let contradicts = RowProblem::new(input.code.clone(), Said::with(words::CODE_TWICE, &[("row", &first.row), ("file", &self.names[first.file])]));
        if self.options.price_type_from.is_none() {
            return if first.input == input { Ok(Outcome::Unchanged) } else { Err(contradicts) };
        }
        let bare = |input: &ProductInput| ProductInput { prices: Vec::new(), ..input.clone() };
        if bare(&first.input) != bare(&input) {
            return Err(contradicts);
        }
        let prices = self.typed_prices(&input, file_currency)?;
        let first = &self.pending[at];
        let is_known = |price_type: At| first.prices.iter().find(|(known, _)| *known == price_type);
        if prices.iter().any(|(price_type, price)| is_known(*price_type).is_some_and(|(_, known)| known != price)) {
            return Err(contradicts);
        }
        let added: Vec<_> = prices.into_iter().filter(|(price_type, _)| is_known(*price_type).is_none()).collect();
        let changed = self.changed_prices(&input.code, &added);
        let outcome = if changed.is_empty() { Outcome::Unchanged } else { Outcome::Changed };
        self.pending[at].prices.extend(added);
        self.pending[at].changed_prices.extend(changed);
        Ok(outcome)
    }

    /// A row's prices by price type; each type has one.
    fn typed_prices(&mut self, input: &ProductInput, file_currency: Option<Currency>) -> Result<Vec<(At, Option<Price>)>, RowProblem> {
        let mut found: Vec<(At, Option<Price>)> = Vec::with_capacity(input.prices.len());
        for one in &input.prices {
            let at = (self.type_index(one, file_currency), one.from.raw());
            match found.iter().find(|(known, _)| *known == at) {
                Some((_, price)) if *price == one.price => {}
                Some(_) => {
                    let code = &self.catalogue.price_types[at.0].code;
                    return Err(RowProblem::new(input.code.clone(), Said::with(words::TYPE_TWICE, &[("code", code)])));
                }
                None => found.push((at, one.price)),
            }
        }
        self.check_steps(&input.code, &found)?;
        Ok(found)
    }

    /// The price type of `code` in a currency. A price type holds one currency: prices in another go to a price type
    /// beside it, `wholesale-bgn`, rather than being refused or mistaken.
    fn type_index(&mut self, price: &PriceInput, file_currency: Option<Currency>) -> usize {
        let code = price.price_type.as_str();
        let types = &self.catalogue.price_types;
        let find = |code: &str| types.iter().position(|known| known.code == code);
        let base = find(code);
        let currency = price.currency.or(file_currency).or_else(|| base.map(|at| types[at].currency)).unwrap_or(self.firm_currency);
        let (code, taken) = match base {
            Some(at) if types[at].currency == currency => return at,
            Some(_) => (format!("{code}-{}", currency.code().to_lowercase()), true),
            None => {
                // A new type takes its column's currency, or the file's commonest; rarer ones go beside it.
                let main = price.column_currency.or(file_currency).unwrap_or(currency);
                if main == currency { (code.to_string(), false) } else { (format!("{code}-{}", currency.code().to_lowercase()), true) }
            }
        };
        if let Some(at) = find(&code) {
            return at;
        }
        if taken {
            self.tally.note(Said::with(words::NOTE_OTHER_CURRENCY, &[("currency", &currency), ("code", &code)]));
        }
        self.catalogue.price_types.push(PriceType { name: String::new(), code, currency });
        self.catalogue.price_types.len() - 1
    }

    fn changed_prices(&self, code: &str, prices: &[(At, Option<Price>)]) -> Vec<(At, Option<Price>)> {
        let known = self.catalogue.products.get(code);
        let stored = |(price_type, from): At| {
            let known = known?;
            if from == 0 {
                return known.prices.iter().find(|(at, _)| *at == price_type).map(|(_, price)| *price);
            }
            known.tiers.iter().find(|(at, tier)| *at == price_type && tier.from == from).map(|(_, tier)| Price::from_raw(tier.price))
        };
        prices.iter().filter(|(at, price)| stored(*at) != *price).copied().collect()
    }

    /// The price type code of a shop: its name in plain letters, short, the same every time.
    fn shop_type(&mut self, value: &str) -> String {
        self.shop_types.entry(value.to_string()).or_insert_with(|| shop_code(value)).clone()
    }

    fn changes_anything(&self) -> bool {
        self.catalogue.groups.touched().next().is_some() || self.pending.iter().any(Pending::is_touched)
    }
}

/// What the whole file tells: price columns, decimal marks, whether VAT is a fraction.
fn facts(table: &Table, default_type: &str) -> FileFacts {
    let numeric: Vec<usize> = table
        .columns
        .used
        .iter()
        .filter(|(field, _)| field.starts_with("price") || matches!(field.as_str(), "pack" | "min" | "max" | "stock" | "vat"))
        .map(|(_, at)| *at)
        .collect();
    let marks = table.decimal_marks(&numeric);
    let vat_as_fraction = table.columns.find("vat").is_some_and(|at| {
        let mut any = false;
        let none_above_one = table.rows().flatten().all(|row| {
            let cells = row.cells();
            let value = shown(&cells, at);
            let fraction = value.starts_with("0.") || value.starts_with("0,");
            any |= fraction;
            fraction || value.is_empty() || value == "0"
        });
        any && none_above_one
    });
    FileFacts::new(table.columns.clone(), default_type, marks, vat_as_fraction)
}

fn named_column(table: &Table, name: &str) -> Result<usize, ImportError> {
    let headers = &table.columns.headers;
    let folded = kontor_shared::import::fold_header(name);
    let found = headers
        .iter()
        .position(|header| header.trim() == name)
        .or_else(|| headers.iter().position(|header| kontor_shared::import::fold_header(header) == folded));
    found.ok_or_else(|| ImportError::Refused {
        code: "bad_option",
        detail: format!("{}: there is no column \"{name}\" among: {}", table.name, headers.join(", ")),
    })
}

/// What a cell shows.
fn shown<'a>(cells: &[Cell<'a>], at: usize) -> &'a str {
    cells.get(at).map_or("", |cell| cell.shown())
}

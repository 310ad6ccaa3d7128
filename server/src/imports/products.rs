//! `import products`: judges every row against the catalogue as it is visible, then stages what is new or changed.

use std::collections::{BTreeSet, HashMap, HashSet};

use kontor_shared::import::products::{Defaults, FIELDS, FileFacts, PROMOTION, PriceInput, ProductInput, Revision, apply, read_prices, read_row};
use kontor_shared::import::{Cell, RowProblem, shorten};
use kontor_shared::money::{Currency, Price};
use kontor_shared::words::Lang;
use kontor_shared::words::imports::{self as words, Said};
use sha2::{Digest, Sha256};

use super::run::Tally;
use super::{ImportError, MOST_IN_TRANSACTION, Options, Outcome, Run, SourceFile, Table, blocking, open_all, store};
use crate::catalog::{self, Catalogue, PriceType};
use crate::firm::FirmSettings;

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
    let mut judged = blocking(move || Judge::new(catalogue, options, &settings, tally).all(&tables)).await?;
    run.tally = std::mem::take(&mut judged.tally);
    stage(run, &judged, firm.lang).await?;
    let (seq, changed) = (run.seq, judged.changes_anything());
    run.complete(async move |connection| {
        if changed {
            catalog::store::show(connection, seq).await?;
        }
        Ok(())
    })
    .await
}

/// Deletes what crashed runs staged, in short transactions, and gives the visible seq.
pub(super) async fn clear_crashed(run: &Run) -> Result<i64, ImportError> {
    let visible = {
        let mut connection = run.state.db.read().await?;
        catalog::store::visible_seq(&mut connection).await?
    };
    if run.is_dry() {
        return Ok(visible);
    }
    loop {
        let mut tx = run.write().await?;
        let deleted = catalog::store::delete_garbage(&mut tx, visible, run.seq, MOST_IN_TRANSACTION as i64).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(visible);
        }
    }
}

/// What rows of a run made of one product.
struct Pending {
    id: Option<String>,
    /// The new revision, where the row made one.
    after: Option<Revision>,
    /// Prices this run sets, by price type index.
    prices: Vec<(usize, Option<Price>)>,
    /// Of these, the ones that differ from what is stored.
    changed_prices: Vec<(usize, Option<Price>)>,
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
    fn new(catalogue: Catalogue, options: Options, firm: &FirmSettings, tally: Tally) -> Self {
        Self {
            stored_types: catalogue.price_types.len(),
            catalogue,
            options,
            defaults: Defaults::new(firm.default_vat_rate, firm.lang),
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
        let is_known = |price_type: usize| first.prices.iter().find(|(known, _)| *known == price_type);
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
    fn typed_prices(&mut self, input: &ProductInput, file_currency: Option<Currency>) -> Result<Vec<(usize, Option<Price>)>, RowProblem> {
        let mut found: Vec<(usize, Option<Price>)> = Vec::with_capacity(input.prices.len());
        for one in &input.prices {
            let at = self.type_index(one, file_currency);
            match found.iter().find(|(known, _)| *known == at) {
                Some((_, price)) if *price == one.price => {}
                Some(_) => {
                    let code = &self.catalogue.price_types[at].code;
                    return Err(RowProblem::new(input.code.clone(), Said::with(words::TYPE_TWICE, &[("code", code)])));
                }
                None => found.push((at, one.price)),
            }
        }
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

    fn changed_prices(&self, code: &str, prices: &[(usize, Option<Price>)]) -> Vec<(usize, Option<Price>)> {
        let stored = self.catalogue.products.get(code).map_or(&[][..], |known| &known.prices[..]);
        prices.iter().filter(|(at, price)| stored.iter().find(|(known, _)| known == at).map(|(_, price)| *price) != *price).copied().collect()
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

/// Refuses a file in which shops have their own prices for the same code, naming them. Several shops with the same
/// prices are one price list.
fn refuse_several_shops(table: &Table, facts: &FileFacts, only: Option<&(usize, String)>) -> Result<(), ImportError> {
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
fn shop_code(value: &str) -> String {
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
fn type_name(code: &str, currency: Currency, lang: Lang, shops: &HashMap<String, String>) -> String {
    let (base, suffix) = match code.strip_suffix(&format!("-{}", currency.code().to_lowercase())) {
        Some(base) => (base, format!(" ({currency})")),
        None => (code, String::new()),
    };
    let promotion = match lang {
        Lang::En => "promotion",
        Lang::Ru => "акция",
        Lang::Bg => "промоция",
    };
    let shop = |code: &str| shops.iter().find(|(_, known)| *known == code).map(|(name, _)| shorten(name));
    if let Some(name) = shop(base) {
        return format!("{name}{suffix}");
    }
    if let Some(name) = base.strip_suffix(&format!("-{PROMOTION}")).and_then(shop) {
        return format!("{name}: {promotion}{suffix}");
    }
    let name = match (base, lang) {
        ("wholesale", Lang::En) => "Wholesale",
        ("wholesale", Lang::Ru) => "Опт",
        ("wholesale", Lang::Bg) => "На едро",
        ("retail", Lang::En) => "Retail",
        ("retail", Lang::Ru) => "Розница",
        ("retail", Lang::Bg) => "На дребно",
        ("dealer", Lang::En) => "Dealer",
        ("dealer", Lang::Ru) => "Дилерская",
        ("dealer", Lang::Bg) => "Дилърска",
        (PROMOTION, Lang::En) => "Promotion",
        (PROMOTION, Lang::Ru) => "Акция",
        (PROMOTION, Lang::Bg) => "Промоция",
        (other, _) => other,
    };
    format!("{name}{suffix}")
}

/// Writes the groups that are new or changed.
pub(super) async fn stage_groups(run: &Run, tree: &kontor_shared::import::groups::GroupTree) -> Result<(), ImportError> {
    if run.is_dry() {
        return Ok(());
    }
    let touched: Vec<_> = tree.touched().map(|(code, group)| (code.to_string(), group.clone())).collect();
    for chunk in touched.chunks(MOST_IN_TRANSACTION) {
        let mut tx = run.write().await?;
        catalog::store::insert_groups(&mut tx, run.seq, chunk).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Writes what is new or changed, at most [`MOST_IN_TRANSACTION`] rows at a time.
async fn stage(run: &Run, judged: &Judge, lang: Lang) -> Result<(), ImportError> {
    if run.is_dry() {
        return Ok(());
    }
    let types = &judged.catalogue.price_types;
    if types.len() > judged.stored_types {
        let mut tx = run.write().await?;
        store::lock_catalogue(&mut tx, run.state.db.for_update()).await?;
        for (at, price_type) in types.iter().enumerate().skip(judged.stored_types) {
            let name = type_name(&price_type.code, price_type.currency, lang, &judged.shop_types);
            catalog::store::insert_price_type(&mut tx, &price_type.code, &name, price_type.currency.code(), at as i64).await?;
        }
        tx.commit().await?;
    }
    stage_groups(run, &judged.catalogue.groups).await?;
    let mut batch = Batch::default();
    let touched = judged.pending.iter().filter(|product| product.is_touched());
    let mut done = 0_u64;
    for product in touched {
        if batch.rows() + 2 > MOST_IN_TRANSACTION {
            std::mem::take(&mut batch).write(run, types).await?;
        }
        let id = batch.add(run, product);
        for (at, price) in &product.changed_prices {
            // One product may have more price types than a transaction takes rows.
            if batch.rows() == MOST_IN_TRANSACTION {
                std::mem::take(&mut batch).write(run, types).await?;
            }
            batch.prices.push((id.clone(), *at, *price));
        }
        done += 1;
        if done.is_multiple_of(10_000) {
            run.progress(&format!("{done} goods staged"));
        }
    }
    batch.write(run, types).await
}

#[derive(Default)]
struct Batch<'a> {
    products: Vec<(String, &'a str)>,
    revisions: Vec<(String, &'a Revision)>,
    prices: Vec<(String, usize, Option<Price>)>,
}

impl<'a> Batch<'a> {
    fn rows(&self) -> usize {
        self.products.len() + self.revisions.len() + self.prices.len()
    }

    /// Adds the product itself and gives its id.
    fn add(&mut self, run: &Run, product: &'a Pending) -> String {
        let id = match &product.id {
            Some(id) => id.clone(),
            None => {
                let id = run.state.clock.new_id().to_string();
                self.products.push((id.clone(), &product.input.code));
                id
            }
        };
        if let Some(after) = &product.after {
            self.revisions.push((id.clone(), after));
        }
        id
    }

    async fn write(self, run: &Run, types: &[PriceType]) -> Result<(), ImportError> {
        if self.rows() == 0 {
            return Ok(());
        }
        if self.rows() > MOST_IN_TRANSACTION {
            return Err(ImportError::Failed(anyhow::anyhow!("a transaction of {} rows would hold up orders", self.rows())));
        }
        let mut tx = run.write().await?;
        if !self.products.is_empty() {
            let rows: Vec<(&str, &str)> = self.products.iter().map(|(id, code)| (id.as_str(), *code)).collect();
            catalog::store::insert_products(&mut tx, run.seq, &rows).await?;
        }
        if !self.revisions.is_empty() {
            let rows: Vec<(&str, &Revision)> = self.revisions.iter().map(|(id, revision)| (id.as_str(), *revision)).collect();
            catalog::store::insert_revisions(&mut tx, run.seq, &rows).await?;
        }
        if !self.prices.is_empty() {
            let rows: Vec<(&str, &str, Option<i64>)> =
                self.prices.iter().map(|(id, at, price)| (id.as_str(), types[*at].code.as_str(), price.map(Price::raw))).collect();
            catalog::store::insert_prices(&mut tx, run.seq, &rows).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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

//! The price list as an order form: goods by group, one blue column, totals that compute themselves.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::book::{Area, At, Book, Print, Protection, Repeated, Row, Rows, SetUp, Validation, Value, quoted};
use super::formulas::{self, Lines, TotalKind, cell, column_range, price_number, quantity_number, rate_number};
use super::picture::form_picture;
use super::places::{self, CODE, LEAST, NAME, PACK, PRICE, Places, STOCK, UNIT};
use super::styles::{self, Style};
use super::{FormInfo, OrderedLine, SheetError, cell_text, footer, form, header, outline, row_id, sheet_name, validity};
use crate::catalog::columns::Columns;
use crate::catalog::tiers::price_at;
use crate::money::{Money, MoneyError, Percent, Quantity, VatMode, line_amount, totals};
use crate::words::{Lang, Word, common, format, sheet as words};

/// What the sheets of a price list are made of.
pub(super) struct Listed {
    pub list: Columns,
    pub form: FormInfo,
    pub lang: Lang,
    pub at: Places,
    /// Rows of the list, in its order.
    pub shown: Vec<u32>,
    pub quantities: HashMap<u32, Quantity>,
    /// What was ordered and the list does not hold.
    pub missing: Vec<OrderedLine>,
}

/// Goods that stand together, and the rows of groups that come before them.
struct Run {
    heads: Vec<Head>,
    /// How many groups they stand in.
    depth: usize,
    path: Rc<str>,
    /// Places in [`Listed::shown`].
    from: usize,
    to: usize,
    /// The row of the first of them.
    at: At,
}

/// A group's own row.
#[derive(Clone)]
pub(super) struct Head {
    pub at: At,
    pub depth: usize,
    pub name: String,
}

/// Cells above the table for what the buyer says of the whole order, by their names.
const FIELDS: [(&str, Word, Style); 3] =
    [("OF_PO", words::PO_NUMBER, styles::FIELD), ("OF_WANTED", words::WANTED_ON, styles::FIELD_DAY), ("OF_COMMENT", words::COMMENT, styles::FIELD)];

/// The list as a workbook, filled in with `order`; of a part of the list, by its rows, also what was ordered beside it.
pub fn price_list(list: Columns, only: Option<&[u32]>, order: &[OrderedLine], form: FormInfo, lang: Lang) -> Result<Book, SheetError> {
    let at = Places::of(&list, &[]);
    let mut listed = Listed { list, form, lang, at, shown: Vec::new(), quantities: HashMap::new(), missing: Vec::new() };
    listed.take_order(order)?;
    listed.shown = match only {
        None => (0..listed.list.len() as u32).collect(),
        Some(rows) => {
            let rows: HashSet<u32> = rows.iter().chain(listed.quantities.keys()).copied().collect();
            (0..listed.list.len() as u32).filter(|row| rows.contains(row)).collect()
        }
    };
    listed.at = Places::of(&listed.list, &listed.shown);
    let listed = Rc::new(listed);
    let name = sheet_name(&format!("{} {}", words::PRICE_LIST.say(lang), listed.list.head.version));
    let top = listed.top();
    let rates = listed.rates();
    // What the buyer says of the whole order stands below what the list says of itself.
    let fields = top.len() as At;
    let header_row = (fields + FIELDS.len() as At).max(rates.len() as At + 2);
    let (runs, end) = listed.runs(header_row + 1)?;
    let lines = Lines { first: header_row + 1, last: end.max(header_row + 2) - 1, rates: listed.at.rate, amounts: listed.at.amount };
    let heads: Vec<Head> = runs.iter().flat_map(|run| run.heads.iter().cloned()).collect();
    let set_up = listed.set_up(&name, header_row, &lines, runs.iter().map(|run| run.depth).max().unwrap_or(0));
    let before = listed.before(top, header_row, &rates, &lines)?;
    let columns = [("OF_CODE", CODE), ("OF_QTY", listed.at.quantity), ("OF_PRICE", PRICE), ("OF_AMOUNT", listed.at.amount), ("OF_LINE", listed.at.row_id)];
    let columns = columns.map(|(defined, column)| (defined, column_range(lines.first, lines.last, column)));
    let cells = FIELDS.iter().zip(fields..).map(|((defined, ..), row)| (*defined, cell(row, NAME, true)));
    let total = ("OF_TOTAL", cell(rates.len() as At + 1, listed.at.amount, true));
    let names = columns.into_iter().chain(cells).chain([total]).map(|(defined, of)| (defined, format!("{}!{of}", quoted(&name))));
    Ok(Book {
        looks: styles::looks(listed.list.head.currency),
        properties: form::properties(&listed)?,
        names: names.chain([("OF_FORM_ID", "_meta!$B$1".to_string())]).collect(),
        // The goods stand in the list and in the hidden sheet.
        rows: 2 * listed.shown.len(),
        links_left_out: heads.len().saturating_sub(form::MAX_LINKS),
        sheets: vec![(set_up, goods(&listed, before, runs)), form::contents(&listed, &name, &heads)?, form::meta(&listed)],
    })
}

/// The list's rows, one after another.
fn goods(listed: &Rc<Listed>, before: Vec<Row>, runs: Vec<Run>) -> Rows {
    let (listed, last) = (listed.clone(), listed.at.amount);
    let below = runs.into_iter().flat_map(move |run| {
        let listed = listed.clone();
        let heads = run.heads.clone().into_iter().map(move |head| Ok(head_row(&head, last)));
        heads.chain((run.from..run.to).map(move |place| listed.product(&run, place)))
    });
    Box::new(before.into_iter().map(Ok).chain(below))
}

fn head_row(head: &Head, last: At) -> Row {
    let mut row = Row { level: outline::level(head.depth), ..Row::new(head.at) };
    row.text(CODE, styles::guarded(styles::group(head.depth), &head.name), &head.name);
    for column in NAME..=last {
        row.put(column, styles::group(0), Value::Blank);
    }
    row
}

impl Listed {
    /// Takes the ordered quantities, and sets aside what the list does not hold.
    fn take_order(&mut self, order: &[OrderedLine]) -> Result<(), SheetError> {
        let mut wanted: HashMap<&str, Quantity> = HashMap::new();
        for line in order {
            let sum = wanted.entry(&line.code).or_default();
            *sum = Quantity::from_raw(sum.raw().checked_add(line.quantity.raw()).ok_or(MoneyError::Overflow)?);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut known: HashSet<&str> = HashSet::new();
        for (row, code) in self.list.codes().iter().enumerate() {
            if let Some((code, quantity)) = wanted.get_key_value(code) {
                known.insert(code);
                self.quantities.insert(row as u32, *quantity);
            }
        }
        self.missing = order.iter().filter(|line| !known.contains(line.code.as_str())).cloned().collect();
        Ok(())
    }

    fn rates(&self) -> Vec<Percent> {
        self.shown.iter().map(|row| self.list.vat_rate(*row as usize)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn amount(&self, row: u32) -> Result<Money, MoneyError> {
        let quantity = self.quantities.get(&row).copied().unwrap_or_default();
        let price = price_at(self.list.price(row as usize), &self.list.tiers(row as usize), quantity);
        line_amount(quantity, price, Percent::ZERO, self.list.head.currency)
    }

    /// The groups above a product, the topmost first.
    fn path(&self, group: u32) -> Vec<u32> {
        let mut path = Vec::new();
        let mut at = Some(group);
        while let Some(index) = at {
            let Some(row) = self.list.head.groups.get(index as usize) else { break };
            path.push(index);
            // Each group stands after its parent; anything else would be a circle.
            at = row.parent.filter(|parent| *parent < index);
        }
        path.reverse();
        path
    }

    /// What stands where, from row `first` on; gives the row after the last, too.
    fn runs(&self, first: At) -> Result<(Vec<Run>, At), SheetError> {
        let name = |group: &u32| self.list.head.groups[*group as usize].name.as_str();
        let mut runs: Vec<Run> = Vec::new();
        let mut at = first;
        let mut open: Vec<u32> = Vec::new();
        let mut last_group = None;
        for (place, row) in self.shown.iter().enumerate() {
            if at as usize + 8 >= super::MAX_ROWS {
                return Err(SheetError::TooManyRows);
            }
            let group = self.list.group(*row as usize);
            if last_group != Some(group) {
                last_group = Some(group);
                let path = self.path(group);
                let same = open.iter().zip(&path).take_while(|(left, right)| left == right).count();
                let heads: Vec<Head> =
                    path.iter().enumerate().skip(same).zip(at..).map(|((depth, group), at)| Head { at, depth, name: name(group).to_string() }).collect();
                at += heads.len() as At;
                let text = cell_text(&path.iter().map(name).collect::<Vec<_>>().join(" / "));
                runs.push(Run { heads, depth: path.len(), path: text.into(), from: place, to: place, at });
                open = path;
            }
            if let Some(run) = runs.last_mut() {
                run.to = place + 1;
            }
            at += 1;
        }
        Ok((runs, at))
    }

    /// What the list is, a line each.
    fn top(&self) -> Vec<String> {
        let (head, form, lang) = (&self.list.head, &self.form, self.lang);
        let number = words::PRICE_LIST_NO.with(lang, &[("n", &head.version)]);
        let prices = match head.vat_mode {
            VatMode::Net => words::PRICES_NET,
            VatMode::Gross => words::PRICES_GROSS,
        };
        let how = if form.firm_email.is_empty() { words::HOW_TO.say(lang).to_string() } else { words::HOW_TO_MAIL.with(lang, &[("email", &form.firm_email)]) };
        let contact = [&form.firm_email, &form.firm_phone].into_iter().chain(&form.firm_address).map(|part| part.trim()).filter(|part| !part.is_empty());
        let mut texts = vec![
            form.firm_name.clone(),
            contact.collect::<Vec<_>>().join(" · "),
            format!("{number}, {}", validity(lang, &head.valid_from, head.valid_until.as_deref())),
            format!("{}; {}", words::FORM_NO.with(lang, &[("id", &form.form_id)]), prices.with(lang, &[("currency", &head.currency)])),
        ];
        let customer: Vec<&str> = [form.customer_code.as_deref(), form.customer_name.as_deref()].into_iter().flatten().collect();
        if !customer.is_empty() {
            texts.push(words::CUSTOMER_IS.with(lang, &[("name", &customer.join(" "))]));
        }
        if self.shown.len() < self.list.len() {
            let number = |count: usize| format::integer(lang, count as i64);
            texts.push(words::PART_OF_LIST.with(lang, &[("shown", &number(self.shown.len())), ("all", &number(self.list.len()))]));
        }
        texts.push(how);
        if form.demo {
            texts.push(common::DEMO_DATA.say(lang).to_string());
        }
        texts
    }

    /// The rows above the goods: what the list is on the left, totals on the right, the table's head.
    fn before(&self, top: Vec<String>, header_row: At, rates: &[Percent], lines: &Lines) -> Result<Vec<Row>, SheetError> {
        let (head, lang) = (&self.list.head, self.lang);
        let mut rows: Vec<Row> = (0..=header_row).map(Row::new).collect();
        for (at, text) in top.iter().enumerate() {
            rows[at].text(CODE, styles::guarded(if at == 0 { styles::TITLE } else { styles::PLAIN }, text), text);
        }
        for ((_, word, style), row) in FIELDS.iter().zip(&mut rows[top.len()..]) {
            row.text(CODE, styles::PLAIN, word.say(lang));
            row.put(NAME, *style, Value::Blank);
        }
        let mut amounts = Vec::new();
        for row in self.quantities.keys() {
            amounts.push((self.amount(*row)?, self.list.vat_rate(*row as usize)));
        }
        let sum = totals(&amounts, head.currency, head.vat_mode, self.form.vat_method)?;
        for (row, total) in formulas::total_rows(lines, rates, &sum, head.vat_mode, self.form.vat_method, 0, self.at.amount).into_iter().enumerate() {
            let (label, style) = match total.kind {
                TotalKind::Net => (words::NET_TOTAL.say(lang).to_string(), styles::LABEL),
                TotalKind::Vat(rate) => (words::VAT_AT.with(lang, &[("rate", &format::percent(lang, rate))]), styles::LABEL),
                TotalKind::Gross => (format!("{}, {}", words::GROSS_TOTAL.say(lang), head.currency), styles::TOTAL_LABEL),
            };
            rows[row].text(self.at.quantity, style, &label);
            rows[row].put(self.at.amount, styles::TOTAL, Value::Formula(total.formula, total.result));
        }
        let heads = [
            (CODE, common::CODE),
            (NAME, common::PRODUCT),
            (UNIT, common::UNIT),
            (STOCK, words::IN_STOCK),
            (PACK, words::PACK),
            (LEAST, words::LEAST),
            (PRICE, common::PRICE),
            (self.at.rate, common::VAT),
            (self.at.quantity, common::QUANTITY),
            (self.at.amount, common::AMOUNT),
            (self.at.group, words::GROUP),
            (self.at.row_id, words::ROW),
            (self.at.greatest, common::QUANTITY),
        ];
        for (column, word) in heads {
            let style = if (PACK..=self.at.amount).contains(&column) { styles::HEADER_RIGHT } else { styles::HEADER };
            let text = if column == self.at.greatest { format!("{} ≤", word.say(lang)) } else { word.say(lang).to_string() };
            rows[header_row as usize].text(column, style, &text);
            if column == PRICE {
                self.at.heads(&mut rows[header_row as usize], lang);
            }
        }
        rows.retain(|row| !row.cells.is_empty());
        Ok(rows)
    }

    /// The product at a place of those shown.
    fn product(&self, run: &Run, place: usize) -> Result<Row, SheetError> {
        let number = self.shown[place];
        let (list, at) = (&self.list, number as usize);
        let mut row = Row { at: run.at + (place - run.from) as At, level: outline::level(run.depth), cells: Vec::with_capacity(13) };
        let own = |row: &mut Row, column, text: &str, style: fn(&str) -> Style| {
            let text = cell_text(text);
            row.put(column, style(&text), Value::Text(text));
        };
        own(&mut row, CODE, list.code(at), |_| styles::CODE);
        own(&mut row, NAME, &list.name(at), styles::text_of);
        let unit = cell_text(list.unit(at));
        row.put(UNIT, styles::text_of(&unit), Value::Often(unit.into()));
        let stock = match list.stock(at) {
            None => "",
            Some(_) if list.in_stock(at) => words::YES.say(self.lang),
            Some(_) => words::NO.say(self.lang),
        };
        row.put(STOCK, styles::TEXT, Value::Often(stock.into()));
        let rule = list.rule(at);
        // Without an increment any quantity of the unit's precision goes.
        let pack = if rule.increment.is_some() { rule.pack() } else { Quantity::from_raw(10_i64.pow(3_u32.saturating_sub(u32::from(rule.precision)))) };
        row.put(PACK, styles::NUMBER, Value::Number(quantity_number(pack)));
        row.put(LEAST, styles::NUMBER, Value::Number(quantity_number(rule.first().unwrap_or(pack))));
        row.put(PRICE, styles::price(list.price(at), list.head.currency), Value::Number(price_number(list.price(at))));
        let steps = places::steps(list, at);
        self.at.seen(&mut row, &steps, list.head.currency, self.lang);
        row.put(self.at.rate, styles::percent(list.vat_rate(at)), Value::Number(rate_number(list.vat_rate(at))));
        let quantity = self.quantities.get(&number).map_or(Value::Blank, |quantity| Value::Number(quantity_number(*quantity)));
        row.put(self.at.quantity, styles::QUANTITY, quantity);
        row.put(self.at.amount, styles::AMOUNT_OR_BLANK, Value::Repeated(formulas::amount_number(self.amount(number)?)));
        row.put(self.at.group, styles::text_of(&run.path), Value::Often(run.path.clone()));
        row.put(self.at.row_id, styles::PLAIN, Value::Text(row_id(number)));
        if let Some(greatest) = rule.max {
            row.put(self.at.greatest, styles::PLAIN, Value::Number(quantity_number(greatest)));
        }
        self.at.unseen(&mut row, &steps);
        Ok(row)
    }

    fn set_up(&self, name: &str, header_row: At, lines: &Lines, depth: usize) -> SetUp {
        let (currency, at) = (self.list.head.currency, self.at.clone());
        SetUp {
            widths: self.at.widths(),
            hidden_columns: self.at.hidden(),
            deepest: outline::level(depth),
            // Sorting moves what the area takes in: a row's hidden cells, which say what it is, go with it.
            filter: Some(Area { top: header_row, left: CODE, bottom: lines.last, right: self.at.hidden().last().copied().unwrap_or(self.at.group) }),
            freeze: Some((lines.first, UNIT)),
            selected: Some((lines.first, self.at.quantity)),
            repeated: Some(Repeated { of: Box::new(move |row| formulas::line(&cell(row, at.quantity, false), &at.price(row), currency)), last: lines.last }),
            validation: Some(self.validation(lines)),
            print: Some(Print {
                repeat: Some(header_row),
                area: Some(Area { top: 0, left: CODE, bottom: lines.last, right: self.at.amount }),
                form: true,
                header: header(&self.form.firm_name, &words::FORM_NO.with(self.lang, &[("id", &self.form.form_id)])),
                footer: footer(&self.form.form_id, &words::PRICE_LIST_NO.with(self.lang, &[("n", &self.list.head.version)]), self.lang),
            }),
            protection: Protection::Form,
            // Above what scrolls, left of the totals.
            picture: form_picture(&self.form.form_id).map(|picture| ((0, LEAST), picture)),
            ..SetUp::new(name.to_string())
        }
    }

    /// One rule for the whole column, which compares with each row's own pack, least and greatest: any number of products.
    fn validation(&self, lines: &Lines) -> Validation {
        let at = |column| format!("${}", cell(lines.first, column, false));
        let (quantity, pack, least, greatest) = (at(self.at.quantity), at(PACK), at(LEAST), at(self.at.greatest));
        let rule = format!(
            "AND(ISNUMBER({quantity}),OR({quantity}=0,AND({quantity}>={least},OR({greatest}=\"\",{quantity}<={greatest}),\
             ABS({quantity}/{pack}-ROUND({quantity}/{pack},0))<0.000001)))"
        );
        let (title, message) = (words::QUANTITY_TITLE.say(self.lang).to_string(), words::QUANTITY_HELP.say(self.lang).to_string());
        Validation { first: lines.first, last: lines.last, column: self.at.quantity, rule, title, message }
    }
}

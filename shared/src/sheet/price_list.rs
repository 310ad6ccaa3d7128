//! The price list as an order form: goods by group, one blue column, totals that compute themselves.

use std::collections::{BTreeSet, HashMap};

use rust_xlsxwriter::{ColNum, DataValidation, DocProperties, ExcelDateTime, Format, Formula, ProtectionOptions, RowNum, Url, Workbook, Worksheet};

use super::formulas::{self, Lines, TotalKind, cell, column_range, price_number, quantity_number, rate_number};
use super::outline::{MAX_LEVEL, close};
use super::styles::Styles;
use super::{FormInfo, OrderedLine, SheetError, cell_text, checksum, footer_text, row_id, sheet_name, validity};
use crate::catalog::{ProductRow, Snapshot};
use crate::money::{Currency, Money, Percent, Quantity, VatMode, line_amount, totals};
use crate::words::{Lang, common, format, sheet as words};

const CODE: ColNum = 0;
const NAME: ColNum = 1;
const UNIT: ColNum = 2;
const STOCK: ColNum = 3;
const PACK: ColNum = 4;
const LEAST: ColNum = 5;
const PRICE: ColNum = 6;
const RATE: ColNum = 7;
const QUANTITY: ColNum = 8;
const AMOUNT: ColNum = 9;
/// Path of the product's group, so that the AutoFilter chooses by group.
const GROUP: ColNum = 10;
/// Hidden: what a returned sheet is read by, and what the validation compares with.
const ROW_ID: ColNum = 11;
const GREATEST: ColNum = 12;

/// Group rows in a workbook that has links to them; Excel takes 65,530 links on a sheet.
const MAX_LINKS: usize = 5_000;
const MAX_ROWS: usize = 1_048_576;

/// The whole list as a workbook, filled in with `order`.
pub fn write_price_list(snapshot: &Snapshot, order: &[OrderedLine], form: &FormInfo, lang: Lang) -> Result<Vec<u8>, SheetError> {
    let styles = Styles::new(snapshot.currency);
    let name = sheet_name(&format!("{} {}", words::PRICE_LIST.say(lang), snapshot.version));
    let mut list = Worksheet::new();
    list.set_name(&name)?;
    let mut writer = List { snapshot, form, lang, styles: &styles, quantities: HashMap::new(), header_row: 0, groups: Vec::new() };
    let missing = writer.take_order(order)?;
    let lines = writer.write(&mut list)?;

    let mut contents = Worksheet::new();
    contents.set_name(sheet_name(words::CONTENTS.say(lang)))?;
    writer.write_contents(&mut contents, &name, &missing)?;

    let mut meta = Worksheet::new();
    meta.set_name("_meta")?;
    meta.set_hidden(true);
    writer.write_meta(&mut meta)?;

    let mut workbook = Workbook::new();
    workbook.set_properties(&writer.properties()?);
    workbook.push_worksheet(list);
    workbook.push_worksheet(contents);
    workbook.push_worksheet(meta);
    let quoted = format!("'{}'", name.replace('\'', "''"));
    for (defined, column) in [("OF_QTY", QUANTITY), ("OF_PRICE", PRICE), ("OF_AMOUNT", AMOUNT), ("OF_LINE", ROW_ID)] {
        workbook.define_name(defined, &format!("={quoted}!{}", column_range(lines.first, lines.last, column)))?;
    }
    workbook.define_name("OF_FORM_ID", "=_meta!$B$1")?;
    Ok(workbook.save_to_buffer()?)
}

/// The checksum in the hidden sheet of a list issued under `form_id`.
pub fn form_checksum(snapshot: &Snapshot, form_id: &str) -> String {
    let version = snapshot.version.to_string();
    let ids: Vec<String> = (0..snapshot.products.len()).map(|at| row_id(at as u32)).collect();
    let prices: Vec<String> = snapshot.products.iter().map(|product| product.price().to_string()).collect();
    let rows = ids.iter().zip(&snapshot.products).zip(&prices).flat_map(|((id, product), price)| [id.as_str(), product.code.as_str(), price.as_str()]);
    checksum([form_id, version.as_str()].into_iter().chain(rows))
}

struct List<'a> {
    snapshot: &'a Snapshot,
    form: &'a FormInfo,
    lang: Lang,
    styles: &'a Styles,
    /// By index into the products.
    quantities: HashMap<usize, Quantity>,
    header_row: RowNum,
    /// Each group's row, level and name, in the order they stand.
    groups: Vec<(RowNum, usize, String)>,
}

impl List<'_> {
    /// Takes the ordered quantities; gives back what the list does not hold.
    fn take_order<'o>(&mut self, order: &'o [OrderedLine]) -> Result<Vec<&'o OrderedLine>, SheetError> {
        if order.is_empty() {
            return Ok(Vec::new());
        }
        let rows: HashMap<&str, usize> = self.snapshot.products.iter().enumerate().map(|(at, product)| (product.code.as_str(), at)).collect();
        let mut missing = Vec::new();
        for line in order {
            match rows.get(line.code.as_str()) {
                Some(at) => {
                    let sum = self.quantities.entry(*at).or_default();
                    *sum = Quantity::from_raw(sum.raw().checked_add(line.quantity.raw()).ok_or(crate::money::MoneyError::Overflow)?);
                }
                None => missing.push(line),
            }
        }
        Ok(missing)
    }

    fn rates(&self) -> Vec<Percent> {
        self.snapshot.products.iter().map(|product| product.vat_rate).collect::<BTreeSet<_>>().into_iter().map(Percent::from_raw).collect()
    }

    fn text(&self, sheet: &mut Worksheet, row: RowNum, column: ColNum, text: &str, style: &Format) -> Result<(), SheetError> {
        sheet.write_string_with_format(row, column, cell_text(text), style)?;
        Ok(())
    }

    fn write(&mut self, sheet: &mut Worksheet) -> Result<Lines, SheetError> {
        let rates = self.rates();
        let top = self.write_top(sheet)?;
        self.header_row = top.max(rates.len() as RowNum + 2);
        let first = self.header_row + 1;
        self.write_header(sheet)?;
        let (end, amounts) = self.write_rows(sheet, first)?;
        let lines = Lines { first, last: end.max(first + 1) - 1, rates: RATE, amounts: AMOUNT };
        let sum = totals(&amounts, self.snapshot.currency, self.snapshot.vat_mode, self.form.vat_method)?;
        let rows = formulas::total_rows(&lines, &rates, &sum, self.snapshot.vat_mode, self.form.vat_method, 0, AMOUNT);
        for (row, total) in rows.into_iter().enumerate() {
            let (label, style) = match total.kind {
                TotalKind::Net => (words::NET_TOTAL.say(self.lang).to_string(), &self.styles.label),
                TotalKind::Vat(rate) => (words::VAT_AT.with(self.lang, &[("rate", &format::percent(self.lang, rate))]), &self.styles.label),
                TotalKind::Gross => (format!("{}, {}", words::GROSS_TOTAL.say(self.lang), self.snapshot.currency), &self.styles.total_label),
            };
            self.text(sheet, row as RowNum, QUANTITY, &label, style)?;
            formulas::write(sheet, row as RowNum, AMOUNT, total.formula, &self.styles.total)?;
        }
        self.validate(sheet, &lines)?;
        self.set_up(sheet, &lines)?;
        Ok(lines)
    }

    /// What the list is; gives the first free row.
    fn write_top(&self, sheet: &mut Worksheet) -> Result<RowNum, SheetError> {
        let (snapshot, form, lang) = (self.snapshot, self.form, self.lang);
        let number = words::PRICE_LIST_NO.with(lang, &[("n", &snapshot.version)]);
        let prices = match snapshot.vat_mode {
            VatMode::Net => words::PRICES_NET,
            VatMode::Gross => words::PRICES_GROSS,
        };
        let how = if form.firm_email.is_empty() { words::HOW_TO.say(lang).to_string() } else { words::HOW_TO_MAIL.with(lang, &[("email", &form.firm_email)]) };
        let contact: Vec<&str> = [form.firm_email.as_str(), form.firm_phone.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let mut texts = vec![
            format!("{number}, {}", validity(lang, &snapshot.valid_from, snapshot.valid_until.as_deref())),
            format!("{}; {}", words::FORM_NO.with(lang, &[("id", &form.form_id)]), prices.with(lang, &[("currency", &snapshot.currency)])),
        ];
        let customer: Vec<&str> = [form.customer_code.as_deref(), form.customer_name.as_deref()].into_iter().flatten().collect();
        if !customer.is_empty() {
            texts.push(words::CUSTOMER_IS.with(lang, &[("name", &customer.join(" "))]));
        }
        texts.push(how);
        if form.demo {
            texts.push(common::DEMO_DATA.say(lang).to_string());
        }
        let title = std::iter::once(form.firm_name.as_str()).chain(contact).collect::<Vec<_>>().join(" · ");
        self.text(sheet, 0, CODE, &title, &self.styles.title)?;
        for (row, text) in texts.iter().enumerate() {
            self.text(sheet, row as RowNum + 1, CODE, text, &self.styles.plain)?;
        }
        Ok(texts.len() as RowNum + 1)
    }

    fn write_header(&self, sheet: &mut Worksheet) -> Result<(), SheetError> {
        let heads = [
            (CODE, common::CODE, 14.0),
            (NAME, common::PRODUCT, 46.0),
            (UNIT, common::UNIT, 7.0),
            (STOCK, words::IN_STOCK, 9.0),
            (PACK, words::PACK, 9.0),
            (LEAST, words::LEAST, 8.0),
            (PRICE, common::PRICE, 11.0),
            (RATE, common::VAT, 8.0),
            (QUANTITY, common::QUANTITY, 12.0),
            (AMOUNT, common::AMOUNT, 13.0),
            (GROUP, words::GROUP, 30.0),
            (ROW_ID, words::ROW, 10.0),
            (GREATEST, common::QUANTITY, 10.0),
        ];
        for (column, word, width) in heads {
            let style = if (PACK..=AMOUNT).contains(&column) { &self.styles.header_right } else { &self.styles.header };
            let text = if column == GREATEST { format!("{} ≤", word.say(self.lang)) } else { word.say(self.lang).to_string() };
            self.text(sheet, self.header_row, column, &text, style)?;
            sheet.set_column_width(column, width)?;
        }
        sheet.set_column_hidden(ROW_ID)?;
        sheet.set_column_hidden(GREATEST)?;
        Ok(())
    }

    /// The groups above a product, the topmost first.
    fn path(&self, group: u32) -> Vec<u32> {
        let mut path = Vec::new();
        let mut at = Some(group);
        while let Some(index) = at {
            let Some(row) = self.snapshot.groups.get(index as usize) else { break };
            path.push(index);
            // Each group stands after its parent; anything else would be a circle.
            at = row.parent.filter(|parent| *parent < index);
        }
        path.reverse();
        path
    }

    /// Writes groups and products; gives the row after the last and what the lines come to.
    fn write_rows(&mut self, sheet: &mut Worksheet, first: RowNum) -> Result<(RowNum, Vec<(Money, Percent)>), SheetError> {
        let snapshot = self.snapshot;
        let mut row = first;
        let mut amounts = Vec::new();
        // Open groups with the row of each, outermost first.
        let mut open: Vec<(u32, RowNum)> = Vec::new();
        let mut path_text = String::new();
        let mut last_group = None;
        for (at, product) in snapshot.products.iter().enumerate() {
            if row as usize + 8 >= MAX_ROWS {
                return Err(SheetError::TooManyRows);
            }
            if last_group != Some(product.group) {
                last_group = Some(product.group);
                let path = self.path(product.group);
                let same = open.iter().zip(&path).take_while(|((left, _), right)| left == *right).count();
                close(sheet, &mut open, same, row)?;
                for group in &path[same..] {
                    let name = &snapshot.groups[*group as usize].name;
                    for column in CODE..=AMOUNT {
                        sheet.write_blank(row, column, &self.styles.group)?;
                    }
                    self.text(sheet, row, CODE, name, &self.styles.group.clone().set_indent(open.len().min(MAX_LEVEL) as u8))?;
                    self.groups.push((row, open.len(), name.clone()));
                    open.push((*group, row));
                    row += 1;
                }
                path_text = path.iter().map(|group| snapshot.groups[*group as usize].name.as_str()).collect::<Vec<_>>().join(" / ");
            }
            let quantity = self.quantities.get(&at).copied();
            let amount = line_amount(quantity.unwrap_or_default(), product.price(), Percent::ZERO, snapshot.currency)?;
            if quantity.is_some() {
                amounts.push((amount, product.vat_rate()));
            }
            self.write_product(sheet, row, at, product, quantity, amount, &path_text)?;
            row += 1;
        }
        close(sheet, &mut open, 0, row)?;
        Ok((row, amounts))
    }

    #[allow(clippy::too_many_arguments)] // one row, seven facts
    fn write_product(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        at: usize,
        product: &ProductRow,
        quantity: Option<Quantity>,
        amount: Money,
        path: &str,
    ) -> Result<(), SheetError> {
        let styles = self.styles;
        self.text(sheet, row, CODE, &product.code, &styles.code)?;
        self.text(sheet, row, NAME, &product.name, styles.text_of(&product.name))?;
        self.text(sheet, row, UNIT, &product.unit, styles.text_of(&product.unit))?;
        let stock = match product.stock {
            None => "",
            Some(_) if product.in_stock() => words::YES.say(self.lang),
            Some(_) => words::NO.say(self.lang),
        };
        self.text(sheet, row, STOCK, stock, &styles.text)?;
        let rule = product.rule();
        // Without an increment any quantity of the unit's precision goes.
        let pack = if rule.increment.is_some() { rule.pack() } else { Quantity::from_raw(10_i64.pow(3_u32.saturating_sub(u32::from(rule.precision)))) };
        sheet.write_number_with_format(row, PACK, quantity_number(pack), &styles.number)?;
        sheet.write_number_with_format(row, LEAST, quantity_number(rule.first().unwrap_or(pack)), &styles.number)?;
        if let Some(greatest) = rule.max {
            sheet.write_number(row, GREATEST, quantity_number(greatest))?;
        }
        sheet.write_number_with_format(row, PRICE, price_number(product.price()), styles.price(product.price(), self.snapshot.currency))?;
        sheet.write_number_with_format(row, RATE, rate_number(product.vat_rate()), styles.percent(product.vat_rate()))?;
        match quantity {
            Some(quantity) => sheet.write_number_with_format(row, QUANTITY, quantity_number(quantity), &styles.quantity)?,
            None => sheet.write_blank(row, QUANTITY, &styles.quantity)?,
        };
        let formula = formulas::line(&cell(row, QUANTITY, false), &cell(row, PRICE, false), amount);
        formulas::write(sheet, row, AMOUNT, formula, &styles.amount_or_blank)?;
        self.text(sheet, row, GROUP, path, styles.text_of(path))?;
        sheet.write_string(row, ROW_ID, row_id(at as u32))?;
        Ok(())
    }

    /// One rule for the whole column, which compares with each row's own pack, least and greatest: any number of products.
    fn validate(&self, sheet: &mut Worksheet, lines: &Lines) -> Result<(), SheetError> {
        let at = |column| format!("${}", cell(lines.first, column, false));
        let (quantity, pack, least, greatest) = (at(QUANTITY), at(PACK), at(LEAST), at(GREATEST));
        let rule = format!(
            "=AND(ISNUMBER({quantity}),OR({quantity}=0,AND({quantity}>={least},OR({greatest}=\"\",{quantity}<={greatest}),\
             ABS({quantity}/{pack}-ROUND({quantity}/{pack},0))<0.000001)))"
        );
        let validation = DataValidation::new()
            .allow_custom(Formula::new(rule))
            .ignore_blank(true)
            .set_error_title(words::QUANTITY_TITLE.say(self.lang))?
            .set_error_message(words::QUANTITY_HELP.say(self.lang))?;
        sheet.add_data_validation(lines.first, QUANTITY, lines.last, QUANTITY, &validation)?;
        Ok(())
    }

    fn set_up(&self, sheet: &mut Worksheet, lines: &Lines) -> Result<(), SheetError> {
        sheet.group_symbols_above(true);
        sheet.autofilter(self.header_row, CODE, lines.last, GROUP)?;
        sheet.set_freeze_panes(lines.first, UNIT)?;
        sheet.set_selection(lines.first, QUANTITY, lines.first, QUANTITY)?;
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(self.header_row, self.header_row)?;
        sheet.set_print_area(0, CODE, lines.last, AMOUNT)?;
        print_footer(sheet, &self.form.form_id, &words::PRICE_LIST_NO.with(self.lang, &[("n", &self.snapshot.version)]), self.lang);
        sheet.protect_with_options(&ProtectionOptions {
            use_autofilter: true,
            sort: true,
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        });
        Ok(())
    }

    /// Links to the groups (a protected sheet's outline does not fold in Excel), terms, note, and what could not be placed.
    fn write_contents(&self, sheet: &mut Worksheet, list: &str, missing: &[&OrderedLine]) -> Result<(), SheetError> {
        let lang = self.lang;
        sheet.set_column_width(0, 90)?;
        let mut row = 0;
        if !missing.is_empty() {
            self.text(sheet, row, 0, words::NOT_IN_LIST.say(lang), &self.styles.heading)?;
            for line in missing {
                row += 1;
                self.text(sheet, row, 0, &line.code, &self.styles.code)?;
                sheet.write_number(row, 1, quantity_number(line.quantity))?;
            }
            row += 2;
        }
        for (head, text) in [(words::TERMS, &self.snapshot.terms), (words::NOTE, &self.snapshot.note)] {
            if !text.is_empty() {
                self.text(sheet, row, 0, head.say(lang), &self.styles.heading)?;
                self.text(sheet, row + 1, 0, text, &self.styles.wrapped)?;
                row += 3;
            }
        }
        self.text(sheet, row, 0, words::GROUPS.say(lang), &self.styles.heading)?;
        let target = list.replace('\'', "''");
        for (count, (place, level, name)) in self.groups.iter().enumerate() {
            row += 1;
            if row as usize + 1 >= MAX_ROWS {
                return Err(SheetError::TooManyRows);
            }
            let style = self.styles.link.clone().set_indent((*level).min(MAX_LEVEL) as u8);
            if count < MAX_LINKS {
                let url = Url::new(format!("internal:'{target}'!{}", cell(*place, CODE, false))).set_text(cell_text(name));
                sheet.write_url_with_format(row, 0, url, &style)?;
            } else {
                self.text(sheet, row, 0, name, &self.styles.plain)?;
            }
        }
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        print_footer(sheet, &self.form.form_id, words::CONTENTS.say(lang), lang);
        sheet.protect();
        Ok(())
    }

    /// The hidden sheet a returned form is recognised by.
    fn write_meta(&self, sheet: &mut Worksheet) -> Result<(), SheetError> {
        let (snapshot, form) = (self.snapshot, self.form);
        let version = snapshot.version.to_string();
        let ids: Vec<String> = (0..snapshot.products.len()).map(|at| row_id(at as u32)).collect();
        let sum = form_checksum(snapshot, &form.form_id);
        let count = snapshot.products.len().to_string();
        let published = snapshot.published_at.to_string();
        let issued = form.issued_at.to_string();
        let currency: Currency = snapshot.currency;
        let facts = [
            ("form_id", form.form_id.as_str()),
            ("version", &version),
            ("overlay", &snapshot.overlay),
            ("customer", form.customer_code.as_deref().unwrap_or("")),
            ("currency", currency.code()),
            ("vat_mode", snapshot.vat_mode.word()),
            ("vat_method", form.vat_method.word()),
            ("published_at", &published),
            ("issued_at", &issued),
            ("valid_from", &snapshot.valid_from),
            ("valid_until", snapshot.valid_until.as_deref().unwrap_or("")),
            ("rows", &count),
            ("checksum", &sum),
        ];
        for (row, (key, value)) in facts.into_iter().enumerate() {
            sheet.write_string(row as RowNum, 0, key)?;
            self.text(sheet, row as RowNum, 1, value, &self.styles.code)?;
        }
        let first = facts.len() as RowNum + 1;
        sheet.write_string(first, 0, "row_id")?.write_string(first, 1, "code")?;
        for (at, (id, product)) in ids.into_iter().zip(&snapshot.products).enumerate() {
            sheet.write_string(first + 1 + at as RowNum, 0, id)?;
            self.text(sheet, first + 1 + at as RowNum, 1, &product.code, &self.styles.code)?;
        }
        sheet.protect();
        Ok(())
    }

    fn properties(&self) -> Result<DocProperties, SheetError> {
        let title = format!("{}: {}", self.form.firm_name, words::PRICE_LIST_NO.with(self.lang, &[("n", &self.snapshot.version)]));
        Ok(DocProperties::new()
            .set_title(cell_text(&title))
            .set_subject(words::PRICE_LIST.say(self.lang))
            .set_author(cell_text(&self.form.firm_name))
            .set_company(cell_text(&self.form.firm_name))
            .set_keywords(cell_text(&self.form.form_id))
            .set_creation_datetime(&ExcelDateTime::from_timestamp(self.form.issued_at.div_euclid(1000))?)
            .set_custom_property("OrderFormId", cell_text(&self.form.form_id))
            .set_custom_property("PriceListVersion", i32::try_from(self.snapshot.version).unwrap_or(i32::MAX)))
    }
}

pub(super) fn print_footer(sheet: &mut Worksheet, left: &str, right: &str, lang: Lang) {
    let page = words::PAGE_OF.with(lang, &[("page", &"&P"), ("pages", &"&N")]);
    sheet.set_footer(format!("&L{}&C{page}&R{}", footer_text(left), footer_text(right)));
}

//! An order as a workbook: what was ordered, what became of each line, what it comes to.

use rust_xlsxwriter::{ColNum, DocProperties, ExcelDateTime, RowNum, Workbook, Worksheet};

use super::formulas::{self, Lines, TotalKind, cell, price_number, quantity_number, rate_number};
use super::outline::{MAX_LEVEL, close};
use super::price_list::print_footer;
use super::styles::Styles;
use super::{SheetError, cell_text, sheet_name};
use crate::api;
use crate::money::{Money, Percent, Totals, VatMethod, line_amount, totals};
use crate::orders::Verdict;
use crate::words::{Lang, common, format, sheet as words};

const CODE: ColNum = 0;
const NAME: ColNum = 1;
const UNIT: ColNum = 2;
const QUANTITY: ColNum = 3;
const PRICE: ColNum = 4;
const RATE: ColNum = 5;
const AMOUNT: ColNum = 6;
const OUTCOME: ColNum = 7;

/// The order as a workbook.
pub fn write_order(order: &api::Order, firm: &api::Firm, lang: Lang) -> Result<Vec<u8>, SheetError> {
    let styles = Styles::new(order.currency);
    let mut sheet = Worksheet::new();
    let title = words::ORDER_NO.with(lang, &[("n", &order.number)]);
    sheet.set_name(sheet_name(&title))?;

    let header_row = write_top(&mut sheet, order, firm, &title, &styles, lang)?;
    let heads = [
        (CODE, common::CODE, 14.0),
        (NAME, common::PRODUCT, 46.0),
        (UNIT, common::UNIT, 7.0),
        (QUANTITY, common::QUANTITY, 12.0),
        (PRICE, common::PRICE, 11.0),
        (RATE, common::VAT, 8.0),
        (AMOUNT, common::AMOUNT, 13.0),
        (OUTCOME, words::OUTCOME, 34.0),
    ];
    for (column, word, width) in heads {
        let style = if (QUANTITY..=AMOUNT).contains(&column) { &styles.header_right } else { &styles.header };
        sheet.write_string_with_format(header_row, column, word.say(lang), style)?;
        sheet.set_column_width(column, width)?;
    }
    let first = header_row + 1;
    let (end, amounts) = write_lines(&mut sheet, first, order, &styles, lang)?;
    let last = end.max(first + 1) - 1;
    write_totals(&mut sheet, order, &amounts, &Lines { first, last, rates: RATE, amounts: AMOUNT }, &styles, lang)?;

    sheet.group_symbols_above(true);
    sheet.autofilter(header_row, CODE, last, OUTCOME)?;
    sheet.set_freeze_panes(first, UNIT)?;
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(header_row, header_row)?;
    print_footer(&mut sheet, &firm.name, &title, lang);

    let ordered_at = order.ordered_at.get(..19).unwrap_or(&order.ordered_at);
    let created = ExcelDateTime::parse_from_str(ordered_at).map_err(|_| SheetError::Malformed(format!("the order's time {}", order.ordered_at)))?;
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(cell_text(&title))
            .set_subject(words::ORDER_NO.with(lang, &[("n", &order.number)]))
            .set_author(cell_text(&firm.name))
            .set_company(cell_text(&firm.name))
            .set_creation_datetime(&created)
            .set_custom_property("OrderId", order.id.to_string()),
    );
    workbook.push_worksheet(sheet);
    Ok(workbook.save_to_buffer()?)
}

/// Who ordered what, when and where to; gives the row of the table's head.
fn write_top(sheet: &mut Worksheet, order: &api::Order, firm: &api::Firm, title: &str, styles: &Styles, lang: Lang) -> Result<RowNum, SheetError> {
    sheet.write_string_with_format(0, CODE, cell_text(&firm.name), &styles.title)?;
    sheet.write_string_with_format(1, CODE, cell_text(title), &styles.heading)?;
    let state = common::order_state(order.state).say(lang).to_string();
    let customer = order.customer.as_ref().map(|customer| format!("{} {}", customer.code, customer.name)).unwrap_or_default();
    let wanted = order.wanted_on.as_deref().map(|day| format::date(lang, day)).unwrap_or_default();
    let list = order.price_list.map(|version| words::PRICE_LIST_NO.with(lang, &[("n", &version)])).unwrap_or_default();
    let facts = [
        (words::ORDERED_AT, format::date_time(lang, &order.ordered_at)),
        (words::STATE, state),
        (common::CUSTOMER, customer),
        (words::PRICE_LIST, list),
        (words::PO_NUMBER, order.po_number.clone()),
        (words::WANTED_ON, wanted),
        (words::DELIVERY, order.delivery_address.clone()),
        (words::COMMENT, order.comment.clone()),
    ];
    let mut row = 2;
    for (label, value) in facts {
        if !value.is_empty() {
            sheet.write_string_with_format(row, CODE, label.say(lang), &styles.wrapped)?;
            sheet.write_string_with_format(row, NAME, cell_text(&value), &styles.wrapped)?;
            row += 1;
        }
    }
    if firm.demo {
        sheet.write_string(row, CODE, common::DEMO_DATA.say(lang))?;
        row += 1;
    }
    Ok(row + 1)
}

/// The lines by product group, in the order their groups first appear: first those that have none, last the refused.
fn by_group(order: &api::Order, lang: Lang) -> Vec<(Vec<String>, Vec<&api::OrderLine>)> {
    let refused = vec![common::verdict(Verdict::Refused).say(lang).to_string()];
    let mut groups: Vec<(Vec<String>, Vec<&api::OrderLine>)> = vec![(Vec::new(), Vec::new())];
    let mut left = Vec::new();
    for line in &order.lines {
        if line.verdict == Verdict::Refused {
            left.push(line);
        } else if let Some((_, lines)) = groups.iter_mut().find(|(path, _)| *path == line.group) {
            lines.push(line);
        } else {
            groups.push((line.group.clone(), vec![line]));
        }
    }
    // Groups of one parent stand together, where the first of them stands.
    let mut tops: Vec<Option<String>> = Vec::new();
    for (path, _) in &groups {
        let top = path.first().cloned();
        if !tops.contains(&top) {
            tops.push(top);
        }
    }
    groups.sort_by_key(|(path, _)| tops.iter().position(|top| top.as_ref() == path.first()));
    groups.push((refused, left));
    groups.retain(|(_, lines)| !lines.is_empty());
    groups
}

/// Writes groups and lines; gives the row after the last and what the lines come to.
fn write_lines(sheet: &mut Worksheet, first: RowNum, order: &api::Order, styles: &Styles, lang: Lang) -> Result<(RowNum, Vec<(Money, Percent)>), SheetError> {
    let mut row = first;
    let mut amounts = Vec::with_capacity(order.lines.len());
    let mut open: Vec<(String, RowNum)> = Vec::new();
    for (path, lines) in by_group(order, lang) {
        let same = open.iter().zip(&path).take_while(|((left, _), right)| left == *right).count();
        close(sheet, &mut open, same, row)?;
        for name in &path[same..] {
            for column in CODE..=OUTCOME {
                sheet.write_blank(row, column, &styles.group)?;
            }
            let style = styles.group.clone().set_indent(open.len().min(MAX_LEVEL) as u8);
            sheet.write_string_with_format(row, CODE, cell_text(name), &style)?;
            open.push((name.clone(), row));
            row += 1;
        }
        for line in lines {
            amounts.push((write_line(sheet, row, line, order, styles, lang)?, line.vat_rate));
            row += 1;
        }
    }
    close(sheet, &mut open, 0, row)?;
    Ok((row, amounts))
}

/// Writes one line and gives its amount, as stored.
fn write_line(sheet: &mut Worksheet, row: RowNum, line: &api::OrderLine, order: &api::Order, styles: &Styles, lang: Lang) -> Result<Money, SheetError> {
    let amount = Money::parse(&line.amount, order.currency).map_err(|_| SheetError::Malformed(format!("the amount {} of {}", line.amount, line.code)))?;
    sheet.write_string_with_format(row, CODE, cell_text(&line.code), &styles.code)?;
    sheet.write_string_with_format(row, NAME, cell_text(&line.name), styles.text_of(&line.name))?;
    sheet.write_string_with_format(row, UNIT, cell_text(&line.unit), styles.text_of(&line.unit))?;
    sheet.write_number_with_format(row, QUANTITY, quantity_number(line.quantity), &styles.number)?;
    sheet.write_number_with_format(row, RATE, rate_number(line.vat_rate), styles.percent(line.vat_rate))?;
    let computed = match line.price {
        Some(price) => {
            sheet.write_number_with_format(row, PRICE, price_number(price), styles.price(price, order.currency))?;
            line_amount(line.quantity, price, Percent::ZERO, order.currency).ok()
        }
        None => None,
    };
    // A refused line has a price and comes to nothing; an imported one may carry an amount of its own.
    if computed == Some(amount) {
        let formula = formulas::line(&cell(row, QUANTITY, false), &cell(row, PRICE, false), amount);
        formulas::write(sheet, row, AMOUNT, formula, &styles.amount)?;
    } else {
        sheet.write_number_with_format(row, AMOUNT, formulas::amount_number(amount), &styles.amount)?;
    }
    let mut outcome = common::verdict(line.verdict).say(lang).to_string();
    if let Some(reason) = line.reason {
        outcome = format!("{outcome}: {}", common::line_reason(reason).say(lang));
    }
    sheet.write_string_with_format(row, OUTCOME, cell_text(&outcome), &styles.text)?;
    Ok(amount)
}

/// Net, VAT per rate and gross below the lines: by formula where one of the two methods gives the order's own totals,
/// as the stated figures otherwise (an imported document may have been rounded by other rules).
fn write_totals(sheet: &mut Worksheet, order: &api::Order, amounts: &[(Money, Percent)], lines: &Lines, styles: &Styles, lang: Lang) -> Result<(), SheetError> {
    let stated = |text: &str| Money::parse(text, order.currency).map_err(|_| SheetError::Malformed(format!("the total {text}")));
    let (net, vat, gross) = (stated(&order.net)?, stated(&order.vat)?, stated(&order.gross)?);
    let agrees = |sum: &Totals| sum.net == net && sum.vat == vat && sum.gross == gross;
    let mut found = None;
    for method in [VatMethod::PerRate, VatMethod::PerLine] {
        let sum = totals(amounts, order.currency, order.vat_mode, method)?;
        if agrees(&sum) {
            found = Some((sum, method));
            break;
        }
    }
    let first_row = lines.last + 2;
    let gross_label = format!("{}, {}", words::GROSS_TOTAL.say(lang), order.currency);
    match found {
        Some((sum, method)) => {
            let rates: Vec<Percent> = sum.by_rate.iter().map(|entry| entry.rate).collect();
            for (at, total) in formulas::total_rows(lines, &rates, &sum, order.vat_mode, method, first_row, AMOUNT).into_iter().enumerate() {
                let row = first_row + at as RowNum;
                let label = match total.kind {
                    TotalKind::Net => words::NET_TOTAL.say(lang).to_string(),
                    TotalKind::Vat(rate) => words::VAT_AT.with(lang, &[("rate", &format::percent(lang, rate))]),
                    TotalKind::Gross => gross_label.clone(),
                };
                sheet.write_string_with_format(row, RATE, label, &styles.total_label)?;
                formulas::write(sheet, row, AMOUNT, total.formula, &styles.total)?;
            }
        }
        None => {
            let stated = [(words::NET_TOTAL.say(lang), net), (common::VAT.say(lang), vat), (gross_label.as_str(), gross)];
            for (at, (label, amount)) in stated.into_iter().enumerate() {
                let row = first_row + at as RowNum;
                sheet.write_string_with_format(row, RATE, label, &styles.total_label)?;
                sheet.write_number_with_format(row, AMOUNT, formulas::amount_number(amount), &styles.total)?;
            }
        }
    }
    Ok(())
}

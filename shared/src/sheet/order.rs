//! An order as a workbook: what was ordered, what became of each line, what it comes to.

use super::book::{Area, At, Book, Custom, Print, Properties, Repeated, Row, SetUp, Value, made};
use super::formulas::{self, Lines, TotalKind, cell, price_number, quantity_number, rate_number};
use super::{SheetError, cell_text, footer, outline, sheet_name, styles};
use crate::api;
use crate::money::{Money, Percent, Totals, VatMethod, line_amount, totals};
use crate::orders::Verdict;
use crate::words::{Lang, common, format, sheet as words};

const CODE: At = 0;
const NAME: At = 1;
const UNIT: At = 2;
const QUANTITY: At = 3;
const PRICE: At = 4;
const RATE: At = 5;
const AMOUNT: At = 6;
const OUTCOME: At = 7;

/// The order as a workbook.
pub fn order(order: &api::Order, firm: &api::Firm, lang: Lang) -> Result<Book, SheetError> {
    let title = words::ORDER_NO.with(lang, &[("n", &order.number)]);
    let mut rows = top(order, firm, &title, lang);
    let header_row = rows.len() as At + 1;
    let heads = [
        (CODE, common::CODE),
        (NAME, common::PRODUCT),
        (UNIT, common::UNIT),
        (QUANTITY, common::QUANTITY),
        (PRICE, common::PRICE),
        (RATE, common::VAT),
        (AMOUNT, common::AMOUNT),
        (OUTCOME, words::OUTCOME),
    ];
    let mut header = Row::new(header_row);
    for (column, word) in heads {
        header.text(column, if (QUANTITY..=AMOUNT).contains(&column) { styles::HEADER_RIGHT } else { styles::HEADER }, word.say(lang));
    }
    rows.push(header);
    let first = header_row + 1;
    let (end, amounts) = lines(&mut rows, first, order, lang)?;
    let last = end.max(first + 1) - 1;
    sums(&mut rows, order, &amounts, &Lines { first, last, rates: RATE, amounts: AMOUNT }, lang)?;

    let currency = order.currency;
    let set_up = SetUp {
        widths: vec![14, 46, 7, 12, 11, 8, 13, 34],
        deepest: rows.iter().map(|row| row.level).max().unwrap_or(0),
        filter: Some(Area { top: header_row, left: CODE, bottom: last, right: OUTCOME }),
        freeze: Some((first, UNIT)),
        repeated: Some(Repeated { of: Box::new(move |row| formulas::line(&cell(row, QUANTITY, false), &cell(row, PRICE, false), currency)), last }),
        print: Some(Print { repeat: Some(header_row), area: None, form: false, header: String::new(), footer: footer(&firm.name, &title, lang) }),
        ..SetUp::new(sheet_name(&title))
    };
    let ordered_at = order.ordered_at.get(..19).unwrap_or(&order.ordered_at);
    ordered_at.parse::<jiff::civil::DateTime>().map_err(|_| SheetError::Malformed(format!("the order's time {}", order.ordered_at)))?;
    Ok(Book {
        looks: styles::looks(order.currency),
        properties: Properties {
            title: cell_text(&title),
            subject: title.clone(),
            firm: cell_text(&firm.name),
            keywords: String::new(),
            created: ordered_at.to_string(),
            custom: vec![("OrderId", Custom::Text(order.id.to_string()))],
        },
        names: Vec::new(),
        links_left_out: 0,
        rows: rows.len(),
        sheets: vec![(set_up, made(rows))],
    })
}

/// Who ordered what, when and where to.
fn top(order: &api::Order, firm: &api::Firm, title: &str, lang: Lang) -> Vec<Row> {
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
    let mut rows = Vec::new();
    let mut next = |texts: &[(At, styles::Style, &str)]| {
        let mut row = Row::new(rows.len() as At);
        texts.iter().for_each(|(column, style, text)| row.text(*column, *style, text));
        rows.push(row);
    };
    next(&[(CODE, styles::guarded(styles::TITLE, &firm.name), &firm.name)]);
    next(&[(CODE, styles::HEADING, title)]);
    for (label, value) in facts {
        if !value.is_empty() {
            next(&[(CODE, styles::WRAPPED, label.say(lang)), (NAME, styles::guarded(styles::WRAPPED, &value), &value)]);
        }
    }
    if firm.demo {
        next(&[(CODE, styles::PLAIN, common::DEMO_DATA.say(lang))]);
    }
    rows
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

/// Adds groups and lines; gives the row after the last and what the lines come to.
fn lines(rows: &mut Vec<Row>, first: At, order: &api::Order, lang: Lang) -> Result<(At, Vec<(Money, Percent)>), SheetError> {
    let mut at = first;
    let mut amounts = Vec::with_capacity(order.lines.len());
    let mut open: Vec<String> = Vec::new();
    for (path, lines) in by_group(order, lang) {
        let same = open.iter().zip(&path).take_while(|(left, right)| left == right).count();
        for (depth, name) in path.iter().enumerate().skip(same) {
            let mut row = Row { level: outline::level(depth), ..Row::new(at) };
            row.text(CODE, styles::guarded(styles::group(depth), name), name);
            for column in NAME..=OUTCOME {
                row.put(column, styles::group(0), Value::Blank);
            }
            rows.push(row);
            at += 1;
        }
        open = path;
        for line in lines {
            let mut row = Row { level: outline::level(open.len()), ..Row::new(at) };
            amounts.push((fill(&mut row, line, order, lang)?, line.vat_rate));
            rows.push(row);
            at += 1;
        }
    }
    Ok((at, amounts))
}

/// Fills the row of a line and gives its amount, as stored.
fn fill(row: &mut Row, line: &api::OrderLine, order: &api::Order, lang: Lang) -> Result<Money, SheetError> {
    let amount = Money::parse(&line.amount, order.currency).map_err(|_| SheetError::Malformed(format!("the amount {} of {}", line.amount, line.code)))?;
    row.text(CODE, styles::guarded(styles::CODE, &line.code), &line.code);
    row.text(NAME, styles::text_of(&line.name), &line.name);
    row.text(UNIT, styles::text_of(&line.unit), &line.unit);
    row.put(QUANTITY, styles::NUMBER, Value::Number(quantity_number(line.quantity)));
    if let Some(price) = line.price {
        row.put(PRICE, styles::price(price, order.currency), Value::Number(price_number(price)));
    }
    row.put(RATE, styles::percent(line.vat_rate), Value::Number(rate_number(line.vat_rate)));
    let computed = line.price.and_then(|price| line_amount(line.quantity, price, Percent::ZERO, order.currency).ok());
    let number = formulas::amount_number(amount);
    // A refused line has a price and comes to nothing; an imported one may carry an amount of its own.
    row.put(AMOUNT, styles::AMOUNT, if computed == Some(amount) { Value::Repeated(number) } else { Value::Number(number) });
    let mut outcome = common::verdict(line.verdict).say(lang).to_string();
    if let Some(reason) = line.reason {
        outcome = format!("{outcome}: {}", common::line_reason(reason).say(lang));
    }
    row.text(OUTCOME, styles::TEXT, &outcome);
    Ok(amount)
}

/// Net, VAT per rate and gross below the lines: by formula where one of the two methods gives the order's own totals,
/// as the stated figures otherwise (an imported document may have been rounded by other rules).
fn sums(rows: &mut Vec<Row>, order: &api::Order, amounts: &[(Money, Percent)], lines: &Lines, lang: Lang) -> Result<(), SheetError> {
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
    let figures: Vec<(String, Value)> = match found {
        Some((sum, method)) => {
            let rates: Vec<Percent> = sum.by_rate.iter().map(|entry| entry.rate).collect();
            let label = |kind| match kind {
                TotalKind::Net => words::NET_TOTAL.say(lang).to_string(),
                TotalKind::Vat(rate) => words::VAT_AT.with(lang, &[("rate", &format::percent(lang, rate))]),
                TotalKind::Gross => gross_label.clone(),
            };
            let rows = formulas::total_rows(lines, &rates, &sum, order.vat_mode, method, first_row, AMOUNT);
            rows.into_iter().map(|total| (label(total.kind), Value::Formula(total.formula, total.result))).collect()
        }
        None => [(words::NET_TOTAL.say(lang), net), (common::VAT.say(lang), vat), (gross_label.as_str(), gross)]
            .map(|(label, amount)| (label.to_string(), Value::Number(formulas::amount_number(amount))))
            .into(),
    };
    for (at, (label, figure)) in figures.into_iter().enumerate() {
        let mut row = Row::new(first_row + at as At);
        row.text(RATE, styles::TOTAL_LABEL, &label);
        row.put(AMOUNT, styles::TOTAL, figure);
        rows.push(row);
    }
    Ok(())
}

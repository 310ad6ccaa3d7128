//! Formulas and the results they are written with. Whole-number arithmetic inside, so that a spreadsheet's binary
//! fractions come to the same cents as `money`: rounding 1.005 is not a matter of the program's mood.

use super::book::{At, Number};
use crate::money::{Currency, Money, Percent, Price, Quantity, Totals, VatMethod, VatMode};

/// `A1` of a zero-based cell; `$` fixes both where `fixed`.
pub fn cell(row: At, column: At, fixed: bool) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    if fixed { format!("${letters}${}", row + 1) } else { format!("{letters}{}", row + 1) }
}

/// A fixed range within one column.
pub fn column_range(first: At, last: At, column: At) -> String {
    format!("{}:{}", cell(first, column, true), cell(last, column, true))
}

/// Values as numbers of a cell.
pub fn quantity_number(quantity: Quantity) -> Number {
    Number { raw: quantity.raw(), digits: 3 }
}
pub fn price_number(price: Price) -> Number {
    Number { raw: price.raw(), digits: 4 }
}
pub fn rate_number(rate: Percent) -> Number {
    Number { raw: rate.raw(), digits: 4 }
}
pub fn amount_number(amount: Money) -> Number {
    Number { raw: amount.minor, digits: amount.currency.exponent() as u8 }
}

fn minor_units(currency: Currency) -> i64 {
    10_i64.pow(currency.exponent())
}

/// Quantity × price, rounded once, half away from zero; nothing where the quantity is no number.
///
/// `ROUND(H8*F8,2)` would do almost always; computed in thousandths and ten-thousandths the product is exact.
pub fn line(quantity: &str, price: &str, currency: Currency) -> String {
    let units = minor_units(currency);
    let divisor = 10_000_000 / units;
    let exact = format!("ROUND(ROUND({quantity}*1000,0)*ROUND({price}*10000,0)/{divisor},0)");
    let amount = if units == 1 { exact } else { format!("{exact}/{units}") };
    format!("IF(ISNUMBER({quantity}),{amount},0)")
}

/// Where the lines stand.
pub struct Lines {
    pub first: At,
    pub last: At,
    pub rates: At,
    pub amounts: At,
}

/// One row of the totals: where its label and figure stand is the caller's.
pub struct TotalRow {
    pub kind: TotalKind,
    pub formula: String,
    pub result: Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalKind {
    Net,
    Vat(Percent),
    Gross,
}

/// The rows of the totals, to be written from `first_row` on in `column`: net, VAT per rate, gross; each a formula over
/// the lines. `totals` are their results.
pub fn total_rows(lines: &Lines, rates: &[Percent], totals: &Totals, mode: VatMode, method: VatMethod, first_row: At, column: At) -> Vec<TotalRow> {
    let digits = totals.net.currency.exponent();
    let amounts = column_range(lines.first, lines.last, lines.amounts);
    let rate_cells = column_range(lines.first, lines.last, lines.rates);
    let (vat_first, vat_last) = (first_row + 1, first_row + rates.len() as At);
    let vats = column_range(vat_first, vat_last.max(vat_first), column);
    let gross_cell = cell(first_row + 1 + rates.len() as At, column, true);
    let net_cell = cell(first_row, column, true);
    // Net lists add VAT on top; lists with VAT inside take it out.
    let (net, gross) = match (mode, rates.is_empty()) {
        (VatMode::Net, false) => (format!("ROUND(SUM({amounts}),{digits})"), format!("ROUND({net_cell}+SUM({vats}),{digits})")),
        (VatMode::Net, true) => (format!("ROUND(SUM({amounts}),{digits})"), net_cell),
        (VatMode::Gross, false) => (format!("ROUND({gross_cell}-SUM({vats}),{digits})"), format!("ROUND(SUM({amounts}),{digits})")),
        (VatMode::Gross, true) => (gross_cell, format!("ROUND(SUM({amounts}),{digits})")),
    };
    let mut rows = vec![TotalRow { kind: TotalKind::Net, formula: net, result: amount_number(totals.net) }];
    for rate in rates {
        let of = |amount: String| {
            let units = 10_i64.pow(digits);
            let base = match mode {
                VatMode::Net => 10_000,
                VatMode::Gross => 10_000 + rate.raw(),
            };
            let exact = format!("ROUND(ROUND({amount}*{units},0)*{}/{base},0)", rate.raw());
            if units == 1 { exact } else { format!("{exact}/{units}") }
        };
        let number = rate_number(*rate);
        let formula = match method {
            VatMethod::PerRate => of(format!("SUMIF({rate_cells},{number},{amounts})")),
            VatMethod::PerLine => format!("SUMPRODUCT(({rate_cells}={number})*{})", of(amounts.clone())),
        };
        let vat = totals.by_rate.iter().find(|entry| entry.rate == *rate).map_or(Money::zero(totals.vat.currency), |entry| entry.vat);
        rows.push(TotalRow { kind: TotalKind::Vat(*rate), formula, result: amount_number(vat) });
    }
    rows.push(TotalRow { kind: TotalKind::Gross, formula: gross, result: amount_number(totals.gross) });
    rows
}

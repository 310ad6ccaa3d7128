//! Formulas and the results they are written with. Whole-number arithmetic inside, so that a spreadsheet's binary
//! fractions come to the same cents as `money`: rounding 1.005 is not a matter of the program's mood.

use rust_xlsxwriter::{ColNum, Format, Formula, RowNum, Worksheet};

use super::SheetError;
use crate::money::{Money, Percent, Price, Quantity, Totals, VatMethod, VatMode};

/// `A1` of a zero-based cell; `$` fixes both where `fixed`.
pub fn cell(row: RowNum, column: ColNum, fixed: bool) -> String {
    let mut letters = String::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    if fixed { format!("${letters}${}", row + 1) } else { format!("{letters}{}", row + 1) }
}

/// A fixed range within one column.
pub fn column_range(first: RowNum, last: RowNum, column: ColNum) -> String {
    format!("{}:{}", cell(first, column, true), cell(last, column, true))
}

/// Values as a spreadsheet's number: the nearest binary fraction, which it shows as the decimal it came from.
pub fn quantity_number(quantity: Quantity) -> f64 {
    quantity.raw() as f64 / 1_000.0
}
pub fn price_number(price: Price) -> f64 {
    price.raw() as f64 / 10_000.0
}
pub fn rate_number(rate: Percent) -> f64 {
    rate.raw() as f64 / 10_000.0
}
pub fn amount_number(amount: Money) -> f64 {
    amount.minor as f64 / minor_units(amount) as f64
}

fn minor_units(amount: Money) -> i64 {
    10_i64.pow(amount.currency.exponent())
}

/// Quantity × price, rounded once, half away from zero; nothing where the quantity is no number.
///
/// `ROUND(H8*F8,2)` would do almost always; computed in thousandths and ten-thousandths the product is exact.
pub fn line(quantity: &str, price: &str, result: Money) -> Formula {
    let units = minor_units(result);
    let divisor = 10_000_000 / units;
    let exact = format!("ROUND(ROUND({quantity}*1000,0)*ROUND({price}*10000,0)/{divisor},0)");
    let amount = if units == 1 { exact } else { format!("{exact}/{units}") };
    Formula::new(format!("=IF(ISNUMBER({quantity}),{amount},0)")).set_result(result.decimal())
}

/// Where the lines stand.
pub struct Lines {
    pub first: RowNum,
    pub last: RowNum,
    pub rates: ColNum,
    pub amounts: ColNum,
}

/// One row of the totals: where its label and figure stand is the caller's.
pub struct TotalRow {
    pub kind: TotalKind,
    pub formula: Formula,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalKind {
    Net,
    Vat(Percent),
    Gross,
}

/// The rows of the totals, to be written from `first_row` on in `column`: net, VAT per rate, gross; each a formula over
/// the lines. `totals` are their results.
pub fn total_rows(lines: &Lines, rates: &[Percent], totals: &Totals, mode: VatMode, method: VatMethod, first_row: RowNum, column: ColNum) -> Vec<TotalRow> {
    let digits = totals.net.currency.exponent();
    let amounts = column_range(lines.first, lines.last, lines.amounts);
    let rate_cells = column_range(lines.first, lines.last, lines.rates);
    let (vat_first, vat_last) = (first_row + 1, first_row + rates.len() as RowNum);
    let vats = column_range(vat_first, vat_last.max(vat_first), column);
    let gross_cell = cell(first_row + 1 + rates.len() as RowNum, column, true);
    let net_cell = cell(first_row, column, true);
    // Net lists add VAT on top; lists with VAT inside take it out.
    let (net, gross) = match (mode, rates.is_empty()) {
        (VatMode::Net, false) => (format!("=ROUND(SUM({amounts}),{digits})"), format!("=ROUND({net_cell}+SUM({vats}),{digits})")),
        (VatMode::Net, true) => (format!("=ROUND(SUM({amounts}),{digits})"), format!("={net_cell}")),
        (VatMode::Gross, false) => (format!("=ROUND({gross_cell}-SUM({vats}),{digits})"), format!("=ROUND(SUM({amounts}),{digits})")),
        (VatMode::Gross, true) => (format!("={gross_cell}"), format!("=ROUND(SUM({amounts}),{digits})")),
    };
    let mut rows = vec![TotalRow { kind: TotalKind::Net, formula: Formula::new(net).set_result(totals.net.decimal()) }];
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
            VatMethod::PerRate => format!("={}", of(format!("SUMIF({rate_cells},{number},{amounts})"))),
            VatMethod::PerLine => format!("=SUMPRODUCT(({rate_cells}={number})*{})", of(amounts.clone())),
        };
        let vat = totals.by_rate.iter().find(|entry| entry.rate == *rate).map_or(Money::zero(totals.vat.currency), |entry| entry.vat);
        rows.push(TotalRow { kind: TotalKind::Vat(*rate), formula: Formula::new(formula).set_result(vat.decimal()) });
    }
    rows.push(TotalRow { kind: TotalKind::Gross, formula: Formula::new(gross).set_result(totals.gross.decimal()) });
    rows
}

/// Writes a formula with its cached result.
pub fn write(sheet: &mut Worksheet, row: RowNum, column: ColNum, formula: Formula, format: &Format) -> Result<(), SheetError> {
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

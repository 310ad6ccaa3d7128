//! Workbooks by a library, whole in memory: what the server sends, and what the other writer is held against.

use rust_xlsxwriter::{
    ColNum, Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Image, ObjectMovement, ProtectionOptions, Url,
    Workbook, Worksheet, XlsxError,
};

use super::book::{Book, Custom, Number, Properties, Protection, Row, SetUp, Value};
use super::styles::{Border, Look, RULE, Style, Vertical};
use super::{FormInfo, OrderedLine, SheetError, order, price_list};
use crate::api;
use crate::catalog::Snapshot;
use crate::catalog::columns::Columns;
use crate::words::Lang;

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> Self {
        Self::Writer(error.to_string())
    }
}

/// The whole list as a workbook, filled in with `order`.
pub fn write_price_list(snapshot: &Snapshot, order: &[OrderedLine], form: &FormInfo, lang: Lang) -> Result<Vec<u8>, SheetError> {
    write(price_list(Columns::from_snapshot(snapshot), None, order, form.clone(), lang)?)
}

/// The order as a workbook.
pub fn write_order(of: &api::Order, firm: &api::Firm, lang: Lang) -> Result<Vec<u8>, SheetError> {
    write(order(of, firm, lang)?)
}

/// The bytes of a workbook.
pub fn write(book: Book) -> Result<Vec<u8>, SheetError> {
    let formats = Formats::new(&book.looks);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(&book.properties)?);
    for (set_up, rows) in book.sheets {
        let mut sheet = Worksheet::new();
        prepare(&mut sheet, &set_up)?;
        for row in rows {
            write_row(&mut sheet, &row?, &set_up, &formats)?;
        }
        workbook.push_worksheet(sheet);
    }
    for (name, of) in &book.names {
        workbook.define_name(*name, &format!("={of}"))?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The looks as the library's formats.
pub struct Formats(Vec<Format>);

impl Formats {
    pub fn new(looks: &[Look]) -> Self {
        Self(looks.iter().map(format).collect())
    }
    pub fn of(&self, style: Style) -> &Format {
        &self.0[usize::from(style.0)]
    }
}

fn format(look: &Look) -> Format {
    let mut format = Format::new();
    if look.bold {
        format = format.set_bold();
    }
    if look.large {
        format = format.set_font_size(14);
    }
    if look.link {
        format = format.set_hyperlink();
    }
    if let Some(fill) = look.fill {
        format = format.set_background_color(Color::RGB(fill));
    }
    let rule = Color::RGB(RULE);
    format = match look.border {
        Border::None => format,
        Border::Below => format.set_border_bottom(FormatBorder::Hair).set_border_bottom_color(rule),
        Border::Head => format.set_border_bottom(FormatBorder::Thin),
        Border::Around => format.set_border(FormatBorder::Thin).set_border_color(rule),
    };
    if look.right {
        format = format.set_align(FormatAlign::Right);
    }
    format = match look.vertical {
        Vertical::Bottom => format,
        Vertical::Top => format.set_align(FormatAlign::Top),
        Vertical::Center => format.set_align(FormatAlign::VerticalCenter),
    };
    if look.wrap {
        format = format.set_text_wrap();
    }
    if look.indent > 0 {
        format = format.set_indent(look.indent);
    }
    if !look.number.is_empty() {
        format = format.set_num_format(&*look.number);
    }
    if look.quoted {
        format = format.set_quote_prefix();
    }
    if look.unlocked { format.set_unlocked() } else { format }
}

fn prepare(sheet: &mut Worksheet, set_up: &SetUp) -> Result<(), SheetError> {
    sheet.set_name(&set_up.name)?;
    sheet.set_hidden(set_up.hidden);
    for (column, width) in set_up.widths.iter().enumerate() {
        sheet.set_column_width(column as ColNum, f64::from(*width))?;
    }
    for column in &set_up.hidden_columns {
        sheet.set_column_hidden(*column as ColNum)?;
    }
    if set_up.deepest > 0 {
        sheet.group_symbols_above(true);
    }
    if let Some(area) = set_up.filter {
        sheet.autofilter(area.top, area.left as ColNum, area.bottom, area.right as ColNum)?;
    }
    if let Some((row, column)) = set_up.freeze {
        sheet.set_freeze_panes(row, column as ColNum)?;
    }
    if let Some((row, column)) = set_up.selected {
        sheet.set_selection(row, column as ColNum, row, column as ColNum)?;
    }
    if let Some(rule) = &set_up.validation {
        let validation = DataValidation::new()
            .allow_custom(Formula::new(format!("={}", rule.rule)))
            .ignore_blank(true)
            .set_error_title(&rule.title)?
            .set_error_message(&rule.message)?;
        sheet.add_data_validation(rule.first, rule.column as ColNum, rule.last, rule.column as ColNum, &validation)?;
    }
    if let Some(print) = &set_up.print {
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        if let Some(row) = print.repeat {
            sheet.set_repeat_rows(row, row)?;
        }
        if let Some(area) = print.area {
            sheet.set_print_area(area.top, area.left as ColNum, area.bottom, area.right as ColNum)?;
        }
        if !print.header.is_empty() {
            sheet.set_header(&print.header);
        }
        sheet.set_footer(&print.footer);
        if print.form {
            sheet.set_landscape().set_print_black_and_white(true).set_margins(0.4, 0.4, 0.75, 0.75, 0.3, 0.3);
        }
    }
    if let Some(((row, column), picture)) = &set_up.picture {
        let image = Image::new_from_buffer(&picture.png)?.set_alt_text("QR").set_object_movement(ObjectMovement::MoveButDontSizeWithCells);
        sheet.insert_image(*row, *column as ColNum, &image.set_scale_to_size(picture.shown(), picture.shown(), true))?;
    }
    match set_up.protection {
        Protection::None => {}
        Protection::All => {
            sheet.protect();
        }
        Protection::Form => {
            let allowed = ProtectionOptions { use_autofilter: true, sort: true, format_columns: true, format_rows: true, ..ProtectionOptions::default() };
            sheet.protect_with_options(&allowed);
        }
    }
    Ok(())
}

/// The nearest binary fraction, which a spreadsheet shows as the decimal it came from.
fn float(number: Number) -> f64 {
    number.raw as f64 / 10_f64.powi(i32::from(number.digits))
}

fn write_row(sheet: &mut Worksheet, row: &Row, set_up: &SetUp, formats: &Formats) -> Result<(), SheetError> {
    for _ in 0..row.level {
        sheet.group_rows(row.at, row.at)?;
    }
    for (column, style, value) in &row.cells {
        let (column, format) = (*column as ColNum, formats.of(*style));
        let formula = |text: String, result: Number| Formula::new(format!("={text}")).set_result(result.to_string());
        match value {
            Value::Blank => sheet.write_blank(row.at, column, format)?,
            Value::Text(text) => sheet.write_string_with_format(row.at, column, text, format)?,
            Value::Often(text) => sheet.write_string_with_format(row.at, column, &**text, format)?,
            Value::Number(number) => sheet.write_number_with_format(row.at, column, float(*number), format)?,
            Value::Formula(text, result) => sheet.write_formula_with_format(row.at, column, formula(text.clone(), *result), format)?,
            Value::Repeated(result) => {
                let text = set_up.repeated.as_ref().map(|repeated| (repeated.of)(row.at)).unwrap_or_default();
                sheet.write_formula_with_format(row.at, column, formula(text, *result), format)?
            }
            Value::Link { text, place } => sheet.write_url_with_format(row.at, column, Url::new(format!("internal:{place}")).set_text(text), format)?,
        };
    }
    Ok(())
}

fn properties(of: &Properties) -> Result<DocProperties, SheetError> {
    let created = ExcelDateTime::parse_from_str(&of.created)?;
    let mut properties = DocProperties::new()
        .set_title(&of.title)
        .set_subject(&of.subject)
        .set_author(&of.firm)
        .set_company(&of.firm)
        .set_keywords(&of.keywords)
        .set_creation_datetime(&created);
    for (name, value) in &of.custom {
        properties = match value {
            Custom::Text(text) => properties.set_custom_property(*name, text.as_str()),
            Custom::Number(number) => properties.set_custom_property(*name, *number),
        };
    }
    Ok(properties)
}

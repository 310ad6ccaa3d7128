//! Gathers the rows of a history into documents and decides which can be taken. Lines of one document need not stand
//! together, so everything is held in memory, 32 bytes a line, up to a limit; nothing here touches the database.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kontor_shared::import::RowProblem;
use kontor_shared::import::orders::{Header, Kind, Line, total_agrees};
use kontor_shared::money::{self, Currency, Money, Percent, Price, Quantity, VatMethod, VatMode};
use kontor_shared::words::imports::{self as words, Said};
use sha2::{Digest, Sha256};

use crate::auth::hex;

/// Rows of one import; more come in several files.
pub const MOST_ROWS: usize = 5_000_000;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: u16,
    pub row: u32,
}

#[derive(Clone, Debug)]
struct Row {
    place: Place,
    /// 0: the file numbers no lines.
    no: u32,
    code: u32,
    quantity: Quantity,
    price: Price,
}

/// One document as the files tell it.
#[derive(Debug, Default)]
struct Document {
    header: Option<(Place, Header)>,
    /// The header is not a row of its own.
    flat: bool,
    /// The header's row was refused already.
    refused: Option<Place>,
    lines: Vec<Row>,
    /// Rows that named this document, refused ones too.
    seen: u32,
}

/// All documents of an import, in the order they came.
#[derive(Default)]
pub struct Gathered {
    numbers: HashMap<Arc<str>, usize>,
    order: Vec<Arc<str>>,
    documents: Vec<Document>,
    codes: HashMap<Arc<str>, u32>,
    code_of: Vec<Arc<str>>,
    rows: usize,
}

/// What became of a row at once.
pub enum Taken {
    /// It waits for its document to be judged.
    Held,
    /// The same row again.
    Repeat,
    Refused(RowProblem),
}

impl Gathered {
    pub fn documents(&self) -> usize {
        self.documents.len()
    }
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn document(&mut self, number: &str) -> &mut Document {
        let at = match self.numbers.get(number) {
            Some(at) => *at,
            None => {
                let name: Arc<str> = number.into();
                self.numbers.insert(name.clone(), self.documents.len());
                self.order.push(name);
                self.documents.push(Document::default());
                self.documents.len() - 1
            }
        };
        &mut self.documents[at]
    }

    fn code(&mut self, code: &str) -> u32 {
        if let Some(at) = self.codes.get(code) {
            return *at;
        }
        let text: Arc<str> = code.into();
        let at = self.code_of.len() as u32;
        self.codes.insert(text.clone(), at);
        self.code_of.push(text);
        at
    }

    pub fn header(&mut self, place: Place, header: Header) -> Taken {
        self.rows += 1;
        let document = self.document(&header.number);
        if let Some((first, known)) = &document.header {
            return if *known == header {
                Taken::Repeat
            } else {
                Taken::Refused(RowProblem::new(header.number, Said::with(words::NUMBER_TWICE, &[("row", &first.row)])))
            };
        }
        document.header = Some((place, header));
        Taken::Held
    }

    pub fn line(&mut self, place: Place, line: Line) -> Taken {
        self.rows += 1;
        let code = self.code(&line.code);
        let document = self.document(&line.number);
        let row = Row { place, no: line.line_no.unwrap_or(0), code, quantity: line.quantity, price: line.price };
        document.seen += 1;
        document.lines.push(row);
        Taken::Held
    }

    /// A line that repeats its header. Of two dates the earlier is the document's: sources write minutes anew.
    pub fn flat(&mut self, place: Place, header: Header, line: Line) -> Taken {
        let document = self.document(&header.number);
        match &mut document.header {
            Some((_, known)) if known.customer != header.customer => {
                document.seen += 1;
                self.rows += 1;
                return Taken::Refused(RowProblem::new(header.customer.unwrap_or_default(), words::OTHER_CUSTOMER));
            }
            Some((_, known)) => known.at = known.at.min(header.at),
            None => {
                document.flat = true;
                // Totals and counts of a flat line are the line's own.
                document.header = Some((place, Header { lines: None, total: None, ..header }));
            }
        }
        self.line(place, line)
    }

    /// A header's row could not be read.
    pub fn refused_header(&mut self, place: Place, number: &str) {
        self.rows += 1;
        if !number.is_empty() {
            let document = self.document(number);
            if document.header.is_none() {
                document.refused = Some(place);
            }
        }
    }

    /// A line's row could not be read; it still counts as one its document has.
    pub fn refused_line(&mut self, number: &str) {
        self.rows += 1;
        if let Some(at) = self.numbers.get(number) {
            self.documents[*at].seen += 1;
        }
    }

    /// Judges the document at `index` and lets go of its rows.
    pub fn judge(&mut self, index: usize, known: &Known) -> Judged {
        let document = std::mem::take(&mut self.documents[index]);
        document.judge(self.order[index].clone(), &self.code_of, known)
    }
}

/// A product as the lines of a history need it.
#[derive(Debug)]
pub struct Product {
    pub code: Arc<str>,
    pub name: Arc<str>,
    pub unit: Arc<str>,
    pub vat_rate: Percent,
    pub goods: bool,
}

/// What is known when documents are judged.
pub struct Known {
    /// Id by code.
    pub customers: HashMap<String, Arc<str>>,
    pub products: HashMap<String, Arc<Product>>,
    pub zone: TimeZone,
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub vat_method: VatMethod,
}

impl Known {
    /// By the code as it stands; else by the upper-case code, for sources that are careless with case.
    fn product(&self, code: &str) -> Option<&Arc<Product>> {
        self.products.get(code).or_else(|| self.products.get(&code.to_uppercase()))
    }
}

/// A line that can be stored.
#[derive(Clone, Debug)]
pub struct ReadyLine {
    pub place: Place,
    pub no: i64,
    pub product: Arc<Product>,
    pub quantity: Quantity,
    pub price: Price,
    pub amount: i64,
}

/// A document that can be stored.
#[derive(Debug)]
pub struct Ready {
    pub number: Arc<str>,
    pub kind: Kind,
    pub at_ms: i64,
    /// `YYYY-MM-DD` in the firm's zone.
    pub day: String,
    pub customer: Option<Arc<str>>,
    pub lines: Vec<ReadyLine>,
    pub net: i64,
    pub vat: i64,
    pub gross: i64,
    /// It has a line of goods with positive quantity and price.
    pub counted: bool,
    /// SHA-256 of what the files say of it.
    pub hash: String,
    /// Where its header stands, if that is a row of its own.
    pub header: Option<Place>,
}

/// What becomes of a document's rows.
#[derive(Debug, Default)]
pub struct Judged {
    pub ready: Option<Ready>,
    pub refused: Vec<(Place, RowProblem)>,
    /// Rows that repeat another.
    pub repeats: u64,
}

impl Document {
    fn judge(self, number: Arc<str>, codes: &[Arc<str>], known: &Known) -> Judged {
        let Some((place, header)) = self.header else {
            let reason = match self.refused {
                Some(header) => Said::with(words::HEADER_REFUSED, &[("row", &header.row)]),
                None => words::NO_HEADER.into(),
            };
            return Judged { refused: self.lines.iter().map(|line| (line.place, RowProblem::new(&*number, reason.clone()))).collect(), ..Judged::default() };
        };
        let kind = header.kind.unwrap_or_else(|| Kind::derived(&number, header.customer.is_some(), self.lines.iter().all(|line| line.price == Price::ZERO)));
        let refuse_all = |problem: RowProblem| {
            let mut refused = Vec::with_capacity(self.lines.len() + 1);
            if self.flat {
                refused.extend(self.lines.iter().map(|line| (line.place, problem.clone())));
            } else {
                refused.extend(self.lines.iter().map(|line| (line.place, RowProblem::new(&*number, Said::with(words::ORDER_REFUSED, &[("row", &place.row)])))));
                refused.push((place, problem));
            }
            Judged { refused, ..Judged::default() }
        };

        let customer = match &header.customer {
            None => None,
            Some(code) => match known.customers.get(code) {
                Some(id) => Some(id.clone()),
                None => return refuse_all(RowProblem::new(code, words::NO_SUCH_CUSTOMER)),
            },
        };
        let at_ms = match header.at.to_zoned(known.zone.clone()) {
            Ok(zoned) => zoned.timestamp().as_millisecond(),
            Err(_) => return refuse_all(RowProblem::new(header.at.to_string(), words::DATE_BEYOND)),
        };
        if let Some(lines) = header.lines
            && lines != self.seen
        {
            return refuse_all(RowProblem::new(lines.to_string(), Said::with(words::LINES_MISCOUNTED, &[("lines", &lines), ("found", &self.seen)])));
        }

        let mut judged = Judged::default();
        let mut lines: Vec<ReadyLine> = Vec::with_capacity(self.lines.len());
        let mut by_no: HashMap<u32, usize> = HashMap::with_capacity(self.lines.len());
        for (at, row) in self.lines.iter().enumerate() {
            // Without numbers of its own a line is numbered by its place, refused ones too: a later run finds it again.
            let no = if row.no == 0 { at as u32 + 1 } else { row.no };
            if let Some(first) = by_no.get(&no) {
                let first = &self.lines[*first];
                if (first.code, first.quantity, first.price) == (row.code, row.quantity, row.price) {
                    judged.repeats += 1;
                } else {
                    judged.refused.push((row.place, RowProblem::new(no.to_string(), Said::with(words::LINE_TWICE, &[("row", &first.place.row)]))));
                }
                continue;
            }
            by_no.insert(no, at);
            match ready_line(row, no, &codes[row.code as usize], kind, known) {
                Ok(line) => lines.push(line),
                Err(problem) => judged.refused.push((row.place, problem)),
            }
        }
        lines.sort_by_key(|line| line.no);
        if lines.is_empty() {
            return refuse_all(judged.refused.pop().map_or_else(
                || RowProblem::new(&*number, words::NO_LINES),
                |(_, problem)| RowProblem::new(problem.value, problem.reason.because_of(words::NO_LINE_TAKEN)),
            ));
        }
        if let Some(total) = header.total
            && judged.refused.is_empty()
            && !total_agrees(total, lines.iter().map(|line| (line.quantity, line.price)))
        {
            return refuse_all(RowProblem::new(total.to_string(), words::WRONG_TOTAL));
        }
        let amounts: Vec<(Money, Percent)> = lines.iter().map(|line| (Money::new(line.amount, known.currency), line.product.vat_rate)).collect();
        let Ok(totals) = money::totals(&amounts, known.currency, known.vat_mode, known.vat_method) else {
            return refuse_all(RowProblem::new(&*number, words::TOTAL_TOO_LARGE));
        };
        let counted = lines.iter().any(|line| line.product.goods && line.quantity > Quantity::ZERO && line.price > Price::ZERO);
        let mut ready = Ready {
            number,
            kind,
            at_ms,
            day: header.at.date().to_string(),
            customer,
            lines,
            net: totals.net.minor,
            vat: totals.vat.minor,
            gross: totals.gross.minor,
            counted,
            hash: String::new(),
            header: (!self.flat).then_some(place),
        };
        ready.hash = ready.hash(known);
        judged.ready = Some(ready);
        judged
    }
}

fn ready_line(row: &Row, no: u32, code: &str, kind: Kind, known: &Known) -> Result<ReadyLine, RowProblem> {
    let product = known.product(code).ok_or_else(|| RowProblem::new(code, words::NO_SUCH_PRODUCT))?.clone();
    if let Some(problem) = kind.line_problem(row.quantity, row.price) {
        return Err(problem);
    }
    let amount = money::line_amount(row.quantity, row.price, Percent::ZERO, known.currency)
        .map_err(|_| RowProblem::new(row.price.to_string(), words::AMOUNT_TOO_LARGE))?;
    Ok(ReadyLine { place: row.place, no: i64::from(no), product, quantity: row.quantity, price: row.price, amount: amount.minor })
}

impl Ready {
    /// What makes a document the same again: everything the files say, and whether it counts; names and VAT rates of
    /// products may change without touching history.
    fn hash(&self, known: &Known) -> String {
        let mut hash = Sha256::new();
        let customer = self.customer.as_deref().unwrap_or("");
        let head = format!(
            "history 1\n{}\n{}\n{}\n{customer}\n{} {}\n{}\n",
            self.number,
            self.kind.word(),
            self.at_ms,
            known.currency,
            known.vat_mode.word(),
            self.counted
        );
        hash.update(head);
        for line in &self.lines {
            hash.update(format!("{} {} {} {}\n", line.no, line.quantity.raw(), line.price.raw(), line.product.code));
        }
        hex(&hash.finalize())
    }

    /// The id a document of the history gets: in the order of time, as ids are, and the same on every run.
    pub fn id(&self) -> uuid::Uuid {
        let digest = Sha256::digest(format!("kontor history {}", self.number));
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        kontor_shared::ids::uuid_v7(self.at_ms.max(0) as u64, &random)
    }
}

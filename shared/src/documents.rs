//! Posted documents: what a proforma says, and how its number is written.
//!
//! The data is fixed when the document is posted and rendered later from this and nothing else.

use serde::{Deserialize, Serialize};

use crate::words::Lang;

/// When a series of numbers starts again at one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// Bulgarian practice: ten digits without restart.
    Never,
    /// Russian practice.
    Yearly,
    Monthly,
}

/// How a series writes its numbers.
///
/// The prefix may hold `{yyyy}`, `{yy}` and `{mm}`, which the date fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberFormat {
    pub prefix: String,
    /// Digits, padded with zeros.
    pub width: u8,
    pub reset: Reset,
}

impl NumberFormat {
    /// The part of the series key that changes when numbering restarts. `date` is `YYYY-MM-DD`.
    pub fn span<'a>(&self, date: &'a str) -> &'a str {
        match self.reset {
            Reset::Never => "",
            Reset::Yearly => date.get(..4).unwrap_or(date),
            Reset::Monthly => date.get(..7).unwrap_or(date),
        }
    }
    /// The prefix on a day, `YYYY-MM-DD`.
    pub fn prefix_on(&self, date: &str) -> String {
        let part = |from: usize, to: usize| date.get(from..to).unwrap_or_default();
        self.prefix.replace("{yyyy}", part(0, 4)).replace("{yy}", part(2, 4)).replace("{mm}", part(5, 7))
    }
    /// A number as it is written on a day.
    pub fn write(&self, number: i64, date: &str) -> String {
        format!("{}{:0width$}", self.prefix_on(date), number, width = usize::from(self.width))
    }
}

/// A firm or customer as it stands on a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Party {
    pub name: String,
    pub address: Vec<String>,
    /// Labelled registration numbers, e.g. ("VAT", "GB123456789").
    pub tax_ids: Vec<(String, String)>,
    /// Labelled bank details; empty for a customer.
    pub bank: Vec<(String, String)>,
    pub email: String,
    pub phone: String,
}

/// A picture that stands for the firm: the hash of its stored body, and what is needed to place it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Logo {
    pub hash: String,
    /// `image/png` or `image/jpeg`
    pub media_type: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// One line of a document. Numbers are decimal strings with full precision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentLine {
    pub code: String,
    pub name: String,
    pub unit: String,
    pub quantity: String,
    pub price: String,
    pub vat_rate: String,
    pub amount: String,
}

/// VAT of one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentVat {
    pub rate: String,
    pub net: String,
    pub vat: String,
}

/// A proforma invoice (счёт на оплату, проформа фактура): a request to pay, not a tax invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proforma {
    pub number: String,
    /// `YYYY-MM-DD` in the firm's zone.
    pub date: String,
    pub pay_until: Option<String>,
    pub lang: Lang,
    pub seller: Party,
    pub buyer: Party,
    pub order_number: String,
    pub po_number: String,
    pub delivery_address: String,
    pub currency: String,
    /// `net` or `gross`, see [`crate::money::VatMode`].
    pub vat_mode: String,
    pub vat_method: String,
    pub lines: Vec<DocumentLine>,
    pub by_rate: Vec<DocumentVat>,
    pub net: String,
    pub vat: String,
    pub gross: String,
    /// Shown on the page, e.g. that the data is a demonstration.
    pub note: String,
    /// The seller's, as it was when the document was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

//! The account of a sheet that came back filled in.

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Price, Quantity};
use crate::orders::Verdict;

body! {
    /// What became of every row that orders something: read = accepted + changed + refused.
    pub struct FormAccount {
        /// The form's id, where the file names one.
        pub form_id: Option<String>,
        /// The customer's code.
        pub customer: String,
        /// The price list the form was made from, else the one in force.
        pub version: u32,
        /// What told the products: `row_id` (hidden in the form), `code` or `name`.
        pub found_by: Option<String>,
        /// What the file is, by its content.
        pub format: String,
        pub read: u64,
        pub accepted: u64,
        pub changed: u64,
        pub refused: u64,
        pub lines: Vec<FormLine>,
        pub warnings: Vec<FormWarning>,
        pub currency: Currency,
        /// Of the lines taken, as decimals.
        pub net: String,
        pub vat: String,
        pub gross: String,
        /// The buyer's own number for the order, as the form says it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub po_number: String,
        /// The day the goods are wanted on, `YYYY-MM-DD`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wanted_on: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub comment: String,
        /// Tables whose columns nobody named: a person may say which is which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tables: Vec<FormTable>,
    }

    /// What a sheet was made from that its buyer saved from the page.
    pub struct SavedForm {
        pub version: u32,
        /// Whose prices are in it, as the price list names them.
        pub overlay: String,
    }

    /// What proves, in the sheet, who has it.
    pub struct FormToken {
        pub token: String,
    }

    pub struct FormLine {
        pub sheet: String,
        pub row: u32,
        pub code: String,
        pub name: String,
        /// Absent where it cannot be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quantity: Option<Quantity>,
        /// The quantity as it stands in the file.
        pub raw: String,
        pub verdict: Verdict,
        /// A stable code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// The reason in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub message: Option<String>,
        /// The nearest quantities that can be ordered, where the one read cannot.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub offers: Vec<Quantity>,
        /// The firm's own price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<Price>,
    }

    /// Something odd that refuses nothing.
    pub struct FormWarning {
        pub code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sheet: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub row: Option<u32>,
        pub message: String,
    }

    /// The beginning of a table whose columns were guessed, chosen, or not found. Columns count from 0, rows from 1.
    pub struct FormTable {
        pub sheet: String,
        /// What tables like this one have in common: the words of the header, or else what kind each cell is.
        pub fingerprint: String,
        pub rows: Vec<FormTableRow>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quantity: Option<u32>,
        /// The first row that may order something.
        pub first: u32,
        /// A person has chosen these columns before.
        pub chosen: bool,
    }

    pub struct FormTableRow {
        pub row: u32,
        pub cells: Vec<String>,
    }

    /// What a customer's people said of tables that look alike.
    pub struct FormColumnsList {
        pub columns: Vec<FormColumns>,
    }
}

request! {
    /// Which columns hold code (or name) and quantity in tables of this look. Columns count from 0, rows from 1.
    pub struct FormColumns {
        pub fingerprint: String,
        pub code: u32,
        pub quantity: u32,
        /// The first row that may order something.
        pub first: u32,
    }
}

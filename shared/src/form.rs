//! What a filled-in sheet means: which form it is, which rows order what, and why a row could not be taken.
//!
//! Cells come in as the file types them, whatever program saved them; the goods are handed in. Decides what was read and
//! what is refused, never what it costs: that is judged like any order, by the prices of the list (`orders`).

pub mod account;
pub mod cells;
pub mod codes;
pub mod columns;
mod day;
pub mod fields;
#[cfg(feature = "reader")]
pub mod file;
pub mod identity;
pub mod pasted;
pub mod quantity;
mod read;
#[cfg(test)]
mod tests;
mod thin;

pub use cells::{Cell, Row, Sheet, Workbook};
pub use fields::Fields;
pub use read::{FoundBy, Goods, Item, Line, MOST_LINES, Reading, Warning, issued, read, read_by, version};
pub use thin::thin;

use crate::words::{Lang, Word, forms as words};

macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $code:literal, $word:ident;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$about])* $variant,)* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The stable code.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code,)* } }
            pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|known| known.code() == code) }
            const fn word(self) -> Word { match self { $(Self::$variant => words::$word,)* } }
            /// What is told about it. `detail` fills the sentence's place, where it has one.
            pub fn say(self, lang: Lang, detail: &str) -> String { self.word().with(lang, &[("detail", &detail)]) }
        }
    };
}

reasons! {
    /// Why a row of the sheet could not be taken.
    Reason {
        /// Words or signs that are no quantity.
        NotANumber = "not_a_number", NOT_A_NUMBER;
        /// `1.000`: a thousand or one?
        Ambiguous = "ambiguous_number", AMBIGUOUS;
        /// The program made a date of what was typed.
        Date = "date", DATE;
        /// `#VALUE!` and the like.
        Error = "error_value", ERROR;
        /// A formula whose value the file does not keep.
        NoValue = "formula_without_value", NO_VALUE;
        Boolean = "true_or_false", BOOLEAN;
        Negative = "negative", NEGATIVE;
        TooLarge = "quantity_too_large", TOO_LARGE;
        /// More than three decimals.
        TooPrecise = "too_many_decimals", TOO_PRECISE;
        /// The same product in several rows, with different quantities.
        StandsTwice = "stands_twice", STANDS_TWICE;
        /// The same product with the same quantity in a row before.
        DuplicateRow = "duplicate_row", DUPLICATE_ROW;
        /// A product without a quantity.
        NoQuantity = "no_quantity", NO_QUANTITY;
        /// Several numbers beside the product.
        SeveralNumbers = "several_numbers", SEVERAL_NUMBERS;
        /// A quantity without a product.
        NoProduct = "no_product", NO_PRODUCT;
        /// The code is none of the list's.
        UnknownCode = "unknown_code", UNKNOWN_CODE;
        /// Code or name could be several products.
        SeveralProducts = "several_products", SEVERAL_PRODUCTS;
        /// The row's hidden id and its code are two products: only a part of the columns was sorted, or a code was overwritten.
        MixedUp = "row_mixed_up", MIXED_UP;
    }
}

reasons! {
    /// What is told without refusing anything.
    Note {
        OtherUnit = "other_unit", OTHER_UNIT;
        Formula = "formula", FORMULA;
        OtherColumn = "quantity_in_other_column", OTHER_COLUMN;
        PriceEdited = "price_edited", PRICE_EDITED;
        TotalDiffers = "total_differs", TOTAL_DIFFERS;
        HiddenSheet = "hidden_sheet", HIDDEN_SHEET;
        TotalRow = "total_row", TOTAL_ROW;
        FormUnknown = "form_unknown", FORM_UNKNOWN;
        FormsDiffer = "forms_differ", FORMS_DIFFER;
        OtherCustomer = "other_customer", OTHER_CUSTOMER;
        Edited = "form_edited", EDITED;
        ListEnded = "list_ended", LIST_ENDED;
        NoQuantityColumn = "no_quantity_column", NO_QUANTITY_COLUMN;
        NoProductColumn = "no_product_column", NO_PRODUCT_COLUMN;
        Guessed = "column_guessed", GUESSED;
        DayUnclear = "wanted_on_unclear", DAY_UNCLEAR;
        NumberTooLong = "po_number_too_long", NUMBER_TOO_LONG;
        CommentCut = "comment_cut", COMMENT_CUT;
        LinesPassedOver = "lines_passed_over", LINES_PASSED_OVER;
        OtherList = "other_list", OTHER_LIST;
    }
}

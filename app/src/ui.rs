//! Parts that know nothing of trade: toast, dialog, field, table, page states.

pub mod dialog;
pub mod field;
pub mod file;
pub mod form;
pub mod page;
pub mod password;
pub mod table;
pub mod toast;

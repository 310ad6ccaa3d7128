//! Set-up and settings.

use crate::words;

words! {}

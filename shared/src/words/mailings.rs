//! Mailings, templates, audiences and what became of each message.

use crate::words;

words! {}

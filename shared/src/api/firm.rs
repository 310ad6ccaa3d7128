//! Bodies of set-up and settings.

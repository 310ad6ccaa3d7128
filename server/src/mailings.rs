//! Mailings: whom they are meant for, in which words, and what each reader gets.
//!
//! [`audience`] finds the recipients, also those who are skipped, and why; [`render`] writes one reader's copy. Freezing
//! and sending take it from there.

pub mod audience;
pub mod freeze;
pub mod moves;
pub mod render;

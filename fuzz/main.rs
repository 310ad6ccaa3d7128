//! One program for every entry point: `KONTOR_FUZZ` names the one to call.
#![no_main]

// The server itself would be minutes of building; what takes a message apart stands on its own.
extern crate self as kontor_server;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

mod entries;
pub mod intake;

fn chosen() -> fn(&[u8]) {
    static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("KONTOR_FUZZ").unwrap_or_default();
        entries::ENTRIES.iter().find(|entry| entry.name == name).map(|entry| entry.call).expect("KONTOR_FUZZ names an entry point")
    })
}

fuzz_target!(|bytes: &[u8]| chosen()(bytes));

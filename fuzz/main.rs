//! One program for every entry point: `KONTOR_FUZZ` names the one to call.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

mod entries;

fn chosen() -> fn(&[u8]) {
    static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("KONTOR_FUZZ").unwrap_or_default();
        entries::ENTRIES.iter().find(|entry| entry.name == name).map(|entry| entry.call).expect("KONTOR_FUZZ names an entry point")
    })
}

fuzz_target!(|bytes: &[u8]| chosen()(bytes));

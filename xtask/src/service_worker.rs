//! The service worker: keeps one whole edition of the buyer's pages in the browser, so that they open without a network and
//! an open tab finds its own files after the server was updated.
//!
//! It never answers for `/admin`, nor for `/api` but for pictures that were seen, and what it keeps of a page is the shell without rows, so nobody is shown
//! another's prices.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// What one edition consists of, by address.
pub struct Edition<'a> {
    /// For each of the buyer's pages the address of the script it starts with. A page is kept under `/shell/{page}`.
    pub pages: BTreeMap<&'a str, String>,
    /// What the pages need to be used.
    pub first: Vec<String>,
    /// What they need later: workbooks, icons.
    pub after: Vec<String>,
    /// Names the edition: a hash over all of it.
    pub name: String,
}

/// The page that opens at `/`; every other address is [`REST`]'s.
const HOME: &str = "list";
const REST: &str = "buyer";

/// The text of `sw.js`.
pub fn write(edition: &Edition<'_>) -> Result<String> {
    for page in [HOME, REST] {
        edition.pages.get(page).with_context(|| format!("no page {page} to keep"))?;
    }
    let list = |names: &[String]| format!("[{}]", names.iter().map(|name| format!("\n  '{name}'")).collect::<Vec<_>>().join(","));
    let pages: Vec<String> = edition.pages.iter().map(|(page, boot)| format!("\n  {page}: '{boot}'")).collect();
    Ok(WORKER
        .replace("{{EDITION}}", &edition.name)
        .replace("{{PAGES}}", &format!("{{{}}}", pages.join(",")))
        .replace("{{FIRST}}", &list(&edition.first))
        .replace("{{AFTER}}", &list(&edition.after))
        .replace("{{HOME}}", HOME)
        .replace("{{REST}}", REST))
}

const WORKER: &str = include_str!("service_worker.js");

#[cfg(test)]
mod tests {
    use super::*;

    fn edition() -> Edition<'static> {
        Edition {
            pages: BTreeMap::from([("list", "/assets/boot-list-1.js".into()), ("buyer", "/assets/boot-buyer-1.js".into())]),
            first: vec!["/assets/list-1.js".into(), "/assets/style-1.css".into()],
            after: vec!["/icon-192.png".into()],
            name: "0123456789ab".into(),
        }
    }

    #[test]
    fn every_place_is_filled_and_every_file_is_named() {
        let text = write(&edition()).unwrap();
        assert!(!text.contains("{{"), "{text}");
        for name in ["'0123456789ab'", "list: '/assets/boot-list-1.js'", "'/assets/style-1.css'", "'/icon-192.png'"] {
            assert!(text.contains(name), "{name} is not in {text}");
        }
    }

    #[test]
    fn an_edition_without_the_other_pages_is_not_written() {
        let mut half = edition();
        half.pages.remove("buyer");
        assert!(write(&half).is_err());
    }
}

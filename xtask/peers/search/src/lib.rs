//! The search alone as WebAssembly: what `cargo xtask bench --peers` puts beside the search libraries of JavaScript, in a page
//! with nothing else in it. The product uses the same code, from `kontor-shared`.

use std::sync::Arc;

use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::search::{Filter, Index};
use wasm_bindgen::prelude::*;

/// A price list, ready to search.
#[wasm_bindgen]
pub struct Search(Index);

#[wasm_bindgen]
impl Search {
    /// From the bytes of a snapshot.
    #[wasm_bindgen(constructor)]
    pub fn new(snapshot: Vec<u8>) -> Result<Search, JsError> {
        let list = Columns::decode(&snapshot).map_err(|error| JsError::new(&error.to_string()))?;
        drop(snapshot);
        Ok(Self(Index::new(Arc::new(list))))
    }

    /// What the page does in its idle moments once the list can be used: a part of it, and whether there was one to do.
    pub fn settle(&self) -> bool {
        self.0.settle()
    }

    /// How many match, then the first `most` rows, best first.
    pub fn find(&self, query: &str, most: usize) -> Vec<u32> {
        let found = self.0.find(query, &Filter::default());
        std::iter::once(found.len() as u32).chain(found.rows().iter().copied().take(most)).collect()
    }

    /// The code of a row, by which the peers' data knows it.
    pub fn code(&self, row: usize) -> String {
        self.0.list().code(row).to_string()
    }
}

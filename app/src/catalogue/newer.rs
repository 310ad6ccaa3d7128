//! A version newer than the one in use: announced, and taken when the reader says so; never swapped under their hands.

use std::sync::Arc;

use js_sys::Uint8Array;
use kontor_shared::api::PriceListInfo;
use kontor_shared::words::offline;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Catalogue, Shop, kept};
use crate::lang::lang;
use crate::ui::toast;

/// A whole version that waits, as it came.
pub struct Newer {
    /// Whose prices they are: another tab's reader may have come to be the one this browser keeps a list for.
    pub reader: String,
    pub info: PriceListInfo,
    pub bytes: Vec<u8>,
}

impl Newer {
    pub(super) fn announce(shop: Shop, newer: Self) {
        shop.put_off.set(false);
        shop.newer.set(Some(Arc::new(newer)));
    }
}

impl Shop {
    /// The reader takes the version that waits. Query, filters, place and quantities stay.
    pub fn take_newer(self) {
        let Some(newer) = self.newer.get_untracked() else { return };
        self.newer.set(None);
        // Whole when it came; the memory it lies in has not been out of our hands since.
        let bytes = Uint8Array::from(newer.bytes.as_slice());
        let Some(list) = kept::decode(&newer.info, &bytes) else { return self.fetch() };
        let catalogue = Catalogue::new(newer.info.clone(), list.less(newer.info.discount));
        let version = newer.info.version;
        let bought = self.bought_codes();
        self.let_go();
        self.put_in_place(catalogue);
        // At once, so that whoever filters by it never sees the whole list; then with what was not in the list before.
        if let Some(bought) = bought {
            self.mark_bought(&bought);
        }
        self.mark_kept_bought();
        toast::tell(offline::LIST_TAKEN.with(lang(), &[("list", &version)]));
        spawn_local(async move { kept::keep_list(&newer.reader, &newer.info, &bytes).await });
    }

    fn bought_codes(self) -> Option<Vec<String>> {
        let (list, bought) = (self.here_untracked()?, self.bought_rows.get_untracked()?);
        Some((0..list.goods() as u32).filter(|row| bought.has(*row as usize)).map(|row| list.code(row).to_string()).collect())
    }
}

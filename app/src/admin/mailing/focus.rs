//! Where the focus goes on when the button that had it is gone: to what one does next, else to the heading. Never to the
//! page's start by accident, and never away from somebody who has gone on already.

use leptos::prelude::*;

use crate::browser;

/// The page is drawn anew by then, also where its address changed.
const DRAWN: std::time::Duration = std::time::Duration::from_millis(150);

/// After the next drawing: the first of these elements that is there takes a focus that was lost.
pub fn rescue(ids: &'static [&'static str]) {
    let look = move || {
        if browser::focused().is_some_and(|element| element.tag_name() != "BODY") {
            return;
        }
        let found = ids.iter().find_map(|id| document().get_element_by_id(id));
        if let Some(element) = found.or_else(|| document().query_selector("#main h1").ok().flatten()) {
            browser::focus_in_place(&element);
        }
    };
    request_animation_frame(look);
    set_timeout(look, DRAWN);
}

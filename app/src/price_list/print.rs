//! On paper the whole list is wanted, not what is in view: it is laid out when the browser prints, and goes after.

use std::sync::Arc;

use kontor_shared::catalog::rows::{Look, escape, table_html};
use kontor_shared::words::{list as words, shop as shop_words};
use leptos::prelude::*;

use super::layout::Looking;
use crate::catalogue::Catalogue;
use crate::house::firm;
use crate::lang::{count, lang};
use crate::times;

const PAPER: &str = "paper";

/// Waits for the browser to print while the page is shown.
pub fn on_print(catalogue: Arc<Catalogue>, looking: Looking) {
    let before = window_event_listener_untyped("beforeprint", move |_| lay_out(&catalogue, looking));
    let after = window_event_listener_untyped("afterprint", |_| take_away());
    on_cleanup(move || {
        before.remove();
        after.remove();
        take_away();
    });
}

fn take_away() {
    if let Some(paper) = document().get_element_by_id(PAPER) {
        paper.remove();
    }
}

/// The list as it is filtered and sorted, with the quantities typed.
fn lay_out(catalogue: &Catalogue, looking: Looking) {
    take_away();
    let (Some(body), Ok(paper)) = (document().body(), document().create_element("div")) else { return };
    let (list, lang) = (catalogue.list(), lang());
    let look = Look::new(list, lang, Default::default());
    let ordered = looking.ordered.get_untracked();
    let typed = |row: u32| ordered.binary_search_by_key(&row, |line| line.row).map(|at| ordered[at].typed.clone()).unwrap_or_default();
    let title = words::PRINTED_LIST.with(lang, &[("list", &catalogue.info.version), ("date", &times::day(&catalogue.info.published_at))]);
    let firm = firm().map(|firm| firm.name.clone()).unwrap_or_default();
    let (table, shown) =
        looking.layout.with_untracked(|layout| (table_html(list, layout.rows().iter().copied(), &look, layout.grouped(), typed), layout.count()));
    let part =
        if shown as usize == catalogue.goods() { String::new() } else { words::PRINTED_PART.with(lang, &[("n", &count(shop_words::GOODS, u64::from(shown)))]) };
    let terms: String = [&catalogue.head().terms, &catalogue.head().note].into_iter().map(|text| format!("<p>{}</p>", escape(text))).collect();
    paper.set_id(PAPER);
    paper.set_inner_html(&format!(
        r#"<div class="paper-head"><p class="paper-firm">{}</p><p>{}</p><p>{}</p></div>{table}<div class="paper-terms">{terms}</div>"#,
        escape(&firm),
        escape(&title),
        escape(&part),
    ));
    let _ = body.append_child(&paper);
}

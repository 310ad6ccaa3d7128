//! The buyer's pages and their addresses.

use leptos::prelude::*;

use crate::shell::Root;

/// Mounts the buyer's app.
pub fn start() {
    mount_to_body(|| view! { <Root pages=pages/> });
}

fn pages() -> AnyView {
    ().into_any()
}

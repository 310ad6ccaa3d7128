//! The staff's entry point.

use kontor_app::shell::Root;
use leptos::prelude::*;

fn main() {
    mount_to_body(|| view! { <Root pages=|| ().into_any()/> });
}

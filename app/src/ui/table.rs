//! Tables that become two lines a row on a telephone (look/README.md, Density).

use leptos::prelude::*;

/// One column: its head, whether it holds figures, and its part on a telephone (`a` name, `z` figure, `b` rest, `c` controls, `x` hidden).
#[derive(Clone)]
pub struct Column {
    pub head: String,
    pub figures: bool,
}

pub fn text(head: impl Into<String>) -> Column {
    Column { head: head.into(), figures: false }
}
pub fn figures(head: impl Into<String>) -> Column {
    Column { head: head.into(), figures: true }
}

/// A table in a box; the rows are its children.
#[component]
pub fn Table(#[prop(into)] label: String, columns: Vec<Column>, children: Children) -> impl IntoView {
    view! {
        <div class="panel panel-s wrap">
            <table class="t t-stack">
                <caption class="vh">{label}</caption>
                <thead><tr>
                    {columns.into_iter().map(|column| view! { <th scope="col" class:num=column.figures>{column.head}</th> }).collect_view()}
                </tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

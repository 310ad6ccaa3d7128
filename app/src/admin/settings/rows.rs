//! A small table people fill in: rows are added and removed, cells are text.

use kontor_shared::words::{Word, firm as words};
use leptos::prelude::*;

use super::form::{Errors, id_of};
use crate::browser;
use crate::lang::{lang, say};

#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// Names the row while it moves.
    key: u32,
    cells: Vec<String>,
}

/// The rows. `Copy`, like the signal in it.
#[derive(Clone, Copy)]
pub struct Rows {
    rows: RwSignal<Vec<Row>>,
    columns: usize,
}

/// A column: its name in what is sent (empty: the row as a whole), its head, the input's type.
#[derive(Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub head: Word,
    pub kind: &'static str,
}

impl Rows {
    pub fn new(columns: usize) -> Self {
        Self { rows: RwSignal::new(Vec::new()), columns }
    }

    pub fn load(self, rows: Vec<Vec<String>>) {
        self.rows.set((0..).zip(rows).map(|(key, cells)| Row { key, cells }).collect());
    }

    /// All rows, as typed; tracked.
    pub fn cells(self) -> Vec<Vec<String>> {
        self.rows.with(|rows| rows.iter().map(|row| row.cells.clone()).collect())
    }

    /// Rows nobody filled in are left out, so that a row has the number the server gives it.
    pub fn drop_blank(self) {
        let blank = |row: &Row| row.cells.iter().all(|cell| cell.trim().is_empty());
        if self.rows.with_untracked(|rows| rows.iter().any(blank)) {
            self.rows.update(|rows| rows.retain(|row| !blank(row)));
        }
    }

    fn add(self) -> usize {
        let columns = self.columns;
        self.rows.update(|rows| {
            let key = rows.iter().map(|row| row.key + 1).max().unwrap_or(0);
            rows.push(Row { key, cells: vec![String::new(); columns] });
        });
        self.rows.with_untracked(Vec::len)
    }

    fn place(self, key: u32) -> usize {
        self.rows.with(|rows| rows.iter().position(|row| row.key == key).unwrap_or(0))
    }
}

/// The table with its legend and hint. `field` is its place in what is sent.
#[component]
pub fn Table(errors: Errors, field: &'static str, rows: Rows, columns: &'static [Column], label: Word, hint: Word) -> impl IntoView {
    let error = errors.at(field);
    let add = move |_| {
        let count = rows.add();
        let first = columns.first().map_or("", |column| column.name);
        browser::focus(&cell_id(field, count.saturating_sub(1), first, 0));
    };
    // What is wrong with a row that has no names for its cells is wrong with all of them.
    let named = move |key: u32, name: &str| {
        let row = format!("{field}/{}", rows.place(key));
        errors.names(&if name.is_empty() { row } else { format!("{row}/{name}") })
    };
    let body = move |row: Row| {
        let key = row.key;
        let cells: Vec<_> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let value =
                    move || rows.rows.with(|rows| rows.iter().find(|row| row.key == key).and_then(|row| row.cells.get(at).cloned()).unwrap_or_default());
                let typed = move |event| {
                    let text = event_target_value(&event);
                    rows.rows.update(|rows| {
                        if let Some(cell) = rows.iter_mut().find(|row| row.key == key).and_then(|row| row.cells.get_mut(at)) {
                            *cell = text;
                        }
                    });
                };
                view! {
                    <td class="c" data-l=say(column.head)>
                        <input class="in" type=column.kind maxlength="200" id=move || cell_id(field, rows.place(key), column.name, at)
                            aria-invalid=move || named(key, column.name).then_some("true") aria-describedby=move || named(key, column.name).then(|| format!("{}-error", id_of(field)))
                            aria-label=move || format!("{} {}: {}", say(label), rows.place(key) + 1, say(column.head)) prop:value=value on:input=typed/>
                    </td>
                }
            })
            .collect();
        let remove = move |_| {
            let at = rows.rows.with_untracked(|rows| rows.iter().position(|row| row.key == key).unwrap_or(0));
            rows.rows.update(|rows| rows.retain(|row| row.key != key));
            // What had the focus is gone; it goes to the row before, or to the button that adds one.
            if rows.rows.with_untracked(Vec::is_empty) {
                browser::focus(&format!("{}-add", id_of(field)));
            } else {
                browser::focus(&cell_id(field, at.saturating_sub(1), columns.first().map_or("", |column| column.name), 0));
            }
        };
        view! {
            <tr>
                {cells}
                <td class="c"><button type="button" class="btn btn-row" on:click=remove
                    aria-label=move || words::REMOVE_ROW.with(lang(), &[("n", &(rows.place(key) + 1))])>{say(words::REMOVE)}</button></td>
            </tr>
        }
    };
    view! {
        <fieldset class="stack" id=id_of(field) tabindex="-1">
            <legend>{say(label)}</legend>
            <div class="wrap"><table class="t t-form">
                <thead><tr>
                    {columns.iter().map(|column| view! { <th scope="col">{say(column.head)}</th> }).collect_view()}
                    <th scope="col"><span class="vh">{say(words::REMOVE)}</span></th>
                </tr></thead>
                <tbody><For each=move || rows.rows.get() key=|row| row.key children=body/></tbody>
            </table></div>
            <small class="ink-2">{say(hint)}</small>
            {move || error.get().map(|text| view! { <p class="err" id=format!("{}-error", id_of(field))>{text}</p> })}
            <div><button type="button" class="btn btn-row" id=format!("{}-add", id_of(field)) on:click=add>{say(words::ADD_ROW)}</button></div>
        </fieldset>
    }
}

/// The id of a cell: the one that a refused field names, where each cell has a name; else the first of the row.
fn cell_id(field: &str, row: usize, name: &str, column: usize) -> String {
    match (name, column) {
        ("", 0) => id_of(&format!("{field}/{row}")),
        ("", _) => format!("{}-{column}", id_of(&format!("{field}/{row}"))),
        (name, _) => id_of(&format!("{field}/{row}/{name}")),
    }
}

/// The two columns of labelled values.
pub const LABELLED: &[Column] = &[Column { name: "", head: words::LABEL, kind: "text" }, Column { name: "", head: words::VALUE, kind: "text" }];

/// The columns of VAT rates.
pub const RATES: &[Column] = &[
    Column { name: "code", head: words::VAT_CODE, kind: "text" },
    Column { name: "name", head: words::VAT_NAME, kind: "text" },
    Column { name: "percent", head: words::VAT_PERCENT, kind: "text" },
    Column { name: "valid_from", head: words::VALID_FROM, kind: "date" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_id_its_refusal_names() {
        assert_eq!(cell_id("/money/vat_rates", 1, "percent", 2), id_of("/money/vat_rates/1/percent"));
        assert_eq!(cell_id("/firm/bank", 2, "", 0), id_of("/firm/bank/2"));
        assert_ne!(cell_id("/firm/bank", 2, "", 1), cell_id("/firm/bank", 2, "", 0));
    }
}

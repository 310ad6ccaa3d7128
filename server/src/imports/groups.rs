//! `import groups`: the tree of product groups.

use std::collections::HashMap;

use kontor_shared::import::groups::{FIELDS, GroupTree, LONGEST};
use kontor_shared::import::{RowProblem, text};

use super::run::Tally;
use super::{ImportError, Outcome, Run, SourceFile, Table, blocking, open, products};
use crate::catalog;

pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    let mut tables = Vec::new();
    for file in files {
        let table = open(file, FIELDS, &run.options.map).await?;
        table.require("code")?;
        table.require("name")?;
        table.notes.iter().for_each(|note| run.note(note));
        tables.push(table);
    }
    let visible = products::clear_crashed(run).await?;
    let groups = {
        let mut connection = run.state.db.read().await?;
        catalog::store::groups(&mut connection, visible).await?
    };
    let mut tally = std::mem::take(&mut run.tally);
    let (tree, tally) = blocking(move || {
        let mut tree = GroupTree::new(groups);
        judge(&mut tree, &tables, &mut tally);
        Ok((tree, tally))
    })
    .await?;
    run.tally = tally;
    run.tally.groups_created = tree.created();
    products::stage_groups(run, &tree).await?;
    let (seq, changed) = (run.seq, tree.touched().next().is_some());
    run.complete(async move |connection| {
        if changed {
            catalog::store::show(connection, seq).await?;
        }
        Ok(())
    })
    .await
}

struct Wanted {
    file: String,
    row: u64,
    code: String,
    name: String,
    parent: Option<String>,
}

/// Judges every row. Parents may stand below their children, so all rows are read before any is taken.
fn judge(tree: &mut GroupTree, tables: &[Table], tally: &mut Tally) {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut upper: Vec<(String, String)> = Vec::new();
    for table in tables {
        // A file may give the upper groups only as columns of the lower ones; their codes then count by themselves.
        let upper_named = table.columns.has("parent") && table.columns.has("parent_name");
        for row in table.rows() {
            let read = row.and_then(|row| read(table, &row.cells(), upper_named).map(|found| (row.number, found)).map_err(|problem| (row.number, problem)));
            let (number, (code, name, parent, parent_name)) = match read {
                Ok(found) => found,
                Err((number, problem)) => {
                    tally.refuse(&table.name, number, problem);
                    continue;
                }
            };
            if let (Some(parent), Some(parent_name)) = (&parent, parent_name)
                && !upper.iter().any(|(known, _)| known == parent)
            {
                upper.push((parent.clone(), parent_name));
            }
            match first.get(&code).map(|at| &wanted[*at]) {
                Some(before) if before.name == name && before.parent == parent => tally.count(Outcome::Unchanged),
                Some(before) => tally.refuse(
                    &table.name,
                    number,
                    RowProblem::new(code, format!("the code stands already in row {} of {} with other data", before.row, before.file)),
                ),
                None => {
                    first.insert(code.clone(), wanted.len());
                    wanted.push(Wanted { file: table.name.clone(), row: number, code, name, parent });
                }
            }
        }
    }
    for (code, name) in &upper {
        if tree.get(code).is_none_or(|known| known.name != *name) {
            tree.put(code, name, None);
        }
    }
    // Codes first, so that a parent further down the file is known.
    let codes: Vec<String> = wanted.iter().map(|group| group.code.clone()).collect();
    for group in wanted {
        if let Some(parent) = &group.parent {
            if tree.get(parent).is_none() && !codes.contains(parent) {
                tally.refuse(&group.file, group.row, RowProblem::new(parent, "there is no parent group of this code"));
                continue;
            }
            if tree.would_circle(&group.code, parent) {
                tally.refuse(&group.file, group.row, RowProblem::new(parent, "the group would be above itself"));
                continue;
            }
        }
        let outcome = match tree.get(&group.code) {
            None => Outcome::Created,
            Some(known) if known.name == group.name && known.parent == group.parent => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        if outcome != Outcome::Unchanged {
            tree.put(&group.code, &group.name, group.parent.as_deref());
        }
        tally.count(outcome);
    }
}

type Read = (String, String, Option<String>, Option<String>);

fn read(table: &Table, cells: &[&str], upper_named: bool) -> Result<Read, RowProblem> {
    let cell = |field: &str| table.columns.cell(field, cells).unwrap_or("");
    let code = text("code", cell("code"), LONGEST)?;
    let name = text("name", cell("name"), LONGEST)?;
    if code.is_empty() {
        return Err(RowProblem::new(name, "the code is missing"));
    }
    if name.is_empty() {
        return Err(RowProblem::new(code, "the name is missing"));
    }
    let parent = text("parent code", cell("parent"), LONGEST)?;
    if parent.is_empty() {
        return Ok((code, name, None, None));
    }
    if upper_named {
        let parent_name = text("parent name", cell("parent_name"), LONGEST)?;
        return Ok((code, name, Some(format!("G{parent}")), Some(if parent_name.is_empty() { parent } else { parent_name })));
    }
    Ok((code, name, Some(parent), None))
}

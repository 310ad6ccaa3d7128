//! `import groups`: the tree of product groups.

use std::collections::{HashMap, HashSet};

use kontor_shared::import::groups::{FIELDS, GroupTree, LONGEST, Wanted};
use kontor_shared::import::{Cell, RowProblem, text};
use kontor_shared::words::imports::{self as words, Said};

use super::run::Tally;
use super::{ImportError, Outcome, Run, SourceFile, Table, blocking, open_all, products};
use crate::catalog;

pub(super) async fn import(run: &mut Run, files: Vec<SourceFile>) -> Result<(), ImportError> {
    let tables = open_all(run, files, FIELDS, &["code", "name"]).await?;
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

/// A group and where it stands.
struct Placed {
    file: usize,
    row: u64,
    group: Wanted,
}

/// What the files say, each code once.
#[derive(Default)]
struct Gathered {
    placed: Vec<Placed>,
    first: HashMap<String, usize>,
    /// Groups that stand only as the parents of others, with their names.
    upper: Vec<(String, String)>,
    upper_codes: HashSet<String>,
}

/// Judges every row. Parents may stand below their children, so all rows are read before any is taken.
fn judge(tree: &mut GroupTree, tables: &[Table], tally: &mut Tally) {
    let mut gathered = Gathered::default();
    for (file, table) in tables.iter().enumerate() {
        for row in table.rows() {
            let (number, read) = match row {
                Ok(row) => (row.number, read(table, &row.cells())),
                Err((number, problem)) => (number, Err(problem)),
            };
            match read.and_then(|found| gathered.take(tables, file, number, found)) {
                Ok(true) => {}
                Ok(false) => tally.count(Outcome::Unchanged),
                Err(problem) => tally.refuse(&table.name, number, problem),
            }
        }
    }
    for (code, name) in &gathered.upper {
        if tree.get(code).is_none_or(|known| known.name != *name) {
            tree.put(code, name, None);
        }
    }
    let wanted: Vec<Wanted> = gathered.placed.iter().map(|one| one.group.clone()).collect();
    let refusals = tree.refusals(&wanted);
    for (one, refused) in gathered.placed.iter().zip(refusals) {
        match refused {
            Some(reason) => tally.refuse(&tables[one.file].name, one.row, RowProblem::new(one.group.parent.as_deref().unwrap_or(""), reason)),
            None => tally.count(put(tree, &one.group)),
        }
    }
}

fn put(tree: &mut GroupTree, group: &Wanted) -> Outcome {
    let outcome = match tree.get(&group.code) {
        None => Outcome::Created,
        Some(known) if known.name == group.name && known.parent == group.parent => return Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    };
    tree.put(&group.code, &group.name, group.parent.as_deref());
    outcome
}

impl Gathered {
    /// Whether the row says something new; an exact repeat does not.
    fn take(&mut self, tables: &[Table], file: usize, row: u64, (group, parent_name): Read) -> Result<bool, RowProblem> {
        if let Some(before) = self.first.get(&group.code).map(|at| &self.placed[*at]) {
            let twice = || Said::with(words::CODE_TWICE, &[("row", &before.row), ("file", &tables[before.file].name)]);
            return if before.group == group { Ok(false) } else { Err(RowProblem::new(group.code, twice())) };
        }
        if let (Some(parent), Some(name)) = (&group.parent, parent_name)
            && self.upper_codes.insert(parent.clone())
        {
            self.upper.push((parent.clone(), name));
        }
        self.first.insert(group.code.clone(), self.placed.len());
        self.placed.push(Placed { file, row, group });
        Ok(true)
    }
}

/// A group, and the name of its parent where the file gives one.
type Read = (Wanted, Option<String>);

fn read(table: &Table, cells: &[Cell]) -> Result<Read, RowProblem> {
    let cell = |field: &str| table.columns.cell(field, cells).unwrap_or(Cell::Text(""));
    let code = text(words::FIELD_CODE, cell("code"), LONGEST)?;
    let name = text(words::FIELD_NAME, cell("name"), LONGEST)?;
    if code.is_empty() {
        return Err(RowProblem::of(name, words::MISSING, words::FIELD_CODE));
    }
    if name.is_empty() {
        return Err(RowProblem::of(code, words::MISSING, words::FIELD_NAME));
    }
    let parent = text(words::FIELD_PARENT, cell("parent"), LONGEST)?;
    if parent.is_empty() {
        return Ok((Wanted { code, name, parent: None }, None));
    }
    // A file may give the upper groups only as columns of the lower ones; their codes then count by themselves.
    if table.columns.has("parent") && table.columns.has("parent_name") {
        let parent_name = text(words::FIELD_PARENT_NAME, cell("parent_name"), LONGEST)?;
        let shown = if parent_name.is_empty() { parent.clone() } else { parent_name };
        return Ok((Wanted { code, name, parent: Some(format!("G{parent}")) }, Some(shown)));
    }
    Ok((Wanted { code, name, parent: Some(parent) }, None))
}

//! Product groups of an import: finding the group a row names, by code or by a path of names, and making it where
//! it is new.

use std::collections::{HashMap, HashSet};

use super::{FieldDef, RowProblem, text};
use crate::words::Word;
use crate::words::imports as words;

/// Fields of a groups file.
pub const FIELDS: &[FieldDef] = &[
    FieldDef {
        name: "code",
        headers: &["group code", "category id", "code", "код", "код группы", "код на група", "код категории", "код на категория", "group id", "id"],
    },
    FieldDef {
        name: "name",
        headers: &["name", "group name", "category", "наименование", "название", "наименование группы", "име", "група", "категория", "группа", "group"],
    },
    FieldDef {
        name: "parent",
        headers: &["parent code", "parent", "parent group", "родитель", "код родителя", "родительская группа", "родителска група", "горна група", "group id"],
    },
    FieldDef { name: "parent_name", headers: &["parent name", "group"] },
];

/// Longest code or name of a group.
pub const LONGEST: usize = 300;

/// A product group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub parent: Option<String>,
    pub sort: i64,
}

/// All groups while an import runs.
#[derive(Clone, Debug, Default)]
pub struct GroupTree {
    groups: HashMap<String, Group>,
    by_name: HashMap<(Option<String>, String), String>,
    /// Codes that are new or changed, in the order they came.
    touched: Vec<String>,
    touched_codes: HashSet<String>,
    created: u64,
    next_sort: i64,
}

impl GroupTree {
    pub fn new(groups: impl IntoIterator<Item = (String, Group)>) -> Self {
        let mut tree = Self::default();
        for (code, group) in groups {
            tree.next_sort = tree.next_sort.max(group.sort + 1);
            tree.by_name.insert((group.parent.clone(), group.name.clone()), code.clone());
            tree.groups.insert(code, group);
        }
        tree
    }
    pub fn get(&self, code: &str) -> Option<&Group> {
        self.groups.get(code)
    }
    pub fn created(&self) -> u64 {
        self.created
    }
    /// Groups to be written.
    pub fn touched(&self) -> impl Iterator<Item = (&str, &Group)> {
        self.touched.iter().filter_map(|code| self.groups.get(code).map(|group| (code.as_str(), group)))
    }

    /// Adds or replaces a group; its place among its siblings stays.
    pub fn put(&mut self, code: &str, name: &str, parent: Option<&str>) {
        let sort = match self.groups.get(code) {
            Some(known) => {
                let place = (known.parent.clone(), known.name.clone());
                // Two groups that swap their names: the place may be the other's already.
                if self.by_name.get(&place).is_some_and(|holder| holder == code) {
                    self.by_name.remove(&place);
                }
                known.sort
            }
            None => {
                self.created += 1;
                self.next_sort += 1;
                self.next_sort - 1
            }
        };
        let parent = parent.map(str::to_string);
        self.by_name.insert((parent.clone(), name.to_string()), code.to_string());
        self.groups.insert(code.to_string(), Group { name: name.to_string(), parent, sort });
        if self.touched_codes.insert(code.to_string()) {
            self.touched.push(code.to_string());
        }
    }

    /// The code of the group a row names: one part is a code or a name, several are a path of names. A new group is
    /// made, unless `strict`.
    pub fn resolve(&mut self, path: &[&str], strict: bool) -> Result<String, RowProblem> {
        let parts: Vec<String> =
            path.iter().filter(|part| !part.trim().is_empty()).map(|part| text(words::FIELD_GROUP, *part, LONGEST)).collect::<Result<_, _>>()?;
        if let [single] = &parts[..]
            && self.groups.contains_key(single)
        {
            return Ok(single.clone());
        }
        let mut parent: Option<String> = None;
        for (at, name) in parts.iter().enumerate() {
            if let Some(code) = self.by_name.get(&(parent.clone(), name.clone())) {
                parent = Some(code.clone());
                continue;
            }
            if strict {
                return Err(RowProblem::new(parts.join(" / "), words::NO_SUCH_GROUP));
            }
            let mut code = parts[..=at].join(" / ");
            while self.groups.contains_key(&code) {
                code.push('*');
            }
            self.put(&code, name, parent.as_deref());
            parent = Some(code);
        }
        Ok(parent.unwrap_or_default())
    }

    /// Why rows cannot be taken, each at its place. They are judged together, on the tree they would make: a parent may
    /// stand below its children, and branches may change places. A refused row leaves its group as it was, which may
    /// leave others without a parent or in a circle, until no more have to go.
    pub fn refusals(&self, wanted: &[Wanted]) -> Vec<Option<Word>> {
        let mut plan = Plan::new(self, wanted);
        loop {
            plan.refuse_orphans();
            let circle = plan.circles();
            if circle.is_empty() {
                return plan.refused;
            }
            circle.into_iter().for_each(|row| plan.refused[row] = Some(words::GROUP_IN_ITSELF));
        }
    }
}

/// A group as a row names it; of each code there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
}

/// The tree that the rows not refused so far would make.
struct Plan<'a> {
    tree: &'a GroupTree,
    wanted: &'a [Wanted],
    row_of: HashMap<&'a str, usize>,
    children: HashMap<&'a str, Vec<usize>>,
    refused: Vec<Option<Word>>,
}

impl<'a> Plan<'a> {
    fn new(tree: &'a GroupTree, wanted: &'a [Wanted]) -> Self {
        let mut children: HashMap<&str, Vec<usize>> = HashMap::new();
        for (row, one) in wanted.iter().enumerate() {
            if let Some(parent) = &one.parent {
                children.entry(parent).or_default().push(row);
            }
        }
        let row_of = wanted.iter().enumerate().map(|(row, one)| (one.code.as_str(), row)).collect();
        Self { tree, wanted, row_of, children, refused: vec![None; wanted.len()] }
    }

    /// The row that makes a group what it is in this tree.
    fn row(&self, code: &str) -> Option<usize> {
        self.row_of.get(code).copied().filter(|row| self.refused[*row].is_none())
    }
    fn exists(&self, code: &str) -> bool {
        self.row(code).is_some() || self.tree.get(code).is_some()
    }
    fn parent(&self, code: &str) -> Option<&'a str> {
        match self.row(code) {
            Some(row) => self.wanted[row].parent.as_deref(),
            None => self.tree.get(code).and_then(|group| group.parent.as_deref()),
        }
    }

    fn refuse_orphans(&mut self) {
        let is_orphan = |row: &usize| self.refused[*row].is_none() && self.wanted[*row].parent.as_ref().is_some_and(|parent| !self.exists(parent));
        let mut left: Vec<usize> = (0..self.wanted.len()).filter(is_orphan).collect();
        while let Some(row) = left.pop() {
            self.refused[row] = Some(words::NO_PARENT_GROUP);
            let code = self.wanted[row].code.as_str();
            if !self.exists(code) {
                left.extend(self.children.get(code).into_iter().flatten().filter(|child| self.refused[**child].is_none()));
            }
        }
    }

    /// Rows whose groups would be above themselves.
    fn circles(&self) -> Vec<usize> {
        let mut walked: HashMap<&str, usize> = HashMap::new();
        let mut found = Vec::new();
        for (walk, one) in self.wanted.iter().enumerate() {
            let mut at = Some(one.code.as_str());
            while let Some(code) = at.filter(|code| !walked.contains_key(code)) {
                walked.insert(code, walk);
                at = self.parent(code);
            }
            // Only on its own way does a walk meet a circle that was not seen before.
            if let Some(start) = at.filter(|code| walked.get(code) == Some(&walk)) {
                found.extend(self.circle(start).filter_map(|code| self.row(code)));
            }
        }
        found
    }

    fn circle(&self, start: &'a str) -> impl Iterator<Item = &'a str> {
        let mut way = vec![start];
        while let Some(code) = self.parent(way[way.len() - 1]).filter(|code| *code != start) {
            way.push(code);
        }
        way.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_code_by_name_and_by_path_and_made_once() {
        let mut tree = GroupTree::default();
        tree.put("110", "Decorations", None);
        assert_eq!(tree.resolve(&["110"], true).unwrap(), "110");
        assert_eq!(tree.resolve(&["Decorations"], true).unwrap(), "110");
        assert!(tree.resolve(&["New"], true).is_err());
        let leaf = tree.resolve(&["Раздел", "Группа"], false).unwrap();
        assert_eq!(tree.resolve(&["Раздел", "Группа"], true).unwrap(), leaf);
        assert_eq!(tree.get(&leaf).unwrap().parent.as_deref(), Some("Раздел"));
        assert_eq!(tree.created(), 3);
        assert_eq!(tree.resolve(&["", " "], true).unwrap(), "");
    }

    #[test]
    fn rows_are_judged_by_the_tree_they_make_in_any_order() {
        let stored = |code: &str, parent: Option<&str>| (code.to_string(), Group { name: code.into(), parent: parent.map(str::to_string), sort: 0 });
        let tree = GroupTree::new([stored("a", None), stored("b", Some("a")), stored("c", Some("b"))]);
        let (orphan, circle) = (Some(words::NO_PARENT_GROUP), Some(words::GROUP_IN_ITSELF));
        let check = |rows: &str, expected: &[Option<Word>]| {
            let wanted: Vec<Wanted> = rows
                .split(' ')
                .map(|row| row.split_once('>').map_or((row, None), |(code, parent)| (code, Some(parent.to_string()))))
                .map(|(code, parent)| Wanted { code: code.into(), name: code.into(), parent })
                .collect();
            assert_eq!(tree.refusals(&wanted), expected, "{rows}");
            let turned: Vec<Wanted> = wanted.into_iter().rev().collect();
            assert_eq!(tree.refusals(&turned), expected.iter().rev().copied().collect::<Vec<_>>(), "{rows}, turned");
        };
        check("x>a y>x", &[None, None]);
        // A parent whose own row is refused is none, however far up.
        check("x>y y>z z>missing w", &[orphan, orphan, orphan, None]);
        check("x>y y>x z>x w>a", &[circle, circle, orphan, None]);
        check("x>x", &[circle]);
        // A branch turned upside down.
        check("b a>b", &[None, None]);
        check("a>c b c>b", &[None, None, None]);
        // The stored place of a refused row counts: c stays below b, so b cannot go below c.
        check("b>c c>missing", &[circle, orphan]);
        check("a>b", &[circle]);
    }

    #[test]
    fn a_long_chain_is_judged_at_once() {
        let wanted: Vec<Wanted> = (0..50_000).map(|row| Wanted { code: row.to_string(), name: "x".into(), parent: Some((row + 1).to_string()) }).collect();
        assert!(GroupTree::default().refusals(&wanted).iter().all(|reason| *reason == Some(words::NO_PARENT_GROUP)));
    }

    #[test]
    fn groups_may_swap_their_names() {
        let mut tree = GroupTree::default();
        tree.put("1", "Tea", None);
        tree.put("2", "Coffee", None);
        tree.put("1", "Coffee", None);
        tree.put("2", "Tea", None);
        assert_eq!((tree.resolve(&["Tea"], true).unwrap(), tree.resolve(&["Coffee"], true).unwrap()), ("2".into(), "1".into()));
    }
}

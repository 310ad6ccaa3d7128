//! Product groups of an import: finding the group a row names, by code or by a path of names, and making it where
//! it is new.

use std::collections::HashMap;

use super::{FieldDef, RowProblem, text};

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
                self.by_name.remove(&(known.parent.clone(), known.name.clone()));
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
        if !self.touched.iter().any(|known| known == code) {
            self.touched.push(code.to_string());
        }
    }

    /// The code of the group a row names: one part is a code or a name, several are a path of names. A new group is
    /// made, unless `strict`.
    pub fn resolve(&mut self, path: &[&str], strict: bool) -> Result<String, RowProblem> {
        let parts: Vec<String> = path.iter().filter(|part| !part.trim().is_empty()).map(|part| text("group", part, LONGEST)).collect::<Result<_, _>>()?;
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
                return Err(RowProblem::new(parts.join(" / "), "no such product group"));
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

    /// Whether making `parent` the parent of `code` would close a circle.
    pub fn would_circle(&self, code: &str, parent: &str) -> bool {
        let mut at = Some(parent);
        for _ in 0..=self.groups.len() {
            match at {
                Some(here) if here == code => return true,
                Some(here) => at = self.groups.get(here).and_then(|group| group.parent.as_deref()),
                None => return false,
            }
        }
        true
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
    fn circles_are_seen() {
        let mut tree = GroupTree::default();
        tree.put("a", "A", None);
        tree.put("b", "B", Some("a"));
        assert!(tree.would_circle("a", "b"));
        assert!(tree.would_circle("a", "a"));
        assert!(!tree.would_circle("b", "a"));
    }
}

//! The tables of a database as they really are: read from the engine's own catalogue, so that nothing a migration adds is
//! forgotten by what copies or checks the whole.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::Engine;

/// The three column types the schema uses (STYLE.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Integer,
    Bytes,
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Integer),
            "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table: its columns in their own order, its primary key, and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub key: Vec<String>,
    pub refers: Vec<Reference>,
}

/// A foreign key, column by column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub table: String,
    pub columns: Vec<(String, String)>,
}

impl Table {
    pub fn has_bytes(&self) -> bool {
        self.columns.iter().any(|column| column.kind == Kind::Bytes)
    }
}

/// Where sqlx keeps what was migrated; no data of the firm's.
const MIGRATIONS: &str = "_sqlx_migrations";

/// All tables of the firm's, each after those it refers to.
pub async fn tables(connection: &mut AnyConnection, engine: Engine) -> anyhow::Result<Vec<Table>> {
    let mut found: BTreeMap<String, Table> = BTreeMap::new();
    for (table, name, kind) in columns(connection, engine).await? {
        let kind = Kind::parse(&kind).with_context(|| format!("{table}.{name} has the type {kind}, which is not one of the schema's three"))?;
        let entry = found.entry(table.clone()).or_insert_with(|| Table { name: table, columns: Vec::new(), key: Vec::new(), refers: Vec::new() });
        entry.columns.push(Column { name, kind });
    }
    for (table, column) in keys(connection, engine).await? {
        if let Some(entry) = found.get_mut(&table) {
            entry.key.push(column);
        }
    }
    for (table, constraint) in references(connection, engine).await? {
        if let Some(entry) = found.get_mut(&table) {
            entry.refers.push(constraint);
        }
    }
    if let Some(table) = found.values().find(|table| table.key.is_empty()) {
        bail!("the table {} has no primary key", table.name);
    }
    in_order(found)
}

/// The newest migration that is in; none: nothing was ever migrated.
pub async fn version(connection: &mut AnyConnection, engine: Engine) -> anyhow::Result<Option<i64>> {
    if !names(connection, engine).await?.iter().any(|name| name == MIGRATIONS) {
        return Ok(None);
    }
    Ok(sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?)
}

/// Names of all tables, those of no firm too.
pub async fn names(connection: &mut AnyConnection, engine: Engine) -> sqlx::Result<Vec<String>> {
    let sql = match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Engine::Postgres => "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
    };
    sqlx::query_scalar(sql).fetch_all(connection).await
}

async fn columns(connection: &mut AnyConnection, engine: Engine) -> sqlx::Result<Vec<(String, String, String)>> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations' ORDER BY table_name, ordinal_position"
        }
    };
    sqlx::query_as(sql).fetch_all(connection).await
}

async fn keys(connection: &mut AnyConnection, engine: Engine) -> sqlx::Result<Vec<(String, String)>> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk"
        }
        Engine::Postgres => {
            "SELECT CAST(k.table_name AS TEXT), CAST(k.column_name AS TEXT) FROM information_schema.key_column_usage k \
             JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name AND t.constraint_schema = k.constraint_schema \
             WHERE k.table_schema = current_schema() AND t.constraint_type = 'PRIMARY KEY' ORDER BY k.table_name, k.ordinal_position"
        }
    };
    sqlx::query_as(sql).fetch_all(connection).await
}

async fn references(connection: &mut AnyConnection, engine: Engine) -> sqlx::Result<Vec<(String, Reference)>> {
    // SQLite names the other's column only where the declaration does; ours always do.
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name, CAST(f.id AS TEXT), f.\"table\", f.\"from\", f.\"to\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
        }
        Engine::Postgres => {
            "SELECT CAST(own.relname AS TEXT), CAST(c.conname AS TEXT), CAST(other.relname AS TEXT), CAST(a.attname AS TEXT), CAST(b.attname AS TEXT) \
             FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class own ON own.oid = c.conrelid JOIN pg_catalog.pg_class other ON other.oid = c.confrelid \
             CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS u (from_no, to_no, place) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = u.from_no \
             JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = u.to_no \
             WHERE c.contype = 'f' AND c.connamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) ORDER BY own.relname, c.conname, u.place"
        }
    };
    let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let mut found: Vec<(String, String, Reference)> = Vec::new();
    for (table, constraint, other, from, to) in rows {
        match found.last_mut().filter(|(last, name, _)| *last == table && *name == constraint) {
            Some((_, _, reference)) => reference.columns.push((from, to)),
            None => found.push((table, constraint, Reference { table: other, columns: vec![(from, to)] })),
        }
    }
    Ok(found.into_iter().map(|(table, _, reference)| (table, reference)).collect())
}

/// Tables referred to come first; of those free to stand anywhere, by name.
fn in_order(mut left: BTreeMap<String, Table>) -> anyhow::Result<Vec<Table>> {
    let known: HashSet<String> = left.keys().cloned().collect();
    let waits: HashMap<String, HashSet<String>> = left
        .values()
        .map(|table| {
            let others = table.refers.iter().map(|reference| reference.table.clone());
            (table.name.clone(), others.filter(|other| *other != table.name && known.contains(other)).collect())
        })
        .collect();
    let mut ordered: Vec<Table> = Vec::with_capacity(left.len());
    let mut placed: HashSet<String> = HashSet::new();
    while !left.is_empty() {
        let Some(next) = left.keys().find(|name| waits[*name].is_subset(&placed)).cloned() else {
            bail!("tables refer to each other in a circle: {}", left.keys().cloned().collect::<Vec<_>>().join(", "));
        };
        ordered.extend(left.remove(&next));
        placed.insert(next);
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, others: &[&str]) -> (String, Table) {
        let refers = others.iter().map(|other| Reference { table: other.to_string(), columns: Vec::new() }).collect();
        (name.to_string(), Table { name: name.into(), columns: Vec::new(), key: vec!["id".into()], refers })
    }

    #[test]
    fn tables_stand_after_those_they_refer_to() {
        let tables = [table("a", &["c"]), table("b", &["b"]), table("c", &["d"]), table("d", &[])];
        let order: Vec<String> = in_order(tables.into_iter().collect()).unwrap().into_iter().map(|table| table.name).collect();
        assert_eq!(order, ["b", "d", "c", "a"]);
        assert!(in_order([table("a", &["b"]), table("b", &["a"])].into_iter().collect()).is_err());
    }
}

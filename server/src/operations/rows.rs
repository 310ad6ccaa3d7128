//! Rows of any table, read and written whatever the engine, and the checksum by which two copies of a table are the same.

use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _};

use crate::auth::hex;
use crate::db::schema::{Kind, Table};
use crate::db::{placeholders, rows_of_placeholders};

/// Rows of a table with bytes are read this many at a time: each may have megabytes, and drivers read ahead.
const BODIES_AT_ONCE: usize = 4;
/// Rows and bytes written by one statement.
const ROWS_AT_ONCE: usize = 50;
const BYTES_AT_ONCE: usize = 4 << 20;
/// SQLite takes 32 766 placeholders.
const MOST_VALUES: usize = 30_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(#[serde(serialize_with = "raw")] Vec<u8>),
}

/// The same bytes as serde's sequence of numbers, written at once.
fn raw<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// How many rows a table has, and the sum of their hashes: the same in whatever order they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    sum: [u64; 4],
}

impl Tally {
    pub fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        let digest = Sha256::digest(row);
        for (lane, bytes) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            *lane = lane.wrapping_add(bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }
    pub fn checksum(&self) -> String {
        hex(&self.sum.iter().flat_map(|lane| lane.to_be_bytes()).collect::<Vec<u8>>())
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(quoted).collect::<Vec<_>>().join(", ")
}

fn columns(table: &Table) -> String {
    list(table.columns.iter().map(|column| column.name.as_str()))
}

fn values(table: &Table, row: &AnyRow) -> sqlx::Result<Vec<Value>> {
    let read = |(at, kind): (usize, Kind)| {
        Ok(match kind {
            Kind::Text => row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, Value::Text),
            Kind::Integer => row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, Value::Integer),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Value::Null, Value::Bytes),
        })
    };
    table.columns.iter().map(|column| column.kind).enumerate().map(read).collect()
}

type Statement<'q> = Query<'q, Any, AnyArguments>;

/// An absent value has the type of its column: PostgreSQL insists.
fn bind<'q>(query: Statement<'q>, kind: Kind, value: Value) -> Statement<'q> {
    match (value, kind) {
        (Value::Integer(number), _) => query.bind(number),
        (Value::Text(text), _) => query.bind(text),
        (Value::Bytes(bytes), _) => query.bind(bytes),
        (Value::Null, Kind::Integer) => query.bind(None::<i64>),
        (Value::Null, Kind::Text) => query.bind(None::<String>),
        (Value::Null, Kind::Bytes) => query.bind(None::<Vec<u8>>),
    }
}

/// Hands every row of a table to `take`, encoded, one at a time.
pub async fn read(connection: &mut AnyConnection, table: &Table, mut take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut give = |row: Vec<Value>| -> anyhow::Result<Vec<Value>> {
        let encoded = postcard::to_allocvec(&row)?;
        tally.add(&encoded);
        take(&encoded)?;
        Ok(row)
    };
    if table.has_bytes() {
        read_in_pages(connection, table, &mut give).await?;
    } else {
        let sql = format!("SELECT {} FROM {}", columns(table), quoted(&table.name));
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            give(values(table, &row)?)?;
        }
    }
    Ok(tally)
}

async fn read_in_pages(connection: &mut AnyConnection, table: &Table, give: &mut impl FnMut(Vec<Value>) -> anyhow::Result<Vec<Value>>) -> anyhow::Result<()> {
    let key = list(table.key.iter().map(String::as_str));
    let places: Vec<usize> = table.key.iter().filter_map(|name| table.columns.iter().position(|column| column.name == *name)).collect();
    let mut last: Option<Vec<Value>> = None;
    loop {
        let from = match &last {
            Some(_) => format!(" WHERE ({key}) > ({})", placeholders(1, places.len())),
            None => String::new(),
        };
        let sql = format!("SELECT {} FROM {}{from} ORDER BY {key} LIMIT {BODIES_AT_ONCE}", columns(table), quoted(&table.name));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(row) = last.take() {
            for at in &places {
                query = bind(query, table.columns[*at].kind, row[*at].clone());
            }
        }
        for row in query.fetch_all(&mut *connection).await? {
            last = Some(give(values(table, &row)?)?);
        }
        if last.is_none() {
            return Ok(());
        }
    }
}

/// Collects rows and writes them by the hundred.
pub struct Filler<'t> {
    table: &'t Table,
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl<'t> Filler<'t> {
    pub fn new(table: &'t Table) -> Self {
        Self { table, rows: Vec::new(), bytes: 0 }
    }

    pub async fn add(&mut self, connection: &mut AnyConnection, row: &[u8]) -> anyhow::Result<()> {
        let values: Vec<Value> = postcard::from_bytes(row)?;
        anyhow::ensure!(
            values.len() == self.table.columns.len(),
            "a row of {} has {} values instead of {}",
            self.table.name,
            values.len(),
            self.table.columns.len()
        );
        self.bytes += row.len();
        self.rows.push(values);
        if self.rows.len() >= ROWS_AT_ONCE.min(MOST_VALUES / self.table.columns.len().max(1)) || self.bytes >= BYTES_AT_ONCE {
            self.write(connection).await?;
        }
        Ok(())
    }

    pub async fn write(&mut self, connection: &mut AnyConnection) -> anyhow::Result<()> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let tuples = rows_of_placeholders(rows.len(), self.table.columns.len());
        let sql = format!("INSERT INTO {} ({}) VALUES {tuples}", quoted(&self.table.name), columns(self.table));
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS_AT_ONCE);
        for row in rows {
            for (value, column) in row.into_iter().zip(&self.table.columns) {
                query = bind(query, column.kind, value);
            }
        }
        query.execute(connection).await.map_err(|error| anyhow::Error::new(error).context(format!("cannot write to {}", self.table.name)))?;
        Ok(())
    }
}

/// Takes out whatever a table holds.
pub async fn clear(connection: &mut AnyConnection, table: &Table) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(format!("DELETE FROM {}", quoted(&table.name)))).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_the_same_in_any_order_and_another_for_any_change() {
        let of = |rows: &[&[u8]]| {
            rows.iter().fold(Tally::default(), |mut tally, row| {
                tally.add(row);
                tally
            })
        };
        assert_eq!(of(&[b"a", b"b", b"c"]), of(&[b"c", b"a", b"b"]));
        assert_ne!(of(&[b"a", b"b"]).checksum(), of(&[b"a", b"a"]).checksum());
        assert_ne!(of(&[b"a"]).checksum(), of(&[b"b"]).checksum());
    }

    #[test]
    fn bytes_are_encoded_raw_and_read_back() {
        let row = vec![Value::Bytes(vec![0, 255, 7]), Value::Null, Value::Text("Ъ".into()), Value::Integer(i64::MIN)];
        let encoded = postcard::to_allocvec(&row).unwrap();
        assert!(encoded.windows(3).any(|bytes| bytes == [0, 255, 7]));
        assert_eq!(postcard::from_bytes::<Vec<Value>>(&encoded).unwrap(), row);
    }
}

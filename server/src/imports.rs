//! Import: files become products, groups, customers and orders. Reads any listed form of CSV and XLSX, judges every
//! row (read = created + changed + unchanged + refused), and writes in short transactions. Goods and groups become
//! visible by one at the end; customers and orders are taken in parts. Leaves what a row means to
//! `kontor_shared::import` and each kind's own module.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kontor_shared::api::{ImportList, ImportReport};
use kontor_shared::audit::Action;
use kontor_shared::import::{FieldDef, Map, MapError};
use kontor_shared::money::Currency;
use serde::Deserialize;

use crate::AppState;
use crate::auth::Staff;
use crate::child::{self, ChildError};
use crate::error::AppError;
use crate::extract::{Json, Query};

mod customers;
pub mod files;
mod groups;
mod orders;
mod products;
mod run;
pub mod store;
pub mod table;

pub use files::SourceFile;
use run::MOST_TOLD;
pub use run::{MOST_IN_TRANSACTION, Outcome, Run};
pub use table::Table;

/// What an import brings in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Products,
    Groups,
    Customers,
    Orders,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Products, Self::Groups, Self::Customers, Self::Orders];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Groups => "groups",
            Self::Customers => "customers",
            Self::Orders => "orders",
        }
    }
    /// What the audit trail calls such an import.
    pub const fn told_as(self) -> Action {
        match self {
            Self::Products => Action::ImportProducts,
            Self::Groups => Action::ImportGroups,
            Self::Customers => Action::ImportCustomers,
            Self::Orders => Action::ImportOrders,
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
    /// What is left of a run that did not come to its end. Goods and groups become visible by one transaction at the end;
    /// customers and orders are taken in parts, and are whole by themselves.
    const fn rest(self) -> &'static str {
        match self {
            Self::Products | Self::Groups => "nothing of it is visible",
            Self::Customers | Self::Orders => "what was taken before stays; running the same files again takes the rest",
        }
    }
    /// Most files one run takes together.
    const fn most_files(self) -> usize {
        20
    }
}

/// How files are to be taken.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub map: Map,
    /// Judges and reports everything, writes nothing.
    pub dry_run: bool,
    pub currency: Option<Currency>,
    /// Only rows whose column (by header) has this value.
    pub only: Option<(String, String)>,
    /// Column whose value names the price type of the row's prices.
    pub price_type_from: Option<String>,
    /// A row that names a group which does not exist is refused.
    pub strict_groups: bool,
}

/// What a run is asked to do.
pub struct Request {
    pub kind: Kind,
    pub files: Vec<SourceFile>,
    pub options: Options,
    /// Told on long work, in a few words.
    pub progress: Option<fn(&str)>,
}

/// Why a run did not happen or ended.
#[derive(Debug)]
pub enum ImportError {
    /// The files or the options are not taken, and why. `code` is stable. Nothing was written.
    Refused { code: &'static str, detail: String },
    /// The file has prices of several shops in `column`; one has to be chosen. Nothing was written.
    SeveralShops { detail: String, column: String, shops: Vec<String> },
    /// Another import runs.
    Busy(String),
    /// It ended half-way; what that leaves is [`Kind::rest`].
    Failed(anyhow::Error),
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { detail, .. } | Self::SeveralShops { detail, .. } | Self::Busy(detail) => f.write_str(detail),
            Self::Failed(error) => write!(f, "{error:#}"),
        }
    }
}
impl std::error::Error for ImportError {}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
impl From<anyhow::Error> for ImportError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
impl From<AppError> for ImportError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Internal(error) => Self::Failed(error),
            other => Self::Failed(anyhow::anyhow!("{other:?}")),
        }
    }
}
impl From<MapError> for ImportError {
    fn from(error: MapError) -> Self {
        Self::Refused { code: "bad_map", detail: error.to_string() }
    }
}
impl From<ImportError> for AppError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused { code: "too_large", detail } => AppError::TooLarge { detail },
            ImportError::Refused { code, detail } => AppError::invalid(code, detail),
            ImportError::SeveralShops { detail, column, shops } => AppError::Choice { code: "several_shops", detail, column, values: shops },
            ImportError::Busy(detail) => AppError::conflict("import_running", detail),
            ImportError::Failed(error) => AppError::Internal(error),
        }
    }
}

/// Runs an import to its end and reports it. A run that fails leaves its record, and [`Kind::rest`].
pub async fn run(state: &AppState, request: Request, actor: &str) -> Result<ImportReport, ImportError> {
    if request.files.is_empty() || request.files.len() > request.kind.most_files() {
        return Err(ImportError::Refused { code: "files", detail: format!("give 1 to {} files", request.kind.most_files()) });
    }
    let Request { kind, files, options, progress } = request;
    let names = files.iter().map(|file| file.name.clone()).collect();
    let mut run = Run::start(state, kind, names, options, progress, actor).await?;
    let result = match kind {
        Kind::Products => products::import(&mut run, files).await,
        Kind::Groups => groups::import(&mut run, files).await,
        Kind::Customers => customers::import(&mut run, files).await,
        Kind::Orders => orders::import(&mut run, files).await,
    };
    run.finish(result).await
}

/// Refuses options that only files of products know.
fn products_only(options: &Options) -> Result<(), ImportError> {
    if options.only.is_none() && options.price_type_from.is_none() && !options.strict_groups {
        return Ok(());
    }
    Err(ImportError::Refused { code: "bad_option", detail: "where, price_type_from and groups are for files of products".into() })
}

/// Opens all files of a run, which need these columns: one that is refused whole keeps the others out as well.
async fn open_all(run: &mut Run, files: Vec<SourceFile>, fields: &'static [FieldDef], needed: &[&str]) -> Result<Vec<Table>, ImportError> {
    let mut tables = Vec::with_capacity(files.len());
    for file in files {
        run.progress(&format!("reading {}", file.name));
        let table = open(file, fields, &run.options.map).await?;
        needed.iter().try_for_each(|field| table.require(field))?;
        table.notes.iter().for_each(|note| run.note(note.clone()));
        tables.push(table);
    }
    Ok(tables)
}

/// Opens one file as a table: unpacked, decoded, its columns recognised. Workbooks go through the limited child.
pub async fn open(file: SourceFile, fields: &'static [FieldDef], map: &Map) -> Result<Table, ImportError> {
    let name = file.name.clone();
    let map = map.clone();
    let content = blocking(move || files::read(file)).await?;
    match content {
        files::Content::Text { text, encoding } => blocking(move || Table::of_text(&name, text, encoding, fields, &map)).await,
        files::Content::Workbook(bytes) => {
            let sheet = child::read_sheet(&bytes, None).await.map_err(|error| match error {
                ChildError::Refused { code, detail } => ImportError::Refused { code, detail: format!("{name}: {detail}") },
                ChildError::Failed(error) => ImportError::Failed(error),
            })?;
            blocking(move || Table::of_sheet(&name, &sheet, fields, &map)).await
        }
    }
}

/// Runs work that takes CPU for long off the threads that answer requests.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, ImportError> + Send + 'static) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ImportError::Failed(error.into()))?
}

/// `column=value` as `--where` and the query have it.
pub fn parse_where(text: &str) -> Result<(String, String), ImportError> {
    let wrong = || ImportError::Refused { code: "bad_option", detail: format!("where is COLUMN=VALUE, not \"{text}\"") };
    let (column, value) = text.split_once('=').ok_or_else(wrong)?;
    if column.trim().is_empty() { Err(wrong()) } else { Ok((column.trim().to_string(), value.trim().to_string())) }
}

pub fn parse_currency(text: &str) -> Result<Currency, ImportError> {
    text.parse().map_err(|_| ImportError::Refused { code: "bad_option", detail: format!("{text} is not a currency code such as EUR") })
}

/// A profile's name or the map itself.
pub fn parse_map(text: &str) -> Result<Map, ImportError> {
    match Map::named(text.trim()) {
        Some(map) => Ok(map),
        None if text.contains('=') => Ok(Map::parse(text)?),
        None => Err(ImportError::Refused { code: "bad_map", detail: format!("there is no map named {text}") }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunQuery {
    kind: String,
    name: Option<String>,
    dry_run: Option<String>,
    r#where: Option<String>,
    price_type_from: Option<String>,
    currency: Option<String>,
    map: Option<String>,
    groups: Option<String>,
}

impl RunQuery {
    fn options(&self) -> Result<Options, ImportError> {
        let given = |value: &Option<String>| value.clone().filter(|text| !text.trim().is_empty());
        Ok(Options {
            map: given(&self.map).map_or(Ok(Map::default()), |text| parse_map(&text))?,
            dry_run: one_of("dry_run", self.dry_run.as_deref(), &["1", "true"], &["0", "false"])?,
            currency: given(&self.currency).map(|text| parse_currency(&text)).transpose()?,
            only: given(&self.r#where).map(|text| parse_where(&text)).transpose()?,
            price_type_from: given(&self.price_type_from),
            strict_groups: one_of("groups", self.groups.as_deref(), &["strict"], &["create"])?,
        })
    }
}

/// Whether an option is one of `yes`. What is neither those nor `no` is refused: a preview misspelt must not write.
fn one_of(name: &str, given: Option<&str>, yes: &[&str], no: &[&str]) -> Result<bool, ImportError> {
    match given {
        None => Ok(false),
        Some(value) if yes.contains(&value) => Ok(true),
        Some(value) if no.contains(&value) => Ok(false),
        Some(_) => Err(ImportError::Refused { code: "bad_option", detail: format!("{name} is one of {}", [yes, no].concat().join(", ")) }),
    }
}

/// `POST /api/imports`: the body is the file.
pub async fn create(
    State(state): State<AppState>,
    who: Staff,
    Query(query): Query<RunQuery>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<ImportReport>, AppError> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            AppError::TooLarge { detail: format!("a file has at most {} MiB; pack it with gzip or zstd, or split it", files::LARGEST_FILE >> 20) }
        }
        _ => AppError::invalid("unreadable_body", rejection.body_text()),
    })?;
    let kind = Kind::parse(&query.kind).ok_or_else(|| AppError::invalid_field("unknown_kind", "kind", format!("no import of {}", query.kind)))?;
    let name: String = query.name.as_deref().unwrap_or("file").chars().filter(|c| !c.is_control()).take(200).collect();
    let options = query.options()?;
    let request = Request { kind, files: vec![SourceFile { name, bytes: body.to_vec() }], options, progress: None };
    // On its own task: a browser that goes away does not stop a run half-way.
    let report = tokio::spawn(async move { run(&state, request, &who.actor()).await }).await.map_err(|error| AppError::Internal(error.into()))??;
    Ok(Json(report))
}

/// `GET /api/imports`
pub async fn list(State(state): State<AppState>) -> Result<Json<ImportList>, AppError> {
    let mut connection = state.db.read().await?;
    let rows = store::list(&mut connection, 100).await?;
    let imports = rows.into_iter().map(|row| row.report(Vec::new())).collect::<anyhow::Result<_>>()?;
    Ok(Json(ImportList { imports }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The last refusal of the page before, counted from 0.
    after: Option<i64>,
}

/// `GET /api/imports/{id}`
pub async fn show(State(state): State<AppState>, Path(path): Path<HashMap<String, String>>, Query(page): Query<After>) -> Result<Json<ImportReport>, AppError> {
    let id: uuid::Uuid = path.get("id").and_then(|id| id.parse().ok()).ok_or(AppError::NotFound)?;
    let after = page.after.unwrap_or(-1);
    let mut connection = state.db.read().await?;
    let row = store::by_id(&mut connection, &id.to_string()).await?.ok_or(AppError::NotFound)?;
    let mut refusals = store::refusals(&mut connection, &id.to_string(), after, MOST_TOLD as i64 + 1).await?;
    let next = (refusals.len() > MOST_TOLD).then(|| after.saturating_add(MOST_TOLD as i64).to_string());
    refusals.truncate(MOST_TOLD);
    Ok(Json(ImportReport { next, ..row.report(refusals)? }))
}

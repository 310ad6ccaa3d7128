//! Foreign files and pictures are opened, and PDFs rendered, in a child process of the same binary that limits itself first:
//! two kilobytes can make today's best spreadsheet reader ask for 96 GB and abort (reliability.md §5.D). An abort
//! cannot be caught, so it has to happen elsewhere. Linux only, where the limits hold; elsewhere it is refused.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use kontor_shared::form::Workbook;
use kontor_shared::form::file::{self, Refusal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::error::AppError;
use crate::imports::{ImportError, files};
use crate::intake::{self, mime::Letter};

mod sheet;

pub use sheet::{Cell, LARGEST_FILE, Sheet};

/// First argument of a child; the second names its kind.
const HIDDEN: &str = "__child";
/// Children at once. Each may take half a gigabyte; on two cores a third would only make the others slower.
static PLACES: Semaphore = Semaphore::const_new(2);
/// Of these, for pictures: an import may name thousands, and a document waits for nobody's.
static PLACES_OF_PICTURES: Semaphore = Semaphore::const_new(1);
/// Bytes of a child's complaint kept for the log.
const MOST_COMPLAINT: u64 = 4096;

/// What a child can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sheet,
    Book,
    Pdf,
    Picture,
    Mail,
}

struct Limits {
    address_space: u64,
    cpu_seconds: u64,
    wall: Duration,
    output: u64,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Sheet => "sheet",
            Self::Book => "book",
            Self::Pdf => "pdf",
            Self::Picture => "picture",
            Self::Mail => "mail",
        }
    }
    const fn limits(self) -> Limits {
        match self {
            Self::Sheet => Limits { address_space: 512 << 20, cpu_seconds: 10, wall: Duration::from_secs(30), output: 64 << 20 },
            // Read into the server's memory, and anybody may send one: rows that order nothing stay in the child.
            Self::Book => Limits { address_space: 512 << 20, cpu_seconds: 8, wall: Duration::from_secs(30), output: 16 << 20 },
            // typst needs 300 MiB of address space for a page, most of it reserved and never touched.
            Self::Pdf => Limits { address_space: 1 << 30, cpu_seconds: 30, wall: Duration::from_secs(60), output: 32 << 20 },
            Self::Mail => Limits { address_space: 512 << 20, cpu_seconds: 10, wall: Duration::from_secs(30), output: 64 << 20 },
            // 40 megapixels are 160 MB unpacked; a progressive JPEG holds its coefficients beside them.
            Self::Picture => Limits { address_space: 768 << 20, cpu_seconds: 15, wall: Duration::from_secs(30), output: 4 << 20 },
        }
    }
    /// What is said of an input that takes too long, too much memory, or cannot be read at all.
    const fn codes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sheet | Self::Book => ("sheet_time", "sheet_memory", "sheet_unreadable"),
            Self::Pdf => ("pdf_failed", "pdf_failed", "pdf_failed"),
            Self::Mail => ("mail_time", "mail_memory", "mail_unreadable"),
            Self::Picture => ("picture_time", "picture_memory", "picture_unreadable"),
        }
    }
}

/// Why a child brought no result.
#[derive(Debug)]
pub enum ChildError {
    /// The input is not taken, and why. `code` is stable, `detail` names the limit or place.
    Refused { code: &'static str, detail: String },
    /// The child could not be run.
    Failed(anyhow::Error),
}

impl std::fmt::Display for ChildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { code, detail } => write!(f, "{code}: {detail}"),
            Self::Failed(error) => write!(f, "{error:#}"),
        }
    }
}
impl std::error::Error for ChildError {}

impl From<ChildError> for AppError {
    fn from(error: ChildError) -> Self {
        match error {
            ChildError::Refused { code, detail } => AppError::invalid(code, detail),
            ChildError::Failed(error) => AppError::Internal(error),
        }
    }
}

/// Every code a refusal may carry. A child's word is looked up here, so that it stays one of ours.
pub const CODES: &[&str] = &[
    "sheet_too_large",
    "not_a_sheet",
    "sheet_encrypted",
    "sheet_old_format",
    "sheet_archive",
    "sheet_unpacked",
    "sheet_macros",
    "sheet_external_links",
    "sheet_unreadable",
    "sheet_missing",
    "sheet_rows",
    "sheet_columns",
    "sheet_cells",
    "sheet_memory",
    "sheet_time",
    "pdf_failed",
    "picture_type",
    "picture_dimensions",
    "picture_memory",
    "picture_time",
    "picture_unreadable",
    "mail_too_large",
    "mail_parts",
    "mail_memory",
    "mail_time",
    "mail_unreadable",
];

/// What a kind's work gives inside the child: the output, or a refusal.
pub(crate) type Outcome = Result<Vec<u8>, Refusal>;

/// Reads one sheet of an XLSX workbook: the one named, or the first visible one.
pub async fn read_sheet(bytes: &[u8], name: Option<&str>) -> Result<Sheet, ChildError> {
    sheet::check_outside(bytes).map_err(|(code, detail)| ChildError::Refused { code, detail })?;
    let output = run(Kind::Sheet, name.unwrap_or("").as_bytes(), bytes).await?;
    // A million cells take a while; the threads that answer requests have other work.
    let decoded = tokio::task::spawn_blocking(move || Sheet::decode(&output)).await;
    decoded.map_err(|error| ChildError::Failed(error.into()))?.map_err(ChildError::Failed)
}

/// Reads every sheet of a file that people send: XLSX, XLSM and XLSB without macros, XLS, ODS, CSV, a web page or the XML of
/// 2003, by its content and whatever it is called.
pub async fn read_book(bytes: &[u8]) -> Result<Arc<Workbook>, ChildError> {
    if bytes.len() > LARGEST_FILE {
        return Err(ChildError::Refused { code: "sheet_too_large", detail: format!("the file is larger than {} MiB", LARGEST_FILE >> 20) });
    }
    book_of(run(Kind::Book, b"", bytes).await?).await
}

/// As [`read_book`], of a file that lies in pieces.
pub async fn read_book_of(pieces: &[Bytes]) -> Result<Arc<Workbook>, ChildError> {
    book_of(run_pieces(Kind::Book, b"", pieces).await?).await
}

async fn book_of(output: Vec<u8>) -> Result<Arc<Workbook>, ChildError> {
    let decoded = tokio::task::spawn_blocking(move || postcard::from_bytes(&output).map(Arc::new).context("a child's workbook cannot be read")).await;
    decoded.map_err(|error| ChildError::Failed(error.into()))?.map_err(ChildError::Failed)
}

/// Takes a message apart: what it says of itself, its text, its files.
pub async fn read_mail(bytes: &[u8]) -> Result<Letter, ChildError> {
    if bytes.len() > intake::mime::LARGEST {
        return Err(ChildError::Refused { code: "mail_too_large", detail: format!("the message is larger than {} MiB", intake::mime::LARGEST >> 20) });
    }
    let output = run(Kind::Mail, b"", bytes).await?;
    postcard::from_bytes(&output).context("a child's message cannot be read").map_err(ChildError::Failed)
}

/// Renders what `template` makes of `data` (JSON) as a PDF.
pub async fn render_pdf(template: &str, data: &[u8]) -> Result<Vec<u8>, ChildError> {
    run(Kind::Pdf, template.as_bytes(), data).await
}

/// As [`render_pdf`], with a picture the template may place as `logo`.
pub async fn render_pdf_with(template: &str, data: &[u8], picture: Option<&[u8]>) -> Result<Vec<u8>, ChildError> {
    match picture {
        Some(picture) => run(Kind::Pdf, format!("{template} {}", data.len()).as_bytes(), &[data, picture].concat()).await,
        None => render_pdf(template, data).await,
    }
}

/// Makes the sizes of a picture that are kept; see [`crate::pictures::make`].
pub async fn make_picture(bytes: &[u8]) -> Result<Vec<u8>, ChildError> {
    run(Kind::Picture, b"", bytes).await
}

static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// Names the `kontor` binary, for programs that are not it (tests). The first call counts.
pub fn use_executable(path: PathBuf) {
    let _ = EXECUTABLE.set(path);
}

fn executable() -> OsString {
    if let Some(path) = std::env::var_os("KONTOR_CHILD_EXE").filter(|path| !path.is_empty()) {
        return path;
    }
    // Not `current_exe`: after an upgrade in place its path names the new file, and this still the running one.
    EXECUTABLE.get().map_or_else(|| "/proc/self/exe".into(), |path| path.clone().into_os_string())
}

/// Runs a child on `option` and `input` to its output.
async fn run(kind: Kind, option: &[u8], input: &[u8]) -> Result<Vec<u8>, ChildError> {
    run_pieces(kind, option, &[input]).await
}

async fn run_pieces(kind: Kind, option: &[u8], input: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, ChildError> {
    if !cfg!(target_os = "linux") {
        return Err(ChildError::Failed(anyhow::anyhow!("foreign files are opened on Linux only, where a process can limit its memory")));
    }
    let _picture = match kind {
        Kind::Picture => Some(PLACES_OF_PICTURES.acquire().await.map_err(|error| ChildError::Failed(error.into()))?),
        Kind::Sheet | Kind::Book | Kind::Pdf | Kind::Mail => None,
    };
    let _place = PLACES.acquire().await.map_err(|error| ChildError::Failed(error.into()))?;
    let limits = kind.limits();
    let mut child = Command::new(executable())
        .args([HIDDEN, kind.word()])
        .env_clear()
        // One thread and one arena, or each core would reserve its own share of the address space.
        .env("RAYON_NUM_THREADS", "1")
        .env("MALLOC_ARENA_MAX", "1")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the child process")
        .map_err(ChildError::Failed)?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(ChildError::Failed(anyhow::anyhow!("the child has no pipes")));
    };
    let feed = async {
        // A child that has seen enough closes its end; its answer tells why.
        let _ = stdin.write_all(&(option.len() as u32).to_le_bytes()).await;
        let _ = stdin.write_all(option).await;
        for piece in input {
            if stdin.write_all(piece.as_ref()).await.is_err() {
                break;
            }
        }
        drop(stdin);
    };
    let (mut output, mut complaint) = (Vec::new(), Vec::new());
    let read = async {
        let mut stdout = stdout.take(limits.output + 1);
        // With that the pipe is closed: a child that has more to say ends at its next word, instead of keeping its place until the
        // clock ends it.
        stdout.read_to_end(&mut output).await
    };
    let complain = async {
        let mut stderr = stderr;
        let _ = (&mut stderr).take(MOST_COMPLAINT).read_to_end(&mut complaint).await;
        // The rest is thrown away, so that a child that complains at length does not block.
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    };
    let work = async {
        let ((), read) = tokio::join!(feed, read);
        read
    };
    let finished = tokio::time::timeout(limits.wall, async {
        let (read, ()) = tokio::join!(work, complain);
        read?;
        child.wait().await
    })
    .await;
    let status = match finished {
        Ok(status) => status.context("the child process cannot be read").map_err(ChildError::Failed)?,
        Err(_) => {
            let _ = child.kill().await;
            return Err(too_long(kind, limits.wall.as_secs()));
        }
    };
    if output.len() as u64 > limits.output {
        return Err(ChildError::Refused { code: kind.codes().1, detail: format!("the result is larger than {} MiB", limits.output >> 20) });
    }
    if !status.success() {
        use std::os::unix::process::ExitStatusExt as _;
        // Of the complaint only the log knows, and only its first line: a panic's message may quote the file.
        tracing::warn!(child.kind = kind.word(), child.status = %status, child.complaint_bytes = complaint.len(), "a child process failed");
        return Err(match status.signal() {
            Some(24) | Some(9) => too_long(kind, limits.cpu_seconds),
            Some(_) => ChildError::Refused { code: kind.codes().1, detail: format!("opening it needs more than {} MiB of memory", limits.address_space >> 20) },
            None => ChildError::Refused { code: kind.codes().2, detail: "it cannot be read".into() },
        });
    }
    match output.split_first() {
        Some((0, _)) => {
            output.remove(0);
            Ok(output)
        }
        Some((1, refusal)) => {
            let (code, detail): (String, String) = postcard::from_bytes(refusal).context("a child's refusal cannot be read").map_err(ChildError::Failed)?;
            let code = CODES.iter().copied().find(|known| *known == code).unwrap_or(kind.codes().2);
            Err(ChildError::Refused { code, detail })
        }
        _ => Err(ChildError::Failed(anyhow::anyhow!("the child answered nothing"))),
    }
}

fn too_long(kind: Kind, seconds: u64) -> ChildError {
    ChildError::Refused { code: kind.codes().0, detail: format!("it takes longer than {seconds} seconds to read") }
}

/// The child's whole life, when this process is one: the first thing `main` asks.
pub fn main_if_child() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != HIDDEN {
        return None;
    }
    let kind = match arguments.next()?.to_str()? {
        "sheet" => Kind::Sheet,
        "book" => Kind::Book,
        "pdf" => Kind::Pdf,
        "picture" => Kind::Picture,
        "mail" => Kind::Mail,
        _ => return Some(ExitCode::from(2)),
    };
    Some(match live(kind) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kontor: child: {error:#}");
            ExitCode::FAILURE
        }
    })
}

fn live(kind: Kind) -> anyhow::Result<()> {
    limit(&kind.limits())?;
    let mut stdin = std::io::stdin().lock();
    let mut length = [0; 4];
    stdin.read_exact(&mut length)?;
    let mut option = vec![0; u32::from_le_bytes(length).min(4096) as usize];
    stdin.read_exact(&mut option)?;
    let option = String::from_utf8(option)?;
    let mut input = Vec::new();
    stdin.read_to_end(&mut input)?;
    let outcome: Outcome = match kind {
        Kind::Sheet => sheet::work(input, (!option.is_empty()).then_some(option.as_str())),
        Kind::Book => book(input),
        Kind::Pdf => crate::pdf::work(&option, input),
        Kind::Picture => crate::pictures::make::work(&input),
        Kind::Mail => mail(&input),
    };
    let mut stdout = std::io::stdout().lock();
    match outcome {
        Ok(output) => {
            stdout.write_all(&[0])?;
            stdout.write_all(&output)?;
        }
        Err(refusal) => {
            stdout.write_all(&[1])?;
            stdout.write_all(&postcard::to_allocvec(&refusal)?)?;
        }
    }
    stdout.flush()?;
    Ok(())
}

/// Takes a message apart.
fn mail(input: &[u8]) -> Outcome {
    postcard::to_allocvec(&crate::intake::mime::read(input)?).map_err(|error| ("mail_unreadable", error.to_string()))
}

/// Reads every sheet of a file, which may be packed once more.
fn book(input: Vec<u8>) -> Outcome {
    let bytes = files::unpack("file", input).map_err(|error| match error {
        ImportError::Refused { code: "too_large", detail } => ("sheet_too_large", detail),
        other => ("not_a_sheet", other.to_string()),
    })?;
    postcard::to_allocvec(&file::read(bytes)?).map_err(sheet::internal)
}

/// Gives up, for good, what the work does not need. Writing files is one of those things; pipes are not files.
fn limit(limits: &Limits) -> anyhow::Result<()> {
    use rlimit::Resource;
    Resource::CORE.set(0, 0).context("core")?;
    Resource::FSIZE.set(0, 0).context("file size")?;
    Resource::NOFILE.set(16, 16).context("open files")?;
    Resource::CPU.set(limits.cpu_seconds, limits.cpu_seconds + 1).context("CPU time")?;
    Resource::AS.set(limits.address_space, limits.address_space).context("address space")?;
    Ok(())
}

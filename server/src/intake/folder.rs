//! The drop directory: messages that another program leaves as files under `incoming` of the data directory, written under
//! another name and then renamed to `*.eml`. They go to `done` or `failed` below it when what they are is committed.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::store::{self, Place};
use super::take;
use super::{State, mime, told};
use crate::AppState;
use crate::error::AppError;

/// Where the drop directory is.
pub fn directory(state: &AppState) -> PathBuf {
    state.config.data.join("incoming")
}

/// The box's name, as mailboxes have theirs.
pub const NAME: &str = "incoming";

/// Takes in what lies there now, the oldest name first. A file that cannot be read holds up no other; that it lies there is
/// shown where staff see how the boxes do.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    let directory = directory(state);
    let (paths, mut trouble) = match waiting(&directory) {
        Ok(paths) => (paths, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let mut taken = 0;
    for path in paths {
        if stopped() {
            break;
        }
        match one(state, &directory, &path).await {
            Ok(()) => taken += 1,
            // Another server took it.
            Err(_) if !path.exists() => {}
            Err(error) => drop(trouble.get_or_insert(error)),
        }
    }
    note(state, trouble.as_ref()).await?;
    trouble.map_or(Ok(taken), Err)
}

/// Takes in one message and files it.
async fn one(state: &AppState, directory: &Path, path: &Path) -> anyhow::Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let place = Place { source: "drop", name: name.chars().take(200).collect(), uidvalidity: None, uid: None };
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {name}"))?.len();
    let read = if size > mime::LARGEST as u64 {
        let head = head_of(path).with_context(|| format!("cannot read {name}"))?;
        take::unread(state, &head, &place, "mail_too_large", "").await
    } else {
        let raw = tokio::fs::read(path).await.with_context(|| format!("cannot read {name}"))?;
        take::take(state, &raw, &place).await
    };
    let now = read.map_err(AppError::into_internal)?;
    file(&directory.join(folder(now)), path, &name)
}

/// Writes down what stands in the way, where that is anything new.
async fn note(state: &AppState, trouble: Option<&anyhow::Error>) -> anyhow::Result<()> {
    let said = trouble.map(told).unwrap_or_default();
    let before = store::trouble(&mut *state.db.read().await?, NAME).await?;
    if before.unwrap_or_default() == said {
        return Ok(());
    }
    let mut tx = state.db.write_tx().await?;
    store::open_box(&mut tx, NAME).await?;
    store::looked(&mut tx, NAME, &said, state.clock.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}

/// The folder of messages in a state.
const fn folder(state: State) -> &'static str {
    match state {
        State::Accepted | State::Ignored => "done",
        State::Refused | State::NeedsPerson => "failed",
    }
}

fn waiting(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", directory.display())),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // A link may lead anywhere.
        if name.to_ascii_lowercase().ends_with(".eml") && !name.starts_with('.') && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(64 << 10).read_to_end(&mut head)?;
    Ok(head)
}

/// Moves a message that is stored; one of the same name that is there already stays.
fn file(folder: &Path, path: &Path, name: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut target = folder.join(name);
    let mut count = 1;
    while target.exists() {
        target = folder.join(format!("{count}-{name}"));
        count += 1;
    }
    std::fs::rename(path, &target).with_context(|| format!("cannot move {}", path.display()))
}

//! Where tests and measurements keep what they write for a while.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::said;

/// A folder that ends with this value, and all that tests leave in it.
pub struct Place {
    pub path: PathBuf,
}

impl Place {
    pub fn within(folder: &Path) -> Result<Self> {
        let path = folder.join(format!("kontor-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot write to {}", folder.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A disk: what is measured, and what crashes at full size, waits for it as a firm's server would.
pub fn disk() -> PathBuf {
    PathBuf::from("/tmp")
}

/// Memory where there is room: nothing a test writes has to outlive it, and a story on PostgreSQL waited half of its time
/// for the disk (measured: 51 stories in 31 s there, in 17 s here).
pub fn quick() -> PathBuf {
    const ROOM_KB: u64 = 4 << 20;
    let memory = PathBuf::from("/dev/shm");
    let free = said(Command::new("df").args(["--output=avail", "-k"]).arg(&memory)).and_then(|table| table.lines().last()?.trim().parse::<u64>().ok());
    if free.is_some_and(|free| free >= ROOM_KB) { memory } else { disk() }
}

//! One server on one SQLite directory: a second one would go unnoticed, answer from caches of its own and send from the same
//! spool. The lock is the kernel's and goes with the process, however that ends; commands beside the server do not ask for it.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::config::Config;

const NAME: &str = "kontor.lock";
/// A server that was just killed is gone within this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Held by the server that has the directory; another one is refused while this lives.
pub struct Alone {
    /// The lock lives as long as it is open.
    _file: File,
}

impl Alone {
    /// Takes the data directory, where SQLite's database is in it: servers on one PostgreSQL keep each other apart.
    pub fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        if config.database_url.is_some() {
            return Ok(None);
        }
        Self::take(&config.data).map(Some)
    }

    fn take(data: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
        let path = data.join(NAME);
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(50)),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = file.read_to_string(&mut holder);
                    bail!(
                        "another server{} works with {}: stop it first, or name another directory with --data. Several servers side by side need PostgreSQL (DATABASE_URL)",
                        holder.trim().parse::<u32>().map(|process| format!(" (process {process})")).unwrap_or_default(),
                        data.display()
                    );
                }
                Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("cannot lock {}", path.display())),
            }
        }
        // For whoever comes second; the lock itself does not depend on it.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

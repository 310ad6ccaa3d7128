//! A throw-away PostgreSQL: the distribution's binaries, an ICU locale (so that tests see order bugs), fsync on. It ends
//! with this process, however that ends.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{packages, places};

/// Runs as the user that owns the data. Its standard input is a pipe this process holds: when this process ends, also
/// by a signal, the pipe closes and the database is stopped and removed.
const SCRIPT: &str = r#"
set -eu
bin=$1 dir=$2 port=$3
cd /
cleanup() { "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap cleanup EXIT
mkdir -m 700 "$dir"
"$bin/initdb" -D "$dir/data" --locale-provider=icu --icu-locale=ru --locale=C.UTF-8 --encoding=UTF8 --auth=trust -U postgres >"$dir/log" 2>&1 \
  || { cat "$dir/log" >&2; exit 1; }
printf "listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = '%s'\nmax_connections = 300\nfsync = on\nsynchronous_commit = on\n" "$port" "$dir" \
  >>"$dir/data/postgresql.conf"
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start >/dev/null || { cat "$dir/log" >&2; exit 1; }
echo ready
cat >/dev/null
"#;

/// Running until dropped.
pub struct Cluster {
    child: Child,
    held: Option<ChildStdin>,
    /// Of its database `postgres`, for a user who may create others.
    pub url: String,
}

/// Where Debian keeps the server's programs; the newest version.
pub fn binaries() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

impl Cluster {
    /// Its data lie in a folder of its own within `place`.
    pub fn start(place: &Path) -> Result<Self> {
        let bin = binaries().context("PostgreSQL is not installed: apt-get install postgresql")?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).context("no free port")?.port();
        let directory = place.join(format!("kontor-postgres-{}", std::process::id()));
        // The server refuses to run as root.
        let mut command = if packages::is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]);
            command.arg("sh");
            command
        } else {
            Command::new("sh")
        };
        // A group of its own: Ctrl-C at the terminal must not stop it before the tests.
        command.args(["-c", SCRIPT, "sh"]).arg(bin).arg(directory).arg(port.to_string()).process_group(0);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start PostgreSQL")?;
        let held = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no pipe")?).read_line(&mut line)?;
        if line.trim() != "ready" {
            drop(held);
            let _ = child.wait();
            bail!("PostgreSQL did not start; its words are above");
        }
        Ok(Self { child, held, url: format!("postgres://postgres@127.0.0.1:{port}/postgres") })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.held = None;
        let _ = self.child.wait();
    }
}

/// `cargo xtask postgres`
pub fn until_interrupted() -> Result<()> {
    packages::ensure()?;
    let cluster = Cluster::start(&places::quick())?;
    println!("export KONTOR_TEST_POSTGRES={}", cluster.url);
    eprintln!("xtask: PostgreSQL runs until Ctrl-C or the end of the input");
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    Ok(())
}

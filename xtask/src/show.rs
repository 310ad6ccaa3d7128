//! `cargo xtask pictures` and `cargo xtask bench`. The work is in tests/benches/show, which compiles with the tests: a
//! browser's driver in this crate would have to be compiled before anything else.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::places::{self, Place};
use crate::postgres::Cluster;
use crate::run::{cargo, command, root, said, step, succeed};
use crate::{build, packages};

/// Writes pictures of every page into a folder.
pub fn pictures(arguments: &[String]) -> Result<()> {
    let [folder] = arguments else { bail!("name the folder: cargo xtask pictures DIR") };
    let folder = std::env::current_dir()?.join(folder);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let folder = folder.to_str().context("the folder's path is not UTF-8")?.to_string();
    prepare()?;
    show(&["pictures", &folder], &[])
}

/// Measures everything and writes docs/FIGURES.md; with `search`, `orders`, `outreach`, `accounts` or `form` measures and shows only that part.
pub fn bench(arguments: &[String]) -> Result<()> {
    prepare()?;
    let cluster = step("starting a throw-away PostgreSQL", || Cluster::start(&places::disk()))?;
    match arguments {
        [] => {}
        [part] if ["search", "orders", "outreach", "accounts", "form"].contains(&part.as_str()) => {
            return show(&[part], &[("KONTOR_TEST_POSTGRES", &cluster.url)]);
        }
        _ => bail!("there is cargo xtask bench, cargo xtask bench search, … orders, … outreach, … accounts and … form"),
    }
    let dirty = said(command("git").args(["status", "--porcelain", "--untracked-files=no"])).is_some_and(|changes| !changes.is_empty());
    let commit = said(command("git").args(["rev-parse", "--short=12", "HEAD"])).unwrap_or_else(|| "unknown".into());
    let commit = if dirty { format!("{commit}, with changes that are not committed") } else { commit };
    let file: PathBuf = root().join("docs/FIGURES.md");
    std::fs::create_dir_all(root().join("docs"))?;
    let file = file.to_str().context("the path of the workspace is not UTF-8")?.to_string();
    let outcome = show(&["figures", &file], &[("KONTOR_TEST_POSTGRES", &cluster.url), ("KONTOR_COMMIT", &commit)]);
    drop(cluster);
    outcome
}

fn prepare() -> Result<()> {
    packages::ensure()?;
    build::everything()
}

fn show(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let place = Place::within(&places::disk())?;
    succeed(
        cargo()
            .args(["test", "--release", "--locked", "--bench", "show"])
            .args(build::NATIVE)
            .arg("--")
            .args(arguments)
            .env("TMPDIR", &place.path)
            .envs(environment.iter().copied()),
        "see above",
    )
}

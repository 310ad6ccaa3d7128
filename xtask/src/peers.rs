//! `cargo xtask bench --peers`: our page beside what a team would build from JavaScript's best parts, on the same goods, in one
//! run on one machine. The harness with the peers comes from a folder beside this one; the scripts that put ours into it are
//! in `xtask/peers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::app::{self, WASM_TARGET};
use crate::run::{cargo, command, has, root, said, step, succeed, target};
use crate::{build, peers_table};

/// Measures and writes docs/FIGURES-PEERS.md. `arguments`: sizes, then rounds; for trying it out, smaller ones.
pub fn bench(arguments: &[String]) -> Result<()> {
    let sizes = arguments.first().map_or("10000,100000", String::as_str);
    let rounds = arguments.get(1).map_or("5", String::as_str);
    for program in ["node", "npm", "chromium"] {
        if !has(program) {
            bail!("{program} is not here; apt-get install nodejs npm chromium");
        }
    }
    build::everything()?;
    let folder = prepare()?;
    let kontor = target().join("release/kontor");
    let mut node = command("node");
    node.current_dir(&folder).arg("kontor/run.mjs").arg(kontor).args([sizes, rounds]).stderr(Stdio::inherit()).stdout(Stdio::piped());
    let output = step("measuring, ours and theirs by turns", || node.output().context("node cannot be started"))?;
    if !output.status.success() {
        bail!("the measurement failed; see above");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let result: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).context("the measurement printed no result")?;
    let commit = said(command("git").args(["rev-parse", "--short=12", "HEAD"])).unwrap_or_else(|| "unknown".into());
    let table = peers_table::write(&result, &commit);
    print!("{table}");
    // A trial is shown, not kept.
    if arguments.is_empty() {
        fs::write(root().join("docs/FIGURES-PEERS.md"), table).context("cannot write docs/FIGURES-PEERS.md")?;
    }
    Ok(())
}

/// The harness with everything in it, under `target`.
fn prepare() -> Result<PathBuf> {
    let source = std::env::var_os("KONTOR_PEERS").map_or_else(|| root().join("../shared/peers"), PathBuf::from);
    if !source.join("lib.mjs").is_file() {
        bail!("the harness with the peers is not in {}: name its folder in KONTOR_PEERS", source.display());
    }
    let folder = target().join("peers");
    fs::create_dir_all(&folder)?;
    // With what is installed there, if it is: then nothing is fetched.
    step("copying the harness", || succeed(command("cp").args(["-a", "-u"]).arg(source.join(".")).arg(&folder), "the harness cannot be copied"))?;
    // It may have come from where nothing may be written.
    succeed(command("chmod").args(["-R", "u+w"]).arg(&folder), "the copied harness cannot be made writable")?;
    succeed(command("cp").args(["-a", "-T"]).arg(root().join("xtask/peers")).arg(folder.join("kontor")), "xtask/peers cannot be copied")?;
    if !folder.join("node_modules").is_dir() {
        step("installing the peers", || succeed(command("npm").arg("install").current_dir(&folder), "npm could not install the peers"))?;
    }
    step("building the peers' page", || {
        succeed(command("npx").args(["vite", "build"]).current_dir(folder.join("peer-app-lean")).stdout(Stdio::null()), "vite could not build the peers' page")
    })?;
    step("building the search alone", || bind_search(&folder.join("browser")))?;
    Ok(folder)
}

fn bind_search(out: &Path) -> Result<()> {
    app::ensure_wasm_target()?;
    succeed(
        cargo().args(["build", "--locked", "-p", "kontor-peer-search", "--profile", "wasm-release", "--target", WASM_TARGET]),
        "the search does not compile; the compiler's words are above",
    )?;
    let module = target().join(WASM_TARGET).join("wasm-release/kontor_peer_search.wasm");
    wasm_bindgen_cli_support::Bindgen::new().input_path(module).web(true)?.typescript(false).out_name("kontor_search").generate(out)
}

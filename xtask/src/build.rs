//! The app, then the server that carries it.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result, bail};

use crate::app;
use crate::run::{cargo, command, root, step, succeed, target};

/// What compiles for this machine. Always named together: cargo unites the features of what it is asked for, and
/// another selection would compile sqlx and much else a second time. This crate is not among them for the same reason.
pub const NATIVE: [&str; 8] = ["-p", "kontor-shared", "-p", "kontor-server", "-p", "kontor-program", "-p", "kontor-tests"];

/// `cargo xtask build`
pub fn everything() -> Result<()> {
    // The program waits for the app, which it embeds. What it stands on compiles beside: an app is linked by one thread for
    // minutes. Cargo has no word for "the server's crate alone, with the features it has in the program"; its example is that.
    let mut server = cargo().args(["build", "--release", "--locked", "--example", "openapi"]).args(NATIVE).spawn().context("cannot run cargo")?;
    let app = app::build();
    let server = server.wait()?;
    app?;
    if !server.success() {
        bail!("the server does not compile; the compiler's words are above ({server})");
    }
    step("building the program", || {
        succeed(
            cargo().args(["build", "--release", "--locked", "--bin", "kontor"]).args(NATIVE),
            "the program does not compile; the compiler's words are above",
        )
    })
}

/// `cargo xtask demo`
pub fn demo(arguments: &[String]) -> Result<()> {
    everything()?;
    let error = command(target().join("release/kontor")).arg("demo").arg("--data").arg(root().join("data/demo")).args(arguments).exec();
    Err(error).context("cannot start target/release/kontor")
}

/// `cargo xtask lint`
pub fn lint() -> Result<()> {
    step("checking the format", || succeed(cargo().args(["fmt", "--all", "--check"]), "the format differs: run cargo fmt"))?;
    app::ensure_wasm_target()?;
    step("clippy, server and tests", || {
        succeed(
            cargo().args(["clippy", "--release", "--locked", "--all-targets"]).args(NATIVE).args(["--", "-D", "warnings"]),
            "clippy found something; see above",
        )
    })?;
    step("clippy, app", || succeed(cargo().args(["clippy", "--locked"]).args(app::MODULES).args(["--", "-D", "warnings"]), "clippy found something; see above"))
}

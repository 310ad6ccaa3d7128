//! `cargo xtask fuzz`: looks for bytes that break what has to hold where bytes come in (fuzz/entries.rs), with libFuzzer. Any
//! toolchain of Rust will do; libFuzzer itself is C++ and compiled here.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{cargo, root, step, succeed, target};

const TARGET: &str = "x86_64-unknown-linux-gnu";
/// What cargo-fuzz passes, without a sanitizer: that needs a nightly compiler, and nothing here is unsafe.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";
const SECONDS: u64 = 60;

/// Names of the entry points, read where they stand: this crate knows nothing of Kontor's.
fn entries() -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root().join("fuzz/entries.rs")).context("fuzz/entries.rs cannot be read")?;
    let list = text.split_once("ENTRIES").and_then(|(_, rest)| rest.split_once("\n];")).map_or("", |(list, _)| list);
    Ok(list.split("name: \"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_string()).collect())
}

/// Tries every entry point, or the one named, for a minute each or so many seconds.
pub fn run(arguments: &[String]) -> Result<()> {
    let all = entries()?;
    let (mut chosen, mut seconds) = (all.clone(), SECONDS);
    for argument in arguments {
        match argument.parse() {
            Ok(number) => seconds = number,
            Err(_) if all.contains(argument) => chosen = vec![argument.clone()],
            Err(_) => bail!("cargo xtask fuzz [ENTRY] [SECONDS]; entry points: {}", all.join(", ")),
        }
    }
    step("building the fuzzer", || {
        succeed(
            cargo()
                .args(["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", TARGET, "--target-dir"])
                .arg(target())
                .env("RUSTFLAGS", FLAGS),
            "it does not compile; it needs a C++ compiler (apt-get install g++)",
        )
    })?;
    let program = target().join(TARGET).join("release/kontor-fuzz");
    let mut broken = Vec::new();
    for name in chosen {
        // What was found interesting is kept, and begun from the next time.
        let corpus = target().join("fuzz").join(&name);
        std::fs::create_dir_all(&corpus)?;
        step(&format!("{name}, {seconds} s"), || {
            if try_entry(&program, &name, &corpus, seconds)? {
                Ok(())
            } else {
                broken.push(name.clone());
                Ok(())
            }
        })?;
    }
    if broken.is_empty() { Ok(()) } else { bail!("broken: {}; the bytes are in {}", broken.join(", "), target().join("fuzz").display()) }
}

fn try_entry(program: &Path, name: &str, corpus: &Path, seconds: u64) -> Result<bool> {
    let prefix = format!("{}-", corpus.display());
    let mut fuzzer = Command::new(program);
    fuzzer.args([
        format!("-max_total_time={seconds}"),
        format!("-artifact_prefix={prefix}"),
        "-max_len=8192".into(),
        "-timeout=10".into(),
        "-rss_limit_mb=1024".into(),
        "-print_final_stats=1".into(),
        "-verbosity=0".into(),
    ]);
    fuzzer.arg(corpus).env("KONTOR_FUZZ", name);
    Ok(fuzzer.status().context("the fuzzer does not start")?.success())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_entry_points_are_found() {
        let all = super::entries().unwrap();
        assert!(all.len() >= 4 && all.contains(&"quantity".to_string()), "{all:?}");
    }
}

//! `cargo xtask test`: every test, on both databases, and nothing skipped in silence.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::places::{self, Place};
use crate::postgres::Cluster;
use crate::run::{cargo, root, step, succeed};
use crate::{build, packages};

/// A profile, and packages that compile with it together.
type Selection = (&'static str, &'static [&'static str]);
/// What is tested, apart from each other: cargo unites the features of what it is asked for. The app's own rules compile for
/// this machine as well, with the app's profile: the macros they need are there from building it.
const SELECTIONS: [Selection; 3] = [("release", &["-p", "xtask"]), ("wasm-release", &["-p", "kontor-app", "--lib"]), ("release", &build::NATIVE)];

/// What runs after each other, and how many more tests at once than there are cores. A browser keeps a core busy; of the
/// stories without one, another goes on while one waits for a timer, a server or LibreOffice.
const RUNS: [(Selection, &[&str], usize); 5] = [
    (SELECTIONS[0], &[], 0),
    (SELECTIONS[1], &[], 0),
    (SELECTIONS[2], &["--test", "browser"], 0),
    (SELECTIONS[2], &["--lib", "--bins", "--test", "stories"], 1),
    (SELECTIONS[2], &["--doc"], 0),
];

#[derive(Default)]
struct Counts {
    sqlite: u32,
    postgres: u32,
    browser: u32,
    other: u32,
    failed: Vec<String>,
    ignored: Vec<String>,
    /// What failed tests said, without what called what: told once more at the end, where it is looked for.
    said: Vec<String>,
    /// Lines since the head of a failed test's words, where the runner is telling them.
    telling: Option<usize>,
}

/// Lines of a failed test told again.
const MOST_TOLD: usize = 25;

impl Counts {
    fn all(&self) -> u32 {
        self.sqlite + self.postgres + self.other
    }

    /// Keeps what a failed test said, from its head to the stack below.
    fn keep(&mut self, line: &str) {
        self.telling = match self.telling {
            _ if line.starts_with("---- ") && line.ends_with(" stdout ----") => Some(0),
            Some(told) if told < MOST_TOLD && line != "stack backtrace:" && line != "failures:" => Some(told + 1),
            _ => None,
        };
        if self.telling.is_some() && !line.trim().is_empty() {
            self.said.push(line.chars().take(400).collect());
        }
    }

    /// Counts a line of the test runner, `test name ... ok`.
    fn line(&mut self, line: &str) {
        self.keep(line);
        let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else { return };
        let outcome = outcome.trim();
        if outcome.starts_with("FAILED") {
            self.failed.push(name.to_string());
        } else if outcome.starts_with("ignored") {
            self.ignored.push(name.to_string());
        } else if !outcome.starts_with("ok") {
            return;
        }
        let name = name.split(" - ").next().unwrap_or(name);
        if name.ends_with("::sqlite") {
            self.sqlite += 1;
        } else if name.ends_with("::postgres") {
            self.postgres += 1;
        } else {
            self.other += 1;
        }
    }

    /// Runs tests, shows and counts them; whether all passed.
    fn follow(&mut self, mut tests: Command) -> Result<bool> {
        let mut child = tests.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot run cargo test")?;
        for line in BufReader::new(child.stdout.take().context("no pipe")?).lines() {
            let line = line?;
            println!("{line}");
            self.line(&line);
        }
        Ok(child.wait()?.success())
    }

    fn verdict(&self, whole: bool) -> Result<()> {
        eprintln!(
            "xtask: {} tests on SQLite, {} on PostgreSQL, {} of the page or without a database; {} played in a browser",
            self.sqlite, self.postgres, self.other, self.browser
        );
        if !self.failed.is_empty() {
            self.said.iter().for_each(|line| eprintln!("{line}"));
            bail!("{} failed: {}", self.failed.len(), self.failed.join(", "));
        }
        if !self.ignored.is_empty() {
            bail!("nothing may be skipped, and these were: {}", self.ignored.join(", "));
        }
        if self.sqlite != self.postgres {
            bail!("SQLite ran {} tests and PostgreSQL {}: a story was told on one database only", self.sqlite, self.postgres);
        }
        if whole && (self.sqlite == 0 || self.browser == 0) {
            bail!("no test ran on a database or in a browser: the harness is broken");
        }
        Ok(())
    }
}

/// Builds, then runs the tests whose names hold one of `filter`'s words; all without a filter.
pub fn all(filter: &[String]) -> Result<()> {
    run(filter, &[], &places::quick())
}

/// The crash drills at full size; `all` runs them small.
pub fn kill() -> Result<()> {
    let sizes = [("KONTOR_KILL_ORDERS", "2000"), ("KONTOR_KILL_KILLS", "50"), ("KONTOR_KILL_RECIPIENTS", "20000"), ("KONTOR_KILL_MAIL_KILLS", "200")];
    run(&["kill::".into(), "kill_mailing::".into()], &sizes, &places::disk())
}

/// The power-loss replay at full size; `all` runs it small.
pub fn powerloss() -> Result<()> {
    run(&["powerloss::".into()], &[("KONTOR_POWERLOSS_ORDERS", "1000")], &places::disk())
}

fn tests((profile, packages): Selection) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--locked", "--profile", profile]).args(packages);
    tests
}

fn run(filter: &[String], environment: &[(&str, &str)], folder: &Path) -> Result<()> {
    packages::ensure()?;
    build::everything()?;
    step("building the tests", || {
        SELECTIONS.iter().try_for_each(|selection| succeed(tests(*selection).arg("--no-run"), "the tests do not compile; the compiler's words are above"))
    })?;
    let place = Place::within(folder)?;
    let cluster = step("starting a throw-away PostgreSQL", || Cluster::start(folder))?;
    if !root().join("../shared/data").is_dir() {
        eprintln!("xtask: ../shared is not here: the stories of price lists that may not be copied (tests/tests/stories/imports.rs) check nothing");
    }
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut counts = Counts::default();
    let mut whole = true;
    for (selection, part, more) in RUNS {
        let mut tests = tests(selection);
        tests.arg("--no-fail-fast").args(part).arg("--").args(filter);
        tests.arg(format!("--test-threads={}", cores + more));
        tests.env("KONTOR_TEST_POSTGRES", &cluster.url).envs(environment.iter().copied()).env("TMPDIR", &place.path);
        let before = counts.all();
        whole &= counts.follow(tests)?;
        if part.contains(&"browser") {
            counts.browser += counts.all() - before;
        }
    }
    drop(cluster);
    drop(place);
    counts.verdict(filter.is_empty())?;
    if !whole {
        bail!("the tests failed; see above");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unequal_counts_and_skipped_tests_fail_the_run() {
        let mut counts = Counts::default();
        counts.line("test orders::a::sqlite ... ok");
        assert!(counts.verdict(false).is_err());
        counts.line("test orders::a::postgres ... ok");
        assert!(counts.verdict(false).is_ok());
        counts.line("test orders::b ... ignored");
        assert!(counts.verdict(false).is_err());
        assert!(Counts::default().verdict(true).is_err());
    }

    #[test]
    fn what_a_failed_test_said_is_told_again_without_its_stack() {
        let mut counts = Counts::default();
        let run = "test a::sqlite ... FAILED\n\nfailures:\n\n---- a::sqlite stdout ----\n\nthread 'a' panicked at a.rs:1:1:\n1 answers:\nGET /: 500\nstack backtrace:\n   0: std\n\n\n\
                   failures:\n    a::sqlite\n\ntest result: FAILED.";
        run.lines().for_each(|line| counts.line(line));
        assert_eq!(counts.said, ["---- a::sqlite stdout ----", "thread 'a' panicked at a.rs:1:1:", "1 answers:", "GET /: 500"]);
    }
}

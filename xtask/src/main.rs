//! `cargo xtask …`: everything that builds, runs and checks Kontor. Needs rustup's toolchain and a C compiler;
//! what the tests need from the distribution they install or name.
#![forbid(unsafe_code)]

use std::process::ExitCode;

mod app;
mod build;
mod fuzz;
mod licences;
mod packages;
mod peers;
mod peers_table;
mod places;
mod postgres;
mod run;
mod service_worker;
mod show;
mod test;

const USAGE: &str = "\
cargo xtask demo [--listen ADDR]   build, load the demo firm, serve it on 127.0.0.1:8080
cargo xtask test [FILTER]          build, then run every test, on SQLite and on PostgreSQL, with a real browser
cargo xtask kill                   the crash drills at full size: 2 000 orders and 50 kills, a mailing of 20 000 and 200 kills, on both databases
cargo xtask powerloss              the power-loss replay at full size: 1 000 orders, 3 000 disks, on SQLite
cargo xtask build                  the app and the server, as target/release/kontor
cargo xtask pictures DIR           every page at two widths, in three languages, light and dark, as PNG files
cargo xtask bench [PART]           measure, and write docs/FIGURES.md; or measure and show only a part: orders, outreach, accounts or form
cargo xtask bench --peers          measure our page beside its peers in JavaScript, and write docs/FIGURES-PEERS.md
cargo xtask fuzz [ENTRY] [SECONDS] look for bytes that break what has to hold where files come in, a minute each
cargo xtask lint                   format and clippy, with warnings as errors
cargo xtask licences               check the licences of all dependencies, offline
cargo xtask postgres               run a throw-away PostgreSQL for `cargo test`, until Ctrl-C
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("build") => build::everything(),
        Some("demo") => build::demo(rest),
        Some("test") => test::all(rest),
        Some("kill") => test::kill(),
        Some("powerloss") => test::powerloss(),
        Some("pictures") => show::pictures(rest),
        Some("bench") if rest.first().is_some_and(|word| word == "--peers") => peers::bench(&rest[1..]),
        Some("bench") => show::bench(rest),
        Some("fuzz") => fuzz::run(rest),
        Some("lint") => build::lint(),
        Some("licences") => licences::check(),
        Some("postgres") => postgres::until_interrupted(),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The command line (CONTRACT.md). Results go to stdout, progress to stderr; exit code 0 done, 1 done but something
//! was refused, 2 wrong use or failure with one sentence on stderr.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;

mod commands;

fn main() -> ExitCode {
    if let Some(code) = kontor_server::child::main_if_child() {
        return code;
    }
    let arguments = match commands::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kontor: {}", kontor_server::error::sentence(&error));
            ExitCode::from(2)
        }
    }
}

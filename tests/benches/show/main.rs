//! What `cargo xtask pictures` and `cargo xtask bench` run: the real program, the real browser, the demo firm.

use std::path::Path;
use std::process::ExitCode;

mod accounts;
mod figures;
mod form;
mod goods;
mod intake;
mod outreach;
mod page;
mod pictures;
mod register;
mod sending;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["pictures", folder] => pictures::take(Path::new(folder)).await,
        ["figures", file] => figures::write(Path::new(file)).await,
        ["search"] => figures::show_search(),
        ["orders"] => figures::show_orders().await,
        ["outreach"] => figures::show_outreach().await,
        ["accounts"] => accounts::show().await,
        ["form"] => form::show().await,
        _ => {
            eprintln!("run this with `cargo xtask pictures DIR` or `cargo xtask bench [search|orders|outreach|accounts|form]`");
            ExitCode::from(2)
        }
    }
}

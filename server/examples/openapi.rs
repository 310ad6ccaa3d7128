//! Prints the description of the HTTP interface, as `GET /api/openapi.json` gives it, for tools that make clients of it:
//! `cargo run --release --example openapi -p kontor-server`.
#![forbid(unsafe_code)]

fn main() {
    println!("{}", kontor_server::openapi::text());
}

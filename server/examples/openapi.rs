//! What `kontor openapi` prints, from the server's crate alone. `cargo xtask build` compiles the server by it, beside the app
//! that the program waits for.
#![forbid(unsafe_code)]

fn main() {
    println!("{}", kontor_server::openapi::text());
}

//! Bounds the module's memory: a file that wants more ends its worker, not the page.

/// What the server's own child may take (server/src/child.rs).
const MOST_MEMORY: usize = 512 << 20;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        println!("cargo:rustc-cdylib-link-arg=--max-memory={MOST_MEMORY}");
    }
}

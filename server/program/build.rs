//! Embeds the built app (`app/dist`, made by `cargo xtask build`) into the program.
//!
//! Without it the program still compiles, for checks, and says so when a page is asked for.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../app/dist");
    // A watched path that is missing would rebuild the server each time.
    let _ = fs::create_dir_all(&dist);
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut names: Vec<String> = fs::read_dir(&dist)
        .map(|entries| entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.ends_with(".br")).collect())
        .unwrap_or_default();
    names.sort();
    let mut code = String::from("/// Sorted by name; none in a program built without them.\npub static PAGES: &[File] = &[\n");
    for name in &names {
        let path = dist.join(name);
        let compressed = dist.join(format!("{name}.br"));
        let brotli = if compressed.exists() { format!("Some(include_bytes!({:?}))", compressed.display().to_string()) } else { "None".into() };
        let _ = writeln!(
            code,
            "    File {{ name: {name:?}, media_type: {:?}, bytes: include_bytes!({:?}), brotli: {brotli} }},",
            media_type(name),
            path.display().to_string()
        );
    }
    code.push_str("];\n");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("app_files.rs"), code).expect("OUT_DIR can be written");
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

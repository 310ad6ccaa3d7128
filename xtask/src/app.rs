//! The app: three WASM pages and two WASM workers, styles, fonts and icons, as `app/dist`, which the server embeds.
//!
//! Files under `/assets` carry a hash of their content in their name, so a browser may keep them for ever. Beside each
//! file that gains by it lies its brotli form. Nothing is written when nothing changed, so the server is not rebuilt.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::run::{cargo, command, has, root, said, step, succeed, target};
use crate::service_worker::{self, Edition};

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Older ones write modules that do not start: Debian's 108 re-points an export to the wrong table (stack.md §2).
const LEAST_WASM_OPT: u32 = 132;
/// Sheets the price list's page has no use for.
const NOT_OF_THE_LIST: &[&str] = &["file.css", "mailings.css", "staff.css"];

/// The crates that are the app's modules, and how they are built.
pub const MODULES: [&str; 10] = ["-p", "kontor-app", "-p", "kontor-reader", "-p", "kontor-worker", "--profile", "wasm-release", "--target", WASM_TARGET];

/// Builds `app/dist`, or leaves it when nothing changed.
pub fn build() -> Result<()> {
    ensure_wasm_target()?;
    step("building the app (WebAssembly)", || {
        succeed(cargo().args(["build", "--locked"]).args(MODULES), "the app does not compile; the compiler's words are above")
    })?;
    let inputs = Inputs::read()?;
    let stamp_file = target().join("app-dist.stamp");
    let dist = root().join("app/dist");
    let stamp = inputs.stamp();
    if dist.join("buyer.html").exists() && fs::read_to_string(&stamp_file).is_ok_and(|known| known == stamp) {
        return Ok(());
    }
    let files = step("packing the app", || inputs.pack())?;
    write_if_changed(&dist, &files)?;
    fs::write(&stamp_file, stamp).context("cannot write into target")?;
    for page in ["list", "buyer", "staff"] {
        let size = |ending: &str| {
            let found = files.iter().find(|(name, _)| name.starts_with(&format!("{page}-")) && name.ends_with(ending));
            found.map_or(0, |(_, bytes)| bytes.len() / 1000)
        };
        eprintln!("xtask: {page}: {} kB of WebAssembly, {} kB compressed", size("_bg.wasm"), size("_bg.wasm.br"));
    }
    Ok(())
}

/// Makes sure the compiler can make WebAssembly.
pub fn ensure_wasm_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let installed =
        || said(command(&rustc).args(["--print", "sysroot"])).is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET).exists());
    if installed() {
        return Ok(());
    }
    if !has("rustup") {
        bail!("this Rust cannot compile to {WASM_TARGET} and rustup is not here to add it: install Rust with rustup (https://rustup.rs)");
    }
    // rust-toolchain.toml names the target, but rustup does not install what is named there when RUSTUP_AUTO_INSTALL=0.
    step("adding the WebAssembly target", || {
        succeed(command("rustup").args(["target", "add", WASM_TARGET]), "rustup could not add the target; try: rustup target add wasm32-unknown-unknown")
    })
}

/// Everything `app/dist` is made from.
struct Inputs {
    wasm: BTreeMap<&'static str, Vec<u8>>,
    templates: BTreeMap<&'static str, String>,
    styles: String,
    /// Those of the price list's page, which stand in it.
    list_styles: String,
    theme: Vec<u8>,
    public: BTreeMap<String, Vec<u8>>,
    wasm_opt: bool,
}

impl Inputs {
    fn read() -> Result<Self> {
        let built = target().join(WASM_TARGET).join("wasm-release");
        let mut wasm = BTreeMap::new();
        for (name, file) in
            [("list", "list.wasm"), ("buyer", "buyer.wasm"), ("staff", "staff.wasm"), ("worker", "kontor_worker.wasm"), ("reader", "kontor_reader.wasm")]
        {
            wasm.insert(name, fs::read(built.join(file)).with_context(|| format!("cargo made no {file}"))?);
        }
        let mut templates = BTreeMap::new();
        for (name, file) in [("list", "app/list.html"), ("buyer", "app/buyer.html"), ("staff", "app/staff.html")] {
            templates.insert(name, fs::read_to_string(root().join(file)).with_context(|| format!("cannot read {file}"))?);
        }
        let mut public = BTreeMap::new();
        read_files(&root().join("public"), &mut public)?;
        Ok(Self {
            wasm,
            templates,
            styles: styles(|_| true)?,
            list_styles: styles(|name| !NOT_OF_THE_LIST.contains(&name))?,
            theme: fs::read(root().join("app/theme.js")).context("cannot read app/theme.js")?,
            public,
            wasm_opt: usable_wasm_opt(),
        })
    }

    /// A hash of everything read, and of this file.
    fn stamp(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |name: &str, bytes: &[u8]| {
            hash.update(format!("{name} {}\n", bytes.len()));
            hash.update(bytes);
        };
        add("how", include_bytes!("app.rs"));
        add("service worker", include_bytes!("service_worker.rs"));
        add("service worker's script", include_bytes!("service_worker.js"));
        add("worker", include_bytes!("../../app/worker/boot.js"));
        add("reader", include_bytes!("../../app/reader/boot.js"));
        add("boot", include_bytes!("../../app/boot.js"));
        add("wasm-opt", &[u8::from(self.wasm_opt)]);
        self.wasm.iter().for_each(|(name, bytes)| add(name, bytes));
        self.templates.iter().for_each(|(name, text)| add(name, text.as_bytes()));
        add("styles", self.styles.as_bytes());
        add("styles of the list", self.list_styles.as_bytes());
        add("theme", &self.theme);
        self.public.iter().for_each(|(name, bytes)| add(name, bytes));
        hex(&hash.finalize())
    }

    /// The files of `app/dist`, with their brotli forms.
    fn pack(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut files = BTreeMap::new();
        let (mut styles, mut list_styles) = (self.styles.clone(), self.list_styles.clone());
        for (name, bytes) in &self.public {
            if name.ends_with(".woff2") {
                let hashed = hashed_name(name, bytes);
                for styles in [&mut styles, &mut list_styles] {
                    *styles = styles.replace(&format!("/assets/{name}"), &format!("/assets/{hashed}"));
                }
                files.insert(hashed, bytes.clone());
            } else {
                files.insert(name.clone(), bytes.clone());
            }
        }
        let theme = std::str::from_utf8(&self.theme).context("app/theme.js is no text")?;
        if [&list_styles, theme].iter().any(|text| text.contains("</")) {
            bail!("a style or theme.js ends the element it stands in");
        }
        let style_name = hashed_name("style.css", styles.as_bytes());
        files.insert(style_name.clone(), styles.into_bytes());

        let theme_name = hashed_name("theme.js", &self.theme);
        files.insert(theme_name.clone(), self.theme.clone());

        let worker = self.worker("worker", include_str!("../../app/worker/boot.js"), &mut files)?;
        let reader = self.worker("reader", include_str!("../../app/reader/boot.js"), &mut files)?;

        let styled: Vec<String> = files.keys().filter(|name| name.ends_with(".woff2") || [&style_name, &theme_name].contains(name)).cloned().collect();
        let mut edition = Edition { pages: BTreeMap::new(), first: Vec::new(), after: Vec::new(), name: String::new() };
        for (page, template) in &self.templates {
            let before: BTreeSet<String> = files.keys().cloned().collect();
            let bound = self.bind(page, &mut files)?;
            let boot = include_str!("../../app/boot.js")
                .replace("{{SCRIPT}}", &format!("/assets/{}", bound.script))
                .replace("{{WASM}}", &format!("/assets/{}", bound.wasm))
                .replace("{{KEPT}}", if *page == "staff" { "false" } else { "true" })
                .replace("{{LIST}}", if *page == "list" { "true" } else { "false" });
            let boot_name = hashed_name(&format!("boot-{page}.js"), boot.as_bytes());
            files.insert(boot_name.clone(), boot.into_bytes());
            let preloads = format!(
                "<link rel=\"modulepreload\" href=\"/assets/{}\">\n<link rel=\"preload\" href=\"/assets/{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>",
                bound.script, bound.wasm
            );
            let script = format!("<script type=\"module\" src=\"/assets/{boot_name}\"></script>");
            // What is painted first waits for nothing else: a question to a slow server is longer than these kilobytes are.
            let inline = *page == "list";
            let html = template
                .replace("{{SCRIPT}}", &script)
                .replace(
                    "{{STYLES}}",
                    &if inline { format!("<style>{list_styles}</style>") } else { format!("<link rel=\"stylesheet\" href=\"/assets/{style_name}\">") },
                )
                .replace("{{PRELOADS}}", &preloads)
                .replace("{{THEME}}", &if inline { format!("<script>{theme}</script>") } else { format!("<script src=\"/assets/{theme_name}\"></script>") })
                .replace("{{WORKER_META}}", &format!("{}\n{}", worker.meta, reader.meta));
            if let Some(at) = html.find("{{") {
                bail!("app/{page}.html has a place nothing fills: {}", html[at..].chars().take(20).collect::<String>());
            }
            if *page != "staff" {
                edition.first.extend(files.keys().filter(|name| !before.contains(*name)).map(|name| format!("/assets/{name}")));
                edition.pages.insert(*page, format!("/assets/{boot_name}"));
            }
            files.insert(format!("{page}.html"), html.into_bytes());
        }
        edition.first.extend(styled.iter().map(|name| format!("/assets/{name}")));
        edition.after.extend(worker.files.iter().chain(&reader.files).map(|name| format!("/assets/{name}")));
        edition.after.extend(
            self.public.keys().filter(|name| name.ends_with(".png") || name.ends_with(".svg") || name.ends_with(".webmanifest")).map(|name| format!("/{name}")),
        );
        // Files without a hash in their name count by their content.
        let shell = |name: &str| name.strip_suffix(".html").is_some_and(|page| edition.pages.contains_key(page));
        let unhashed = files.iter().filter(|(name, _)| shell(name) || self.public.contains_key(*name)).flat_map(|(_, bytes)| bytes.iter().copied());
        edition.name = short_hash(&unhashed.chain(service_worker::write(&edition)?.into_bytes()).collect::<Vec<u8>>());
        files.insert("sw.js".into(), service_worker::write(&edition)?.into_bytes());

        let compressed = compressed(&files);
        files.extend(compressed);
        Ok(files)
    }

    /// Adds a module that works off the main thread, with the script that starts it.
    fn worker(&self, name: &str, boot: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<Worker> {
        let bound = self.bind(name, files)?;
        let boot = boot.replace("{{SCRIPT}}", &format!("./{}", bound.script)).replace("{{WASM}}", &format!("/assets/{}", bound.wasm));
        let boot_name = hashed_name(&format!("{name}-boot.js"), boot.as_bytes());
        files.insert(boot_name.clone(), boot.into_bytes());
        let meta = format!("<meta name=\"kontor-{name}\" content=\"/assets/{boot_name}\" data-with=\"/assets/{} /assets/{}\">", bound.script, bound.wasm);
        Ok(Worker { meta, files: [boot_name, bound.script, bound.wasm].into_iter().chain(bound.snippets).collect() })
    }

    /// Runs wasm-bindgen over one module and adds its script and its WASM under hashed names.
    fn bind(&self, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<Bound> {
        let out = target().join("app-bindings").join(name);
        let _ = fs::remove_dir_all(&out);
        wasm_bindgen_cli_support::Bindgen::new()
            .input_bytes(name, self.wasm.get(name).context("no such module")?.clone())
            .web(true)?
            .typescript(false)
            .out_name(name)
            .generate(&out)
            .with_context(|| format!("wasm-bindgen cannot read {name}"))?;
        let wasm_file = out.join(format!("{name}_bg.wasm"));
        if self.wasm_opt {
            let run = command("wasm-opt").arg("-Oz").arg(&wasm_file).arg("-o").arg(&wasm_file).status();
            if !run.is_ok_and(|status| status.success()) {
                bail!("wasm-opt failed on {name}; it is not needed: take it off the PATH");
            }
        }
        let wasm = fs::read(&wasm_file)?;
        let mut script = fs::read_to_string(out.join(format!("{name}.js")))?;
        // Scripts that crates bring along; /assets has no folders.
        let mut found = BTreeMap::new();
        read_tree(&out.join("snippets"), "./snippets", &mut found)?;
        let mut snippets = Vec::new();
        for (path, bytes) in found {
            let hashed = hashed_name("snippet.js", &bytes);
            script = script.replace(&path, &format!("./{hashed}"));
            snippets.push(hashed.clone());
            files.insert(hashed, bytes);
        }
        let hash = short_hash(&wasm);
        let bound = Bound { script: hashed_name(&format!("{name}.js"), script.as_bytes()), wasm: format!("{name}-{hash}_bg.wasm"), snippets };
        files.insert(bound.script.clone(), script.into_bytes());
        files.insert(bound.wasm.clone(), wasm);
        Ok(bound)
    }
}

/// A module that works off the main thread.
struct Worker {
    /// The element that tells pages its script.
    meta: String,
    /// Names under `/assets`.
    files: Vec<String>,
}

/// Names under `/assets` of a bound module.
struct Bound {
    script: String,
    wasm: String,
    /// Scripts that its crates bring along.
    snippets: Vec<String>,
}

/// Tokens first, then the base, then one sheet per concern; without comments and indents.
fn styles(wanted: impl Fn(&str) -> bool) -> Result<String> {
    let folder = root().join("style");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .context("there is no folder style")?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".css") && wanted(name))
        .collect();
    names.sort_by_key(|name| (name != "tokens.css", name != "base.css", name.clone()));
    let mut all = String::new();
    for name in names {
        all.push_str(&fs::read_to_string(folder.join(&name)).with_context(|| format!("cannot read style/{name}"))?);
        all.push('\n');
    }
    Ok(bare(&all))
}

/// A sheet without comments, indents and empty lines.
fn bare(styles: &str) -> String {
    let mut rest = styles;
    let mut kept = String::with_capacity(styles.len());
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Every file below a folder, by its bare name.
fn read_files(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("there is no folder {}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_files(&path, files)?;
        } else {
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = fs::read(&path)?;
            if files.insert(name.clone(), bytes).is_some() {
                bail!("public holds two files named {name}");
            }
        }
    }
    Ok(())
}

/// Every file below a folder, by its path under `prefix`; nothing where there is no folder.
fn read_tree(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_tree(&entry.path(), &name, files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn usable_wasm_opt() -> bool {
    let Some(version) = said(command("wasm-opt").arg("--version")) else { return false };
    let number: u32 = version.split_whitespace().filter_map(|word| word.parse().ok()).next().unwrap_or(0);
    if number < LEAST_WASM_OPT {
        eprintln!("xtask: {version} is left alone: modules shortened by versions before {LEAST_WASM_OPT} do not start");
    }
    number >= LEAST_WASM_OPT
}

/// The brotli forms of files that gain by it, made by as many threads as there are cores: of a module of 4 MB it takes
/// most of a minute.
fn compressed(files: &BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    let mut largest_first: Vec<(&String, &Vec<u8>)> = files.iter().collect();
    largest_first.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        while let Some((name, bytes)) = largest_first.get(next.fetch_add(1, Ordering::Relaxed)) {
            made.extend(brotli(bytes).filter(|short| short.len() < bytes.len()).map(|short| (format!("{name}.br"), short)));
        }
        made
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("compressing does not panic")).collect()
    })
}

fn brotli(bytes: &[u8]) -> Option<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).ok()?;
    Some(out)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn short_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..6])
}

/// `name.ext` with the content's hash before the dot.
fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    format!("{stem}-{}.{ending}", short_hash(bytes))
}

/// Puts the files in place of the folder's, at once; leaves a folder that holds them already.
fn write_if_changed(dist: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let mut present = BTreeMap::new();
    read_tree(dist, "", &mut present)?;
    if present.len() == files.len() && files.iter().all(|(name, bytes)| present.get(&format!("/{name}")) == Some(bytes)) {
        return Ok(());
    }
    let (new, old) = (dist.with_extension("new"), dist.with_extension("old"));
    for folder in [&new, &old] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
    }
    fs::create_dir_all(&new).with_context(|| format!("cannot create {}", new.display()))?;
    for (name, bytes) in files {
        fs::write(new.join(name), bytes).with_context(|| format!("cannot write {name}"))?;
    }
    if dist.exists() {
        fs::rename(dist, &old)?;
    }
    fs::rename(&new, dist).context("cannot put app/dist in place")?;
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_stripped_of_what_is_for_people() {
        assert_eq!(bare("/* one\n two */\n\n  a { b: c; }\n  /* x */ d { }\n"), "a { b: c; }\nd { }");
    }

    #[test]
    fn names_change_with_the_content() {
        assert_eq!(hashed_name("style.css", b""), "style-e3b0c44298fc.css");
        assert_ne!(hashed_name("style.css", b"a"), hashed_name("style.css", b"b"));
    }

    #[test]
    fn the_same_files_are_not_written_again() {
        let dist = std::env::temp_dir().join(format!("kontor-xtask-{}", std::process::id())).join("dist");
        let files = BTreeMap::from([("a.txt".to_string(), b"one".to_vec())]);
        write_if_changed(&dist, &files).unwrap();
        let first = fs::metadata(dist.join("a.txt")).unwrap().modified().unwrap();
        write_if_changed(&dist, &files).unwrap();
        assert_eq!(fs::metadata(dist.join("a.txt")).unwrap().modified().unwrap(), first);
        write_if_changed(&dist, &BTreeMap::from([("b.txt".to_string(), b"two".to_vec())])).unwrap();
        assert!(!dist.join("a.txt").exists() && dist.join("b.txt").exists());
        let _ = fs::remove_dir_all(dist.parent().unwrap());
    }
}

//! The licence check: every dependency, its SPDX expression, against what this product may carry. Works offline.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::app::WASM_TARGET;
use crate::run::cargo;

/// Licences a dependency may be taken under.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "MPL-2.0",
    // webpki-roots: Mozilla's list of certificate authorities is data.
    "CDLA-Permissive-2.0",
    // Fonts.
    "OFL-1.1",
    "Ubuntu-font-1.0",
];

/// `cargo xtask licences`
pub fn check() -> Result<()> {
    let host = crate::run::said(crate::run::command("rustc").arg("-vV"))
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_string)))
        .context("rustc does not name its host")?;
    let mut packages = BTreeMap::new();
    for platform in [host.as_str(), WASM_TARGET] {
        let output = cargo().args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", platform]).output()?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        // Only what the dependency graph of this platform reaches.
        let used: Vec<&str> = metadata["resolve"]["nodes"].as_array().into_iter().flatten().filter_map(|node| node["id"].as_str()).collect();
        for package in metadata["packages"].as_array().into_iter().flatten() {
            if package["id"].as_str().is_some_and(|id| used.contains(&id)) {
                let name = format!("{} {}", package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
                packages.insert(name, package["license"].as_str().map(str::to_string));
            }
        }
    }
    let offenders: Vec<String> = packages
        .iter()
        .filter(|(_, licence)| !licence.as_deref().is_some_and(permits))
        .map(|(name, licence)| format!("{name} ({})", licence.as_deref().unwrap_or("names none")))
        .collect();
    if packages.len() < 50 {
        bail!("cargo metadata named only {} packages: the check is broken", packages.len());
    }
    if !offenders.is_empty() {
        bail!("licences that are not on the list in xtask/src/licences.rs: {}", offenders.join(", "));
    }
    eprintln!("xtask: the licences of {} packages are all on the list", packages.len());
    Ok(())
}

/// Whether an SPDX expression can be met with allowed licences; an expression that cannot be read is not met.
fn permits(expression: &str) -> bool {
    // Before SPDX, crates.io took a slash for OR.
    let text = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let mut at = 0;
    let met = either(&tokens, &mut at);
    met == Some(true) && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize) -> Option<bool> {
    let mut met = both(tokens, at)?;
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(tokens, at)?;
    }
    Some(met)
}

fn both(tokens: &[&str], at: &mut usize) -> Option<bool> {
    let mut met = one(tokens, at)?;
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at)?;
    }
    Some(met)
}

fn one(tokens: &[&str], at: &mut usize) -> Option<bool> {
    let token = *tokens.get(*at)?;
    *at += 1;
    if token == "(" {
        let met = either(tokens, at)?;
        (tokens.get(*at) == Some(&")")).then_some(())?;
        *at += 1;
        return Some(met);
    }
    if tokens.get(*at) == Some(&"WITH") {
        let exception = *tokens.get(*at + 1)?;
        *at += 2;
        return Some(ALLOWED.contains(&format!("{token} WITH {exception}").as_str()) || ALLOWED.contains(&token));
    }
    Some(ALLOWED.contains(&token))
}

#[cfg(test)]
mod tests {
    use super::permits;

    #[test]
    fn expressions_are_met_by_what_is_allowed() {
        for good in ["MIT", "MIT OR Apache-2.0", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"] {
            assert!(permits(good), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "", "MIT OR", "(MIT", "AGPL-3.0-only", "MIT Apache-2.0"] {
            assert!(!permits(bad), "{bad}");
        }
    }
}

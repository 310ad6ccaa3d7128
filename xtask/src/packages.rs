//! What the tests need from the distribution: installed when this runs as root, otherwise named in one line.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{command, has, said, step, succeed};

/// Debian's interpreter, for which its packages are.
const PYTHON: &str = "/usr/bin/python3";

fn python_has(module: &str) -> bool {
    Path::new(PYTHON).exists() && Command::new(PYTHON).args(["-c", &format!("import {module}")]).output().is_ok_and(|output| output.status.success())
}

/// Debian 12's package, and whether what it brings is here.
fn missing() -> Vec<&'static str> {
    let needed: Vec<(&'static str, bool)> = vec![
        ("postgresql", crate::postgres::binaries().is_some()),
        ("chromium", has("chromium")),
        ("chromium-driver", has("chromedriver")),
        ("libreoffice-calc", has("soffice")),
        ("poppler-utils", has("pdftotext")),
        ("zbar-tools", has("zbarimg")),
        ("dovecot-imapd", Path::new("/usr/sbin/dovecot").exists()),
        ("openssl", has("openssl")),
        ("strace", has("strace")),
        ("python3-openpyxl", python_has("openpyxl")),
        ("python3-aiosmtpd", python_has("aiosmtpd")),
        ("python3-uno", python_has("uno")),
        ("python3-dkim", python_has("dkim")),
        ("python3-nacl", python_has("nacl")),
    ];
    needed.into_iter().filter(|(_, here)| !here).map(|(package, _)| package).collect()
}

pub fn is_root() -> bool {
    said(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Installs what is missing, or says what to install.
pub fn ensure() -> Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    if !is_root() || !has("apt-get") {
        bail!("the tests need these packages: apt-get install --no-install-recommends {}", packages.join(" "));
    }
    step(&format!("installing {}", packages.join(" ")), || {
        succeed(command("apt-get").args(["update", "-qq"]), "apt-get update failed")?;
        succeed(
            command("apt-get").args(["install", "-y", "-qq", "--no-install-recommends"]).args(&packages).env("DEBIAN_FRONTEND", "noninteractive"),
            "apt-get could not install them",
        )
    })?;
    let packages = missing();
    if !packages.is_empty() {
        bail!("still missing after apt-get: {}", packages.join(" "));
    }
    Ok(())
}

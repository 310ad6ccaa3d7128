//! What `KONTOR_LOG` asks for. A word that is no level would be taken for the name of a module that says nothing, and the
//! log would be empty without a word.

use anyhow::{Context, bail, ensure};
use tracing_subscriber::EnvFilter;

const USUAL: &str = "info,sqlx=warn";
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The filter of the environment.
pub fn filter() -> anyhow::Result<EnvFilter> {
    match std::env::var("KONTOR_LOG") {
        Err(std::env::VarError::NotPresent) => parse(USUAL),
        Err(error) => Err(error).context("KONTOR_LOG"),
        Ok(text) if text.trim().is_empty() => parse(USUAL),
        Ok(text) => parse(&text),
    }
}

fn parse(text: &str) -> anyhow::Result<EnvFilter> {
    let such = "write a level (error, warn, info, debug, trace) or NAME=LEVEL, e.g. info,kontor_server=debug";
    for part in text.split(',').map(str::trim) {
        let level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
        match part.rsplit_once('=') {
            // One of this program's own modules may stand alone.
            None if level(part) || part.starts_with("kontor") => {}
            // A span's name and fields are in brackets, which `=` and `,` may stand in.
            _ if part.contains(['[', ']', '{', '}']) => {}
            Some((name, word)) if !name.trim().is_empty() => ensure!(level(word.trim()), "KONTOR_LOG: {word:?} of {part:?} is no level; {such}"),
            _ => bail!("KONTOR_LOG: {part:?} is no level; {such}"),
        }
    }
    // The filter itself takes no space after a comma.
    let plain: Vec<&str> = text.split(',').map(str::trim).collect();
    EnvFilter::builder().parse(plain.join(",")).with_context(|| format!("KONTOR_LOG: {text:?} cannot be read; {such}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        for good in [USUAL, "debug", "INFO,kontor_server=debug", "kontor_server", "warn, sqlx=off", "info,kontor_server[request]=trace"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for wrong in ["verbose", "info,loud", "kontor_server=verbose", "=debug", "info,,debug", "5x"] {
            let said = parse(wrong).map(drop).unwrap_err().to_string();
            assert!(said.starts_with("KONTOR_LOG: \"") && said.contains("NAME=LEVEL"), "{wrong}: {said}");
        }
    }
}

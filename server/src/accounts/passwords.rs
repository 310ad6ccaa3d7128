//! Passwords people choose, held against the list the program carries (server/data/README.md).

use std::sync::OnceLock;

use anyhow::Context;
use kontor_shared::passwords::{self, Problem};

use crate::error::AppError;

const LIST: &[u8] = include_bytes!("../../data/common_passwords.txt.zst");

/// The list, sorted by bytes; unpacked at the first question.
fn list() -> anyhow::Result<&'static [&'static str]> {
    static LINES: OnceLock<Vec<&'static str>> = OnceLock::new();
    if let Some(lines) = LINES.get() {
        return Ok(lines);
    }
    let text = String::from_utf8(zstd::decode_all(LIST)?).context("the list of common passwords is not UTF-8")?;
    let text: &'static str = Box::leak(text.into_boxed_str());
    Ok(LINES.get_or_init(|| text.lines().collect()))
}

/// Why this person may not take this password; nothing where it is fine. `about` is what a guesser knows of the person.
pub fn problem(password: &str, about: &[&str]) -> anyhow::Result<Option<Problem>> {
    let list = list()?;
    Ok(passwords::check(password, about, |text| list.binary_search(&text).is_ok()).err())
}

/// As [`problem`], as a handler answers it.
pub fn check(field: &str, password: &str, about: &[&str]) -> Result<(), AppError> {
    match problem(password, about)? {
        None => Ok(()),
        Some(problem) => {
            let detail = match problem {
                Problem::TooShort => format!("at least {} characters", passwords::LEAST),
                Problem::TooLong => format!("at most {} bytes", passwords::MOST_BYTES),
                Problem::Common => "it is among the first that guessers try".into(),
                Problem::Personal => "it is little more than a name a guesser knows".into(),
            };
            Err(AppError::invalid_field(problem.code(), field, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_sorted_and_asked() {
        let list = list().unwrap();
        assert!(list.len() > 20_000 && list.is_sorted(), "{} entries", list.len());
        assert!(list.iter().all(|line| line.chars().count() >= passwords::LEAST && *line == line.to_lowercase()));
        for common in ["password1", "Qwertyuiop", "1q2w3e4r5t", "iloveyou2"] {
            assert_eq!(problem(common, &[]).unwrap(), Some(Problem::Common), "{common}");
        }
        assert_eq!(problem("four herons by the weir", &[]).unwrap(), None);
        assert_eq!(problem("a good password", &["sales@test.example"]).unwrap(), None);
    }
}

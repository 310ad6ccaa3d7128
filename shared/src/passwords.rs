//! What a password may be, by ASVS 5.0 V6.2: long enough, bounded, not one that guessers try first, and otherwise
//! whatever its owner likes. There are no rules about kinds of characters, and nothing is cut off.

/// Characters a password has at least (ASVS 5.0, 6.2.1). Fifteen are advised: a page says so beside the field.
pub const LEAST: usize = 8;
/// Characters from which on a password needs no second factor to be called strong.
pub const ADVISED: usize = 15;
/// Bytes a password has at most, so that hashing it is bounded work (6.2.9 asks for 64 characters at least).
pub const MOST_BYTES: usize = 256;
/// The product's own name is the first thing somebody tries.
const PRODUCT: &str = "kontor";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    TooShort,
    TooLong,
    /// It, or it without the digits and signs round it, is on the list of common ones; or it repeats a few characters.
    Common,
    /// It is little more than the firm's, the person's or the product's name, or the log-in.
    Personal,
}

impl Problem {
    pub const ALL: [Self; 4] = [Self::TooShort, Self::TooLong, Self::Common, Self::Personal];
    /// The stable code of a problem document.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::Common => "password_common",
            Self::Personal => "password_personal",
        }
    }
}

/// What can be said without the list of common passwords, while someone types.
pub fn check_length(password: &str) -> Result<(), Problem> {
    if password.chars().count() < LEAST {
        return Err(Problem::TooShort);
    }
    if password.len() > MOST_BYTES {
        return Err(Problem::TooLong);
    }
    Ok(())
}

/// Whether a password may be taken. `about` are names a guesser would try for this person (log-in, own name, firm);
/// `is_common` knows the list, in lower case.
///
/// ```
/// use kontor_shared::passwords::{Problem, check};
/// let common = |text: &str| text == "sunshine";
/// assert_eq!(check("Sunshine2024!", &[], common), Err(Problem::Common));
/// assert_eq!(check("four herons by the weir", &[], common), Ok(()));
/// ```
pub fn check(password: &str, about: &[&str], is_common: impl Fn(&str) -> bool) -> Result<(), Problem> {
    check_length(password)?;
    let lower = password.to_lowercase();
    let core = lower.trim_matches(|sign: char| !sign.is_alphabetic());
    if is_common(&lower) || is_common(core) || repeats(&lower) {
        return Err(Problem::Common);
    }
    // What is left without the names must be a password by itself.
    let mut rest = letters(&lower);
    let mut named = false;
    for word in about.iter().flat_map(|text| words(text)).chain([PRODUCT.to_string()]) {
        if rest.contains(&word) {
            named = true;
            rest = rest.replace(&word, "");
        }
    }
    if named && rest.chars().count() < LEAST { Err(Problem::Personal) } else { Ok(()) }
}

fn letters(text: &str) -> String {
    text.chars().filter(|sign| sign.is_alphanumeric()).collect()
}

/// The words of a name or log-in that are long enough to be somebody's password with a year behind them, the longest first.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut words: Vec<String> = lower.split(|sign: char| !sign.is_alphanumeric()).map(String::from).chain([letters(&lower)]).collect();
    words.retain(|word| word.chars().count() >= 4);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Whether a few characters are written again and again.
fn repeats(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    (1..LEAST).any(|period| signs.len() >= 2 * period && signs.iter().zip(signs.iter().skip(period)).all(|(one, other)| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guessers_try_first_is_refused_and_nothing_else() {
        let common = |text: &str| ["password", "qwertyuiop", "correct horse battery staple"].contains(&text);
        let about = ["anna.petrova@roses.example", "Anna Petrova", "Roses & Sons Ltd"];
        for (password, expected) in [
            ("short12", Err(Problem::TooShort)),
            ("коротко", Err(Problem::TooShort)),
            ("пароль из слов", Ok(())),
            ("Password", Err(Problem::Common)),
            ("PASSWORD2026!!", Err(Problem::Common)),
            ("123password", Err(Problem::Common)),
            ("correct horse battery staple", Err(Problem::Common)),
            ("aaaaaaaaaaaaaaaa", Err(Problem::Common)),
            ("abcabcabcabcab", Err(Problem::Common)),
            ("petrova2026", Err(Problem::Personal)),
            ("Kontor-2026", Err(Problem::Personal)),
            ("anna.petrova@roses", Err(Problem::Personal)),
            // A long one may name whom it likes.
            ("petrova feeds eleven herons", Ok(())),
            // No rule about kinds of characters, no blank is cut off.
            ("onlylowercase", Ok(())),
            ("        ", Err(Problem::Common)),
            ("8 blanks ", Ok(())),
        ] {
            assert_eq!(check(password, &about, common), expected, "{password:?}");
        }
        assert_eq!(check(&"long enough ".repeat(30), &about, common), Err(Problem::TooLong));
        assert_eq!(check(&format!("{}x", "ab cd".repeat(51)), &about, common), Ok(()), "256 bytes are taken");
    }
}

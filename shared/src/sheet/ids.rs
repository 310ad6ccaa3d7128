//! Row ids and the checksum: how a returned sheet is recognised, whatever was sorted, filtered or moved in it.

/// Letters and digits nobody misreads: no I, L, O, U, E (a number with E turns into an exponent).
const ALPHABET: &[u8; 31] = b"0123456789ABCDFGHJKMNPQRSTVWXYZ";

/// The id of the `position`th product of a version: a letter first, so that no spreadsheet takes it for a number, date or
/// exponent, and a check character last.
pub fn row_id(position: u32) -> String {
    let mut digits = [0_u8; 6];
    let mut rest = position;
    for digit in digits.iter_mut().rev() {
        *digit = (rest % 31) as u8;
        rest /= 31;
    }
    // 29 million rows fit behind the letter, far beyond a sheet.
    let digits = &digits[1..];
    let mut id = String::from("K");
    id.extend(digits.iter().map(|digit| char::from(ALPHABET[usize::from(*digit)])));
    let check = digits.iter().enumerate().map(|(at, digit)| (at + 1) * usize::from(*digit)).sum::<usize>() % 31;
    id.push(char::from(ALPHABET[check]));
    id
}

/// The position a row id stands for; nothing for a text that is none, or whose check character is wrong.
pub fn row_position(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('K').filter(|rest| rest.len() == 6)?;
    let value = |sign: u8| ALPHABET.iter().position(|known| *known == sign);
    let position = digits.bytes().take(5).try_fold(0_u32, |sum, sign| Some(sum * 31 + value(sign)? as u32))?;
    (row_id(position) == text).then_some(position)
}

/// Tells an edited hidden sheet from the issued one; no secret, so no proof (FNV-1a, 64 bits, in hex).
pub fn checksum(parts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.as_ref().bytes().chain([0]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{state:016x}")
}

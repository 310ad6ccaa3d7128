//! Long loops in parts.

use std::convert::Infallible;

/// How many rounds one part takes.
const PART: usize = 512;

/// Calls with each number below `count`, ascending.
///
/// A browser compiles WebAssembly quickly at first and well once a function was called often enough; one that runs already is
/// never exchanged. What goes through a whole list in a single call would do so in the slow version, so a loop is cut into
/// many calls (measured in V8 on 100 000 goods: a list is ready in half the time).
pub(crate) fn in_parts(count: usize, mut each: impl FnMut(usize)) {
    let Ok(()) = try_in_parts(count, |at| {
        each(at);
        Ok::<(), Infallible>(())
    });
}

/// As [`in_parts`], until the first error.
pub(crate) fn try_in_parts<E>(count: usize, mut each: impl FnMut(usize) -> Result<(), E>) -> Result<(), E> {
    for from in (0..count).step_by(PART) {
        part(from, (from + PART).min(count), &mut each)?;
    }
    Ok(())
}

#[inline(never)]
fn part<E>(from: usize, to: usize, each: &mut impl FnMut(usize) -> Result<(), E>) -> Result<(), E> {
    for at in from..to {
        each(at)?;
    }
    Ok(())
}

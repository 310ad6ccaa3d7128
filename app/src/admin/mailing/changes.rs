//! What changed between two texts, line by line.

/// A line of one text that the other does not have in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Gone(String),
    New(String),
}

/// Lines compared at most on each side; longer middles are told as replaced whole.
const MOST: usize = 600;

/// The lines that went and came, in reading order; nothing where the texts are the same.
pub fn between(before: &str, after: &str) -> Vec<Change> {
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    while !old.is_empty() && old.first() == new.first() {
        old.remove(0);
        new.remove(0);
    }
    while !old.is_empty() && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    let gone = |line: &str| Change::Gone(line.to_string());
    let came = |line: &str| Change::New(line.to_string());
    if old.len() > MOST || new.len() > MOST {
        return old.iter().map(|line| gone(line)).chain(new.iter().map(|line| came(line))).collect();
    }
    // The longest common run of lines, from each pair of places on.
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let (below, right) = (longest[(at + 1) * width + to], longest[at * width + to + 1]);
            longest[at * width + to] = if old[at] == new[to] { longest[(at + 1) * width + to + 1] + 1 } else { below.max(right) };
        }
    }
    let (mut at, mut to, mut changes) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            (at, to) = (at + 1, to + 1);
        } else if to == new.len() || (at < old.len() && longest[(at + 1) * width + to] >= longest[at * width + to + 1]) {
            changes.push(gone(old[at]));
            at += 1;
        } else {
            changes.push(came(new[to]));
            to += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let sign = |change: &Change| match change {
            Change::Gone(line) => format!("-{line}"),
            Change::New(line) => format!("+{line}"),
        };
        between(before, after).iter().map(sign).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_differs_is_told() {
        assert_eq!(told("a\nb\nc", "a\nb\nc"), "");
        assert_eq!(told("a\nb\nc", "a\nx\nc"), "-b +x");
        assert_eq!(told("", "a"), "+a");
        assert_eq!(told("a\nb", ""), "-a -b");
        assert_eq!(told("a\nb\nc\nd", "a\nc\ne\nd"), "-b +e");
    }
}

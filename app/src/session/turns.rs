//! Which answers about who is signed in still hold: signing in, signing out and questions to the server overtake each other.

/// Questions and certain changes in the order in which they began.
#[derive(Debug)]
pub struct Turns {
    last: u32,
    taken: u32,
}

impl Turns {
    pub const fn new() -> Self {
        Self { last: 0, taken: 0 }
    }

    /// The number of a question that is asked now.
    pub const fn ask(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    /// Who is signed in is known without asking, or about to change: what was asked before says nothing any more.
    pub const fn change(&mut self) {
        self.taken = self.ask();
    }

    /// Whether nothing has happened since the question that this one does not know of. An answer that holds is the newest.
    pub const fn hold(&mut self, asked: u32) -> bool {
        let holds = asked > self.taken;
        if holds {
            self.taken = asked;
        }
        holds
    }

    /// Whether nothing certain has happened since; nothing is taken by looking.
    pub const fn holds(&self, since: u32) -> bool {
        since >= self.taken
    }

    /// Now, to be looked at by [`Turns::holds`].
    pub const fn now(&self) -> u32 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_dropped_that_a_change_or_a_later_answer_has_overtaken() {
        let mut turns = Turns::new();
        let before = turns.ask();
        turns.change();
        assert!(!turns.hold(before), "asked before somebody signed out, answered after");
        let (first, second) = (turns.ask(), turns.ask());
        assert!(turns.hold(second));
        assert!(!turns.hold(first), "the later question has the later answer");
        let (first, second) = (turns.ask(), turns.ask());
        assert!(turns.hold(first) && turns.hold(second), "in their order both are heard");
    }

    #[test]
    fn a_refusal_of_a_session_before_says_nothing_of_this_one() {
        let mut turns = Turns::new();
        let since = turns.now();
        assert!(turns.holds(since));
        turns.change();
        assert!(!turns.holds(since));
        assert!(turns.holds(turns.now()));
    }
}

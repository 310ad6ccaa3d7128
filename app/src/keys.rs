//! What a key means on the price list: a pure decision, so that it can be tested without a browser.
//!
//! Single letters and signs rest while a field has the focus; a quantity field keeps the few that make no quantity.

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Search,
    Quantity,
    /// Another field, where typing is typing.
    Field,
    /// A button, a link or nothing.
    Page,
}

/// A key as the browser tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key<'a> {
    pub key: &'a str,
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Search,
    /// Rows down, or up where negative; what was typed is kept.
    Move(i32),
    /// From the search to the best hit.
    Best,
    /// One pack more or less.
    Pack(i8),
    TakeOut,
    /// To the next or previous group.
    Group(i8),
    /// Begin a quantity on the current row with this digit.
    Digit(char),
    Review,
    Excel,
    Keys,
    /// Back: clear the search, leave the field.
    Back,
    Undo,
}

/// Decides; `None` leaves the key to the browser.
pub fn decide(key: Key<'_>, place: Place) -> Option<Act> {
    if key.alt {
        return None;
    }
    if key.ctrl {
        return match key.key {
            "Enter" => Some(Act::Review),
            // Russian and Bulgarian layouts give their own letter for the same key.
            "s" | "S" | "ы" | "Ы" | "с" | "С" => Some(Act::Excel),
            // In a field the browser undoes typing.
            "z" | "Z" | "я" | "Я" | "з" | "З" if matches!(place, Place::Page | Place::Quantity) => Some(Act::Undo),
            _ => None,
        };
    }
    match (place, key.key) {
        (_, "Escape") => Some(Act::Back),
        (Place::Search, "ArrowDown" | "Enter") => Some(Act::Best),
        (Place::Search | Place::Field, _) => None,
        (Place::Quantity, "Enter") => Some(Act::Move(if key.shift { -1 } else { 1 })),
        (_, "ArrowDown") => Some(Act::Move(1)),
        (_, "ArrowUp") => Some(Act::Move(-1)),
        (_, "PageDown") => Some(Act::Move(15)),
        (_, "PageUp") => Some(Act::Move(-15)),
        (_, "+" | "=") => Some(Act::Pack(1)),
        (_, "-" | "−") => Some(Act::Pack(-1)),
        (_, "Delete") => Some(Act::TakeOut),
        (_, "]" | "ъ" | "Ъ" | "щ" | "Щ") => Some(Act::Group(1)),
        (_, "[" | "х" | "Х" | "ш" | "Ш") => Some(Act::Group(-1)),
        (_, "/") => Some(Act::Search),
        (_, "?") => Some(Act::Keys),
        (Place::Page, digit) if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => digit.chars().next().map(Act::Digit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(key: &str) -> Key<'_> {
        Key { key, ..Key::default() }
    }

    #[test]
    fn single_keys_rest_while_a_field_has_the_focus() {
        for key in ["/", "?", "+", "-", "[", "]", "5", "Delete", "ArrowUp"] {
            assert_eq!(decide(plain(key), Place::Field), None, "{key}");
            assert_eq!(decide(plain(key), Place::Search), None, "{key}");
        }
        assert_eq!(decide(plain("/"), Place::Page), Some(Act::Search));
    }

    #[test]
    fn digits_start_a_quantity_on_the_page_and_are_typed_in_a_field() {
        assert_eq!(decide(plain("7"), Place::Page), Some(Act::Digit('7')));
        assert_eq!(decide(plain("7"), Place::Quantity), None);
    }

    #[test]
    fn enter_goes_down_and_shift_enter_up() {
        assert_eq!(decide(plain("Enter"), Place::Quantity), Some(Act::Move(1)));
        assert_eq!(decide(Key { shift: true, ..plain("Enter") }, Place::Quantity), Some(Act::Move(-1)));
        assert_eq!(decide(plain("Enter"), Place::Page), None, "a button keeps its Enter");
        assert_eq!(decide(plain("Enter"), Place::Search), Some(Act::Best));
    }

    #[test]
    fn control_keys_work_everywhere_and_leave_typing_its_undo() {
        for place in [Place::Search, Place::Quantity, Place::Field, Place::Page] {
            assert_eq!(decide(Key { ctrl: true, ..plain("Enter") }, place), Some(Act::Review));
            assert_eq!(decide(Key { ctrl: true, ..plain("s") }, place), Some(Act::Excel));
        }
        assert_eq!(decide(Key { ctrl: true, ..plain("z") }, Place::Field), None);
        assert_eq!(decide(Key { ctrl: true, ..plain("z") }, Place::Page), Some(Act::Undo));
        assert_eq!(decide(Key { alt: true, ..plain("ArrowDown") }, Place::Page), None);
    }
}

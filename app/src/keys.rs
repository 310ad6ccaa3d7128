//! What a key means on the price list: a pure decision, so that it can be tested without a browser.
//!
//! Single letters and signs rest while a field has the focus; a quantity field keeps the few that make no quantity.
//! The reader can turn them off (WCAG 2.1.4); staff lists obey the same choice.

use crate::browser;

const SINGLE: &str = "kontor.letter-keys";

/// Whether this browser's reader wants single digits, letters and signs as keys.
pub fn single_wanted() -> bool {
    browser::stored(SINGLE).as_deref() != Some("off")
}

pub fn want_single(wanted: bool) {
    browser::store(SINGLE, if wanted { "on" } else { "off" });
}

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Search,
    Quantity,
    /// Another field, where typing is typing.
    Field,
    /// Nothing has the focus, or the list has.
    Page,
    /// A button or a link beside the list, where arrows scroll and nothing of the list may change unseen.
    Beside,
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
    /// Make the current row a favourite, or no longer.
    Star,
    /// Show what there is to know of the current row.
    Details,
    Review,
    Excel,
    /// The page that makes an order of a file.
    File,
    Keys,
    /// Back: clear the search, leave the field.
    Back,
    Undo,
}

/// Decides; `None` leaves the key to the browser. `single` says whether keys that write a character are wanted.
pub fn decide(key: Key<'_>, place: Place, single: bool) -> Option<Act> {
    if key.alt {
        return None;
    }
    if key.ctrl {
        return match key.key {
            "Enter" => Some(Act::Review),
            // Russian and Bulgarian layouts give their own letter for the same key.
            "s" | "S" | "ы" | "Ы" | "с" | "С" => Some(Act::Excel),
            // The key of O on the English, Russian and both Bulgarian layouts.
            "o" | "O" | "щ" | "Щ" | "о" | "О" | "д" | "Д" => Some(Act::File),
            // In a field the browser undoes typing.
            "z" | "Z" | "я" | "Я" | "з" | "З" if !matches!(place, Place::Search | Place::Field) => Some(Act::Undo),
            _ => None,
        };
    }
    if !single && key.key.chars().count() == 1 {
        return None;
    }
    match (place, key.key) {
        (_, "Escape") => Some(Act::Back),
        (Place::Search, "ArrowDown" | "Enter") => Some(Act::Best),
        (Place::Search | Place::Field, _) => None,
        (Place::Quantity, "Enter") => Some(Act::Move(if key.shift { -1 } else { 1 })),
        (_, "/") => Some(Act::Search),
        (_, "?") => Some(Act::Keys),
        (_, "]" | "ъ" | "Ъ" | "щ" | "Щ") => Some(Act::Group(1)),
        (_, "[" | "х" | "Х" | "ш" | "Ш") => Some(Act::Group(-1)),
        (Place::Page | Place::Beside, digit) if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => digit.chars().next().map(Act::Digit),
        (Place::Beside, _) => None,
        (_, "ArrowDown") => Some(Act::Move(1)),
        (_, "ArrowUp") => Some(Act::Move(-1)),
        (_, "PageDown") => Some(Act::Move(15)),
        (_, "PageUp") => Some(Act::Move(-15)),
        (_, "+" | "=") => Some(Act::Pack(1)),
        (_, "-" | "−") => Some(Act::Pack(-1)),
        (_, "Delete") => Some(Act::TakeOut),
        (_, "ArrowRight") => Some(Act::Details),
        // The key of F on the English, Russian and both Bulgarian layouts.
        (_, "f" | "F" | "а" | "А" | "ф" | "Ф" | "о" | "О") => Some(Act::Star),
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
        for key in ["/", "?", "+", "-", "[", "]", "5", "f", "ф", "Delete", "ArrowUp", "ArrowRight"] {
            assert_eq!(decide(plain(key), Place::Field, true), None, "{key}");
            assert_eq!(decide(plain(key), Place::Search, true), None, "{key}");
        }
        assert_eq!(decide(plain("/"), Place::Page, true), Some(Act::Search));
    }

    #[test]
    fn digits_start_a_quantity_on_the_page_and_are_typed_in_a_field() {
        assert_eq!(decide(plain("7"), Place::Page, true), Some(Act::Digit('7')));
        assert_eq!(decide(plain("7"), Place::Quantity, true), None);
    }

    #[test]
    fn enter_goes_down_and_shift_enter_up() {
        assert_eq!(decide(plain("Enter"), Place::Quantity, true), Some(Act::Move(1)));
        assert_eq!(decide(Key { shift: true, ..plain("Enter") }, Place::Quantity, true), Some(Act::Move(-1)));
        assert_eq!(decide(plain("Enter"), Place::Page, true), None, "a button keeps its Enter");
        assert_eq!(decide(plain("Enter"), Place::Search, true), Some(Act::Best));
    }

    #[test]
    fn beside_the_list_moving_keys_are_the_browsers() {
        for key in ["ArrowDown", "ArrowUp", "ArrowRight", "PageDown", "PageUp", "Delete", "+", "-", "f", "Enter"] {
            assert_eq!(decide(plain(key), Place::Beside, true), None, "{key}");
        }
        assert_eq!(decide(plain("/"), Place::Beside, true), Some(Act::Search));
    }

    #[test]
    fn single_keys_can_be_turned_off() {
        for place in [Place::Quantity, Place::Page, Place::Beside] {
            for key in ["/", "?", "+", "−", "[", "ъ", "5", "а"] {
                assert_eq!(decide(plain(key), place, false), None, "{key} {place:?}");
            }
        }
        assert_eq!(decide(plain("ArrowDown"), Place::Page, false), Some(Act::Move(1)));
        assert_eq!(decide(Key { ctrl: true, ..plain("s") }, Place::Page, false), Some(Act::Excel));
    }

    #[test]
    fn control_keys_work_everywhere_and_leave_typing_its_undo() {
        for place in [Place::Search, Place::Quantity, Place::Field, Place::Page] {
            assert_eq!(decide(Key { ctrl: true, ..plain("Enter") }, place, true), Some(Act::Review));
            assert_eq!(decide(Key { ctrl: true, ..plain("s") }, place, true), Some(Act::Excel));
            assert_eq!(decide(Key { ctrl: true, ..plain("щ") }, place, true), Some(Act::File));
        }
        assert_eq!(decide(Key { ctrl: true, ..plain("z") }, Place::Field, true), None);
        assert_eq!(decide(Key { ctrl: true, ..plain("z") }, Place::Page, true), Some(Act::Undo));
        assert_eq!(decide(Key { alt: true, ..plain("ArrowDown") }, Place::Page, true), None);
    }
}

//! Whether the server can be reached, and asking it again until it can: when the browser says that a network is back, and
//! by itself, less and less often.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::house::{self, house};

const FIRST: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(300);

thread_local! {
    /// Before this page follows the network, it is only noted.
    static FOLLOWS: Cell<bool> = const { Cell::new(false) };
    static DELAY: Cell<Duration> = const { Cell::new(FIRST) };
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// From here on this page asks again by itself.
pub fn begin() {
    FOLLOWS.set(true);
    let online = leptos::ev::Custom::<web_sys::Event>::new("online");
    let _ = window_event_listener(online, |_| {
        DELAY.set(FIRST);
        ask();
    });
}

/// A call found nobody.
pub fn lost() {
    if !house().away.get_untracked() {
        house().away.set(true);
    }
    if FOLLOWS.get() && !WAITS.replace(true) {
        let delay = DELAY.get();
        DELAY.set((delay * 2).min(LONGEST));
        set_timeout(
            || {
                WAITS.set(false);
                ask();
            },
            delay,
        );
    }
}

/// A call was answered.
pub fn found() {
    DELAY.set(FIRST);
    if house().away.get_untracked() {
        house().away.set(false);
    }
}

fn ask() {
    // Each answer to it, or none, is noted by the call itself.
    if house().away.get_untracked() {
        spawn_local(house::ask());
    }
}

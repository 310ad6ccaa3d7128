//! What every page of a buyer's begins with, the price list's module and the other pages' alike.

use std::time::Duration;

use leptos::prelude::set_timeout;

use crate::house::memory;
use crate::{edition, network, session};

/// A page without a list can be used by then.
const SETTLED: Duration = Duration::from_secs(3);

/// Called before anything is mounted.
pub fn begin() {
    memory::begin();
    session::follow_other_tabs();
    network::begin();
    set_timeout(edition::begin, SETTLED);
}

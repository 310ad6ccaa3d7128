//! Bodies of looking after the server.

use serde::{Deserialize, Serialize};

body! {
    /// `GET /api/sending`: whether anything is sent at all.
    pub struct Sending {
        pub paused: bool,
        /// Why: `restored`, or what somebody wrote.
        pub reason: String,
        /// When that was last changed; absent: never.
        pub changed_at: Option<String>,
        pub changed_by: String,
        /// Messages that wait to be sent.
        pub waiting: u32,
    }
}

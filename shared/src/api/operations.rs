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
        /// Messages that go out once it is released: of orders, and of mailings under way.
        pub waiting: u32,
    }
}

request! {
    /// `POST /api/sending/breakers/close`
    pub struct CloseBreaker {
        /// As the list names it: `smarthost`, `domain:…`.
        pub scope: String,
    }
}

body! {
    /// `GET /api/sending/breakers`
    pub struct BreakerList { pub breakers: Vec<Breaker> }

    /// Somebody nothing is sent to for a while, because mail servers said so too often.
    pub struct Breaker {
        /// `smarthost`, or `domain:<name>`.
        pub scope: String,
        /// The domain; absent for the firm's own mail server.
        pub domain: Option<String>,
        /// What was answered last.
        pub reason: String,
        /// Refusals in a row.
        pub failures: u32,
        pub since: String,
        pub until: String,
        /// Messages of mailings under way that wait for it.
        pub waiting: u64,
    }
}

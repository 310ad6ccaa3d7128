//! What a reader of mailings chooses, by a signed link and without log-in.

use serde::{Deserialize, Serialize};

use crate::mailings::{Channel, Topic};

body! {
    /// `GET /api/preferences/{token}`
    pub struct Preferences {
        pub firm: String,
        /// The reader's address, with its middle left out: links are passed on.
        pub address: String,
        /// Ways the firm could write by, and whether it may.
        pub channels: Vec<ChannelChoice>,
        pub topics: Vec<TopicChoice>,
        pub why: Why,
    }

    pub struct ChannelChoice { pub channel: Channel, pub wanted: bool }
    pub struct TopicChoice { pub topic: Topic, pub wanted: bool }

    /// Why the reader got the message.
    pub struct Why {
        /// Whom the mailing was meant for, as a sentence in the language asked for.
        pub audience: String,
        pub sent_at: Option<String>,
        /// The consent it rests on; absent: it was withdrawn meanwhile.
        pub consent: Option<ConsentProof>,
    }

    pub struct ConsentProof {
        pub at: String,
        /// Where it came from, as written down then: `sign-up`, `import`, a fair's name.
        pub source: String,
        pub text_version: String,
    }
}

request! {
    /// `POST /api/preferences/{token}`: all that is wanted; what is not named is not.
    pub struct ChoosePreferences {
        pub channels: Vec<Channel>,
        pub topics: Vec<Topic>,
    }
}

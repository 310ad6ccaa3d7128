//! What the firm sets of its mail: who signs it, how large it may be.

use serde::{Deserialize, Serialize};

/// The key the firm's mails are signed with. The private half is sealed ([`crate::secrets::Purpose::Mail`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    /// PKCS#8, sealed for `dkim <domain>`, in base64.
    pub sealed_key: String,
}

/// Largest message as it goes over the wire, where the firm sets no other (reference: many mail servers stop at 10 MB).
pub const USUAL_SIZE_LIMIT: u64 = 10 * 1024 * 1024;

//! What operators did.

use minicbor::{Decode, Encode};

use super::BlobRef;
use crate::base::{Sha256, Sha256Hasher, Timestamp};

/// One thing that an operator did. Each row names the hash of the one before it, so that a row that is changed or taken
/// out is seen. Its number is the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AuditRow {
    /// From 1, without a gap. Zero in a change: the store gives the next one as it commits.
    #[n(0)]
    pub number: u64,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// The hash of the row before; [`AuditRow::FIRST`] in the first.
    #[n(2)]
    pub before: Sha256,
    /// Who did what to what, and why, as JSON: see [`AuditEntry`](crate::exchange::AuditEntry).
    #[n(3)]
    pub entry: BlobRef,
}

impl AuditRow {
    /// Stands before the first row.
    pub const FIRST: Sha256 = Sha256::from_bytes([0; 32]);

    /// SHA-256 over number and time in milliseconds since 1970, eight bytes each with the most significant first, the
    /// hash of the row before, and the SHA-256 of the entry.
    pub fn hash(&self) -> Sha256 {
        let mut hasher = Sha256Hasher::default();
        hasher.update(&self.number.to_be_bytes());
        hasher.update(&self.at.as_millis().to_be_bytes());
        hasher.update(self.before.as_bytes());
        hasher.update(self.entry.sha256.as_bytes());
        hasher.finish()
    }
}

//! Payloads by name.

use minicbor::{Decode, Encode};

use crate::base::Sha256;

/// How a payload's bytes are written on disk. Leaves room for encryption at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As they are.
    #[n(0)]
    Plain,
}

/// Names a payload by its content; where it lies is the store's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct BlobRef {
    /// SHA-256 of the content, checked on every read.
    #[n(0)]
    pub sha256: Sha256,
    /// Length of the content in bytes.
    #[n(1)]
    pub length: u64,
    /// How the bytes are written.
    #[n(2)]
    pub encoding: Encoding,
}

impl BlobRef {
    /// The reference of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self { sha256: Sha256::of(content), length: content.len() as u64, encoding: Encoding::Plain }
    }
}
